"""Judging: every verdict, the bound of the unknown, exact boundaries, cells that add up."""

from __future__ import annotations

import itertools
import operator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from cadre_handbook import checks, policy, verdict
from cadre_handbook.dataset import open_dataset
from cadre_handbook.estimates import rank_correlation, ratio_of_rates, ratio_to_all
from cadre_handbook.validation import validate
from cadre_handbook.verdict import (
    CANNOT_TELL,
    CONTEXT,
    MET,
    NO_DATA,
    NOT_APPLICABLE,
    NOT_IN_FORCE,
    NOT_MET,
    TOO_FEW,
)

COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


class Settings(SimpleNamespace):
    """Settings of a made-up measure: its target and the fewest cases."""

    as_of = pd.Timestamp("2024-12-31")

    def origin(self, name):
        return "handbook" if name else ""

    def not_in_force(self, measure):
        return None


def measure(kind="share", sign=">=", **more) -> policy.Measure:
    return policy.Measure(
        "m", "M", "M", kind, "cadre", {}, operator=sign, target="target", **{"any_n": kind == "count", **more}
    )


def judged_cells(declared, target, table: pd.DataFrame, min_cases=1, lacks=None) -> pd.Series:
    counted = table.assign(organisation_id="a", measure="m", group="")
    made_up = SimpleNamespace(id="made_up", version=1, measures={"m": declared})
    settings = Settings(target=target, min_cases=min_cases)
    return verdict.judge(counted, made_up, settings, ["a"], {"m": lacks} if lacks else {}).iloc[0]


def judged(declared, target, n, k, missing, min_cases=1, lacks=None) -> pd.Series:
    table = pd.DataFrame({"x": [pd.NA], "y": [pd.NA], "n": [n], "k": [k], "missing": [missing]})
    return judged_cells(declared, target, table, min_cases, lacks)


# The unknown, by brute force


@pytest.mark.parametrize(
    ("kind", "sign"), [*(("share", sign) for sign in (">=", "<=", ">", "<")), *(("count", sign) for sign in COMPARE)]
)
def test_met_only_where_it_stays_so_whatever_the_unknown_turn_out_to_be(kind, sign):
    targets = (0, 0.25, 0.3, 0.5, 1) if kind == "share" else (0, 1, 3)
    for n, missing in itertools.product(range(1, 6), range(4)):
        for k, target in itertools.product(range(n + 1), targets):
            outcomes = set()
            for turned in itertools.product((0, 1), repeat=missing):
                value = (k + sum(turned)) / (n + missing) if kind == "share" else k + sum(turned)
                same = abs(value - target) < 1e-9
                outcomes.add(COMPARE[sign](target if same else value, target))
            expected = CANNOT_TELL if len(outcomes) == 2 else MET if outcomes == {True} else NOT_MET
            found = judged(measure(kind, sign), target, n, k, missing)["verdict"]
            assert found == expected, (n, k, missing, target)


@pytest.mark.parametrize("sign", COMPARE)
def test_a_share_is_sure_even_if_the_unknown_might_not_count_at_all(sign):
    """Each unknown subject may be a hit, no hit, or nobody the rule applies to."""
    for n, missing in itertools.product(range(1, 5), range(1, 4)):
        for k, target in itertools.product(range(n + 1), (0.2, 0.5, 0.75)):
            found = judged(measure("share", sign), target, n, k, missing)["verdict"]
            outcomes = {
                COMPARE[sign]((k + hits) / (n + hits + others), target)
                for hits in range(missing + 1)
                for others in range(missing + 1 - hits)
            }
            if found != CANNOT_TELL:
                assert outcomes == {found == MET}


@pytest.mark.parametrize(
    ("k", "n", "target"), [(3, 10, 0.3), (7, 10, 0.7), (1, 3, 1 / 3), (29, 100, 0.29), (9, 10, 0.9), (6, 20, 0.1 + 0.2)]
)
def test_a_share_exactly_on_its_target(k, n, target):
    assert judged(measure("share", ">="), target, n, k, 0)["verdict"] == MET
    assert judged(measure("share", "<="), target, n, k, 0)["verdict"] == MET
    assert judged(measure("share", ">"), target, n, k, 0)["verdict"] == NOT_MET
    assert judged(measure("share", "<"), target, n, k, 0)["verdict"] == NOT_MET


