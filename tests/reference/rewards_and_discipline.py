"""`rewards_and_discipline` once more, one refusal and one cadre at a time, from the wording.

A refused exchange is examined, the cadre is heard, and then there is an outcome, with its appeal where it is against the cadre.
Of those who served all through the last year, those who had moved in the three years before it are rewarded as all are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.decision_procedure import by_then, span
from reference.plain import (
    FOREVER,
    anniversary,
    both,
    by,
    either,
    fact,
    moves,
    opposite,
    plus_months,
    postings,
    rows,
    same,
    today,
    tomorrow,
)

STEPS = ("refused_on", "cause_examined_on", "heard_on", "outcome_on")


def facts(dataset, settings) -> list[dict]:
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    for row in rows(dataset, "decisions"):
        found += about(row, cadres[row["cadre_id"]], settings)
    return found + rewards(dataset, cadres, settings)


# --- refusals -------------------------------------------------------------------------------------


def about(row, cadre, settings) -> list[dict]:
    kind = None if row["kind"] is None else row["kind"] in ("exchange", "secondment")
    refused = row["response"] == "refused"
    if row["response"] is None and any(row[step] for step in STEPS):
        refused = None
    refusal = both(kind, refused, True if row["refused_on"] else None)
    if refusal is False or not owed(row, cadre, settings):
        return []
    result = []
    for measure, (eligible, hit, reason) in (("handled", handled(row)), ("answered", answered(row))):
        eligible = both(refusal, eligible)
        if eligible is False:
            reason = None
        elif refusal is None:
            reason = "refusal_unclear"
        result.append(fact(measure, row["cadre_id"], cadre["organisation_id"], hit, eligible, reason))
    return result


def owed(row, cadre, settings) -> bool:
    """Whether it counts by now: settled in the last months, or open after its days."""
    if row["refused_on"] is None:
        return True
    if row["outcome_on"] is not None:
        return row["refused_on"] >= plus_months(tomorrow(settings), -settings.window_months)
    deadline = span(row, "refused_on")[1] + dt.timedelta(days=settings.settle_days)
    return deadline <= today(settings) and (cadre["left_on"] or FOREVER) > deadline


def handled(row):
    if row["outcome_on"] is None:
        return True, False, "left_open"
    answers = {"not_examined": in_turn(row, "cause_examined_on"), "not_heard": in_turn(row, "heard_on")}
    against = None if row["outcome"] is None else row["outcome"] in ("admonished", "removed", "other")
    answers["no_appeal"] = either(opposite(against), row["appeal"] in ("told", "lodged", "upheld", "changed"))
    good = row["cause"] == "good" and row["cause_examined_on"] is not None
    disciplined = None if row["outcome"] is None else row["outcome"] in ("admonished", "removed")
    answers["punished_all_the_same"] = opposite(both(good, disciplined))
    for reason, answer in answers.items():
        if answer is False:
            return True, False, reason
    return (True, None, "order_unknown") if None in answers.values() else (True, True, None)


def in_turn(row, step) -> bool | None:
    return False if row[step] is None else by_then(span(row, step), span(row, "outcome_on"))


def answered(row):
    none = False if row["cause_examined_on"] is None else same(row["cause"], "none")
    if row["outcome_on"] is None:
        hit, reason = False, "no_consequence"
    elif row["outcome"] is None:
        hit, reason = None, "order_unknown"
    else:
        hit = row["outcome"] != "excused"
        reason = None if hit else "excused_all_the_same"
    return none, hit, "cause_unknown" if none is None else reason


# --- awards and promotions ------------------------------------------------------------------------


def rewards(dataset, cadres, settings) -> list[dict]:
    first = plus_months(tomorrow(settings), -settings.reward_months)
    eve = first - dt.timedelta(days=1)
    since = plus_months(first, -settings.exchanged_months)
    awarded, promoted, exchanged = defaultdict(list), defaultdict(list), set()
    for row in rows(dataset, "awards"):
        commended = same(row["kind"], "commendation")
        counts = True if settings.counted_awards == "all" else opposite(commended)
        awarded[row["cadre_id"]].append(both(counts, row["awarded_on"] >= first))
    for move in moves(dataset, settings.max_gap_days):
        up = move["rank_step"] > 0 if move["rank_step"] is not None else same(move["to"]["route"], "promoted")
        promoted[move["cadre_id"]].append(both(up, move["moved_on"] >= first))
        if since <= move["moved_on"] < first and not move["demotion"]:
            exchanged.add(move["cadre_id"])
    beginnings = {name: career[0] for name, career in postings(dataset, substantive=False).items()}
    found = []
    for cadre_id, career in postings(dataset).items():
        if not on(career, eve):
            continue
        cadre = cadres[cadre_id]
        left = cadre["left_on"] is not None and cadre["left_reason"] in ("retired", "resigned", "dismissed", "died")
        stayed = True if on(career, today(settings)) else False if left else None
        unknown = cadre_id not in exchanged and career[0]["start"] >= since and begins_late(beginnings[cadre_id], cadre)
        for measure, answers in (("fair_awards", awarded[cadre_id]), ("fair_promotions", promoted[cadre_id])):
            hit = either(*answers) if answers else False
            organisation = cadre["organisation_id"]
            found.append(fact(measure, cadre_id, organisation, None if unknown else hit, stayed))
    return found


def begins_late(first, cadre) -> bool:
    joined = cadre["joined_on"]
    return first["from_place_code"] is not None or joined is None or first["start"] > anniversary(joined, 1)


def on(career, day) -> bool:
    return any(row["start"] <= day < (row["end"] or FOREVER) for row in career)
