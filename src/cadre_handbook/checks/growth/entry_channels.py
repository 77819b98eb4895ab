"""Doors between kinds of staff: who came into Party and government organs from an institution, an enterprise or another status.

Source: growth 2.2.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_by, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

ORGANS = ["townships", "organs"]
# With these a first posting on record begins work in an organ; with the others somebody came from the civil service elsewhere.
BEGINS = ["recruited", "brought_in"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per entry (`across_status`) and per year (`years_without`), and one that is not counted per year and level.

    Explained by `came_from` and `level` of an entry, and by `year` and `entries` of a year.
    """
    found = entries(dataset, settings)
    years = _years(dataset, settings)
    whole = _counted(found, years, ["organisation_id"])
    levels = _counted(found, _years_of_levels(years, dataset), ["organisation_id", "level"])
    levels["subject"] = levels["organisation_id"] + " " + levels["level"] + " " + levels["year"].astype(str)
    # A year in which nobody came across at all stands in the list once.
    closed = levels.merge(
        whole[["organisation_id", "year", "none"]], on=["organisation_id", "year"], suffixes=("", "_at_all")
    )
    levels = levels[(levels["none"].fillna(False) & ~closed["none_at_all"].fillna(False)).to_numpy(bool)]
    return pd.concat(
        [
            fact_rows(
                "across_status",
                found,
                ("cadre", "cadre_id"),
                "organisation_id",
                eligible=found["entered"],
                hit=found["across"],
                since=found["start"],
                level=found["level"],
                came_from=found["came_from"],
            ),
            _year_facts(whole.assign(subject=whole["organisation_id"] + " " + whole["year"].astype(str)), "none_in_year"),
            _year_facts(levels.reset_index(drop=True), "none_at_level"),
        ],
        ignore_index=True,
    )  # fmt: skip


