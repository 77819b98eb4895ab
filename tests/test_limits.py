"""What a file may be before it is read: bombs, files that are none, sheets without an end."""

from __future__ import annotations

import io
import os
import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from cadre_handbook import dataset, limits
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import DataRefused

SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE worksheet [<!ENTITY a "'
    + "x" * 1000
    + '">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 100}">' for before, name in ("ab", "bc", "cd", "de"))
    + "]>\n"
)
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n'


@pytest.fixture
def workbook(county, tmp_path) -> Path:
    return county.write_workbook(tmp_path / "book.xlsx")


def changed(path: Path, change) -> Path:
    """The zip at `path` written anew, each member as `change(name, data)` gives it; `None` leaves it out."""
    with zipfile.ZipFile(path) as source:
        members = [(name, change(name, source.read(name))) for name in source.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members:
            if data is not None:
                target.writestr(name, data)
    return path


def with_member(path: Path, name: str, data: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, data)
    return path


@pytest.mark.parametrize("document_type", [BOMB, OUTSIDE], ids=["grow", "load files"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_that_grow_or_load_files_are_refused(workbook, member, encoding, document_type):
    def declared(name: str, data: bytes) -> bytes:
        body = re.sub(r"^<\?xml[^>]*\?>\s*", "", data.decode("utf-8"))
        return (document_type + body).encode(encoding) if name == member else data

    changed(workbook, declared)
    with pytest.raises(DataRefused, match=rf"book\.xlsx: .*“{re.escape(member)}” in it declares a document type"):
        open_dataset(workbook)


def test_a_comment_before_the_document_type_hides_nothing(workbook):
    padded = "<!--" + " " * 200_000 + "-->" + OUTSIDE.partition("\n")[2]
    changed(workbook, lambda name, data: padded.encode() + b"<worksheet/>" if name == SHEET else data)
    with pytest.raises(DataRefused, match="declares a document type"):
        limits.archive(workbook)


def test_a_bomb_is_refused_by_how_far_it_was_packed(workbook):
    with_member(workbook, "xl/media/image1.png", bytes(50_000_000))
    with pytest.raises(DataRefused, match=r"unpacks to [\d,]+ times its size; the limit is 200"):
        open_dataset(workbook)


def test_size_and_number_of_the_members_are_limited(workbook, monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 10_000)
    with pytest.raises(DataRefused, match=r"book\.xlsx: unpacked it has 0 MB; the limit is 0 MB"):
        limits.archive(workbook)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MEMBERS", 3)
    with pytest.raises(DataRefused, match=r"it holds \d+ files; the limit is 3"):
        limits.archive(workbook)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 100)
    with pytest.raises(DataRefused, match="the file has 0 MB"):
        limits.archive(workbook)


@pytest.mark.parametrize(
    "name", ["../evil.xml", "a/../../evil", "/etc/passwd", "C:\\evil", "..\\evil", "\\\\host\\evil"]
)
def test_names_that_lead_outside_are_refused(workbook, name):
    with pytest.raises(DataRefused, match="outside the file itself"):
        limits.archive(with_member(workbook, name))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(workbook):
    with pytest.raises(DataRefused, match="two parts of it have the same name"):
        limits.archive(with_member(workbook, SHEET, b"<worksheet/>"))


def test_another_kind_of_zip_is_no_workbook(tmp_path):
    path = with_member(tmp_path / "book.xlsx", "readme.txt", b"x")
    with pytest.raises(DataRefused, match=r"has no part “\[Content_Types\]\.xml”"):
        open_dataset(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_what_never_ends_is_not_read(county, tmp_path):
    county.write(tmp_path)
    for name in ("pipe", "device"):
        (tmp_path / "postings.csv").unlink()
        if name == "pipe":
            os.mkfifo(tmp_path / "postings.csv")
        else:
            (tmp_path / "postings.csv").symlink_to("/dev/zero")
        with pytest.raises(DataRefused, match=r"postings\.csv: cannot be opened \(it is not a file\)"):
            open_dataset(tmp_path)


def test_the_size_of_a_file_is_limited(county, tmp_path, monkeypatch):
    county.write(tmp_path)
    with (tmp_path / "units.csv").open("ab") as file:
        file.truncate(limits.FILE_BYTES + 1)  # takes no room on the disk
    with pytest.raises(DataRefused, match=r"units\.csv: the file has 500 MB; the limit is 500 MB"):
        open_dataset(tmp_path)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("ROWS", r"postings\.csv: it has more rows; the limit is 4"),
        ("COLUMNS", r"row 1 has 5 cells; the limit is 4"),
        ("CELLS", r"it has more cells; the limit is 4"),
        ("CELL_CHARACTERS", r"a cell in row 1 has more characters; the limit is 4"),
    ],
)
def test_rows_columns_cells_and_characters_are_limited(county, tmp_path, monkeypatch, limit, message):
    county.write(tmp_path)
    monkeypatch.setattr(limits, limit, 4)
    with pytest.raises(DataRefused, match=message):
        dataset.csv_rows(tmp_path / "postings.csv")


def long_sheet(path: Path, rows: int, values: dict[int, str]) -> Path:
    """A workbook whose sheet of postings is formatted down to row `rows`, with further values in the rows named."""

    def grown(name: str, data: bytes) -> bytes:
        if name != SHEET or b"</sheetData>" not in data:
            return data
        empty = "".join(
            f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/><c r="B{row}" s="1"/>'
            + (f'<c r="C{row}" t="inlineStr"><is><t>{values[row]}</t></is></c>' if row in values else "")
            + "</row>"
            for row in range(7, rows + 1)
        )
        return data.replace(b"</sheetData>", empty.encode() + b"</sheetData>")

    return changed(path, grown)


@pytest.fixture
def postings_first(county, tmp_path) -> Path:
    tables = {"postings": county.pop("postings"), **county}
    county.clear()
    county.update(tables)
    return county.write_workbook(tmp_path / "book.xlsx")


def test_formatted_rows_without_a_value_are_not_parsed(postings_first, monkeypatch):
    long_sheet(postings_first, 50_000, {})
    monkeypatch.setattr(limits, "ROWS", 100)  # parsing them would be refused
    assert len(open_dataset(postings_first)["postings"]) == 5


def test_a_value_far_down_is_not_lost(postings_first):
    long_sheet(postings_first, 50_000, {40_000: "p9"})
    found = open_dataset(postings_first)["postings"]
    assert found.index[-1] == 40_000
    assert found["post_id"].iloc[-1] == "p9"


def rows_xml(*rows: str) -> io.BytesIO:
    return io.BytesIO(("<worksheet><sheetData>" + "".join(rows) + "</sheetData></worksheet>").encode())


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ([], 0),
        (['<row r="1"><c r="A1" s="1"/></row>'], 0),
        (['<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="2"/>'], 1),
        (['<row r="1"/>', '<row spans="1:2" r="7"><c r="A7" t="inlineStr"><is><t>x</t></is></c></row>'], 7),
        (['<row r="1"/>', f'<row r="8"><c r="A8">{" " * 3_000_000}<v\n>1</v></c></row>', '<row r="9"/>'], 8),
        (["<row><c><v>1</v></c></row>"], None),
        (['<x:row r="1"><x:c><x:v>1</x:v></x:c></x:row>'], None),
    ],
)
def test_the_last_row_with_a_value(rows, last):
    assert limits.last_filled_row(rows_xml(*rows)) == last


