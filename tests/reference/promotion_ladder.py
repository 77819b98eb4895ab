"""`promotion_ladder` once more: one year and one cadre, one stay at a rank and one leader at a time."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from reference.age_structure import held_today, tier
from reference.plain import (
    FOREVER,
    RANKS,
    above,
    anniversary,
    both,
    by,
    either,
    fact,
    full_years,
    moves,
    plus_months,
    postings,
    rows,
    same,
    stays,
    today,
    tomorrow,
)
from reference.reserve_pool import serving

GRADES = ["clerk_2", "clerk_1", "section_4", "section_3", "section_2", "section_1"]
GRADES += ["division_4", "division_3", "division_2", "division_1", "inspector_2", "inspector_1"]


def facts(dataset, settings) -> list[dict]:
    return [*years_served(dataset, settings), *waits(dataset, settings), *leaders(dataset, settings)]


def in_order(dataset) -> dict[str, list[dict]]:
    order = {row["posting_id"]: number for number, row in enumerate(rows(dataset, "postings"))}
    return {
        cadre_id: sorted(career, key=lambda row: (row["start"], order[row["posting_id"]]))
        for cadre_id, career in postings(dataset).items()
    }


def promotions(dataset, settings) -> dict[str, list[tuple[dt.date, bool | None]]]:
    found = {}
    for move in moves(dataset):
        if not move["demotion"]:
            found.setdefault(move["cadre_id"], []).append((move["moved_on"], above(move["rank_step"], 0)))
    if settings.counted == "posts_and_grades":
        grades = {}
        for row in rows(dataset, "service_grades"):
            grades.setdefault(row["cadre_id"], []).append(row)
        for cadre_id, own in grades.items():
            own.sort(key=lambda row: row["granted_on"])
            for old, new in pairwise(own):
                known = old["service_grade"] is not None and new["service_grade"] is not None
                higher = GRADES.index(new["service_grade"]) > GRADES.index(old["service_grade"]) if known else None
                found.setdefault(cadre_id, []).append((new["granted_on"], higher))
    return found


def years_served(dataset, settings) -> list[dict]:
    found, rises, cadres = [], promotions(dataset, settings), by(rows(dataset, "cadres"), "cadre_id")
    starts = {}
    for row in rows(dataset, "postings"):
        starts[row["cadre_id"]] = min(row["start"], starts.get(row["cadre_id"], FOREVER))
    careers = in_order(dataset)
    for number in range(settings.window_years):
        began = plus_months(tomorrow(settings), -12 * (number + 1))
        ended = plus_months(tomorrow(settings), -12 * number)
        for cadre_id, career in careers.items():
            left = cadres[cadre_id]["left_on"]
            held = [
                row for row in career if row["start"] <= began and not (row["end"] is not None and row["end"] <= began)
            ]
            if not held or starts[cadre_id] > began or (left is not None and left <= began):
                continue
            level = tier(held[-1]["of_unit"]["kind"])
            if level == "others":
                continue
            promoted = either(False, *(both(began <= day < ended, is_one) for day, is_one in rises.get(cadre_id, [])))
            name, organisation = f"{cadre_id} {began}", held[-1]["organisation_id"]
            found.append(fact("promotion_rate", name, organisation, promoted, True if level else None))
            for group in ("townships", "organs"):
                found.append(fact("promoted", name, organisation, promoted, same(level, group), group=group))
    return found


def late(cadre, first: dict) -> bool:
    """Whether the record begins late, or may: a year after joining work, elsewhere, or nobody knows when they joined."""
    joined = cadre["joined_on"]
    return joined is None or first["start"] > anniversary(joined, 1) or first["from_place_code"] is not None


def firsts(dataset) -> dict[str, dict]:
    found = {}
    for row in rows(dataset, "postings"):
        if row["cadre_id"] not in found or row["start"] < found[row["cadre_id"]]["start"]:
            found[row["cadre_id"]] = row
    return found


def waits(dataset, settings) -> list[dict]:
    cadres, first_rows, found = by(rows(dataset, "cadres"), "cadre_id"), firsts(dataset), []
    since = plus_months(tomorrow(settings), -12 * settings.wait_years)
    recent = plus_months(tomorrow(settings), -12 * settings.excellent_years)
    excellent = {}
    for row in rows(dataset, "assessments"):
        if row["kind"] == "annual" and row["grade"] == "excellent" and row["assessed_on"] >= recent:
            excellent[row["cadre_id"]] = excellent.get(row["cadre_id"], 0) + 1
    for cadre_id, career in postings(dataset).items():
        unknown = any(row["of_post"]["rank"] is None for row in career)
        parts = stays(career, lambda row: row["of_post"]["rank"])
        order = {id(row): number for number, row in enumerate(career)}
        parts.sort(key=lambda part: (part["start"], order[id(part["postings"][0])]))
        merged = []
        for part in parts:
            if merged and merged[-1]["key"] == part["key"]:
                merged[-1]["end"] = max(merged[-1]["end"], part["end"])
            else:
                merged.append({"key": part["key"], "start": part["start"], "end": part["end"]})
        for number, stay in enumerate(merged):
            if stay["start"] < since or stay["key"] not in RANKS[:4]:
                continue
            following = merged[number + 1] if number + 1 < len(merged) else None
            rose = following is not None and RANKS.index(following["key"]) > RANKS.index(stay["key"])
            begins_late = number == 0 and late(cadres[cadre_id], first_rows[cadre_id])
            hit = None if unknown or begins_late else rose
            over = stay["end"] if stay["end"] != FOREVER else cadres[cadre_id]["left_on"]
            waiting = following is None and not (over is not None and over <= today(settings))
            reason = None
            if waiting and hit is not None and full_years(stay["start"], today(settings)) >= settings.long_wait_years:
                reason = "excellent_waiting" if excellent.get(cadre_id, 0) >= settings.excellent_times else None
            organisation = cadres[cadre_id]["organisation_id"]
            found.append(fact("median_wait", cadre_id, organisation, hit, True, reason, group=stay["key"]))
    return found


def leaders(dataset, settings) -> list[dict]:
    held, people, first_rows, found = held_today(dataset, settings), serving(dataset, settings), firsts(dataset), []
    careers = postings(dataset)
    for cadre_id, cadre in people.items():
        leads = [row["of_post"]["leading"] for row in held.get(cadre_id, []) if row["of_post"]["leading"] is not False]
        if not leads:
            continue
        career, days = careers[cadre_id], 0
        here = [row for row in career if tier(row["of_unit"]["kind"]) == "townships"]
        for stay in stays(here, lambda _row: "townships"):
            days += (min(stay["end"], tomorrow(settings)) - stay["start"]).days
        enough = days >= int(settings.min_grassroots_years * 365.25)
        blank = any(row["of_unit"]["kind"] is None for row in career)
        if not enough and (blank or late(cadre, first_rows[cadre_id])):
            enough = None
        found.append(fact("grassroots_years", cadre_id, cadre["organisation_id"], enough, either(*leads)))
    return found
