"""Organisations side by side: which differ from the others by more than chance, and never a ranking.

Where everybody had the same share, small organisations would still lie far apart. The limits of a *funnel* say how far: exact binomial,
around the share of all that are compared. What is hidden is in no sum, so that no sum can give it away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cadre_handbook import verdict
from cadre_handbook.i18n import _
from cadre_handbook.policy import Measure

LIMITS = (0.05, 0.002)  # the chance, both sides together, to lie outside the inner and the outer limits
WITHIN, UNSURE, SMALL = "within", "cannot tell", "too small"
ZONES = {-2: "below 99.8%", -1: "below 95%", 0: WITHIN, 1: "above 95%", 2: "above 99.8%"}
OUTSIDE = tuple(word for place, word in ZONES.items() if place)
INTERVAL = "interval"  # of a statistic, which has no funnel
STATES = (*ZONES.values(), UNSURE, SMALL, INTERVAL)  # besides the verdicts of those that have no figure
NO_FIGURE = (verdict.HIDDEN, verdict.NO_DATA, verdict.NOT_APPLICABLE, verdict.NOT_IN_FORCE)


def state_words() -> dict[str, str]:
    """The states of organisations among their peers as words in the language in use."""
    return verdict.words() | {
        "below 99.8%": _("below the 99.8 % limits"),
        "below 95%": _("below the 95 % limits"),
        WITHIN: _("within the limits"),
        "above 95%": _("above the 95 % limits"),
        "above 99.8%": _("above the 99.8 % limits"),
        UNSURE: _("cannot tell"),
        SMALL: _("too small to compare"),
        INTERVAL: _("interval only"),
    }


def limits(n, share: float, outside: float) -> tuple[np.ndarray, np.ndarray]:
    """The fewest and the most of ``n`` (a number or an array) that lie within the limits around ``share``, as arrays of whole numbers.

    Exact: fewer than the fewest have a chance of at most half of ``outside``, and so have more than the most.
    """
    from scipy.stats import binom

    n = np.asarray(n)
    fewest = binom.ppf(outside / 2, n, share)
    fewest = np.where(binom.cdf(fewest, n, share) <= outside / 2, fewest + 1, fewest)
    most = binom.isf(outside / 2, n, share)
    most = np.where(binom.sf(most - 1, n, share) <= outside / 2, most - 1, most)
    return np.clip(fewest, 0, n).astype("int64"), np.clip(most, 0, n).astype("int64")


def chance_outside(n, share: float, outside: float) -> np.ndarray:
    """The chance that an organisation of ``n`` with the share of all lies outside the limits: at most ``outside``."""
    from scipy.stats import binom

    fewest, most = limits(n, share, outside)
    return binom.cdf(fewest - 1, n, share) + binom.sf(most, n, share)


def zones(n, k, share: float) -> np.ndarray:
    """Where ``k`` of ``n`` lies (keys of `ZONES`): 0 within both limits, 1 outside the inner, 2 the outer ones; below negative."""
    n, k = np.asarray(n), np.asarray(k)
    place = np.zeros(k.shape, dtype="int64")
    for outside in LIMITS:
        fewest, most = limits(n, share, outside)
        place += (k > most).astype("int64") - (k < fewest)
    return place


@dataclass(frozen=True)
class Comparison:
    """One measure over many organisations.

    ``table``: a row an organisation, the largest first, columns `organisation_id`, `n`, `k`, `missing` (Int64, NA where there is no figure),
    `value`, `lower`, `upper` (of a statistic; Float64), `verdict` and `state` (of `STATES`, or a verdict without a figure).
    ``share``: of all that are compared, ``None`` where none are; ``range``: the lowest and the highest it could be, whatever the unknown are;
    ``expected``: how many chance alone would put outside the inner limits; ``target``: of the measure, as a share.
    """

    measure: str
    group: str
    table: pd.DataFrame
    share: float | None
    range: tuple[float, float]
    expected: float
    target: float | None

    @property
    def compared(self) -> pd.DataFrame:
        """The rows that the limits are about."""
        return self.table[self.table["state"].isin([*ZONES.values(), UNSURE])]

    @property
    def outside(self) -> pd.DataFrame:
        """The rows outside the inner limits, whatever the unknown are."""
        return self.table[self.table["state"].isin(OUTSIDE)]


def compare(results: pd.DataFrame, measure: Measure, group: str, min_cases: int) -> Comparison:
    """One measure and group over the organisations of ``results`` (columns `verdict.RESULT_COLUMNS`, hidden ones hidden).

    A share or a count is set against the share of all; an organisation with fewer than ``min_cases`` known is listed and takes no part.
    """
    rows = results[results["measure"].eq(measure.name) & results["group"].eq(group)]
    rows = rows.astype(
        {**dict.fromkeys(("n", "k", "missing"), "Int64"), **dict.fromkeys(("value", "lower", "upper"), "Float64")}
    )
    table = rows[["organisation_id", "n", "k", "missing", "value", "lower", "upper", "verdict"]].reset_index(drop=True)
    none = table["verdict"].isin(NO_FIGURE)
    table.loc[none, ["n", "k", "missing", "value", "lower", "upper"]] = pd.NA
    table["state"] = table["verdict"].where(none, SMALL)
    target = pd.to_numeric(rows["target"]).dropna().unique()
    aim = float(target[0]) if len(target) == 1 and measure.kind == "share" else None
    if measure.kind == "statistic":
        table["state"] = table["state"].mask(~none & table["value"].notna(), INTERVAL)
        return Comparison(measure.name, group, _by_size(table), None, (np.nan, np.nan), 0.0, None)
    takes_part = ~none & table["n"].ge(min_cases).fillna(False)
    if not takes_part.any():
        return Comparison(measure.name, group, _by_size(table), None, (np.nan, np.nan), 0.0, aim)
    n, k, missing = (table.loc[takes_part, name].to_numpy("int64") for name in ("n", "k", "missing"))
    share = k.sum() / n.sum()
    low, high = k.sum() / (n + missing).sum(), (k + missing).sum() / (n + missing).sum()
    # The unknown of all could move the share of all, and those of an organisation its own: the two ends of both together.
    ends = zones(n + missing, k, high), zones(n + missing, k + missing, low)
    states = [ZONES[lowest] if lowest == highest else UNSURE for lowest, highest in zip(*ends, strict=True)]
    table.loc[takes_part, "state"] = states
    expected = float(chance_outside(n, share, LIMITS[0]).sum())
    return Comparison(measure.name, group, _by_size(table), float(share), (float(low), float(high)), expected, aim)


def _by_size(table: pd.DataFrame) -> pd.DataFrame:
    """By size, so that nothing reads as a ranking; those of equal size, and those without a figure, by id."""
    return table.sort_values(["n", "organisation_id"], ascending=[False, True], na_position="last", ignore_index=True)


def counted_states(table: pd.DataFrame) -> dict[str, int]:
    """How many organisations have each state, in the order of `STATES`, then the verdicts."""
    counts = table["state"].value_counts()
    return {word: int(counts[word]) for word in dict.fromkeys((*STATES, *verdict.VERDICTS)) if word in counts}
