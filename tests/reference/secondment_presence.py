"""`secondment_presence` once more, one secondment at a time, from the wording.

Each secondee is present on nine tenths of the days due, leave taken out; a day without a record may have been due or not, spent
there or not. Each has a real task, and none is over before six months.
"""

from __future__ import annotations

from reference.plain import fact, plus_months, rows, tomorrow
from reference.secondments import secondments


def facts(dataset, settings) -> list[dict]:
    sheets = {}
    for row in rows(dataset, "attendance"):
        sheets.setdefault(row["secondment_id"], []).append(row)
    first = plus_months(tomorrow(settings), -settings.window_months)
    found = []
    for away in secondments(dataset):
        if away["ended_on"] is not None and away["ended_on"] <= first:
            continue
        until = away["ended_on"] or tomorrow(settings)
        answers = {
            "present": present(away, until, sheets.get(away["secondment_id"], []), settings),
            "real_task": real_task(away),
            "too_short": too_short(away, until, settings),
        }
        for measure, (hit, eligible, reason) in answers.items():
            if eligible is not False:
                if not away["recorded"] and measure != "too_short":
                    reason = "not_recorded"
                found.append(fact(measure, away["cadre_id"], away["managed_by"], hit, eligible, reason))
    return found


def present(away, until, sheet, settings):
    due = there = known_days = 0
    seen, twice = None, False
    for row in sorted(sheet, key=lambda row: row["start"]):
        if row["start"] >= until:
            continue
        twice = twice or (seen is not None and row["start"] < seen)
        end = row["end"]
        seen = max(filter(None, (seen, end or tomorrow(settings).replace(year=9000))))
        days = row["working_days"], row["leave_days"], row["present_days"]
        if end is None or None in days or row["start"] < away["start"] or end > until:
            continue
        due_here = max(row["working_days"] - row["leave_days"], 0)
        due, there = due + due_here, there + min(row["present_days"], due_here)
        known_days += (end - row["start"]).days
    unknown = max((until - away["start"]).days - known_days, 0)
    if due + unknown < settings.min_days:
        return None, False, None
    eligible = True if due >= settings.min_days else None
    lowest, highest = there / (due + unknown), (there + unknown) / (due + unknown)
    hit = (
        True if lowest >= settings.min_presence - 1e-12 else False if highest < settings.min_presence - 1e-12 else None
    )
    if twice:
        hit = None
    if hit is None or eligible is None:
        return hit, eligible, "presence_unknown"
    return hit, eligible, None if hit else "below_presence"


def real_task(away):
    if away["task"] is None:
        return None, True, "task_unknown"
    return (False, True, "no_real_task") if away["task"] in ("adviser", "no_task") else (True, True, None)


def too_short(away, until, settings):
    short = until < plus_months(away["start"], settings.min_months)
    if short and away["ended_on"] is None:
        return None, False, None
    return short, True, "too_short" if short else None
