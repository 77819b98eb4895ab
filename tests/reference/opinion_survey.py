"""`opinion_survey` once more: sheet by sheet, answer by answer, cadre by cadre, with Newcombe's interval written out."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict

from reference.decision_procedure import span
from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    first_day,
    plus_months,
    postings,
    rows,
    same,
    tomorrow,
)

Z = 1.959963984540054


def facts(dataset, settings) -> list[dict]:
    waves = [dict(wave, recent=recent(wave, "asked_on", settings)) for wave in rows(dataset, "surveys")]
    waves = [wave for wave in waves if wave["recent"] is not False and wave["closed_on"] is not None]
    answers = comparable(waves, rows(dataset, "survey_answers"))
    return [
        *sheets(waves),
        *satisfaction(answers, settings),
        *complaints(dataset, waves, settings),
        *worse(answers, settings),
        *first_choices(dataset, settings),
    ]


def recent(row, column, settings) -> bool | None:
    first, last = span(row, column)
    return True if first >= first_day(settings) else None if last >= first_day(settings) else False


def sheets(waves) -> list[dict]:
    found = []
    for wave in waves:
        asked, returned = wave["invited"], wave["returned"]
        if asked is None:
            same_place = [other for other in waves if other["organisation_id"] == wave["organisation_id"]]
            asked, returned = max([1, *(other["invited"] or 0 for other in same_place)]), None
        if returned is not None and returned > asked:
            returned = None
        for number in range(asked):
            hit = None if returned is None else number < returned
            about = (wave["wave_id"], wave["organisation_id"], hit, wave["recent"])
            found.append(fact("response_rate", *about, group=wave["respondents"]))
    return found


def comparable(waves, answers) -> list[tuple[dict, dict]]:
    """Each answer with its wave, in surveys that asked the same kind of people before and after."""
    asked = defaultdict(set)
    for wave in waves:
        asked[survey(wave)].add(wave["wave"])
    usable = by([wave for wave in waves if len(asked[survey(wave)]) == 2], "wave_id")
    return [(answer, usable[answer["wave_id"]]) for answer in answers if answer["wave_id"] in usable]


def survey(wave) -> tuple:
    return wave["organisation_id"], wave["survey"], wave["respondents"]


def good(answer, settings) -> bool | None:
    return None if answer["answer"] is None else bool(answer["answer"] >= settings.satisfied_from)


def satisfaction(answers, settings) -> list[dict]:
    return [
        fact(
            "satisfaction_change", answer["answer_id"], wave["organisation_id"], good(answer, settings), wave["recent"]
        )
        for answer, wave in answers
        if wave["respondents"] == "public" and answer["question"] == "satisfaction"
    ]


# --- complaints -----------------------------------------------------------------------------------


def complaints(dataset, waves, settings) -> list[dict]:
    days, found = defaultdict(list), []
    for wave in waves:
        if wave["recent"] and wave["exchanged_on"] is not None:
            days[wave["organisation_id"]].append(wave["exchanged_on"])
    entries, careers = rows(dataset, "supervision"), postings(dataset, substantive=False)
    for cadre in rows(dataset, "cadres"):
        organisation = cadre["organisation_id"]
        if organisation not in days or cadre["cadre_id"] not in careers:
            continue
        day = max(days[organisation])
        first, until = (plus_months(day, months) for months in (-settings.complaint_months, settings.complaint_months))
        if until > tomorrow(settings):
            continue
        begun = min(row["start"] for row in careers[cadre["cadre_id"]])
        for start, end in ((first, day), (day, until)):
            if begun > start or (cadre["left_on"] or FOREVER) < end:
                continue
            answers = [
                both(same(entry["kind"], "complaint"), inside(entry, start, end))
                for entry in entries
                if entry["cadre_id"] == cadre["cadre_id"]
            ]
            found.append(fact("complaints_change", cadre["cadre_id"], organisation, either(*answers)))
    return found


def inside(entry, start: dt.date, end: dt.date) -> bool | None:
    first, last = span(entry, "happened_on")
    not_before = True if first >= start else None if last >= start else False
    not_after = True if last < end else None if first < end else False
    return both(not_before, not_after)


# --- questions ------------------------------------------------------------------------------------


def worse(answers, settings) -> list[dict]:
    groups = defaultdict(lambda: {"before": [], "after": []})
    for answer, wave in answers:
        if wave["recent"]:
            key = (wave["organisation_id"], wave["unit_id"], wave["respondents"], answer["question"])
            groups[key][wave["wave"]].append(good(answer, settings))
    found = []
    for (organisation, unit, respondents, question), sides in groups.items():
        before, after = sides["before"], sides["after"]
        eligible = all(sum(answer is not None for answer in side) >= settings.min_answers for side in (before, after))
        known = [[answer for answer in side if answer is not None] for side in (before, after)]
        hit = fell(*known)
        ends = [
            fell([filled(answer, not up) for answer in before], [filled(answer, up) for answer in after])
            for up in (False, True)
        ]
        hit = None if ends[0] != ends[1] else hit
        subject = f"{unit or organisation}/{respondents}/{question}"
        found.append(fact("got_worse", subject, organisation, hit, eligible, "got_worse" if hit and eligible else None))
    return found


def filled(answer: bool | None, instead: bool) -> bool:
    return instead if answer is None else answer


def fell(before: list[bool], after: list[bool]) -> bool:
    """Whether the whole of Newcombe's interval of the change lies below nought."""
    if not before or not after:
        return False
    (old, old_low, _), (new, _, new_high) = wilson(before), wilson(after)
    return new - old + math.sqrt((new_high - new) ** 2 + (old - old_low) ** 2) < 0


def wilson(answers: list[bool]) -> tuple[float, float, float]:
    n, share = len(answers), sum(answers) / len(answers)
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return share, middle - reach, middle + reach


# --- choices --------------------------------------------------------------------------------------


def first_choices(dataset, settings) -> list[dict]:
    offers, cadres, people = by(rows(dataset, "posts_offered"), "offer_id"), by(rows(dataset, "cadres"), "cadre_id"), {}
    for row in rows(dataset, "preferences"):
        offer = offers.get(row["offer_id"])
        if row["cadre_rank"] is not None and offer is not None:
            in_time = recent(offer, "offered_on", settings)
            if in_time is not False:
                people.setdefault((row["cadre_id"], offer["exchange_id"]), []).append((row, offer, in_time))
    found = []
    for (cadre_id, _exchange), choices in people.items():
        first = [(row, offer) for row, offer, _in_time in choices if row["cadre_rank"] == 1]
        met = any(row["assigned_on"] is not None for row, _offer in first) if first else None
        settled = not first or any(offer["decided_on"] is not None for _row, offer in first)
        organisation = cadres[cadre_id]["organisation_id"]
        found.append(fact("first_choice_met", cadre_id, organisation, met, both(choices[0][2], settled)))
    return found
