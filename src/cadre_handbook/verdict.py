"""Facts to cells to verdicts. Counting and judging are apart: a changed target re-judges without recounting.

A *fact* is one row per measure and subject. *Cells* are additive counts per organisation, measure and group, so that
cells from many parts add up. A *result* is a cell judged against its target, never silently.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cadre_handbook.estimates import STATISTICS, Estimate
from cadre_handbook.i18n import _, clauses, label
from cadre_handbook.policy import EVERYONE, Group, Measure, Policy, Settings, load_policy

MET, NOT_MET, CANNOT_TELL, TOO_FEW = "met", "not met", "cannot tell", "too few"
NO_DATA, NOT_APPLICABLE, NOT_IN_FORCE, CONTEXT = "no data", "not applicable", "not in force", "context"
HIDDEN = "hidden"
VERDICTS = (MET, NOT_MET, CANNOT_TELL, TOO_FEW, HIDDEN, NO_DATA, NOT_APPLICABLE, NOT_IN_FORCE, CONTEXT)
# Each unlike the others in shape, and drawn by the fonts that Chinese and Latin text is set in.
MARKS = {
    MET: "✓",
    NOT_MET: "×",
    CANNOT_TELL: "?",
    TOO_FEW: "<",
    HIDDEN: "■",
    NO_DATA: "∅",
    NOT_APPLICABLE: "–",
    NOT_IN_FORCE: "→",
    CONTEXT: "i",
}

FACT_COLUMNS = [
    "measure",
    "subject_type",
    "subject_id",
    "organisation_id",
    "group",
    "eligible",
    "hit",
    "missing",
]
EXTRA_COLUMNS = ["cadre_id", "post_id", "since", "reason_code", "x", "y"]
CELL_COLUMNS = ["organisation_id", "measure", "group", "x", "y", "n", "k", "missing"]
RESULT_COLUMNS = [
    *(
        "recommendation",
        "version",
        "organisation_id",
        "measure",
        "group",
        "n",
        "k",
        "missing",
        "value",
        "lower",
        "upper",
    ),
    *("operator", "target", "origin", "verdict", "reason", "as_of"),
]
_COMPARE = {">=": operators.ge, "<=": operators.le, ">": operators.gt, "<": operators.lt, "==": operators.eq}
ROUNDING = 1e-9  # 0.1 + 0.2 is not 0.3 in binary; a share exactly on its target meets it


def words() -> dict[str, str]:
    """The verdicts as words in the language in use."""
    return {
        MET: _("met"),
        NOT_MET: _("not met"),
        CANNOT_TELL: _("cannot tell"),
        TOO_FEW: _("too few"),
        HIDDEN: _("hidden"),
        NO_DATA: _("no data"),
        NOT_APPLICABLE: _("not applicable"),
        NOT_IN_FORCE: _("not in force"),
        CONTEXT: _("context"),
    }


def meanings() -> dict[str, str]:
    """What each verdict means, in a sentence in the language in use."""
    return {
        MET: _("The figure reaches its target, and would whatever the unknown people turned out to be."),
        NOT_MET: _("The figure misses its target, and would whatever the unknown people turned out to be."),
        CANNOT_TELL: _("The unknown people could turn it; the reason says how many they are."),
        TOO_FEW: _("A rate over fewer people than min_cases: one person would move it too far."),
        HIDDEN: _(
            "A count so small that showing it could tell somebody's trait; nothing that would give it away is shown."
        ),
        NO_DATA: _("A table or column that the measure needs is missing or empty; the reason names it."),
        NOT_APPLICABLE: _("There is nobody it could apply to."),
        NOT_IN_FORCE: _("The rule had not taken effect on the day judged on."),
        CONTEXT: _("Shown beside a published figure, which compares and does not demand."),
    }


# --- facts ----------------------------------------------------------------------------------------


def fact_rows(
    measure: str, frame: pd.DataFrame, subject: tuple[str, str], organisation: str, **columns
) -> pd.DataFrame:
    """Facts of one measure from a frame with one row a subject.

    ``subject`` is `(subject_type, column of its id)`, ``organisation`` the column of the organisation it counts for.
    ``columns`` gives `eligible` and `hit` (boolean, NA unknown; eligible is true unless said), `group`, `since`,
    `reason_code` and whatever else explains the row; the frame's `cadre_id` and `post_id` come along.
    """
    subject_type, subject_id = subject
    given = {
        "measure": measure,
        "subject_type": subject_type,
        "subject_id": frame[subject_id],
        "organisation_id": frame[organisation],
        **{name: frame.get(name, pd.NA) for name in ("cadre_id", "post_id")},
        "eligible": True,
        "hit": pd.NA,
        "group": "",
        "since": pd.NaT,
        "reason_code": pd.NA,
        "x": pd.NA,
        "y": pd.NA,
        **columns,
    }
    # Each column is made in its type at once: to set them one by one in the frame takes several times as long.
    made = {name: _as_fact(values, FACT_DTYPES.get(name), frame.index) for name, values in given.items()}
    return pd.DataFrame(made, index=frame.index).reset_index(drop=True)


FACT_DTYPES = {
    **dict.fromkeys(("eligible", "hit"), "boolean"),
    "since": "datetime64[s]",
    **dict.fromkeys(("group", "reason_code", "cadre_id", "post_id", "subject_id", "organisation_id"), "object"),
    **dict.fromkeys(("x", "y"), "Float64"),
}


def _as_fact(values: object, dtype: str | None, index: pd.Index) -> object:
    """A column of facts in its type, a single value repeated; columns that only explain stay as they are."""
    if dtype is None:
        return values
    column = values if isinstance(values, pd.Series) else pd.Series(values, index=index)
    return (pd.to_datetime(column) if dtype == "datetime64[s]" else column).astype(dtype)


def with_missing(facts: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Facts with `missing`: the rows whose outcome is not known, and could count.

    A subject whose eligibility or outcome is unknown is missing; in a count against a target one that is surely no hit
    is not, for it cannot turn the count.
    """
    counted = facts["measure"].map({name: measure.kind == "count" for name, measure in policy.measures.items()})
    unknown = facts["eligible"].isna() | facts["hit"].isna()
    could_count = facts["eligible"].fillna(True) & ~(counted.astype(bool) & ~facts["hit"].fillna(True))
    return facts.assign(missing=(unknown & could_count).astype(bool) | facts.get("missing", False))


