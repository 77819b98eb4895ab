"""Tables as HTML: read on a phone, by ear and in print, and copied into a spreadsheet. Text from data is always escaped.

A table stands in a box that scrolls by itself and that the keyboard reaches. A long one shows its first rows; a checkbox
shows the rest, without a script. Where no style sheet is loaded, and in print, every row shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from cadre_handbook.i18n import _, bracketed, joined

ROWS_SHOWN = 20  # of a long table, before the rest is asked for
_FEW_MORE = 5  # so few rows more are shown at once
NONE = "–"

# A number that cannot be an id or a code: with a sign, a fraction or a percent sign, or as `k of n`.
_PERCENT = re.compile(r"([<>≤≥=−-]? ?\d[\d.,]*) ?%")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[<>≤≥=−-] ?\d[\d.,]*|\d[\d,]*\.\d+|\d+ ?/ ?\d+")


@dataclass(frozen=True)
class Linked:
    """A cell of a table of ours, where a text alone would not do. ``parts``: texts, each with the address it links to, or with none;
    ``folded``: a summary, and what it unfolds to."""

    parts: tuple[tuple[str, str], ...] = ()
    folded: tuple[str, str] | None = None

    def __str__(self) -> str:
        return clean(" ".join([*(text for text, _address in self.parts), *(self.folded or ())]))


def html_table(
    table: pd.DataFrame,
    css: str,
    caption: str | None = None,
    numbers: Iterable[str] = (),
    shown: int | None = ROWS_SHOWN,
) -> str:
    """A frame without its index as an escaped table in a box that scrolls; the first column heads the rows.

    ``css``: a class of its own. ``caption``: what it holds, for those who hear it; no two alike on a page. ``numbers``:
    headings of columns to set as numbers, besides those seen to be; a column of digits alone may hold ids and is not.
    ``shown``: rows of a long table that show at first; `None` for all. A percent sign in all cells of a column moves to its head.
    """
    columns = [
        _column(clean(str(name)), table.iloc[:, place], set(numbers)) for place, name in enumerate(table.columns)
    ]
    caption = clean(
        caption or _("Table: {headings}").format(headings=joined(heading for heading, _cells, _css in columns))
    )
    fold = shown is not None and len(table) > shown + _FEW_MORE
    box = ElementTree.Element("div", {"class": "ch-table-box"})
    scroll = _part(box, "div", css="ch-scroll", role="region", tabindex="0", **{"aria-label": caption})
    whole = _part(scroll, "table", css=f"ch-table {css}")
    _part(whole, "caption", caption)
    head = _part(_part(whole, "thead"), "tr")
    for heading, _cells, kind in columns:
        _part(head, "th", heading, kind, scope="col")
    rows = list(zip(*(cells for _heading, cells, _kind in columns), strict=True))
    parts = [(rows[:shown], ""), (rows[shown:], "ch-rest")] if fold else [(rows, "")]
    for of_part, name in parts:
        _rows(_part(whole, "tbody", css=name), of_part, [kind for _heading, _cells, kind in columns])
    if fold:
        # Hidden until a style sheet that can fold says otherwise: elsewhere every row shows, and there is nothing to ask for.
        label = _part(box, "label", css="ch-more", style="display: none")
        _part(label, "input", type="checkbox").tail = " " + _("Show all {count} rows").format(count=len(rows))
    # As XML, which escapes attributes too; `input` is the one element here that HTML does not close.
    return ElementTree.tostring(box, encoding="unicode", short_empty_elements=False).replace("></input>", ">")


def cell_text(value: Any) -> str:
    """A value as people read it; `–` where there is none."""
    if isinstance(value, str):
        return clean(value)
    if value is None or pd.isna(value):
        return NONE
    if isinstance(value, (bool, np.bool_)):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return number_text(value)


def number_text(value: float) -> str:
    """A number short and the same on every machine: whole as such, else two decimals."""
    return str(int(value)) if float(value).is_integer() else f"{float(value):.2f}"


def clean(text: str) -> str:
    """A text in one line, without the characters that neither HTML nor XML can hold."""
    return re.sub(r"[\s\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+", " ", text).strip()


def _column(heading: str, values: pd.Series, numbers: set[str]) -> tuple[str, list[str | Linked], str]:
    """Heading, cells and class of a column: `ch-number` where it holds numbers, `ch-day` where days."""
    cells = [value if isinstance(value, Linked) else cell_text(value) for value in values]
    filled = [str(cell) for cell in cells if cell not in ("", NONE)]
    if filled and all(_PERCENT.fullmatch(cell) for cell in filled):
        sign = "" if "%" in heading else bracketed("%")
        return heading + sign, [_PERCENT.sub(r"\1", cell) for cell in cells], "ch-number"
    if filled and all(_DAY.fullmatch(cell) for cell in filled):
        return heading, cells, "ch-day"
    counted = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    written = bool(filled) and all(_NUMBER.fullmatch(cell) for cell in filled)
    return heading, cells, "ch-number" if counted or written or heading in numbers else ""


def _rows(body: ElementTree.Element, rows: Sequence[Sequence[str | Linked]], kinds: Sequence[str]) -> None:
    for cells in rows:
        row = _part(body, "tr")
        for place, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            plain = cell if isinstance(cell, str) else None
            made = _part(row, "td", plain, kind) if place else _part(row, "th", plain, kind, scope="row")
            if isinstance(cell, Linked):
                _fill(made, cell)


def _fill(element: ElementTree.Element, cell: Linked) -> None:
    for text, address in cell.parts:
        piece = _part(element, "a", clean(text), href=address) if address else _part(element, "span", clean(text))
        piece.tail = " "
    if cell.folded:
        summary, text = cell.folded
        details = _part(element, "details")
        _part(details, "summary", clean(summary))
        _part(details, "p", clean(text))


def _part(parent: ElementTree.Element, tag: str, text: str | None = None, css: str = "", **attributes: str):
    element = ElementTree.SubElement(parent, tag, {"class": css, **attributes} if css else attributes)
    element.text = text
    element.tail = "\n" if tag in ("caption", "thead", "tbody", "tr", "table", "div") else None
    return element
