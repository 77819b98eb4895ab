from __future__ import annotations

from collections.abc import Mapping
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
from cadre_handbook.figures.survival import steps
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

ROSE, LEFT = 1, 2
LAST = 0.9  # the axis ends where nine tenths of the stays have: beyond it a curve rests on few


def incidence(table: pd.DataFrame, settings: Settings, slug: str, at: float, title: str | None = None) -> Picture:
    """The share who rose by years waited (Aalen and Johansen), a panel a group: whoever leaves can rise no more, and is no one
    who still waits.

    ``table``: a stay a row, with `group` (label), `duration` (years, 0 or more) and `event` (0 still waits, 1 rose, 2 left first).
    ``at``: the years after which the shares are told. A dashed line is the share who left; the band the 95 % interval.
    """
    table = table.dropna(subset=["group", "duration"])
    groups = [
        group for group in dict.fromkeys(table["group"]) if table.loc[table["group"].eq(group), "event"].eq(ROSE).any()
    ]
    if not groups:
        return nothing(settings, slug)
    curves = {
        group: (_curve(table[table["group"].eq(group)], ROSE), _curve(table[table["group"].eq(group)], LEFT))
        for group in groups
    }
    end = max(float(np.quantile(table["duration"], LAST)), float(at))
    shares = {group: [_at(curve, at) for curve in pair] for group, pair in curves.items()}
    with house_style(slug):
        sheet = _drawn(slug, curves, shares, at, end)
        parts = joined(
            _("{group}: {rose} rose, {left} left").format(group=group, rose=percent_text(rose), left=percent_text(left))
            for group, (rose, left) in shares.items()
        )
        title = title or _("Within {years} years rose: {parts}").format(
            years=number_text(at),
            parts=joined(
                _("{kind} {share}").format(kind=group, share=percent_text(rose))
                for group, (rose, _left) in shares.items()
            ),
        )
        caption = sentences(
            _(
                "The line is the share who rose to a higher rank, the band its 95 % interval, the dashed line the share who left before."
            ),
            _("Who still waits counts for as long as the wait has lasted."),
        )
        alt = _("Shares by years at a rank; within {years} years: {parts}.").format(years=number_text(at), parts=parts)
        counted = {group: table.loc[table["group"].eq(group), "event"] for group in groups}
        data = pd.DataFrame(
            {
                _("Group"): groups,
                _("Stays"): [len(counted[group]) for group in groups],
                _("Rose"): [int(counted[group].eq(ROSE).sum()) for group in groups],
                _("Left before"): [int(counted[group].eq(LEFT).sum()) for group in groups],
                _("Rose within {years} years").format(years=number_text(at)): [
                    percent_text(shares[group][0]) for group in groups
                ],
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _curve(cases: pd.DataFrame, event: int) -> pd.DataFrame:
    """Aalen and Johansen's share to whom the event has happened: `day` (years), `share`, `lower`, `upper`, a row a step.

    Ties are told apart by an order of their own, rises before leavings, for lifelines would shuffle them.
    """
    from lifelines import AalenJohansenFitter

    cases = cases.assign(last=cases["event"].replace(0, 9)).sort_values(["duration", "last"], kind="stable")
    durations = cases["duration"].to_numpy(float) + np.arange(1, len(cases) + 1) * 1e-7
    if not cases["event"].eq(event).any():
        return pd.DataFrame({"day": [0.0], "share": [0.0], "lower": [0.0], "upper": [0.0]})
    fitter = AalenJohansenFitter(seed=0).fit(durations, cases["event"].to_numpy(int), event_of_interest=event)
    share = fitter.cumulative_density_.iloc[:, 0]
    bounds = fitter.confidence_interval_.reindex(share.index).ffill().fillna(0)
    return pd.DataFrame(
        {
            "day": share.index,
            "share": share.to_numpy(),
            "lower": bounds.iloc[:, 0].to_numpy(),
            "upper": bounds.iloc[:, 1].to_numpy(),
        }
    )


def _at(curve: pd.DataFrame, day: float) -> float:
    return float(curve.loc[curve["day"] <= day + 1e-3, "share"].iloc[-1])


def _drawn(slug: str, curves: Mapping, shares: Mapping, at: float, end: float) -> Sheet:
    entries = [(_("rose"), "line", "accent", "solid"), (_("left before"), "line", "ink", DASHED)]
    tall, step = 110, 38
    head = legend_height(entries)
    bottom = head + len(curves) * (tall + step)
    sheet = Sheet(slug, bottom + 58)
    draw_legend(sheet, 2, entries)
    most = max(float(pair[0]["upper"].max()) for pair in curves.values())
    most = max(most, *(float(pair[1]["share"].max()) for pair in curves.values()), 0.1)
    left, right = MARGIN + text_width(percent_text(1), SMALL) + 8, WIDTH - MARGIN - 4
    x = linear(0, 1.02 * end, left, right)
    for number, (group, (rose, gone)) in enumerate(curves.items()):
        top = head + number * (tall + step) + step
        y = linear(0, most, top + tall, top)
        for share in tick_values(0, most, 3, whole=False):
            sheet.line([left, right], [y(share), y(share)], "grid", 0.8)
            sheet.text(left - 6, y(share), percent_text(share), "right", SMALL)
        rose, gone = (_until(curve, end) for curve in (rose, gone))
        upper, lower = (list(zip(*steps(rose, x, y, bound), strict=True)) for bound in ("upper", "lower"))
        sheet.shape([*upper, *reversed(lower)], None, "accent", alpha=0.2, edge=False)
        sheet.line(*steps(gone, x, y), "ink", 1.8, DASHED)
        sheet.line(*steps(rose, x, y), "accent", 2.6)
        sheet.mark(x(at), y(shares[group][0]), "o", "accent", 9)
        words = _("{share} within {time} years").format(share=percent_text(shares[group][0]), time=number_text(at))
        sheet.text(right, top - 12, words, "right", SMALL)
        sheet.text(left, top - 12, cut_line(str(group), right - left - text_width(words, SMALL) - 16, SMALL), bold=True)
    for tick in tick_values(0, end, 5):
        sheet.text(x(tick), bottom + 14, number_text(tick), "center", SMALL)
    sheet.text((left + right) / 2, bottom + 42, _("Years at the rank"), "center")
    return sheet


def _until(curve: pd.DataFrame, end: float) -> pd.DataFrame:
    """A curve from nought to the end of the axis."""
    kept = curve[curve["day"] <= end]
    return pd.concat([kept, kept.tail(1).assign(day=end)])
