"""Every page of `_toc.yml`, wide and on a phone: what it asks for, what it weighs, whom it shuts out."""

from __future__ import annotations

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


def test_the_table_of_contents_names_the_pages() -> None:
    assert {"book/index.html", *DARK} <= set(PAGES)


@pytest.mark.parametrize("name", [*PAGES, "search.html"])
def test_page(browser: Browser, site: str, name: str) -> None:
    with visit(browser, site, name) as seen:
        weight = seen.weight
        problems = seen.barriers()
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
