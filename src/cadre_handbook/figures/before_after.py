from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
    LINE,
    MARGIN,
    SIZE,
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
    text_width,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

# How a group is drawn, in the order of the table: colour, marker, dash. The shapes tell them apart without colour.
LOOKS = (("accent", "o", "solid"), ("second", "s", DASHED))
MOST = 100
LEAST_SPAN = 20  # points; a narrower scale would make noise look like a slope
BETWEEN = LINE * SMALL  # between the labels of two points
TICK = 5


def before_after(table: pd.DataFrame, settings: Settings, slug: str, title: str, caption: str | None = None) -> Picture:
    """The mean place of two groups among a hundred before and after, a line each.

    ``table``: a group a row, the first the one asked about, with `label`, `before`, `after` (0 to 100) and `n` (how many). Groups
    of nobody are left out.
    """
    table = table[(table["n"] > 0).to_numpy(bool)].head(len(LOOKS)).reset_index(drop=True)
    if table.empty:
        return nothing(settings, slug)
    places = table[["before", "after"]].to_numpy(float)
    low, high = _scale(places.min(), places.max())
    entries = [(f"{row.label} ({row.n})", "line", *LOOKS[row.Index][::2]) for row in table.itertuples()]
    panel = 170
    with house_style(slug):
        begin = legend_height(entries) + 14
        sheet = Sheet(slug, begin + panel + 44)
        draw_legend(sheet, 2, entries)
        height = linear(low, high, begin + panel, begin)
        room = max(text_width(f"{tick}", SMALL) for tick in (low, high))
        left, x0, x1 = MARGIN + room + 6, WIDTH * 0.36, WIDTH * 0.7
        for tick in range(low, high + 1, TICK):
            sheet.line([left, WIDTH - MARGIN], [height(tick)] * 2, "line" if tick == MOST // 2 else "grid", 0.8)
            sheet.text(left - 6, height(tick), str(tick), "right", SMALL)
        for row in table.itertuples():
            role, marker, dash = LOOKS[row.Index]
            sheet.line([x0, x1], [height(row.before), height(row.after)], role, 3.0, dash)
            for x, place in ((x0, row.before), (x1, row.after)):
                sheet.mark(x, height(place), marker, role, 9)
        for x, name, align, sign in ((x0, "before", "right", -1), (x1, "after", "left", 1)):
            for place, y in zip(table[name], _apart([height(place) for place in table[name]]), strict=True):
                sheet.text(x + sign * 14, y, f"{place:.1f}", align)
        for x, words in ((x0, _("Year before")), (x1, _("Year after"))):
            sheet.text(x, begin + panel + 26, words, "center", SIZE)
        caption = caption or _(
            "Each line is the mean place in the unit, 0 the lowest and 100 the highest; 50 is the middle. The scale is cut to what is shown. "
            "What counts is the difference between the two slopes."
        )
        alt = _("Mean place before and after: {parts}.").format(
            parts=joined(
                _("{label} ({n}) {before:.1f} and {after:.1f}").format(
                    label=row.label, n=row.n, before=row.before, after=row.after
                )
                for row in table.itertuples()
            )
        )
        data = pd.DataFrame(
            {
                _("Group"): table["label"],
                _("Number"): table["n"],
                _("Year before"): table["before"].map("{:.1f}".format),
                _("Year after"): table["after"].map("{:.1f}".format),
                _("Change"): (table["after"] - table["before"]).map("{:+.1f}".format),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _scale(least: float, most: float) -> tuple[int, int]:
    """A scale of whole ticks that holds both, no narrower than `LEAST_SPAN` and within 0 to 100."""
    low, high = int(least // TICK) * TICK, -int(-most // TICK) * TICK
    while high - low < LEAST_SPAN:
        low, high = max(0, low - TICK), min(MOST, high + TICK)
    return low, high


def _apart(ys: list[float]) -> list[float]:
    """Where labels stand so that two never lie on each other."""
    if len(ys) < 2 or abs(ys[0] - ys[1]) >= BETWEEN:
        return ys
    middle, upper = sum(ys) / 2, int(ys[1] < ys[0])
    return [middle + (-1 if number == upper else 1) * BETWEEN / 2 for number in range(2)]
