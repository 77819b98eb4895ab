"""Training goes on after the move: a course in the first months, the hours of the rank, study tours, degrees in spare time.

Sources: problems 1.2 and 2.4-3; growth 3.1 and 3.2; 干部教育培训工作条例 2023, Art. 14 (days and hours of courses by rank).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import DAY, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
COUNTY_LEVEL = "county_deputy"  # the lowest rank of those who have five years
ROUNDING = 1e-6  # hours times days, compared with hours times days


@dataclass(frozen=True)
class Clause:
    """One sentence of the rule: for whom, over how many calendar years, and the parameters with its hours and days."""

    measure: str
    code: str
    at_county: bool
    years: int
    hours: str
    days: str


CLAUSES = (
    Clause("hours_of_year", "under_hours", False, 1, "hours_a_year", "days_a_year"),
    Clause("hours_of_five_years", "under_five_years", True, 5, "hours_in_five_years", "months_in_five_years"),
)


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move (or cadre); explained by `moved_on`, `due_on`, `hours`, `course_days`, `asked_hours` …"""
    courses = dated_courses(dataset)
    parts = [
        _onboarded(dataset, courses, settings),
        *(_hours(clause, dataset, courses, settings) for clause in CLAUSES),
        _on_tour(dataset, courses, settings),
        _part_time_degrees(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def dated_courses(dataset: Dataset) -> pd.DataFrame:
    """The courses with `last_from` and `last_to`, the first and the latest day that may have been their last (NaT: running).

    A course whose end is known by its month may have ended on any day of that month, or on the day before it.
    """
    courses = dataset["trainings"].reset_index(drop=True)
    first, last = history.span(courses, "end")
    eve = first - history.ONE_DAY
    ends = {"last_from": eve, "last_to": last.where(courses["end_is_month"].eq(True), eve)}
    # The day after the last is no day before the first: a course of one day may be written so.
    return courses.assign(**{name: day.mask(day < courses["start"], courses["start"]) for name, day in ends.items()})


# --- after the move -------------------------------------------------------------------------------


def _onboarded(dataset: Dataset, courses: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Moves followed by a finished course in time; those are not counted whose days still run, or whose post ended first."""
    moves = history.moves(dataset)
    recent = moves["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    moves = moves[(recent & ~moves["demotion"]).to_numpy()].reset_index(drop=True)
    moved, allowed = history.span(moves, "moved_on"), pd.Timedelta(days=settings.onboarding_days)
    moves = moves.assign(post_id=moves["to_post_id"], moved_by=moved[1], due_on=moved[1] + allowed, move=moves.index)

    pairs = moves[["move", "cadre_id", "moved_on", "moved_by", "due_on"]].merge(courses, on="cadre_id")
    last, begun = (pairs["last_from"], pairs["last_to"]), (pairs["moved_on"], pairs["moved_by"])
    in_time = history.by_then(last, (begun[0] + allowed, begun[1] + allowed)) & history.by_then(begun, last)
    fits = same(pairs["kind"], "onboarding") & in_time.mask(pairs["end"].isna(), False) & pairs["completed"]
    onboarded = any_of(fits, pairs["move"], moves["move"])

    left_on = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    ended_before = (moves["to_end"] <= moves["due_on"]) | (left_on <= moves["due_on"])
    owed = (moves["due_on"] <= settings.as_of) & ~ended_before
    counted = onboarded.fillna(False) | owed
    code = pd.Series("no_onboarding", index=moves.index, dtype="object").mask(onboarded.isna(), "onboarding_unknown")
    return fact_rows(
        "onboarded",
        moves,
        SUBJECT,
        "managed_by",
        eligible=counted,
        hit=onboarded.where(counted, False),
        since=moves["moved_on"],
        moved_on=moves["moved_on"],
        due_on=moves["due_on"],
        reason_code=code.mask(onboarded.fillna(False) | ~counted),
    )


# --- the hours of the rank ------------------------------------------------------------------------


def period(clause: Clause, settings: Settings) -> tuple[pd.Timestamp, pd.Timestamp, int]:
    """First and last day judged, and the days of the whole period: full calendar years, from the rule's first day on."""
    year = history.last_full_year(settings.as_of)
    first, last = pd.Timestamp(year - clause.years + 1, 1, 1), pd.Timestamp(year, 12, 31)
    named = (clause.hours, clause.days, "min_share_hours")
    since = [pd.Timestamp(day) for name in named if (day := settings.values[name].from_)]
    return max([first, *since]), last, (last - first).days + 1


def _hours(clause: Clause, dataset: Dataset, courses: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Those in such a post at the end of the period, with the courses that ended while they were."""
    begin, end, whole = period(clause, settings)
    members = _in_post(clause, dataset, settings, (begin, end, whole))
    if begin > end or getattr(settings, clause.hours) is None or getattr(settings, clause.days) is None:
        return fact_rows(clause.measure, members.iloc[:0], SUBJECT, "managed_by", attained=pd.NA)
    asked_hours = getattr(settings, clause.hours)
    asked_days = getattr(settings, clause.days) * (settings.days_a_month if clause.at_county else 1)
    known, at_most = _attended(members, courses, end, settings)

    def reached(attended: pd.DataFrame) -> pd.Series:
        by_hours = attended["hours"] * whole >= asked_hours * members["in_post"] - ROUNDING
        return by_hours | (attended["days"] * whole >= asked_days * members["in_post"] - ROUNDING)

    hit = reached(known).astype("boolean").mask(~reached(known) & reached(at_most))
    code = pd.Series(clause.code, index=members.index, dtype="object").mask(hit.isna(), "hours_unknown")
    part = members["in_post"] / whole
    return fact_rows(
        clause.measure,
        members,
        SUBJECT,
        "managed_by",
        eligible=members["counted"],
        hit=hit,
        since=members["from_day"],
        from_day=members["from_day"],
        to_day=end,
        in_post=members["in_post"],
        hours=known["hours"],
        course_days=known["days"],
        online_hours=known["online_hours"],
        asked_hours=_to_a_tenth(asked_hours * part),
        asked_days=_to_a_tenth(asked_days * part),
        attained=np.maximum(known["hours"] / (asked_hours * part), known["days"] / (asked_days * part)),
        reason_code=code.mask(hit.fillna(False) | ~members["counted"].fillna(False)),
    )


def _to_a_tenth(value: pd.Series) -> pd.Series:
    """Numbers as text, rounded up to a tenth: whoever has so much has what was asked for."""
    return (np.ceil(value * 10 - ROUNDING) / 10).map("{:g}".format)


def _in_post(clause: Clause, dataset: Dataset, settings: Settings, judged: tuple) -> pd.DataFrame:
    """Who served in substance at the end of the period, one row a cadre, and whether the clause counts them.

    Adds `in_post` (days of the period in a post of such a rank), `from_day` (the first of them) and `counted`: NA where the
    rank of a post held in the period is not known.
    """
    begin, end, whole = judged
    left = dataset["cadres"]["left_on"] <= end
    frame = history.substantive(history.timeline(dataset))
    frame = frame[~frame["cadre_id"].isin(dataset["cadres"].loc[left.to_numpy(), "cadre_id"]).to_numpy()]
    lowest = schema.tables()["posts"].fields["rank"].codes.index(COUNTY_LEVEL)
    frame = frame.assign(at_county=history.rank_number(frame["rank"]) >= lowest)
    inside = frame[((frame["start"] <= end) & ~(frame["end"] <= begin)).to_numpy()]

    held = history.held_on(inside, end)
    members = held[["cadre_id", "managed_by"]].drop_duplicates("cadre_id").reset_index(drop=True)
    at_county = any_of(held["at_county"], held["cadre_id"], members["cadre_id"])
    unknown = members["cadre_id"].isin(inside.loc[inside["at_county"].isna().to_numpy(), "cadre_id"])

    stays = history.spells(inside, ["at_county"])
    stays = stays[stays["at_county"].eq(clause.at_county).to_numpy(bool)]
    after = end + history.ONE_DAY
    first, until = stays["start"].clip(lower=begin), stays["end"].fillna(after).clip(upper=after)
    by_cadre = stays.assign(days=(until - first).dt.days.clip(lower=0), first=first).groupby("cadre_id")
    members["in_post"] = by_cadre["days"].sum().reindex(members["cadre_id"]).fillna(0).astype("int64").to_numpy()
    members["from_day"] = by_cadre["first"].min().reindex(members["cadre_id"]).astype(DAY).to_numpy()

    long_enough = members["in_post"] >= settings.least_days
    if settings.part_periods == "wait":
        long_enough &= members["in_post"] == whole
    members["counted"] = (at_county if clause.at_county else ~at_county) & long_enough.astype("boolean").mask(unknown)
    return members


def _attended(
    members: pd.DataFrame, courses: pd.DataFrame, end: pd.Timestamp, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`hours`, `days` and `online_hours` of each member's courses that ended in the period: those known, and at most."""
    pairs = members[["cadre_id", "from_day"]].assign(member=members.index).merge(courses, on="cadre_id")
    counts = ~pairs["online"] if settings.online == "apart" else pd.Series(True, index=pairs.index, dtype="boolean")
    inside = (pairs["last_from"] >= pairs["from_day"]) & (pairs["last_to"] <= end)
    perhaps = (pairs["last_to"] >= pairs["from_day"]) & (pairs["last_from"] <= end)
    sure = inside & counts.fillna(False).astype(bool)
    possible = perhaps & counts.fillna(True).astype(bool)

    hours, length = pairs["hours"].astype("float64"), (pairs["last_to"] - pairs["start"]).dt.days + 1
    by_month = pairs["start_is_month"].eq(True) | pairs["end_is_month"].eq(True)
    full_time = hours >= settings.full_time_hours * length
    dense = np.floor(hours / settings.full_time_hours).fillna(np.inf)  # days for which the hours would do
    known = {
        "hours": hours.where(sure, 0).fillna(0),
        "days": length.where(sure & full_time & ~by_month, 0),
        "online_hours": hours.where(inside & pairs["online"].fillna(False).astype(bool), 0).fillna(0),
    }
    at_most = {
        "hours": hours.fillna(np.inf).where(possible, 0),
        "days": np.minimum(length, dense).where(possible & (full_time | by_month | hours.isna()), 0),
    }
    # A sum of nothing is nought, for a member without a course.
    return tuple(
        pd.DataFrame(amounts, index=pairs.index).groupby(pairs["member"]).sum().reindex(members.index, fill_value=0)
        for amounts in (known, at_most)
    )


def notes(settings: Settings) -> dict[str, str]:
    """Which days the hours were judged on."""
    said = {}
    for clause in CLAUSES:
        begin, end, whole = period(clause, settings)
        if begin > end:
            said[clause.measure] = _("no full calendar year has passed under the rule")
        elif (end - begin).days + 1 < whole:
            said[clause.measure] = _("judged from {first}, the rule's first day, to {last}").format(
                first=begin.date(), last=end.date()
            )
        else:
            said[clause.measure] = _("judged from {first} to {last}").format(first=begin.date(), last=end.date())
    return said


# --- study tours and degrees ----------------------------------------------------------------------


def _on_tour(dataset: Dataset, courses: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Those on the reserve list on the day, and whether a day of a study tour of theirs fell in the year."""
    begin = history.months_before(settings.as_of, 12)
    if settings.tour_year == "calendar_year":
        begin = pd.Timestamp(settings.as_of.year, 1, 1)
    reserve = dataset["reserve"]
    listed = _serving(reserve[reserve["removed_on"].isna().to_numpy()], dataset)
    tours = courses.assign(this_year=history.by_then((begin, begin), (courses["last_from"], courses["last_to"])))
    toured = same(tours["kind"], "study_tour") & tours["this_year"].mask(tours["end"].isna(), True)
    return fact_rows(
        "on_tour", listed, SUBJECT, "managed_by", hit=any_of(toured, tours["cadre_id"], listed["cadre_id"])
    )


def _part_time_degrees(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Those in a substantive post on the day, and whether a part-time degree of theirs is on record, finished or not."""
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    serving, studies = _serving(held, dataset), dataset["studies"]
    part_time = same(studies["kind"], "part_time_degree")
    hit = any_of(part_time, studies["cadre_id"], serving["cadre_id"])
    return fact_rows("part_time_degrees", serving, SUBJECT, "managed_by", hit=hit)


def _serving(rows: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The cadres of these rows who have not left, one row each, with `managed_by`."""
    cadres = dataset["cadres"]
    here = cadres[(cadres["cadre_id"].isin(rows["cadre_id"]) & cadres["left_on"].isna()).to_numpy()]
    return here[["cadre_id", "organisation_id"]].rename(columns={"organisation_id": "managed_by"})


def picture(run) -> figures.Picture:
    """How far each cadre has come with the hours or days that were asked for, by level."""
    words = {"hours_of_year": _("Section level and below"), "hours_of_five_years": _("County level and above")}
    facts_ = pd.concat([run.of(name).assign(group=word) for name, word in words.items()])
    facts_ = facts_[(facts_["eligible"].fillna(False) & facts_["hit"].notna() & ~facts_["missing"]).to_numpy(bool)]
    return figures.attainment(
        facts_[["group", "attained", "hit"]],
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} cadres have the hours of their rank").format(k=int(facts_["hit"].sum()), n=len(facts_)),
        caption=_(
            "Hours or days of courses as a share of what was asked for, whichever is the more; the unknown are not drawn."
        ),
    )
