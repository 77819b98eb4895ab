"""`housing` once more, one mover at a time, from the wording.

Whoever needs a home has one within ninety days; nobody lives in a guesthouse or an office for longer.
"""

from __future__ import annotations

import datetime as dt

from reference.plain import both, either, fact, first_day, today
from reference.relocations import relocations
from reference.secondments import by_then, span


def facts(dataset, settings) -> list[dict]:
    found = []
    for row in relocations(dataset):
        found += about_a_mover(row, settings)
    return found


def about_a_mover(row: dict, settings) -> list[dict]:
    lodging = None if row["lodging"] is None else row["lodging"] in ("guesthouse", "office")
    needs = either(row["needs_housing"], bool(lodging))
    recent, home = row["moved_on"] >= first_day(settings), row["housed_on"] is not None
    allowed = dt.timedelta(days=settings.days)
    first, last = (day + allowed for day in span(row, "moved_on"))
    over = last <= today(settings) and not (row["ended_on"] is not None and row["ended_on"] <= last)
    runs = row["ended_on"] is None or row["ended_on"] > today(settings)
    recorded = row["recorded"]

    def say(measure, due, hit, reason=None):
        return fact(measure, row["cadre_id"], row["managed_by"], hit if recorded else None, both(needs, due), reason)

    due = recent and (over or home)
    reason = None
    if due and not home and recorded and needs and runs:
        reason = "not_housed"
    if due and not home and recorded and needs is None:
        reason = "need_unknown"
    if due and not recorded and row["changed_county"]:
        reason = "not_recorded"
    in_time = by_then(span(row, "housed_on"), (first, last)) if home else False
    found = [say("housed", due, in_time, reason)]

    due, reason = over and runs and not home and (recorded or recent), None
    if due and lodging:
        reason = "still_lodged"
    if due and recorded and lodging is None and needs is not False:
        reason = "lodging_unknown"
    found.append(say("still_lodged", due, lodging, reason))
    found.append(say("nights_paid", recent, True if row["nights_paid"] is not None else None))
    found.append(say("days_until_housed", recent, home))
    return found
