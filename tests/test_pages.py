"""Every page of a check has the same frame, shows the code that runs, and sets Chinese and colours as they should be."""

from __future__ import annotations

import dataclasses
import re
import types
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import yaml
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document

from cadre_handbook import checks, policy, show, verdict
from cadre_handbook.chinese_spans import MarkChinese, marked_html
from cadre_handbook.i18n import in_language
from cadre_handbook.shown_code import shown_code, start

ROOT = Path(__file__).parents[1]
# The sections of a page in their order, each with what must stand in it.
FRAME = {
    "": ["{verdict-box} SLUG"],
    "What the documents recommend": ["{recommends} SLUG"],
    "The rule as checked": ["{check-code} SLUG", "{measures} SLUG", "{parameters} SLUG"],
    "The made-up county": ["{glue} verdicts", "{glue} picture"],
    "Run it on your data": ["{run-it} SLUG"],
    "What this check cannot tell": ["{cannot-tell} SLUG"],
    "Exercise": ["{exercise}", "{solution} SLUG_exercise"],
    "Where to go next": [],
}
# Those of a page that judges nothing of its own, by its kind.
FRAMES = {
    "check": FRAME,
    "case": {
        "": [],
        "What the document tells": ["{recommends} SLUG"],
        "The figures": ["{check-code} SLUG"],
        "Run it on your data": ["{run-it} SLUG"],
        "What this case cannot tell": ["{cannot-tell} SLUG"],
        "Exercise": ["{exercise}", "{solution} SLUG_exercise"],
        "Where to go next": [],
    },
    "overview": {
        "": [],
        "What it shows": [],
        "How it is made": ["{check-code} SLUG"],
        "The made-up county": ["{glue}"],
        "Run it on your data": ["{run-it} SLUG"],
        "What it cannot tell": ["{cannot-tell} SLUG"],
        "Exercise": ["{exercise}", "{solution} SLUG_exercise"],
        "Where to go next": [],
    },
}
DIRECTIVE = re.compile(r"^`{3,}(\{[a-z-]+\}.*)$", re.MULTILINE)


# --- the frame ------------------------------------------------------------------------------------


def sections(text: str) -> dict[str, str]:
    """What stands under each heading of the second level; under the empty one what stands before the first."""
    found, name, fence = {"": ""}, "", ""
    for line in text.splitlines(keepends=True)[1:]:
        opened = re.match(r"`{3,}|:{3,}", line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif opened:
            fence = opened[0]
        elif line.startswith("## "):
            name = line[3:].strip()
            assert name not in found, f"two sections are called {name}"
            found[name] = ""
            continue
        found[name] += line
    return found


def out_of_frame(text: str, slug: str) -> list[str]:
    """Everything in which a page differs from the frame, a sentence each."""
    recommendation, kind = policy.load_page(slug), policy.catalogue()[slug]["kind"]
    frame = FRAMES[kind]
    title = f"# {recommendation.title} ({recommendation.title_zh_CN})"
    faults = [] if text.startswith(f"{title}\n") else [f"the title is not {title}"]
    found = sections(text)
    if list(found) != list(frame):
        return [*faults, f"the sections are {list(found)}"]
    if kind == "check" and not found[""].lstrip().startswith(f"```{{verdict-box}} {slug}\n"):
        faults.append("the verdict box does not stand right under the title")
    for name, wanted in frame.items():
        there = DIRECTIVE.findall(found[name])
        places = []
        for directive in wanted:
            needed = directive.replace("SLUG", slug)
            place = next((i for i, one in enumerate(there) if one == needed or one.startswith(f"{needed} ")), None)
            if place is None:
                faults.append(f"{name or 'the head'} lacks {needed}")
            else:
                places.append(place)
        if places != sorted(places):
            faults.append(f"{name} has another order than {wanted}")
    if "](" not in found["Where to go next"]:
        faults.append("nowhere to go next")
    if "literalinclude" in text:
        faults.append("code is listed by hand")
    return faults


def page_of(slug: str) -> str:
    return (ROOT / "book" / policy.catalogue()[slug]["part"] / f"{slug}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", policy.catalogue())
def test_a_page_has_the_frame_of_its_kind(slug: str) -> None:
    assert out_of_frame(page_of(slug), slug) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# Ten", "# Twelve", "the title is not"),
        ("## Exercise\n", "## Try it\n", "the sections are"),
        ("```{verdict-box} tenure_limit\n```\n", "", "right under the title"),
        ("{verdict-box} tenure_limit", "{verdict-box} key_posts", "right under the title"),
        ("```{check-code} tenure_limit\n```\n", "", "lacks {check-code} tenure_limit"),
        ("{parameters} tenure_limit", "{parameters} key_posts", "lacks {parameters} tenure_limit"),
        ("```{glue} picture", "```{glue} sensitivity", "lacks {glue} picture"),
        ("```{measures} tenure_limit\n```\n\n```{parameters} tenure_limit\n```", "```{parameters} tenure_limit\n```\n```{measures} tenure_limit\n```", "another order"),
        ("## Where to go next\n", "## Where to go next\n\n```{literalinclude} x.py\n```\n", "by hand"),
    ],
)  # fmt: skip
def test_a_page_out_of_the_frame_is_found(old: str, new: str, fault: str) -> None:
    text = page_of("tenure_limit")
    assert old in text
    assert any(fault in found for found in out_of_frame(text.replace(old, new), "tenure_limit"))


