"""Every check for one organisation on one page: verdicts by part, what to look at first, and what changed since an earlier run.

There is no overall score: the checks ask for different things, several pull against each other, and a sum would let what is met
make up for what is not.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cadre_handbook import checks, limits, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook import review as reviews
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, clauses, joined, label, named
from cadre_handbook.tables import html_table

FIRST = 3  # findings to look at first
EARLIER_BYTES = 100 * limits.MEGABYTE  # of a file of earlier results
KEY = ["recommendation", "organisation_id", "measure", "group"]
COUNTS, FIGURES = ("n", "k", "missing"), ("value", "lower", "upper", "target")
# What tells, besides the figures, what a result was made from and with.
OF_REVIEW = ("excepted", "without_excepted")
MADE_WITH = ("data_digest", "rows_left_out", "as_of", "version", "handbook_version", "min_cases", "parameters")


def evaluate_all(
    report: validation.Report, given: Mapping[str, Any], records: pd.DataFrame | None = None
) -> tuple[list[dict], pd.DataFrame]:
    """Every check on a validated dataset: the objects of `show.records`, and the findings with what a review said of them.

    ``given``: the parameters that every check has; ``records``: those of the file that `review` names, where it is read already.
    Raises as `checks.evaluate` does.
    """
    if records is None and given.get("review"):
        records = reviews.read_records(given["review"])
    runs = [checks.evaluate(slug, report, given, records) for slug in policies.checks()]
    findings = [run.findings if run.review is None else run.review.findings for run in runs]
    return [entry for run in runs for entry in show.records(run)], pd.concat(findings, ignore_index=True)


def results_of(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Objects of `--format json` as a frame: columns `verdict.RESULT_COLUMNS`, `MADE_WITH`, `OF_REVIEW`; counts Int64, figures Float64."""
    columns = list(dict.fromkeys([*verdict.RESULT_COLUMNS, *MADE_WITH, *OF_REVIEW]))
    frame = pd.DataFrame(list(records), columns=columns)
    return frame.astype({**dict.fromkeys(COUNTS, "Int64"), **dict.fromkeys(FIGURES, "Float64")})


