"""The command import: what it writes, what it says and what it refuses; that no name and no number gets out."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from intake_stand_in import MAPPING, stand_in_key, write_csv, write_workbook  # noqa: F401

from cadre_handbook import cli, i18n
from cadre_handbook.dataset import open_dataset
from cadre_handbook.intake import command as importing
from cadre_handbook.intake import writing
from cadre_handbook.validation import validate

SOURCE = Path(cli.__file__).parents[1]
CANARIES = ["子虚甲", "乌有乙", "亡是丙", "999999197508010011", "999999198003150022"]
NO_PEOPLE = """
organisation: {organisation_id: "01100", level: county}
create: true
sources:
  - file: "*.csv"
    tables:
      cadres: {cadre_id: 编号, birth_date: 出生年月}
      postings: {cadre_id: 编号, post_id: {unit: 单位, title: 职务}, start: 任职时间}
"""


@pytest.fixture
def office(tmp_path) -> Path:
    """A folder with Chinese and a space in its name, holding rosters."""
    folder = tmp_path / "名 册"
    folder.mkdir()
    (folder / "干部.csv").write_bytes(
        "编号,出生年月,单位,职务,任职时间\n01,1975.08,农业局,局长,2019.03\n02,75.08,=1+1局,局长,2018年3月\n".encode(
            "gb18030"
        )
    )
    (tmp_path / "对照 表.yaml").write_text(NO_PEOPLE, encoding="utf-8")
    return folder


def as_process(*arguments, folder: Path, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "cadre_handbook.cli", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def everything(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8-sig") for path in sorted(folder.rglob("*")) if path.is_file())


def test_from_another_folder_with_chinese_and_spaces_in_the_paths(office, tmp_path):
    ran = as_process(
        "import", "名 册", "--to", "数 据", "--map", "对照 表.yaml", folder=tmp_path, PYTHONIOENCODING="utf-8"
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Rows of the dataset" in ran.stdout
    dataset = open_dataset(tmp_path / "数 据")
    assert dataset["cadres"]["cadre_id"].tolist() == ["01", "02"]
    assert len(validate(dataset).errors) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"名 册", "对照 表.yaml", "数 据", "数 据-to-check"}


def test_in_chinese_it_says_chinese(office, tmp_path, command):
    status, out, _err = command(
        *("import", office, "--to", tmp_path / "d", "--map", tmp_path / "对照 表.yaml", "--language", "zh_CN")
    )
    assert status == 0
    assert "读取的行数" in out
    assert "Rows" not in out


def test_what_is_to_be_checked_lies_beside_and_says_that_it_is_confidential(office, tmp_path, command):
    _status, out, _err = command("import", office, "--to", tmp_path / "d", "--map", tmp_path / "对照 表.yaml")
    beside = tmp_path / "d-to-check"
    assert "confidential" in out
    assert "机密" in (beside / writing.CONFIDENTIAL).read_text(encoding="utf-8-sig")
    with open(beside / "unread.csv", encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["source"], row["place"], row["column"], row["value"]) for row in rows] == [
        ("干部.csv", "B3", "cadres.birth_date", "75.08")
    ]
    assert "cadres.birth_date: 1" in (beside / "summary.txt").read_text(encoding="utf-8-sig")


def test_text_that_a_spreadsheet_would_run_is_made_harmless(office, tmp_path, command):
    plan = tmp_path / "对照 表.yaml"
    plan.write_text(NO_PEOPLE.replace("create: true", "create: false"), encoding="utf-8")
    command("import", office, "--to", tmp_path / "d", "--map", plan)
    with open(tmp_path / "d-to-check" / "unmatched.csv", encoding="utf-8-sig", newline="") as lines:
        assert [row["unit"] for row in csv.DictReader(lines)] == ["农业局", "'=1+1局"]


def test_without_a_mapping_a_first_guess_is_written_and_nothing_imported(tmp_path, command):
    write_workbook(tmp_path / "名册.xlsx")
    status, out, _err = command("import", tmp_path / "名册.xlsx", "--to", tmp_path / "d")
    assert status == 0
    assert "could not be placed" in out
    assert "Nothing was imported" in out
    assert {path.name for path in tmp_path.iterdir()} == {"名册.xlsx", "d-mapping.yaml"}
    assert not [canary for canary in CANARIES if canary in out + (tmp_path / "d-mapping.yaml").read_text("utf-8")]
    status, _out, err = command("import", tmp_path / "名册.xlsx", "--to", tmp_path / "d")
    assert status == 2
    assert "is there already" in err


@pytest.mark.parametrize("write", [write_workbook, write_csv])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.usefixtures("stand_in_key")
def test_no_name_and_no_number_is_in_the_dataset_or_on_the_screen(tmp_path, command, write, language):
    source = write(tmp_path / ("名册.csv" if write is write_csv else "名册.xlsx"))
    plan = tmp_path / "m.yaml"
    plan.write_text(MAPPING, encoding="utf-8")
    arguments = (
        "import",
        source,
        "--to",
        tmp_path / "d",
        "--map",
        plan,
        "--key",
        tmp_path / "key",
        "--language",
        language,
    )
    status, out, err = command(*arguments)
    assert status == 0
    assert "01100" in everything(tmp_path / "d")
    for canary in CANARIES:
        assert canary not in everything(tmp_path / "d") + out + err
    # An ID-card number is nowhere at all, not even where the cells that were not read are listed.
    assert not [canary for canary in CANARIES[3:] if canary in everything(tmp_path / "d-to-check")]


def test_a_number_among_the_cells_not_read_is_masked(tmp_path, command):
    source = tmp_path / "a.csv"
    source.write_text("编号,出生年月,单位,职务,任职时间\n01,999999197508010011,局,长,2019.03\n", encoding="utf-8")
    plan = tmp_path / "m.yaml"
    plan.write_text(NO_PEOPLE, encoding="utf-8")
    assert command("import", source, "--to", tmp_path / "d", "--map", plan)[0] == 0
    assert "9999************11" in (tmp_path / "d-to-check" / "unread.csv").read_text("utf-8-sig")


def test_a_roster_without_a_heading_shows_nobody(tmp_path, command):
    source = tmp_path / "a.csv"
    source.write_text("子虚甲,男,1975.08\n乌有乙,女,1980.03\n", encoding="utf-8")
    plan = tmp_path / "m.yaml"
    plan.write_text(NO_PEOPLE, encoding="utf-8")
    for status, more in ((3, ()), (2, ("--map", plan))):
        found, out, err = command("import", source, "--to", tmp_path / "d", *more)
        assert found == status
        assert "子虚甲" not in out + err
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "m.yaml"}


# --- refused --------------------------------------------------------------------------------------


def refused(command, *arguments) -> tuple[int, str]:
    status, out, err = command("import", *arguments)
    assert out == ""
    assert "Traceback" not in err
    return status, err


def test_a_folder_inside_the_book_is_refused(office, tmp_path, command):
    inside = SOURCE.parent / "private" / "dataset"
    status, err = refused(command, office, "--to", inside, "--map", tmp_path / "对照 表.yaml")
    assert status == 2
    assert "lies in the handbook's own folder" in err
    assert refused(command, office, "--to", inside)[0] == 2
    assert not inside.parent.exists()


@pytest.mark.parametrize("where", ["d", "d-to-check"])
def test_a_folder_that_holds_something_is_refused(office, tmp_path, command, where):
    (tmp_path / where).mkdir()
    (tmp_path / where / "a.txt").write_text("mine")
    status, err = refused(command, office, "--to", tmp_path / "d", "--map", tmp_path / "对照 表.yaml")
    assert status == 2
    assert "not an empty folder" in err
    assert (tmp_path / where / "a.txt").read_text() == "mine"


def test_an_empty_folder_is_taken(office, tmp_path, command):
    (tmp_path / "d").mkdir()
    assert command("import", office, "--to", tmp_path / "d", "--map", tmp_path / "对照 表.yaml")[0] == 0
    assert (tmp_path / "d" / "cadres.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["none.csv", "--to", "d"], 2, "no file or folder"),
        (["名 册", "--to", "d", "--map", "none.yaml"], 2, "no mapping file"),
        (["名 册", "--to", "d", "--map", "对照 表.yaml", "--as-of", "2024-12"], 2, "--as-of = 2024-12"),
        (["bad.xlsx", "--to", "d"], 3, "damaged or is not what its name says"),
        (["empty.csv", "--to", "d"], 3, "No heading"),
        (["名 册"], 2, "--to"),
    ],
)
def test_wrong_requests_and_files_that_cannot_be_read(office, tmp_path, command, monkeypatch, arguments, status, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / "empty.csv").write_bytes(b"\n\n")
    before = {path.name for path in tmp_path.iterdir()}
    found, err = refused(command, *arguments)
    assert (found, said in err) == (status, True), err
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_mapping_with_a_misspelt_heading_is_refused_with_the_nearest(office, tmp_path, command):
    plan = tmp_path / "对照 表.yaml"
    plan.write_text(NO_PEOPLE.replace("出生年月", "出身年月"), encoding="utf-8")
    status, err = refused(command, office, "--to", tmp_path / "d", "--map", plan)
    assert status == 2
    assert "Did you mean “出生年月”?" in err
    assert not (tmp_path / "d").exists()


def test_a_run_that_fails_while_it_writes_leaves_nothing(office, tmp_path, monkeypatch):
    def fails(*_arguments):
        raise OSError("disk full")

    monkeypatch.setattr(writing.os, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        importing.run([office], tmp_path / "d", tmp_path / "对照 表.yaml", None, None)
    assert {path.name for path in tmp_path.iterdir()} == {"名 册", "对照 表.yaml"}


def test_the_units_and_posts_of_another_dataset(office, tmp_path, county, command):
    county.add_column("units", "name2", ["", ""])
    county.set("units", 2, "name", "农业局")
    county.add_column("posts", "title", ["局长", "副局长", "副局长", "副局长", "局长"])
    county.write(tmp_path / "base")
    plan = tmp_path / "对照 表.yaml"
    plan.write_text("base: base\n" + NO_PEOPLE.replace("create: true", "create: false"), encoding="utf-8")
    assert command("import", office, "--to", tmp_path / "d", "--map", plan)[0] == 0
    dataset = open_dataset(tmp_path / "d")
    assert dataset["postings"]["post_id"].tolist() == ["p1", "unread"]
    assert dataset["units"]["unit_id"].tolist() == ["u1", "u2"]
    assert len(dataset["organisations"]) == 3


def test_the_help_says_what_it_does(command):
    status, out, _err = command("import", "--help")
    assert status == 0
    assert textwrap.dedent("mapping file") in out
