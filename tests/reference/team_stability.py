"""`team_stability` once more, one team at a time, from the wording.

At least a third of a county's Party team and of its government team are local. No team fills with newcomers at once, none
sees mass coming and going, except in a year in which the term changed.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

from reference import places
from reference.plain import (
    FOREVER,
    by,
    either,
    fact,
    first_day,
    postings,
    rows,
    stays,
    today,
)

OWN_PLACES = {
    "birth": ["birth_place_code"],
    "upbringing": ["upbringing_place_code"],
    "birth_or_upbringing": ["birth_place_code", "upbringing_place_code"],
    "native": ["native_place_code"],
}


def facts(dataset, settings) -> list[dict]:
    found = of_teams(dataset, settings)
    for organisation in {row["organisation_id"] for row in found}:
        for team in ("party", "government"):
            members = [
                row
                for row in found
                if (row["measure"], row["organisation_id"], row["group"]) == ("locals", organisation, team)
                and row["eligible"] is True
                and row["hit"] is not None
            ]
            wanted = math.ceil(Fraction(settings.min_share_locals).limit_denominator(10000) * len(members))
            if sum(row["hit"] for row in members) < wanted:
                found.append(fact("locals", f"{organisation} {team}", organisation, None, False, "few_locals", team))
    return found


def of_teams(dataset, settings) -> list[dict]:
    careers = postings(dataset)
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    teams: dict[tuple, list[dict]] = {}
    found = []
    for cadre_id, career in careers.items():
        seated = [row for row in career if row["of_post"]["team"] is not None]
        for stay in stays(seated, team_of, settings.max_gap_days):
            teams.setdefault(stay["key"], []).append(stay)
            if stay["key"][1] in ("party", "government") and stay["end"] > today(settings):
                found.append(member(cadres[cadre_id], stay, settings))
        found += left(cadre_id, seated, settings)
    for key, members in teams.items():
        found += team_facts(key, members, rows(dataset, "terms"), settings)
    return found


def team_of(row: dict) -> tuple[str, str, str]:
    team = row["of_post"]["team"]
    return row["organisation_id"], team, row["unit"] if team in ("department", "township") else ""


def asked(row: dict, settings) -> bool | None:
    level = row["of_organisation"]["level"]
    return None if level is None else level == settings.level


def member(cadre: dict, stay: dict, settings) -> dict:
    last = stay["postings"][-1]
    local = either(
        *(
            places.same_place(cadre[own], last["place_code"], last["start"].year, settings.level)
            for own in OWN_PLACES[settings.basis]
        )
    )
    organisation, team, _seat = stay["key"]
    return fact("locals", cadre["cadre_id"], organisation, local, asked(last, settings), None, team)


def left(cadre_id: str, seated: list[dict], settings) -> list[dict]:
    """Once for each organisation: whether a post held as the period began has been left since."""
    eve = first_day(settings) - dt.timedelta(days=1)
    answers: dict[str, list] = {}
    chiefly = [row for row in seated if row["of_post"]["team"] in ("party", "government")]
    for stay in stays(chiefly, lambda row: (team_of(row), row["post"]), settings.max_gap_days):
        if stay["start"] <= eve < stay["end"]:
            answers.setdefault(stay["key"][0][0], []).append((stay["end"] <= today(settings), stay["postings"][-1]))
    return [
        fact("pull", cadre_id, organisation, any(gone for gone, _row in held), asked(held[0][1], settings))
        for organisation, held in answers.items()
    ]


def team_facts(key: tuple, members: list[dict], terms: list[dict], settings) -> list[dict]:
    organisation, team, seat = key
    first, last = first_day(settings), today(settings)
    now = [stay for stay in members if stay["end"] > last]
    before = [stay for stay in members if stay["start"] < first <= stay["end"]]
    came = [stay for stay in members if stay["start"] >= first]
    went = [stay for stay in members if first <= stay["end"] <= last]
    new = [stay for stay in came if stay["end"] == FOREVER or stay["end"] > last]
    own = [row["changed_on"] for row in terms if row["organisation_id"] == organisation]
    changed = None if not own else any(first <= day <= last for day in own)
    judged = False if max(len(now), len(before)) < settings.min_members else None if changed is None else not changed
    subject = seat or f"{organisation} {team}"
    found = []
    for measure, count, limit, code in (
        ("newcomers", len(new), settings.max_share_new, "many_new"),
        ("turnover", len(came) + len(went), settings.max_turnover, "mass_turnover"),
    ):
        over = count > Fraction(str(limit)) * len(now)
        found.append(fact(measure, subject, organisation, over, judged, code if over and judged else None))
    return found
