"""Faults of `team_profile`: teams with nobody young; that the county's chief teams are short of specialists is arranged in `sample_growth.py`."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, HEAD
from cadre_handbook.sample_faults import Faults
from cadre_handbook.sample_growth import SHORT_OF_SPECIALISTS

MEASURE, CODE = "teams_without_young", "no_young"
PLAIN = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}


def plant(f: Faults) -> None:
    _team(
        f, "县科学技术局", ("1976-05", "1979-08", "1985-01"), CODE, "three members, the youngest forty on the very day"
    )
    _team(f, "县统计局", ("1976-05", "1979-08", "1985-02"), "", "three members, the youngest a month short of forty")
    _team(f, "县乡村振兴局", ("1976-05", "1979-08"), "", "two members are too few to speak of a make-up")
    county = f.county.organisation_id
    f.expect(
        "specialists",
        f"{county} {SHORT_OF_SPECIALISTS}",
        "few_specialists",
        "fewer than one in three studied a line of work",
    )
    f.expect("specialists", f"{county} government", "", "more than a third of the members studied a line of work")


def _team(f: Faults, name: str, born: tuple[str, ...], code: str, what: str) -> None:
    f.county.add_unit(name, "department", **PLAIN)
    for number, month in enumerate(born):
        post = f.post(DEPUTY if number else HEAD, name, team="department")
        f.leader("2020-03-09", post, born=month)
    f.expect(MEASURE, f.county.unit_ids[name], code, what)
