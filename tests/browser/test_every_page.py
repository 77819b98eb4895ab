"""Every page of `_toc.yml`, wide and on a phone: what it asks for, what it weighs, whom it shuts out."""

from __future__ import annotations

import os
import warnings

import pytest
from playwright.sync_api import Browser
from sphinx_external_toc.parsing import parse_toc_yaml
from visits import HEAVIEST_NOTEBOOK, PHONE, visit

from conftest import ROOT

PAGES = [f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")]
# A page of each kind; the colours of the frame are the same on all.
DARK = (
    "book/index.html",
    "book/guide/data.html",
    "book/planning/tenure_limit.html",
    "notebooks/planning/tenure_limit.html",
)


def kind_of(name: str) -> str:
    """Pages of one kind are set with the same colours: by room, but for the quizzes, the openings and what is like no other."""
    room, *folders, page = name.removesuffix(".html").split("/")
    if room == "notebooks":
        return "notebook of a case" if folders == ["cases"] else "notebook" if folders != ["whole"] else name
    if folders in (["zh"], ["guide"], ["stories"]):
        return "Chinese part" if folders == ["zh"] and page in PARTS else f"{room}/{folders[0]}"
    if page in ("index", "quiz") and folders:
        return page
    return name if folders in ([], ["whole"]) else "case" if folders == ["cases"] else "recommendation"


# The contrast of colours takes axe most of the time of a page. CI looks at that of every page, `make test` elsewhere at that of
# one page of each kind; whatever else axe knows is asked of every page, everywhere.
ON_EVERY_PAGE = os.environ.get("CI") == "true"
PARTS = {name.split("/")[1] for name in PAGES if name.startswith("notebooks/")}
CONTRAST = set(PAGES) if ON_EVERY_PAGE else set({kind_of(name): name for name in (*reversed(PAGES), *DARK)}.values())


def test_the_table_of_contents_names_the_pages() -> None:
    assert {"book/index.html", *DARK} <= set(PAGES)


def test_the_contrast_of_a_page_of_each_kind_is_looked_at() -> None:
    assert {kind_of(name) for name in CONTRAST} == {kind_of(name) for name in PAGES}
    assert set(DARK) <= CONTRAST
    assert not ON_EVERY_PAGE or set(PAGES) == CONTRAST
    if left := len(set(PAGES) - CONTRAST):
        warnings.warn(
            f"the contrast of colours was not looked at on {left} of {len(PAGES)} pages; CI=true does", stacklevel=1
        )


@pytest.mark.parametrize("name", [*PAGES, "search.html"])
def test_page(browser: Browser, site: str, name: str) -> None:
    with visit(browser, site, name) as seen:
        weight = seen.weight
        problems = seen.barriers(contrast=name in CONTRAST or name == "search.html")
        seen.resize(PHONE)
        problems += [f"on a phone, {found}" for found in seen.barriers(contrast=False) if found not in problems]
        problems += seen.overhang()
        problems += seen.complaints()
        problems += seen.english() if name.startswith("book/zh/") else []
    if name.startswith("notebooks/") and weight > HEAVIEST_NOTEBOOK:
        problems.append(f"weighs {weight / 1024:.0f} KB")
    assert weight > 0
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", DARK)
def test_page_in_the_dark(browser: Browser, site: str, name: str) -> None:
    with visit(browser, site, name, dark=True) as seen:
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
        problems = seen.barriers()
    assert not problems, "\n".join(problems)
