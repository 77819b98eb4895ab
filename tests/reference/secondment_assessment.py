"""`secondment_assessment` once more, one secondment at a time, from the wording.

Whoever was seconded for six months is assessed at the end: in the last month or afterwards. What is missing counts two months
after the last day. An assessment has its two parts, five abilities and the style, and both units were heard.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.plain import both, by, fact, first_ancestor, first_day, plus_months, rows, today
from reference.secondments import secondments, span

OUT_OF_SERVICE = ("retired", "resigned", "dismissed", "died")
MARKS = ("leading_team", "changing_place", "balancing_interests", "mass_work", "keeping_peace", "style")


def facts(dataset, settings) -> list[dict]:
    found, by_host = [], defaultdict(list)
    assessments = rows(dataset, "secondment_assessments")
    cadres, units = by(rows(dataset, "cadres"), "cadre_id"), by(rows(dataset, "units"), "unit_id")
    earlier = {name: unit["predecessor_unit_id"] for name, unit in units.items()}
    for row in secondments(dataset):
        if row["ended_on"] is None or plus_months(row["start"], settings.min_months) > row["ended_on"]:
            continue
        last_day = row["ended_on"] - dt.timedelta(days=1)
        due_on = last_day + dt.timedelta(days=settings.grace_days)
        if not first_day(settings) <= due_on <= today(settings):
            continue
        owed = still_owed(cadres[row["cadre_id"]], due_on)
        own = [item for item in assessments if row["recorded"] and item["secondment_id"] == row["secondment_id"]]
        file, made = of_the_end(own, row["ended_on"] - dt.timedelta(days=settings.early_days))
        if not row["recorded"]:
            made = None
        who = (row["cadre_id"], row["managed_by"])
        found.append(told("assessed", who, owed, made, "not_assessed", "not_known"))
        whole = heard = None
        if file is not None:
            whole = both(file["counted"], file["judged"], all(file[mark] is not None for mark in MARKS))
            heard = both(file["host_heard"], file["home_heard"])
        of_these = both(owed, made)
        found.append(told("complete", who, of_these, whole, "incomplete", "parts_unknown"))
        found.append(told("heard", who, of_these, heard, "not_heard", "hearing_unknown"))
        if of_these and row["host_unit_id"] is not None:
            by_host[first_ancestor(row["host_unit_id"], earlier)].append((file, row["host_unit_id"]))
    return found + hosts(by_host, units, settings)


def still_owed(cadre, due_on) -> bool | None:
    """Nobody is assessed who has left the service before it was due."""
    if cadre["left_on"] is None or cadre["left_on"] > due_on:
        return True
    return None if cadre["left_reason"] is None else cadre["left_reason"] not in OUT_OF_SERVICE


def of_the_end(own, earliest):
    """The latest assessment that may be one of the end, and whether it is."""
    at_the_end = [row for row in own if span(row, "assessed_on")[1] >= earliest]
    if not at_the_end:
        return None, False
    file = max(at_the_end, key=lambda row: (row["assessed_on"], row["secondment_assessment_id"]))
    return file, True if file["assessed_on"] >= earliest else None


def told(measure, who, owed, answer, if_not, if_unknown) -> dict:
    reason = {True: None, False: if_not, None: if_unknown}[answer] if owed else None
    return fact(measure, *who, answer, owed, reason)


def hosts(by_host, units, settings) -> list[dict]:
    found = []
    for files in by_host.values():
        files.sort(key=lambda pair: (pair[0]["assessed_on"], pair[0]["secondment_assessment_id"]))
        unit_id = files[-1][1]
        grades = [file["grade"] for file, _unit in files]
        known = [grade for grade in grades if grade is not None]
        enough = len(known) >= settings.least_graded or (None if len(grades) >= settings.least_graded else False)
        excellent = (
            False if any(grade != "excellent" for grade in known) else True if len(known) == len(grades) else None
        )
        reason = "all_excellent" if enough and excellent else None
        found.append(fact("all_excellent", unit_id, units[unit_id]["organisation_id"], excellent, enough, reason))
    return found
