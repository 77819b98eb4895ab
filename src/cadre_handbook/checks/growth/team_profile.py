"""The make-up of teams: age, education and specialties of the members, now and before the last change of term.

Source: zhengzhou, Jiujiang (mean age 41.71; 79.26 % with at least college-level education, 16 points more than before).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.checks.planning import team_stability
from cadre_handbook.checks.planning.team_stability import TEAM, TEAMS
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
NOT_SPECIAL = ["party_affairs", "general", "other"]  # fields of study that make nobody a specialist of a line of work


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per member (now, and for the changes then), per team (`teams_without_young`), and one per team short of specialists."""
    now, then = members(dataset, settings), members_before(dataset, settings)
    both = pd.concat([now.assign(x=1), then.assign(x=0)], ignore_index=True)
    chief, of_both = (frame[frame["team"].isin(TEAMS).to_numpy()].reset_index(drop=True) for frame in (now, both))
    has_age, had_age = (
        people["age"].notna().astype("boolean").mask(people["age"].isna()) for people in (chief, of_both)
    )
    here, of_chief, of_all = "organisation_id", {"group": chief["team"]}, {"group": of_both["team"], "x": of_both["x"]}
    special = _specialists(chief, dataset)
    return pd.concat(
        [
            fact_rows("mean_age", chief, SUBJECT, here, hit=has_age, x=chief["age"], **of_chief),
            fact_rows("educated", chief, SUBJECT, here, hit=educated(chief, dataset, settings), **of_chief),
            fact_rows("age_change", of_both, SUBJECT, here, hit=had_age, y=of_both["age"], **of_all),
            fact_rows("education_change", of_both, SUBJECT, here, hit=educated(of_both, dataset, settings), **of_all),
            _without_young(now, settings),
            fact_rows("specialists", chief, SUBJECT, here, hit=special, team=chief["team"], **of_chief),
            team_stability.short_of("specialists", chief, special, "specialists", settings.min_share_specialists),
        ],
        ignore_index=True,
    )


# --- who sits where -----------------------------------------------------------------------------------------------------


