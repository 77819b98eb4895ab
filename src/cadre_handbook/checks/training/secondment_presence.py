"""Be there: days present of the days due for each secondee, a real task, and a secondment that lasts.

Sources: secondment essay, key points; problems 1.2.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.verdict import ROUNDING, fact_rows

SUBJECT = ("cadre", "cadre_id")
NO_REAL_TASK = ["adviser", "no_task"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and secondment; explained by `present`, `due`, `unknown` (days), `share`, `task`, the days."""
    away = recent_secondments(dataset, settings)
    return pd.concat(
        [_present(away, dataset, settings), _real_task(away), _too_short(away, settings)], ignore_index=True
    )


def recent_secondments(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Secondments that ran on a day of the last months, with `until`: the day after the last day of them so far."""
    away = history.secondments(dataset)
    first = history.months_before(settings.as_of, settings.window_months)
    away = away[~(away["ended_on"] <= first).to_numpy(bool)].reset_index(drop=True)
    return away.assign(until=away["ended_on"].fillna(settings.as_of + history.ONE_DAY))


# --- presence -------------------------------------------------------------------------------------


def _present(away: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Whether a secondee was present on enough of the days due, whatever the days without a record were."""
    days = _days(away, attendance(away, dataset))
    most_due = days["due"] + days["unknown"]
    eligible = _either_way(days["due"] >= settings.min_days, most_due < settings.min_days)
    needed = settings.min_presence * most_due - ROUNDING
    hit = _either_way(days["present"] >= needed, days["present"] + days["unknown"] < needed).mask(days["doubtful"])

    share = (days["present"] / days["due"]).where(days["due"] > 0)
    code = pd.Series(pd.NA, index=away.index, dtype="object")
    code = code.mask(hit.eq(False).fillna(False), "below_presence").mask(
        hit.isna() | eligible.isna(), "presence_unknown"
    )
    code = code.where(away["recorded"], "not_recorded").mask(eligible.eq(False).fillna(False), pd.NA)
    return _facts("present", away, hit, code, eligible=eligible, share=share.astype("Float64"), order=share, **days)


def _either_way(surely: pd.Series, surely_not: pd.Series) -> pd.Series:
    """True, false, or NA where neither is sure (boolean)."""
    return surely.astype("boolean").mask(~surely & ~surely_not)


def attendance(away: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The rows of attendance of these secondments, with `place` (its row in `away`), `due` and `present` (Float64, days).

    `usable`: the row lies within the secondment and nothing of it is blank. Leave is not due, and a day present that was not
    due makes up for none. `doubled`: the row overlaps an earlier one, so that days may be counted twice.
    """
    spans = away.loc[away["recorded"], ["secondment_id", "start", "until"]].reset_index(names="place")
    rows = dataset["attendance"].merge(spans, on="secondment_id", suffixes=("", "_of_secondment"))
    rows = rows[(rows["start"] < rows["until"]).to_numpy()].sort_values(["place", "start"], kind="stable")
    rows["due"] = (rows["working_days"] - rows["leave_days"]).clip(lower=0)
    rows["present"] = rows["present_days"].where(rows["present_days"] <= rows["due"], rows["due"])
    blank = rows[["working_days", "leave_days", "present_days", "end"]].isna().any(axis=1)
    within = (rows["start"] >= rows["start_of_secondment"]) & (rows["end"] <= rows["until"])
    ends = pd.Series(history.day_numbers(rows["end"]), index=rows.index)
    latest = ends.groupby(rows["place"]).cummax().groupby(rows["place"]).shift()
    return rows.assign(usable=within & ~blank, doubled=history.day_numbers(rows["start"]) < latest)


def _days(away: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """By secondment: `due` and `present` (days on record), `unknown` (days of its time without a usable record, each of
    which may have been due), `doubtful` (bool: rows overlap)."""
    usable = rows[rows["usable"]]
    sums = usable.groupby("place")[["due", "present"]].sum().reindex(away.index, fill_value=0).astype(float)
    recorded = (
        (usable["end"] - usable["start"]).dt.days.groupby(usable["place"]).sum().reindex(away.index, fill_value=0)
    )
    unknown = ((away["until"] - away["start"]).dt.days - recorded).clip(lower=0)
    doubtful = rows["doubled"].groupby(rows["place"]).any().reindex(away.index, fill_value=False)
    return sums.assign(unknown=unknown, doubtful=doubtful.astype(bool))


# --- task and length ------------------------------------------------------------------------------


def _real_task(away: pd.DataFrame) -> pd.DataFrame:
    """Whether there is a task beyond advice; a blank one is unknown."""
    hit = (~away["task"].isin(NO_REAL_TASK)).astype("boolean").mask(away["task"].isna())
    code = pd.Series(pd.NA, index=away.index, dtype="object")
    code = code.mask(hit.isna(), "task_unknown").mask(hit.eq(False).fillna(False), "no_real_task")
    return _facts("real_task", away, hit, code.where(away["recorded"], "not_recorded"))


def _too_short(away: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Whether a secondment ended before the months were full; one that runs counts once they are."""
    full_on = away["start"] + pd.DateOffset(months=settings.min_months)
    short = (away["until"] < full_on).astype("boolean")
    over = away["ended_on"].notna() | ~short
    code = pd.Series(pd.NA, index=away.index, dtype="object").mask((short & over).to_numpy(bool), "too_short")
    return _facts("too_short", away, short, code, eligible=over)


# --- facts and the picture ------------------------------------------------------------------------


def _facts(measure: str, away: pd.DataFrame, hit: pd.Series, code: pd.Series, **columns) -> pd.DataFrame:
    explained = {column: away[column] for column in ("until", "task")}
    given = {"since": away["start"], "hit": hit, "reason_code": code, **explained, **columns}
    return fact_rows(measure, away, SUBJECT, "managed_by", **given)


def picture(run) -> figures.Picture:
    """Month by month the share of the days due on which each secondee was present, the lowest first."""
    away = recent_secondments(run.dataset, run.settings)
    away = away[(away["recorded"] & away["managed_by"].isin(run.organisations)).to_numpy(bool)].reset_index(drop=True)
    rows = attendance(away, run.dataset)
    days = _days(away, rows)
    away = away[days["due"] + days["unknown"] >= run.settings.min_days]
    days, rows = days.loc[away.index], rows[rows["place"].isin(away.index)]
    judged = run.of("present")
    known = judged[judged["eligible"].fillna(False).astype(bool) & judged["hit"].notna()]
    return figures.calendar_strips(
        cells=pd.DataFrame(
            {
                "row": rows["place"],
                "month": rows["start"],
                "present": rows["present"].where(rows["usable"]),
                "due": rows["due"].where(rows["usable"]),
            }
        ),
        rows=pd.DataFrame(
            {
                "row": away.index,
                "start": away["start"],
                "until": away["until"],
                "share": (days["present"] / days["due"]).where(days["due"] > 0),
            }
        ),
        months=run.settings.window_months,
        least=run.settings.min_presence,
        settings=run.settings,
        slug=run.policy.id,
        title=_("In {k} of {n} secondments the cadre was present on {share} of the days or more").format(
            k=int(known["hit"].sum()),
            n=len(known),
            share=figures.percent_text(run.settings.min_presence),
        ),
    )
