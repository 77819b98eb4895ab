from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
    DASHED,
    MARGIN,
    SIZE,
    WIDTH,
    Picture,
    Sheet,
    cut_line,
    draw_legend,
    finished,
    house_style,
    legend_height,
    nothing,
    one_or_many,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

STEP, RADIUS = 54, 19  # points from row to row, and of a circle


def pairs(
    left: Sequence[str],
    right: Sequence[str],
    matched: Sequence[tuple[str, str]],
    settings: Settings,
    slug: str,
    heads: tuple[str, str],
    blocking: Sequence[tuple[str, str]] = (),
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Two columns with a line for each pair: solid where the two are matched, dashed where they would rather have each other.

    ``left`` and ``right``: short labels from the top down; ``matched`` and ``blocking``: pairs of a left and a right label;
    ``heads``: words over the columns. For a worked example: nothing that names people belongs here.
    """
    if not left or not right:
        return nothing(settings, slug)
    entries = [(_("matched"), "line", "accent", "solid")]
    if blocking:
        entries.append((_("would both rather have each other"), "line", "alarm", DASHED))
    with house_style(slug):
        head = legend_height(entries) + 40
        height = STEP * max(len(left), len(right))
        sheet = Sheet(slug, head + height + 8)
        draw_legend(sheet, 2, entries)
        columns = (WIDTH * 0.27, WIDTH * 0.73)
        places = [_places(labels, head, height) for labels in (left, right)]
        for x, words in zip(columns, heads, strict=True):
            sheet.text(x, head - 16, cut_line(words, WIDTH / 2 - 2 * MARGIN, SIZE), "center", bold=True)
        for lines, role, width, dash in ((blocking, "alarm", 2.2, DASHED), (matched, "accent", 3.4, "solid")):
            for one, other in lines:
                ends = [columns[0] + RADIUS + 3, columns[1] - RADIUS - 3]
                sheet.line(ends, [places[0][one], places[1][other]], role, width, dash)
        taken = [{pair[side] for pair in matched} for side in (0, 1)]
        for x, of_side, have in zip(columns, places, taken, strict=True):
            for label, y in of_side.items():
                sheet.mark(x, y, "o", "accent" if label in have else "line", 2 * RADIUS, filled=False)
                sheet.text(x, y, label, "center", bold=True)
        title = title or one_or_many(
            len(blocking),
            len(matched),
            _("Nobody would rather have another who would rather have them"),
            _("One pair would both rather have each other"),
            _("{k} pairs would both rather have each other"),
        )
        caption = caption or _("A solid line is a match; a grey circle has none.")
        alt = _("Matched: {matched}. Would both rather have each other: {blocking}.").format(
            matched=_listed(matched), blocking=_listed(blocking)
        )
        data = pd.DataFrame(
            [(one, other, _("matched")) for one, other in matched]
            + [(one, other, _("would both rather have each other")) for one, other in blocking],
            columns=[*heads, _("Relation")],
        )
        return finished(sheet, settings, title, caption, alt, data)


def _places(labels: Sequence[str], head: float, height: float) -> dict[str, float]:
    step = height / len(labels)
    return {label: head + step * (place + 0.5) for place, label in enumerate(labels)}


def _listed(lines: Sequence[tuple[str, str]]) -> str:
    return joined(f"{one}–{other}" for one, other in lines) or _("nobody")
