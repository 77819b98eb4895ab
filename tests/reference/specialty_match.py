"""`specialty_match` once more: for each move, what was studied and what was worked at before."""

from __future__ import annotations

from reference.plain import (
    FOREVER,
    anniversary,
    both,
    by,
    either,
    fact,
    first_day,
    moves,
    opposite,
    postings,
    rows,
    same,
    stays,
)


def facts(dataset, settings) -> list[dict]:
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    careers = postings(dataset, substantive=False)
    found = []
    for move in moves(dataset):
        if move["demotion"] or move["moved_on"] < first_day(settings) or move["from"]["post"] == move["to"]["post"]:
            continue
        cadre, career = cadres[move["cadre_id"]], careers[move["cadre_id"]]
        field = move["to"]["of_unit"]["field"]
        asked = True
        if not settings.include_general:
            asked = None if field is None else field not in ("general", "other")
        hit = either(same_field(cadre["study_field"], field), worked(cadre, career, field, move["moved_on"], settings))
        technical = both(asked, same(move["to"]["of_post"]["category"], "technical"))
        for measure, eligible in (("matched", asked), ("matched_technical", technical)):
            reason = f"not_{measure}" if both(eligible, opposite(hit)) is True else None
            found.append(fact(measure, move["cadre_id"], move["managed_by"], hit, eligible, reason))
    return found


def same_field(one, two) -> bool | None:
    """Two fields that are each called other may be any two."""
    return None if one == two == "other" else same(one, two)


def worked(cadre, career, field, day, settings) -> bool | None:
    """Long enough in the field before the day; unknown where it may have been, by a blank field or a missing part."""
    before = [row for row in career if row["start"] < day]
    if long_enough([row for row in before if same_field(row["of_unit"]["field"], field) is True], day, settings):
        return True
    perhaps = [row for row in before if same_field(row["of_unit"]["field"], field) is not False]
    late = cadre["joined_on"] is None or career[0]["start"] > anniversary(cadre["joined_on"], 1)
    if long_enough(perhaps, day, settings) or late or career[0]["from_place_code"] is not None:
        return None
    return False


def long_enough(work: list[dict], day, settings) -> bool:
    for stay in stays(work, lambda _row: "here"):
        until = min(stay["end"] or FOREVER, day)
        if anniversary(stay["start"], settings.min_years_worked) <= until:
            return True
    return False
