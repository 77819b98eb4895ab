"""`commute` once more, one cadre at a time, from the wording.

Whoever moved between county and township, and is still there, travels no more than an hour or has a room.
"""

from __future__ import annotations

from reference.plain import by, either, fact, first_day, moves, postings, rows, today
from reference.relocations import about


def facts(dataset, settings) -> list[dict]:
    cadres, careers, latest = by(rows(dataset, "cadres"), "cadre_id"), postings(dataset), {}
    table = rows(dataset, "relocations")
    for move in sorted(moves(dataset), key=lambda move: (move["moved_on"], move["to"]["posting_id"])):
        if move["demotion"] or move["moved_on"] < first_day(settings) or between(move) is False:
            continue
        left = cadres[move["cadre_id"]]["left_on"]
        if left is not None and left <= today(settings):
            continue
        if any(
            one["department"] == move["to"]["department"] and held(one, settings) for one in careers[move["cadre_id"]]
        ):
            latest[move["cadre_id"]] = move
    return [about_a_mover(move, table, settings) for move in latest.values()]


def held(posting: dict, settings) -> bool:
    return posting["start"] <= today(settings) and (posting["end"] is None or posting["end"] > today(settings))


def between(move: dict) -> bool | None:
    kinds = [move[side]["of_unit"]["kind"] for side in ("from", "to")]
    return None if None in kinds else kinds.count("township") == 1


def about_a_mover(move: dict, table: list[dict], settings) -> dict:
    row = about(move, table)
    near = room = None
    if row is not None:
        near = None if row["commute_minutes"] is None else row["commute_minutes"] <= settings.max_minutes
        room = row["lodging_provided"]
    answer, reason = either(near, room), None
    if between(move) and row is None:
        reason = "not_recorded"
    elif between(move) and answer is None:
        reason = "way_unknown"
    elif between(move) and not answer:
        reason = "neither"
    return fact("reachable", move["cadre_id"], move["managed_by"], answer, between(move), reason)
