"""Support in hard places: a health check a year, and a hardship allowance that is paid.

Source: problems 2.5-3 (health care and pay of exchanged cadres in hard places).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

UNITS_DRAWN = 10


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre in a hard place; explained by `since`, `last_check`, `unit`."""
    cadres = in_hard_places(dataset, settings)
    return pd.concat([_checked(cadres, dataset, settings), _paid(cadres, dataset, settings)], ignore_index=True)


def in_hard_places(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who serves in a hard unit on the day, or may: one row a cadre with `since` (the first day there), `unit` (its root), `counts`.

    `counts` (boolean) is whether the unit is hard and, with `who = exchanged`, the cadre came there by an exchange; NA unknown.
    """
    timeline = history.substantive(history.timeline(dataset)).reset_index(drop=True)
    stays = history.spells(timeline, ["department"])
    first, last = (timeline.iloc[stays[row]].reset_index(drop=True) for row in ("first_row", "last_row"))
    stays["managed_by"], stays["hard"] = last["managed_by"], last["hardship"] >= settings.min_hardship
    stays["exchanged"] = _exchanged(stays, first, timeline, dataset)
    left_on = lookup(stays["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    runs = ~(stays["end"] <= settings.as_of) & ~(left_on <= settings.as_of)
    stays["counts"] = stays["hard"].astype("boolean") & (stays["exchanged"] | (settings.who == "everyone"))
    here = stays[(runs & stays["counts"].fillna(True)).to_numpy(bool)]
    here = here.sort_values(["cadre_id", "start", "department"], kind="stable").drop_duplicates("cadre_id")
    return here.rename(columns={"start": "since", "department": "unit"}).reset_index(drop=True)


def _exchanged(stays: pd.DataFrame, first: pd.DataFrame, timeline: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether each stay began with an exchange (boolean): from another unit on record or from outside, and no demotion.

    Of a first stay on record it is not known where the record begins late; of any stay where nothing says how they came, neither
    the route nor that it was an exchange.
    """
    begun = timeline.groupby("cadre_id", sort=False)["start"].min()
    later = (stays["start"] > stays["cadre_id"].map(begun)).astype("boolean")
    unknown = ~later & history.record_begins_late(stays["cadre_id"], dataset).to_numpy(bool)
    came = later.mask(unknown) | first["from_place_code"].notna()
    demoted = among(first["route"], ["demoted", "removed_to"])
    return came & ~demoted.mask(demoted.isna() & first["exchange_kind"].notna(), False)


def _checked(cadres: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Due from those who have been in the hard place for the whole of the last months."""
    start = history.months_before(settings.as_of, settings.check_months)
    given = dataset["hardship_support"]
    is_check = same(given["kind"], "health_check")
    recent = history.by_then((start, start), history.span(given, "given_on"))
    hit = any_of(is_check & recent, given["cadre_id"], cadres["cadre_id"])
    checks = given[is_check.fillna(False).to_numpy(bool)].sort_values("given_on", ascending=False)
    due = cadres["since"] <= start
    last_check = lookup(cadres["cadre_id"], checks, "cadre_id", "given_on")
    return _of_cadres("health_check", cadres, due, hit, "no_check", last_check=last_check)


def _paid(cadres: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Due once the days after the arrival are over. An allowance is paid on the day if it has begun and not ended."""
    given, day = dataset["hardship_support"], settings.as_of
    ended = history.by_then(history.span(given, "ended_on"), (day, day)).mask(given["ended_on"].isna(), False)
    begun = history.by_then(history.span(given, "given_on"), (day, day))
    hit = any_of(same(given["kind"], "allowance") & begun & ~ended, given["cadre_id"], cadres["cadre_id"])
    due = cadres["since"] + pd.Timedelta(days=settings.grace_days) <= day
    return _of_cadres("allowance", cadres, due, hit, "no_allowance")


def _of_cadres(measure: str, cadres: pd.DataFrame, due, hit: pd.Series, reason: str, **columns) -> pd.DataFrame:
    certain = (due & cadres["counts"].fillna(False)).to_numpy(bool)
    code = pd.Series(reason, index=cadres.index, dtype="object").mask(hit.isna(), "support_unknown")
    return fact_rows(
        measure,
        cadres,
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=cadres["counts"] & due,
        hit=hit,
        since=cadres["since"],
        reason_code=code.mask(hit.fillna(False), pd.NA).where(certain, pd.NA),
        unit=cadres["unit"],
        **{"last_check": pd.NaT, **columns},
    )


def picture(run) -> figures.Picture:
    """Coverage by unit, the lowest first; units with few such cadres are drawn together, so that no bar is one person."""
    names = {"health_check": _("health check"), "allowance": _("allowance")}
    rows = run.facts[run.facts["organisation_id"].isin(run.organisations)]
    rows = rows[(rows["eligible"].fillna(False) & rows["hit"].notna()).to_numpy(bool)]
    least = run.settings.min_unit
    fewest = rows.groupby(["unit", "measure"])["subject_id"].size().groupby("unit").min()
    small = rows["unit"].map(fewest) < least
    together = _("Units with fewer than {least} such cadres").format(least=least)
    rows = rows.assign(group=_present_ids(rows["unit"], run.dataset).mask(small, together), hit=rows["hit"].astype(int))
    rows = rows[(~small | (rows.groupby(["group", "measure"])["hit"].transform("size") >= least)).to_numpy(bool)]
    units = rows.groupby("group", sort=True)["hit"].mean().sort_values(kind="stable")
    counts = rows.groupby(["group", "measure"])["hit"].agg(["sum", "size"])
    targets = {"health_check": run.settings.min_share_checked, "allowance": run.settings.min_share_paid}
    table = [
        {"group": unit, "series": words, "k": counts["sum"].get((unit, name), 0), "n": size, "target": targets[name]}
        for unit in units.index[:UNITS_DRAWN]
        for name, words in names.items()
        if (size := counts["size"].get((unit, name)))
    ]
    named = units.drop(together, errors="ignore")
    return figures.bars(
        pd.DataFrame(table, columns=["group", "series", "k", "n", "target"]),
        run.settings,
        run.policy.id,
        title=_("{k} of {n} hard units have all support on record").format(k=int(named.eq(1).sum()), n=len(named)),
        caption=_(
            "A bar is the share of a unit's cadres who are covered, with its counts; units with fewer than {least} such cadres "
            "are drawn together. Of more than {most} units those with the lowest coverage are drawn."
        ).format(least=least, most=UNITS_DRAWN),
    )


def _present_ids(roots: pd.Series, dataset: Dataset) -> pd.Series:
    """The present ids of units by their roots: a unit's name is free text, which nothing shows."""
    units = dataset["units"].assign(root=lambda table: history.roots(table["unit_id"], table["predecessor_unit_id"]))
    present = units[(~units["unit_id"].isin(units["predecessor_unit_id"].dropna())).to_numpy()]
    return lookup(roots, present, "root", "unit_id").astype("object").fillna(roots)
