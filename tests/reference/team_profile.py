"""`team_profile` once more: one member and one team at a time, today and on the eve of the last change of term."""

from __future__ import annotations

import datetime as dt
import itertools
import math

from reference.plain import both, by, either, fact, full_years, opposite, postings, rows, today

LEVELS = ["primary", "lower_secondary", "upper_secondary", "vocational", "junior_college", "bachelor", "postgraduate"]
CHIEF = ("party", "government")


def facts(dataset, settings) -> list[dict]:
    cadres, degrees, technical = by(rows(dataset, "cadres"), "cadre_id"), {}, set()
    for row in rows(dataset, "studies"):
        if row["kind"] != "status_change":
            degrees.setdefault(row["cadre_id"], []).append(row)
    careers = postings(dataset)
    for cadre_id, career in careers.items():
        if any(row["of_post"]["category"] == "technical" for row in career):
            technical.add(cadre_id)
    day = today(settings)
    changes = {}
    for row in rows(dataset, "terms"):
        if row["changed_on"] <= day:
            changes[row["organisation_id"]] = max(
                row["changed_on"], changes.get(row["organisation_id"], row["changed_on"])
            )
    now = teams_on(careers, lambda _organisation: day)
    eve = {organisation: changed - dt.timedelta(days=1) for organisation, changed in changes.items()}
    then = teams_on(careers, eve.get)
    found = []
    for (organisation, team, _seat), people in now.items():
        if team in CHIEF:
            found += chief_team(organisation, team, people, cadres, degrees, technical, settings)
            found += changes_of(organisation, team, people, day, cadres, degrees, settings)
    for (organisation, team, _seat), people in then.items():
        if team in CHIEF:
            found += changes_of(organisation, team, people, eve[organisation], cadres, degrees, settings)
    return found + without_young(now, cadres, settings)


def hidden(dataset, settings) -> set[tuple[str, str, str]]:
    """Means of few ages, and means that few people tell apart: then the change, or both where neither is one."""
    behind = {}
    cadres, careers = by(rows(dataset, "cadres"), "cadre_id"), postings(dataset)
    changed = {}
    for row in rows(dataset, "terms"):
        if row["changed_on"] <= today(settings):
            changed.setdefault(row["organisation_id"], []).append(row["changed_on"])
    eve = {organisation: max(days) - dt.timedelta(days=1) for organisation, days in changed.items()}
    for side, day_of in (("now", lambda _organisation: today(settings)), ("then", eve.get)):
        for (organisation, team, _seat), people in teams_on(careers, day_of).items():
            known = {name for name in people if cadres[name]["birth_date"] is not None}
            if team in CHIEF and known and organisation in dataset.organisations():
                behind[organisation, "age_change", team, side] = known
                if side == "now":
                    behind[organisation, "mean_age", team, side] = known
    found = {key[:3] for key, people in behind.items() if len(people) < settings.min_cell}
    for one, other in itertools.permutations(behind, 2):
        few = 0 < len(behind[one] - behind[other]) + len(behind[other] - behind[one]) < settings.min_cell
        if one[0] == other[0] and few and (one[1] == "age_change" or other[1] == "mean_age"):
            found.add(one[:3])
    return found


def teams_on(careers, day_of) -> dict[tuple, set[str]]:
    found = {}
    for cadre_id, career in careers.items():
        for row in career:
            team, organisation = row["of_post"]["team"], row["organisation_id"]
            day = day_of(organisation)
            if team is None or day is None:
                continue
            if row["start"] <= day and not (row["end"] is not None and row["end"] <= day):
                seat = row["unit"] if team in ("department", "township") else organisation
                found.setdefault((organisation, team, seat), set()).add(cadre_id)
    return found


def age_on(cadre, day) -> int | None:
    return None if cadre["birth_date"] is None else full_years(cadre["birth_date"], day)


def had_education(cadre, degrees: list[dict], day: dt.date, settings) -> bool | None:
    least = LEVELS.index(settings.least_education)
    now = None if cadre["education"] is None else LEVELS.index(cadre["education"]) >= least
    if day >= today(settings):
        return now
    if now is False:
        return False
    answers, later = [], False
    for degree in degrees:
        high = None if degree["education"] is None else LEVELS.index(degree["education"]) >= least
        by_then = None if degree["end"] is None else degree["end"] <= day
        answers.append(both(high, by_then))
        later = later or (high is True and by_then is False)
    if True in answers:
        return True
    return False if later and None not in answers else None


def chief_team(organisation, team, people, cadres, degrees, technical, settings) -> list[dict]:
    found, special = [], {}
    for cadre_id in people:
        cadre = cadres[cadre_id]
        age = age_on(cadre, today(settings))
        found.append(fact("mean_age", cadre_id, organisation, True if age is not None else None, group=team))
        has = had_education(cadre, degrees.get(cadre_id, []), today(settings), settings)
        found.append(fact("educated", cadre_id, organisation, has, group=team))
        field = cadre["study_field"]
        studied = None if field is None else field not in ("party_affairs", "general", "other")
        special[cadre_id] = either(studied, cadre_id in technical)
        found.append(fact("specialists", cadre_id, organisation, special[cadre_id], group=team))
    known = [answer for answer in special.values() if answer is not None]
    if sum(known) < math.ceil(settings.min_share_specialists * len(known) - 1e-9):
        name = f"{organisation} {team}"
        found.append(fact("specialists", name, organisation, None, False, "few_specialists", group=team))
    return found


def changes_of(organisation, team, people, day, cadres, degrees, settings) -> list[dict]:
    found = []
    for cadre_id in people:
        age = age_on(cadres[cadre_id], day)
        found.append(fact("age_change", cadre_id, organisation, True if age is not None else None, group=team))
        had = had_education(cadres[cadre_id], degrees.get(cadre_id, []), day, settings)
        found.append(fact("education_change", cadre_id, organisation, had, group=team))
    return found


def without_young(now, cadres, settings) -> list[dict]:
    found = []
    for (organisation, team, seat), people in now.items():
        answers = []
        for cadre_id in people:
            age = age_on(cadres[cadre_id], today(settings))
            answers.append(None if age is None else age < settings.young_member_age)
        none = opposite(either(*answers))
        large = len(people) >= settings.min_members
        name = seat if team in ("department", "township") else f"{organisation} {team}"
        reason = "no_young" if large and none else None
        found.append(fact("teams_without_young", name, organisation, none, large, reason))
    return found