def test_one_more_or_less_than_the_target_is_not_the_target():
    many = 1_000_000
    assert judged(measure("share", ">="), 0.3, many, 299_999, 0)["verdict"] == NOT_MET
    assert judged(measure("share", "<="), 0.3, many, 300_001, 0)["verdict"] == NOT_MET


# The verdicts


def test_zero_tolerance_judges_one():
    for k, expected in ((0, MET), (1, NOT_MET)):
        assert judged(measure("count", "<="), 0, 1, k, 0, min_cases=10)["verdict"] == expected


def test_a_rate_of_few_is_too_few_and_of_enough_is_judged():
    assert judged(measure(), 0.5, 9, 9, 0, min_cases=10)["verdict"] == TOO_FEW
    assert judged(measure(), 0.5, 10, 10, 0, min_cases=10)["verdict"] == MET
    assert judged(measure(any_n=True), 0.5, 1, 1, 0, min_cases=10)["verdict"] == MET


def test_nobody_is_not_applicable_and_only_unknown_is_cannot_tell():
    for kind in ("share", "count"):
        nobody = judged(measure(kind), 0, 0, 0, 0)
        assert (nobody["verdict"], nobody["value"]) == (NOT_APPLICABLE, None)
        unknown = judged(measure(kind), 0, 0, 0, 3)
        assert (unknown["verdict"], unknown["value"], unknown["missing"]) == (CANNOT_TELL, None, 3)


def test_what_lacks_data_has_no_figures():
    row = judged(measure("count", "<="), 0, 5, 2, 1, lacks="missing or empty: x")
    assert (row["verdict"], row["n"], row["k"], row["missing"], row["value"]) == (NO_DATA, 0, 0, 0, None)
    assert row["reason"] == "missing or empty: x"


def test_what_is_not_judged_is_context():
    row = judged(measure(judged=False), 0.5, 4, 1, 0, min_cases=10)
    assert (row["verdict"], row["value"]) == (CONTEXT, 0.25)


def verdicts(county, tmp_path, slug="tenure_limit", as_of="2024-12-31", **given) -> dict[str, str]:
    report = validate(open_dataset(county.write(tmp_path)))
    results = checks.evaluate(slug, report, {"as_of": as_of, **given}).results
    return results[results["organisation_id"].eq("01100")].set_index("measure")["verdict"].to_dict()


def test_all_eight_are_reached_from_tables(county, tmp_path):
    reached = set(verdicts(county, tmp_path).values())
    assert reached == {NOT_MET, NO_DATA, NOT_APPLICABLE}
    assert verdicts(county, tmp_path, max_years_in_post=30)["years_in_post"] == MET
    county.set("posts", 2, "leading", "")
    assert verdicts(county, tmp_path)["years_in_post"] == CANNOT_TELL
    assert verdicts(county, tmp_path)["other_over"] == CONTEXT
    county.add("postings", "g6,c2,p2,2024-06-01,")
    county.set("postings", 3, "post_id", "p3")
    assert verdicts(county, tmp_path)["moved_early"] == TOO_FEW
    county.set("posts", 2, "team", "party")
    assert verdicts(county, tmp_path, as_of="2006-06-09")["third_term"] == NOT_IN_FORCE
    assert verdicts(county, tmp_path, as_of="2006-06-10")["third_term"] != NOT_IN_FORCE


# Facts to cells


def facts(rows: list[tuple]) -> pd.DataFrame:
    """Facts of the measure `m` from `(organisation, group, eligible, hit)`."""
    frame = pd.DataFrame(rows, columns=["organisation_id", "group", "eligible", "hit"])
    frame["cadre_id"] = [f"c{number}" for number in range(len(frame))]
    made = verdict.fact_rows(
        "m",
        frame,
        ("cadre", "cadre_id"),
        "organisation_id",
        group=frame["group"],
        eligible=frame["eligible"],
        hit=frame["hit"],
    )
    return verdict.with_missing(made, SimpleNamespace(measures={"m": measure()}))


