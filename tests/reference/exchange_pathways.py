"""`exchange_pathways` once more, one move and one unit at a time.

Moves of the last years by direction, to another department or not, between and within the four teams, into a leading post,
and between city organs and counties; and the units that nobody moved to or from.
"""

from __future__ import annotations

import datetime as dt

from reference.plain import (
    FOREVER,
    by,
    fact,
    first_ancestor,
    moves,
    plus_months,
    postings,
    rows,
    today,
    tomorrow,
)

TEAMS = ("party", "government", "congress", "consultative")
ORGANS = {"county": "county organs", "city": "city organs", "province": "provincial organs"}
LADDER = ["townships", "county organs", "city organs", "provincial organs"]


def facts(dataset, settings) -> list[dict]:
    units = by(rows(dataset, "units"), "unit_id")
    exchanges = [move for move in moves(dataset, settings.max_gap_days) if not move["demotion"]]
    found = []
    for move in exchanges:
        if move["moved_on"] >= first_day(settings):
            found += of_move(move, units)
    return found + quiet_units(dataset, exchanges, units, settings)


def first_day(settings) -> dt.date:
    return plus_months(tomorrow(settings), -12 * settings.window_years)


def department(unit_id: str, units: dict) -> str:
    """What a division is part of, under the name it first had."""
    whole = first_ancestor(unit_id, {name: unit["parent_unit_id"] for name, unit in units.items()})
    return first_ancestor(whole, {name: unit["predecessor_unit_id"] for name, unit in units.items()})


def stands(row: dict, units: dict) -> int | None:
    """The rung of a posting's unit on the ladder, or of what that is a division of, if it can be told."""
    unit, level = row["of_unit"], row["of_organisation"]["level"]
    whole = first_ancestor(unit["unit_id"], {name: other["parent_unit_id"] for name, other in units.items()})
    kinds = unit["kind"], units[whole]["kind"]
    if "township" in kinds or "subdistrict" in kinds:
        return 0
    return None if None in kinds or level is None else LADDER.index(ORGANS[level])


def of_move(move: dict, units: dict) -> list[dict]:
    old, new = move["from"], move["to"]
    elsewhere = department(old["of_unit"]["unit_id"], units) != department(new["of_unit"]["unit_id"], units)
    a, b = stands(old, units), stands(new, units)
    known = a is not None and b is not None
    found = [
        about(move, "direction", b < a if known else None, elsewhere, "down"),
        about(move, "direction", b > a if known else None, elsewhere, "up"),
        about(move, "direction", b == a if known else None, elsewhere, "across"),
        about(move, "across_departments", elsewhere),
    ]
    s, t = old["of_post"]["team"], new["of_post"]["team"]
    found.append(about(move, "between_teams", s in TEAMS and t in TEAMS and s != t))
    found.append(about(move, "within_team", s in TEAMS and s == t and old["organisation_id"] == new["organisation_id"]))
    was, now = old["of_post"]["leading"], new["of_post"]["leading"]
    leads = False if was is True or now is False else None if was is None or now is None else True
    found.append(about(move, "to_leading", leads))
    eligible = {a, b} in ({2, 0}, {2, 1})
    if not known and 3 not in (a, b):
        eligible = None
    return [*found, about(move, "city_to_county", b < a if known else None, eligible)]


def about(move: dict, measure: str, hit, eligible=True, group: str = "") -> dict:
    return fact(measure, move["cadre_id"], move["managed_by"], hit, eligible, None, group)


def quiet_units(dataset, exchanges: list[dict], units: dict, settings) -> list[dict]:
    first = first_day(settings)
    before, now, stirred = set(), set(), set()
    for career in postings(dataset).values():
        for row in career:
            name = department(row["of_unit"]["unit_id"], units)
            end = row["end"] or FOREVER
            if row["start"] < first <= end:
                before.add(name)
            if row["start"] <= today(settings) < end:
                now.add(name)
    stirred |= across_the_border(dataset, units, settings)
    for move in exchanges:
        if move["moved_on"] >= first:
            ends = {department(move[side]["of_unit"]["unit_id"], units) for side in ("from", "to")}
            stirred |= ends if len(ends) == 2 else set()
    found = []
    for name in (before & now) - stirred:
        present = present_name(name, units)
        organisation = units[present]["organisation_id"]
        found.append(fact("across_departments", present, organisation, None, False, "no_exchange"))
    return found


def across_the_border(dataset, units: dict, settings) -> set[str]:
    """Where somebody may have come from outside the data in those years, or left for there."""
    found, cadres, first = set(), by(rows(dataset, "cadres"), "cadre_id"), first_day(settings)
    for cadre_id, career in postings(dataset).items():
        one, last = career[0], career[-1]
        if one["start"] >= first and one["route"] != "recruited":
            found.add(department(one["of_unit"]["unit_id"], units))
        serves = any(row["start"] <= today(settings) < (row["end"] or FOREVER) for row in career)
        settled = cadres[cadre_id]["left_reason"] in ("retired", "resigned", "dismissed", "died")
        if not serves and not settled and last["end"] is not None and last["end"] >= first:
            found.add(department(last["of_unit"]["unit_id"], units))
    return found


def present_name(name: str, units: dict) -> str:
    """The unit that goes on under another name and is continued by none."""
    earlier = {unit_id: unit["predecessor_unit_id"] for unit_id, unit in units.items()}
    last = [
        unit_id
        for unit_id, unit in units.items()
        if first_ancestor(unit_id, earlier) == name
        and unit["parent_unit_id"] is None
        and unit_id not in earlier.values()
    ]
    return min(last, default=name)
