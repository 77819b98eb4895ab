"""Faults of `secondment_plan`: what is missing in the plan, what runs beyond it, and whom nobody decided about afterwards."""

from __future__ import annotations

from cadre_handbook.sample_county import STAFF, Person
from cadre_handbook.sample_faults import Faults
from cadre_handbook.sample_secondments import add_report, add_secondment, keep_attendance

PLANNED, BEFORE, OVER, USED = "planned", "planned_before", "overstays", "used"
HOSTS = ("红崖乡", "黑水镇", "北岭乡")
# In the third month of each quarter of a secondment, host and home write to each other.
QUARTERS = ("2022-02-21", "2022-05-20", "2022-08-22", "2022-11-21")


def plant(f: Faults) -> None:
    _plans(f)
    _overstays(f)
    _used(f)


def seconded(f: Faults, start: str, end: str, number: int = 0, **values) -> tuple[Person, dict]:
    """A deputy on secondment in a township, with everything of the plan on file and present every day; `values` change it."""
    person, posting, home = away(f, start, end, number)
    row = add_secondment(
        f.county,
        posting,
        home_unit_id=f.county.unit_ids[home],
        host_unit_id=f.county.unit_ids[HOSTS[number % 3]],
        direction="down",
        **{"planned_on": "2021-11-15", "planned_end": end, "task": "village", **values},
    )
    return person, row


def away(f: Faults, start: str, end: str, number: int = 0) -> tuple[Person, dict, str]:
    """A deputy with a posting on secondment, of which nothing else is kept; with the unit that sent the cadre."""
    post = f.post()
    person = f.leader("2018-03-12", post)
    f.keeps(person, "secondments")
    posting = f.serves(person, f.post(STAFF, HOSTS[number % 3]), start, end, role="secondment")
    return person, posting, post.unit


def is_there(f: Faults, row: dict) -> None:
    """Present on every day due, and written about every quarter."""
    keep_attendance(f.county, row, lambda due: due)
    last = row["end"] or "2024-12-31"
    days = [f"{int(day[:4]) + years}{day[4:]}" for years in range(3) for day in QUARTERS]
    for day in days:
        if row["start"] < day < last:
            for kind in ("host_report", "home_notice"):
                add_report(f.county, row, day, kind)


def _case(f: Faults, start: str, end: str, number: int = 0, **values) -> Person:
    person, row = seconded(f, start, end, number, **values)
    is_there(f, row)
    return person


def _plans(f: Faults) -> None:
    use = {"use_decided_on": "2023-04-10", "use": "returned"}
    start, end = "2022-03-07", "2023-03-06"
    one = _case(f, start, end, 0, planned_on="", use_decided_on="2023-09-05", use="moved")
    f.expect(PLANNED, one, "unplanned", "no entry in a plan")
    f.expect(BEFORE, one, "", "no entry in a plan, so none that came late")
    f.expect(USED, one, "", "the use was decided on the eve of the six months")
    one = _case(f, start, end, 1, task="no_task", planned_on=start, use_decided_on="2023-09-06", use="returned")
    f.expect(PLANNED, one, "unplanned", "in the plan, and no task given")
    f.expect(BEFORE, one, "", "entered in the plan on the very first day")
    f.expect(USED, one, "used_late", "the use was decided a day after the six months")
    one = _case(f, start, end, 2, task="", planned_on="2022-03-08", **use)
    f.expect(PLANNED, one, "task_unknown", "the task is blank")
    f.expect(BEFORE, one, "planned_late", "entered in the plan on the second day")
    one = _case(f, start, end, 0, planned_on="2022-03", **use)
    f.expect(PLANNED, one, "", "everything of the plan on file; known by its month is on file")
    f.expect(BEFORE, one, "planned_when_unknown", "entered in the plan in the month of the start, the day unknown")
    one = _case(f, "2022-01-01", "2023-01-01", 1, planned_end="", **use)
    f.expect(PLANNED, one, "unplanned", "no planned end, begun on the first day that counts")
    one = _case(f, "2021-12-31", "2022-12-31", 2, planned_on="", use_decided_on="", use="promoted")
    f.expect(PLANNED, one, "", "no entry in a plan, begun a day before those that count")
    f.expect(USED, one, "use_when_unknown", "raised afterwards, and nobody knows on which day it was decided")
    one, _posting, _home = away(f, "2022-09-05", "2023-09-04")
    f.expect(PLANNED, one, "not_recorded", "the posting shows a secondment that has no row")
    f.expect(USED, one, "not_recorded", "the posting shows a secondment that has no row")


def _overstays(f: Faults) -> None:
    one = _case(f, "2023-06-05", "", 0, planned_end="2024-12-31", planned_on="2023-04-10")
    f.expect(OVER, one, "overstays", "the day judged on is the first beyond the planned end")
    one = _case(f, "2023-06-05", "", 1, planned_end="2025-01-01", planned_on="2023-04-10")
    f.expect(OVER, one, "", "the day judged on is the last planned one")
    one = _case(f, "2023-06-05", "", 2, planned_end="", planned_on="2023-04-10")
    f.expect(OVER, one, "planned_end_unknown", "still there, and no planned end on file")
    f.expect(PLANNED, one, "unplanned", "still there, and no planned end on file")


def _used(f: Faults) -> None:
    one = _case(f, "2023-07-03", "2024-07-01", 0, planned_on="2023-04-10")
    f.expect(USED, one, "forgotten", "nothing decided, the six months over on the very day")
    one = _case(f, "2023-07-03", "2024-07-02", 1, planned_on="2023-04-10")
    f.expect(USED, one, "", "nothing decided, the six months over a day later: not yet due")
    one = _case(f, "2022-06-06", "2023-06-05", 2, planned_on="2022-04-11")
    own_post = next(row for row in f.county.rows["postings"] if row["cadre_id"] == one.key and not row["end"])
    own_post["end"] = one.row["left_on"] = "2023-09-01"
    one.row["left_reason"] = "resigned"
    f.expect(USED, one, "", "nothing decided, and left within the six months")
