"""Faults of `age_structure`: heads who retire with nobody ready behind them, and units in which nobody is young."""

from __future__ import annotations

from cadre_handbook.sample_county import COUNTY_DEPUTY, DEPUTY, STAFF
from cadre_handbook.sample_faults import Faults

PLAIN = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}
SINCE = "2019-05-13"
YOUNG, RETIRING = "young", "retiring_uncovered"


def plant(f: Faults) -> None:
    old, mixed = (f.county.add_unit(name, "department", **PLAIN) for name in ("县供销合作社联合社", "县地方志办公室"))
    _on_the_boundary(f, old)
    _with_a_list(f, mixed)
    f.expect(YOUNG, f.county.unit_ids[old], "nobody_young", "five people, none of them under thirty-five")
    f.expect(YOUNG, f.county.unit_ids[mixed], "", "five people, one of whom is a month short of thirty-five")
    post = f.post(COUNTY_DEPUTY, "县人民政府")
    f.county.kept.add(("reserve", post.post_id))
    f.leader(SINCE, post, born="1973-12", sex="female")
    f.expect(RETIRING, post.post_id, "", "a deputy county head, a woman, retires at the age of men")


def _holder(f: Faults, unit: str, born: str, sex: str, level: int = DEPUTY) -> str:
    """A post, listed for nobody as a matter of course, with a holder born in that month."""
    post = f.post(level, unit)
    f.county.kept.add(("reserve", post.post_id))
    person = f.leader(SINCE, post, born=born, sex=sex)
    f.keeps(person, "reserve", "tests", "projects")
    return post.post_id


def _on_the_boundary(f: Faults, unit: str) -> None:
    for born, sex, code, what in (
        ("1968-12", "male", "nobody_ready", "a man born in December 1968 retires in December 2029, the last month that counts"),
        ("1969-01", "male", "", "a man born a month later retires in February 2030"),
        ("1973-12", "female", "nobody_ready", "a woman born in December 1973 retires in December 2029"),
        ("1974-01", "female", "", "a woman born a month later retires in February 2030"),
        ("1968-06", "", "nobody_ready", "whether a man or a woman is not on record; due by either age"),
    ):  # fmt: skip
        f.expect(RETIRING, _holder(f, unit, born, sex), code, what)


def _with_a_list(f: Faults, unit: str) -> None:
    young = f.cadre(born="1990-02", joined="2013-08")
    f.serves(young, f.post(STAFF, unit), "2013-08-05")
    f.keeps(young, "reserve", "tests", "projects")
    for ready, code, what in (
        (True, "", "somebody ready stands behind the post"),
        (False, "nobody_ready", "the only one listed for the post is not ready"),
        ("", "", "whether the only one is ready is not on record"),
    ):
        post_id = _holder(f, unit, "1968-05", "male")
        add = {"reserve_id": f.county.serial("R"), "cadre_id": young.key, "listed_on": "2023-03-01", "removed_on": ""}
        f.county.add("reserve", **add, ready=ready, for_post_id=post_id)
        f.expect(RETIRING, post_id, code, what)
    f.expect(
        RETIRING,
        _holder(f, unit, "1972-03", ""),
        "",
        "whether a man or a woman is not on record; due as a woman, not as a man",
    )
