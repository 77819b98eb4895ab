"""`decision_procedure` once more, one move at a time, from the wording.

A move is inspected, then decided by a collective, then begun; both units and the cadre are heard, before the start; each step is
put on record within thirty days. A date known by its month may be any day of it.
"""

from __future__ import annotations

import calendar
import datetime as dt

from reference.plain import fact, first_day, moves, rows, today

STEPS = (
    ("inspected_on", "inspected_recorded_on"),
    ("decided_on", "decided_recorded_on"),
    ("opinion_from_on", "opinion_from_recorded_on"),
    ("opinion_to_on", "opinion_to_recorded_on"),
    ("talked_on", "talk_recorded_on"),
)


def facts(dataset, settings) -> list[dict]:
    on_file = {(row["decision_id"], row["cadre_id"]): row for row in rows(dataset, "decisions")}
    found = []
    for move in moves(dataset, settings.max_gap_days):
        if move["demotion"] or move["moved_on"] < first_day(settings):
            continue
        decision = on_file.get((move["to"]["decision_id"], move["cadre_id"]))
        start = (move["moved_on"], end_of(move["moved_on"], move["to"]["start_is_month"]))
        inside = move["from"]["department"] == move["to"]["department"]
        for measure, hit, eligible, reason in answers(decision, start, inside, settings):
            found.append(fact(measure, move["cadre_id"], move["managed_by"], hit, eligible, reason))
    return found


def answers(decision, start, inside, settings):
    if decision is None:
        yield "in_order", False, True, "no_decision"
        yield "heard", False, True, "not_heard"
        return
    yield "in_order", *in_order(decision, start)
    opinions = [decision["opinion_from_on"], decision["opinion_to_on"]]
    asked = sum(day is not None for day in opinions)
    if decision["talked_on"] is None or asked < (1 if inside else 2):
        yield "heard", False, True, "not_heard"
    else:
        yield "heard", True, True, None
        yield "heard_before", *heard_before(decision, start)
    yield from recorded(decision, settings)


def in_order(decision, start):
    inspected, decided, who = span(decision, "inspected_on"), span(decision, "decided_on"), decision["decided_by"]
    if inspected is None or decided is None:
        return False, True, "step_missing"
    if who == "individual":
        return False, True, "not_collective"
    in_turn = [by_then(inspected, decided), by_then(decided, start)]
    if False in in_turn:
        return False, True, "out_of_order"
    if None in in_turn or who is None:
        return None, True, "order_unknown"
    return True, True, None


def heard_before(decision, start):
    days = [span(decision, step) for step in ("opinion_from_on", "opinion_to_on", "talked_on")]
    in_turn = [by_then(day, start) for day in days if day is not None]
    if False in in_turn:
        return False, True, "heard_late"
    return (None, True, "heard_when_unknown") if None in in_turn else (True, True, None)


def recorded(decision, settings):
    lag, in_time, too_early = dt.timedelta(days=settings.max_record_lag_days), [], False
    for step, record in STEPS:
        taken, written = span(decision, step), span(decision, record)
        if taken is None:
            continue
        latest = (taken[0] + lag, taken[1] + lag)
        if written is not None:
            too_early |= written[1] < taken[0]
            in_time.append(by_then(written, latest))
        elif latest[1] <= today(settings):
            in_time.append(None)
    if too_early:
        yield "recorded", False, True, "recorded_before"
    elif in_time:
        hit = False if False in in_time else None if None in in_time else True
        yield "recorded", hit, True, {False: "recorded_late", None: "recorded_when_unknown", True: None}[hit]


def span(decision, column) -> tuple[dt.date, dt.date] | None:
    """The first and the last day that a date may be."""
    day = decision[column]
    return None if day is None else (day, end_of(day, decision[f"{column}_is_month"]))


def end_of(day: dt.date, is_month: bool) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1]) if is_month else day


def by_then(one, other) -> bool | None:
    """Whether one day is no later than the other, both given as the first and last they may be."""
    if one[1] <= other[0]:
        return True
    return False if one[0] > other[1] else None
