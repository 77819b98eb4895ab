"""`pay_and_title` once more, one move at a time, from the wording.

Nobody's pay falls by a move that is no demotion; applications for a title are handled after it as before it.
"""

from __future__ import annotations

from reference.plain import both, fact, first_day, opposite, plus_months, tomorrow
from reference.relocations import relocations


def facts(dataset, settings) -> list[dict]:
    found = []
    for row in relocations(dataset):
        if row["moved_on"] >= first_day(settings) and row["demotion"] is not True:
            found.append(pay(row, settings))
            found += [title(row, column) for column in ("title_before", "title_after")]
    return found


def pay(row: dict, settings) -> dict:
    known = row["pay_change"] is not None
    compared_on = plus_months(row["moved_on"], settings.pay_months)
    stayed = row["ended_on"] is None or row["ended_on"] >= compared_on
    due = known or (compared_on <= tomorrow(settings) and stayed)
    fell = row["pay_change"] in ("fell_much", "fell") if known else None
    owed = True if row["recorded"] else row["changed_county"]
    reason = None
    if row["demotion"] is False and due:
        if not row["recorded"]:
            reason = "not_recorded" if row["changed_county"] else None
        elif not known:
            reason = "pay_unknown"
        elif fell:
            reason = "pay_fell"
    eligible = both(opposite(row["demotion"]), due, owed)
    return fact("pay_fell", row["cadre_id"], row["managed_by"], fell, eligible, reason)


def title(row: dict, column: str) -> dict:
    application = row[column]
    made = None if application is None else application in ("handled", "held_back")
    handled = None if application is None else application != "held_back"
    eligible = both(made, opposite(row["demotion"]))
    late = column == "title_after" and application == "held_back" and row["demotion"] is False
    return fact("titles", row["cadre_id"], row["managed_by"], handled, eligible, "held_back" if late else None)
