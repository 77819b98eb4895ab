"""The report as one HTML file: it asks for nothing, runs no script, and reads the same on a phone, on paper and offline.

Text from data is escaped by the template; what comes as HTML was made, and escaped, by `tables.py`, `show.py` and `figures/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cadre_handbook import policy, show, verdict
from cadre_handbook.i18n import _, joined, label
from cadre_handbook.paths import STYLE
from cadre_handbook.references import reference_text
from cadre_handbook.reporting.outcome import About, Outcome, no_decision
from cadre_handbook.review import confidential
from cadre_handbook.scorecard import Scorecard
from cadre_handbook.tables import NONE, html_table

HERE = Path(__file__).parent
STYLES = ("handbook.css", "figures.css", "tables.css")  # of the book: a report looks as its pages do


def report_html(about: About, outcomes: Sequence[Outcome], card: Scorecard) -> str:
    """The report on one organisation, in the language in use."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.jinja").render(
        lang={"en": "en", "zh_CN": "zh-CN"}[about.language],
        style=Markup(style()),
        words=_words(),
        title=_("Report on cadre exchange: {whose}").format(whose=about.whose),
        confidential=confidential(),
        no_decision=no_decision(),
        facts=facts(about),
        failures=[(title(item.slug), item.failure) for item in outcomes if item.failure],
        scorecard=Markup(card.html(link=lambda slug: f"#{slug}")),
        lacks=Markup(_lacking_everywhere(outcomes)),
        parts=_parts(outcomes),
    )


def _words() -> dict[str, str]:
    return {
        "contents": _("Contents"),
        "scorecard": _("Scorecard"),
        "back": _("Back to the contents"),
        "verdicts": _("Verdicts"),
        "picture": _("Picture"),
        "findings": _("Findings"),
        "failed": _("Checks that did not run"),
        "can_do": _("What you can do"),
        "lacks": _("What was missing"),
        "cannot_tell": _("What this check cannot tell"),
    }


def style() -> str:
    """The styles of the book and the report's own, with the dark palette where the reader's system asks for it."""
    sheets = [(STYLE / name).read_text(encoding="utf-8") for name in STYLES]
    sheets.append((HERE / "report.css").read_text(encoding="utf-8"))
    joined_ = re.sub(r"/\*.*?\*/\s*", "", "\n".join(sheets), flags=re.DOTALL)
    joined_ = joined_.replace('html[data-theme="light"]', ":root")
    return re.sub(
        r'html\[data-theme="dark"\]([^{},]*)\{([^{}]*)\}',
        r"@media screen and (prefers-color-scheme: dark) { :root\1{\2} }",
        joined_,
    )


def facts(about: About) -> list[tuple[str, str]]:
    """What a report says of itself, as pairs of a word and what it is."""
    given = joined(f"{name} = {value}" for name, value in about.given.items())
    return [
        (_("Organisation"), about.whose),
        (_("As of the end of"), about.as_of.strftime("%Y-%m-%d")),
        (_("Data"), about.where),
        (_("Rows read"), str(about.rows)),
        (_("Rows left out for their problems"), str(about.left_out)),
        (_("Parameters given for this run"), given or _("none: as the policy files say")),
        (_("Digest of the data"), about.digest[:12]),
        (_("Version"), about.version),
    ]


def title(slug: str) -> str:
    return label(policy.load_policy(slug), "title")


