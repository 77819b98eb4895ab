"""A dataset: the tables of a folder or workbook as pandas frames with fixed dtypes. The only reader of input.

Ids are text, dates `datetime64[s]` with a boolean column `<date>_is_month` beside each, booleans nullable, codes
categories. The index of every frame is the row of the file as a spreadsheet shows it (the heading is row 1), so that
every problem can be found again. Normalising happens here and nowhere else.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cadre_handbook import schema, values
from cadre_handbook.errors import DataRefused, RequestError
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
    tables were cut to, once they were.
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

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table by name; a declared table that the data do not have is an empty frame with the right dtypes."""
        if table not in self.tables:
            self.tables[table] = empty_table(table)
        return self.tables[table]

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether a table stands in the data; with `column`, whether that column has any value in it."""
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


def _decoded(data: bytes, name: str) -> str:
    """The text of a file in one of the encodings officials' files come in, or a refusal: never mojibake."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _looks_chinese(text):
            return text
    raise DataRefused(
        _(
            "{file}: the text cannot be read. Tried: {encodings}. "
            "Save the file as “CSV UTF-8” in the spreadsheet program and try again."
        ).format(file=name, encodings="UTF-16" if marked else "UTF-8, GB18030")
    )


def _looks_chinese(text: str) -> bool:
    """Whether text read as GB18030 holds the characters of everyday Chinese, as text in another encoding does not."""
    beyond_ascii = [character for character in text if ord(character) > 127]
    everyday = sum(character.isprintable() and _in_gb2312(character) for character in beyond_ascii)
    return "\x00" not in text and everyday >= 0.9 * len(beyond_ascii)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _csv_rows(path: Path) -> list[list[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataRefused(
            _("{file}: cannot be opened ({why}). Is it open in another program, or not a file?").format(
                file=path.name, why=error.strerror
            )
        ) from error
    text = _decoded(data, path.name)
    if "\x00" in text:
        raise DataRefused(_("{file}: this is not a text file.").format(file=path.name))
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=heading.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataRefused(
            _("{file}: not a well-formed CSV file ({why}). Look for a quotation mark that is not closed.").format(
                file=path.name, why=error
            )
        ) from error


def _cell_text(value) -> str:
    """A workbook cell as the text that the same table would have as CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _workbook_rows(path: Path) -> dict[str, list[list[str]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise DataRefused(
            _("{file}: cannot be opened as an Excel workbook ({why}). Save it as .xlsx and try again.").format(
                file=path.name, why=error
            )
        ) from error
    try:
        sheets = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            sheets[sheet.title] = _same_width(
                [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            )
        return sheets
    finally:
        book.close()


def _same_width(rows: list[list[str]]) -> list[list[str]]:
    """Rows of a sheet as wide as its widest: a workbook does not store the empty cells at the end of a row."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _table_named(name: str) -> str | None:
    """The table that a file or sheet name means: its name, or its title in either language."""
    wanted = unicodedata.normalize("NFKC", name).strip().lower()
    for table in schema.tables().values():
        if wanted in (table.name, table.title.lower(), table.title_zh_CN):
            return table.name
    return None


def _column_named(heading: str, table: schema.Table) -> str:
    """The column that a heading means: its name, or its title in either language; else the heading itself."""
    wanted = unicodedata.normalize("NFKC", heading).strip().lower()
    for column in table.fields.values():
        if wanted in (column.name, column.title.lower(), column.title_zh_CN):
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
        cells.append((row + [""] * width)[:width])
        index.append(number)
    frame = pd.DataFrame(cells, columns=heading, index=pd.Index(index, name="row"), dtype="str")
    frame = frame.loc[:, [name for name in heading if name]]
    stripped = frame.apply(lambda column: column.str.strip())
    text = stripped.mask(stripped == "")
    text.attrs["positions"] = {name: position for position, name in enumerate(heading, start=1) if name}
    return text


def _problem(table, file, row, column, value, reason_code, expected="", severity="error") -> dict:
    return dict(zip(PROBLEM_COLUMNS, [table, file, row, column, value, reason_code, expected, severity], strict=True))


def typed_table(name: str, text: pd.DataFrame) -> pd.DataFrame:
    """A table with the dtypes of its schema; further columns stay text; absent columns are there and empty."""
    columns = {}
    for column in schema.tables()[name].fields.values():
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


def from_text(text: dict[str, pd.DataFrame], where: str = "", files=None, problems=(), digest: str = "") -> Dataset:
    """A dataset from frames of text (index: row of the file), as reading makes them."""
    tables = {name: typed_table(name, frame) for name, frame in text.items()}
    if "postings" in tables:
        tables["postings"] = _month_rules(tables["postings"])
    return Dataset(
        where=where,
        text=text,
        tables=tables,
        files=files or {name: name for name in text},
        problems=pd.DataFrame(list(problems), columns=PROBLEM_COLUMNS),
        digest=digest,
    )


def from_frames(frames: dict[str, pd.DataFrame]) -> Dataset:
    """A dataset from frames of any dtypes, each written as text first: what tests and the sample use."""
    text = {}
    for name, frame in frames.items():
        table = frame.astype("str").where(frame.notna())
        table.index = pd.Index(range(2, len(frame) + 2), name="row")
        text[name] = table.mask(table == "")
    return from_text(text)


def _sources(path: Path) -> dict[str, tuple[str, object]]:
    """What stands at `path`: for each declared table its label for messages and a function that gives its rows."""
    if path.is_file():
        if path.suffix.lower() not in WORKBOOKS:
            raise RequestError(
                _("{path} is neither a folder of CSV files nor an Excel workbook (.xlsx).").format(path=path)
            )
        sheets = _workbook_rows(path)
        named = {title: _table_named(title) for title in sheets}
        return _once({title: (name, f"{path.name} [{title}]", sheets[title]) for title, name in named.items() if name})
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith("."))
    named = {file: _table_named(file.stem) for file in files}
    return _once({file: (name, file.name, None) for file, name in named.items() if name})


def _once(found: dict) -> dict[str, tuple[str, object]]:
    sources: dict[str, tuple[str, object]] = {}
    for key, (name, label, rows) in found.items():
        if name in sources:
            raise DataRefused(
                _("The table “{table}” stands twice: {first} and {second}. Keep one of the two.").format(
                    table=name, first=sources[name][0], second=label
                )
            )
        sources[name] = (label, rows if rows is not None else key)
    return sources


def open_dataset(where: str | Path) -> Dataset:
    """The dataset at `where`: the name `sample`, a folder of CSV files, or one workbook with a sheet a table.

    Raises `RequestError` where nothing stands at `where`, `DataRefused` where a file cannot be read, a core table is
    missing, or a column without which a table means nothing. Values that cannot be read are problems of the dataset,
    for `validation` to tell, not errors.
    """
    path = DATA / "sample" if str(where) == SAMPLE else Path(where).expanduser()
    if not path.exists():
        raise RequestError(
            _(
                "There is no folder or workbook at {path}. Give the path of a folder of CSV files or of an .xlsx file."
            ).format(path=path)
        )
    sources = _sources(path)
    missing = [name for name in schema.core_tables() if name not in sources]
    if missing:
        raise DataRefused(
            _(
                "{path}: core tables are missing: {tables}. Expected a CSV file of that name in the folder, "
                "or a sheet of that name in the workbook."
            ).format(path=path, tables=joined(missing))
        )
    text, files, problems, hashed = {}, {}, [], hashlib.sha256()
    for name in [table for table in schema.tables() if table in sources]:
        file, source = sources[name]
        table = schema.tables()[name]
        rows = _csv_rows(source) if isinstance(source, Path) else source
        text[name] = _as_text_frame(rows, table, file, problems)
        files[name] = file
        absent = [column for column in table.required if column not in text[name]]
        if absent:
            raise DataRefused(
                _("{file}: the column “{column}” is missing. The headings found are: {found}.").format(
                    file=file, column=joined(absent), found=joined(text[name].columns)
                )
            )
        hashed.update(f"{name}\n{rows!r}\n".encode())
    return from_text(text, str(where), files, problems, hashed.hexdigest())


def cut_to(dataset: Dataset, as_of: pd.Timestamp) -> Dataset:
    """The dataset as known at the end of `as_of`: rows whose first date is later are left out, quietly and fully.

    What begins after that day is not yet known; a later date of another kind is not yet known either and becomes empty,
    unless the schema says that it is known ahead. A course whose last day is `as_of` ends on the day after and is over; a
    posting held to the end of `as_of` still runs.
    """
    tables = {}
    tomorrow = as_of + pd.Timedelta(days=1)
    for name, frame in dataset.tables.items():
        declared, begins = schema.tables()[name].fields, schema.tables()[name].begins
        if begins:
            frame = frame[~(frame[begins] > as_of)]
        later = {
            column: frame[column].mask(frame[column] > (tomorrow if field.known == "day_before" else as_of))
            for column, field in declared.items()
            if field.type == "date" and column != begins and field.known != "ahead"
        }
        tables[name] = frame.assign(**later)
    return Dataset(
        **{**vars(dataset), "tables": tables, "as_of": as_of, "cache": {}},
    )
