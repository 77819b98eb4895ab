"""Teams that stay stable: enough locals in each, no mass coming and going, not too many newcomers at once.

Sources: problems 2.2 and 2.6; zhengzhou, Jiujiang (a third locals; the “pull” of 72 %).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cadre_handbook import figures, history, schema, verdict
from cadre_handbook.checks.planning import avoidance
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup
from cadre_handbook.verdict import fact_rows

TEAMS = ["party", "government"]
OF_A_UNIT = ["department", "township"]  # every department and township has a team of its own
TEAM = ["organisation_id", "team", "seat"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per member (`locals`, `pull`) or team (the others), and one that is not counted per team short of locals.

    Explained by `team`, `size` and, as they apply, `locals`, `known`, `unknown`, `short`, `new`, `came`, `went`, `over`.
    """
    frame = seats(dataset)
    stays = _stays(frame, TEAM, settings)
    teams = _teams(stays, dataset, settings)
    members = _local_facts(frame, stays, dataset, settings)
    sure = members[members["eligible"].fillna(False).to_numpy(bool)]
    parts = [
        members,
        short_of("locals", sure, sure["hit"], "locals", settings.min_share_locals),
        _team_facts("newcomers", teams, teams["new"], settings.max_share_new, "many_new"),
        _team_facts("turnover", teams, teams["came"] + teams["went"], settings.max_turnover, "mass_turnover"),
        _pull_facts(_stays(frame, [*TEAM, "post"], settings), settings),
    ]
    return pd.concat(parts, ignore_index=True)


def first_day(settings: Settings) -> pd.Timestamp:
    """The first of the days that count."""
    return history.months_before(settings.as_of, settings.window_months)


def seats(dataset: Dataset) -> pd.DataFrame:
    """The postings in teams, with `seat`: the unit whose team it is, or the organisation."""
    frame = history.substantive(history.timeline(dataset))
    frame = frame[frame["team"].notna().to_numpy()]
    team = frame["team"].astype("object")
    return frame.assign(team=team, seat=frame["unit"].where(team.isin(OF_A_UNIT), frame["organisation_id"]))


def _stays(frame: pd.DataFrame, by: list[str], settings: Settings) -> pd.DataFrame:
    """Unbroken memberships: one row per cadre and team, `now` where it runs, `before` where it ran as the period began."""
    stays = history.spells(frame, by, settings.max_gap_days)
    eve = first_day(settings) - history.ONE_DAY
    stays["level"] = frame["level"].iloc[stays["last_row"]].to_numpy()
    stays["now"] = ~(stays["end"] <= settings.as_of)
    stays["before"] = (stays["start"] <= eve) & ~(stays["end"] <= eve)
    return stays


