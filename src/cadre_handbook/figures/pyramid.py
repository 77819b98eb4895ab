from __future__ import annotations

from collections.abc import Mapping
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
    draw_legend,
    finished,
    house_style,
    legend_height,
    linear,
    nothing,
    sentences,
    text_width,
)
from cadre_handbook.figures.parity import withheld
from cadre_handbook.i18n import _, joined

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

BAND_YEARS = 5
YOUNGEST, OLDEST = 25, 60  # beyond them a band has no further edge
AGES = (0, 200)


def pyramid(
    people: pd.DataFrame,
    sides: Mapping[str, str],
    settings: Settings,
    slug: str,
    least: int,
    edge: int,
    title: str | None = None,
) -> Picture:
    """A population pyramid: bands of ages, the youngest below, one side to the left and the other to the right.

    ``people``: one row a person, with `age` (full years) and `side` (a key of ``sides``); who lacks one is not drawn. ``sides``:
    two keys and their labels. Bands are joined with the next until at least ``least`` people stand on either side of each, and
    never across ``edge``, an age that stays the border between two bands.
    """
    known = people[people["age"].notna().to_numpy() & people["side"].isin(list(sides)).to_numpy()]
    if known.empty:
        return nothing(settings, slug)
    table = _bands(known, list(sides), least, edge)
    if table.empty:
        return withheld(settings, slug)
    left, right = sides
    counted = table[list(sides)].sum(axis=1)
    largest = table.loc[counted.idxmax(), "band"]
    unknown = len(people) - len(known)
    with house_style(slug):
        sheet = _drawn(table, sides, edge, slug)
        alt = _("Pyramid of ages, from the youngest: {parts}.").format(
            parts=joined(
                _("{band}: {one} {left}, {other} {right}").format(
                    band=row.band, one=one, left=sides[left], other=other, right=sides[right]
                )
                for row, one, other in zip(table.itertuples(), table[left], table[right], strict=True)
            )
        )
        caption = sentences(
            _("A bar is as long as the people of that age are many. Bands with fewer than {least} on a side are joined with the next.").format(least=least),
            _("Not drawn, for age or sex is not known: {count}.").format(count=unknown) if unknown else "",
        )  # fmt: skip
        data = pd.DataFrame({_("Age"): table["band"], **{words: table[key] for key, words in sides.items()}})
        title = title or _("Most are of the band {band}: {k} of {n}").format(
            band=largest, k=int(counted.max()), n=int(counted.sum())
        )
        return finished(sheet, settings, title, caption, alt, data)


def _bands(people: pd.DataFrame, sides: list[str], least: int, edge: int) -> pd.DataFrame:
    """Bands of ages from the youngest, a row each: `start`, `end`, `band` (its words) and a count for each side.

    Empty where even all of one side of the edge are fewer than ``least`` on a side of the picture.
    """
    cuts = sorted({*range(YOUNGEST, OLDEST + 1, BAND_YEARS), edge})
    rows: list[dict] = []
    for first, last in ((AGES[0], edge), (edge, AGES[1])):
        found: list[dict] = []
        start = first
        for end in [*(cut for cut in cuts if first < cut < last), last]:
            row = _counts(people, sides, start, end)
            if min(row[side] for side in sides) >= least:
                found.append(row)
                start = end
        if not found:
            return pd.DataFrame()
        if start < last:
            found[-1] = _counts(people, sides, found[-1]["start"], last)
        rows += found
    return pd.DataFrame(rows)


def _counts(people: pd.DataFrame, sides: list[str], start: int, end: int) -> dict:
    here = people[((people["age"] >= start) & (people["age"] < end)).to_numpy(bool)]
    if start == AGES[0]:
        words = _("under {age}").format(age=end)
    elif end == AGES[1]:
        words = _("{age} and over").format(age=start)
    else:
        words = f"{start}–{end - 1}"
    return {"start": start, "end": end, "band": words, **{side: int(here["side"].eq(side).sum()) for side in sides}}


def _drawn(table: pd.DataFrame, sides: Mapping[str, str], edge: int, slug: str) -> Sheet:
    (left, left_words), (right, right_words) = sides.items()
    entries = [(left_words, "rect", "accent", None), (right_words, "rect", "second", "////")]
    head, step = legend_height(entries) + 8, 34
    sheet = Sheet(slug, head + step * len(table) + MARGIN)
    draw_legend(sheet, 2, entries)
    half = max(text_width(words) for words in table["band"]) / 2 + 8
    number = text_width(str(int(table[list(sides)].to_numpy().max())), SMALL) + 8
    middle = WIDTH / 2
    length = linear(0, float(table[list(sides)].to_numpy().max()), 0, middle - half - number - MARGIN)
    for place, row in enumerate(table.to_dict("records")):
        y = head + (len(table) - 1 - place) * step + step / 2
        one, other = length(row[left]), length(row[right])
        sheet.rect(middle - half - one, y - 11, one, 22, "accent")
        sheet.text(middle - half - one - 6, y, str(row[left]), "right", SMALL)
        sheet.rect(middle + half, y - 11, other, 22, "second", "////")
        sheet.text(middle + half + other + 6, y, str(row[right]), "left", SMALL)
        sheet.text(middle, y, row["band"], "center", SIZE)
        if row["start"] == edge:
            sheet.line([MARGIN, WIDTH - MARGIN], [y + step / 2] * 2, "ink", 1.4, DASHED)
    return sheet
