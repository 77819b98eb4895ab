"""A small dataset that tests change and write out, and the command run on it."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cadre_handbook import cli, i18n

# Two counties and one outside. On 2024-12-31 four leaders hold a post in 01100, one of them (c1) for over ten years.
CORE = {
    "organisations": """
        organisation_id,name,level,place_code,external
        01100,Eastern county,county,410122,
        410100,Western county,county,410181,
        000123,Neighbours,county,410182,true""",
    "units": """
        unit_id,organisation_id,name,kind
        u1,01100,County office,department
        u2,410100,County office,department""",
    "posts": """
        post_id,unit_id,kind,rank,team,leading,importance
        p1,u1,unit_head,section,,true,3
        p2,u1,unit_deputy,section,,true,3
        p3,u1,unit_deputy,section,,true,3
        p4,u1,unit_deputy,section,,true,3
        p5,u2,unit_head,section,,true,3""",
    "cadres": """
        cadre_id,organisation_id,birth_date,birth_place_code,upbringing_place_code
        c1,01100,1970-05,410122,410122
        c2,01100,1971-05-01,410122,410122
        c3,01100,1972-05-01,410122,410122
        c4,01100,1973-05-01,410122,410122
        c5,410100,1974-05-01,410181,410181""",
    "postings": """
        posting_id,cadre_id,post_id,start,end
        g1,c1,p1,2003-07,
        g2,c2,p2,2018-01-01,
        g3,c3,p3,2019-01-01,
        g4,c4,p4,2020-01-01,
        g5,c5,p5,2020-01-01,""",
}


def rows_of(text: str) -> list[list[str]]:
    """Lines of a table written with commas, as lists of cells."""
    return list(csv.reader(line.strip() for line in text.strip().splitlines()))


class County(dict):
    """Tables by name, each a list of rows of text with the headings first."""

    def set(self, table: str, row: int, column: str, value) -> None:
        """Change the cell in the file's `row` (the headings are row 1) of `column`."""
        self[table][row - 1][self[table][0].index(column)] = value

    def add(self, table: str, text: str) -> None:
        """Add rows, or a whole table where it is not there yet."""
        self.setdefault(table, []).extend(rows_of(text))

    def add_column(self, table: str, column: str, values: list[str]) -> None:
        for row, cell in zip(self[table], [column, *values], strict=True):
            row.append(cell)

    def write(self, folder: Path, encoding: str = "utf-8", delimiter: str = ",", line_end: str = "\n") -> Path:
        """Write a folder of CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.items():
            with open(folder / f"{name}.csv", "w", encoding=encoding, newline="") as file:
                csv.writer(file, delimiter=delimiter, lineterminator=line_end).writerows(rows)
        return folder

    def write_workbook(self, path: Path) -> Path:
        """Write one workbook; empty cells are empty, everything else is as it stands in the rows (text, number, date)."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in self.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([None if cell == "" else cell for cell in row])
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path


@pytest.fixture
def county() -> County:
    return County({name: rows_of(text) for name, text in CORE.items()})


@pytest.fixture
def command(capsys) -> Callable[..., tuple[int, str, str]]:
    """Run the command; gives exit status, standard output and standard error."""

    def run(*arguments) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            status = stop.code
        return status, *capsys.readouterr()

    return run


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector of rubbish need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _english():
    i18n.use_language("en")
    yield
    i18n.use_language("en")
