"""`secondment_feedback` once more, one secondment and one message at a time, from the wording.

For each quarter that a secondment had in full the host sends a report and the home unit a notice, no later than thirty days
after it; for each year, and a last part of six months, somebody inspects.
"""

from __future__ import annotations

import datetime as dt
import itertools

from reference.plain import both, fact, first_day, plus_months, rows, same, today
from reference.secondments import secondments, span

ONE_DAY = dt.timedelta(days=1)


def facts(dataset, settings) -> list[dict]:
    found, feedback = [], rows(dataset, "feedback")
    for row in secondments(dataset):
        own = [item for item in feedback if row["recorded"] and item["secondment_id"] == row["secondment_id"]]
        who = (row["cadre_id"], row["managed_by"])
        for measure, kind, silent in (
            ("host_reported", "host_report", "host_silent"),
            ("home_noticed", "home_notice", "home_silent"),
        ):
            for answer in quarters(row, messages(own, kind, row["start"]), settings):
                found.append(told(measure, who, answer if row["recorded"] else None, silent))
        for answer in years(row, messages(own, "inspection", row["start"]), settings):
            found.append(told("inspected", who, answer if row["recorded"] else None, "not_inspected"))
        for item in own:
            if item["given_on"] >= first_day(settings):
                about = both(item["on_thinking"], item["on_work"], item["on_life"])
                found.append(fact("whole_reports", *who, about, same(item["kind"], "host_report")))
    return found


def told(measure, who, answer, if_not) -> dict:
    return fact(measure, *who, answer, True, {True: None, False: if_not, None: "unclear"}[answer])


def messages(own, kind, start) -> list[tuple[dt.date, dt.date, bool]]:
    """The days on which a message of this kind came, or may have come, and whether its kind is known; one a day."""
    found = {}
    for item in own:
        if item["kind"] in (kind, None):
            first, last = span(item, "given_on")
            key = ((first, last), start, last) if first < start <= last else ((first, last), first, last)
            found[key] = found.get(key, False) or item["kind"] == kind
    return sorted((first, last, sure) for (_written, first, last), sure in found.items())


def due(row, until, due_on, settings) -> bool:
    had_in_full = row["ended_on"] is None or until <= row["ended_on"]
    return had_in_full and first_day(settings) <= due_on <= today(settings)


def quarters(row, came, settings):
    """The answer of each quarter that is due, in turn."""
    months, grace = settings.months_a_report, dt.timedelta(days=settings.grace_days)
    bounds = [row["start"]]
    while bounds[-1] <= today(settings):
        bounds.append(plus_months(row["start"], months * len(bounds)))
    surely, perhaps = [], []
    for first, last, sure in came:
        places = sorted({place_of(day, bounds, grace) for day in days(first, last)} - {None})
        if sure and len(places) and settled(places):
            surely.append(places)
        if places:
            perhaps.append(places)
    # Every way in which the messages may have come: what holds in all of them is sure, what holds in one is possible.
    answered = set.intersection(*(made_good(choice) for choice in itertools.product(*surely)))
    possibly = set.union(*(made_good(choice) for choice in itertools.product(*perhaps)))
    for number in range(1, len(bounds)):
        until = bounds[number]
        if due(row, until, until - ONE_DAY + grace, settings):
            yield True if number in answered else None if number in possibly else False


def days(first, last):
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def place_of(day, bounds, grace):
    """The quarter that a day falls in, and whether it is one of the days of grace of the quarter before."""
    for number in range(1, len(bounds)):
        if bounds[number - 1] <= day < bounds[number]:
            return number, day < bounds[number - 1] + grace
    return None


def settled(places) -> bool:
    """Whether it is clear for which quarter a message came: all its days are of one, or the next one's days of grace."""
    first = places[0][0]
    later = [in_grace for number, in_grace in places if number > first]
    return not later or ((first, True) not in places and places[1:] == [(first + 1, True)])


def made_good(places) -> set[int]:
    """Each message answers the quarter before where it came in its days of grace and that has none; else its own."""
    answered: set[int] = set()
    for number, in_grace in sorted(places, key=lambda place: (place[0], not place[1])):
        before = number - 1
        answered.add(before if in_grace and before >= 1 and before not in answered else number)
    return answered


def years(row, visits, settings):
    """The answer of each year that is over, and of a last part that was long enough."""
    number = 0
    while True:
        begins, until = plus_months(row["start"], 12 * number), plus_months(row["start"], 12 * number + 12)
        if begins > today(settings):
            return
        number += 1
        if row["ended_on"] is not None and until > row["ended_on"]:
            if plus_months(row["start"], 12 * (number - 1) + settings.part_year_months) > row["ended_on"]:
                return
            until = row["ended_on"]
        if first_day(settings) <= until - ONE_DAY <= today(settings):
            sure = sum(kind and begins <= first and last < until for first, last, kind in visits)
            possible = sum(first < until and begins <= last for first, last, _kind in visits)
            wanted = settings.inspections_a_year
            yield True if sure >= wanted else False if possible < wanted else None
        if row["ended_on"] is not None and until >= row["ended_on"]:
            return
