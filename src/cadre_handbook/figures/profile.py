from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    cut_line,
    draw_legend,
    finished,
    house_style,
    legend_height,
    linear,
    nothing,
    number_text,
    sentences,
    text_width,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def profile(
    marks: pd.DataFrame,
    scale: tuple[int, int],
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    least: int = 5,
) -> Picture:
    """Marks of several abilities on one scale, a line each: the median, the middle half and the range.

    ``marks``: one row an assessment, a column for each ability (its label), numbers from `scale[0]` to `scale[1]`, NA where
    not marked. An ability with fewer than ``least`` marks is named and not drawn, for the ends of its range would be single
    people's marks. All lines share one scale, so that lengths compare; there is no area to misread.
    """
    table = _summary(marks, least)
    shown = table[table["shown"]]
    if shown.empty:
        return nothing(settings, slug)
    lowest = shown[shown["median"] == shown["median"].min()]
    hidden = len(table) - len(shown)
    with house_style(slug):
        sheet = _drawn(table, scale, slug)
        if title is None:
            words = _("Every median is {median} of {top}")
            if len(lowest) < len(shown):
                words = _("Lowest median: {names}, {median} of {top}")
            title = words.format(
                names=joined(lowest["name"]), median=number_text(lowest["median"].iloc[0]), top=scale[1]
            )
        caption = caption or _(
            "A diamond is the median mark, the bar the middle half of all marks, the line reaches from the lowest to the highest."
        )
        if hidden:
            caption = sentences(caption, _("With fewer than {least} marks nothing is drawn.").format(least=least))
        alt = _("Profile of marks, medians: {parts}.").format(
            parts=joined(f"{row.name} {number_text(row.median)}" for row in shown.itertuples(index=False))
        )
        columns = {"lowest": _("Lowest"), "median": _("Median"), "highest": _("Highest")}
        data = pd.DataFrame(
            {
                _("Ability"): table["name"],
                _("Marks"): table["count"],
                **{heading: table[column].where(table["shown"]) for column, heading in columns.items()},
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _summary(marks: pd.DataFrame, least: int) -> pd.DataFrame:
    """A row an ability: `name`, `count`, `lowest`, `low` (quarter), `median`, `high`, `highest`, and whether it is `shown`."""
    values = marks.astype("Float64").astype(float)
    low, median, high = (values.quantile(share) for share in (0.25, 0.5, 0.75))
    columns = {"lowest": values.min(), "low": low, "median": median, "high": high, "highest": values.max()}
    table = pd.DataFrame({"name": list(marks.columns), "count": values.notna().sum().to_numpy()})
    for name, of_column in columns.items():
        table[name] = of_column.to_numpy()
    return table.assign(shown=table["count"] >= max(least, 1))


def _drawn(table: pd.DataFrame, scale: tuple[int, int], slug: str) -> Sheet:
    entries = [
        (_("median"), "mark", "ink", "D"),
        (_("middle half"), "rect", "accent", None),
        (_("lowest to highest"), "line", "ink", "solid"),
    ]
    head, step = legend_height(entries) + 6, 56
    bottom = head + step * len(table)
    sheet = Sheet(slug, bottom + 28)
    draw_legend(sheet, 2, entries)
    x = linear(*scale, MARGIN + 14, WIDTH - MARGIN - 14)
    for place, row in enumerate(table.itertuples(index=False)):
        top = head + place * step
        count = _("marks: {count}").format(count=row.count) if row.shown else _("too few")
        sheet.text(MARGIN, top + 15, cut_line(row.name, WIDTH - 3 * MARGIN - text_width(count, SMALL) - 8, SIZE))
        sheet.text(WIDTH - MARGIN, top + 15, count, "right", SMALL)
        y = top + 40
        for mark in range(scale[0], scale[1] + 1):
            sheet.line([x(mark)] * 2, [y - 11, y + 11], "grid", 0.8)
        if not row.shown:
            continue
        sheet.rect(x(row.low) - 3, y - 8, x(row.high) - x(row.low) + 6, 16, "accent", edge=False)
        sheet.line([x(row.lowest), x(row.highest)], [y, y], "ink", 1.6)
        for end in (row.lowest, row.highest):
            sheet.line([x(end)] * 2, [y - 6, y + 6], "ink", 1.6)
        sheet.mark(x(row.median), y, "D", "ink", 9)
    for mark in range(scale[0], scale[1] + 1):
        sheet.text(x(mark), bottom + 14, str(mark), "center", SMALL)
    return sheet
