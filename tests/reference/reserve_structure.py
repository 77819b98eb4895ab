"""`reserve_structure` once more: who is on the list, who sits in a team, who serves at all, and what each of them is."""

from __future__ import annotations

from reference import hidden as small
from reference.plain import fact, full_years, postings, rows, today
from reference.reserve_pool import serving, standing

TRAITS = ("minority", "women", "non_party", "young")


def answer(cadre, trait, settings) -> bool | None:
    if trait == "young":
        born = cadre["birth_date"]
        return None if born is None else full_years(born, today(settings)) < settings.young_age
    column, usual = {
        "minority": ("ethnicity", ("han",)),
        "women": ("sex", ("male",)),
        "non_party": ("party", ("party_member", "probationary_member")),
    }[trait]
    return None if cadre[column] is None else cadre[column] not in usual


def of_bodies(dataset, settings) -> tuple[dict, dict, dict]:
    """Cadres by organisation: in service, on the list, in teams; the last with the members of each team."""
    cadres = {row["cadre_id"]: row for row in rows(dataset, "cadres")}
    in_service = serving(dataset, settings)
    listed, teams = {}, {}
    for row in standing(dataset, settings):
        listed.setdefault(cadres[row["cadre_id"]]["organisation_id"], {})[row["cadre_id"]] = cadres[row["cadre_id"]]
    for cadre_id, career in postings(dataset).items():
        for row in career:
            ended = row["end"] is not None and row["end"] <= today(settings)
            team = row["of_post"]["team"]
            if team is None or row["start"] > today(settings) or ended:
                continue
            seat = row["unit"] if team in ("department", "township") else f"{row['organisation_id']} {team}"
            of_organisation = teams.setdefault(row["organisation_id"], {})
            of_organisation.setdefault(seat, {})[cadre_id] = cadres[cadre_id]
    return in_service, listed, teams


def facts(dataset, settings) -> list[dict]:
    in_service, listed, teams = of_bodies(dataset, settings)
    found = []
    for trait in TRAITS:
        for body in ("reserve", "teams"):
            measure = f"{trait}_in_{body}"
            for cadre_id, cadre in in_service.items():
                found.append(fact(measure, cadre_id, cadre["organisation_id"], answer(cadre, trait, settings)))
        for organisation, people in listed.items():
            for cadre_id, cadre in people.items():
                found.append(fact(f"{trait}_in_reserve", cadre_id, organisation, answer(cadre, trait, settings)))
        for organisation, seats in teams.items():
            for cadre_id, cadre in everybody(seats).items():
                found.append(fact(f"{trait}_in_teams", cadre_id, organisation, answer(cadre, trait, settings)))
            for team in named(seats, trait, settings):
                found.append(fact(f"{trait}_in_teams", team, organisation, None, False, f"no_{trait}"))
    return found


def everybody(seats) -> dict[str, dict]:
    return {cadre_id: cadre for members in seats.values() for cadre_id, cadre in members.items()}


def named(seats, trait, settings) -> list[str]:
    """The teams of one organisation that may be named as having none of the group."""
    looked_at = {
        team: members
        for team, members in seats.items()
        if len(members) >= settings.min_cell
        and all(answer(cadre, trait, settings) is not None for cadre in members.values())
    }
    without = [
        team for team, members in looked_at.items() if not any(answer(c, trait, settings) for c in members.values())
    ]
    # Whoever sits in a team that is not named: each team looked at among these has at least one of the group.
    others = everybody({team: members for team, members in seats.items() if team not in without})
    answers = [answer(cadre, trait, settings) for cadre in others.values()]
    spare = answers.count(True) - (len(looked_at) - len(without))
    return without if spare >= settings.min_cell and answers.count(False) >= settings.min_cell else []


def hidden(dataset, settings) -> set[tuple[str, str, str]]:
    in_service, listed, teams = of_bodies(dataset, settings)
    found = set()
    for organisation in dataset.organisations():
        on_list, seated = listed.get(organisation, {}), everybody(teams.get(organisation, {}))
        people = {key: row for key, row in in_service.items() if row["organisation_id"] == organisation}
        for trait in TRAITS:
            of_body = {
                body: [answer(cadre, trait, settings) for cadre in members.values()]
                for body, members in (("reserve", on_list), ("teams", seated))
            }
            everyone = [(key in on_list, key in seated, answer(row, trait, settings)) for key, row in people.items()]
            found |= {(organisation, f"{trait}_in_{body}", "") for body in small.bodies(of_body, everyone, settings)}
    return found
