"""Down, up and across: which ways the moves went, whether people leave their department, and which units nobody moves through.

Sources: essay 2.2; zhengzhou, Yangzhou and Jiujiang.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
FOUR_TEAMS = ["party", "government", "congress", "consultative"]
TOWNSHIP, COUNTY, CITY = 0, 1, 2
TIER_OF_LEVEL = {"county": COUNTY, "city": CITY, "province": 3}
BELOW_THE_COUNTY = ["township", "subdistrict"]
SIDES = ("from", "to")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move, explained by `moved_on`; and one per unit that nobody moved to or from."""
    moves = history.moves(dataset, settings.max_gap_days)
    moves = moves[~moves["demotion"].to_numpy(bool)]
    recent = moves[(moves["moved_on"] >= _first_day(settings)).to_numpy()]
    elsewhere = recent["changed_department"].astype("boolean")
    old, new = (_tier(recent, side, dataset) for side in SIDES)
    old_team, new_team = recent["from_team"].astype("object"), recent["to_team"].astype("object")
    of_a_team = old_team.isin(FOUR_TEAMS) & new_team.isin(FOUR_TEAMS)
    same_place = recent["from_organisation_id"] == recent["to_organisation_id"]
    parts = [
        _facts("direction", recent, group="down", eligible=elsewhere, hit=new < old, from_tier=old, to_tier=new),
        _facts("direction", recent, group="up", eligible=elsewhere, hit=new > old),
        _facts("direction", recent, group="across", eligible=elsewhere, hit=new == old),
        _facts("across_departments", recent, hit=elsewhere),
        _facts("between_teams", recent, hit=of_a_team & (old_team != new_team)),
        _facts("within_team", recent, hit=of_a_team & (old_team == new_team) & same_place),
        _facts("to_leading", recent, hit=~recent["from_leading"] & recent["to_leading"]),
        _facts(
            "city_to_county",
            recent,
            eligible=((old == CITY) & (new <= COUNTY)) | ((old <= COUNTY) & (new == CITY)),
            hit=new < old,
        ),
        _units_without_moves(dataset, moves, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def _first_day(settings: Settings) -> pd.Timestamp:
    return settings.as_of + history.ONE_DAY - pd.DateOffset(years=settings.window_years)


def _tier(moves: pd.DataFrame, side: str, dataset: Dataset) -> pd.Series:
    """How high the unit on one side of a move stands (Int64): a township below the organs of its county, and so on up.

    A division stands where the unit stands that it is part of.
    """
    units = dataset["units"]
    whole = history.roots(units["unit_id"], units["parent_unit_id"])
    units = units.assign(kind_of_whole=lookup(whole, units, "unit_id", "kind").astype("object"))
    own = moves[f"{side}_unit_kind"].astype("object")
    of_whole = lookup(moves[f"{side}_unit_id"], units, "unit_id", "kind_of_whole")
    tier = moves[f"{side}_level"].astype("object").map(TIER_OF_LEVEL).astype("Int64")
    below = own.isin(BELOW_THE_COUNTY) | of_whole.isin(BELOW_THE_COUNTY)
    return tier.mask(own.isna() | of_whole.isna()).mask(below, TOWNSHIP)


def _facts(measure: str, moves: pd.DataFrame, **columns) -> pd.DataFrame:
    explained = {"since": moves["moved_on"], "moved_on": moves["moved_on"], "post_id": moves["to_post_id"]}
    return fact_rows(measure, moves, SUBJECT, "managed_by", **explained, **columns)


def _units_without_moves(dataset: Dataset, moves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The units that people served in on the eve of the window and on the day, with no move in or out between.

    They are findings and no cases: `eligible` is false, so that they count in no share.
    """
    frame, first = history.substantive(history.timeline(dataset)), _first_day(settings)
    there_before = history.held_on(frame, first - history.ONE_DAY)["department"]
    serving = history.held_on(frame, settings.as_of).drop_duplicates("department")
    serving = serving[serving["department"].isin(there_before)]
    elsewhere = moves[moves["changed_department"].to_numpy(bool)]
    through = pd.concat(
        [elsewhere[[f"{side}_department", "moved_on"]].set_axis(["department", "moved_on"], axis=1) for side in SIDES]
    )
    last = lookup(serving["department"], through.sort_values("moved_on").iloc[::-1], "department", "moved_on")
    stirred = (last >= first) | serving["department"].isin(_perhaps_moved_through(frame, dataset, settings))
    quiet, last = serving[~stirred.to_numpy(bool)], last[~stirred.to_numpy(bool)]
    unit = lookup(quiet["department"], _present_units(dataset), "unit", "unit_id").fillna(quiet["department"])
    return fact_rows(
        "across_departments",
        pd.DataFrame({"unit_id": unit, "organisation": lookup(unit, dataset["units"], "unit_id", "organisation_id")}),
        ("unit", "unit_id"),
        "organisation",
        eligible=False,
        since=last,
        last_move=last,
        reason_code="no_exchange",
    )


def _perhaps_moved_through(frame: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """The departments that somebody may have come to from outside the data, or left for there: no move is on record.

    Came: the first posting on record began in the window, and not as a recruit's. Left: the last one ended in it, and no
    retirement or the like is on record.
    """
    first, in_order = _first_day(settings), frame.sort_values(["start", "end"], kind="stable")
    began = in_order.drop_duplicates("cadre_id")
    came = began[((began["start"] >= first) & ~began["route"].eq("recruited")).to_numpy(bool)]
    ended = in_order.drop_duplicates("cadre_id", keep="last")
    ended = ended[~ended["cadre_id"].isin(history.held_on(frame, settings.as_of)["cadre_id"])]
    reason = lookup(ended["cadre_id"], dataset["cadres"], "cadre_id", "left_reason")
    left = ended[((ended["end"] >= first) & ~reason.isin(history.OUT_OF_SERVICE)).to_numpy(bool)]
    return pd.concat([came["department"], left["department"]])


def _present_units(dataset: Dataset) -> pd.DataFrame:
    """The units under their present names, divisions left out, each with `unit`, its first ancestor."""
    units = dataset["units"].assign(unit=lambda table: history.roots(table["unit_id"], table["predecessor_unit_id"]))
    renamed = units["unit_id"].isin(units["predecessor_unit_id"])
    return units[(units["parent_unit_id"].isna() & ~renamed).to_numpy(bool)].sort_values("unit_id")


def picture(run) -> figures.Picture:
    """From which tier to which the moves to another department went."""
    names = {TOWNSHIP: _("townships"), COUNTY: _("county organs"), CITY: _("city organs"), 3: _("provincial organs")}
    moves = run.of("direction")
    moves = moves[(moves["eligible"].fillna(False) & (moves["group"] == "down")).to_numpy(bool)]
    counts = (
        moves.dropna(subset=["from_tier", "to_tier"]).groupby(["from_tier", "to_tier"]).size().reset_index(name="count")
    )
    counts = counts.assign(source=counts["from_tier"].map(names), target=counts["to_tier"].map(names))
    return figures.flow(counts[["source", "target", "count"]], run.settings, run.policy.id)
