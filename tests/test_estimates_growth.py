"""Middles, changes, net counts and waits: against values worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cadre_handbook.estimates import STATISTICS


def cells(**columns) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    frame = pd.DataFrame({"x": [pd.NA] * size, "y": [pd.NA] * size, "n": 1, "k": 0, "missing": 0, **columns})
    return frame.astype({"x": "Float64", "y": "Float64"})


def estimate(name: str, table: pd.DataFrame):
    return STATISTICS[name].estimate(table)


def test_median_and_mean_count_each_subject_of_a_cell() -> None:
    table = cells(x=[30, 40, 50, pd.NA], n=[3, 1, 1, 0], missing=[0, 0, 0, 4])
    assert estimate("median", table).value == 30
    assert estimate("whole_mean", table).value == 36
    assert math.isnan(estimate("whole_mean", table).lower)
    for name in ("median", "whole_mean"):
        assert estimate(name, table.iloc[3:]).not_enough


def test_changes_are_now_less_then() -> None:
    table = cells(x=[1, 1, 0], y=[40, 50, 30], n=[1, 3, 2], k=[1, 2, 1])
    assert estimate("mean_change", table).value == pytest.approx(47.5 - 30)
    assert estimate("share_change", table).value == pytest.approx(3 / 4 - 1 / 2)
    for name in ("mean_change", "share_change"):
        assert estimate(name, table.iloc[:2]).not_enough


def test_net_count_takes_those_who_went_from_those_who_came_and_the_missing_either_way() -> None:
    table = cells(x=[1, -1], n=[7, 9], k=[5, 3], missing=[2, 1])
    assert estimate("net_count", table).value == 2
    statistic = STATISTICS["net_count"]
    assert [statistic.estimate(variant).value for variant in statistic.variants(table)] == [4, 1]
    unknown = pd.concat([table, cells(x=[pd.NA], n=[0], missing=[3])])
    assert [statistic.estimate(variant).value for variant in statistic.variants(unknown)] == [7, -2]


def test_median_wait_counts_those_who_wait_for_as_long_as_they_have() -> None:
    # Ten stays: five end after 1 to 5 years, five have lasted three years so far. 9/10 · 8/9 · 7/8 = 0.7, then 1/2 and nought.
    table = cells(x=[1, 2, 3, 4, 5], n=[1, 1, 6, 1, 1], k=[1, 1, 1, 1, 1])
    assert estimate("median_wait", table).value == 4
    # To leave out those who wait would say three, to take them for settled too.
    assert estimate("median_wait", table.assign(n=1)).value == 3
    assert estimate("median_wait", table.assign(n=table["k"] + 20)).not_enough
    assert estimate("median_wait", table.iloc[:4]).not_enough