def test_who_counts_and_who_is_missing():
    every = [("a", "", eligible, hit) for eligible in (True, False, None) for hit in (True, False, None)]
    counted = verdict.cells(facts(every))
    # eligible: yes counts where the outcome is known; unknown is missing; no is nobody
    assert counted[["n", "k", "missing"]].values.tolist() == [[2, 1, 4]]


def test_in_a_count_one_who_is_surely_no_hit_is_not_missing():
    frame = pd.DataFrame({"organisation_id": ["a"] * 3, "cadre_id": list("xyz"), "hit": [True, False, None]})
    made = verdict.fact_rows("m", frame, ("cadre", "cadre_id"), "organisation_id", eligible=pd.NA, hit=frame["hit"])
    found = verdict.with_missing(made, SimpleNamespace(measures={"m": measure("count", "<=")}))
    assert found["missing"].tolist() == [True, False, True]


def test_cells_of_the_halves_add_up_to_the_cells_of_the_whole():
    random = np.random.default_rng(7)
    rows = [
        (
            random.choice(["a", "b"]),
            random.choice(["", "g"]),
            random.choice([True, False, None]),
            random.choice([True, False, None]),
        )
        for _ in range(400)
    ]
    keys = ["organisation_id", "measure", "group"]
    halves = pd.concat([verdict.cells(facts(rows[:150])), verdict.cells(facts(rows[150:]))])
    added = halves.groupby(keys)[["n", "k", "missing"]].sum()
    whole = verdict.cells(facts(rows)).groupby(keys)[["n", "k", "missing"]].sum()
    pd.testing.assert_frame_equal(added, whole)
    assert whole.to_numpy().min() > 5


# Rank correlation


def cells_of(pairs: list[tuple[float, float]]) -> pd.DataFrame:
    counted = pd.DataFrame(pairs, columns=["x", "y"]).astype("Float64").value_counts().rename("n").reset_index()
    return counted.assign(k=0, missing=0)


def test_a_known_example():
    """Ranks by hand: d² sums to 32 over 8 pairs without ties, so r = 1 - 6·32 / (8·63)."""
    x = [1, 2, 3, 4, 5, 6, 7, 8]
    y = [3, 4, 1, 2, 7, 8, 5, 6]
    assert sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) == 32
    found = rank_correlation(cells_of(list(zip(x, y, strict=True))))
    assert found.value == pytest.approx(1 - 6 * 32 / (8 * 63))
    centre, half = np.arctanh(found.value), 1.959963984540054 * np.sqrt((1 + found.value**2 / 2) / 5)
    assert (found.lower, found.upper) == pytest.approx((np.tanh(centre - half), np.tanh(centre + half)))


def test_cells_give_what_scipy_gives_on_the_pairs():
    random = np.random.default_rng(3)
    for _ in range(20):
        pairs = [(float(a), float(b)) for a, b in random.integers(0, 4, size=(30, 2))]
        expected = spearmanr(*zip(*pairs, strict=True)).statistic
        assert rank_correlation(cells_of(pairs)).value == pytest.approx(expected)


def test_nothing_to_rank_is_no_number():
    for pairs in ([], [(1, 1), (2, 2), (3, 3)], [(1, 1)] * 9, [(1, 1), (1, 2), (1, 3), (1, 4)]):
        found = rank_correlation(cells_of(pairs))
        assert np.isnan([found.value, found.lower, found.upper]).all()
        assert found.not_enough


STATISTIC = measure("statistic", ">", statistic="rank_correlation", any_n=True)
GRID = list(itertools.product((1.0, 2.0, 3.0, 4.0), (-1.0, 0.0, 1.0)))


def with_unknown(table: pd.DataFrame, missing: int) -> pd.DataFrame:
    unknown = pd.DataFrame({"x": [pd.NA], "y": [pd.NA], "n": [0], "k": [0], "missing": [missing]})
    return pd.concat([table, unknown], ignore_index=True) if missing else table


