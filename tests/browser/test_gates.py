"""Each gate can fail: shown on pages of a few lines."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from serving import served
from visits import HEAVIEST_NOTEBOOK, PHONE, visit

PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Made up</title>{head}</head>'
    "<body><main><h1>Made up</h1><p>Words.</p>{body}</main></body></html>"
)


def visited(browser: Browser, folder: Path, *, head: str = "", body: str = "") -> dict[str, list[str] | int]:
    (folder / "page.html").write_text(PAGE.format(head=head, body=body), encoding="utf-8")
    with served(folder) as site, visit(browser, site, "page.html") as seen:
        found = {"weight": seen.weight, "wide": seen.barriers()}
        seen.resize(PHONE)
        return {**found, "overhang": seen.overhang(), "complaints": seen.complaints()}


def test_a_clean_page_passes(browser: Browser, tmp_path: Path) -> None:
    icon = '<link rel="icon" href="data:,">'
    found = visited(browser, tmp_path, head=icon)
    assert found | {"weight": 0} == {"weight": 0, "wide": [], "overhang": [], "complaints": []}
    assert 0 < found["weight"] < 2000


@pytest.mark.parametrize(
    ("spoilt", "complaint"),
    [
        (
            {"body": '<img src="https://elsewhere.example/a.png" alt="a">'},
            "asks outside: https://elsewhere.example/a.png",
        ),
        (
            {"body": "<script>fetch('https://elsewhere.example/').catch(() => {})</script>"},
            "asks outside: https://else",
        ),
        ({"head": '<link rel="stylesheet" href="none.css">'}, "not found: 404"),
        ({"body": "<script>nothing.there()</script>"}, "script error: nothing is not defined"),
        ({"body": "<script>console.error('alas')</script>"}, "script error: alas"),
    ],
    ids=["outside", "outside by script", "not found", "script", "console"],
)
def test_what_no_page_may_do_is_seen(browser: Browser, tmp_path: Path, spoilt: dict[str, str], complaint: str) -> None:
    complaints = visited(browser, tmp_path, **spoilt)["complaints"]
    assert [line for line in complaints if line.startswith(complaint)], complaints


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">', "axe image-alt"),
        ('<p style="color: #aaa; background: #fff">Faint words</p>', "axe color-contrast"),
        ('<details><summary>Fold</summary><button type="button"></button></details>', "axe button-name"),
    ],
    ids=["picture without words", "faint words", "within a fold"],
)
def test_what_shuts_somebody_out_is_seen(browser: Browser, tmp_path: Path, body: str, rule: str) -> None:
    barriers = visited(browser, tmp_path, body=body)["wide"]
    assert [line for line in barriers if line.startswith(rule)], barriers


def test_a_page_wider_than_a_phone_is_seen(browser: Browser, tmp_path: Path) -> None:
    assert visited(browser, tmp_path, body='<div style="width: 500px">Wide</div>')["overhang"]


def test_a_page_is_weighed_as_it_comes_over_the_line(browser: Browser, tmp_path: Path) -> None:
    light = visited(browser, tmp_path, body=f"<!-- {'same ' * 200_000} -->")  # a megabyte that packs well
    assert light["weight"] < HEAVIEST_NOTEBOOK
    (tmp_path / "noise.css").write_text("/*" + random.Random(1).randbytes(HEAVIEST_NOTEBOOK).hex() + "*/")
    heavy = visited(browser, tmp_path, head='<link rel="stylesheet" href="noise.css">')
    assert heavy["weight"] > HEAVIEST_NOTEBOOK
