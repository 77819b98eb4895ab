"""The primitives of everything about time: who held what, how long without a break, and who moved from where to where.

All work on whole columns of integers (day numbers, keys as small integers) with one sort: no loop over rows, cadres or
organisations, no groupby-apply. An interval runs from `start` up to, not including, `end`; an empty `end` is running.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cadre_handbook import places, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.values import DAY, lookup, same

RUNNING = 200_000  # a day number after every date that can be read: an interval that has no end yet
ONE_DAY = pd.Timedelta(days=1)
# Reasons for leaving after which nobody can be moved any more; someone transferred out still can.
OUT_OF_SERVICE = ["retired", "resigned", "dismissed", "died"]
# Where people serve: at the grassroots, in institutions and enterprises, or else in the organs of a county or city.
TIERS = {"township": "townships", "subdistrict": "townships", "institution": "others", "enterprise": "others"}


# --- days and years -------------------------------------------------------------------------------


def day_numbers(dates: pd.Series, empty: int = RUNNING) -> np.ndarray:
    """Days since 1970-01-01 as int64; `empty` where there is no date."""
    known = dates.notna().to_numpy()
    days = dates.to_numpy().astype("datetime64[D]").astype("int64")
    return np.where(known, days, empty)


def months_before(as_of: pd.Timestamp, months: int) -> pd.Timestamp:
    """The first day of the `months` months that end with the day `as_of`."""
    return as_of + ONE_DAY - pd.DateOffset(months=months)


def months_after(start: pd.Series, months: pd.Series | int) -> pd.Series:
    """The same day so many months later, or the last of that month where it has no such day (datetime64[s], NaT kept)."""
    known = start.fillna(pd.Timestamp(0))
    first = (_months(day_numbers(known)) + np.asarray(months, "int64")).astype("datetime64[M]").astype("datetime64[D]")
    month = pd.Series(first.astype(DAY), index=start.index)
    day = np.minimum(known.dt.day, month.dt.days_in_month)
    return (month + pd.to_timedelta(day - 1, unit="D")).astype(DAY).where(start.notna())


def last_full_year(as_of: pd.Timestamp) -> int:
    """The last calendar year that is over at the end of `as_of`."""
    return (as_of + ONE_DAY).year - 1


def anniversary(start: pd.Series, years: int) -> pd.Series:
    """The day on which `years` years since `start` are full; 29 February counts as 28 February in other years."""
    return (start + pd.DateOffset(years=int(years))).astype(DAY)


def full_years(start: pd.Series, day: pd.Timestamp | pd.Series) -> pd.Series:
    """Full years from `start` to the end of `day` (Int64): a start of 2010-01-01 has ten at the end of 2019-12-31."""
    following = pd.Series(day + ONE_DAY, index=start.index)
    unknown = (start.isna() | following.isna()).to_numpy()
    (months, start_day), (following_months, following_day) = (
        _months_and_days(day_numbers(dates, empty=0)) for dates in (start, following)
    )
    # On the last day of a February of 28 days a start on the 29th is full.
    _same_month, next_day = _months_and_days(day_numbers(following + ONE_DAY, empty=0))
    whole_month = (months % 12 == 1) & (following_months % 12 == 1) & (next_day == 1)
    not_yet = (start_day > following_day) & ~whole_month
    full = (following_months - months - not_yet) // 12
    return pd.Series(pd.arrays.IntegerArray(full, unknown), index=start.index)


def _months_and_days(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Months since 1970-01 of day numbers, and the day in that month (int64)."""
    months = _months(days)
    return months, days - months.astype("datetime64[M]").astype("datetime64[D]").astype("int64") + 1


