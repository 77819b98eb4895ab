"""Make exchange understood: every kind of outreach held in the year, a model made known, and the units it came to.

Source: problems 2.1.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, at_least, how_many, lookup, same
from cadre_handbook.verdict import fact_rows

KINDS = ["publicity", "education", "explanation"]  # what the document asks for; others are held besides
MONTHS = 12  # of the calendar


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per kind of outreach of an organisation, per organisation and per unit; explained by `held` and `open`."""
    events = _events(dataset, settings)
    parts = [
        _kinds_held(dataset, events, settings),
        _without_models(dataset, events, settings),
        _units_reached(dataset, events),
    ]
    return pd.concat(parts, ignore_index=True)


def _events(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The events with `recent`: whether each was held in the last months (boolean, NA where its month does not tell).

    Of an event left out for its problems no more than the organisation is known, and perhaps not that.
    """
    events = dataset.with_left_out("outreach")
    first = pd.Series(history.months_before(settings.as_of, settings.window_months), index=events.index)
    return events.assign(recent=history.by_then((first, first), history.span(events, "held_on")))


def _managing(dataset: Dataset) -> pd.DataFrame:
    """The organisations that manage a cadre, one row each."""
    return dataset["cadres"][["organisation_id"]].dropna().drop_duplicates().reset_index(drop=True)


def _kinds_held(dataset: Dataset, events: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    kinds = _managing(dataset).merge(pd.DataFrame({"outreach_kind": KINDS}), how="cross")
    kinds["subject"] = kinds["organisation_id"] + "/" + kinds["outreach_kind"]
    pairs = events.merge(kinds, on="organisation_id")
    is_one = pairs["recent"] & same(pairs["kind"], pairs["outreach_kind"])
    enough = at_least(settings.least_events, is_one, pairs["subject"], kinds["subject"])
    return _counted("kinds_held", kinds, ("kind", "subject"), is_one, pairs["subject"], settings).assign(
        outreach_kind=kinds["outreach_kind"],
        hit=enough,
        reason_code=pd.Series("too_few_events", index=kinds.index, dtype="object").mask(enough.fillna(False), pd.NA),
    )


def _without_models(dataset: Dataset, events: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    every = _managing(dataset)
    is_one = events["recent"] & events["model"].astype("boolean")
    enough = at_least(settings.least_models, is_one, events["organisation_id"], every["organisation_id"])
    subject = ("organisation", "organisation_id")
    return _counted("without_models", every, subject, is_one, events["organisation_id"], settings).assign(
        hit=~enough,
        reason_code=pd.Series("too_few_models", index=every.index, dtype="object").mask(enough.fillna(False), pd.NA),
    )


def _counted(
    measure: str,
    subjects: pd.DataFrame,
    subject: tuple[str, str],
    is_one: pd.Series,
    keys: pd.Series,
    settings: Settings,
) -> pd.DataFrame:
    """Facts of subjects with how many of their events surely count, and of how many more it is open."""
    held, at_most = how_many(is_one, keys, subjects[subject[1]])
    first = history.months_before(settings.as_of, settings.window_months)
    return fact_rows(measure, subjects, subject, "organisation_id", held=held, open=at_most - held, from_day=first)


def _units_reached(dataset: Dataset, events: pd.DataFrame) -> pd.DataFrame:
    """The units that stand, no divisions inside one, and whether an event that was not for others was held in them.

    An event in a division, or in a unit that another continues, was held in that one.
    """
    units = history.all_units(dataset)
    events = events.assign(department=lookup(events["unit_id"], units, "unit_id", "department"))
    events = events[events["department"].notna()]
    for_cadres = events["recent"] & among(events["audience"], ["leaders", "cadres"])
    units = units[units["stands"]].reset_index(drop=True)
    reached = any_of(for_cadres, events["department"], units["unit"])
    return fact_rows("units_reached", units, ("unit", "unit_id"), "organisation_id", hit=reached)


def picture(run) -> figures.Picture:
    """A calendar of the last twelve months: events by kind, and those that made a model known."""
    names = {item.value: label(item) for item in schema.tables()["outreach"].fields["kind"].categories}
    shows_a_model, unknown = _("A model made known"), _("Kind not on record")
    months = pd.period_range(end=pd.Period(run.settings.as_of, "M"), periods=MONTHS, freq="M")
    events = run.dataset["outreach"]
    events = events[events["organisation_id"].isin(run.organisations)].reset_index(drop=True)
    month = pd.Series(pd.PeriodIndex(events["held_on"], freq="M"), index=events.index)
    by_kind = pd.DataFrame({"row": events["kind"].astype("object").map(names).fillna(unknown), "month": month})
    by_model = by_kind[events["model"].fillna(False).to_numpy(bool)].assign(row=shows_a_model)
    shown = pd.concat([by_kind, by_model])
    shown = shown[shown["month"].isin(months)].assign(column=lambda rows: rows["month"].dt.month.astype(str))
    kinds = run.of("kinds_held")
    return figures.matrix(
        rows=[*names.values(), *([unknown] if shown["row"].eq(unknown).any() else []), shows_a_model],
        columns=[str(month.month) for month in months],
        counts=shown.value_counts(["row", "column"]).rename("count").reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} kinds of outreach were held often enough").format(
            k=int(kinds["hit"].fillna(False).sum()), n=len(kinds)
        ),
        caption=_(
            "Each column is a month, the last being that of the day judged on; a number counts events. The last row counts events of the rows above once more."
        ),
    )
