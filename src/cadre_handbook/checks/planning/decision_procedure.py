"""A few people must not decide: inspection, collective decision and start in this order, all heard, all recorded in time.

Sources: problems 1.1 and 2.4-2.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
OPINIONS = ["opinion_from_on", "opinion_to_on"]
HEARINGS = [*OPINIONS, "talked_on"]
RECORDED = {
    "inspected_on": "inspected_recorded_on",
    "decided_on": "decided_recorded_on",
    "opinion_from_on": "opinion_from_recorded_on",
    "opinion_to_on": "opinion_to_recorded_on",
    "talked_on": "talk_recorded_on",
}


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move; explained by `moved_on`, the days of the steps, and `lag` (days)."""
    moves = decided_moves(dataset, settings)
    order, heard, before = _in_order(moves), _heard(moves), _heard_before(moves)
    counted, recorded = _recorded(moves, settings)
    parts = [
        _facts("in_order", moves, hit=order, reason_code=_why_not_in_order(moves, order)),
        _facts("heard", moves, hit=heard, reason_code=_codes(heard, "not_heard", "")),
        _facts(
            "heard_before", moves, heard, hit=before, reason_code=_codes(before, "heard_late", "heard_when_unknown")
        ),
        _facts(
            "recorded",
            moves,
            counted,
            hit=recorded,
            lag=_longest_lag(moves),
            reason_code=_codes(recorded, "recorded_late", "recorded_when_unknown").mask(
                _recorded_before(moves), "recorded_before"
            ),
        ),
    ]
    return pd.concat(parts, ignore_index=True)


