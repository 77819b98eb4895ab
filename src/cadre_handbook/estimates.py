"""Statistics worked out from additive cells: what is no share and no count. Each with its interval where it has one.

Cells are frames with columns `x`, `y` (Float64, their meaning is the statistic's), `n`, `k`, `missing` (int). A statistic
says what it makes of them, why they do not suffice, and how the missing subjects could pull it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cadre_handbook.i18n import _

NAN = float("nan")
MOST_SHARES = 40
TINY = 1e-9  # a variance below it is none
MIN_DISTINCT = 3  # of the values of x: a ranking of two values says little


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval (NaN where it has none); `not_enough` says why there is no value."""

    value: float
    lower: float = NAN
    upper: float = NAN
    not_enough: str = ""


@dataclass(frozen=True)
class Statistic:
    """`estimate(cells)`; `variants(cells)`: the cells as they would be if the missing subjects pulled this way or that.

    ``shown``: the cells whose n, k and missing a result shows; ``everyone``: the cells that hold each subject once.
    ``size``: how many subjects it rests on, which must be no fewer than `min_cases`.
    """

    estimate: Callable[[pd.DataFrame], Estimate]
    variants: Callable[[pd.DataFrame], list[pd.DataFrame]]
    shown: Callable[[pd.DataFrame], pd.DataFrame] = lambda cells: cells
    everyone: Callable[[pd.DataFrame], pd.DataFrame] = lambda cells: cells
    size: Callable[[pd.DataFrame], int] = lambda cells: int(cells["n"].sum())


# --- rank correlation: x and y are ranks, n the pairs ---------------------------------------------------------------------


def rank_correlation(cells: pd.DataFrame) -> Estimate:
    """Spearman's rank correlation of x and y over cells with counts n, with its 95 % interval.

    The interval is Fisher's with the standard error of Bonett and Wright (2000), for ties and small n. Not enough: fewer
    than three distinct x, fewer than four pairs, or a y that does not vary.
    """
    from scipy.stats import norm, spearmanr

    pairs = cells.loc[cells.index.repeat(cells["n"].to_numpy(int)), ["x", "y"]].astype(float)
    if pairs["x"].nunique() < MIN_DISTINCT:
        return Estimate(NAN, not_enough=_("fewer than {count} distinct values to rank by").format(count=MIN_DISTINCT))
    if len(pairs) < 4 or pairs["y"].nunique() < 2:
        return Estimate(NAN, not_enough=_("nothing varies, so nothing can be ranked"))
    r = float(spearmanr(pairs["x"], pairs["y"]).statistic)
    error = np.sqrt((1 + r**2 / 2) / (len(pairs) - 3))
    bounded = np.arctanh(np.clip(r, -0.999999, 0.999999))
    low, high = np.tanh(bounded + norm.ppf([0.025, 0.975]) * error)
    return Estimate(r, float(low), float(high))


def _correlation_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """The missing pairs where they would pull the correlation down most, and up most.

    They lie beyond the known values, in opposite corners (so brute force over small cases finds); how they are shared
    between the two that pulls most depends on the known ones, so every share is tried, or forty of them.
    """
    known, missing = cells[cells["n"] > 0], int(cells["missing"].sum())
    if not missing:
        return []
    xs, ys = [known["x"].max() + 1, known["x"].min() - 1], [known["y"].min() - 1, known["y"].max() + 1]
    shares = np.unique(np.linspace(0, missing, min(missing, MOST_SHARES) + 1).round().astype(int))
    ends = [pd.DataFrame({"x": xs, "y": y, "n": [share, missing - share]}) for y in (ys, ys[::-1]) for share in shares]
    return [pd.concat([known[["x", "y", "n"]], extra], ignore_index=True) for extra in ends]


# --- ratio of two rates: x is 1 in the group asked about, 0 in the group compared with -------------------------------------


def _counts(cells: pd.DataFrame, x: int, column: str) -> int:
    return int(cells.loc[cells["x"].eq(x).fillna(False).to_numpy(bool), column].sum())


