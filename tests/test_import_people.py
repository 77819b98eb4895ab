"""Rosters and forms of the same people under the real key: one id a person, and nobody's name or number anywhere else."""

from __future__ import annotations

import csv
from pathlib import Path

import forms_writer
import pytest

from cadre_handbook import i18n
from cadre_handbook.dataset import open_dataset
from cadre_handbook.intake.pseudonyms import Key
from cadre_handbook.intake.who import who
from cadre_handbook.validation import validate

MAPPING = """
organisation: {organisation_id: "01100", name: 某县, level: county, place_code: "410122"}
create: true
forms: {tables: [cadres, postings]}
sources:
  - file: "*.csv"
    person: {name: 姓名, id_number: 身份证号, birth: 出生年月}
    tables:
      cadres: {status: {value: civil_servant}, upbringing_place_code: 成长地}
      awards: {awarded_on: 表彰时间, kind: 表彰种类}
"""
HEADINGS = ["姓名", "身份证号", "出生年月", "成长地", "表彰时间", "表彰种类", "联系电话", "家庭成员", "备注"]


def write_roster(path: Path, rows: list[list[str]], headings: list[str] = HEADINGS) -> None:
    with open(path, "w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def everything(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8-sig") for path in sorted(folder.rglob("*")) if path.is_file())


# --- one id a person ------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path) -> Path:
    """A roster of twenty, every second without an ID-card number, and a form of each, every second without one, too."""
    folder = tmp_path / "office"
    folder.mkdir()
    rows = []
    for order, person in enumerate(forms_writer.people()):
        number = person.id_number if order % 4 < 2 else ""
        birth = f"{person.birth[:4]}.{person.birth[4:]}"
        rows.append([person.name, number, birth, "410122", "2023.05", "嘉奖", "", "", ""])
        if order % 2:
            (folder / f"{order}.lrmx").write_bytes(forms_writer.lrmx(person))
        else:
            (folder / f"{order}.lrm").write_bytes(forms_writer.lrm(person))
    write_roster(folder / "名册.csv", rows)
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    return folder


def test_one_dataset_and_one_id_a_person(office, tmp_path, command):
    key_file, to = tmp_path / "office.key", tmp_path / "d"
    arguments = ("import", office, "--to", to, "--map", tmp_path / "m.yaml", "--key", key_file, "--as-of", "2024-12-31")
    assert command(*arguments)[0] == 0
    dataset, people = open_dataset(to), forms_writer.people()
    ids = dataset["cadres"]["cadre_id"].tolist()
    assert len(ids) == len(set(ids)) == len(people)
    # What the roster says and what the form says stand in one row, and the other tables name the same people.
    assert dataset["cadres"][["status", "upbringing_place_code", "sex", "joined_on"]].notna().all().all()
    assert set(dataset["awards"]["cadre_id"]) == set(ids)
    assert set(dataset["postings"]["cadre_id"]) == set(ids)
    assert not validate(dataset).errors["table"].eq("cadres").any()

    answer = who(ids, [office], Key.open(key_file))
    assert answer.refused == []
    assert [{person.name for person in answer.found[id_]} for id_ in ids].count(set()) == 0
    assert sorted(name for id_ in ids for name in {person.name for person in answer.found[id_]}) == sorted(
        person.name for person in people
    )

    again = tmp_path / "again"
    assert command(*(again if item == to else item for item in arguments))[0] == 0
    assert everything(again) == everything(to)


def test_another_key_gives_other_ids(office, tmp_path, command):
    ids = []
    for name in ("one", "two"):
        key = tmp_path / f"{name}.key"
        arguments = ("--map", tmp_path / "m.yaml", "--key", key, "--as-of", "2024-12-31")
        assert command("import", office, "--to", tmp_path / name, *arguments)[0] == 0
        ids.append(set(open_dataset(tmp_path / name)["cadres"]["cadre_id"]))
    assert not ids[0] & ids[1]


# --- rosters and forms that tell of one thing -----------------------------------------------------


def test_rosters_and_forms_that_fill_one_table_are_refused_unless_the_mapping_says_so(office, tmp_path, command):
    plan = tmp_path / "m.yaml"
    plan.write_text(MAPPING.replace("forms: {tables: [cadres, postings]}\n", ""), encoding="utf-8")
    arguments = ("import", office, "--to", tmp_path / "d", "--map", plan, "--key", tmp_path / "key")
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert "rosters and forms both fill awards" in err
    assert "“tables: [cadres, postings, assessments]”" in err
    assert not (tmp_path / "d").exists()

    plan.write_text(MAPPING.replace("postings]", "awards]"), encoding="utf-8")
    assert command(*arguments)[0] == 0
    dataset = open_dataset(tmp_path / "d")
    of_forms = sum(bool(person.awards) for person in forms_writer.people())
    assert len(dataset["awards"]) == len(forms_writer.people()) + of_forms
    assert dataset["postings"].empty
    # What is not taken of the forms is not listed as unread either.
    assert "简历" not in (tmp_path / "d-to-check" / "unread.csv").read_text(encoding="utf-8-sig")


