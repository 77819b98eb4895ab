"""Division codes (GB/T 2260): which place a code stands for on a day, and whether two codes are one place.

`data/divisions.csv` lists every code since 1981 with its years and the codes that continue it. A code in use
on the day stands for itself, whatever land it ceded. A code out of use stands for all its successors, theirs
in turn followed, until all are in use on the day. What cannot be told is missing, never "different": a code
that is not in the list, one whose end names no successor, one coarser than the level asked for, one whose
successors differ at that level.

The list gives years, not days. `successors` and `at_level` take a change as made on 1 January of its year.
`same_place` says nothing in that year that does not hold both before and after the change.

At city level three kinds of code have no city of their own digits:

- the districts and counties of a municipality (Beijing, Tianjin, Shanghai, Chongqing) are in one city,
  written as `1101`, `1201`, `3101`, `5001`; the codes `110100`, `110200` … that stand for it are accepted
  although no list has them;
- a county directly under its province (`429004`, `469021`) is a place of its own, written with all six
  digits;
- a province is coarser than a city, and so is a municipality asked for by `110000`.

For days before 1981 the list of 1981 holds, for days after its last year that of its last year.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from cadre_handbook.paths import DATA

LEVELS = {"province": 2, "city": 4, "county": 6}
"""Leading digits of a code that name a place at each level."""

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_OPEN = 9999
_SUCCESSOR = re.compile(r"(\d{6})(?:\[(\d{4})\])?")


@dataclass(frozen=True, slots=True)
class _Period:
    """A stretch of years, `first` up to not including `last`, in which a code stood for one place."""

    code: str
    first: int
    last: int
    ceded: tuple[tuple[str, int], ...]
    """Codes that took a part while this one stayed in use, and when."""
    heirs: tuple[tuple[str, int], ...]
    """Codes that took over when this one ended, and when."""

    def covers(self, year: int) -> bool:
        return self.first <= year < self.last


def successors(code: str, when: int | str | dt.date) -> frozenset[str]:
    """The codes in use in the year of `when` (a year or a date) that continue `code`.

    A code in use gives itself, and so does one that is not in use yet. Empty when nothing is known: the code
    is not in the list, or it or one that continued it ended without a successor. A number that was in use for
    one place, and will be for another, gives the successors of the first and itself.
    """
    year = when if isinstance(when, int) else pd.Timestamp(when).year
    return _standing_for(code, int(np.clip(year, *_span())))


def at_level(codes: pd.Series, days: pd.Series | str | dt.date, level: str) -> pd.Series:
    """Each code taken to its successors in use on the day and cut to `level`.

    `codes` is text; `days` is datetime64 with the same index, or one day for all; `level` is a key of
    `LEVELS`. Gives text (`string`, same index): two digits for a province, four for a city, six for a county,
    and six for a county directly under its province even when a city is asked for. `<NA>` where the place
    cannot be told. A code not in use yet stands for itself.

    Raises KeyError for another level, ValueError when the indexes differ.
    """
    LEVELS[level]
    numbers, known = pd.factorize(codes)
    found = _places(numbers, list(known), _years(days, codes.index), level)
    return pd.Series(found, index=codes.index, name=codes.name, dtype="string")


def same_place(a: pd.Series, b: pd.Series, days: pd.Series | str | dt.date, level: str) -> pd.Series:
    """Whether `a` and `b` are one place at `level` on the day: True, False, or missing.

    `a` and `b` are text, `days` is datetime64, all with the same index (or one day for all). Gives `boolean`.

    People and organisations are often recorded under codes newer than the posting: 520600 (in use since 2011)
    for an office of 2010 whose neighbours were still called 522222. So both codes are taken to the day or to
    the first year of the newer of them, whichever is later, and compared there: 522222 and 520600 are one
    city on any day. A number not in use yet that two places had in turn is read as the later of them.

    In the year of a change the two are compared as the list stood before it and as it stood after, and the
    answer is missing unless both agree: a district merged into its neighbour in that year is neither the same
    nor different.

    Raises KeyError for another level, ValueError when the indexes differ.
    """
    LEVELS[level]
    if not a.index.equals(b.index):
        raise ValueError("the two series of codes have different indexes")
    years = _years(days, a.index)
    sides = [(numbers, list(known)) for numbers, known in (pd.factorize(a), pd.factorize(b))]
    year_before = np.where(years > 0, np.maximum(years - 1, _span()[0]), 0)
    after, before = _same_in(years, sides, level), _same_in(year_before, sides, level)
    after[(after != before).fillna(True)] = pd.NA
    return pd.Series(after, index=a.index)


def is_code(codes: pd.Series) -> pd.Series:
    """Whether each code is in the list in any year (`bool`, same index; False where the code is missing)."""
    return codes.isin(known_codes())


@cache
def known_codes() -> frozenset[str]:
    """Every code in the list in any year."""
    return frozenset(_periods())


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the list: a place under one name; ``last_year`` is 0 where it is in use."""

    code: str
    name: str
    province: str
    city: str
    last_year: int

    @property
    def full_name(self) -> str:
        """The name with those of the city and province above it."""
        return "".join(dict.fromkeys((self.province, self.city, self.name)))


def divisions() -> list[Division]:
    """Every row of the list, in its order."""
    return [
        Division(row["code"], row["name"], row["province"], row["city"], int(row["last_year"] or 0)) for row in _rows()
    ]


def _same_in(years: np.ndarray, sides: list[tuple[np.ndarray, list[str]]], level: str) -> pd.array:
    """`same_place` as the list stands in each row's year; `boolean`, missing where a year is 0."""
    for numbers, codes in sides:
        years = _once_in_use(numbers, codes, years)
    one, other = (_places(numbers, codes, years, level) for numbers, codes in sides)
    same = pd.array(one == other, dtype="boolean")
    same[pd.isna(one) | pd.isna(other)] = pd.NA
    return same


