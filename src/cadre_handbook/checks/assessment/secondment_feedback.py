"""Host and home keep in touch: a report and a notice each quarter of a secondment, an inspection each year.

Source: secondment essay, last part. Quarters and years are counted from the start of each secondment.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
YEAR = 12


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and quarter, year or report; explained by `number`, `from_day`, `to_day`, `due_on`, `found`."""
    quarters, years = due_quarters(dataset, settings), due_years(dataset, settings)
    parts = [
        _facts("host_reported", quarters, quarters["host_report"], "host_silent"),
        _facts("home_noticed", quarters, quarters["home_notice"], "home_silent"),
        _facts("inspected", years, years["inspected"], "not_inspected", found=years["found"]),
        _whole_reports(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def subjects_a_row(settings: Settings) -> dict[str, int]:
    """As many quarters or years as one secondment may owe in the window: a row left out may be so many."""
    quarters = -(-settings.window_months // settings.months_a_report) + 1
    return {"host_reported": quarters, "home_noticed": quarters, "inspected": -(-settings.window_months // YEAR) + 2}


# --- what is due ----------------------------------------------------------------------------------


def due_quarters(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The quarters that fell due in the last months, each with whether host and home wrote (boolean, NA not known).

    A quarter is owed when the secondment had it in full; it falls due when it is over and the days of grace are.
    """
    grace = pd.Timedelta(days=settings.grace_days)
    quarters = _periods(dataset, settings, settings.months_a_report)
    quarters["due_on"] = quarters["until"] + grace - history.ONE_DAY
    for kind in ("host_report", "home_notice"):
        quarters[kind] = _answered(quarters, _told(dataset, kind, quarters), grace)
    in_full = ~(quarters["until"] > quarters["ended_on"])
    return _in_window(quarters[in_full.to_numpy()], dataset, ["host_report", "home_notice"], settings)


def due_years(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The years that were over in the last months, with whether there were enough inspections, and how many (`found`).

    A last part of a year is owed when it is over and was long enough.
    """
    years = _periods(dataset, settings, YEAR)
    cut_short = years["until"] > years["ended_on"]
    at_least = history.months_after(years["start"], YEAR * (years["number"] - 1) + settings.part_year_months)
    owed = ~cut_short | (at_least <= years["ended_on"])
    years["until"] = years["until"].mask(cut_short, years["ended_on"])
    years["due_on"] = years["until"] - history.ONE_DAY
    years = years[owed.to_numpy()]
    told = _told(dataset, "inspection", years)
    inside = told[(told["first"] < told["until"]) & (told["last"] >= told["begins"])]
    surely = inside["sure"] & (inside["first"] >= inside["begins"]) & (inside["last"] < inside["until"])
    years["found"], possible = _days(years, inside[surely]), _days(years, inside)
    enough = (years["found"] >= settings.inspections_a_year).astype("boolean")
    years["inspected"] = enough.mask(~enough & (possible >= settings.inspections_a_year))
    return _in_window(years, dataset, ["inspected"], settings)


def _periods(dataset: Dataset, settings: Settings, months: int) -> pd.DataFrame:
    """The stretches of so many months of every secondment that began by the day and by its end, counted from its start.

    Columns of the secondment, and `secondment` (a number), `number` (from 1), `begins` and `until` (the day after the last), `next_until`.
    """
    rows = history.secondments(dataset).reset_index(drop=True)
    last = rows["ended_on"].fillna(settings.as_of)
    begun = (last.dt.year - rows["start"].dt.year) * 12 + last.dt.month - rows["start"].dt.month
    count = (begun // months + 1).clip(lower=0)
    periods = rows.loc[rows.index.repeat(count)].rename_axis("secondment").reset_index()
    periods["number"] = periods.groupby("secondment").cumcount() + 1
    periods["begins"] = history.months_after(periods["start"], months * (periods["number"] - 1))
    periods["until"] = history.months_after(periods["start"], months * periods["number"])
    periods["next_until"] = history.months_after(periods["start"], months * (periods["number"] + 1))
    return periods


def _in_window(periods: pd.DataFrame, dataset: Dataset, answers: list[str], settings: Settings) -> pd.DataFrame:
    """The periods due in the last months; without a row of the secondment, or with one left out, nothing is known of them."""
    first = history.months_before(settings.as_of, settings.window_months)
    periods = periods[((periods["due_on"] >= first) & (periods["due_on"] <= settings.as_of)).to_numpy()]
    unreadable = dataset.left_out.loc[dataset.left_out["table"] == "feedback", "cadre_id"]
    unsure = periods["cadre_id"].isin(unreadable)
    for name in answers:
        unknown = ~periods["recorded"] | (unsure & ~periods[name].fillna(False).astype(bool))
        periods = periods.assign(**{name: periods[name].mask(unknown.astype(bool))})
    return periods.reset_index(drop=True)


# --- what was told --------------------------------------------------------------------------------


def _told(dataset: Dataset, kind: str, periods: pd.DataFrame) -> pd.DataFrame:
    """What may be a message of this kind beside each period of its secondment: `first` and `last` day it may be of, `sure`.

    `sure` is whether the kind is on record. Two messages of one day are one.
    """
    told = dataset["feedback"]
    told = told[(told["kind"].eq(kind) | told["kind"].isna()).to_numpy(bool)]
    first, last = history.span(told, "given_on")
    told = pd.DataFrame(
        {"secondment_id": told["secondment_id"], "first": first, "last": last, "sure": told["kind"].notna()}
    )
    told = told.sort_values("sure", ascending=False, kind="stable").drop_duplicates(["secondment_id", "first", "last"])
    columns = ["secondment_id", "secondment", "start", "number", "begins", "until", "next_until"]
    beside = periods.loc[periods["recorded"].to_numpy(bool), columns].merge(told, on="secondment_id")
    # A message of the month of the start cannot be older than the start.
    cut = (beside["first"] < beside["start"]) & (beside["last"] >= beside["start"])
    return beside.assign(first=beside["first"].mask(cut, beside["start"]))


def _days(periods: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """How many messages fall to each period (int64, index of the periods)."""
    counts = told.groupby(["secondment", "number"]).size()
    keys = pd.MultiIndex.from_frame(periods[["secondment", "number"]])
    return pd.Series(counts.reindex(keys, fill_value=0).to_numpy("int64"), index=periods.index)


def _answered(quarters: pd.DataFrame, told: pd.DataFrame, grace: pd.Timedelta) -> pd.Series:
    """Whether each quarter has a message of its own (boolean).

    A message makes good for one quarter. One that comes in the days of grace is for the quarter before if that has none
    yet, else for the quarter it comes in. A quarter that only a message of unknown kind or day could make good is NA.
    """
    turn = np.minimum(told["begins"] + grace, told["until"])
    next_turn = np.minimum(told["until"] + grace, told["next_until"])
    # Between the days of grace of one quarter and the end of those of the next, it is for the one on whatever day it came.
    across = (told["first"] >= turn) & (told["first"] < told["until"])
    across &= (told["last"] >= told["until"]) & (told["last"] < next_turn)
    parts = [(told["begins"], told["until"]), (told["begins"], turn), (turn, told["until"])]
    own, in_grace, later = ((told["first"] >= begins) & (told["last"] < until) for begins, until in parts)
    sure = [told["sure"] & rows for rows in (own | across, in_grace, later | across)]
    possible = [
        (told["last"] >= begins) & (told["first"] < until) & (begins < until) & ~across for begins, until in parts
    ]
    surely, perhaps = (_made_good(quarters, *(told[rows] for rows in each)) for each in (sure, possible))
    return surely.astype("boolean").mask(~surely & perhaps)


def _made_good(quarters: pd.DataFrame, own: pd.DataFrame, in_grace: pd.DataFrame, later: pd.DataFrame) -> pd.Series:
    """Whether each quarter is made good (bool) by these messages of it, those of its first days of grace, those after them.

    A quarter that has none lacks its own, one that has two or a later one has it. One whose only message may have come in
    the days of grace has its own unless the quarter before needs that message: then it is as the one before was.
    """
    count, of_one = _days(quarters, own), quarters["secondment"]
    has_own = pd.Series(pd.NA, index=quarters.index, dtype="Int64")
    has_own = has_own.mask(count == 0, 0).mask((count > 1) | (_days(quarters, later) > 0), 1)
    has_own = has_own.groupby(of_one).ffill().fillna(1).astype(bool)
    return has_own | (_days(quarters, in_grace) > 0).groupby(of_one).shift(-1, fill_value=False)


# --- facts ----------------------------------------------------------------------------------------


def _facts(measure: str, periods: pd.DataFrame, hit: pd.Series, if_not: str, **columns) -> pd.DataFrame:
    code = pd.Series(pd.NA, index=periods.index, dtype="object")
    return fact_rows(
        measure,
        periods,
        SUBJECT,
        "managed_by",
        hit=hit,
        since=periods["due_on"],
        reason_code=code.mask(~hit.fillna(True), if_not).mask(hit.isna(), "unclear"),
        number=periods["number"],
        from_day=periods["begins"],
        to_day=periods["until"] - history.ONE_DAY,
        due_on=periods["due_on"],
        **columns,
    )


def _whole_reports(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Reports of the host in the last months, and whether they speak of thinking, work and life."""
    reports = dataset["feedback"].merge(
        history.secondments(dataset)[["secondment_id", "cadre_id", "managed_by"]], on="secondment_id"
    )
    first = history.months_before(settings.as_of, settings.window_months)
    reports = reports[
        ((reports["given_on"] >= first) & ~reports["kind"].isin(["home_notice", "inspection"])).to_numpy()
    ]
    return fact_rows(
        "whole_reports",
        reports,
        SUBJECT,
        "managed_by",
        eligible=same(reports["kind"], "host_report"),
        hit=reports["on_thinking"] & reports["on_work"] & reports["on_life"],
        since=reports["given_on"],
    )


def picture(run) -> figures.Picture:
    """Quarter by quarter: reports of the host above, notices of the home unit below, inspections between."""
    quarters = due_quarters(run.dataset, run.settings)
    quarters = quarters[quarters["managed_by"].isin(run.organisations)]
    visits = run.dataset["feedback"]
    visits = visits[visits["kind"].eq("inspection").to_numpy()]
    visits = visits.merge(quarters.drop_duplicates("secondment")[["secondment", "secondment_id", "start"]])
    month = 365.25 / 12
    at = (visits["given_on"] - visits["start"]).dt.days / month / run.settings.months_a_report
    silent = int(sum(quarters[kind].eq(False).fillna(False).sum() for kind in ("host_report", "home_notice")))
    return figures.lanes(
        quarters.rename(columns={"secondment": "row", "host_report": "above", "home_notice": "below"}),
        pd.DataFrame({"row": visits["secondment"], "at": at}),
        words=(_("reports of the host"), _("notices of the home unit"), _("inspections")),
        axis=_("Quarter of the secondment"),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} reports and notices due are missing").format(k=silent, n=2 * len(quarters)),
        caption=_(
            "Each line is one secondment, those with most gaps first; a box is a quarter that fell due, with the report of the host above the line and the notice of the home unit below it."
        ),
    )
