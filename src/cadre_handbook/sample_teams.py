"""Who sits in the made-up county's government team: so many from elsewhere that it lacks a local.

It is made last and draws nothing, so that nobody's career depends on it.
"""

from __future__ import annotations

from cadre_handbook.sample_county import AS_OF, FAR_AWAY, FROM_ELSEWHERE, HOME_BEFORE_2003, County

PLACES = ("birth_place_code", "upbringing_place_code", "native_place_code")


def keep_teams(county: County) -> None:
    """Let members of the government team come from elsewhere until fewer than a third of those known are local."""
    posts = {row["post_id"]: row for row in county.rows["posts"]}
    units = {row["unit_id"] for row in county.rows["units"] if row["organisation_id"] == county.organisation_id}
    cadres = {row["cadre_id"]: row for row in county.rows["cadres"]}
    members: dict[int, bool] = {}  # whether they hold a post in which a local may serve
    for row in county.rows["postings"]:
        post = posts[row["post_id"]]
        serves = row.get("role", "") in ("", "substantive") and row["start"] <= AS_OF.isoformat() < (row["end"] or "9")
        if serves and post.get("team") == "government" and post["unit_id"] in units:
            members[row["cadre_id"]] = members.get(row["cadre_id"], True) and post["kind"] not in FROM_ELSEWHERE
    home = {county.place, HOME_BEFORE_2003}
    locals_ = [key for key in members if home & {cadres[key][place] for place in PLACES[:2]}]
    fewest = -(-sum(bool(cadres[key]["upbringing_place_code"]) or key in locals_ for key in members) // 3)
    others = [key for key in locals_ if members[key]]
    for number, key in enumerate(others[: max(0, len(locals_) - fewest + 1)]):
        cadres[key] |= dict.fromkeys(PLACES, FAR_AWAY[number % len(FAR_AWAY)])
