"""Secondments of the made-up county and what was kept about them: attendance, reports, assessments afterwards.

They are made last, from dice of their own, so that nobody's career depends on them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np

from cadre_handbook.sample_county import AS_OF, County, Dice, as_text, month_after, ordinal

STREAM = 802  # sets these dice apart from all others
END = AS_OF.toordinal()
TASKS = {"line_of_duty": 50, "project": 22, "village": 14, "aid": 8, "adviser": 4, "no_task": 2}
USES = {"returned": 45, "moved": 30, "promoted": 18, "stayed": 7}
GRADES = {"excellent": 22, "competent": 73, "basically_competent": 4, "incompetent": 1}
LEAN = {"balancing_interests": -1, "mass_work": 1}  # what is found hard in this county, and easy
MARKS = ("leading_team", "changing_place", "balancing_interests", "mass_work", "keeping_peace", "style")


def keep_secondments(county: County, seed: int) -> None:
    """Rows of `secondments` and of the tables that refer to it, for every posting with the role of a secondment.

    Where `county.kept` has `secondments` and the key of a cadre, the rows are there already.
    """
    _file_what_was_planted(county)
    dice = Dice(seed, county.number, STREAM)
    units = {row["post_id"]: row["unit_id"] for row in county.rows["posts"]}
    kinds = {row["unit_id"]: row["kind"] for row in county.rows["units"]}
    careers = defaultdict(list)
    for row in county.rows["postings"]:
        careers[row["cadre_id"]].append(row)
    for row in [row for row in county.rows["postings"] if row.get("role") == "secondment"]:
        if ("secondments", row["cadre_id"]) in county.kept:
            continue
        home = next((units[own["post_id"]] for own in careers[row["cadre_id"]] if _holds(own, row["start"])), "")
        host = units[row["post_id"]]
        direction = {"township": "down"}.get(kinds.get(host, ""), "across" if host not in kinds else "up")
        _secondment(county, dice, row, home, host, direction)


def _holds(own: dict, day: str) -> bool:
    """Whether a posting is the substantive one on a day."""
    return (
        own.get("role") in ("substantive", "", None) and own["start"] <= day and not (own["end"] and own["end"] <= day)
    )


def _secondment(county: County, dice: Dice, posting: dict, home: str, host: str, direction: str) -> None:
    start = ordinal(posting["start"])
    end = ordinal(posting["end"]) if posting["end"] else 0
    if end:
        planned_end = end + dice.pick((0, 0, 0, 0, 0, 0, 45, 80, -50))
    else:
        planned_end = max(start + dice.between(6, 24) * 30, END + (-60 if dice.chance(0.08) else dice.between(20, 300)))
    used = end and not dice.chance(0.1)
    row = add_secondment(
        county,
        posting,
        home_unit_id=home,
        host_unit_id=host,
        direction=direction,
        planned_on="" if dice.chance(0.06) else as_text(start - dice.between(20, 200), False),
        planned_end=as_text(max(planned_end, start + 30), False),
        task=dice.weighted(TASKS),
        use_decided_on=as_text(min(end + dice.between(5, 150), END), False) if used else "",
        use=dice.weighted(USES) if used else "",
    )
    keep_attendance(
        county,
        row,
        lambda due: max(0, due - dice.pick((0, 0, 0, 0, 1, 1, 2, 3))),
        leave=lambda: dice.pick((0, 0, 0, 0, 1, 5)),
    )
    _reports(county, dice, row)
    if end and end - start > 180 and not dice.chance(0.1):
        add_assessment(county, row, as_text(min(end + dice.between(3, 55), END), False), dice.weighted(GRADES), dice)


def add_secondment(county: County, posting: dict, **values) -> dict:
    """A secondment for a posting with that role."""
    given = {"cadre_id": posting["cadre_id"], "posting_id": posting["posting_id"]}
    days = {"start": posting["start"], "end": posting["end"]}
    return county.add("secondments", secondment_id=county.serial("S"), **given, **days, **values)


def keep_attendance(county: County, secondment: dict, present, leave=lambda: 0) -> None:
    """A row a month, whole months that are over; ``present`` gives the days present by the days due."""
    day = dt.date.fromordinal(ordinal(secondment["start"]))
    last = min(ordinal(secondment["end"]) if secondment["end"] else END + 1, END + 1)
    while day.toordinal() < last:
        until = min(month_after(day), dt.date.fromordinal(last))
        working = int(np.busday_count(day, until))
        away = min(leave(), working)
        county.add(
            "attendance",
            attendance_id=county.serial("K"),
            secondment_id=secondment["secondment_id"],
            start=day.isoformat(),
            end=until.isoformat(),
            working_days=working,
            leave_days=away,
            present_days=present(working - away),
        )
        day = until


def add_report(county: County, secondment: dict, day: str, kind: str, **values) -> dict:
    """A report of the host, a notice of the home unit, or an inspection."""
    about = dict.fromkeys(("on_thinking", "on_work", "on_life"), kind != "inspection" or "")
    row = {
        "feedback_id": county.serial("B"),
        "secondment_id": secondment["secondment_id"],
        "given_on": day,
        "kind": kind,
    }
    return county.add("feedback", **row, **{**about, **values})


def _quarter_ends(secondment: dict) -> list[int]:
    """The day after each quarter that is over."""
    start = dt.date.fromordinal(ordinal(secondment["start"]))
    last = min(ordinal(secondment["end"]) if secondment["end"] else END, END)
    ends = [month_after(start, 3 * quarter).toordinal() + start.day - 1 for quarter in range(1, 13)]
    return [over for over in ends if over <= last]


def _reports(county: County, dice: Dice, secondment: dict) -> None:
    """A report and a notice about the end of each quarter of the secondment, an inspection now and then."""
    for over in _quarter_ends(secondment):
        for kind, share in (("host_report", 0.93), ("home_notice", 0.9), ("inspection", 0.45)):
            day = over - dice.between(1, 25)
            if dice.chance(share):
                add_report(county, secondment, as_text(day, False), kind)


def _file_what_was_planted(county: County) -> None:
    """Reports and assessments in good order for planted secondments that are not about those tables."""
    told = {row["secondment_id"] for row in county.rows["feedback"]}
    assessed = {row["secondment_id"] for row in county.rows["secondment_assessments"]}
    for row in county.rows["secondments"]:
        if row["secondment_id"] not in told and ("feedback", row["cadre_id"]) not in county.kept:
            report_in_time(county, row)
        end = ordinal(row["end"]) if row["end"] else END
        kept = ("secondment_assessments", row["cadre_id"]) in county.kept
        if row["secondment_id"] not in assessed and not kept and end - ordinal(row["start"]) > 180 and end + 30 <= END:
            add_assessment(county, row, as_text(end + 30, False), "competent")


def report_in_time(county: County, secondment: dict, *kinds: str) -> None:
    """A report and a notice (or those ``kinds``) ten days before each quarter is over, an inspection every half year."""
    for number, over in enumerate(_quarter_ends(secondment), 1):
        for kind in kinds or ("host_report", "home_notice", "inspection"):
            if kind != "inspection" or not number % 2:
                add_report(county, secondment, as_text(over - 10, False), kind)


def add_assessment(county: County, secondment: dict, day: str, grade: str, dice: Dice | None = None, **values) -> dict:
    """An assessment of a secondment, complete unless ``values`` say otherwise."""
    marks = {mark: min((dice.between(3, 5) if dice else 4) + LEAN.get(mark, 0), 5) for mark in MARKS}
    if dice and dice.chance(0.06):
        marks[dice.pick(MARKS)] = ""
    heard = {"host_heard": True, "home_heard": not (dice and dice.chance(0.07))}
    row = {"secondment_assessment_id": county.serial("G"), "secondment_id": secondment["secondment_id"]}
    parts = {"counted": not (dice and dice.chance(0.04)), "judged": True}
    return county.add(
        "secondment_assessments", **row, assessed_on=day, grade=grade, **{**parts, **marks, **heard, **values}
    )