def test_a_sheet_in_another_encoding_is_read_to_its_end():
    assert limits.last_filled_row(io.BytesIO(rows_xml('<row r="1"/>').getvalue().decode().encode("utf-16"))) is None


def test_one_cell_at_the_far_right_does_not_widen_every_row(postings_first):
    book = openpyxl.load_workbook(postings_first)
    book["postings"]["ALL3"] = "x"  # the thousandth column
    book.save(postings_first)
    problems = open_dataset(postings_first).problems
    assert problems[["row", "reason_code", "value"]].values.tolist() == [[3, "row_too_long", "x"]]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
from cadre_handbook import cli
sys.exit(cli.main(["validate", sys.argv[1]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process")
def test_a_row_number_beyond_all_rows_ends_within_time_and_memory(postings_first):
    def far(name: str, data: bytes) -> bytes:
        return data.replace(b'<row r="6"', b'<row r="999999999"') if name == SHEET else data

    changed(postings_first, far)
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(postings_first), str(2_500_000_000), "40"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    assert "it has more rows; the limit is 2,000,000" in ran.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_500_000


def test_a_folder_with_too_many_files_is_not_looked_through(tmp_path, monkeypatch):
    for number in range(4):
        (tmp_path / f"{number}.lrmx").write_bytes(b"")
    monkeypatch.setattr(limits, "FILES", 3)
    with pytest.raises(DataRefused, match="it holds more files; the limit is 3"):
        list(limits.files(tmp_path))


@pytest.mark.parametrize(("cell", "refused"), [("ALL20001", True), ("ALL19999", False), ("A1048576", False)])
def test_how_far_out_a_value_may_stand(tmp_path, cell, refused):
    """1,000 columns by 20,000 rows are the limit, wherever they are filled; a format without a value does not count."""
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active[cell] = "x"
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "book.xlsx")
    if refused:
        with pytest.raises(
            DataRefused, match=r"its cells reach to row 20,001, column 1,000; the limit is 20,000,000 cells"
        ):
            limits.spread(tmp_path / "book.xlsx")
    else:
        limits.spread(tmp_path / "book.xlsx")
