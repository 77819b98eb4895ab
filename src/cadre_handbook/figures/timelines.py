from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from cadre_handbook.figures.house import (
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
    number_text,
    one_or_many,
    sentences,
    text_width,
    tick_values,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings


def timelines(
    bars: pd.DataFrame,
    rows: pd.DataFrame,
    marks: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    most: int = 12,
) -> Picture:
    """What lay before each appointment, in years before it: a line per appointment, those that lack something first.

    ``bars``: a posting a row, with `row` (key of its appointment), `start`, `end` (days; NaT end: to the appointment) and
    `hard` (bool: an urgent or hard post). ``rows``: an appointment a row, with `row`, `appointed_on` (day) and `met` (True,
    False, NA). ``marks``: a training a row, with `row` and `day`. Only the first `most` appointments are drawn, numbered.
    """
    rows = rows.dropna(subset=["appointed_on"])
    if rows.empty:
        return nothing(settings, slug)
    order = rows["met"].astype("boolean").map({False: 0, True: 2}).fillna(1).astype(int)
    chosen = rows.assign(order=order).sort_values(["order", "appointed_on"], kind="stable").head(most)
    chosen = chosen.assign(place=range(len(chosen))).set_index("row")
    spans, trained, first, last = _before_appointment(chosen, bars, marks)
    lacking, unknown = int(order.eq(0).sum()), int(order.eq(1).sum())
    signs = {0: _("lacking"), 1: _("not known"), 2: _("enough")}
    with house_style(slug):
        sheet = _timelines_drawn(slug, [signs[code] for code in chosen["order"]], spans, trained, first, last)
        if title is None:
            title = one_or_many(
                *(lacking, len(rows), _("None of {n} appointments lacks what should come before it")),
                _("{k} of {n} appointments lacks something that should come before it"),
                _("{k} of {n} appointments lack something that should come before them"),
            )
        caption = caption or _(
            "A line is one appointment, those that lack something first; bars are the posts before it."
        )
        if len(rows) > len(chosen):
            caption = sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(chosen), n=len(rows)))
        alt = _("Timelines of {n} appointments; lacking something: {lacking}, not known: {unknown}.").format(
            n=len(rows), lacking=lacking, unknown=unknown
        )
        practice = (
            (spans["last"] - spans["first"]).groupby(spans["place"]).sum().reindex(range(len(chosen)), fill_value=0)
        )
        posts = spans.groupby("place").size().reindex(range(len(chosen)), fill_value=0)
        hard = spans["hard"].astype(bool).groupby(spans["place"]).sum().reindex(range(len(chosen)), fill_value=0)
        data = pd.DataFrame(
            {
                _("Line"): range(1, len(chosen) + 1),
                _("Posts before"): posts.to_numpy(),
                _("Urgent or hard posts"): hard.astype(int).to_numpy(),
                _("Years in them"): practice.round(1).map(lambda value: f"{value:.1f}").to_numpy(),
                _("Outcome"): chosen["order"].map(signs).to_numpy(),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _before_appointment(
    chosen: pd.DataFrame, bars: pd.DataFrame, marks: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, float, float]:
    """Postings and trainings of the chosen appointments in years from the appointment, and the years to draw."""
    days = chosen["appointed_on"]
    spans = bars[bars["row"].isin(chosen.index)]
    appointed = spans["row"].map(days)
    spans = spans.assign(
        place=spans["row"].map(chosen["place"]),
        first=_years_between(spans["start"], appointed),
        last=_years_between(spans["end"].fillna(appointed), appointed),
    ).dropna(subset=["first"])
    trained = marks[marks["row"].isin(chosen.index)].dropna(subset=["day"])
    trained = trained.assign(
        place=trained["row"].map(chosen["place"]), at=_years_between(trained["day"], trained["row"].map(days))
    )
    # Twenty-five years say enough; what lies before is cut at the edge.
    first = max(-25, math.floor(min([-3.0, *spans["first"]])))
    trained = trained[trained["at"] >= first]
    last = min(3.0, max([0.4, *trained["at"] + 0.2]))
    trained = trained[trained["at"] <= last]
    return spans, trained, first, last


def _timelines_drawn(
    slug: str, signs: list[str], spans: pd.DataFrame, trained: pd.DataFrame, first: float, last: float
) -> Sheet:
    """A line for each of `signs`, the words at its end."""
    entries = [
        (_("posting"), "rect", "accent", None),
        (_("urgent or hard post"), "rect", "second", "////"),
        (_("appointment"), "mark", "ink", "D"),
        (_("training"), "mark", "ink", "-v"),
    ]
    head, step = legend_height(entries) + 10, 32
    bottom = head + len(signs) * step
    sheet = Sheet(slug, bottom + 60)
    draw_legend(sheet, 2, entries)
    left = MARGIN + text_width(str(len(signs))) + 12
    right = WIDTH - MARGIN - max(text_width(sign, SMALL) for sign in signs) - 12
    x = linear(first, last, left, right)
    for tick in tick_values(first, 0, 5):
        sheet.line([x(tick), x(tick)], [head, bottom], "grid", 0.8)
        sheet.text(x(tick), bottom + 14, number_text(-tick), "center", SMALL)
    sheet.line([x(0), x(0)], [head, bottom], "line", 1.4)
    sheet.text((left + right) / 2, bottom + 42, _("Years before the appointment"), "center")
    middles = [head + place * step + 21 for place in range(len(signs))]  # a training stands above its line's bars
    for span in spans[spans["last"] > first].itertuples():
        start, width = x(span.first), max(x(span.last) - x(span.first) - 1.5, 2)
        role, hatch = ("second", "////") if span.hard else ("accent", None)
        sheet.rect(start, middles[span.place] - 7, width, 14, role, hatch, edge=bool(hatch))
    for place, (middle, sign) in enumerate(zip(middles, signs, strict=True), 1):
        sheet.text(left - 12, middle, str(place), "right", SMALL)
        sheet.mark(x(0), middle, "D", size=8)
        sheet.text(right + 12, middle, sign, size=SMALL)
    for mark in trained.itertuples():
        sheet.mark(x(mark.at), middles[mark.place] - 14, "v", size=8, filled=False)
    return sheet


def _years_between(days: pd.Series, reference: pd.Series) -> pd.Series:
    """Years from `reference` to `days`, negative before it."""
    return (pd.to_datetime(days) - pd.to_datetime(reference)).dt.days / 365.25
