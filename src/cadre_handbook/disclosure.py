"""Small counts of sensitive traits, hidden so that they cannot be worked out from what is shown beside them.

A measure declared `sensitive` counts people by a trait such as sex or ethnicity. A result of it is hidden whole (n, k, missing,
value, interval, findings and verdict), never one number of it, because k, n less k, the share and the interval each give the
others. It is hidden where

1. *its own counts*: one of the counts it is made from is under `min_cell`, nought included: of those with the trait, or of those without;
2. *the rest*: it compares a body with all people, and one of the counts of all, or of all outside the body, is under
   `min_cell`. Then the results of every body are hidden, for each shows the share of all;
3. *two bodies*: two bodies would both be shown, and the counts of both and of all leave fewer than `min_cell` possible values for
   those in both, in one only or in neither, of which one is small. Then both are hidden;
4. *the other body*: one of two bodies is hidden, and the other leaves fewer than `min_cell` possible values for its small count.
   Then both are hidden;
5. *the parts of a whole*: one group of a measure with groups is hidden. Then all its groups are, for the others, taken from the
   whole, would leave what is hidden.

The mean of a number of each person (an age) tells of a person where few are behind it, or behind the difference of two means. It is hidden where

6. *few people*: fewer than `min_cell` people's numbers make it, or one side of a change;
7. *few apart*: fewer than `min_cell` people, but some, are of one of two bodies and not of the other. Of a change and a mean the change is
   hidden, else both.

A higher `min_cell` hides whatever a lower one hides, so that two runs side by side show no more than the first. Who was
left out for a problem, or whose trait is unknown, is in none of the counts.
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from cadre_handbook import verdict
from cadre_handbook.i18n import _
from cadre_handbook.policy import MIN_CELL, Policy, Settings

Key = tuple[str, str, str]  # organisation, measure, group
Counts = tuple[int, int]  # n and k
KEY_COLUMNS = ["organisation_id", "measure", "group"]
FIGURES = ["n", "k", "missing", "value", "lower", "upper"]
BODIES = 2
MEANS = ("whole_mean", "mean_change")  # statistics of a number of each person, where others count who has a trait


def to_hide(cells: pd.DataFrame, policy: Policy, settings: Settings) -> set[Key]:
    """The results to hide, as `(organisation, measure, group)`, from cells with the columns `verdict.CELL_COLUMNS`.

    Measures of one trait are looked at together. For the statistic `parity` cells with x = 1 are the body's and those with x = 0 all people's; there y tells which bodies a
    person is of: 1 for the first measure's, 2 for the second's, 3 for both, 0 for neither.
    """
    traits = {
        name: measure.sensitive
        for name, measure in policy.measures.items()
        if measure.sensitive and measure.statistic not in MEANS
    }
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
    in_parts = {name for name in traits if policy.measures[name].groups and policy.measures[name].statistic != "parity"}
    return hidden | {
        (organisation, name, group.value)
        for organisation, name, _group in hidden
        if name in in_parts
        for group in policy.measures[name].groups
    }


def means_to_hide(facts: pd.DataFrame, policy: Policy, settings: Settings) -> set[Key]:
    """The means of a sensitive number to hide, by the rules 6 and 7, as `(organisation, measure, group)`; from facts, for who is behind two
    means decides. Of the statistic `mean_change` x is 1 for those of now and 0 for those of then."""
    means = {
        name: measure for name, measure in policy.measures.items() if measure.sensitive and measure.statistic in MEANS
    }
    if not means:
        return set()
    known = facts[facts["measure"].isin(list(means)) & facts["hit"].fillna(False) & ~facts["missing"].astype(bool)]
    changes = {name for name, measure in means.items() if measure.statistic == "mean_change"}
    sides = [*KEY_COLUMNS[:2], "group", known["x"].where(known["measure"].isin(list(changes)), 1).rename("side")]
    behind = {key: frozenset(rows["subject_id"]) for key, rows in known.groupby(sides)}
    least = getattr(settings, MIN_CELL)
    hidden = {key[:3] for key, people in behind.items() if len(people) < least}
    for (one, people), (other, others) in combinations(behind.items(), BODIES):
        same_trait = one[0] == other[0] and means[one[1]].sensitive == means[other[1]].sensitive
        if same_trait and 0 < len(people ^ others) < least:
            pair = {one[:3], other[:3]}
            hidden |= {key for key in pair if key[1] in changes} or pair
    return hidden


def without(hidden: set[Key], frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """A frame of facts or cells less the rows of hidden results, and less the marks of who is of which body."""
    marked = [name for name, measure in policy.measures.items() if measure.sensitive and measure.statistic == "parity"]
    if marked:
        frame = frame.assign(y=frame["y"].mask(frame["measure"].isin(marked)))
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


def absence_may_be_named(people, of_group, has_one, least: int):
    """Whether naming the groups of people without a trait tells no small count of the other groups (numbers, or Series).

    Each of the others that was looked at is known to have at least one with the trait: ``has_one`` of them. ``people`` are in the
    others, ``of_group`` of these have the trait. At least `least` with the trait must be left to lie anywhere, and as many without.
    """
    return (of_group - has_one >= least) & (people - of_group >= least)


# --- which are too small ----------------------------------------------------------------------------------------------


def _by_x(table: pd.DataFrame) -> list[tuple[int, int]]:
    """n and k of all, or of the two groups that x tells apart; a group that nobody is of is nought of nought."""
    groups = (
        [table["x"].eq(x).to_numpy(bool, na_value=False) for x in (1, 0)] if table["x"].notna().any() else [slice(None)]
    )
    return [tuple(int(table.loc[group, column].sum()) for column in ("n", "k")) for group in groups]


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
    """Which bodies' results to hide; ``tables``: the cells of each body, by the measure that compares it with all people."""
    if not tables:
        return []
    own = {}
    for name, table in tables.items():
        body = table[table["x"].eq(1).to_numpy(bool, na_value=False)]
        if len(body):  # a body that nobody is of shows nothing
            own[bits[name]] = (int(body["n"].sum()), int(body["k"].sum()))
    hidden = bodies_to_hide(own, _parts(next(iter(tables.values()))), least)
    return [name for name in tables if bits[name] in hidden]


