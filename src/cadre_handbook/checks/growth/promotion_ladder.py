"""Rungs of the ladder: how often people rise in townships and in county organs, how long they wait, and who leads after which years.

Sources: growth 2.1 and 2.3.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_by, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

LEVELS = {"townships": 1, "organs": 0}  # x of the ratio
RANKS = ["staff", "section_deputy", "section", "county_deputy"]
DAYS_A_YEAR = 365.25  # on average


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per cadre and year (`promotion_rate`, `promoted`), stay at a rank (`median_wait`) and leader (`grassroots_years`)."""
    parts = [
        *_rates(dataset, settings),
        _waits(dataset, settings),
        _grassroots(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


# --- how often ----------------------------------------------------------------------------------------------------------


def _rates(dataset: Dataset, settings: Settings) -> list[pd.DataFrame]:
    """Everybody who served in a township or an organ as a year began, once for each year, and whether promoted in it."""
    people = pd.concat(
        [_as_the_year_began(dataset, settings, number) for number in range(settings.window_years)], ignore_index=True
    )
    promotions = _promotions(dataset, settings)
    pairs = people[["cadre_id", "began", "ended"]].reset_index(names="number").merge(promotions, on="cadre_id")
    here = (pairs["promoted_on"] >= pairs["began"]) & (pairs["promoted_on"] < pairs["ended"])
    promoted = any_of(here & pairs["is_one"], pairs["number"], people.index.to_series())
    subject = (people, ("year", "subject"), "organisation_id")
    level = people["level"]
    known = pd.Series(True, index=people.index, dtype="boolean").mask(level.isna())
    shared = {"hit": promoted, "since": people["began"]}
    parts = [fact_rows("promotion_rate", *subject, eligible=known, x=level.map(LEVELS), **shared)]
    parts += [fact_rows("promoted", *subject, eligible=same(level, name), group=name, **shared) for name in LEVELS]
    return parts  # fmt: skip


def _as_the_year_began(dataset: Dataset, settings: Settings, number: int) -> pd.DataFrame:
    """Who served in a township or an organ on the first day of the year that ended `number` years before `as_of`."""
    began = history.months_before(settings.as_of, 12 * (number + 1))
    held = history.held_on(history.substantive(history.timeline(dataset)), began)
    held = held.sort_values(["start", "row"], kind="stable").drop_duplicates("cadre_id", keep="last")
    serving = history.in_service(dataset, began)["cadre_id"]
    held = held.assign(level=history.tier(held["unit_kind"]))
    kept = held["cadre_id"].isin(serving) & among(held["level"], list(LEVELS)).fillna(True)
    held = held[kept.to_numpy(bool)]
    ended = history.months_before(settings.as_of, 12 * number)
    subject = held["cadre_id"] + " " + str(began.date())
    return held[["cadre_id", "organisation_id", "level"]].assign(began=began, ended=ended, subject=subject)


def _promotions(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Everything that is, or may be, a promotion: `cadre_id`, `promoted_on`, `is_one` (true, or NA where a rank is not known)."""
    moves = history.moves(dataset)
    rose = (moves["rank_step"] > 0).astype("boolean")
    found = pd.DataFrame({"cadre_id": moves["cadre_id"], "promoted_on": moves["moved_on"], "is_one": rose})
    found = found[~moves["demotion"].to_numpy(bool)]
    if settings.counted == "posts_and_grades":
        grades = dataset["service_grades"].sort_values(["cadre_id", "granted_on"], kind="stable", ignore_index=True)
        steps = grades["service_grade"].cat.codes.astype("Int64").mask(grades["service_grade"].isna())
        same_cadre = grades["cadre_id"].eq(grades["cadre_id"].shift())
        # The first grade on record is where the record, or the system of grades, begins.
        higher = (steps > steps.shift()).astype("boolean").mask(~same_cadre, False)
        of_grades = {"cadre_id": grades["cadre_id"], "promoted_on": grades["granted_on"], "is_one": higher}
        found = pd.concat([found, pd.DataFrame(of_grades)], ignore_index=True)
    return found[found["is_one"].fillna(True).to_numpy(bool)].reset_index(drop=True)


# --- how long -----------------------------------------------------------------------------------------------------------


def stays_at_ranks(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Stays at a rank, one row each, whatever the posts and the gaps between them, with how they ended.

    Columns: `cadre_id`, `managed_by`, `rank`, `start`, `until` (the day it ended, or the day after `as_of`), `outcome` (`rose`,
    `left`, `other`, `waits`), `level` (where it began), `known` (bool: begin and ranks are on record).
    """
    frame = history.substantive(history.timeline(dataset)).reset_index(drop=True)
    spells = history.spells(frame.assign(rank=frame["rank"].astype("object")), ["rank"])
    spells["level"] = history.tier(frame["unit_kind"]).iloc[spells["first_row"]].to_numpy()
    spells["managed_by"] = frame["managed_by"].iloc[spells["first_row"]].to_numpy()
    spells = spells.sort_values(["cadre_id", "start", "first_row"], kind="stable", ignore_index=True)
    is_first = spells["cadre_id"].ne(spells["cadre_id"].shift())
    begins = is_first | spells["rank"].ne(spells["rank"].shift())
    # The end of a stay is that of the last of its parts to end; one that runs has none.
    running = history.day_numbers(spells["end"])
    last_end = pd.Series(running).groupby(begins.cumsum().to_numpy()).max().to_numpy()
    stays = spells[begins.to_numpy()].reset_index(drop=True)
    stays["ended"] = pd.Series(last_end).map(
        lambda day: pd.NaT if day >= history.RUNNING else pd.Timestamp(day, unit="D")
    )
    stays["ended"] = pd.to_datetime(stays["ended"]).astype("datetime64[s]")
    following = stays.groupby("cadre_id")
    then, next_rank = following["start"].shift(-1), history.rank_number(following["rank"].shift(-1))
    rises = (next_rank > history.rank_number(stays["rank"])).fillna(False).astype(bool)
    left_on = lookup(stays["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    over = stays["ended"].fillna(left_on)
    gone = over.notna() & (over <= settings.as_of)
    stays["outcome"] = "waits"
    stays["outcome"] = stays["outcome"].mask(gone, "left").mask(then.notna(), "other").mask(rises, "rose")
    stays["until"] = then.fillna(over.where(gone)).fillna(settings.as_of + history.ONE_DAY)
    late = pd.Series(history.record_begins_late(stays["cadre_id"], dataset).to_numpy(bool), index=stays.index)
    unknown_rank = stays["cadre_id"].isin(frame.loc[frame["rank"].isna().to_numpy(), "cadre_id"])
    first_stay = stays["cadre_id"].ne(stays["cadre_id"].shift())
    return stays.assign(known=~(late & first_stay) & ~unknown_rank)


def _waits(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The stays that began in the years looked at; a finding where one with excellent results has lasted long."""
    stays = stays_at_ranks(dataset, settings)
    since = history.months_before(settings.as_of, 12 * settings.wait_years)
    stays = stays[(stays["rank"].isin(RANKS) & (stays["start"] >= since)).to_numpy(bool)].reset_index(drop=True)
    years = (stays["until"] - stays["start"]).dt.days / DAYS_A_YEAR
    full = history.full_years(stays["start"], settings.as_of)
    excellent = _excellent(stays["cadre_id"], dataset, settings)
    long_ = stays["outcome"].eq("waits") & stays["known"] & (full >= settings.long_wait_years)
    listed = long_ & (excellent >= settings.excellent_times)
    return fact_rows(
        "median_wait",
        stays,
        ("cadre", "cadre_id"),
        "managed_by",
        group=stays["rank"],
        hit=stays["outcome"].eq("rose").astype("boolean").mask(~stays["known"]),
        x=years.round(2),
        since=stays["start"],
        rank=stays["rank"],
        level=stays["level"],
        outcome=stays["outcome"],
        years=full,
        excellent=excellent,
        order=-full.astype("Float64"),
        reason_code=pd.Series("excellent_waiting", index=stays.index, dtype="object").where(
            listed.fillna(False), pd.NA
        ),
    )


def _excellent(cadres: pd.Series, dataset: Dataset, settings: Settings) -> pd.Series:
    """How many yearly results of the last years were excellent, for each cadre (int64)."""
    results = dataset["assessments"]
    recent = results["assessed_on"] >= history.months_before(settings.as_of, 12 * settings.excellent_years)
    yearly = same(results["kind"], "annual") & same(results["grade"], "excellent")
    found = results[(recent & yearly.fillna(False)).to_numpy(bool)].groupby("cadre_id").size()
    return cadres.map(found).fillna(0).astype("int64")


# --- where leaders come from ----------------------------------------------------------------------------------------------


def _grassroots(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Those in service who hold a leading post, once, and whether they have worked long enough in townships."""
    frame = history.substantive(history.timeline(dataset)).reset_index(drop=True)
    held = history.held_on(frame, settings.as_of)
    held = held[held["leading"].fillna(True).to_numpy(bool)]
    leads = any_by(held["leading"], held["cadre_id"])
    people = history.in_service(dataset, settings.as_of)
    people = people[people["cadre_id"].isin(leads.index)].reset_index(drop=True)
    frame["level"] = history.tier(frame["unit_kind"])
    spells = history.spells(frame[frame["level"].eq("townships").to_numpy(bool)].reset_index(drop=True), ["level"])
    ended = spells["end"].where(spells["end"] <= settings.as_of, settings.as_of + history.ONE_DAY)
    days = (ended - spells["start"]).dt.days.groupby(spells["cadre_id"]).sum()
    enough = (people["cadre_id"].map(days).fillna(0) >= int(settings.min_grassroots_years * DAYS_A_YEAR)).astype(
        "boolean"
    )
    blank = people["cadre_id"].isin(frame.loc[frame["level"].isna().to_numpy(), "cadre_id"])
    incomplete = history.record_begins_late(people["cadre_id"], dataset).to_numpy(bool) | blank
    return fact_rows(
        "grassroots_years",
        people,
        ("cadre", "cadre_id"),
        "organisation_id",
        eligible=people["cadre_id"].map(leads).astype("boolean"),
        hit=enough.mask(~enough & incomplete),
    )


def picture(run) -> figures.Picture:
    """The share who rose, by the years since they reached a rank, in townships and in county organs; leaving is the other end."""
    stays = run.of("median_wait")
    stays = stays[(~stays["missing"] & stays["level"].isin(list(LEVELS))).to_numpy(bool)]
    names = {"townships": _("townships"), "organs": _("county organs")}
    ends = {"rose": 1, "left": 2}
    return figures.incidence(
        pd.DataFrame(
            {
                "group": stays["level"].map(names),
                "duration": stays["x"].astype(float),
                "event": stays["outcome"].map(ends).fillna(0).astype(int),
            }
        ),
        run.settings,
        run.policy.id,
        at=run.settings.long_wait_years,
    )
