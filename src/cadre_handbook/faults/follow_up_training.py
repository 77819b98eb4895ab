"""Faults of `follow_up_training`: courses after a move that were late or missing, hours that fall short; a person for both."""

from __future__ import annotations

from cadre_handbook.sample_county import COUNTY_DEPUTY, STAFF
from cadre_handbook.sample_faults import Faults, Person

ONBOARDED, YEAR, FIVE_YEARS = "onboarded", "hours_of_year", "hours_of_five_years"
MOVED = "2024-03-04"  # the ninetieth day after it is 2 June


def plant(f: Faults) -> None:
    _moved_and_trained(f)
    _not_due(f)
    _part_of_the_year(f)
    _county_level(f)


def _mover(f: Faults, day: str = MOVED, **posting) -> Person:
    """A deputy of six years who moves on `day`; the courses are planted too."""
    person = f.leader("2018-03-12", end=day)
    f.keeps(person, "trainings")
    f.serves(person, f.post(), day, **{"route": "transferred", "exchange_kind": "training", **posting})
    return person


def _course(f: Faults, person: Person, start: str, end: str, hours: float | str, **values) -> None:
    given = {"kind": "in_service", "completed": True, "online": False, **values}
    f.county.add(
        "trainings",
        training_id=f.county.serial("C"),
        cadre_id=person.key,
        start=start,
        end=end,
        hours=hours,
        **given,
    )


def _onboarding(f: Faults, person: Person, start: str, end: str, **values) -> None:
    _course(f, person, start, end, 0, kind="onboarding", **values)


def _moved_and_trained(f: Faults) -> None:
    code, short, unknown = "no_onboarding", "under_hours", "hours_unknown"
    one = _mover(f)
    _onboarding(f, one, "2024-05-29", "2024-06-03")
    f.expect(ONBOARDED, one, "", "the course after the move ended on the ninetieth day")
    _course(f, one, "2024-09-02", "2024-09-12", 90)
    f.expect(YEAR, one, "", "ninety hours, no more")

    one = _mover(f)
    _onboarding(f, one, "2024-05-29", "2024-06-04")
    f.expect(ONBOARDED, one, code, "the course after the move ended a day late")
    _course(f, one, "2024-09-02", "2024-09-12", 89)
    f.expect(YEAR, one, short, "eighty-nine hours in ten days")

    one = _mover(f)
    f.expect(ONBOARDED, one, code, "no course after the move")
    _course(f, one, "2024-09-02", "2024-09-14", 84)
    f.expect(YEAR, one, "", "twelve full days, though under ninety hours")

    one = _mover(f)
    _onboarding(f, one, "2024-04-08", "2024-04-11", completed=False)
    f.expect(ONBOARDED, one, code, "attended the course after the move and did not complete it")
    _course(f, one, "2024-09-02", "2024-09-13", 77)
    f.expect(YEAR, one, short, "eleven full days")

    one = _mover(f)
    _onboarding(f, one, "2024-05-29", "2024-06")
    f.expect(ONBOARDED, one, "onboarding_unknown", "the course ended in June, the day unknown")
    _course(f, one, "2024-09-02", "2024-09-08", 60)
    _course(f, one, "2024-10-08", "2024-11-08", 60, online=True)
    f.expect(YEAR, one, short, "sixty hours and another sixty online")

    one = _mover(f)
    _onboarding(f, one, "2024-02-28", "2024-03-04")
    f.expect(ONBOARDED, one, code, "the course was over on the eve of the move")
    _course(f, one, "2024-09-02", "2024-09-08", 60)
    _course(f, one, "2024-10-08", "2024-10-14", 60, online="")
    f.expect(YEAR, one, unknown, "whether sixty of the hours were online is not on record")

    one = _mover(f)
    _onboarding(f, one, "2024-02-28", "2024-03-05")
    f.expect(ONBOARDED, one, "", "the course reached the day of the move")
    _course(f, one, "2024-09-02", "2024-09-08", 60)
    _course(f, one, "2024-10-08", "2024-10-14", "")
    f.expect(YEAR, one, unknown, "the hours of one course are not on record")


