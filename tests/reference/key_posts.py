"""`key_posts` once more, one cadre and one stay at a time.

Who holds the county's chief posts from elsewhere; whether holders of key posts moved in the last months or are within the
limit; and whether whoever first rose into a county's Party or government team rose in another place.
"""

from __future__ import annotations

from reference import places
from reference.plain import (
    FOREVER,
    RANKS,
    either,
    fact,
    full_years,
    moves,
    opposite,
    plus_months,
    postings,
    stays,
    step,
    today,
    tomorrow,
)

BESIDE_GUIZHOU = (
    *("party_secretary", "government_head", "discipline_head", "organisation_head", "political_legal_head"),
    "police_head",
)
HEADS = (*BESIDE_GUIZHOU, "chief_judge", "chief_prosecutor", "congress_head", "consultative_head", "unit_head")


def facts(dataset, settings) -> list[dict]:
    found = []
    left = {}
    for move in moves(dataset, settings.max_gap_days):
        left[move["to"]["posting_id"]] = move
    for cadre_id, career in postings(dataset).items():
        held = stays(career, lambda row: row["post"], settings.max_gap_days)
        found += chiefs(cadre_id, held, left)
        found += holders(cadre_id, held, left, settings)
        found += promotions(cadre_id, held, left, settings)
    return found


def elsewhere(stay, left) -> bool | None:
    first, last = stay["postings"][0], stay["postings"][-1]
    level = last["of_organisation"]["level"]
    origin = first["from_place_code"]
    if origin is None and first["posting_id"] in left:
        origin = left[first["posting_id"]]["from"]["place_code"]
    if level is None:
        return None
    return opposite(places.same_place(origin, first["place_code"], stay["start"].year, level))


def chiefs(cadre_id, held, left) -> list[dict]:
    found = []
    for stay in held:
        last = stay["postings"][-1]
        kind, level = last["of_post"]["kind"], last["of_organisation"]["level"]
        if stay["end"] != FOREVER or kind not in BESIDE_GUIZHOU:
            continue
        if last["of_unit"]["kind"] in ("township", "subdistrict", "institution", "enterprise"):
            continue
        hit = elsewhere(stay, left)
        groups = {kind: True}
        if kind == "government_head" and level is None:
            groups = {"government_head": None, "county_head": None}
        elif kind == "government_head" and level == "county":
            groups = {"county_head": True}
        for group, eligible in groups.items():
            found.append(fact("from_elsewhere", cadre_id, last["organisation_id"], hit, eligible, None, group))
    return found


def key_post(posting) -> bool | None:
    post, power = posting["of_post"], posting["of_unit"]["power"]
    head = None if post["kind"] is None else post["kind"] in HEADS
    powerful = None if power is None else power != "none"
    over = True if post["leading"] and powerful else None
    if post["leading"] is False or powerful is False:
        over = False
    return either(head, over)


def holders(cadre_id, held, left, settings) -> list[dict]:
    """By organisation: a key post still held before one that was left; a sure one before another; the longest."""
    candidates = []
    since_when = plus_months(tomorrow(settings), -settings.window_months)
    for stay in held:
        last = stay["postings"][-1]
        if stay["end"] == FOREVER:
            within = full_years(stay["start"], today(settings)) < settings.max_years_in_key_post
            candidates.append((last, stay["start"], False, within))
        first = stay["postings"][0]
        move = left.get(first["posting_id"])
        if move is None or move["demotion"] or stay["start"] < since_when:
            continue
        origin = next(one for one in held if one["start"] == move["from_start"] and move["from"] in one["postings"])
        if origin["end"] != FOREVER:
            candidates.append((move["from"], origin["start"], True, True))
    chosen = {}
    for posting, since, gone, hit in candidates:
        key = key_post(posting)
        if key is False:
            continue
        order = (gone, key is None, since, posting["post_id"])
        organisation = posting["organisation_id"]
        if organisation not in chosen or order < chosen[organisation][0]:
            chosen[organisation] = (order, key, hit)
    for posting, _since, _gone, hit in candidates:
        organisation = posting["organisation_id"]
        if organisation in chosen and not hit and key_post(posting) is None and chosen[organisation][2]:
            chosen[organisation] = (*chosen[organisation][:2], None)
    return [
        fact("moved_in_time", cadre_id, organisation, hit, key, "over_in_key_post" if key and hit is False else None)
        for organisation, (_order, key, hit) in chosen.items()
    ]


def promotions(cadre_id, held, left, settings) -> list[dict]:
    """The first stay in a county's Party or government team, if it is of the last months and began with a rise."""
    teams = []
    for stay in held:
        last = stay["postings"][-1]
        level = last["of_organisation"]["level"]
        if last["of_post"]["team"] in ("party", "government") and level in ("county", None):
            teams.append((stay, None if level is None else True))
    sure = [stay["start"] for stay, known in teams if known]
    since_when = plus_months(tomorrow(settings), -settings.promotion_months)
    chosen = {}
    for stay, known in teams:
        if stay["start"] < since_when or (sure and stay["start"] > min(sure)):
            continue
        last = stay["postings"][-1]
        came_before = any(other["start"] < stay["start"] for other, _known in teams)
        rise = risen(stay, left)
        eligible = False if rise is False else None if None in (rise, known) or came_before else True
        hit = elsewhere(stay, left)
        reason = {True: None, False: "promoted_at_home", None: "origin_unknown"}[hit] if eligible else None
        order = (eligible is False, eligible is None, stay["start"], last["post_id"])
        organisation = last["organisation_id"]
        if organisation not in chosen or order < chosen[organisation][0]:
            chosen[organisation] = (
                order,
                fact("promoted_elsewhere", cadre_id, organisation, hit, eligible, reason),
            )
    return [row for _order, row in chosen.values()]


def risen(stay, left) -> bool | None:
    first = stay["postings"][0]
    move = left.get(first["posting_id"])
    steps = None
    if move is not None:
        steps = step(RANKS, move["from"]["of_post"]["rank"], first["of_post"]["rank"])
    if steps is not None:
        return steps > 0
    route = first["route"]
    return None if route is None else route == "promoted"