def cells(facts: pd.DataFrame) -> pd.DataFrame:
    """Additive counts per organisation, measure, group and (for a statistic) x and y: columns `CELL_COLUMNS`."""
    counts = facts[facts["eligible"].fillna(True).astype(bool)]
    # One who may not even count, and is surely no hit, cannot turn a count against a target, and is in neither number.
    sure = counts["eligible"].fillna(False).to_numpy(bool)
    missing = counts["missing"].to_numpy(bool)
    known = sure & ~missing
    table = counts.assign(
        n=known.astype("int64"),
        k=(known & counts["hit"].fillna(False).to_numpy(bool)).astype("int64"),
        missing=missing.astype("int64"),
    )
    return summed(table)


def summed(table: pd.DataFrame) -> pd.DataFrame:
    """Cells with the same keys added up: columns `CELL_COLUMNS`."""
    added = table.groupby(CELL_COLUMNS[:5], dropna=False, sort=True)[["n", "k", "missing"]].sum()
    return added.reset_index()[CELL_COLUMNS]


# --- judging --------------------------------------------------------------------------------------


def _meets(value: float, operator: str, target: float) -> bool:
    if operator in (">=", "<=", "=="):
        value = target if abs(value - target) <= ROUNDING else value
    elif abs(value - target) <= ROUNDING:
        return False
    return _COMPARE[operator](value, target)


def range_of(kind: str, n: int, k: int, missing: int) -> tuple[float, float]:
    """The lowest and highest value the measure could have, whatever the missing subjects turned out to be."""
    if kind == "count":
        return k, k + missing
    return k / (n + missing), (k + missing) / (n + missing)


def _judge_share_or_count(measure: Measure, target: float, n: int, k: int, missing: int) -> tuple[str, str]:
    low, high = range_of(measure.kind, n, k, missing)
    ends = {_meets(value, measure.operator, target) for value in (low, high)}
    between = measure.operator == "==" and low < target < high
    if len(ends) == 2 or between:
        return CANNOT_TELL, _("{missing} of {all} are unknown and could turn it").format(
            missing=missing, all=n + missing
        )
    sure = _("; it would stay so whatever the {missing} unknown are").format(missing=missing) if missing else ""
    return (MET if ends == {True} else NOT_MET), _shown_count(measure, n, k) + sure


