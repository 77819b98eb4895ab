"""`hardship_support` once more, one cadre at a time, from the wording.

Whoever serves in a hard place, having come there by an exchange, has had a health check within a year and has the allowance.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.plain import (
    both,
    by,
    either,
    fact,
    opposite,
    plus_months,
    postings,
    rows,
    same,
    stays,
    today,
    tomorrow,
)
from reference.rewards_and_discipline import begins_late
from reference.secondments import by_then, span


def facts(dataset, settings) -> list[dict]:
    cadres, given, found = by(rows(dataset, "cadres"), "cadre_id"), defaultdict(list), []
    everything = postings(dataset, substantive=False)
    for row in rows(dataset, "hardship_support"):
        given[row["cadre_id"]].append(row)
    for cadre_id, career in postings(dataset).items():
        cadre = cadres[cadre_id]
        gone = cadre["left_on"] is not None and cadre["left_on"] <= today(settings)
        first = min(everything[cadre_id], key=lambda row: row["start"])
        late = first["from_place_code"] is not None or begins_late(first, cadre)
        here = []
        for stay in stays(career, lambda row: row["department"]):
            counted = both(is_hard(stay, settings), owed(stay, career[0]["start"], late, settings))
            if not gone and stay["end"] > today(settings) and counted is not False:
                here.append((stay["start"], stay["key"], counted))
        if here:
            since, _unit, counted = min(here, key=lambda item: item[:2])
            organisation = cadre["organisation_id"]
            found.append(checked(cadre_id, organisation, since, counted, given[cadre_id], settings))
            found.append(paid(cadre_id, organisation, since, counted, given[cadre_id], settings))
    return found


def is_hard(stay: dict, settings) -> bool | None:
    hardship = stay["postings"][-1]["of_unit"]["hardship"]
    return None if hardship is None else hardship >= settings.min_hardship


def owed(stay: dict, begun: dt.date, late: bool, settings) -> bool | None:
    if settings.who == "everyone":
        return True
    arrival = stay["postings"][0]
    came = True if stay["start"] > begun else None if late else False
    if arrival["from_place_code"] is not None:
        came = True
    demoted = None if arrival["route"] is None else arrival["route"] in ("demoted", "removed_to")
    if demoted is None and arrival["exchange_kind"] is not None:
        demoted = False
    return both(came, opposite(demoted))


def checked(cadre_id, organisation, since, counted, given, settings) -> dict:
    start = plus_months(tomorrow(settings), -settings.check_months)
    answer = either(
        False,
        *(both(same(row["kind"], "health_check"), by_then((start, start), span(row, "given_on"))) for row in given),
    )
    return about("health_check", cadre_id, organisation, both(counted, since <= start), answer, "no_check")


def paid(cadre_id, organisation, since, counted, given, settings) -> dict:
    day = (today(settings), today(settings))
    answers = []
    for row in given:
        end = span(row, "ended_on")
        ended = False if end is None else by_then(end, day)
        answers.append(both(same(row["kind"], "allowance"), by_then(span(row, "given_on"), day), opposite(ended)))
    due = since + dt.timedelta(days=settings.grace_days) <= today(settings)
    return about("allowance", cadre_id, organisation, both(counted, due), either(False, *answers), "no_allowance")


def about(measure, cadre_id, organisation, eligible, answer, reason) -> dict:
    if eligible is not True or answer:
        reason = None
    elif answer is None:
        reason = "support_unknown"
    return fact(measure, cadre_id, organisation, answer, eligible, reason)
