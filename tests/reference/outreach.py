"""`outreach` once more: kind by kind, organisation by organisation, unit by unit."""

from __future__ import annotations

from reference.decision_procedure import span
from reference.plain import both, either, fact, first_ancestor, first_day, rows, same

KINDS = ("publicity", "education", "explanation")


def facts(dataset, settings) -> list[dict]:
    events, found = rows(dataset, "outreach"), []
    for organisation in {cadre["organisation_id"] for cadre in rows(dataset, "cadres")}:
        own = [(event, recent(event, settings)) for event in events if event["organisation_id"] == organisation]
        for kind in KINDS:
            enough = as_many(
                [both(in_time, same(event["kind"], kind)) for event, in_time in own], settings.least_events
            )
            reason = None if enough else "too_few_events"
            found.append(fact("kinds_held", f"{organisation}/{kind}", organisation, enough, True, reason))
        enough = as_many([both(in_time, event["model"]) for event, in_time in own], settings.least_models)
        lacking = None if enough is None else not enough
        reason = None if enough else "too_few_models"
        found.append(fact("without_models", organisation, organisation, lacking, True, reason))
    return found + reached(dataset, events, settings)


def recent(event, settings) -> bool | None:
    first, last = span(event, "held_on")
    return True if first >= first_day(settings) else None if last >= first_day(settings) else False


def as_many(answers: list[bool | None], least: int) -> bool | None:
    if sum(answer is True for answer in answers) >= least:
        return True
    return None if sum(answer is not False for answer in answers) >= least else False


def reached(dataset, events, settings) -> list[dict]:
    units, found = {unit["unit_id"]: unit for unit in rows(dataset, "units")}, []
    before = {name: unit["predecessor_unit_id"] for name, unit in units.items()}
    above = {name: unit["parent_unit_id"] for name, unit in units.items()}
    for name, unit in units.items():
        if unit["parent_unit_id"] is not None or name in before.values():
            continue
        answer = False
        for event in events:
            if event["unit_id"] is None:
                continue
            held_in = first_ancestor(first_ancestor(event["unit_id"], above), before)
            if held_in == first_ancestor(name, before):
                for_cadres = None if event["audience"] is None else event["audience"] in ("leaders", "cadres")
                answer = either(answer, both(recent(event, settings), for_cadres))
        found.append(fact("units_reached", name, unit["organisation_id"], answer))
    return found
