from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    MARGIN,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    draw_legend,
    finished,
    house_style,
    legend_height,
    nothing,
    one_or_many,
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

_LANES = ("above", "below")
_CELL = 15  # the height of a lane, in points


def lanes(
    periods: pd.DataFrame,
    marks: pd.DataFrame,
    words: tuple[str, str, str],
    axis: str,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    most: int = 12,
) -> Picture:
    """Two lanes along each line, period by period: what should have come from one side above, from the other below.

    ``periods``: a period a row, with `row` (key of its line), `number` (from 1) and `above`, `below` (boolean: came, did not
    come, NA not known). ``marks``: what may come at any time, with `row` and `at` (in periods from the start of the line).
    ``words``: the names of the upper lane, of the lower lane and of a mark; ``axis``: what the numbers along the line
    count. Lines with most that did not come stand first, then those with most that is not known; the first `most` are drawn, numbered.
    """
    if periods.empty:
        return nothing(settings, slug)
    gaps = {
        "silent": sum(periods[lane].eq(False).fillna(False).astype(int) for lane in _LANES),
        "unknown": sum(periods[lane].isna().astype(int) for lane in _LANES),
    }
    order = periods[["row"]].assign(**gaps).groupby("row", sort=True).sum()
    order = order.sort_values(list(gaps), ascending=False, kind="stable")
    place = {row: number for number, row in enumerate(order.index[:most])}
    shown = periods[periods["row"].isin(place)].assign(place=lambda table: table["row"].map(place))
    dots = marks[marks["row"].isin(place)].assign(place=lambda table: table["row"].map(place))
    quiet, due = int(order["silent"].sum()), len(_LANES) * len(periods)
    with house_style(slug):
        sheet = _drawn(shown, dots, len(place), words, axis, slug)
        if title is None:
            title = one_or_many(
                *(quiet, due, _("None of {n} messages due is missing")),
                _("{k} of {n} messages due is missing"),
                _("{k} of {n} messages due are missing"),
            )
        caption = caption or _("Each line is one case, those with most gaps first; a box is a period that was due.")
        if len(order) > len(place):
            caption = sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(place), n=len(order)))
        alt = _("Two lanes for {n} cases with {due} periods due; {above}: {a}, {below}: {b}.").format(
            n=len(order),
            above=words[0],
            below=words[1],
            a=int(periods["above"].sum()),
            b=int(periods["below"].sum()),
            due=len(periods),
        )
        by_line = shown.groupby("place")
        data = pd.DataFrame(
            {
                _("Line"): range(1, len(place) + 1),
                _("Due"): by_line.size().to_numpy(),
                words[0]: by_line["above"].sum().to_numpy(),
                words[1]: by_line["below"].sum().to_numpy(),
                words[2]: dots.groupby("place").size().reindex(range(len(place)), fill_value=0).to_numpy(),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _drawn(shown: pd.DataFrame, dots: pd.DataFrame, count: int, words, axis: str, slug: str) -> Sheet:
    entries = [
        (_("{lane} (above)").format(lane=words[0]), "rect", "accent", None),
        (_("{lane} (below)").format(lane=words[1]), "rect", "second", None),
        (_("none"), "rect", "alarm", "xxx"),
        (_("not known"), "rect", "line", "----"),
        (words[2], "mark", "ink", "d"),
    ]
    head, step = legend_height(entries) + 8, 2 * _CELL + 16
    bottom = head + count * step
    sheet = Sheet(slug, bottom + 58)
    draw_legend(sheet, 2, entries)
    left = MARGIN + text_width(str(count), SMALL) + 12
    last = int(shown["number"].max())
    width = min(60.0, (WIDTH - MARGIN - left) / last)
    for number in range(count):
        middle = head + number * step + step / 2
        sheet.text(left - 10, middle, str(number + 1), "right", SMALL)
        sheet.line([left, left + last * width], [middle, middle], "line", 1.0)
    for period in shown.itertuples():
        x, middle = left + (period.number - 1) * width, head + period.place * step + step / 2
        for lane, top, role in (("above", middle - _CELL - 2, "accent"), ("below", middle + 2, "second")):
            came = getattr(period, lane)
            paint = ("line", "----") if pd.isna(came) else (role, None) if came else ("alarm", "xxx")
            sheet.rect(x + 1.5, top, width - 3, _CELL, *paint)
    for dot in dots.itertuples():
        if 0 <= dot.at <= last:
            sheet.mark(left + dot.at * width, head + dot.place * step + step / 2, "d", "ink", 8)
    for tick in tick_values(1, last, 8) if last > 1 else [1.0]:
        sheet.text(left + (tick - 0.5) * width, bottom + 12, str(int(tick)), "center", SMALL)
    sheet.text(left, bottom + 40, axis)
    return sheet
