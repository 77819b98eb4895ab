"""Rosters as offices keep them: workbooks (.xlsx, .xls) and CSV files, to headings and rows with the cell of each value.

What is found round a roster stays out of it: title rows above the heading, rows of notes and totals below, which are listed
and not read. A heading may stand in two rows (任职时间 over 起 and 止 becomes 任职时间起, 任职时间止), with gaps and line breaks.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter

from cadre_handbook import limits
from cadre_handbook.dataset import csv_rows
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _
from cadre_handbook.intake.cells import cell_text, closed_up, squeezed
from cadre_handbook.intake.found import Unread

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
TABLES = (*WORKBOOKS, ".csv")
FORMS = (".lrmx", ".lrm")
ROWS_ABOVE = 20
"""How many rows from the top a heading is looked for."""

_NOTE = re.compile(
    r"(?:[合总小共]计|total)(?:$|[\s:\d])|(?:填[表报]|制表|审核|审批|统计)\w{0,4}:|(?:备?注|说明|notes?)\s?\d*[:.、]",
    re.IGNORECASE,
)
_OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an .xls begins, and any workbook with a password; every other is a zip."""
_DATE_1904 = re.compile(rb"""date1904=["'](?:1|true)["']""")

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One sheet, or a CSV file (``name`` empty): rows of cells, and the merged ranges as (row, column) pairs from 0.

    ``system``: the date system of the file, 1900 or 1904; None where the file does not say (CSV, .xls).
    """

    source: str
    name: str
    cells: list[list[object]]
    merged: tuple[Range, ...] = ()
    system: int | None = None

    def place(self, row: int, column: int | None = None) -> str:
        """Where a cell stands, such as `名册!B7`; without a column, the row. Both count from 0."""
        where = f"{get_column_letter(column + 1)}{row + 1}" if column is not None else str(row + 1)
        return f"{self.name}!{where}" if self.name else where


@dataclass(frozen=True)
class Roster:
    """What a sheet holds under its headings.

    ``headings``: the text of each column's heading, unique, empty where there is none. ``rows``: the row's number from 0 and its
    cells, as wide as the headings. ``skipped``: rows that are no rows of the roster.
    """

    sheet: Sheet
    headings: list[str]
    rows: list[tuple[int, list[object]]]
    skipped: list[Unread] = field(default_factory=list)


# --- files ----------------------------------------------------------------------------------------


def source_files(sources: list[Path]) -> tuple[list[tuple[str, Path]], list[Path]]:
    """The rosters (each with the name to show) and the forms among the sources; folders are looked through.

    Raises `RequestError` for a source that is not there, is of another kind, or for a folder without any.
    """
    rosters, forms = [], []
    for source in sources:
        if not source.exists():
            raise RequestError(_("There is no file or folder at {path}.").format(path=source))
        inside = sorted(limits.files(source)) if source.is_dir() else [source]
        # ~$ files are a program's locks on open files; hidden files are not the official's.
        inside = [path for path in inside if not path.name.startswith(("~$", "."))]
        known = [path for path in inside if path.suffix.lower() in (*TABLES, *FORMS)]
        if not known:
            raise RequestError(
                _("{path}: nothing to read. Read are {endings}.").format(path=source, endings=", ".join(TABLES + FORMS))
            )
        for path in known:
            shown = name_shown(path.relative_to(source).as_posix() if source.is_dir() else path.name)
            if path.suffix.lower() in FORMS:
                forms.append(path)
            else:
                rosters.append((shown, path))
    return rosters, forms


def name_shown(name: str) -> str:
    """The name of a file as it can be written: a byte that no encoding explains becomes a question mark."""
    return name.encode("utf-8", "replace").decode("utf-8")


def read_sheets(path: Path, shown: str = "") -> list[Sheet]:
    """The sheets of a workbook that hold anything, or the one of a CSV file; `DataRefused` where it cannot be read.

    What a file may be stands in `limits`. A workbook is looked at before it is opened: the reader holds a sheet as a block from the
    first cell to the last, and what does not fit the memory would end the program.
    """
    shown = shown or name_shown(path.name)
    if path.suffix.lower() == ".csv":
        return [Sheet(shown, "", [list(row) for row in csv_rows(path)])]
    import python_calamine

    limits.regular_file(path, limits.ARCHIVE_BYTES)
    with path.open("rb") as file:
        packed = file.read(len(_OLD_WORKBOOK)) != _OLD_WORKBOOK
    if packed:
        limits.archive(path, needs=["[Content_Types].xml"])
        limits.spread(path)
    try:
        with python_calamine.load_workbook(path) as book:
            system = _date_system(path)
            sheets = []
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                cells = sheet.to_python(skip_empty_area=False)
                for _row in limits.rows(f"{shown} [{name}]", map(_filled, cells)):
                    pass
                if any(cell_text(cell) for row in cells for cell in row):
                    sheets.append(Sheet(shown, name, cells, tuple(sheet.merged_cell_ranges or ()), system))
            return sheets
    except DataRefused:
        raise
    except python_calamine.PasswordError as error:
        raise DataRefused(
            _(
                "{file}: the workbook is locked with a password. Save it without one, in a safe place, and try again."
            ).format(file=shown)
        ) from error
    # A part that is not as it must be ends the reader in whatever way: a panic of it is no `Exception`.
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise DataRefused(
            _("{file}: cannot be opened as a workbook ({why}). Save it anew as .xlsx and try again.").format(
                file=shown, why=str(error) or type(error).__name__
            )
        ) from error


def _filled(row: list[object]) -> list[str]:
    """A row as `limits.rows` counts it: its text, a sign for any other value, nothing after the last."""
    texts = [cell if isinstance(cell, str) else "1" for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _date_system(path: Path) -> int | None:
    """From which day a workbook counts its days: 1900 or 1904; None for .xls, where it is not looked up."""
    if path.suffix.lower() == ".xls":
        return None
    with zipfile.ZipFile(path) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            return None
        return 1904 if _DATE_1904.search(parts.read("xl/workbook.xml")) else 1900


# --- headings and rows ----------------------------------------------------------------------------


def roster(
    sheet: Sheet, known: Callable[[str], bool], heading_row: int | None = None, heading_rows: int | None = None
) -> Roster | None:
    """The roster of a sheet, None where there is none.

    The heading is the row, among the first, with most cells that are `known` (called with the text of a cell as `squeezed` has
    it); `heading_row` (from 1) and `heading_rows` (1 or 2) say it outright. A row in which nothing is known is never taken for a
    heading: headings are shown, and it may be a row about somebody.
    """
    top = heading_row - 1 if heading_row else _find_heading(sheet, known)
    if top is None or top >= len(sheet.cells):
        return None
    depth = heading_rows or _depth(sheet, top)
    headings = _headings(sheet, top, depth)
    width = len(headings)
    rows, skipped = [], []
    over = _merged_downwards(sheet, top + depth)
    again = [squeezed(cell_text(cell)) for cell in sheet.cells[top]]
    across = {first for (first, left), (_last, right) in sheet.merged if right > left}
    for number in range(top + depth, len(sheet.cells)):
        cells = (sheet.cells[number] + [None] * width)[:width]
        cells = [over.get((number, column), cell) for column, cell in enumerate(cells)]
        texts = [cell_text(cell) for cell in cells]
        if not any(texts):
            continue
        why = _no_row(texts, again, number in across)
        if why:
            skipped.append(Unread(sheet.source, sheet.place(number), "", next(filter(None, texts)), why))
        else:
            rows.append((number, cells))
    return Roster(sheet, headings, rows, skipped)


def _merged_downwards(sheet: Sheet, first: int) -> dict[tuple[int, int], object]:
    """The cells below the first of those merged downwards, with what it says: a unit over all its people."""
    return {
        (row, left): sheet.cells[top][left]
        for (top, left), (bottom, _right) in sheet.merged
        if first <= top < len(sheet.cells) and left < len(sheet.cells[top])
        for row in range(top + 1, min(bottom + 1, len(sheet.cells)))
    }


def _find_heading(sheet: Sheet, known: Callable[[str], bool]) -> int | None:
    best, most = None, 0
    for number, row in enumerate(sheet.cells[:ROWS_ABOVE]):
        texts = [squeezed(cell_text(cell)) for cell in row]
        filled = sum(bool(text) for text in texts)
        if not filled or any(isinstance(cell, float) for cell in row) or (filled == 1 and len(texts) > 1):
            continue
        found = sum(known(text) for text in texts if text)
        if found > most:
            best, most = number, found
    return best


def _depth(sheet: Sheet, top: int) -> int:
    """Two where the heading goes on in the row below it: cells merged downwards, or one over several that have their own."""
    below = sheet.cells[top + 1] if top + 1 < len(sheet.cells) else []
    for (first, left), (last, right) in sheet.merged:
        if first == top and last == top + 1:
            return 2
        if first == last == top and right > left and all(cell_text(cell) for cell in below[left : right + 1]) and below:
            return 2
    return 1


def _headings(sheet: Sheet, top: int, depth: int) -> list[str]:
    width = max(len(row) for row in sheet.cells[top : top + depth])
    upper = [cell_text(cell) for cell in sheet.cells[top]] + [""] * (width - len(sheet.cells[top]))
    if depth == 2:
        lower = [cell_text(cell) for cell in sheet.cells[top + 1]] + [""] * (width - len(sheet.cells[top + 1]))
        for column in range(1, width):
            if lower[column] and not upper[column]:
                upper[column] = upper[column - 1]
        upper = [f"{over}{under}" for over, under in zip(upper, lower, strict=True)]
    seen: dict[str, int] = {}
    headings = []
    for text in map(closed_up, upper):
        seen[text] = seen.get(text, 0) + 1
        headings.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _no_row(texts: list[str], heading: list[str], across: bool) -> str:
    """Why a row is none of the roster, empty where it is one. ``across``: whether cells of it are merged sideways."""
    first = next(filter(None, texts))
    if [squeezed(text) for text in texts] == heading[: len(texts)]:
        return _("the heading stands here again; the row was left out")
    alone = sum(map(bool, texts)) == 1
    if _NOTE.match(first) or (alone and across):
        return _("taken for a note or a total, not for a row of the roster; it was left out")
    return ""


def values(roster: Roster) -> Iterator[tuple[int, dict[str, tuple[object, int]]]]:
    """Each row's number and its cells by heading, each with its column; both count from 0."""
    columns = [(heading, column) for column, heading in enumerate(roster.headings) if heading]
    for number, cells in roster.rows:
        yield number, {heading: (cells[column], column) for heading, column in columns}
