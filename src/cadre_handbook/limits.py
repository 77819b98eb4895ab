"""What a file may be before it is read: a file that is no file, a bomb, or far too large is refused, never opened.

Everything that reads a file of somebody else asks here first: `regular_file` for any file, `archive` for what is a zip
inside (workbooks, word processor's files), `rows` while a table is read. Each refusal names the file, what was found,
the limit, and what to do.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.parsers import expat

from cadre_handbook.errors import DataRefused
from cadre_handbook.i18n import _

MEGABYTE = 1_000_000
FILE_BYTES = 500 * MEGABYTE
ARCHIVE_BYTES = 100 * MEGABYTE  # of a zip as it lies there
UNPACKED_BYTES = 600 * MEGABYTE  # of all members of a zip together
# Deflate shrinks nothing more than 1 : 1032; a sheet of a million formatted rows without a value is about 1 : 12.
RATIO = 200
RATIO_FROM_BYTES = 10 * MEGABYTE  # a member smaller than this, unpacked, harms nobody
MEMBERS = 5_000
ROWS = 2_000_000
COLUMNS = 1_000
CELLS = 20_000_000
CELL_CHARACTERS = 100_000
FILES = 100_000  # in a folder that is looked through

_CHUNK = 1 << 16


def _counted(number: float) -> str:
    return f"{number:,.0f}"


def _megabytes(size: int) -> str:
    return _counted(size / MEGABYTE) + " MB"


def _too_much(file: str, what: str, limit: str) -> DataRefused:
    return DataRefused(
        _(
            "{file}: {what}; the limit is {limit}. Look whether this is the right file; leave out what is no part of the "
            "tables, or put very large data into a database."
        ).format(file=file, what=what, limit=limit)
    )


def regular_file(path: Path, limit: int = FILE_BYTES) -> None:
    """Refuse what is no regular file (a folder, a pipe, a device: reading it might never end) or is over `limit` bytes.

    Raises `DataRefused`.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise _cannot_be_opened(path, getattr(error, "strerror", None) or str(error)) from None
    if not stat.S_ISREG(found.st_mode):
        raise _cannot_be_opened(path, _("it is not a file"))
    if found.st_size > limit:
        raise _too_much(path.name, _("the file has {size}").format(size=_megabytes(found.st_size)), _megabytes(limit))


def _cannot_be_opened(path: Path, why: str) -> DataRefused:
    return DataRefused(
        _("{file}: cannot be opened ({why}). Is it open in another program, or not a file?").format(
            file=path.name, why=why
        )
    )


def read_bytes(path: Path, limit: int = FILE_BYTES) -> bytes:
    """The bytes of a file that `regular_file` lets through; `DataRefused` where it cannot be opened."""
    regular_file(path, limit)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _cannot_be_opened(path, error.strerror or str(error)) from error


def archive(path: Path, needs: Iterable[str] = ()) -> None:
    """Refuse a zip (a workbook, a document) that is none, is damaged, or would harm whoever unpacks it.

    ``needs``: members without which it is not what its name says, such as `xl/workbook.xml`. Looked at are its size as it
    lies there and unpacked, how far it was packed, the number and the names of its members, and whether any of them
    declares a document type: no office program writes one, and entities that grow or that load files need it.
    Raises `DataRefused`.
    """
    regular_file(path, ARCHIVE_BYTES)
    try:
        with zipfile.ZipFile(path) as opened:
            members = opened.infolist()
            _sizes(path.name, members)
            _names(path.name, members, needs)
            for member in members:
                if not member.is_dir():
                    _no_document_type(path.name, opened, member)
    except DataRefused:
        raise
    except Exception as error:  # zipfile raises whatever its parts raise: BadZipFile, zlib.error, struct.error, …
        raise _damaged(path.name, error) from None


def _damaged(file: str, why: object) -> DataRefused:
    return DataRefused(
        _(
            "{file}: the file is damaged or is not what its name says ({why}). Open it in the program it was made with, "
            "save it anew without a password, and try again."
        ).format(file=file, why=str(why) or type(why).__name__)
    )