def _teams(stays: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row a team: members now (`size`) and as the period began, of those now the `new`, and who `came` and `went` in it."""
    came = stays["start"] >= first_day(settings)
    went = (stays["end"] >= first_day(settings)) & ~stays["now"]
    counted = stays.assign(size=stays["now"], came=came, went=went, new=came & stays["now"])
    teams = counted.groupby(TEAM)[["size", "before", "came", "went", "new"]].sum().reset_index()
    large = teams[["size", "before"]].max(axis=1) >= settings.min_members
    teams["judged"] = large & ~_changed_term(teams["organisation_id"], dataset, settings)
    return teams.assign(subject=subject(teams))


def subject(teams: pd.DataFrame) -> pd.Series:
    """What a team goes by: its unit's id, or its organisation's with the name of the team."""
    return teams["seat"].where(teams["team"].isin(OF_A_UNIT), teams["organisation_id"] + " " + teams["team"])


def _changed_term(organisations: pd.Series, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether the term changed in the period; NA for an organisation of which no change of term is on record."""
    terms = dataset["terms"]
    recent = terms.loc[(terms["changed_on"] >= first_day(settings)).to_numpy(bool), "organisation_id"]
    return organisations.isin(recent).astype("boolean").mask(~organisations.isin(terms["organisation_id"]))


def _team_facts(measure: str, teams: pd.DataFrame, count: pd.Series, limit: float, code: str) -> pd.DataFrame:
    """Teams in which more count than `limit` for each member."""
    over = count - np.floor(teams["size"] * limit + verdict.ROUNDING)
    hit = (over > 0).astype("boolean")
    return fact_rows(
        measure,
        teams,
        ("team", "subject"),
        "organisation_id",
        eligible=teams["judged"],
        hit=hit,
        reason_code=pd.Series(code, index=teams.index).where(hit & teams["judged"].fillna(False), pd.NA),
        over=over,
        **{name: teams[name] for name in ("team", "size", "new", "came", "went")},
    )


def _local_facts(frame: pd.DataFrame, stays: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The members of Party and government teams on the day, and whether they are local."""
    stays = stays[(stays["now"] & stays["team"].isin(TEAMS)).to_numpy()]
    members = frame.iloc[stays["last_row"]].assign(since=stays["start"].to_numpy())
    for column in ("birth_place_code", "upbringing_place_code", "native_place_code"):
        members[column] = lookup(members["cadre_id"], dataset["cadres"], "cadre_id", column)
    return fact_rows(
        "locals",
        members,
        ("cadre", "cadre_id"),
        "organisation_id",
        group=members["team"],
        eligible=_of_the_level(members, settings),
        hit=avoidance.serves_at_home(members, settings),
        since=members["since"],
        team=members["team"],
    )


def _of_the_level(frame: pd.DataFrame, settings: Settings) -> pd.Series:
    return frame["level"].eq(settings.level).astype("boolean").mask(frame["level"].isna())


def short_of(measure: str, members: pd.DataFrame, hit: pd.Series, what: str, least: float) -> pd.DataFrame:
    """A finding (`few_` and ``what``) for each team of which fewer members than `least` are a `hit`, among those known; it counts for
    nothing itself. ``members``: `organisation_id` and `team`; ``what``: the fact that says how many are."""
    known = hit.notna()
    counted = members.assign(known=known, unknown=~known, **{what: hit.fillna(False).astype(bool)})
    teams = counted.groupby(["organisation_id", "team"])[["known", "unknown", what]].sum().reset_index()
    teams["short"] = verdict.shortfall(teams["known"], teams[what], pd.Series(least, index=teams.index))
    teams = teams[teams["short"] > 0]
    return fact_rows(
        measure,
        teams.assign(subject=teams["organisation_id"] + " " + teams["team"]),
        ("team", "subject"),
        "organisation_id",
        group=teams["team"],
        eligible=False,
        reason_code=f"few_{what}",
        **{name: teams[name] for name in ("team", "known", "unknown", what, "short")},
    )


def _pull_facts(stays: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The members of Party and government teams as the period began, and whether they have left a post held then."""
    stays = stays[(stays["before"] & stays["team"].isin(TEAMS)).to_numpy()].assign(left=lambda table: ~table["now"])
    stays = stays.sort_values("left", ascending=False, kind="stable")
    members = stays.drop_duplicates(["cadre_id", "organisation_id"])
    return fact_rows(
        "pull",
        members,
        ("cadre", "cadre_id"),
        "organisation_id",
        eligible=_of_the_level(members, settings),
        hit=members["left"],
        since=members["start"],
    )


def remarks(results: pd.DataFrame) -> pd.Series:
    """What to add to the reason of each result: how many locals a team lacks."""
    short = verdict.shortfall(results["n"], results["k"], results["target"].astype(float))
    short = short.where(results["measure"].eq("locals") & results["n"].gt(0), 0)
    return short.map(lambda count: _("locals lacking to reach it: {count}").format(count=count) if count else "")


def notes(settings: Settings) -> dict[str, str]:
    """What a result must say about the way it was made."""
    pull = {"pull": _("the paper does not say what its 72 % are a share of")}
    places_used = avoidance.notes(settings).get("serving_at_home")
    return {**pull, "locals": places_used} if places_used else pull


def picture(run) -> figures.Picture:
    """A strip a team: local members, those not known, those from elsewhere, with the share that should be local."""
    members = run.of("locals")
    members = members[(members["eligible"].fillna(True) & members["subject_type"].eq("cadre")).to_numpy(bool)]
    members = members[members["team"].notna().to_numpy()].sort_values("team", ascending=False, kind="stable")
    team = members["team"].map(lambda code: schema.code_label("posts", "team", code))
    row = members["organisation_id"] + " · " + team if len(run.organisations) > 1 else team
    part = members["hit"].astype("object").map({True: "local", False: "elsewhere"}).fillna("unknown")
    counts = pd.DataFrame({"row": row, "part": part}).groupby(["row", "part"], sort=False).size()
    shares = part.eq("local").groupby(row).mean()
    least = run.settings.min_share_locals
    return figures.strips(
        {"local": _("local"), "unknown": _("not known"), "elsewhere": _("from elsewhere")},
        counts.rename("count").reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        threshold=least,
        title=_("Locals make up at least {share} in {k} of {n} teams").format(
            k=int((shares >= least - verdict.ROUNDING).sum()), n=len(shares), share=figures.percent_text(least)
        ),
        caption=_(
            "A strip is a team, a part as long as its share of the members; the line is the least share of locals."
        ),
    )
