"""Files that nobody meant to be read: whatever stands in them, a reader ends with data or with a refusal, never a crash.

The same files on every run. Each is read in this process; time and memory are held in a process of its own, once for all of
the largest.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cadre_handbook import dataset
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import HandbookError
from cadre_handbook.validation import validate


def same_every_time(examples: int):
    """So many examples, the same on every run, in a folder that all of them share."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


ENDINGS = [".csv", ".xlsx", ".xls", ".xlsm", ".parquet", ".duckdb", ".sqlite", ".db", "", ".txt"]
# How files begin that readers know by their first bytes.
BEGINNINGS = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06" + bytes(18),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PAR1",
    b"SQLite format 3\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
]


def ends_well(where: Path) -> str:
    """Open and validate; `read` or the name of the refusal. Anything else is raised, and fails the test."""
    try:
        validate(open_dataset(where))
    except HandbookError as refusal:
        return {2: "RequestError", 3: "DataRefused"}[refusal.exit_status]
    return "read"


@same_every_time(120)
@given(beginning=st.sampled_from(BEGINNINGS), content=st.binary(max_size=400), ending=st.sampled_from(ENDINGS))
def test_any_bytes_under_any_ending(tmp_path, beginning, content, ending):
    path = tmp_path / f"county{ending}"
    path.write_bytes(beginning + content)
    assert ends_well(path) != "read"


@same_every_time(120)
@given(
    beginning=st.sampled_from(BEGINNINGS), content=st.binary(max_size=400), ending=st.sampled_from([".csv", ".parquet"])
)
def test_any_bytes_as_a_table_of_a_folder(county, tmp_path, beginning, content, ending):
    county.write(tmp_path)
    for path in tmp_path.glob("postings.*"):
        path.unlink()
    (tmp_path / f"postings{ending}").write_bytes(beginning + content)
    ends_well(tmp_path)  # nothing but blanks is a table without rows


@same_every_time(15)
@given(
    cells=st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), max_size=6),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
@example(cells=[["g6", "c1", "p1", '"', "\x00"]], encoding="utf-8")
@example(cells=[["g6", "c1", "p1", '=cmd|"/c calc"!A0', "\r\r\n"]], encoding="utf-8")
@example(cells=[["../../g6", "c1/..", "p1\\..\\..", "2020-01-01", "CON"]], encoding="utf-8")
@example(cells=[["g6", "c1", "p1", "9" * 5000, "1e999"]], encoding="utf-8")
@example(cells=[["g6", "c1", "p1", "٢٠٢٠-٠١-٠١", "²⁰²⁰-01"]], encoding="utf-8")
def test_any_text_in_the_cells(county, tmp_path, cells, encoding):
    county.write(tmp_path)
    text = "".join(",".join(row) + "\n" for row in [county["postings"][0], *county["postings"][1:3], *cells])
    (tmp_path / "postings.csv").write_bytes(text.encode(encoding, "replace"))
    ends_well(tmp_path)


@same_every_time(20)
@given(
    values=st.lists(
        st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none()), min_size=13, max_size=13
    )
)
def test_any_values_in_a_row_of_every_type(county, tmp_path, values):
    """A row of posts has ids, codes, booleans, numbers and dates; the same text stands in the CSV a workbook would be."""
    posts = [
        [*row, *more] for row, more in zip(county["posts"], [["urgent", "valid_from"], *[["", ""]] * 5], strict=True)
    ]
    row = [dataset._cell_text(value).replace("\x00", "") for value in values][: len(posts[0])]
    ends_well(type(county)({**county, "posts": [*posts, row]}).write(tmp_path))


# --- workbooks that were one ----------------------------------------------------------------------


@pytest.fixture
def book(county, tmp_path) -> bytes:
    return county.write_workbook(tmp_path / "book.xlsx").read_bytes()


def test_a_workbook_cut_off_anywhere(book, tmp_path):
    path = tmp_path / "cut.xlsx"
    for end in range(0, len(book), max(1, len(book) // 60)):
        path.write_bytes(book[:end])
        assert ends_well(path) == "DataRefused"


def test_a_workbook_with_bytes_changed_anywhere(book, tmp_path):
    dice, path, ends = random.Random(1), tmp_path / "changed.xlsx", []
    for _time in range(50):
        changed = bytearray(book)
        for _byte in range(dice.choice([1, 3, 20])):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        path.write_bytes(changed)
        ends.append(ends_well(path))
    assert "DataRefused" in ends


def test_a_workbook_whose_parts_are_changed(book, tmp_path):
    """The zip is sound and the XML is not: tags, attributes and numbers are cut, doubled or swapped."""
    dice, path, ends = random.Random(2), tmp_path / "changed.xlsx", []
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    bits = [
        b"",
        b"<",
        b">",
        b'"',
        b"0",
        b"-1",
        b"99999999999",
        b"&#0;",
        b"&amp;",
        b"\xff",
        b"</row>",
        b"<v>",
        b'r="A0"',
        b' t="s"',
        b' t="d"',
        b' t="b"',
    ]
    for _time in range(50):
        name = dice.choice([*members, *["xl/worksheets/sheet5.xml"] * len(members)])
        data = bytearray(members[name])
        for _change in range(dice.choice([1, 2, 8])):
            at = dice.randrange(len(data))
            data[at : at + dice.choice([0, 1, 5])] = dice.choice(bits)
        with zipfile.ZipFile(path, "w") as target:
            for member, content in members.items():
                target.writestr(member, bytes(data) if member == name else content)
        ends.append(ends_well(path))
    assert set(ends) == {"read", "DataRefused"}


@pytest.mark.parametrize(
    "name",
    [
        "a" * 300,
        "a\x00b",
        "folder/../../x" * 30,
        "",
        " ",
        "~",
        "file:///etc/passwd",
        "http://[::1",
        "env:",
        "env:=",
        "sqlite://",
        "duckdb:///:memory:",
        "postgresql:///",
        "C:\\x.xlsx",
        "\ud800",
    ],
)
def test_any_name_of_a_place(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ends_well(Path(name) if name in ("", " ", "~") else name) != "read"
    assert list(tmp_path.iterdir()) == []


# --- time and memory ------------------------------------------------------------------------------

# What a process may take for the worst of the files below, above what it takes to start; measured: 25 s and 900 MB.
SECONDS, BYTES = 90, 3_000_000_000
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
from cadre_handbook import cli
for where in sys.argv[3:]:
    print(cli.main(["validate", where, "--format", "json"]), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process")
def test_large_files_end_within_time_and_memory(county, tmp_path):
    places = []

    def folder(name: str, postings: bytes) -> None:
        county.write(tmp_path / name)
        (tmp_path / name / "postings.csv").write_bytes(postings)
        places.append(tmp_path / name)

    whole = "".join(",".join(row) + "\n" for row in county["postings"]).encode()
    folder("empty rows", whole + b"\n" * 1_000_000 + b",,,,\n" * 500_000)
    folder("one cell", whole + b"g6,c1,p1," + b"9" * 30_000_000 + b",\n")
    folder("one row", whole + b"," * 5_000_000 + b"\n")
    folder("quotes", whole + b'"' * 5_000_001)
    folder("no Chinese", b"\x81\x30\x81\x30" * 5_000_000)
    folder("headings", b",".join(b"h%d" % number for number in range(1_000_000)) + b"\n")
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(SECONDS), str(BYTES), *map(str, places)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(dataset.__file__).parents[1])},
    )
    assert "Traceback" not in ran.stderr
    assert [line for line in ran.stderr.splitlines() if line.isdigit()] == ["0", "3", "3", "3", "3", "3"], ran.stderr
