"""The built book, served, and a browser to look at it with.

Where Chromium or the book is missing these tests are skipped and say so; with CI=true that is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from serving import served

from cadre_handbook.errors import RequestError
from cadre_handbook.pdf import find_chromium

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
# No request leaves the machine, whatever a page asks for.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


def _cannot(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(f"The browser tests were skipped: {reason}")


# A browser a module, not a session: while playwright has one open, no test beside it can start a loop of asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        path = find_chromium()
    except RequestError:
        _cannot("Chromium was not found (on Debian and Ubuntu: apt-get install chromium fonts-noto-cjk).")
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the built book."""
    if not (SITE / "book" / "index.html").is_file():
        _cannot("the book is not built (make book).")
    with served(SITE) as address:
        yield address
