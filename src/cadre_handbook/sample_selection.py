"""On what the made-up county's promotions rested, and the cases of integrity that it opened and closed.

It is made last, from dice of its own, so that nobody's career depends on it.
"""

from __future__ import annotations

from cadre_handbook.sample_county import AS_OF, County, Dice, as_text, ordinal

STREAM = 840  # sets these dice apart from all others
END = AS_OF.toordinal()
SELECTIONS = ("appointment", "exchange")


def keep_selection(county: County, seed: int) -> None:
    """What decisions say of key tasks and recommendations, and now and then a case of integrity that was closed.

    Where `county.kept` has `decisions` or `supervision` and the key of a cadre, theirs are planted already.
    """
    dice = Dice(seed, county.number, STREAM)
    for row in county.rows["decisions"]:
        looked_at, recommended, before = dice.number(), dice.chance(0.96), dice.between(5, 25)
        if row["kind"] not in SELECTIONS or ("decisions", row["cadre_id"]) in county.kept:
            continue
        row["tasks_looked_at"] = "" if looked_at < 0.01 else looked_at < 0.97
        if recommended and row.get("inspected_on"):
            row["recommended_on"] = as_text(ordinal(row["inspected_on"]) - before, False)
    for cadre in county.rows["cadres"]:
        opened, lasted = dice.chance(0.006), dice.between(30, 240)
        day = END - dice.between(100, 2500)
        serves = cadre["joined_on"] < as_text(day, False)[:7] and not cadre.get("left_on")
        if opened and serves and ("supervision", cadre["cadre_id"]) not in county.kept:
            closed = as_text(day + lasted, False) if day + lasted <= END else ""
            county.add(
                "supervision",
                supervision_id=county.serial("U"),
                cadre_id=cadre["cadre_id"],
                kind="integrity_case",
                happened_on=as_text(day, False),
                examined_on=closed,
                outcome=dice.weighted({"unfounded": 5, "partly": 2, "founded": 1}) if closed else "",
            )
