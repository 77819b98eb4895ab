"""`reserve_pool` once more: each leading post with who stands behind it, each rise with the lists before it, each reserve cadre."""

from __future__ import annotations

from reference import hidden as small
from reference.plain import (
    above,
    both,
    by,
    either,
    fact,
    first_ancestor,
    first_day,
    full_years,
    months_of,
    moves,
    opposite,
    plus_months,
    postings,
    rows,
    today,
)


def hidden(dataset, settings) -> set[tuple[str, str, str]]:
    found = set()
    for organisation in dataset.organisations():
        answers = [row["hit"] for row in young(dataset, settings) if row["organisation_id"] == organisation]
        if any(answer is not None for answer in answers) and small.alone(answers, settings):
            found.add((organisation, "young", ""))
    return found


def facts(dataset, settings) -> list[dict]:
    return benches(dataset, settings) + rises(dataset, settings) + young(dataset, settings)


def serving(dataset, settings) -> dict[str, dict]:
    """The cadres whose work has begun and who have not left."""
    begun = {row["cadre_id"] for row in rows(dataset, "postings") if row["start"] <= today(settings)}
    return {
        row["cadre_id"]: row
        for row in rows(dataset, "cadres")
        if row["cadre_id"] in begun and not (row["left_on"] is not None and row["left_on"] <= today(settings))
    }


def standing(dataset, settings) -> list[dict]:
    people = serving(dataset, settings)
    return [
        row
        for row in rows(dataset, "reserve")
        if row["cadre_id"] in people
        and row["listed_on"] <= today(settings)
        and not (row["removed_on"] is not None and row["removed_on"] <= today(settings))
    ]


def benches(dataset, settings) -> list[dict]:
    posts, units = by(rows(dataset, "posts"), "post_id"), by(rows(dataset, "units"), "unit_id")
    earlier = {name: post["predecessor_post_id"] for name, post in posts.items()}
    held = {
        (row["cadre_id"], row["post"])
        for career in postings(dataset).values()
        for row in career
        if row["start"] <= today(settings) and not (row["end"] is not None and row["end"] <= today(settings))
    }
    found = []
    for name, post in posts.items():
        over = post["valid_to"] is not None and post["valid_to"] <= today(settings)
        not_yet = post["valid_from"] is not None and post["valid_from"] > today(settings)
        if post["leading"] is False or over or not_yet or name in earlier.values():
            continue
        root = first_ancestor(name, earlier)
        sure, perhaps = set(), set()
        for row in standing_once(dataset, settings):
            if row["for_post_id"] is None or first_ancestor(row["for_post_id"], earlier) != root:
                continue
            if (row["cadre_id"], root) in held or row["ready"] is False:
                continue
            perhaps.add(row["cadre_id"])
            if row["ready"]:
                sure.add(row["cadre_id"])
        enough = True if len(sure) >= settings.bench else None if len(perhaps) >= settings.bench else False
        reason = "no_bench" if post["leading"] and not perhaps else None
        found.append(fact("bench", name, units[post["unit_id"]]["organisation_id"], enough, post["leading"], reason))
    return found


_CACHE: dict = {}


def standing_once(dataset, settings) -> list[dict]:
    """The same list, not made anew for every post."""
    key = (id(dataset), today(settings))
    if key not in _CACHE:
        _CACHE.clear()
        _CACHE[key] = (dataset, standing(dataset, settings))
    return _CACHE[key][1]


def rises(dataset, settings) -> list[dict]:
    found, entries = [], rows(dataset, "reserve")
    for move in moves(dataset):
        left, taken = move["from"]["of_post"], move["to"]["of_post"]
        higher = above(move["rank_step"], 0)
        appointed = both(taken["leading"], either(higher, opposite(left["leading"])))
        outside = bool(move["to"]["of_organisation"]["external"])
        if move["moved_on"] < first_day(settings) or move["demotion"] or outside or appointed is False:
            continue
        own = [row for row in entries if row["cadre_id"] == move["cadre_id"]]
        stood = [stood_until(row, move["moved_on"]) for row in own]
        long_ = [
            both(answer, plus_months(row["listed_on"], settings.lead_months) <= move["moved_on"])
            for row, answer in zip(own, stood, strict=True)
        ]
        on_list, in_time = (either(*answers) if answers else False for answers in (stood, long_))
        reason = None
        if in_time is False and appointed and on_list is not None:
            reason = "listed_late" if on_list else "not_listed"
        found.append(fact("from_list", move["cadre_id"], move["managed_by"], in_time, appointed, reason))
    return found


def stood_until(row, day) -> bool | None:
    """Whether an entry made before the day still stood on it; unknown where it ended some time in the same month."""
    if row["listed_on"] >= day:
        return False
    if row["removed_on"] is None or row["removed_on"] >= day:
        return True
    return None if row["removed_on_is_month"] and months_of(row["removed_on"]) == months_of(day) else False


def young(dataset, settings) -> list[dict]:
    people, found = serving(dataset, settings), []
    for cadre_id in dict.fromkeys(row["cadre_id"] for row in standing(dataset, settings)):
        born = people[cadre_id]["birth_date"]
        is_young = None if born is None else full_years(born, today(settings)) < settings.young_age
        found.append(fact("young", cadre_id, people[cadre_id]["organisation_id"], is_young))
    return found