def _sizes(file: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse by the sizes that the members declare; `zipfile` reads no member beyond the size it declares."""
    if len(members) > MEMBERS:
        raise _too_much(file, _("it holds {count} files").format(count=_counted(len(members))), _counted(MEMBERS))
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED_BYTES:
        raise _too_much(file, _("unpacked it has {size}").format(size=_megabytes(unpacked)), _megabytes(UNPACKED_BYTES))
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > RATIO_FROM_BYTES and ratio > RATIO:
            what = _("a part of it unpacks to {ratio} times its size").format(ratio=_counted(ratio))
            raise _too_much(file, what, _counted(RATIO))


def _names(file: str, members: list[zipfile.ZipInfo], needs: Iterable[str]) -> None:
    names = [member.filename for member in members]
    for name in names:
        windows = PureWindowsPath(name)
        if ".." in windows.parts or PurePosixPath(name).is_absolute() or windows.drive or windows.root:
            raise _damaged(file, _("a part of it is named “{name}”, outside the file itself").format(name=name[:80]))
    if len(set(names)) < len(names):
        raise _damaged(file, _("two parts of it have the same name"))
    missing = [name for name in needs if name not in names]
    if missing:
        raise _damaged(file, _("it has no part “{name}”").format(name=missing[0]))


class _Seen(Exception):
    """What the parser was looking for was seen; ends the parsing."""


def _no_document_type(file: str, opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse a member that is XML with a document type. Reads up to its first element, where a document type must stand."""
    found = []

    def document_type(*_ignored):
        found.append(True)
        raise _Seen

    def first_element(*_ignored):
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = document_type
    parser.StartElementHandler = first_element
    with opened.open(member) as source:
        try:
            while chunk := source.read(_CHUNK):
                parser.Parse(chunk)
        except (_Seen, expat.ExpatError, ValueError, LookupError):
            pass  # an element comes first, or it is no XML: a picture, say
    if found:
        raise _damaged(file, _("“{name}” in it declares a document type").format(name=member.filename[:80]))


def rows(file: str, read: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows of a table as they are read, refused (`DataRefused`) where they become too many, too wide or too full.

    An empty row costs nothing but its place; a cell counts where there is text in it.
    """
    cells = 0
    for number, row in enumerate(read, start=1):
        if number > ROWS:
            raise _too_much(file, _("it has more rows"), _counted(ROWS))
        if len(row) > COLUMNS:
            what = _("row {row} has {count} cells").format(row=number, count=_counted(len(row)))
            raise _too_much(file, what, _counted(COLUMNS))
        filled = [cell for cell in row if cell]
        cells += len(filled)
        if cells > CELLS:
            raise _too_much(file, _("it has more cells"), _counted(CELLS))
        if filled and max(map(len, filled)) > CELL_CHARACTERS:
            what = _("a cell in row {row} has more characters").format(row=number)
            raise _too_much(file, what, _counted(CELL_CHARACTERS))
        yield row


def files(folder: Path) -> Iterator[Path]:
    """Every file in a folder and those in it, refused (`DataRefused`) where they become too many."""
    for number, path in enumerate((path for path in folder.rglob("*") if path.is_file()), start=1):
        if number > FILES:
            raise _too_much(folder.name, _("it holds more files"), _counted(FILES))
        yield path


# The reference of a cell with something in it: neither closed at once nor holding nothing but an empty value.
_FILLED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)?r=["']([A-Za-z]{1,3})([0-9]{1,7})["'][^<>]*(?<!/)>"""
    rb"(?!\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*></(?:\w+:)?v>)?\s*</(?:\w+:)?c>)"
)
_TAGS_OF_A_CELL = 4
_SHEETS = ("xl/worksheets/", "xl/chartsheets/", "xl/dialogsheets/", "xl/macrosheets/")


def spread(path: Path) -> None:
    """Refuse (`DataRefused`) a workbook with a value so far from the first cell that all between would fill the memory.

    Whoever reads a sheet as a block of cells holds one for every place up to the last row and column with a value.
    """
    with zipfile.ZipFile(path) as opened:
        for name in opened.namelist():
            if name.lower().startswith(_SHEETS) and name.lower().endswith(".xml"):
                with opened.open(name) as sheet:
                    last_row, columns = _furthest(sheet, path.name)
                if last_row * columns > CELLS:
                    what = _("its cells reach to row {row}, column {column}").format(
                        row=_counted(last_row), column=_counted(columns)
                    )
                    raise _too_much(path.name, what, _("{count} cells").format(count=_counted(CELLS)))


def _furthest(sheet, file: str) -> tuple[int, int]:
    """The last row and the number of columns that cells with something in them reach."""
    last_row, longest, data = 0, set(), b""
    while True:
        chunk = sheet.read(_CHUNK * 16)
        data += chunk
        # A cell that may go on in the next chunk is looked at with it.
        cut = len(data)
        for _tag in range(_TAGS_OF_A_CELL + 1 if chunk else 0):
            cut = max(data.rfind(b"<", 0, cut), 0)
        for found in _FILLED_CELL.finditer(data):
            if found.start() < cut:
                longest.add(found[1])
                last_row = max(last_row, int(found[2]))
        if not chunk:
            return last_row, max(map(_column_number, longest), default=0)
        data = data[cut:]
        # Nothing but the text of a cell is so long without a tag.
        if len(data) > 10 * _TAGS_OF_A_CELL * CELL_CHARACTERS:
            raise _too_much(file, _("a cell has more characters"), _counted(CELL_CHARACTERS))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


_VALUE_TAGS = (b"<v", b"<is")  # longer names that begin so only have more rows read


def last_filled_row(sheet) -> int | None:
    """The number of the last row of a workbook's sheet (its XML, a binary stream) that has a value; 0 where none has.

    A sheet may be formatted down to its millionth row: what comes after the last value need not be parsed, and nothing that
    is there is lost. `None` where the bytes do not say (another encoding, prefixed names, rows without numbers): then every
    row is to be read.
    """
    last_row, filled, tail, started = b"", b"", b"", False
    while chunk := sheet.read(_CHUNK * 16):
        data = tail + chunk
        if not started and not data.removeprefix(b"\xef\xbb\xbf").startswith(b"<"):
            return None
        started = True
        whole = data.rfind(b">") + 1  # no tag is cut in two
        data, tail = data[:whole], data[whole:]
        value = max(data.rfind(tag) for tag in _VALUE_TAGS)
        if value >= 0:
            filled = _row_tag(data, value) or last_row
            if not filled:
                return None
        last_row = _row_tag(data, len(data)) or last_row
        if any(prefixed in data for prefixed in (b":row", b":v", b":is")):
            return None
    if not filled:
        return 0
    number = filled.partition(b' r="')[2].partition(b'"')[0]
    return int(number) if number.isdigit() and len(number) < 10 else None


def _row_tag(data: bytes, before: int) -> bytes:
    """The last tag of a row that begins before a place, empty where there is none."""
    at = data.rfind(b"<row ", 0, before)
    return data[at : data.index(b">", at)] if at >= 0 else b""