def statistic_verdict(table: pd.DataFrame) -> str:
    return judged_cells(STATISTIC, 0, table)["verdict"]


def test_a_correlation_is_sure_only_where_every_completion_agrees():
    """Unknown pairs may lie anywhere on the grid of grades and steps."""
    random = np.random.default_rng(11)
    sure = 0
    for _ in range(24):
        size, slope = int(random.integers(12, 24)), random.choice([-1, 1])
        x = random.integers(1, 5, size)
        y = np.clip(slope * (x - 2.5) + random.normal(0, 0.9, size), -1, 1).round()
        pairs = list(zip(x.astype(float), y, strict=True))
        for missing in (1, 2):
            found = statistic_verdict(with_unknown(cells_of(pairs), missing))
            if found not in (MET, NOT_MET):
                continue
            sure += 1
            completions = itertools.combinations_with_replacement(GRID, missing)
            outcomes = {statistic_verdict(cells_of([*pairs, *extra])) for extra in completions}
            assert outcomes == {found}, (pairs, missing)
    assert sure > 6


def test_a_ranking_of_two_values_is_too_few():
    pairs = [(1.0, -1.0), (2.0, 1.0)] * 10
    assert statistic_verdict(cells_of(pairs)) == TOO_FEW
    assert statistic_verdict(cells_of([*pairs, *[(3.0, 1.0)] * 5])) == MET


# Text


def test_the_canonical_line_is_the_same_in_every_language():
    from cadre_handbook import i18n

    row = SimpleNamespace(
        organisation_id="01100", recommendation="tenure_limit", measure="m", group="", as_of="2024-12-31",
        n=3, k=1, missing=2, value=1 / 3, lower=None, upper=None, operator=">=", target=0.25, origin="doc", verdict=MET,
    )  # fmt: skip
    expected = "01100/tenure_limit/m 2024-12-31: n=3 k=1 missing=2 value=0.333 target >= 0.250 (doc) -> met"
    assert verdict.canonical_line(row) == expected
    i18n.use_language("zh_CN")
    assert verdict.canonical_line(row) == expected


def test_shortfall_is_what_is_lacking_to_a_share():
    n, k = pd.Series([4, 5, 20, 10, 0]), pd.Series([1, 0, 6, 9, 0])
    target = pd.Series([0.25, 0.25, 0.3, 0.5, 0.3])
    assert verdict.shortfall(n, k, target).tolist() == [0, 2, 0, 0, 0]


@pytest.mark.parametrize(
    ("k", "n", "k0", "n0", "wide"),
    [(0, 1, 1, 1, True), (0, 12, 6, 6, False), (1, 1, 0, 1, True), (12, 12, 0, 12, False)],
)
def test_a_ratio_of_rates_of_which_one_is_nought_has_an_interval(k, n, k0, n0, wide):
    found = ratio_of_rates(pd.DataFrame({"x": [1, 0], "n": [n, n0], "k": [k, k0], "missing": 0}))
    assert (found.lower == 0) == (k == 0)
    assert np.isinf(found.upper) == (k0 == 0)
    assert (found.lower < 0.8 < found.upper) == wide


def test_a_ratio_to_all_is_the_share_among_those_counted_over_the_share_among_all():
    cells = pd.DataFrame({"x": [1, 0], "n": [40, 160], "k": [6, 34], "missing": 0})
    found, rates = ratio_to_all(cells), ratio_of_rates(cells)
    assert found.value == pytest.approx((6 / 40) / (40 / 200))
    assert found.lower == pytest.approx(rates.lower / (0.2 * rates.lower + 0.8))
    assert found.lower < found.value < found.upper < 1 / 0.2
    none_other = ratio_to_all(cells.assign(k=[6, 0]))
    assert none_other.value == none_other.upper == pytest.approx(5), (
        "all who were counted are of the group, a fifth of all"
    )
    assert ratio_to_all(cells.assign(n=[0, 160])).not_enough
