"""Faults of `secondment_presence`: who was not there, had nothing to do, or was gone again after a few weeks."""

from __future__ import annotations

import datetime as dt

import numpy as np

from cadre_handbook.faults.secondment_plan import away, is_there, seconded
from cadre_handbook.sample_county import AS_OF, Person, as_text, month_after, ordinal
from cadre_handbook.sample_faults import Faults

PRESENT, TASK, SHORT = "present", "real_task", "too_short"
BELOW, UNKNOWN = "below_presence", "presence_unknown"


def plant(f: Faults) -> None:
    _present(f)
    _not_due(f)
    _unknown(f)
    _task(f)
    _length(f)


def _away(f: Faults, start: str, end: str, number: int = 0, **values) -> tuple[Person, dict]:
    used = {"use_decided_on": as_text(ordinal(end) + 40, False), "use": "returned"} if end else {}
    planned = {"planned_end": end or "2025-09-01", "planned_on": "2023-01-09"}
    return seconded(f, start, end, number, **{**planned, **used, **values})


def _months(row: dict) -> list[tuple[dt.date, dt.date, int]]:
    """First day, day after the last, and working days of each month of a secondment up to the day judged on."""
    day = dt.date.fromisoformat(row["start"])
    last = dt.date.fromisoformat(row["end"]) if row["end"] else AS_OF + dt.timedelta(days=1)
    found = []
    while day < last:
        until = min(month_after(day), last)
        found.append((day, until, int(np.busday_count(day, until))))
        day = until
    return found


def _sheet(f: Faults, row: dict, months: list[tuple[dt.date, dt.date, int]], absent: int = 0, leave: int = 0) -> None:
    """Attendance of these months; leave and days absent are taken from the first months on."""
    for start, end, working in months:
        on_leave = min(leave, working)
        away_ = min(absent, working - on_leave)
        leave, absent = leave - on_leave, absent - away_
        f.county.add(
            "attendance",
            attendance_id=f.county.serial("K"),
            secondment_id=row["secondment_id"],
            start=start.isoformat(),
            end=end.isoformat(),
            working_days=working,
            leave_days=on_leave,
            present_days=working - on_leave - away_,
        )


def _present(f: Faults) -> None:
    # 131 working days; with one of leave 130 are due, of which a tenth is 13.
    for absent, code, what in (
        (13, "", "absent on 13 of 130 days due: nine tenths exactly"),
        (14, BELOW, "absent on 14 of 130 days due"),
    ):
        one, row = _away(f, "2024-03-01", "2024-09-01", absent)
        _sheet(f, row, _months(row), absent, leave=1)
        f.expect(PRESENT, one, code, what)
        f.expect(SHORT, one, "", "six months to the day")
    one, row = _away(f, "2024-02-05", "", 1)
    _sheet(f, row, _months(row), absent=90)
    f.expect(PRESENT, one, BELOW, "stayed at the home unit for four months")
    one, row = _away(f, "2024-02-05", "", 2)
    _sheet(f, row, _months(row), leave=90)
    f.expect(PRESENT, one, "", "four months on statutory leave, and there on all other days: not absent")
    one, row = _away(f, "2023-05-08", "2024-01-02", 0)
    _sheet(f, row, _months(row), absent=60)
    f.expect(PRESENT, one, BELOW, "absent for long; the last day is the first of those that count")
    one, row = _away(f, "2023-05-08", "2024-01-01", 1)
    _sheet(f, row, _months(row), absent=60)
    f.expect(PRESENT, one, "", "absent for long; the last day is the eve of those that count")


def _not_due(f: Faults) -> None:
    one, row = _away(f, "2024-12-23", "", 0)
    f.expect(PRESENT, one, "", "began last week, and no attendance is on record yet")
    f.expect(SHORT, one, "", "began last week: how long it will last is not known")
    one, row = _away(f, "2024-12-05", "", 1)
    _sheet(f, row, _months(row), absent=10)
    f.expect(PRESENT, one, "", "nineteen days due, half of them missed: too few to be judged")


def _unknown(f: Faults) -> None:
    one, row = _away(f, "2024-02-01", "2024-10-01", 2)
    _sheet(f, row, [month for month in _months(row) if month[0].month != 5])
    f.expect(PRESENT, one, UNKNOWN, "there on all days on record; of May there is no record, and it could turn it")
    one, row = _away(f, "2023-03-01", "2024-10-01", 0)
    _sheet(f, row, [month for month in _months(row) if month[0] != dt.date(2024, 5, 1)])
    f.expect(PRESENT, one, "", "one month of nineteen without a record: there enough even if absent in all of it")
    one, row = _away(f, "2024-02-01", "2024-10-01", 1)
    _sheet(f, row, [month for month in _months(row) if month[0].month != 5], absent=80)
    f.expect(PRESENT, one, BELOW, "of May there is no record; absent too often even if there on all of its days")
    one, _posting, _home = away(f, "2024-02-19", "2024-09-02")
    f.expect(PRESENT, one, "not_recorded", "the posting shows a secondment that has no row")
    f.expect(TASK, one, "not_recorded", "the posting shows a secondment that has no row")


def _task(f: Faults) -> None:
    for number, (task, code, what) in enumerate(
        (
            ("adviser", "no_real_task", "an adviser and nothing else"),
            ("no_task", "no_real_task", "no task given"),
            ("", "task_unknown", "the task is blank"),
            ("project", "", "a project to work on"),
        )
    ):
        one, row = _away(f, "2024-01-08", "2024-08-05", number, task=task)
        is_there(f, row)
        f.expect(TASK, one, code, what)


def _length(f: Faults) -> None:
    one, row = _away(f, "2024-03-01", "2024-08-31", 2)
    is_there(f, row)
    f.expect(SHORT, one, "too_short", "over a day before the six months were full")
    one, row = _away(f, "2023-08-31", "2024-02-29", 0)
    is_there(f, row)
    f.expect(SHORT, one, "", "from the last of August to the last of February: six months, for February has no 31st")
