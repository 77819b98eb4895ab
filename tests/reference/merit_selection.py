"""`merit_selection` once more, promotion by promotion: what the decision names, and whether a case was open then."""

from __future__ import annotations

from reference import decision_procedure
from reference.decision_procedure import span
from reference.plain import (
    above,
    both,
    by,
    either,
    fact,
    first_day,
    moves,
    opposite,
    plus_months,
    postings,
    rows,
    same,
    today,
)


def facts(dataset, settings) -> list[dict]:
    decisions = by(rows(dataset, "decisions"), "decision_id")
    assessments, cases, found = by(rows(dataset, "assessments"), "assessment_id"), rows(dataset, "supervision"), []
    for move in moves(dataset):
        rise = above(move["rank_step"], 0) if move["rank_step"] is not None else same(move["to"]["route"], "promoted")
        if move["demotion"] or rise is False or move["moved_on"] < first_day(settings):
            continue
        decision = decisions.get(move["to"]["decision_id"])
        if decision is not None and decision["cadre_id"] != move["cadre_id"]:
            decision = None
        about = (move["cadre_id"], move["managed_by"])
        hit, reason = three_bases(decision, assessments, settings)
        found.append(fact("three_bases", *about, hit, rise, reason if rise else None))
        hit, reason = case_open(move, decision, cases, settings)
        found.append(fact("case_open", *about, hit, rise, reason if rise else None))
    return found + commended(dataset, settings)


def three_bases(decision, assessments, settings):
    if decision is None:
        return False, "no_decision"
    recommended = False
    if decision["recommended_on"] is not None:
        recommended = by_then(span(decision, "recommended_on"), span(decision, "decided_on"))
    answers = [assessed(decision, assessments, settings), decision["tasks_looked_at"], recommended]
    answer = both(*answers)
    return answer, {True: None, False: "basis_missing", None: "basis_unknown"}[answer]


def assessed(decision, assessments, settings) -> bool | None:
    if decision["assessment_id"] is None:
        return False
    cited = assessments.get(decision["assessment_id"])
    if cited is None:
        return None
    oldest = span(decision, "decided_on")
    if oldest is not None:
        oldest = tuple(plus_months(day, -settings.valid_months) for day in oldest)
    return both(
        cited["cadre_id"] == decision["cadre_id"],
        same(cited["kind"], "annual"),
        by_then(oldest, span(cited, "assessed_on")),
        by_then(span(cited, "assessed_on"), span(decision, "decided_on")),
    )


def case_open(move, decision, cases, settings):
    kinds = ("integrity_case",) if settings.counted_cases == "cases" else ("integrity_case", "complaint")
    start = span(move["to"], "start")
    decided = start if decision is None or decision["decided_on"] is None else span(decision, "decided_on")
    answers = [False]
    for case in cases:
        if case["cadre_id"] == move["cadre_id"]:
            closed = False if case["examined_on"] is None else by_then(span(case, "examined_on"), decided)
            of_kind = None if case["kind"] is None else case["kind"] in kinds
            answers.append(both(of_kind, by_then(span(case, "happened_on"), start), opposite(closed)))
    answer = either(*answers)
    return answer, {True: "case_open", False: None, None: "case_unclear"}[answer]


def by_then(one, other) -> bool | None:
    return None if one is None or other is None else decision_procedure.by_then(one, other)


def commended(dataset, settings) -> list[dict]:
    awarded = {award["cadre_id"] for award in rows(dataset, "awards")}
    careers, found, grades = postings(dataset, substantive=False), [], rows(dataset, "assessments")
    for cadre in rows(dataset, "cadres"):
        if cadre["cadre_id"] not in careers or (cadre["left_on"] is not None and cadre["left_on"] <= today(settings)):
            continue
        answer = cadre["cadre_id"] in awarded
        if settings.counted_commendations == "awards_or_excellent":
            own = [row for row in grades if row["cadre_id"] == cadre["cadre_id"]]
            excellent = [both(same(row["grade"], "excellent"), same(row["kind"], "annual")) for row in own]
            answer = either(answer, *excellent)
        found.append(fact("commended", cadre["cadre_id"], cadre["organisation_id"], answer))
    return found