def test_a_heading_inside_a_fence_is_no_section() -> None:
    assert list(sections("# T\n\n````{solution} x\n## no\n```\n## nor this\n```\n````\n\n## Yes\n")) == ["", "Yes"]


# --- the code beside the rule ---------------------------------------------------------------------


def code_objects(function) -> list[types.CodeType]:
    """The code of a function with that of the functions and comprehensions inside it."""
    found = [function.__code__]
    for code in found:
        found += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return found


def reached_at_run_time(module) -> set[str]:
    """The module's own functions and constants that the compiled `facts` names, directly or through others."""
    names: set[str] = set()
    waiting = {start(module.__name__.rpartition(".")[2])}
    while waiting:
        name = waiting.pop()
        names.add(name)
        value = getattr(module, name)
        if getattr(value, "__module__", None) == module.__name__ and hasattr(value, "__code__"):
            used = {used for code in code_objects(value) for used in code.co_names if hasattr(module, used)}
            waiting |= {used for used in used - names if defined_in(module, used)}
    return names


def defined_in(module, name: str) -> bool:
    source = Path(module.__file__).read_text(encoding="utf-8")
    return re.search(rf"^(def {name}\b|class {name}\b|{name}\b.*=|\w+, {name} =)", source, re.MULTILINE) is not None


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_code_shown_is_the_code_that_decides(slug: str) -> None:
    module = checks.module(slug)
    source = Path(module.__file__).read_text(encoding="utf-8")
    shown = shown_code(slug)
    assert shown.path == Path(module.__file__)
    places = [source.index(block) for block in shown.blocks]
    assert places == sorted(places), "the module's own order"
    text = "\n".join(shown.blocks)
    for name in reached_at_run_time(module):
        assert re.search(rf"^(def |class )?(\w+, )?{name}\b", text, re.MULTILINE), f"{name} decides and is not shown"
    for name in ("picture", "notes", "remarks"):
        assert f"def {name}(" not in text, f"{name} decides nothing"
    assert "import" not in {line.split(" ")[0] for line in text.splitlines()}


def test_what_only_draws_is_not_shown() -> None:
    shown = "\n".join(shown_code("exchange_ratio").blocks)
    assert "YEARS_SHOWN" in Path(checks.module("exchange_ratio").__file__).read_text(encoding="utf-8")
    assert "YEARS_SHOWN" not in shown
    assert "def _with_shortfall(" in shown


