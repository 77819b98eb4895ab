"""`sensitive_posts` once more, one cadre at a time, from the wording.

Nobody holds a post in law enforcement, personnel or money for five years or more; of those three years in such a post when
the last twelve months began, half were exchanged in them.
"""

from __future__ import annotations

import datetime as dt

from reference.plain import (
    FOREVER,
    by,
    fact,
    first_day,
    full_years,
    postings,
    rows,
    stays,
    today,
)

OUT_OF_SERVICE = ("retired", "resigned", "dismissed", "died")
SURE, PERHAPS, NO = 0, 1, 2


def facts(dataset, settings) -> list[dict]:
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    for cadre_id, career in postings(dataset).items():
        in_post = stays(career, lambda row: row["post"], settings.max_gap_days)
        served = stays(career, lambda row: row[settings.stay_in], settings.max_gap_days)
        found += too_long(cadre_id, served, settings)
        found += exchanged(cadres[cadre_id], served, in_post, settings)
    return found


def handles_people_or_money(stay) -> bool | None:
    power = stay["postings"][-1]["of_unit"]["power"]
    return None if power is None else power in ("people", "money")


def enforces_the_law(stay) -> bool | None:
    return stay["postings"][-1]["of_unit"]["law_enforcement"]


def is_sensitive(stay) -> bool | None:
    answers = (handles_people_or_money(stay), enforces_the_law(stay))
    if True in answers:
        return True
    return None if None in answers else False


def grade(answer: bool | None) -> int:
    return {True: SURE, None: PERHAPS, False: NO}[answer]


def too_long(cadre_id, served, settings) -> list[dict]:
    """One answer an organisation: somebody with several posts there is as late as the latest of them."""
    by_organisation = {}
    for stay in served:
        if stay["end"] == FOREVER:
            by_organisation.setdefault(stay["postings"][-1]["organisation_id"], []).append(stay)
    found = []
    for organisation, running in by_organisation.items():

        def is_over(stay):
            return full_years(stay["start"], today(settings)) >= settings.max_years_sensitive

        late = [stay for stay in running if is_over(stay)]
        if any(is_sensitive(stay) for stay in late):
            eligible, hit, reason = True, True, "held_too_long"
        elif any(is_sensitive(stay) is None for stay in late):
            eligible, hit, reason = None, True, "kind_unknown"
        else:
            best = min(grade(is_sensitive(stay)) for stay in running)
            eligible, hit, reason = {SURE: True, PERHAPS: None, NO: False}[best], False, None
        found.append(fact("held_too_long", cadre_id, organisation, hit, eligible, reason))
    return found


def exchanged(cadre, served, in_post, settings) -> list[dict]:
    first = first_day(settings)
    held = [stay for stay in served if stay["start"] < first <= stay["end"]]
    if not held:
        return []

    def long_enough(stay):
        return full_years(stay["start"], first - dt.timedelta(days=1)) >= settings.eligible_after_years

    def order(stay):
        counts = grade(is_sensitive(stay)) if long_enough(stay) else NO
        return counts, stay["start"], stay["postings"][-1]["post_id"]

    held.sort(key=order)
    stay = held[0]
    enough = long_enough(stay)
    hit = was_exchanged(cadre, stay, served, in_post, first, settings)
    found = []
    for group, belongs in groups(stay, settings).items():
        eligible = belongs if enough else False
        found.append(fact("exchanged", cadre["cadre_id"], cadre["organisation_id"], hit, eligible, None, group))
    return found


def was_exchanged(cadre, left, served, in_post, first, settings) -> bool | None:
    still = any(stay["key"] == left["key"] and stay["end"] == FOREVER for stay in served)
    if not still:
        for stay in in_post:
            begun, earlier = stay["postings"][0], [one for one in in_post if one["start"] < stay["start"]]
            elsewhere = begun[settings.stay_in] != left["key"] and begun["route"] not in ("demoted", "removed_to")
            if stay["start"] >= first and earlier and elsewhere:
                return True
    serves = any(stay["end"] == FOREVER for stay in served)
    ended = cadre["left_on"] is not None and cadre["left_reason"] in OUT_OF_SERVICE
    return False if serves or ended else None


def groups(stay, settings) -> dict[str, bool | None]:
    """Who is in both counts where more is asked."""
    power, law = handles_people_or_money(stay), enforces_the_law(stay)
    if settings.min_share_power >= settings.min_share_law_enforcement:
        return {"power": power, "law_enforcement": both(law, not_(power))}
    return {"power": both(power, not_(law)), "law_enforcement": law}


def both(one, other) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def not_(answer) -> bool | None:
    return None if answer is None else not answer
