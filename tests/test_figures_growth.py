"""The pyramid, the panels and the curves of incidence: what they say comes from the data, small counts do not show, nothing leaves the sheet."""

from __future__ import annotations

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
SIDES = {"male": "men", "female": "women"}


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def people(*rows: tuple[int, str, int]) -> pd.DataFrame:
    return pd.DataFrame([{"age": age, "side": side} for age, side, count in rows for _each in range(count)])


EVENLY = people(*((age, side, 5) for age in (27, 32, 37, 42, 52) for side in SIDES))


def pyramid(table: pd.DataFrame = EVENLY, **values) -> figures.Picture:
    return figures.pyramid(table, SIDES, SETTINGS, "some_check", **{"least": 5, "edge": 35, **values})


def panels(**values) -> figures.Picture:
    rows = [("Mean age", "Party", 44.2, 47.0, 41.7, False), ("Educated", "Party", 0.8, float("nan"), 0.79, True)]
    table = pd.DataFrame(rows, columns=["panel", "row", "now", "then", "beside", "is_share"])
    return figures.panels(
        table.assign(**values), SETTINGS, "some_check", ("now", "then", "Jiujiang"), title="A finding"
    )


def incidence(rows: list[tuple[float, int]]) -> figures.Picture:
    table = pd.DataFrame([{"group": "here", "duration": years, "event": event} for years, event in rows])
    return figures.incidence(table, SETTINGS, "some_check", at=3)


def test_bands_are_joined_until_each_side_has_enough_and_never_across_the_edge() -> None:
    assert pyramid().data["Age"].tolist() == ["under 30", "30–34", "35–39", "40–44", "45 and over"]
    few = pd.concat([EVENLY, people((33, "male", 1), (47, "female", 4))])
    picture = pyramid(few)
    assert picture.data["men"].tolist() == [5, 6, 5, 5, 5]
    assert picture.data["women"].tolist() == [5, 5, 5, 5, 9]
    assert min(pyramid(few, least=9).data[["men", "women"]].min()) >= 9


def test_a_side_with_too_few_is_not_drawn_at_all() -> None:
    table = pd.concat([EVENLY[EVENLY["age"] > 35], people((30, "male", 9), (30, "female", 4))])
    assert pyramid(table).title == "Too few people to draw"
    assert "4" not in pyramid(table).alt
    assert pyramid(EVENLY.assign(age=pd.NA)).title == "Nothing to show"


def test_who_lacks_age_or_sex_is_told_and_not_drawn() -> None:
    table = pd.concat([EVENLY, pd.DataFrame({"age": [30, None], "side": [None, "male"]})])
    assert "not known: 2." in pyramid(table).caption
    assert pyramid(table).data["men"].sum() == 25


def test_panels_show_now_then_and_the_figure_beside() -> None:
    picture = panels()
    assert picture.data.iloc[0].tolist() == ["Mean age", "Party", "44.20", "47", "41.70"]
    assert picture.data.iloc[1, 3] == "–"
    assert "Educated, Party 80 %" in picture.alt
    assert panels(now=float("nan")).title == "Nothing to show"


def test_incidence_is_that_of_two_ends_that_compete() -> None:
    # Four stays: one rises after a year, one leaves after two, one rises after two and a half, one waits.
    # 1/4, then of the half that is left after the leaving one of two: 1/4 + 1/2 · 1/2 = 1/2.
    picture = incidence([(1, 1), (2, 2), (2.5, 1), (4, 0)])
    assert picture.title == "Within 3 years rose: here 50 %"
    assert "25 % left" in picture.alt
    # Were the leaver taken for one who waits, it would be 1/4 + 3/4 · 1/2.
    assert incidence([(1, 1), (2, 0), (2.5, 1), (4, 0)]).title == "Within 3 years rose: here 63 %"


def test_ties_do_not_make_it_differ_from_run_to_run() -> None:
    rows = [(1, 1), (1, 2), (1, 0), (2, 1), (2, 2), (2, 2), (3, 0)]
    assert incidence(rows).html() == incidence(rows[::-1]).html() == incidence(rows).html()
    assert incidence([(1, 0), (2, 2)]).title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_text_leaves_the_sheet(language: str) -> None:
    i18n.use_language(language)
    for picture in (pyramid(), panels(row="县" * 40), incidence([(1, 1), (2, 2), (2.5, 1), (14, 0)])):
        for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
            size = float(re.search(r"font-size: ([\d.]+)", element.get("style"))[1])
            anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
            room = figures.text_width(element.text, size)
            left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
            assert -2 <= left <= left + room <= figures.WIDTH + 2, element.text
