"""`stretch_roles` once more: one excellent result, one role and one cadre at a time.

A result is proven if it was excellent while the cadre stood on a list; it is answered by a role that was not over by then and
began before its months were full; it is due once they are, if the cadre and the listing lasted so long.
"""

from __future__ import annotations

import datetime as dt

from reference.follow_up_training import any_day, conjunction, no_later
from reference.plain import (
    FOREVER,
    by,
    either,
    fact,
    first_day,
    moves,
    opposite,
    plus_months,
    postings,
    rows,
    stays,
    tomorrow,
)


def facts(dataset, settings) -> list[dict]:
    assessments, reserve = rows(dataset, "assessments"), {}
    for entry in rows(dataset, "reserve"):
        reserve.setdefault(entry["cadre_id"], []).append(entry)
    roles = all_roles(dataset, settings)
    rises = {}
    for move in moves(dataset):
        rises.setdefault(move["cadre_id"], []).append(move)
    found = []
    for cadre_id, cadre in by(rows(dataset, "cadres"), "cadre_id").items():
        own, listings = roles.get(cadre_id, []), reserve.get(cadre_id, [])
        results = [row for row in assessments if row["cadre_id"] == cadre_id]
        found += given_in_time(cadre, results, listings, own, settings)
        found += led_to_appointment(cadre, own, listings, rises.get(cadre_id, []), settings)
    return found


def all_roles(dataset, settings) -> dict[str, list[dict]]:
    """What is, or may be, such a role, with `is_one` (True or None)."""
    found = {}

    def keep(row: dict, is_one: bool | None) -> None:
        if is_one is not False:
            found.setdefault(row["cadre_id"], []).append({**row, "is_one": is_one})

    for career in postings(dataset, substantive=False).values():
        for row in career:
            post = row["of_post"]
            if row["role"] in ("trainee_leader", "assistant", "acting"):
                keep(row, True)
            elif row["role"] == "substantive":
                deputy = None if post["kind"] is None else post["kind"] == "unit_deputy"
                important = None
                if post["importance"] is not None:
                    important = bool(post["importance"] >= settings.key_deputy_importance)
                keep(row, conjunction(deputy, important))
    for row in rows(dataset, "projects"):
        keep(row, None if row["kind"] is None else row["kind"] in ("key_industry", "key_project"))
    return found


def given_in_time(cadre, results, listings, roles, settings) -> list[dict]:
    proven_any, answers, eligible = [], [], []
    for result in results:
        if result["assessed_on"] < first_day(settings) or result["grade"] not in ("excellent", None):
            continue
        assessed = any_day(result["assessed_on"], result["assessed_on_is_month"])
        listed = either(False, *(on_list(entry, assessed) for entry in listings))
        proven = conjunction(result["grade"] and True, listed)
        if proven is False:
            continue
        until = tuple(plus_months(day, settings.months_until_given) for day in assessed)
        ends = [
            stay["end"] for stay in on_the_list(listings) if stay["start"] <= assessed[1] and stay["end"] > assessed[0]
        ]
        left_on = cadre["left_on"] or FOREVER
        due = until[1] <= min(tomorrow(settings), max(ends, default=dt.date.min), left_on)
        answered = either(False, *(answers_it(role, assessed, until) for role in roles))
        proven_any.append(result)
        answers.append(conjunction(proven, answered))
        eligible.append(conjunction(proven, due or answered is True))
    if not proven_any:
        return []
    outcome, counted = either(*answers), either(*eligible)
    reason = {True: None, False: "not_given", None: "role_unknown"}[outcome] if counted else None
    return [fact("given_in_time", cadre["cadre_id"], cadre["organisation_id"], outcome, counted, reason)]


def on_the_list(listings: list[dict]) -> list[dict]:
    """The unbroken times on the list, whatever the posts."""
    columns = {"listed_on": "start", "removed_on": "end"}
    columns |= {f"{old}_is_month": f"{new}_is_month" for old, new in columns.items()}
    entries = [{new: entry[old] for old, new in columns.items()} for entry in listings]
    entries.sort(key=lambda entry: (entry["start"], entry["end"] or FOREVER))
    return stays(entries, lambda _entry: "on the list")


def on_list(entry: dict, assessed: tuple[dt.date, dt.date]) -> bool | None:
    listed_by_then = no_later(any_day(entry["listed_on"], entry["listed_on_is_month"]), assessed)
    removed_by_then = False
    if entry["removed_on"] is not None:
        removed_by_then = no_later(any_day(entry["removed_on"], entry["removed_on_is_month"]), assessed)
    return conjunction(listed_by_then, opposite(removed_by_then))


def answers_it(role: dict, assessed: tuple, until: tuple) -> bool | None:
    too_late = no_later(until, any_day(role["start"], role["start_is_month"]))
    over = False if role["end"] is None else no_later(any_day(role["end"], role["end_is_month"]), assessed)
    return conjunction(role["is_one"], opposite(too_late), opposite(over))


def led_to_appointment(cadre, roles, listings, rises, settings) -> list[dict]:
    outcomes, eligible = [], []
    for role in roles:
        start = role["start"]
        listed = any(entry["listed_on"] <= start < (entry["removed_on"] or FOREVER) for entry in listings)
        if start < first_day(settings) or not listed:
            continue
        until = plus_months(start, settings.months_until_appointed)
        rose = either(False, *(is_rise(move) for move in rises if start < move["moved_on"] < until))
        due = until <= tomorrow(settings) and until <= (cadre["left_on"] or FOREVER)
        outcomes.append(conjunction(role["is_one"], rose))
        eligible.append(conjunction(role["is_one"], due or rose is True))
    if not outcomes:
        return []
    counted = either(*eligible)
    return [fact("led_to_appointment", cadre["cadre_id"], cadre["organisation_id"], either(*outcomes), counted)]


def is_rise(move: dict) -> bool | None:
    step = move["rank_step"]
    return conjunction(None if step is None else step > 0, move["to"]["of_post"]["leading"])
