"""Organisations side by side: limits that chance alone keeps, nobody ranked, nothing hidden given away."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from math import comb

import duckdb
import numpy as np
import pandas as pd
import pytest

from cadre_handbook import checks, cli, dataset, i18n, peers, policy, results_table, sample_peers, validation, verdict
from cadre_handbook.checks.whole import peers as page
from cadre_handbook.errors import RequestError

DAY = pd.Timestamp("2024-12-31")
SHARE = policy.load_policy("exchange_ratio").measures["moved"]


# --- the limits -----------------------------------------------------------------------------------


def plain_limits(n: int, share: Fraction, outside: Fraction) -> tuple[int, int]:
    """The fewest and the most within the limits, counted in fractions from the chances themselves."""
    chances = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    within = [k for k in range(n + 1) if sum(chances[: k + 1]) > outside / 2 and sum(chances[k:]) > outside / 2]
    return within[0], within[-1]


@pytest.mark.parametrize(
    "share", [Fraction(0), Fraction(1, 97), Fraction(3, 10), Fraction(1, 2), Fraction(8, 9), Fraction(1)]
)
@pytest.mark.parametrize("n", [1, 2, 9, 10, 37, 150])
def test_the_limits_are_those_of_a_count_in_fractions(n: int, share: Fraction) -> None:
    for outside in (Fraction(5, 100), Fraction(2, 1000)):
        assert tuple(int(edge) for edge in peers.limits(n, float(share), float(outside))) == plain_limits(
            n, share, outside
        )


def test_limits_of_many_sizes_are_those_of_each() -> None:
    sizes = np.arange(1, 60)
    together = peers.limits(sizes, 0.3, 0.05)
    assert [tuple(pair) for pair in np.transpose(together)] == [
        tuple(int(edge) for edge in peers.limits(n, 0.3, 0.05)) for n in sizes
    ]


def test_chance_alone_puts_no_more_outside_than_the_limits_say_and_not_far_fewer() -> None:
    """Over 2,000 draws of one share: at most 5 % outside, as bounds are exact, and about as many as are worked out."""
    dice = np.random.default_rng(20241231)
    sizes = dice.integers(10, 400, 2000)
    drawn = dice.binomial(sizes, 0.3)
    outside = np.mean(peers.zones(sizes, drawn, 0.3) != 0)
    expected = peers.chance_outside(sizes, 0.3, 0.05).mean()
    assert 0.03 < expected <= 0.05
    assert outside == pytest.approx(expected, abs=3 * np.sqrt(expected / 2000))
    assert np.mean(np.abs(peers.zones(sizes, drawn, 0.3)) == 2) < 0.005


def test_what_the_exercise_says_of_its_counties() -> None:
    assert list(peers.zones([12, 200], [0, 42], 0.3)) == [-1, -1]
    assert sum(comb(12, k) * 0.3**k * 0.7 ** (12 - k) for k in range(1)) == pytest.approx(0.014, abs=5e-4)
    assert sum(comb(200, k) * 0.3**k * 0.7 ** (200 - k) for k in range(43)) == pytest.approx(0.003, abs=5e-4)
    assert peers.chance_outside([100] * 30, 0.3, 0.05).sum() < 2


# --- comparing ------------------------------------------------------------------------------------


def results(rows: list[tuple]) -> pd.DataFrame:
    """Results of `SHARE` from `(organisation, n, k, missing, verdict)`."""
    frame = pd.DataFrame(rows, columns=["organisation_id", "n", "k", "missing", "verdict"])
    frame = frame.assign(measure="moved", group="", value=None, lower=None, upper=None, target=0.25)
    return frame.astype({"n": "Int64", "k": "Int64", "missing": "Int64"})


def states(rows: list[tuple], least: int = 10) -> dict[str, str]:
    table = peers.compare(results(rows), SHARE, "", least).table
    return dict(zip(table["organisation_id"], table["state"], strict=True))


EVEN = [(f"E{number}", 200, 60, 0, verdict.MET) for number in range(8)]


def test_few_are_listed_and_move_nobody() -> None:
    alone = peers.compare(results(EVEN), SHARE, "", 10)
    beside = peers.compare(results([*EVEN, ("S", 9, 9, 0, verdict.TOO_FEW)]), SHARE, "", 10)
    assert (alone.share, alone.expected, alone.range) == (beside.share, beside.expected, beside.range)
    assert beside.table.set_index("organisation_id")["state"]["S"] == peers.SMALL
    assert states([*EVEN, ("S", 10, 10, 0, verdict.MET)])["S"] == "above 99.8%"


def test_the_unknown_make_it_unsure_only_where_they_could_carry_it_across() -> None:
    assert states([*EVEN, ("U", 100, 12, 0, verdict.NOT_MET)])["U"] == "below 99.8%"
    assert states([*EVEN, ("U", 100, 12, 40, verdict.CANNOT_TELL)])["U"] == peers.UNSURE
    assert states([*EVEN, ("U", 100, 30, 1, verdict.MET)])["U"] == peers.WITHIN
    # The unknown of others count too: they move the share of all.
    near = ("N", 200, 46, 0, verdict.NOT_MET)
    assert states([*EVEN, near])["N"] == peers.WITHIN
    assert states([*EVEN, near, ("U", 2000, 600, 900, verdict.CANNOT_TELL)])["N"] == peers.UNSURE


def test_the_order_is_that_of_size_and_not_of_share() -> None:
    rows = [("B", 50, 5, 0, verdict.NOT_MET), ("A", 50, 45, 0, verdict.MET), ("C", 300, 90, 0, verdict.MET)]
    rows += [("N", 0, 0, 0, verdict.NO_DATA)]
    table = peers.compare(results(rows), SHARE, "", 10).table
    assert table["organisation_id"].tolist() == ["C", "A", "B", "N"]
    assert table["state"].iloc[-1] == verdict.NO_DATA
    assert pd.isna(table["n"].iloc[-1])


def test_a_statistic_has_intervals_and_no_limits() -> None:
    measure = dataclasses.replace(SHARE, kind="statistic", statistic="rank_correlation")
    rows = results([("A", 50, 0, 0, verdict.MET), ("B", 5, 0, 0, verdict.TOO_FEW)]).assign(value=[0.4, None])
    compared = peers.compare(rows, measure, "", 10)
    assert compared.share is None
    assert compared.target is None
    assert compared.table["state"].tolist() == [peers.INTERVAL, peers.SMALL]


# --- the page -------------------------------------------------------------------------------------


def opened(report: validation.Report, **given) -> page.Peers:
    declared = policy.load_page("peers")
    given = {"as_of": DAY, **given}
    return page.opened(report, policy.settings(declared, DAY, given), given)


def shown(opened_: page.Peers) -> str:
    """All that the views show, and the picture."""
    views = [view(opened_) for view in page.VIEWS.values()]
    parts = [
        [view.source, view.picture.html() if view.picture else "", *view.lines, *view.figures.values()]
        for view in views
    ]
    return json.dumps(parts, ensure_ascii=False)


@pytest.fixture(scope="module")
def made_up() -> validation.Report:
    return validation.validate(dataset.from_frames(sample_peers.peers_frames()))


def test_the_planted_county_is_found_and_the_rest_is_chance(made_up: validation.Report) -> None:
    assert len(made_up.errors) == 0
    table = opened(made_up).chosen.table.set_index("organisation_id")
    assert sample_peers.PLANTED == "P17"  # so the page says
    assert table["state"]["P17"] == "below 99.8%"
    assert len(opened(made_up).chosen.outside) <= 3
    unplanted = sample_peers.peers_frames(planted=None)
    alike = opened(validation.validate(dataset.from_frames(unplanted))).chosen
    assert not alike.outside["state"].str.contains("99.8").any()


def test_the_counts_are_those_of_the_check(made_up: validation.Report) -> None:
    chosen = opened(made_up).chosen
    run = checks.evaluate("exchange_ratio", made_up, {"as_of": DAY})
    rows = run.results[run.results["group"].eq("leaders")].set_index("organisation_id")
    table = chosen.table.set_index("organisation_id")
    assert set(table.index) == set(rows.index)
    for organisation, size in zip(rows.index, sample_peers.SIZES, strict=True):
        assert table["n"][organisation] == rows["n"][organisation] == size
    assert int(chosen.compared["k"].sum()) == sum(rows["k"][row] for row in chosen.compared["organisation_id"])


def test_nobody_is_named_and_the_largest_come_first(made_up: validation.Report) -> None:
    whole = shown(opened(made_up))
    assert not any(cadre in whole for cadre in made_up.dataset["cadres"]["cadre_id"])
    assert not any(post in whole for post in made_up.dataset["posts"]["post_id"])
    rows = page.every_organisation(opened(made_up)).source
    assert rows.index("P24") < rows.index("P17") < rows.index("P01")


def test_the_same_in_chinese(made_up: validation.Report) -> None:
    with i18n.in_language("zh_CN"):
        views = [view(opened(made_up)) for view in page.VIEWS.values()]
    assert "低于 99.8 % 界限" in views[1].source
    assert list(views[0].lines) == list(page.funnel(opened(made_up)).lines)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"check": "exchange_ration"}, "exchange_ratio"),
        ({"measure": "move"}, "moved"),
        ({"group": "leader"}, "leaders"),
        ({"group": "everyone"}, "There is no group"),
    ],
)
def test_what_there_is_not_is_refused_with_the_nearest(made_up: validation.Report, given: dict, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        opened(made_up, **given)


# --- what is hidden -------------------------------------------------------------------------------


def with_reserve(young: dict[str, int], of: dict[str, int]) -> validation.Report:
    """The made-up peers with a reserve in some counties: ``of`` people, ``young`` of whom are under the age that counts as young."""
    frames = sample_peers.peers_frames()
    cadres, rows = frames["cadres"].assign(birth_date="1970-01"), []
    for organisation, size in of.items():
        ids = cadres.loc[cadres["organisation_id"].eq(organisation), "cadre_id"].head(size).tolist()
        cadres.loc[cadres["cadre_id"].isin(ids[: young[organisation]]), "birth_date"] = "1999-01"
        rows += [{"entry_id": f"R{id_}", "cadre_id": id_, "listed_on": "2023-01-10"} for id_ in ids]
    key = validation.schema.tables()["reserve"].key
    reserve = pd.DataFrame(rows, dtype=object).rename(columns={"entry_id": key})
    return validation.validate(dataset.from_frames({**frames, "cadres": cadres, "reserve": reserve}))


@pytest.fixture(scope="module")
def worlds() -> list[str]:
    """All that is shown where one county has nought to four young reserve cadres, too few to show, and the others the same each time."""
    of = {"P24": 80, "P23": 60, "P22": 50, "P15": 40}
    told = []
    for few in (0, 1, 3, 4):
        report = with_reserve({"P24": 40, "P23": 33, "P22": 20, "P15": few}, of)
        opened_ = opened(report, check="reserve_pool", measure="young", allow_problems=True)
        table = opened_.chosen.table.set_index("organisation_id")
        assert table["state"]["P15"] == verdict.HIDDEN
        assert opened_.chosen.compared["organisation_id"].tolist() == ["P24", "P23", "P22"]
        assert int(opened_.chosen.compared["k"].sum()) == 93
        told.append(shown(opened_))
    return told


def test_whatever_is_hidden_all_that_is_shown_among_peers_is_the_same(worlds: list[str]) -> None:
    assert len(set(worlds)) == 1
    assert "hidden" in worlds[0]


# --- one table of all results ---------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    where = tmp_path / "data"
    where.mkdir()
    for name, frame in sample_peers.peers_frames().items():
        frame.to_csv(where / f"{name}.csv", index=False)
    return where


def written(path) -> pd.DataFrame:
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"organisation_id": "str"}, keep_default_na=False, na_values=[""])
    return duckdb.sql(f"SELECT * FROM '{path}'").df()


@pytest.mark.parametrize("ending", results_table.WRITERS)
def test_the_results_of_all_organisations_stand_in_one_table_without_people(folder, tmp_path, ending, capsys) -> None:
    out = tmp_path / f"out{ending}"
    wanted = ["exchange_ratio", "tenure_limit"]
    arguments = ["results", "--data", str(folder), "--as-of", "2024-12-31", "--out", str(out), "--slugs", *wanted]
    assert cli.main(arguments) == 0
    assert "24 organisations" in capsys.readouterr().err
    frame = written(out)
    assert list(frame.columns) == results_table.COLUMNS
    assert list(dict.fromkeys(frame["recommendation"])) == wanted
    report = validation.validate(dataset.open_dataset(folder))
    expected = pd.concat([checks.evaluate(slug, report, {"as_of": DAY}).results for slug in wanted])
    assert len(frame) == len(expected)
    assert frame["n"].astype(int).tolist() == expected["n"].astype(int).tolist()
    assert frame["verdict"].tolist() == expected["verdict"].tolist()
    text = frame.to_csv()
    assert not any(cadre in text for cadre in report.dataset["cadres"]["cadre_id"])


def test_results_go_nowhere_into_the_book_and_into_no_other_format(folder, tmp_path, capsys) -> None:
    arguments = ["results", "--data", str(folder), "--as-of", "2024-12-31", "--out"]
    assert cli.main([*arguments, str(tmp_path / "out.xlsx")]) == RequestError.exit_status
    assert ".parquet" in capsys.readouterr().err
    inside = policy.DATA / "out.csv"
    assert cli.main([*arguments, str(inside)]) == RequestError.exit_status
    assert not inside.exists()
