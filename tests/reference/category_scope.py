"""`category_scope` once more: one move after the other, how far it went and how far its category asks."""

from __future__ import annotations

from reference.plain import both, by, either, fact, first_day, moves, opposite, rows, same

MEASURES = {
    "management": "management_across",
    "technical": "technical_inside",
    "law_enforcement": "law_enforcement_inside",
}


def facts(dataset, settings) -> list[dict]:
    units = by(rows(dataset, "units"), "unit_id")
    found = []
    for move in moves(dataset):
        one, other = move["from"], move["to"]
        if move["demotion"] or move["moved_on"] < first_day(settings) or one["post"] == other["post"]:
            continue
        if settings.category_of == "taken_up":
            one, other = other, one
        # `one` says the category; `other` is where a law enforcer must be found.
        category = one["of_post"]["category"]
        promoted = None if move["rank_step"] is None else move["rank_step"] > 0
        counted = True if settings.promotions == "counted" else opposite(promoted)
        for code, measure in MEASURES.items():
            eligible = both(same(category, code), counted)
            within = in_scope(code, one, other, units, settings)
            reason = f"not_{measure}" if eligible is True and within is False else None
            found.append(fact(measure, move["cadre_id"], move["managed_by"], within, eligible, reason))
    return found


def in_scope(category, one, other, units, settings) -> bool | None:
    elsewhere = one["department"] != other["department"]
    if category == "technical":
        return not elsewhere
    if category == "law_enforcement":
        return either(enforces(other["of_unit"], units), same(other["of_post"]["category"], "law_enforcement"))
    fields = one["of_unit"]["field"], other["of_unit"]["field"]
    far = None if fields == ("other", "other") else opposite(same(*fields))
    return {"department": elsewhere, "field": far, "both": both(elsewhere, far)}[settings.management_scope]


def enforces(unit, units) -> bool | None:
    """A unit enforces the law where it does itself, or where what it is a division of does."""
    line = [unit]
    while line[-1]["parent_unit_id"] is not None:
        line.append(units[line[-1]["parent_unit_id"]])
    return either(*(one["law_enforcement"] for one in line))
