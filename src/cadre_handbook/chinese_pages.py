"""The pages of the book that are in Chinese, `book/zh/`: marked as Chinese, and reached from every page in English.

What a page takes from elsewhere, by a directive or a role, comes in the language of the page; the prose is written in both.
"""

from __future__ import annotations

import gettext
import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from cadre_handbook import checks, show, validation
from cadre_handbook import policy as policies
from cadre_handbook.dataset import SAMPLE, open_dataset
from cadre_handbook.i18n import _, in_language, language, use_language

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "book/zh/"
# The guide in Chinese is shorter and has pages of its own; every other page has its twin at its own place below `FOLDER`.
GUIDE = {
    "book/guide/paths": "book/zh/paths",
    "book/guide/import": "book/zh/files",
    "book/guide/forms": "book/zh/files",
    "book/guide/template": "book/zh/files",
    "book/guide/run": "book/zh/run",
    "book/guide/report": "book/zh/review",
    "book/guide/verdicts": "book/zh/verdicts",
    "book/guide/privacy": "book/zh/privacy",
}
_IN_ENGLISH = {chinese: english for english, chinese in reversed(GUIDE.items())}
LANGUAGE = "zh-CN"
# Where packages keep the Chinese of their templates: package, folder, domain, language; those asked first come first.
FRAME = (
    ("sphinx_book_theme", "theme/sphinx_book_theme/static/locales", "booktheme", "zh_CN"),
    ("pydata_sphinx_theme", "locale", "sphinx", "zh"),
    ("sphinx", "locale", "sphinx", "zh_CN"),
)

ADMONITIONS = {
    nodes.note: "说明",
    nodes.tip: "提示",
    nodes.important: "重要",
    nodes.warning: "注意",
    nodes.caution: "小心",
}

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CLOSING = "，。；：、！？）》”"
# A line break between Chinese characters; the space that a folded text of YAML has in its place, behind a sign.
GAP = re.compile(
    rf"(?<=[{_HAN}{_CLOSING}])[ \t]*\n\s*(?=[{_HAN}“（《])|(?<=[{_CLOSING}])[ \t]*\n\s*(?=\S)|(?<=[{_CLOSING}]) +(?=[{_HAN}“（《])"
)


def setup(app: Sphinx) -> None:
    app.connect("source-read", speak)
    app.connect("doctree-read", be_quiet)
    app.connect("doctree-read", mark_content)
    app.connect("doctree-resolved", lead_to_other_language)
    app.connect("html-page-context", mark_page, priority=900)  # when the theme has given its words


def is_chinese(docname: str) -> bool:
    return docname.startswith(FOLDER)


def twin(docname: str) -> str:
    """The page in Chinese that says what a page in English says, or the other way round; whether there is one the book knows."""
    if is_chinese(docname):
        return _IN_ENGLISH.get(docname, f"book/{docname.removeprefix(FOLDER)}")
    return GUIDE.get(docname, f"{FOLDER}{docname.removeprefix('book/')}")


def in_use(docname: str) -> str:
    """The page in the language in use; `docname` is that of the page in English."""
    return twin(docname) if language() == "zh_CN" else docname


def address(docname: str) -> str:
    """What a link in MyST has to name for a page in the language in use; `docname` is that of the page in English."""
    return f"/{in_use(docname)}.md"


def speak(_app: Sphinx, docname: str, _source: list[str]) -> None:
    """Have all that a page takes from elsewhere come in the language of the page, while it is read."""
    use_language("zh_CN" if is_chinese(docname) else "en")


def be_quiet(_app: Sphinx, _doctree: nodes.document) -> None:
    """Back to English when a page has been read."""
    use_language("en")


def mark_content(app: Sphinx, doctree: nodes.document) -> None:
    """Mark what stands on a Chinese page as Chinese, also where it is joined with others for print; close the gaps of line breaks."""
    if not is_chinese(app.env.docname):
        return
    for section in doctree.children:
        if isinstance(section, nodes.section):
            section["classes"].append(f"language-{LANGUAGE}")  # docutils writes such a class as the attribute lang
    for kind, word in ADMONITIONS.items():  # the writer's own word for it is in the language of the build
        for told in list(doctree.findall(kind)):
            titled = nodes.admonition(
                "", nodes.title("", word), *told.children, classes=[kind.__name__, *told["classes"]]
            )
            told.replace_self(titled)
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, (nodes.raw, nodes.literal, nodes.literal_block)):
            _close_gaps(text)


