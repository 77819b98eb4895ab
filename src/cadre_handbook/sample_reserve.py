"""The reserve of the made-up county as it stands on the last day: more people on the list, and for which posts each is listed.

It is made last, from dice of its own, so that nobody's career depends on it. Only those who have not moved since are listed, and
nobody about whom a fault was planted.
"""

from __future__ import annotations

from collections import defaultdict

from cadre_handbook.sample_county import AS_OF, County, Dice, as_text, ordinal

STREAM = 811  # sets these dice apart from all others
END = AS_OF.toordinal()
BELOW = {"section_deputy": ("staff",), "section": ("section_deputy",), "county_deputy": ("section",)}
BELOW["county"] = ("county_deputy", "section")
# How likely somebody of an age up to this is on the list.
LISTED = {34: 0.42, 39: 0.18, 44: 0.08}
# How many stand behind a post.
BEHIND = {"0": 3, "1": 3, "2": 6, "3": 2}


def keep_reserve(county: County, seed: int, ordinary: int) -> None:
    """Rows of `reserve`; ``ordinary``: from which place on in the county's cadres nobody had a fault planted."""
    dice = Dice(seed, county.number, STREAM)
    posts = {row["post_id"]: row for row in county.rows["posts"]}
    own = {row["unit_id"] for row in county.rows["units"] if row["organisation_id"] == county.organisation_id}
    held: dict[int, dict] = {}
    for row in sorted(county.rows["postings"], key=lambda row: row["start"]):
        if row.get("role") in ("substantive", "", None):
            held[row["cadre_id"]] = row
    listed = {row["cadre_id"]: row for row in county.rows["reserve"] if not row["removed_on"]}
    people = county.rows["cadres"][ordinary:]
    for cadre in people:
        key, chance, days = cadre["cadre_id"], dice.number(), dice.between(30, 900)
        posting = held.get(key)
        if cadre.get("left_on") or posting is None or posting["end"] or key in listed:
            continue
        age = (END - ordinal(cadre["birth_date"])) // 365
        likely = next((share for oldest, share in LISTED.items() if age <= oldest), 0)
        day = max(END - days, ordinal(posting["start"]) + 30)
        if chance < likely and day <= END - 30 and posts[posting["post_id"]]["unit_id"] in own:
            listed[key] = _entry(county, key, as_text(day, False), chance < likely * 0.85, "")

    by_rank = defaultdict(list)
    for cadre in people:
        entry, posting = listed.get(cadre["cadre_id"]), held.get(cadre["cadre_id"])
        if entry is not None and entry.get("ready") is True and posting is not None:
            by_rank[posts[posting["post_id"]]["rank"]].append(entry)
    for post in posts.values():
        planted = ("reserve", post["post_id"]) in county.kept
        if not post["leading"] or post["unit_id"] not in own or post.get("valid_to") or planted:
            continue
        able = [entry for rank in BELOW[post["rank"]] for entry in by_rank[rank]]
        for entry in dice.shuffled(able)[: int(dice.weighted(BEHIND))]:
            if not entry["for_post_id"]:
                entry["for_post_id"] = post["post_id"]
            elif entry["for_post_id"] != post["post_id"]:
                _entry(county, entry["cadre_id"], entry["listed_on"], True, post["post_id"])


def _entry(county: County, key: int, listed_on: str, ready: bool, post_id: str) -> dict:
    return county.add(
        "reserve",
        reserve_id=county.serial("R"),
        cadre_id=key,
        listed_on=listed_on,
        removed_on="",
        ready=ready,
        for_post_id=post_id,
    )