def span(frame: pd.DataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """The first and the last day that each date of a column may be: any day of its month where only that is known."""
    by_month = frame[f"{column}_is_month"].eq(True)
    return frame[column], frame[column].mask(by_month, frame[column] + pd.offsets.MonthEnd(0))


def by_then(one: tuple, other: tuple) -> pd.Series:
    """Whether one day is no later than another, both as `span` gives them (boolean): NA where months do not settle it, or
    one is unknown. One of the two may be a pair of single days."""
    surely, surely_not = one[1] <= other[0], one[0] > other[1]
    return surely.astype("boolean").mask(~surely & ~surely_not)


# --- continuations --------------------------------------------------------------------------------


def _predecessor_positions(ids: pd.Series, predecessors: pd.Series) -> np.ndarray:
    positions = pd.Series(np.arange(len(ids)), index=ids.to_numpy())
    positions = positions[~positions.index.duplicated()]
    return predecessors.map(positions).fillna(-1).to_numpy().astype("int64")


def in_a_cycle(ids: pd.Series, predecessors: pd.Series) -> np.ndarray:
    """Which rows have predecessors that lead back to themselves or never end (a bool a row)."""
    parent = _predecessor_positions(ids, predecessors)
    for _step in range(max(1, int(np.ceil(np.log2(max(len(parent), 2)))) + 1)):
        parent = np.where(parent >= 0, parent[parent], -1)
    return parent >= 0


def roots(ids: pd.Series, predecessors: pd.Series) -> pd.Series:
    """The first ancestor of each row by predecessor, itself where it has none: what was only renamed keeps one root."""
    if not len(ids):
        return ids
    parent = _predecessor_positions(ids, predecessors)
    here = np.arange(len(parent))
    parent = np.where(parent < 0, here, parent)
    for _step in range(int(np.ceil(np.log2(len(parent)))) + 1):
        parent = parent[parent]
    return pd.Series(ids.to_numpy()[parent], index=ids.index)


def all_units(dataset: Dataset) -> pd.DataFrame:
    """The columns of `units`, and: `unit`, the root (what was only renamed or merged is one); `department`, the root of the
    unit that a division is part of, else its own; `stands` (bool): no division, and no other unit continues it."""
    units = dataset["units"].assign(unit=lambda table: roots(table["unit_id"], table["predecessor_unit_id"]))
    top = roots(units["unit_id"], units["parent_unit_id"])
    continued = units["unit_id"].isin(units["predecessor_unit_id"].dropna())
    return units.assign(
        department=lookup(top, units, "unit_id", "unit"), stands=units["parent_unit_id"].isna() & ~continued
    )


# --- the timeline ---------------------------------------------------------------------------------


def timeline(dataset: Dataset) -> pd.DataFrame:
    """All postings with what is known of their post, unit and organisation, one row a posting.

    Beside the columns of `postings`, `posts` and `units`: `post` and `unit`, the roots of post and unit (what was only
    renamed or merged is one); `department`, the unit that a division is part of, else the unit itself; `place_code`, the unit's or else its organisation's; `level`, the organisation's;
    `unit_kind`, `post_kind`, `external`, `managed_by` (the organisation that manages the cadre). Cached on the dataset.
    """
    if "timeline" in dataset.cache:
        return dataset.cache["timeline"]
    organisations = dataset["organisations"][["organisation_id", "place_code", "level", "external", "parent_id"]]
    units = all_units(dataset).drop(columns=["name", "stands"])
    units = units.rename(columns={"kind": "unit_kind", "place_code": "unit_place_code"})
    posts = dataset["posts"].assign(post=lambda table: roots(table["post_id"], table["predecessor_post_id"]))
    posts = posts.rename(columns={"kind": "post_kind"})
    cadres = dataset["cadres"][["cadre_id", "organisation_id"]].rename(columns={"organisation_id": "managed_by"})
    frame = (
        dataset["postings"]
        .reset_index(names="row")
        .merge(posts, on="post_id", how="left", suffixes=("", "_of_post"))
        .merge(units, on="unit_id", how="left", suffixes=("", "_of_unit"))
        .merge(organisations, on="organisation_id", how="left", suffixes=("", "_of_organisation"))
        .merge(cadres, on="cadre_id", how="left")
    )
    frame["place_code"] = frame["unit_place_code"].fillna(frame["place_code"])
    frame["external"] = frame["external"].fillna(False).astype(bool)
    dataset.cache["timeline"] = frame
    return frame


def substantive(frame: pd.DataFrame) -> pd.DataFrame:
    """The postings of a timeline held in substance: no secondments, acting or concurrent posts."""
    return frame[(frame["role"] == "substantive").to_numpy()]


def held_on(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The postings held at the end of `day`: begun by then and not ended (`start` <= day < `end`)."""
    held = (frame["start"] <= day) & ~(frame["end"] <= day)
    return frame[held.to_numpy()]


def in_service(dataset: Dataset, day: pd.Timestamp) -> pd.DataFrame:
    """The cadres who serve at the end of `day`: a posting has begun, and they have not left; the columns of `cadres`."""
    cadres, postings = dataset["cadres"], dataset["postings"]
    begun = cadres["cadre_id"].isin(postings.loc[(postings["start"] <= day).to_numpy(bool), "cadre_id"])
    return cadres[(begun & ~(cadres["left_on"] <= day)).to_numpy(bool)].reset_index(drop=True)


def record_begins_late(cadres: pd.Series, dataset: Dataset) -> pd.Series:
    """Whether a part of each cadre's career is not on record (bool), or may not be: it begins a year after joining work, or
    elsewhere, or nobody knows when they joined."""
    first = timeline(dataset).sort_values("start", kind="stable")
    joined = lookup(cadres, dataset["cadres"], "cadre_id", "joined_on")
    begins = lookup(cadres, first, "cadre_id", "start")
    return ~(begins <= anniversary(joined, 1)) | lookup(cadres, first, "cadre_id", "from_place_code").notna()


def tier(unit_kind: pd.Series) -> pd.Series:
    """`townships` (and subdistricts), `others` (institutions, enterprises) or `organs` of each kind of unit; NA where unknown."""
    kind = unit_kind.astype("object")
    return kind.map(TIERS).mask(kind.notna() & ~kind.isin(list(TIERS)), "organs")


# --- secondments ----------------------------------------------------------------------------------


def secondments(dataset: Dataset) -> pd.DataFrame:
    """Every secondment, one row each, those that only a posting shows among them.

    The columns of `secondments`, and: `recorded` (bool: it has a row of its own there; else all but its days is unknown),
    `managed_by`, `left_on` (of the cadre), `ended_on` with `ended_on_is_month` (the day after the last: its end, or where
    that is empty the day on which the cadre left; NaT while it runs). Cached on the dataset.
    """
    if "secondments" in dataset.cache:
        return dataset.cache["secondments"]
    recorded = dataset["secondments"].assign(recorded=True)
    others = _unrecorded(dataset, recorded)
    days = ["cadre_id", "posting_id", "start", "start_is_month", "end", "end_is_month"]
    frame = recorded.astype(dict.fromkeys(("direction", "task", "use"), "object"))
    if len(others):
        frame = pd.concat([frame, others[days].assign(recorded=False)], ignore_index=True)
    frame = frame.reset_index(drop=True)
    cadres = dataset["cadres"]
    frame["managed_by"] = lookup(frame["cadre_id"], cadres, "cadre_id", "organisation_id")
    for column in ("left_on", "left_on_is_month"):
        frame[column] = lookup(frame["cadre_id"], cadres, "cadre_id", column)
    frame["ended_on"] = frame["end"].fillna(frame["left_on"])
    frame["ended_on_is_month"] = frame["end_is_month"].where(frame["end"].notna(), frame["left_on_is_month"])
    dataset.cache["secondments"] = frame
    return frame


def _unrecorded(dataset: Dataset, recorded: pd.DataFrame) -> pd.DataFrame:
    """Postings on secondment that no row of `secondments` names, and whose time none of the same cadre touches."""
    away = dataset["postings"]
    away = away[away["role"].eq("secondment").to_numpy()]
    pairs = away.merge(recorded[["cadre_id", "start", "end"]], on="cadre_id", suffixes=("", "_on_record"))
    touches = ~(pairs["start"] > pairs["end_on_record"]) & ~(pairs["start_on_record"] > pairs["end"])
    known = {*recorded["posting_id"].dropna(), *pairs.loc[touches, "posting_id"]}
    # A row left out for its problem is counted as missing already.
    left_out = dataset.left_out.loc[dataset.left_out["table"] == "secondments", "cadre_id"]
    return away[~(away["posting_id"].isin(known) | away["cadre_id"].isin(left_out)).to_numpy(bool)]


# --- spells ---------------------------------------------------------------------------------------


def spells(frame: pd.DataFrame, by: list[str], max_gap_days: int = 0) -> pd.DataFrame:
    """Postings of one cadre with the same `by` (post, unit, place, team …) that touch or overlap, as one stretch.

    A gap of more than `max_gap_days` days breaks; between two postings known by month a gap of one month is no gap. Rows
    with an empty `by` are left out. Gives one row a spell: `cadre_id`, `by`, `start`, `end` (NaT while running),
    `postings` (how many), `first_row` and `last_row` (positions in `frame` of its first and its latest posting).
    """
    keys = ["cadre_id", *by]
    known = frame[keys].notna().all(axis=1).to_numpy() & frame["start"].notna().to_numpy()
    positions = np.flatnonzero(known)
    group = frame.iloc[positions].groupby(keys, sort=False, observed=True).ngroup().to_numpy()
    start = day_numbers(frame["start"])[positions]
    end = day_numbers(frame["end"])[positions]
    end_is_month = (frame["end_is_month"].to_numpy() & (day_numbers(frame["end"]) < RUNNING))[positions]
    order = np.lexsort((end, start, group))
    group, start, positions = group[order], start[order], positions[order]
    end, end_is_month = end[order], end_is_month[order]
    start_is_month = frame["start_is_month"].to_numpy()[positions]

    # The latest end so far within each group, and whether it is known by month: packed in one integer, one running maximum.
    packed = end * 2 + end_is_month
    offset = group * (4 * RUNNING)
    latest = np.maximum.accumulate(packed + offset + RUNNING) - offset - RUNNING if len(packed) else packed
    latest_end, latest_is_month = latest >> 1, (latest & 1).astype(bool)

    same_group = np.r_[False, group[1:] == group[:-1]][: len(group)]
    previous_end, previous_is_month = np.r_[0, latest_end[:-1]], np.r_[False, latest_is_month[:-1]]
    previous_end, previous_is_month = previous_end[: len(group)], previous_is_month[: len(group)]
    touches = start - previous_end <= max_gap_days
    by_month = previous_is_month & start_is_month & (_months(start) - _months(previous_end) <= 1)
    begins = ~(same_group & (touches | by_month))

    spell = np.cumsum(begins) - 1
    firsts = np.flatnonzero(begins)
    lasts = np.r_[firsts[1:], len(begins)] - 1 if len(firsts) else firsts
    # The latest posting of a spell is the one that begins last; it says what the cadre holds in the end.
    result = frame.iloc[positions[firsts]][keys].reset_index(drop=True)
    result["start"] = _as_dates(start[firsts])
    result["end"] = _as_dates(latest_end[lasts])
    result["postings"] = np.bincount(spell, minlength=len(firsts)) if len(firsts) else np.array([], dtype="int64")
    result["first_row"] = positions[firsts]
    result["last_row"] = positions[lasts]
    return result


def _months(days: np.ndarray) -> np.ndarray:
    """Months since 1970-01 of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("int64")


def _as_dates(days: np.ndarray) -> pd.Series:
    dates = days.astype("datetime64[D]").astype(DAY)
    return pd.Series(np.where(days >= RUNNING, np.datetime64("NaT"), dates).astype(DAY))


# --- moves ----------------------------------------------------------------------------------------

_MOVE_FACTS = [
    "posting_id",
    "post_id",
    "post",
    "unit_id",
    "unit",
    "department",
    "unit_kind",
    "organisation_id",
    "level",
    "place_code",
    "post_kind",
    "rank",
    "category",
    "team",
    "leading",
    "importance",
    "urgent",
    "field",
    "power",
    "law_enforcement",
    "hardship",
    "external",
]


def moves(dataset: Dataset, max_gap_days: int = 0) -> pd.DataFrame:
    """Every change of substantive post, one row a move, dated by the start in the new post.

    Columns: `cadre_id`, `managed_by`, `moved_on` (and `moved_on_is_month`), `from_start` and `from_end` (the spell left),
    `from_…` and `to_…` for each of posting, post, unit, organisation, place, rank, team and the like; `route`,
    `exchange_kind`, `decision_id`, `plan_id` of the new posting; `changed_unit` and `changed_department` (bool), `changed_province`,
    `changed_city`, `changed_county` (boolean, NA where a place is not known), `rank_step`, `importance_step`,
    `hardship_step` (Int64, new less old); `demotion` (a demotion or removal, which is no exchange). A first post is no
    move, nor is a secondment, nor a post or unit that was only renamed. Cached on the dataset.
    """
    cache_key = ("moves", max_gap_days)
    if cache_key in dataset.cache:
        return dataset.cache[cache_key]
    frame = substantive(timeline(dataset))
    held = spells(frame, ["post"], max_gap_days)
    cadre = pd.factorize(held["cadre_id"])[0]
    start = day_numbers(held["start"])
    order = np.lexsort((held["first_row"].to_numpy(), start, cadre))
    held, cadre, start = held.iloc[order].reset_index(drop=True), cadre[order], start[order]

    previous = _left_for(cadre, start, day_numbers(held["end"]))
    # Coming back to one's own post after a break is no change of post.
    posts = pd.factorize(held["post"])[0]
    is_move = (previous >= 0) & (posts[previous] != posts)
    arrived, left = held[is_move], held.iloc[previous[is_move]]

    to = frame.iloc[arrived["first_row"]].reset_index(drop=True)
    origin = frame.iloc[left["last_row"]].reset_index(drop=True)
    result = to[["cadre_id", "managed_by", "route", "exchange_kind", "decision_id", "plan_id"]].copy()
    result["moved_on"], result["moved_on_is_month"] = to["start"], to["start_is_month"]
    result["from_start"] = left["start"].to_numpy()
    result["from_end"] = left["end"].to_numpy()
    result["to_end"] = arrived["end"].to_numpy()
    facts = {f"{side}_{name}": whole[name] for name in _MOVE_FACTS for side, whole in (("from", origin), ("to", to))}
    result = pd.concat([result, pd.DataFrame(facts)], axis=1)
    result["changed_unit"] = (result["from_unit"] != result["to_unit"]).astype(bool)
    result["changed_department"] = (result["from_department"] != result["to_department"]).astype(bool)
    for level in places.LEVELS:
        same = places.same_place(result["from_place_code"], result["to_place_code"], result["moved_on"], level)
        result[f"changed_{level}"] = ~same
    result["rank_step"] = rank_number(result["to_rank"]) - rank_number(result["from_rank"])
    for column in ("importance", "hardship"):
        result[f"{column}_step"] = result[f"to_{column}"] - result[f"from_{column}"]
    result["demotion"] = result["route"].isin(["demoted", "removed_to"])
    dataset.cache[cache_key] = result
    return result


def _left_for(cadre: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The position of the spell that each spell was reached from, -1 for none; spells sorted by cadre and start.

    Of the spells begun on an earlier day: the latest begun that was still held on the day of the move; where none was, the
    one that ended last. Two posts begun on one day are thus both reached from the post held before that day.
    """
    if not len(cadre):
        return np.array([], "int64")
    here = np.arange(len(cadre))
    new_cadre = np.r_[True, cadre[1:] != cadre[:-1]]
    new_day = new_cadre | np.r_[True, start[1:] != start[:-1]]
    first = np.maximum.accumulate(np.where(new_cadre, here, 0))
    before = np.maximum.accumulate(np.where(new_day, here, 0)) - 1
    before = np.where(before >= first, before, -1)

    # One step back a round for those whose candidate had ended already: as many rounds as postings overlap in depth.
    held = before.copy()
    open_ = np.flatnonzero(before >= 0)
    while len(open_):
        open_ = open_[end[held[open_]] < start[open_]]
        held[open_] -= 1
        outside = held[open_] < first[open_]
        held[open_[outside]] = -1
        open_ = open_[~outside]

    # The spell that ended last up to each position, the later begun of equals: one running maximum within each cadre.
    packed = (np.cumsum(new_cadre) * (RUNNING + 100_000) + end + 50_000) * len(cadre) + here
    ended_last = np.maximum.accumulate(packed) % len(cadre)
    return np.where(held >= 0, held, np.where(before >= 0, ended_last[before], -1))


def is_promotion(moves: pd.DataFrame) -> pd.Series:
    """Whether each move or stay is a promotion (boolean): by `rank_step` where both ranks are known, else by `route`."""
    return (moves["rank_step"] > 0).astype("boolean").fillna(same(moves["route"], "promoted"))


# --- relocations ----------------------------------------------------------------------------------


def relocation_of(moves: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """The id of the row of `relocations` about each of `moves` (NA for none): the one that names the posting moved to, or
    else one of the same cadre and day."""
    rows = dataset["relocations"]
    named = lookup(moves["to_posting_id"], rows, "posting_id", "relocation_id").astype("object")
    by_day = rows.drop_duplicates(["cadre_id", "moved_on"])[["cadre_id", "moved_on", "relocation_id"]]
    same_day = moves[["cadre_id", "moved_on"]].merge(by_day, on=["cadre_id", "moved_on"], how="left")["relocation_id"]
    return named.fillna(pd.Series(same_day.to_numpy(), index=moves.index, dtype="object"))


def relocations(dataset: Dataset) -> pd.DataFrame:
    """Every move to another place of work, one row each, with those to another county that nobody recorded among them.

    The columns of `relocations`, and: `recorded` (bool: it has a row of its own there; else all but its day is unknown),
    `managed_by`, `changed_county` (boolean, NA unknown; known only of moves between posts on record), `demotion` (boolean, NA
    where no posting is found that says how they came), `ended_on` (the day of the next such move, or on which the cadre
    left; NaT while the stay runs). Cached on the dataset.
    """
    if "relocations" in dataset.cache:
        return dataset.cache["relocations"]
    recorded, all_moves = dataset["relocations"], moves(dataset)
    about = relocation_of(all_moves, dataset)
    county = all_moves.assign(about=about)
    # A row left out for its problem is counted as missing already.
    left_out = dataset.left_out.loc[dataset.left_out["table"] == "relocations", "cadre_id"]
    owed = (
        all_moves["changed_county"].fillna(True).to_numpy(bool) & about.isna() & ~all_moves["cadre_id"].isin(left_out)
    )
    others = all_moves[owed.to_numpy(bool)].reset_index(drop=True)
    blank = recorded.iloc[:0].reindex(range(len(others)))
    months = [column for column in recorded if column.endswith("_is_month")]
    blank = blank.assign(cadre_id=others["cadre_id"], posting_id=others["to_posting_id"], moved_on=others["moved_on"])
    blank[months] = False
    blank["moved_on_is_month"] = others["moved_on_is_month"]
    frame = pd.concat([recorded.assign(recorded=True), blank.assign(recorded=False)], ignore_index=True)
    frame["managed_by"] = lookup(frame["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id")
    of_rows = lookup(recorded["relocation_id"], county, "about", "changed_county")
    frame["changed_county"] = pd.concat([of_rows, others["changed_county"]], ignore_index=True).astype("boolean")
    frame["demotion"] = _came_down(frame, dataset)
    days = frame[["cadre_id", "moved_on"]].drop_duplicates().sort_values(["cadre_id", "moved_on"], kind="stable")
    days["next_on"] = days.groupby("cadre_id", sort=False)["moved_on"].shift(-1)
    following = frame[["cadre_id", "moved_on"]].merge(days, on=["cadre_id", "moved_on"], how="left")["next_on"]
    left_on = lookup(frame["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    frame["ended_on"] = pd.concat([following, left_on], axis=1).min(axis=1).astype(DAY)
    dataset.cache["relocations"] = frame
    return frame


def _came_down(frame: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether each move was a demotion or removal, by the posting it names or else one begun that day (boolean, NA for none)."""
    postings = dataset["postings"]
    route = postings["route"].astype("object").fillna("")
    by_id = postings.assign(route=route)
    named = lookup(frame["posting_id"], by_id, "posting_id", "route")
    by_day = by_id[["cadre_id", "start", "route"]].drop_duplicates(["cadre_id", "start"])
    begun = frame[["cadre_id", "moved_on"]].merge(
        by_day, left_on=["cadre_id", "moved_on"], right_on=["cadre_id", "start"], how="left"
    )["route"]
    found = named.fillna(pd.Series(begun.to_numpy(), index=frame.index))
    return found.isin(["demoted", "removed_to"]).astype("boolean").mask(found.isna())


def rank_number(rank: pd.Series) -> pd.Series:
    """Ranks as Int64, 0 for staff upwards, NA where unknown."""
    order = {code: position for position, code in enumerate(schema.tables()["posts"].fields["rank"].codes)}
    return rank.astype("object").map(order).astype("Int64")
