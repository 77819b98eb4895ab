from __future__ import annotations

from collections.abc import Sequence
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
    draw_legend,
    finished,
    house_style,
    legend_height,
    linear,
    nothing,
    sentences,
    wrapped,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

DAYS_A_MONTH = 30.4375
AHEAD = pd.DateOffset(months=18)  # planned ends further ahead than this are drawn at the edge
STEP = 22


def gantt(
    bars: pd.DataFrame,
    first: pd.Timestamp,
    settings: Settings,
    slug: str,
    groups: Sequence[str] = (),
    title: str | None = None,
    caption: str | None = None,
    most: int = 24,
) -> Picture:
    """A bar for each secondment over the calendar, from `first` to after the day judged on, in groups.

    ``bars``: a secondment a row, with `group` (label), `start`, `end` (the day after the last; NaT while it runs),
    `planned_end` (NaT where there is none), `planned` (bool: entered in a plan) and `settled` (bool: what follows is decided).
    ``groups``: labels in the order drawn; others come after them. At most `most` bars are drawn, those first of which
    something is to be said, then the latest; the picture shows no day of anybody's in words.
    """
    bars = bars.dropna(subset=["start"]).reset_index(drop=True)
    if bars.empty:
        return nothing(settings, slug)
    bars = _judged(bars, pd.Timestamp(settings.as_of) + pd.Timedelta(days=1))
    latest = bars.sort_values("start", ascending=False, kind="stable")
    turn = latest.groupby(["faulty", "group"]).cumcount()  # so that every group has its latest among those drawn
    chosen = latest.assign(turn=turn).sort_values(["faulty", "turn"], ascending=[False, True], kind="stable").head(most)
    order = [*groups, *sorted(set(bars["group"]) - set(groups))]
    chosen = chosen.assign(place=chosen["group"].map(order.index)).sort_values(["place", "start"], kind="stable")
    with house_style(slug):
        sheet = _drawn(slug, chosen, bars["group"].value_counts(), pd.Timestamp(first), pd.Timestamp(settings.as_of))
        numbers = {
            "n": len(bars),
            "over": int((bars["over"] > 0).sum()),
            "unplanned": int((~bars["planned"]).sum()),
            "open": int(bars["open"].sum()),
        }
        if title is None:
            title = _("{over} of {n} secondments ran or run beyond the planned end").format(**numbers)
        caption = caption or _(
            "A bar is one secondment, from left to right in time; what is hatched lies beyond the planned end. The upright line is the day judged on."
        )
        if len(bars) > len(chosen):
            note = _("{shown} of {n} are drawn, those first of which something is to be said.")
            caption = sentences(caption, note.format(shown=len(chosen), n=len(bars)))
        alt = _(
            "Bars of {n} secondments: {over} beyond the planned end, {unplanned} not in a plan, {open} ended without a decision on what follows."
        ).format(**numbers)
        data = pd.DataFrame(
            {
                _("Direction"): chosen["group"],
                _("Months so far"): (chosen["lasted"] / DAYS_A_MONTH).round().astype(int),
                _("Months beyond the planned end"): (chosen["over"] / DAYS_A_MONTH).round(1).map("{:.1f}".format),
                _("In a plan"): chosen["planned"],
                _("What follows"): [
                    _("still running") if running else _("open") if open_ else _("decided")
                    for running, open_ in zip(chosen["running"], chosen["open"], strict=True)
                ],
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _judged(bars: pd.DataFrame, tomorrow: pd.Timestamp) -> pd.DataFrame:
    """Bars with `until`, `running`, `lasted` and `over` (days, 0 where within the plan), `open` and `faulty`."""
    until = bars["end"].where(bars["end"] < tomorrow, tomorrow)
    running = ~(bars["end"] < tomorrow)
    late_from = bars["planned_end"].where(bars["planned_end"] > bars["start"], bars["start"])
    over = (until - late_from.where(bars["planned_end"].notna(), until)).dt.days.clip(lower=0)
    open_ = ~running & ~bars["settled"].astype(bool)
    faulty = (over > 0) | open_ | ~bars["planned"].astype(bool)
    lasted = (until - bars["start"]).dt.days
    return bars.assign(
        until=until,
        running=running,
        lasted=lasted,
        over=over,
        open=open_,
        faulty=faulty,
        planned=bars["planned"].astype(bool),
    )


def _drawn(slug: str, chosen: pd.DataFrame, sizes: pd.Series, first: pd.Timestamp, as_of: pd.Timestamp) -> Sheet:
    entries = [
        (_("on secondment"), "rect", "accent", None),
        (_("beyond the planned end"), "rect", "alarm", "////"),
        (_("planned time ahead"), "line", "ink", (0, (1, 1.5))),
        (_("planned end"), "mark", "ink", "|"),
        (_("not in a plan"), "mark", "alarm", "-o"),
        (_("ended, what follows decided"), "mark", "ink", "D"),
        (_("ended, nothing decided"), "mark", "alarm", "X"),
    ]
    headings = {group: wrapped(f"{group} · {sizes[group]}", WIDTH - 2 * MARGIN, SIZE, 2) for group in chosen["group"]}
    heights = {group: len(lines) * LINE * SIZE + 8 for group, lines in headings.items()}
    head = legend_height(entries) + 6
    bottom = head + sum(heights.values()) + STEP * len(chosen) + 4
    sheet = Sheet(slug, bottom + 34)
    draw_legend(sheet, 2, entries)
    planned = chosen["planned_end"].max()
    last = max(as_of + pd.DateOffset(months=3), min(planned, as_of + AHEAD) if pd.notna(planned) else as_of)
    x_of = linear(first.toordinal(), last.toordinal(), MARGIN + 8, WIDTH - MARGIN - 8)

    def x(day: pd.Timestamp) -> float:
        return x_of(day.toordinal())

    _years(sheet, x, first, last, head, bottom)
    sheet.line([x(as_of)] * 2, [head, bottom], "ink", 2.2)
    y = head
    for group, rows in chosen.groupby("group", sort=False):
        sheet.lines(MARGIN, y + heights[group] / 2, headings[group])
        y += heights[group]
        for bar in rows.itertuples():
            _bar(sheet, x, bar, first, y + STEP / 2)
            y += STEP
    return sheet


def _years(sheet: Sheet, x, first: pd.Timestamp, last: pd.Timestamp, head: float, bottom: float) -> None:
    """A line at each New Year, its year beneath where there is room."""
    years = range(first.year + (first.month + first.day > 2), last.year + 1)
    every = 1 + len(years) // 8
    for number, year in enumerate(years):
        at = x(pd.Timestamp(year, 1, 1))
        sheet.line([at, at], [head, bottom], "grid", 0.8)
        if number % every == 0 and at < WIDTH - 30:
            sheet.text(max(at, 26), bottom + 16, str(year), "center", SMALL)


def _bar(sheet: Sheet, x, bar, first: pd.Timestamp, middle: float) -> None:
    has_plan, begins = pd.notna(bar.planned_end), max(bar.start, first)
    late_from = max(bar.until - pd.Timedelta(days=bar.over), begins) if bar.over else bar.until
    if late_from > begins:
        sheet.rect(x(begins), middle - 6, max(x(late_from) - x(begins), 2), 12, "accent", edge=False)
    if bar.over:
        sheet.rect(x(late_from), middle - 6, max(x(bar.until) - x(late_from), 4), 12, "alarm", "////")
    if bar.running and has_plan and bar.planned_end > bar.until:
        sheet.line([x(bar.until), x(bar.planned_end)], [middle, middle], "ink", 2.2, (0, (1, 1.5)))
    if has_plan and bar.planned_end >= first:
        sheet.mark(x(bar.planned_end), middle, "|", size=15)
    if not bar.planned:
        sheet.mark(x(begins), middle, "o", "alarm", 9, filled=False)
    if not bar.running:
        sheet.mark(x(bar.until) + 9, middle, "D" if bar.settled else "X", "ink" if bar.settled else "alarm", 6)
