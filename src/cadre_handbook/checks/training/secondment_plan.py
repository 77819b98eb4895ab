"""Secondment by plan: a survey of all cadres, a plan with task and end for each secondment, use afterwards.

Sources: secondment essay, key points and last part.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
DIMENSIONS = ("age", "specialty", "knowledge", "education", "ability", "potential")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per cadre and dimension, and one per measure and secondment; explained by `since`, `task` and the days."""
    away = history.secondments(dataset)
    return pd.concat(
        [
            _surveyed(dataset, settings),
            _planned(away, settings),
            _planned_before(away, settings),
            _overstays(away, settings),
            _used(away, dataset, settings),
        ],
        ignore_index=True,
    )


# --- the survey -----------------------------------------------------------------------------------


def _surveyed(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Each cadre in service all those years, by what a survey in them looked at; an empty cell of a survey is unknown."""
    first = history.months_before(settings.as_of, 12 * settings.survey_years)
    cadres = _in_service_since(dataset, settings, first)
    surveys = dataset["surveys_of_cadres"]
    recent = history.by_then((first, first), history.span(surveys, "surveyed_on"))
    parts = []
    for dimension in DIMENSIONS:
        hit = any_of(recent & surveys[dimension], surveys["cadre_id"], cadres["cadre_id"])
        parts.append(fact_rows("surveyed", cadres, SUBJECT, "managed_by", group=dimension, hit=hit))
    return pd.concat(parts, ignore_index=True)


def _in_service_since(dataset: Dataset, settings: Settings, first: pd.Timestamp) -> pd.DataFrame:
    """Who holds a post on the day, has not left, and served in a county of the data on `first` or before, one row each."""
    frame = history.timeline(dataset)
    began = frame[~frame["external"]].sort_values("start", kind="stable")
    held = history.held_on(frame, settings.as_of).drop_duplicates("cadre_id")
    left = held["cadre_id"].isin(dataset["cadres"].loc[dataset["cadres"]["left_on"].notna(), "cadre_id"])
    long_enough = lookup(held["cadre_id"], began, "cadre_id", "start") <= first
    return held.loc[(long_enough & ~left).to_numpy(bool), ["cadre_id", "managed_by"]].reset_index(drop=True)


# --- the plan -------------------------------------------------------------------------------------


def _begun(away: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    first = history.months_before(settings.as_of, settings.window_months)
    return away[(away["start"] >= first).to_numpy()]


def _planned(away: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Whether plan entry, task and planned end are on file; a date that is not there is not on file, a blank task unknown."""
    rows = _begun(away, settings)
    dated = rows[["planned_on", "planned_end"]].notna().all(axis=1).astype("boolean")
    with_task = ~same(rows["task"], "no_task")
    hit = (dated & with_task).mask(~rows["recorded"])
    return _facts("planned", rows, hit, _codes(rows, hit, "unplanned", "task_unknown"))


def _planned_before(away: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Of those in a plan: whether the entry was made by the day the secondment began."""
    rows = _begun(away, settings)
    in_plan = rows["planned_on"].notna().astype("boolean").mask(~rows["recorded"])
    hit = history.by_then(history.span(rows, "planned_on"), history.span(rows, "start"))
    code = _codes(rows, hit, "planned_late", "planned_when_unknown").where(in_plan.fillna(False), pd.NA)
    return _facts("planned_before", rows, hit, code, eligible=in_plan)


def _overstays(away: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Whether a secondment that runs on the day should have ended: its last planned day is over."""
    rows = away[away["ended_on"].isna().to_numpy()]
    over = history.by_then(history.span(rows, "planned_end"), (settings.as_of, settings.as_of))
    code = _codes(rows, ~over, "overstays", "planned_end_unknown")
    return _facts("overstays", rows, over, code, since=rows["planned_end"].fillna(rows["start"]))


# --- afterwards -----------------------------------------------------------------------------------


def _used(away: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Whether a use was decided in the months after the end; not yet due while they run and nothing is decided.

    A use on file without its day may have been decided in time or not. Whoever left before the months were over could no
    longer be used.
    """
    first = history.months_before(settings.as_of, settings.window_months)
    rows = away[(away["ended_on"] >= first).to_numpy()]
    months = pd.DateOffset(months=settings.months_after)
    due = tuple(day + months for day in history.span(rows, "ended_on"))
    day_after = tuple(day + history.ONE_DAY for day in history.span(rows, "use_decided_on"))
    in_time = history.by_then(day_after, due)

    decided = rows["use_decided_on"].notna()
    undated = rows["use"].notna() & ~decided & ~_decided_later(rows, dataset)
    hit = in_time.where(decided, False).mask(undated)
    tomorrow = settings.as_of + history.ONE_DAY
    over = history.by_then(due, (tomorrow, tomorrow)) & ~(rows["left_on"] < due[0])
    eligible = (over | (decided | undated)).mask(~rows["recorded"])
    code = _codes(rows, hit.mask(eligible.isna()), "used_late", "use_when_unknown")
    code = code.mask(code.eq("used_late") & ~decided, "forgotten").mask(eligible.eq(False).fillna(False), pd.NA)
    return _facts("used", rows, hit, code, eligible=eligible, since=rows["ended_on"], due_on=due[1])


def _decided_later(rows: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether the day of the use decision is on file and lies after the day judged on: then nothing was decided by it."""
    text = dataset.text.get("secondments", pd.DataFrame()).get("use_decided_on", pd.Series(dtype="str"))
    ids = dataset["secondments"].loc[dataset["secondments"].index.isin(text[text.notna()].index), "secondment_id"]
    return rows["secondment_id"].isin(ids) & rows["use_decided_on"].isna()


# --- facts and the picture ------------------------------------------------------------------------


def _codes(rows: pd.DataFrame, answer: pd.Series, if_not: str, if_unknown: str) -> pd.Series:
    code = pd.Series(pd.NA, index=rows.index, dtype="object")
    code = code.mask(~answer.fillna(True), if_not).mask(answer.isna(), if_unknown)
    return code.where(rows["recorded"], "not_recorded")


def _facts(measure: str, rows: pd.DataFrame, hit: pd.Series, code: pd.Series, **columns) -> pd.DataFrame:
    given = {"since": rows["start"], "eligible": True, **columns}
    days = ["start", "ended_on", "planned_on", "planned_end", "use_decided_on", "task"]
    explained = {column: rows[column] for column in days}
    return fact_rows(measure, rows, SUBJECT, "managed_by", hit=hit, reason_code=code, **explained, **given)


def picture(run) -> figures.Picture:
    """The secondments of the window by direction: as planned, beyond the plan, and what was decided afterwards."""
    away = history.secondments(run.dataset)
    first = history.months_before(run.settings.as_of, run.settings.window_months)
    shown = away["recorded"] & away["managed_by"].isin(run.organisations) & ~(away["ended_on"] <= first)
    rows = away[shown.to_numpy(bool)]
    label = {code: schema.code_label("secondments", "direction", code) for code in rows["direction"].dropna().unique()}
    planned = run.of("planned")["hit"]
    return figures.gantt(
        pd.DataFrame(
            {
                "group": rows["direction"].map(label).fillna(_("direction not known")),
                "start": rows["start"],
                "end": rows["ended_on"],
                "planned_end": rows["planned_end"],
                "planned": rows["planned_on"].notna(),
                "settled": rows["use_decided_on"].notna() | rows["use"].notna(),
            }
        ),
        first,
        settings=run.settings,
        slug=run.policy.id,
        groups=[schema.code_label("secondments", "direction", code) for code in _directions()],
        title=_("{k} of {n} secondments had an entry in a plan, a task and a planned end").format(
            k=int(planned.fillna(False).sum()), n=int(planned.notna().sum())
        ),
    )


def _directions() -> list[str]:
    return schema.tables()["secondments"].fields["direction"].codes
