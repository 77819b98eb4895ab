from __future__ import annotations

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
    nothing,
    percent_text,
    sentences,
    text_width,
)
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

MOST_MONTHS = 12
STEP = 30
NEAR = 1e-9
ENOUGH, BELOW, UNKNOWN, NOTHING_DUE, OUTSIDE = "enough", "below", "unknown", "nothing_due", "outside"


def calendar_strips(
    cells: pd.DataFrame,
    rows: pd.DataFrame,
    least: float,
    settings: Settings,
    slug: str,
    months: int = MOST_MONTHS,
    title: str | None = None,
    caption: str | None = None,
    most: int = 15,
) -> Picture:
    """A strip for each subject, a cell for each month up to the day judged on, with the share of the days due it was there.

    ``rows``: a subject a row, with `row` (a key), `start` and `until` (its first day, and the day after its last) and `share`
    (over all its time, NaN where not known). ``cells``: records, with `row`, `month` (a day of it), `present` and `due` (days;
    NaN where not known). ``least``: the share asked for. At most twelve months are drawn and the lowest `most` subjects,
    numbered; a month without a record is marked as such, never as absence.
    """
    if rows.empty:
        return nothing(settings, slug)
    shown = rows.sort_values(["share", "start"], kind="stable", na_position="last").head(most).reset_index(drop=True)
    columns = pd.period_range(end=pd.Period(settings.as_of, "M"), periods=max(1, min(months, MOST_MONTHS)), freq="M")
    kept = _by_month(shown, cells, columns, least)
    with house_style(slug):
        sheet = _drawn(slug, kept, shown, columns)
        below = int((rows["share"] < least - NEAR).sum())
        if title is None:
            title = _("{below} of {n} were there on less than {share} of their days").format(
                below=below, n=int(rows["share"].notna().sum()), share=percent_text(least)
            )
        caption = caption or _(
            "A strip is one secondee, a cell one month; the number is the percentage of the days due on which they were there. On the right, all their time."
        )
        if len(rows) > len(shown):
            caption = sentences(
                caption, _("The lowest {shown} of {n} are drawn.").format(shown=len(shown), n=len(rows))
            )
        alt = _(
            "Strips of {n} subjects over {months} months: {below} below {share} of the days due, {unknown} not known."
        )
        alt = alt.format(
            n=len(rows),
            months=len(columns),
            below=below,
            share=percent_text(least),
            unknown=int(rows["share"].isna().sum()),
        )
        counts = kept.groupby(["place", "state"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=range(len(shown)), columns=[ENOUGH, BELOW, UNKNOWN], fill_value=0)
        data = pd.DataFrame(
            {
                _("Line"): range(1, len(shown) + 1),
                _("Share of days"): shown["share"].map(percent_text),
                _("Months with enough"): counts[ENOUGH].to_numpy(),
                _("Months below"): counts[BELOW].to_numpy(),
                _("Months without a full record"): counts[UNKNOWN].to_numpy(),
            }
        )
        return finished(sheet, settings, title, caption, alt, data)


def _by_month(shown: pd.DataFrame, cells: pd.DataFrame, columns: pd.PeriodIndex, least: float) -> pd.DataFrame:
    """A row for each strip (`place`) and month (`column`, its number), with `state` and `share` (NaN unless it is known)."""
    place = cells["row"].map(pd.Series(shown.index, index=shown["row"]))
    days = cells.assign(place=place, column=pd.PeriodIndex(cells["month"], freq="M")).dropna(subset=["place"])
    days = days.assign(blank=days[["present", "due"]].isna().any(axis=1))
    sums = days.groupby(["place", "column"]).agg(
        **{name: (name, "sum") for name in ("present", "due")}, blank=("blank", "any")
    )
    grid = pd.MultiIndex.from_product([shown.index, columns], names=["place", "column"])
    kept = sums.reindex(grid).reset_index()
    first, after = kept["column"].dt.start_time, (kept["column"] + 1).dt.start_time
    start, until = (kept["place"].map(shown[name]) for name in ("start", "until"))
    known = kept["blank"].eq(False)
    due = kept["due"].fillna(0).astype(float)
    share = (kept["present"].astype(float) / due.where(due > 0)).where(known)
    state = pd.Series(UNKNOWN, index=kept.index).mask(known & (due == 0), NOTHING_DUE)
    state = state.mask(share >= least - NEAR, ENOUGH).mask(share < least - NEAR, BELOW)
    outside = ~((start < after) & (until > first))
    return kept.assign(state=state.mask(outside, OUTSIDE), share=share, column=kept["column"].map(list(columns).index))


def _drawn(slug: str, kept: pd.DataFrame, shown: pd.DataFrame, columns: pd.PeriodIndex) -> Sheet:
    entries = [
        (_("enough days present"), "rect", "accent", None),
        (_("below, in percent"), "mark", "alarm", "-s"),
        (_("no full record"), "rect", "line", "////"),
        (_("nothing due (leave)"), "line", "line", "solid"),
    ]
    head = legend_height(entries) + 46
    left = MARGIN + text_width(str(len(shown)), SMALL) + 8
    right = WIDTH - MARGIN - text_width("100 %", SMALL) - 8
    width = (right - left) / len(columns)
    sheet = Sheet(slug, head + STEP * len(shown) + MARGIN)
    draw_legend(sheet, 2, entries)
    for number, month in enumerate(columns):
        middle = left + (number + 0.5) * width
        sheet.text(middle, head - 12, str(month.month), "center", SMALL)
        if month.month == 1 or (number == 0 and month.month < 11):
            sheet.text(middle, head - 32, str(month.year), "center", SMALL)
    for cell in kept[kept["state"] != OUTSIDE].itertuples():
        x, y = left + cell.column * width + 1.5, head + cell.place * STEP + 3
        _cell(sheet, x, y, width - 3, STEP - 6, cell.state, cell.share)
    for place, share in enumerate(shown["share"]):
        middle = head + (place + 0.5) * STEP
        sheet.text(left - 6, middle, str(place + 1), "right", SMALL)
        sheet.text(right + 6, middle, percent_text(share), size=SMALL)
    return sheet


def _cell(sheet: Sheet, x: float, y: float, width: float, height: float, state: str, share: float) -> None:
    if state == ENOUGH:
        sheet.rect(x, y, width, height, "accent", edge=False)
    elif state == BELOW:
        sheet.rect(x + 1, y + 1, width - 2, height - 2, "alarm", alpha=0, edge_width=2.5)
        sheet.text(x + width / 2, y + height / 2, str(int(100 * share)), "center", SMALL)
    elif state == UNKNOWN:
        sheet.rect(x, y, width, height, "line", "////")
    else:
        sheet.line([x + 3, x + width - 3], [y + height / 2] * 2, "line", 2.0)
