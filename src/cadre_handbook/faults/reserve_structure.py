"""Faults of `reserve_structure`: a team without any of the groups, and teams that must not be named."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, HEAD, STAFF
from cadre_handbook.sample_faults import Faults

PLAIN = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}
USUAL = {"sex": "male", "ethnicity": "han", "party": "party_member"}
OTHER = {"sex": "female", "ethnicity": "hui", "party": "masses"}
YOUNG = {"born": "1991-03", "joined": "2013-08"}
CODES = {
    "minority_in_teams": "no_minority",
    "women_in_teams": "no_women",
    "non_party_in_teams": "no_non_party",
    "young_in_teams": "no_young",
}


def plant(f: Faults) -> None:
    all_alike = _department(f, "县大数据管理局", [USUAL] * 5)
    for measure, code in CODES.items():
        f.expect(measure, all_alike, code, "five members of whom nobody is of the group")

    # Two teams of young people, too small to be looked at: they make the group large enough in the county's teams.
    mixed = _department(f, "县投资促进局", [{**OTHER, **YOUNG}] * 4)
    alike = _department(f, "县招商服务中心", [{**USUAL, **YOUNG}] * 4)
    f.expect("women_in_teams", alike, "", "four members of whom nobody is a woman: too small a team to be named")
    f.expect("young_in_teams", mixed, "", "four members, all young")

    unknown = _department(f, "县粮食和物资储备局", [*[USUAL] * 4, {**USUAL, "ethnicity": ""}])
    f.expect("minority_in_teams", unknown, "", "five members, of one of whom the ethnicity is not on record")
    f.expect("women_in_teams", unknown, "no_women", "the same five, who are all men")

    # On the list too the group has to be large enough for its share to be shown.
    for _number in range(6):
        person = f.cadre(**OTHER, born="1986-05", joined="2009-08")
        f.serves(person, f.post(STAFF), "2009-08-03")
        f.keeps(person, "reserve", "tests", "projects")
        entry = {"reserve_id": f.county.serial("R"), "cadre_id": person.key, "for_post_id": ""}
        f.county.add("reserve", **entry, listed_on="2023-05-10", removed_on="", ready=False)


def _department(f: Faults, name: str, members: list[dict]) -> str:
    """The id of a new department with a team of these members, who have held their posts for years."""
    f.county.add_unit(name, "department", **PLAIN)
    for number, values in enumerate(members):
        post = f.post(DEPUTY if number else HEAD, name, team="department")
        person = f.cadre(**values)
        f.serves(person, f.post(STAFF), "2013-08-05", "2020-03-09")
        f.serves(person, post, "2020-03-09", route="promoted")
        f.keeps(person, "reserve", "tests", "projects")
    return f.county.unit_ids[name]
