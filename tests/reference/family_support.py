"""`family_support` once more: each need and each mover."""

from __future__ import annotations

import datetime as dt

from reference.plain import by, fact, first_day, moves, rows, today

KINDS = ("spouse_work", "schooling", "parents_care", "strain", "other")


def facts(dataset, settings) -> list[dict]:
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    found = []
    for need in rows(dataset, "needs"):
        found += about_a_need(need, cadres[need["cadre_id"]]["organisation_id"], settings)
    relocations = rows(dataset, "relocations")
    for row in relocations:
        if row["moved_on"] >= first_day(settings):
            organisation = cadres[row["cadre_id"]]["organisation_id"]
            found.append(fact("family_moved", row["cadre_id"], organisation, row["family_moved"], row["has_family"]))
            found.append(asked(row["cadre_id"], organisation, row["moved_on"], row, settings))
    recorded = {row["posting_id"] for row in relocations}
    same_day = {(row["cadre_id"], row["moved_on"]) for row in relocations}
    for move in moves(dataset):
        far = move["changed_county"] is not False and move["moved_on"] >= first_day(settings)
        on_record = move["to"]["posting_id"] in recorded or (move["cadre_id"], move["moved_on"]) in same_day
        if far and not on_record:
            missed = asked(move["cadre_id"], move["managed_by"], move["moved_on"], None, settings)
            # Where a place is not known it may have been a move to another county that nobody recorded.
            if move["changed_county"] is None and missed["eligible"]:
                missed |= {"eligible": None, "reason_code": None}
            found.append(missed)
    return found


def about_a_need(need, organisation, settings) -> list[dict]:
    due = need["raised_on"] + dt.timedelta(days=settings.days)
    in_time = need["settled_on"] is not None and need["settled_on"] <= due
    settled = need["confirmed"] if in_time else False
    still_open = need["settled_on"] is None or need["confirmed"] is False
    recent = need["raised_on"] >= first_day(settings)
    # Not due, and not counted, is what its time still runs for; settled in time counts at once.
    counts_now = recent and (due <= today(settings) or settled is not False)
    reason = "open" if still_open and due <= today(settings) else None
    if settled is None and counts_now:
        reason = "not_confirmed"
    facts_ = [fact("settled", need["need_id"], organisation, settled, counts_now, reason)]
    facts_.append(fact("days_until_settled", need["need_id"], organisation, not still_open, recent))
    # A need of no known kind may be of any.
    for kind in KINDS if need["kind"] is None else [need["kind"]]:
        counts_here = None if counts_now and need["kind"] is None else counts_now
        facts_.append(fact("settled_by_kind", need["need_id"], organisation, settled, counts_here, group=kind))
    return facts_


def asked(cadre_id, organisation, moved_on, record, settings) -> dict:
    """Asked by the end of the days for it, or before the move; a move without a record is not known about."""
    due = moved_on + dt.timedelta(days=settings.asked_days)
    if record is None:
        over = due <= today(settings)
        return fact("asked", cadre_id, organisation, None, over, "not_recorded" if over else None)
    in_time = record["asked_on"] is not None and record["asked_on"] <= due
    over = due <= today(settings) or in_time
    return fact("asked", cadre_id, organisation, in_time, over, "not_asked" if over and not in_time else None)