def shortfall(n: pd.Series, k: pd.Series, target: pd.Series) -> pd.Series:
    """How many more of `n` must count, besides the `k` that do, for the share to reach `target`; 0 where it does (int64)."""
    wanted = np.ceil(target.astype(float) * n.astype(float) - ROUNDING)
    return (wanted - k).clip(lower=0).fillna(0).astype("int64")


def _shown_count(measure: Measure, n: int, k: int) -> str:
    return _("{k} of {n}").format(k=k, n=n)


def _judge_statistic(measure: Measure, target: float | None, table: pd.DataFrame) -> tuple[str, str, Estimate]:
    """A statistic is met or not met where its whole interval is, and would be whatever the missing subjects are."""
    statistic = STATISTICS[measure.statistic]
    estimate = statistic.estimate(table)
    if estimate.not_enough:
        return TOO_FEW, estimate.not_enough, estimate
    if target is None or measure.operator is None:
        return CONTEXT, _("shown for comparison, not judged"), estimate
    outcome = _outcome(measure.operator, target, estimate)
    if outcome is None:
        return CANNOT_TELL, _("the interval reaches across the target"), estimate
    missing = int(table["missing"].sum())
    could_be = {_outcome(measure.operator, target, statistic.estimate(cells)) for cells in statistic.variants(table)}
    if missing and could_be != {outcome}:
        people = statistic.everyone(table)
        unknown = int(people["missing"].sum())
        all_ = int(people["n"].sum()) + unknown
        return (
            CANNOT_TELL,
            _("{missing} of {all} are unknown and could turn it").format(missing=unknown, all=all_),
            estimate,
        )
    if np.isnan(estimate.lower):
        return outcome, "", estimate
    return outcome, _("the whole interval lies on one side of the target"), estimate


def _outcome(operator: str, target: float, estimate: Estimate) -> str | None:
    if np.isnan(estimate.value):
        return None
    bounds = [estimate.value] if np.isnan(estimate.lower) else [estimate.lower, estimate.upper]
    ends = {_meets(bound, operator, target) for bound in bounds}
    return None if len(ends) == 2 else MET if ends == {True} else NOT_MET


