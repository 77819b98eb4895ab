"""How the made-up county looks after those who moved: home, way to work, pay and titles, and support in hard places.

It is made last, from dice of its own, so that nobody's career depends on it. What was planted of a move or a cadre stays.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from cadre_handbook.sample_county import AS_OF, LAST_YEAR, County, Dice, as_text, ordinal

STREAM = 820  # sets these dice apart from all others
END = AS_OF.toordinal()
RUNNING = dt.date.max.toordinal()
FIRST_YEAR_OF_CHECKS = 2018  # the register of support begins with this year
FIRST = dt.date(FIRST_YEAR_OF_CHECKS, 1, 1).toordinal()
HARD = 2
LODGINGS = {"guesthouse": 30, "office": 15, "dormitory": 35, "old_home": 15, "other": 5}
PAY = {"fell": 1, "same": 56, "rose": 34, "rose_much": 9}
APPLICATIONS = {"none": 55, "handled": 40, "held_back": 5}


def keep_support(county: County, seed: int) -> None:
    """The columns of `relocations` about home, way, pay and titles, and the rows of `hardship_support`."""
    dice = Dice(seed, county.number, STREAM)
    for row in county.rows["relocations"]:
        for column, value in _arrival(dice, ordinal(row["moved_on"])).items():
            row.setdefault(column, value)
    hard = {row["unit_id"] for row in county.rows["units"] if row.get("hardship", 0) >= HARD}
    hard_posts = {row["post_id"] for row in county.rows["posts"] if row["unit_id"] in hard}
    stays: dict[int, list[list[int]]] = defaultdict(list)
    for row in sorted(county.rows["postings"], key=lambda row: row["start"]):
        until = ordinal(row["end"]) if row["end"] else RUNNING
        if row["post_id"] in hard_posts and row.get("role") in ("substantive", "", None) and until > FIRST:
            begun, known = ordinal(row["start"]), stays[row["cadre_id"]]
            if known and begun <= known[-1][1]:
                known[-1][1] = max(until, known[-1][1])
            else:
                known.append([begun, until])
    for key in sorted(stays):
        if ("hardship_support", key) not in county.kept:
            for since, until in stays[key]:
                _supported(county, dice, key, since, until)


def _arrival(dice: Dice, day: int) -> dict:
    """What became of one move: mostly a home within the time for it, a short way or a room, and pay no lower than before."""
    needs, quick, forgotten = dice.chance(0.6), dice.chance(0.95), dice.chance(0.01)
    waited = dice.between(6, 86) if quick else dice.between(92, 240)
    housed = needs and not forgotten and day + waited <= END
    lodging = dice.weighted(LODGINGS)
    minutes = dice.between(8, 58) if dice.chance(0.8) else dice.between(61, 110)
    provided = lodging == "dormitory" or dice.chance(0.96 if minutes > 60 else 0.3)
    nights = min(waited, END - day) if needs and lodging == "guesthouse" else 0
    before, after = dice.weighted(APPLICATIONS), dice.weighted(APPLICATIONS)
    pay = dice.weighted(PAY)
    blank = dice.number()
    return {
        "needs_housing": "" if blank < 0.005 else needs,
        "lodging": lodging if needs else "",
        "housed_on": as_text(day + waited, False) if housed else "",
        "nights_paid": nights,
        "commute_minutes": minutes,
        "lodging_provided": provided,
        "pay_change": "" if day > END - 60 else pay,
        "title_before": before,
        "title_after": "pending" if day > END - 200 and after != "none" else after,
    }


def _supported(county: County, dice: Dice, key: int, since: int, until: int) -> None:
    """A health check in most years of a stay, and the allowance from soon after the arrival; a few are left out."""
    for year in range(FIRST_YEAR_OF_CHECKS, LAST_YEAR + 1):
        checked = dt.date(year, 3, 1).toordinal() + dice.between(0, 240)
        if dice.chance(0.975) and since < checked < until:
            add_support(county, key, "health_check", checked)
    paid = max(since, FIRST) + dice.between(0, 50)
    if not dice.chance(0.01) and paid < min(until, END):
        add_support(county, key, "allowance", paid, "" if until == RUNNING else as_text(until, False))


def add_support(county: County, key: int, kind: str, day: int, ended_on: str = "") -> None:
    """One row of `hardship_support`."""
    name = county.serial("H")
    values = {"kind": kind, "given_on": as_text(day, False), "ended_on": ended_on}
    county.add("hardship_support", support_id=name, cadre_id=key, **values)
