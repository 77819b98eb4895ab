"""Who is left out: do professional staff move as often as leaders, and heads as often as deputies?

Source: problems 1.3.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_by, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
HEADS = [
    *("party_secretary", "government_head", "discipline_head", "organisation_head", "political_legal_head"),
    *("police_head", "chief_judge", "chief_prosecutor", "congress_head", "consultative_head", "unit_head"),
]
BELOW_THEM = {
    "deputies": ["unit_deputy"],
    "deputies_and_middle": ["unit_deputy", "division_head", "division_deputy"],
}


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre who held a post on the eve of the window: `x` is 1 in the group that may be left out and
    0 in the one it is compared with; and one per line of work in which nobody of the group moved."""
    frame = history.substantive(history.timeline(dataset))
    held = history.held_on(frame, _first_day(settings) - history.ONE_DAY).sort_values(["start", "end"], kind="stable")
    people = _people(held, frame, dataset, settings)
    of_kind = {name: among(held["post_kind"], kinds) for name, kinds in (("head", HEADS), ("lower", _lower(settings)))}
    technical = among(held["category"], ["technical"])
    leads, specialist = _anyone(held["leading"], held, people), _anyone(technical, held, people)
    head, lower = _anyone(of_kind["head"], held, people), _anyone(of_kind["lower"], held, people)
    parts = [
        _facts("professionals", people, ~leads & specialist, leads),
        _facts("heads", people, head, ~head & lower),
        _left_out("professionals", people, ~leads & specialist, held[technical.fillna(False)], settings),
        _left_out("heads", people, head, held[of_kind["head"].fillna(False)], settings),
    ]
    return pd.concat(parts, ignore_index=True)


def _first_day(settings: Settings) -> pd.Timestamp:
    return history.months_before(settings.as_of, settings.window_months)


def _lower(settings: Settings) -> list[str]:
    return BELOW_THEM[settings.compared_with]


def _people(held: pd.DataFrame, frame: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who held a post on the eve, one row a cadre: whether they `moved` since, and whether they could have (`stayed_on`).

    Who retired, died or left the service without a move is not compared. Whether somebody moved who was transferred out,
    or of whom nothing more is on record, is not known.
    """
    people = held.drop_duplicates("cadre_id")[["cadre_id", "managed_by"]].reset_index(drop=True)
    moves = history.moves(dataset, settings.max_gap_days)
    moves = moves[((moves["moved_on"] >= _first_day(settings)) & ~moves["demotion"]).to_numpy(bool)]
    moved = people["cadre_id"].isin(moves["cadre_id"]).astype("boolean")
    serving = people["cadre_id"].isin(history.held_on(frame, settings.as_of)["cadre_id"]).astype("boolean")
    left = lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "left_on").notna()
    left &= lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "left_reason").isin(history.OUT_OF_SERVICE)
    return people.assign(moved=moved, stayed_on=(moved | serving).mask(~moved & ~serving & ~left))


def _anyone(flags: pd.Series, held: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Whether any of the posts that each of `people` held is flagged (boolean, NA unknown)."""
    return pd.Series(any_by(flags, held["cadre_id"]).reindex(people["cadre_id"]).array, index=people.index)


def _facts(measure: str, people: pd.DataFrame, one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """`one` and `other` say who is in the two groups; `x` is empty where it could be either."""
    could_be_one, could_be_other = one.fillna(True), other.fillna(True)
    x = pd.Series(pd.NA, index=people.index, dtype="Float64")
    x = x.mask(could_be_one & ~could_be_other, 1).mask(could_be_other & ~could_be_one, 0)
    eligible = (one | other) & people["stayed_on"]
    return fact_rows(measure, people, SUBJECT, "managed_by", eligible=eligible, hit=people["moved"], x=x)


def _left_out(
    measure: str, people: pd.DataFrame, one: pd.Series, posts: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """The lines of work in which nobody of the group moved. They are findings and no cases: `eligible` is false."""
    group = people[(one & people["stayed_on"]).fillna(False).to_numpy(bool)]
    field = lookup(group["cadre_id"], posts, "cadre_id", "field").astype("object")
    by_field = group.assign(field=field).groupby(["managed_by", "field"], sort=True)["moved"].agg(["size", "sum"])
    by_field = by_field.reset_index()
    quiet = by_field[((by_field["size"] >= settings.least_in_group) & (by_field["sum"] == 0)).to_numpy(bool)]
    quiet = quiet.assign(subject=quiet["managed_by"] + "/" + quiet["field"])
    return fact_rows(
        measure,
        quiet,
        ("group", "subject"),
        "managed_by",
        eligible=False,
        field=quiet["field"],
        in_group=quiet["size"],
        reason_code=f"{measure}_left_out",
    )


def picture(run) -> figures.Picture:
    """The rates of the groups, each beside that of the group it is compared with."""
    below = {"deputies": _("deputies"), "deputies_and_middle": _("deputies and middle ranks")}
    names = {
        "professionals": (_("leaders"), _("professional staff"), run.settings.min_ratio_professionals),
        "heads": (below[run.settings.compared_with], _("heads"), run.settings.min_ratio_heads),
    }
    cells = run.cells[run.cells["organisation_id"].isin(run.organisations)]
    rates = cells.groupby(["measure", "x"])[["n", "k"]].sum()
    table = pd.DataFrame(
        [
            {"left": left, "right": right, "least": least, **_counts(rates, name)}
            for name, (left, right, least) in names.items()
        ]
    )
    return figures.slopes(table, run.settings, run.policy.id)


def _counts(rates: pd.DataFrame, measure: str) -> dict[str, int]:
    return {
        f"{what}_{side}": int(rates[what].get((measure, x), 0))
        for what in ("k", "n")
        for side, x in (("left", 0), ("right", 1))
    }