def judge(
    counted: pd.DataFrame,
    policy: Policy,
    settings: Settings,
    organisations: Sequence[str],
    no_data: dict[str, str],
) -> pd.DataFrame:
    """Cells judged: one row per organisation, measure and group, columns `RESULT_COLUMNS`.

    ``no_data`` maps the measures that cannot be counted to what they lack. Every organisation has a row for every
    measure and group: a measure with nobody in it is `not applicable`, never left out.
    """
    by_key = dict(list(counted.groupby(["organisation_id", "measure", "group"]))) if len(counted) else {}
    nothing = counted.iloc[:0]
    rows = []
    for organisation in organisations:
        for name, measure in policy.measures.items():
            for group in measure.groups or (EVERYONE,):
                table = by_key.get((organisation, name, group.value), nothing)
                row = _judge_one(measure, group, settings, table, no_data.get(name))
                rows.append(
                    {
                        "recommendation": policy.id,
                        "version": policy.version,
                        "organisation_id": organisation,
                        "measure": name,
                        "group": group.value,
                        **row,
                        "as_of": settings.as_of.strftime("%Y-%m-%d"),
                    }
                )
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def _judge_one(measure: Measure, group: Group, settings: Settings, table: pd.DataFrame, lacks: str | None) -> dict:
    shown = STATISTICS[measure.statistic].shown(table) if measure.statistic else table
    n, k, missing = (int(shown[column].sum()) for column in ("n", "k", "missing"))
    wanted = group.target or measure.target
    target = getattr(settings, wanted) if wanted else None
    row = {"n": n, "k": k, "missing": missing, "value": None, "lower": None, "upper": None}
    row |= {"operator": measure.operator, "target": target, "origin": settings.origin(wanted)}
    if measure.kind == "count":
        row["value"] = k
    elif measure.kind == "share" and n:
        row["value"] = k / n
    verdict, reason = None, ""
    later, judged = settings.not_in_force(measure), measure.is_judged(settings)
    if lacks:
        row |= {"n": 0, "k": 0, "missing": 0, "value": None}
        verdict, reason = NO_DATA, lacks
    elif later:
        row |= {"n": 0, "k": 0, "missing": 0, "value": None}
        verdict, reason = NOT_IN_FORCE, _("the rule applies from {day}").format(day=later.isoformat())
    elif n == 0 and missing == 0:
        verdict, reason, row["value"] = NOT_APPLICABLE, _("nobody whom it could apply to"), None
    elif n == 0:
        # A count of nought among nobody known is no finding of nought.
        verdict, reason, row["value"] = (
            CANNOT_TELL,
            _("all {missing} are unknown").format(missing=missing),
            None,
        )
    elif not measure.any_n and (size := _size(measure, table, n)) < settings.min_cases:
        reason = _("{n} known, fewer than {least}").format(n=size, least=settings.min_cases)
        verdict = TOO_FEW
    elif measure.kind == "statistic":
        verdict, reason, estimate = _judge_statistic(measure, target, table)
        row["value"], row["lower"], row["upper"] = estimate.value, estimate.lower, estimate.upper
    elif judged:
        verdict, reason = _judge_share_or_count(measure, target, n, k, missing)
    # A statistic that too few would bear has no number, not even for comparison; a share of few shows its counts.
    no_number = verdict == TOO_FEW and measure.kind == "statistic"
    if not judged and not no_number and verdict in (None, MET, NOT_MET, CANNOT_TELL, TOO_FEW):
        verdict, reason = CONTEXT, clauses(_("shown for comparison, not judged"), reason)
    for name in ("value", "lower", "upper"):
        if row[name] is not None and not np.isfinite(row[name]):
            row[name] = None
    return row | {"verdict": verdict, "reason": reason}


def _size(measure: Measure, table: pd.DataFrame, n: int) -> int:
    """How many subjects a rate or statistic rests on; of a comparison those of the smaller side."""
    return STATISTICS[measure.statistic].size(table) if measure.kind == "statistic" else n


def target_text(row) -> str:
    """The target of a result as text: `≥ 25%` of a share, `≤ 0` of a count; empty where there is none."""
    if row.target is None or pd.isna(row.target):
        return ""
    is_share = load_policy(row.recommendation).measures[row.measure].kind == "share"
    shown = f"{100 * row.target:.4g}%" if is_share else f"{row.target:.6g}"
    return f"{sign(row.operator)} {shown}".strip()


def sign(operator: str | None) -> str:
    """An operator as people write it; empty where a figure is compared with nothing."""
    known = operator if isinstance(operator, str) else ""
    return {">=": "≥", "<=": "≤", "==": "="}.get(known, known)


def number_text(value) -> str:
    """A number short and the same on every machine: whole as such, else three decimals."""
    if value is None or pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else f"{float(value):.3f}"


def canonical_line(row) -> str:
    """One result as one line of text, the same in every language and on every machine; a hidden one has no figures."""
    subject = "/".join(part for part in (row.organisation_id, row.recommendation, row.measure, row.group) if part)
    figures = HIDDEN if row.verdict == HIDDEN else f"n={row.n} k={row.k} missing={row.missing}"
    value = f" value={number_text(row.value)}" if number_text(row.value) else ""
    interval = f" [{number_text(row.lower)}, {number_text(row.upper)}]" if number_text(row.lower) else ""
    operator = row.operator if isinstance(row.operator, str) else "beside"
    target = "" if pd.isna(row.target) else f" target {operator} {number_text(row.target)} ({row.origin})"
    return f"{subject} {row.as_of}: {figures}{value}{interval}{target} -> {row.verdict}"


def measure_label(policy: Policy, measure: str, group: str) -> str:
    """The label of a measure, with its group where it has one, in the language in use."""
    declared = policy.measures[measure]
    of_group = next((label(item) for item in declared.groups if item.value == group), group)
    return f"{label(declared)} · {of_group}" if group else label(declared)
