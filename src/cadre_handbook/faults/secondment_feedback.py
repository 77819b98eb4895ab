"""Faults of `secondment_feedback`: quarters in which host or home was silent, years without an inspection."""

from __future__ import annotations

from cadre_handbook.faults.secondment_assessment import seconded
from cadre_handbook.sample_county import STAFF
from cadre_handbook.sample_faults import Faults, Person
from cadre_handbook.sample_secondments import add_report, report_in_time

HOST, HOME, VISIT = "host_report", "home_notice", "inspection"
REPORTED, NOTICED, INSPECTED = "host_reported", "home_noticed", "inspected"


def plant(f: Faults) -> None:
    _quarters(f)
    _what_is_due(f)
    _years(f)


def _secondee(f: Faults, start: str, end: str = "", in_time: tuple[str, ...] = (), **days: tuple[str, ...]) -> Person:
    """Somebody seconded from start to end, with messages of these kinds in time, and of others on the days given."""
    person, row = seconded(f, start, end)
    f.keeps(person, "feedback")
    if in_time:
        report_in_time(f.county, row, *in_time)
    for kind, given in days.items():
        for day in given:
            add_report(f.county, row, day, "" if kind == "unknown" else kind)
    return person


def _quarters(f: Faults) -> None:
    one = _secondee(f, "2024-03-04", in_time=(HOME,), host_report=("2024-05-27", "2024-11-25"))
    f.expect(REPORTED, one, "host_silent", "the host said nothing of the second quarter")
    f.expect(NOTICED, one, "", "a notice each quarter")
    f.expect(INSPECTED, one, "", "not inspected yet, and the year not over")
    one = _secondee(f, "2024-03-01", "2024-08-20", host_report=("2024-06-30",), home_notice=("2024-07-01",))
    f.expect(REPORTED, one, "", "reported on the thirtieth day after the quarter")
    f.expect(NOTICED, one, "home_silent", "the notice came a day after the thirtieth")
    one = _secondee(
        f, "2024-02-12", "2024-09-02", host_report=("2024-05-20",), home_notice=("2024-05-20", "2024-05-24")
    )
    f.expect(REPORTED, one, "host_silent", "one report in the days of grace cannot stand for two quarters")
    f.expect(NOTICED, one, "", "two notices in the days of grace, one for either quarter")
    one = _secondee(f, "2024-03-11", "2024-06-11", unknown=("2024-06-03",))
    f.expect(REPORTED, one, "unclear", "a message of which nobody knows whose it was")
    one = _secondee(f, "2024-02-10", "2024-08-10", host_report=("2024-05", "2024-07-30"))
    f.expect(REPORTED, one, "", "a report in May, for the first quarter on whatever day it came")
    f.expect(NOTICED, one, "home_silent", "no notice at all")
    one = _secondee(f, "2024-04-01", "2024-07-01", (HOME,), host_report=("2024-07",))
    f.expect(REPORTED, one, "unclear", "a report in July, on the last day of which it would be late")


def _what_is_due(f: Faults) -> None:
    one = _secondee(f, "2024-09-02", in_time=(HOST,))
    f.expect(NOTICED, one, "home_silent", "no notice, the thirty days over on the very day")
    f.expect(NOTICED, _secondee(f, "2024-09-03"), "", "no notice, the thirty days over a day later")
    f.expect(REPORTED, _secondee(f, "2024-12-23"), "", "began last week")
    one = _secondee(f, "2024-04-15", "2024-07-14")
    f.expect(REPORTED, one, "", "ended a day before the quarter was full")
    one = _secondee(f, "2024-04-15", "2024-07-15")
    f.expect(REPORTED, one, "host_silent", "ended when one quarter was full")
    one = _secondee(f, "2023-09-03", "2023-12-03", (HOME,))
    f.expect(REPORTED, one, "host_silent", "fell due on the first day that counts")
    one = _secondee(f, "2023-09-02", "2023-12-02", (HOME,))
    f.expect(REPORTED, one, "", "fell due a day before those that count")
    one = f.cadre(born="1994-05", joined="2020-07")
    f.serves(one, f.post(STAFF), "2020-07-06", route="recruited")
    f.serves(one, f.post(STAFF, "石门镇"), "2024-03-04", "2024-12-02", role="secondment")
    f.keeps(one, "secondments")
    f.expect(REPORTED, one, "unclear", "a posting on secondment, and no row about it")


def _years(f: Faults) -> None:
    both = (HOST, HOME)
    f.expect(INSPECTED, _secondee(f, "2024-01-01", in_time=both), "not_inspected", "a year over on the very day")
    f.expect(INSPECTED, _secondee(f, "2024-01-02", in_time=both), "", "a year that is over a day later")
    one = _secondee(f, "2023-05-08", "2024-11-08", both, inspection=("2024-03-05",))
    f.expect(INSPECTED, one, "not_inspected", "the last half year after a full one, without an inspection of its own")
    one = _secondee(f, "2023-05-08", "2024-11-07", both, inspection=("2024-03-05",))
    f.expect(INSPECTED, one, "", "a day less than half a year after a full year")
    one = _secondee(f, "2023-04-17", "2024-04-17", both, inspection=("2023-04",))
    f.expect(INSPECTED, one, "", "inspected in the month of the start")
    one = _secondee(f, "2023-04-17", "2024-04-17", both, inspection=("2024-04",))
    f.expect(INSPECTED, one, "unclear", "inspected in the month of the end, on a day unknown")
