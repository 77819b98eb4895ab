"""Waiting times of which some still run, the mean of a number, and a ratio of two rates that are both whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cadre_handbook.estimates import mean, median_wait, ratio_of_rates


def waits(*pairs: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["x", "n", "k"]).assign(missing=0)


def median_by_hand(cells: pd.DataFrame) -> float:
    """The product-limit estimate, a case at a time; those that are over on a day come before those only seen so long."""
    cases = sorted(
        (row.x, not over) for row in cells.itertuples() for over in [True] * row.k + [False] * (row.n - row.k)
    )
    share = 1.0
    for place, (day, still_waits) in enumerate(cases):
        if not still_waits:
            share *= 1 - 1 / (len(cases) - place)
        if share <= 0.5 + 1e-12:
            return day
    return float("nan")


def test_the_five_needs_of_the_page() -> None:
    """80 % wait on after day 30, 60 % after day 60, 30 % after day 120: half are settled by day 120."""
    found = median_wait(waits((30, 1, 1), (60, 1, 1), (90, 1, 0), (120, 1, 1), (200, 1, 0)))
    assert found.value == 120


@pytest.mark.parametrize("seed", range(8))
def test_the_median_is_that_of_the_product_limit(seed: int) -> None:
    dice = np.random.default_rng(seed)
    n = dice.integers(1, 6, 25)
    cells = pd.DataFrame({"x": np.sort(dice.choice(400, 25, replace=False)), "n": n, "k": dice.integers(0, n + 1)})
    found = median_wait(cells.assign(missing=0))
    assert found.value == median_by_hand(cells)
    assert found.lower <= found.value <= found.upper


def test_the_mean_of_those_that_are_over_would_flatter() -> None:
    cells = waits((10, 4, 4), (300, 6, 0), (310, 2, 2))
    assert median_wait(cells).value == 310 > np.average([10, 310], weights=[4, 2])


def test_no_median_before_half_are_over_and_none_of_nothing() -> None:
    assert median_wait(waits((10, 2, 2), (300, 6, 0))).not_enough
    assert median_wait(waits()).not_enough


def test_a_mean_weighs_each_number_by_how_many_have_it() -> None:
    from scipy.stats import t

    values = np.repeat([0.0, 30.0, 90.0], [5, 2, 1])
    found = mean(waits((0, 5, 5), (30, 2, 2), (90, 1, 1)))
    reach = t.ppf(0.975, 7) * values.std(ddof=1) / np.sqrt(8)
    assert found.value == pytest.approx(values.mean())
    assert (found.lower, found.upper) == pytest.approx((values.mean() - reach, values.mean() + reach))
    assert mean(waits((30, 1, 1))).not_enough


@pytest.mark.parametrize(("n1", "n0"), [(2, 2), (20, 5), (10, 40)])
def test_two_whole_rates_are_no_certainty(n1: int, n0: int) -> None:
    found = ratio_of_rates(pd.DataFrame({"x": [1, 0], "n": [n1, n0], "k": [n1, n0], "missing": 0}))
    assert (found.value, found.lower, found.upper) == pytest.approx((1, 0.025 ** (1 / n1), 0.025 ** (-1 / n0)))
