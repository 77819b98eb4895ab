"""Division codes: what a code stands for on a day, and whether two are one place."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from reference import places as plain

from cadre_handbook import places
from cadre_handbook.paths import DATA


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    return pd.read_csv(DATA / "divisions.csv", dtype="str", keep_default_na=False)


def place(code: str | None, day: str, level: str) -> str | None:
    found = places.at_level(pd.Series([code], dtype="str"), day, level)[0]
    return None if pd.isna(found) else found


def same(a: str | None, b: str | None, day: str, level: str = "city") -> bool | None:
    answer = places.same_place(pd.Series([a], dtype="str"), pd.Series([b], dtype="str"), day, level)[0]
    return None if pd.isna(answer) else bool(answer)


# The list


def test_list_is_whole_and_every_successor_was_in_use_when_it_took_over(listed):
    assert len(listed) == 6823
    assert listed["code"].str.fullmatch(r"\d{6}").all()
    assert set(listed["level"]) == set(places.LEVELS)
    periods = listed.assign(
        first=listed["first_year"].astype(int), last=listed["last_year"].replace("", "9999").astype(int)
    )
    assert (periods["first"] < periods["last"]).all()
    assert listed[["code", "first_year"]].equals(listed[["code", "first_year"]].sort_values(["code", "first_year"]))
    heirs = (
        periods.assign(entry=listed["successors"].str.split(";"))
        .explode("entry")
        .query("entry != ''")
        .reset_index(drop=True)
    )
    entries = heirs["entry"].str.extract(r"^(?P<heir>\d{6})(?:\[(?P<year>\d{4})\])?$")
    heirs = heirs.assign(heir=entries["heir"], year=entries["year"].astype("Int64").fillna(heirs["last"]).astype(int))
    met = heirs.reset_index().merge(periods, left_on="heir", right_on="code", suffixes=("", "_heir"))
    in_use = met["first_heir"].le(met["year"]) & met["year"].lt(met["last_heir"])
    assert len(heirs) > 4000
    assert set(met.loc[in_use, "index"]) == set(heirs.index)


def test_no_level_of_a_number_contradicts_its_zeros(listed):
    zeros = listed["code"].map(lambda code: len(re.search("(0000|00)?$", code).group()))
    assert (listed["level"] == zeros.map({0: "county", 2: "city", 4: "province"})).all()


# Successors


@pytest.mark.parametrize(
    ("code", "when", "expected"),
    [
        ("110103", 2009, {"110103"}),
        ("110103", "2009-12-31", {"110103"}),
        ("110103", "2010-01-01", {"110101"}),  # a change is made on 1 January of its year
        ("110103", pd.Timestamp("2024-06-30"), {"110101"}),
        ("512628", 1984, {"512628"}),  # 512628 → 511128 → 513823 → 511422 → 511403
        ("512628", 1990, {"511128"}),
        ("512628", 1999, {"513823"}),
        ("512628", 2005, {"511422"}),
        ("512628", 2020, {"511403"}),
        ("332401", 1990, {"330702", "330721", "330825"}),  # split between two cities
        ("150105", 2005, {"150105"}),  # divided among five districts, one of which keeps its number
        ("211421", 1990, {"211421"}),  # a renaming under the same number
        ("211421", 2020, {"211421"}),
        ("120113", 2024, {"120113"}),  # ceded a part in 2020 and goes on
        ("520600", 2000, {"520600"}),  # not in use yet
        ("110100", 2000, {"110100"}),
        ("522200", 2015, set()),  # a prefecture that ended; the list names no successor
        ("372800", 2000, set()),  # what the list names is only a county it lost years before it ended
        ("231700", 2000, set()),
        ("", 2000, set()),
    ],
)
def test_successors(code, when, expected):
    assert places.successors(code, when) == expected


def test_a_number_used_again_is_another_place():
    # 511402 was a district of Fuling until 1997 and is one of Meishan since 2000
    assert places.successors("511402", 1996) == {"511402"}
    assert places.successors("511402", 2005) == {"511402"}
    assert places.successors("511402", 1998) == {"500102", "511402"}
    assert place("511402", "1998-06-01", "city") is None
    # what became 511402 in Fuling is followed to Chongqing, not to Meishan
    assert places.successors("512301", 2005) == {"500102"}


def test_a_number_given_to_another_place_at_once_begins_anew_and_a_renamed_one_does_not():
    assert [period.first for period in places._periods()["420703"]] == [1984, 1987]
    assert [period.first for period in places._periods()["211421"]] == [1989]


def test_every_code_comes_to_an_end_as_in_the_plain_loop():
    # 542121 and others lost a part that was later merged back into them: the chain must not go round for ever
    for code in places._periods():
        assert places.successors(code, 2024) == plain.successors(code, 2024)


# One code at a level


@pytest.mark.parametrize(
    ("code", "level", "expected"),
    [
        ("330782", "province", "33"),
        ("330782", "city", "3307"),
        ("330782", "county", "330782"),
        ("330700", "county", None),  # coarser than the level asked for
        ("330700", "city", "3307"),
        ("330000", "city", None),
        ("330000", "province", "33"),
        ("231700", "province", None),  # not in the list
        ("429004", "city", "429004"),  # directly under the province
        ("429000", "city", None),
        ("469021", "city", "469021"),
        ("659001", "city", "659001"),
        ("110228", "city", "1101"),
        ("110105", "city", "1101"),
        ("110100", "city", "1101"),
        ("110200", "city", "1101"),
        ("110100", "county", None),
        ("110000", "city", None),
        ("500381", "city", "5001"),
        (None, "city", None),
    ],
)
def test_at_level(code, level, expected):
    assert place(code, "2005-06-01", level) == expected


def test_split_is_missing_only_where_successors_differ():
    assert place("130106", "2005-06-01", "county") is None
    assert place("130106", "2005-06-01", "city") == "1301"
    assert place("640222", "2005-06-01", "city") is None  # went to two cities
    assert place("640222", "2005-06-01", "province") == "64"
    assert place("640222", "2002-12-31", "county") == "640222"


def test_days_outside_the_list_take_its_ends():
    assert place("110103", "1955-01-01", "county") == "110103"
    assert place("110103", "2090-01-01", "county") == "110101"


def test_index_name_and_dtype_are_kept():
    codes = pd.Series(["330782", None], index=[7, 3], name="native", dtype="str")
    found = places.at_level(codes, pd.Series(pd.to_datetime(["2000-01-01", None]), index=[7, 3]), "city")
    assert found.index.tolist() == [7, 3]
    assert found.name == "native"
    assert found.dtype == "string"
    answers = places.same_place(codes, codes, "2000-01-01", "city")
    assert answers.dtype == "boolean"
    assert answers.index.tolist() == [7, 3]
    known = places.is_code(codes)
    assert known.dtype == bool
    assert known.tolist() == [True, False]


def test_missing_day_is_missing():
    day = pd.Series(pd.to_datetime([None, "2000-01-01"]))
    codes = pd.Series(["330782", "330782"])
    assert places.at_level(codes, day, "city").isna().tolist() == [True, False]
    assert places.same_place(codes, codes, day, "city").isna().tolist() == [True, False]


def test_empty():
    none = pd.Series([], dtype="str")
    assert places.at_level(none, "2000-01-01", "city").tolist() == []
    assert places.same_place(none, none, "2000-01-01", "city").tolist() == []
    assert places.is_code(none).tolist() == []


def test_categories_are_taken_too():
    codes = pd.Series(["330782", "330726"], dtype="category")
    assert places.at_level(codes, "2010-01-01", "city").tolist() == ["3307", "3307"]
    assert places.is_code(codes).all()


def test_what_is_refused():
    codes = pd.Series(["330782"])
    elsewhere = pd.Series(["330782"], index=[5])
    with pytest.raises(KeyError):
        places.at_level(codes, "2000-01-01", "township")
    with pytest.raises(KeyError):
        places.same_place(codes, codes, "2000-01-01", "township")
    with pytest.raises(ValueError, match="indexes"):
        places.same_place(codes, elsewhere, "2000-01-01", "city")
    with pytest.raises(ValueError, match="indexes"):
        places.at_level(codes, pd.Series(pd.to_datetime(["2000-01-01"]), index=[5]), "city")


def test_is_code():
    codes = pd.Series(["110103", "110101", "110100", "500200", "231700", "429000", "", "11010", None])
    assert places.is_code(codes).tolist() == [True, True, True, True, False, False, False, False, False]


# Two codes


@pytest.mark.parametrize(
    ("a", "b", "day", "level", "expected"),
    [
        ("330782", "330726", "2000-06-01", "city", True),
        ("330782", "330726", "2000-06-01", "county", False),
        ("330782", "330825", "2000-06-01", "city", False),
        ("330782", "330825", "2000-06-01", "province", True),
        # coarser than asked for, not in the list, blank: missing even when the other digits differ
        ("330000", "330782", "2000-06-01", "city", None),
        ("110000", "330782", "2000-06-01", "city", None),
        ("330700", "420100", "2000-06-01", "county", None),
        ("231700", "231700", "2000-06-01", "city", None),
        (None, "330782", "2000-06-01", "city", None),
        # an old code and the code that continues it
        ("110103", "110101", "2009-06-01", "county", False),
        ("110103", "110101", "2011-06-01", "county", True),
        ("211421", "211481", "1990-06-01", "city", True),  # the city was renamed later
        # a code newer than the day: compared when it has come into use
        ("522222", "520600", "2010-06-01", "city", True),
        ("522222", "520300", "2010-06-01", "city", False),
        ("522222", "520621", "2000-06-01", "county", True),
        ("330283", "330213", "1995-06-01", "county", True),
        ("510202", "500103", "1990-06-01", "province", True),  # Chongqing, still in Sichuan
        ("522200", "520600", "2010-06-01", "city", None),  # the prefecture's successor is not listed
        # counties directly under a province are places of their own
        ("429004", "429005", "2000-06-01", "city", False),
        ("429004", "429004", "2000-06-01", "city", True),
        ("429004", "429005", "2000-06-01", "province", True),
        ("429004", "420100", "2000-06-01", "city", False),
        # municipalities are one city
        ("110105", "110228", "2000-06-01", "city", True),
        ("110105", "110200", "2000-06-01", "city", True),
        ("120105", "110100", "2000-06-01", "city", False),
        ("110105", "110228", "2000-06-01", "county", False),
        ("500384", "500100", "2000-06-01", "city", True),
        # a split: ambiguous where the successors differ
        ("640222", "640104", "2005-06-01", "city", None),
        ("640222", "640104", "2005-06-01", "province", True),
        ("130106", "130102", "2005-06-01", "city", True),
        ("130106", "130102", "2005-06-01", "county", None),
    ],
)
def test_same_place(a, b, day, level, expected):
    assert same(a, b, day, level) is expected
    assert same(b, a, day, level) is expected


@pytest.mark.parametrize("day", ["2011-01-01", "2011-12-31"])
def test_old_and_new_code_are_one_place_all_through_the_year_of_change(day):
    assert same("522222", "520621", day, "county") is True
    assert same("522222", "520600", day, "city") is True
    assert same("522222", "520300", day, "city") is False


def test_nothing_is_said_in_the_year_of_change_that_holds_only_on_one_side_of_it():
    # 110103 was merged into 110101 in 2010
    day = pd.Series(pd.to_datetime(["2009-12-31", "2010-01-01", "2010-12-31", "2011-01-01"]))
    merged = places.same_place(pd.Series(["110103"] * 4), pd.Series(["110101"] * 4), day, "county")
    assert [None if pd.isna(answer) else bool(answer) for answer in merged] == [False, None, None, True]
    whole = places.same_place(pd.Series(["110103"] * 4), pd.Series(["110101"] * 4), day, "city")
    assert whole.tolist() == [True] * 4


def test_the_first_of_january_is_the_border_of_a_year():
    assert place("640222", "2002-12-31", "city") == "6402"
    assert place("640222", "2003-01-01", "city") is None


# Against the plain loop


@pytest.mark.parametrize("level", list(places.LEVELS))
@pytest.mark.parametrize("seed", [1, 2])
def test_equal_to_the_plain_loop(level, seed):
    random = np.random.default_rng(seed)
    codes = np.array(sorted(places._periods()))
    changed = np.array([code for code in codes if len(plain.successors(code, 2024) ^ {code})])
    n = 2000
    a = np.where(random.random(n) < 0.5, random.choice(codes, n), random.choice(changed, n))
    # neighbours and heirs, so that many pairs are one place
    near = codes[np.clip(np.searchsorted(codes, a) + random.integers(-4, 5, n), 0, len(codes) - 1)]
    years = random.integers(1981, 2025, n)
    heirs = [min(plain.successors(code, year) or {code}) for code, year in zip(a, years, strict=True)]
    b = np.where(random.random(n) < 0.5, near, heirs)
    b[random.random(n) < 0.02] = "231700"
    a, b = pd.Series(a, dtype="str"), pd.Series(b, dtype="str")
    a[random.random(n) < 0.02] = None
    days = pd.Timestamp("1975-01-01") + pd.Series(pd.to_timedelta(random.integers(0, 53 * 365, n), unit="D"))
    days[random.random(n) < 0.02] = pd.NaT

    expected_places, expected_same = [], []
    for one, other, day in zip(a, b, days, strict=True):
        year = None if pd.isna(day) else day.year
        one = None if pd.isna(one) else one
        expected_places.append(plain.at_level(one, year, level))
        expected_same.append(plain.same_place(one, other, year, level))
    found = [None if pd.isna(value) else value for value in places.at_level(a, days, level)]
    answers = [None if pd.isna(value) else bool(value) for value in places.same_place(a, b, days, level)]
    assert found == expected_places
    assert answers == expected_same
    assert {True, False, None} == set(answers)
