"""The way in and the way out: how old the ranks are, who comes and leaves, and who stands behind those who retire.

Source: growth 2.4. The months of retirement: `retires`.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import disclosure, figures, history, verdict
from cadre_handbook.checks.training import reserve_pool
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, lookup, same
from cadre_handbook.verdict import fact_rows

TIERS = ("townships", "organs", "others")
OUTSIDE = "outside_reserve"
REASONS_NAMED = ("retired", "resigned", "transferred_out")
RECORDS_OF_UNITS = ["organisations", "units", "posts", "cadres", "postings"]
MEN, WOMEN = 60, 55  # years of age before the change, from which both rules start
FIRST_LATER = pd.Timestamp("2025-01-01")  # who would have retired in this month or after retires later
STEP, MOST = 4, 36  # a month later for every four months, up to three years
COUNTY_DEPUTY = "county_deputy"


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per cadre and tier (`young`, `median_age`), coming or leaving, retiring holder, and exit and reason.

    Besides a row, which counts for nothing, for each unit that may be named as having nobody young.
    """
    return pd.concat(
        [
            *_ages(dataset, settings),
            _nobody_young(dataset, settings),
            _net_inflow(dataset, settings),
            _retiring(dataset, settings),
            _exits(dataset, settings),
        ],
        ignore_index=True,
    )


# --- how old ------------------------------------------------------------------------------------------------------------


def _ages(dataset: Dataset, settings: Settings) -> list[pd.DataFrame]:
    """Everybody in service, once among all and once where they serve; who holds no post today stands among all only.

    Those outside the reserve are counted once more in `OUTSIDE`, a group that is never shown: the young of the reserve stand on
    another page, and taken from all of them they must not leave a small count.
    """
    people = history.in_service(dataset, settings.as_of)
    age = history.full_years(people["birth_date"], settings.as_of)
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    latest = held.sort_values("start", kind="stable").drop_duplicates("cadre_id", keep="last")
    tier = lookup(people["cadre_id"], latest.assign(tier=history.tier(latest["unit_kind"])), "cadre_id", "tier")
    serves = people["cadre_id"].isin(latest["cadre_id"])
    parts = []
    for group in ("all", *TIERS):
        of_group = True if group == "all" else (same(tier, group) & serves)
        shared = {"group": group, "eligible": of_group, "age": age, "sex": people["sex"].astype("object")}
        subject = (people, ("cadre", "cadre_id"), "organisation_id")
        parts.append(fact_rows("young", *subject, hit=age < settings.young_age, **shared))
        parts.append(fact_rows("median_age", *subject, hit=age.notna().where(age.notna()), x=age, **shared))
    on_list = people["cadre_id"].isin(reserve_pool.listed(dataset, settings)["cadre_id"])
    outside = {"group": OUTSIDE, "eligible": ~on_list, "hit": age < settings.young_age}
    return [*parts, fact_rows("young", people, ("cadre", "cadre_id"), "organisation_id", **outside)]


