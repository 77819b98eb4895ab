"""`avoidance` once more: each holder of one of the posts, and whether the place is theirs."""

from __future__ import annotations

from reference import places
from reference.plain import FOREVER, by, either, fact, postings, rows, today

JIUJIANG = {
    *("party_secretary", "government_head", "discipline_head", "organisation_head", "political_legal_head"),
    *("chief_judge", "chief_prosecutor"),
}
RULE_2006 = JIUJIANG - {"political_legal_head"} | {"police_head"}
OWN_PLACES = {
    "birth": ["birth_place_code"],
    "upbringing": ["upbringing_place_code"],
    "birth_or_upbringing": ["birth_place_code", "upbringing_place_code"],
    "native": ["native_place_code"],
}


def facts(dataset, settings) -> list[dict]:
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    kinds = JIUJIANG if settings.posts == "jiujiang" else RULE_2006
    found = []
    for cadre_id, career in postings(dataset).items():
        holds = set()
        for row in career:
            if not (row["start"] <= today(settings) < (row["end"] or FOREVER)):
                continue
            if row["post"] in holds:
                continue
            holds.add(row["post"])
            watched = is_watched(row, kinds, settings)
            at_home = either(
                *(
                    places.same_place(cadres[cadre_id][own], row["place_code"], row["start"].year, settings.level)
                    for own in OWN_PLACES[settings.basis]
                )
            )
            if watched is False or (watched is None and at_home is False):
                continue
            reason = {True: "serving_at_home", None: "place_unknown", False: None}[at_home] if watched else None
            found.append(fact("serving_at_home", cadre_id, row["organisation_id"], at_home, watched, reason))
    return found


def is_watched(row: dict, kinds: set[str], settings) -> bool | None:
    """Whether a posting is in one of the posts: unknown where the kind of a leading post or the level is not said."""
    kind, level = row["of_post"]["kind"], row["of_organisation"]["level"]
    if row["of_unit"]["kind"] in ("township", "subdistrict", "institution", "enterprise"):
        return False
    if level not in (None, settings.level):
        return False
    if kind not in kinds and (kind is not None or row["of_post"]["leading"] is False):
        return False
    return None if kind is None or level is None else True
