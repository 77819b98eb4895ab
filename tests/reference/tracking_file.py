"""`tracking_file` once more, one move at a time, from the wording.

Within twelve months of a move, the time of the exchange, study and work, changes of post and performance are in a file. The
twelve months end with the day before the anniversary. A date known by its month may be any day of it.
"""

from __future__ import annotations

import datetime as dt

from reference.decision_procedure import by_then, end_of, span
from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    first_day,
    moves,
    plus_months,
    postings,
    rows,
    stays,
    tomorrow,
)

PARTS = ("exchange", "study", "changes", "performance")


def facts(dataset, settings) -> list[dict]:
    cadres, files, careers = by(rows(dataset, "cadres"), "cadre_id"), rows(dataset, "tracking_files"), postings(dataset)
    found = []
    for move in moves(dataset, settings.max_gap_days):
        if move["demotion"] or move["moved_on"] < first_day(settings):
            continue
        own = [row for row in files if row["cadre_id"] == move["cadre_id"]]
        stay = names_of_the_stay(move, careers[move["cadre_id"]], settings)
        found += about(
            move,
            [row for row in own if row["posting_id"] in stay],
            any(row["posting_id"] is None for row in own),
            cadres[move["cadre_id"]],
            settings,
        )
    return found


def names_of_the_stay(move, career, settings) -> set[str]:
    """The postings to the post moved to that follow one another without a break."""
    held = stays(career, lambda row: row["post"], settings.max_gap_days)
    stay = next(item for item in held if move["to"] in item["postings"])
    return {row["posting_id"] for row in stay["postings"]}


def about(move, files, loose, cadre, settings) -> list[dict]:
    start = (move["moved_on"], end_of(move["moved_on"], move["to"]["start_is_month"]))
    over = [plus_months(day, settings.file_months) for day in start]
    last_day = tuple(day - dt.timedelta(days=1) for day in over)
    states = {part: part_state(files, part, start, last_day, loose) for part in PARTS}
    complete = both(*states.values())
    due = over[1] <= tomorrow(settings) and (cadre["left_on"] or FOREVER) >= over[1]
    eligible = due or complete is True
    reason = why(files, start, complete, loose) if eligible else None
    cadre_id, organisation = move["cadre_id"], move["managed_by"]
    found = [fact("complete", cadre_id, organisation, complete, eligible, reason)]
    for part, state in states.items():
        found.append(fact("part_in_time", cadre_id, organisation, state, eligible, None, part))
    return found


def part_state(files, part, start, last_day, loose) -> bool | None:
    answers = []
    for row in files:
        recorded = span(row, f"{part}_recorded_on")
        if recorded is None:
            continue
        answer = by_then(recorded, last_day)
        answers.append(both(answer, by_then(start, recorded)) if part == "performance" else answer)
    state = either(*answers) if answers else False
    return None if state is False and loose else state


def why(files, start, complete, loose) -> str | None:
    if complete is True:
        return None
    if complete is None:
        return "file_of_no_move" if loose else "in_time_unknown"
    if not files:
        return "no_file"
    if any(all(row[f"{part}_recorded_on"] is None for row in files) for part in PARTS):
        return "part_missing"
    after = [by_then(start, span(row, "performance_recorded_on")) for row in files if row["performance_recorded_on"]]
    return "too_early" if False in after else "part_late"
