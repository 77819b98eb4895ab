"""Small counts of sensitive traits, hidden so that they cannot be worked out from what is shown beside them.

A measure declared `sensitive` counts people by a trait such as sex or ethnicity. A result of it is hidden whole (n, k, missing,
value, interval, findings and verdict), never one number of it, because k, n less k, the share and the interval each give the
others. It is hidden where

1. *its own counts*: one of the counts it is made from is under `min_cell`, nought included: of those with the trait, or of those without;
2. *the rest*: it compares a body with all people, and one of the counts of all, or of all outside the body, is under
   `min_cell`. Then the results of every body are hidden, for each shows the share of all;
3. *two bodies*: two bodies that overlap are both shown, and the counts of both and of all leave fewer than `min_cell`
   possible values for a small count of those in both, in one only or in neither. Then both are hidden;
4. *the other body*: one of two bodies is hidden, and the other leaves fewer than `min_cell` possible values for its small count.
   Then both are hidden.

A higher `min_cell` hides whatever a lower one hides, so that two runs side by side show no more than the first. Who was
left out for a problem, or whose trait is unknown, is in none of the counts.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import verdict
from cadre_handbook.i18n import _
from cadre_handbook.policy import MIN_CELL, Policy, Settings

Key = tuple[str, str, str]  # organisation, measure, group
KEY_COLUMNS = ["organisation_id", "measure", "group"]
FIGURES = ["n", "k", "missing", "value", "lower", "upper"]
BODIES = 2


def to_hide(cells: pd.DataFrame, policy: Policy, settings: Settings) -> set[Key]:
    """The results to hide, as `(organisation, measure, group)`, from cells with the columns `verdict.CELL_COLUMNS`.

    Measures of one trait are looked at together. For the statistic `parity` cells with x = 1 are the body's and those with x = 0 all people's; there y tells which bodies a
    person is of: 1 for the first measure's, 2 for the second's, 3 for both, 0 for neither.
    """
    traits = {name: measure.sensitive for name, measure in policy.measures.items() if measure.sensitive}
    if not traits:
        return set()
    least, floor = getattr(settings, MIN_CELL), int(policy.parameters[MIN_CELL].minimum)
    hidden: set[Key] = set()
    counted = cells[cells["measure"].isin(list(traits))]
    keys = [counted["organisation_id"], counted["measure"].map(traits), counted["group"]]
    for (organisation, trait, group), about in counted.groupby(keys):
        tables = {name: table for name, table in about.groupby("measure") if table["n"].sum()}
        bits = _bits(policy, trait)
        for level in range(floor, least + 1):
            names = [name for name in tables if name not in bits and _any_small(_by_x(tables[name]), level)]
            names += _nested_to_hide({name: tables[name] for name in bits if name in tables}, bits, level)
            hidden |= {(organisation, name, group) for name in names}
    return hidden


def without(hidden: set[Key], frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of facts or cells less the rows of hidden results."""
    if not hidden or frame.empty:
        return frame
    keys = pd.MultiIndex.from_frame(frame[KEY_COLUMNS])
    return frame[~keys.isin(list(hidden))].reset_index(drop=True)


def hide(results: pd.DataFrame, hidden: set[Key], settings: Settings) -> pd.DataFrame:
    """Results with those in `hidden` showing nothing but that they are hidden; counts become Int64, NA where hidden."""
    results = results.astype(dict.fromkeys(FIGURES[:3], "Int64"))
    rows = pd.MultiIndex.from_frame(results[KEY_COLUMNS]).isin(list(hidden)) if hidden else [False] * len(results)
    here = pd.Series(rows, index=results.index) & ~results["verdict"].isin([verdict.NO_DATA, verdict.NOT_IN_FORCE])
    if here.any():
        for name in FIGURES:
            results[name] = results[name].mask(here)
        results["verdict"] = results["verdict"].mask(here, verdict.HIDDEN)
        reason = _("a count it is made from, or one that it would give away, is under {least}")
        results["reason"] = results["reason"].mask(here, reason.format(least=getattr(settings, MIN_CELL)))
    return results


# --- which are too small ----------------------------------------------------------------------------------------------


