"""`entry_channels` once more: one cadre's postings in their order, one entry and one year at a time."""

from __future__ import annotations

import datetime as dt

from reference.age_structure import tier
from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    opposite,
    plus_months,
    postings,
    rows,
    same,
    tomorrow,
)


def facts(dataset, settings) -> list[dict]:
    found = list(entries(dataset, settings))
    facts_ = [
        fact("across_status", row["cadre_id"], row["organisation_id"], row["across"], row["entered"]) for row in found
    ]
    units, began = rows(dataset, "units"), {}
    for career in postings(dataset, substantive=False).values():
        for row in career:
            first = began.get(row["organisation_id"], FOREVER)
            began[row["organisation_id"]] = min(first, row["start"])
    for organisation, first in began.items():
        levels = {tier(unit["kind"]) for unit in units if unit["organisation_id"] == organisation}
        for year in years(settings):
            if year < first.year:
                continue
            here = [row for row in found if row["organisation_id"] == organisation and row["year"] == year]
            some = either(False, *(both(row["entered"], row["across"]) for row in here))
            reason = "none_in_year" if some is False else None
            facts_.append(fact("years_without", f"{organisation} {year}", organisation, opposite(some), True, reason))
            for level in levels & {"townships", "organs"}:
                answers = [both(row["entered"], row["across"], same(row["level"], level)) for row in here]
                if some is not False and either(False, *answers) is False:
                    name = f"{organisation} {level} {year}"
                    facts_.append(fact("years_without", name, organisation, True, False, "none_at_level"))
    return facts_


def years(settings) -> range:
    last = tomorrow(settings).year - 1
    return range(last - settings.window_years + 1, last + 1)


def entries(dataset, settings):
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    changes = {}
    for row in rows(dataset, "studies"):
        changes.setdefault(row["cadre_id"], []).append(row)
    order = {row["posting_id"]: number for number, row in enumerate(rows(dataset, "postings"))}
    for cadre_id, career in postings(dataset).items():
        career = sorted(career, key=lambda row: (row["start"], row["end"] or FOREVER, order[row["posting_id"]]))
        before = None
        for row in career:
            level = tier(row["of_unit"]["kind"])
            organ = None if level is None else level != "others"
            was_in_organ = False
            if before is not None:
                was = tier(before["of_unit"]["kind"])
                was_in_organ = None if was is None else was != "others"
            is_first, before = before is None, row
            if row["start"].year not in years(settings) or organ is False or was_in_organ is True:
                continue
            route, joined = row["route"], cadres[cadre_id]["joined_on"]
            begins = None if route is None else route in ("recruited", "brought_in")
            brought = same(route, "brought_in")
            if (
                is_first
                and route is None
                and joined is not None
                and (joined.year, joined.month) == (row["start"].year, row["start"].month)
            ):
                begins, brought = True, False
            changed = either(False, *(belongs(change, row["start"], settings) for change in changes.get(cadre_id, [])))
            outside = False if is_first else opposite(was_in_organ)
            entered = both(organ, either(begins, changed) if is_first else outside)
            if entered is not False:
                across = either(outside, brought, changed)
                yield {**row, "entered": entered, "across": across, "level": level, "year": row["start"].year}


def belongs(change: dict, day: dt.date, settings) -> bool | None:
    near = plus_months(day, -settings.status_months) <= change["start"] <= plus_months(day, settings.status_months)
    return both(near, same(change["kind"], "status_change"), same(change["status"], "civil_servant"))
