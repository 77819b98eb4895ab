"""Beijing: 30-odd secondees to Shifang, first secretaries in 234 and 117 villages; what duties so many secondments bring.

Source: secondment essay, opening and last part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cadre_handbook import checks, published, show, validation
from cadre_handbook.i18n import _, label, named
from cadre_handbook.policy import Settings
from cadre_handbook.published import recomputed
from cadre_handbook.tables import html_table

PLAN, PRESENCE, FEEDBACK = "secondment_plan", "secondment_presence", "secondment_feedback"
SIZES = ("to_shifang", "villages")  # figures of the case that say how many were sent
YEAR = 12
# What the checks count of what was due, in the reader's own data.
DONE = {
    "planned": (PLAN, "planned"),
    "reported": (FEEDBACK, "host_reported"),
    "noticed": (FEEDBACK, "home_noticed"),
    "inspected": (FEEDBACK, "inspected"),
}


@dataclass(frozen=True)
class Duties(published.Opened):
    """A case with `duties`: by size and kind, how many fall due in a year, and how many would be left undone as in the data."""

    duties: pd.DataFrame


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> Duties:
    """The published figures, and what the three checks on secondments would ask of so many."""
    case = published.opened("case_beijing", "beijing", report, settings, given, others=[PLAN, PRESENCE, FEEDBACK])
    sizes = {name: int(case.case.span(name).low) for name in SIZES}
    rows = [row for name, size in sizes.items() for row in _duties(name, size, case.runs)]
    return Duties(**{**vars(case), "duties": pd.DataFrame(rows, columns=["size", "kind", "due", "share", "left"])})


def _duties(name: str, size: int, runs: Mapping[str, checks.Run]) -> list[tuple]:
    """For one size: the kind of duty, how many are due in a year, the share done in the data, how many that would leave undone."""
    asked = runs[FEEDBACK].settings
    due = {
        "planned": size,
        "reported": size * (YEAR // asked.months_a_report),
        "noticed": size * (YEAR // asked.months_a_report),
        "inspected": size * asked.inspections_a_year,
        "present": _days_due(size, runs[PRESENCE]),
    }
    rows = []
    for kind, count in due.items():
        share = _present(runs[PRESENCE]) if kind == "present" else _done(kind, runs)
        left = pd.NA if pd.isna(share) or pd.isna(count) else round(count * (1 - share))
        rows.append((name, kind, count, share, left))
    return rows


def _done(kind: str, runs: Mapping[str, checks.Run]) -> float:
    """The share of what was due that was done in the data, all organisations together; NaN where nothing was due."""
    check, measure = DONE[kind]
    results = runs[check].results
    results = results[results["measure"].eq(measure)]
    n, k = results["n"].sum(), results["k"].sum()
    return k / n if n else float("nan")


def _attended(run: checks.Run) -> pd.DataFrame:
    """The secondments of the data with days on record: `due` and `present` (days), `covered` (calendar days with a record)."""
    facts = run.of("present")
    facts = facts[(facts["due"] > 0).fillna(False).to_numpy(bool)]
    return facts[["due", "present"]].assign(covered=(facts["until"] - facts["since"]).dt.days - facts["unknown"])


def _present(run: checks.Run) -> float:
    days = _attended(run)
    return days["present"].sum() / days["due"].sum() if len(days) else float("nan")


def _days_due(size: int, run: checks.Run):
    """Working days due in a year of so many secondments, at the days due per calendar day in the data; NA without records."""
    days = _attended(run)
    if not len(days) or days["covered"].sum() <= 0:
        return pd.NA
    return round(float(size * 365 * days["due"].sum() / days["covered"].sum()))


# --- views ----------------------------------------------------------------------------------------


def duties(opened_: Duties) -> show.View:
    """What falls due in one year at each size, and what would be left undone if it went as in the data."""
    words = {
        "planned": _("plan entries, each with task and end"),
        "reported": _("reports of the host"),
        "noticed": _("notices of the home unit"),
        "inspected": _("inspections"),
        "present": _("working days to be present"),
    }
    sizes = {name: _size_words(opened_, name) for name in SIZES}
    rows, lines, glued = [], [], {}
    for row in opened_.duties.itertuples():
        due = _("unknown") if pd.isna(row.due) else f"{row.due:,}"
        share = _("no data") if pd.isna(row.share) else f"{row.share:.1%}"
        left = "–" if pd.isna(row.left) else f"{row.left:,}"
        rows.append([sizes[row.size], words[row.kind], due, share, left])
        lines.append(f"{row.size}/{row.kind} due={row.due} share={row.share:.4f} left={row.left}")
        glued |= {f"{row.size}.{row.kind}": due, f"{row.size}.{row.kind}.left": left}
    headings = [_("Sent"), _("Duty"), _("Due in a year"), _("Done in the data"), _("Left undone at that rate")]
    table = pd.DataFrame(rows, columns=headings)
    caption = _("What so many secondments ask for in one year")
    return show.View(html_table(table, "ch-duties", caption, headings[2:], shown=None), lines=lines, figures=glued)


def _size_words(opened_: Duties, name: str) -> str:
    case = opened_.case
    declared = case.figures.get(name) or case.derived[name]
    return named(label(declared), published.span_text(case.span(name)))


VIEWS = {"The published figures": recomputed, "What so many secondments ask for": duties}
