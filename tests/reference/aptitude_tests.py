"""`aptitude_tests` once more: each decision that cites a test, each test, each cadre who was offered one."""

from __future__ import annotations

from reference import hidden as small
from reference.plain import (
    above,
    anniversary,
    both,
    by,
    either,
    fact,
    first_day,
    moves,
    opposite,
    plus_months,
    rows,
    tomorrow,
)


def hidden(dataset, settings) -> set[tuple[str, str, str]]:
    found = set()
    for organisation in dataset.organisations():
        groups: dict = {}
        for refused, row in offers(dataset, settings):
            if row["organisation_id"] == organisation:
                groups.setdefault(refused, []).append(row["hit"])
        known = [answer for answers in groups.values() for answer in answers if answer is not None]
        if known and any(small.alone(groups.get(refused, []), settings) for refused in (True, False)):
            found.add((organisation, "passed_over", ""))
    return found


def facts(dataset, settings) -> list[dict]:
    return decided(dataset, settings) + taken(dataset, settings) + [row for _x, row in offers(dataset, settings)]


def decided(dataset, settings) -> list[dict]:
    cadres, tests = by(rows(dataset, "cadres"), "cadre_id"), by(rows(dataset, "tests"), "test_id")
    assessments = by(rows(dataset, "assessments"), "assessment_id")
    found = []
    for row in rows(dataset, "decisions"):
        day, organisation = row["decided_on"], cadres[row["cadre_id"]]["organisation_id"]
        if row["test_id"] is None or (day is not None and day < first_day(settings)):
            continue
        recent = None if day is None else True
        inspected = False if row["inspected_on"] is None else no_later(row["inspected_on"], day)
        assessed = False
        if row["assessment_id"] is not None:
            assessed = no_later(assessments.get(row["assessment_id"], {}).get("assessed_on"), day)
        reason = None
        if recent and inspected is False and assessed is False:
            reason = "test_alone"
        elif recent and inspected is False:
            reason = "no_inspection"
        elif recent and assessed is False:
            reason = "no_assessment"
        found.append(fact("one_of_several", row["cadre_id"], organisation, both(inspected, assessed), recent, reason))
        tested = tests.get(row["test_id"], {}).get("taken_on")
        old = None if tested is None or day is None else anniversary(tested, settings.valid_years) < day
        found.append(fact("outdated", row["cadre_id"], organisation, old, recent, "outdated" if old else None))
    return found


def no_later(day, other) -> bool | None:
    return None if day is None or other is None else day <= other


def taken(dataset, settings) -> list[dict]:
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    for row in rows(dataset, "tests"):
        if row["taken_on"] is not None and row["taken_on"] >= first_day(settings):
            reason = "no_consent" if row["consent"] is False else None
            organisation = cadres[row["cadre_id"]]["organisation_id"]
            found.append(fact("consent", row["cadre_id"], organisation, row["consent"], True, reason))
    return found


def offers(dataset, settings) -> list[tuple]:
    """The first offer to each cadre, with whether it was refused and whether no rise followed."""
    cadres, every_move, found, seen = by(rows(dataset, "cadres"), "cadre_id"), moves(dataset), [], set()
    earliest = plus_months(tomorrow(settings), -settings.offer_months)
    for row in sorted(rows(dataset, "tests"), key=lambda row: row["offered_on"]):
        if row["cadre_id"] in seen:
            continue
        seen.add(row["cadre_id"])
        cadre, until = cadres[row["cadre_id"]], plus_months(row["offered_on"], settings.months_after)
        gone = cadre["left_on"] is not None and row["offered_on"] <= cadre["left_on"] < until
        if row["offered_on"] < earliest or until > tomorrow(settings) or gone:
            continue
        rises = [
            either(above(move["rank_step"], 0), above(move["importance_step"], 0))
            for move in every_move
            if move["cadre_id"] == row["cadre_id"]
            and row["offered_on"] < move["moved_on"] < until
            and not move["demotion"]
        ]
        passed_over = opposite(either(*rises)) if rises else True
        passed_over = None if row["refused"] is None else passed_over
        found.append((row["refused"], fact("passed_over", row["cadre_id"], cadre["organisation_id"], passed_over)))
    return found
