"""The made-up peers: counties of many sizes whose leaders all move at one rate, but those of one county.

What lies between the others is chance alone, so that a funnel drawn of them shows what chance does. They hold only the tables that the
check `exchange_ratio` reads. The same seed gives the same counties.
"""

from __future__ import annotations

import random

import pandas as pd

from cadre_handbook.sample_county import AS_OF

SEED = 20241231
SIZES = (6, 9, 14, 18, 22, 26, 31, 36, 42, 48, 56, 64, 74, 85, 98, 112, 130, 150, 172, 198, 228, 262, 300, 345)
RATE = 0.3  # of the eligible leaders who move in the last year, in every county
PLANTED = "P17"  # but in this one
PLANTED_RATE = 0.1
_A_UNIT = 12  # posts


def peers_frames(
    seed: int = SEED, sizes: tuple[int, ...] = SIZES, rate: float = RATE, planted: str | None = PLANTED
) -> dict[str, pd.DataFrame]:
    """The tables of the made-up peers as frames of text: a county for each of ``sizes``, its number of section-level leaders.

    ``planted``: the id of the county whose rate is `PLANTED_RATE`; `None` for no such county.
    """
    dice = random.Random(seed)
    rows: dict[str, list[dict]] = {name: [] for name in ("organisations", "units", "posts", "cadres", "postings")}
    for number, size in enumerate(sizes, start=1):
        organisation = f"P{number:02d}"
        rows["organisations"].append(
            {
                "organisation_id": organisation,
                "name": f"虚构{number:02d}县",
                "level": "county",
                "place_code": "",
                "parent_id": "",
                "external": "false",
            }
        )
        of_county = PLANTED_RATE if organisation == planted else rate
        movers = [leader for leader in range(size) if dice.random() < of_county]
        _posts(rows, organisation, size + len(movers))
        for leader in range(size):
            place = movers.index(leader) if leader in movers else None
            _career(rows, organisation, leader, None if place is None else size + place, dice)
    return {name: pd.DataFrame(of_table, dtype=object) for name, of_table in rows.items()}


def _posts(rows: dict[str, list[dict]], organisation: str, count: int) -> None:
    """Posts of section rank, a dozen a unit; those after the first are for the leaders who move."""
    for post in range(count):
        unit = f"{organisation}-{post // _A_UNIT:02d}"
        if post % _A_UNIT == 0:
            rows["units"].append(
                {"unit_id": unit, "organisation_id": organisation, "name": "局", "kind": "government", "power": "none"}
            )
        rows["posts"].append(
            {
                "post_id": f"{organisation}-{post:03d}",
                "unit_id": unit,
                "title": "局长",
                "kind": "unit_head",
                "rank": "section",
                "category": "management",
                "leading": "true",
            }
        )


def _career(rows: dict[str, list[dict]], organisation: str, leader: int, next_post: int | None, dice) -> None:
    """One leader, in a post for years, and in another since the last year where there is a next."""
    cadre = f"{organisation}{leader:03d}"
    rows["cadres"].append({"cadre_id": cadre, "organisation_id": organisation, "status": "civil_servant"})
    since = f"{dice.randint(AS_OF.year - 9, AS_OF.year - 5)}-{dice.randint(1, 12):02d}-15"
    moved = "" if next_post is None else f"{AS_OF.year}-{dice.randint(1, 12):02d}-15"
    held = [(leader, since, moved)] + ([] if next_post is None else [(next_post, moved, "")])
    for number, (post, start, end) in enumerate(held, start=1):
        rows["postings"].append(
            {
                "posting_id": f"{cadre}P{number}",
                "cadre_id": cadre,
                "post_id": f"{organisation}-{post:03d}",
                "start": start,
                "end": end,
                "role": "substantive",
            }
        )
