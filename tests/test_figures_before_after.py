"""Two groups before and after: words from the data, labels apart, the same bytes."""

from __future__ import annotations

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))


def picture(before=(53.7, 52.4), after=(49.4, 51.0), n=(191, 3703), words=("Movers", "Stayers")) -> figures.Picture:
    table = pd.DataFrame({"label": words, "before": before, "after": after, "n": n})
    return figures.before_after(table, SETTINGS, "some_check", title="A finding")


def texts(drawn: figures.Picture) -> dict[str, tuple[float, float]]:
    """The texts of a drawing by where they stand."""
    root = ElementTree.fromstring(drawn.svg)
    found = {}
    for element in root.iter("{http://www.w3.org/2000/svg}text"):
        place = re.search(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", ""))
        x, y = (place[1], place[2]) if place else (element.get("x"), element.get("y"))
        found[element.text] = (float(x), float(y))
    return found


def test_it_says_what_the_data_say():
    drawn = picture()
    assert drawn.title == "A finding"
    assert "Movers (191) 53.7 and 49.4" in drawn.alt
    assert "0 the lowest and 100 the highest" in drawn.caption
    assert drawn.data.to_numpy().tolist() == [
        ["Movers", 191, "53.7", "49.4", "-4.3"],
        ["Stayers", 3703, "52.4", "51.0", "-1.4"],
    ]
    assert picture().html() == drawn.html()


def test_a_higher_place_stands_higher_and_labels_stay_apart():
    found = texts(picture(before=(53.7, 53.6), after=(40.0, 52.0)))
    assert found["53.7"][1] < found["53.6"][1] - 15
    assert found["52.0"][1] < found["40.0"][1] - 15
    assert found["53.7"][0] < found["52.0"][0]
    one = texts(picture(before=(53.6, 53.7)))
    assert one["53.7"][1] < one["53.6"][1] - 15


@pytest.mark.parametrize("places", [(0.0, 1.0), (99.0, 100.0), (50.0, 50.0), (2.0, 98.0)])
def test_the_scale_holds_what_is_shown(places):
    found = texts(picture(before=places, after=places[::-1]))
    ticks = [int(text) for text in found if text.isdigit()]
    assert min(ticks) <= min(places)
    assert max(ticks) >= max(places)
    assert max(ticks) - min(ticks) >= 20
    assert set(ticks) <= set(range(101))


def test_nobody_is_nothing():
    assert picture(n=(0, 0)).title == "Nothing to show"
    assert "Stayers" not in picture(n=(191, 0)).alt


def test_in_chinese():
    with i18n.in_language("zh_CN"):
        drawn = picture(words=("交流者", "未交流者"))
    assert not re.search(r"[A-Za-z]{3,}", drawn.alt + drawn.caption + " ".join(drawn.data.columns))
