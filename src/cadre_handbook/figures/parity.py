from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.bars import rounded_up
from cadre_handbook.figures.house import (
    CATEGORIES,
    DASHED,
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
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

MARKERS = ("o", "-D", "s", "-^", "P")


def parity(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    least: float,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Shares in a body against shares among all: on the line of parity a group has its part, below the dashed one too little.

    ``table``: a point a row, with `label` (the group), `series` (the body), `where` (the organisation; "" for the only one),
    `here` and `all` (shares, NaN where there is none), `hidden` (bool: said to be hidden, and not drawn). ``least``: the ratio
    that the dashed line stands for.
    """
    table = table.reset_index(drop=True)
    points = table[(table["here"].notna() & table["all"].notna() & ~table["hidden"]).to_numpy(bool)]
    hidden = table[table["hidden"].to_numpy(bool)]
    if points.empty:
        return withheld(settings, slug, _hidden_words(hidden)) if len(hidden) else nothing(settings, slug)
    below = points["here"] < least * points["all"] - 1e-9
    series = list(dict.fromkeys(points["series"]))
    entries = [
        *((words, "mark", CATEGORIES[number], MARKERS[number]) for number, words in enumerate(series[: len(MARKERS)])),
        (_("parity"), "line", "line", "solid"),
        (_("ratio of {ratio}").format(ratio=number_text(least)), "line", "ink", DASHED),
    ]
    most = rounded_up(max(points["here"].max(), points["all"].max()))
    with house_style(slug):
        head, tall = legend_height(entries) + 34, 330
        sheet = Sheet(slug, head + tall + 56)
        draw_legend(sheet, 2, entries)
        left, right = (
            MARGIN + text_width(percent_text(1), SMALL) + 8,
            WIDTH - MARGIN - text_width(percent_text(1), SMALL) / 2,
        )
        x, y = linear(0, most, left, right), linear(0, most, head + tall, head)
        sheet.text(MARGIN, head - 16, _("Share in the body"), size=SMALL)
        for tick in tick_values(0, most, 5, whole=False):
            sheet.line([left, right], [y(tick)] * 2, "grid", 0.8)
            sheet.line([x(tick)] * 2, [head, head + tall], "grid", 0.8)
            sheet.text(left - 6, y(tick), percent_text(tick), "right", SMALL)
            sheet.text(x(tick), head + tall + 14, percent_text(tick), "center", SMALL)
        sheet.text((left + right) / 2, head + tall + 40, _("Share among all cadres"), "center")
        sheet.line([x(0), x(most)], [y(0), y(most)], "line", 1.6)
        end = min(most, most / least) if least else most
        sheet.line([x(0), x(end)], [y(0), y(least * end)], "ink", 1.6, DASHED)
        taken = [(x(row.all) - 8, y(row.here) - 8, x(row.all) + 8, y(row.here) + 8) for row in points.itertuples()]
        for row in points.itertuples():
            number = series.index(row.series)
            marker = MARKERS[number % len(MARKERS)]
            role = CATEGORIES[number % len(CATEGORIES)]
            sheet.mark(x(row.all), y(row.here), marker.removeprefix("-"), role, 11, not marker.startswith("-"))
            if not row.where:  # with many organisations the words would hide the points
                _name(sheet, row.label, x(row.all), y(row.here), taken, (left, right))
        if title is None:
            title = _("{k} of {n} shares lie below {ratio} of the share among all").format(
                k=int(below.sum()), n=len(points), ratio=number_text(least)
            )
        caption = caption or _(
            "A mark above the line of parity is a group with more than its share; below the dashed line it has too little."
        )
        said = _hidden_words(hidden)
        alt = _("Points: {parts}.").format(
            parts=joined(
                _("{label}, {share} in {body} against {all} of all").format(
                    label=_named(row), share=percent_text(row.here), body=row.series, all=percent_text(row.all)
                )
                for row in points.itertuples()
            )
        )
        shown = pd.concat([points, hidden]).sort_index(kind="stable")
        here, all_ = (shown[name].mask(shown["hidden"].astype(bool)).map(percent_text) for name in ("here", "all"))
        data = pd.DataFrame(
            {
                _("Group"): [_named(row) for row in shown.itertuples()],
                _("Body"): shown["series"],
                _("Share in the body"): here.mask(shown["hidden"].astype(bool), _("hidden")),
                _("Share among all cadres"): all_.mask(shown["hidden"].astype(bool), _("hidden")),
            }
        )
        return finished(sheet, settings, title, sentences(caption, said), sentences(alt, said), data)


def withheld(settings: Settings, slug: str, said: str = "") -> Picture:
    """A picture that says that there is nothing to draw because the counts are too small to be shown."""
    title = _("Too few people to draw")
    alt = said or _("The counts are hidden because they are small.")
    with house_style(slug):
        sheet = Sheet(slug, 80)
        sheet.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, 80 - 2 * MARGIN, "grid", alpha=0)
        sheet.text(WIDTH / 2, 40, title, "center")
        return finished(sheet, settings, title, alt, alt, pd.DataFrame())


def _named(row) -> str:
    return f"{row.where} · {row.label}" if row.where else str(row.label)


def _hidden_words(hidden: pd.DataFrame) -> str:
    """Which points are hidden, in a sentence; empty where none is."""
    if hidden.empty:
        return ""
    return _("Hidden, for the counts are small: {parts}.").format(
        parts=joined(_("{label} in {body}").format(label=_named(row), body=row.series) for row in hidden.itertuples())
    )


def _name(sheet: Sheet, words: str, x: float, y: float, taken: list[tuple], room: tuple[float, float]) -> None:
    """Words beside a mark, where no other mark or word stands; none where there is no such place."""
    width, height = text_width(words, SMALL), SIZE
    for dx, dy in (
        (12, 0),
        (-12 - width, 0),
        (-width / 2, -18),
        (-width / 2, 18),
        *((x, y) for y in (-13, 13) for x in (10, -10 - width)),
    ):
        box = (x + dx, y + dy - height / 2, x + dx + width, y + dy + height / 2)
        inside = room[0] <= box[0] and box[2] <= room[1] + 12
        free = all(box[2] <= o[0] or o[2] <= box[0] or box[3] <= o[1] or o[3] <= box[1] for o in taken)
        if inside and free:
            sheet.text(box[0], y + dy, words, size=SMALL)
            taken.append(box)
            return
