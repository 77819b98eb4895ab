"""Courses of the made-up county's last two years: the hours of the year, courses after a move, study tours of the reserve.

They are made last, from dice of their own, so that nobody's career depends on them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from cadre_handbook.sample_county import AS_OF, LAST_YEAR, County, Dice, as_text, ordinal

STREAM = 814  # sets these dice apart from all others
END = AS_OF.toordinal()
HOURS_A_DAY = 7
# What an office plans for: a little over what the rule asks of each year, and of the first part of five years.
PLANNED, PLANNED_AT_COUNTY = 92, 150


def keep_trainings(county: County, seed: int) -> None:
    """Further rows of `trainings`; where `county.kept` has the table and the key of a cadre, all rows are there already."""
    dice = Dice(seed, county.number, STREAM)
    posts = {row["post_id"]: row for row in county.rows["posts"]}
    careers, courses = defaultdict(list), defaultdict(list)
    for row in sorted(county.rows["postings"], key=lambda row: row["start"]):
        if row.get("role") in ("substantive", "", None):
            careers[row["cadre_id"]].append(row)
    for row in county.rows["trainings"]:
        courses[row["cadre_id"]].append(row)
    on_list = {row["cadre_id"] for row in county.rows["reserve"] if not row.get("removed_on")}
    for cadre in county.rows["cadres"]:
        key = cadre["cadre_id"]
        if ("trainings", key) in county.kept or not careers[key]:
            continue
        for year in (LAST_YEAR - 1, LAST_YEAR):
            _hours_of_year(county, dice, key, careers[key], courses[key], posts, year)
        _after_moves(county, dice, key, careers[key], courses[key], posts)
        if key in on_list and dice.chance(0.3):
            start = END - dice.between(30, 330)
            add_course(county, key, start, dice.between(4, 8), "study_tour")


def add_course(county: County, key: int, start: int, days: int, kind: str, **values) -> None:
    """A course of so many days from `start` on, as far as it is known by the last day."""
    over = start + days <= END + 1
    given = {"hours": days * HOURS_A_DAY if over else "", "completed": True if over else "", "online": False}
    span = {"start": as_text(start, False), "end": as_text(start + days, False) if over else ""}
    county.add("trainings", training_id=county.serial("C"), cadre_id=key, kind=kind, **span, **{**given, **values})


def _hours_of_year(county: County, dice: Dice, key: int, career, courses, posts, year: int) -> None:
    """Courses that bring those in post at the end of a year to the hours planned for; a few fall short."""
    drawn = [dice.number() for _number in range(5)]
    first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
    held = [row for row in career if ordinal(row["start"]) <= last and not (row["end"] and ordinal(row["end"]) <= last)]
    if not held:
        return
    since = max(first, ordinal(career[0]["start"]))
    if drawn[0] < 0.4 and last - since > 120:
        start = since + 20 + int(drawn[1] * (last - since - 80))
        add_course(county, key, start, 40, "in_service", hours=10 + int(drawn[1] * 40), online=True)
    if drawn[2] < 0.06 or last - since < 60:
        return
    at_county = any(posts[row["post_id"]]["rank"].startswith("county") for row in held)
    planned = (PLANNED_AT_COUNTY if at_county else PLANNED) * (last - since + 1) / (last - first + 1)
    done = sum(
        row["hours"] or 0
        for row in courses
        if not row.get("online") and row.get("end", "") and first < ordinal(row["end"]) <= last + 1
    )
    days = -(-int(planned - done) // HOURS_A_DAY)
    if days > 0:
        start = since + 10 + int(drawn[3] * (last - since - 20 - days))
        blank = {"hours": ""} if drawn[4] < 0.01 else {}
        add_course(county, key, start, days, "specialised" if drawn[4] > 0.6 else "in_service", **blank)


def _after_moves(county: County, dice: Dice, key: int, career, courses, posts) -> None:
    """A course after most of the moves that had none."""
    attended = [ordinal(row["start"]) for row in courses if row["kind"] == "onboarding"]
    for old, row in pairwise(career):
        day, drawn = ordinal(row["start"]), (dice.number(), dice.number())
        renamed = posts[row["post_id"]].get("predecessor_post_id") == old["post_id"]
        if row["start"] < f"{LAST_YEAR - 1}" or renamed or any(day < start < day + 110 for start in attended):
            continue
        start = day + 5 + int(drawn[1] * 60)
        if drawn[0] < 0.85 and start <= END and not (row["end"] and ordinal(row["end"]) <= start + 3):
            add_course(county, key, start, 3, "onboarding")
