"""Two columns with lines: who is matched, and who would rather have each other."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from cadre_handbook import figures, i18n

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


def drawn(matched=(("A", "P"), ("B", "Q")), blocking=(), **options) -> figures.Picture:
    return figures.pairs(
        list("ABC"), list("PQ"), matched, SETTINGS, "some_case", ("Cadres", "Posts"), blocking, **options
    )


def test_the_title_says_whether_anybody_would_rather_have_another():
    assert drawn().title == "Nobody would rather have another who would rather have them"
    assert drawn(blocking=[("C", "P")]).title == "One pair would both rather have each other"
    assert drawn(blocking=[("C", "P"), ("A", "Q")]).title == "2 pairs would both rather have each other"


def test_the_words_and_the_table_hold_every_pair():
    picture = drawn(blocking=[("C", "P")])
    assert picture.alt == "Matched: A–P, B–Q. Would both rather have each other: C–P."
    assert picture.data.to_numpy().tolist() == [
        ["A", "P", "matched"],
        ["B", "Q", "matched"],
        ["C", "P", "would both rather have each other"],
    ]


def test_lines_differ_by_dashes_and_the_legend_names_only_what_there_is():
    assert "stroke-dasharray" in drawn(blocking=[("C", "P")]).svg
    assert "stroke-dasharray" not in drawn().svg
    assert "rather have each other" not in drawn().svg.split("</desc>")[1]


def test_nobody_matched_and_nothing_to_show_are_said():
    assert drawn(matched=()).alt.startswith("Matched: nobody.")
    assert figures.pairs([], [], (), SETTINGS, "some_case", ("Cadres", "Posts")).title == "Nothing to show"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_same_bytes_each_time(language):
    i18n.use_language(language)
    assert drawn().html() == drawn().html()
