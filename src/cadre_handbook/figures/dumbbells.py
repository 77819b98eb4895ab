from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
    MARGIN,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    draw_legend,
    finished,
    house_style,
    legend_height,
    linear,
    nothing,
    number_text,
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

IN_TIME, LATE, OVERDUE, WAITING = "in_time", "late", "overdue", "waiting"
# Each with the marker at its end, the role of its colour and the dashes of its line.
SIGNS = {
    OVERDUE: (">", "alarm", DASHED),
    LATE: ("s", "alarm", "solid"),
    IN_TIME: ("o", "accent", "solid"),
    WAITING: (">", "second", DASHED),
}


def dumbbells(
    table: pd.DataFrame,
    limit: float,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    axis: str | None = None,
    most: int = 40,
) -> Picture:
    """From one event to the next, in months: a line a person, open at the end where the second has not come.

    ``table``: a person a row, with `waited` (months, to the second event or to the day), `ended` (bool: it came), `in_time`
    (boolean: it came within `limit`) and `counted` (bool: its time is over, or it came in time). Those who still wait are drawn
    first, the longest waiting of them at the top; the first `most` are drawn. ``axis``: words under the axis.
    """
    words = {
        OVERDUE: _("still waiting, time over"),
        LATE: _("came too late"),
        IN_TIME: _("came in time"),
        WAITING: _("still waiting, time runs"),
    }
    table = table.dropna(subset=["waited"])
    if table.empty:
        return nothing(settings, slug)
    in_time = table["in_time"].astype("boolean").fillna(False).to_numpy(bool)
    ended, counted = table["ended"].to_numpy(bool), table["counted"].to_numpy(bool)
    table = table.assign(sign=np.select([in_time, ended, counted], [IN_TIME, LATE, OVERDUE], WAITING))
    order = pd.Categorical(table["sign"], [OVERDUE, WAITING, LATE, IN_TIME])
    table = table.assign(order=order.codes).sort_values(["order", "waited"], ascending=[True, False], kind="stable")
    counts, drawn = table["sign"].value_counts(), table.head(most)
    entries = [(words[sign], "mark", SIGNS[sign][1], _marker(sign)) for sign in SIGNS if counts.get(sign, 0)]
    with house_style(slug):
        head, step = legend_height(entries) + 30, 15
        bottom = head + step * len(drawn) + 6
        sheet = Sheet(slug, bottom + 58)
        draw_legend(sheet, 2, entries)
        left, right = MARGIN + 12, WIDTH - MARGIN - text_width("00", SMALL)
        x = linear(0, max(limit * 1.1, *table["waited"]), left, right)
        for tick in tick_values(0, max(limit * 1.1, *table["waited"]), 6):
            sheet.line([x(tick)] * 2, [head, bottom], "grid", 0.8)
            sheet.text(x(tick), bottom + 14, number_text(tick), "center", SMALL)
        sheet.line([x(limit)] * 2, [head - 8, bottom], "ink", 1.8, DASHED)
        limit_words = _("{months} months").format(months=number_text(limit))
        sheet.text(min(x(limit), WIDTH - MARGIN - text_width(limit_words) / 2), head - 18, limit_words, "center")
        for place, row in enumerate(drawn.itertuples()):
            _marker_, role, dash = SIGNS[row.sign]
            y = head + step * (place + 0.5) + 3
            end = x(row.waited) - (0 if row.ended else 5)  # an open marker stays empty
            sheet.line([x(0), max(end, x(0))], [y, y], role, 2.4, dash)
            sheet.mark(x(0), y, "|", "ink", 9)
            sheet.mark(x(row.waited), y, _marker_, role, 8, filled=row.ended)
        sheet.text((left + right) / 2, bottom + 42, axis or _("Months from the first event to the second"), "center")
        title = title or _("{k} of {n} came in time").format(k=int(counts.get(IN_TIME, 0)), n=len(table))
        caption = caption or _(
            "A line is one person, from the first event on the left to the second; an open arrow at its end still waits."
        )
        if len(table) > len(drawn):
            caption = sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(drawn), n=len(table)))
        alt = _(
            "Lines of {n} people, in months: {in_time} came in time, {late} too late; {overdue} wait with their time over, {waiting} within it."
        ).format(n=len(table), **{sign: int(counts.get(sign, 0)) for sign in (IN_TIME, LATE, OVERDUE, WAITING)})
        data = pd.DataFrame(
            {
                _("Line"): range(1, len(drawn) + 1),
                _("Months"): drawn["waited"].round(1).map(lambda value: f"{value:.1f}").to_numpy(),
                _("Outcome"): drawn["sign"].map(words).to_numpy(),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _marker(sign: str) -> str:
    """The marker of a sign in the legend: open for those who wait."""
    return ("-" if sign in (OVERDUE, WAITING) else "") + SIGNS[sign][0]
