"""Jiujiang: 129 cadres exchanged at a change of term, 18 down and 31 up, a third locals, teams younger and better educated.

Source: zhengzhou, Jiujiang.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from cadre_handbook import history, published, schema, validation
from cadre_handbook.checks.planning import team_stability
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, bracketed
from cadre_handbook.policy import Settings
from cadre_handbook.published import beside, recomputed, shares
from cadre_handbook.values import lookup


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> published.Opened:
    """The published figures, with teams, locals, avoidance, promotions and moves as the checks count them."""
    others = ["exchange_pathways", "team_stability"]
    case = published.opened("case_jiujiang", "jiujiang", report, settings, given, others=others)
    members = team_members(case.runs["team_stability"].dataset, settings)
    members = members[members["organisation_id"].isin(case.organisations).to_numpy()]
    moves = case.runs["exchange_pathways"].of("across_departments")
    return replace(case, own=pd.concat([_of_teams(members, case), _heads_moved(moves, case)], ignore_index=True))


def team_members(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Members of county Party teams at the end of `as_of`, one row each: `organisation_id`, `age` (Int64, full years), `educated`
    (boolean; NA where not on record)."""
    seats = team_stability.seats(dataset)
    held = history.held_on(seats[seats["team"].eq("party").to_numpy(bool)], settings.as_of)
    held = held[held["level"].eq("county").fillna(False).to_numpy(bool)].drop_duplicates("cadre_id")
    cadres = dataset["cadres"]
    born = lookup(held["cadre_id"], cadres, "cadre_id", "birth_date")
    education = lookup(held["cadre_id"], cadres, "cadre_id", "education").astype("object")
    codes = schema.tables()["cadres"].fields["education"].codes
    enough = set(codes[codes.index(settings.least_education) :])
    return held[["organisation_id", "cadre_id"]].assign(
        age=history.full_years(born, settings.as_of),
        educated=education.isin(enough).astype("boolean").mask(education.isna()),
    )


def _of_teams(members: pd.DataFrame, case: published.Opened) -> pd.DataFrame:
    """Mean age and education of the Party team, of members whose record has them."""
    rows = []
    for organisation in case.organisations:
        here = members[members["organisation_id"].eq(organisation).to_numpy(bool)]
        ages, educated = here["age"].dropna(), here["educated"].dropna()
        mean = _("{age} of {n} members").format(age=f"{ages.mean():.2f}", n=len(ages)) if len(ages) else _("no data")
        unknown = [int(here[column].isna().sum()) for column in ("age", "educated")]
        counted = [_("full years of the Party team’s members"), _("highest education of the Party team’s members")]
        counted = [text + _unknown(count) for text, count in zip(counted, unknown, strict=True)]
        rows.append((organisation, "mean_age", mean, counted[0]))
        rows.append((organisation, "education", published.share_text(int(educated.sum()), len(educated)), counted[1]))
    return published.own_rows(rows)


def _unknown(count: int) -> str:
    return bracketed(_("{count} unknown").format(count=count)) if count else ""


def _heads_moved(moves: pd.DataFrame, case: published.Opened) -> pd.DataFrame:
    """All moves, those into the posts of Party and government heads, and those down and up across the county's border."""
    run = case.runs["exchange_pathways"]
    moves = moves[(moves["post_id"].notna() & ~moves["missing"]).to_numpy(bool)]
    kind = lookup(moves["post_id"], run.dataset["posts"], "post_id", "kind").astype("object")
    heads = moves[kind.isin(["party_secretary", "government_head"]).to_numpy(bool)]
    years = run.settings.window_years
    rows = []
    for organisation in case.organisations:
        of_one, of_heads = (frame[frame["organisation_id"].eq(organisation).to_numpy(bool)] for frame in (moves, heads))
        people = of_one["subject_id"].nunique()
        rows.append((organisation, "moved", str(people), _("cadres moved in {years} years").format(years=years)))
        counted = _("moves in {years} years into the post of a Party or government head").format(years=years)
        rows.append((organisation, "heads_moved", str(len(of_heads)), counted))
    results = run.results[run.results["measure"].eq("city_to_county")]
    for row in results.itertuples():
        if pd.isna(row.n) or not row.n:  # nothing is known of moves across the county's border
            continue
        for name, count in (("down", row.k), ("up", row.n - row.k)):
            rows.append((row.organisation_id, name, str(count), _("moves in {years} years").format(years=years)))
    return published.own_rows(rows)


VIEWS = {"The published figures": recomputed, "Your own figures beside them": beside, "Shares beside shares": shares}
