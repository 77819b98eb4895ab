"""The profile of marks: medians and ranges on one scale, nobody's marks alone, no ids."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
MARKS = {
    "Leading": [3, 4, 4, 5, 5],
    "Peace": [1, 2, 3, 3, 5],
    "Style": [4, 4, None, 4, 4],
}


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def profile(marks=None, **values) -> figures.Picture:
    return figures.profile(pd.DataFrame(marks or MARKS, dtype="Float64"), (1, 5), SETTINGS, "some_check", **values)


def test_title_alternative_and_data_say_the_medians():
    picture = profile(least=4)
    assert picture.title == "Lowest median: Peace, 3 of 5"
    assert picture.alt == "Profile of marks, medians: Leading 4, Peace 3, Style 4."
    assert picture.data.to_numpy().tolist() == [["Leading", 5, 3, 4, 5], ["Peace", 5, 1, 3, 5], ["Style", 4, 4, 4, 4]]
    assert profile({"a": [4] * 5, "b": [3, 4, 4, 4, 5]}).title == "Every median is 4 of 5"


def test_an_ability_with_few_marks_is_named_and_its_marks_are_not_shown():
    picture = profile()  # Style has four marks
    assert picture.data.iloc[2].tolist()[:2] == ["Style", 4]
    assert picture.data.iloc[2, 2:].isna().all()
    assert "Style" not in picture.alt
    assert ">too few</text>" in picture.svg
    assert "With fewer than 5 marks nothing is drawn." in picture.caption
    assert "nothing is drawn" not in profile(least=4).caption
    shown, hidden = (profile(least=least).svg.count("<path") for least in (4, 5))
    assert hidden < shown


def test_marks_stand_where_the_scale_has_them():
    one, other = (profile({"a": [mark] * 5}).svg for mark in (2, 4))
    assert one != other
    assert [float(element.get("y")) for element in ElementTree.fromstring(one).iter() if element.text == "5"]


def test_the_same_bytes_on_each_run_and_nothing_to_show():
    digests = {hashlib.sha256(profile().html().encode()).hexdigest() for _run in range(2)}
    assert len(digests) == 1
    assert profile({"a": [None] * 5}).title == "Nothing to show"
    assert profile({"a": [5, 5]}).title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_text_leaves_the_sheet(language):
    i18n.use_language(language)
    picture = profile({"提高维护地区和谐安全稳定的能力 keeping the peace of the whole place" * 2: [1, 2, 3, 4, 5]})
    for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
        size = float(re.search(r"font-size: ([\d.]+)", element.get("style"))[1])
        anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
        room = figures.text_width(element.text, size)
        left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert -2 <= left <= left + room <= figures.WIDTH + 2, element.text
