"""One visit to a page, and everything that is wrong with what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from wording import ENGLISH_SENTENCE

WIDE, PHONE = 1280, 390  # CSS pixels
HEIGHT = 900
SETTLING = 400  # milliseconds after which the theme has looked which boxes scroll and made them reachable
HEAVIEST_NOTEBOOK = 350 * 1024  # bytes over the line, compressed, on a first visit


@dataclass
class Visit:
    """An open page and what it asked for; bytes are those over the line, headers with them."""

    page: Page
    outside: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    weight: int = 0

    def complaints(self) -> list[str]:
        """What no page may do: ask elsewhere, ask for what there is not, fail in a script."""
        return [
            *(f"asks outside: {url}" for url in self.outside),
            *(f"not found: {url}" for url in self.not_found),
            *(f"script error: {text}" for text in self.errors),
        ]

    def barriers(self, *, contrast: bool = True) -> list[str]:
        """What axe finds at the present width and light, folds open: a line a rule and element.

        `contrast` false leaves the contrast of colours out, which takes most of the time.
        """
        self.page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        self.page.wait_for_timeout(SETTLING)
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
        violations = Axe().run(self.page, options=options).response["violations"]
        return [
            f"axe {rule['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()[:200]})"
            for rule in violations
            for node in rule["nodes"]
        ]

    def overhang(self) -> list[str]:
        """A complaint if the page scrolls sideways, naming what reaches out furthest."""
        wide, room = self.page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        if wide <= room:
            return []
        widest = self.page.evaluate(
            """(room) => [...document.querySelectorAll('article *')]
                .filter((one) => one.getBoundingClientRect().right > room + 1)
                .map((one) => one.outerHTML.slice(0, 120)).at(-1) ?? 'nothing in the article'""",
            room,
        )
        return [f"scrolls sideways: {wide} of {room} pixels, {widest}"]

    def english(self) -> list[str]:
        """What a page in Chinese says in English: three words and more, outside of code and of what is marked as English."""
        text = self.page.evaluate(
            """() => {
                const article = document.querySelector('article').cloneNode(true);
                for (const other of article.querySelectorAll('pre, code, script, style, .bibtex-citation, [lang=en], .ch-entered')) other.remove();
                return article.textContent;
            }"""
        )
        language = self.page.evaluate("document.documentElement.lang")
        return [f"in English: {found}" for found in ENGLISH_SENTENCE.findall(text)] + (
            [] if language == "zh-CN" else [f"says that it is in {language}"]
        )

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})


@contextmanager
def visit(browser: Browser, site: str, name: str, *, width: int = WIDE, dark: bool = False) -> Iterator[Visit]:
    """Open a page of the site with nothing in the browser's cache, and wait until it has loaded all."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        seen = Visit(page)
        page.on("request", lambda request: _log_request(seen, site, request.url))
        page.on("response", lambda response: _log_response(seen, response.status, response.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda message: _log_console(seen, message.type, message.text))
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", lambda event: _weigh(seen, event["encodedDataLength"]))
        page.goto(f"{site}/{name}", wait_until="load")
        yield seen
    finally:
        context.close()


def _log_request(seen: Visit, site: str, url: str) -> None:
    if not url.startswith((f"{site}/", "data:", "blob:")):
        seen.outside.append(url)


def _log_response(seen: Visit, status: int, url: str) -> None:
    if status >= 400:
        seen.not_found.append(f"{status} {url}")


def _log_console(seen: Visit, kind: str, text: str) -> None:
    # that something could not be loaded stands among the requests already
    if kind == "error" and not text.startswith("Failed to load resource"):
        seen.errors.append(text)


def _weigh(seen: Visit, size: float) -> None:
    seen.weight += int(size)
