"""The parity plot: what is hidden is said to be hidden, and not drawn."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
NAN = float("nan")
NASTY = '<script>alert("1")</script> & $x_1$'


def points(*rows: tuple, where: str = "") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["label", "series", "here", "all", "hidden"])
    return table.assign(where=where)


ROWS = (
    ("women", "reserve", 0.30, 0.30, False),
    ("women", "teams", 0.20, 0.30, False),
    ("minority", "reserve", NAN, NAN, True),
    ("minority", "teams", 0.08, 0.10, False),
)


def drawn(*rows: tuple, **options) -> figures.Picture:
    return figures.parity(points(*rows, **options), SETTINGS, "some_check", 0.8)


def marks(picture: figures.Picture) -> int:
    return len(re.findall(r"<use\b", picture.svg))


def test_the_title_counts_the_shares_below_the_least_ratio():
    picture = drawn(*ROWS)
    assert picture.title == "1 of 3 shares lie below 0.80 of the share among all"  # 8 % of 10 % is just enough
    assert "women, 20 % in teams against 30 % of all" in picture.alt


def test_what_is_hidden_is_named_and_not_drawn():
    picture = drawn(*ROWS)
    said = "Hidden, for the counts are small: minority in reserve."
    assert said in picture.caption
    assert said in picture.alt
    assert list(picture.data["Share in the body"]) == ["30 %", "20 %", "hidden", "8 %"]
    assert list(picture.data["Share among all cadres"]) == ["30 %", "30 %", "hidden", "10 %"]
    without = drawn(*(row for row in ROWS if not row[4]))
    assert marks(picture) == marks(without)


def test_a_hidden_share_that_came_along_by_mistake_is_not_drawn():
    mistaken = drawn(*ROWS[:2], ("minority", "reserve", 0.01, 0.10, True), ROWS[3])
    assert mistaken.html() == drawn(*ROWS).html()


def test_with_everything_hidden_the_picture_says_so():
    picture = drawn(("women", "reserve", NAN, NAN, True))
    assert picture.title == "Too few people to draw"
    assert "women in reserve" in picture.alt
    assert picture.data.empty
    assert marks(picture) == 0


def test_with_nothing_at_all_there_is_nothing_to_show():
    assert drawn(("women", "reserve", NAN, NAN, False)).title == "Nothing to show"


def test_of_several_organisations_the_points_are_told_apart_in_the_table():
    picture = drawn(*ROWS, where="0421")
    assert next(iter(picture.data["Group"])) == "0421 · women"
    assert ">women<" not in picture.svg


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_same_bytes_each_time_and_no_markup_from_the_data(language):
    i18n.use_language(language)
    nasty = ((NASTY, NASTY, 0.3, 0.3, False), (NASTY, "b", NAN, NAN, True))
    one, other = drawn(*nasty), drawn(*nasty)
    assert one.html() == other.html()
    assert "<script" not in one.html()


def test_marks_differ_by_form_as_well_as_by_colour():
    svg = drawn(*ROWS).svg
    reserve, teams = drawn(ROWS[0]).svg, drawn(ROWS[1]).svg
    assert "--ch-accent" in reserve
    assert "--ch-second" in svg
    assert re.sub(r"some_check-\w+", "", reserve) != re.sub(r"some_check-\w+", "", teams)