def _parts(table: pd.DataFrame) -> dict[int, Counts]:
    """n and k of all people by the bodies they are of: 0 neither, 1 the first, 2 the second, 3 both."""
    summed = table[table["x"].eq(0).to_numpy(bool, na_value=False)].groupby("y")[["n", "k"]].sum()
    return {
        mark: tuple(int(count) for count in summed.loc[mark]) if mark in summed.index else (0, 0) for mark in range(4)
    }


def bodies_to_hide(own: dict[int, Counts], parts: dict[int, Counts], least: int) -> set[int]:
    """Which bodies (1 and 2, those in `own`) to hide, by the rules 1 to 4 above.

    ``own``: n and k of each body; ``parts``: n and k of all people by the bodies they are of, 0 neither to 3 both.
    """
    if any(_rest_small(parts, bit, least) for bit in own):
        return set(own)
    hidden = {bit for bit, counts in own.items() if _small(*counts, least)}
    if len(own) < BODIES or len(hidden) == BODIES:
        return hidden
    if hidden:
        return set(own) if _possible_small(parts, *hidden, least) < least else hidden
    return set(own) if _told_by_both(parts, least) else set()


def _rest_small(parts: dict[int, Counts], bit: int, least: int) -> bool:
    """Whether a count of all people, or of all outside a body, is small."""
    all_ = _sum(parts, 0)
    inside = _sum(parts, bit)
    return _small(*all_, least) or _small(all_[0] - inside[0], all_[1] - inside[1], least)


def _sum(parts: dict[int, Counts], bit: int) -> Counts:
    """n and k of a body; with bit 0 of all people."""
    counts = [pair for mark, pair in parts.items() if not bit or mark & bit]
    return sum(n for n, _k in counts), sum(k for _n, k in counts)


def _possible_small(parts: dict[int, Counts], bit: int, least: int) -> int:
    """How many small counts a hidden body may have, for whoever knows the rules and sees the other body's count and that of all."""
    low = high = 0
    # Of the shown body, and of those outside it, the hidden one holds a part each; the sums of the two are known.
    for shared, beyond in ((3, 3 - bit), (bit, 0)):
        (room, one), (outside, other) = parts[shared], parts[beyond]
        low, high = low + max(0, one + other - outside), high + min(room, one + other)
    (n, _k), (all_n, all_k) = _sum(parts, bit), _sum(parts, 0)
    could_be = [k for k in range(low, high + 1) if not _small(all_n - n, all_k - k, least)]
    return sum(_small(n, k, least) for k in could_be)


def _told_by_both(parts: dict[int, Counts], least: int) -> bool:
    """Whether the counts of two bodies and of all tell a small count of those in both, in one only, or in neither.

    With the three sums known, one number is left open: how many are in both. The values it may have are those of every part.
    It is asked of everything that may be, not of what is, so that the answer itself tells nothing.
    """
    first, second, all_ = (_sum(parts, bit)[1] for bit in (1, 2, 0))
    n = {mark: pair[0] for mark, pair in parts.items()}
    rest = all_ - first - second  # those in neither, less those in both
    low = max(0, first - n[1], second - n[2], -rest)
    high = min(n[3], first, second, n[0] - rest)
    for both in range(low, high + 1):
        counts = {0: rest + both, 1: first - both, 2: second - both, 3: both}
        for mark, count in counts.items():
            if n[mark] and high - low + 1 < min(n[mark] + 1, least) and _small(n[mark], count, least):
                return True
    return False