def decided_moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Moves of the last months, demotions left out, each with the decision it names: `on_file` (bool) and its steps.

    A decision about somebody else is no decision about the move.
    """
    moves = history.moves(dataset, settings.max_gap_days)
    first = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= first) & ~moves["demotion"]).to_numpy()]
    days = [column for pair in RECORDED.items() for column in pair]
    steps = ["decision_id", "cadre_id", "decided_by", *days, *(f"{day}_is_month" for day in days)]
    decisions = dataset["decisions"].dropna(subset=["decision_id"])[steps].assign(on_file=True)
    moves = moves.merge(decisions, on=["decision_id", "cadre_id"], how="left")
    return moves.assign(on_file=moves["on_file"].notna())


# --- the steps, three-valued ----------------------------------------------------------------------


def _in_order(moves: pd.DataFrame) -> pd.Series:
    """Whether inspection, collective decision and start are on file and follow one another (boolean)."""
    all_there = moves[["inspected_on", "decided_on"]].notna().all(axis=1).astype("boolean")
    in_turn = _not_after(moves, "inspected_on", "decided_on") & _not_after(moves, "decided_on", "moved_on")
    return all_there & _collective(moves) & in_turn


def _collective(moves: pd.DataFrame) -> pd.Series:
    return same(moves["decided_by"], "collective")


def _heard(moves: pd.DataFrame) -> pd.Series:
    """Whether the opinions and the talk are on file (boolean); inside one department there is one opinion to ask for."""
    there = moves[OPINIONS].notna()
    opinions = there.all(axis=1) | (there.any(axis=1) & ~moves["changed_department"])
    return (opinions & moves["talked_on"].notna()).astype("boolean")


def _heard_before(moves: pd.DataFrame) -> pd.Series:
    """Whether all who were heard were heard by the start (boolean)."""
    before = pd.Series(True, index=moves.index, dtype="boolean")
    for day in HEARINGS:
        before &= _not_after(moves, day, "moved_on") | moves[day].isna()
    return before


def _recorded(moves: pd.DataFrame, settings: Settings) -> tuple[pd.Series, pd.Series]:
    """Whether a step is there to be recorded, and whether all that are were recorded in time (both boolean).

    A step without a day of record is unknown once the time is over, and not counted before. What was put on record before
    it happened is not in time either.
    """
    days = settings.max_record_lag_days
    counted = pd.Series(False, index=moves.index, dtype="boolean")
    in_time = pd.Series(True, index=moves.index, dtype="boolean")
    for step, record in RECORDED.items():
        not_yet_due = moves[record].isna() & (_last_day(moves, step) + pd.Timedelta(days=days) > settings.as_of)
        counts = moves[step].notna() & ~not_yet_due
        counted |= counts
        in_time &= _not_after(moves, record, step, days) | ~counts
    return counted, in_time & ~_recorded_before(moves)


def _recorded_before(moves: pd.DataFrame) -> pd.Series:
    """Whether a step was surely put on record before the day it is said to have been taken (bool)."""
    pairs = [_last_day(moves, record) < moves[step] for step, record in RECORDED.items()]
    return pd.concat(pairs, axis=1).any(axis=1)


def _not_after(moves: pd.DataFrame, one: str, other: str, days: int = 0) -> pd.Series:
    """Whether one day is no more than `days` later than the other: NA where months do not settle it, or one is unknown."""
    allowed = pd.Timedelta(days=days)
    first, last = history.span(moves, other)
    return history.by_then(history.span(moves, one), (first + allowed, last + allowed))


def _last_day(moves: pd.DataFrame, column: str) -> pd.Series:
    """The latest day a date may be: itself, or the last of the month where only the month is known."""
    return history.span(moves, column)[1]


def _longest_lag(moves: pd.DataFrame) -> pd.Series:
    """Days from a step to its record, at the longest, counted from the last day the step may have been (Float64)."""
    lags = [(moves[record] - _last_day(moves, step)).dt.days for step, record in RECORDED.items()]
    return pd.concat(lags, axis=1).max(axis=1)


# --- facts and findings ---------------------------------------------------------------------------


def _why_not_in_order(moves: pd.DataFrame, order: pd.Series) -> pd.Series:
    """What is wrong first of all: no decision, a step missing, a few people, then the order."""
    code = _codes(order, "out_of_order", "order_unknown")
    code = code.mask(moves["decided_by"].eq("individual"), "not_collective")
    code = code.mask(moves[["inspected_on", "decided_on"]].isna().any(axis=1), "step_missing")
    return code.mask(~moves["on_file"], "no_decision")


def _codes(answer: pd.Series, if_not: str, if_unknown: str) -> pd.Series:
    code = pd.Series(pd.NA, index=answer.index, dtype="object")
    return code.mask(~answer.fillna(True), if_not).mask(answer.isna(), if_unknown or pd.NA)


def _facts(measure: str, moves: pd.DataFrame, eligible: pd.Series | bool = True, **columns) -> pd.DataFrame:
    if eligible is not True:
        columns["reason_code"] = columns["reason_code"].where(eligible.fillna(False), pd.NA)
    return fact_rows(
        measure,
        moves.assign(post_id=moves["to_post_id"]),
        SUBJECT,
        "managed_by",
        eligible=eligible,
        since=moves["moved_on"],
        moved_on=moves["moved_on"],
        **{day: moves[day] for day in RECORDED},
        **columns,
    )


def picture(run) -> figures.Picture:
    """How many moves are left after each step: a funnel."""
    moves = decided_moves(run.dataset, run.settings)
    moves = moves[moves["managed_by"].isin(run.organisations)]
    counted, recorded = _recorded(moves, run.settings)
    steps = {
        _("A decision on file"): moves["on_file"].astype("boolean"),
        _("Inspected, decided together, then begun"): _in_order(moves),
        _("Both units and the cadre heard"): _heard(moves),
        _("Heard before the start"): _heard_before(moves),
        _("Every step recorded in time"): recorded & counted,
    }
    passed = pd.Series(True, index=moves.index)
    rows = []
    for name, step in steps.items():
        passed &= step.fillna(False).astype(bool)
        rows.append({"group": name, "series": "", "k": int(passed.sum()), "n": len(moves), "target": float("nan")})
    return figures.bars(
        pd.DataFrame(rows),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} moves passed every step").format(k=rows[-1]["k"], n=len(moves)),
        caption=_(
            "From top to bottom, the moves that passed this step and all above it, of all moves. What is not known counts as not passed."
        ),
    )
