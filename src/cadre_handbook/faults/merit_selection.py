"""Faults of `merit_selection`: promotions without a basis, or while a case was open; and some that only look so."""

from __future__ import annotations

from cadre_handbook.sample_county import MIDDLE
from cadre_handbook.sample_faults import Faults, Person

START, DECIDED = "2024-05-20", "2024-05-06"
IN_ORDER = {"tasks_looked_at": True, "recommended_on": "2024-04-10"}


def plant(f: Faults) -> None:
    """Most people serve both measures: what a promotion rests on says nothing about a case."""
    bases, cases = "three_bases", "case_open"
    missing, unclear, is_open = "basis_missing", "basis_unknown", "case_open"

    one = _promoted(f, graded="2022-05-06", recommended_on=DECIDED)
    f.expect(bases, one, "", "assessed two years before to the day, recommended on the day of the decision")
    _case(f, one, "2024-02-01")
    f.expect(cases, one, is_open, "promoted with a case open since February")

    one = _promoted(f, graded="2022-05-05")
    f.expect(bases, one, missing, "the assessment named is a day older than two years")
    _case(f, one, "2024-02-01", "2024-05-07")
    f.expect(cases, one, is_open, "the case was closed a day after the decision")

    one = _promoted(f, recommended_on="2024-05-07")
    f.expect(bases, one, missing, "recommended a day after the decision")
    _case(f, one, "2024-02-01", DECIDED)
    f.expect(cases, one, "", "the case was closed on the day of the decision")

    one = _promoted(f, tasks_looked_at=False)
    f.expect(bases, one, missing, "nobody looked at the key tasks")
    _case(f, one, START, "2024-09-02")
    f.expect(cases, one, is_open, "the case was opened on the first day in the new post")

    one = _promoted(f, tasks_looked_at="")
    f.expect(bases, one, unclear, "whether key tasks were looked at is blank")
    _case(f, one, "2024-05-21")
    f.expect(cases, one, "", "the case was opened a day after the start")

    one = _promoted(f, recommended_on="2024-05")
    f.expect(bases, one, unclear, "recommended in the month of the decision")
    _case(f, one, "2024-02-01", "2024-05")
    f.expect(cases, one, "case_unclear", "the case was closed in the month of the decision")

    one = _promoted(f, decided="")
    f.expect(bases, one, "no_decision", "nothing about the promotion is on file")
    _case(f, one, "2024-04-02", "2024-06-03", "complaint")
    f.expect(cases, one, "", "a complaint was being examined, and nobody had opened a case")

    one = _promoted(f, "2024-01-01", "2023-12-18", "2023-01-20", recommended_on="")
    f.expect(bases, one, missing, "no recommendation, promoted on the first day that counts")
    one = _promoted(f, "2023-12-31", "2023-12-18", "2023-01-20", recommended_on="")
    f.expect(bases, one, "", "no recommendation, promoted a day before those that count")


def _promoted(f: Faults, start: str = START, decided: str = DECIDED, graded: str = "2024-01-20", **bases) -> Person:
    """A head of a division made deputy; the bases are those of a promotion in order where none are given."""
    one = f.cadre(born="1986-05", joined="2009-08")
    f.keeps(one, "decisions", "supervision", "awards", "assessments")
    f.serves(one, f.post(MIDDLE), "2012-09", start)
    posting = f.serves(one, f.post(), start, route="promoted")
    grade = f.graded(one, graded, "competent")
    if decided:
        posting["decision_id"] = f.decided(one, decided)
        f.county.rows["decisions"][-1] |= {"inspected_on": "2024-04-22", **IN_ORDER, "assessment_id": grade, **bases}
    return one


def _case(f: Faults, one: Person, opened: str, closed: str = "", kind: str = "integrity_case") -> None:
    days = {"happened_on": opened, "examined_on": closed, "outcome": "unfounded" if closed else ""}
    f.county.add("supervision", supervision_id=f.county.serial("U"), cadre_id=one.key, kind=kind, **days)
