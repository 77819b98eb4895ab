"""Who sits in the made-up county's teams: a government team that lacks a local, a Party team that does not.

It is made last and draws nothing, so that nobody's career depends on it.
"""

from __future__ import annotations

from cadre_handbook.sample_county import AS_OF, FAR_AWAY, FROM_ELSEWHERE, HOME_BEFORE_2003, County

PLACES = ("birth_place_code", "upbringing_place_code", "native_place_code")


def keep_teams(county: County) -> None:
    """Let members come from elsewhere until the government team lacks a local, and from here until the Party team has enough."""
    cadres = {row["cadre_id"]: row for row in county.rows["cadres"]}
    home = {county.place, HOME_BEFORE_2003}
    party, government = _members(county, "party"), _members(county, "government")

    def is_local(key: int) -> bool:
        return bool(home & {cadres[key][place] for place in PLACES[:2]})

    strangers = [key for key in party if party[key] and key not in government and not is_local(key)]
    lacking = -(-len(party) // 3) - sum(map(is_local, party))
    for key in strangers[: max(0, lacking)]:
        cadres[key] |= dict.fromkeys(PLACES, county.place)

    locals_ = [key for key in government if is_local(key)]
    fewest = -(-sum(bool(cadres[key]["upbringing_place_code"]) or key in locals_ for key in government) // 3)
    others = [key for key in locals_ if government[key]]
    for number, key in enumerate(others[: max(0, len(locals_) - fewest + 1)]):
        cadres[key] |= dict.fromkeys(PLACES, FAR_AWAY[number % len(FAR_AWAY)])


def _members(county: County, team: str) -> dict[int, bool]:
    """The members of a team on the last day, and whether each holds posts only in which a local may serve."""
    posts = {row["post_id"]: row for row in county.rows["posts"]}
    units = {row["unit_id"] for row in county.rows["units"] if row["organisation_id"] == county.organisation_id}
    members: dict[int, bool] = {}
    for row in county.rows["postings"]:
        post = posts[row["post_id"]]
        serves = row.get("role", "") in ("", "substantive") and row["start"] <= AS_OF.isoformat() < (row["end"] or "9")
        if serves and post.get("team") == team and post["unit_id"] in units:
            members[row["cadre_id"]] = members.get(row["cadre_id"], True) and post["kind"] not in FROM_ELSEWHERE
    return members
