"""The picture of secondments over the calendar: what lies beyond the plan shows, nobody's days are told."""

from __future__ import annotations

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
FIRST = pd.Timestamp("2022-01-01")
DAYS = ["start", "end", "planned_end"]


def bars(*rows: tuple) -> pd.DataFrame:
    columns = ["group", "start", "end", "planned_end", "planned", "settled"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(**{day: pd.to_datetime(frame[day]) for day in DAYS})


IN_ORDER = ("down", "2022-03-07", "2023-03-06", "2023-03-06", True, True)
LATE = ("down", "2022-03-07", "2023-09-06", "2023-03-06", True, True)
FORGOTTEN = ("across", "2023-03-07", "2024-03-06", "2024-03-06", True, False)
UNPLANNED = ("across", "2023-03-07", "2024-03-06", None, False, True)
RUNNING = ("up", "2024-05-13", None, "2025-05-12", True, False)
OVERDUE = ("up", "2023-05-15", None, "2024-12-31", True, False)
ALL = bars(IN_ORDER, LATE, FORGOTTEN, UNPLANNED, RUNNING, OVERDUE)


def drawn(rows: pd.DataFrame = ALL, **given) -> figures.Picture:
    return figures.gantt(rows, FIRST, SETTINGS, "some_check", **given)


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def texts(picture: figures.Picture) -> list[str]:
    return [element.text for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_words_are_made_from_the_data():
    picture = drawn()
    assert picture.title == "2 of 6 secondments ran or run beyond the planned end"
    assert picture.alt == (
        "Bars of 6 secondments: 2 beyond the planned end, 1 not in a plan, 1 ended without a decision on what follows."
    )
    assert picture.data.iloc[:, 1:].to_numpy().tolist() == [
        [12, "0.0", True, "open"],
        [12, "0.0", False, "decided"],
        [18, "6.0", True, "decided"],
        [12, "0.0", True, "decided"],
        [20, "0.0", True, "still running"],
        [8, "0.0", True, "still running"],
    ]


def test_the_day_judged_on_is_beyond_a_planned_end_on_it_and_not_beyond_one_a_day_later():
    a_day_later = bars((*OVERDUE[:3], "2025-01-01", *OVERDUE[4:]))
    assert drawn(bars(OVERDUE)).title.startswith("1 of 1")
    assert drawn(a_day_later).title.startswith("0 of 1")


def test_groups_stand_in_the_order_asked_for_with_their_numbers():
    headings = [text for text in texts(drawn(groups=["up", "none", "down"])) if " · " in text]
    assert headings == ["up · 2", "down · 2", "across · 2"]


def test_what_is_faulty_is_drawn_first_and_then_the_latest_of_every_group():
    many = bars(*[IN_ORDER] * 30, ("up", *IN_ORDER[1:]), FORGOTTEN)
    picture = drawn(many, most=3)
    assert sorted(picture.data.iloc[:, 0]) == ["across", "down", "up"]
    assert "3 of 32 are drawn" in picture.caption
    assert "down · 30" in texts(picture)


def test_no_day_but_the_one_judged_on_is_told():
    assert set(re.findall(r"20\d\d-\d\d-\d\d", drawn().html())) == {"2024-12-31"}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_it_is_the_same_each_time_well_formed_and_large_enough_and_stays_on_its_sheet(language):
    i18n.use_language(language)
    long = "Down to a lower organ of another county, far away, on the other side of the hills 下派到外县基层单位" * 2
    early = (long, "2019-01-01", "2023-01-01", "2020-01-01", False, False)
    ahead = (long, "2024-01-01", None, "2039-01-01", True, False)
    picture = drawn(bars(early, ahead, RUNNING))
    assert picture.svg == drawn(bars(early, ahead, RUNNING)).svg
    width, height = (float(part) for part in re.search(r'viewBox="0 0 (\d+) (\d+)"', picture.svg).groups())
    for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
        size = float(re.search(r"font-size: ([\d.]+)", element.get("style"))[1])
        anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
        room = figures.text_width(element.text, size)
        left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert -2 <= left <= left + room <= width + 2, element.text
        assert 0 < float(element.get("y")) <= height
        assert size * 358 / figures.WIDTH >= 11
    shapes = re.sub(r"<defs>.*?</defs>", "", picture.svg, flags=re.DOTALL)
    xs = [float(x) for path in re.findall(r' d="([^"]+)"', shapes) for x in re.findall(r"[ML] (-?[\d.]+)", path)]
    assert 0 <= min(xs) <= max(xs) <= width


def test_labels_are_escaped():
    picture = drawn(bars(("<script>alert(1)</script>", *IN_ORDER[1:])))
    assert "<script" not in picture.html()


def test_nothing_to_show():
    assert drawn(ALL.iloc[:0]).title == "Nothing to show"
