"""Faults of `secondment_assessment`: secondments that ended and were not assessed, or not with everything and everybody."""

from __future__ import annotations

from cadre_handbook.sample_county import AS_OF, STAFF, as_text, ordinal
from cadre_handbook.sample_faults import Faults, Person
from cadre_handbook.sample_secondments import add_assessment, add_secondment, keep_attendance

START, END = "2023-03-20", "2024-03-20"
TABLE = "secondment_assessments"


def plant(f: Faults) -> None:
    _assessed(f)
    _hosts(f)


def seconded(f: Faults, start: str, end: str = "", host: str = "", left_on: str = "") -> tuple[Person, dict]:
    """A young cadre on the staff, seconded by plan, always present, with a use decided on: the person and the row."""
    person = f.cadre(born="1994-05", joined="2020-07")
    home = f.post(STAFF)
    f.serves(person, home, "2020-07-06", left_on, route="recruited")
    if left_on:
        person.row |= {"left_on": left_on, "left_reason": "resigned"}
    post = f.county.add_post(host, "一级科员", "staff", STAFF) if host else f.post(STAFF, "石门镇")
    post.reserved = True
    posting = f.serves(person, post, start, end, role="secondment")
    f.keeps(person, "secondments", "attendance")
    row = add_secondment(
        f.county,
        posting,
        home_unit_id=f.county.unit_ids[home.unit],
        host_unit_id=f.county.unit_ids[post.unit],
        direction="down",
        planned_on=as_text(ordinal(start) - 60, False),
        planned_end=end or "2025-12-01",
        task="line_of_duty",
        use_decided_on=as_text(min(ordinal(end) + 30, AS_OF.toordinal()), False) if end else "",
        use="returned" if end else "",
    )
    keep_attendance(f.county, row, present=lambda due: due)
    return person, row


def _secondee(
    f: Faults, start: str, end: str, assessed_on: str = "", host: str = "", left_on: str = "", **values
) -> Person:
    """Somebody seconded from start to end, assessed on the day given, if any, with everything unless `values` differ."""
    person, row = seconded(f, start, end, host, left_on)
    f.keeps(person, TABLE)
    if assessed_on:
        add_assessment(f.county, row, assessed_on, **{"grade": "competent", **values})
    return person


def _assessed(f: Faults) -> None:
    measure, code = "assessed", "not_assessed"
    f.expect(measure, _secondee(f, START, "2024-11-02"), code, "not assessed, the sixty days over on the very day")
    f.expect(measure, _secondee(f, START, "2024-11-03"), "", "not assessed, the sixty days over a day later")
    f.expect(measure, _secondee(f, START, ""), "", "still seconded")
    f.expect(measure, _secondee(f, "2021-11-03", "2022-11-03"), code, "fell due on the first day that counts")
    f.expect(measure, _secondee(f, "2021-11-02", "2022-11-02"), "", "fell due a day before those that count")
    f.expect(measure, _secondee(f, "2023-09-20", "2024-03-20"), code, "seconded for six months to the day")
    f.expect(measure, _secondee(f, "2023-09-21", "2024-03-20"), "", "seconded for a day less than six months")
    one = _secondee(f, START, END, as_text(ordinal(END) - 31, False))
    f.expect(measure, one, code, "assessed on the way, thirty-one days before the end")
    one = _secondee(f, START, END, as_text(ordinal(END) - 30, False))
    f.expect(measure, one, "", "assessed thirty days before the end")
    f.expect(measure, _secondee(f, START, END, "2024-12-10"), "", "assessed late, but assessed")
    f.expect(measure, _secondee(f, START, END, "2024-02"), "not_known", "assessed in February, on a day unknown")
    f.expect(measure, _secondee(f, START, END, left_on="2024-05-10"), "", "resigned before the assessment was due")
    one = f.cadre(born="1994-05", joined="2020-07")
    f.serves(one, f.post(STAFF), "2020-07-06", route="recruited")
    f.serves(one, f.post(STAFF, "石门镇"), START, END, role="secondment")
    f.keeps(one, "secondments")
    f.expect(measure, one, "not_known", "a posting on secondment, and no row about it")


def _host(f: Faults, name: str) -> str:
    return f.county.add_unit(name, "institution", field="general", power="none", law_enforcement=False, hardship=0)


def _hosts(f: Faults) -> None:
    """Three hosts: one that finds everybody excellent, one that does not, one with too few to say so."""
    best, fair, small = _host(f, "县乡村振兴服务中心"), _host(f, "县园区服务中心"), _host(f, "县招商服务中心")
    made = "2024-04-10"

    def found(measure: str, host: str, code: str, what: str, grade: str = "excellent", **values) -> None:
        f.expect(measure, _secondee(f, START, END, made, host, grade=grade, **values), code, what)

    found("complete", best, "", "everything in order")
    found("complete", best, "incomplete", "nothing was counted", counted=False)
    found("complete", best, "parts_unknown", "whether anything was judged in words is not on record", judged="")
    found("complete", fair, "incomplete", "one of the five abilities has no mark", mass_work="")
    found("complete", fair, "incomplete", "the style of work has no mark", style="", judged="")
    found("heard", fair, "not_heard", "the host was not heard", "competent", host_heard=False)
    found("heard", small, "hearing_unknown", "whether the home unit was heard is not on record", home_heard="")
    found("heard", small, "not_heard", "the home unit was not heard, the host perhaps", host_heard="", home_heard=False)
    of = f.county.unit_ids
    f.expect("all_excellent", of[best], "all_excellent", "three secondees, every one excellent")
    f.expect("all_excellent", of[fair], "", "three secondees, one of them competent")
    f.expect("all_excellent", of[small], "", "two secondees, both excellent")
