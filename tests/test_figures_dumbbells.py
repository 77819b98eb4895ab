"""Lines from one event to the next, open where the second has not come."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
# Months, whether the second event came, whether in time, whether the case is counted.
CASES = [
    (6.0, True, True, True),
    (30.0, True, False, True),
    (12.0, False, False, False),
    (26.0, False, False, True),
    (40.0, False, False, True),
]


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def drawn(cases=tuple(CASES), **options) -> figures.Picture:
    table = pd.DataFrame(list(cases), columns=["waited", "ended", "in_time", "counted"])
    return figures.dumbbells(table, 24, SETTINGS, "some_check", **options)


def test_the_words_tell_the_four_ends_apart():
    picture = drawn()
    assert picture.title == "1 of 5 came in time"
    assert picture.alt == (
        "Lines of 5 people, in months: 1 came in time, 1 too late; 2 wait with their time over, 1 within it."
    )
    assert "As of 2024-12-31." in picture.caption


def test_the_longest_waiting_stand_first():
    assert drawn().data.to_numpy().tolist() == [
        [1, "40.0", "still waiting, time over"],
        [2, "26.0", "still waiting, time over"],
        [3, "12.0", "still waiting, time runs"],
        [4, "30.0", "came too late"],
        [5, "6.0", "came in time"],
    ]


def test_a_late_role_of_one_whose_time_runs_no_more_is_late_and_not_in_time():
    assert drawn([(25.0, True, False, True)]).data.iloc[0, 2] == "came too late"
    assert drawn([(23.0, True, True, True)]).data.iloc[0, 2] == "came in time"


def test_more_than_can_be_drawn_are_counted_in_words():
    picture = drawn([(float(month), False, False, True) for month in range(30)], most=10)
    assert "10 of 30 are drawn." in picture.caption
    assert len(picture.data) == 10
    assert picture.data.iloc[0, 1] == "29.0"


def test_the_limit_is_drawn_and_the_legend_names_only_what_there_is():
    svg = drawn([(6.0, True, True, True)]).svg
    assert "24 months" in svg
    assert "came in time" in svg
    assert "still waiting" not in svg


def test_nothing_to_show_is_said():
    assert drawn([]).title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_same_bytes_each_time(language):
    i18n.use_language(language)
    assert drawn().html() == drawn().html()
