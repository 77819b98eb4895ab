"""Pictures: the same bytes everywhere, words from the data, nothing that harms the page they stand in."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cadre_handbook import figures, i18n, peers
from cadre_handbook.figures import house

SETTINGS = SimpleNamespace(as_of=pd.Timestamp("2024-12-31"))
NASTY = '<script>alert("1")</script> & $x_1$'


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def timelines(met=(True, False, None), days=("2024-03-01", "2024-05-01", "2024-06-01"), slug="t") -> figures.Picture:
    appointed = pd.to_datetime(pd.Series(days))
    rows = pd.DataFrame({"row": range(len(days)), "appointed_on": appointed, "met": pd.array(met, dtype="boolean")})
    bars = pd.DataFrame({"row": rows["row"], "start": appointed - pd.Timedelta(days=1461), "end": pd.NaT})
    bars = bars.assign(hard=rows["row"].eq(1))
    marks = pd.DataFrame({"row": rows["row"], "day": appointed - pd.Timedelta(days=50)}).head(1)
    return figures.timelines(bars, rows, marks, SETTINGS, slug)


def pictures(word: str = "East", rows: slice = slice(None)) -> dict[str, figures.Picture]:
    """One picture of every chart, with `word` among its labels; `rows` takes some rows of its data."""
    cases = frame("group duration event", (word, 30, True), (word, 90, False), (word, 20, True), ("Other", 60, True))
    shares = frame("group series k n target", (word, "2023", 3, 30, 0.25), (word, "2024", 12, 30, 0.25))
    sides = frame("row left right", (word, 31, 18), ("young", 0, 4))
    flows = frame("source target count", (word, "West", 18), ("West", word, 31), ("West", "West", 2))
    against = frame("row k n published", (word, 3, 9, 1.0), ("heads", 8, 9, 7 / 9), ("none", 1, 4, None))
    teams = frame("row part count", (word, "local", 4), (word, "other", 6), ("West", "local", 1), ("West", "other", 9))
    counts = frame("row column count", (word, "home", 2), ("West", "home", 1), ("West", "away", 5))
    pairs = frame(
        "left right k_left n_left k_right n_right least",
        (word, "heads", 4, 10, 1, 10, 0.8),
        ("a", "b", 1, 4, 1, 4, None),
    )
    table = {"settings": SETTINGS, "slug": "some_check"}
    even = [("a", 200, 60, 0), ("b", 60, 20, 0), ("c", 40, 12, 30), (word, 90, 4, 0), ("d", 4, 1, 0)]
    peer = frame("organisation_id n k missing", *even).assign(measure="m", group="", verdict="met", target=0.25)
    peer = peer.assign(value=None, lower=None, upper=None)[rows]
    share = SimpleNamespace(name="m", kind="share")
    return {
        "distribution": figures.distribution(pd.Series([0, 3, 3, 9, 10, 14])[rows], 10, axis=word, **table),
        "matrix": figures.matrix([word, "West"], ["home", "away"], counts[rows], alarm=[(word, "home")], **table),
        "survival": figures.survival(cases[rows], promised=60, **table),
        "bars": figures.bars(shares[rows], **table),
        "diverging": figures.diverging(sides[rows], ("easier", "harder"), **table),
        "flow": figures.flow(flows[rows], **table),
        "dots": figures.dots(against[rows], **table),
        "funnel": figures.funnel(peers.compare(peer, share, "", 10), **table),
        "slopes": figures.slopes(pairs[rows], **table),
        "strips": figures.strips({"local": "Local", "other": word}, teams[rows], threshold=1 / 3, **table),
    }


@pytest.fixture(autouse=True)
def _english_after():
    yield
    i18n.use_language("en")


@pytest.fixture(scope="module")
def drawn() -> dict[str, figures.Picture]:
    return {**pictures(), "timelines": timelines()}


def digest() -> str:
    every = [*pictures("东河县").values(), timelines()]
    return hashlib.sha256("".join(picture.html() for picture in every).encode()).hexdigest()


# The same bytes


def test_two_runs_and_a_process_with_other_settings_give_the_same_bytes(tmp_path):
    here = digest()
    assert digest() == here
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 31\nfont.family: serif\nsvg.fonttype: path\nsvg.hashsalt: other\naxes.facecolor: red\nlines.linewidth: 9\n"
        "hatch.linewidth: 7\nfigure.dpi: 33\nsavefig.dpi: 44\nsavefig.bbox: tight\npath.sketch: 1, 2, 3\ntext.usetex: True\n"
    )
    settings = {
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Shanghai",
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "86400",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    code = (
        "import locale, matplotlib, pandas, test_figures\n"
        "assert matplotlib.rcParams['font.size'] == 31\n"
        "pandas.set_option('display.max_colwidth', 3, 'display.max_rows', 1, 'display.precision', 1, 'display.html.border', 5)\n"
        "print(test_figures.digest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=os.path.dirname(__file__),
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == here


def test_settings_of_the_reader_stay_as_they_were():
    import matplotlib

    with matplotlib.rc_context({"font.size": 31, "svg.hashsalt": "mine"}):
        pictures()
        assert (matplotlib.rcParams["font.size"], matplotlib.rcParams["svg.hashsalt"]) == (31, "mine")


def test_importing_the_module_loads_no_drawing_library():
    code = "import sys; from cadre_handbook import figures; print({'matplotlib', 'lifelines'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "set()"


# What stands in the page


def test_svg_is_well_formed_names_itself_and_brings_nothing_along(drawn):
    for name, picture in drawn.items():
        root = ElementTree.fromstring(picture.svg)
        space = "{http://www.w3.org/2000/svg}"
        title_id, desc_id = root.get("aria-labelledby").split()
        assert [(child.tag, child.get("id"), child.text) for child in list(root)[:2]] == [
            (f"{space}title", title_id, picture.title),
            (f"{space}desc", desc_id, picture.alt),
        ], name
        assert root.get("role") == "img"
        tags = {element.tag.removeprefix(space) for element in root.iter()}
        assert "text" in tags, "text stays text"
        assert not tags & {"metadata", "style", "script", "image", "font", "foreignObject", "a"}
        markup = picture.html()
        assert re.findall(r"https?://[^\"' )<]+", markup) == ["http://www.w3.org/2000/svg"]
        for unwanted in ("<?xml", "<!DOCTYPE", "@font-face", "base64", "dc:date", "matplotlib", "DejaVu", "<script"):
            assert unwanted not in markup, (name, unwanted)
        assert "2024-12-31" in picture.caption
        assert not set(re.findall(r"20\d\d-\d\d-\d\d", markup)) - {"2024-12-31"}, "no day but the one judged on"


def test_every_reference_in_an_svg_has_its_target_and_ids_differ_between_pictures(drawn):
    seen: set[str] = set()
    for name, picture in drawn.items():
        ids = re.findall(r'\bid="([^"]+)"', picture.svg)
        assert len(ids) == len(set(ids)), name
        assert not seen & set(ids), name
        seen |= set(ids)
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', picture.svg)) <= set(ids), name
    assert timelines(slug="a").svg != timelines(slug="b").svg


def test_every_colour_can_be_restyled(drawn):
    for name, picture in drawn.items():
        assert "var(--ch-ink, currentColor)" in picture.svg, name
        for style in re.findall(r'(?:style|fill|stroke)="([^"]*)"', picture.svg):
            assert not re.findall(r"(?<!, )#[0-9a-f]{6}", style), (name, style)


def test_no_text_is_drawn_smaller_than_twelve_pixels_on_a_phone(drawn):
    for name, picture in drawn.items():
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", picture.svg)]
        assert min(sizes) * 358 / figures.WIDTH >= 12, name


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_text_leaves_the_sheet_however_long_its_labels(language):
    i18n.use_language(language)
    long = "Head of the discipline inspection commission of the county 县纪律检查委员会书记、监察委员会主任（兼任）" * 2
    for name, picture in {**pictures(long), "timelines": timelines()}.items():
        width, height = (float(part) for part in re.search(r'viewBox="0 0 (\d+) (\d+)"', picture.svg).groups())
        for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"):
            style = element.get("style")
            size = float(re.search(r"font-size: ([\d.]+)", style)[1])
            anchor = re.search(r"text-anchor: (\w+)", style)[1]
            room = figures.text_width(element.text, size)
            left = float(element.get("x")) - {"start": 0, "middle": room / 2, "end": room}[anchor]
            assert -2 <= left <= left + room <= width + 2, (name, element.text)
            assert size * 0.7 <= float(element.get("y")) <= height, (name, element.text)


def test_labels_are_escaped_in_the_drawing_the_words_and_the_table():
    for name, picture in pictures(NASTY).items():
        ElementTree.fromstring(picture.svg)
        assert "<script" not in picture.html(), name
        assert "alert" in picture.html(), name
    titled = figures.distribution(pd.Series([1]), 10, SETTINGS, "some_check", title=NASTY, caption=NASTY)
    assert (
        titled.html().count("&lt;script&gt;") == 5
    )  # the SVG's title, the title, the caption, the table's name, twice
    assert "<script" not in titled.html()


def test_control_characters_in_a_label_do_not_break_the_drawing():
    picture = pictures("a\x00b\nc\x1b")["matrix"]
    assert "a b c" in picture.svg
    ElementTree.fromstring(picture.svg)


def test_dollar_signs_are_no_formula():
    assert "$x_1$" in "".join(ElementTree.fromstring(pictures("$x_1$")["matrix"].svg).itertext())


def test_picture_shows_as_html_and_as_text(drawn):
    picture = drawn["distribution"]
    bundle = picture._repr_mimebundle_()
    assert bundle == {"text/html": picture.html(), "text/plain": f"{picture.title}\n{picture.alt}"}
    assert bundle["text/html"].startswith('<figure class="ch-figure')
    assert re.search(r"<details><summary>The data as a table</summary>\s*<div class=\"ch-table-box\">", picture.html())


def test_table_shows_long_labels_whole():
    long = "county " * 30
    table = pictures(long.strip())["bars"].html().split("<table")[1]
    assert long.strip() in table


# What the words say


def test_titles_and_alternatives_are_made_from_the_data(drawn):
    said = {name: (picture.title, picture.alt) for name, picture in drawn.items()}
    assert said["distribution"] == (
        "2 of 6 people have been 10 years or more in one post",
        "Histogram of 6 people: half have been 6 full years or less in post, the longest 14. 2 have reached 10 years.",
    )
    assert said["matrix"] == (
        "Most often West, away: 5 of 8",
        "Table of 8 in all. East: home 2; West: home 1, away 5.",
    )
    assert said["timelines"] == (
        "1 of 3 appointments lacks something that should come before it",
        "Timelines of 3 appointments; lacking something: 1, not known: 1.",
    )
    assert said["bars"] == ("1 of 2 shares reach their target", "Bars: East 2023 10 %, East 2024 40 %.")
    assert said["diverging"][0] == "harder: 22 of 53"
    assert said["flow"][0] == "Most go from West to East: 31 of 51"
    assert said["dots"] == (
        "Below the published share in 1 of 2",
        "Dots: East 33 % against 100 %, heads 89 % against 78 %, none 25 % against –.",
    )
    assert said["slopes"] == (
        "The widest gap: East 40 %, heads 10 %",
        "Slopes: East 40 % and heads 10 %, a 25 % and b 25 %.",
    )
    assert said["strips"] == ("Local: 1 of 2 reach 33 %", "Strips of 2 rows, in all Local 5, East 15.")


@pytest.mark.parametrize(
    ("years", "title"),
    [
        ([1, 9], "None of 2 people has been 10 years or more in one post"),
        ([1, 10], "1 of 2 people has been 10 years or more in one post"),
        ([10, 10, None], "2 of 2 people have been 10 years or more in one post"),
    ],
)
def test_distribution_title_follows_the_number(years, title):
    assert figures.distribution(pd.Series(years), 10, SETTINGS, "some_check").title == title


def test_distribution_hatches_exactly_the_years_from_the_limit_on():
    def hatched(years, limit):
        svg = figures.distribution(pd.Series(years), limit, SETTINGS, "some_check").svg
        drawing = svg[: svg.index("<pattern")] if "<pattern" in svg else svg
        return drawing.count("fill: url(#")

    assert hatched([8, 9, 10, 11], 10) == 2
    assert hatched([8, 9], 10) == 0
    assert hatched([8, 9, 10, 11], None) == 0


def test_distribution_data_are_the_counts(drawn):
    assert drawn["distribution"].data.to_numpy().tolist() == [[0, 1], [3, 2], [9, 1], [10, 1], [14, 1]]


def test_matrix_writes_every_number_and_refuses_what_it_has_no_place_for():
    counts = frame("row column count", ("a", "x", 7), ("a", "x", 4), ("b", "y", 1))
    picture = figures.matrix(["a", "b"], ["x", "y"], counts, SETTINGS, "some_check")
    texts = [element.text for element in ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text.isdigit()] == ["11", "0", "0", "1"]
    with pytest.raises(ValueError, match="not among the labels"):
        figures.matrix(["a"], ["x", "y"], counts, SETTINGS, "some_check")


def test_survival_is_kaplan_and_meiers_share():
    # Of four cases one is settled on day 10; one leaves on day 20; of the two left one is settled on day 30.
    cases = frame("group duration event", ("a", 10, True), ("a", 20, False), ("a", 30, True), ("a", 40, False))
    picture = figures.survival(cases, SETTINGS, "some_check", promised=35)
    assert picture.title == "63 % of the cases are settled within 35 days"  # 1 - 3/4 * 1/2
    assert picture.data.iloc[0, 1:4].tolist() == [4, 2, "63 %"]
    later = figures.survival(cases, SETTINGS, "some_check", promised=60)
    assert later.title == "2 of 4 cases are settled", "nobody was seen for sixty days"
    assert later.data.iloc[0, 3] == "–"


def test_survival_draws_long_waits_no_further_than_three_times_the_promise():
    cases = frame("group duration event", ("a", 10, True), ("a", 200, True), ("a", 3000, False))
    cut = figures.survival(cases, SETTINGS, "some_check", promised=100)
    assert "Waits of over 300 days are not drawn." in cut.caption
    assert ">3000</text>" not in cut.svg
    assert cut.data.iloc[0, 1:4].tolist() == [3, 2, "33 %"]
    assert "not drawn" not in figures.survival(cases, SETTINGS, "some_check").caption


def test_survival_in_years_says_years_and_a_limit():
    cases = frame("group duration event", ("a", 1.5, True), ("a", 2.0, False), ("a", 20.0, False))
    picture = figures.survival(cases, SETTINGS, "some_check", promised=5, done="exchanged", in_years=True)
    assert picture.title == "33 % of the cases are exchanged within 5 years"
    assert "limit: 5 years" in picture.svg
    assert "Times of over 15 years are not drawn." in picture.caption
    words = picture.html()
    assert "days" not in words
    assert "day 5" not in words


def test_survival_draws_groups_in_which_all_or_none_are_settled():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cases = frame("group duration event", ("all", 10, True), ("all", 0, True), ("none", 5, False))
        picture = figures.survival(cases, SETTINGS, "some_check", promised=60)
    assert picture.data.iloc[:, 3].tolist() == ["100 %", "–"]
    assert "nan" not in picture.svg


def test_timelines_put_first_what_lacks_something_and_show_no_day_or_key():
    picture = timelines(met=[True] * 20 + [False, None], days=["2011-05-17"] * 22)
    assert picture.data.iloc[:3, -1].tolist() == ["lacking", "not known", "enough"]
    assert len(picture.data) == 12
    assert "12 of 22 are drawn." in picture.caption
    assert "2011" not in picture.html()
    assert picture.data.iloc[0, 1:4].tolist() == [1, 0, "4.0"]


def test_bars_judge_by_the_operator():
    shares = frame("group series k n target", ("a", "", 1, 10, 0.1), ("b", "", 2, 10, 0.1), ("c", "", 2, 10, None))
    assert figures.bars(shares, SETTINGS, "some_check", operator="<=").title == "1 of 2 shares reach their target"
    assert figures.bars(shares, SETTINGS, "some_check").title == "2 of 2 shares reach their target"


# Nothing to show, and Chinese


def test_empty_frames_say_so():
    nothing = pictures(rows=slice(0, 0))
    empty = pd.DataFrame(columns=["row", "appointed_on", "met", "start", "end", "hard", "day"])
    nothing["timelines"] = figures.timelines(empty, empty, empty, SETTINGS, "some_check")
    nothing["no limit"] = figures.distribution(pd.Series([], dtype="Int64"), None, SETTINGS, "some_check")
    for name, picture in nothing.items():
        assert picture.title == "Nothing to show", name
        assert ">Nothing to show</text>" in picture.svg
        assert "<table" not in picture.html()


def test_appointments_without_postings_or_training_are_drawn():
    rows = pd.DataFrame({"row": [7], "appointed_on": pd.to_datetime(["2024-03-01"]), "met": [False]})
    bars = pd.DataFrame({"row": [], "start": [], "end": [], "hard": []})
    picture = figures.timelines(bars, rows, pd.DataFrame({"row": [], "day": []}), SETTINGS, "some_check")
    assert picture.data.iloc[0].tolist() == [1, 0, 0, "0.0", "lacking"]


def test_chinese_is_drawn_without_a_warning_and_measured_as_wide_as_it_is():
    i18n.use_language("zh_CN")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        picture = pictures("纪委书记（监察委员会主任）")["matrix"]
    assert heard == []
    assert 'lang="zh-CN"' in picture.html()
    assert re.search(r"font-family: 'Noto Sans CJK SC'", picture.svg)
    assert figures.text_width("纪委书记", 10) == 40
    lines = figures.wrapped("纪委书记（监察委员会主任）", 80, 10)
    assert "".join(lines) == "纪委书记（监察委员会主任）"
    assert all(figures.text_width(line, 10) <= 80 for line in lines)
    assert not any(line.startswith("）") or line.endswith("（") for line in lines)


# Where things stand


def test_the_finding_comes_first_then_the_drawing_then_how_to_read_it(drawn):
    for name, picture in drawn.items():
        figure = ElementTree.fromstring(picture.html().split("<details>")[0] + "</figure>")
        tags = [child.tag.rpartition("}")[2] for child in figure]
        assert tags == ["figcaption", "svg", "p"], name
        assert "".join(figure[0].itertext()) == picture.title, name
        assert "".join(figure[2].itertext()) == picture.caption, name


def drawn_rects(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every rectangle that is painted."""
    found = []
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", element.get("d", ""))]
        if (
            element.get("d", "").strip().endswith("z")
            and len(numbers) == 8
            and "fill: none" not in element.get("style", "")
        ):
            found.append((min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])))
    return found


