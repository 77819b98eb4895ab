from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.bars import rounded_up
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
    number_text,
    percent_text,
    wrapped,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def slopes(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Rates of pairs of groups, each pair a line from the one on the left to the one on the right.

    ``table``: a pair a row, with `left` and `right` (labels), `k_left`, `n_left`, `k_right`, `n_right` (counts) and `least`
    (the least that the right rate should be, as a multiple of the left one; NaN for none), which is drawn as a dashed line.
    Pairs of which a group is empty are left out.
    """
    table = table[(table["n_left"] > 0) & (table["n_right"] > 0)].reset_index(drop=True)
    if table.empty:
        return nothing(settings, slug)
    left, right = table["k_left"] / table["n_left"], table["k_right"] / table["n_right"]
    aim = left * pd.to_numeric(table["least"])
    short = right < aim - 1e-9
    top = rounded_up(max(*left, *right, *aim.fillna(0)))
    panel, gap, head = 96, 44, 8
    entries = [(_("least rate"), "line", "ink", DASHED)] if aim.notna().any() else []
    if short.any():
        entries.append((_("falls short of it"), "mark", "alarm", "X"))
    with house_style(slug):
        begin = legend_height(entries) + head
        sheet = Sheet(slug, begin + len(table) * (panel + gap))
        draw_legend(sheet, 2, entries)
        x0, x1 = WIDTH * 0.36, WIDTH * 0.64
        for row in table.itertuples():
            y = begin + row.Index * (panel + gap) + 14
            height = linear(0, top, y + panel, y)
            sheet.line([x0 - 8, x1 + 8], [y + panel] * 2, "grid", 0.8)
            sheet.text((x0 + x1) / 2, y + panel + 10, percent_text(0), "center", SMALL)
            if pd.notna(aim[row.Index]):
                sheet.line([x0, x1], [height(left[row.Index]), height(aim[row.Index])], "ink", 1.6, DASHED)
            role = "alarm" if short[row.Index] else "accent"
            sheet.line([x0, x1], [height(left[row.Index]), height(right[row.Index])], role, 3.0)
            for x, share, align, sign in ((x0, left[row.Index], "right", -1), (x1, right[row.Index], "left", 1)):
                sheet.mark(x, height(share), "X" if sign > 0 and short[row.Index] else "o", role, 9)
                words = wrapped(str(row.left if sign < 0 else row.right), x0 - 2 * MARGIN - 14, SIZE, 2)
                counts = (row.k_left, row.n_left) if sign < 0 else (row.k_right, row.n_right)
                numbers = f"{percent_text(share)} ({number_text(counts[0])}/{number_text(counts[1])})"
                half = (len(words) + 1) * LINE * SIZE / 2
                middle = min(max(height(share), y + half - 14), y + panel + 20 - half)
                sheet.lines(x + sign * 14, middle, [*words, numbers], align)
        widest = int((right / left.where(left > 0)).sub(1).abs().fillna(0).idxmax())
        if title is None:
            title = _("The widest gap: {left} {one}, {right} {other}").format(
                left=table["left"][widest],
                one=percent_text(left[widest]),
                right=table["right"][widest],
                other=percent_text(right[widest]),
            )
        caption = caption or _(
            "A line goes from the rate of one group to that of another; the dashed line ends at the least that the other should reach. The foot of each is zero."
        )
        alt = _("Slopes: {parts}.").format(
            parts=joined(
                _("{left} {one} and {right} {other}").format(
                    left=row.left,
                    one=percent_text(left[row.Index]),
                    right=row.right,
                    other=percent_text(right[row.Index]),
                )
                for row in table.itertuples()
            )
        )
        sides = [
            table[[name, f"k_{name}", f"n_{name}"]].set_axis([_("Group"), _("Count"), _("Of")], axis=1)
            for name in ("left", "right")
        ]
        data = pd.concat(sides).sort_index(kind="stable")
        data[_("Share")] = (data[_("Count")] / data[_("Of")]).map(percent_text)
        return finished(sheet, settings, title, caption, alt, data)
