"""`exchange_breadth` once more, one cadre at a time.

Who held a post on the eve of the window: professional staff beside leaders, heads beside deputies, and whether they have
moved since; and the lines of work in which nobody of the group has.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.plain import (
    FOREVER,
    by,
    either,
    fact,
    first_day,
    moves,
    opposite,
    postings,
    rows,
    today,
)

UNDER_A_HEAD = ("unit_deputy", "division_head", "division_deputy")
NO_HEAD = (*UNDER_A_HEAD, "staff")


def facts(dataset, settings) -> list[dict]:
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    first = first_day(settings)
    movers = {
        move["cadre_id"]
        for move in moves(dataset, settings.max_gap_days)
        if move["moved_on"] >= first and not move["demotion"]
    }
    lower = UNDER_A_HEAD[:1] if settings.compared_with == "deputies" else UNDER_A_HEAD
    found, groups = [], defaultdict(list)
    for cadre_id, career in postings(dataset).items():
        held = on(career, first - dt.timedelta(days=1))
        if not held:
            continue
        moved = cadre_id in movers
        still = True if moved or on(career, today(settings)) else gone(cadres[cadre_id])
        organisation = held[0]["managed_by"]
        leads = either(*(row["of_post"]["leading"] for row in held))
        technical = either(*(is_in(row["of_post"]["category"], ("technical",)) for row in held))
        head = either(*(is_head(row["of_post"]["kind"]) for row in held))
        deputy = either(*(is_in(row["of_post"]["kind"], lower) for row in held))
        expert = both(opposite(leads), technical)
        for measure, one, other in (("professionals", expert, leads), ("heads", head, both(opposite(head), deputy))):
            found.append(fact(measure, cadre_id, organisation, moved, both(either(one, other), still)))
            if one and still:
                post = next(row for row in held if marks(measure, row))
                groups[measure, organisation, post["of_unit"]["field"]].append(moved)
    for (measure, organisation, field), who in groups.items():
        if field is not None and len(who) >= settings.least_in_group and not any(who):
            subject = f"{organisation}/{field}"
            found.append(fact(measure, subject, organisation, None, False, f"{measure}_left_out"))
    return found


def on(career: list[dict], day: dt.date) -> list[dict]:
    return [row for row in career if row["start"] <= day < (row["end"] or FOREVER)]


def gone(cadre: dict) -> bool | None:
    """False where the cadre has left for good; unknown where nothing more is on record, or a transfer out."""
    if cadre["left_on"] is None or cadre["left_reason"] not in ("retired", "resigned", "dismissed", "died"):
        return None
    return False


def both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def is_in(code: str | None, codes: tuple[str, ...]) -> bool | None:
    return None if code is None else code in codes


def is_head(kind: str | None) -> bool | None:
    return None if kind is None else kind not in NO_HEAD


def marks(measure: str, row: dict) -> bool:
    post = row["of_post"]
    return post["category"] == "technical" if measure == "professionals" else is_head(post["kind"]) is True
