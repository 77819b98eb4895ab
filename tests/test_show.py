"""Tables people read: by eye on a phone, by ear, in print, and copied; and the one legend of the marks of verdicts."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cadre_handbook import checks, chinese_pages, directives, i18n, notebook, show, verdict
from cadre_handbook.i18n import in_language

STYLE = Path(__file__).parents[1] / "book" / "style"


def parsed(source: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{source}</div>".replace('type="checkbox">', 'type="checkbox"/>'))


def cells(source: str, tag: str, css: str | None = None) -> list[str]:
    return [cell.text or "" for cell in parsed(source).iter(tag) if css is None or cell.get("class", "") == css]


# How a table stands


def test_a_table_scrolls_in_a_named_box_that_the_keyboard_reaches():
    root = parsed(show.html_table(pd.DataFrame({"A": ["x"], "B": [1]}), "ch-x", "What is <here>"))
    [box] = [part for part in root.iter("div") if part.get("class") == "ch-scroll"]
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "What is <here>")
    assert [caption.text for caption in box.iter("caption")] == ["What is <here>"]
    assert parsed(show.html_table(pd.DataFrame({"A": ["x"], "B": [1]}), "x")).find(".//caption").text == "Table: A, B"


def test_heads_say_what_they_head():
    root = parsed(show.html_table(pd.DataFrame({"A": ["x", "y"], "B": [1, 2]}), "x"))
    assert [head.get("scope") for head in root.findall(".//thead//th")] == ["col", "col"]
    rows = root.findall(".//tbody/tr")
    assert [[(cell.tag, cell.get("scope")) for cell in row] for row in rows] == [[("th", "row"), ("td", None)]] * 2


def test_numbers_stand_to_the_right_and_ids_do_not():
    frame = pd.DataFrame(
        {
            "Id": ["0421", "12"],
            "Day": ["2024-12-31", "2020-01-01"],
            "Count": [1, 20],
            "Share": [0.5, None],
            "Written": ["1.5", "–"],
            "Figure": ["1 of 2", "–"],
            "Known": [True, False],
        }
    )
    page = show.html_table(frame, "x", numbers=["Figure"])
    assert [head.text for head in parsed(page).findall(".//thead//th[@class='ch-number']")] == [
        *("Count", "Share", "Written", "Figure")
    ]
    assert cells(page, "td", "ch-number") == ["1", "0.50", "1.5", "1 of 2", "20", "–", "–", "–"]
    assert cells(page, "td", "ch-day") == ["2024-12-31", "2020-01-01"]
    rules = (STYLE / "tables.css").read_text()
    [rule] = re.findall(r"\.ch-table \.ch-number \{([^}]*)\}", rules)
    assert "text-align: right" in rule
    assert "tabular-nums" in rule


@pytest.mark.parametrize(("language", "head", "share"), [("en", "Share (%)", "50 %"), ("zh_CN", "Share（%）", "50%")])
def test_a_percent_sign_in_every_cell_moves_to_the_head(language, head, share):
    with in_language(language):
        page = show.html_table(pd.DataFrame({"A": ["x", "y"], "Share": [share, "–"]}), "x")
        assert cells(page, "th")[1] == head
        assert cells(page, "td", "ch-number") == ["50", "–"]
        mixed = show.html_table(pd.DataFrame({"A": ["x", "y"], "Share": [share, "12 days"]}), "x")
        assert cells(mixed, "td") == [share, "12 days"]


def test_every_row_of_a_long_table_is_there_and_a_style_sheet_folds_it():
    def table(rows: int, **how) -> str:
        return show.html_table(pd.DataFrame({"A": [f"row {number}" for number in range(rows)]}), "x", **how)

    long = parsed(table(60))
    first, rest = long.findall(".//tbody")
    assert (len(first), len(rest), rest.get("class")) == (20, 40, "ch-rest")
    assert len(long.findall(".//table")) == 1, "one table: heads line up, and it is copied whole"
    [label] = long.findall(".//label[@class='ch-more']")
    assert "".join(label.itertext()).strip() == "Show all 60 rows"
    assert label.find("input").get("type") == "checkbox"
    assert label.get("style") == "display: none", "without the style sheet every row shows, and nothing asks"
    for short in (table(25), table(60, shown=None)):
        assert "ch-rest" not in short
        assert "ch-more" not in short
    rules = (STYLE / "tables.css").read_text()
    assert ".ch-table-box:has(> .ch-more > input:not(:checked)) .ch-rest { display: none; }" in rules
    assert ".ch-rest { display: table-row-group !important; }" in rules[rules.rindex("@media print") :]


def test_text_is_escaped_and_kept_in_one_line():
    nasty = '<script>alert("1")</script> & \x00two\nlines'
    page = show.html_table(pd.DataFrame({nasty: [nasty]}), "x", nasty)
    assert "<script" not in page
    assert cells(page, "th") == ['<script>alert("1")</script> & two lines'] * 2


def test_an_empty_table_has_its_heads():
    page = show.html_table(pd.DataFrame(columns=["A", "B"]), "x")
    assert cells(page, "th") == ["A", "B"]
    assert cells(page, "td") == []


def test_tables_of_one_notebook_have_names_of_their_own(county, tmp_path):
    run = checks.run("tenure_limit", str(county.write(tmp_path)), as_of="2024-12-31", organisation_id="01100")
    check = notebook.Check(run)
    picture = checks.module("tenure_limit").picture(run)
    shown = check._repr_html_() + show.verdict_table(run) + picture.html()
    names = re.findall(r'aria-label="([^"]+)"', shown)
    assert len(names) == len(set(names)) == 4
    assert "ch-rest" not in show.verdict_table(run), "no verdict is ever folded away"


# The marks of verdicts


def test_marks_differ_and_any_font_has_them():
    from fontTools.ttLib import TTFont
    from matplotlib import get_data_path

    assert set(verdict.MARKS) == set(verdict.VERDICTS) == set(verdict.words()) == set(verdict.meanings())
    assert len(set(verdict.MARKS.values())) == len(verdict.VERDICTS)
    assert all(len(mark) == 1 for mark in verdict.MARKS.values())
    known = TTFont(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf").getBestCmap()
    assert {ord(mark) for mark in verdict.MARKS.values()} <= set(known)
    # Chinese fonts have what the Chinese character set has; the tick and the empty set stand in every one we saw.
    for mark in set(verdict.MARKS.values()) - {"✓", "∅"}:
        mark.encode("gb18030")
        assert len(mark.encode("gbk")) <= 2


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_legend_has_every_mark_with_its_word_and_meaning(language):
    with in_language(language):
        page = show.verdict_legend()
        expected = [[verdict.MARKS[word], verdict.words()[word], verdict.meanings()[word]] for word in verdict.VERDICTS]
        rows = [[cell.text for cell in row] for row in parsed(page).findall(".//tbody/tr")]
        assert rows == expected
        assert show.folded_legend().startswith('<details class="ch-legend"><summary>')
        assert page in show.folded_legend()


def test_the_guide_shows_the_same_legend_with_the_chinese_beside():
    environment = SimpleNamespace(docname="book/guide/verdicts")
    page = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=environment)))
    [source] = directives.VerdictLegend.run(SimpleNamespace(state=page))
    rows = [[cell.text for cell in row] for row in parsed(source.astext()).findall(".//tbody/tr")]
    assert rows[0][:2] == ["✓", "met (符合)"]
    assert [row[2] for row in rows] == [verdict.meanings()[word] for word in verdict.VERDICTS]
    environment.docname = "book/zh/verdicts"
    chinese_pages.speak(None, environment.docname, [])
    [source] = directives.VerdictLegend.run(SimpleNamespace(state=page))
    chinese_pages.be_quiet(None, None)
    rows = [[cell.text for cell in row] for row in parsed(source.astext()).findall(".//tbody/tr")]
    assert rows[0][:2] == ["✓", "符合"], "on a Chinese page in Chinese alone"
    assert "```{verdict-legend}" in (STYLE.parent / "guide" / "verdicts.md").read_text(encoding="utf-8")


def test_the_legend_stands_under_every_table_of_verdicts(county, tmp_path):
    run = checks.run("tenure_limit", str(county.write(tmp_path)), as_of="2024-12-31")
    page = show.verdict_table(run)
    assert page.endswith(show.folded_legend())
    assert page.index("ch-verdicts") < page.index("ch-legend")
    for row in run.results.itertuples():
        assert f">{verdict.MARKS[row.verdict]} {verdict.words()[row.verdict]}<" in page, "the word beside the mark"


# Figures as words


@pytest.mark.parametrize(
    ("slug", "measure", "value", "text"),
    [
        ("team_profile", "mean_age", 53.125, "53.12"),  # a mean is no probability
        ("team_profile", "age_change", -0.0238, "-0.02"),
        ("age_structure", "net_inflow", 35.0, "35"),
        ("exchange_plan", "even_years", 0.0412, "p = 0.041"),
        ("exchange_plan", "even_years", 2e-18, "p < 0.001"),
    ],
)
def test_only_a_probability_is_called_p(slug: str, measure: str, value: float, text: str) -> None:
    row = SimpleNamespace(recommendation=slug, measure=measure, value=value, lower=None, verdict="context", n=9, k=9)
    assert show.figure_text(row) == text
