"""Moving does not cost: nobody's pay falls by a move, and applications for a title are handled as before it.

Sources: problems 2.3-1 (policy on titles, housing and income lessens what stands against exchange) and 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
FALLS = ("fell_much", "fell")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per move (`pay_fell`), or one for each side of it (`titles`); explained by `since`, `pay_change`."""
    movers = history.relocations(dataset)
    recent = movers["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    movers = movers[(recent & ~movers["demotion"].fillna(False)).to_numpy(bool)].reset_index(drop=True)
    sides = [_titles(movers, "title_before", 0), _titles(movers, "title_after", 1)]
    return pd.concat([_pay_fell(movers, settings), *sides], ignore_index=True)


def _pay_fell(movers: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Moves of the last months, once the months are over after which pay is compared, or as soon as it is known.

    A stay that ended before then owes no comparison.
    """
    compared_on = history.months_after(movers["moved_on"], settings.pay_months)
    known = movers["pay_change"].notna()
    due = known | ((compared_on <= settings.as_of + history.ONE_DAY) & ~(movers["ended_on"] < compared_on))
    fell = among(movers["pay_change"], FALLS)
    no_demotion = ~movers["demotion"]
    code = pd.Series(pd.NA, index=movers.index, dtype="object").mask(due & ~known & movers["recorded"], "pay_unknown")
    code = code.mask(fell.fillna(False).to_numpy(bool), "pay_fell")
    far = movers["changed_county"].fillna(False)
    code = code.mask((due & ~movers["recorded"] & far).to_numpy(bool), "not_recorded")
    return fact_rows(
        "pay_fell",
        movers,
        SUBJECT,
        "managed_by",
        eligible=no_demotion & due & _surely_owed(movers),
        hit=fell,
        since=movers["moved_on"],
        reason_code=code.where(no_demotion.fillna(False).to_numpy(bool), pd.NA),
        pay_change=movers["pay_change"].astype("object"),
    )


def _surely_owed(movers: pd.DataFrame) -> pd.Series:
    """True of a move on record or to another county (boolean); NA where it is not known whether it led to another county."""
    return movers["recorded"].astype("boolean") | movers["changed_county"]


def _titles(movers: pd.DataFrame, column: str, x: int) -> pd.DataFrame:
    """Applications on one side of the moves (x is 1 after them); none made, or not over yet, is not counted."""
    application = movers[column]
    made = among(application, ["handled", "held_back"])
    held_back = same(application, "held_back")
    listed = held_back & ~movers["demotion"]
    code = pd.Series(pd.NA, index=movers.index, dtype="object")
    if x:
        code = code.mask(listed.fillna(False).to_numpy(bool), "held_back")
    return fact_rows(
        "titles",
        movers,
        SUBJECT,
        "managed_by",
        eligible=made & ~movers["demotion"],
        hit=~held_back,
        x=x,
        since=movers["moved_on"],
        reason_code=code,
    )


def subjects_a_row(settings: Settings) -> Mapping[str, int]:
    """A row of `relocations` may tell of two applications, one on each side of the move."""
    return {"titles": 2}


def picture(run) -> figures.Picture:
    """How pay changed, as shares of the moves by band."""
    movers = run.of("pay_fell")
    bands = {item.value: label(item) for item in schema.tables()["relocations"].fields["pay_change"].categories}
    known = movers[(movers["eligible"].fillna(False) & movers["hit"].notna()).to_numpy(bool)]
    n, fell = len(known), int(known["hit"].sum())
    counts = known["pay_change"].value_counts()
    accepted = run.settings.most_fallen / n if n else None
    bars = [
        {"group": name, "series": "", "k": counts.get(code, 0), "n": n, "target": accepted if code in FALLS else None}
        for code, name in bands.items()
    ]
    return figures.bars(
        pd.DataFrame(bars),
        run.settings,
        run.policy.id,
        title=_("Pay fell after {k} of {n} moves").format(k=fell, n=n),
        caption=_(
            "A bar is the share of the moves after which regular pay changed so, with its counts. Sums are not stored."
        ),
        operator="<=",
    )