def test_a_bar_leaves_room_for_the_line_of_its_target():
    shares = frame("group series k n target", ("a", "", 9, 10, 0.5), ("b", "", 2, 10, 0.5))
    rects = drawn_rects(figures.bars(shares, SETTINGS, "some_check").svg)
    assert len([rect for rect in rects if rect[3] - rect[1] == pytest.approx(20, abs=0.1)]) == 3  # a in two, b in one


def test_a_target_that_all_share_stands_once():
    same = frame("group series k n target", ("a", "", 9, 10, 0.5), ("b", "", 2, 10, 0.5))
    assert figures.bars(same, SETTINGS, "some_check").svg.count(">target 50 %</text>") == 1
    other = frame("group series k n target", ("a", "", 9, 10, 0.5), ("b", "", 2, 10, 0.4))
    svg = figures.bars(other, SETTINGS, "some_check").svg
    assert [svg.count(f">target{words}</text>") for words in ("", " 50 %", " 40 %")] == [1, 1, 1]


def test_a_number_in_a_strip_stands_clear_of_the_line():
    counts = frame("row part count", ("a", "local", 10), ("a", "other", 5))
    parts = {"local": "Local", "other": "Other"}
    picture = figures.strips(parts, counts, SETTINGS, "some_check", threshold=1 / 3)  # the middle of the first part
    texts = list(ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"))
    [number] = [float(text.get("x")) for text in texts if text.text == "10"]
    start, end = min(rect[0] for rect in drawn_rects(picture.svg) if rect[1] > 30), figures.WIDTH - 6
    line = start + (end - start) / 3
    assert abs(number - line) > figures.text_width("10", 15) / 2 + 3


def test_a_rate_that_falls_short_has_a_mark_of_its_own():
    pair = ("left right k_left n_left k_right n_right least", ("a", "b", 4, 10, 1, 10, 0.8))
    short = figures.slopes(frame(*pair), SETTINGS, "some_check").svg
    assert "falls short of it" in short
    enough = figures.slopes(frame(pair[0], ("a", "b", 4, 10, 4, 10, 0.8)), SETTINGS, "some_check").svg
    assert "falls short of it" not in enough


def test_cells_the_title_speaks_of_are_bracketed():
    counts = frame("row column count", ("a", "x", 7), ("b", "y", 1))
    table = (["a", "b"], ["x", "y"], counts, SETTINGS, "some_check")
    strokes = [figures.matrix(*table, marked=marked).svg.count("stroke-width: 1.6") for marked in ((), [("a", "x")])]
    assert strokes[1] - strokes[0] == 2


# Colours: seen by everybody, on a light page, on paper and on a dark page

STYLE = Path(__file__).parents[1] / "book" / "style"
LIGHT_PAGE, DARK_PAGES = "#ffffff", ("#14181e", "#121212")  # of the theme
# How the three kinds of colour-blindness see linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
SEEN = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])


