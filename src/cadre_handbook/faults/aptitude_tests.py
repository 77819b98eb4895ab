"""Faults of `aptitude_tests`: decisions that rest on a test alone or on an old one, tests without consent, and a refusal."""

from __future__ import annotations

from cadre_handbook.sample_county import STAFF
from cadre_handbook.sample_faults import Faults, Person

DECIDED, TESTED, INSPECTED, ASSESSED = "2024-05-06", "2023-03-06", "2024-04-08", "2023-12-20"


def plant(f: Faults) -> None:
    _bases(f)
    _ages(f)
    _asked(f)


def _staff(f: Faults) -> Person:
    person = f.cadre(born="1984-06", joined="2007-07")
    f.serves(person, f.post(STAFF), "2007-07")
    f.keeps(person, "reserve", "tests", "decisions", "projects")
    return person


def _tested(f: Faults, person: Person, offered: str, taken: str, **values) -> str:
    name = f.county.serial("T")
    add = {"test_id": name, "cadre_id": person.key, "offered_on": offered, "taken_on": taken, "kind": "sixteen_pf"}
    f.county.add("tests", **add, **{"consent": True, "refused": False, **values})
    return name


def _citing(
    f: Faults, tested: str = TESTED, inspected: str = INSPECTED, assessed: str = ASSESSED, decided: str = DECIDED
) -> Person:
    """A decision that cites a test, with an inspection and an assessment on these days, or none."""
    person = _staff(f)
    f.decided(person, decided)
    decision = f.county.rows["decisions"][-1]
    decision |= {"test_id": _tested(f, person, tested, tested), "inspected_on": inspected}
    if assessed:
        f.keeps(person, "assessments")
        decision["assessment_id"] = f.graded(person, assessed, "competent")
    return person


def _bases(f: Faults) -> None:
    measure = "one_of_several"
    f.expect(measure, _citing(f), "", "a test, an inspection and an assessment")
    f.expect(measure, _citing(f, inspected="", assessed=""), "test_alone", "a test and nothing else")
    f.expect(measure, _citing(f, inspected=""), "no_inspection", "a test and an assessment only")
    f.expect(measure, _citing(f, assessed=""), "no_assessment", "a test and an inspection only")
    f.expect(measure, _citing(f, inspected="2024-05-07"), "no_inspection", "inspected a day after the decision")
    f.expect(measure, _citing(f, inspected=DECIDED), "", "inspected on the day of the decision")
    f.expect(measure, _citing(f, assessed="2024-05-07"), "no_assessment", "the assessment came a day later")
    one = _citing(f, "2020-06-01", "", "", "2021-12-31")
    f.expect(measure, one, "", "a test alone, decided a day before the days that count")
    for day in ("2018-11-05", "2018-11-06", "2018-11-07"):
        one = _citing(f, "2018-09-03", "2018-10-08", "2018-01-10", day)
        f.expect(measure, one, "", "a test, an inspection and an assessment, years ago")


def _ages(f: Faults) -> None:
    measure = "outdated"
    f.expect(measure, _citing(f, "2021-05-05"), "outdated", "the test was three years and a day old")
    f.expect(measure, _citing(f, "2021-05-06"), "", "the test was three years old to the day")


def _asked(f: Faults) -> None:
    measure = "consent"
    for values, code, what in (
        ({"consent": False}, "no_consent", "tested without consent on file"),
        ({"consent": ""}, "", "nobody recorded whether there was consent"),
    ):
        person = _staff(f)
        _tested(f, person, "2024-03-04", "2024-03-04", **values)
        f.expect(measure, person, code, what)
    person = _staff(f)
    _tested(f, person, "2022-03-07", "", consent="", refused=True)
    f.expect(measure, person, "", "refused and took no test, so needs no consent")
    f.expect("passed_over", person, "", "refused and has not risen since: never named for it")