def ratio_of_rates(cells: pd.DataFrame) -> Estimate:
    """The rate k/n where x is 1 over the rate where x is 0, with its 95 % interval (Katz, on the logarithm; scipy).

    Where nobody in one group was counted the logarithm has no end, and half a case is added to every count (Walter, 1975).
    Not enough: nobody in one of the groups, or nobody counted in either. The upper end is infinite where nobody in the
    group compared with was counted.
    """
    from scipy.stats.contingency import relative_risk

    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    if not n1 or not n0:
        return Estimate(NAN, not_enough=_("one of the two groups is empty"))
    if not k1 and not k0:
        return Estimate(NAN, not_enough=_("neither group has anyone counted, so there is nothing to compare"))
    result = relative_risk(k1, n1, k0, n0)
    if not k1 or not k0:
        return Estimate(float(result.relative_risk), *_with_half_a_case(k1, n1, k0, n0))
    interval = result.confidence_interval(0.95)
    return Estimate(float(result.relative_risk), float(interval.low), float(interval.high))


def exact_interval(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of the share k/n (Clopper and Pearson's, by the quantiles of beta distributions; scipy).

    `scipy.stats.binomtest` gives the same by a search, in a hundred times the time and after loading all distributions.
    """
    from scipy.special import betaincinv

    low = float(betaincinv(k, n - k + 1, 0.025)) if k else 0.0
    return low, float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0


def shares_apart(k1, n1, k0, n0) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of k1 / n1 - k0 / n0, of independent shares (Newcombe's, of Wilson's intervals; statsmodels).

    Takes and gives arrays; NaN where one side has nobody.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    k1, n1, k0, n0 = (np.asarray(count, "float64") for count in (k1, n1, k0, n0))
    known = (n1 > 0) & (n0 > 0)
    counts = (np.where(known, count, 1.0) for count in (k1, n1, k0, n0))
    ends = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    return tuple(np.where(known, end, NAN) for end in ends)


def difference_of_shares(cells: pd.DataFrame) -> Estimate:
    """The share k/n where x is 1 less the share where x is 0, with its 95 % interval (`shares_apart`).

    Where the same people stand on both sides the interval is rather too wide than too narrow, as long as the two go together.
    Not enough: nobody on one of the sides.
    """
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    if not n1 or not n0:
        return Estimate(NAN, not_enough=_("one of the two groups is empty"))
    lower, upper = shares_apart(k1, n1, k0, n0)
    return Estimate(k1 / n1 - k0 / n0, float(lower), float(upper))


def _smaller_group(cells: pd.DataFrame) -> int:
    return min(_counts(cells, x, "n") for x in (1, 0))


def _with_half_a_case(k1: int, n1: int, k0: int, n0: int) -> tuple[float, float]:
    """The interval of a ratio of rates of which one is nought: it begins at nought or ends at infinity."""
    from scipy.stats import norm

    error = np.sqrt(1 / (k1 + 0.5) - 1 / (n1 + 0.5) + 1 / (k0 + 0.5) - 1 / (n0 + 0.5))
    middle = np.log((k1 + 0.5) / (n1 + 0.5)) - np.log((k0 + 0.5) / (n0 + 0.5))
    low, high = np.exp(middle + norm.ppf([0.025, 0.975]) * error)
    return (0.0, float(high)) if not k1 else (float(low), float("inf"))


def ratio_of_chances(cells: pd.DataFrame) -> Estimate:
    """As `ratio_of_rates`, where the rates stand for the chances of cases to come and not for all people there are.

    Where everybody in both groups was counted the logarithm has no spread, and its interval no width. Here it is recovered from the
    exact ones of the two rates (Donner and Zou, 2012): from the lower end of the one to the inverse of that of the other.
    """
    rates = ratio_of_rates(cells)
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    if rates.not_enough or k1 < n1 or k0 < n0:
        return rates
    low1, low0 = (exact_interval(n, n)[0] for n in (n1, n0))
    return Estimate(rates.value, low1, 1 / low0)


def ratio_to_all(cells: pd.DataFrame) -> Estimate:
    """The rate k/n where x is 1 over the rate of all, with its 95 % interval.

    It is also the share of those with x = 1 among all that were counted, over their share among all. It follows from the
    ratio of the two rates and the share of the group, which is known, so its interval is that of `ratio_of_rates` carried over.
    """
    rates = ratio_of_rates(cells)
    if rates.not_enough:
        return rates
    n1, n0 = _counts(cells, 1, "n"), _counts(cells, 0, "n")
    share = n1 / (n1 + n0)

    def to_all(ratio: float) -> float:
        return 1 / share if np.isinf(ratio) else ratio / (share * ratio + 1 - share)

    return Estimate(to_all(rates.value), to_all(rates.lower), to_all(rates.upper))


def _rates_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """The missing of each group all counted or not, and those of unknown group in either."""
    m1, m0 = _counts(cells, 1, "missing"), _counts(cells, 0, "missing")
    unknown = int(cells["missing"].sum()) - m1 - m0
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    variants = []
    for of_1, of_0 in ((unknown, 0), (0, unknown)):
        n = [n1 + m1 + of_1, n0 + m0 + of_0]
        variants += [
            pd.DataFrame({"x": [1, 0], "n": n, "k": [k1, k0 + m0 + of_0]}),
            pd.DataFrame({"x": [1, 0], "n": n, "k": [k1 + m1 + of_1, k0]}),
        ]
    return variants


# --- parity: x is 1 in a body of people, 0 among all of whom it is a part -----------------------------------------------


def parity(cells: pd.DataFrame) -> Estimate:
    """The share k/n where x is 1 over the share where x is 0, with its 95 % interval.

    All people are counted, not a sample of them, so their share is taken as it is; the interval is that of the share in the
    body (Clopper and Pearson's; scipy). Not enough: nobody in the body, or nobody of the group among all.
    """
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    if not n1 or not k0:
        return Estimate(
            NAN, not_enough=_("nobody of the group is known among all, so there is nothing to compare with")
        )
    low, high = exact_interval(k1, n1)
    of_all = k0 / n0
    return Estimate(k1 / n1 / of_all, low / of_all, high / of_all)


def _parity_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """The missing of the body all outside the group and those of all inside it, and the other way round.

    Those of whom it is not known whether they are of the body may be.
    """
    m1, m0 = _counts(cells, 1, "missing"), _counts(cells, 0, "missing")
    unknown = int(cells["missing"].sum()) - m1 - m0
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    n = [n1 + m1 + unknown, n0 + m0 + unknown]
    low, high = [k1, k0 + m0 + unknown], [k1 + m1 + unknown, k0]
    return [pd.DataFrame({"x": [1, 0], "n": n, "k": k}) for k in (low, high)]


def _of_the_body(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[cells["x"].fillna(1).eq(1).to_numpy(bool)]


def _of_all(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[cells["x"].fillna(0).eq(0).to_numpy(bool)]


# --- ratio of two counts: x is 1 or -1 ------------------------------------------------------------------------------------


def ratio_of_counts(cells: pd.DataFrame) -> Estimate:
    """How many have x = 1 for each that has x = -1, with its 95 % interval (Clopper and Pearson's, of the share; scipy).

    Not enough: nobody on either side. The value is infinite where nobody has x = -1.
    """
    up, down = _counts(cells, 1, "n"), _counts(cells, -1, "n")
    if not up + down:
        return Estimate(NAN, not_enough=_("nobody moved either way"))
    return Estimate(_odds(up / (up + down)), *map(_odds, exact_interval(up, up + down)))


def _odds(share: float) -> float:
    return float("inf") if share >= 1 else share / (1 - share)


def _counts_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    missing = int(cells["missing"].sum())
    up, down = _counts(cells, 1, "n"), _counts(cells, -1, "n")
    return [
        pd.DataFrame({"x": [1, -1], "n": [up, down + missing]}),
        pd.DataFrame({"x": [1, -1], "n": [up + missing, down]}),
    ]


# --- evenness of yearly rates: x is the year, y the kind of year ------------------------------------------------------------


def evenness(cells: pd.DataFrame) -> Estimate:
    """How likely yearly rates k/n would differ at least as much by chance alone (p of a chi-squared test; scipy).

    Years of one kind (y) are compared with each other only: a year of a change of term with such years. Not enough: no kind
    with two years, or no year in which anyone, or not everyone, was counted.
    """
    from scipy.stats import chi2

    total, freedom = 0.0, 0
    dated = cells[(cells["n"] > 0) & cells["x"].notna()]
    for _kind, years in dated.groupby("y", dropna=False):
        yearly = years.groupby("x")[["n", "k"]].sum()
        n, k = yearly["n"].to_numpy(float), yearly["k"].to_numpy(float)
        rate = k.sum() / n.sum()
        if len(yearly) > 1 and 0 < rate < 1:
            total += float(((k - n * rate) ** 2 / (n * rate * (1 - rate))).sum())
            freedom += len(yearly) - 1
    if not freedom:
        return Estimate(NAN, not_enough=_("fewer than two years to compare"))
    return Estimate(float(chi2.sf(total, freedom)))


def _evenness_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """The missing all counted, none counted, or counted in the years that stand out either way alone.

    Those of an unknown year (an empty x) stand in the year with the highest rate or the lowest, counted or not.
    """
    undated = int(cells.loc[cells["x"].isna(), "missing"].sum())
    cells = cells[cells["x"].notna()]
    rate = (cells["k"] / cells["n"]).fillna(0)
    choices = [rate >= 0, rate < 0, rate >= rate.median(), rate <= rate.median()]
    variants = [
        cells.assign(n=cells["n"] + cells["missing"], k=cells["k"] + cells["missing"].where(counted, 0))
        for counted in choices
    ]
    if not undated or cells.empty:
        return variants
    ends = [(rate.index == year, counted) for year in (rate.idxmax(), rate.idxmin()) for counted in (0, undated)]
    return [
        variant.assign(n=variant["n"] + undated * here, k=variant["k"] + counted * here)
        for variant in variants
        for here, counted in ends
    ]


# --- difference beside matched subjects: x is twice the stratum, and one more for those compared ----------------------------


def _sides(cells: pd.DataFrame) -> pd.DataFrame:
    """Strata in which both sides stand, one row each: of those compared `n1`, `mean1`, `squares1`, of the others `n0` and so on.

    Squares are the sums of squared deviations from the mean of the stratum and side.
    """
    known = cells[(cells["n"] > 0) & cells["x"].notna() & cells["y"].notna()]
    x, y, n = (known[name].to_numpy(float) for name in ("x", "y", "n"))
    sums = pd.DataFrame({"stratum": x // 2, "side": (x % 2).astype(int), "n": n, "sum": n * y, "squares": n * y**2})
    sums = sums.groupby(["stratum", "side"]).sum()
    sums["mean"] = sums["sum"] / sums["n"]
    sums["squares"] = (sums["squares"] - sums["n"] * sums["mean"] ** 2).clip(lower=0)
    wide = sums[["n", "mean", "squares"]].unstack("side").dropna()
    wide.columns = [f"{name}{side}" for name, side in wide.columns]
    return wide.reindex(columns=[f"{name}{side}" for name in ("n", "mean", "squares") for side in (1, 0)]).dropna()


def matched_difference(cells: pd.DataFrame) -> Estimate:
    """The mean of y of those compared less that of the others in the same stratum, with its 95 % interval.

    With n1 and n0 subjects of a stratum and N = Σ n1 over the strata in which both sides stand, each stratum weighs w = n1 / N
    (an average over those compared; Cochran 1968, Imbens and Rubin 2015, ch. 17): D = Σ w (mean1 - mean0). Its variance is
    S1² / N + S0² Σ w² / n0, S² the variance of each side within strata, pooled over them because most are small; the
    interval is Welch's (1947), with his degrees of freedom. Not enough: a side in which no stratum has two subjects, or nothing
    that varies within strata.
    """
    from scipy.stats import t

    strata = _sides(cells)
    freedom1, freedom0 = ((strata[f"n{side}"] - 1).sum() for side in (1, 0))
    if freedom1 < 1 or freedom0 < 1:
        return Estimate(NAN, not_enough=_("too few share a stratum to tell how much they differ among themselves"))
    total = strata["n1"].sum()
    weight = strata["n1"] / total
    part1 = strata["squares1"].sum() / freedom1 / total
    part0 = strata["squares0"].sum() / freedom0 * (weight**2 / strata["n0"]).sum()
    if part1 + part0 <= TINY:
        return Estimate(NAN, not_enough=_("nothing varies within strata, so that no interval can be given"))
    value = float((weight * (strata["mean1"] - strata["mean0"])).sum())
    freedom = (part1 + part0) ** 2 / (part1**2 / freedom1 + part0**2 / freedom0)
    reach = float(t.ppf(0.975, freedom) * np.sqrt(part1 + part0))
    return Estimate(value, value - reach, value + reach)


def smaller_side(cells: pd.DataFrame) -> int:
    """How many subjects the smaller side has, in the strata in which both sides stand."""
    strata = _sides(cells)
    return int(min(strata["n1"].sum(), strata["n0"].sum()))


def stayer_weights(cells: pd.DataFrame) -> pd.Series:
    """What each cell of the others weighs beside those compared: n1 / n0 of its stratum; 0 for those compared (float)."""
    strata = _sides(cells)
    of_stratum = (cells["x"].astype(float) // 2).map(strata["n1"] / strata["n0"]).fillna(0)
    return of_stratum.where(cells["x"].astype(float) % 2 == 0, 0.0)


# --- middle and mean: x is the value -------------------------------------------------------------------------------------


def _repeated(cells: pd.DataFrame) -> np.ndarray:
    """x once for each subject known."""
    known = cells[(cells["n"] > 0) & cells["x"].notna()]
    return np.repeat(known["x"].to_numpy(float), known["n"].to_numpy(int))


def median(cells: pd.DataFrame) -> Estimate:
    """The median of x. It is of all people and not of a sample, so that it has no interval. Not enough: nobody."""
    values = _repeated(cells)
    return Estimate(float(np.median(values))) if len(values) else Estimate(NAN, not_enough=_nobody())


def whole_mean(cells: pd.DataFrame) -> Estimate:
    """The mean of x of a whole body, such as a team, and so without interval. Not enough: nobody."""
    values = _repeated(cells)
    return Estimate(float(values.mean())) if len(values) else Estimate(NAN, not_enough=_nobody())


def _nobody() -> str:
    return _("there is nobody whose value is known")


# --- now and then: x is 1 for those of now, 0 for those of then ----------------------------------------------------------


def share_change(cells: pd.DataFrame) -> Estimate:
    """The share k/n where x is 1 less that where x is 0; whole bodies, no interval. Not enough: nobody in one of the two."""
    n1, n0, k1, k0 = (_counts(cells, x, column) for column in ("n", "k") for x in (1, 0))
    if not n1 or not n0:
        return Estimate(NAN, not_enough=_("one of the two groups is empty"))
    return Estimate(k1 / n1 - k0 / n0)


def mean_change(cells: pd.DataFrame) -> Estimate:
    """The mean of y where x is 1 less that where x is 0; whole bodies, no interval. Not enough: nobody in one of the two."""
    means = []
    for x in (1, 0):
        side = cells[cells["x"].eq(x).fillna(False).to_numpy(bool) & cells["y"].notna().to_numpy() & (cells["n"] > 0)]
        if side.empty:
            return Estimate(NAN, not_enough=_("one of the two groups is empty"))
        means.append(float(np.average(side["y"].to_numpy(float), weights=side["n"].to_numpy(float))))
    return Estimate(means[0] - means[1])


# --- in less out: x is 1 for coming, -1 for going ------------------------------------------------------------------------


def net_count(cells: pd.DataFrame) -> Estimate:
    """How many more of those counted (k) came (x = 1) than went (x = -1); all are counted, so that it has no interval."""
    return Estimate(float(_counts(cells, 1, "k") - _counts(cells, -1, "k")))


def _net_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """The missing who came all counted and of those who went none, and the other way round; of unknown direction in either."""
    came, went, missing = (_counts(cells, 1, "missing"), _counts(cells, -1, "missing"), int(cells["missing"].sum()))
    k1, k0 = _counts(cells, 1, "k"), _counts(cells, -1, "k")
    either = missing - came - went
    return [pd.DataFrame({"x": [1, -1], "k": k}) for k in ([k1 + came + either, k0], [k1, k0 + went + either])]


# --- waiting: x is the time waited, n the cases, k those that are over ------------------------------------------------------


def median_wait(cells: pd.DataFrame) -> Estimate:
    """The time by which half of the cases are over (Kaplan and Meier 1958), with its 95 % interval.

    A case that still waits counts for as long as it has waited. The interval is that of the curve, log-log (Brookmeyer and
    Crowley 1982; lifelines); its upper end is infinite where the curve's band never reaches the half. Not enough: a curve
    that has not come down to the half.
    """
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    known = cells[(cells["n"] > 0) & cells["x"].notna()]
    if known.empty:
        return Estimate(NAN, not_enough=_("no waiting time is known"))
    days = known["x"].to_numpy(float)
    durations = np.concatenate([days, days])
    over = known["k"].to_numpy(int)
    weights = np.concatenate([over, known["n"].to_numpy(int) - over])
    ended = np.repeat([True, False], len(known))
    there = weights > 0
    fitter = KaplanMeierFitter().fit(durations[there], ended[there], weights=weights[there])
    value = float(fitter.median_survival_time_)
    if not np.isfinite(value):
        return Estimate(NAN, not_enough=_("fewer than half are over by the longest time seen"))
    bounds = median_survival_times(fitter.confidence_interval_).to_numpy(float).ravel()
    return Estimate(value, float(bounds.min()), float(bounds.max()))


# --- mean of a number a subject: x is the number, n the subjects ------------------------------------------------------------


def mean(cells: pd.DataFrame) -> Estimate:
    """The mean of x over n subjects, with its 95 % interval (Student's; statsmodels). Not enough: fewer than two subjects."""
    from statsmodels.stats.weightstats import DescrStatsW

    known = cells[(cells["n"] > 0) & cells["x"].notna()]
    if known["n"].sum() < 2:
        return Estimate(NAN, not_enough=_("fewer than two subjects have a number"))
    described = DescrStatsW(known["x"].to_numpy(float), weights=known["n"].to_numpy(float))
    low, high = described.tconfint_mean()
    return Estimate(float(described.mean), float(low), float(high))


def _no_variants(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """None: how far a missing subject could pull it is not bounded, so that with one missing no target is met or missed."""
    return []


STATISTICS = {
    "rank_correlation": Statistic(rank_correlation, _correlation_variants),
    "ratio_of_rates": Statistic(ratio_of_rates, _rates_variants),
    "difference_of_shares": Statistic(difference_of_shares, _rates_variants, size=_smaller_group),
    "ratio_of_chances": Statistic(ratio_of_chances, _rates_variants),
    "ratio_to_all": Statistic(ratio_to_all, _rates_variants),
    "ratio_of_counts": Statistic(ratio_of_counts, _counts_variants),
    "evenness": Statistic(evenness, _evenness_variants),
    "parity": Statistic(
        parity,
        _parity_variants,
        shown=_of_the_body,
        everyone=_of_all,
        size=lambda cells: int(_of_the_body(cells)["n"].sum()),
    ),
    "median": Statistic(median, _no_variants),
    "mean": Statistic(mean, _no_variants),
    "whole_mean": Statistic(whole_mean, _no_variants),
    "share_change": Statistic(share_change, _no_variants),
    "mean_change": Statistic(mean_change, _no_variants),
    "net_count": Statistic(net_count, _net_variants),
    "median_wait": Statistic(median_wait, _no_variants),
    "matched_difference": Statistic(matched_difference, _no_variants, size=smaller_side),
}
