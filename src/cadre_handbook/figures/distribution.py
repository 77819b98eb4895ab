from __future__ import annotations

import math
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
    finished,
    house_style,
    linear,
    nothing,
    number_text,
    one_or_many,
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def distribution(
    years: pd.Series,
    limit: int | None,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    axis: str | None = None,
) -> Picture:
    """Full years in post as a histogram, a bar a year; those at or over `limit` hatched, with a line at the limit.

    ``years``: whole numbers from 0, one per person; missing ones are left out. ``limit``: in years, `None` draws no line.
    ``axis``: words under the axis.
    """
    years = pd.to_numeric(years).dropna().astype(int)
    if years.empty:
        return nothing(settings, slug)
    total, over = len(years), int((years >= limit).sum()) if limit is not None else 0
    longest = int(years.max())
    last = max(longest, (limit or 0) + 1)
    counts = years.value_counts().reindex(range(last + 1), fill_value=0)
    over_limit = counts.index >= (math.inf if limit is None else limit)
    with house_style(slug):
        sheet = Sheet(slug, 300)
        left, right, top, bottom = MARGIN + text_width(str(counts.max()), SMALL) + 8, WIDTH - MARGIN, 56, 242
        x, y = linear(-0.5, last + 0.5, left, right), linear(0, counts.max(), bottom, top)
        step = (right - left) / (last + 1)
        for tick in tick_values(0, counts.max(), 4):
            sheet.line([left, right], [y(tick), y(tick)], "grid", 0.8)
            sheet.text(left - 6, y(tick), number_text(tick), "right", SMALL)
        for year, count in counts[counts > 0].items():
            width = 0.8 * step
            hatch = "////" if over_limit[year] else None
            sheet.rect(x(year) - width / 2, y(count), width, bottom - y(count), "alarm" if hatch else "accent", hatch)
            if hatch and text_width(str(count), SMALL) <= step:  # few among many: their bars are too low to read off
                sheet.text(x(year), y(count) - 10, str(count), "center", SMALL)
        for tick in tick_values(0, last, 8):
            sheet.text(x(tick), bottom + 14, number_text(tick), "center", SMALL)
        sheet.line([left, right], [bottom, bottom], "line", 1.2)
        sheet.text((left + right) / 2, bottom + 42, axis or _("Full years in the post now held"), "center")
        sheet.text(MARGIN, 12, _("Number of people"), size=SMALL)
        if limit is not None:
            edge = x(limit - 0.5)
            sheet.line([edge, edge], [50, bottom], "ink", 2.0, DASHED)
            words = _("{limit} years or more: {k}").format(limit=limit, k=over)
            sheet.text(min(edge - 2, right - text_width(words)), 38, words, bold=True)
        if title is None and limit is not None:
            title = one_or_many(
                *(over, total, _("None of {n} people has been {limit} years or more in one post")),
                _("{k} of {n} people has been {limit} years or more in one post"),
                _("{k} of {n} people have been {limit} years or more in one post"),
                limit=limit,
            )
        title = title or _("{n} people by years in post").format(n=total)
        if caption is None:
            caption = _("A bar counts the people with so many full years in post.")
            if limit is not None:
                caption = sentences(
                    caption,
                    _("Hatched bars, right of the dashed line, have reached {limit} years.").format(limit=limit),
                )
        alt = _(
            "Histogram of {n} people: half have been {median} full years or less in post, the longest {longest}."
        ).format(n=total, median=number_text(float(np.floor(years.median()))), longest=longest)
        if limit is not None:
            alt = sentences(alt, _("{k} have reached {limit} years.").format(k=over, limit=limit))
        shown = counts[counts > 0]
        data = pd.DataFrame({_("Full years"): shown.index, _("People"): shown.to_numpy()})
        return finished(sheet, settings, title, caption, alt, data)
