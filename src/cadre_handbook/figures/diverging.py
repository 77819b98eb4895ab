from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    finished,
    house_style,
    label_room,
    linear,
    nothing,
    number_text,
    text_width,
    wrapped,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def diverging(
    table: pd.DataFrame,
    sides: tuple[str, str],
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Counts to the left and right of a middle line, by row.

    ``table``: a row per category, in the order shown, with `row` (label), `left`, `right` (counts). ``sides``: what the left and
    the right side are called; the left is hatched.
    """
    table = table.reset_index(drop=True)
    left_total, right_total = int(table["left"].sum()), int(table["right"].sum())
    total = left_total + right_total
    if not total:
        return nothing(settings, slug)
    most = int(max(table["left"].max(), table["right"].max()))
    with house_style(slug):
        room = label_room(table["row"], 0.3)
        labels = [wrapped(label, 0.3 * WIDTH) for label in table["row"]]
        start = MARGIN + room + 10
        number_room = text_width(str(most), SMALL) + 18
        middle = (start + WIDTH - MARGIN) / 2
        half = middle - start - number_room
        heads = [wrapped(side, half + number_room - 14, SMALL) for side in sides]
        top = MARGIN + max(map(len, heads)) * SMALL * LINE + 6
        heights = [max(34, len(lines) * SIZE * LINE + 8) for lines in labels]
        sheet = Sheet(slug, top + sum(heights) + MARGIN)
        sheet.lines(middle - 10, top / 2, heads[0], "right", SMALL)
        sheet.lines(middle + 10, top / 2, heads[1], "left", SMALL)
        x, y = linear(0, most, 0, half), top
        for row, lines, height in zip(table.itertuples(), labels, heights, strict=True):
            at = y + height / 2
            sheet.lines(start - 10, at, lines, "right")
            if row.left:
                sheet.rect(middle - x(row.left), at - 11, x(row.left), 22, "alarm", "////")
            if row.right:
                sheet.rect(middle, at - 11, x(row.right), 22, "accent")
            sheet.text(middle - x(row.left) - 8, at, number_text(row.left), "right", SMALL)
            sheet.text(middle + x(row.right) + 8, at, number_text(row.right), "left", SMALL)
            y += height
        sheet.line([middle, middle], [top, y], "ink", 1.6)
        if title is None:
            title = _("{side}: {k} of {n}").format(side=sides[1], k=right_total, n=total)
        caption = caption or _("Hatched to the left: {left}; to the right: {right}.").format(
            left=sides[0], right=sides[1]
        )
        alt = _("Bars to two sides. {left}: {k}; {right}: {m}.").format(
            left=sides[0], k=left_total, right=sides[1], m=right_total
        )
        data = table[["row", "left", "right"]].rename(
            columns={"row": _("Category"), "left": sides[0], "right": sides[1]}
        )
        return finished(sheet, settings, title, caption, alt, data)
