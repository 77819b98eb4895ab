"""The difference of two shares: as worked out by hand, with the interval of a published example, and as often right as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from cadre_handbook.estimates import STATISTICS, difference_of_shares, exact_interval, shares_apart


def cells_of(k1: int, n1: int, k0: int, n0: int) -> pd.DataFrame:
    table = pd.DataFrame({"x": [1, 0], "n": [n1, n0], "k": [k1, k0], "missing": [0, 0]})
    return table.astype({"x": "Float64"})


def test_the_first_example_of_newcombe():
    """56 of 70 less 48 of 80: from 0.0524 to 0.3339 (Newcombe 1998, method 10)."""
    found = difference_of_shares(cells_of(56, 70, 48, 80))
    assert (found.value, found.lower, found.upper) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_turned_round_the_difference_changes_its_sign():
    one, other = difference_of_shares(cells_of(7, 20, 30, 41)), difference_of_shares(cells_of(30, 41, 7, 20))
    assert (one.value, one.lower, one.upper) == pytest.approx((-other.value, -other.upper, -other.lower))


def test_it_has_an_interval_where_nobody_or_everybody_counts():
    nobody = difference_of_shares(cells_of(0, 10, 0, 15))
    assert nobody.value == 0
    assert -0.3 < nobody.lower < 0 < nobody.upper < 0.3
    assert difference_of_shares(cells_of(10, 10, 0, 10)).upper == pytest.approx(1)


def test_without_one_side_there_is_no_difference():
    assert difference_of_shares(cells_of(0, 0, 3, 10)).not_enough
    assert difference_of_shares(cells_of(3, 10, 0, 0)).not_enough


def test_many_at_once_are_each_as_they_are_alone():
    lower, upper = shares_apart([56, 7, 1], [70, 20, 0], [48, 30, 1], [80, 41, 9])
    alone = [difference_of_shares(cells_of(*counts)) for counts in ((56, 70, 48, 80), (7, 20, 30, 41))]
    assert lower[:2] == pytest.approx([item.lower for item in alone])
    assert upper[:2] == pytest.approx([item.upper for item in alone])
    assert np.isnan([lower[2], upper[2]]).all()


def test_it_rests_on_the_smaller_side():
    assert STATISTICS["difference_of_shares"].size(cells_of(3, 10, 40, 200)) == 10


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(3)
    n1, n0, p1, p0 = 30, 50, 0.7, 0.55
    lower, upper = shares_apart(
        random.binomial(n1, p1, 4000), np.full(4000, n1), random.binomial(n0, p0, 4000), np.full(4000, n0)
    )
    assert 0.94 < ((lower <= p1 - p0) & (p1 - p0 <= upper)).mean() < 0.97


def test_the_missing_are_put_where_they_would_pull_most():
    table = cells_of(6, 10, 5, 10).assign(missing=[2, 3])
    values = [difference_of_shares(cells).value for cells in STATISTICS["difference_of_shares"].variants(table)]
    assert min(values) == pytest.approx(6 / 12 - 8 / 13)
    assert max(values) == pytest.approx(8 / 12 - 5 / 13)


def test_the_exact_interval_of_a_share_is_that_of_the_test_that_it_inverts():
    for n in (1, 2, 9, 40, 3000):
        for k in {0, 1, n // 3, n - 1, n}:
            expected = binomtest(k, n).proportion_ci(0.95)
            assert exact_interval(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)
