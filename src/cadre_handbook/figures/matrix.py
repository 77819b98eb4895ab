from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    LINE,
    MARGIN,
    MOST_SHADE,
    SIZE,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    finished,
    house_style,
    label_room,
    nothing,
    sentences,
    text_width,
    wrapped,
)
from cadre_handbook.i18n import _, joined, language

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    alarm: Iterable[tuple[str, str]] = (),
    marked: Iterable[tuple[str, str]] = (),
) -> Picture:
    """Counts by two categories: a cell is stronger in colour the more it holds, and says its number.

    ``rows``, ``columns``: labels in the order shown. ``counts``: long, with `row`, `column` (labels) and `count`; pairs that
    are absent count 0. ``alarm``: (row, column) pairs that should be empty, outlined where they are not. ``marked``: pairs
    that the title speaks of, in brackets of ink; the caption must say so. `ValueError` for a row or column of `counts` that is
    not among the labels.
    """
    unknown = (set(counts["row"]) - set(rows)) | (set(counts["column"]) - set(columns))
    if unknown:
        raise ValueError(f"not among the labels: {sorted(map(str, unknown))}")
    table = counts.groupby(["row", "column"], observed=True)["count"].sum().unstack(fill_value=0)
    table = table.reindex(index=list(rows), columns=list(columns)).fillna(0).astype(int)
    total = int(table.to_numpy().sum())
    if not total:
        return nothing(settings, slug)
    alarm, marked, most = set(alarm), set(marked), int(table.to_numpy().max())
    with house_style(slug):
        # The heads' longest word fits its column, as long as the rows' labels keep a quarter of the sheet.
        word = max(text_width(word, SMALL) for label in columns for word in str(label).split()) + 4
        share = min(0.4, max(0.25, (WIDTH - 2 * MARGIN - 10 - word * len(columns)) / WIDTH))
        left = MARGIN + label_room(rows, share) + 10
        cell = (WIDTH - MARGIN - left) / len(columns)
        labels = [wrapped(label, WIDTH * share, SIZE) for label in rows]
        heads = [wrapped(label, cell - 2, SMALL, 4) for label in columns]
        top = MARGIN + max(map(len, heads)) * SMALL * LINE + 4
        heights = [max(34, len(lines) * SIZE * LINE + 8) for lines in labels]
        sheet = Sheet(slug, top + sum(heights) + MARGIN)
        for number, lines in enumerate(heads):
            sheet.lines(left + (number + 0.5) * cell, top - 4 - len(lines) * SMALL * LINE / 2, lines, "center", SMALL)
        y = top
        for label, lines, height in zip(rows, labels, heights, strict=True):
            sheet.lines(left - 10, y + height / 2, lines, "right")
            for number, column in enumerate(columns):
                count = int(table.loc[label, column])
                x, warned = left + number * cell, count > 0 and (label, column) in alarm
                # Never darker than ink on it can be read, on a light page and on a dark one.
                sheet.rect(x + 1, y + 1, cell - 2, height - 2, "grid", alpha=0, edge_width=0.8)
                if count:
                    shade = 0.08 + (MOST_SHADE - 0.08) * math.sqrt(count / most)
                    sheet.rect(
                        x + 2,
                        y + 2,
                        cell - 4,
                        height - 4,
                        "alarm" if warned else "accent",
                        alpha=shade,
                        edge=False,
                    )
                if (label, column) in marked:
                    _bracketed(sheet, x + 4, y + 4, cell - 8, height - 8)
                if warned:
                    sheet.rect(x + 3, y + 3, cell - 6, height - 6, "alarm", alpha=0, edge_width=2.6)
                sheet.text(x + cell / 2, y + height / 2, str(count), "center", bold=warned)
            y += height
        flat = table.stack()
        (row, column), top_count = flat.idxmax(), int(flat.max())
        warned_total = sum(int(table.loc[pair]) for pair in alarm)
        if title is None:
            title = _("Most often {row}, {column}: {k} of {n}").format(row=row, column=column, k=top_count, n=total)
        caption = sentences(caption or _("A number counts."), _("The stronger the colour of its cell, the more."))
        if warned_total:
            caption = sentences(caption, _("Outlined cells should be empty."))
        alt = _("Table of {n} in all. {rows}.").format(
            n=total,
            rows=("；" if language() == "zh_CN" else "; ").join(
                _("{row}: {counts}").format(
                    row=row,
                    counts=joined(f"{column} {count}" for column, count in table.loc[row].items() if count),
                )
                for row in rows
                if table.loc[row].any()
            ),
        )
        data = table.rename_axis(index=_("Category"), columns=None).reset_index()
        return finished(sheet, settings, title, caption, alt, data)


def _bracketed(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """Brackets around a cell: a mark that neither hides its number nor needs a colour."""
    lip = min(6, width / 5)
    for side, inward in ((x, lip), (x + width, -lip)):
        sheet.line([side + inward, side, side, side + inward], [y, y, y + height, y + height], "ink", 1.6)
