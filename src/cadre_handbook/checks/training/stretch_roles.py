"""A larger task for the proven: trainee leader, assistant, key deputy, acting head, or work on a key project.

Sources: growth 3.2 (second); problems 2.3.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
ROLES = ["trainee_leader", "assistant", "acting"]
KEY_PROJECTS = ["key_industry", "key_project"]
DAYS_A_MONTH = 30.4375  # on average, for the picture
NEVER = pd.Timestamp("2999-01-01")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre; explained by `since` (the result), `until` and `given_on` (the role's first day)."""
    roles = stretch_roles(dataset, settings)
    return pd.concat([_given_in_time(roles, dataset, settings), _led_to_appointment(roles, dataset, settings)])


def stretch_roles(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Every role and project that may be one, with its days and `is_one`: true, or NA where a code that decides is blank."""
    frame = history.timeline(dataset)
    named = frame[frame["role"].isin(ROLES).to_numpy()].assign(is_one=True)
    deputies = history.substantive(frame)
    important = deputies["importance"] >= settings.key_deputy_importance
    deputies = deputies.assign(is_one=same(deputies["post_kind"], "unit_deputy") & important)
    projects = dataset["projects"]
    key = among(projects["kind"], KEY_PROJECTS)
    columns = ["cadre_id", "start", "start_is_month", "end", "end_is_month", "is_one"]
    frames = [part[columns].astype({"is_one": "boolean"}) for part in (named, deputies, projects.assign(is_one=key))]
    roles = pd.concat(frames, ignore_index=True)
    return roles[roles["is_one"].fillna(True).to_numpy(bool)].reset_index(drop=True)


# --- from the result to the role ------------------------------------------------------------------


def proven_results(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Results of the last months that were, or may have been, excellent while the cadre stood on a reserve list.

    One row a result, with `proven` (true, or NA where grade or list leave it open), `until_from` and `until_to` (the first
    and the latest day on which its months are full) and `due`: they were full by the day, and before the cadre left or the list;
    `still_there`: neither happened yet.
    """
    results = dataset["assessments"]
    recent = results["assessed_on"] >= history.months_before(settings.as_of, settings.window_months)
    excellent = same(results["grade"], "excellent")
    keep = (recent & excellent.fillna(True)).to_numpy(bool)
    results = results[keep].reset_index(drop=True).assign(excellent=excellent[keep].reset_index(drop=True))
    results["result"] = results.index
    listed = results.merge(dataset["reserve"], on="cadre_id")
    assessed = history.span(listed, "assessed_on")
    removed_before = history.by_then(history.span(listed, "removed_on"), assessed).mask(
        listed["removed_on"].isna(), False
    )
    on_list = history.by_then(history.span(listed, "listed_on"), assessed) & ~removed_before
    results["proven"] = results["excellent"] & any_of(on_list, listed["result"], results["result"])
    results = results[results["proven"].fillna(True).to_numpy(bool)].reset_index(drop=True)

    months = pd.DateOffset(months=settings.months_until_given)
    first, last = history.span(results, "assessed_on")
    results = results.assign(until_from=first + months, until_to=last + months)
    left_on = lookup(results["cadre_id"], dataset["cadres"], "cadre_id", "left_on").fillna(NEVER)
    listed_until = _listed_until(results, last, dataset["reserve"])
    full = results["until_to"] <= settings.as_of + history.ONE_DAY
    still_there = (listed_until == NEVER) & (left_on == NEVER)
    stayed = (listed_until >= results["until_to"]) & (left_on >= results["until_to"])
    managed_by = lookup(results["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id")
    return results.assign(due=full & stayed, still_there=still_there, managed_by=managed_by).reset_index(drop=True)


def _listed_until(results: pd.DataFrame, assessed_by: pd.Series, reserve: pd.DataFrame) -> pd.Series:
    """The end of the unbroken time on the list, whatever the posts, in which each result came; NaT where it may be in none."""
    days = {"listed_on": "start", "listed_on_is_month": "start_is_month"}
    days |= {"removed_on": "end", "removed_on_is_month": "end_is_month"}
    stays = history.spells(reserve.rename(columns=days).assign(list=True), ["list"])[["cadre_id", "start", "end"]]
    pairs = results[["cadre_id", "assessed_on"]].assign(assessed_by=assessed_by, result=results.index)
    pairs = pairs.merge(stays.fillna({"end": NEVER}), on="cadre_id")
    inside = (pairs["start"] <= pairs["assessed_by"]) & (pairs["end"] > pairs["assessed_on"])
    return pairs["end"].where(inside).groupby(pairs["result"]).max().reindex(results.index)


def _given_in_time(roles: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Proven cadres, each once, and whether some excellent result of theirs met such a role before its months were full."""
    results = proven_results(dataset, settings).assign(result=lambda table: table.index)
    pairs = results.merge(roles, on="cadre_id", suffixes=("_of_result", ""))
    assessed, begun = history.span(pairs, "assessed_on"), history.span(pairs, "start")
    too_late = history.by_then((pairs["until_from"], pairs["until_to"]), begun)
    over = history.by_then(history.span(pairs, "end"), assessed).mask(pairs["end"].isna(), False)
    results["answered"] = any_of(pairs["is_one"] & ~too_late & ~over, pairs["result"], results["result"])
    sure = pairs[(pairs["is_one"].fillna(False) & ~over.fillna(True)).to_numpy(bool)]
    results["given_on"] = sure.groupby("result")["start"].min().reindex(results.index)

    # The result that the cadre is listed with: one that was answered, else the oldest that is due, else the oldest.
    rank = (~results["answered"].fillna(False)).astype(int) * 2 + (~results["due"] | results["proven"].isna())
    results = results.assign(rank=rank).sort_values(["cadre_id", "rank", "assessed_on"], kind="stable")
    cadres = results.drop_duplicates("cadre_id").reset_index(drop=True)
    counts = results["proven"] & (results["due"] | results["answered"].fillna(False))
    eligible = any_of(counts, results["cadre_id"], cadres["cadre_id"])
    hit = any_of(results["proven"] & results["answered"], results["cadre_id"], cadres["cadre_id"])
    code = pd.Series("not_given", index=cadres.index, dtype="object").mask(hit.isna(), "role_unknown")
    return fact_rows(
        "given_in_time",
        cadres,
        SUBJECT,
        "managed_by",
        eligible=eligible,
        hit=hit,
        since=cadres["assessed_on"],
        until=cadres["until_to"],
        given_on=cadres["given_on"],
        still_there=cadres["still_there"],
        reason_code=code.mask(hit.fillna(False) | ~eligible.fillna(False)),
    )


# --- from the role to the appointment -------------------------------------------------------------


def _led_to_appointment(roles: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Reserve cadres in such a role, each once, and whether a higher leading post followed before its months were full."""
    begun = roles["start"] >= history.months_before(settings.as_of, settings.window_months)
    roles = roles[begun.to_numpy()].reset_index(drop=True)
    roles = roles.assign(
        number=roles.index, until=roles["start"] + pd.DateOffset(months=settings.months_until_appointed)
    )
    listed = roles.merge(dataset["reserve"], on="cadre_id")
    on_list = (listed["listed_on"] <= listed["start"]) & ~(listed["removed_on"] <= listed["start"])
    roles = roles[roles["number"].isin(listed.loc[on_list.to_numpy(), "number"])].reset_index(drop=True)

    moves = history.moves(dataset)[["cadre_id", "moved_on", "rank_step", "to_leading"]]
    pairs = roles.merge(moves, on="cadre_id")
    rise = (pairs["rank_step"] > 0) & pairs["to_leading"]
    followed = rise & (pairs["moved_on"] > pairs["start"]) & (pairs["moved_on"] < pairs["until"])
    roles["appointed"] = any_of(followed, pairs["number"], roles["number"])
    left_on = lookup(roles["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    due = (roles["until"] <= settings.as_of + history.ONE_DAY) & ~(left_on < roles["until"])

    cadres = roles[["cadre_id"]].drop_duplicates().reset_index(drop=True)
    cadres["managed_by"] = lookup(cadres["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id")
    counts = roles["is_one"] & (due | roles["appointed"].fillna(False))
    return fact_rows(
        "led_to_appointment",
        cadres,
        SUBJECT,
        "managed_by",
        eligible=any_of(counts, roles["cadre_id"], cadres["cadre_id"]),
        hit=any_of(roles["is_one"] & roles["appointed"], roles["cadre_id"], cadres["cadre_id"]),
        since=roles.groupby("cadre_id")["start"].min().reindex(cadres["cadre_id"]).to_numpy(),
    )


def picture(run) -> figures.Picture:
    """The months from each excellent result to the role; those still waiting stay open at the end."""
    facts_ = run.of("given_in_time")
    known = facts_["since"].notna() & facts_["hit"].notna() & ~facts_["missing"]
    # Who left the list before anything was due waits for nothing.
    waits_or_counts = facts_["eligible"].fillna(False) | facts_["still_there"].eq(True)
    facts_ = facts_[(known & waits_or_counts).to_numpy(bool)]
    given_on = facts_["given_on"].where(facts_["given_on"] >= facts_["since"], facts_["since"])
    given_on = given_on.where(facts_["given_on"].notna())
    waited = (given_on.fillna(run.settings.as_of + history.ONE_DAY) - facts_["since"]).dt.days / DAYS_A_MONTH
    counted = facts_["eligible"].fillna(False)
    return figures.dumbbells(
        pd.DataFrame({"waited": waited, "ended": given_on.notna(), "in_time": facts_["hit"], "counted": counted}),
        limit=run.settings.months_until_given,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} proven reserve cadres were in a larger task in time").format(
            k=int(facts_.loc[counted.to_numpy(bool), "hit"].sum()), n=int(counted.sum())
        ),
        caption=_(
            "A line is one cadre, from the excellent result on the left to the role or project; an open arrow at its end still waits."
        ),
        axis=_("Months since the excellent result"),
    )
