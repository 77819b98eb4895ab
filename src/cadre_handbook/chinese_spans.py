"""Chinese in an English page, marked as Chinese when the book is written.

A screen reader switches its voice at `lang`, and the style sheet sets the type. Pages, policy files and notebooks stay as they
are: nobody has to type a mark-up.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from cadre_handbook.chinese_pages import is_chinese

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = r"\u3001-\u3011\u2014\u2018\u2019\u201c\u201d\u2026\u00b7\uff01-\uff5e"
# From a Chinese character, or an opening bracket right before one, to the last one with what closes it.
RUN = re.compile(rf"[（《「『〈]?[{HAN}](?:[{HAN}{_MARKS}0-9A-Za-z% .-]*[{HAN}])?[）》」』〉。！？]*")
_CLASS = "language-zh-CN"  # docutils writes such a class as the attribute lang
_NOT_PROSE = (nodes.literal, nodes.literal_block, nodes.raw, nodes.comment, nodes.math, nodes.math_block)
_TAG = re.compile(r"(<[^>]*>)")
_CLOSED_TO_SPANS = ("svg", "script", "style", "code", "pre", "textarea", "option", "title")


class MarkChinese(SphinxPostTransform):
    """Wrap each run of Chinese in prose and in the HTML of outputs in an element with `lang="zh-CN"`."""

    default_priority = 700  # when outputs and references stand
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        if is_chinese(self.env.docname):
            return
        for text in list(self.document.findall(nodes.Text)):
            if not _stands_in(text, _NOT_PROSE) and RUN.search(text):
                text.parent.replace(text, _marked(text))
        for raw in self.document.findall(nodes.raw):
            if "html" in raw.get("format", "").split():
                source = marked_html(raw.astext())
                raw.rawsource = source
                raw.children = [nodes.Text(source)]


def _stands_in(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds) or _CLASS in parent.get("classes", ()):
            return True
        parent = parent.parent
    return False


def _marked(text: str) -> list[nodes.Node]:
    made: list[nodes.Node] = []
    end = 0
    for run in RUN.finditer(text):
        if run.start() > end:
            made.append(nodes.Text(text[end : run.start()]))
        made.append(nodes.inline(run[0], run[0], classes=[_CLASS]))
        end = run.end()
    return [*made, nodes.Text(text[end:])] if end < len(text) else made


def marked_html(source: str) -> str:
    """HTML with its runs of Chinese in spans; tags, drawings and code stay as they are."""
    parts, closed = [], ""
    for part in _TAG.split(source):
        if part.startswith("<"):
            name = re.match(r"</?([A-Za-z]*)", part)[1].lower()
            if closed and part.startswith(f"</{closed}"):
                closed = ""
            elif not closed and name in _CLOSED_TO_SPANS and not part.startswith("</") and not part.endswith("/>"):
                closed = name
        elif not closed:
            part = RUN.sub(lambda run: f'<span lang="zh-CN">{run[0]}</span>', part)
        parts.append(part)
    return "".join(parts)
