"""`age_structure` once more: one cadre, one unit, one stay and one post at a time; months of retirement counted on."""

from __future__ import annotations

import datetime as dt

from reference import hidden as small
from reference.plain import (
    FOREVER,
    RANKS,
    anniversary,
    both,
    by,
    either,
    fact,
    first_ancestor,
    first_day,
    full_years,
    postings,
    rows,
    same,
    stays,
    today,
)
from reference.reserve_pool import serving, standing

TIERS = ["townships", "organs", "others"]
OUTSIDE = "outside_reserve"


def small_outside(dataset, settings) -> set[str]:
    return {organisation for organisation, group in small_groups(dataset, settings) if group == OUTSIDE}


def small_groups(dataset, settings) -> set[tuple[str, str]]:
    found, people = set(), ages(dataset, settings)
    for organisation in dataset.organisations():
        for group in ("all", *TIERS, OUTSIDE):
            answers = [
                row["hit"]
                for row in people
                if (row["measure"], row["organisation_id"], row["group"]) == ("young", organisation, group)
                and row["eligible"] is True
            ]
            if any(answer is not None for answer in answers) and small.alone(answers, settings):
                found.add((organisation, group))
    return found


def hidden(dataset, settings) -> set[tuple[str, str, str]]:
    """Where one group is small, all of the organisation are hidden."""
    return {
        (organisation, "young", group)
        for organisation, _small in small_groups(dataset, settings)
        for group in ("all", *TIERS)
    }


def not_shown(dataset, settings) -> set[tuple[str, str, str]]:
    """What is hidden, and those outside the groups where they are few themselves."""
    gone = hidden(dataset, settings)
    return gone | {(organisation, "young", OUTSIDE) for organisation in small_outside(dataset, settings)}


def facts(dataset, settings) -> list[dict]:
    return [
        *ages(dataset, settings),
        *units_without(dataset, settings),
        *comings_and_goings(dataset, settings),
        *retiring(dataset, settings),
        *exits(dataset, settings),
    ]


def tier(kind: str | None) -> str | None:
    if kind is None:
        return None
    if kind in ("township", "subdistrict"):
        return "townships"
    return "others" if kind in ("institution", "enterprise") else "organs"


def held_today(dataset, settings) -> dict[str, list[dict]]:
    """What each cadre holds in substance at the end of the day, in the order of the table."""
    day = today(settings)
    order = {row["posting_id"]: number for number, row in enumerate(rows(dataset, "postings"))}
    return {
        cadre_id: sorted(
            (row for row in career if row["start"] <= day and not (row["end"] is not None and row["end"] <= day)),
            key=lambda row: order[row["posting_id"]],
        )
        for cadre_id, career in postings(dataset).items()
    }


def ages(dataset, settings) -> list[dict]:
    found, held = [], held_today(dataset, settings)
    listed = {row["cadre_id"] for row in standing(dataset, settings)}
    for cadre_id, cadre in serving(dataset, settings).items():
        born, organisation = cadre["birth_date"], cadre["organisation_id"]
        age = None if born is None else full_years(born, today(settings))
        is_young = None if age is None else age < settings.young_age
        latest = None
        for row in held.get(cadre_id, []):
            latest = row if latest is None or row["start"] >= latest["start"] else latest
        here = tier(latest["of_unit"]["kind"]) if latest else "nowhere"
        for group in ("all", *TIERS):
            of_group = True if group == "all" else same(here, group)
            found.append(fact("young", cadre_id, organisation, is_young, of_group, group=group))
            found.append(fact("median_age", cadre_id, organisation, age is not None or None, of_group, group=group))
        found.append(fact("young", cadre_id, organisation, is_young, cadre_id not in listed, group=OUTSIDE))
    return found


def units_without(dataset, settings) -> list[dict]:
    cadres, units = by(rows(dataset, "cadres"), "cadre_id"), {}
    for cadre_id, held in held_today(dataset, settings).items():
        for row in held:
            born = cadres[cadre_id]["birth_date"]
            is_young = None if born is None else full_years(born, today(settings)) < settings.young_age
            units.setdefault((row["organisation_id"], row["department"]), {})[cadre_id] = is_young
    found = []
    for (organisation, unit), people in units.items():
        if looked_at(people, settings) and True not in people.values():
            others = [
                ages_
                for (place, name), ages_ in units.items()
                if place == organisation and not none_in(ages_, settings)
            ]
            known = [answer for ages_ in others for answer in ages_.values() if answer is not None]
            with_one = sum(looked_at(ages_, settings) and True in ages_.values() for ages_ in others)
            if sum(known) - with_one >= settings.min_cell and len(known) - sum(known) >= settings.min_cell:
                found.append(fact("young", unit, organisation, None, False, "nobody_young", group="all"))
    return found


def looked_at(people: dict, settings) -> bool:
    return len(people) >= settings.min_cell and None not in people.values()


def none_in(people: dict, settings) -> bool:
    return looked_at(people, settings) and True not in people.values()


