"""What a source gave: rows of the dataset's tables, and what could not be read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Unread:
    """One thing in a source that could not be read, said so that an official can put it right.

    ``source``: the file's name. ``place``: where in it, such as a sheet and cell or a line. ``column``: the column of the
    dataset it would have filled, as `table.column` (empty where none). ``value``: what stands there. ``expected``: what was
    expected and what to do, a sentence in the language in use.
    """

    source: str
    place: str
    column: str
    value: str
    expected: str


@dataclass
class Found:
    """Rows by table, as text in the columns of `data/schema/`, still to be put together with those of other sources.

    ``tables``: a frame of text per table; an empty cell is empty text. ``unread``: what could not be read. ``unmatched``:
    units and posts named in a source that the dataset does not have (columns `source`, `place`, `unit`, `title`, `rows`).
    ``names``: whom the rows are about, to keep them out of what is written.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    unmatched: list[dict] = field(default_factory=list)
    names: set[str] = field(default_factory=set, repr=False)
