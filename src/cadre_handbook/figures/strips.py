from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    CATEGORIES,
    HATCHES,
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
    percent_text,
    sentences,
    text_width,
    wrapped,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def strips(
    parts: Mapping[str, str],
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    threshold: float | None = None,
    most: int = 15,
) -> Picture:
    """A strip a row, cut into parts by their counts, with an optional mark at a share of the whole.

    ``parts``: value to label, in the order drawn, at most five. ``counts``: long, with `row` (label), `part` (value), `count`.
    ``threshold``: a share from the left that the first part should reach. Rows keep their order; the first `most` are drawn.
    """
    if len(parts) > len(CATEGORIES):
        raise ValueError(f"{len(parts)} parts; at most {len(CATEGORIES)} can be told apart")
    table = counts.groupby(["row", "part"], sort=False, observed=True)["count"].sum().unstack(fill_value=0)
    table = table.reindex(columns=list(parts)).fillna(0).astype(int)
    table = table.reindex(list(dict.fromkeys(counts["row"])))
    table = table[table.sum(axis=1) > 0]
    if table.empty:
        return nothing(settings, slug)
    shares = table.div(table.sum(axis=1), axis=0)
    first = next(iter(parts))
    reached = int((shares[first] >= threshold - 1e-9).sum()) if threshold is not None else 0
    drawn = table.head(most)
    entries = [(label, "rect", CATEGORIES[number], HATCHES[number]) for number, label in enumerate(parts.values())]
    if threshold is not None:
        entries.append((_("at least {share}").format(share=percent_text(threshold)), "line", "ink", "solid"))
    with house_style(slug):
        labels = [wrapped(str(row), 0.34 * WIDTH, SMALL, 2) for row in drawn.index]
        head, step = legend_height(entries) + 6, 34 if max(map(len, labels)) == 1 else 44
        sheet = Sheet(slug, head + step * len(drawn) + MARGIN)
        draw_legend(sheet, 2, entries)
        left = MARGIN + max(text_width(line, SMALL) for lines in labels for line in lines) + 10
        x = linear(0, 1, left, WIDTH - MARGIN)
        for place, (row, lines) in enumerate(zip(drawn.index, labels, strict=True)):
            y = head + place * step
            sheet.lines(left - 10, y + step / 2, lines, "right", SMALL)
            done = 0.0
            for number, part in enumerate(parts):
                share, count = float(shares.loc[row, part]), str(table.loc[row, part])
                if not share:
                    continue
                start, width = x(done), x(done + share) - x(done) - 2
                guide = x(threshold) if threshold is not None else None
                _numbered(sheet, start, y + 4, width, step - 8, CATEGORIES[number], HATCHES[number], count, guide)
                done += share
            if threshold is not None:
                sheet.line([x(threshold)] * 2, [y, y + step], "ink", 2.6)
        if title is None:
            title = _("{n} rows by {parts}").format(n=len(table), parts=joined(parts.values()))
            if threshold is not None:
                title = _("{part}: {k} of {n} reach {share}").format(
                    part=parts[first], k=reached, n=len(table), share=percent_text(threshold)
                )
        caption = caption or _("A strip is a whole, its parts as long as their share.")
        if len(table) > len(drawn):
            caption = sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(drawn), n=len(table)))
        alt = _("Strips of {n} rows, in all {parts}.").format(
            n=len(table), parts=joined(f"{label} {int(table[part].sum())}" for part, label in parts.items())
        )
        data = table.rename(columns=dict(parts)).rename_axis(index=_("Category"), columns=None).reset_index()
        return finished(sheet, settings, title, caption, alt, data)


def _numbered(sheet: Sheet, x, y, width, height, role, hatch, number: str, guide: float | None) -> None:
    """A rectangle with a number in a gap of its filling, where there is room for it, and clear of the line at `guide`."""
    gap = text_width(number, SMALL) + 8
    middle = x + width / 2
    if guide is not None and abs(middle - guide) < gap / 2 + 4:
        aside = gap / 2 + 6
        left, right = (guide - aside, guide + aside)
        middle = left if left - x > x + width - right else right
    start, end = middle - gap / 2, middle + gap / 2
    if not x + 4 <= start < end <= x + width - 4:
        sheet.rect_beside(x, y, width, height, role, hatch, guide)
        return
    for left, right in ((x, start), (end, x + width)):
        sheet.rect_beside(left, y, right - left, height, role, hatch, guide)
    sheet.rect(x, y, width, height, role, alpha=0)
    sheet.text(middle, y + height / 2, number, "center", SMALL)
