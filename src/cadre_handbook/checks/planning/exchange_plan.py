"""Exchange by plan: moves that stood in a plan, plans that were carried out, purposes on record, and even years.

Sources: problems 2.4; rotation essay 2.1; zhengzhou, Guizhou.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move, plan or cadre-year; explained by `year`, `moved_on` and `adopted_on`.

    Moves and plans of the years before those that are counted stand there too, not eligible: the picture shows them.
    """
    moves, plans = _moves(dataset, settings), _plans(dataset, settings)
    links = _links(moves, plans)
    parts = [
        _moves_in_plan(moves, links, settings),
        _plans_done(plans, links, settings),
        _purpose_recorded(moves, links, dataset["plans"], settings),
        _even_years(dataset, moves, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def _shown(year: pd.Series, settings: Settings) -> pd.Series:
    first = history.last_full_year(settings.as_of) - max(settings.window_years, settings.plan_years)
    return ((year > first) & (year <= history.last_full_year(settings.as_of))).fillna(False).astype(bool)


def _counted(year: pd.Series, settings: Settings) -> pd.Series:
    return (year > history.last_full_year(settings.as_of) - settings.plan_years).astype("boolean")


def _moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The moves of the years shown, demotions left out, with `year` and a number of their own."""
    moves = history.moves(dataset)
    moves = moves.assign(year=moves["moved_on"].dt.year.astype("Int64"), post_id=moves["to_post_id"])
    moves = moves[(_shown(moves["year"], settings) & ~moves["demotion"]).to_numpy()].reset_index(drop=True)
    return moves.assign(move=moves.index)


def _plans(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The plans for the years shown, with `year`, the root of their post, and whether they were adopted `in_time`."""
    posts = dataset["posts"].assign(post=lambda table: history.roots(table["post_id"], table["predecessor_post_id"]))
    plans = dataset["plans"].rename(columns={"planned_year": "year"})
    plans = plans[_shown(plans["year"], settings).to_numpy()].reset_index(drop=True)
    in_time = (plans["adopted_on"].dt.year.astype("Int64") < plans["year"]).astype("boolean")
    return plans.assign(in_time=in_time, post=lookup(plans["post_id"], posts, "post_id", "post"))


def _links(moves: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Which move stood in which plan for its year: `move`, and the plan's columns.

    A plan is a move's that names its cadre and its post, or one of the two and leaves the other open; or that the
    posting names, unless the plan names somebody else.
    """
    moves = moves[["move", "cadre_id", "year", "to_post", "plan_id"]].rename(columns={"plan_id": "named"})
    of_cadre = moves.merge(plans.dropna(subset=["cadre_id"]), on=["cadre_id", "year"])
    of_cadre = of_cadre[(of_cadre["post"].isna() | of_cadre["post"].eq(of_cadre["to_post"])).to_numpy(bool)]
    nobodys = plans[plans["cadre_id"].isna()].drop(columns="cadre_id")
    of_post = moves.merge(nobodys.dropna(subset=["post"]), left_on=["to_post", "year"], right_on=["post", "year"])
    named = moves.dropna(subset=["named"]).merge(
        plans, left_on=["named", "year"], right_on=["plan_id", "year"], suffixes=("", "_of_plan")
    )
    same = named["cadre_id_of_plan"].isna() | named["cadre_id_of_plan"].eq(named["cadre_id"])
    return pd.concat([of_cadre, of_post, named[same.to_numpy(bool)]]).drop_duplicates(["move", "plan_id"])


def _move_facts(measure: str, moves: pd.DataFrame, settings: Settings, hit: pd.Series, code: pd.Series, **columns):
    counted = _counted(moves["year"], settings)
    return fact_rows(
        measure,
        moves,
        SUBJECT,
        "managed_by",
        eligible=counted,
        hit=hit,
        since=moves["moved_on"],
        moved_on=moves["moved_on"],
        year=moves["year"],
        reason_code=code.where(counted, pd.NA),
        **columns,
    )


def _moves_in_plan(moves: pd.DataFrame, links: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Moves in a plan adopted before the year began; unknown where only plans without a day of adoption name them."""
    in_any = moves["move"].isin(links["move"])
    in_time = any_of(links["in_time"], links["move"], moves["move"])
    adopted_on = links.groupby("move")["adopted_on"].min().reindex(moves["move"])
    code = pd.Series("outside_plan", index=moves.index, dtype="object").mask(in_any, "adopted_late")
    code = code.mask(in_time.isna(), "adoption_unknown").mask(in_time.fillna(False), pd.NA)
    return _move_facts("moves_in_plan", moves, settings, in_time, code, adopted_on=adopted_on)


def _purpose_recorded(
    moves: pd.DataFrame, links: pd.DataFrame, plans: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Moves whose posting or plan says what for; a blank is no record, whatever the purpose was.

    The plan that a posting names says it also where the move came in another year, unless it names somebody else.
    """
    whose = lookup(moves["plan_id"], plans, "plan_id", "cadre_id")
    of_named = lookup(moves["plan_id"], plans, "plan_id", "purpose").notna()
    of_named &= (whose.isna() | whose.eq(moves["cadre_id"])).astype(bool)
    with_purpose = moves["move"].isin(links.loc[links["purpose"].notna(), "move"]) | of_named
    recorded = moves["exchange_kind"].notna() | with_purpose
    code = pd.Series("no_purpose", index=moves.index, dtype="object").mask(recorded, pd.NA)
    return _move_facts("purpose_recorded", moves, settings, recorded, code)


def _plans_done(plans: pd.DataFrame, links: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Planned moves that were made in their year; unknown of a plan that names nobody, no post, and no posting names."""
    done = plans["plan_id"].isin(links["plan_id"]).astype("boolean")
    done = done.mask(~done & plans["cadre_id"].isna() & plans["post"].isna())
    counted = _counted(plans["year"], settings)
    code = pd.Series("nobody_named", index=plans.index, dtype="object").mask(~done.fillna(True), "not_done")
    return fact_rows(
        "plans_done",
        plans,
        ("plan", "plan_id"),
        "organisation_id",
        eligible=counted,
        hit=done,
        year=plans["year"],
        since=plans["adopted_on"],
        reason_code=code.mask(done.fillna(False), pd.NA).where(counted, pd.NA),
    )


def _even_years(dataset: Dataset, moves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Everyone in a post as each year begins, and whether they moved in it; years of a change of term are of a kind."""
    last = history.last_full_year(settings.as_of)
    years = pd.DataFrame({"year": pd.Series(range(last - settings.window_years + 1, last + 1), dtype="Int64")})
    years["eve"] = pd.to_datetime((years["year"] - 1).astype(str) + "-12-31").astype("datetime64[s]")
    held = history.substantive(history.timeline(dataset))[["cadre_id", "managed_by", "start", "end"]]
    held = held.merge(years, how="cross")
    held = held[((held["start"] <= held["eve"]) & ~(held["end"] <= held["eve"])).to_numpy()]
    served = held.drop_duplicates(["cadre_id", "year"]).reset_index(drop=True)

    movers = pd.MultiIndex.from_frame(moves[["cadre_id", "year"]])
    moved = pd.Series(pd.MultiIndex.from_frame(served[["cadre_id", "year"]]).isin(movers), served.index)
    terms = dataset["terms"].dropna(subset=["changed_on"])
    changes = terms["organisation_id"] + " " + terms["changed_on"].dt.year.astype(str)
    of_change = (served["managed_by"] + " " + served["year"].astype(str)).isin(changes)
    # Where no change of term is on record, nobody can say which years are to be compared.
    known = served["managed_by"].isin(terms["organisation_id"])
    return fact_rows(
        "even_years",
        served,
        SUBJECT,
        "managed_by",
        hit=moved.astype("boolean").where(known),
        year=served["year"],
        x=served["year"],
        y=of_change.astype("Int64").where(known),
    )


def picture(run) -> figures.Picture:
    """By year: the moves that stood in a plan, and the planned moves that were made."""
    series = {
        "moves_in_plan": (_("moves in a plan"), run.settings.min_share_in_plan),
        "plans_done": (_("planned and made"), run.settings.min_share_done),
    }
    rows = pd.concat(run.of(name).assign(series=word, target=target) for name, (word, target) in series.items())
    shares = rows.groupby(["year", "series", "target"])["hit"].agg(k="sum", n="count").reset_index()
    last = shares[shares["year"].eq(shares["year"].max()) & shares["n"].gt(0)].set_index("series")
    share = {name: (last["k"] / last["n"]).get(word) for name, (word, _target) in series.items()}
    title = _("In {year} {planned} of the moves stood in a plan, and {done} of the planned ones were made")
    return figures.bars(
        shares.assign(group=shares["year"].astype(str)).astype({"k": "int64", "n": "int64"}),
        run.settings,
        run.policy.id,
        title=title.format(
            year=shares["year"].max(),
            planned=figures.percent_text(share["moves_in_plan"]),
            done=figures.percent_text(share["plans_done"]),
        ),
        caption=_(
            "A bar is a share of the moves of a year, or of the moves planned for it, with its counts beside it."
        ),
    )
