"""A place to live: movers housed in time, nobody left in a guesthouse or an office, and what the nights add up to.

Sources: problems 1.6 (guesthouses and offices for a long time, which also costs) and 2.5-2.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
MAKESHIFT = ("guesthouse", "office")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move; explained by `since`, `days_waited`, `lodging`."""
    movers = _movers(dataset, settings)
    parts = [
        _housed(movers),
        _still_lodged(movers),
        _of_movers("nights_paid", movers, movers["recent"], movers["nights_paid"].notna(), x=movers["nights_paid"]),
        _of_movers("days_until_housed", movers, movers["recent"], movers["has_home"], x=movers["days_waited"]),
    ]
    return pd.concat(parts, ignore_index=True)


def _movers(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Every move to another place of work with what decides: who needs a home, whose time for it is over, who still waits.

    Whoever lives in a guesthouse or an office needs a home, whatever else is on record. A stay that ended within the time for
    it owes nothing, unless a home was found.
    """
    movers = history.relocations(dataset).copy()
    movers["makeshift"] = among(movers["lodging"], MAKESHIFT)
    movers["needs"] = movers["needs_housing"] | movers["makeshift"].fillna(False)
    movers["has_home"] = movers["housed_on"].notna()
    deadline = tuple(day + pd.Timedelta(days=settings.days) for day in history.span(movers, "moved_on"))
    movers["in_time"] = history.by_then(history.span(movers, "housed_on"), deadline).mask(~movers["has_home"], False)
    movers["over"] = (deadline[1] <= settings.as_of) & ~(movers["ended_on"] <= deadline[1])
    movers["runs"] = ~(movers["ended_on"] <= settings.as_of)
    movers["recent"] = movers["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    until = movers["housed_on"].fillna(movers["ended_on"].clip(upper=settings.as_of).fillna(settings.as_of))
    movers["days_waited"] = (until - movers["moved_on"]).dt.days.clip(lower=0).astype("Int64")
    return movers


def _housed(movers: pd.DataFrame) -> pd.DataFrame:
    """Movers of the last months who needed a home, once their time is over or they have one."""
    due = movers["recent"] & (movers["over"] | movers["has_home"])
    code = pd.Series(pd.NA, index=movers.index, dtype="object")
    open_ = due & ~movers["has_home"] & movers["recorded"]
    code = code.mask((open_ & movers["runs"] & movers["needs"].fillna(False)).to_numpy(bool), "not_housed")
    code = code.mask((open_ & movers["needs"].isna()).to_numpy(bool), "need_unknown")
    code = code.mask(
        (due & ~movers["recorded"] & movers["changed_county"].fillna(False)).to_numpy(bool), "not_recorded"
    )
    return _of_movers("housed", movers, due, movers["in_time"], code)


def _still_lodged(movers: pd.DataFrame) -> pd.DataFrame:
    """Movers, however long ago they came, who still have no home after their time: who of them lives in a makeshift.

    Moves that nobody recorded are asked after in the last months only.
    """
    due = movers["over"] & movers["runs"] & ~movers["has_home"] & (movers["recorded"] | movers["recent"])
    lives_so = due & movers["makeshift"].fillna(False)
    code = pd.Series(pd.NA, index=movers.index, dtype="object").mask(lives_so.to_numpy(bool), "still_lodged")
    unknown = due & movers["recorded"] & movers["makeshift"].isna() & movers["needs"].fillna(True)
    code = code.mask(unknown.to_numpy(bool), "lodging_unknown")
    return _of_movers("still_lodged", movers, due, movers["makeshift"], code)


def _of_movers(measure: str, movers: pd.DataFrame, due, hit, code=pd.NA, **columns) -> pd.DataFrame:
    """Facts about the movers for whom something is `due` (bool) and who need a home; of a move without a row nothing is known."""
    return fact_rows(
        measure,
        movers,
        SUBJECT,
        "managed_by",
        eligible=movers["needs"] & due,
        hit=pd.Series(hit, index=movers.index).astype("boolean").mask(_unknown(measure, movers)),
        reason_code=code,
        since=movers["moved_on"],
        days_waited=movers["days_waited"],
        lodging=movers["lodging"].astype("object"),
        **columns,
    )


def _unknown(measure: str, movers: pd.DataFrame) -> pd.Series:
    """Of whom the outcome is not on record: moves without a row, and nights that nobody counted."""
    uncounted = movers["nights_paid"].isna() if measure == "nights_paid" else False
    return ~movers["recorded"] | uncounted


def remarks(results: pd.DataFrame) -> list[str]:
    """What the nights paid for come to, a remark a result."""
    said = results["measure"].eq("nights_paid") & results["value"].notna()
    return [
        _("{nights} nights in all").format(nights=round(row.value * row.n)) if here else ""
        for row, here in zip(results.itertuples(), said, strict=True)
    ]


def picture(run) -> figures.Picture:
    """Days until movers had a home; those who still wait are censored."""
    movers = run.of("days_until_housed")
    known = movers[(movers["eligible"].fillna(False) & movers["hit"].notna()).to_numpy(bool)]
    return figures.survival(
        pd.DataFrame(
            {
                "group": _("Movers who needed a home"),
                "duration": known["days_waited"].astype(int),
                "event": known["hit"].astype(bool),
            }
        ),
        promised=run.settings.days,
        settings=run.settings,
        slug=run.policy.id,
        done=_("housed"),
        called=_("the movers who needed a home"),
        axis=_("Days since the move"),
    )
