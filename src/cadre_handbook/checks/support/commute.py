"""The way to work: whoever moves between county and township can travel every day, or has a room there.

Source: problems 2.2 (lodging and the way to work are to be considered in exchange between town and country).
"""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup, same
from cadre_handbook.verdict import fact_rows

BANDS = (30, 60, 90)  # minutes; the picture's rows


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per cadre who moved between county and township and is still there; explained by `minutes`, `provided`."""
    movers = _movers(dataset, settings)
    near = (movers["minutes"] <= settings.max_minutes).astype("boolean")
    hit = near | movers["provided"]
    certain = movers["between"].fillna(False)
    code = pd.Series(pd.NA, index=movers.index, dtype="object")
    code = code.mask((certain & hit.eq(False).fillna(False)).to_numpy(bool), "neither")
    code = code.mask((certain & hit.isna()).to_numpy(bool), "way_unknown")
    code = code.mask((certain & movers["about"].isna()).to_numpy(bool), "not_recorded")
    return fact_rows(
        "reachable",
        movers,
        ("cadre", "cadre_id"),
        "managed_by",
        post_id=movers["to_post_id"],
        eligible=movers["between"],
        hit=hit,
        since=movers["moved_on"],
        reason_code=code,
        minutes=movers["minutes"],
        provided=movers["provided"],
    )


def _movers(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The last move of each cadre of the last months that led between county and township, or may have, if they are still there.

    `between` is NA where the kind of a unit is not known. What the row of `relocations` about it says: `minutes`, `provided`.
    """
    moves = history.moves(dataset)
    moves = moves.assign(between=same(moves["from_unit_kind"], "township") ^ same(moves["to_unit_kind"], "township"))
    recent = moves["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    there = pd.MultiIndex.from_frame(moves[["cadre_id", "to_department"]]).isin(
        pd.MultiIndex.from_frame(held[["cadre_id", "department"]])
    )
    left = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "left_on") <= settings.as_of
    counted = recent & there & ~left & ~moves["demotion"] & moves["between"].fillna(True)
    moves = moves[counted.to_numpy(bool)].sort_values(["moved_on", "to_posting_id"], kind="stable")
    moves = moves.drop_duplicates("cadre_id", keep="last").reset_index(drop=True)
    about = history.relocation_of(moves, dataset)
    rows = dataset["relocations"]
    return moves.assign(
        about=about,
        minutes=lookup(about, rows, "relocation_id", "commute_minutes"),
        provided=lookup(about, rows, "relocation_id", "lodging_provided"),
    )


def picture(run) -> figures.Picture:
    """How long the way is, against whether there is a room."""
    movers = run.of("reachable")
    known = movers["eligible"].fillna(False) & movers["minutes"].notna() & movers["provided"].notna()
    movers, limit = movers[known.to_numpy(bool)], run.settings.max_minutes
    edges = sorted({*BANDS, limit})
    names = [_("up to {minutes} minutes").format(minutes=edges[0])]
    names += [_("{low} to {high} minutes").format(low=low + 1, high=high) for low, high in pairwise(edges)]
    names.append(_("over {minutes} minutes").format(minutes=edges[-1]))
    band = pd.cut(movers["minutes"].astype(float), [-1, *edges, float("inf")], labels=names).astype("object")
    room, none = _("room provided"), _("no room")
    counts = pd.DataFrame({"row": band, "column": movers["provided"].map({True: room, False: none})})
    far = [name for name, edge in zip(names, [*edges, float("inf")], strict=True) if edge > limit]
    neither = counts["row"].isin(far) & counts["column"].eq(none)
    return figures.matrix(
        rows=names,
        columns=[room, none],
        counts=counts.value_counts().rename("count").reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} movers between county and township have a long way and no room").format(
            k=int(neither.sum()), n=len(counts)
        ),
        caption=_(
            "A row is how long the way to work takes, a column whether the unit provides a room; a number counts cadres. "
            "Outlined: a way of over {minutes} minutes and no room."
        ).format(minutes=limit),
        alarm=[(name, none) for name in far],
    )
