"""Two lanes along a line: what came from one side above, from the other below, without ids or days."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
WORDS = ("reports", "notices", "visits")


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def lanes(*periods: tuple, marks: tuple = (), words=WORDS, axis: str = "Quarter", **values) -> figures.Picture:
    table = pd.DataFrame(periods, columns=["row", "number", "above", "below"])
    table = table.astype({"above": "boolean", "below": "boolean"})
    return figures.lanes(
        table, pd.DataFrame(list(marks), columns=["row", "at"]), words, axis, SETTINGS, "some_check", **values
    )


SOME = (("04210007", 1, True, True), ("04210007", 2, True, False), ("04210009", 1, False, False))


def test_title_alternative_and_data_count_what_came():
    picture = lanes(*SOME, marks=(("04210007", 1.5), ("elsewhere", 1.0)))
    assert picture.title == "3 of 6 messages due are missing"
    assert picture.alt == "Two lanes for 2 cases with 3 periods due; reports: 2, notices: 1."
    assert picture.data.to_numpy().tolist() == [[1, 1, 0, 0, 0], [2, 2, 2, 1, 1]]
    assert lanes(("a", 1, True, False)).title == "1 of 2 messages due is missing"
    assert lanes(("a", 1, True, True)).title == "None of 2 messages due is missing"


def test_what_is_not_known_is_no_gap_and_stands_after_the_gaps():
    picture = lanes(("a", 1, True, True), ("b", 1, pd.NA, True), ("c", 1, True, False))
    assert picture.title == "1 of 6 messages due is missing"
    assert picture.data.iloc[:, 2:4].to_numpy().tolist() == [[1, 0], [0, 1], [1, 1]]


def test_lanes_show_no_key_and_no_day():
    markup = lanes(*SOME).html()
    assert "0421" not in markup
    assert set(re.findall(r"20\d\d-\d\d-\d\d", markup)) == {"2024-12-31"}


def test_a_gap_is_hatched_and_a_message_is_not():
    def hatched(*periods):
        return lanes(*periods).svg.count("fill: url(#")

    of_legend = hatched(("a", 1, True, True))
    assert hatched(("a", 1, True, False)) == of_legend + 1
    assert hatched(("a", 1, False, False)) == of_legend + 2
    assert hatched(("a", 1, pd.NA, True)) == of_legend + 1


def test_only_the_first_lines_are_drawn_and_the_caption_says_so():
    many = [(f"case {number:02d}", 1, number % 2 == 0, True) for number in range(20)]
    picture = lanes(*many)
    assert len(picture.data) == 12
    assert "12 of 20 are drawn." in picture.caption
    assert picture.title == "10 of 40 messages due are missing", "counted in all, not in what is drawn"


def test_the_same_bytes_on_each_run_and_nothing_to_show():
    digests = {hashlib.sha256(lanes(*SOME).html().encode()).hexdigest() for _run in range(2)}
    assert len(digests) == 1
    assert lanes().title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_text_leaves_the_sheet(language):
    i18n.use_language(language)
    long = ("接收单位及时反馈的思想工作生活情况 reports of the host",) * 3
    many = [("a", number, True, False) for number in range(1, 41)]
    picture = lanes(*many, words=long, axis="挂职第几季度 quarter of the secondment")
    for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
        size = float(re.search(r"font-size: ([\d.]+)", element.get("style"))[1])
        anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
        room = figures.text_width(element.text, size)
        left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert -2 <= left <= left + room <= figures.WIDTH + 2, element.text
