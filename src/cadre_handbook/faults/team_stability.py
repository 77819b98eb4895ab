"""Faults of `team_stability`: teams of small departments that were filled anew, and those that look like it.

That the government team lacks a local is arranged in `sample_teams.py`, once everybody else has a post.
"""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, HEAD
from cadre_handbook.sample_faults import Faults, Person

NEW, GONE = "many_new", "mass_turnover"
PLAIN = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}


def plant(f: Faults) -> None:
    county = f.county.organisation_id
    f.expect("locals", f"{county} government", "few_locals", "one local fewer than a third, the others from elsewhere")
    f.expect("locals", f"{county} party", "", "a Party team of whom more than a third are local")

    name = _department(f, "县行政审批服务局")
    _member(f, name, "2019-04-15", level=HEAD)
    for day in ("2024-03-18", "2024-05-06", "2024-09-02"):
        post = _member(f, name, "2018-06-11", day)[1]
        _member(f, name, day, post=post)
    f.expect("newcomers", f.county.unit_ids[name], NEW, "three of four came within the year")
    f.expect("turnover", f.county.unit_ids[name], GONE, "three left and three came, in a team of four")

    name = _department(f, "县机关事务服务中心")
    for level in (HEAD, DEPUTY):
        _member(f, name, "2020-03-09", level=level)
    for day in ("2024-01-01", "2024-12-30"):
        post = _member(f, name, "2018-06-11", day)[1]
        _member(f, name, day, post=post)
    f.expect(
        "newcomers", f.county.unit_ids[name], "", "two of four are new, one since the first day that counts: just half"
    )
    f.expect("turnover", f.county.unit_ids[name], GONE, "two left and two came, in a team of four")

    name = _department(f, "县退役军人事务局")
    for level in (HEAD, DEPUTY):
        _member(f, name, "2020-03-09", level=level)
    post = _member(f, name, "2018-06-11", "2024-06-17")[1]
    _member(f, name, "2024-06-17", post=post)
    f.expect("newcomers", f.county.unit_ids[name], "", "one of three is new")
    f.expect(
        "turnover", f.county.unit_ids[name], "", "one left and one came, in a team of three: just within the measure"
    )

    name = _department(f, "县档案馆")
    for day in ("2024-02-19", "2024-04-08"):
        _member(f, name, day)
    f.expect("newcomers", f.county.unit_ids[name], "", "both are new, but a team of two is too small for a measure")

    name = _department(f, "县医疗保障局")
    _member(f, name, "2020-03-09", level=HEAD)
    for day in ("2023-12-31", "2023-12-31"):
        post = _member(f, name, "2018-06-11", day)[1]
        _member(f, name, day, post=post)
    for measure in ("newcomers", "turnover"):
        f.expect(measure, f.county.unit_ids[name], "", "two of three changed, a day before the days that count")


def _department(f: Faults, name: str) -> str:
    return f.county.add_unit(name, "department", **PLAIN)


def _member(f: Faults, unit: str, start: str, end: str = "", level: int = DEPUTY, post=None) -> tuple[Person, object]:
    """Somebody with years on the staff who sits in a unit's team; whoever leaves it retires."""
    post = post or f.post(level, unit, team="department")
    values = {"born": f"{int(end[:4]) - 60}-{end[5:7]}", "joined": "1987-07"} if end else {}
    person = f.leader(start, post, end, **values)
    if end:
        person.row |= {"left_on": end, "left_reason": "retired"}
    return person, post
