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
    percent_text,
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _, joined
from cadre_handbook.peers import LIMITS, UNSURE, WITHIN, Comparison, limits, state_words

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

LABELLED = 12  # organisations outside the limits, the largest first; more labels would lie on each other
_MARKS = {"below": ("v", "alarm", True), "above": ("^", "second", True)}
_DOTTED = (0, (1, 2))
_HEIGHT, _STEP = 270, 19


def funnel(
    compared: Comparison,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Shares by size, with the limits within which chance alone would leave them: a funnel.

    ``compared``: of `peers.compare`. Those outside the limits are labelled by their ids, those whose unknown people could move them across
    are open squares, those that are not compared are not drawn.
    """
    table = compared.compared
    if compared.share is None:
        return nothing(settings, slug)
    sizes = (table["n"] + table["missing"]).astype("int64")
    shares = (table["k"] / table["n"]).astype(float)
    words, outside = state_words(), compared.outside
    entries = [
        (words[WITHIN], "mark", "accent", "-o"),
        *[(_("below"), "mark", "alarm", "v")] * bool(outside["state"].str.startswith("below").any()),
        *[(_("above"), "mark", "second", "^")] * bool(outside["state"].str.startswith("above").any()),
        *[(words[UNSURE], "mark", "fourth", "-s")] * bool(table["state"].eq(UNSURE).any()),
        (_("share of all"), "line", "ink", "solid"),
        (_("95 % limits"), "line", "line", DASHED),
        (_("99.8 % limits"), "line", "line", "solid"),
        *[(_("target"), "line", "third", _DOTTED)] * (compared.target is not None),
    ]
    with house_style(slug):
        head = legend_height(entries) + 30
        bottom = head + _HEIGHT
        sheet = Sheet(slug, bottom + 44)
        draw_legend(sheet, 2, entries)
        grid = np.unique(np.geomspace(max(1, sizes.min() * 0.8), sizes.max() * 1.06 + 1, 120).astype("int64"))
        lines = [tuple(edge / grid for edge in limits(grid, compared.share, outside)) for outside in LIMITS]
        tops = [shares.max(), compared.share, compared.target or 0, *(float(most.max()) for _fewest, most in lines)]
        left, right = MARGIN + text_width(percent_text(1), SMALL) + 6, WIDTH - MARGIN - 4
        x = linear(int(grid[0]), int(grid[-1]), left, right)
        y = linear(0, min(1, max(tops) * 1.04), bottom, head)
        sheet.text(MARGIN, head - 16, _("share"), size=SMALL)
        for share in tick_values(0, min(1, max(tops) * 1.04), whole=False):
            sheet.line([left, right], [y(share)] * 2, "grid", 0.8)
            sheet.text(left - 6, y(share), percent_text(share), "right", SMALL)
        for size in tick_values(int(grid[0]), int(grid[-1])):
            sheet.text(x(size), bottom + 13, f"{size:g}", "center", SMALL)
        sheet.text(right, bottom + 33, _("how many are counted"), "right", SMALL)
        for edges, dash, width in zip(lines, (DASHED, "solid"), (1.2, 1.0), strict=True):
            for edge in edges:
                sheet.line([x(size) for size in grid], [y(share) for share in edge], "line", width, dash)
        sheet.line([left, right], [y(compared.share)] * 2, "ink", 1.6)
        if compared.target is not None:
            sheet.line([left, right], [y(compared.target)] * 2, "third", 2, _DOTTED)
        for size, share, state in zip(sizes, shares, table["state"], strict=True):
            marker, role, filled = _MARKS.get(state.split()[0], ("o", "accent", False))
            marker, role = ("s", "fourth") if state == UNSURE else (marker, role)
            sheet.mark(x(size), y(share), marker, role, 8, filled)
        _label(sheet, compared, x, y, left, right)
        count, of = len(outside), len(table)
        if title is None:
            title = (
                _("None of {n} lies outside the limits").format(n=of)
                if not count
                else _("{k} of {n} lie outside the limits that chance alone would keep").format(k=count, n=of)
            )
        caption = caption or sentences(
            _("Each mark is an organisation: its share, by how many people it rests on."),
            _("Between the limits chance alone may have put it."),
            *[_("A dotted line is the target.")] * (compared.target is not None),
        )
        told = [
            _("{id} {share} of {n}, {state}").format(
                id=row.organisation_id, share=percent_text(row.k / row.n), n=row.n, state=words[row.state]
            )
            for row in outside.itertuples()
        ]
        alt = sentences(
            _("Funnel of {n} organisations around a share of {share}.").format(
                n=of, share=percent_text(compared.share)
            ),
            _("Outside the limits: {parts}.").format(parts=joined(told) or _("none")),
        )
        data = pd.DataFrame(
            {
                _("Organisation"): table["organisation_id"],
                _("Count"): table["k"],
                _("Of"): table["n"],
                _("Share"): shares.map(percent_text),
                _("Among its peers"): table["state"].map(words),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _label(sheet: Sheet, compared: Comparison, x, y, left: float, right: float) -> None:
    """The ids of those outside the limits beside their marks, moved apart where they would lie on each other."""
    placed: list[tuple[float, float, float]] = []
    for row in compared.outside.head(LABELLED).itertuples():
        place, height = x(row.n + row.missing), y(row.k / row.n)
        name = row.organisation_id
        width = text_width(name, SMALL)
        fits = place + 9 + width <= right
        start = place + 9 if fits else place - 9 - width
        while any(
            abs(height - other) < _STEP and start < end and begin < start + width for begin, end, other in placed
        ):
            height += _STEP * (1 if row.state.startswith("below") else -1)
        placed.append((start, start + width, height))
        sheet.text(max(start, left), height, name, size=SMALL)
