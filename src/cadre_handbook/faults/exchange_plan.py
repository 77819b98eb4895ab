"""Exchange by plan: moves that no plan had, plans that nobody carried out, moves without a purpose."""

from __future__ import annotations

from cadre_handbook.sample_county import Person
from cadre_handbook.sample_faults import Faults
from cadre_handbook.sample_plans import add_plan

IN_PLAN, DONE, PURPOSE = "moves_in_plan", "plans_done", "purpose_recorded"


def plant(f: Faults) -> None:
    _in_a_plan(f)
    _by_post(f)
    _done(f)
    _not_moved(f)
    _with_a_purpose(f)


def _mover(f: Faults, day: str = "2024-06-11", post=None, **values) -> tuple[Person, dict]:
    """A deputy of five years who moves on `day`; the plans about the cadre are planted too."""
    person = f.leader("2019-05-06", end=day)
    f.keeps(person, "plans")
    values = {"route": "transferred", "exchange_kind": "training", **values}
    return person, f.serves(person, post or f.post(), day, **values)


def _plan(f: Faults, who: Person | None, adopted: str = "2023-12-18", year: int = 2024, **values) -> str:
    return add_plan(f.county, year, adopted, who.key if who else "", **{"purpose": "training", **values})


def _in_a_plan(f: Faults) -> None:
    for adopted, code, what in (
        ("2023-12-31", "", "the plan was adopted on the eve of the year"),
        ("2024-01-01", "adopted_late", "the plan was adopted on the first day of the year"),
        ("", "adoption_unknown", "when the plan was adopted is not on record"),
    ):
        person, _row = _mover(f)
        f.expect(DONE, _plan(f, person, adopted), "", f"made as planned; {what}")
        f.expect(IN_PLAN, person, code, what)
    person, _row = _mover(f)
    f.expect(IN_PLAN, person, "outside_plan", "no plan at all")
    person, _row = _mover(f)
    _plan(f, person, "2024-03-01")
    _plan(f, person, "2023-12-18")
    f.expect(IN_PLAN, person, "", "in the plan of December and again in one adopted in the year")
    person, _row = _mover(f, "2024-01-03")
    f.expect(DONE, _plan(f, person, "2022-12-12", 2023), "", "planned for 2023, which is not the year looked at")
    f.expect(IN_PLAN, person, "outside_plan", "planned for 2023, made three days into 2024")
    person, _row = _mover(f, "2023-12-31")
    f.expect(IN_PLAN, person, "", "no plan, but moved on the last day of the year before")
    person, _row = _mover(f, route="demoted")
    f.expect(IN_PLAN, person, "", "demoted: no exchange")


def _by_post(f: Faults) -> None:
    person, row = _mover(f)
    f.expect(DONE, _plan(f, person, post_id=row["post_id"]), "", "moved to the very post that was planned")
    f.expect(IN_PLAN, person, "", "moved to the very post that was planned")
    person, _row = _mover(f)
    other = _plan(f, person, post_id=f.post().post_id)
    f.expect(DONE, other, "not_done", "planned for one post, moved to another")
    f.expect(IN_PLAN, person, "outside_plan", "planned for another post")
    person, row = _mover(f)
    row["plan_id"] = _plan(f, person, post_id=f.post().post_id)
    f.expect(IN_PLAN, person, "", "moved to another post than planned, and the posting names the plan")
    person, row = _mover(f)
    f.expect(DONE, _plan(f, None, post_id=row["post_id"]), "", "the plan names the post and leaves the person open")
    f.expect(IN_PLAN, person, "", "moved to a post whose holder the plan left open")
    person, row = _mover(f)
    row["plan_id"] = _plan(f, None)
    f.expect(DONE, row["plan_id"], "", "a line without person and post, which a posting names")
    f.expect(IN_PLAN, person, "", "the posting names a line without person and post")
    f.expect(DONE, _plan(f, None), "nobody_named", "a line without person and post, which no posting names")


def _done(f: Faults) -> None:
    person, _row = _mover(f, "2023-12-20")
    f.expect(DONE, _plan(f, person), "not_done", "moved eleven days before the year planned for")
    person, _row = _mover(f, "2024-12-31")
    f.expect(DONE, _plan(f, person), "", "made on the last day of the year")
    person, _row = _mover(f, route="demoted")
    f.expect(DONE, _plan(f, person), "not_done", "demoted in the year in which an exchange was planned")


def _not_moved(f: Faults) -> None:
    person = f.leader("2019-09-02")
    f.keeps(person, "plans")
    f.expect(DONE, _plan(f, person), "not_done", "planned, and still in the same post")
    f.expect(DONE, _plan(f, person, "2024-12-16", 2025), "", "planned for the coming year: not yet due")
    person = f.leader("2018-04-02")
    f.keeps(person, "plans")
    f.serves(person, f.post(unit="红崖乡"), "2024-03-01", "2024-12-01", role="secondment")
    f.expect(DONE, _plan(f, person), "not_done", "went on secondment only")


def _with_a_purpose(f: Faults) -> None:
    person, _row = _mover(f, exchange_kind="")
    f.expect(PURPOSE, person, "no_purpose", "neither posting nor plan says what for")
    person, _row = _mover(f, exchange_kind="")
    _plan(f, person, purpose="")
    f.expect(PURPOSE, person, "no_purpose", "in the plan, which does not say what for either")
    person, _row = _mover(f, exchange_kind="")
    _plan(f, person, "2024-05-01")
    f.expect(PURPOSE, person, "", "only the plan says what for, adopted late though it was")
    person, _row = _mover(f, exchange_kind="other")
    f.expect(PURPOSE, person, "", "the posting says what for, and no plan does")
