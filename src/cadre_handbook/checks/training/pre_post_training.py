"""Tempered before the post: practice across departments and in hard posts before a first leading post, and training.

Sources: rotation essay 2.1; 公务员法 2018, Art. 67 (training before or within a year of promotion to a leading post).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_by, any_of, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
DAYS_A_MONTH = 30  # for days that make no whole month by themselves


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and first appointment; explained by `since`, `units`, `months`, `hard_post`, `due_on`."""
    appointments = first_appointments(dataset, settings)
    return pd.concat([_tempered(appointments, settings), _trained(appointments, dataset, settings)], ignore_index=True)


def first_appointments(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """First substantive leading posts begun in the months before `as_of`, with the experience gathered before them.

    Adds `is_first` (true, or NA where a post not known to be leading came into it), `units` (distinct units), `months` (in all, overlaps counted once), `hard_post` (boolean, NA where no
    post is known to be hard and one is not known at all) and `record_begins_late` (the record has a part missing before it).
    """
    frame = history.timeline(dataset)
    after = history.months_before(settings.as_of, settings.window_months)
    first = _first_leading(frame, after)

    before = frame.merge(first[["cadre_id", "start"]].rename(columns={"start": "appointed_on"}), on="cadre_id")
    before = before[(before["start"] < before["appointed_on"]).to_numpy()].reset_index(drop=True)
    before["end"] = before["end"].where(before["end"] < before["appointed_on"], before["appointed_on"])
    by_cadre = before.groupby("cadre_id", sort=False)
    experience = pd.DataFrame(
        {
            "units": by_cadre["unit"].nunique(),
            "months": _months_in_all(before),
            "hard_post": any_by(before["urgent"] | (before["hardship"] >= settings.min_hardship), before["cadre_id"]),
        }
    ).reindex(first["cadre_id"])
    first["units"] = experience["units"].fillna(0).astype("Int64").to_numpy()
    first["months"] = experience["months"].fillna(0).astype("Int64").to_numpy()
    first["hard_post"] = pd.array(experience["hard_post"].to_numpy(), dtype="boolean")
    first.loc[experience["units"].isna().to_numpy(), "hard_post"] = False
    first["record_begins_late"] = history.record_begins_late(first["cadre_id"], dataset)
    return first


def _first_leading(frame: pd.DataFrame, after: pd.Timestamp) -> pd.DataFrame:
    """First leading postings from `after` on, one a cadre, with `is_first`: true, or NA where it is not known.

    A post not known to be leading may be a first leading one, or may have come before the one that is known.
    """
    posts = history.substantive(frame)
    posts = posts[posts["leading"].fillna(True).to_numpy(bool)].sort_values(["cadre_id", "start"], kind="stable")
    known = posts["leading"].notna()
    led_before = posts["cadre_id"].isin(posts.loc[known & (posts["start"] < after), "cadre_id"])
    first = posts[(posts["start"] >= after) & ~led_before].drop_duplicates("cadre_id").reset_index(drop=True)
    certain = posts[known & ~posts["cadre_id"].duplicated()]
    is_first = first["cadre_id"].isin(certain["cadre_id"]).astype("boolean")
    return first.assign(is_first=is_first.mask(~is_first))


def _months_in_all(before: pd.DataFrame) -> pd.Series:
    """Full months of work before the appointment by cadre, time in two posts at once counted once.

    The full months of each stay; the days beyond them in all stays together make further months.
    """
    stays = history.spells(before.assign(anywhere="anywhere"), ["anywhere"])
    start, end = stays["start"].dt, stays["end"].dt
    short = end.day < start.day
    months = (end.year - start.year) * 12 + end.month - start.month - short
    days = end.day - start.day + (stays["end"] - pd.offsets.MonthEnd(1)).dt.days_in_month.where(short, 0)
    by_cadre = pd.DataFrame({"months": months, "days": days.clip(lower=0)}).groupby(stays["cadre_id"]).sum()
    return by_cadre["months"] + by_cadre["days"] // DAYS_A_MONTH


def _tempered(appointments: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    enough = (appointments["units"] >= settings.min_departments) & (appointments["months"] >= settings.min_months)
    tempered = enough.astype("boolean") & appointments["hard_post"]
    # What a record that begins late does not show may still have been.
    tempered = tempered.mask(~tempered.fillna(True) & appointments["record_begins_late"])
    code = pd.Series(pd.NA, index=appointments.index, dtype="object")
    code = code.mask(tempered.isna(), "record_incomplete").mask(~tempered.fillna(True), "untempered")
    code = code.where(appointments["is_first"].notna(), pd.NA)
    return fact_rows(
        "tempered",
        appointments,
        SUBJECT,
        "managed_by",
        eligible=appointments["is_first"],
        hit=tempered,
        since=appointments["start"],
        reason_code=code,
        units=appointments["units"],
        months=appointments["months"],
        hard_post=appointments["hard_post"],
    )


def _trained(appointments: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Trained before or within the months after the appointment; not yet due while that time or the course runs."""
    months = settings.months_until_trained
    if months is None:
        return fact_rows("trained", appointments, SUBJECT, "managed_by", since=appointments["start"])
    due_on = (appointments["start"] + pd.DateOffset(months=months)).astype("datetime64[s]")
    courses = dataset["trainings"].merge(
        appointments[["cadre_id"]].assign(due_on=due_on.to_numpy()), on="cadre_id", how="inner"
    )
    right_kind = same(courses["kind"], "leading_post")
    in_time = (courses["end"] <= courses["due_on"]).astype("boolean")
    trained = _by_appointment(right_kind & in_time & courses["completed"], courses, appointments)
    still_running = courses["end"].isna() & (courses["start"] < courses["due_on"])
    running = _by_appointment(right_kind & still_running, courses, appointments).fillna(False)
    not_due = ~trained.fillna(False) & (running | (due_on > settings.as_of + history.ONE_DAY))
    hit = trained.mask(not_due, False)
    code = pd.Series("untrained", index=appointments.index).where(~hit.fillna(True) & ~not_due, pd.NA)
    code = code.where(appointments["is_first"].notna(), pd.NA)
    return fact_rows(
        "trained",
        appointments,
        SUBJECT,
        "managed_by",
        eligible=appointments["is_first"] & ~not_due,
        hit=hit,
        since=appointments["start"],
        due_on=due_on,
        reason_code=code,
    )


def _by_appointment(flags: pd.Series, courses: pd.DataFrame, appointments: pd.DataFrame) -> pd.Series:
    """Whether any course of an appointment's cadre has the flag (boolean); false where there is no course."""
    return any_of(flags, courses["cadre_id"], appointments["cadre_id"])


def picture(run) -> figures.Picture:
    """What lay before each first appointment."""
    facts_ = run.of("tempered").reset_index(drop=True)
    frame = history.timeline(run.dataset)
    before = frame.merge(
        facts_[["cadre_id", "since", "hit"]].assign(row=facts_.index),
        on="cadre_id",
        suffixes=("_posting", ""),
    )
    before = before[(before["start"] < before["since"]).to_numpy()]
    hard = before["urgent"].fillna(False) | (before["hardship"] >= run.settings.min_hardship).fillna(False)
    courses = run.dataset["trainings"]
    courses = courses[courses["kind"].eq("leading_post").to_numpy()].merge(
        facts_[["cadre_id"]].assign(row=facts_.index), on="cadre_id"
    )
    known = facts_["hit"].notna()
    return figures.timelines(
        bars=pd.DataFrame(
            {
                "row": before["row"],
                "start": before["start"],
                "end": before["end"].where(before["end"] < before["since"], before["since"]),
                "hard": hard.astype(bool),
            }
        ),
        rows=pd.DataFrame({"row": facts_.index, "appointed_on": facts_["since"], "met": facts_["hit"]}),
        marks=pd.DataFrame({"row": courses["row"], "day": courses["end"].fillna(courses["start"])}),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} first appointments came without enough practice").format(
            k=int((~facts_.loc[known, "hit"].astype(bool)).sum()), n=int(known.sum())
        ),
        caption=_("Each line is one appointment, the ones that lack something first; bars are the posts before it."),
    )