def _by_x(table: pd.DataFrame) -> list[tuple[int, int]]:
    """n and k of all, or of the two groups that x tells apart; a group that nobody is of is nought of nought."""
    groups = (
        [table["x"].eq(x).to_numpy(bool, na_value=False) for x in (1, 0)] if table["x"].notna().any() else [slice(None)]
    )
    return [tuple(int(table.loc[group, column].sum()) for column in ("n", "k")) for group in groups]


def _own_small(table: pd.DataFrame, least: int) -> bool:
    """Whether a body that anybody is of has a small count of its own."""
    body = table[table["x"].eq(1).to_numpy(bool, na_value=False)]
    return len(body) > 0 and _small(int(body["n"].sum()), int(body["k"].sum()), least)


def _small(n: int, k: int, least: int) -> bool:
    """Whether those with the trait, or those without, are fewer than `least`."""
    return min(k, n - k) < least


def _any_small(pairs: list[tuple[int, int]], least: int) -> bool:
    return any(_small(n, k, least) for n, k in pairs)


def _bits(policy: Policy, trait: str) -> dict[str, int]:
    """The bit of y that stands for each body, by the measure that compares it with all people."""
    about = {name: measure for name, measure in policy.measures.items() if measure.sensitive == trait}
    nested = [name for name, measure in about.items() if measure.statistic == "parity"]
    if len(nested) > BODIES:
        raise NotImplementedError("more than two bodies of one whole")
    return {name: 1 << number for number, name in enumerate(nested)}


def _nested_to_hide(tables: dict[str, pd.DataFrame], bits: dict[str, int], least: int) -> list[str]:
    """Which bodies' results to hide; `tables`: the cells of each body that has anybody in it."""
    if not tables:
        return []
    parts = _parts(next(iter(tables.values())))
    n, k = (sum(part[at] for part in parts.values()) for at in (0, 1))
    pairs = [(n, k)]
    for name in tables:
        inside = [part for mark, part in parts.items() if mark & bits[name]]
        pairs.append((n - sum(part[0] for part in inside), k - sum(part[1] for part in inside)))
    if _any_small(pairs, least):
        return list(tables)
    own = [name for name, table in tables.items() if _own_small(table, least)]
    if len(tables) < BODIES or len(own) == BODIES:
        return own
    if own:
        return list(tables) if _possible_small(parts, bits[own[0]], least) < least else own
    return list(tables) if _told_by_both(parts, least) else []


def _parts(table: pd.DataFrame) -> dict[int, tuple[int, int]]:
    """n and k of all people by the bodies they are of: 0 neither, 1 the first, 2 the second, 3 both."""
    summed = table[table["x"].eq(0).to_numpy(bool)].groupby("y")[["n", "k"]].sum()
    return {
        mark: tuple(int(count) for count in summed.loc[mark]) if mark in summed.index else (0, 0) for mark in range(4)
    }


def _possible_small(parts: dict[int, tuple[int, int]], bit: int, least: int) -> int:
    """How many small counts a hidden body may have, given that the other body's count and that of all are shown."""
    other = 3 - bit
    low = high = 0
    # Of the shown body, and of the rest, the hidden one holds a part each; the sums of the two are known.
    for shared, beyond in ((3, other), (bit, 0)):
        total, room, outside = parts[shared][1] + parts[beyond][1], parts[shared][0], parts[beyond][0]
        low, high = low + max(0, total - outside), high + min(room, total)
    n = parts[bit][0] + parts[3][0]
    return sum(_small(n, k, least) for k in range(low, high + 1))


def _told_by_both(parts: dict[int, tuple[int, int]], least: int) -> bool:
    """Whether the counts of two bodies and of all tell a small count of those in both, in one only, or in neither.

    With the three sums known, one number is left open: how many are in both. The values it may have are those of every part.
    """
    first, second, all_ = parts[1][1] + parts[3][1], parts[2][1] + parts[3][1], sum(k for _n, k in parts.values())
    rest = all_ - first - second  # those in neither, less those in both
    low = max(0, first - parts[1][0], second - parts[2][0], -rest)
    high = min(parts[3][0], first, second, parts[0][0] - rest)
    open_ = high - low + 1
    return any(n and open_ < min(n + 1, least) and _small(n, k, least) for n, k in parts.values())
