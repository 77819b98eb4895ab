"""The glossary: what the Chinese terms of the pages mean, and a link to it from the first place where a page uses a term.

Nobody types a link: when a page is written, the first place in its prose where a term stands by itself leads to its entry, headings, links
and code left out. Each entry lists the pages that use it. A term that no page uses stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from cadre_handbook.chinese_spans import HAN
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, in_language
from cadre_handbook.references import reference_text
from cadre_handbook.strict_yaml import load_yaml, refuse_unknown

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

FILE = "data/glossary.yaml"
PAGE = "book/whole/glossary"
LINKED_FROM = "book/"  # notebooks hold outputs, and no prose of their own
_CLOSED = (
    *(nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, nodes.comment),
    *(nodes.math, nodes.math_block, nodes.image, nodes.system_message, addnodes.pending_xref),
)
# A term stands by itself where no Chinese character touches it; 挂职 is not linked in 挂职干部.
_RUN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True)
class Term:
    """A term in Chinese (`zh`) and English (`en`), with its pinyin, a syllable a character, what it means, and where the word is from."""

    name: str
    zh: str
    pinyin: str
    en: str
    text: str
    text_zh_CN: str
    source: str


def read_terms(root: Path) -> dict[str, Term]:
    """The terms of a checkout by their Chinese, none where it has no glossary; `PolicyError` for one that lacks something or stands twice."""
    path = root / FILE
    terms: dict[str, Term] = {}
    for raw in load_yaml(path)["terms"] if path.is_file() else ():
        where = f"{path.name}: {raw.get('name')}"
        refuse_unknown(raw, set(Term.__dataclass_fields__), where)
        for key in Term.__dataclass_fields__:
            if not raw.get(key):
                raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key=key))
        term = Term(**raw)
        if term.zh in terms or term.name in {other.name for other in terms.values()}:
            raise PolicyError(_("{where}: the term stands twice.").format(where=where))
        terms[term.zh] = term
    return terms


def anchor(term: Term) -> str:
    """The id of a term's entry on the page of the glossary."""
    return f"term-{term.name.replace('_', '-')}"


# --- which pages use which terms --------------------------------------------------------------------


def _prose(document: nodes.document) -> Iterator[nodes.Text]:
    for text in document.findall(nodes.Text):
        parent = text.parent
        while parent is not None and not isinstance(parent, _CLOSED):
            parent = parent.parent
        if parent is None:
            yield text


def used_in(document: nodes.document, terms: dict[str, Term]) -> list[str]:
    """The terms that the prose of a document uses, in the order of their first places."""
    runs = (run for text in _prose(document) for run in _RUN.findall(text))
    return list(dict.fromkeys(run for run in runs if run in terms))


def _uses(env: BuildEnvironment) -> dict[str, list[str]]:
    """The terms that each page uses, kept with what else is known of the pages."""
    if not hasattr(env, "glossary_uses"):
        env.glossary_uses = {}
    return env.glossary_uses


def collect(app: Sphinx, document: nodes.document) -> None:
    """Note which terms a page uses, when it has been read."""
    docname = app.env.docname
    if not docname.startswith(LINKED_FROM) or docname == PAGE or not (Path(app.srcdir) / FILE).is_file():
        return
    app.env.note_dependency(str(Path(app.srcdir) / FILE))
    _uses(app.env)[docname] = used_in(document, read_terms(Path(app.srcdir)))


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is read anew or has gone."""
    _uses(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Take over what another process read."""
    _uses(env).update({name: uses for name, uses in _uses(other).items() if name in docnames})


