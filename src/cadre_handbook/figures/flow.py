from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cadre_handbook.figures.house import (
    CATEGORIES,
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    finished,
    house_style,
    label_room,
    nothing,
    wrapped,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def flow(
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    heads: tuple[str, str] | None = None,
) -> Picture:
    """From where to where: bands from categories on the left to categories on the right, as wide as they count.

    ``counts``: long, with `source`, `target` (labels, in the order they first stand) and `count`. ``heads``: what stands over
    the two sides.
    """
    counts = counts[counts["count"] > 0]
    if counts.empty:
        return nothing(settings, slug)
    counts = counts.groupby(["source", "target"], sort=False, observed=True)["count"].sum().reset_index()
    # What stands on both sides stands in the same order on both.
    order = {name: place for place, name in enumerate(dict.fromkeys([*counts["source"], *counts["target"]]))}
    counts = counts.sort_values(
        ["source", "target"], key=lambda names: names.map(order), kind="stable", ignore_index=True
    )
    total = int(counts["count"].sum())
    heads = heads or (_("from"), _("to"))
    totals = {
        side: counts.groupby(side)["count"].sum().sort_index(key=lambda names: names.map(order))
        for side in ("source", "target")
    }
    with house_style(slug):
        room = max(label_room(map(str, totals[side].index), 0.3) for side in totals)
        texts = {
            side: [[*wrapped(str(name), room, SIZE, 2), str(int(count))] for name, count in totals[side].items()]
            for side in totals
        }
        # Every node is as tall as its words at least, whatever it counts.
        unit = max(0.2, 230 / total)
        tall = {
            side: [
                max(count * unit, len(lines) * SIZE * LINE)
                for count, lines in zip(totals[side], texts[side], strict=True)
            ]
            for side in totals
        }
        gap, top = 12, 34
        inner = max(sum(heights) + gap * (len(heights) - 1) for heights in tall.values())
        sheet = Sheet(slug, top + inner + MARGIN)
        edges = {"source": MARGIN + room + 8, "target": WIDTH - MARGIN - room - 8}
        sheet.text(edges["source"], 14, heads[0], "right", SMALL)
        sheet.text(edges["target"], 14, heads[1], "left", SMALL)
        free: dict[tuple[str, Any], float] = {}
        for side in totals:
            sign, align = (-1, "right") if side == "source" else (1, "left")
            y = top + (inner - sum(tall[side]) - gap * (len(tall[side]) - 1)) / 2
            for (name, count), lines, height in zip(totals[side].items(), texts[side], tall[side], strict=True):
                at = y + height / 2
                free[side, name] = at - count * unit / 2
                sheet.rect(
                    edges[side] - (8 if sign > 0 else 0),
                    at - count * unit / 2,
                    8,
                    count * unit,
                    "ink",
                    edge=False,
                )
                sheet.lines(edges[side] + sign * 8, at, lines, align)
                y += height + gap
        roles = {name: number % len(CATEGORIES) for number, name in enumerate(totals["source"].index)}
        a, b = edges["source"] + 8, edges["target"] - 8
        for band in counts.itertuples():
            height = counts.at[band.Index, "count"] * unit
            y0, y1 = free["source", band.source], free["target", band.target]
            free["source", band.source] += height
            free["target", band.target] += height
            _band(sheet, a, b, y0, y1, height, CATEGORIES[roles[band.source]])
        largest = counts.loc[counts["count"].idxmax()]
        if title is None:
            title = _("Most go from {source} to {target}: {k} of {n}").format(
                source=largest["source"], target=largest["target"], k=int(largest["count"]), n=total
            )
        caption = caption or _("A band is as wide as the number it stands for; the numbers at its ends are sums.")
        alt = _("Flows of {n} in all: {parts}.").format(
            n=total,
            parts=joined(
                f"{row.source} → {row.target} {number}"
                for row, number in zip(counts.itertuples(), counts["count"], strict=True)
            ),
        )
        data = counts.rename(columns={"source": heads[0], "target": heads[1], "count": _("Count")})
        return finished(sheet, settings, title, caption, alt, data)


def _band(sheet: Sheet, a: float, b: float, y0: float, y1: float, height: float, role: str) -> None:
    from matplotlib.path import Path

    middle = (a + b) / 2
    upper = [(a, y0), (middle, y0), (middle, y1), (b, y1)]
    lower = [(b, y1 + height), (middle, y1 + height), (middle, y0 + height), (a, y0 + height)]
    curve = [Path.CURVE4] * 3
    sheet.shape(
        [*upper, *lower, (a, y0)],
        [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY],
        role,
        alpha=0.35,
    )
