"""A dataset: the tables of a folder, workbook or database as pandas frames with fixed dtypes. The only reader of input.

Ids are text, dates `datetime64[s]` with a boolean column `<date>_is_month` beside each, booleans nullable, codes
categories. The index of every frame is the row of the file as a spreadsheet shows it (the heading is row 1), so that
every problem can be found again. Normalising happens here and nowhere else.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from cadre_handbook import databases, limits, schema, template, values
from cadre_handbook.errors import DataRefused, HandbookError, RequestError
from cadre_handbook.i18n import _, joined
from cadre_handbook.paths import DATA

SAMPLE = "sample"
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t"
WORKBOOKS = (".xlsx", ".xlsm")
LEFT_OUT_COLUMNS = ["table", "row", "cadre_id", "post_id"]
PROBLEM_COLUMNS = ["table", "file", "row", "column", "value", "reason_code", "expected", "severity"]


@dataclass
class Dataset:
    """An organisation's tables.

    ``text``: what the cells say, a frame of text per table. ``tables``: the same with fixed dtypes. ``files``: where
    each table came from, for messages. ``problems``: what reading found (columns `PROBLEM_COLUMNS`). ``left_out``:
    rows left out because of problems, with what they were about (columns `LEFT_OUT_COLUMNS`). ``as_of``: the day the
    tables were cut to, once they were. ``unread``: the declared columns that the source has and that were not read, by
    table (every column of a table that was not read at all): asking for one is an error, never an empty answer.
    ``numbered``: whether a row's number is that of a spreadsheet; a database's rows are named by their key.
    """

    where: str
    text: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]
    files: dict[str, str]
    problems: pd.DataFrame
    digest: str
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LEFT_OUT_COLUMNS))
    as_of: pd.Timestamp | None = None
    cache: dict = field(default_factory=dict, repr=False)
    unread: dict[str, frozenset[str]] = field(default_factory=dict)
    numbered: bool = True

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table by name; a declared table that the data do not have is an empty frame with the right dtypes."""
        if table not in self.tables:
            if table in self.unread:
                raise LookupError(f"{table} was not read")
            self.tables[table] = empty_table(table)
        return self.tables[table]

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether a table stands in the data; with `column`, whether that column has any value in it."""
        if column in self.unread.get(table, ()) or (table in self.unread and table not in self.files):
            raise LookupError(f"{table}.{column or '*'} was not read")
        if table not in self.files:
            return False
        return column is None or (column in self.text[table] and bool(self.tables[table][column].notna().any()))

    def organisations(self) -> list[str]:
        """Ids of the organisations that get verdicts: all but the external ones."""
        table = self["organisations"]
        ids = table.loc[~table["external"].fillna(False).astype(bool), "organisation_id"]
        return ids.dropna().drop_duplicates().tolist()

    def left_out_rows(self, table: str) -> pd.DataFrame:
        """The rows of a table that were left out for their problems, as text: for what is about no cadre and no post."""
        rows = self.left_out.loc[self.left_out["table"] == table, "row"]
        return self.text[table].loc[rows] if table in self.text else empty_table(table)

    def with_left_out(self, table: str) -> pd.DataFrame:
        """The rows of a table about organisations, and after them those left out for their problems.

        Of these no more than key and organisation is known, and perhaps not that: such a row stands here for every
        organisation where its own is not one of the data.
        """
        left_out = self.left_out_rows(table)[[schema.tables()[table].key, "organisation_id"]].astype("object")
        every = self["organisations"]["organisation_id"].tolist()
        known = left_out["organisation_id"].isin(every)
        own = left_out["organisation_id"].where(known, pd.Series([every] * len(known), known.index))
        left_out = left_out.assign(organisation_id=own).explode("organisation_id")
        return pd.concat([self[table], left_out], ignore_index=True)


# --- reading --------------------------------------------------------------------------------------


def readable_text(data: bytes, accepted: Callable[[str], bool] = lambda _text: True) -> str | None:
    """The text of a file in one of the encodings officials' files come in, where it is `accepted`; else `None`: never mojibake."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if accepted(text) and (encoding != "gb18030" or _looks_chinese(text)):
            return text
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    return ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS


