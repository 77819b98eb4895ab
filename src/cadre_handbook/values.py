"""Text to values: dates, booleans, numbers, codes. The only place where a cell's text gets its meaning.

Every parser takes the text of a column (a Series of text, NA where the cell is empty) and gives a frame or Series of
the same index. A cell that has text and no value could not be read; `dataset` and `validation` say so, with the reason.
Distinct texts are parsed once each, so a column of a million cells costs what its few thousand distinct ones cost.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from cadre_handbook.schema import Field

FIRST_YEAR, LAST_YEAR = 1900, 2100
DAY = "datetime64[s]"

_SEPARATED = re.compile(r"^(\d{4})(?:[-/.](\d{1,2}))(?:[-/.](\d{1,2}))?$")
_CHINESE = re.compile(r"^(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")

UNTIL_NOW = {"至今", "今", "现在", "present", "now"}
TRUE = {"true", "1", "是", "yes", "y", "有", "√", "✓", "✔"}
FALSE = {"false", "0", "否", "no", "n", "无"}


@lru_cache(maxsize=200_000)
def parse_date(text: str) -> tuple[str | None, bool, str]:
    """One date as text: `(ISO date, is a month only, reason it could not be read)`.

    Reads `2003-07-01`, `2003/7/1`, `2003.07.01`, `20030701`, `2003年7月1日` and the month forms `2003-07`, `2003/7`,
    `2003.07`, `2003年7月`; a month counts as its first day. Not read, each with its reason: a spreadsheet's serial number,
    `2003.1` (January, or October that lost its zero), a year alone, a day or month that does not exist, a year
    outside 1900 to 2100.
    """
    text = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    if _SERIAL.match(text):
        return None, False, "serial"
    match = _SEPARATED.match(text) or _CHINESE.match(text) or _COMPACT.match(text)
    if text in UNTIL_NOW:
        return None, False, "until_now"
    if not match:
        return None, False, "year_only" if re.fullmatch(r"\d{4}年?", text) else "not_a_date"
    if re.fullmatch(r"\d{4}\.1", text):
        return None, False, "month_ambiguous"
    year, month, day = int(match[1]), int(match[2]), match[3]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, False, "year_out_of_range"
    if not 1 <= month <= 12:
        return None, False, "no_such_month"
    if day is not None and not 1 <= int(day) <= calendar.monthrange(year, month)[1]:
        return None, False, "no_such_day"
    return f"{year:04d}-{month:02d}-{int(day or 1):02d}", day is None, ""


def _by_distinct(text: pd.Series, parse) -> tuple[np.ndarray, list]:
    """Codes into, and the results for, the distinct texts of a column; code -1 is an empty cell."""
    codes, distinct = pd.factorize(text)
    return codes, [parse(item) for item in distinct]


def _taken(codes: np.ndarray, values: list, empty, dtype) -> np.ndarray:
    """The value of each cell: `values` by code, `empty` for code -1 (the last entry)."""
    return np.array([*values, empty], dtype=dtype)[codes]


def dates(text: pd.Series) -> pd.DataFrame:
    """Dates of a column: `day` (datetime64[s], NaT), `is_month` (bool), `why` (text, empty where read or blank)."""
    codes, parsed = _by_distinct(text, parse_date)
    return pd.DataFrame(
        {
            "day": pd.Series(_taken(codes, [item[0] or "NaT" for item in parsed], "NaT", DAY), index=text.index),
            "is_month": _taken(codes, [item[1] for item in parsed], False, bool),
            "why": _taken(codes, [item[2] for item in parsed], "", object),
        },
        index=text.index,
    )


def booleans(text: pd.Series) -> pd.Series:
    """true/false, 是/否, 1/0, True/False as a nullable boolean; an empty cell is unknown, never false."""

    def parse(item: str):
        word = unicodedata.normalize("NFKC", item).strip().lower()
        return True if word in TRUE else False if word in FALSE else pd.NA

    codes, parsed = _by_distinct(text, parse)
    return pd.Series(pd.array([*parsed, pd.NA], dtype="boolean")[codes], index=text.index)


def numbers(text: pd.Series, whole: bool) -> pd.Series:
    """Numbers as nullable Int64 (`whole`) or Float64; NA where the text is none, is not finite or is not whole."""

    def parse(item: str):
        try:
            value = float(unicodedata.normalize("NFKC", item).strip())
        except ValueError:
            return pd.NA
        return value if np.isfinite(value) and (not whole or value.is_integer()) else pd.NA

    codes, parsed = _by_distinct(text, parse)
    values = pd.array([*parsed, pd.NA], dtype="Float64")[codes]
    return pd.Series(values, index=text.index).astype("Int64" if whole else "Float64")


def codes(text: pd.Series, field: Field) -> pd.Series:
    """Codes of a column as a category with the schema's codes.

    Read are the code itself in any case, its Chinese and English label, the two together as the template's lists have them,
    and its national code, each to the letter.
    """
    words = _words_of(field)

    def parse(item: str):
        return words.get(unicodedata.normalize("NFKC", item).strip().lower())

    positions, parsed = _by_distinct(text, parse)
    values = _taken(positions, parsed, None, object)
    return pd.Series(pd.Categorical(values, categories=field.codes, ordered=field.ordered), index=text.index)


@cache
def _words_of(field: Field) -> dict[str, str]:
    """The code that each word for it stands for."""
    return {
        unicodedata.normalize("NFKC", word).lower(): category.value
        for category in field.categories
        for word in (category.national, category.label, category.label_zh_CN, category.both, category.value)
        if word
    }


def typed(text: pd.Series, field: Field) -> pd.Series:
    """A column's values with the dtype of its field: see the parsers of this module; text stays text."""
    if field.categories:
        return codes(text, field)
    if field.type == "date":
        return dates(text)["day"]
    if field.type == "boolean":
        return booleans(text)
    if field.type in ("integer", "number"):
        return numbers(text, whole=field.type == "integer")
    return text


