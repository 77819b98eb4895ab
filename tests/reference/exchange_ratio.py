"""`exchange_ratio` once more, one cadre at a time, from the wording.

Each year at least 25 % of the eligible section-level leaders move, 50 % of the people in departments with real power, 30 % of
other staff. A mover holds the new post for a year, or still does.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

from reference.plain import (
    FOREVER,
    anniversary,
    by,
    fact,
    full_years,
    postings,
    rows,
    stays,
    tomorrow,
)

SECTION = ("section", "section_deputy")
HIGHER = ("county_deputy", "county", "city_deputy", "city")


def facts(dataset, settings) -> list[dict]:
    found = of_the_year(dataset, settings)
    for organisation in {row["organisation_id"] for row in found}:
        for group, target in targets(settings).items():
            mine = [row for row in found if row["organisation_id"] == organisation and row["group"] == group]
            known = [row for row in mine if row["eligible"] is True and row["hit"] is not None]
            movers = sum(row["hit"] for row in known)
            short = max(0, math.ceil(Fraction(str(target)) * len(known)) - movers)
            could = [row for row in known if not row["hit"] and row["until"] == FOREVER]
            could.sort(key=lambda row: (row["since"], row["subject_id"]))
            for row in could[:short]:
                row["reason_code"] = "not_moved"
    return found


def targets(settings) -> dict[str, float]:
    return {
        "leaders": settings.min_share_leaders,
        "power": settings.min_share_power,
        "staff": settings.min_share_staff,
    }


def of_the_year(dataset, settings) -> list[dict]:
    year = tomorrow(settings).year - 1
    new_year, next_year = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    for cadre_id, career in postings(dataset).items():
        held = stays(career, lambda row: row["post"], settings.max_gap_days)
        running = [stay for stay in held if stay["start"] < new_year <= stay["end"]]
        if not running:
            continue
        stay = min(running, key=lambda one: (one["postings"][-1]["of_post"]["leading"] is not True, one["start"]))
        years = full_years(stay["start"], new_year - dt.timedelta(days=1))
        hit = moved(held, stay, year, settings)
        if not hit and not any(row["start"] < next_year <= (row["end"] or FOREVER) for row in career):
            cadre = cadres[cadre_id]
            ended = cadre["left_reason"] in ("retired", "resigned", "dismissed", "died")
            hit = False if ended and cadre["left_on"] is not None and cadre["left_on"] <= next_year else None
        for group, belongs in groups(stay["postings"][-1], settings).items():
            eligible = belongs if years >= settings.eligible_after_years else False
            row = fact("moved", cadre_id, stay["postings"][-1]["managed_by"], hit, eligible, None, group)
            found.append({**row, "since": stay["start"], "until": stay["end"]})
    return found


def moved(held, left, year, settings) -> bool:
    if left["end"] == FOREVER:
        return False
    for stay in held:
        first = stay["postings"][0]
        if stay["start"].year != year or stay["key"] == left["key"] or first["route"] in ("demoted", "removed_to"):
            continue
        if stay["end"] == FOREVER or stay["end"] >= anniversary(stay["start"], settings.min_stay_years):
            return True
    return False


def groups(posting, settings) -> dict[str, bool | None]:
    leading, rank, power = posting["of_post"]["leading"], posting["of_post"]["rank"], posting["of_unit"]["power"]
    powerful = None if power is None else power != "none"
    leader = all_of(leading, None if rank is None else rank in SECTION)
    above_staff = all_of(leading, None if rank is None else rank in SECTION + HIGHER)
    staff = all_of(negated(above_staff), negated(powerful))
    if settings.min_share_power >= settings.min_share_leaders:
        return {"leaders": all_of(leader, negated(powerful)), "power": powerful, "staff": staff}
    return {"leaders": leader, "power": all_of(powerful, negated(leader)), "staff": staff}


def all_of(*answers) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def negated(answer) -> bool | None:
    return None if answer is None else not answer