def encodings_tried(data: bytes, chinese: str) -> str:
    """The encodings that `readable_text` tries, for a message; ``chinese``: the one of the country by the name its readers know."""
    return "UTF-8, " + chinese if _encodings(data) == ENCODINGS else "UTF-16"


def _looks_chinese(text: str) -> bool:
    """Whether text read as GB18030 holds the characters of everyday Chinese, as text in another encoding does not."""
    beyond_ascii = {character: count for character, count in Counter(text).items() if ord(character) > 127}
    everyday = sum(
        count for character, count in beyond_ascii.items() if character.isprintable() and _in_gb2312(character)
    )
    return "\x00" not in text and everyday >= 0.9 * sum(beyond_ascii.values())


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def csv_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file in any of the encodings and with any of the separators that offices' files have.

    Raises `DataRefused` where it cannot be opened, decoded or is not well formed.
    """
    data = limits.read_bytes(path)
    text = readable_text(data)
    if text is None:
        raise DataRefused(
            _(
                "{file}: the text cannot be read. Tried: {encodings}. "
                "Save the file as “CSV UTF-8” in the spreadsheet program and try again."
            ).format(file=path.name, encodings=encodings_tried(data, "GB18030"))
        )
    if "\x00" in text:
        raise DataRefused(_("{file}: this is not a text file.").format(file=path.name))
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=heading.count)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return list(limits.rows(path.name, read))
    except csv.Error as error:
        raise DataRefused(
            _("{file}: not a well-formed CSV file ({why}). Look for a quotation mark that is not closed.").format(
                file=path.name, why=error
            )
        ) from error


def _cell_text(value) -> str:
    """The value of a workbook's or a database's cell as the text that the same table would have as CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def table_named(name: str) -> str | None:
    """The table that a file or sheet name means: its name, or its title in either language."""
    wanted = unicodedata.normalize("NFKC", name).strip().lower()
    for table in schema.tables().values():
        if wanted in (table.name, table.title.lower(), table.title_zh_CN):
            return table.name
    return None


def _workbook_rows(path: Path, wanted: Callable[[str], object] = table_named) -> dict[str, list[list[str]]]:
    """The rows of each sheet whose title is wanted, by the title: where not said otherwise, those named like a table."""
    import openpyxl

    limits.archive(path, needs=["[Content_Types].xml"])
    try:
        with warnings.catch_warnings():  # of formats that are no data
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                return {
                    sheet.title: _sheet_rows(sheet, f"{path.name} [{sheet.title}]")
                    for sheet in book.worksheets
                    if wanted(sheet.title)
                }
            finally:
                book.close()
    except HandbookError:
        raise
    except Exception as error:
        raise DataRefused(
            _("{file}: cannot be opened as an Excel workbook ({why}). Save it as .xlsx and try again.").format(
                file=path.name, why=error
            )
        ) from error


def _sheet_rows(sheet, file: str) -> list[list[str]]:
    """The rows of a sheet up to the last that has a value, none narrower than its heading.

    A workbook does not store the empty cells at the end of a row; what is empty beyond the heading is let go.
    """
    with sheet._get_source() as source:  # openpyxl has no public way to a sheet's XML
        last = limits.last_filled_row(source)
    if last == 0:
        return []
    sheet.reset_dimensions()
    rows, width = [], 0
    read = (_without_empty_end([_cell_text(value) for value in row]) for row in sheet.iter_rows(values_only=True))
    for number, row in enumerate(limits.rows(file, read), start=1):
        width = width or len(row)
        rows.append(row + [""] * (width - len(row)) if row else row)
        if number == last:
            break
    return rows


