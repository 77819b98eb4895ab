"""A file for whoever moved: the exchange, study and work, changes of post and performance on record within a year.

Source: problems 2.4-3.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
PARTS = {
    "exchange": "exchange_recorded_on",
    "study": "study_recorded_on",
    "changes": "changes_recorded_on",
    "performance": "performance_recorded_on",
}


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per move, and per move and part; explained by `moved_on` and the day of each part, `exchange_on` and so on."""
    moves = filed_moves(dataset, settings)
    complete = pd.Series(True, index=moves.index, dtype="boolean")
    for part in PARTS:
        complete &= moves[part]
    eligible = moves["due"] | complete.fillna(False)
    parts = [_facts("complete", moves, eligible, complete, reason_code=_why(moves, complete).where(eligible, pd.NA))]
    parts += [_facts("part_in_time", moves, eligible, moves[part], group=part) for part in PARTS]
    return pd.concat(parts, ignore_index=True)


def filed_moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Moves of the last months, demotions left out, each with what its file has.

    `due` (bool): the months are over, and the cadre had not left by then. For each part a boolean, whether it was recorded
    in time (NA where months do not settle it, or a file that names no move could be this one's), and `…_on`, the day of it.
    `on_file`, `loose` (bool): there is a file about the move; the cadre has one that names none.
    """
    moves = history.moves(dataset, settings.max_gap_days)
    first = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= first) & ~moves["demotion"]).to_numpy(bool)].reset_index(drop=True)
    moves["move"] = moves.index
    over = [history.months_after(day, settings.file_months) for day in history.span(moves, "moved_on")]
    left = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    moves["due"] = (over[1] <= settings.as_of + history.ONE_DAY) & ~(left < over[1])
    moves["last_day_from"], moves["last_day_to"] = (day - history.ONE_DAY for day in over)

    files = dataset["tracking_files"]
    pairs = _files_of(moves, files, dataset)
    moves["on_file"] = moves["move"].isin(pairs["move"])
    moves["loose"] = moves["cadre_id"].isin(files.loc[files["posting_id"].isna(), "cadre_id"])
    for part, column in PARTS.items():
        in_time = any_of(_in_time(pairs, part, column), pairs["move"], moves["move"])
        moves[part] = in_time.mask(~in_time.fillna(True) & moves["loose"])
        moves[f"{part}_on"] = pairs.groupby("move")[column].min().reindex(moves["move"]).to_numpy()
    early = history.by_then(history.span(pairs, "moved_on"), history.span(pairs, PARTS["performance"]))
    moves["early"] = moves["move"].isin(pairs.loc[~early.fillna(True), "move"])
    return moves


def _files_of(moves: pd.DataFrame, files: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """A row for each file and the move it is about: the move to the post of the posting that the file names."""
    postings = history.substantive(history.timeline(dataset))[["cadre_id", "posting_id", "post", "start"]]
    named = files.merge(postings, on=["cadre_id", "posting_id"])
    about = moves[
        ["move", "cadre_id", "to_post", "moved_on", "moved_on_is_month", "to_end", "last_day_from", "last_day_to"]
    ]
    pairs = about.merge(named, left_on=["cadre_id", "to_post"], right_on=["cadre_id", "post"])
    of_the_stay = (pairs["start"] >= pairs["moved_on"]) & ~(pairs["start"] >= pairs["to_end"])
    return pairs[of_the_stay.to_numpy(bool)].reset_index(drop=True)


def _in_time(pairs: pd.DataFrame, part: str, column: str) -> pd.Series:
    """Whether a file has the part by the last day (boolean). Performance after the exchange is recorded after it, too."""
    recorded = history.span(pairs, column)
    in_time = history.by_then(recorded, (pairs["last_day_from"], pairs["last_day_to"]))
    if part == "performance":
        in_time &= history.by_then(history.span(pairs, "moved_on"), recorded)
    return in_time.mask(pairs[column].isna(), False)


def _why(moves: pd.DataFrame, complete: pd.Series) -> pd.Series:
    """What is wrong first of all: no file, a part missing, performance before the move, then a part that came late."""
    missing = moves[[f"{part}_on" for part in PARTS]].isna().any(axis=1)
    code = pd.Series("part_late", index=moves.index, dtype="object")
    code = code.mask(moves["early"], "too_early").mask(missing, "part_missing").mask(~moves["on_file"], "no_file")
    unknown = pd.Series("in_time_unknown", index=moves.index, dtype="object").mask(moves["loose"], "file_of_no_move")
    return code.mask(complete.isna(), unknown).mask(complete.fillna(False), pd.NA)


def _facts(measure: str, moves: pd.DataFrame, eligible: pd.Series, hit: pd.Series, **columns) -> pd.DataFrame:
    days = {f"{part}_on": moves[f"{part}_on"] for part in PARTS}
    return fact_rows(
        measure,
        moves.assign(post_id=moves["to_post_id"]),
        SUBJECT,
        "managed_by",
        **{
            "eligible": eligible,
            "hit": hit,
            "since": moves["moved_on"],
            "moved_on": moves["moved_on"],
            **days,
            **columns,
        },
    )


def picture(run) -> figures.Picture:
    """How often each part was on file in time, and all of them."""
    cells = run.cells[run.cells["organisation_id"].isin(run.organisations)]
    counted = cells.groupby(["measure", "group"])[["n", "k"]].sum()
    names = {("part_in_time", group.value): label(group) for group in run.policy.measures["part_in_time"].groups}
    names[("complete", "")] = _("All four parts")
    rows = [
        {"group": name, "series": "", "k": int(counted["k"].get(key, 0)), "n": int(counted["n"].get(key, 0))}
        for key, name in names.items()
    ]
    table = pd.DataFrame(rows).assign(target=[*[float("nan")] * len(PARTS), run.settings.min_share_complete])
    return figures.bars(
        table,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} moves have a complete file within {months} months").format(
            k=rows[-1]["k"], n=rows[-1]["n"], months=run.settings.file_months
        ),
        caption=_(
            "Each bar is the share of moves of which this part of the file was recorded in time. Moves whose time is not over, and those of which it is not known, are left out."
        ),
    )
