"""`assessment_standards` once more, one assessment at a time, from the wording.

The kind of cadre is that of the post held when assessed. Secondees are a group of their own. The law's four grades are asked
of civil servants, in yearly assessments, since the law applies.
"""

from __future__ import annotations

import datetime as dt

from reference.periodic_review import by_then, span
from reference.plain import (
    FOREVER,
    both,
    by,
    either,
    fact,
    first_day,
    opposite,
    postings,
    rows,
    same,
)

LAW, RULES = dt.date(2019, 6, 1), dt.date(2020, 12, 28)
ORGANS = ("party", "government", "congress", "consultative", "supervision", "court", "procuratorate", "department", "township", "subdistrict")  # fmt: skip


def facts(dataset, settings) -> list[dict]:
    cadres, careers = by(rows(dataset, "cadres"), "cadre_id"), postings(dataset)
    away, changes = times_away(dataset), changes_of_status(dataset)
    found = []
    for row in rows(dataset, "assessments"):
        first = first_day(settings)
        counted = by_then((first, first), span(row, "assessed_on"))
        if counted is False:
            continue
        cadre, day = cadres[row["cadre_id"]], row["assessed_on"]
        group = "others"
        if any(start <= day < end for start, end in away.get(row["cadre_id"], [])):
            group = "secondees"
        held = [post for post in careers.get(row["cadre_id"], []) if post["start"] <= day < (post["end"] or FOREVER)]
        for measure, hit, eligible, reason in [
            ("own_standard", *own_standard(row, held)),
            ("score_and_narrative", *score_and_narrative(row)),
            ("performance_first", *performance_first(row, settings)),
            *grades(row, cadre, changes),
        ]:
            eligible = both(counted, eligible)
            grouped = group if measure in ("own_standard", "score_and_narrative") else ""
            reason = reason if eligible else None
            found.append(fact(measure, row["cadre_id"], cadre["organisation_id"], hit, eligible, reason, grouped))
    return found


def times_away(dataset) -> dict[str, list]:
    found: dict[str, list] = {}
    seconded = [row for row in rows(dataset, "postings") if row["role"] == "secondment"]
    for row in [*seconded, *rows(dataset, "secondments")]:
        found.setdefault(row["cadre_id"], []).append((row["start"], row["end"] or FOREVER))
    return found


def changes_of_status(dataset) -> dict[str, list]:
    found: dict[str, list] = {}
    for row in rows(dataset, "studies"):
        if row["kind"] in (None, "status_change"):
            found.setdefault(row["cadre_id"], []).append(row["start"])
    return found


def kinds(post: dict) -> dict[str, bool | None]:
    """Of each kind, whether the holder of a post is of it."""
    leading, unit = post["of_post"]["leading"], post["of_unit"]["kind"]
    enterprise = both(same(unit, "enterprise"), leading)
    specialist = both(opposite(enterprise), same(post["of_post"]["category"], "technical"))
    organ = None if unit is None else unit in ORGANS
    leader = both(opposite(enterprise), opposite(specialist), organ, leading)
    return {"enterprise": enterprise, "specialist": specialist, "party_government": leader}


def own_standard(row, held):
    if not held:
        return None, None, None
    judged = either(*(either(*kinds(post).values()) for post in held))
    fits = either(
        *(both(of_kind, same(row["standard"], name)) for post in held for name, of_kind in kinds(post).items())
    )
    if row["standard"] is None:
        return fits, judged, "no_standard"
    return fits, judged, "wrong_standard" if fits is False else None


def score_and_narrative(row):
    score, words = row["score"] is not None, row["narrative"]
    if score:
        return words, True, "number_only" if words is False else None
    return False, True, "words_only" if words else "neither"


def performance_first(row, settings):
    if row["performance_weight"] is None:
        return None, True, None
    enough = row["performance_weight"] >= settings.min_performance_weight
    return enough, True, None if enough else "performance_low"


def grades(row, cadre, changes):
    status = same(cadre["status"], "civil_servant")
    if any(day > row["assessed_on"] for day in changes.get(row["cadre_id"], [])):
        status = None
    yearly = both(same(row["kind"], "annual"), status)
    grade, other, day = row["grade"], row["other_grade"], span(row, "assessed_on")
    if yearly is False:
        return
    asked = both(yearly, by_then((LAW, LAW), day), grade is not None or other != "undetermined")
    if grade is not None:
        yield "four_grades", True, asked, None
    else:
        yield "four_grades", None if other is None else False, asked, "no_grade" if other is None else "other_word"
    excellent = None if grade is None and other is None else grade == "excellent"
    yield "excellent", excellent, both(yearly, by_then((RULES, RULES), day)), None