def comings_and_goings(dataset, settings) -> list[dict]:
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    for cadre_id, career in postings(dataset).items():
        cadre = cadres[cadre_id]
        career = [{**row, "end": row["end"] or cadre["left_on"]} for row in career]
        career.sort(key=lambda row: (row["start"], row["end"] or FOREVER))
        all_stays = stays(career, lambda row: row["organisation_id"])
        for stay in all_stays:
            first = stay["postings"][0]
            joined = cadre["joined_on"]
            sure = (
                (joined is not None and stay["start"] <= anniversary(joined, 1))
                or stay["start"] > min(other["start"] for other in all_stays)
                or first["route"] in ("recruited", "brought_in")
                or first["from_place_code"] is not None
            )
            for day, came in ((stay["start"], True), (stay["end"], False)):
                if not first_day(settings) <= day <= today(settings):
                    continue
                born = cadre["birth_date"]
                is_young = None if born is None else full_years(born, day) < settings.young_age
                if came and not sure and is_young is not False:
                    is_young = None
                found.append(fact("net_inflow", cadre_id, stay["key"], is_young))
    return found


def exits(dataset, settings) -> list[dict]:
    found = []
    for row in rows(dataset, "cadres"):
        if row["left_on"] is None or not first_day(settings) <= row["left_on"] <= today(settings):
            continue
        why = row["left_reason"]
        for group in ("retired", "resigned", "transferred_out", "otherwise"):
            named = why if why in ("retired", "resigned", "transferred_out") else "otherwise"
            hit = None if why is None else named == group
            found.append(fact("exits", row["cadre_id"], row["organisation_id"], hit, group=group))
    return found


# --- who retires ----------------------------------------------------------------------------------


def month_of_retirement(born: dt.date, like_men: bool, rule: str) -> dt.date:
    """Counted on month by month from January 2025: of every four months of birth each group retires one month later."""
    month = dt.date(born.year + (60 if like_men else 55), born.month, 1)
    if rule == "fixed" or month < dt.date(2025, 1, 1):
        return month
    later, counted = 1, dt.date(2025, 1, 1)
    for _month in range(10_000):
        if counted == month:
            break
        counted = next_month(counted)
        # January, May and September begin a new group of four.
        later += counted.month in (1, 5, 9)
    for _month in range(min(later, 36)):
        month = next_month(month)
    return month


def next_month(month: dt.date) -> dt.date:
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def retiring(dataset, settings) -> list[dict]:
    cadres, found = by(rows(dataset, "cadres"), "cadre_id"), []
    until = anniversary(today(settings), settings.due_years)
    earlier = {post["post_id"]: post["predecessor_post_id"] for post in rows(dataset, "posts")}
    entries, people, holders = standing(dataset, settings), serving(dataset, settings), held_today(dataset, settings)
    for cadre_id, held in holders.items():
        done = set()
        for row in held:
            post = row["of_post"]
            if post["leading"] is False or row["post"] in done:
                continue
            done.add(row["post"])
            born, sex = cadres[cadre_id]["birth_date"], cadres[cadre_id]["sex"]
            due = None
            if born is not None:
                answers = {
                    month_of_retirement(born, like_men, settings.retirement_rule) <= until
                    for like_men in could_be(sex, post["rank"], settings)
                }
                due = answers.pop() if len(answers) == 1 else None
            sure, perhaps = behind(row, entries, earlier, people, holders, settings)
            uncovered = sure < settings.least_ready
            if uncovered and perhaps >= settings.least_ready:
                uncovered = None
            eligible = both(post["leading"], due)
            reason = "nobody_ready" if eligible and uncovered else None
            found.append(
                fact("retiring_uncovered", row["post_id"], row["organisation_id"], uncovered, eligible, reason)
            )
    return found


def could_be(sex, rank, settings) -> set[bool]:
    """Whether the age of men holds: yes, no, or either."""
    high = False
    if settings.women_as_men != "none":
        high = None if rank is None else RANKS.index(rank) >= RANKS.index("county_deputy")
    answer = either(same(sex, "male"), high)
    return {True, False} if answer is None else {answer}


def behind(row, entries, earlier, people, held, settings) -> tuple[int, int]:
    """How many stand behind the post of a posting: surely ready, and all who may be."""
    sure, perhaps, of_rank, may_of_rank = set(), set(), set(), set()
    for entry in entries:
        cadre_id = entry["cadre_id"]
        if entry["ready"] is False:
            continue
        if entry["for_post_id"] is not None:
            if first_ancestor(entry["for_post_id"], earlier) != row["post"]:
                continue
            if any(one["post"] == row["post"] for one in held.get(cadre_id, [])):
                continue
            perhaps.add(cadre_id)
            if entry["ready"]:
                sure.add(cadre_id)
        elif settings.covered_by == "rank" and people[cadre_id]["organisation_id"] == row["organisation_id"]:
            ranks = [one["of_post"]["rank"] for one in held.get(cadre_id, [])]
            rank = None if not ranks or None in ranks else max(RANKS.index(one) for one in ranks)
            of_post = row["of_post"]["rank"]
            if rank is None or of_post is None:
                may_of_rank.add(cadre_id)
            elif rank == RANKS.index(of_post) - 1:
                may_of_rank.add(cadre_id)
                if entry["ready"]:
                    of_rank.add(cadre_id)
    return len(sure) + len(of_rank), len(perhaps) + len(may_of_rank)