def any_by(flags: pd.Series, keys: pd.Series) -> pd.Series:
    """Whether any flag of each key is true (boolean, index the keys): NA where none is and one is not known."""
    flags = flags.astype("boolean")
    known = pd.DataFrame({"yes": flags.fillna(False).astype(bool), "unknown": flags.isna()})
    grouped = known.groupby(keys.to_numpy()).any()
    return grouped["yes"].astype("boolean").mask(~grouped["yes"] & grouped["unknown"])


def any_of(flags: pd.Series, keys: pd.Series, subjects: pd.Series) -> pd.Series:
    """Whether any flag of each of `subjects` is true (boolean, index of `subjects`), as `any_by` has it; false where none is there."""
    found = any_by(flags, keys).reindex(subjects.to_numpy()).to_numpy()
    return pd.Series(found, index=subjects.index, dtype="boolean").mask(~subjects.isin(keys), False)


def how_many(flags: pd.Series, keys: pd.Series, subjects: pd.Series) -> tuple[pd.Series, pd.Series]:
    """How many flags of each of `subjects` are surely true, and how many at the most (int64, index of `subjects`)."""
    flags, keys = flags.astype("boolean"), keys.to_numpy()
    sums = (flags.fillna(unknown).astype("int64").groupby(keys).sum() for unknown in (False, True))
    surely, at_most = (found.reindex(subjects.to_numpy(), fill_value=0).to_numpy() for found in sums)
    return pd.Series(surely, index=subjects.index), pd.Series(at_most, index=subjects.index)


def at_least(least: int, flags: pd.Series, keys: pd.Series, subjects: pd.Series) -> pd.Series:
    """Whether `least` flags of each of `subjects` are true (boolean, index of `subjects`): NA where the unknown decide."""
    surely, at_most = how_many(flags, keys, subjects)
    return (surely >= least).astype("boolean").mask((surely < least) & (at_most >= least))


def among(codes: pd.Series, wanted: Iterable[str]) -> pd.Series:
    """Whether each code is one of those wanted (boolean), NA where it is not known."""
    return codes.isin(wanted).astype("boolean").mask(codes.isna())


def same(one: pd.Series, other: pd.Series | str) -> pd.Series:
    """Whether two codes are the same (boolean), NA where one is not known."""
    unknown = one.isna() | (other.isna() if isinstance(other, pd.Series) else False)
    return (one.astype("object") == other).astype("boolean").mask(unknown)


def lookup(keys: pd.Series, table: pd.DataFrame, key: str, column: str) -> pd.Series:
    """The value of `column` in the row of `table` whose `key` each of `keys` names, with the column's dtype; else NA."""
    first = table[key].notna().to_numpy() & ~table[key].duplicated().to_numpy()
    found = table[column][first].set_axis(table[key][first]).reindex(keys.to_numpy())
    found.index = keys.index
    return found
