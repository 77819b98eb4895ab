"""The search by pagefind, as a reader uses it: typed, read, followed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visits import visit

from conftest import SITE

DICTIONARY = "book/guide/data.html"
NOTEBOOK = "notebooks/planning/avoidance.html"
HAN = re.compile("[\u4e00-\u9fff]+")


def texts(page: Page, selector: str) -> list[str]:
    return page.evaluate("(one) => [...document.querySelectorAll(one)].map((each) => each.textContent)", selector)


def longest_chinese(page: Page, selector: str) -> str:
    return max((run for text in texts(page, selector) for run in HAN.findall(text)), key=len)


def middle_of_a_sentence(page: Page) -> str:
    run = longest_chinese(page, "article td")
    assert len(run) >= 9
    return run[3:-3]


def any_four_characters(page: Page) -> str:
    """Wherever a word may begin or end."""
    run = longest_chinese(page, "article p, article td")
    return run[1:5]


def term_of_a_table(page: Page) -> str:
    return next(text for text in texts(page, "article td") if len(HAN.sub("", text)) == 0 and 3 <= len(text) <= 6)


def words_of_an_output(page: Page) -> str:
    """Three words that a notebook worked out and no source holds."""
    output = " ".join(texts(page, ".cell_output figcaption"))
    return " ".join(re.findall(r"[A-Za-z]+", output)[:3])


QUERIES = [
    pytest.param("tenure", "book/planning/tenure_limit.html", id="an English word"),
    pytest.param("postings", DICTIONARY, id="an English word in another form"),
    pytest.param("任职年限", "book/planning/tenure_limit.html", id="Chinese of several segments"),
    pytest.param("任职年限 tenure", "book/planning/tenure_limit.html", id="Chinese and English"),
    pytest.param(middle_of_a_sentence, DICTIONARY, id="the middle of a Chinese sentence"),
    pytest.param(any_four_characters, DICTIONARY, id="across Chinese words"),
    pytest.param(term_of_a_table, DICTIONARY, id="a term of a table"),
    pytest.param(words_of_an_output, NOTEBOOK, id="the output of a notebook"),
]


def surface(page: Page) -> Locator:
    return page.locator(".bd-search-container")


def ask(page: Page, query: str) -> None:
    surface(page).locator("input[type=search]").fill(query)
    expect(surface(page).get_by_role("status")).to_contain_text("found")


@pytest.mark.parametrize(("query", "name"), QUERIES)
def test_a_query_finds_the_page_and_leads_to_it(browser: Browser, site: str, query: object, name: str) -> None:
    with visit(browser, site, name) as target:
        asked = query(target.page) if callable(query) else query
    assert len(asked) >= 3
    with visit(browser, site, "search.html") as seen:
        ask(seen.page, asked)
        surface(seen.page).locator(f"li a[href*='{name}']").first.click()
        seen.page.wait_for_url(f"**/{name}*")
        text = " ".join(texts(seen.page, "article")).lower()
        assert all(word.removesuffix("s") in text for word in asked.lower().split())
        assert seen.complaints() == []


@pytest.mark.parametrize("query", ["zyxwvut", "限年职任", "任职年限 zyxwvut"])
def test_nothing_is_found_where_there_is_nothing(browser: Browser, site: str, query: str) -> None:
    with visit(browser, site, "search.html") as seen:
        surface(seen.page).locator("input[type=search]").fill(query)
        expect(surface(seen.page).get_by_role("status")).to_have_text(f"Nothing found for “{query}”.")
        assert surface(seen.page).locator("li").count() == 0


def test_the_navigation_is_not_searched(browser: Browser, site: str) -> None:
    with visit(browser, site, "book/guide/privacy.html") as seen:
        navigation, article = (" ".join(texts(seen.page, where)) for where in ("#pst-primary-sidebar", "article"))
    assert "任职年限" in navigation
    assert "任职年限" not in article
    with visit(browser, site, "search.html") as seen:
        ask(seen.page, "任职年限")
        assert surface(seen.page).locator("li a[href*='guide/privacy']").count() == 0


def test_excerpts_show_chinese_as_it_is_written(browser: Browser, site: str) -> None:
    with visit(browser, site, "search.html") as seen:
        ask(seen.page, "任职年限")
        marked = surface(seen.page).locator("mark").all_text_contents()
        assert any("任职年限" in words for words in marked)
        shown = surface(seen.page).locator("li").all_text_contents()
        assert [text for text in shown if re.search("[\u4e00-\u9fff] [\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("opener", ["key", "button"])
def test_the_dialog_opens_answers_and_gives_the_focus_back(browser: Browser, site: str, opener: str) -> None:
    with visit(browser, site, "book/guide/run.html") as seen:
        page = seen.page
        dialog = page.get_by_role("dialog", name="Search this book")
        button = page.locator(".search-button__button:visible").first
        button.focus()
        page.keyboard.press("Control+k" if opener == "key" else "Enter")
        expect(dialog).to_be_visible()
        field = dialog.get_by_role("searchbox", name="Search this book")
        expect(field).to_be_focused()
        page.keyboard.type("任职年限")
        expect(dialog.get_by_role("status")).to_contain_text("found")
        page.keyboard.press("ArrowDown")
        expect(dialog.locator("li a").first).to_be_focused()
        assert seen.barriers() == []
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()
        assert seen.complaints() == []


def test_the_dialog_leads_on_to_all_that_was_found(browser: Browser, site: str) -> None:
    with visit(browser, site, "book/guide/run.html") as seen:
        seen.page.keyboard.press("Control+k")
        seen.page.keyboard.type("任职年限")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/search.html?q=*")
        expect(surface(seen.page).locator("input[type=search]")).to_have_value("任职年限")
        expect(surface(seen.page).get_by_role("status")).to_contain_text("found")


def test_a_book_opened_as_a_file_says_what_search_needs(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto((SITE / "search.html").as_uri() + "?q=tenure")
    expect(surface(page).get_by_role("status")).to_contain_text("python -m http.server")
    page.close()


def test_nothing_of_the_search_is_loaded_before_somebody_searches(browser: Browser, site: str) -> None:
    asked: list[str] = []
    with visit(browser, site, "book/index.html") as seen:
        seen.page.on("request", lambda request: asked.append(request.url))
        seen.page.reload()
        assert asked
        assert not [url for url in asked if "/pagefind/" in url]


def test_a_page_in_chinese_searches_in_chinese(browser: Browser, site: str) -> None:
    with visit(browser, site, "book/zh/planning/tenure_limit.html") as seen:
        seen.page.keyboard.press("Control+k")
        dialog = seen.page.get_by_role("dialog", name="搜索本手册")
        expect(dialog).to_be_visible()
        field = dialog.locator("input[type=search]")
        field.fill("任职年限")
        expect(dialog.get_by_role("status")).to_contain_text("找到")
        assert dialog.locator("li a[href*='book/zh/planning/tenure_limit']").count() > 0
        hrefs = dialog.locator("li a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
        chinese = ["book/zh/" in href for href in hrefs]
        assert chinese == sorted(chinese, reverse=True), "pages in the reader's language come first"
        assert sum(chinese) > 2
        assert hrefs[0].endswith("book/zh/planning/tenure_limit.html"), "the page that is called so comes first of all"
        field.fill("zyxwvut")
        expect(dialog.get_by_role("status")).to_have_text("没有找到“zyxwvut”。")
        names = seen.page.locator("button[title], button[aria-label]").evaluate_all(
            "(all) => all.map((one) => one.title || one.getAttribute('aria-label') || one.dataset.bsOriginalTitle)"
        )
        assert [name for name in names if name and not re.search("[\u4e00-\u9fff]", name)] == []
        assert seen.complaints() == []