def _parts(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    parts: dict[str, list] = {}
    for item in outcomes:
        if not item.failure:
            parts.setdefault(policy.load_policy(item.slug).part, []).append(_check(item))
    return [{"title": label(policy.parts()[part]), "checks": checks} for part, checks in parts.items()]


def _check(item: Outcome) -> dict[str, Any]:
    recommendation = policy.load_policy(item.slug)
    return {
        "slug": item.slug,
        "title": label(recommendation, "title"),
        "counts": Markup(item.html.get("counts", "")),
        "box": Markup(show.verdict_list(recommendation, item.results)),
        "table": Markup(_verdict_table(item, recommendation)),
        "picture": Markup(item.html.get("picture", "")),
        "sensitivity": Markup(item.html.get("sensitivity", "")),
        "review": item.review,
        "findings": Markup(item.html.get("findings", "")),
        "actions": [(label(action), label(action, "text")) for action in actions(item)],
        "lacks": lacking(item),
        "cannot_tell": label(recommendation, "cannot_tell"),
    }


def actions(item: Outcome) -> list[policy.Action]:
    """The kinds of action that the reasons of the findings name, once each, in the order of the findings."""
    reasons = policy.load_policy(item.slug).reasons
    names = dict.fromkeys(reasons[code].action for code in item.findings["reason_code"])
    return [policy.actions()[name] for name in names]


def lacking(item: Outcome) -> list[tuple[str, str]]:
    """The measures without data, each with the tables or columns that would bring it."""
    rows = item.results[item.results["verdict"] == verdict.NO_DATA].drop_duplicates(["measure", "reason"])
    recommendation = policy.load_policy(item.slug)
    return [
        (verdict.measure_label(recommendation, row.measure, ""), _what_is_missing(row)) for row in rows.itertuples()
    ]


def _what_is_missing(row) -> str:
    """The reason of “no data” without what it says besides: that something is missing, and how many rows were left out."""
    left_out = _("rows left out for their problems: {count}").format(count=row.rows_left_out)
    what = row.reason.removesuffix(left_out).rstrip("；; ")
    return what.removeprefix(_("missing or empty: {what}").format(what=""))


def _lacking_everywhere(outcomes: Sequence[Outcome]) -> str:
    """What was missing, with the checks that wait for it, as a table; empty where nothing was."""
    waiting: dict[str, dict[str, None]] = {}
    for item in outcomes:
        for _measure, reason in lacking(item):
            waiting.setdefault(reason, {})[title(item.slug)] = None
    if not waiting:
        return ""
    rows = [[what, joined(titles)] for what, titles in waiting.items()]
    table = pd.DataFrame(rows, columns=[_("Missing"), _("Checks that wait for it")])
    return html_table(table, "ch-lacks", _("What was missing"), shown=None)


def _verdict_table(item: Outcome, recommendation: policy.Policy) -> str:
    """The results with their numbers apart, and where each target stands."""
    rows = []
    for row, record in zip(item.results.itertuples(), item.records, strict=True):
        rows.append(
            [
                verdict.measure_label(recommendation, row.measure, row.group),
                show.verdict_text(row.verdict),
                *(show.count_text(count) for count in (row.n, row.k, row.missing)),
                _value(row, recommendation),
                verdict.target_text(row),
                show.origin_word(row.origin),
                _source(record, recommendation),
                row.reason,
            ]
        )
    headings = [
        *(_("Measure"), _("Verdict"), "n", "k", _("Unknown"), _("Figure"), _("Target"), _("Origin"), _("Reference")),
        _("Why"),
    ]
    caption = _("Verdicts: {title}").format(title=label(recommendation, "title"))
    numbers = ("n", "k", _("Unknown"), _("Figure"), _("Target"))
    table = pd.DataFrame(rows, columns=headings)
    if table[_("Figure")].eq(NONE).all():  # of counts alone
        table = table.drop(columns=_("Figure"))
    return html_table(table, "ch-report-verdicts", caption, numbers, shown=None)


def _value(row, recommendation: policy.Policy) -> str:
    """The share, or the estimate with its interval; a count has no value beside its k."""
    kind = recommendation.measures[row.measure].kind
    if kind == "share":
        return NONE if pd.isna(row.value) else f"{row.value:.1%}"
    return show.figure_text(row) if kind == "statistic" else NONE


def _source(record: dict, recommendation: policy.Policy) -> str:
    """Where the target of a result stands; empty where it has none."""
    measure = recommendation.measures[record["measure"]]
    of_group = next((group.target for group in measure.groups if group.value == record["group"]), None)
    wanted = of_group or measure.target
    if wanted is None or record["target"] is None:
        return ""
    reference = record["parameters"][wanted]["reference"]
    declared = recommendation.parameters[wanted].values
    chinese = next((value.reference_zh_CN for value in declared if value.reference == reference), "")
    return reference_text(reference, chinese)
