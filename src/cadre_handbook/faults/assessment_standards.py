"""Faults of `assessment_standards`: one assessment each, which may be at fault in several ways at once."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, STAFF
from cadre_handbook.sample_faults import Faults, Person

DAY, FIRST_DAY, DAY_BEFORE = "2024-01-15", "2024-01-01", "2023-12-31"
OWN, WHOLE, WEIGHT, GRADES = "own_standard", "score_and_narrative", "performance_first", "four_grades"
WRONG = "wrong_standard"
SOUND = {"kind": "annual", "grade": "competent", "standard": "party_government", "score": 84.5, "narrative": True}


def plant(f: Faults) -> None:
    _leaders(f)
    _kinds(f)
    _secondees(f)


def _assessed(f: Faults, person: Person, day: str = DAY, **values) -> Person:
    """An assessment of `day`, sound in everything that `values` do not change, and no other."""
    f.keeps(person, "assessments")
    row = {**SOUND, "performance_weight": 0.6, **values}
    f.county.add("assessments", assessment_id=f.county.serial("A"), cadre_id=person.key, assessed_on=day, **row)
    return person


def _all(f: Faults, person: Person, expected: dict[str, str], what: str) -> None:
    """What each measure is to find; nothing where it is not named."""
    for measure in (OWN, WHOLE, WEIGHT, GRADES):
        f.expect(measure, person, expected.get(measure, ""), what)


def _leaders(f: Faults) -> None:
    one = _assessed(f, f.leader("2018-03-12"))
    _all(f, one, {}, "a leader, assessed as one should be")
    at_fault = {"grade": "", "other_grade": "qualified", "standard": "specialist", "narrative": False}
    one = _assessed(f, f.leader("2018-03-12"), FIRST_DAY, performance_weight=0.49, **at_fault)
    found = {OWN: WRONG, WHOLE: "number_only", WEIGHT: "performance_low", GRADES: "other_word"}
    _all(
        f,
        one,
        found,
        "on the first day that counts: the standard of another kind, no words, too little weight, no grade of the law",
    )
    one = _assessed(f, f.leader("2018-03-12"), DAY_BEFORE, performance_weight=0.49, **at_fault)
    _all(f, one, {}, "the same a day before the days that count")
    one = _assessed(f, f.leader("2018-03-12"), performance_weight=0.5, standard="", score="", grade="")
    found = {OWN: "no_standard", WHOLE: "words_only", GRADES: "no_grade"}
    _all(f, one, found, "no standard, score or grade on record, performance at just a half")
    undetermined = {"grade": "", "other_grade": "undetermined"}
    one = _assessed(f, f.leader("2018-03-12"), standard="general", score="", narrative="", **undetermined)
    _all(
        f,
        one,
        {OWN: WRONG, WHOLE: "neither"},
        "one standard for all, neither score nor words; that no grade was given is on record",
    )


def _kinds(f: Faults) -> None:
    def in_enterprise(level: int, kind: str, **values) -> Person:
        post = f.county.add_post("县粮食储备公司", "副总经理" if level else "职员", kind, level, **values)
        post.reserved = True
        person = f.cadre(status="enterprise")
        f.serves(person, post, "2018-03-12")
        return person

    one = _assessed(f, in_enterprise(DEPUTY, "unit_deputy"), standard="enterprise", grade="", other_grade="qualified")
    _all(f, one, {}, "an enterprise's leader by the enterprises' standard, no civil servant and so in other words")
    one = _assessed(f, in_enterprise(DEPUTY, "unit_deputy"))
    _all(f, one, {OWN: WRONG}, "an enterprise's leader by the standard of Party and government leaders")
    technical = in_enterprise(STAFF, "staff", category="technical")
    _all(
        f,
        _assessed(f, technical, standard="specialist"),
        {},
        "a technician in an enterprise by the specialists' standard",
    )
    one = f.cadre()
    f.serves(one, f.post(STAFF), "2018-03-12")
    _all(f, _assessed(f, one, standard="specialist"), {}, "no leader and no specialist: no standard is named")
    one = f.leader("2018-03-12", f.post(category="technical"))
    _all(f, _assessed(f, one), {OWN: WRONG}, "in a technical post, by the standard of Party and government leaders")
    one = f.leader("2024-01-16")
    _all(f, _assessed(f, one, standard="general"), {}, "a leader from the day after, not yet one when assessed")


def _secondees(f: Faults) -> None:
    for end, standard, code, what in (
        ("2024-01-16", "general", WRONG, "on the last day of a secondment, by one standard for all"),
        ("2024-06-01", "party_government", "", "on secondment, by the standard of the post at home"),
    ):
        one = f.leader("2018-03-12")
        f.serves(one, f.post(unit="黑水镇"), "2023-03-01", end, role="secondment")
        _all(f, _assessed(f, one, standard=standard), {OWN: code}, what)
