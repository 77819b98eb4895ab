"""`periodic_review` once more, one team, one leader, one review and one move at a time, from the wording.

Every team and every leader has been reviewed in the last year, unless new. A review has four parts. The decision that moves a
leader cites a review of that leader or of the team left, no later than itself.
"""

from __future__ import annotations

import calendar
import datetime as dt

from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    first_ancestor,
    first_day,
    moves,
    plus_months,
    postings,
    rows,
    same,
    stays,
    today,
    tomorrow,
)

OF_A_UNIT = ("department", "township")


def facts(dataset, settings) -> list[dict]:
    reviews = with_teams(dataset)
    return [
        *teams(dataset, reviews, settings),
        *leaders(dataset, reviews, settings),
        *reviews_complete(reviews, settings),
        *moves_on_reviews(dataset, reviews, settings),
    ]


# --- reviews -------------------------------------------------------------------------------------


def with_teams(dataset) -> list[dict]:
    """The reviews, each with what the team reviewed goes by: None where nobody said which."""
    earlier = {unit["unit_id"]: unit["predecessor_unit_id"] for unit in rows(dataset, "units")}
    found = rows(dataset, "team_reviews")
    for review in found:
        seat = None if review["unit_id"] is None else first_ancestor(review["unit_id"], earlier)
        review["whose"] = name_of(review["organisation_id"], review["team"], seat)
    return found


def name_of(organisation, team, seat) -> str | None:
    if team in OF_A_UNIT:
        return seat
    return None if team is None else f"{organisation} {team}"


def span(row: dict, column: str) -> tuple[dt.date, dt.date] | None:
    day = row[column]
    if day is None or not row[f"{column}_is_month"]:
        return None if day is None else (day, day)
    return day, day.replace(day=calendar.monthrange(day.year, day.month)[1])


def by_then(one, other) -> bool | None:
    if one is None or other is None:
        return None
    return True if one[1] <= other[0] else False if one[0] > other[1] else None


def recent(review: dict, settings) -> bool | None:
    first = plus_months(tomorrow(settings), -settings.review_months)
    return by_then((first, first), span(review, "reviewed_on"))


def full(day: dt.date, settings) -> bool:
    return plus_months(day, settings.review_months) <= tomorrow(settings)


def answer(measure, subject, organisation, due, own, settings, perhaps=False) -> dict:
    """Whether one of one's own reviews is recent, or another may be."""
    reviewed = either(*(recent(review, settings) for review in own), None if perhaps else False)
    reason = None
    if due and reviewed is False:
        reason = "review_old" if own else "never_reviewed"
    return fact(measure, subject, organisation, reviewed, due, reason)


# --- teams and leaders ---------------------------------------------------------------------------


def teams(dataset, reviews, settings) -> list[dict]:
    seated: dict[tuple, list[dict]] = {}
    for career in postings(dataset).values():
        for row in career:
            team = row["of_post"]["team"]
            if team is not None and row["of_organisation"]["external"] is not True:
                key = (row["organisation_id"], team, name_of(row["organisation_id"], team, row["unit"]))
                seated.setdefault(key, []).append(row)
    found = []
    for (organisation, team, name), members in seated.items():
        if not any(row["start"] <= today(settings) < (row["end"] or FOREVER) for row in members):
            continue
        made = [row["of_post"]["valid_from"] for row in members]
        due = any(full(day, settings) for day in [*made, *(row["start"] for row in members)] if day is not None)
        about_teams = [review for review in reviews if review["cadre_id"] is None]
        own = [review for review in about_teams if review["whose"] == name]
        perhaps = any(
            (review["organisation_id"], review["team"], review["whose"]) == (organisation, team, None)
            and recent(review, settings) is not False
            for review in about_teams
        )
        due = True if due else None if None in made else False
        found.append(answer("teams_reviewed", name, organisation, due, own, settings, perhaps))
    return found


def leaders(dataset, reviews, settings) -> list[dict]:
    found = []
    for cadre_id, career in postings(dataset).items():
        inside = [row for row in career if row["of_organisation"]["external"] is not True]
        perhaps = leading_since([row for row in inside if row["of_post"]["leading"] is not False], settings)
        surely = leading_since([row for row in inside if row["of_post"]["leading"] is True], settings)
        if perhaps is None:
            continue
        due = False if not full(perhaps, settings) else True if surely and full(surely, settings) else None
        own = [review for review in reviews if review["cadre_id"] == cadre_id]
        found.append(answer("leaders_reviewed", cadre_id, career[0]["managed_by"], due, own, settings))
    return found


def leading_since(career, settings) -> dt.date | None:
    """Since when the posts have been held without a break, where one is held on the day."""
    held = [
        stay
        for stay in stays(career, lambda _row: "leading", settings.max_gap_days)
        if stay["start"] <= today(settings) < stay["end"]
    ]
    return held[0]["start"] if held else None


# --- what a review says, and what rests on it ----------------------------------------------------


def reviews_complete(reviews, settings) -> list[dict]:
    found = []
    for review in reviews:
        counts_ = recent(review, settings)
        if counts_ is False:
            continue
        whole = both(
            review["content_recorded"],
            review["method_recorded"],
            review["rating"] is not None,
            review["use_recorded"],
        )
        reason = "incomplete" if counts_ and whole is False else None
        found.append(fact("complete", review["review_id"], review["organisation_id"], whole, counts_, reason))
    return found


def moves_on_reviews(dataset, reviews, settings) -> list[dict]:
    decisions = {(row["decision_id"], row["cadre_id"]): row for row in rows(dataset, "decisions")}
    on_file = by(reviews, "review_id")
    found = []
    for move in moves(dataset, settings.max_gap_days):
        if move["demotion"] or move["moved_on"] < first_day(settings):
            continue
        leader = move["from"]["of_post"]["leading"]
        decision = decisions.get((move["to"]["decision_id"], move["cadre_id"]))
        hit, reason = rests_on(move, decision, on_file)
        reason = reason if leader else None
        found.append(fact("moves_cite_review", move["cadre_id"], move["managed_by"], hit, leader, reason))
    return found


def rests_on(move, decision, on_file) -> tuple[bool | None, str | None]:
    if decision is None or decision["review_id"] is None:
        return False, "no_review_cited"
    review = on_file.get(decision["review_id"])
    whose = None if review is None else about(move, review)
    if whose is False:
        return False, "review_of_others"
    in_time = None if review is None else by_then(span(review, "reviewed_on"), span(decision, "decided_on"))
    if in_time is False:
        return False, "review_later"
    return (True, None) if whose and in_time else (None, "cited_unclear")


def about(move, review) -> bool | None:
    if review["cadre_id"] is not None:
        return review["cadre_id"] == move["cadre_id"]
    left, team = move["from"], move["from"]["of_post"]["team"]
    if team is None and review["team"] is not None:
        return False
    return same(review["whose"], name_of(left["organisation_id"], team, left["unit"]))
