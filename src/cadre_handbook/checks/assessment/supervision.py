"""Strict and often: a contact with every cadre who is away, a talk after every slip, an examination of every complaint.

Sources: problems 1.2 and 2.4-3; growth 3.2 (third); secondment, key points.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.checks.assessment.use_of_results import MEASURES
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre or entry; explained by `away_since`, `last_contact`, `entered_on`, `talked_on`."""
    entries = _entries(dataset)
    parts = [
        _contacted(dataset, entries, settings),
        _talked(entries, settings),
        _examined(entries, settings),
        _acted_on(entries, dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def _entries(dataset: Dataset) -> pd.DataFrame:
    """What is on record, one row an entry, with the organisation that manages the cadre and the day the cadre left."""
    entries, cadres = dataset["supervision"], dataset["cadres"]
    return entries.assign(
        managed_by=lookup(entries["cadre_id"], cadres, "cadre_id", "organisation_id"),
        left_on=lookup(entries["cadre_id"], cadres, "cadre_id", "left_on"),
    )


# --- contacts -------------------------------------------------------------------------------------


def cadres_away(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who moved in the last months, or is on secondment: one row a cadre with `away_since`, the earliest of these, and
    `serving` (boolean, NA for somebody who has not left and holds no post on record)."""
    moves = history.moves(dataset, settings.max_gap_days)
    first = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= first) & ~moves["demotion"]).to_numpy(bool)]
    seconded = history.secondments(dataset)
    runs = (seconded["start"] <= settings.as_of) & ~(seconded["ended_on"] <= settings.as_of)
    seconded = seconded[runs.to_numpy(bool)].rename(columns={"start": "moved_on"})
    columns = ["cadre_id", "managed_by", "moved_on"]
    away = pd.concat([moves[columns], seconded[columns]], ignore_index=True)
    away = away.groupby(["cadre_id", "managed_by"], sort=True)["moved_on"].min().rename("away_since").reset_index()
    held = history.held_on(history.timeline(dataset), settings.as_of)["cadre_id"]
    serving = away["cadre_id"].isin([*held, *seconded["cadre_id"]]).astype("boolean")
    left = lookup(away["cadre_id"], dataset["cadres"], "cadre_id", "left_on") <= settings.as_of
    return away.assign(serving=serving.mask(~serving).mask(left.to_numpy(bool), False))


def _contacted(dataset: Dataset, entries: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Due are those who have been away for the whole of the last months. A talk is a contact too."""
    away = cadres_away(dataset, settings)
    first = history.months_before(settings.as_of, settings.months)
    eligible = away["serving"] & (away["away_since"] <= first)
    contact = (same(entries["kind"], "contact") & _since(entries, "happened_on", first)) | _since(
        entries, "talked_on", first
    )
    hit = any_of(contact, entries["cadre_id"], away["cadre_id"])
    last_contact = lookup(away["cadre_id"], _last_contacts(entries), "cadre_id", "day")
    code = pd.Series("no_contact", index=away.index, dtype="object").mask(last_contact.isna(), "never_contacted")
    code = code.mask(hit.isna(), "contact_unknown").mask(hit.fillna(False), pd.NA)
    return fact_rows(
        "contacted",
        away,
        SUBJECT,
        "managed_by",
        eligible=eligible,
        hit=hit,
        since=away["away_since"],
        away_since=away["away_since"],
        last_contact=last_contact,
        reason_code=code.where(eligible.fillna(False).to_numpy(bool), pd.NA),
    )


def _since(entries: pd.DataFrame, column: str, first: pd.Timestamp) -> pd.Series:
    """Whether a day is no earlier than `first` (boolean): false where there is none, NA where a month does not settle it."""
    answer = history.by_then((first, first), history.span(entries, column))
    return answer.mask(entries[column].isna(), False)


def _last_contacts(entries: pd.DataFrame) -> pd.DataFrame:
    """The last day of a contact or a talk of each cadre who had one: `cadre_id`, `day`."""
    contacts = entries.loc[entries["kind"].eq("contact"), ["cadre_id", "happened_on"]]
    days = [
        contacts.set_axis(["cadre_id", "day"], axis=1),
        entries[["cadre_id", "talked_on"]].set_axis(["cadre_id", "day"], axis=1),
    ]
    return pd.concat(days).dropna().groupby("cadre_id", as_index=False)["day"].max()


# --- slips and complaints -------------------------------------------------------------------------


def _talked(entries: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Slips of the last months, answered in time or not. One whose days are not over, or whose cadre left, owes nothing yet."""
    deadline = tuple(day + pd.Timedelta(days=settings.days) for day in history.span(entries, "happened_on"))
    none = entries["talked_on"].isna()
    hit = history.by_then(history.span(entries, "talked_on"), deadline).mask(none, False)
    still_time = none & ((deadline[1] > settings.as_of) | (entries["left_on"] <= deadline[1]))
    eligible = same(entries["kind"], "slip") & _recent(entries, settings) & ~still_time
    code = pd.Series("talked_late", index=entries.index, dtype="object").mask(none, "not_talked")
    code = code.mask(hit.isna(), "talked_when_unknown").mask(hit.fillna(False), pd.NA)
    return _of_entries("talked", entries, eligible, hit, code)


def _examined(entries: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Complaints of the last months, and older ones that are still open. One whose days are not over owes nothing yet."""
    last = history.span(entries, "happened_on")[1] + pd.Timedelta(days=settings.complaint_days)
    is_open = entries["examined_on"].isna()
    eligible = same(entries["kind"], "complaint") & (_recent(entries, settings) | is_open)
    eligible &= ~(is_open & (last > settings.as_of))
    code = pd.Series("not_examined", index=entries.index, dtype="object").where(is_open, pd.NA)
    return _of_entries("examined", entries, eligible, ~is_open, code)


def _acted_on(entries: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Complaints of the last months that were found true, wholly or in part, and whether a measure has followed."""
    found = among(entries["outcome"], ["founded", "partly"])
    eligible = same(entries["kind"], "complaint") & _recent(entries, settings) & entries["examined_on"].notna() & found
    decisions = dataset["decisions"][["cadre_id", "kind", "decided_on", "decided_on_is_month"]]
    pairs = entries[["supervision_id", "cadre_id", "examined_on", "examined_on_is_month"]].merge(
        decisions, on="cadre_id"
    )
    is_measure = among(pairs["kind"], MEASURES)
    follows = history.by_then(history.span(pairs, "examined_on"), history.span(pairs, "decided_on"))
    hit = any_of(is_measure & follows, pairs["supervision_id"], entries["supervision_id"])
    return _of_entries("acted_on", entries, eligible, hit, pd.Series(pd.NA, index=entries.index, dtype="object"))


def _recent(entries: pd.DataFrame, settings: Settings) -> pd.Series:
    return entries["happened_on"] >= history.months_before(settings.as_of, settings.record_months)


def _of_entries(
    measure: str, entries: pd.DataFrame, eligible: pd.Series, hit: pd.Series, code: pd.Series
) -> pd.DataFrame:
    """Facts about entries. One without a kind is a finding where it would be one as a slip or a complaint."""
    kind_unknown = eligible.isna() & code.notna()
    return fact_rows(
        measure,
        entries,
        SUBJECT,
        "managed_by",
        eligible=eligible,
        hit=hit,
        since=entries["happened_on"],
        entered_on=entries["happened_on"],
        talked_on=entries["talked_on"],
        reason_code=code.where(eligible.fillna(False).to_numpy(bool), pd.NA).mask(kind_unknown, "kind_unknown"),
    )


def picture(run) -> figures.Picture:
    """How long ago the last contact was, by how long the cadre has been away."""
    months = run.settings.months
    due = run.of("contacted")
    due = due[(due["eligible"].fillna(False) & due["hit"].notna()).to_numpy(bool)]
    rows = {_("Away under a year"): 12, _("Away a year"): 24, _("Away two years and more"): None}
    columns = {
        _("Under {count} months ago").format(count=months): months,
        _("{low} to {high} months ago").format(low=months, high=2 * months): 2 * months,
        _("Longer ago"): None,
    }
    never = _("None on record")
    table = pd.DataFrame(
        {
            "row": _class(due["away_since"], rows, run.settings),
            "column": _class(due["last_contact"], columns, run.settings).mask(due["last_contact"].isna(), never),
        }
    )
    counts = table.value_counts().rename("count").reset_index()
    late = [*list(columns)[1:], never]
    return figures.matrix(
        rows=list(rows),
        columns=[*columns, never],
        counts=counts,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} cadres away have had a contact in the last {months} months").format(
            k=int(table["column"].eq(next(iter(columns))).sum()), n=len(table), months=months
        ),
        caption=_(
            "Each row is how long the cadres have been exchanged or seconded, each column how long ago somebody last looked "
            "them up; a number counts cadres. Those who are not due, or of whom it is not known, are left out."
        ),
        alarm=[(row, column) for row in rows for column in late],
    )


def _class(days: pd.Series, classes: dict[str, int | None], settings: Settings) -> pd.Series:
    """The class of each day: the first whose months before the day of judging reach back to it."""
    result = pd.Series(list(classes)[-1], index=days.index, dtype="object")
    for name, months in reversed([item for item in classes.items() if item[1]]):
        result = result.mask(days >= history.months_before(settings.as_of, months), name)
    return result
