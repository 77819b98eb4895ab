"""Faults of `periodic_review`: departments of one head each, and leaders who moved on a review or on none."""

from __future__ import annotations

from cadre_handbook.sample_county import HEAD, STAFF
from cadre_handbook.sample_faults import Faults, Person

PLAIN = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}
WHOLE = {"content_recorded": True, "method_recorded": True, "rating": "good", "use_recorded": True}
MOVED, DECIDED = "2024-05-20", "2024-05-06"


def plant(f: Faults) -> None:
    _departments(f)
    _moves(f)


def _review(f: Faults, day: str, **values) -> str:
    name = f"{f.county.organisation_id}-V{len(f.county.rows['team_reviews']) + 1:04d}"
    organisation = f.county.organisation_id
    f.county.add("team_reviews", review_id=name, organisation_id=organisation, reviewed_on=day, **{**WHOLE, **values})
    return name


# --- reviewed or not --------------------------------------------------------------------------------------------------


def _headed(f: Faults, name: str, start: str, valid_from: str = "2000-01") -> tuple[str, Person]:
    """A department with a team of one, its head since `start`: the unit's id and the head."""
    f.county.add_unit(name, "department", **PLAIN)
    unit_id = f.county.unit_ids[name]
    person = f.leader(start, f.post(HEAD, name, team="department", valid_from=valid_from))
    f.keeps(person, "team_reviews")
    f.county.kept.add(("team_reviews", unit_id))
    return unit_id, person


def _both(f: Faults, unit_id: str, person: Person, code: str, team: str, leader: str) -> None:
    f.expect("teams_reviewed", unit_id, code, team)
    f.expect("leaders_reviewed", person, code, leader)


def _departments(f: Faults) -> None:
    complete, lacking = "complete", "incomplete"
    unit_id, head = _headed(f, "县统计局", "2020-03-09")
    one = _review(f, "2023-12-31", team="department", unit_id=unit_id, content_recorded=False)
    _review(f, "2023-12-31", cadre_id=head.key)
    _both(f, unit_id, head, "review_old", "reviewed a day before the days that count", "reviewed a day too early")
    f.expect(complete, one, "", "without its content, a day before the days that count")

    unit_id, head = _headed(f, "县林业和草原局", "2020-03-09")
    one = _review(f, "2024-01-01", team="department", unit_id=unit_id)
    other = _review(f, "2024-01-01", cadre_id=head.key, method_recorded=False)
    _both(f, unit_id, head, "", "reviewed on the first day that counts", "reviewed on the first day that counts")
    f.expect(complete, one, "", "all four parts on record")
    f.expect(complete, other, lacking, "how it was looked at is not on record")
    one = _review(f, "2024-06-03", cadre_id=head.key, rating="")
    f.expect(complete, one, lacking, "no rating on record")
    one = _review(f, "2024-06-04", cadre_id=head.key, use_recorded="")
    f.expect(complete, one, "", "whether its use is on record is not known")

    unit_id, head = _headed(f, "县乡村振兴局", "2019-07-15")
    _both(f, unit_id, head, "never_reviewed", "a team never reviewed", "a head never reviewed")
    unit_id, head = _headed(f, "县供销合作社联合社", "2024-01-01", "2024-01-01")
    _both(
        f, unit_id, head, "never_reviewed", "made twelve months ago to the day", "leading for twelve months to the day"
    )
    unit_id, head = _headed(f, "县体育事业发展中心", "2024-01-02", "2024-01-02")
    _both(f, unit_id, head, "", "made a day too late to be due", "leading for a day too few to be due")


# --- cited or not -----------------------------------------------------------------------------------------------------


def _mover(f: Faults, day: str = MOVED, unit: str = "") -> Person:
    person = f.leader("2018-03-12", f.post(unit=unit, team="department" if unit else ""), day)
    f.keeps(person, "team_reviews", "decisions")
    return person


def _moves_on(f: Faults, person: Person, day: str = MOVED, review: str = "", decided: str = DECIDED) -> None:
    decision = f.decided(person, decided, "exchange")
    f.county.rows["decisions"][-1]["review_id"] = review
    f.serves(person, f.post(), day, route="transferred", exchange_kind="structural", decision_id=decision)


def _moves(f: Faults) -> None:
    measure = "moves_cite_review"
    one = _mover(f)
    _moves_on(f, one, review=_review(f, DECIDED, cadre_id=one.key))
    f.expect(measure, one, "", "reviewed on the day of the decision")
    one = _mover(f)
    _moves_on(f, one, review=_review(f, "2024-05-07", cadre_id=one.key))
    f.expect(measure, one, "review_later", "reviewed a day after the decision that cites it")
    one = _mover(f)
    _moves_on(f, one, review=_review(f, "2024-05", cadre_id=one.key))
    f.expect(measure, one, "cited_unclear", "reviewed in the month of the decision, the day unknown")
    one = _mover(f)
    other = f.leader("2018-03-12")
    f.keeps(other, "team_reviews")
    _moves_on(f, one, review=_review(f, "2024-04-08", cadre_id=other.key))
    f.expect(measure, one, "review_of_others", "the review cited is another leader's")
    name = f.county.add_unit("县外事服务中心", "department", **PLAIN)
    one = _mover(f, unit=name)
    _moves_on(f, one, review=_review(f, "2024-04-08", team="department", unit_id=f.county.unit_ids[name]))
    f.expect(measure, one, "", "the review cited is that of the team left")
    one = _mover(f)
    _moves_on(f, one)
    f.expect(measure, one, "no_review_cited", "the decision cites no review")
    f.expect(
        "leaders_reviewed", one, "never_reviewed", "never reviewed; half a year in another leading post changes nothing"
    )
    one = _mover(f, "2023-12-31")
    _moves_on(f, one, "2023-12-31", decided="2023-12-18")
    f.expect(measure, one, "", "no review cited, a day before the days that count")
    one = f.cadre()
    f.keeps(one, "team_reviews", "decisions")
    f.serves(one, f.post(STAFF), "2018-03-12", MOVED)
    _moves_on(f, one)
    f.expect(measure, one, "", "no review cited, and no leading post was left")
