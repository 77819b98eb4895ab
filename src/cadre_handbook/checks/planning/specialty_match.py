"""Put people where they fit: moves to a line of work that the cadre studied or has worked in.

Sources: essay 2.1; problems 2.4 (second); zhengzhou, Jiujiang.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup, same
from cadre_handbook.verdict import fact_rows

NO_SPECIALTY = ["general", "other"]  # lines of work that ask for no one specialty
SHOWN = 8  # fields shown each by itself in the picture


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move; explained by `moved_on`, `study_field`, `to_field` and `worked`."""
    moves = _moves(dataset, settings)
    technical = same(moves["to_category"], "technical")
    return pd.concat(
        [
            _facts("matched", moves, moves["asks_for_one"]),
            _facts("matched_technical", moves, moves["asks_for_one"] & technical),
        ],
        ignore_index=True,
    )


def _moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The moves of the last months, demotions left out, with `study_field`, `studied`, `worked` and `asks_for_one`."""
    moves = history.moves(dataset)
    after = history.months_before(settings.as_of, settings.window_months)
    # Who came back to the same post after a pause has not changed posts.
    elsewhere = (moves["moved_on"] >= after) & (moves["from_post"] != moves["to_post"])
    moves = moves[(elsewhere & ~moves["demotion"]).to_numpy(bool)].reset_index(drop=True)
    study = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "study_field")
    special = ~moves["to_field"].isin(NO_SPECIALTY) | settings.include_general
    return moves.assign(
        study_field=study.astype("object"),
        studied=_same_field(study, moves["to_field"]),
        worked=_worked(moves, dataset, settings),
        asks_for_one=special.astype("boolean").mask(moves["to_field"].isna() & ~settings.include_general),
    )


def _same_field(one: pd.Series, two: pd.Series) -> pd.Series:
    """Whether two fields are the same (boolean). Two that are each called *other* may be any two."""
    return same(one, two).mask((one.eq("other") & two.eq("other")).fillna(False).to_numpy(bool))


def _worked(moves: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether each cadre had worked long enough in the field moved to, without a break, before the move (boolean).

    Work in a unit of no known field may have been in it, and so may what a record that begins late does not show.
    """
    frame = history.timeline(dataset)
    wanted = moves[["cadre_id", "moved_on", "to_field"]].assign(move=moves.index)
    before = frame.merge(wanted, on="cadre_id")
    before = before[(before["start"] < before["moved_on"]).to_numpy(bool)].reset_index(drop=True)
    right = _same_field(before["field"], before["to_field"])
    surely = _long_enough(before[right.fillna(False).to_numpy(bool)], settings)
    perhaps = _long_enough(before[right.fillna(True).to_numpy(bool)], settings)
    unknown = moves.index.isin(perhaps) | history.record_begins_late(moves["cadre_id"], dataset).to_numpy(bool)
    worked = pd.Series(moves.index.isin(surely), index=moves.index, dtype="boolean")
    return worked.mask(~worked & unknown)


def _long_enough(work: pd.DataFrame, settings: Settings) -> pd.Series:
    """The moves before which a stretch of this work lasted for the years asked for."""
    stretches = history.spells(work.reset_index(drop=True), ["move", "moved_on"])
    until = stretches[["end", "moved_on"]].min(axis=1)
    return stretches.loc[history.anniversary(stretches["start"], settings.min_years_worked) <= until, "move"]


def _facts(measure: str, moves: pd.DataFrame, eligible: pd.Series) -> pd.DataFrame:
    hit = moves["studied"] | moves["worked"]
    without = (eligible & ~hit).fillna(False).astype(bool)
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
        study_field=moves["study_field"],
        to_field=moves["to_field"].astype("object"),
        worked=moves["worked"],
        reason_code=pd.Series(f"not_{measure}", index=moves.index).where(without, pd.NA),
    )


def picture(run) -> figures.Picture:
    """Field of study by field moved to; the fields moved to most often each by itself, the others together."""
    moves = run.of("matched")
    moves = moves[moves["eligible"].fillna(False).to_numpy(bool)]
    names = {item.value: label(item) for item in schema.tables()["units"].fields["field"].categories}
    often = moves["to_field"].value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    shown = list(often.index[:SHOWN])
    # A column has room for a number only, that of the row of the same field.
    numbers = {code: f"#{number}" for number, code in enumerate([*shown, "rest"], start=1)}
    rows = {code: f"{number} {names.get(code, _('other fields'))}" for code, number in numbers.items()}
    study = moves["study_field"].where(moves["study_field"].isin(shown) | moves["study_field"].isna(), "rest")
    went = moves["to_field"].where(moves["to_field"].isin(shown), "rest")
    table = pd.DataFrame({"row": study.map(rows).fillna(_("not known")), "column": went.map(numbers)})
    known, hit = moves["hit"].notna(), moves["hit"].fillna(False)
    return figures.matrix(
        rows=[*rows.values(), _("not known")],
        columns=list(numbers.values()),
        counts=table.value_counts(["row", "column"]).rename("count").reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        title=_("In {k} of {n} moves study or past work matched the post").format(k=int(hit.sum()), n=int(known.sum())),
        caption=_(
            "Each row is a field of study; each column, by the number of its row, the field moved to. In the cells in "
            "brackets both are the same."
        ),
        marked=[(rows[code], numbers[code]) for code in shown],
    )
