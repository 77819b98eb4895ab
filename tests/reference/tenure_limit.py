"""`tenure_limit` once more, one cadre at a time.

Leaders at or over ten years in one post, members at or over ten years running in the Party and government teams of one
place, holders past two terms in one post, moves before the shortest useful stay; and, as context, other cadres over ten
years in a post and mid-level cadres over ten years in a department.
"""

from __future__ import annotations

from reference import places
from reference.plain import (
    FOREVER,
    anniversary,
    fact,
    first_day,
    full_years,
    moves,
    plus_months,
    postings,
    stays,
    today,
    tomorrow,
)

TEAMS = ("party", "government")
CHIEFS = ("discipline_head", "chief_judge", "chief_prosecutor")
BELOW_THE_COUNTY = ("township", "subdistrict", "institution", "enterprise")
MIDDLE = ("division_head", "division_deputy")


def facts(dataset, settings) -> list[dict]:
    found = []
    for cadre_id, career in postings(dataset).items():
        found += posts_and_units(cadre_id, career, settings)
        found += teams(cadre_id, career, settings)
    return found + early(dataset, settings)


def running(career, key, settings) -> dict[str, dict]:
    """By organisation: the stay that still runs; a leading post before another, then the longest."""
    chosen = {}
    for stay in stays(career, key, settings.max_gap_days):
        if stay["end"] != FOREVER:
            continue
        last = stay["postings"][-1]
        candidate = {"since": stay["start"], "last": last, "order": (not last["of_post"]["leading"], stay["start"])}
        organisation = last["organisation_id"]
        if organisation not in chosen or candidate["order"] < chosen[organisation]["order"]:
            chosen[organisation] = candidate
    return chosen


def deciding(found: list[tuple], limit, settings) -> dict[str, tuple]:
    """By organisation: of stays and whether each counts (None: perhaps) one over the limit, then a sure one, then the longest."""
    chosen = {}
    for stay, counts in found:
        within = counts is False or full_years(stay["start"], today(settings)) < limit
        order = (within, counts is not True, stay["start"])
        organisation = stay["postings"][-1]["organisation_id"]
        if organisation not in chosen or order < chosen[organisation][0]:
            chosen[organisation] = (order, stay, counts)
    return {organisation: (stay["start"], counts) for organisation, (_order, stay, counts) in chosen.items()}


def covered_by_terms(posting) -> bool | None:
    post, unit_kind = posting["of_post"], posting["of_unit"]["kind"]
    if post["team"] in TEAMS or (post["kind"] in CHIEFS and unit_kind not in BELOW_THE_COUNTY):
        return True
    may_be_chief = unit_kind in (None, "party", "supervision", "court", "procuratorate")
    return None if post["kind"] is None and post["leading"] is not False and may_be_chief else False


def over_or_due(since, limit, settings, where) -> str | None:
    if full_years(since, today(settings)) >= limit:
        return f"over_{where}"
    due = anniversary(since, limit) <= plus_months(tomorrow(settings), settings.notice_months)
    return f"due_{where}" if due else None


def posts_and_units(cadre_id, career, settings) -> list[dict]:
    found, limit = [], settings.max_years_in_post
    for organisation, stay in running(career, lambda row: row["post"], settings).items():
        post = stay["last"]["of_post"]
        over = full_years(stay["since"], today(settings)) >= limit
        other = None if post["leading"] is None else not post["leading"]
        found.append(fact("other_over", cadre_id, organisation, over, other))
    still = [one for one in stays(career, lambda row: row["post"], settings.max_gap_days) if one["end"] == FOREVER]
    by_leading = [(one, one["postings"][-1]["of_post"]["leading"]) for one in still]
    for organisation, (since, leading) in deciding(by_leading, limit, settings).items():
        over = full_years(since, today(settings)) >= limit
        reason = over_or_due(since, limit, settings, "in_post") if leading is not False else None
        found.append(fact("years_in_post", cadre_id, organisation, over, leading, reason))
    two_terms = settings.term_years * settings.max_terms
    by_terms = [(one, covered_by_terms(one["postings"][-1])) for one in still]
    by_terms = [(one, covered) for one, covered in by_terms if covered is not False]
    levels = {row["organisation_id"]: row["of_organisation"]["level"] for row in career}
    for organisation, (since, covered) in deciding(by_terms, two_terms, settings).items():
        third = full_years(since, today(settings)) >= two_terms
        eligible = None if levels[organisation] is None else covered
        found.append(fact("third_term", cadre_id, organisation, third, eligible, "third_term" if third else None))
    for organisation, stay in running(career, lambda row: row["department"], settings).items():
        kind = stay["last"]["of_post"]["kind"]
        over = full_years(stay["since"], today(settings)) >= limit
        found.append(fact("mid_level_in_unit", cadre_id, organisation, over, None if kind is None else kind in MIDDLE))
    return found


def teams(cadre_id, career, settings) -> list[dict]:
    """The teams of one organisation are in one place; a place that is not known may be any."""
    limit, found = settings.max_years_in_team, []
    members = [row for row in career if row["of_post"]["team"] in TEAMS]

    def place(row):
        level = row["of_organisation"]["level"] or "county"
        return places.at_level(row["place_code"], today(settings).year, level)

    def place_or_organisation(row):
        return place(row) or f"organisation {row['organisation_id']}"

    unknown_place = any(place(row) is None for row in members)
    whole = [stay["since"] for stay in running(members, lambda _row: "anywhere", settings).values()]
    for organisation, stay in running(members, place_or_organisation, settings).items():
        hit = full_years(stay["since"], today(settings)) >= limit
        reason = over_or_due(stay["since"], limit, settings, "in_team")
        if not hit and unknown_place and full_years(min(whole), today(settings)) >= limit:
            hit, reason = None, "place_unknown"
        found.append(fact("years_in_team", cadre_id, organisation, hit, True, reason))
    return found


def early(dataset, settings) -> list[dict]:
    found = []
    for move in moves(dataset, settings.max_gap_days):
        if move["demotion"] or move["moved_on"] < first_day(settings):
            continue
        # The stay was over when the post was left, should there be a pause before the next.
        left_on = min(move["moved_on"], move["from_end"])
        early = left_on < anniversary(move["from_start"], settings.min_years_in_post)
        reason = "moved_early" if early else None
        found.append(fact("moved_early", move["cadre_id"], move["managed_by"], early, True, reason))
    return found
