from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
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


def survival(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    promised: int | None = None,
    title: str | None = None,
    caption: str | None = None,
    axis: str | None = None,
    done: str | None = None,
    in_years: bool = False,
    called: str | None = None,
) -> Picture:
    """Share settled by time waited (Kaplan and Meier): a step curve with its 95 % interval for each group, one under another.

    ``table``: a case a row, with `group` (label), `duration` (days waited so far or until settled, 0 or more) and `event`
    (bool: settled). Cases without a duration or event are left out. ``promised``: a day marked by a line, with the share
    settled by then. ``axis``: words under the time axis; ``done``: what “settled” is called. ``in_years``: `duration` and
    `promised` are years, and `promised` a limit. ``called``: what all the cases are called in the title.
    """
    table = table.dropna(subset=["group", "duration", "event"])
    table = table[table["duration"] >= 0].assign(event=lambda rows: rows["event"].astype(bool))
    if table.empty:
        return nothing(settings, slug)
    done = done or _("settled")
    called = called or _("the cases")
    words = _words_of_time(in_years)
    groups = list(dict.fromkeys(table["group"]))
    together = _curve(table)
    curves = {group: _curve(table[table["group"].eq(group)]) for group in groups}
    last = float(table["duration"].max())
    until = float(promised) if promised is not None else last
    shares = {group: _at(curve, until) for group, curve in curves.items()}
    # A promise is judged near its day; a few long waits would squeeze that part of the curves.
    end = max(min(last, 3 * promised), promised) if promised else last
    with house_style(slug):
        sheet = _survival_drawn(slug, curves, together, shares, promised, until, max(end, 1.0), axis, words)
        n, k, overall = len(table), int(table["event"].sum()), _at(together, until)
        if title is None and promised is not None and not math.isnan(overall):
            title = words["title"].format(
                share=percent_text(overall), cases=called, done=done, time=number_text(promised)
            )
        title = title or _("{k} of {n} cases are {done}").format(k=k, n=n, done=done)
        caption = caption or sentences(
            _("A curve rises as cases are {done}; one that still waits counts for as long as it has waited.").format(
                done=done
            ),
            _("The band is the 95 % interval."),
        )
        if end < last:
            caption = sentences(caption, words["cut"].format(time=number_text(end)))
        parts = joined(_("{kind} {share}").format(kind=group, share=percent_text(shares[group])) for group in groups)
        alt = sentences(
            words["curves"].format(done=done, k=k, n=n),
            words["parts"].format(time=number_text(until), parts=parts),
        )
        counted = table.groupby("group", observed=True)["event"].agg(["size", "sum"]).loc[groups]
        data = pd.DataFrame(
            {
                _("Kind"): groups,
                _("Cases"): counted["size"].to_numpy(),
                _("So far {done}").format(done=done): counted["sum"].to_numpy(),
                words["by"].format(time=number_text(until)): [percent_text(shares[group]) for group in groups],
                _("95 % interval"): [_interval(curves[group], until) for group in groups],
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _survival_drawn(
    slug: str,
    curves: Mapping[str, pd.DataFrame],
    together: pd.DataFrame,
    shares: Mapping[str, float],
    promised: int | None,
    until: float,
    end: float,
    axis: str | None,
    words: Mapping[str, str],
) -> Sheet:
    """A panel for each of `curves` over 0 to `end` days, that of all cases dashed behind it."""
    several = len(curves) > 1
    entries = [(_("all cases together"), "line", "line", DASHED)] if several else []
    tall, step = 78 if several else 170, 36
    head = legend_height(entries) + (18 if promised is not None else 0)
    bottom = head + len(curves) * (tall + step)
    sheet = Sheet(slug, bottom + 58)
    draw_legend(sheet, 2, entries)
    left, right = MARGIN + text_width(percent_text(1), SMALL) + 8, WIDTH - MARGIN - 4
    x = linear(0, 1.03 * end, left, right)
    for number, (group, curve) in enumerate(curves.items()):
        top = head + number * (tall + step) + step
        y = linear(0, 1, top + tall, top)
        for share in (0, 0.5, 1):
            sheet.line([left, right], [y(share), y(share)], "grid", 0.8)
            sheet.text(left - 6, y(share), percent_text(share), "right", SMALL)
        if several:
            sheet.line(*steps(_until(together, end), x, y), "line", 1.6, DASHED)
        _draw_curve(sheet, _until(curve, end), x, y)
        share = words["share"].format(share=percent_text(shares[group]), time=number_text(until))
        sheet.text(right, top - 12, share, "right", SMALL)
        sheet.text(left, top - 12, cut_line(str(group), right - left - text_width(share, SMALL) - 16, SIZE), bold=True)
        if promised is not None:
            sheet.line([x(promised)] * 2, [top, top + tall], "ink", 1.8, DASHED)
            if not math.isnan(shares[group]):
                sheet.mark(x(promised), y(shares[group]), "o", "accent", 9)
    if promised is not None:
        limit = words["limit"].format(time=number_text(promised))
        half = text_width(limit) / 2
        sheet.text(min(max(x(promised), MARGIN + half), WIDTH - MARGIN - half), head - 6, limit, "center")
    for tick in tick_values(0, end, 5):
        sheet.text(x(tick), bottom + 14, number_text(tick), "center", SMALL)
    sheet.text((left + right) / 2, bottom + 42, axis or words["axis"], "center")
    return sheet


def _words_of_time(in_years: bool) -> dict[str, str]:
    """What a survival curve says about time, in days or in years."""
    if in_years:
        return {
            "title": _("{share} of {cases} are {done} within {time} years"),
            "cut": _("Times of over {time} years are not drawn."),
            "curves": _("Curves of the share {done} over the years; {k} of {n} cases are {done} so far."),
            "parts": _("Within {time} years: {parts}."),
            "by": _("Within {time} years"),
            "share": _("{share} within {time} years"),
            "limit": _("limit: {time} years"),
            "axis": _("Years"),
        }
    return {
        "title": _("{share} of {cases} are {done} within {time} days"),
        "cut": _("Waits of over {time} days are not drawn."),
        "curves": _("Curves of the share {done} over the days waited; {k} of {n} cases are {done} so far."),
        "parts": _("By day {time}: {parts}."),
        "by": _("By day {time}"),
        "share": _("{share} by day {time}"),
        "limit": _("promised: {time} days"),
        "axis": _("Days waited"),
    }


def _until(curve: pd.DataFrame, end: float) -> pd.DataFrame:
    """A curve up to a day, drawn on to it where it goes further."""
    kept = curve[curve["day"] <= end]
    return pd.concat([kept, kept.tail(1).assign(day=end)]) if len(kept) < len(curve) else kept


def _curve(cases: pd.DataFrame) -> pd.DataFrame:
    """Kaplan and Meier's share settled: `day`, `share`, `lower`, `upper`, a row per step."""
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter().fit(cases["duration"].astype(float), cases["event"])
    settled = 1 - fitter.survival_function_.iloc[:, 0]
    bounds = (1 - fitter.confidence_interval_).reindex(settled.index)
    # Before the first case is settled, and where all are, the interval is not defined: it stays as it was.
    upper, lower = (bounds.iloc[:, side].ffill().fillna(0).to_numpy() for side in (0, 1))
    return pd.DataFrame({"day": settled.index, "share": settled.to_numpy(), "lower": lower, "upper": upper})


def _at(curve: pd.DataFrame, day: float, column: str = "share") -> float:
    """The value of a curve on a day; not known after its last case, unless all were settled by then."""
    if day > curve["day"].iloc[-1] and curve["share"].iloc[-1] < 1:
        return math.nan
    return float(curve.loc[curve["day"] <= day, column].iloc[-1])


def _interval(curve: pd.DataFrame, day: float) -> str:
    if math.isnan(_at(curve, day)):
        return "–"
    lower, upper = percent_text(_at(curve, day, "lower")), percent_text(_at(curve, day, "upper"))
    return f"{lower} – {upper}" if lower != upper else "–"  # where all are settled the method gives no interval


def steps(curve: pd.DataFrame, x, y, column: str = "share") -> tuple[list[float], list[float]]:
    """The corners of a step curve on the sheet."""
    days, values = [x(day) for day in curve["day"]], [y(value) for value in curve[column]]
    return list(np.repeat(days, 2)[1:]), list(np.repeat(values, 2)[:-1])


def _draw_curve(sheet: Sheet, curve: pd.DataFrame, x, y) -> None:
    upper, lower = (list(zip(*steps(curve, x, y, bound), strict=True)) for bound in ("upper", "lower"))
    sheet.shape([*upper, *reversed(lower)], None, "accent", alpha=0.2, edge=False)
    sheet.line(*steps(curve, x, y), "accent", 2.6)
