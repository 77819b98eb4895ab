"""`secondment_plan` once more, one cadre and one secondment at a time, from the wording.

Every cadre in service for two years is surveyed in them; a secondment has its entry in a plan, its task and its planned end; it
does not outlast it; and within six months of its end it is decided what follows. A date known by its month may be any day of it.
"""

from __future__ import annotations

import datetime as dt

from reference.plain import (
    FOREVER,
    by,
    either,
    fact,
    plus_months,
    postings,
    rows,
    today,
    tomorrow,
)
from reference.secondments import by_then, secondments, span

RESPECTS = ("age", "specialty", "knowledge", "education", "ability", "potential")


def facts(dataset, settings) -> list[dict]:
    found = list(surveyed(dataset, settings))
    begun_from = plus_months(tomorrow(settings), -settings.window_months)
    for away in secondments(dataset):
        answers = []
        if away["start"] >= begun_from:
            answers += [("planned", *planned(away)), ("planned_before", *planned_before(away))]
        if away["ended_on"] is None:
            answers.append(("overstays", *overstays(away, settings)))
        elif away["ended_on"] >= begun_from:
            answers.append(("used", *used(away, settings)))
        for measure, hit, eligible, reason in answers:
            if eligible is not False:
                if not away["recorded"] and measure != "planned_before":
                    reason = "not_recorded"
                found.append(fact(measure, away["cadre_id"], away["managed_by"], hit, eligible, reason))
    return found


def surveyed(dataset, settings):
    first = plus_months(tomorrow(settings), -12 * settings.survey_years)
    cadres, on_file = by(rows(dataset, "cadres"), "cadre_id"), rows(dataset, "surveys_of_cadres")
    if not on_file:
        return  # no survey on record by the day: no data
    by_cadre = {}
    for row in on_file:
        by_cadre.setdefault(row["cadre_id"], []).append(row)
    for cadre_id, career in postings(dataset, substantive=False).items():
        here = [row["start"] for row in career if row["of_organisation"]["external"] is not True]
        in_service = any(row["start"] <= today(settings) < (row["end"] or FOREVER) for row in career)
        if not in_service or cadres[cadre_id]["left_on"] is not None or not here or min(here) > first:
            continue
        for respect in RESPECTS:
            hit = False
            for row in by_cadre.get(cadre_id, []):
                recent = by_then((first, first), span(row, "surveyed_on"))
                looked = row[respect]
                hit = either(hit, False if False in (recent, looked) else None if None in (recent, looked) else True)
            yield fact("surveyed", cadre_id, cadres[cadre_id]["organisation_id"], hit, group=respect)


def planned(away):
    if not away["recorded"]:
        return None, True, "not_recorded"
    if away["planned_on"] is None or away["planned_end"] is None or away["task"] == "no_task":
        return False, True, "unplanned"
    return (None, True, "task_unknown") if away["task"] is None else (True, True, None)


def planned_before(away):
    if not away["recorded"]:
        return None, None, None
    if away["planned_on"] is None:
        return None, False, None
    hit = by_then(span(away, "planned_on"), span(away, "start"))
    return hit, True, {True: None, False: "planned_late", None: "planned_when_unknown"}[hit]


def overstays(away, settings):
    if away["planned_end"] is None:
        return None, True, "planned_end_unknown"
    hit = by_then(span(away, "planned_end"), (today(settings), today(settings)))
    return hit, True, {True: "overstays", False: None, None: "planned_end_unknown"}[hit]


def used(away, settings):
    due = tuple(plus_months(day, settings.months_after) for day in span(away, "ended_on"))
    over = by_then(due, (tomorrow(settings), tomorrow(settings)))
    if away["left_on"] is not None and away["left_on"] < due[0]:
        over = False
    if not away["recorded"]:
        return None, None, "not_recorded"
    if away["use_decided_on"] is not None:
        decided = tuple(day + dt.timedelta(days=1) for day in span(away, "use_decided_on"))
        hit = by_then(decided, due)
        return hit, True, {True: None, False: "used_late", None: "use_when_unknown"}[hit]
    if away["use"] is not None and not away["decided_later"]:
        return None, True, "use_when_unknown"
    if over is None:
        return False, None, "use_when_unknown"
    return False, over, "forgotten"