def _not_due(f: Faults) -> None:
    code, short = "no_onboarding", "under_hours"
    one = _mover(f, "2024-10-02")
    f.expect(ONBOARDED, one, code, "no course, the ninety days over on the very day")
    _course(f, one, "2024-03-04", "2024-05-03", 30)
    _course(f, one, "2024-09-02", "2024-09-08", 50)
    f.expect(YEAR, one, short, "eighty hours, thirty of them spread over sixty days")
    one = _mover(f, "2024-10-03")
    f.expect(ONBOARDED, one, "", "no course, the ninety days over a day later: not yet due")
    _course(f, one, "2023-12-20", "2024-01-01", 90)
    f.expect(YEAR, one, short, "a course whose last day was the eve of the year")
    one = _mover(f, "2024-01-01")
    f.expect(ONBOARDED, one, code, "no course after a move on the first day that counts")
    _course(f, one, "2023-12-20", "2024-01-02", 90)
    f.expect(YEAR, one, "", "a course whose last day was the first of the year")
    one = _mover(f, "2023-12-31")
    f.expect(ONBOARDED, one, "", "no course after a move a day before those that count")
    _course(f, one, "2024-12-02", "", "", completed="")
    f.expect(YEAR, one, short, "the one course still runs: it belongs to the year in which it ends")
    one = _mover(f, "2024-02-05", end="2024-05-05")
    f.serves(one, f.post(), "2024-05-05", route="transferred", exchange_kind="training")
    _onboarding(f, one, "2024-05-20", "2024-05-23")
    f.expect(ONBOARDED, one, "", "moved on after ninety days less one, and trained after the second move")
    f.expect(ONBOARDED, _mover(f, route="demoted"), "", "demoted: no exchange")


def _part_of_the_year(f: Faults) -> None:
    """The year 2024 has 366 days; from 1 July it is 184, for which 45.2 hours are asked."""

    def recruit(day: str) -> Person:
        person = f.cadre(born="1999-04", joined=day[:7])
        f.keeps(person, "trainings")
        f.serves(person, f.post(STAFF), day, route="recruited")
        return person

    one = recruit("2024-07-01")
    _course(f, one, "2024-09-02", "2024-09-08", 46)
    f.expect(YEAR, one, "", "forty-six hours in half a year")
    one = recruit("2024-07-01")
    _course(f, one, "2024-09-02", "2024-09-08", 45)
    f.expect(YEAR, one, "under_hours", "forty-five hours in half a year")
    f.expect(YEAR, recruit("2024-10-03"), "under_hours", "no course in ninety days of service")
    f.expect(YEAR, recruit("2024-10-04"), "", "no course in eighty-nine days of service")


def _county_level(f: Faults) -> None:
    """From the rule's first day to the end of 2024 it is 470 of 1827 days, for which 141.5 hours are asked."""

    def deputy(since: str) -> Person:
        person = f.leader(since, level=COUNTY_DEPUTY)
        f.keeps(person, "trainings")
        return person

    one = deputy("2018-05-14")
    _course(f, one, "2024-04-01", "2024-04-21", 142)
    f.expect(FIVE_YEARS, one, "", "142 hours since the rule began")
    one = deputy("2018-05-14")
    _course(f, one, "2024-04-01", "2024-04-21", 141)
    f.expect(FIVE_YEARS, one, "under_five_years", "141 hours since the rule began")
    one = deputy("2018-05-14")
    _course(f, one, "2023-08-21", "2023-09-19", 160)
    f.expect(FIVE_YEARS, one, "under_five_years", "a month at the Party school, over on the eve of the rule")
    one = deputy("2024-06-03")
    _course(f, one, "2024-09-02", "2024-09-12", 70)
    f.expect(FIVE_YEARS, one, "", "seventy hours in seven months at county level")
    f.expect(YEAR, one, "", "county level at the end of the year: the yearly hours are asked of others")
