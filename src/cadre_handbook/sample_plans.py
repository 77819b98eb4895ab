"""What the made-up county planned and settled in writing: changes of term, departments' plans, the yearly exchange plans.

It is made last, from dice of its own, so that nobody's career depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from cadre_handbook.sample_county import (
    AS_OF,
    CHANGES_OF_TERM,
    FIRST_YEAR,
    LAST_YEAR,
    County,
    Dice,
    as_text,
    ordinal,
)

STREAM = 801  # sets these dice apart from those of the careers
PURPOSES = {"training": 45, "structural": 35, "term_limit": 12, "other": 8}


def keep_plans(county: County, seed: int) -> None:
    """Rows of `terms`, `local_rules` and `plans`, beside those that are planted.

    Where `county.kept` has `plans` and the key of a cadre, the plans about that cadre are there already.
    """
    dice = Dice(seed, county.number, STREAM)
    _terms(county, dice)
    _departments_plans(county, dice)
    _exchange_plans(county, dice)


def _terms(county: County, dice: Dice) -> None:
    for year in (CHANGES_OF_TERM[0] - 5, *CHANGES_OF_TERM):
        county.add(
            "terms",
            term_id=f"{county.organisation_id}-T{year}",
            organisation_id=county.organisation_id,
            changed_on=dt.date(year, 8, dice.between(1, 28)).isoformat(),
        )


def _departments_plans(county: County, dice: Dice) -> None:
    """Some departments have a plan of their own, as Yangzhou's had."""
    for row in list(county.unit_rows.values()):
        if row["kind"] != "department" or "parent_unit_id" in row or not dice.chance(0.4):
            continue
        made = AS_OF.toordinal() - dice.between(60, 1700)
        county.add(
            "local_rules",
            rule_id=f"{county.organisation_id}-Z{len(county.rows['local_rules']) + 1:02d}",
            organisation_id=county.organisation_id,
            unit_id=row["unit_id"],
            topic="plan",
            in_force_from=as_text(made, False),
            in_force_to=as_text(min(made + 1095, AS_OF.toordinal()), False) if dice.chance(0.15) else "",
        )


# --- the yearly exchange plans --------------------------------------------------------------------


def add_plan(county: County, year: int, adopted_on: str, key: int | str = "", **values) -> str:
    """One line of the plan for a year; gives its id."""
    plan_id = f"{county.organisation_id}-L{len(county.rows['plans']) + 1:04d}"
    values = {"organisation_id": county.organisation_id, "cadre_id": key, **values}
    county.add("plans", plan_id=plan_id, planned_year=year, adopted_on=adopted_on, **values)
    return plan_id


def _exchange_plans(county: County, dice: Dice) -> None:
    """Each year a plan adopted in December before: most of the year's moves, and some that nobody made."""
    by_cadre = defaultdict(list)
    for row in county.rows["postings"]:
        if row.get("role") in ("substantive", "", None):
            by_cadre[row["cadre_id"]].append(row)
    before = {row["post_id"]: row.get("predecessor_post_id") for row in county.rows["posts"]}
    adopted = {year: dt.date(year - 1, 12, dice.between(5, 28)) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    for cadre in county.rows["cadres"]:
        key = cadre["cadre_id"]
        career = sorted(by_cadre[key], key=lambda row: row["start"])
        if ("plans", key) in county.kept or not career:
            continue
        moves = [row for old, row in pairwise(career) if before.get(row["post_id"]) != old["post_id"]]
        for row in moves:
            if int(row["start"][:4]) >= FIRST_YEAR and row.get("route") not in ("demoted", "removed_to"):
                _plan_a_move(county, dice, adopted, row)
        _plan_in_vain(county, dice, adopted, cadre, career, {int(row["start"][:4]) for row in moves})


def _plan_a_move(county: County, dice: Dice, adopted: dict[int, dt.date], row: dict) -> None:
    year = int(row["start"][:4])
    if dice.chance(0.13):
        return  # nobody had planned it
    late = dice.chance(0.05)
    known = dt.date.fromordinal(ordinal(row["start"]) - dice.between(20, 60)) if late else adopted[year]
    plan_id = add_plan(
        county,
        year,
        max(known, adopted[year]).isoformat(),
        row["cadre_id"],
        post_id=row["post_id"] if dice.chance(0.6) else "",
        purpose="" if dice.chance(0.02) else row.get("exchange_kind") or dice.weighted(PURPOSES),
        requested=dice.chance(0.12),
    )
    if dice.chance(0.7):
        row["plan_id"] = plan_id


def _plan_in_vain(
    county: County, dice: Dice, adopted: dict[int, dt.date], cadre: dict, career: list[dict], moved: set[int]
) -> None:
    """Now and then somebody is planned to move, and stays."""
    left = cadre.get("left_on") or "9999"
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        serves = career[0]["start"] < f"{year - 2}" and f"{year}-12" < left and year not in moved
        if serves and dice.chance(0.012):
            add_plan(county, year, adopted[year].isoformat(), cadre["cadre_id"], purpose="training", requested=False)
