"""The pages of the book that are in Chinese, `book/zh/`: marked as Chinese, and reached from every page in English.

What they say of a recommendation the directive `recommendations-zh` takes from its policy file; the guide is prose.
"""

from __future__ import annotations

from functools import cache
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


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", mark_content)
    app.connect("doctree-resolved", lead_to_chinese)
    app.connect("html-page-context", mark_page)


def is_chinese(docname: str) -> bool:
    return docname.startswith(FOLDER)


def anchor(slug: str) -> str:
    """The anchor at which a recommendation stands in Chinese, on any page."""
    return f"zh-{slug}"


def mark_content(app: Sphinx, doctree: nodes.document) -> None:
    """Mark what stands on a Chinese page as Chinese, also where it is joined with others for print."""
    if is_chinese(app.env.docname):
        for section in doctree.children:
            if isinstance(section, nodes.section):
                section["classes"].append(f"language-{LANGUAGE}")  # docutils writes such a class as the attribute lang


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
    """Have a Chinese page say so to browsers, voices and translators, and bear the name of the book in Chinese."""
    if is_chinese(pagename):
        context["language"] = LANGUAGE
        with in_language("zh_CN"):
            context["docstitle"] = _("The handbook of cadre exchange that checks itself")


# --- the made-up county ---------------------------------------------------------------------------


def verdicts_of_sample(policy: policies.Policy) -> str:
    """The verdicts of the made-up county as a table, and its picture in a fold, in the language in use."""
    run = checks.evaluate(policy.id, _sample(), {})
    picture = show.folded(_("Picture"), checks.module(policy.id).picture(run).html())
    return show.verdict_table(run, legend=False) + picture


@cache
def _sample() -> validation.Report:
    return validation.validate(open_dataset(SAMPLE))
