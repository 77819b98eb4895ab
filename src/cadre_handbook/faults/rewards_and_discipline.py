"""Faults of `rewards_and_discipline`: refusals nobody looked into, settled over the cadre's head, or left open."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person

DECIDED = "2024-03-04"
IN_ORDER = {
    "response": "refused",
    "refused_on": "2024-03-11",
    "cause_examined_on": "2024-03-25",
    "cause": "none",
    "heard_on": "2024-04-02",
    "outcome": "admonished",
    "outcome_on": "2024-04-15",
    "appeal": "told",
}
OPEN = dict.fromkeys(("cause_examined_on", "cause", "heard_on", "outcome", "outcome_on", "appeal"), "")
NOT_SETTLED = {"outcome": "", "outcome_on": "", "appeal": ""}


def plant(f: Faults) -> None:
    _handled(f)
    _answered(f)
    _long_ago(f)


def _refuser(f: Faults, kind: str = "exchange", decided: str = DECIDED, **steps: str) -> Person:
    """A deputy who refused a decision; the steps are those of an orderly refusal where none are given."""
    person = f.leader("2018-03-12")
    f.keeps(person, "decisions")
    f.decided(person, decided, kind)
    f.county.rows["decisions"][-1].update({**IN_ORDER, **steps})
    return person


def _handled(f: Faults) -> None:
    measure = "handled"
    f.expect(measure, _refuser(f), "", "everything in order")
    one = _refuser(f, cause_examined_on="", cause="")
    f.expect(measure, one, "not_examined", "admonished, and nobody had asked why")
    f.expect(measure, _refuser(f, heard_on="2024-04-16"), "not_heard", "heard a day after the outcome")
    f.expect(measure, _refuser(f, heard_on="2024-04-15"), "", "heard on the day of the outcome")
    f.expect(measure, _refuser(f, heard_on="2024-04"), "order_unknown", "heard in the month of the outcome")
    f.expect(measure, _refuser(f, appeal="not_told"), "no_appeal", "admonished, and not told of the appeal")
    one = _refuser(f, cause="good", outcome="excused", appeal="")
    f.expect(measure, one, "", "excused for good cause: there is nothing to appeal against")
    one = _refuser(f, cause="good", outcome="removed")
    f.expect(measure, one, "punished_all_the_same", "a good cause was found, and the cadre removed")
    f.expect(measure, _refuser(f, refused_on=""), "refusal_unclear", "nobody knows when the refusal was")
    one = _refuser(f, "exchange", "2024-09-23", **OPEN | {"refused_on": "2024-10-02"})
    f.expect(measure, one, "left_open", "nothing followed, the ninety days over on the very day")
    one = _refuser(f, "exchange", "2024-09-23", **OPEN | {"refused_on": "2024-10-03"})
    f.expect(measure, one, "", "nothing followed yet, the ninety days over a day later: not yet due")
    one = _refuser(f, "secondment", "2020-05-11", **OPEN | {"refused_on": "2020-05-18"})
    f.expect(measure, one, "left_open", "a secondment refused long ago, and still open")
    one = _refuser(f, "other", **OPEN | {"refused_on": "2024-05-06"})
    f.expect(measure, one, "", "the refusal was of something else than an exchange")


def _answered(f: Faults) -> None:
    measure = "answered"
    one = _refuser(f, **NOT_SETTLED)
    f.expect(measure, one, "no_consequence", "found without good cause, heard, and nothing followed")
    f.expect(measure, _refuser(f, outcome="excused"), "excused_all_the_same", "found without good cause and excused")
    f.expect(measure, _refuser(f, outcome="persuaded"), "", "found without good cause, and accepted after a talk")
    f.expect(measure, _refuser(f, cause=""), "cause_unknown", "examined, and what was found is not on record")
    one = _refuser(f, **OPEN | {"refused_on": "2024-03-11"})
    f.expect(measure, one, "", "never examined: nobody is taken to be without good cause")


def _long_ago(f: Faults) -> None:
    """Refusals of years ago, before those that count."""
    for month in ("03", "05", "07", "09"):
        days = {step: f"2019-{month}-{day}" for step, day in (("refused_on", "06"), ("cause_examined_on", "11"))}
        days |= {"heard_on": f"2019-{month}-14", "outcome_on": f"2019-{month}-18"}
        one = _refuser(f, "exchange", f"2019-{month}-01", **days, appeal="not_told")
        f.expect("handled", one, "", "not told of the appeal, years before the refusals that count")