def entries(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The postings of the years that began, or may have begun, work in organs: `entered` and `across` (boolean), and whence.

    Columns: those of `history.timeline`, `level` (`townships` or `organs`), `year`, `came_from`: `institution`, `enterprise`,
    `other_status`, `recruited` or `unknown`.
    """
    frame = history.substantive(history.timeline(dataset))
    frame = frame.sort_values(["cadre_id", "start", "end", "row"], kind="stable", ignore_index=True)
    frame["level"] = history.tier(frame["unit_kind"])
    in_organ = among(frame["level"], ORGANS)
    of_cadre = frame["cadre_id"]
    is_first = of_cadre.ne(of_cadre.shift())
    was_in_organ = in_organ.shift().mask(is_first, False)
    came_from = frame["unit_kind"].astype("object").shift().mask(is_first)

    first, last = _first_and_last(settings)
    wanted = frame["start"].dt.year.between(first, last) & in_organ.fillna(True) & ~was_in_organ.fillna(False)
    frame = frame.assign(is_first=is_first, in_organ=in_organ, was_in_organ=was_in_organ, was_in=came_from)
    frame = frame[wanted.to_numpy(bool)].reset_index(drop=True)
    frame["year"] = frame["start"].dt.year

    changed = _changed_status(frame, dataset, settings)
    from_outside = ~frame["was_in_organ"] & ~frame["is_first"]
    # Who took up the post in the month of joining work had no other status before, whatever the route.
    joined = lookup(frame["cadre_id"], dataset["cadres"], "cadre_id", "joined_on")
    fresh = frame["is_first"] & joined.dt.to_period("M").eq(frame["start"].dt.to_period("M")) & frame["route"].isna()
    begins = among(frame["route"], BEGINS).mask(fresh, True)
    frame["across"] = from_outside | same(frame["route"], "brought_in").mask(fresh, False) | changed
    # Whoever was in an institution or an enterprise needs no route to tell it; of a first posting the route does.
    entered = ((begins | changed) & frame["is_first"]) | from_outside
    frame["entered"] = frame["in_organ"] & entered
    known = frame["across"].map({True: "other_status", False: "recruited"}).astype("object")
    frame["came_from"] = frame["was_in"].where(from_outside.fillna(False), known).fillna("unknown")
    return frame[frame["entered"].fillna(True).to_numpy(bool)].reset_index(drop=True)


def _first_and_last(settings: Settings) -> tuple[int, int]:
    last = history.last_full_year(settings.as_of)
    return last - settings.window_years + 1, last


def _changed_status(frame: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether a change to the status of a civil servant belongs to each entry (boolean)."""
    changes = dataset["studies"]
    to_civil_servant = same(changes["kind"], "status_change") & same(changes["status"], "civil_servant")
    changes = changes[["cadre_id", "start"]].assign(it_is=to_civil_servant)
    pairs = (
        frame[["cadre_id", "start"]]
        .reset_index(names="entry")
        .merge(changes, on="cadre_id", suffixes=("", "_of_change"))
    )
    months, day = settings.status_months, pairs["start_of_change"]
    near = (day >= history.months_after(pairs["start"], -months)) & (
        day <= history.months_after(pairs["start"], months)
    )
    return any_of(near & pairs["it_is"], pairs["entry"], frame.index.to_series())


def _years(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The years looked at of each organisation: `organisation_id`, `year`; none before its first posting on record."""
    first, last = _first_and_last(settings)
    frame = history.timeline(dataset)
    began = frame.groupby("organisation_id")["start"].min().dt.year
    years = pd.DataFrame({"organisation_id": began.index, "began": began.to_numpy()})
    years = years.merge(pd.DataFrame({"year": range(first, last + 1)}), how="cross")
    return years[years["year"] >= years["began"]][["organisation_id", "year"]].reset_index(drop=True)


def _years_of_levels(years: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The years once for each level of which the organisation has a unit."""
    units = dataset["units"]
    levels = units[["organisation_id"]].assign(level=history.tier(units["kind"])).drop_duplicates()
    return years.merge(levels[levels["level"].isin(ORGANS)], on="organisation_id")


def _counted(found: pd.DataFrame, years: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The years with `entries` (how many surely were) and `none` (boolean): whether nobody came across, NA where somebody may have."""
    keys = [*by, "year"]
    came = found["entered"] & found["across"]
    # An entry whose level is not known may have been at either.
    table = found.assign(came=came, sure=found["entered"].fillna(False).astype("int64"))
    any_came = any_by(table["came"], table[keys].apply(tuple, axis=1)) if len(table) else pd.Series(dtype="boolean")
    years_keys = pd.Series(list(years[keys].itertuples(index=False, name=None)), index=years.index, dtype="object")
    some = years_keys.map(any_came).astype("boolean").mask(~years_keys.isin(any_came.index), False)
    if "level" in by:
        nowhere = found[found["level"].isna().to_numpy() & came.fillna(True).to_numpy(bool)]
        doubtful = pd.MultiIndex.from_frame(years[["organisation_id", "year"]]).isin(
            pd.MultiIndex.from_frame(nowhere[["organisation_id", "year"]])
        )
        some = some.mask(~some.fillna(True) & doubtful)
    sums = table.groupby(keys)["sure"].sum()
    return years.assign(none=~some, entries=years_keys.map(sums.to_dict()).fillna(0).astype("int64"))


def _year_facts(years: pd.DataFrame, code: str) -> pd.DataFrame:
    """Facts of years; those of a level are findings alone, and count for nothing."""
    closed = years["none"].astype("boolean")
    return fact_rows(
        "years_without",
        years,
        ("year", "subject"),
        "organisation_id",
        eligible=code == "none_in_year",
        hit=closed,
        year=years["year"].astype(str),
        entries=years["entries"],
        since=pd.to_datetime(years["year"].astype(str) + "-01-01"),
        reason_code=pd.Series(code, index=years.index, dtype="object").where(closed.fillna(False), pd.NA),
    )


def picture(run) -> figures.Picture:
    """From which status to which level: those who entered in the years."""
    found = run.of("across_status")
    found = found[found["eligible"].fillna(False).to_numpy(bool)]
    sources = {
        "recruited": _("recruited"),
        "institution": _("public institution"),
        "enterprise": _("enterprise"),
        "other_status": _("another status"),
        "unknown": _("not known"),
    }
    levels = {"organs": _("county organs"), "townships": _("townships")}
    order = {name: number for number, name in enumerate(sources)}
    counts = found.groupby(["came_from", "level"]).size().reset_index(name="count")
    counts = counts.sort_values("came_from", key=lambda names: names.map(order), kind="stable")
    across = found[~found["missing"].to_numpy(bool)]["hit"]
    return figures.flow(
        pd.DataFrame(
            {
                "source": counts["came_from"].map(sources),
                "target": counts["level"].map(levels),
                "count": counts["count"],
            }
        ),
        run.settings,
        run.policy.id,
        title=_("{k} of {n} entries crossed a line of status").format(k=int(across.sum()), n=len(across)),
        heads=(_("came from"), _("came to")),
    )
