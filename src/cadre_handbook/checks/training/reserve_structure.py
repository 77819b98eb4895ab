"""The mix of the reserve and of the teams: minority, women, non-Party and young cadres against their share among all.

Source: rotation essay 2.1 (少女非轻). What is shown of it, and what is hidden: `disclosure.py`.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import disclosure, figures, history, verdict
from cadre_handbook.checks.planning import team_stability
from cadre_handbook.checks.training import reserve_pool
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
TRAITS = ("minority", "women", "non_party", "young")
BODIES = ("reserve", "teams")
IN_PARTY = ["party_member", "probationary_member"]
RECORDS_OF_TEAMS = ["organisations", "units", "posts", "cadres", "postings"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """For each trait and body: a row per member (x = 1) and per cadre in service (x = 0, y the bodies they are of).

    Besides a row, which counts for nothing, for each team that may be named as having none with the trait.
    """
    everyone = history.in_service(dataset, settings.as_of)
    reserve = reserve_pool.listed(dataset, settings).drop_duplicates("cadre_id")
    seats = _seats(dataset, settings)
    members = seats.drop_duplicates(["cadre_id", "organisation_id"])
    bodies = {
        "reserve": reserve[["cadre_id"]].assign(organisation_id=reserve["managed_by"]),
        "teams": members[["cadre_id", "organisation_id", "post_id"]],
    }
    marks = sum((1 << number) * _is_of(everyone, bodies[name]) for number, name in enumerate(BODIES))
    has = traits(dataset["cadres"], settings)
    parts = []
    for trait in TRAITS:
        of_all = lookup(everyone["cadre_id"], has, "cadre_id", trait)
        for name in BODIES:
            body = bodies[name].reset_index(drop=True)
            of_body = lookup(body["cadre_id"], has, "cadre_id", trait)
            measure = f"{trait}_in_{name}"
            parts += [
                fact_rows(measure, body, SUBJECT, "organisation_id", hit=of_body, x=1),
                fact_rows(measure, everyone, SUBJECT, "organisation_id", hit=of_all, x=0, y=marks),
            ]
        parts.append(_without_any(trait, seats, has, dataset, settings))
    return pd.concat(parts, ignore_index=True)


def traits(cadres: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """`cadre_id`, and whether each cadre has each trait (boolean, NA where the cell is empty)."""
    age = history.full_years(cadres["birth_date"], settings.as_of)
    return pd.DataFrame(
        {
            "cadre_id": cadres["cadre_id"],
            "minority": _other_than(cadres["ethnicity"], ["han"]),
            "women": _other_than(cadres["sex"], ["male"]),
            "non_party": _other_than(cadres["party"], IN_PARTY),
            "young": (age < settings.young_age).astype("boolean"),
        }
    )


def _other_than(codes: pd.Series, usual: list[str]) -> pd.Series:
    return (~codes.isin(usual)).astype("boolean").mask(codes.isna())


def _seats(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who sits in which team on the day, one row a seat: `cadre_id`, `post_id` and the columns of `team_stability.TEAM`."""
    held = history.held_on(team_stability.seats(dataset), settings.as_of)
    return held.drop_duplicates(["cadre_id", *team_stability.TEAM]).reset_index(drop=True)


def _is_of(everyone: pd.DataFrame, body: pd.DataFrame) -> pd.Series:
    """Whether each cadre is of the body of the organisation that manages them (int64, 0 or 1)."""
    keys = ["cadre_id", "organisation_id"]
    found = pd.MultiIndex.from_frame(everyone[keys]).isin(pd.MultiIndex.from_frame(body[keys]))
    return pd.Series(found.astype("int64"), index=everyone.index)


def _without_any(
    trait: str, seats: pd.DataFrame, has: pd.DataFrame, dataset: Dataset, settings: Settings
) -> pd.DataFrame:
    """The teams with none of the group, where to name them tells nothing small about anybody.

    A team is looked at only if it is as large as the least count and the trait of every member is known. All teams looked at in
    an organisation that have none are named, or none of them is: see `disclosure.absence_may_be_named`.
    """
    by = team_stability.TEAM
    flags = lookup(seats["cadre_id"], has, "cadre_id", trait).astype("boolean")
    counted = seats[["cadre_id", *by]].assign(unknown=flags.isna(), of_group=flags.fillna(False).astype(bool), size=1)
    teams = counted.groupby(by)[["size", "unknown", "of_group"]].sum().reset_index()
    complete = not dataset.left_out["table"].isin(RECORDS_OF_TEAMS).any()
    teams["looked_at"] = complete & (teams["size"] >= settings.min_cell) & (teams["unknown"] == 0)
    teams["none"] = teams["looked_at"] & (teams["of_group"] == 0)

    others = counted.merge(teams[[*by, "none"]], on=by)
    others = others[~others["none"].to_numpy(bool) & ~others["unknown"].to_numpy(bool)]
    others = others.drop_duplicates(["cadre_id", "organisation_id"]).groupby("organisation_id")["of_group"]
    of_group, people = (teams["organisation_id"].map(count).fillna(0) for count in (others.sum(), others.size()))
    has_one = (teams["looked_at"] & ~teams["none"]).groupby(teams["organisation_id"]).transform("sum")
    may_name = disclosure.absence_may_be_named(people, of_group, has_one, settings.min_cell)
    named = teams[(teams["none"] & may_name).to_numpy(bool)].reset_index(drop=True)
    return fact_rows(
        f"{trait}_in_teams",
        named.assign(subject=team_stability.subject(named)),
        ("team", "subject"),
        "organisation_id",
        eligible=False,
        team=named["team"],
        size=named["size"],
        reason_code=f"no_{trait}",
    )


def remarks(results: pd.DataFrame) -> pd.Series:
    """What to add to the reason of each result: the two shares that are compared."""
    here = (results["k"] / results["n"].where(results["n"] > 0)).astype("Float64")
    of_all = here / results["value"].astype("Float64")
    return pd.Series(
        [
            ""
            if pd.isna(all_) or shown == verdict.HIDDEN
            else _("{k} of {n} here ({share}), {all} among all").format(k=k, n=n, share=f"{one:.1%}", all=f"{all_:.1%}")
            for k, n, one, all_, shown in zip(results["k"], results["n"], here, of_all, results["verdict"], strict=True)
        ],
        index=results.index,
        dtype="object",
    )


def picture(run) -> figures.Picture:
    """The share in each body against the share among all; made from the results, so that it holds what they show."""
    rows = []
    for row in run.results.itertuples():
        trait, body = row.measure.split("_in_")
        shown = pd.notna(row.value)
        rows.append(
            {
                "label": _names()[trait],
                "series": _names()[body],
                "where": row.organisation_id if len(run.organisations) > 1 else "",
                "here": row.k / row.n if shown else float("nan"),
                "all": row.k / row.n / row.value if shown and row.value else float("nan"),
                "hidden": row.verdict == verdict.HIDDEN,
            }
        )
    return figures.parity(pd.DataFrame(rows), run.settings, run.policy.id, least=run.settings.min_ratio)


def _names() -> dict[str, str]:
    return {
        "minority": _("minority"),
        "women": _("women"),
        "non_party": _("non-Party"),
        "young": _("young"),
        "reserve": _("reserve"),
        "teams": _("teams"),
    }
