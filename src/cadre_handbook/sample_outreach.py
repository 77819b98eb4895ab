"""How the made-up county spoke of exchange: papers, lessons, explanations, and now and then a model.

It is made last, from dice of its own, so that nobody's career depends on it.
"""

from __future__ import annotations

import datetime as dt

from cadre_handbook.sample_county import LAST_YEAR, County, Dice

STREAM = 841  # sets these dice apart from all others
FIRST_YEAR_OF_EVENTS = LAST_YEAR - 5
EVENTS = {"publicity": (5, 9), "education": (2, 5), "other": (0, 2), "explanation": (1, 3)}
AUDIENCES = {
    "publicity": {"cadres": 5, "public": 5},
    "education": {"leaders": 6, "cadres": 4},
    "other": {"families": 6, "cadres": 4},
    "explanation": {"cadres": 7, "families": 2, "public": 1},
}


def keep_outreach(county: County, seed: int) -> None:
    """Rows of `outreach`: more in a unit than for all, and in the last year none but publicity and lessons without a model."""
    dice = Dice(seed, county.number, STREAM)
    units = [row["unit_id"] for row in county.unit_rows.values() if "parent_unit_id" not in row]
    for year in range(FIRST_YEAR_OF_EVENTS, LAST_YEAR + 1):
        for kind, (low, high) in EVENTS.items():
            for _event in range(dice.between(low, high)):
                day = dt.date(year, dice.between(1, 12), dice.between(1, 28)).isoformat()
                values = {
                    "unit_id": dice.pick(units) if dice.chance(0.75) else "",
                    "audience": "" if dice.chance(0.02) else dice.weighted(AUDIENCES[kind]),
                    "model": "" if dice.chance(0.02) and year < LAST_YEAR else dice.chance(0.12) and year < LAST_YEAR,
                }
                if kind != "explanation" or year < LAST_YEAR:
                    add_event(county, kind, day, **values)


def add_event(county: County, kind: str, day: str, **values) -> None:
    """One event of the county."""
    event_id = f"{county.organisation_id}-Y{len(county.rows['outreach']) + 1:03d}"
    values = {"organisation_id": county.organisation_id, "held_on": day, "kind": kind, **values}
    county.add("outreach", event_id=event_id, **values)
