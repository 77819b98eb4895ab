"""`fair_direction` once more, one move and one career at a time, from the wording.

People move toward harder units as readily as toward easier ones, reserve and young cadres to hard places, nobody as a favour.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reference.plain import (
    anniversary,
    by,
    difference,
    either,
    fact,
    first_ancestor,
    first_day,
    moves,
    rows,
)


def facts(dataset, settings) -> list[dict]:
    cadres, decisions = by(rows(dataset, "cadres"), "cadre_id"), by(rows(dataset, "decisions"), "decision_id")
    lists = defaultdict(list)
    for entry in rows(dataset, "reserve"):
        lists[entry["cadre_id"]].append(entry)
    careers, found, reached = defaultdict(list), [], set()
    for move in moves(dataset, settings.max_gap_days):
        if move["demotion"]:
            continue
        cadre_id, organisation = move["cadre_id"], move["managed_by"]
        careers[cadre_id, organisation].append(move)
        if move["moved_on"] < first_day(settings):
            continue
        reached.add(move["to"]["department"])
        step = step_of(move)
        directed = None if step is None else step != 0
        found.append(fact("direction", cadre_id, organisation, directed, directed))
        young = is_young(cadres[cadre_id], move["moved_on"], settings)
        junior = either(was_listed(lists[cadre_id], move["moved_on"]), young)
        found.append(fact("young_to_hard", cadre_id, organisation, is_hard(move["to"], settings), junior))
        decision = decisions.get(move["to"]["decision_id"], {})
        mark = decision["favour"] if decision.get("cadre_id") == cadre_id else None
        found.append(fact("favours", cadre_id, organisation, mark, True, "favour" if mark else None))
    for (cadre_id, organisation), career in careers.items():
        if any(move["moved_on"] >= first_day(settings) for move in career):
            found.append(one_way(cadre_id, organisation, career, settings))
    return found + units(dataset, reached, settings)


def step_of(move) -> int | None:
    return difference(move["from"]["of_unit"]["hardship"], move["to"]["of_unit"]["hardship"])


def was_listed(entries: list[dict], day: dt.date) -> bool:
    return any(
        entry["listed_on"] < day and (entry["removed_on"] is None or entry["removed_on"] >= day) for entry in entries
    )


def is_young(cadre: dict, day: dt.date, settings) -> bool | None:
    born = cadre["birth_date"]
    return None if born is None else day < anniversary(born, settings.young_age)


def is_hard(posting: dict, settings) -> bool | None:
    hardship = posting["of_unit"]["hardship"]
    return either(None if hardship is None else hardship >= settings.min_hardship, posting["of_post"]["urgent"])


def one_way(cadre_id, organisation, career, settings) -> dict:
    steps = [step_of(move) for move in career]
    easier = sum(step is not None and step < 0 for step in steps)
    harder = sum(step is not None and step > 0 for step in steps)
    unknown = steps.count(None)
    if easier + harder >= settings.least_moves:
        enough = True
    else:
        enough = None if easier + harder + unknown >= settings.least_moves else False
    only = False if harder else None if unknown else True
    return fact("one_way", cadre_id, organisation, only, enough, "only_easier" if only and enough else None)


def units(dataset, reached, settings) -> list[dict]:
    table = rows(dataset, "units")
    earlier = {row["unit_id"]: row["predecessor_unit_id"] for row in table}
    found = []
    for row in table:
        if row["parent_unit_id"] is not None or row["unit_id"] in earlier.values():
            continue
        hard = None if row["hardship"] is None else row["hardship"] >= settings.min_hardship
        nobody = first_ancestor(row["unit_id"], earlier) not in reached
        reason = "never_reached" if hard and nobody else None
        found.append(fact("hard_units", row["unit_id"], row["organisation_id"], nobody, hard, reason))
    return found
