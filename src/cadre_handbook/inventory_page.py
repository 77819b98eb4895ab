"""The page *What is checked and what is not*: the catalogue as a matrix, the documents by section, and what no check asks.

All of it is read from the files when the book is built (`inventory.py`); nothing is typed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.errors import ExtensionError

from cadre_handbook import inventory, show
from cadre_handbook import policy as policies
from cadre_handbook.tables import NONE, Linked, html_table

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def refuse_left_over(app: Sphinx) -> None:
    """Raise ExtensionError where anything of the catalogue, the documents or the tables is left over; a book without a catalogue has none."""
    root = Path(app.srcdir)
    if (root / "data/catalogue.yml").is_file() and (found := inventory.left_over(root)):
        raise ExtensionError("left over:\n    " + "\n    ".join(found))


class _OfInventory(Directive):
    """A table made from the inventory of the book that is built."""

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        root = Path(environment.srcdir)
        for path in inventory.dependencies(root):
            environment.note_dependency(str(path))
        table, css, caption = self.table(inventory.read(root))
        return [nodes.raw("", html_table(table, css, caption, shown=None), format="html")]

    def table(self, found: inventory.Inventory) -> tuple[pd.DataFrame, str, str]:
        """The frame, its class and its caption."""
        raise NotImplementedError

    def link(self, docname: str) -> str:
        """The address of another page from this one; none in a build that writes no pages."""
        environment = self.state.document.settings.env
        return environment.app.builder.get_relative_uri(environment.docname, docname)

    def page(self, found: inventory.Inventory, slug: str) -> tuple[str, str]:
        """The title of a slug with the address of its page."""
        policy = policies.load_page(slug)
        return f"{policy.title} ({policy.title_zh_CN})", self.link(found.page(slug))


class Matrix(_OfInventory):
    """The whole catalogue, a row a recommendation, in reading order."""

    def table(self, found: inventory.Inventory) -> tuple[pd.DataFrame, str, str]:
        rows = [self._row(found, slug) for slug in found.catalogue]
        columns = [
            "Recommendation",
            "Sources",
            "Numbers, by origin",
            "Tables",
            "Judgeable",
            "Cases",
            "Notebook",
        ]
        return pd.DataFrame(rows, columns=columns), "ch-inventory", "The whole catalogue"

    def _row(self, found: inventory.Inventory, slug: str) -> list:
        policy = policies.load_page(slug)
        sources = list(dict.fromkeys(f"{source.document} {source.section}" for source in policy.sources))
        is_check = inventory.is_check(found, slug)
        judged = {"fully": "fully", "partly": "in part"}.get(policy.judgeable, "shown, not judged")
        return [
            Linked((self.page(found, slug),)),
            "; ".join(sources) or NONE,
            _numbers(policy),
            ", ".join(found.tables_of(slug)) if is_check else NONE,
            Linked(((judged, ""),), ("What it cannot tell", policy.cannot_tell)),
            str(found.cases_of(slug)) if is_check else NONE,
            Linked(((f"{slug}.ipynb", self.link(found.notebook(slug))),)),
        ]


def _numbers(policy: policies.Policy) -> Linked | str:
    """How many values come from where; unfolded each parameter with what it is and where it stands."""
    values = [(name, value) for name, parameter in policy.parameters.items() for value in parameter.values]
    if not values:
        return NONE
    counts = {origin: sum(value.origin == origin for _name, value in values) for origin in policies.ORIGINS}
    told = ", ".join(f"{show.origin_word(origin)} {count}" for origin, count in counts.items() if count)
    each = "; ".join(
        f"{name} = {policies.short(value.value)} ({value.origin}, {value.reference})" for name, value in values
    )
    return Linked(((told, ""),), ("Each", each))


class Sections(_OfInventory):
    """Every section of the five documents, with the recommendations that take it up and what of it no check asks."""

    def table(self, found: inventory.Inventory) -> tuple[pd.DataFrame, str, str]:
        left = {(entry["document"], str(entry["section"])) for entry in found.not_checked}
        rows = []
        for (document, section), told in found.sections.items():
            slugs = found.covered_by(document, section)
            rows.append(
                [
                    f"{document} {section}",
                    f"{told['label']} ({told['label_zh_CN']})",
                    Linked(tuple(self.page(found, slug) for slug in slugs)) if slugs else NONE,
                    "see below" if (document, section) in left else NONE,
                ]
            )
        columns = ["Section", "What it is about", "Taken up by", "Not checked"]
        return pd.DataFrame(rows, columns=columns), "ch-sections", "The five documents by section"


class NotChecked(_OfInventory):
    """What the documents recommend or hold and no check asks, each with the reason."""

    def table(self, found: inventory.Inventory) -> tuple[pd.DataFrame, str, str]:
        rows = [
            [
                f"{entry['document']} {entry['section']}",
                f"{entry['says']} ({entry['says_zh_CN']})",
                "{label} ({label_zh_CN})".format(**found.kinds[entry["kind"]]),
                f"{entry['why']} ({entry['why_zh_CN']})",
            ]
            for entry in found.not_checked
        ]
        columns = ["Section", "What it says, in our words", "Kind", "Why no check asks it"]
        return pd.DataFrame(rows, columns=columns), "ch-not-checked", "What no check asks, and why"


DIRECTIVES = [("matrix", Matrix), ("document-sections", Sections), ("not-checked", NotChecked)]
