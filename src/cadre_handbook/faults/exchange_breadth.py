"""Lines of work in which no professional staff, or no head, has moved, and some that only look so."""

from __future__ import annotations

from cadre_handbook.sample_county import HEAD, STAFF, Post
from cadre_handbook.sample_faults import Faults

BEGAN = "2016-09-05"


def plant(f: Faults) -> None:
    _professionals(f)
    _heads(f)


def _post(f: Faults, unit: str, field: str, title: str, kind: str, level: int, **values) -> Post:
    """A post in an institution that no ordinary career passes through."""
    if unit not in f.county.unit_ids:
        f.county.add_unit(unit, "institution", field=field, power="none", law_enforcement=False, hardship=0)
    post = f.county.add_post(unit, title, kind, level, **values)
    post.reserved = True
    return post


def _specialist(f: Faults, unit: str, field: str, end: str = "") -> None:
    desk = _post(f, unit, field, "工程师", "staff", STAFF, category="technical")
    f.serves(f.cadre(), desk, BEGAN, end, route="recruited")


def _moves_on(f: Faults, day: str, **values) -> None:
    """The cadre planted last goes to another unit."""
    f.serves(f.county.people[-1], f.post(STAFF), day, **{"route": "transferred", **values})


def _professionals(f: Faults) -> None:
    def expect(field: str, code: str, what: str) -> None:
        f.expect("professionals", f"{f.county.organisation_id}/{field}", code, what)

    code = "professionals_left_out"
    for _place in range(3):
        _specialist(f, "县公路勘察设计队", "transport")
    expect("transport", code, "three engineers in post throughout")
    for _place in range(2):
        _specialist(f, "县水利工程站", "water")
    _specialist(f, "县水利工程站", "water", "2022-01-01")
    _moves_on(f, "2022-01-01")
    expect("water", "", "one of three moved, on the first day that counts")
    for _place in range(2):
        _specialist(f, "县规划勘测队", "land")
    _specialist(f, "县规划勘测队", "land", "2023-06-12")
    _moves_on(f, "2023-06-12", route="demoted")
    expect("land", code, "the only one of three to change posts was demoted, which is no exchange")
    for _place in range(2):
        _specialist(f, "县环境监测站", "environment")
    expect("environment", "", "two people are no group")


def _heads(f: Faults) -> None:
    def head(unit: str, end: str = "") -> None:
        post = _post(f, unit, "science", "主任", "unit_head", HEAD)
        f.leader(BEGAN, post, end, level=HEAD)

    for unit in ("县科学技术协会", "县气象服务中心", "县生产力促进中心"):
        head(unit)
    f.expect(
        "heads",
        f"{f.county.organisation_id}/science",
        "heads_left_out",
        "three heads in one line of work, in post throughout",
    )
