"""`supervision` once more, one cadre and one entry at a time, from the wording.

Whoever moved in the last three years or is on secondment has had a contact in the last six months, once those months are over
for them. A slip is answered by a talk within thirty days; a complaint is examined, and counts as open after ninety.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.decision_procedure import by_then, span
from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    first_day,
    moves,
    plus_months,
    postings,
    rows,
    same,
    today,
    tomorrow,
)
from reference.use_of_results import MEASURES


def facts(dataset, settings) -> list[dict]:
    cadres, entries, decisions = (by(rows(dataset, "cadres"), "cadre_id"), defaultdict(list), defaultdict(list))
    for row in rows(dataset, "supervision"):
        entries[row["cadre_id"]].append(row)
    for row in rows(dataset, "decisions"):
        decisions[row["cadre_id"]].append(row)
    found = contacts(dataset, cadres, entries, settings)
    for cadre_id, own in entries.items():
        for entry in own:
            found += about(entry, cadres[cadre_id], decisions[cadre_id], settings)
    return found


# --- contacts -------------------------------------------------------------------------------------


def contacts(dataset, cadres, entries, settings) -> list[dict]:
    since, seconded = defaultdict(list), running(dataset, cadres, settings)
    for move in moves(dataset, settings.max_gap_days):
        if not move["demotion"] and move["moved_on"] >= first_day(settings):
            since[move["cadre_id"]].append(move["moved_on"])
    for cadre_id, start in seconded:
        since[cadre_id].append(start)
    away = {cadre_id for cadre_id, _start in seconded}
    careers, found = postings(dataset, substantive=False), []
    after = plus_months(tomorrow(settings), -settings.months)
    for cadre_id, days in since.items():
        left = cadres[cadre_id]["left_on"]
        holds = any(row["start"] <= today(settings) < (row["end"] or FOREVER) for row in careers[cadre_id])
        serving = True if holds or cadre_id in away else None
        if left is not None and left <= today(settings):
            serving = False
        due = both(serving, min(days) <= after)
        hit = either(*(is_contact(entry, after) for entry in entries[cadre_id])) if entries[cadre_id] else False
        ever = any(entry["kind"] == "contact" or entry["talked_on"] for entry in entries[cadre_id])
        reason = {True: None, False: "no_contact" if ever else "never_contacted", None: "contact_unknown"}[hit]
        organisation = cadres[cadre_id]["organisation_id"]
        found.append(fact("contacted", cadre_id, organisation, hit, due, reason if due else None))
    return found


def is_contact(entry, after) -> bool | None:
    visited = both(same(entry["kind"], "contact"), no_earlier(entry, "happened_on", after))
    return either(visited, no_earlier(entry, "talked_on", after))


def no_earlier(entry, column, after) -> bool | None:
    return False if entry[column] is None else by_then((after, after), span(entry, column))


def running(dataset, cadres, settings) -> list[tuple[str, dt.date]]:
    """Secondments that run on the day, with their starts; those that only a posting shows among them."""
    recorded = rows(dataset, "secondments")
    named, found = {row["posting_id"] for row in recorded}, []
    for row in recorded:
        found.append((row["cadre_id"], row["start"], row["end"]))
    for row in rows(dataset, "postings"):
        own = [other for other in recorded if other["cadre_id"] == row["cadre_id"]]
        touches = any(
            row["start"] <= (other["end"] or FOREVER) and other["start"] <= (row["end"] or FOREVER) for other in own
        )
        if row["role"] == "secondment" and row["posting_id"] not in named and not touches:
            found.append((row["cadre_id"], row["start"], row["end"]))
    day = today(settings)
    return [
        (cadre_id, start)
        for cadre_id, start, end in found
        if start <= day < (end or cadres[cadre_id]["left_on"] or FOREVER)
    ]


# --- slips and complaints -------------------------------------------------------------------------


def about(entry, cadre, decisions, settings) -> list[dict]:
    recent = entry["happened_on"] >= plus_months(tomorrow(settings), -settings.record_months)
    slip, complaint = same(entry["kind"], "slip"), same(entry["kind"], "complaint")
    hit, owed, reason = talk(entry, cadre, settings)
    found = [result("talked", entry, cadre, both(slip, recent and owed), hit, reason)]

    is_open = entry["examined_on"] is None
    over = later(entry, settings.complaint_days) <= today(settings)
    owed = over if is_open else recent
    found.append(
        result("examined", entry, cadre, both(complaint, owed), not is_open, "not_examined" if is_open else None)
    )

    true = None if entry["outcome"] is None else entry["outcome"] in ("founded", "partly")
    eligible = both(complaint, recent, not is_open, true)
    followed = either(*(follows(entry, decision) for decision in decisions)) if decisions else False
    return [*found, result("acted_on", entry, cadre, eligible, followed, None)]


def talk(entry, cadre, settings):
    """Whether the talk came in time, whether it is owed by now, and what is wrong."""
    last = later(entry, settings.days)
    if entry["talked_on"] is None:
        left = cadre["left_on"] or FOREVER
        return False, last <= today(settings) and left > last, "not_talked"
    lag = dt.timedelta(days=settings.days)
    hit = by_then(span(entry, "talked_on"), tuple(day + lag for day in span(entry, "happened_on")))
    return hit, True, {True: None, False: "talked_late", None: "talked_when_unknown"}[hit]


def later(entry, days: int) -> dt.date:
    return span(entry, "happened_on")[1] + dt.timedelta(days=days)


def follows(entry, decision) -> bool | None:
    is_measure = None if decision["kind"] is None else decision["kind"] in MEASURES
    if entry["examined_on"] is None or decision["decided_on"] is None:
        return both(is_measure, None)
    return both(is_measure, by_then(span(entry, "examined_on"), span(decision, "decided_on")))


def result(measure, entry, cadre, eligible, hit, reason) -> dict:
    if eligible is None and reason:
        reason = "kind_unknown"
    elif not eligible:
        reason = None
    return fact(measure, entry["cadre_id"], cadre["organisation_id"], hit, eligible, reason)
