"""After the move: how movers do in the new unit beside matched stayers, who falls alone, who leaves soon.

Sources: problems 1.2; problems 2 (opening).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import estimates, figures, history
from cadre_handbook.checks.assessment.use_of_results import grade_number, measures_taken
from cadre_handbook.dataset import Dataset
from cadre_handbook.history import DAY
from cadre_handbook.i18n import _, clauses
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
YEAR = ["year", "department"]
LIKE = [
    "managed_by",
    "before_year",
    "after_year",
    "before_rank",
    "age_band",
    "before_grade",
]  # what movers and stayers share
LOWEST, HIGHEST = 0, 3  # grades as numbers
NO_CHOICE = ["retired", "died"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move, besides the stayers beside them; explained by `before`, `after`, `moved_on`, `after_on`."""
    years = graded_years(dataset, settings)
    moved = moves_with_years(dataset, years, settings)
    compared = compared_places(dataset, years, moved, settings)
    parts = [
        _change_of_place(compared),
        _matched(compared),
        _fell_alone(dataset, moved, settings),
        _left_soon(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


# --- the years and their places -------------------------------------------------------------------


def graded_years(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Every yearly assessment, one row each, in the order they were settled.

    `cadre_id`, `assessed_on`, `year` (in which it was settled), `grade` (Int64, NA unknown), `department` and `rank` of the post held
    that day, and `place`: among those of the same unit and year, 0 the lowest, 100 the highest (Float64, NA where not known).
    An assessment of unknown kind may be the yearly one, so that it stands here without a grade.
    """
    every = dataset["assessments"]
    years = every[(every["kind"].eq("annual") | every["kind"].isna()).to_numpy(bool) & every["assessed_on"].notna()]
    years = years.sort_values("assessed_on", kind="stable").reset_index(drop=True)
    years = years.assign(
        year=years["assessed_on"].dt.year, grade=grade_number(years["grade"]).mask(years["kind"].isna())
    )
    held = history.substantive(history.timeline(dataset)).sort_values(["start", "end"], kind="stable")
    pairs = (
        years[["cadre_id", "assessed_on"]]
        .reset_index(names="of")
        .merge(held[["cadre_id", "start", "end", "department", "rank"]], on="cadre_id")
    )
    pairs = pairs[((pairs["start"] <= pairs["assessed_on"]) & ~(pairs["end"] <= pairs["assessed_on"])).to_numpy(bool)]
    years = years.join(pairs.drop_duplicates("of", keep="last").set_index("of")[["department", "rank"]])
    years["place"] = _places(years, settings)
    return years[["cadre_id", "assessed_on", "year", "grade", "department", "rank", "place"]]


def _places(years: pd.DataFrame, settings: Settings) -> pd.Series:
    """The middle of the places that those who tie share, in points of a hundred; NA where too few of the unit are known."""
    known = years[(years["grade"].notna() & years["department"].notna()).to_numpy(bool)]
    order = 1000.0 * known["grade"].astype(float)
    if settings.place_by == "grade_and_score":
        score = known["score"].astype(float)
        everyone_has_one = score.notna().groupby([known[name] for name in [*YEAR, "grade"]]).transform("all")
        order = order + score.where(everyone_has_one, 0.0)
    unit = order.groupby([known[name] for name in YEAR])
    size = unit.transform("size")
    place = 100 * (unit.rank(method="average") - 0.5) / size
    return place.where(size >= settings.min_unit).reindex(years.index).astype("Float64")


def moves_with_years(dataset: Dataset, years: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The moves whose year after has come or should have, each with its years: `before_…` and `after_…` (NA where not on file).

    Left out are those who left, or moved to yet another unit, before the year after.
    """
    moves = counted_moves(dataset, settings)
    moves = moves[(moves["moved_on"] >= history.months_before(settings.as_of, settings.window_months)).to_numpy(bool)]
    moves = moves.assign(
        earliest=_months_later(moves["moved_on"], settings.after_months),
        until=_months_later(moves["moved_on"], settings.until_months),
    )
    before, after = (years.add_prefix(f"{side}_").rename(columns={f"{side}_cadre_id": "cadre_id"}) for side in SIDES)
    moves = _nearest(moves, before, "moved_on", "before_assessed_on", "backward")
    moves = _nearest(moves, after, "earliest", "after_assessed_on", "forward")
    too_old = moves["before_assessed_on"] < _months_later(moves["moved_on"], -settings.before_months)
    too_late = moves["after_assessed_on"] > moves["until"]
    for side, wrong in (("before", too_old), ("after", too_late)):
        for column in years.columns.drop("cadre_id"):
            moves[f"{side}_{column}"] = moves[f"{side}_{column}"].mask(wrong.to_numpy(bool))
    settled, last = moves["after_assessed_on"].notna(), moves["after_assessed_on"].fillna(moves["until"])
    left = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "left_on") <= last
    gone = (~settled & left) | (_next_move(dataset, moves, "moved_on", to_another_unit=True) <= last)
    due = settled | (moves["until"] <= settings.as_of)
    return moves[(due & ~gone).to_numpy(bool)].reset_index(drop=True)


SIDES = ("before", "after")


def counted_moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The moves that count, demotions left out, one row a cadre and day: `cadre_id`, `managed_by`, `moved_on`."""
    moves = history.moves(dataset)
    wanted = moves["exchange_kind"].notna() if settings.movers == "exchanged" else moves["changed_department"]
    moves = moves[(wanted & ~moves["demotion"]).to_numpy(bool)]
    return moves.drop_duplicates(["cadre_id", "moved_on"])[["cadre_id", "managed_by", "moved_on"]].reset_index(
        drop=True
    )


def _months_later(day: pd.Series, months: int) -> pd.Series:
    return (day + pd.DateOffset(months=months)).astype(DAY)


def _nearest(moves: pd.DataFrame, years: pd.DataFrame, day: str, settled: str, direction: str) -> pd.DataFrame:
    """Moves with the last year settled before `day`, or the first settled on it or later."""
    return pd.merge_asof(
        moves.sort_values(day, kind="stable"),
        years.sort_values(settled, kind="stable"),
        left_on=day,
        right_on=settled,
        by="cadre_id",
        direction=direction,
        allow_exact_matches=direction == "forward",
    )


def _next_move(dataset: Dataset, frame: pd.DataFrame, day: str, to_another_unit: bool) -> pd.Series:
    """The day of each cadre's next move after `day`, demotions among them (NaT for none)."""
    moves = history.moves(dataset)
    moves = moves[moves["changed_department"].to_numpy(bool)] if to_another_unit else moves
    following = pd.merge_asof(
        frame[["cadre_id", day]].reset_index(names="of").sort_values(day, kind="stable"),
        moves[["cadre_id", "moved_on"]].rename(columns={"moved_on": "next_on"}).sort_values("next_on", kind="stable"),
        left_on=day,
        right_on="next_on",
        by="cadre_id",
        direction="forward",
        allow_exact_matches=False,
    )
    return following.set_index("of")["next_on"].reindex(frame.index)


# --- movers beside stayers ------------------------------------------------------------------------


def compared_places(dataset: Dataset, years: pd.DataFrame, moved: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Movers and the stayers of the same kind, one row each: `mover` (bool), `known` and `has_match` (bool), `stratum`.

    A stratum is who has the same managing organisation, years before and after, rank, age band and grade before. A stayer
    is in it with both years and no move of any kind between them.
    """
    last = years.drop_duplicates(["cadre_id", "year"], keep="last").add_prefix("before_")
    first = years.drop_duplicates(["cadre_id", "year"], keep="first").add_prefix("after_")
    spans = moved[["before_year", "after_year"]].dropna().drop_duplicates().astype("int64")
    stayers = (
        spans.merge(last.rename(columns={"before_cadre_id": "cadre_id"}), on="before_year")
        .merge(first.rename(columns={"after_cadre_id": "cadre_id"}), on=["cadre_id", "after_year"])
        .reset_index(drop=True)
    )
    moves_on = _next_move(dataset, stayers, "before_assessed_on", to_another_unit=False)
    stayers = stayers[~(moves_on <= stayers["after_assessed_on"]).to_numpy(bool)]
    both = pd.concat([moved.assign(mover=True), stayers.assign(mover=False)], ignore_index=True)
    cadres = dataset["cadres"]
    both["managed_by"] = lookup(both["cadre_id"], cadres, "cadre_id", "organisation_id")
    born = lookup(both["cadre_id"], cadres, "cadre_id", "birth_date")
    both["age_band"] = history.full_years(born, both["before_assessed_on"]) // settings.age_band_years
    both["known"] = both[[*LIKE, "before_place", "after_place"]].notna().all(axis=1)
    both["mover"] = both["mover"].astype(bool)
    both["stratum"] = _stratum(both)
    sides = both[both["known"].to_numpy()].groupby(["managed_by", "stratum"])["mover"].agg(["any", "all"])
    sides["has_match"] = sides["any"] & ~sides["all"]
    both = both.merge(sides["has_match"].reset_index(), on=["managed_by", "stratum"], how="left")
    both["has_match"] = both["has_match"].eq(True) & both["known"]
    return both


def _stratum(frame: pd.DataFrame) -> pd.Series:
    """A number that is the same for the same years, rank, age band and grade wherever it is worked out (Int64)."""
    number = frame["before_year"].astype("Int64")
    digits = (
        (frame["after_year"].astype("Int64") - number, 10),
        (history.rank_number(frame["before_rank"]), 10),
        (frame["age_band"].astype("Int64"), 200),
        (frame["before_grade"].astype("Int64"), 10),
    )
    for digit, size in digits:
        number = number * size + digit
    return number


def _change_of_place(compared: pd.DataFrame) -> pd.DataFrame:
    """Change of place of those who are compared; a mover with an unknown place is missing, one without a match is nobody."""
    rows = compared[compared["mover"] | compared["has_match"]]
    known = rows["known"]
    change = (rows["after_place"] - rows["before_place"]).round(6)
    side = (2 * rows["stratum"] + rows["mover"].astype("Int64")).astype("Float64")
    return fact_rows(
        "change_of_place",
        rows,
        SUBJECT,
        "managed_by",
        eligible=(rows["has_match"] | ~known),
        hit=rows["mover"].astype("boolean").mask(~known),
        since=rows["moved_on"],
        x=side.where(rows["has_match"]),
        y=change.where(rows["has_match"]),
        before=rows["before_place"],
        after=rows["after_place"],
    )


def _matched(compared: pd.DataFrame) -> pd.DataFrame:
    rows = compared[compared["mover"]]
    found = rows["has_match"].astype("boolean").mask(~rows["known"])
    return fact_rows("matched", rows, SUBJECT, "managed_by", hit=found, since=rows["moved_on"])


# --- who fell alone -------------------------------------------------------------------------------


def _fell_alone(dataset: Dataset, moved: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Falls of so many grades whose time for a follow-up is over, and that none followed."""
    before, after = moved["before_grade"], moved["after_grade"]
    surely = before.fillna(LOWEST) - after.fillna(HIGHEST) >= settings.fall_grades
    perhaps = before.fillna(HIGHEST) - after.fillna(LOWEST) >= settings.fall_grades
    fell = surely.astype("boolean").mask(perhaps & ~surely)
    after_on = moved["after_assessed_on"]
    until = _months_later(after_on, settings.follow_up_months)
    answers = follow_ups(dataset).merge(
        moved[["cadre_id"]].assign(of=moved.index, fell_on=after_on, until=until).dropna(), on="cadre_id"
    )
    in_time = (answers["taken_on"] > answers["fell_on"]) & (answers["taken_on"] <= answers["until"])
    in_time = in_time.astype("boolean").mask(answers["taken_on"].isna())
    answered = any_of(answers["counts"] & in_time, answers["of"], moved.index.to_series()).mask(after_on.isna())
    left_on = lookup(moved["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    left = ((left_on > after_on) & (left_on <= until)).astype("boolean")
    alone = ~(answered | left)
    code = pd.Series(pd.NA, index=moved.index, dtype="object")
    code = code.mask((fell & alone).fillna(False), "fell_alone").mask(fell.isna(), "year_unknown")
    due = (until <= settings.as_of) | until.isna()
    facts_ = fact_rows(
        "fell_alone",
        moved,
        SUBJECT,
        "managed_by",
        eligible=fell,
        hit=alone.mask(fell.isna()),
        since=moved["moved_on"],
        reason_code=code,
        steps=before - after,
        moved_on=moved["moved_on"],
        after_on=after_on,
        until=until,
    )
    return facts_[due.to_numpy(bool)]


def follow_ups(dataset: Dataset) -> pd.DataFrame:
    """What somebody did for a cadre, with its day: a contact, a talk, a course after a move, a measure; `counts` is NA
    where the kind is not known."""
    seen, courses = dataset["supervision"], dataset["trainings"]
    parts = [
        (seen["cadre_id"], seen["happened_on"], _is(seen["kind"], "contact")),
        (seen["cadre_id"], seen["talked_on"], seen["talked_on"].notna()),
        (courses["cadre_id"], courses["start"], _is(courses["kind"], "onboarding")),
    ]
    taken = measures_taken(dataset)
    parts.append((taken["cadre_id"], taken["taken_on"], taken["is_measure"]))
    frames = [
        pd.DataFrame({"cadre_id": cadre, "taken_on": day, "counts": counts.astype("boolean")})
        for cadre, day, counts in parts
    ]
    return pd.concat(frames, ignore_index=True)


def _is(kind: pd.Series, wanted: str) -> pd.Series:
    return kind.eq(wanted).astype("boolean").mask(kind.isna())


# --- who left soon --------------------------------------------------------------------------------


def _left_soon(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The first move of each cadre and year, and those who did not move in it; all followed for the same time.

    The years are those whose time is over for whoever moved in them. A mover is followed from the move, another from the
    middle of the year.
    """
    counted, every = counted_moves(dataset, settings), history.moves(dataset)
    held = history.substantive(history.timeline(dataset))
    end = history.months_before(settings.as_of, settings.leave_months)
    parts = []
    for _year in range(settings.leave_years):
        begin, middle = end - pd.DateOffset(months=12), end - pd.DateOffset(months=6)
        movers = counted[((counted["moved_on"] >= begin) & (counted["moved_on"] < end)).to_numpy(bool)]
        movers = movers.sort_values("moved_on", kind="stable").drop_duplicates("cadre_id")
        parts.append(movers.rename(columns={"moved_on": "since"}).assign(mover=1))
        moved = every.loc[((every["moved_on"] >= begin) & (every["moved_on"] < end)).to_numpy(bool), "cadre_id"]
        others = history.held_on(held, middle).drop_duplicates("cadre_id")[["cadre_id", "managed_by"]]
        parts.append(others[~others["cadre_id"].isin(moved)].assign(since=middle, mover=0))
        end = begin
    followed = pd.concat(parts, ignore_index=True)
    followed["since"] = followed["since"].astype(DAY)
    cadres = dataset["cadres"]
    left_on = lookup(followed["cadre_id"], cadres, "cadre_id", "left_on")
    why = lookup(followed["cadre_id"], cadres, "cadre_id", "left_reason").astype("object")
    # Whoever had left before, and still has a post on file, is not there to be followed.
    there = ~(left_on <= followed["since"]).to_numpy(bool)
    followed, left_on, why = (part[there].reset_index(drop=True) for part in (followed, left_on, why))
    in_time = (left_on <= _months_later(followed["since"], settings.leave_months)).astype("boolean")
    counts = why.eq("resigned") if settings.counts_as_left == "resigned" else ~why.isin(NO_CHOICE)
    counts = counts.astype("boolean").mask(why.isna())
    return fact_rows(
        "left_soon",
        followed,
        SUBJECT,
        "managed_by",
        eligible=~in_time | counts,
        hit=in_time & counts,
        since=followed["since"],
        x=followed["mover"],
    )


# --- what is shown --------------------------------------------------------------------------------


def remarks(results: pd.DataFrame) -> list[str]:
    """What to add to the reason of each result: how many were compared, and what a comparison is not."""
    return [clauses(_sides_in_words(row), _no_proof(row)) for row in results.itertuples()]


def _sides_in_words(row) -> str:
    if row.measure != "change_of_place" or not row.n:
        return ""
    return _("{movers} movers beside {stayers} stayers of the same years, rank, age and grade").format(
        movers=row.k, stayers=row.n - row.k
    )


def _no_proof(row) -> str:
    compares = row.measure in ("change_of_place", "left_soon") and not pd.isna(row.value)
    return _("a comparison is no proof of cause") if compares else ""


def picture(run) -> figures.Picture:
    """The mean place in the unit before and after, of movers and of the stayers who match them."""
    rows = run.of("change_of_place")
    rows = rows[(rows["x"].notna() & ~rows["missing"]).to_numpy(bool)]
    # Strata of different organisations are different strata.
    side = 2 * rows.groupby(["organisation_id", rows["x"] // 2]).ngroup() + rows["x"].astype(float) % 2
    cells = pd.DataFrame({"x": side.astype("Float64"), "y": rows["y"], "n": 1, "k": 0, "missing": 0})
    estimate = estimates.matched_difference(cells)
    if estimates.smaller_side(cells) < run.settings.min_cases or estimate.not_enough:
        return figures.nothing(
            run.settings, run.policy.id, _("Too few movers, or too few stayers who match them, to draw a mean of.")
        )
    weight = estimates.stayer_weights(cells)
    table = pd.DataFrame(
        [
            {
                "label": words,
                "before": _mean(rows["before"], share),
                "after": _mean(rows["after"], share),
                "n": int((share > 0).sum()),
            }
            for words, share in (
                (_("Movers"), (side % 2).astype(float)),
                (_("Matched stayers"), weight),
            )
        ]
    )
    numbers = {
        "points": f"{abs(estimate.value):.1f}",
        "low": f"{estimate.lower:+.1f}",
        "high": f"{estimate.upper:+.1f}",
    }
    if estimate.lower <= 0 <= estimate.upper:
        title = _("The numbers do not tell movers from matched stayers ({low} to {high} points)")
    elif estimate.value < 0:
        title = _("Movers came out {points} points behind matched stayers ({low} to {high})")
    else:
        title = _("Movers came out {points} points ahead of matched stayers ({low} to {high})")
    return figures.before_after(table, run.settings, run.policy.id, title=title.format(**numbers))


def _mean(values: pd.Series, weights: pd.Series) -> float:
    return float((values.astype(float) * weights).sum() / weights.sum())
