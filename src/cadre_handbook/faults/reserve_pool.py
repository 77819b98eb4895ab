"""Faults of `reserve_pool`: posts with nobody ready behind them, and rises from outside the list."""

from __future__ import annotations

from cadre_handbook.sample_county import STAFF
from cadre_handbook.sample_faults import Faults, Person

ROSE = "2024-05-20"


def plant(f: Faults) -> None:
    _benches(f)
    _rises(f)


def _reserve_cadre(f: Faults, **values) -> Person:
    person = f.cadre(**{"born": "1983-04", "joined": "2006-08", **values})
    f.serves(person, f.post(STAFF), "2006-08")
    f.keeps(person, "reserve", "tests", "projects")
    return person


def _listed(
    f: Faults, person: Person, day: str, removed: str = "", ready: bool | str = True, post_id: str = ""
) -> None:
    add = {"reserve_id": f.county.serial("R"), "cadre_id": person.key}
    f.county.add("reserve", **add, listed_on=day, removed_on=removed, ready=ready, for_post_id=post_id)


def _benches(f: Faults) -> None:
    one, other = _reserve_cadre(f), _reserve_cadre(f)
    gone = _reserve_cadre(f)
    gone.row |= {"left_on": "2024-12-31", "left_reason": "resigned"}
    measure, code = "bench", "no_bench"

    def post(**values) -> str:
        """A leading post for which nobody is listed as a matter of course."""
        made = f.post(**values)
        f.county.kept.add(("reserve", made.post_id))
        return made.post_id

    f.expect(measure, post(), code, "nobody is listed for the post")
    name = post()
    _listed(f, one, "2023-03-01", "2024-12-31", post_id=name)
    f.expect(measure, name, code, "the only one was taken off the list on the very day")
    name = post()
    _listed(f, one, "2023-03-01", ready=False, post_id=name)
    f.expect(measure, name, code, "the only one is not ready")
    name = post()
    _listed(f, gone, "2023-03-01", post_id=name)
    f.expect(measure, name, code, "the only one left the service on the very day")
    name = post()
    _listed(f, one, "2024-12-31", post_id=name)
    f.expect(measure, name, "", "one ready cadre, listed on the very day: too few, but not nobody")
    name = post()
    _listed(f, one, "2023-03-01", ready="", post_id=name)
    f.expect(measure, name, "", "nobody knows whether the only one is ready")
    name = post()
    for person in (one, other):
        _listed(f, person, "2023-03-01", post_id=name)
    f.expect(measure, name, "", "two ready cadres")
    f.expect(measure, post(valid_to="2024-12-31"), "", "the post was abolished on the very day")


def _rises(f: Faults) -> None:
    measure = "from_list"

    def rose(day: str = ROSE, listed: str = "", removed: str = "") -> Person:
        person = f.leader(day)
        f.keeps(person, "reserve", "tests", "projects")
        if listed:
            _listed(f, person, listed, removed)
        return person

    f.expect(measure, rose(), "not_listed", "rose without standing on a list")
    f.expect(measure, rose("2024-01-01"), "not_listed", "rose without a list, on the first day that counts")
    f.expect(measure, rose("2023-12-31"), "", "rose without a list, a day before those that count")
    f.expect(
        measure, rose(listed="2023-11-21", removed=ROSE), "listed_late", "listed a day less than six months before"
    )
    f.expect(measure, rose(listed="2023-11-20", removed=ROSE), "", "listed six months before to the day")
    f.expect(measure, rose(listed=ROSE), "not_listed", "listed on the day of the appointment")
    f.expect(measure, rose(listed="2022-03-01", removed="2024-05-19"), "not_listed", "taken off the list a day before")
    one = rose(listed="2022-03-01", removed="2024-05")
    f.expect(measure, one, "", "taken off the list in the month of the appointment, the day unknown")
    sideways = f.leader("2018-03-12", f.post(), ROSE)
    f.keeps(sideways, "reserve", "tests", "projects")
    f.serves(sideways, f.post(), ROSE, route="transferred")
    f.expect(measure, sideways, "", "moved from one leading post to another of the same rank: no rise")
