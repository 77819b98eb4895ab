"""Paths through the book for each kind of reader: `{reading-path} name`, declared in `data/paths.yaml`.

Which pages in which order, and why, stands there. How long each takes is counted when the book is built: words of prose at the
speed the file states, and its allowances for tables, exercises, questions and things to try out. Code is not counted. A path
that takes longer than it promises, or names a page that is not there, is a warning, which stops the build.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

from cadre_handbook import chinese_pages
from cadre_handbook.directives import LOOKED_UP
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, in_language, label, language
from cadre_handbook.learning.quiz import load_quiz
from cadre_handbook.learning.quiz_page import CSS_CLASS
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml, nearest, refuse_unknown

logger = logging.getLogger(__name__)
FILE = DATA / "paths.yaml"
RATES = (
    *("words_per_minute", "characters_per_minute"),
    *("table_minutes", "exercise_minutes", "question_minutes", "hands_on_minutes"),
)
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Stop:
    """A page of a path, why it is on it, and how many things it asks to try out."""

    page: str
    label: str
    label_zh_CN: str
    hands_on: int = 0


@dataclass(frozen=True)
class ReadingPath:
    """A path: its stops in order, the minutes it promises to stay within, and whether exercises are part of it."""

    name: str
    label: str
    label_zh_CN: str
    within_minutes: int
    exercises: bool
    pages: tuple[Stop, ...]


def read_paths(file: Path = FILE) -> tuple[dict[str, ReadingPath], dict[str, int]]:
    """The paths by name, and the rates; `PolicyError` names the place and the fault."""
    raw, where = load_yaml(file), file.name
    refuse_unknown(raw, {*RATES, "paths"}, where)
    rates = {name: raw.get(name) for name in RATES}
    for name, rate in rates.items():
        if not isinstance(rate, int) or isinstance(rate, bool) or rate < 1:
            raise PolicyError(_("{where}: “{key}” must be a whole number from 1 up.").format(where=where, key=name))
    paths = {}
    for name, item in raw["paths"].items():
        stops = tuple(Stop(**_complete(stop, Stop, f"{where}: {name}")) for stop in item.get("pages") or ())
        paths[name] = ReadingPath(
            **{"name": name, **_complete(item, ReadingPath, f"{where}: {name}", {"name"}), "pages": stops}
        )
    return paths, rates


def _complete(raw: Mapping[str, Any], kind: type, where: str, given: frozenset[str] | set[str] = frozenset()) -> dict:
    """A mapping with the keys of a dataclass: none unknown, none of those without a default missing."""
    fields = {name: field for name, field in kind.__dataclass_fields__.items() if name not in given}
    refuse_unknown(raw, set(fields), where)
    for name in fields:
        if name not in ("hands_on",) and raw.get(name) in (None, "", []):
            raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key=name))
    return dict(raw)


# --- counting -------------------------------------------------------------------------------------

_UNREAD = (nodes.literal_block, nodes.raw, nodes.comment, nodes.system_message)
_EXERCISES = (exercise_node, exercise_enumerable_node)


def minutes(doctree: nodes.document, rates: Mapping[str, int], exercises: bool, hands_on: int = 0) -> int:
    """The minutes a page takes: prose, tables and pictures, and with ``exercises`` exercises and questions; rounded up."""
    text = " ".join(_prose(doctree, exercises))
    characters = len(_CHARACTER.findall(text))
    words = len(_WORD.findall(_CHARACTER.sub(" ", text)))
    time = words / rates["words_per_minute"] + characters / rates["characters_per_minute"]
    time += rates["table_minutes"] * _tables(doctree)
    if exercises:
        time += rates["exercise_minutes"] * sum(map(_is_exercise, doctree.findall()))
        time += rates["question_minutes"] * sum(
            len(load_quiz(box["part"]).questions)
            for box in doctree.findall(nodes.container)
            if CSS_CLASS in box["classes"]
        )
    return math.ceil(time + rates["hands_on_minutes"] * hands_on)


def _is_exercise(node: nodes.Node) -> bool:
    """Whether a node is an exercise; one in Chinese is an admonition, for the directive's own words are English."""
    return isinstance(node, _EXERCISES) or (isinstance(node, nodes.admonition) and "exercise" in node["classes"])


def _is_solution(node: nodes.Node) -> bool:
    return isinstance(node, solution_node) or (isinstance(node, nodes.admonition) and "solution" in node["classes"])


