"""Faults of `stretch_roles`: reserve cadres who did excellently and were given nothing larger to do, and those who were."""

from __future__ import annotations

from cadre_handbook.sample_county import HEAD
from cadre_handbook.sample_faults import Faults, Person

MEASURE, CODE, UNKNOWN = "given_in_time", "not_given", "role_unknown"


def plant(f: Faults) -> None:
    _due(f)
    _roles(f)
    _projects(f)
    _on_the_list(f)


def _reserve(f: Faults, *excellent: str, listed: str = "2020-10-12", removed: str = "", end: str = "") -> Person:
    """A deputy on the reserve list, graded excellent on these days, in no key post; what is kept about it is planted."""
    person = f.leader("2019-03-11", f.post(importance=3), end)
    f.keeps(person, "reserve", "assessments", "projects")
    f.county.add("reserve", reserve_id=f.county.serial("R"), cadre_id=person.key, listed_on=listed, removed_on=removed)
    for day in excellent:
        f.graded(person, day, "excellent")
    return person


def _acting(f: Faults, person: Person, start: str, end: str = "") -> None:
    f.serves(person, f.post(HEAD), start, end, role="acting")


def _project(f: Faults, person: Person, kind: str, start: str, end: str = "") -> None:
    name = f.county.serial("J")
    f.county.add("projects", project_id=name, cadre_id=person.key, kind=kind, start=start, end=end)


def _due(f: Faults) -> None:
    f.expect(MEASURE, _reserve(f, "2023-01-01"), CODE, "nothing, the twenty-four months over on the very day")
    f.expect(MEASURE, _reserve(f, "2023-01-02"), "", "nothing, the months over a day later: not yet due")
    f.expect(MEASURE, _reserve(f, "2021-01-01"), CODE, "nothing, after a result of the first day that counts")
    f.expect(MEASURE, _reserve(f, "2020-12-31"), "", "nothing, after a result of a day before those that count")
    one = _reserve(f, "2021-02-01", "2023-02-06")
    _acting(f, one, "2023-09-04", "2024-03-04")
    f.expect(MEASURE, one, "", "nothing after the first result, acting head after the second")


def _roles(f: Faults) -> None:
    one = _reserve(f, "2022-03-01")
    _acting(f, one, "2024-02-29")
    f.expect(MEASURE, one, "", "acting head from the eve of the end of the months")
    one = _reserve(f, "2022-03-01")
    _acting(f, one, "2024-03-01")
    f.expect(MEASURE, one, CODE, "acting head a day too late")
    one = _reserve(f, "2022-03-01")
    _acting(f, one, "2021-09-06", "2022-03-01")
    f.expect(MEASURE, one, CODE, "acting head until the day of the result, and nothing after")
    one = _reserve(f, "2022-03-01")
    f.serves(one, f.post(HEAD, "红崖乡"), "2021-09-06", "2022-09-05", role="trainee_leader")
    f.expect(MEASURE, one, "", "trainee leader when the result came")
    for importance, code, what in (
        (4, "", "deputy of an important post in the second year"),
        (3, CODE, "deputy of a post like the one before"),
        ("", UNKNOWN, "deputy of a post whose importance is not on record"),
    ):
        one = _reserve(f, "2022-03-01", end="2023-06-12")
        f.serves(one, f.post(importance=importance), "2023-06-12", route="transferred", exchange_kind="training")
        f.expect(MEASURE, one, code, what)


def _projects(f: Faults) -> None:
    for kind, code, what in (
        ("key_industry", "", "sent to a key industry in the second year"),
        ("key_task", CODE, "a key task, which is neither a key industry nor a key project"),
        ("", UNKNOWN, "a project whose kind is not on record"),
    ):
        one = _reserve(f, "2022-03-01")
        _project(f, one, kind, "2023-04-10", "2024-04-10")
        f.expect(MEASURE, one, code, what)


def _on_the_list(f: Faults) -> None:
    f.expect(MEASURE, _reserve(f, "2022-03-01", listed="2022-03-02"), "", "listed a day after the result")
    f.expect(MEASURE, _reserve(f, "2022-03-01", listed="2022-03-01"), CODE, "listed on the day of the result")
    one = _reserve(f, "2022-03-01", removed="2024-02-29")
    f.expect(MEASURE, one, "", "taken off the list on the eve of the end of the months")
    one = _reserve(f, "2022-03-01", removed="2024-03-01")
    f.expect(MEASURE, one, CODE, "taken off the list on the day on which the months were over")
