"""The index in which a reader's browser searches the book: made by pagefind, served from the book itself.

Chinese is written without spaces, and where a word ends is a guess that index and query would have to share.
No guess is made: the index takes each character for a word, and a Chinese query is asked for as these characters in
a row (`book/style/search.js`), so whatever stands in a sentence is found, wherever it begins.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

from pagefind.index import PagefindIndex
from sphinx.errors import ExtensionError

from cadre_handbook.chinese_pages import is_chinese

FOLDER = "pagefind"
# The rest of what pagefind writes are surfaces of its own.
NEEDED = re.compile(
    r"pagefind\.js|pagefind-worker\.js|pagefind-entry\.json|pagefind\..*\.pf_meta|wasm\..*|.*\.pf_(index|fragment|filter)"
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WITHIN_CHINESE = re.compile(f"(?<=[{_HAN}])(?=[{_HAN}])")
_ARTICLE = re.compile(r"<article class=\"bd-article\"[^>]*>(.*?)</article>", re.DOTALL)
# what stands on every page, or is no text
_NOT_INDEXED = re.compile(r"<a class=\"headerlink\".*?</a>|<(svg|style|script)\b.*?</\1>", re.DOTALL)


def index(site: Path, docnames: list[str], changed: bool) -> None:
    """Write the index of those pages to `site/pagefind`, in one move; nothing where no page changed.

    Raises ExtensionError where a page could not be indexed.
    """
    place = site / FOLDER
    if place.is_dir() and not changed:
        return
    pages = {f"{name}.html": site / f"{name}.html" for name in docnames}
    texts = {url: path.read_text(encoding="utf-8") for url, path in pages.items() if path.is_file()}
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".pagefind-") as scratch:
        made = Path(scratch, FOLDER)
        asyncio.run(_write(made, texts))
        for path in made.rglob("*"):
            if path.is_file() and not NEEDED.fullmatch(path.name):
                path.unlink()
        if place.is_dir():
            place.rename(Path(scratch, "old"))
        shutil.move(made, place)


async def _write(folder: Path, texts: dict[str, str]) -> None:
    async with PagefindIndex({"output_path": str(folder), "force_language": "en"}) as pagefind:
        for url, text in texts.items():
            content = indexed(text, "zh" if is_chinese(url) else "en")
            if not content:
                raise ExtensionError(f"{url} has no article to search in")
            await pagefind.add_html_file(content=content, url=url)


def indexed(page: str, spoken: str) -> str:
    """What of a page is searched: its article, notebook outputs and tables with it, Chinese in single characters.

    All pages are in one index. `spoken`, the language of the page, lets a search put pages in the reader's language first.
    """
    article = _ARTICLE.search(page)
    if article is None:
        return ""
    text = _NOT_INDEXED.sub("", article[1])
    content = f'<html lang="en"><head><title></title></head><body data-pagefind-body data-pagefind-filter="language:{spoken}">{text}</body></html>'
    return "".join(
        part if part.startswith("<") else _WITHIN_CHINESE.sub(" ", part) for part in re.split(r"(<[^>]+>)", content)
    )
