"""The strips of months: the share of the days due, and no absence where there is no record."""

from __future__ import annotations

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))


def rows(*given: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["row", "start", "until", "share"])
    return frame.assign(**{day: pd.to_datetime(frame[day]) for day in ("start", "until")})


def cells(*given: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["row", "month", "present", "due"])
    return frame.assign(month=pd.to_datetime(frame["month"]))


ROWS = rows(
    (7, "2024-09-01", "2025-01-01", 0.95), (9, "2024-11-04", "2025-01-01", 0.5), (4, "2024-12-02", "2025-01-01", None)
)
CELLS = cells(
    (7, "2024-09-01", 20, 20),
    (7, "2024-10-01", 9, 10),
    (7, "2024-10-15", 9, 10),
    (7, "2024-11-01", 0, 0),
    (9, "2024-11-04", 8, 19),
    (9, "2024-12-01", None, 22),
)


def drawn(subjects: pd.DataFrame = ROWS, records: pd.DataFrame = CELLS, **given) -> figures.Picture:
    return figures.calendar_strips(records, subjects, 0.9, SETTINGS, "some_check", **given)


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def texts(picture: figures.Picture) -> list[str]:
    return [element.text for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_words_and_table_are_made_from_the_data_the_lowest_first():
    picture = drawn()
    assert picture.title == "1 of 2 were there on less than 90 % of their days"
    assert picture.alt == "Strips of 3 subjects over 12 months: 1 below 90 % of the days due, 1 not known."
    assert picture.data.to_numpy().tolist() == [
        [1, "50 %", 0, 1, 1],  # below in November, nothing known of December
        [
            2,
            "95 %",
            2,
            0,
            1,
        ],  # September, October in two records of nine tenths; nothing due in November; December not known
        [3, "–", 0, 0, 1],
    ]


def test_a_month_without_a_record_is_no_absence():
    assert "0" not in texts(drawn())
    absent = drawn(records=cells((7, "2024-09-01", 0, 20)))
    assert texts(absent).count("0") == 1


def test_a_share_just_below_is_not_rounded_up_to_the_share_asked_for():
    records = cells((7, "2024-09-01", 899, 1000))
    assert "89" in texts(drawn(records=records))


def test_only_the_months_asked_for_and_at_most_twelve_are_drawn():
    numbers = [text for text in texts(drawn(months=3)) if text.isdigit()]
    assert [number for number in numbers if number in ("10", "11", "12")] == ["10", "11", "12"]
    assert "9" not in numbers
    assert "over 12 months" in drawn(months=240).alt


def test_the_lowest_are_drawn_and_the_caption_says_so():
    picture = drawn(most=1)
    assert len(picture.data) == 1
    assert picture.data.iloc[0, 1] == "50 %"
    assert "The lowest 1 of 3 are drawn." in picture.caption


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_it_is_the_same_each_time_large_enough_and_stays_on_its_sheet(language):
    i18n.use_language(language)
    picture = drawn()
    assert picture.svg == drawn().svg
    assert set(re.findall(r"20\d\d-\d\d-\d\d", picture.html())) == {"2024-12-31"}
    width, height = (float(part) for part in re.search(r'viewBox="0 0 (\d+) (\d+)"', picture.svg).groups())
    for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
        size = float(re.search(r"font-size: ([\d.]+)", element.get("style"))[1])
        anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
        room = figures.text_width(element.text, size)
        left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert -2 <= left <= left + room <= width + 2, element.text
        assert 0 < float(element.get("y")) <= height
        assert size * 358 / figures.WIDTH >= 11


def test_nothing_to_show():
    assert drawn(ROWS.iloc[:0]).title == "Nothing to show"
    assert drawn(records=CELLS.iloc[:0]).data.iloc[:, 4].tolist() == [2, 4, 1]
