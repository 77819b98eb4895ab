"""`exchange_plan` once more: each move with the plans that could be its own, each plan with the moves, each year's cadres."""

from __future__ import annotations

import datetime as dt

from reference.plain import FOREVER, either, fact, first_ancestor, moves, postings, rows, tomorrow

REASONS = {True: None, False: "outside_plan", None: "adoption_unknown"}


def facts(dataset, settings) -> list[dict]:
    last = tomorrow(settings).year - 1
    earlier_posts = {post["post_id"]: post["predecessor_post_id"] for post in rows(dataset, "posts")}
    made = [move for move in moves(dataset) if not move["demotion"] and move["moved_on"].year <= last]
    plans = rows(dataset, "plans")
    for plan in plans:
        plan["post"] = first_ancestor(plan["post_id"], earlier_posts) if plan["post_id"] else None
        plan["moves"] = [move for move in made if stands_in(move, plan)]
    found = []
    for move in made:
        if move["moved_on"].year > last - settings.plan_years:
            own = [plan for plan in plans if any(move is other for other in plan["moves"])]
            found += about_a_move(move, own, [plan for plan in plans if names(move, plan)])
    for plan in plans:
        if last - settings.plan_years < plan["planned_year"] <= last:
            found.append(about_a_plan(plan))
    return found + years(dataset, made, range(last - settings.window_years + 1, last + 1))


def stands_in(move, plan) -> bool:
    if plan["planned_year"] != move["moved_on"].year or plan["cadre_id"] not in (None, move["cadre_id"]):
        return False
    if move["to"]["plan_id"] == plan["plan_id"]:
        return True
    nothing_named = plan["cadre_id"] is None and plan["post"] is None
    return not nothing_named and plan["post"] in (None, move["to"]["post"])


def names(move, plan) -> bool:
    """Whether the posting names the plan, for whatever year, and it is not somebody else's."""
    return move["to"]["plan_id"] == plan["plan_id"] and plan["cadre_id"] in (None, move["cadre_id"])


def about_a_move(move, plans, named) -> list[dict]:
    in_time = False
    for plan in plans:
        day = plan["adopted_on"]
        in_time = either(in_time, None if day is None else day < dt.date(plan["planned_year"], 1, 1))
    reason = "adopted_late" if in_time is False and plans else REASONS[in_time]
    recorded = move["to"]["exchange_kind"] is not None or any(plan["purpose"] for plan in plans + named)
    who, organisation = move["cadre_id"], move["managed_by"]
    return [
        fact("moves_in_plan", who, organisation, in_time, True, reason),
        fact("purpose_recorded", who, organisation, recorded, True, None if recorded else "no_purpose"),
    ]


def about_a_plan(plan) -> dict:
    if plan["moves"]:
        done, reason = True, None
    elif plan["cadre_id"] is None and plan["post"] is None:
        done, reason = None, "nobody_named"
    else:
        done, reason = False, "not_done"
    return fact("plans_done", plan["plan_id"], plan["organisation_id"], done, True, reason)


def years(dataset, made, window) -> list[dict]:
    """Who was in a post at the end of the year before, and who of them moved in the year."""
    terms = {row["organisation_id"] for row in rows(dataset, "terms")}
    found = []
    for cadre_id, career in postings(dataset).items():
        for year in window:
            eve = dt.date(year - 1, 12, 31)
            if any(row["start"] <= eve < (row["end"] or FOREVER) for row in career):
                moved = any(move["cadre_id"] == cadre_id and move["moved_on"].year == year for move in made)
                organisation = career[0]["managed_by"]
                found.append(fact("even_years", cadre_id, organisation, moved if organisation in terms else None))
    return found
