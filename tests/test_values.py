"""Text to values: what is read, what is refused and why."""

from __future__ import annotations

import pandas as pd
import pytest

from cadre_handbook import schema, values

FIELDS = [(table, field) for table in schema.tables().values() for field in table.fields.values()]
CODED = [pytest.param(field, id=f"{table.name}.{field.name}") for table, field in FIELDS if field.categories]


def column(*cells: str | None) -> pd.Series:
    return pd.Series(cells, dtype="str")


@pytest.mark.parametrize("text", ["2003-07-01", "2003/7/1", "2003.07.01", "20030701", "2003年7月1日", " 2003-7-1 "])
def test_forms_of_a_day(text):
    assert values.parse_date(text) == ("2003-07-01", False, "")


@pytest.mark.parametrize("text", ["2003-07", "2003/7", "2003.07", "2003.7", "2003年7月", "２００３．０７"])
def test_forms_of_a_month_count_as_its_first_day_and_stay_a_month(text):
    assert values.parse_date(text) == ("2003-07-01", True, "")


@pytest.mark.parametrize("text", ["2003-07-01 00:00:00", "2003-07-01T00:00:00", "2003-07-01 00:00:00.000"])
def test_a_day_with_midnight_is_that_day(text):
    assert values.parse_date(text) == ("2003-07-01", False, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("37803", "serial"),
        ("37803.0", "serial"),
        ("2003.1", "month_ambiguous"),
        ("2003", "year_only"),
        ("2003年", "year_only"),
        ("2003.13", "no_such_month"),
        ("2003-00", "no_such_month"),
        ("2003-02-29", "no_such_day"),
        ("20030732", "no_such_day"),
        ("1899-12-31", "year_out_of_range"),
        ("2101-01-01", "year_out_of_range"),
        ("9999-12-31", "year_out_of_range"),
        ("至今", "until_now"),
        ("2003-07-01 08:30", "not_a_date"),
        ("01/07/2003", "not_a_date"),
        ("03.07", "not_a_date"),
        ("2003-07-1x", "not_a_date"),
    ],
)
def test_what_is_no_date_is_not_guessed(text, why):
    assert values.parse_date(text) == (None, False, why)


def test_months_that_only_look_like_a_lost_zero_are_read():
    assert [values.parse_date(text)[0] for text in ("2003.10", "2003.11", "2003.01")] == [
        "2003-10-01",
        "2003-11-01",
        "2003-01-01",
    ]


def test_29_february_is_a_day_in_leap_years_only():
    assert values.parse_date("2000-02-29")[0] == "2000-02-29"
    assert values.parse_date("1900-02-29") == (None, False, "no_such_day")


def test_a_column_of_dates_keeps_order_index_and_empty_cells():
    text = pd.Series(["2003.07", None, "37803", "2003.07"], index=[9, 4, 7, 2], dtype="str")
    found = values.dates(text)
    assert found.index.tolist() == [9, 4, 7, 2]
    assert found["day"].dtype == "datetime64[s]"
    assert found["day"].isna().tolist() == [False, True, True, False]
    assert found["is_month"].tolist() == [True, False, False, True]
    assert found["why"].tolist() == ["", "", "serial", ""]


def test_an_empty_boolean_is_unknown_and_never_false():
    found = values.booleans(column("true", "是", "1", "True", "FALSE", "否", "0", None, "maybe"))
    assert found[:7].tolist() == [True] * 4 + [False] * 3
    assert found[7:].isna().all()


def test_numbers_are_whole_finite_or_not_read():
    found = values.numbers(column("3", "3.0", "３", "3.5", "inf", "nan", "x", None), whole=True)
    assert found[:3].tolist() == [3, 3, 3]
    assert found[3:].isna().all()
    assert values.numbers(column("3.5"), whole=False)[0] == 3.5


@pytest.mark.parametrize("field", CODED)
def test_every_word_for_a_code_is_read_as_that_code(field):
    for item in field.categories:
        words = [word for word in (item.value, item.label, item.label_zh_CN, item.national) if word]
        read = values.codes(column(*words, item.value.upper(), f" {item.label_zh_CN} "), field)
        assert set(read) == {item.value}


@pytest.mark.parametrize("field", CODED)
def test_a_word_near_a_code_is_not_that_code(field):
    assert values.codes(column(field.codes[0] + "x", "x", field.categories[0].label_zh_CN + "某"), field).isna().all()


def test_any_by_knows_yes_no_and_unknown():
    flags = pd.Series([True, None, False, None, False, False], dtype="boolean")
    found = values.any_by(flags, pd.Series(["yes", "yes", "open", "open", "no", "no"]))
    assert found["yes"]
    assert not found["no"]
    assert pd.isna(found["open"])


def test_at_least_so_many_are_sure_or_open_or_ruled_out():
    flags = pd.Series([True, None, True, None, False, True], dtype="boolean")
    keys = pd.Series(["open", "open", "sure", "sure", "sure", "sure"])
    subjects = pd.Series(["sure", "open", "nobody"], index=[3, 4, 5])
    surely, at_most = values.how_many(flags, keys, subjects)
    assert surely.to_dict() == {3: 2, 4: 1, 5: 0}
    assert at_most.to_dict() == {3: 3, 4: 2, 5: 0}
    found = values.at_least(2, flags, keys, subjects)
    assert found[3]
    assert pd.isna(found[4])
    assert not found[5]
    assert not values.at_least(2, flags[:0], keys[:0], subjects).any(), "no row is no event"


def test_lookup_takes_the_row_that_is_named_and_nothing_else():
    table = pd.DataFrame({"key": ["a", None, "b"], "value": pd.array([1, 2, 3], dtype="Int64")})
    found = values.lookup(pd.Series(["b", "z", None, "a"], index=[5, 6, 7, 8]), table, "key", "value")
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found.fillna(-1).tolist() == [3, -1, -1, 1]
    assert found.dtype == "Int64"
