"""`pre_post_training` once more: each first appointment to a leading post, and what lay before it."""

from __future__ import annotations

import datetime as dt

from reference.plain import (
    FOREVER,
    anniversary,
    by,
    either,
    fact,
    first_day,
    plus_months,
    postings,
    rows,
    stays,
    tomorrow,
)


def facts(dataset, settings) -> list[dict]:
    found = []
    cadres, courses = by(rows(dataset, "cadres"), "cadre_id"), rows(dataset, "trainings")
    for cadre_id, everything in postings(dataset, substantive=False).items():
        first, certain = first_appointment(everything, first_day(settings))
        if first is None:
            continue
        found.append(tempered(cadre_id, first, certain, everything, cadres[cadre_id], settings))
        own = [course for course in courses if course["cadre_id"] == cadre_id]
        found.append(trained(cadre_id, first, certain, own, settings))
    return found


def first_appointment(everything: list[dict], begins: dt.date) -> tuple[dict | None, bool | None]:
    """The first leading post, if it is one of the last years, and whether it surely is the first (True or None).

    A post of which nobody says whether it is leading may be the first, or may have come before.
    """
    own = sorted((row for row in everything if row["role"] == "substantive"), key=lambda row: row["start"])
    perhaps = [row for row in own if row["of_post"]["leading"] is not False]
    if any(row["of_post"]["leading"] and row["start"] < begins for row in perhaps):
        return None, None
    recent = [row for row in perhaps if row["start"] >= begins]
    if not recent:
        return None, None
    return recent[0], True if perhaps[0]["of_post"]["leading"] else None


def full_months(start: dt.date, end: dt.date) -> tuple[int, int]:
    """Whole months from day to day, and the days beyond them."""
    months = 0
    while same_day_later(start, months + 1) <= end:
        months += 1
    return months, (end - same_day_later(start, months)).days


def same_day_later(day: dt.date, months: int) -> dt.date:
    """The day of that number so many months later; where the month is too short, the first of the next."""
    later = plus_months(day, months)
    return later if later.day == day.day else later + dt.timedelta(days=1)


def tempered(cadre_id, first, certain, everything, cadre, settings) -> dict:
    day = first["start"]
    before = [{**row, "end": min(row["end"] or FOREVER, day)} for row in everything if row["start"] < day]
    units = {row["unit"] for row in before}
    whole = [full_months(stay["start"], stay["end"]) for stay in stays(before, lambda _row: "anywhere")]
    months = sum(months for months, _days in whole) + sum(days for _months, days in whole) // 30
    enough = len(units) >= settings.min_departments and months >= settings.min_months
    hard = either(*(is_hard(row, settings) for row in before)) if before else False
    outcome = False if not enough or hard is False else hard
    begins = everything[0]
    record_from = min([row["start"] for row in before], default=day)
    late = cadre["joined_on"] is None or record_from > anniversary(cadre["joined_on"], 1)
    if outcome is False and (late or begins["from_place_code"] is not None):
        outcome = None
    reason = {True: None, False: "untempered", None: "record_incomplete"}[outcome] if certain else None
    return fact("tempered", cadre_id, first["managed_by"], outcome, certain, reason)


def is_hard(row, settings) -> bool | None:
    hardship = row["of_unit"]["hardship"]
    return either(row["of_post"]["urgent"], None if hardship is None else hardship >= settings.min_hardship)


def trained(cadre_id, first, certain, courses, settings) -> dict:
    """A course for a leading post, finished with success before the appointment or within a year of it."""
    due = plus_months(first["start"], settings.months_until_trained)
    outcome = either(*(counts_as_training(course, due) for course in courses)) if courses else False
    running = any(
        course["kind"] == "leading_post" and course["end"] is None and course["start"] < due for course in courses
    )
    year_runs = due > tomorrow(settings)
    if outcome is not True and (running or year_runs):
        return fact("trained", cadre_id, first["managed_by"], False, eligible=False)
    reason = "untrained" if outcome is False and certain else None
    return fact("trained", cadre_id, first["managed_by"], outcome, certain, reason)


def counts_as_training(course: dict, due: dt.date) -> bool | None:
    if course["kind"] not in (None, "leading_post") or course["end"] is None or course["end"] > due:
        return False
    if course["completed"] is False:
        return False
    return None if course["kind"] is None or course["completed"] is None else True