def _without_empty_end(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row.pop()
    return row


def read_rows(path: Path) -> dict[str, list[list[str]]]:
    """The cells of any workbook by sheet, or of a CSV file under an empty name, as text; `DataRefused` where it cannot be read."""
    return _workbook_rows(path, bool) if path.suffix.lower() in WORKBOOKS else {"": csv_rows(path)}


def _column_named(heading: str, table: schema.Table) -> str:
    """The column that a heading means: its name, or its title in either language or in both; else the heading itself."""
    wanted = template.heading_words(heading)
    for column in table.fields.values():
        if any(word in (column.name, column.title.lower(), column.title_zh_CN) for word in wanted):
            return column.name
    return heading.strip()


def _as_text_frame(rows: list[list[str]], table: schema.Table, file: str, problems: list[dict]) -> pd.DataFrame:
    """Rows of cells as a frame of text: index the row of the file, columns by their schema names, empty cells NA."""
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not numbered:
        return pd.DataFrame(columns=list(table.fields), dtype="str")
    heading = [_column_named(cell, table) for cell in numbered[0][1]]
    while heading and not heading[-1]:
        heading.pop()
    repeated = sorted({name for name in heading if name and heading.count(name) > 1})
    if repeated:
        raise DataRefused(
            _("{file}: the column “{column}” stands twice. Keep one of the two.").format(
                file=file, column=joined(repeated)
            )
        )
    width = len(heading)
    cells, index = [], []
    for number, row in numbered[1:]:
        if _of_template(row, heading, table, file, number, problems):
            continue
        surplus = [cell for cell in row[width:] if cell.strip()]
        if surplus or len(row) < width:
            problems.append(
                _problem(
                    table.name,
                    file,
                    number,
                    "",
                    " ".join(surplus),
                    "row_too_long" if surplus else "row_too_short",
                    width,
                )
            )
        cells.append([cell.strip() or None for cell in (row + [""] * width)[:width]])
        index.append(number)
    frame = pd.DataFrame(cells, columns=heading, index=pd.Index(index, name="row"), dtype="str")
    text = frame.loc[:, [name for name in heading if name]]
    text.attrs["positions"] = {name: position for position, name in enumerate(heading, start=1) if name}
    return text


def _of_template(
    row: list[str], heading: list[str], table: schema.Table, file: str, number: int, problems: list[dict]
) -> bool:
    """Whether a row is the template's own and no data: how to fill in, or an example as it was written.

    Every example is told of. One that somebody has changed and not given an id of its own is an error: it may be meant as
    data, and is neither counted nor let go in silence.
    """
    first = next((cell for cell in row if cell.strip()), "")
    if template.is_how_to_fill(first):
        return True
    if not template.is_example(first):
        return False
    cells = dict(zip(heading, row, strict=False))
    untouched = template.is_untouched({name: cell for name, cell in cells.items() if name}, table)
    if untouched:
        problems.append(_problem(table.name, file, number, heading[0], first, "example", severity="note"))
    else:
        problems.append(_problem(table.name, file, number, heading[0], first, "example_changed"))
    return untouched


def _problem(table, file, row, column, value, reason_code, expected="", severity="error") -> dict:
    return dict(zip(PROBLEM_COLUMNS, [table, file, row, column, value, reason_code, expected, severity], strict=True))


def typed_table(name: str, text: pd.DataFrame, unread: Collection[str] = ()) -> pd.DataFrame:
    """A table with the dtypes of its schema; further columns stay text; absent columns are there and empty.

    Columns that were not read (`unread`) are not there: whoever asks for one is told so, by a `KeyError`.
    """
    columns = {}
    for column in schema.tables()[name].fields.values():
        if column.name in unread:
            continue
        cells = text[column.name] if column.name in text else pd.Series(pd.NA, index=text.index, dtype="str")
        if column.type == "date":
            dates = values.dates(cells)
            columns[column.name], columns[f"{column.name}_is_month"] = dates["day"], dates["is_month"]
            continue
        values_ = values.typed(cells, column)
        columns[column.name] = values_.fillna(column.default) if column.default else values_
    extra = {column: text[column] for column in text if column not in columns}
    return pd.DataFrame({**columns, **extra}, index=text.index)


def empty_table(name: str) -> pd.DataFrame:
    """A declared table with no rows and the right dtypes."""
    return typed_table(name, pd.DataFrame(columns=list(schema.tables()[name].fields), dtype="str"))


def _month_rules(postings: pd.DataFrame) -> pd.DataFrame:
    """`end` in the month of `start`, known as a month only, is one month: the interval runs to the next month."""
    same_month = postings["end_is_month"] & (
        postings["end"].dt.year.eq(postings["start"].dt.year) & postings["end"].dt.month.eq(postings["start"].dt.month)
    )
    following = (postings["end"] + pd.offsets.MonthBegin(1)).astype(values.DAY)
    return postings.assign(end=postings["end"].mask(same_month, following))


def from_text(
    text: dict[str, pd.DataFrame], where: str = "", files=None, problems=(), digest: str = "", unread=None
) -> Dataset:
    """A dataset from frames of text (index: row of the file), as reading makes them."""
    unread = unread or {}
    tables = {name: typed_table(name, frame, unread.get(name, ())) for name, frame in text.items()}
    if "postings" in tables:
        tables["postings"] = _month_rules(tables["postings"])
    return Dataset(
        where=where,
        text=text,
        tables=tables,
        files=files or {name: name for name in text},
        problems=pd.DataFrame(list(problems), columns=PROBLEM_COLUMNS),
        digest=digest,
        unread=unread,
    )


def from_frames(frames: dict[str, pd.DataFrame]) -> Dataset:
    """A dataset from frames of any dtypes, each written as text first: what tests and the sample use."""
    text = {}
    for name, frame in frames.items():
        table = frame.astype("str").where(frame.notna())
        table.index = pd.Index(range(2, len(frame) + 2), name="row")
        text[name] = table.mask(table == "")
    return from_text(text)


@dataclass(frozen=True)
class _Source:
    """Where a table is read from: its label for messages, and `read`, which gives its rows with the headings first.

    `read` takes the columns wanted (`None`: all); a source that reads whole files may give more. ``headings``: those of a
    source that reads single columns.
    """

    label: str
    read: Callable[[Collection[str] | None], list[list[str]]]
    headings: tuple[str, ...] | None = None


def _sources(path: Path) -> dict[str, _Source]:
    """The tables that stand at `path`, a folder or a workbook."""
    if path.is_file():
        if path.suffix.lower() not in WORKBOOKS:
            raise RequestError(
                _(
                    "{path} is neither a folder of CSV or Parquet files nor an Excel workbook (.xlsx) nor a database "
                    "(.duckdb, .sqlite)."
                ).format(path=path)
            )
        sheets = _workbook_rows(path)
        return _once(
            (table_named(title), _Source(f"{path.name} [{title}]", lambda _wanted, rows=rows: rows))
            for title, rows in sheets.items()
        )
    files = sorted(
        file
        for file in path.iterdir()
        if file.suffix.lower() in (".csv", ".parquet") and not file.name.startswith(".") and table_named(file.stem)
    )
    return _once((table_named(file.stem), _file_source(file)) for file in files)


def _file_source(file: Path) -> _Source:
    if file.suffix.lower() == ".csv":
        return _Source(file.name, lambda _wanted: csv_rows(file))
    table = schema.tables()[table_named(file.stem)]
    headings = databases.parquet_columns(file)
    return _column_source(file.name, headings, table, lambda columns: databases.parquet_rows(file, columns))


def _column_source(label: str, headings: list[str], table: schema.Table, rows_of: Callable) -> _Source:
    """A source that reads single columns: those wanted that the schema declares, and no others. Rows come by their key.

    A database keeps its rows in no order; sorted they have the same digest on every run.
    """

    def read(wanted: Collection[str] | None) -> list[list[str]]:
        named = {heading: _column_named(heading, table) for heading in headings}
        columns = [heading for heading, name in named.items() if name in (table.fields if wanted is None else wanted)]
        if not columns:
            return []
        rows = list(limits.rows(label, ([_cell_text(value) for value in row] for row in rows_of(columns))))
        key = next((position for position, heading in enumerate(columns) if named[heading] == table.key), 0)
        return [columns, *sorted(rows, key=lambda row: (row[key], row))]

    return _Source(label, read, tuple(headings))


def _once(found: Iterable[tuple[str, _Source]]) -> dict[str, _Source]:
    sources: dict[str, _Source] = {}
    for name, source in found:
        if name in sources:
            raise DataRefused(
                _("The table “{table}” stands twice: {first} and {second}. Keep one of the two.").format(
                    table=name, first=sources[name].label, second=source.label
                )
            )
        sources[name] = source
    return sources


@contextmanager
def _place(where: str | Path) -> Iterator[tuple[str, str, dict[str, _Source]]]:
    """What `where` names, while it is open: how it may be shown, its path or address, and its tables."""
    path = None if databases.is_address(where) else Path(where).expanduser()
    if str(where) == SAMPLE:
        path = DATA / SAMPLE
    if path is not None and not _exists(path):
        raise RequestError(
            _(
                "There is no folder or workbook at {path}. Give the path of a folder of CSV files or of an .xlsx file."
            ).format(path=path)
        )
    address = where if path is None else databases.of_file(path)
    if address is None:
        yield str(where), str(path), _sources(path)
        return
    place = databases.address(address)
    with databases.opened(place) as database:
        named = {name: table_named(name) for name in database.tables()}
        yield (
            str(where) if path else place.shown,
            place.shown,
            _once(
                (
                    table,
                    _column_source(
                        name,
                        database.columns(name),
                        schema.tables()[table],
                        lambda columns, name=name: database.rows(name, columns),
                    ),
                )
                for name, table in named.items()
                if table
            ),
        )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a character that no name has
        return False


def open_dataset(where: str | Path, wanted: Mapping[str, Collection[str]] | None = None) -> Dataset:
    """The dataset at `where`: the name `sample`, a folder of CSV or Parquet files, a workbook with a sheet a table, or a
    database with a table of the same name each (its address, `env:NAME`, or its file).

    ``wanted``: the columns to read, by table; only databases and Parquet files can leave out the others, and say so in
    `unread`. Raises `RequestError` where nothing stands at `where` or a database does not open, `DataRefused` where a file
    cannot be read, a core table is missing, or a column without which a table means nothing. Values that cannot be read are
    problems of the dataset, for `validation` to tell, not errors.
    """
    with _place(where) as (shown, path, sources):
        missing = [name for name in schema.core_tables() if name not in sources]
        if missing:
            raise DataRefused(
                _(
                    "{path}: core tables are missing: {tables}. Expected a CSV file of that name in the folder, "
                    "a sheet of that name in the workbook, or a table of that name in the database."
                ).format(path=path, tables=joined(missing))
            )
        text, files, problems, unread, hashed = {}, {}, [], {}, hashlib.sha256()
        for name in [table for table in schema.tables() if table in sources]:
            source, table = sources[name], schema.tables()[name]
            columns = None if wanted is None or source.headings is None else wanted.get(name, ())
            if columns is not None:
                left = {_column_named(heading, table) for heading in source.headings} & set(table.fields) - set(columns)
                unread.update({name: frozenset(left)} if left else {})
                if not columns:
                    continue
            rows = source.read(columns)
            text[name] = _as_text_frame(rows, table, source.label, problems)
            files[name] = source.label
            absent = [column for column in table.required if column not in text[name]]
            if absent:
                raise DataRefused(
                    _("{file}: the column “{column}” is missing. The headings found are: {found}.").format(
                        file=source.label, column=joined(absent), found=joined(text[name].columns)
                    )
                )
            hashed.update(f"{name}\n{rows!r}\n".encode("utf-8", "surrogatepass"))
        dataset = from_text(text, shown, files, problems, hashed.hexdigest(), unread)
        dataset.numbered = all(source.headings is None for source in sources.values())
        return dataset


def cut_to(dataset: Dataset, as_of: pd.Timestamp) -> Dataset:
    """The dataset as known at the end of `as_of`: rows whose first date is later are left out, quietly and fully.

    What begins after that day is not yet known; a later date of another kind is not yet known either and becomes empty,
    unless the schema says that it is known ahead. A course whose last day is `as_of` ends on the day after and is over; a
    posting held to the end of `as_of` still runs.

    The same day gives the same object again, so that checks on one dataset share what has been worked out about it.
    """
    cut = dataset.cache.get("cut")
    if cut is None or cut.as_of != as_of:
        dataset.cache["cut"] = cut = _cut_to(dataset, as_of)
    return cut


def _cut_to(dataset: Dataset, as_of: pd.Timestamp) -> Dataset:
    tables = {}
    tomorrow = as_of + pd.Timedelta(days=1)
    for name, frame in dataset.tables.items():
        declared, begins = schema.tables()[name].fields, schema.tables()[name].begins
        if begins:
            frame = frame[~(frame[begins] > as_of)]
        later = {
            column: frame[column].mask(frame[column] > (tomorrow if field.known == "day_before" else as_of))
            for column, field in declared.items()
            if field.type == "date" and column != begins and field.known != "ahead" and column in frame
        }
        tables[name] = frame.assign(**later)
    return Dataset(
        **{**vars(dataset), "tables": tables, "as_of": as_of, "cache": {}},
    )
