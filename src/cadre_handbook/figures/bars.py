from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
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
    label_room,
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

SERIES_ROOM = 0.32  # of the sheet, at most, for the labels of the series


def bars(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    operator: str = ">=",
) -> Picture:
    """Shares as bars by group and, within it, by series, each group with its target; a bar that misses it is hatched.

    ``table``: a bar a row, in the order shown, with `group` and `series` (labels; one `series` of "" for none), `k`, `n`
    (counts) and `target` (share, NaN for none). ``operator``: `>=` or `<=`, how a share must stand to its target.
    """
    table = table.dropna(subset=["n"])
    table = table[table["n"] > 0].assign(share=lambda rows: rows["k"] / rows["n"]).reset_index(drop=True)
    if table.empty:
        return nothing(settings, slug)
    target = pd.to_numeric(table["target"])
    reached = (table["share"] >= target - 1e-9) if operator == ">=" else (table["share"] <= target + 1e-9)
    missed, judged = ~reached & target.notna(), int(target.notna().sum())
    groups = list(dict.fromkeys(table["group"]))
    with_series = bool(table["series"].astype(str).str.strip().any())
    step, head_height, gap = 26, 26, 12
    one_aim = percent_text(target.iloc[0]) if judged == len(table) and target.nunique() == 1 else ""
    entries = (
        [
            (_("reaches its target"), "rect", "accent", None),
            *([(_("misses it"), "rect", "alarm", "////")] if missed.any() else []),
            (_("target {share}").format(share=one_aim) if one_aim else _("target"), "line", "ink", DASHED),
        ]
        if judged
        else []
    )
    height = legend_height(entries) + len(groups) * (head_height + gap) + len(table) * step + MARGIN
    with house_style(slug):
        sheet = Sheet(slug, height)
        draw_legend(sheet, 2, entries)
        left = MARGIN + (label_room(table["series"].astype(str), SERIES_ROOM, SMALL) + 8 if with_series else 0)
        numbers = [
            f"{percent_text(row.share)} ({number_text(row.k)}/{number_text(row.n)})" for row in table.itertuples()
        ]
        right = WIDTH - MARGIN - max(text_width(text, SMALL) for text in numbers) - 8
        x = linear(0, rounded_up(max([*table["share"], *target.dropna()])), left, right)
        y = legend_height(entries) + 6
        for group in groups:
            rows = table[table["group"].eq(group)]
            aims = target[rows.index].dropna().unique()
            words = _("target {share}").format(share=percent_text(aims[0])) if len(aims) == 1 and not one_aim else ""
            room = WIDTH - 2 * MARGIN - (text_width(words, SMALL) + 16 if words else 0)
            sheet.text(MARGIN, y + head_height / 2, cut_line(group, room, SIZE), bold=True)
            sheet.text(WIDTH - MARGIN, y + head_height / 2, words, "right", SMALL)
            y += head_height
            for row in rows.itertuples():
                bad = bool(missed[row.Index])
                if with_series:
                    sheet.text(
                        left - 8, y + step / 2, cut_line(str(row.series), WIDTH * SERIES_ROOM, SMALL), "right", SMALL
                    )
                aim = x(target[row.Index]) if pd.notna(target[row.Index]) else 0
                width = max(x(row.share) - left, 0.5)
                sheet.rect_beside(
                    *(left, y + 3, width, step - 6),
                    "alarm" if bad else "accent",
                    "////" if bad else None,
                    guide=aim or None,
                )
                if aim and len(aims) > 1:
                    sheet.line([aim, aim], [y, y + step], "ink", 2.0, DASHED)
                sheet.text(max(x(row.share), aim) + 8, y + step / 2, numbers[row.Index], size=SMALL)
                y += step
            if len(aims) == 1:
                sheet.line([x(aims[0])] * 2, [y - step * len(rows), y], "ink", 2.0, DASHED)
            sheet.line([left, left], [y - step * len(rows), y], "line", 1.2)
            y += gap
        if title is None:
            title = _("{k} of {n} shares reach their target").format(k=judged - int(missed.sum()), n=judged)
            if not judged:
                title = _("Shares of {n} groups").format(n=len(groups))
        caption = caption or _("A bar is a share, with its counts beside it.")
        alt = _("Bars: {parts}.").format(
            parts=joined(
                _("{kind} {share}").format(
                    kind=" ".join(filter(None, (str(row.group), str(row.series).strip()))),
                    share=percent_text(row.share),
                )
                for row in table.itertuples()
            )
        )
        data = pd.DataFrame({_("Group"): table["group"]})
        if with_series:
            data[_("Series")] = table["series"]
        data[_("Count")], data[_("Of")] = table["k"], table["n"]
        data[_("Share")], data[_("Target")] = table["share"].map(percent_text), target.map(percent_text)
        return finished(sheet, settings, title, caption, alt, data)


def rounded_up(share: float) -> float:
    """A share up to the next tenth, at least one tenth."""
    return max(math.ceil(share * 10 - 1e-9) / 10, 0.1)
