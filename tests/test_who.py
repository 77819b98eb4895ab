"""`who`: an id led back to a person, on the terminal alone."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import forms_writer
import openpyxl
import pytest
from forms_writer import FORMS, lrm, lrmx

from cadre_handbook import cli
from cadre_handbook.intake.pseudonyms import Key

PEOPLE = forms_writer.people()
FIRST, SECOND = PEOPLE[:2]


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "密 钥" / "key.txt"
    file.parent.mkdir()
    Key.open(file, create=True)
    return file


@pytest.fixture
def ask(monkeypatch, capsys):
    """Ask `who` as on a terminal: the exit status, and what was said on both streams."""

    def asked(*arguments, terminal=True):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        monkeypatch.setenv("COLUMNS", "200")
        status = cli.main(["who", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return asked


def month(person) -> str:
    return f"{person.birth[:4]}-{person.birth[4:]}"


def roster(path, people, headings=("序号", "姓 名", "身份证号", "出生年月", "单位", "职务")):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["干部名册"])
    sheet.append(headings)
    for number, person in enumerate(people, start=1):
        cells = dict(zip(("序号", "姓 名", "身份证号", "出生年月", "单位", "职务"), (number, person.name, person.id_number, person.birth, "县财政局", "科员"), strict=True))  # fmt: skip
        sheet.append([cells[heading] for heading in headings])
    book.save(path)
    return path


def test_who_an_id_is_is_said_on_the_terminal(key_file, ask):
    id_ = Key.open(key_file).cadre_id(FIRST.id_number)
    status, out, err = ask(id_.lower(), "AAAA", "--key", key_file, "--roster", FORMS)
    assert status == 0
    assert FIRST.name in out
    assert f"{FIRST.deeds[-1].unit}{FIRST.deeds[-1].title}" in out
    assert SECOND.name not in out + err
    assert FIRST.id_number not in out + err
    assert "AAAA: nobody" in err


def test_it_names_nobody_but_on_a_terminal(key_file, ask):
    id_ = Key.open(key_file).cadre_id(FIRST.id_number)
    status, out, err = ask(id_, "--key", key_file, "--roster", FORMS, terminal=False)
    assert status == 2
    assert "terminal" in err
    assert FIRST.name not in out + err


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are of POSIX")
def test_on_a_real_terminal_and_in_no_file(key_file, tmp_path):
    import pty

    id_ = Key.open(key_file).cadre_id(FIRST.id_number)
    before = sorted(tmp_path.rglob("*"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cadre_handbook.cli", "who", id_, "--key", key_file, "--roster", FORMS]
    done = subprocess.run(command, cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert FIRST.name in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "headings",
    [
        ("序号", "姓 名", "身份证号", "单位", "职务"),
        ("姓 名", "出生年月", "单位"),
        ("姓 名", "身份证号", "出生年月", "职务", "单位"),
    ],
)
def test_rosters_by_number_or_by_name_and_month(key_file, tmp_path, ask, headings):
    path = roster(tmp_path / "名册.xlsx", [FIRST, SECOND], headings)
    key = Key.open(key_file)
    by_name = "身份证号" not in headings
    id_ = key.cadre_id(None, FIRST.name, month(FIRST)) if by_name else key.cadre_id(FIRST.id_number)
    status, out, _err = ask(id_, "--key", key_file, "--roster", path)
    assert status == 0
    assert FIRST.name in out
    assert "县财政局" in out
    assert SECOND.name not in out


def test_an_id_by_name_is_found_where_the_roster_has_the_number_too(key_file, tmp_path, ask):
    path = roster(tmp_path / "名册.xlsx", [FIRST])
    id_ = Key.open(key_file).cadre_id(None, FIRST.name, month(FIRST))
    status, out, _err = ask(id_, "--key", key_file, "--roster", path)
    assert status == 0
    assert FIRST.name in out


def test_two_people_of_one_id_by_name_are_both_shown_and_said(key_file, tmp_path, ask):
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "a.lrm").write_bytes(lrm(FIRST))
    (folder / "b.lrm").write_bytes(lrm(dataclasses.replace(FIRST, deeds=SECOND.deeds)))
    id_ = Key.open(key_file).cadre_id(None, FIRST.name, month(FIRST))
    status, out, err = ask(id_, "--key", key_file, "--roster", folder)
    assert status == 0
    assert out.count(FIRST.name) == 2
    assert "may be different people" in err


def test_a_form_that_cannot_be_read_is_named_and_the_others_go_on(key_file, tmp_path, ask):
    (tmp_path / "a.lrmx").write_bytes(lrmx(FIRST))
    (tmp_path / "b.lrmx").write_bytes(b"<Person>")
    id_ = Key.open(key_file).cadre_id(FIRST.id_number)
    status, out, err = ask(id_, "--key", key_file, "--roster", tmp_path / "a.lrmx", "--roster", tmp_path / "b.lrmx")
    assert status == 0
    assert FIRST.name in out
    assert "b.lrmx" in err


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("no key", 2),
        ("no roster", 2),
        ("nothing to read", 2),
        ("a roster without names", 3),
        ("a workbook that is none", 3),
    ],
)
def test_what_is_wrong_is_said(key_file, tmp_path, ask, wrong, expected):
    path = tmp_path / "a.xlsx"
    if wrong == "a roster without names":
        roster(path, [FIRST], ("单位", "职务"))
    elif wrong == "a workbook that is none":
        path.write_bytes(b"PK no")
    elif wrong == "nothing to read":
        path = tmp_path / "empty"
        path.mkdir()
    key = key_file if wrong != "no key" else tmp_path / "none.txt"
    if wrong == "no key":
        roster(path, [FIRST])
    status, out, err = ask("A", "--key", key, "--roster", path)
    assert status == expected
    assert err
    assert "Traceback" not in err
    assert FIRST.name not in out + err


def test_another_key_leads_to_nobody(key_file, tmp_path, ask):
    other = tmp_path / "other.txt"
    id_ = Key.open(other, create=True).cadre_id(FIRST.id_number)
    status, out, err = ask(id_, "--key", key_file, "--roster", FORMS)
    assert status == 0
    assert "nobody" in err
    assert FIRST.name not in out
