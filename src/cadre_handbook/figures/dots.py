from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
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
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def dots(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    published: str | None = None,
) -> Picture:
    """One's own share against a published one, by row: a filled dot and an open diamond.

    ``table``: a row per category, with `row` (label), `k`, `n` (own counts) and `published` (share, NaN where there is none).
    ``published``: whose the published figures are.
    """
    table = table.assign(own=(table["k"] / table["n"].where(table["n"] > 0)).astype(float)).reset_index(drop=True)
    table["published"] = pd.to_numeric(table["published"])
    if table.empty or not (table["own"].notna() | table["published"].notna()).any():
        return nothing(settings, slug)
    published = published or _("published")
    both = table.dropna(subset=["own", "published"])
    below = int((both["own"] < both["published"] - 1e-9).sum())
    entries = [(_("own data"), "mark", "accent", "o"), (published, "mark", "ink", "-D")]
    with house_style(slug):
        head, step = legend_height(entries) + 6, 52
        bottom = head + step * len(table)
        sheet = Sheet(slug, bottom + 28)
        draw_legend(sheet, 2, entries)
        left, right = MARGIN + 14, WIDTH - MARGIN - text_width(percent_text(1), SMALL) / 2
        x = linear(0, 1, left, right)
        for share in (0, 0.25, 0.5, 0.75, 1):
            sheet.line([x(share)] * 2, [head + 26, bottom], "grid", 0.8)
            sheet.text(x(share), bottom + 13, percent_text(share), "center", SMALL)
        for row in table.itertuples():
            y = head + row.Index * step
            counts = f"{number_text(row.k)}/{number_text(row.n)}"
            sheet.text(WIDTH - MARGIN, y + 15, counts, "right", SMALL)
            sheet.text(MARGIN, y + 15, cut_line(str(row.row), WIDTH - 3 * MARGIN - text_width(counts, SMALL) - 8, SIZE))
            sheet.line([left, right], [y + 38, y + 38], "grid", 0.8)
            if pd.notna(row.own) and pd.notna(row.published):
                edge = x(row.published) + math.copysign(
                    min(8, abs(x(row.own) - x(row.published))), row.own - row.published
                )
                sheet.line([x(row.own), edge], [y + 38] * 2, "line", 2.2)
            if pd.notna(row.published):
                sheet.mark(x(row.published), y + 38, "D", "ink", 12, filled=False)  # a dot has room in it
            if pd.notna(row.own):
                sheet.mark(x(row.own), y + 38, "o", "accent", 7)
        if title is None:
            title = _("Below the published share in {k} of {n}").format(k=below, n=len(both))
        caption = caption or _("A filled dot is the share in the data, an open diamond the published one.")
        alt = _("Dots: {parts}.").format(
            parts=joined(
                _("{row} {own} against {published}").format(
                    row=row.row, own=percent_text(row.own), published=percent_text(row.published)
                )
                for row in table.itertuples()
            )
        )
        data = pd.DataFrame(
            {
                _("Category"): table["row"],
                _("Count"): table["k"],
                _("Of"): table["n"],
                _("Share"): table["own"].map(percent_text),
                published: table["published"].map(percent_text),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)
