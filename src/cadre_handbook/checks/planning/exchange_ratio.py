"""How many move each year: of those eligible when the year began, the share that moved in it, by group.

Source: problems 2.2 (25 % of section-level leaders, 50 % in departments with real power, 30 % of other staff).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, policy, verdict
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, lookup, same
from cadre_handbook.verdict import fact_rows

MEASURE = "moved"
SECTION_LEVEL = ["section", "section_deputy"]
ABOVE = ["county_deputy", "county", "city_deputy", "city"]
YEARS_SHOWN = 3


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per group and cadre who was, or may have been, eligible when the year began.

    Explained by `since`, `years` (full when the year began), `year`, and `short`: how many more moves the group needed.
    """
    return _with_shortfall(facts_of(judged_year(settings), dataset, settings), settings)


def judged_year(settings: Settings) -> int:
    """The last calendar year that is over at the end of `as_of`."""
    return (settings.as_of + history.ONE_DAY).year - 1


def facts_of(year: int, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The facts of one year."""
    holders = _holders(year, dataset, settings)
    long_enough = (holders["years"] >= settings.eligible_after_years).astype("boolean")
    moved = _moved(holders, year, dataset, settings)
    parts = []
    for group, belongs in _groups(holders, settings).items():
        parts.append(
            fact_rows(
                MEASURE,
                holders,
                ("cadre", "cadre_id"),
                "managed_by",
                group=group,
                eligible=long_enough & belongs,
                hit=moved,
                since=holders["since"],
                years=holders["years"],
                until=holders["until"],
                year=year,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _holders(year: int, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who held a post as the year began, one row a cadre: a leading post before another, then the longest held."""
    frame = history.substantive(history.timeline(dataset))
    eve = pd.Timestamp(year=year, month=1, day=1) - history.ONE_DAY
    stays = history.spells(frame, ["post"], settings.max_gap_days)
    stays = stays[((stays["start"] <= eve) & ~(stays["end"] <= eve)).to_numpy()]
    holders = frame.iloc[stays["last_row"]].assign(since=stays["start"].to_numpy(), until=stays["end"].to_numpy())
    holders["years"] = history.full_years(holders["since"], eve)
    order = holders.assign(rest=~holders["leading"].fillna(False)).sort_values(["rest", "since", "post_id"])
    return order.drop_duplicates("cadre_id").reset_index(drop=True)


def _groups(holders: pd.DataFrame, settings: Settings) -> dict[str, pd.Series]:
    """Whether each holder belongs to each group; a leader in a department with real power is in the stricter one."""
    level = holders["rank"].astype("object")
    section = among(level, SECTION_LEVEL)
    above = among(level, ABOVE)
    power = ~same(holders["power"], "none")
    leaders = holders["leading"] & section
    staff = ~(holders["leading"] & (section | above)) & ~power
    if settings.min_share_power >= settings.min_share_leaders:
        return {"leaders": leaders & ~power, "power": power, "staff": staff}
    return {"leaders": leaders, "power": power & ~leaders, "staff": staff}


def _moved(holders: pd.DataFrame, year: int, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether each holder moved in the year, NA where nothing is on record after the post.

    A move leads to another post than that held as the year began, which is then held for the years asked for, or still.
    Whoever takes a further post and still holds the old one has not moved.
    """
    moves = history.moves(dataset, settings.max_gap_days)
    held_before = lookup(moves["cadre_id"], holders, "cadre_id", "post")
    stayed = moves["to_end"].isna() | (
        moves["to_end"] >= history.anniversary(moves["moved_on"], settings.min_stay_years)
    )
    counts = moves["moved_on"].dt.year.eq(year) & ~moves["demotion"] & stayed & moves["to_post"].ne(held_before)
    moved = holders["cadre_id"].isin(moves.loc[counts.to_numpy(bool), "cadre_id"]) & holders["until"].notna()

    new_year = pd.Timestamp(year=year + 1, month=1, day=1)
    frame = history.substantive(history.timeline(dataset))
    serving = holders["cadre_id"].isin(history.held_on(frame, new_year - history.ONE_DAY)["cadre_id"])
    cadres = dataset["cadres"]
    left = cadres[(cadres["left_on"] <= new_year) & cadres["left_reason"].isin(history.OUT_OF_SERVICE)]
    gone = holders["cadre_id"].isin(left["cadre_id"])
    return moved.astype("boolean").mask(~moved & ~serving & ~gone)


def _with_shortfall(facts: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Facts with `short`, and as many findings as the group was short of moves: who could have moved, longest first."""
    keys = ["organisation_id", "group"]
    counted = facts["eligible"].fillna(False) & facts["hit"].notna()
    targets = {group.value: getattr(settings, group.target) for group in _measure().groups}
    totals = facts.assign(n=counted.astype(int), k=(counted & facts["hit"].fillna(False)).astype(int)).groupby(keys)
    short = verdict.shortfall(
        totals["n"].transform("sum"), totals["k"].transform("sum"), facts["group"].map(targets).astype(float)
    )
    # Whoever has left the post since, to retire say, need not be asked to.
    could = (counted & ~facts["hit"].fillna(True) & facts["until"].isna()).to_numpy(bool)
    order = facts[could].sort_values(["since", "subject_id"], kind="stable")
    place = order.groupby(keys).cumcount().reindex(facts.index)
    code = pd.Series("not_moved", index=facts.index).where((place < short).fillna(False), pd.NA)
    return facts.assign(short=short, reason_code=code.astype("object"))


def _measure() -> policy.Measure:
    return policy.load_policy("exchange_ratio").measures[MEASURE]


def remarks(results: pd.DataFrame) -> pd.Series:
    """What to add to the reason of each result: how many more moves the group would need."""
    short = verdict.shortfall(results["n"], results["k"], results["target"].astype(float))
    return short.map(lambda count: _("moves lacking to reach it: {count}").format(count=count) if count else "")


def picture(run) -> figures.Picture:
    """The share that moved, by group and year, with the targets and how many more moves each would have needed."""
    last = judged_year(run.settings)
    rows = []
    for year in range(last - YEARS_SHOWN + 1, last + 1):
        facts = (
            run.facts if year == last else verdict.with_missing(facts_of(year, run.dataset, run.settings), run.policy)
        )
        cells = verdict.cells(facts[facts["organisation_id"].isin(run.organisations)])
        counted = cells.groupby("group")[["n", "k"]].sum()
        for group in _measure().groups:
            n, k = (int(value) for value in counted.reindex([group.value], fill_value=0).iloc[0])
            target = getattr(run.settings, group.target)
            rows.append({"group": label(group), "series": str(year), "k": k, "n": n, "target": target})
    table = pd.DataFrame(rows).sort_values(["target", "group", "series"], kind="stable")
    now = table[table["series"].eq(str(last)) & table["n"].gt(0)]
    drawn = figures.bars(
        table,
        settings=run.settings,
        slug=run.policy.id,
        title=_("In {year} {k} of {n} groups reached the share that should move").format(
            year=last, k=int((now["k"] >= now["target"] * now["n"] - verdict.ROUNDING).sum()), n=len(now)
        ),
        caption=_("A bar is the share of those eligible as the year began who moved in it, with the counts beside it."),
    )
    if len(drawn.data):
        shown = table[table["n"] > 0]
        drawn.data[_("More moves needed")] = verdict.shortfall(shown["n"], shown["k"], shown["target"]).to_numpy()
    return drawn
