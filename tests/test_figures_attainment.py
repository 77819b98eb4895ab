"""The histogram of what people have of what was asked of them."""

from __future__ import annotations

from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def drawn(**groups: list[float]) -> figures.Picture:
    rows = [(name.replace("_", " "), value) for name, values in groups.items() for value in values]
    return figures.attainment(pd.DataFrame(rows, columns=["group", "attained"]), SETTINGS, "some_check")


def test_the_words_count_those_who_have_the_whole():
    picture = drawn(below=[0, 0.19, 0.99, 1.0, 1.7], county=[0.5, 3.0])
    assert picture.title == "3 of 7 have what was asked for"
    assert picture.alt == (
        "Histograms: below 2 of 5 have what was asked for, 2 less than a fifth, "
        "county 1 of 2 have what was asked for, 0 less than a fifth."
    )
    assert "As of 2024-12-31." in picture.caption


def test_a_share_that_is_the_whole_but_for_rounding_is_the_whole():
    assert drawn(below=[1 - 1e-12]).title == "1 of 1 have what was asked for"
    assert drawn(below=[0.999]).title == "0 of 1 have what was asked for"


def test_bars_are_a_fifth_wide_and_the_last_holds_everyone_from_twice_as_much():
    data = drawn(below=[0, 0.2, 0.39, 0.8, 1.0, 2.0, 9.0, float("inf")]).data
    counts = dict(zip(data.columns[1:], data.iloc[0, 1:].tolist(), strict=True))
    assert {name: count for name, count in counts.items() if count} == {
        "from 0 %": 1,
        "from 20 %": 2,
        "from 80 %": 1,
        "from 100 %": 1,
        "200 % or more": 3,
    }


def test_exactly_those_short_of_the_whole_are_hatched():
    def hatched(*values: float) -> int:
        svg = drawn(below=list(values)).svg
        drawing = svg[: svg.index("<pattern")] if "<pattern" in svg else svg
        return drawing.count("fill: url(#") - 1  # the legend's sample

    assert hatched(1.0, 1.5) == 0
    assert hatched(0.1, 0.5, 0.55, 1.0) == 2


def test_the_unknown_are_left_out_and_nothing_to_show_is_said():
    assert drawn(below=[1.0, float("nan")]).title == "1 of 1 have what was asked for"
    assert drawn(below=[float("nan")]).title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_same_bytes_each_time_and_no_text_beyond_the_sheet(language):
    i18n.use_language(language)
    long = {"Section level and below 乡科级及以下，含一级主任科员及相当层次职级以下公务员" * 2: [0.1, 1.2], "b": [1.0]}
    picture = drawn(**long)
    assert picture.html() == drawn(**long).html()
    for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
        size = 16 if "16px" in element.get("style") else 15
        anchor = {"start": 0, "middle": 0.5, "end": 1}[element.get("style").split("text-anchor: ")[1].split(";")[0]]
        room = figures.text_width(element.text, size)
        left = float(element.get("x")) - anchor * room
        assert -2 <= left <= left + room <= figures.WIDTH + 2, element.text
