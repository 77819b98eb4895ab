"""The difference beside matched subjects: as worked out by hand, as a regression has it, and as often right as it says."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from made import SEEDS, county, worn_county
from scipy.stats import t

from cadre_handbook import checks
from cadre_handbook.estimates import matched_difference, smaller_side, stayer_weights


def cells_of(rows: list[tuple[int, int, float]]) -> pd.DataFrame:
    """Cells from `(stratum, 1 for those compared, y)`."""
    frame = pd.DataFrame(rows, columns=["stratum", "side", "y"])
    frame = pd.DataFrame({"x": 2 * frame["stratum"] + frame["side"], "y": frame["y"]}).astype("Float64")
    return frame.value_counts().rename("n").reset_index().assign(k=0, missing=0)


def drawn(random, strata: int = 8, effect: float = 0.0) -> list[tuple[int, int, float]]:
    """Subjects of strata of their own level; those compared are more often where the level is low."""
    rows = []
    for stratum in range(strata):
        level = random.normal(0, 20)
        sides = [*[1] * int(random.integers(1, 7 if level < 0 else 3)), *[0] * int(random.integers(1, 12))]
        rows += [(stratum, side, float(level + effect * side + random.normal(0, 10 + 5 * side))) for side in sides]
    return rows


def test_by_hand():
    """Strata of 2 beside 2 and 1 beside 3: they weigh two thirds and one third."""
    rows = [(1, 1, 10.0), (1, 1, 14.0), (1, 0, 3.0), (1, 0, 7.0), (2, 1, 1.0), (2, 0, 0.0), (2, 0, 6.0), (2, 0, 9.0)]
    found = matched_difference(cells_of(rows))
    assert found.value == pytest.approx(2 / 3 * (12 - 5) + 1 / 3 * (1 - 5))
    part1 = (8 / 1) / 3
    part0 = (8 + 42) / 3 * ((2 / 3) ** 2 / 2 + (1 / 3) ** 2 / 3)
    freedom = (part1 + part0) ** 2 / (part1**2 / 1 + part0**2 / 3)
    reach = t.ppf(0.975, freedom) * math.sqrt(part1 + part0)
    assert (found.upper - found.value, found.value - found.lower) == pytest.approx((reach, reach))
    assert smaller_side(cells_of(rows)) == 3


def test_it_is_a_regression_in_which_each_stratum_weighs_as_many_as_are_compared_in_it():
    random = np.random.default_rng(5)
    for _ in range(10):
        rows = drawn(random)
        frame = pd.DataFrame(rows, columns=["stratum", "side", "y"])
        weight = frame.groupby("stratum")["side"].transform(lambda side: side.sum() / (len(side) - side.sum()))
        fit = sm.WLS(frame["y"], sm.add_constant(frame["side"]), weights=weight.where(frame["side"] == 0, 1.0)).fit()
        assert matched_difference(cells_of(rows)).value == pytest.approx(fit.params["side"])


def test_in_one_stratum_it_is_welchs_interval():
    random = np.random.default_rng(6)
    rows = [(3, int(side), float(random.normal(side, 1 + side))) for side in random.integers(0, 2, 40)]
    compared, others = ([y for _s, side, y in rows if side == wanted] for wanted in (1, 0))
    expected = sm.stats.CompareMeans.from_data(compared, others).tconfint_diff(usevar="unequal")
    found = matched_difference(cells_of(rows))
    assert (found.lower, found.upper) == pytest.approx(expected)


def test_what_only_one_side_has_does_not_count():
    rows = drawn(np.random.default_rng(7))
    alone = [*rows, (50, 1, 1e6), (51, 0, -1e6), (51, 0, 1e6)]
    assert matched_difference(cells_of(alone)) == matched_difference(cells_of(rows))
    assert smaller_side(cells_of(alone)) == smaller_side(cells_of(rows))


def test_cells_of_the_halves_give_what_the_cells_of_the_whole_give():
    rows = drawn(np.random.default_rng(8), strata=20)
    halves = pd.concat([cells_of(rows[::2]), cells_of(rows[1::2])], ignore_index=True)
    one, other = matched_difference(halves), matched_difference(cells_of(rows))
    assert (one.value, one.lower, one.upper) == pytest.approx((other.value, other.lower, other.upper))


def test_the_interval_holds_the_truth_nineteen_times_out_of_twenty():
    """And the plain difference of means does not: those compared sit where the level is low."""
    random, held, naive, rounds = np.random.default_rng(9), 0, [], 600
    for _ in range(rounds):
        rows = drawn(random, strata=25, effect=3.0)
        found = matched_difference(cells_of(rows))
        held += found.lower <= 3.0 <= found.upper
        naive.append(np.mean([y for _s, side, y in rows if side]) - np.mean([y for _s, side, y in rows if not side]))
    assert 0.925 < held / rounds < 0.97
    assert np.mean(naive) < 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "too few"),
        ([(1, 1, 1.0), (1, 0, 2.0), (2, 1, 4.0), (2, 0, 9.0)], "too few"),
        ([(1, 1, 1.0), (1, 1, 2.0), (2, 0, 4.0), (2, 0, 9.0)], "too few"),
        ([(1, 1, 1.0), (1, 1, 1.0), (1, 0, 4.0), (1, 0, 4.0)], "nothing varies"),
    ],
)
def test_too_little_is_no_number(rows, words):
    found = matched_difference(cells_of(rows))
    assert np.isnan([found.value, found.lower, found.upper]).all()
    assert words in found.not_enough


def test_the_weights_of_the_others_make_them_as_many_as_those_compared():
    cells = cells_of(drawn(np.random.default_rng(10)))
    sides = cells["x"].astype(float) % 2
    assert (stayer_weights(cells) * cells["n"]).sum() == pytest.approx(cells.loc[sides == 1, "n"].sum())
    assert (stayer_weights(cells)[sides == 1] == 0).all()


@pytest.mark.parametrize("made", [county, worn_county])
@pytest.mark.parametrize("seed", SEEDS)
def test_movers_beside_stayers_as_a_plain_loop_has_it(seed, made):
    run = checks.evaluate("after_the_move", made(seed).report, {"as_of": "2024-12-31"})
    row = run.results.set_index("measure").loc["change_of_place"]
    value, error = importlib.import_module("reference.after_the_move").difference(run.dataset, run.settings)
    assert row["value"] == pytest.approx(value, abs=1e-5)
    assert row["k"] > 100
    # Between the reach of many degrees of freedom and that of thirty.
    assert 1.95 * error < row["upper"] - row["value"] < 2.05 * error


def test_that_the_same_people_stand_in_several_years_hardly_widens_the_interval():
    """Whole cadres drawn anew, with all their years: the difference scatters as much as the interval says, or a little more."""
    facts = checks.evaluate("after_the_move", county(SEEDS[0]).report, {"as_of": "2024-12-31"}).of("change_of_place")
    facts = facts[(facts["x"].notna() & ~facts["missing"]).to_numpy(bool)]
    cells = pd.DataFrame({"x": facts["x"], "y": facts["y"], "n": 1, "k": 0, "missing": 0})
    cadre, names = pd.factorize(facts["cadre_id"])
    random = np.random.default_rng(12)
    values = [
        matched_difference(cells.assign(n=random.multinomial(len(names), [1 / len(names)] * len(names))[cadre])).value
        for _ in range(300)
    ]
    found = matched_difference(cells)
    error = (found.upper - found.lower) / 2 / 1.97
    assert len(names) < len(facts) / 3, "most stand in several years"
    assert 0.8 < np.std(values) / error < 1.2