def _once_in_use(numbers: np.ndarray, codes: list[str], years: np.ndarray) -> np.ndarray:
    """The years, put off to the first year of the row's code where it is not in use yet."""
    first, latest = np.array([_beginnings(code) for code in codes] + [(0, 0)]).T  # number -1 takes the last
    return np.where((years > 0) & (years < first[numbers]), latest[numbers], years)


def _places(numbers: np.ndarray, codes: list[str], years: np.ndarray, level: str) -> np.ndarray:
    """The place of `codes[number]` in each row's year, None where missing; each pair is worked out once."""
    places = np.full(len(numbers), None, dtype=object)
    known = (numbers >= 0) & (years > 0)
    where, pairs = pd.factorize(numbers[known].astype(np.int64) * _OPEN + years[known])
    found = [_place(codes[pair // _OPEN], int(pair % _OPEN), level) for pair in pairs]
    places[known] = np.array([*found, None], dtype=object)[where]
    return places


def _years(days: pd.Series | str | dt.date, index: pd.Index) -> np.ndarray:
    """The year of each day, kept to the years of the list; 0 where the day is missing."""
    if not isinstance(days, pd.Series):
        days = pd.Series(pd.Timestamp(days), index=index, dtype="datetime64[s]")
    if not days.index.equals(index):
        raise ValueError("the codes and the days have different indexes")
    years = days.dt.year.fillna(0).to_numpy(dtype=np.int64)
    return np.where(years > 0, np.clip(years, *_span()), 0)


@cache
def _place(code: str, year: int, level: str) -> str | None:
    cuts = {_cut(successor, level) for successor in _standing_for(code, year)}
    return cuts.pop() if len(cuts) == 1 else None


def _cut(code: str, level: str) -> str | None:
    """The digits that name the place of `code` at `level`; None where the code is coarser."""
    own = 2 if code.endswith("0000") else 4 if code.endswith("00") else 6
    if own < LEVELS[level]:
        return None
    if level == "city" and code[:2] in _MUNICIPALITIES:
        return code[:2] + "01"
    if level == "city" and code in _outside_cities():
        return code
    return code[: LEVELS[level]]


@cache
def _standing_for(code: str, year: int) -> frozenset[str]:
    periods = _periods().get(code, ())
    if any(period.covers(year) for period in periods):
        return frozenset({code})
    past = [period for period in periods if period.last <= year]
    coming = frozenset({code} if len(past) < len(periods) else ())
    if not past:
        return coming
    continued = _continued(past[-1], year)
    return continued | coming if continued else continued


def _continued(ended: _Period, year: int) -> frozenset[str]:
    """The codes in use in `year` that `ended` went into; empty when any of the ways there is lost."""
    waiting, seen, found = [ended], {ended}, set()
    while waiting:
        period = waiting.pop()
        if period.covers(year):
            found.add(period.code)
            continue
        if not period.heirs:
            return frozenset()
        # A number can be used again later: what took over is the period of that year, not the code as such.
        for code, then in period.heirs + period.ceded:
            heir = next(heir for heir in _periods()[code] if heir.covers(then))
            if heir not in seen:
                seen.add(heir)
                waiting.append(heir)
    return frozenset(found)


@cache
def _beginnings(code: str) -> tuple[int, int]:
    """The first years of the earliest and the latest period of a code; (0, 0) when it is not in the list."""
    periods = _periods().get(code)
    return (periods[0].first, periods[-1].first) if periods else (0, 0)


@cache
def _span() -> tuple[int, int]:
    """The first year of the list and the last in which it changes."""
    years = [int(row[column]) for row in _rows() for column in ("first_year", "last_year") if row[column]]
    return min(years), max(years)


@cache
def _outside_cities() -> frozenset[str]:
    """The counties directly under a province."""
    return frozenset(row["code"] for row in _rows() if row["level"] == "county" and not row["city"])


@cache
def _periods() -> dict[str, tuple[_Period, ...]]:
    """The periods of each code, earliest first; a renaming under the same number does not end one."""
    periods: dict[str, list[_Period]] = defaultdict(list)
    for row in _rows():
        later, earlier = _period(row), periods[row["code"]]
        if earlier and _renamed(earlier[-1], later):
            later = _joined(earlier.pop(), later)
        earlier.append(later)
    for code in sorted(_outside_cities()):
        if code[:2] in _MUNICIPALITIES:
            (municipality,) = periods[code[:2] + "0000"]
            periods[code[:4] + "00"] = [replace(municipality, code=code[:4] + "00")]
    return {code: tuple(found) for code, found in periods.items()}


def _period(row: dict[str, str]) -> _Period:
    last = int(row["last_year"] or _OPEN)
    listed = _SUCCESSOR.findall(row["successors"])
    return _Period(
        code=row["code"],
        first=int(row["first_year"]),
        last=last,
        ceded=tuple((code, int(year)) for code, year in listed if year),
        heirs=tuple((code, last) for code, year in listed if not year),
    )


def _renamed(earlier: _Period, later: _Period) -> bool:
    """A number that goes on without a gap: it is among its own successors, or (a prefecture) has none."""
    kept = not earlier.heirs or earlier.code in dict(earlier.heirs)
    return kept and earlier.last == later.first


def _joined(earlier: _Period, later: _Period) -> _Period:
    parted = tuple(heir for heir in earlier.heirs if heir[0] != later.code)
    return replace(later, first=earlier.first, ceded=earlier.ceded + parted + later.ceded)


@cache
def _rows() -> list[dict[str, str]]:
    with open(DATA / "divisions.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
