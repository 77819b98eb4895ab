"""Everything that can be pressed can be reached and pressed without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from visits import visit

PAGES = ("book/planning/tenure_limit.html", "notebooks/planning/tenure_limit.html")
# What is shown and can be pressed, but for what the theme takes out of the way of the keyboard on purpose.
PRESSABLE = """[...document.querySelectorAll('a[href], button, summary, input')].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}))"""


def test_the_first_stop_leads_past_the_navigation(browser: Browser, site: str) -> None:
    with visit(browser, site, PAGES[0]) as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to main content"
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('#main-content, main') !== null")


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_all_that_can_be_pressed(browser: Browser, site: str, name: str) -> None:
    with visit(browser, site, name) as seen:
        pressable = seen.page.evaluate(
            f"{PRESSABLE}.map((one, number) => (one.dataset.number = number, one.outerHTML))"
        )
        kinds = {kind for kind in ("search-button", "<summary", "toctree", "<a ") for one in pressable if kind in one}
        assert kinds == {"search-button", "<summary", "toctree", "<a "}
        reached = set()
        for _ in range(2 * len(pressable) + 50):
            seen.page.keyboard.press("Tab")
            reached.add(seen.page.evaluate("document.activeElement.dataset.number ?? null"))
        missed = [one[:160] for number, one in enumerate(pressable) if str(number) not in reached]
        assert missed == []


def test_a_fold_opens_and_closes(browser: Browser, site: str) -> None:
    with visit(browser, site, PAGES[0]) as seen:
        for fold in ("article details.solution", "article details.sd-dropdown"):
            seen.page.locator(f"{fold} > summary").first.focus()
            for state in (True, False):
                seen.page.keyboard.press("Enter")
                assert seen.page.locator(fold).first.evaluate("(fold) => fold.open") is state


def test_on_a_phone_the_navigation_opens_and_gives_the_focus_back(browser: Browser, site: str) -> None:
    with visit(browser, site, PAGES[0], width=390) as seen:
        button = seen.page.locator(".primary-toggle:visible").first
        button.focus()
        seen.page.keyboard.press("Enter")
        navigation = seen.page.locator("#pst-primary-sidebar-modal")
        expect(navigation).to_be_visible()
        assert seen.barriers(contrast=False) == []
        seen.page.keyboard.press("Escape")
        expect(navigation).to_be_hidden()
        expect(button).to_be_focused()