def _close_gaps(text: nodes.Text) -> None:
    """Take out what a line break of the source left between two Chinese characters, where Chinese has no space."""
    siblings = text.parent.children
    place = next(place for place, child in enumerate(siblings) if child is text)  # equal texts stand in one paragraph
    before = siblings[place - 1].astext()[-1:] if place else ""
    after = siblings[place + 1].astext()[:1] if place + 1 < len(siblings) else ""
    closed = GAP.sub("", before + text.astext() + after)
    closed = closed[len(before) : len(closed) - len(after)]
    if closed != text.astext():
        text.parent[place : place + 1] = [nodes.Text(closed)] if closed else []


def lead_to_other_language(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a link to the same page in the other language under the title of a page that is there in both.

    Done when the page is written, so that it is no part of what a path through the book counts as reading.
    """
    other = twin(docname)
    if not docname.startswith("book/") or other not in app.env.found_docs or twin(other) != docname:
        return
    title = next(doctree.findall(nodes.title))
    name = app.env.titles[other].astext()
    if is_chinese(docname):
        words = nodes.inline("", f"English: {name.split(' (')[0]}", classes=["language-en"])
    else:
        words = nodes.inline("", f"中文：{name}", classes=[f"language-{LANGUAGE}"])
    link = nodes.reference("", "", words, internal=True, refuri=app.builder.get_relative_uri(docname, other))
    line = nodes.paragraph("", "", link, classes=["ch-other-language", "ch-screen-only"])
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
    for package, folder, domain, spoken in FRAME:
        place = Path(importlib.util.find_spec(package).submodule_search_locations[0], *folder.split("/"))
        words.add_fallback(gettext.translation(domain, place, [spoken]))
    return words


# What the packages themselves have no Chinese for, or Chinese in other type.
FRAME_LEFT = {
    "Toggle primary sidebar": "展开或收起目录",
    "Toggle secondary sidebar": "展开或收起本页目录",
    "Download this page": "下载本页",
    "Color mode": "明暗模式",
    "System Settings": "跟随系统",
    "Main": "章节",
    "Page": "前后页",
    "列印成 PDF": "打印成 PDF",
}
_SAID = re.compile(r'(?<= )(title|aria-label|data-bs-title|alt)="([^"]*)"')
_NAME = re.compile(r'(<p class="title logo__title")>[^<]*<')


def frame_in_chinese(page: str) -> str:
    """The HTML of a page, what is left in English of its frame in Chinese: names of buttons, the name of the book."""
    with in_language("zh_CN"):
        name = _("The handbook of cadre exchange that checks itself")
    page = _SAID.sub(lambda said: f'{said[1]}="{FRAME_LEFT.get(said[2], said[2])}"', page)
    return _NAME.sub(rf'\1 lang="{LANGUAGE}">{name}<', page)


# --- the made-up county ---------------------------------------------------------------------------


@cache
def of_sample(slug: str, spoken: str) -> dict[str, str]:
    """What the notebook of a slug hands to a page, by the same names, in a language: HTML of tables and pictures, texts of figures.

    A notebook in the book speaks English; for a page in another language the check is run here.
    """
    declared = policies.load_page(slug)
    with in_language(spoken):
        if not declared.measures:
            return _of_views(declared)
        run = checks.evaluate(slug, _sample(), {})
        return {
            **show.figures(run),
            "box": show.verdict_box(run),
            "counts": show.verdict_counts(run),
            "verdicts": show.verdict_table(run),
            "verdicts.alone": show.verdict_table(run, legend=False),  # for the page that has the legend already
            "sensitivity": show.folded_sensitivity(run),
            "picture": checks.module(slug).picture(run).html(),
        }


def _of_views(declared: policies.Policy) -> dict[str, str]:
    """What a case or an overview shows of the made-up county."""
    settings, _organisations = checks.prepared(declared, _sample(), {})
    module = checks.module(declared.id)
    opened = module.opened(_sample(), settings, {})
    handed = {}
    for view in module.VIEWS.values():
        seen = view(opened)
        handed |= {view.__name__: seen.source} if seen.source else {}
        handed |= {f"{view.__name__}.picture": seen.picture.html()} if seen.picture else {}
        handed |= seen.figures
    return handed


@cache
def _sample() -> validation.Report:
    return validation.validate(open_dataset(SAMPLE))
