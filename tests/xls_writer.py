"""The smallest .xls file that holds a table: BIFF8 records in a compound file (MS-XLS, MS-CFB). For tests alone.

No library that is kept writes this format, and offices still have files of it.
"""

from __future__ import annotations

import struct
from pathlib import Path

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _workbook(name: str, rows: list[list], merged: list[tuple[int, int, int, int]]) -> bytes:
    begin = lambda kind: _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 6))  # noqa: E731
    end = _record(0x000A, b"")
    cells = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            where = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                cells += _record(0x0204, where + _text(value, "<H"))
            elif value is not None:
                cells += _record(0x0203, where + struct.pack("<d", value))
    ranges = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, bottom, left, right in merged)
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet = begin(0x10) + _record(0x0200, size) + cells + _record(0x00E5, struct.pack("<H", len(merged)) + ranges) + end
    code_page = _record(0x0042, struct.pack("<H", 1200))
    format_ = _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    bound = lambda at: _record(0x0085, struct.pack("<IBB", at, 0, 0) + _text(name, "<B"))  # noqa: E731
    front = len(begin(5) + code_page + format_ + bound(0) + end)
    return begin(5) + code_page + format_ + bound(front) + end + sheet


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
        + bytes(16 + 4 + 16)
        + struct.pack("<IQ", start, size)
    )


def write_xls(path: Path, name: str, rows: list[list], merged: list[tuple[int, int, int, int]] = ()) -> Path:
    """Write one sheet of text and numbers; ``merged``: ranges as first row, last row, first column, last column, from 0."""
    # A stream of 4096 bytes or more stands in sectors of its own; shorter ones would need another table.
    stream = _workbook(name, rows, list(merged)).ljust(4096, b"\0")
    stream = stream.ljust(-(-len(stream) // SECTOR) * SECTOR, b"\0")
    count = len(stream) // SECTOR
    # Sector 0 is the allocation table, sector 1 the directory, the rest the stream.
    table = [FAT, END, *range(3, count + 2), END]
    allocation = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    directory += _entry("", 0, FREE, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0) + b"\xff" * 432
    path.write_bytes(header + allocation + directory + stream)
    return path
