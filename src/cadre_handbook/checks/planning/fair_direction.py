"""No favours: whether people move toward harder units as readily as toward easier ones, the young above all.

Sources: problems 1.4 and 2.2; essay 2.2 (who does poorly goes down: demotions are left out here).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
STEPS = (1, 2, 3)


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per move (`direction`, `young_to_hard`, `favours`), mover (`one_way`) or hard unit (`hard_units`).

    Explained by `moved_on`, `step`, `easier`, `hardship`.
    """
    ever = history.moves(dataset, settings.max_gap_days)
    ever = ever[(~ever["demotion"]).to_numpy()]
    recent = ever[(ever["moved_on"] >= first_day(settings)).to_numpy()].reset_index(drop=True)
    step = recent["hardship_step"]
    parts = [
        _of_moves(
            "direction",
            recent,
            eligible=step.ne(0),
            hit=step.ne(0),
            x=step.clip(-1, 1),
            step=step,
        ),
        _of_moves(
            "young_to_hard",
            recent,
            eligible=_listed(recent, dataset) | _young(recent, dataset, settings),
            hit=(recent["to_hardship"] >= settings.min_hardship) | recent["to_urgent"],
        ),
        _favour_facts(recent, dataset),
        _one_way_facts(ever, recent, settings),
        _unit_facts(recent, dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def first_day(settings: Settings) -> pd.Timestamp:
    """The first of the days that count."""
    return history.months_before(settings.as_of, settings.window_months)


def _of_moves(measure: str, moves: pd.DataFrame, **columns) -> pd.DataFrame:
    return fact_rows(
        measure,
        moves,
        SUBJECT,
        "managed_by",
        post_id=moves["to_post_id"],
        moved_on=moves["moved_on"],
        since=moves["moved_on"],
        **columns,
    )


def _listed(moves: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether each mover stood on a reserve list on the day before the move."""
    entries = moves[["cadre_id", "moved_on"]].reset_index(names="move").merge(dataset["reserve"], on="cadre_id")
    eve = entries["moved_on"] - history.ONE_DAY
    stood = entries[((entries["listed_on"] <= eve) & ~(entries["removed_on"] <= eve)).to_numpy()]
    return pd.Series(moves.index.isin(stood["move"]), index=moves.index, dtype="boolean")


def _young(moves: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    born = lookup(moves["cadre_id"], dataset["cadres"], "cadre_id", "birth_date")
    young = moves["moved_on"] < history.anniversary(born, settings.young_age)
    return young.astype("boolean").mask(born.isna())


def _favour_facts(moves: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """A move is a favour where its decision is marked so; no decision, one about somebody else, or no mark is unknown."""
    favour = lookup(moves["decision_id"], dataset["decisions"], "decision_id", "favour").astype("boolean")
    about = lookup(moves["decision_id"], dataset["decisions"], "decision_id", "cadre_id")
    favour = favour.where((about.astype("object") == moves["cadre_id"].astype("object")).fillna(False).to_numpy(bool))
    code = pd.Series("favour", index=moves.index).where(favour.fillna(False), pd.NA)
    return _of_moves("favours", moves, hit=favour, reason_code=code)


def _one_way_facts(ever: pd.DataFrame, recent: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Whoever moved of late, by all the moves of their career: only ever toward easier units, or not."""
    ever = ever[ever["cadre_id"].isin(recent["cadre_id"])]
    step = ever["hardship_step"]
    easier, harder = (step < 0).fillna(False).astype(bool), (step > 0).fillna(False).astype(bool)
    counted = ever.assign(easier=easier, harder=harder, unknown=step.isna(), easier_on=ever["moved_on"].where(easier))
    movers = counted.groupby(["cadre_id", "managed_by"]).agg(
        easier=("easier", "sum"), harder=("harder", "sum"), unknown=("unknown", "sum"), moved_on=("easier_on", "max")
    )
    movers = movers.reset_index()
    directed = movers["easier"] + movers["harder"]
    enough = (directed >= settings.least_moves).astype("boolean")
    enough = enough.mask(~enough & (directed + movers["unknown"] >= settings.least_moves))
    hit = (movers["harder"] == 0).astype("boolean").mask((movers["harder"] == 0) & (movers["unknown"] > 0))
    return fact_rows(
        "one_way",
        movers,
        SUBJECT,
        "managed_by",
        eligible=enough,
        hit=hit,
        since=movers["moved_on"],
        moved_on=movers["moved_on"],
        easier=movers["easier"],
        reason_code=pd.Series("only_easier", index=movers.index).where((hit & enough).fillna(False), pd.NA),
    )


def _unit_facts(recent: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The units of each organisation that are hard, or may be, and whether nobody moved there; divisions are no units."""
    units = dataset["units"].assign(root=lambda table: history.roots(table["unit_id"], table["predecessor_unit_id"]))
    goes_on = units["unit_id"].isin(units["predecessor_unit_id"].dropna())
    units = units[(units["parent_unit_id"].isna() & ~goes_on).to_numpy()]
    hard = (units["hardship"] >= settings.min_hardship).astype("boolean")
    unreached = ~units["root"].isin(recent["to_department"])
    return fact_rows(
        "hard_units",
        units,
        ("unit", "unit_id"),
        "organisation_id",
        eligible=hard,
        hit=unreached,
        hardship=units["hardship"],
        reason_code=pd.Series("never_reached", index=units.index).where(
            (hard & unreached.astype("boolean")).fillna(False), pd.NA
        ),
    )


def picture(run) -> figures.Picture:
    """Moves toward easier and harder units, by how many steps of hardship lie between."""
    step = run.of("direction")["step"].dropna().astype(int)
    rows = [
        {
            "row": (_("1 step") if size == 1 else _("{count} steps")).format(count=size),
            "left": int(step.eq(-size).sum()),
            "right": int(step.eq(size).sum()),
        }
        for size in STEPS
    ]
    return figures.diverging(
        pd.DataFrame(rows),
        sides=(_("toward easier units"), _("toward harder units")),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} moves between units of unlike hardship led to the harder one").format(
            k=int(step.gt(0).sum()), n=int(step.ne(0).sum())
        ),
        caption=_(
            "A row is how many steps of hardship lie between the two units. Solid bars, to the right, are moves toward harder "
            "units; hatched ones, to the left, toward easier ones."
        ),
    )