def _nobody_young(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The units with nobody young, where to name them tells nothing small about the others.

    A unit, its divisions with it, is looked at only if as many serve there as the least count and all their ages are known.
    """
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    held = held.drop_duplicates(["cadre_id", "department"]).reset_index(drop=True)
    age = history.full_years(lookup(held["cadre_id"], dataset["cadres"], "cadre_id", "birth_date"), settings.as_of)
    counted = held[["organisation_id", "department"]].assign(size=1, unknown=age.isna(), young=age < settings.young_age)
    counted["young"] = counted["young"].fillna(False).astype(bool)
    units = counted.groupby(["organisation_id", "department"])[["size", "unknown", "young"]].sum().reset_index()
    complete = not dataset.left_out["table"].isin(RECORDS_OF_UNITS).any()
    looked_at = complete & (units["size"] >= settings.min_cell) & (units["unknown"] == 0)
    units["none"], has_one = looked_at & (units["young"] == 0), looked_at & (units["young"] > 0)
    others = units[~units["none"]].groupby("organisation_id")[["size", "unknown", "young"]].sum()
    people, of_group = (
        units["organisation_id"].map(count).fillna(0) for count in (others["size"] - others["unknown"], others["young"])
    )
    has_one = has_one.groupby(units["organisation_id"]).transform("sum")
    may_name = disclosure.absence_may_be_named(people, of_group, has_one, settings.min_cell)
    named = units[(units["none"] & may_name).to_numpy(bool)].reset_index(drop=True)
    return fact_rows(
        "young",
        named,
        ("unit", "department"),
        "organisation_id",
        group="all",
        eligible=False,
        size=named["size"],
        reason_code="nobody_young",
    )


# --- who comes and leaves -----------------------------------------------------------------------------------------------


def _net_inflow(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Each time in the months that somebody took up work in an organisation (x = 1) or left it (x = -1), and whether young."""
    frame = history.substantive(history.timeline(dataset)).reset_index(drop=True)
    cadres = dataset["cadres"]
    frame = frame.assign(end=frame["end"].fillna(lookup(frame["cadre_id"], cadres, "cadre_id", "left_on")))
    spells = history.spells(frame, ["organisation_id"])
    spells["born"] = lookup(spells["cadre_id"], cadres, "cadre_id", "birth_date")
    first = history.months_before(settings.as_of, settings.window_months)
    came = spells.assign(day=spells["start"], x=1, sure=_surely_new(spells, frame, dataset))
    left = spells.assign(day=spells["end"], x=-1, sure=True)
    events = pd.concat([came, left], ignore_index=True)
    events = events[((events["day"] >= first) & (events["day"] <= settings.as_of)).to_numpy(bool)]
    events = events.reset_index(drop=True)
    age = history.full_years(events["born"], events["day"])
    young = (age < settings.young_age).astype("boolean")
    return fact_rows(
        "net_inflow",
        events,
        ("cadre", "cadre_id"),
        "organisation_id",
        # An older cadre who may have been here all along cannot turn the count of the young.
        hit=young.mask(~events["sure"].astype("boolean") & young.fillna(True)),
        x=events["x"],
        since=events["day"],
    )


def _surely_new(spells: pd.DataFrame, frame: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether a stay here surely began with coming (bool): a record that begins in mid-career may only have lost its beginning."""
    first = frame.iloc[spells["first_row"]].reset_index(drop=True)
    joined = lookup(spells["cadre_id"], dataset["cadres"], "cadre_id", "joined_on")
    begins = spells["start"] <= history.anniversary(joined, 1)
    was_elsewhere = spells["start"] > spells.groupby("cadre_id")["start"].transform("min")
    said = first["route"].isin(["recruited", "brought_in"]) | first["from_place_code"].notna()
    return begins | was_elsewhere | said


def _exits(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Those who left in the months, each once for every reason, and whether it was that."""
    cadres = dataset["cadres"]
    first = history.months_before(settings.as_of, settings.window_months)
    left = cadres[((cadres["left_on"] >= first) & (cadres["left_on"] <= settings.as_of)).to_numpy(bool)]
    left = left.reset_index(drop=True)
    named = {reason: same(left["left_reason"], reason) for reason in REASONS_NAMED}
    named["otherwise"] = ~among(left["left_reason"], REASONS_NAMED)
    parts = [
        fact_rows("exits", left, ("cadre", "cadre_id"), "organisation_id", group=reason, hit=was, since=left["left_on"])
        for reason, was in named.items()
    ]
    return pd.concat(parts, ignore_index=True)


# --- who retires --------------------------------------------------------------------------------------------------------


def retires(born: pd.Series, age: int, rule: str) -> pd.Series:
    """The first day of the month of retirement of those born on these days, of whom the age was `age` before the change.

    `fixed`: the month in which they reach it. `gradual`: who reaches it in 2025 or after retires one month later for every
    four months begun since January 2025, at most 36 months later.
    """
    month = born - pd.to_timedelta(born.dt.day - 1, unit="D")
    reached = history.months_after(month, age * 12)
    if rule == "fixed":
        return reached
    since = (reached.dt.year - FIRST_LATER.year) * 12 + reached.dt.month - FIRST_LATER.month
    later = (since // STEP + 1).clip(upper=MOST).where(since >= 0, 0)
    return history.months_after(reached, later.fillna(0).astype("int64"))


def _retiring(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The holders of leading posts who retire within the years, by post, and whether too few stand behind the post."""
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    held = (
        held[held["leading"].fillna(True).to_numpy(bool)].drop_duplicates(["cadre_id", "post"]).reset_index(drop=True)
    )
    cadres = dataset["cadres"]
    born, sex = (lookup(held["cadre_id"], cadres, "cadre_id", column) for column in ("birth_date", "sex"))
    as_man, as_woman = (retires(born, age, settings.retirement_rule) for age in (MEN, WOMEN))
    like_men = same(sex, "male") | _high_enough(held["rank"], settings)
    by = settings.as_of + pd.DateOffset(years=settings.due_years)
    unknown = pd.Series(pd.NA, index=held.index, dtype="boolean")
    due_as_man, due_as_woman = ((month <= by).astype("boolean").mask(month.isna()) for month in (as_man, as_woman))
    due = unknown.mask(like_men.fillna(False), due_as_man).mask(~like_men.fillna(True), due_as_woman)
    # Whoever is due by both ages is due whichever holds.
    due = due.mask(like_men.isna() & (due_as_man == due_as_woman).fillna(False), due_as_man)
    month = as_woman.mask(like_men.fillna(False), as_man)

    ready, perhaps = _ready_behind(held, dataset, settings)
    short = (ready < settings.least_ready).astype("boolean")
    short = short.mask(short & (perhaps >= settings.least_ready))
    named = (due & held["leading"] & short).fillna(False)
    return fact_rows(
        "retiring_uncovered",
        held,
        ("post", "post_id"),
        "organisation_id",
        eligible=held["leading"] & due,
        hit=short,
        since=month,
        due_month=month.dt.strftime("%Y-%m"),
        ready=ready,
        reason_code=pd.Series("nobody_ready", index=held.index, dtype="object").where(named, pd.NA),
    )


def _high_enough(rank: pd.Series, settings: Settings) -> pd.Series:
    """Whether a post is of the ranks in which women retire at the age of men (boolean, NA where the rank is not known)."""
    number = history.rank_number(rank)
    if settings.women_as_men == "none":
        return pd.Series(False, index=rank.index, dtype="boolean")
    return (number >= int(history.rank_number(pd.Series([COUNTY_DEPUTY])).iloc[0])).astype("boolean")


def _ready_behind(held: pd.DataFrame, dataset: Dataset, settings: Settings) -> tuple[pd.Series, pd.Series]:
    """How many reserve cadres stand behind the post of each row: those surely ready, and all who may be (int64)."""
    counts = [held["post"].map(count).fillna(0).astype("int64") for count in reserve_pool.behind(dataset, settings)]
    if settings.covered_by == "post":
        return tuple(counts)
    entries = reserve_pool.listed(dataset, settings)
    entries = entries[entries["for_post_id"].isna().to_numpy() & entries["ready"].fillna(True).to_numpy(bool)]
    of_cadre = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    of_cadre = of_cadre.assign(number=history.rank_number(of_cadre["rank"]))
    entries = entries.groupby(["managed_by", "cadre_id"])["ready"].agg(lambda flags: flags.fillna(False).any())
    entries = entries.reset_index(name="ready")
    ranks = of_cadre.groupby("cadre_id")["number"].agg(lambda numbers: numbers.max(skipna=False))
    entries["number"] = entries["cadre_id"].map(ranks).astype("Int64")
    own = entries.rename(columns={"managed_by": "organisation_id"})
    surely = own[own["ready"].to_numpy(bool) & own["number"].notna().to_numpy()]
    wanted = history.rank_number(held["rank"]) - 1
    sure = _by_rank(held, wanted, surely)
    # A rank that is not known, of the post or of the cadre, may be the right one.
    of_any_rank = held["organisation_id"].map(own.groupby("organisation_id").size()).fillna(0).astype("int64")
    unknown = held["organisation_id"].map(own[own["number"].isna()].groupby("organisation_id").size()).fillna(0)
    may = (_by_rank(held, wanted, own) + unknown.astype("int64")).where(wanted.notna(), of_any_rank)
    return counts[0] + sure, counts[1] + may


def _by_rank(held: pd.DataFrame, wanted: pd.Series, people: pd.DataFrame) -> pd.Series:
    """How many people of the post's organisation are of the rank wanted, by row of `held` (int64)."""
    counted = people.dropna(subset=["number"]).groupby(["organisation_id", "number"]).size()
    keys = pd.MultiIndex.from_arrays([held["organisation_id"], wanted.fillna(-1).astype("int64")])
    return pd.Series(counted.reindex(keys).fillna(0).to_numpy("int64"), index=held.index)


def picture(run) -> figures.Picture:
    """The pyramid of ages of those in service: bands of five years, men on one side, women on the other."""
    people = run.of("young")
    people = people[(people["group"].eq("all") & people["subject_type"].eq("cadre")).to_numpy(bool)]
    if people.empty and run.results.loc[run.results["measure"].eq("young"), "verdict"].eq(verdict.HIDDEN).any():
        return figures.withheld(run.settings, run.policy.id)
    known = people[~people["missing"].to_numpy(bool)]
    return figures.pyramid(
        pd.DataFrame({"age": people["age"], "side": people["sex"]}),
        {"male": _("men"), "female": _("women")},
        settings=run.settings,
        slug=run.policy.id,
        least=run.settings.min_cell,
        edge=run.settings.young_age,
        title=_("{k} of {n} in service are under {age}").format(
            k=int(known["hit"].sum()), n=len(known), age=run.settings.young_age
        ),
    )