def linear_rgb(colour: np.ndarray) -> np.ndarray:
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """As WCAG 2 defines it."""
    low, high = sorted(float(linear_rgb(colour) @ TO_XYZ[1]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, sight: str) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(np.array(SEEN[sight]) @ linear_rgb(rgb(colour)), 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def dark_colours() -> dict[str, str]:
    [rule] = re.findall(r'html\[data-theme="dark"\] \.ch-figure \{([^}]*)\}', (STYLE / "figures.css").read_text())
    return dict(re.findall(r"--ch-(\w+): (#[0-9a-f]{6})", rule))


def test_a_dark_page_restyles_every_colour():
    assert set(dark_colours()) == set(figures.COLOURS)


def test_contrast_to_the_page_is_enough_for_text_and_shapes_and_ink_stays_readable_on_shades():
    for colours, pages in ((figures.COLOURS, [LIGHT_PAGE]), (dark_colours(), DARK_PAGES)):
        for page in map(rgb, pages):
            assert contrast(rgb(colours["ink"]), page) >= 7
            for role in {*colours} - {"grid"}:  # which carries nothing
                assert contrast(rgb(colours[role]), page) >= 3, role
            for role in (*figures.CATEGORIES, "accent"):
                shade = house.MOST_SHADE * rgb(colours[role]) + (1 - house.MOST_SHADE) * page
                assert contrast(rgb(colours["ink"]), shade) >= 4.5, role


@pytest.mark.parametrize("sight", SEEN)
def test_colours_that_stand_side_by_side_differ_for_everybody_and_in_hatching_too(sight):
    for colours in (figures.COLOURS, dark_colours()):
        for one, other in itertools.combinations(figures.CATEGORIES, 2):
            distance = float(np.linalg.norm(lab(colours[one], sight) - lab(colours[other], sight)))
            assert distance >= 12, (one, other, distance)
    assert len(set(house.HATCHES)) == len(house.HATCHES) == len(figures.CATEGORIES)
