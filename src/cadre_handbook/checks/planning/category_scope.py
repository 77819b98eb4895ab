"""How far each category of post is moved: management across departments and fields, technical work inside a department,
law enforcement inside its system.

Source: essay 2.1.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup, same
from cadre_handbook.verdict import fact_rows

CATEGORY_OF_MEASURE = {
    "management_across": "management",
    "technical_inside": "technical",
    "law_enforcement_inside": "law_enforcement",
}
# The side of a move whose post says the category, and the other side.
SIDES = {"left": ("from", "to"), "taken_up": ("to", "from")}


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move of its category; explained by `moved_on`, the fields and what was changed."""
    moves = _moves(dataset, settings)
    within = {
        "management_across": _across(moves, settings),
        "technical_inside": ~moves["other_department"],
        "law_enforcement_inside": moves["in_system"],
    }
    return pd.concat([_facts(name, moves, hit) for name, hit in within.items()], ignore_index=True)


def _moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The moves of the last months, demotions left out, with `category`, `counts` and how far each went."""
    moves = history.moves(dataset)
    after = history.months_before(settings.as_of, settings.window_months)
    # Who came back to the same post after a pause has not changed posts.
    elsewhere = (moves["moved_on"] >= after) & (moves["from_post"] != moves["to_post"])
    moves = moves[(elsewhere & ~moves["demotion"]).to_numpy(bool)]
    side, other = SIDES[settings.category_of]
    return moves.assign(
        category=moves[f"{side}_category"].astype("object"),
        counts=~(moves["rank_step"] > 0) | (settings.promotions == "counted"),
        other_department=moves["changed_department"].astype("boolean"),
        other_field=~_same_field(moves),
        in_system=_in_the_system(moves, other, dataset),
    )


def _same_field(moves: pd.DataFrame) -> pd.Series:
    """Whether both fields of a move are the same (boolean). Two that are each called *other* may be any two."""
    one, two = moves["from_field"], moves["to_field"]
    return same(one, two).mask((one.eq("other") & two.eq("other")).fillna(False).to_numpy(bool))


def _across(moves: pd.DataFrame, settings: Settings) -> pd.Series:
    """Whether a move of a management cadre went as far as asked for."""
    if settings.management_scope == "department":
        return moves["other_department"]
    if settings.management_scope == "field":
        return moves["other_field"]
    return moves["other_department"] & moves["other_field"]


def _in_the_system(moves: pd.DataFrame, side: str, dataset: Dataset) -> pd.Series:
    """Whether the post on one side of a move is in law enforcement: by its own category, its unit, or one above that."""
    units = dataset["units"]
    enforces, above = units["law_enforcement"].astype("boolean"), units["parent_unit_id"]
    while above.notna().any():
        enforces |= lookup(above, units, "unit_id", "law_enforcement").where(above.notna(), False)
        above = lookup(above, units, "unit_id", "parent_unit_id")
    units = units.assign(enforces=enforces)
    unit = lookup(moves[f"{side}_post_id"], dataset["posts"], "post_id", "unit_id")
    return lookup(unit, units, "unit_id", "enforces") | same(moves[f"{side}_category"], "law_enforcement")


def _facts(measure: str, moves: pd.DataFrame, hit: pd.Series) -> pd.DataFrame:
    of_category = same(moves["category"], CATEGORY_OF_MEASURE[measure])
    eligible = of_category & moves["counts"]
    out = (eligible & ~hit).fillna(False).astype(bool)
    return fact_rows(
        measure,
        moves,
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=eligible,
        hit=hit,
        since=moves["moved_on"],
        post_id=moves["to_post_id"],
        moved_on=moves["moved_on"],
        from_field=moves["from_field"].astype("object"),
        to_field=moves["to_field"].astype("object"),
        other_department=moves["other_department"],
        other_field=moves["other_field"],
        reason_code=pd.Series(f"not_{measure}", index=moves.index).where(out, pd.NA),
    )


def picture(run) -> figures.Picture:
    """How far the moves of each category went; cells of which every move is out of scope are outlined."""
    counted = pd.concat([run.of(name).assign(category=code) for name, code in CATEGORY_OF_MEASURE.items()])
    counted = counted[counted["eligible"].fillna(False).to_numpy(bool)]
    names = {item.value: label(item) for item in schema.tables()["posts"].fields["category"].categories}
    reaches = {
        "inside": _("inside"),
        "same": _("same field"),
        "far": _("another field"),
        "left": _("out of system"),
        "unknown": _("not known"),
    }
    known, hit = counted["hit"].notna(), counted["hit"].fillna(False).astype(bool)
    far = counted["other_field"]
    went = pd.Series("unknown", index=counted.index)
    went = went.mask(far.fillna(False), "far").mask(~far.fillna(True), "same")
    went = went.mask(~counted["other_department"].astype("boolean").fillna(True), "inside")
    went = went.mask(counted["category"].eq("law_enforcement") & ~hit, "left").mask(~known, "unknown")
    table = pd.DataFrame(
        {"row": went.map(reaches), "column": counted["category"].map(names), "hit": hit, "known": known}
    )
    pairs = table.groupby(["row", "column"], sort=False).agg(
        count=("hit", "size"), hits=("hit", "sum"), sure=("known", "all")
    )
    return figures.matrix(
        rows=list(reaches.values()),
        columns=[names[code] for code in CATEGORY_OF_MEASURE.values()],
        counts=pairs["count"].reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} moves stayed within the scope of their category").format(
            k=int(hit.sum()), n=int(known.sum())
        ),
        caption=_(
            "Each column is a category of post; a number counts its moves inside the department, to another department "
            "of the same field, to another field, or, for law enforcers, out of the law-enforcement system."
        ),
        alarm=pairs.index[(pairs["hits"].eq(0) & pairs["sure"]).to_numpy(bool)].tolist(),
    )
