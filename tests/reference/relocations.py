"""Every move to another place of work, one at a time: those of the table, and those to another county that nobody recorded."""

from __future__ import annotations

from reference.plain import by, moves, postings, rows

BLANK = (
    *("has_family", "family_moved", "asked_on", "needs_housing", "lodging", "housed_on", "nights_paid"),
    *("commute_minutes", "lodging_provided", "pay_change", "title_before", "title_after"),
)


def about(move: dict, table: list[dict]) -> dict | None:
    """The row about a move: the one that names the posting, or else one of the same cadre and day."""
    for row in table:
        if row["posting_id"] == move["to"]["posting_id"]:
            return row
    for row in table:
        if (row["cadre_id"], row["moved_on"]) == (move["cadre_id"], move["moved_on"]):
            return row
    return None


def relocations(dataset) -> list[dict]:
    table, cadres = rows(dataset, "relocations"), by(rows(dataset, "cadres"), "cadre_id")
    careers = postings(dataset, substantive=False)
    of_cadre: dict[str, list[dict]] = {}
    for row in table:
        of_cadre.setdefault(row["cadre_id"], []).append(row)
    found = [{**row, "recorded": True, "changed_county": None} for row in table]
    by_id = by(found, "relocation_id")
    for move in moves(dataset):
        row = about(move, of_cadre.get(move["cadre_id"], []))
        if row is not None:
            by_id[row["relocation_id"]]["changed_county"] = move["changed_county"]
        elif move["changed_county"] is not False:
            unknown = dict.fromkeys(BLANK) | {"housed_on_is_month": False, "posting_id": move["to"]["posting_id"]}
            days = {"moved_on": move["moved_on"], "moved_on_is_month": move["to"]["start_is_month"]}
            county = move["changed_county"]
            found.append({**unknown, **days, "cadre_id": move["cadre_id"], "recorded": False, "changed_county": county})
    for row in found:
        row["managed_by"] = cadres[row["cadre_id"]]["organisation_id"]
        row["demotion"] = came_down(row, careers.get(row["cadre_id"], []))
        later = [one["moved_on"] for one in found if one["cadre_id"] == row["cadre_id"]]
        ends = [day for day in later if day > row["moved_on"]]
        left = cadres[row["cadre_id"]]["left_on"]
        row["ended_on"] = min([*ends, *([left] if left else [])], default=None)
    return found


def came_down(row: dict, career: list[dict]) -> bool | None:
    """Whether the posting it names, or else the first one begun that day, was a demotion or removal; unknown without one."""
    postings_ = [one for one in career if one["posting_id"] == row["posting_id"]]
    postings_ = postings_ or [one for one in career if one["start"] == row["moved_on"]]
    return postings_[0]["route"] in ("demoted", "removed_to") if postings_ else None
