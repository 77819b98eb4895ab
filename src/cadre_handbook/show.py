"""Results as tables for people: HTML for notebooks and pages, records for JSON. Text from data is always escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook import __version__, checks, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook import review as reviews
from cadre_handbook.checks import Run
from cadre_handbook.dataset import SAMPLE
from cadre_handbook.i18n import _, bracketed, clauses, in_language, joined, label, language, named
from cadre_handbook.references import reference_text
from cadre_handbook.tables import html_table, number_text

if TYPE_CHECKING:
    from cadre_handbook.figures import Picture


EVENNESS = "evenness"  # the one statistic that is a probability (p)


def origin_word(origin: str) -> str:
    """Where a number comes from, as a word in the language in use."""
    return {
        "doc": _("the documents"),
        "rule": _("national rule"),
        "handbook": _("the handbook"),
        "user": _("given for this run"),
    }.get(origin, "")


def figure_text(row) -> str:
    """The figure of a result as people say it: `6 of 212 (2.8 %)`, or an estimate with its interval."""
    if row.verdict in (verdict.NO_DATA, verdict.NOT_APPLICABLE, verdict.NOT_IN_FORCE, verdict.HIDDEN):
        return "–"
    if not pd.isna(row.lower) and pd.isna(row.upper):  # of a time, where too many still wait
        return _("{value:.2f} ({lower:.2f} or more)").format(value=row.value, lower=row.lower)
    if not pd.isna(row.lower):
        return _("{value:.2f} (from {lower:.2f} to {upper:.2f})").format(
            value=row.value, lower=row.lower, upper=row.upper
        )
    if (statistic := _statistic(row)) and not pd.isna(row.value):
        if statistic != EVENNESS:  # a mean, a change, a count: the number itself
            return number_text(round(row.value, 2))
        return f"p = {row.value:.3f}" if row.value >= 0.0005 else "p < 0.001"
    share = bracketed(f"{row.k / row.n:.1%}") if row.n else ""
    return _("{k} of {n}").format(k=row.k, n=row.n) + share


def count_text(count) -> str:
    """A count as text; a dash where it is hidden."""
    return "–" if pd.isna(count) else str(count)


def _statistic(row) -> str | None:
    """The statistic of a result, as its policy names it; `None` where it is a share or a count."""
    measure = policies.load_policy(row.recommendation).measures[row.measure]
    return measure.statistic if measure.kind == "statistic" else None


def verdict_text(word: str) -> str:
    """A verdict as mark and word, never by colour alone."""
    return f"{verdict.MARKS[word]} {verdict.words()[word]}"


# What asks for a look comes first, what was not judged last.
BOX_ORDER = (
    *(verdict.NOT_MET, verdict.CANNOT_TELL, verdict.MET, verdict.TOO_FEW, verdict.HIDDEN),
    *(verdict.NO_DATA, verdict.NOT_APPLICABLE, verdict.NOT_IN_FORCE, verdict.CONTEXT),
)
BOX_LINES = 4  # lines of a verdict box before it folds
BOX_SPARE = 1  # as many more are shown all the same: a fold that hides one line takes its place


def verdict_box(run: Run) -> str:
    """The verdicts of a run as a short list for the head of a page: mark, word, measure, figure, target and its origin."""
    where = _("The made-up county") if run.dataset.where == SAMPLE else run.dataset.where
    day = f"<time>{run.settings.as_of.strftime('%Y-%m-%d')}</time>"
    when = html.escape(_("{where} at the end of {day}")).format(where=html.escape(where), day=day)
    return f'<p class="ch-box-when">{when}</p>{verdict_list(run.policy, run.results)}'


def verdict_list(policy: policies.Policy, results: pd.DataFrame) -> str:
    """Results as a list, those first that ask for a look; the rest folds."""
    rows = sorted(results.itertuples(), key=lambda row: BOX_ORDER.index(row.verdict))
    first = len(rows) if len(rows) <= BOX_LINES + BOX_SPARE else BOX_LINES
    folded = ""
    if rows[first:]:
        summary = _("{count} more: {verdicts}").format(count=len(rows) - first, verdicts=_counted(rows[first:]))
        folded = f"<details><summary>{html.escape(summary)}</summary>{_box_list(policy, rows[first:])}</details>"
    return _box_list(policy, rows[:first]) + folded


def verdict_counts(run: Run) -> str:
    """How many results of a run have each verdict, as marks and words in one line."""
    return counts_html(run.results)


def counts_html(results: pd.DataFrame) -> str:
    """How many results have each verdict, as marks and words in one line."""
    counts = [(word, int(results["verdict"].eq(word).sum())) for word in BOX_ORDER]
    shown = (_verdict_span(word, f"{count} ") for word, count in counts if count)
    return f'<p class="ch-counts">{" ".join(shown)}</p>'


def full_list(policy: policies.Policy, results: pd.DataFrame) -> str:
    """Results as a list, every one shown in its own order, with the reason where one could not be told or people are unknown."""
    return _box_list(policy, list(results.itertuples()), with_reasons=True)


# Verdicts whose reason repeats what figure and target say.
_SAID_BY_FIGURE = (verdict.MET, verdict.NOT_MET, verdict.CONTEXT)


def _why(row) -> str:
    reason = row.reason
    if row.verdict in _SAID_BY_FIGURE:
        unknown = not pd.isna(row.missing) and row.missing
        reason = _("unknown: {count}").format(count=row.missing) if unknown else ""
    told = clauses(reason, _excepted(row))
    return f'<small class="ch-box-why">{html.escape(told)}</small>' if told else ""


def _excepted(row) -> str:
    """How many findings of a result are excepted, and the verdict without them; empty where none is."""
    count, without = getattr(row, "excepted", None), getattr(row, "without_excepted", None)
    if count is None or pd.isna(count) or not count:
        return ""
    if not isinstance(without, dict):
        return _("of these excepted: {count}").format(count=int(count))
    return _("of these excepted: {count}; without them it would be: {other}").format(
        count=int(count), other=verdict_text(without["verdict"])
    )


def _box_list(policy: policies.Policy, rows: list, with_reasons: bool = False) -> str:
    items = []
    for row in rows:
        target = verdict.target_text(row)
        # A figure without an operator stands beside a published one; it is measured against nothing.
        pattern = _("target {target}") if verdict.sign(row.operator) else _("beside {target}")
        goal = pattern.format(target=target) + bracketed(origin_word(row.origin)) if target else ""
        parts = {
            "ch-box-what": verdict.measure_label(policy, row.measure, row.group),
            "ch-box-figure": figure_text(row),
            "ch-box-target": goal,
        }
        more = {"ch-box-what": _why(row)} if with_reasons else {}
        spans = " ".join(
            f'<span class="{css}">{html.escape(text)}{more.get(css, "")}</span>' for css, text in parts.items()
        )
        items.append(f"<li>{_verdict_span(row.verdict)} {spans}</li>")
    return f'<ul class="ch-box-list">{"".join(items)}</ul>'


def _verdict_span(word: str, before: str = "") -> str:
    css = word.replace(" ", "-")
    mark = f'<span class="ch-mark" aria-hidden="true">{html.escape(verdict.MARKS[word])}</span>'
    return f'<span class="ch-verdict ch-is-{css}">{mark} {html.escape(before + verdict.words()[word])}</span>'


def _counted(rows: list) -> str:
    counts = [(word, sum(row.verdict == word for row in rows)) for word in BOX_ORDER]
    return joined(f"{verdict.MARKS[word]} {count} {verdict.words()[word]}" for word, count in counts if count)


def results_table(run: Run) -> pd.DataFrame:
    """The results with headings in the language in use; the organisation only where there are several."""
    rows = list(run.results.itertuples())
    names = run.dataset["organisations"].set_index("organisation_id")["name"]
    table = pd.DataFrame(
        {
            _("Organisation"): [organisation_text(row.organisation_id, names) for row in rows],
            _("Measure"): [verdict.measure_label(run.policy, row.measure, row.group) for row in rows],
            _("Verdict"): [verdict_text(row.verdict) for row in rows],
            _("Figure"): [figure_text(row) for row in rows],
            _("Unknown"): [count_text(row.missing) for row in rows],
            _("Target"): [verdict.target_text(row) for row in rows],
            _("Origin"): [origin_word(row.origin) for row in rows],
            _("Why"): [row.reason for row in rows],
        }
    )
    if run.review is not None:
        counts = [run.review.excepted_count(row.organisation_id, row.recommendation, row.measure) for row in rows]
        table.insert(list(table).index(_("Unknown")), _("Of these excepted"), counts)
    return table if len(run.organisations) > 1 else table.drop(columns=_("Organisation"))


def figures(run: Run) -> dict[str, str]:
    """The results of a run as texts by `measure.part`, `measure-group.part` where it has groups: what a sentence of a page can show."""
    texts = {}
    for row in run.results.itertuples():
        key = f"{row.measure}-{row.group}" if row.group else row.measure
        texts |= {
            f"{key}.figure": figure_text(row),
            f"{key}.verdict": verdict_text(row.verdict),
            f"{key}.target": verdict.target_text(row) or "–",
            f"{key}.missing": count_text(row.missing),
            f"{key}.n": count_text(row.n),
            f"{key}.k": count_text(row.k),
        }
    return texts


def folded_sensitivity(run: Run) -> str:
    """The table of `sensitivity_table` as HTML, folded; nothing where no parameter decides much."""
    others = sensitivity_table(run)
    if others.empty:
        return ""
    summary = _("What other values would give")
    caption = named(summary, label(run.policy, "title"))
    return folded(summary, html_table(others, "ch-sensitivity", caption, (_("Figure"),), shown=None))


def sensitivity_table(run: Run) -> pd.DataFrame:
    """Figure and verdict of each measure under other values of the parameters that decide much; empty where none do.

    For one organisation its figure and verdict; for several, how many have each verdict.
    """
    rows = []
    for name, values in run.policy.sensitivity.items():
        parameter, chosen = run.policy.parameters[name], getattr(run.settings, name)
        for value in sorted({*values, chosen} - {None}, key=str if parameter.type == "choice" else None):
            other = run if value == chosen else checks.otherwise(run, **{name: value})
            mark = _("{value} (as here)") if value == chosen else "{value}"
            shown = mark.format(value=_choice_text(parameter, value))
            concerned = [key for key, measure in run.policy.measures.items() if name in measure.parameters]
            of_measures = other.results[other.results["measure"].isin(concerned)]
            for (measure, group), results in of_measures.groupby(["measure", "group"], sort=False):
                title = verdict.measure_label(run.policy, measure, group)
                rows.append([label(parameter), shown, title, *_figure_and_verdict(results)])
    return pd.DataFrame(rows, columns=[_("Parameter"), _("Value"), _("Measure"), _("Figure"), _("Verdict")])


def _figure_and_verdict(results: pd.DataFrame) -> tuple[str, str]:
    """The figure and verdict of one result; of several, their sum and how many have each verdict."""
    if len(results) == 1:
        row = next(results.itertuples())
        return figure_text(row), verdict_text(row.verdict)
    # With one of them hidden, a sum of the others and one of all would tell it; so there is no sum.
    hidden = results["verdict"].eq(verdict.HIDDEN).any()
    figure = "–" if hidden else _("{k} of {n}").format(k=results["k"].sum(), n=results["n"].sum())
    counts = results["verdict"].value_counts()
    words = [f"{verdict_text(word)}: {counts[word]}" for word in verdict.VERDICTS if word in counts]
    return figure, joined(words)


def organisation_text(organisation: str, names: pd.Series) -> str:
    """An organisation by name and id; ``names``: those that are known, by id."""
    name = names.get(organisation)
    return f"{name}{bracketed(organisation)}" if isinstance(name, str) else organisation


def findings_table(run: Run) -> pd.DataFrame:
    """The findings with headings in the language in use, with their state where there is a review. They name people by id and
    belong in local outputs only."""
    found = run.findings
    table = pd.DataFrame(
        {
            _("Measure"): [verdict.measure_label(run.policy, name, "") for name in found["measure"]],
            _("Subject"): found["subject_id"],
            _("Since"): found["since"].dt.strftime("%Y-%m-%d").fillna(""),
            _("Reason"): found["reason"],
        }
    )
    if run.review is not None:
        words = reviews.state_words()
        table[_("State")] = [words[status] for status in run.review.findings["status"]]
    return table


def review_lines(run: Run) -> list[str]:
    """What a review says of the findings of a run, and each result that its approved exceptions would change; none without a review."""
    if run.review is None:
        return []
    lines = run.review.lines()
    shown = {(row.organisation_id, row.measure, row.group): row for row in run.results.itertuples()}
    for row in run.without_excepted.itertuples():
        now = shown[row.organisation_id, row.measure, row.group]
        lines.append(
            _(
                "{measure}: {verdict}, {figure}. Of these excepted: {count}. Without them it would be: {other}, {other_figure}."
            ).format(
                measure=verdict.measure_label(run.policy, row.measure, row.group),
                verdict=verdict_text(now.verdict),
                figure=figure_text(now),
                count=run.review.excepted_count(row.organisation_id, row.recommendation, row.measure),
                other=verdict_text(row.verdict),
                other_figure=figure_text(row),
            )
        )
    return lines


def measures_html(policy: policies.Policy, settings: policies.Settings) -> str:
    """The measures as HTML, every one shown."""
    caption = _("Measures: {title}").format(title=label(policy, "title"))
    return html_table(measures_table(policy, settings), "ch-measures", caption, shown=None)


def measures_table(policy: policies.Policy, settings: policies.Settings) -> pd.DataFrame:
    """What each measure counts, against which target, whether it is judged, and where the target comes from."""
    kinds = {
        "share": _("a share, k of n"),
        "count": _("a count"),
        "statistic": _("a statistic with its interval"),
    }
    rows = []
    for name, measure in policy.measures.items():
        judged = _("judged from min_cases up")
        if measure.any_n:
            judged = _("judged at any n")
        if not measure.judged:
            judged = _("shown, not judged")
        for group in measure.groups if any(group.target for group in measure.groups) else (policies.EVERYONE,):
            wanted = group.target or measure.target
            target = settings.values[wanted] if wanted else None
            goal, source = _("no target"), ""
            if target:
                goal = f"{verdict.sign(measure.operator)} {verdict.number_text(target.value)}".strip()
                word, source = origin_word(target.origin), _reference(target)
                source = source if source.startswith(word) else named(word, source)  # in Chinese the reference says it
            counted = named(label(measure), label(group)) if group.label else label(measure)
            rows.append([name, counted, kinds[measure.kind], goal, judged, source])
    headings = [_("Measure"), _("What is counted"), _("Kind"), _("Target"), _("Verdict")]
    return pd.DataFrame(rows, columns=[*headings, _("Where the target comes from")])


def _reference(value: policies.Value) -> str:
    """Where a value stands, from which day it is in force, and whether its wording was not seen."""
    since = _(", from {day}").format(day=value.from_) if value.from_ else ""
    unverified = _(" (wording not verified)") if value.wording == "unverified" else ""
    return reference_text(value.reference, value.reference_zh_CN) + since + unverified


def parameters_html(policy: policies.Policy, settings: policies.Settings) -> str:
    """The parameters as HTML, every one shown."""
    caption = _("Parameters: {title}").format(title=label(policy, "title"))
    return html_table(parameters_table(policy, settings), "ch-parameters", caption, shown=None)


def parameters_table(policy: policies.Policy, settings: policies.Settings) -> pd.DataFrame:
    """The parameters of a recommendation: value on the day, unit, origin and reference."""
    rows = []
    for name, parameter in policy.parameters.items():
        value = settings.values[name]
        shown = "–" if value.value is None else _choice_text(parameter, value.value)
        of_value = [shown, unit_word(parameter.unit), origin_word(value.origin), _reference(value)]
        rows.append([name, label(parameter), *of_value])
    headings = [_("Parameter"), _("Meaning"), _("Value"), _("Unit"), _("Origin"), _("Reference")]
    return pd.DataFrame(rows, columns=headings)


def _choice_text(parameter: policies.Parameter, value) -> str:
    choice = next((item for item in parameter.choices if item.value == value), None)
    if isinstance(value, bool):
        return yes_or_no(value)
    return f"{value}{bracketed(label(choice))}" if choice and label(choice) else policies.short(value)


def yes_or_no(value: bool) -> str:
    """A truth value in the language in use, as a table shows it."""
    if language() == "en":
        return str(value).lower()  # as it is typed
    return _("yes") if value else _("no")


def unit_word(unit: str) -> str:
    """The word of a unit in the language in use; one that is not known stays as it is."""
    return {
        "years": _("years"),
        "months": _("months"),
        "days": _("days"),
        "share": _("share"),
        "cadres": _("cadres"),
        "units": _("units"),
        "terms": _("terms"),
        "steps": _("steps"),
        "moves": _("moves"),
        "rules": _("rules"),
        "subjects": _("subjects"),
        "cases": _("cases"),
        "correlation": _("correlation"),
        "ratio": _("ratio"),
        "probability": _("probability"),
        "posts": _("posts"),
        "villages": _("villages"),
        "prefectures": _("prefectures"),
        "years old": _("years old"),
        "answers": _("answers"),
        "events": _("events"),
        "grades": _("grades"),
        "hours": _("hours"),
        "inspections": _("inspections"),
        "marks": _("marks"),
        "members": _("members"),
        "minutes": _("minutes"),
        "movers": _("movers"),
        "organisations": _("organisations"),
        "points": _("points"),
        "promotions": _("promotions"),
        "results": _("results"),
        "secondees": _("secondees"),
        "secondments": _("secondments"),
        "teams": _("teams"),
    }.get(unit, unit)


def verdict_table(run: Run, legend: bool = True) -> str:
    """The results as HTML, every row shown, with the legend of the marks folded under them where `legend`."""
    caption = _("Verdicts: {title}").format(title=label(run.policy, "title"))
    numbers = (_("Figure"), _("Target"))
    table = html_table(results_table(run), "ch-verdicts", caption, numbers, shown=None)
    return table + folded_legend() if legend else table


def verdict_legend(beside: str | None = None) -> str:
    """The marks of verdicts with their words and meanings in the language in use; the words in the language `beside` too."""
    words, meanings = verdict.words(), verdict.meanings()
    if beside:
        with in_language(beside):
            others = verdict.words()
        words = {word: words[word] + bracketed(others[word]) for word in words}
    rows = [[verdict.MARKS[word], words[word], meanings[word]] for word in verdict.VERDICTS]
    table = pd.DataFrame(rows, columns=[_("Mark"), _("Verdict"), _("Meaning")])
    return html_table(table, "ch-marks", _("What the marks mean"))


def folded_legend() -> str:
    """The legend of the marks, one click away."""
    return folded(_("What the marks mean"), verdict_legend(), "ch-legend")


def folded(summary: str, source: str, css: str = "ch-folded") -> str:
    """HTML behind a summary; works without a script."""
    return f'<details class="{css}"><summary>{html.escape(summary)}</summary>{source}</details>'


def paragraph(text: str, css: str = "ch-note") -> str:
    """Escaped text as a paragraph."""
    return f'<p class="{css}">{html.escape(text)}</p>'


@dataclass(frozen=True)
class View:
    """What one view of a case or an overview shows: HTML or a picture, lines of text that stay the same from run to run, and
    figures by name that a page can show in a sentence."""

    source: str = ""
    picture: Picture | None = None
    lines: Sequence[str] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


def opened_text(run: Run) -> list[str]:
    """What was opened and how it was checked: data, day, organisations, problems, digest."""
    return opened_lines(run.report, run.settings, run.organisations)


def opened_lines(report: validation.Report, settings: policies.Settings, organisations: Sequence[str]) -> list[str]:
    """What was opened and how it was checked, of any run on a validated dataset."""
    lines = [
        _("Data: {where}; as of the end of {day}; organisations: {count}; digest {digest}.").format(
            where=report.dataset.where,
            day=settings.as_of.strftime("%Y-%m-%d"),
            count=len(organisations),
            digest=report.dataset.digest[:12],
        )
    ]
    if report.dataset.unread:
        lines.append(
            _(
                "Only what this check needs was read; problems in other columns were not looked for: {count} columns."
            ).format(count=sum(map(len, report.dataset.unread.values())))
        )
    if len(report.errors):
        lines.append(
            _("{count} rows have problems and were left out; their cadres and posts count as unknown.").format(
                count=report.faulty_rows
            )
        )
    notes = report.notes
    overlaps = notes.loc[notes["reason_code"].isin(["post_overlap", "cadre_overlap"]), "row"].nunique()
    if overlaps:
        lines.append(_("{count} postings overlap with another; they are kept.").format(count=overlaps))
    examples = int(notes["reason_code"].eq("example").sum())
    if examples:
        lines.append(_("{count} rows are examples of the template; they are not counted.").format(count=examples))
    lines.append(_("A finding is a prompt for a collective human review, never a decision."))
    return lines


def records(run: Run, with_findings: bool = False) -> list[dict]:
    """The results as plain objects for JSON: the columns of `verdict.RESULT_COLUMNS`, parameters, digest; findings on demand."""
    objects = []
    without = run.without_excepted if run.review is not None else run.results.iloc[:0]
    others = {
        (row["organisation_id"], row["measure"], row["group"]): {
            name: _plain(row[name]) for name in ("n", "k", "missing", "value", "verdict")
        }
        for row in without.to_dict("records")
    }
    for row in run.results.to_dict("records"):
        entry = {name: _plain(value) for name, value in row.items()}
        entry["parameters"] = run.settings.used(run.policy.measures[row["measure"]])
        entry["data_digest"] = run.dataset.digest
        entry["rows_left_out"] = run.report.faulty_rows
        entry["min_cases"] = run.settings.min_cases
        entry["handbook_version"] = __version__
        if run.review is not None:
            key = (row["organisation_id"], row["recommendation"], row["measure"])
            entry["excepted"] = run.review.excepted_count(*key)
            entry["without_excepted"] = others.get((row["organisation_id"], row["measure"], row["group"]))
        if with_findings:
            of_row = run.findings["measure"].eq(row["measure"]) & run.findings["organisation_id"].eq(
                row["organisation_id"]
            )
            found = (run.findings if run.review is None else run.review.findings)[of_row]
            entry["findings"] = plain_records(found)
        objects.append(entry)
    return objects


def plain_records(frame: pd.DataFrame) -> list[dict]:
    """The rows of a frame as objects for JSON."""
    return [{name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value):
    """A value as JSON has it: no numpy numbers, no NaN, dates as text."""
    if value is None or (not isinstance(value, (str, list, dict)) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else value
