"""Faults of `decision_procedure`: steps that are missing, late, out of order or dated back, a move each."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person

MOVED = "2024-05-20"
# A procedure as it should be, with the day of each step and the day it was put on record.
IN_ORDER = {
    "inspected_on": "2024-04-08",
    "inspected_recorded_on": "2024-04-12",
    "opinion_from_on": "2024-04-15",
    "opinion_from_recorded_on": "2024-04-16",
    "opinion_to_on": "2024-04-16",
    "opinion_to_recorded_on": "2024-04-16",
    "decided_on": "2024-05-06",
    "decided_recorded_on": "2024-05-08",
    "decided_by": "collective",
    "talked_on": "2024-05-13",
    "talk_recorded_on": "2024-05-14",
}
LATE = {
    "inspected_on": "2024-11-11",
    "inspected_recorded_on": "2024-11-12",
    "opinion_from_on": "2024-11-13",
    "opinion_from_recorded_on": "2024-11-14",
    "opinion_to_on": "2024-11-13",
    "opinion_to_recorded_on": "2024-11-14",
    "decided_on": "2024-11-25",
    "decided_recorded_on": "2024-11-26",
    "decided_by": "collective",
    "talk_recorded_on": "",
}


def plant(f: Faults) -> None:
    _in_order(f)
    _heard(f)
    _recorded(f)


def _mover(f: Faults, steps: dict[str, str] | None, day: str = MOVED, same_unit: bool = False, **posting) -> Person:
    """A deputy who moved on `day` by a decision of these steps; by none where there are none."""
    unit = "县财政局" if same_unit else ""
    person = f.leader("2018-03-12", f.post(unit=unit), day)
    f.keeps(person, "decisions")
    values = {"route": "transferred", "exchange_kind": "structural", "decision_id": "", **posting}
    if steps is not None:
        values["decision_id"] = f.county.serial("D")
        f.county.add(
            "decisions", decision_id=values["decision_id"], cadre_id=person.key, kind="exchange", favour=False, **steps
        )
    f.serves(person, f.post(unit=unit), day, **values)
    return person


def _in_order(f: Faults) -> None:
    measure = "in_order"

    def changed(**steps: str) -> Person:
        return _mover(f, {**IN_ORDER, **steps})

    f.expect(measure, changed(), "", "everything in order")
    f.expect(measure, _mover(f, None), "no_decision", "no decision on file")
    f.expect(measure, changed(inspected_on="", inspected_recorded_on=""), "step_missing", "never inspected")
    f.expect(measure, changed(decided_by="individual"), "not_collective", "decided by one or a few people")
    f.expect(measure, changed(decided_by=""), "order_unknown", "who decided is not on record")
    f.expect(measure, changed(inspected_on="2024-05-07"), "out_of_order", "inspected a day after the decision")
    f.expect(measure, changed(inspected_on="2024-05-06"), "", "inspected on the day of the decision")
    f.expect(measure, changed(decided_on="2024-05-21"), "out_of_order", "decided a day after the start")
    f.expect(measure, changed(decided_on="2024-05-20"), "", "decided on the day of the start")
    f.expect(measure, changed(decided_on="2024-05"), "order_unknown", "decided in the month of the move, day unknown")
    f.expect(measure, _mover(f, None, "2024-01-01"), "no_decision", "no decision, on the first day that counts")
    f.expect(measure, _mover(f, None, "2023-12-31"), "", "no decision, a day before those that count")
    f.expect(measure, _mover(f, None, route="demoted"), "", "demoted without a decision: no exchange")


def _heard(f: Faults) -> None:
    nobody_there = {"opinion_to_on": "", "opinion_to_recorded_on": ""}
    no_talk = {"talked_on": "", "talk_recorded_on": ""}
    measure, code = "heard", "not_heard"
    f.expect(measure, _mover(f, {**IN_ORDER, **no_talk}), code, "no talk with the cadre")
    f.expect(measure, _mover(f, {**IN_ORDER, **nobody_there}), code, "the unit joined was not asked")
    one = _mover(f, {**IN_ORDER, **nobody_there}, same_unit=True)
    f.expect(measure, one, "", "a move inside one unit, which was asked once")
    measure, code = "heard_before", "heard_late"
    f.expect(measure, _mover(f, {**IN_ORDER, "talked_on": "2024-05-21"}), code, "the talk came a day after the start")
    f.expect(measure, _mover(f, {**IN_ORDER, "talked_on": "2024-05-20"}), "", "the talk came on the day of the start")
    one = _mover(f, {**IN_ORDER, "talked_on": "2024-05"})
    f.expect(measure, one, "heard_when_unknown", "the talk was in the month of the move, the day unknown")


def _recorded(f: Faults) -> None:
    measure, late, unknown = "recorded", "recorded_late", "recorded_when_unknown"
    one = _mover(f, {**IN_ORDER, "decided_recorded_on": "2024-06-06"})
    f.expect(measure, one, late, "the decision was put on record after thirty-one days")
    one = _mover(f, {**IN_ORDER, "decided_recorded_on": "2024-06-05"})
    f.expect(measure, one, "", "the decision was put on record on the thirtieth day")
    one = _mover(f, {**IN_ORDER, "decided_recorded_on": "2024-05-05"})
    f.expect(measure, one, "recorded_before", "the decision was put on record a day before it was taken")
    one = _mover(f, {**IN_ORDER, "decided_recorded_on": "2024-05-06"})
    f.expect(measure, one, "", "the decision was put on record on the day it was taken")
    one = _mover(f, {**IN_ORDER, "talk_recorded_on": ""})
    f.expect(measure, one, unknown, "nobody knows when the talk was put on record")
    one = _mover(f, {**LATE, "talked_on": "2024-12-01"}, "2024-12-09")
    f.expect(measure, one, unknown, "the talk is not on record, the thirty days over on the very day")
    one = _mover(f, {**LATE, "talked_on": "2024-12-02"}, "2024-12-09")
    f.expect(measure, one, "", "the talk is not on record, the thirty days over a day later: not yet due")
