"""`follow_up_training` once more: one move, one cadre and one course at a time, from the wording.

A move is followed by a finished course within ninety days. At section level and below, twelve days or ninety hours of courses a
year; at county level and above, three months or 550 hours in five years; from the rule's first day, in proportion to the days in
such a post. A date known by its month may be any day of it; an end is the day after the last.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math

from reference.plain import (
    FOREVER,
    RANKS,
    by,
    either,
    fact,
    first_day,
    moves,
    plus_months,
    postings,
    rows,
    stays,
    today,
    tomorrow,
)

DAY = dt.timedelta(days=1)


def facts(dataset, settings) -> list[dict]:
    cadres, courses = by(rows(dataset, "cadres"), "cadre_id"), {}
    for course in rows(dataset, "trainings"):
        courses.setdefault(course["cadre_id"], []).append(course)
    found = []
    for move in moves(dataset):
        if not move["demotion"] and move["moved_on"] >= first_day(settings):
            own = courses.get(move["cadre_id"], [])
            found.append(onboarded(move, own, cadres[move["cadre_id"]], settings))
    careers = postings(dataset)
    for cadre_id, career in careers.items():
        own = courses.get(cadre_id, [])
        for at_county in (False, True):
            found += hours(cadre_id, career, own, cadres[cadre_id], at_county, settings)
    reserve = {row["cadre_id"] for row in rows(dataset, "reserve") if row["removed_on"] is None}
    studies = rows(dataset, "studies")
    for cadre_id, cadre in cadres.items():
        if cadre["left_on"] is not None:
            continue
        if cadre_id in reserve:
            hit = either(False, *(is_tour(course, settings) for course in courses.get(cadre_id, [])))
            found.append(fact("on_tour", cadre_id, cadre["organisation_id"], hit))
        if any(holds(row, today(settings)) for row in careers.get(cadre_id, [])):
            kinds = [study["kind"] for study in studies if study["cadre_id"] == cadre_id]
            hit = either(False, *(None if kind is None else kind == "part_time_degree" for kind in kinds))
            found.append(fact("part_time_degrees", cadre_id, cadre["organisation_id"], hit))
    return found


def holds(row: dict, day: dt.date) -> bool:
    return row["start"] <= day and (row["end"] is None or row["end"] > day)


def any_day(day: dt.date, is_month: bool) -> tuple[dt.date, dt.date]:
    """The first and the last day that a date may be."""
    return (day, day.replace(day=calendar.monthrange(day.year, day.month)[1])) if is_month else (day, day)


def last_day(course: dict) -> tuple[dt.date, dt.date] | None:
    """The first and the latest day that may have been the last of a course; none while it runs."""
    if course["end"] is None:
        return None
    first, latest = course["end"] - DAY, course["end"] - DAY
    if course["end_is_month"]:
        latest = any_day(course["end"], True)[1]
    return max(first, course["start"]), max(latest, course["start"])


def no_later(one: tuple, other: tuple) -> bool | None:
    if one[1] <= other[0]:
        return True
    return False if one[0] > other[1] else None


def conjunction(*answers: bool | None) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


# --- after the move -------------------------------------------------------------------------------


def onboarded(move: dict, courses: list[dict], cadre: dict, settings) -> dict:
    moved = any_day(move["moved_on"], move["to"]["start_is_month"])
    days = dt.timedelta(days=settings.onboarding_days)
    answers = [False]
    for course in courses:
        last = last_day(course)
        if last is None:
            continue
        right_kind = None if course["kind"] is None else course["kind"] == "onboarding"
        in_time = no_later(last, (moved[0] + days, moved[1] + days))
        answers.append(conjunction(right_kind, in_time, no_later(moved, last), course["completed"]))
    outcome, due = either(*answers), moved[1] + days
    ended = (move["to_end"], cadre["left_on"] or FOREVER)
    owed = due <= today(settings) and min(ended) > due
    if outcome is not True and not owed:
        return fact("onboarded", move["cadre_id"], move["managed_by"], False, eligible=False)
    reason = {True: None, False: "no_onboarding", None: "onboarding_unknown"}[outcome]
    return fact("onboarded", move["cadre_id"], move["managed_by"], outcome, True, reason)


# --- the hours of the rank ------------------------------------------------------------------------


def hours(cadre_id, career, courses, cadre, at_county: bool, settings) -> list[dict]:
    """Nothing where the cadre held no post at the end of the period, or the rule was not in force in it."""
    year = tomorrow(settings).year - 1
    measure, code, years = ("hours_of_year", "under_hours", 1)
    hours_name, days_name = "hours_a_year", "days_a_year"
    if at_county:
        measure, code, years = ("hours_of_five_years", "under_five_years", 5)
        hours_name, days_name = "hours_in_five_years", "months_in_five_years"
    start, end = dt.date(year - years + 1, 1, 1), dt.date(year, 12, 31)
    whole = (end - start).days + 1
    for name in (hours_name, days_name, "min_share_hours"):
        start = max(start, settings.values[name].from_ or start)
    asked_hours, asked_days = getattr(settings, hours_name), getattr(settings, days_name)
    gone = cadre["left_on"] is not None and cadre["left_on"] <= end
    held = [row for row in career if holds(row, end)]
    if start > end or asked_hours is None or asked_days is None or gone or not held:
        return []
    if at_county:
        asked_days *= settings.days_a_month

    inside = [row for row in career if row["start"] <= end and (row["end"] or FOREVER) > start]
    days = [
        day
        for stay in stays(inside, lambda row: level(row))
        if stay["key"] == ("county" if at_county else "below")
        for day in every_day(max(stay["start"], start), min(stay["end"], end + DAY))
    ]
    in_post, from_day = len(set(days)), min(days, default=None)
    at_end = either(*(None if level(row) is None else level(row) == "county" for row in held))
    right_level = at_end if at_county else None if at_end is None else not at_end
    long_enough = in_post >= settings.least_days and (settings.part_periods != "wait" or in_post == whole)
    unknown = any(level(row) is None for row in inside)
    counted = conjunction(right_level, None if unknown else long_enough)

    known, most = attended(courses, from_day, end, settings)
    outcome = None
    if reached(known, (asked_hours, asked_days), in_post, whole):
        outcome = True
    elif not reached(most, (asked_hours, asked_days), in_post, whole):
        outcome = False
    reason = {True: None, False: code, None: "hours_unknown"}[outcome] if counted else None
    return [fact(measure, cadre_id, held[0]["managed_by"], outcome, counted, reason)]


def level(row: dict) -> str | None:
    rank = row["of_post"]["rank"]
    return None if rank is None else "county" if RANKS.index(rank) >= RANKS.index("county_deputy") else "below"


def every_day(first: dt.date, until: dt.date):
    while first < until:
        yield first
        first += DAY


def attended(courses: list[dict], from_day: dt.date | None, end: dt.date, settings) -> tuple[tuple, tuple]:
    """Hours and days of the courses that ended in the period: those known, and those there may have been at most."""
    known, most = [0.0, 0], [0.0, 0.0]
    for course in courses:
        last = last_day(course)
        if last is None or from_day is None or last[1] < from_day or last[0] > end:
            continue
        counts = True
        if settings.online == "apart":
            counts = None if course["online"] is None else not course["online"]
        if counts is False:
            continue
        sure = counts and last[0] >= from_day and last[1] <= end
        length = (last[1] - course["start"]).days + 1
        by_month = course["start_is_month"] or course["end_is_month"]
        if course["hours"] is None:
            most[0] += math.inf
            most[1] += length
            continue
        most[0] += course["hours"]
        full_time = course["hours"] >= settings.full_time_hours * length
        if by_month:
            most[1] += min(length, math.floor(course["hours"] / settings.full_time_hours))
        elif full_time:
            most[1] += length
        if sure:
            known[0] += course["hours"]
            known[1] += length if full_time and not by_month else 0
    return tuple(known), tuple(most)


def reached(attended_: tuple, asked: tuple, in_post: int, whole: int) -> bool:
    return any(has * whole >= want * in_post - 1e-6 for has, want in zip(attended_, asked, strict=True))


# --- study tours ----------------------------------------------------------------------------------


def is_tour(course: dict, settings) -> bool | None:
    day = today(settings)
    begin = dt.date(day.year, 1, 1) if settings.tour_year == "calendar_year" else plus_months(tomorrow(settings), -12)
    last = last_day(course)
    this_year = True if last is None else no_later((begin, begin), last)
    return conjunction(None if course["kind"] is None else course["kind"] == "study_tour", this_year)
