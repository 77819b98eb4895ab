from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
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
    percent_text,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

STEPS = 5  # bars to what was asked for
LAST = 2 * STEPS  # the bar of all who have twice as much or more
PANEL = 150  # the height of one group's bars


def attainment(
    table: pd.DataFrame, settings: Settings, slug: str, title: str | None = None, caption: str | None = None
) -> Picture:
    """What people have of what was asked of them: a histogram a group, a line at the whole, those short of it hatched.

    ``table``: a person a row, with `group` (label; groups in the order they come) and `attained` (a share of what was asked,
    from 0; missing ones are left out). Bars are a fifth wide, the last holds everyone from twice as much.
    """
    table = table.assign(attained=pd.to_numeric(table["attained"]).astype("float64")).dropna(subset=["attained"])
    if table.empty:
        return nothing(settings, slug)
    # What is reached to the last digit but for the arithmetic of binary fractions is reached.
    steps = np.floor(table["attained"] * STEPS + 1e-6).clip(0, LAST).astype(int)
    counts = steps.groupby(table["group"], sort=False).value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=range(LAST + 1), fill_value=0)
    reached = counts.loc[:, STEPS:].sum(axis=1)
    entries = [
        (_("has what was asked for"), "rect", "accent", None),
        (_("has less"), "rect", "alarm", "////"),
        (_("what was asked for"), "line", "ink", DASHED),
    ]
    with house_style(slug):
        head, gap = legend_height(entries) + 6, 62
        bottom = head + len(counts) * (PANEL + gap) - gap
        sheet = Sheet(slug, bottom + 58)
        draw_legend(sheet, 2, entries)
        left = MARGIN + text_width(str(counts.to_numpy().max()), SMALL) + 8
        x = linear(0, LAST + 1, left, WIDTH - MARGIN - text_width("0", SMALL))
        for number, (group, row) in enumerate(counts.iterrows()):
            words = _("{k} of {n}").format(k=int(reached[group]), n=int(row.sum()))
            top = head + number * (PANEL + gap)
            room = WIDTH - 3 * MARGIN - text_width(words) - 8
            sheet.text(MARGIN, top + 10, cut_line(str(group), room, SIZE), bold=True)
            sheet.text(WIDTH - MARGIN, top + 10, words, "right")
            _panel(sheet, row, x, top + 30, top + PANEL)
        sheet.text((left + WIDTH) / 2, bottom + 42, _("Share of what was asked for"), "center")
        title = title or _("{k} of {n} have what was asked for").format(k=int(reached.sum()), n=len(table))
        caption = caption or _("A bar counts people by the share they have of what was asked for.")
        alt = _("Histograms: {parts}.").format(
            parts=joined(
                _("{group} {k} of {n} have what was asked for, {none} less than a fifth").format(
                    group=group, k=int(reached[group]), n=int(row.sum()), none=int(row[0])
                )
                for group, row in counts.iterrows()
            )
        )
        data = counts.rename(columns=_words).rename_axis(index=_("Group"), columns=None).reset_index()
        return finished(sheet, settings, title, caption, alt, data)


def _panel(sheet: Sheet, row: pd.Series, x, top: float, bottom: float) -> None:
    """The bars of one group between two heights, with their own scale of numbers."""
    y = linear(0, row.max(), bottom, top)
    left, right = x(0), x(LAST + 1)
    for tick in tick_values(0, row.max(), 4):
        sheet.line([left, right], [y(tick), y(tick)], "grid", 0.8)
        sheet.text(left - 6, y(tick), number_text(tick), "right", SMALL)
    for step, count in row[row > 0].items():
        hatch = "////" if step < STEPS else None
        sheet.rect(x(step) + 2, y(count), x(1) - x(0) - 4, bottom - y(count), "alarm" if hatch else "accent", hatch)
    sheet.line([left, right], [bottom, bottom], "line", 1.2)
    sheet.line([x(STEPS)] * 2, [top, bottom], "ink", 1.8, DASHED)
    for step in (0, STEPS, LAST):
        sheet.text(x(step), bottom + 14, percent_text(step / STEPS), "center" if step else "left", SMALL)


def _words(step: int) -> str:
    if step == LAST:
        return _("{share} or more").format(share=percent_text(LAST / STEPS))
    return _("from {share}").format(share=percent_text(step / STEPS))
