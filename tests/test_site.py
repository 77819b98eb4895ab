"""What the built pages load, and what of them is searched."""

from __future__ import annotations

import re

import pytest
from docutils import nodes
from sphinx.errors import ExtensionError

from cadre_handbook import site, site_search

HEAD = (
    '<link rel="stylesheet" href="../_static/styles/theme.css?v=1" /><script src="../_static/copybutton.js"></script>'
)


def page(head: str = HEAD, body: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


def test_a_page_loads_one_stylesheet_and_one_script() -> None:
    text, loaded = site.rewrite(page(), "book/a.html", own=[], version="7")
    assert re.findall(r"(?:href|src)=\"([^\"]+)\"", text) == ["../_static/bundle.css?v=7", "../_static/bundle.js?v=7"]
    assert loaded == site.Loaded([("styles/theme.css", "")], ["copybutton.js"])
    assert text.count('name="viewport"') == 1


@pytest.mark.parametrize("name", site.NOT_NEEDED)
def test_scripts_that_are_not_needed_go(name: str) -> None:
    text, loaded = site.rewrite(
        page(f'<script defer src="../_static/{name}?digest=1"></script>'), "book/a.html", own=[]
    )
    assert name not in text
    assert loaded.scripts == []


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ('<script src="../_static/require.min.js"></script>', "book/a.html loads ../_static/require.min.js"),
        ('<script src="https://cdn.example/MathJax.js"></script>', "book/a.html loads https://cdn.example/MathJax.js"),
        ('<script src="https://cdn.example/copybutton.js"></script>', "from the outside: https://cdn.example"),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', "from the outside: https://cdn.example"),
        ("<script>fetch('a')</script>", "book/a.html has a script of its own"),
    ],
)
def test_a_script_nobody_decided_about_stops_the_build(head: str, complaint: str) -> None:
    with pytest.raises(ExtensionError, match=re.escape(complaint)):
        site.rewrite(page(head), "book/a.html", own=[])


def test_a_fold_needs_no_script() -> None:
    inner = '<div class="x"><p>Ten.</p></div>'
    title = '<p class="admonition-title">Solution to<a href="#e"> Exercise 1</a></p>'
    fold = f'<div class="solution dropdown admonition" id="s">{title}{inner}</div><div class="admonition">{title}</div>'
    text, _ = site.rewrite(page(body=fold), "book/a.html", own=[])
    summary = '<summary class="admonition-title">Solution to Exercise 1</summary>'
    assert f'<details class="solution dropdown admonition" id="s">\n{summary}{inner}</details><div class="adm' in text


def test_only_rules_for_classes_that_are_named_stay() -> None:
    css = """.a{x:1}.b{x:2}.a .b{x:3}.a,.b{x:4}.a:not(.b){x:5}.a:is(.b,.c){x:6}p{x:7}
        @media print{.b{x:8}.a{x:9}}@keyframes k{0%{x:10}}"""
    kept = re.findall(r"x:(\d+)", site.only_rules_for({"a"}, css))
    assert kept == ["1", "4", "5", "6", "7", "9", "10"]


def test_a_formula_is_written_as_mathml() -> None:
    class Writer:
        body: list[str] = []  # noqa: RUF012

    with pytest.raises(nodes.SkipNode):
        site.write_inline_formula(Writer, nodes.math("", r"\frac{k}{n}"))
    assert "<mfrac>" in Writer.body[0]
    assert "<math" in Writer.body[0]


def test_the_article_is_searched_chinese_by_single_characters() -> None:
    text = (
        '<nav>任职</nav><article class="bd-article"><h1>Ten 任职年限<a class="headerlink" href="#a">#</a></h1>'
        '<p title="干部">A<span lang="zh">领导</span>，干部</p><svg><text>图</text></svg></article>'
    )
    assert site_search.indexed(text, "zh") == (
        '<html lang="en"><head><title></title></head><body data-pagefind-body data-pagefind-filter="language:zh">'
        '<h1>Ten 任 职 年 限</h1><p title="干部">A<span lang="zh">领 导</span>，干 部</p></body></html>'
    )


def test_an_index_is_written_in_one_move_and_not_again_for_nothing(tmp_path) -> None:
    root = tmp_path / "html"
    root.mkdir()
    (root / "a.html").write_text('<article class="bd-article"><h1>A</h1><p>任职年限</p></article>', encoding="utf-8")
    site_search.index(root, ["a"], changed=True)
    names = {path.name for path in (root / "pagefind").iterdir()}
    assert {"pagefind.js", "pagefind-entry.json", "fragment", "index", "filter"} <= names
    assert not [name for name in names if "ui" in name]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["html"]
    before = (root / "pagefind").stat().st_ino
    site_search.index(root, ["a"], changed=False)
    assert (root / "pagefind").stat().st_ino == before
    site_search.index(root, ["a"], changed=True)
    assert (root / "pagefind").stat().st_ino != before


def test_a_page_without_an_article_stops_the_build_and_leaves_the_index(tmp_path) -> None:
    root = tmp_path / "html"
    root.mkdir()
    (root / "a.html").write_text("<p>Nothing</p>", encoding="utf-8")
    with pytest.raises(ExtensionError, match=r"a\.html has no article"):
        site_search.index(root, ["a"], changed=True)
    assert [path.name for path in root.iterdir()] == ["a.html"]
