"""Faults of `after_the_move`: movers who fell two grades, with and without a follow-up; years that are not on file."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person

MOVED = "2022-05-16"
BEFORE, AFTER = "2022-01-20", "2023-02-10"  # the years around it; the follow-up is due by 2023-08-10
MEASURE, ALONE, UNKNOWN = "fell_alone", "fell_alone", "year_unknown"


def plant(f: Faults) -> None:
    _fell(f)
    _followed(f)
    _years(f)


def _mover(f: Faults, *years: tuple[str, str], day: str = MOVED, **posting: str) -> Person:
    """A deputy who moved to another unit on `day`, with these yearly grades and nothing else on file."""
    person = f.leader("2017-06-12", f.post(), day)
    f.keeps(person, "assessments", "supervision")
    for settled, grade in years:
        f.graded(person, settled, grade)
    f.serves(person, f.post(), day, **{"route": "transferred", "exchange_kind": "structural", **posting})
    return person


def _seen(f: Faults, person: Person, day: str, kind: str = "contact", talked_on: str = "") -> None:
    name = f.county.serial("U")
    values = {"kind": kind, "happened_on": day, "talked_on": talked_on}
    f.county.add("supervision", supervision_id=name, cadre_id=person.key, **values)


def _fell(f: Faults) -> None:
    top, low, worst = "excellent", "basically_competent", "incompetent"
    one = _mover(f, (BEFORE, top), (AFTER, low))
    f.expect(MEASURE, one, ALONE, "from excellent to basically competent, and nobody came")
    one = _mover(f, (BEFORE, "competent"), (AFTER, worst), exchange_kind="")
    f.expect(MEASURE, one, ALONE, "from competent to incompetent after a move that is not marked as an exchange")
    f.expect(MEASURE, _mover(f, (BEFORE, top), (AFTER, "competent")), "", "one grade less is no such fall")
    one = _mover(f, (BEFORE, top), (AFTER, worst), route="demoted")
    f.expect(MEASURE, one, "", "demoted: no move of this kind")
    due = ("2023-05-15", ("2023-01-20", top))
    one = _mover(f, due[1], ("2024-06-30", low), day=due[0])
    f.expect(MEASURE, one, ALONE, "the six months are over on the very day, and nobody came")
    one = _mover(f, due[1], ("2024-07-01", low), day=due[0])
    f.expect(MEASURE, one, "", "the six months are over a day later: not yet due")


def _followed(f: Faults) -> None:
    fell = (BEFORE, "excellent"), (AFTER, "basically_competent")
    one = _mover(f, *fell)
    _seen(f, one, "2023-08-10")
    f.expect(MEASURE, one, "", "a visit on the last of the six months' days")
    one = _mover(f, *fell)
    _seen(f, one, "2023-08-11")
    f.expect(MEASURE, one, ALONE, "a visit a day late")
    one = _mover(f, *fell)
    _seen(f, one, "2023-02-10")
    f.expect(MEASURE, one, ALONE, "a visit on the day the grade was settled, none after it")
    one = _mover(f, *fell)
    _seen(f, one, "2023-03-06", "slip", "2023-03-20")
    f.expect(MEASURE, one, "", "a slip became known, and was talked over")
    one = _mover(f, *fell)
    f.course(one, "2023-04-10", "2023-04-13", kind="onboarding")
    f.expect(MEASURE, one, "", "a course for the new post")
    one = _mover(f, *fell)
    f.decided(one, "2023-03-15", "admonition")
    f.expect(MEASURE, one, "", "an admonition talk by decision")


def _years(f: Faults) -> None:
    low = "basically_competent"
    one = _mover(f, (BEFORE, "excellent"))
    f.expect(MEASURE, one, UNKNOWN, "no grade after the move, two years and a half after it")
    one = _mover(f, (BEFORE, "competent"), ("2022-12-20", "incompetent"), (AFTER, "competent"))
    f.expect(MEASURE, one, "", "a poor grade seven months after the move, most of it about the old post")
    one = _mover(f, ("2021-02-16", "excellent"), (AFTER, low))
    f.expect(MEASURE, one, ALONE, "the year before is fifteen months old to the day")
    one = _mover(f, ("2021-02-15", "excellent"), (AFTER, low))
    f.expect(MEASURE, one, UNKNOWN, "the year before is a day older than fifteen months")
