from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    draw_legend,
    finished,
    house_style,
    label_room,
    legend_height,
    linear,
    nothing,
    number_text,
    percent_text,
    text_width,
    tick_values,
    wrapped,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def panels(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    words: tuple[str, str, str],
    title: str,
    caption: str | None = None,
) -> Picture:
    """Small multiples: a panel a figure, a line a row, a mark for now and an open one for then, beside a dashed line.

    ``table``: a row of a panel a row, with `panel` and `row` (labels), `now` and `then` (NaN where there is none), `beside` (the
    figure compared with, NaN for none) and `is_share` (bool: shown in per cent, on a scale from nought to all). ``words``: what the two marks
    and the line are called.
    """
    table = table[table["now"].notna().to_numpy()]
    if table.empty:
        return nothing(settings, slug)
    with house_style(slug):
        sheet = _drawn(table, words, slug)
        alt = _("Small panels: {parts}.").format(
            parts=joined(
                _("{panel}, {row} {now}").format(panel=row.panel, row=row.row, now=_figure(row.now, row.is_share))
                for row in table.itertuples()
            )
        )
        caption = caption or _(
            "A panel is a figure, a line a team; the open mark is where it stood, the filled one where it stands."
        )
        data = pd.DataFrame(
            {
                _("Figure"): table["panel"],
                _("Team"): table["row"],
                words[0]: [_figure(row.now, row.is_share) for row in table.itertuples()],
                words[1]: [_figure(row.then, row.is_share) for row in table.itertuples()],
                words[2]: [_figure(row.beside, row.is_share) for row in table.itertuples()],
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _figure(value: float, is_share: bool) -> str:
    if pd.isna(value):
        return "–"
    return percent_text(value) if is_share else number_text(round(float(value), 2))


def _drawn(table: pd.DataFrame, words: tuple[str, str, str], slug: str) -> Sheet:
    entries = [(words[0], "mark", "accent", "o"), (words[1], "mark", "ink", "-o"), (words[2], "line", "ink", DASHED)]
    head, row_tall, title_tall, axis_tall = legend_height(entries) + 4, 34, 30, 34
    names = list(dict.fromkeys(table["panel"]))
    sizes = {name: int(table["panel"].eq(name).sum()) for name in names}
    sheet = Sheet(slug, head + sum(title_tall + row_tall * size + axis_tall for size in sizes.values()) + MARGIN)
    draw_legend(sheet, 2, entries)
    room = label_room(table["row"], 0.32)
    left, right = MARGIN + room + 14, WIDTH - MARGIN - text_width(percent_text(1), SMALL) / 2 - 4
    top = head
    for name in names:
        rows = table[table["panel"].eq(name)]
        is_share = bool(rows["is_share"].iloc[0])
        low, high = (0.0, 1.0) if is_share else _limits(rows)
        x = linear(low, high, left, right)
        sheet.text(MARGIN, top + 14, name, bold=True)
        first, bottom = top + title_tall, top + title_tall + row_tall * len(rows)
        for tick in tick_values(low, high, 4, whole=not is_share):
            sheet.line([x(tick)] * 2, [first, bottom], "grid", 0.8)
            sheet.text(x(tick), bottom + 12, _figure(tick, is_share), "center", SMALL)
        for place, row in enumerate(rows.itertuples()):
            y = first + row_tall * (place + 0.5)
            if pd.notna(row.beside):
                sheet.line([x(row.beside)] * 2, [y - row_tall / 2, y + row_tall / 2], "ink", 1.8, DASHED)
            sheet.lines(MARGIN, y, wrapped(row.row, room, SIZE, 2))
            if pd.notna(row.then):
                sheet.line([x(row.then), x(row.now)], [y, y], "accent", 2.0)
                sheet.mark(x(row.then), y, "o", "ink", 10, filled=False)
            sheet.mark(x(row.now), y, "o", "accent", 11)
        top = bottom + axis_tall
    return sheet


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """A scale that holds every figure of a panel with some room, in whole fives."""
    values = pd.concat([rows["now"], rows["then"], rows["beside"]]).dropna()
    return float(values.min() // 5 * 5), float(-(-values.max() // 5) * 5)
