"""Faults of `entry_channels`: a year in which every door was shut, and one in which that to the townships was.

What ordinary careers would have brought in those years is taken out in `sample_growth.py`.
"""

from __future__ import annotations

from cadre_handbook.sample_county import FAR_AWAY, STAFF
from cadre_handbook.sample_faults import Faults, Person
from cadre_handbook.sample_growth import CLOSED, CLOSED_TO_TOWNSHIPS

MEASURE = "years_without"
BUREAU, TOWNSHIP = "县民政局", "桃园乡"


def plant(f: Faults) -> None:
    county = f.county.organisation_id
    _comes(f, BUREAU, "2019-12-31", route="brought_in")
    _comes(f, BUREAU, "2021-01-01", route="brought_in")
    late = _comes(f, BUREAU, "2020-03-01", route="recruited")
    _status(f, late, "2021-03-02")
    _comes(f, BUREAU, "2020-06-15", route="transferred", from_place_code=FAR_AWAY[0])
    f.expect(
        MEASURE,
        f"{county} {CLOSED}",
        "none_in_year",
        "one came the day before the year and one the day after; one got another status too late",
    )
    f.expect(MEASURE, f"{county} 2021", "", "somebody was brought in on the first day of the year")

    _comes(f, BUREAU, "2022-05-16", route="brought_in")
    in_time = _comes(f, TOWNSHIP, "2023-08-07", route="recruited")
    _status(f, in_time, "2024-08-07")
    f.expect(
        MEASURE,
        f"{county} townships {CLOSED_TO_TOWNSHIPS}",
        "none_at_level",
        "somebody came to a bureau, nobody to a township",
    )
    f.expect(
        MEASURE,
        f"{county} townships 2023",
        "",
        "the papers on the status came twelve months after the entry to the day",
    )
    f.expect(MEASURE, f"{county} {CLOSED_TO_TOWNSHIPS}", "", "somebody was brought in to a bureau")


def _comes(f: Faults, unit: str, day: str, **values: str) -> Person:
    person = f.cadre(born="1990-06", joined=day[:7] if values["route"] == "recruited" else "2013-08")
    f.serves(person, f.post(STAFF, unit), day, **values)
    f.keeps(person, "studies", "reserve", "tests", "projects", "service_grades")
    return person


def _status(f: Faults, person: Person, day: str) -> None:
    add = {"study_id": f.county.serial("E"), "cadre_id": person.key, "kind": "status_change"}
    f.county.add("studies", **add, start=day, status="civil_servant")
