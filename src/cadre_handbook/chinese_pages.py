"""The pages of the book that are in Chinese, `book/zh/`: marked as Chinese, and reached from every page in English.

What they say of a recommendation the directive `recommendations-zh` takes from its policy file; the guide is prose.
"""

from __future__ import annotations

import gettext
import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from cadre_handbook import checks, show, validation
from cadre_handbook import policy as policies
from cadre_handbook.dataset import SAMPLE, open_dataset
from cadre_handbook.i18n import _, in_language

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "book/zh/"
LANGUAGE = "zh-CN"
# Where packages keep the Chinese of their templates: package, folder, domain, language; those asked first come first.
FRAME = (
    ("sphinx_book_theme", "theme/sphinx_book_theme/static/locales", "booktheme", "zh_CN"),
    ("pydata_sphinx_theme", "locale", "sphinx", "zh"),
    ("sphinx", "locale", "sphinx", "zh_CN"),
)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CLOSING = "，。；：、！？）》”"
# A line break between Chinese characters; the space that a folded text of YAML has in its place, behind a sign.
GAP = re.compile(rf"(?<=[{_HAN}{_CLOSING}])[ \t]*\n\s*(?=[{_HAN}“（《])|(?<=[{_CLOSING}]) +(?=[{_HAN}“（《])")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", mark_content)
    app.connect("doctree-resolved", lead_to_chinese)
    app.connect("html-page-context", mark_page, priority=900)  # when the theme has given its words


def is_chinese(docname: str) -> bool:
    return docname.startswith(FOLDER)


def anchor(slug: str) -> str:
    """The anchor at which a recommendation stands in Chinese, on any page."""
    return f"zh-{slug}"


def mark_content(app: Sphinx, doctree: nodes.document) -> None:
    """Mark what stands on a Chinese page as Chinese, also where it is joined with others for print; close the gaps of line breaks."""
    if not is_chinese(app.env.docname):
        return
    for section in doctree.children:
        if isinstance(section, nodes.section):
            section["classes"].append(f"language-{LANGUAGE}")  # docutils writes such a class as the attribute lang
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, (nodes.raw, nodes.literal, nodes.literal_block)):
            _close_gaps(text)


def _close_gaps(text: nodes.Text) -> None:
    """Take out what a line break of the source left between two Chinese characters, where Chinese has no space."""
    siblings, place = text.parent.children, text.parent.index(text)
    before = siblings[place - 1].astext()[-1:] if place else ""
    after = siblings[place + 1].astext()[:1] if place + 1 < len(siblings) else ""
    closed = GAP.sub("", before + text.astext() + after)
    closed = closed[len(before) : len(closed) - len(after)]
    if closed != text.astext():
        text.parent[place : place + 1] = [nodes.Text(closed)] if closed else []


def lead_to_chinese(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a link to its place in Chinese under the title of the page of a recommendation, where that part is in Chinese.

    Done when the page is written, so that it is no part of what a path through the book counts as reading.
    """
    folder, _slash, slug = docname.rpartition("/")
    entry = policies.catalogue().get(slug)
    if entry is None or folder != f"book/{entry['part']}" or f"{FOLDER}{entry['part']}" not in app.env.found_docs:
        return
    title = next(doctree.findall(nodes.title))
    words = nodes.inline("", f"中文：{policies.load_page(slug).title_zh_CN}", classes=[f"language-{LANGUAGE}"])
    address = f"{app.builder.get_relative_uri(docname, FOLDER + entry['part'])}#{anchor(slug)}"
    link = nodes.reference("", "", words, internal=True, refuri=address)
    line = nodes.paragraph("", "", link, classes=["ch-in-chinese", "ch-screen-only"])
    title.parent.insert(title.parent.index(title) + 1, line)


def mark_page(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Have a Chinese page say so to browsers, voices and translators, and bear name of the book and frame in Chinese."""
    if is_chinese(pagename):
        context["language"] = LANGUAGE
        context["_"] = context["gettext"] = context["translate"] = frame_words().gettext
        with in_language("zh_CN"):
            context["docstitle"] = _("The handbook of cadre exchange that checks itself")
            context["theme_search_bar_text"] = _("Search this book")


@cache
def frame_words() -> gettext.NullTranslations:
    """The Chinese of Sphinx and of the themes for the frame of a page: they come with it, but speak one language a build."""
    words = gettext.NullTranslations()
    for package, folder, domain, language in FRAME:
        place = Path(importlib.util.find_spec(package).submodule_search_locations[0], *folder.split("/"))
        words.add_fallback(gettext.translation(domain, place, [language]))
    return words


# --- the made-up county ---------------------------------------------------------------------------


@dataclass(frozen=True)
class OfSample:
    """What a check says of the made-up county, as HTML: how many results have each verdict; their table with the picture folded."""

    counts: str
    verdicts: str


def of_sample(policy: policies.Policy) -> OfSample:
    """The check run on the made-up county, in the language in use."""
    run = checks.evaluate(policy.id, _sample(), {})
    picture = show.folded(_("Picture"), checks.module(policy.id).picture(run).html())
    return OfSample(show.verdict_counts(run), show.verdict_table(run, legend=False) + picture)


@cache
def _sample() -> validation.Report:
    return validation.validate(open_dataset(SAMPLE))
