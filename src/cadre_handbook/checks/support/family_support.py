"""Care for families: needs settled in time, families that move along, movers who are asked.

Sources: problems 1.5 (under a quarter of families moved along) and 2.5-1.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.verdict import fact_rows


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and need or mover; explained by `since`, `due_on`, `need_kind`, `days_open`. No circumstances."""
    needs = _needs(dataset, settings)
    parts = [
        _settled("settled", needs),
        _settled("settled_by_kind", _of_every_kind(needs), by_kind=True),
        _days_until_settled(needs),
        _family_moved(dataset, settings),
        _asked(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def _window(settings: Settings) -> pd.Timestamp:
    return history.months_before(settings.as_of, settings.window_months)


def _needs(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Needs with the day they are due, whether they were settled in time, and whether they count yet.

    A need counts once its time is over, or once it is settled in time; one still open within its time is not due.
    """
    cadres = dataset["cadres"][["cadre_id", "organisation_id"]]
    needs = dataset["needs"].merge(cadres, on="cadre_id", how="left").reset_index(drop=True)
    needs["due_on"] = needs["raised_on"] + pd.Timedelta(days=settings.days)
    in_time = (needs["settled_on"] <= needs["due_on"]).astype("boolean")
    needs["settled"] = in_time & needs["confirmed"]
    needs["open"] = needs["settled_on"].isna() | needs["confirmed"].eq(False).fillna(False)
    needs["over"] = needs["due_on"] <= settings.as_of
    recent = needs["raised_on"] >= _window(settings)
    needs["recent"] = recent
    needs["counts"] = (recent & (needs["over"] | needs["settled"].fillna(True))).astype("boolean")
    until = needs["settled_on"].where(~needs["open"].astype(bool), settings.as_of)
    needs["days_open"] = (until - needs["raised_on"]).dt.days.astype("Int64")
    return needs


def _of_every_kind(needs: pd.DataFrame) -> pd.DataFrame:
    """Needs by kind; one of no known kind may be of any, so that it stands under each and whether it counts is unknown."""
    known = needs["kind"].notna()
    unknown = needs[~known & needs["counts"]].drop(columns="kind")
    kinds = pd.DataFrame({"kind": schema.tables()["needs"].fields["kind"].codes})
    anywhere = unknown.merge(kinds, how="cross").assign(counts=lambda rows: rows["counts"].mask(rows["counts"]))
    return pd.concat([needs[known], anywhere], ignore_index=True)


def _settled(measure: str, needs: pd.DataFrame, by_kind: bool = False) -> pd.DataFrame:
    code = pd.Series(pd.NA, index=needs.index, dtype="object")
    if not by_kind:
        code = code.mask((needs["open"] & needs["over"]).to_numpy(bool), "open")
        code = code.mask((needs["settled"].isna() & needs["counts"].fillna(False)).to_numpy(bool), "not_confirmed")
    return fact_rows(
        measure,
        needs,
        ("need", "need_id"),
        "organisation_id",
        group=needs["kind"].astype("object") if by_kind else "",
        eligible=needs["counts"],
        hit=needs["settled"],
        since=needs["raised_on"],
        reason_code=code,
        need_kind=needs["kind"].astype("object"),
        due_on=needs["due_on"],
        days_open=needs["days_open"],
        open=needs["open"],
    )


def _days_until_settled(needs: pd.DataFrame) -> pd.DataFrame:
    """How long each need waited, or has waited so far; the office's word is taken unless the cadre denies it."""
    return fact_rows(
        "days_until_settled",
        needs,
        ("need", "need_id"),
        "organisation_id",
        eligible=needs["recent"],
        hit=~needs["open"].astype("boolean"),
        x=needs["days_open"],
        since=needs["raised_on"],
    )


def _movers(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The moves of the last months, those to another county that nobody recorded among them."""
    rows = history.relocations(dataset)
    return rows[(rows["moved_on"] >= _window(settings)).to_numpy(bool)].reset_index(drop=True)


def _family_moved(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    movers = _movers(dataset, settings)
    movers = movers[movers["recorded"].to_numpy(bool)]
    return fact_rows(
        "family_moved",
        movers,
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=movers["has_family"],
        hit=movers["family_moved"],
        since=movers["moved_on"],
    )


def _asked(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Movers asked about their families' needs; a move to another county without a row of its own is not on record."""
    movers = _movers(dataset, settings)
    due_on = movers["moved_on"] + pd.Timedelta(days=settings.asked_days)
    asked = (movers["asked_on"] <= due_on).astype("boolean").mask(~movers["recorded"])
    due = ((due_on <= settings.as_of) | asked.fillna(False)).astype("boolean")
    # Whether a move led to another county is unknown where a place is: it may be one nobody recorded.
    due = due & (movers["recorded"] | movers["changed_county"])
    code = pd.Series(pd.NA, index=movers.index, dtype="object")
    code = code.mask((due & ~asked).fillna(False).to_numpy(bool), "not_asked")
    code = code.mask((due & ~movers["recorded"]).fillna(False).to_numpy(bool), "not_recorded")
    return fact_rows(
        "asked",
        movers,
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=due,
        hit=asked,
        since=movers["moved_on"],
        reason_code=code,
    )


def picture(run) -> figures.Picture:
    """Days until a need is settled, by kind; needs still open are censored."""
    needs = run.of("settled")
    kinds = {item.value: label(item) for item in schema.tables()["needs"].fields["kind"].categories}
    known = needs[needs["days_open"].notna() & needs["need_kind"].notna()]
    return figures.survival(
        pd.DataFrame(
            {
                "group": known["need_kind"].map(kinds),
                "duration": known["days_open"].astype(int),
                "event": ~known["open"].astype(bool),
            }
        ),
        promised=run.settings.days,
        settings=run.settings,
        slug=run.policy.id,
        called=_("the needs"),
    )