def test_a_table_that_no_form_fills_is_refused(office, tmp_path, command):
    (tmp_path / "m.yaml").write_text(MAPPING.replace("postings]", "posting]"), encoding="utf-8")
    arguments = ("--map", tmp_path / "m.yaml", "--key", tmp_path / "key")
    status, _out, err = command("import", office, "--to", tmp_path / "d", *arguments)
    assert status == 2
    assert "Did you mean “postings”?" in err


# --- nobody is named ------------------------------------------------------------------------------

NAME, PHONE = "样本甲一", "13900001234"
NUMBER = forms_writer.id_number("19750812", 1)
WIDE = NUMBER.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
GROUPED = f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"
SAID = f"{NAME}{PHONE}，{NUMBER}"


def canaries(folder: Path) -> None:
    """Name, number and telephone in every place of a roster and of forms in which people write what they like."""
    folder.mkdir()
    headings = [*HEADINGS, "单位", "职务", "任职时间", "简历", "编号"]
    rest = [f"县财政局{PHONE}", f"局长{NAME}", "2019.03", f"2001.07--2003.05  县教育局科员{SAID}\n{SAID}", NUMBER]
    row = [NAME, NUMBER, "1975.08", SAID, SAID, f"{WIDE}{NAME}", PHONE, SAID, SAID, *rest]
    other = [*row[:3], "410122", "2023.05", GROUPED, *row[6:9], f"县审计局{NAME}", f"局长{NUMBER}", PHONE, "", ""]
    write_roster(folder / "名册.csv", [row, other], headings)
    deeds = [
        f"2003.07--2006.05  县财政局科员（{SAID}）",
        f"2006.05--2009.05  县财政局{NAME}",
        f"2009.05--2011.05  {NAME}{PHONE}局局长",
        f"2011.05--2012.05  县{WIDE}局局长",
        f"（其间：{SAID}）",
        f"{SAID}",
        "2012.05--  县财政局局长",
    ]
    person = forms_writer.Person(NAME, "男", "197508", NUMBER, relatives=("妻子",))
    free = dict.fromkeys(("JiGuan", "ChuShengDi", "MinZu", "RenMianLiYou", "ChengBaoDanWei", "NiRenZhiWu"), SAID)
    free |= dict.fromkeys(("JiangChengQingKuang", "NianDuKaoHeJieGuo", "QuanRiZhiJiaoYu_XueLi", "XianRenZhiWu"), SAID)
    form = forms_writer.lrmx(person, JianLi="\n".join(deeds), **free).decode()
    form = form.replace("亲属妻子", SAID).replace("<GongZuoDanWeiJiZhiWu>", f"<GongZuoDanWeiJiZhiWu>{SAID}")
    (folder / "1.lrmx").write_text(form, encoding="utf-8")
    second = forms_writer.Person("样本乙一", "女", "198003", "", relatives=("丈夫",))
    (folder / "2.lrm").write_bytes(forms_writer.lrm(second, {4: SAID, 17: "\n".join(deeds), 18: SAID, 21: SAID}))


CANARY_MAPPING = (
    MAPPING.replace("postings]", "postings, studies, assessments, awards]")
    .replace("      awards:", "      postings: {post_id: {unit: 单位, title: 职务}, start: 任职时间}\n      awards:")
    .replace("    tables:\n", "    resume: 简历\n    tables:\n", 1)
)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("create", ["true", "false"])
def test_nothing_that_names_anybody_gets_into_the_dataset_or_on_the_screen(tmp_path, command, create, language):
    canaries(tmp_path / "office")
    plan = tmp_path / "m.yaml"
    plan.write_text(CANARY_MAPPING.replace("create: true", f"create: {create}"), encoding="utf-8")
    to = tmp_path / "d"
    arguments = ("--key", tmp_path / "key", "--as-of", "2024-12-31", "--language", language)
    status, out, err = command("import", tmp_path / "office", "--to", to, "--map", plan, *arguments)
    assert (status, err) == (0, "")
    dataset, beside = everything(to), tmp_path / "d-to-check"
    assert len(open_dataset(to)["cadres"]) == 2
    for said in (NAME, "样本乙一", NUMBER, WIDE, GROUPED, PHONE):
        assert said not in dataset + out + err
    # What is listed is the text that was not read: it may name somebody. Numbers are masked in it, the summary has none of it.
    listed = everything(beside)
    assert NAME in listed
    for said in (NUMBER, WIDE, GROUPED, PHONE):
        assert said not in listed
    assert "9900************" in listed
    assert NAME not in (beside / "summary.txt").read_text(encoding="utf-8-sig")
    assert {path.name for path in beside.iterdir()} == {
        "unread.csv",
        "unmatched.csv",
        "summary.txt",
        "CONFIDENTIAL-保密.txt",
    }


def test_a_first_guess_names_nobody(tmp_path, command):
    canaries(tmp_path / "office")
    status, out, err = command("import", tmp_path / "office", "--to", tmp_path / "d")
    assert status == 0
    said = out + err + (tmp_path / "d-mapping.yaml").read_text(encoding="utf-8")
    assert not [canary for canary in (NAME, NUMBER, WIDE, GROUPED, PHONE) if canary in said]
