"""`use_of_results` once more: each move with the grade before it, each poor year with what followed."""

from __future__ import annotations

from reference.plain import (
    GRADES,
    above,
    by,
    either,
    fact,
    first_day,
    moves,
    plus_months,
    rows,
    today,
    tomorrow,
)

MEASURES = ("demotion", "removal", "adjustment", "admonition", "training_order")


def facts(dataset, settings) -> list[dict]:
    found = []
    decisions = rows(dataset, "decisions")
    assessments = sorted(rows(dataset, "assessments"), key=lambda row: row["assessed_on"])
    every_move = moves(dataset)
    for move in every_move:
        if not move["demotion"] and move["moved_on"] >= first_day(settings):
            found += about_a_move(move, by(decisions, "decision_id"), assessments, settings)
    return found + poor_years(dataset, assessments, decisions, every_move, settings)


def poor(grade: str | None, settings) -> bool | None:
    return None if grade is None else GRADES.index(grade) <= GRADES.index(settings.poor_grade)


def about_a_move(move, decisions, assessments, settings) -> list[dict]:
    cadre_id, organisation = move["cadre_id"], move["managed_by"]
    decided = decisions.get(move["to"]["decision_id"], {}).get("decided_on")
    of_cadre = [row for row in assessments if row["cadre_id"] == cadre_id]
    earlier = [row for row in of_cadre if decided is not None and row["assessed_on"] <= decided]
    latest = earlier[-1] if earlier else {"grade": None, "assessed_on": None}

    if decided is None:
        before, reason = None, "no_decision"
    else:
        valid_from = plus_months(decided, -settings.valid_months)
        before = latest["assessed_on"] is not None and latest["assessed_on"] >= valid_from
        reason = None if before else "not_assessed"
    up = either(above(move["rank_step"], 0), above(move["importance_step"], 0))
    is_poor = poor(latest["grade"], settings)
    both_known = latest["grade"] is not None and move["importance_step"] is not None
    contradiction = "poor_moved_up" if up and is_poor else None
    return [
        fact("assessed_before", cadre_id, organisation, before, True, reason),
        fact("grade_and_step", cadre_id, organisation, True if both_known else None),
        fact("poor_moved_up", cadre_id, organisation, up, is_poor, contradiction),
    ]


def poor_years(dataset, assessments, decisions, every_move, settings) -> list[dict]:
    """Grades of the last years whose time for a measure is over."""
    found, cadres = [], by(rows(dataset, "cadres"), "cadre_id")
    begins = plus_months(tomorrow(settings), -settings.poor_window_months)
    for row in assessments:
        until = plus_months(row["assessed_on"], settings.months)
        if row["assessed_on"] < begins or until > today(settings):
            continue
        cadre = cadres[row["cadre_id"]]
        answers = [
            follows(taken, row["assessed_on"], until) for taken in decisions if taken["cadre_id"] == row["cadre_id"]
        ]
        answers += [
            move["demotion"]
            or either(
                None if move["rank_step"] is None else move["rank_step"] < 0,
                None if move["importance_step"] is None else bool(move["importance_step"] < 0),
            )
            for move in every_move
            if move["cadre_id"] == row["cadre_id"] and row["assessed_on"] < move["moved_on"] <= until
        ]
        if cadre["left_on"] is not None and row["assessed_on"] < cadre["left_on"] <= until:
            answers.append(True)
        answered = either(*answers) if answers else False
        unanswered = None if answered is None else not answered
        is_poor = poor(row["grade"], settings)
        reason = "poor_without_measure" if is_poor and unanswered else None
        found.append(
            fact("poor_without_measure", row["cadre_id"], cadre["organisation_id"], unanswered, is_poor, reason)
        )
    return found


def follows(decision, assessed_on, until) -> bool | None:
    """Whether a decision is a measure taken in time: unknown where its kind or its day might make it one."""
    is_measure = None if decision["kind"] is None else decision["kind"] in MEASURES
    day = decision["decided_on"]
    in_time = None if day is None else assessed_on < day <= until
    if is_measure is False or in_time is False:
        return False
    return None if is_measure is None or in_time is None else True