def refuse_unused(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The page of the glossary where it is to be written anew, for it lists the pages; ExtensionError for terms that no page uses."""
    terms = read_terms(Path(app.srcdir))
    if not terms:
        return []
    used = {word for words in _uses(env).values() for word in words}
    if unused := [term.name for word, term in terms.items() if word not in used]:
        raise ExtensionError(f"{FILE}: no page uses {', '.join(unused)}")
    listed = {page: (env.titles[page].astext(), tuple(words)) for page, words in _uses(env).items()}
    if PAGE not in env.found_docs or listed == getattr(env, "glossary_listed", None):
        return []  # a build that has nothing to do says so
    env.glossary_listed = listed
    return [PAGE]


# --- links ------------------------------------------------------------------------------------------


class LinkTerms(SphinxPostTransform):
    """Link the first place of each term in the prose of a page to its entry."""

    default_priority = 690  # when references stand, and before Chinese is marked
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        if not self.env.docname.startswith(LINKED_FROM) or self.env.docname == PAGE or PAGE not in self.env.found_docs:
            return
        terms = read_terms(Path(self.env.srcdir))
        place = self.app.builder.get_relative_uri(self.env.docname, PAGE)
        for text in list(_prose(self.document)):
            if made := _linked(text, terms, place):
                text.parent.replace(text, made)


def _linked(text: nodes.Text, terms: dict[str, Term], place: str) -> list[nodes.Node]:
    """A text in pieces, with links in place of terms that were not linked before, which are taken out of ``terms``; nothing where it has none."""
    made: list[nodes.Node] = []
    end = 0
    for run in _RUN.finditer(text):
        if term := terms.pop(run[0], None):
            made += [nodes.Text(text[end : run.start()])] if run.start() > end else []
            link = nodes.reference("", run[0], internal=True, refuri=f"{place}#{anchor(term)}", classes=["ch-term"])
            made.append(link)
            end = run.end()
    return [*made, nodes.Text(text[end:])] if made and end < len(text) else made


# --- the page ---------------------------------------------------------------------------------------


class used_on(nodes.General, nodes.Element):
    """Where the pages that use a term are to stand, once all have been read."""


class Glossary(Directive):
    """Every term, by its pinyin: Chinese, pinyin, English, what it means in both languages, its source, the pages that use it."""

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        environment.note_dependency(str(Path(environment.srcdir) / FILE))
        terms = read_terms(Path(environment.srcdir)).values()
        entries = nodes.definition_list(classes=["ch-glossary"])
        for term in sorted(terms, key=lambda term: (plain(term.pinyin), term.name)):
            head = nodes.term("", "", ids=[anchor(term)])
            head += [nodes.strong("", term.zh), nodes.Text(f" {term.pinyin}: "), nodes.Text(term.en)]
            with in_language("zh_CN"):
                source = reference_text(term.source)
            told = nodes.definition("", nodes.paragraph("", f"{term.text} {term.text_zh_CN}"))
            told += nodes.paragraph("", f"From: {term.source} ({source}).", classes=["ch-term-source"])
            told += used_on(term=term.zh)
            entries += nodes.definition_list_item("", head, told)
        return [entries]


def plain(pinyin: str) -> str:
    """Pinyin without its marks, to sort by."""
    import unicodedata

    return "".join(mark for mark in unicodedata.normalize("NFD", pinyin) if not unicodedata.combining(mark))


def resolve(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Put the pages that use a term where they are to stand, in the order of the book."""
    places = list(document.findall(used_on))
    if not places:
        return
    order = [str(name) for name in getattr(app.config, "external_site_map", ())]
    pages = sorted(_uses(app.env), key=lambda name: (order.index(name) if name in order else len(order), name))
    for place in places:
        told = nodes.paragraph("", "Used on: ", classes=["ch-term-pages"])
        for number, page in enumerate(name for name in pages if place["term"] in _uses(app.env)[name]):
            told += nodes.Text(", ") if number else nodes.Text("")
            title = app.env.titles[page].astext().split(" (")[0]
            told += nodes.reference("", title, internal=True, refuri=app.builder.get_relative_uri(docname, page))
        told += nodes.Text(".")
        place.replace_self(told)


def setup(app: Sphinx) -> None:
    """Connect the glossary to the build."""
    app.add_directive("ch-glossary", Glossary)
    app.add_post_transform(LinkTerms)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", refuse_unused)
    app.connect("doctree-resolved", resolve)