def members(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who sits in which team at the end of `as_of`, one row a member and team, with `day` and `age` (Int64, full years on it).

    Also the columns of `team_stability.seats`. `members_before` gives the same for the eve of the last change of term.
    """
    return _on(team_stability.seats(dataset).assign(day=settings.as_of), dataset)


def members_before(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who sat in which team on the day before the last change of term of its organisation; nobody where none is on record."""
    terms = dataset["terms"]
    terms = terms[(terms["changed_on"] <= settings.as_of).to_numpy(bool)].sort_values("changed_on", ascending=False)
    seats = team_stability.seats(dataset)
    eve = lookup(seats["organisation_id"], terms, "organisation_id", "changed_on") - history.ONE_DAY
    return _on(seats.assign(day=eve.astype("datetime64[s]")), dataset)


def _on(seats: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The seats held at the end of their own `day`, each member of a team once, with their age on it."""
    held = (seats["start"] <= seats["day"]) & ~(seats["end"] <= seats["day"])
    held = seats[held.to_numpy(bool)].drop_duplicates(["cadre_id", *TEAM]).reset_index(drop=True)
    born = lookup(held["cadre_id"], dataset["cadres"], "cadre_id", "birth_date")
    return held.assign(age=history.full_years(born, held["day"]))


# --- what they have learnt ------------------------------------------------------------------------------------------------


def educated(people: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether each had the education asked for on their `day` (boolean).

    What a cadre has today tells of an earlier day only that it was no higher then: whether it was as high is told by the days
    of the degrees. NA where none is dated.
    """
    least = _step(pd.Series([settings.least_education])).iloc[0]
    now = _step(lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "education")) >= least
    today = people["day"] >= settings.as_of
    degrees = dataset["studies"]
    degrees = degrees[~same(degrees["kind"], "status_change").fillna(False).to_numpy(bool)]
    high = (_step(degrees["education"]) >= least).astype("boolean")
    degrees = degrees[["cadre_id", "end", "education"]].assign(high=high)
    pairs = people[["cadre_id", "day"]].reset_index(names="person").merge(degrees, on="cadre_id")
    subjects = people.index.to_series()
    had = any_of(pairs["high"].fillna(False) & (pairs["end"] <= pairs["day"]), pairs["person"], subjects)
    # A degree whose level or last day is not known may have been the one.
    may_have = any_of(
        (pairs["high"].isna() & ~(pairs["end"] > pairs["day"])) | (pairs["high"] & pairs["end"].isna()),
        pairs["person"],
        subjects,
    )
    later = any_of(pairs["high"].fillna(False) & (pairs["end"] > pairs["day"]), pairs["person"], subjects)
    then = had.mask(~had & ~(later & ~may_have))
    # Education does not fall: who lacks it now lacked it then.
    then = then.mask(~now.astype("boolean").fillna(True), False)
    return now.astype("boolean").where(today, then)


def _step(education: pd.Series) -> pd.Series:
    """Levels of education as Int64 from the lowest, NA where unknown."""
    order = {code: number for number, code in enumerate(schema.tables()["cadres"].fields["education"].codes)}
    return education.astype("object").map(order).astype("Int64")


def _specialists(people: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether each studied a line of work, or has held a technical post (boolean); NA where neither is known."""
    field = lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "study_field")
    held = history.substantive(history.timeline(dataset))
    technical = held.loc[held["category"].eq("technical").fillna(False).to_numpy(bool), "cadre_id"]
    return ~among(field, NOT_SPECIAL) | people["cadre_id"].isin(technical).astype("boolean")


# --- teams ----------------------------------------------------------------------------------------------------------------


def _without_young(now: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The teams that are large enough, and whether nobody in them is young."""
    young = now["age"] < settings.young_member_age
    counted = now[TEAM].assign(size=1, young=young.fillna(False).astype(bool), unknown=young.isna())
    teams = counted.groupby(TEAM).agg(size=("size", "sum"), young=("young", "any"), unknown=("unknown", "any"))
    teams = teams.reset_index()
    none = (~teams["young"]).astype("boolean").mask(~teams["young"] & teams["unknown"])
    large = teams["size"] >= settings.min_members
    return fact_rows(
        "teams_without_young",
        teams.assign(subject=team_stability.subject(teams)),
        ("team", "subject"),
        "organisation_id",
        eligible=large,
        hit=none,
        reason_code=pd.Series("no_young", index=teams.index).where(large & none.fillna(False), pd.NA),
        **{name: teams[name] for name in ("team", "size")},
    )


def picture(run) -> figures.Picture:
    """A small panel for each figure: the teams now and before the last change of term, beside Jiujiang's or the least share."""
    rows = []
    measures = {
        "mean_age": ("age_change", "jiujiang_mean_age", False, _("Mean age")),
        "educated": ("education_change", "jiujiang_education", True, _("With the education asked for")),
        "specialists": (None, "min_share_specialists", True, _("Specialists")),
    }
    results = run.results.set_index(["organisation_id", "measure", "group"])
    for name, (change, beside, is_share, title) in measures.items():
        for organisation in run.organisations:
            for team in TEAMS:
                value = _value(results, (organisation, name, team))
                step = _value(results, (organisation, change, team)) if change else float("nan")
                words = schema.code_label("posts", "team", team)
                rows.append(
                    {
                        "panel": title,
                        "row": f"{organisation} · {words}" if len(run.organisations) > 1 else words,
                        "now": value,
                        "then": value - step,
                        # Jiujiang's figures are of Party teams.
                        "beside": float(getattr(run.settings, beside))
                        if team == "party" or not change
                        else float("nan"),
                        "is_share": is_share,
                    }
                )
    teams = run.of("teams_without_young")
    teams = teams[(teams["eligible"].fillna(False) & ~teams["missing"]).to_numpy(bool)]
    return figures.panels(
        pd.DataFrame(rows),
        run.settings,
        run.policy.id,
        words=(_("now"), _("before the last change of term"), _("Jiujiang, or the least share")),
        title=_("{k} of {n} teams have nobody under {age}").format(
            k=int(teams["hit"].sum()), n=len(teams), age=run.settings.young_member_age
        ),
    )


def _value(results: pd.DataFrame, key: tuple) -> float:
    value = results.loc[key, "value"]
    return float("nan") if value is None or pd.isna(value) else float(value)