def _prose(node: nodes.Node, exercises: bool) -> list[str]:
    if isinstance(node, nodes.Text):
        return [node.astext()]
    if isinstance(node, _UNREAD) or (
        isinstance(node, nodes.container) and {CSS_CLASS, LOOKED_UP} & set(node["classes"])
    ):
        return []  # a quiz has its own allowance
    if not exercises and (_is_exercise(node) or _is_solution(node)):
        return []
    return [text for child in node.children for text in _prose(child, exercises)]


def _tables(doctree: nodes.document) -> int:
    """The tables and pictures of a page: its own, and those that a notebook hands to it."""
    own = sum(node.astext().count("<table") for node in doctree.findall(nodes.raw))
    handed = sum(not isinstance(node.parent, nodes.TextElement) for node in doctree.findall(PendingGlueReference))
    return own + handed + len(list(doctree.findall(nodes.table)))


# --- on a page ------------------------------------------------------------------------------------


class path_list(nodes.General, nodes.Element):
    """Where a path is to stand, once all pages have been read; the language is that of the page it stands on."""


class PathDirective(Directive):
    """A path, as `{reading-path} name`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        paths, _rates = read_paths()
        name = self.arguments[0]
        if name not in paths:
            raise PolicyError(_("There is no path “{name}”.").format(name=name) + nearest(name, paths))
        environment = self.state.document.settings.env
        environment.note_dependency(str(FILE))
        for stop in paths[name].pages:  # a page that grows takes longer
            environment.note_dependency(environment.doc2path(_page_of(stop, language(), environment.found_docs)))
        return [path_list(name=name, language=language())]


def _page_of(stop: Stop, spoken: str, there: Collection[str]) -> str:
    """The page of a stop, in Chinese where the path is in Chinese and the book has it."""
    chinese = chinese_pages.twin(stop.page)
    return chinese if spoken == "zh_CN" and chinese in there else stop.page


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the paths where they are to stand, with the minutes each page takes."""
    for place in list(doctree.findall(path_list)):
        paths, rates = read_paths()
        path = paths[place["name"]]
        pages = [_page_of(stop, place["language"], app.env.all_docs) for stop in path.pages]
        missing = [page for page in pages if page not in app.env.all_docs]
        if missing:
            logger.warning("paths.yaml: %s: no such page: %s", path.name, ", ".join(missing), location=docname)
            place.replace_self([])
            continue
        times = [
            minutes(app.env.get_doctree(page), rates, path.exercises, stop.hands_on)
            for page, stop in zip(pages, path.pages, strict=True)
        ]
        if sum(times) > path.within_minutes:
            logger.warning(
                "paths.yaml: %s takes %d minutes and promises %d",
                path.name,
                sum(times),
                path.within_minutes,
                location=docname,
            )
        with in_language(place["language"]):
            place.replace_self(_shown(app, docname, path, pages, times))


def _shown(app: Sphinx, docname: str, path: ReadingPath, pages: list[str], times: list[int]) -> list[nodes.Node]:
    shown = nodes.enumerated_list("", classes=["ch-path"], enumtype="arabic", prefix="", suffix=".")
    for stop, page, time in zip(path.pages, pages, times, strict=True):
        link = nodes.reference(
            "",
            app.env.titles[page].astext(),
            internal=True,
            refuri=app.builder.get_relative_uri(docname, page),
        )
        told = _(": {why}, {minutes} min").format(why=label(stop), minutes=time)
        shown += nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(told)))
    total = _("Together {minutes} minutes, within the {within} promised.").format(
        minutes=sum(times), within=path.within_minutes
    )
    return [shown, nodes.paragraph("", total, classes=["ch-path-total"])]


def allowances() -> str:
    """How the minutes are counted, in one sentence."""
    _paths, rates = read_paths()
    return _(
        "Counted are {words_per_minute} words of prose a minute ({characters_per_minute} characters of Chinese), {table_minutes} min for a table or picture, {exercise_minutes} for an "
        "exercise, {question_minutes} for a question of a quiz and {hands_on_minutes} for each thing to try out. Code is not counted."
    ).format(**rates)


class Allowances(Directive):
    """How the minutes of the paths are counted, as `{reading-allowances}`."""

    def run(self) -> list[nodes.Node]:
        self.state.document.settings.env.note_dependency(str(FILE))
        return [nodes.paragraph("", allowances())]