def test_the_shared_functions_come_with_what_they_do() -> None:
    calls = dict(shown_code("exchange_ratio").calls)
    assert {"history.moves", "values.lookup", "verdict.fact_rows", "verdict.shortfall"} <= set(calls)
    assert calls["history.moves"].startswith("Every change of substantive post")
    assert not any(name.startswith(("figures", "i18n")) for name in calls)


# --- the verdict box ------------------------------------------------------------------------------


class Items(HTMLParser):
    """The lines of a box: the text of each `li`, and whether it stands in a fold."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.folded: list[bool] = []
        self.in_fold = self.in_item = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs) -> None:
        self.in_fold = self.in_fold or tag == "details"
        if tag == "li":
            self.in_item = True
            self.lines.append("")
            self.folded.append(self.in_fold)

    def handle_endtag(self, tag: str) -> None:
        self.in_item = self.in_item and tag != "li"

    def handle_data(self, data: str) -> None:
        if self.in_item:
            self.lines[-1] += data


@pytest.fixture(scope="module")
def run() -> checks.Run:
    return checks.run("tenure_limit")


def with_verdicts(run: checks.Run, words: list[str]) -> checks.Run:
    """The run with as many results as there are words, each with the verdict of its word."""
    rows = [run.results.iloc[[0]].assign(verdict=word, k=number) for number, word in enumerate(words)]
    return dataclasses.replace(run, results=pd.concat(rows, ignore_index=True))


def test_the_box_says_of_every_measure_mark_word_figure_target_and_origin(run: checks.Run) -> None:
    box = show.verdict_box(run)
    lines = Items(box).lines
    assert len(lines) == len(run.results)
    for row in run.results.itertuples():
        (line,) = [line for line in lines if verdict.measure_label(run.policy, row.measure, row.group) in line]
        for part in (verdict.MARKS[row.verdict], verdict.words()[row.verdict], show.figure_text(row)):
            assert part in line
        if verdict.target_text(row):
            assert f"{verdict.target_text(row)} ({show.origin_word(row.origin)})" in line
    assert "The made-up county at the end of <time>2024-12-31</time>" in box


def test_the_box_puts_what_was_not_met_first_and_folds_a_long_list(run: checks.Run) -> None:
    words = [verdict.CONTEXT, verdict.MET, verdict.CANNOT_TELL, verdict.NOT_MET, verdict.MET, verdict.NOT_MET]
    box = show.verdict_box(with_verdicts(run, words))
    items = Items(box)
    order = ["not met", "not met", "cannot tell", "met", "met", "context"]
    assert [line.split(" ", 1)[1].startswith(word) for line, word in zip(items.lines, order, strict=True)] == [True] * 6
    assert items.folded == [False] * 4 + [True] * 2
    assert "2 more: ✓ 1 met, i 1 context" in box


def test_a_fold_that_would_hide_one_line_is_none(run: checks.Run) -> None:
    assert "<details>" not in show.verdict_box(with_verdicts(run, [verdict.MET] * 5))
    assert "<details>" in show.verdict_box(with_verdicts(run, [verdict.MET] * 6))


def test_a_figure_beside_a_published_one_has_no_target(run: checks.Run) -> None:
    results = run.results.assign(operator=None, verdict=verdict.CONTEXT, target=0.6, origin="doc").iloc[:1]
    (line,) = Items(show.verdict_box(dataclasses.replace(run, results=results))).lines
    assert "beside 0.6 (the documents)" in line
    assert "target" not in line


def test_the_box_names_the_data_where_they_are_not_the_sample_and_escapes_them(run: checks.Run) -> None:
    other = dataclasses.replace(run, dataset=dataclasses.replace(run.dataset, where="/data/<b>"))
    box = show.verdict_box(other)
    assert "made-up" not in box
    assert "/data/&lt;b&gt; at the end of" in box


def test_the_box_and_the_counts_speak_chinese(run: checks.Run) -> None:
    with in_language("zh_CN"):
        box, counts = show.verdict_box(run), show.verdict_counts(run)
    assert "虚构县" in box
    assert "不符合" in counts
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<[^>]+>", "", box + counts))


def test_the_counts_are_of_all_results(run: checks.Run) -> None:
    words = [verdict.MET, verdict.NOT_MET, verdict.MET]
    text = re.sub(r"<[^>]+>", "", show.verdict_counts(with_verdicts(run, words)))
    assert text == f"{verdict.MARKS['not met']} 1 not met {verdict.MARKS['met']} 2 met"


# --- Chinese in an English page -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<p>a stay (连续任职) is</p>", '<p>a stay (<span lang="zh-CN">连续任职</span>) is</p>'),
        ("<td>《公务员法》第67条。</td>", '<td><span lang="zh-CN">《公务员法》第67条。</span></td>'),
        ('<a title="任职">x</a>', '<a title="任职">x</a>'),
        (
            "<svg><text>任职</text><g></g></svg> 任职",
            '<svg><text>任职</text><g></g></svg> <span lang="zh-CN">任职</span>',
        ),
        ("<code>任职</code><br/>交流", '<code>任职</code><br/><span lang="zh-CN">交流</span>'),
        ("“quoted” — and … no Chinese", "“quoted” — and … no Chinese"),
    ],
)
def test_chinese_in_html_is_marked_and_nothing_else(source: str, wanted: str) -> None:
    assert marked_html(source) == wanted


def marked_document(docname: str) -> nodes.document:
    document = new_document("page", get_default_settings())
    document += nodes.paragraph("", "", nodes.Text("A stay (连续任职), "), nodes.literal("", "任职"))
    document += nodes.raw("", "<i>交流</i>", format="html")
    config = types.SimpleNamespace(language="en")
    app = types.SimpleNamespace(config=config)
    document.settings.env = types.SimpleNamespace(config=config, app=app, docname=docname)
    MarkChinese(document).run()
    return document


def test_chinese_in_prose_is_marked_and_in_code_is_not() -> None:
    document = marked_document("book/guide/run")
    (span,) = document.findall(nodes.inline)
    assert (span.astext(), span["classes"]) == ("连续任职", ["language-zh-CN"])
    assert document.children[0].astext() == "A stay (连续任职), 任职"
    assert document.children[1].astext() == '<i><span lang="zh-CN">交流</span></i>'


def test_a_chinese_page_is_left_as_it_is() -> None:
    assert list(marked_document("book/zh/run").findall(nodes.inline)) == []


# --- the look -------------------------------------------------------------------------------------

STYLE = (ROOT / "book" / "style" / "handbook.css").read_text(encoding="utf-8")
GROUNDS = ("--pst-color-background", "--pst-color-on-background", "--pst-color-surface")
WORDS = (
    *("--pst-color-text-base", "--pst-color-text-muted", "--pst-color-link", "--pst-color-link-hover"),
    *("--pst-color-inline-code", "--pst-color-primary", "--ch-met", "--ch-not-met", "--ch-open"),
)


def palette(theme: str) -> dict[str, str]:
    blocks = re.findall(rf'html\[data-theme="{theme}"\] \{{(.*?)\}}', STYLE, re.DOTALL)
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", "".join(blocks)))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(theme: str) -> None:
    colours = palette(theme)
    faint = [
        f"{word} on {ground}: {contrast(colours[word], colours[ground]):.2f}"
        for word in WORDS
        for ground in GROUNDS
        if contrast(colours[word], colours[ground]) < 4.5
    ]
    assert faint == []


def test_the_contrast_is_worked_out_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_logo_and_icon_are_one_small_drawing_of_its_own() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["logo"] == config["html"]["favicon"]
    drawing = ROOT / config["logo"]
    assert drawing.stat().st_size < 2000
    tree = ElementTree.fromstring(drawing.read_text(encoding="utf-8"))
    assert tree.get("viewBox")
    assert tree.find("{http://www.w3.org/2000/svg}title").text
    assert not any(name.endswith("href") for element in tree.iter() for name in element.attrib)
