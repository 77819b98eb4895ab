"""Faults of `promotion_ladder`: long waits at a rank with excellent results."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, HEAD, STAFF
from cadre_handbook.sample_faults import Faults, Person

MEASURE, CODE = "median_wait", "excellent_waiting"


def plant(f: Faults) -> None:
    for since, days, code, what in (
        ("2017-01-01", ("2022-01-01", "2024-01-15"), CODE, "eight years full on the very day; excellent on the first day that counts and once more"),
        ("2017-01-02", ("2023-01-16", "2024-01-15"), "", "a day short of eight years"),
        ("2016-03-14", ("2021-12-31", "2024-01-15"), "", "one of the two excellent results a day before those that count"),
        ("2016-03-14", ("2024-01-15",), "", "excellent once"),
    ):  # fmt: skip
        f.expect(MEASURE, _waits(f, since, days), code, what)
    one = _waits(f, "2015-05-11", ("2023-01-16", "2024-01-15"), end="2020-05-11")
    f.serves(one, f.post(DEPUTY), "2020-05-11", route="transferred", exchange_kind="training")
    f.expect(MEASURE, one, CODE, "nine years in two posts of one rank")
    one = _waits(f, "2015-05-11", ("2023-01-16", "2024-01-15"), end="2023-05-15")
    f.serves(one, f.post(HEAD), "2023-05-15", route="promoted")
    f.expect(MEASURE, one, "", "promoted after eight years")


def _waits(f: Faults, since: str, excellent: tuple[str, ...], end: str = "") -> Person:
    """A deputy since that day, with the whole record, graded excellent on these days."""
    person = f.cadre(born="1984-04", joined="2006-08")
    f.serves(person, f.post(STAFF), "2006-08", since)
    f.serves(person, f.post(DEPUTY), since, end, route="promoted")
    f.keeps(person, "assessments", "reserve", "tests", "projects")
    for day in excellent:
        f.graded(person, day, "excellent")
    return person