def read_earlier(path: str | Path) -> dict:
    """Results of an earlier run: `results.json`, or what `check --format json` printed. `RequestError` where it is neither."""
    path = Path(path).expanduser()
    if not path.exists():
        raise RequestError(_("There is no file of earlier results at {path}.").format(path=path))
    try:
        content = json.loads(limits.read_bytes(path, EARLIER_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        content = None
    found = content if isinstance(content, dict) else {"results": content}
    entries = found.get("results")
    if not isinstance(entries, list) or not all(
        isinstance(item, dict) and {*KEY, "verdict"} <= set(item) for item in entries
    ):
        raise RequestError(
            _("{file}: expected the results of a run, as results.json or `check --format json` has them.").format(
                file=path.name
            )
        )
    return found


# --- what to look at first ------------------------------------------------------------------------


def first_findings(results: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """The findings to look at first, at most `FIRST`, one a check: of results that are not met, zero tolerance in law first, then
    zero tolerance elsewhere, then the rest; in each the oldest first, those without a day last.

    Left out: measures about a trait of people, reasons that ask for no more than completing a record, findings with a record of review.
    """
    missed = results[results["verdict"].eq(verdict.NOT_MET)]
    ranks = missed.assign(rank=[_rank(row) for row in missed.itertuples()])
    ranks = ranks.groupby(KEY[:3], as_index=False)["rank"].min()
    # A mask, for a list of nobody would choose no columns.
    may_come = pd.Series([_may_come_first(row) for row in findings.itertuples()], index=findings.index, dtype=bool)
    wanted = findings[may_come].merge(ranks, on=KEY[:3])
    order = {slug: place for place, slug in enumerate(policies.checks())}
    wanted = wanted.assign(place=wanted["recommendation"].map(order))
    wanted = wanted.sort_values(["rank", "since", "place", "finding_id"], na_position="last", kind="stable")
    return wanted.drop_duplicates("recommendation").head(FIRST).drop(columns=["rank", "place"]).reset_index(drop=True)


def _rank(row) -> int:
    none_allowed = (row.operator == "<=" and row.target == 0) or (row.operator == ">=" and row.target == 1)
    return 0 if none_allowed and row.origin == "rule" else 1 if none_allowed else 2


def _may_come_first(row) -> bool:
    policy = policies.load_policy(row.recommendation)
    recorded = getattr(row, "status", "") in reviews.STATES
    only_a_record = policy.reasons[row.reason_code].action == "complete_record"
    return not (policy.measures[row.measure].sensitive or only_a_record or recorded)


# --- what changed ---------------------------------------------------------------------------------

NEW, GONE, VERDICT, FIGURE, SAME = "new", "gone", "verdict", "figure", "same"


def _change_words() -> dict[str, str]:
    return {
        VERDICT: _("verdict changed"),
        NEW: _("new result"),
        GONE: _("result gone"),
        FIGURE: _("figure changed, verdict the same"),
        SAME: _("the same"),
    }


def changes(results: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Two frames of `results_of` compared: columns `KEY`, `change`, `then` and `now` (rows, or `None`), `why` (a list), `defect`.

    ``why``: what differs in what the two results were made from and with. ``defect``: figure or verdict changed, and nothing of it differs.
    """
    sides = [
        {tuple(getattr(row, name) for name in KEY): row for row in frame.itertuples()} for frame in (earlier, results)
    ]
    run_then, run_now = (set(frame["recommendation"]) for frame in (earlier, results))
    compared = []
    for key in dict.fromkeys([*sides[1], *sides[0]]):
        then, now = sides[0].get(key), sides[1].get(key)
        change = _change(then, now)
        why, told = _why(then, now)
        if then is None or now is None:
            other, told = (run_then, True) if then is None else (run_now, True)
            why = (
                []
                if key[0] in other
                else [_("the check was not run then") if then is None else _("the check was not run now")]
            )
        compared.append([*key, change, then, now, why, change in (VERDICT, FIGURE) and told and not why])
    frame = pd.DataFrame(compared, columns=[*KEY, "change", "then", "now", "why", "defect"])
    return frame.astype({"then": "object", "now": "object"})


def _change(then, now) -> str:
    if then is None or now is None:
        return NEW if then is None else GONE
    if then.verdict != now.verdict:
        return VERDICT
    pairs = [(getattr(then, name), getattr(now, name)) for name in (*COUNTS, *FIGURES)]
    return SAME if all(_alike(*pair) for pair in pairs) else FIGURE


def _alike(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return abs(float(one) - float(other)) <= verdict.ROUNDING


def _why(then, now) -> tuple[list[str], bool]:
    """What differs between what two results were made from and with; whether both tell all of it."""
    if then is None or now is None:
        return [], False
    pairs = {name: (getattr(then, name), getattr(now, name)) for name in MADE_WITH}
    told = not any(_absent(value) for pair in pairs.values() for value in pair)
    known = {
        name: pair for name, pair in pairs.items() if not any(_absent(value) for value in pair) and pair[0] != pair[1]
    }
    words = {
        "data_digest": _("the data"),
        "rows_left_out": _("the rows left out"),
        "as_of": _("the day"),
        "version": _("the version of the recommendation"),
        "handbook_version": _("the version of the handbook"),
        "min_cases": "min_cases",
    }
    why = [_from_to(words[name], *(str(value)[:12] for value in pair)) for name, pair in known.items() if name in words]
    if "parameters" in known:
        before, after = ({name: item.get("value") for name, item in side.items()} for side in known["parameters"])
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        why += [_from_to(name, *(policies.short(side.get(name)) for side in (before, after))) for name in names]
    return why, told


def _from_to(what: str, before: str, after: str) -> str:
    return _("{what} ({before} → {after})").format(what=what, before=before, after=after)


def _absent(value: Any) -> bool:
    return not isinstance(value, dict) and bool(pd.isna(value))


# --- the page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scorecard:
    """All results of one organisation. ``first``: the findings to look at first; ``changed``: `changes` since an earlier run, if any;
    ``earlier_as_of``: the day that run was judged on."""

    results: pd.DataFrame
    first: pd.DataFrame
    changed: pd.DataFrame | None
    earlier_as_of: str

    def rows(self) -> pd.DataFrame:
        """A row a result, with headings in the language in use: part, check, measure, verdict, figure, target, origin, unknown, why."""
        rows = list(self.results.itertuples())
        loaded = [policies.load_policy(row.recommendation) for row in rows]
        table = pd.DataFrame(
            {
                _("Part"): [label(policies.parts()[policy.part]) for policy in loaded],
                _("Check"): [label(policy, "title") for policy in loaded],
                _("Measure"): [_measure_label(row) for row in rows],
                _("Verdict"): [show.verdict_text(row.verdict) for row in rows],
                _("Figure"): [show.figure_text(row) for row in rows],
                _("Target"): [verdict.target_text(row) for row in rows],
                _("Origin"): [show.origin_word(row.origin) for row in rows],
                _("Unknown"): [show.count_text(row.missing) for row in rows],
                _("Why"): [row.reason for row in rows],
            }
        )
        if self.results["excepted"].notna().any():
            excepted = [show.count_text(row.excepted) for row in rows]
            table.insert(list(table).index(_("Unknown")), _("Of these excepted"), excepted)
        return table

    def html(self, link: Callable[[str], str] | None = None) -> str:
        """All of it as HTML; ``link`` gives the address of a check's page from its slug."""
        return self.first_html(link) + self.checks_html(link) + self.changes_html()

    def first_html(self, link: Callable[[str], str] | None = None) -> str:
        """The findings to look at first, and the rule by which they were chosen."""
        if self.first.empty:
            return show.paragraph(_("Nothing to look at first."))
        items = []
        for row in self.first.itertuples():
            since = _("since {day}").format(day=row.since.strftime("%Y-%m-%d")) if not pd.isna(row.since) else ""
            named = joined(part for part in (row.subject_id, since, row.finding_id) if part)
            source = f'<span class="ch-box-why">{html.escape(named)}</span>'
            items.append(
                f"<li><strong>{_title(row.recommendation, link)}</strong> {html.escape(row.reason)} {source}</li>"
            )
        lead = _("The three findings to look at first") if len(items) == FIRST else _("The findings to look at first")
        rule = _(
            "One a check, of results that are not met: first the rules of law that allow no case, then other rules that allow none; the oldest first."
        )
        return f'<h3>{html.escape(lead)}</h3><ol class="ch-first">{"".join(items)}</ol>{show.paragraph(rule)}'

    def checks_html(self, link: Callable[[str], str] | None = None) -> str:
        """Every check by part, with the counts of verdicts by part."""
        parts: dict[str, list[str]] = {}
        for slug in dict.fromkeys(self.results["recommendation"]):
            parts.setdefault(policies.load_policy(slug).part, []).append(slug)
        sections = []
        for part, slugs in parts.items():
            of_part = self.results[self.results["recommendation"].isin(slugs)]
            lists = [
                f'<p class="ch-box-title">{_title(slug, link)}</p>'
                + show.full_list(policies.load_policy(slug), of_part[of_part["recommendation"].eq(slug)])
                for slug in slugs
            ]
            title = html.escape(label(policies.parts()[part]))
            sections.append(f"<h3>{title}</h3>{show.counts_html(of_part)}{''.join(lists)}")
        return f'<div class="ch-card">{"".join(sections)}</div>' + show.folded_legend()

    def changes_html(self) -> str:
        """What changed since the earlier run and why; nothing where there is none."""
        if self.changed is None:
            return ""
        words, counts = _change_words(), self.changed["change"].value_counts()
        told = clauses(*(named(word, counts[name]) for name, word in words.items() if name in counts))
        lead = _("Compared with the results as of the end of {day}: {counts}.").format(
            day=self.earlier_as_of, counts=told
        )
        parts = [f"<h3>{html.escape(_('What changed'))}</h3>", show.paragraph(lead)]
        if defects := int(self.changed["defect"].sum()):
            parts.append(
                show.paragraph(
                    _(
                        "{count} results changed, though neither data, day, parameters nor versions did: a defect of the handbook; please report it."
                    ).format(count=defects),
                    "ch-defect",
                )
            )
        shown = self.changed[self.changed["change"].ne(SAME)]
        if shown.empty:
            return "".join(parts)
        common = [why for why in shown["why"].iloc[0] if all(why in others for others in shown["why"])]
        if common:
            parts.append(show.paragraph(_("In all of them differ: {what}.").format(what=joined(common))))
        order = list(words)
        shown = shown.sort_values("change", key=lambda names: names.map(order.index), kind="stable")
        rows = [
            [
                label(policies.load_policy(row.recommendation), "title")
                if row.recommendation in policies.checks()
                else row.recommendation,
                _measure_label(row),
                words[row.change],
                _told(row.then),
                _told(row.now),
                clauses(*(why for why in row.why if why not in common)) or ("" if common else _("not known")),
            ]
            for row in shown.itertuples()
        ]
        headings = [_("Check"), _("Measure"), _("Change"), _("Then"), _("Now"), _("Why besides")]
        table = pd.DataFrame(rows, columns=headings)
        if table[_("Why besides")].eq("").all():
            table = table.drop(columns=_("Why besides"))
        return "".join([*parts, html_table(table, "ch-changes", _("What changed"))])

    def lines(self) -> Iterable[str]:
        """How many results of each part have each verdict, a line a part: the same in every language."""
        parts = self.results["recommendation"].map(lambda slug: policies.load_policy(slug).part)
        organisation = self.results["organisation_id"].iloc[0]
        for part, of_part in self.results.groupby(parts, sort=False):
            counts = of_part["verdict"].value_counts()
            told = " ".join(f"{word.replace(' ', '_')}={counts[word]}" for word in verdict.VERDICTS if word in counts)
            yield f"{organisation}/{part}: {told}"

    def change_lines(self) -> Iterable[str]:
        """How many results changed and how, and each whose verdict did: the same in every language."""
        if self.changed is None:
            return
        organisation = self.results["organisation_id"].iloc[0]
        yield f"{organisation}: " + " ".join(
            f"{name}={count}" for name, count in self.changed["change"].value_counts(sort=False).items()
        )
        for row in self.changed[self.changed["change"].eq(VERDICT)].itertuples():
            subject = "/".join(
                part for part in (row.organisation_id, row.recommendation, row.measure, row.group) if part
            )
            yield f"{subject}: {row.then.verdict} -> {row.now.verdict}"


def make(results: pd.DataFrame, findings: pd.DataFrame, earlier: Mapping[str, Any] | None = None) -> Scorecard:
    """The scorecard of one organisation.

    ``results``: columns `verdict.RESULT_COLUMNS`, with those of `MADE_WITH` where it should say why something changed (`results_of`);
    ``findings``: columns `checks.FINDING_COLUMNS`, with `status` where they are under review; ``earlier``: of `read_earlier`.
    """
    results = results_of(results.to_dict("records"))
    if earlier is None:
        return Scorecard(results, first_findings(results, findings), None, "")
    organisations = set(results["organisation_id"])
    before = results_of([entry for entry in earlier["results"] if entry["organisation_id"] in organisations])
    days = before["as_of"].dropna().unique()
    return Scorecard(results, first_findings(results, findings), changes(results, before), joined(days) or "–")


def _title(slug: str, link: Callable[[str], str] | None) -> str:
    title = html.escape(label(policies.load_policy(slug), "title"))
    return f'<a href="{html.escape(link(slug))}">{title}</a>' if link else title


def _measure_label(row) -> str:
    """The label of a result's measure; its name where an earlier version had one that is no more."""
    if row.recommendation in policies.checks() and row.measure in policies.load_policy(row.recommendation).measures:
        return verdict.measure_label(policies.load_policy(row.recommendation), row.measure, row.group)
    return " · ".join(part for part in (row.measure, row.group) if part)


def _told(row) -> str:
    """Verdict and figure of a result; of a measure about a trait of people, or one that the policy files no longer know, its verdict alone.

    Who left or came between two runs could be told by the counts of a trait side by side.
    """
    if row is None:
        return "–"
    known = row.recommendation in policies.checks() and policies.load_policy(row.recommendation).measures.get(
        row.measure
    )
    return clauses(show.verdict_text(row.verdict), show.figure_text(row) if known and not known.sensitive else "")
