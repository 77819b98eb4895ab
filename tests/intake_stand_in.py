"""A stand-in for the key of pseudonyms, and a writer of rosters, for the tests of the import."""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
import types
from pathlib import Path

import openpyxl
import pytest
from xls_writer import write_xls

from cadre_handbook import intake
from cadre_handbook.errors import DataRefused


class Key:
    """Ids in the order in which people are met; a number and a name with birth of one person are one id in the end."""

    def __init__(self) -> None:
        self.ids: dict[tuple, str] = {}
        self.numbers: dict[str, set[str]] = {}

    @classmethod
    def open(cls, path: Path, create: bool = False, apart_from=()) -> Key:
        return cls()

    def cadre_id(self, id_number=None, name=None, birth=None) -> str:
        by_name = self._id((name, birth[:7])) if name and birth else ""
        if not (id_number or by_name):
            raise DataRefused("nobody can be told by it")
        if not id_number:
            return by_name
        by_number = self._id((id_number,))
        if by_name:
            self.numbers.setdefault(by_name, set()).add(by_number)
        return by_number

    def _id(self, who: tuple) -> str:
        return self.ids.setdefault(who, f"K{len(self.ids):04d}")

    def settled(self, cadre_id: str) -> str:
        found = self.numbers.get(cadre_id, set())
        return next(iter(found)) if len(found) == 1 else cadre_id

    def ambiguous(self, cadre_id: str) -> bool:
        return len(self.numbers.get(cadre_id, ())) > 1


def _read(text: str):
    right = len(text) == 18 and text[:17].isdecimal()
    birth = f"{text[6:10]}-{text[10:12]}-{text[12:14]}"
    return (types.SimpleNamespace(number=text, birth=birth, sex=""), "") if right else (None, "no ID-card number")


@pytest.fixture
def stand_in_key(monkeypatch) -> type[Key]:
    """The key of this module in place of the real one."""
    for name, parts in (("pseudonyms", {"Key": Key}), ("id_numbers", {"read": _read})):
        module = types.ModuleType(f"cadre_handbook.intake.{name}")
        vars(module).update(parts)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(intake, name, module, raising=False)
    return Key


HEADINGS = [
    "序号",
    "姓 名",
    "身份证号",
    "性\n别",
    "出 生\n年 月",
    "民族",
    "籍  贯",
    "工作单位",
    "职　务",
    "任现职时间",
    "政治面貌",
    "学历",
    "特长",
]
# Names that nobody has, numbers whose places and check digits are nobody's. A serial number stands among the dates: 2019-03-01.
PEOPLE = [
    [
        1,
        "子虚甲",
        "999999197508010011",
        "男",
        "1975.08",
        "汉",
        "河南中牟",
        "农业局",
        "局长",
        dt.date(2019, 3, 1),
        "中共党员",
        "大学",
        "画",
    ],
    [
        2,
        "乌有乙",
        "999999198003150022",
        "女",
        29282.0,
        "回族",
        "鼓楼区",
        "农业局",
        "副局长",
        43525.0,
        "党员",
        "研究生",
        None,
    ],
    [3, "亡是丙", None, "男", "75.08", "汉族", "河南郑州", "教育局", "局长", "2018年3月", "民盟盟员", "本科", None],
    [4, "无名丁", None, "男", "1982-01", "满", "辽宁朝阳", "教育局", "副局长", "2020.1", "群众", "大专", None],
]
TITLE, FOOT = "某县干部名册", "合计"


def write_workbook(path: Path, date_1904: bool = False) -> Path:
    """The roster as an office keeps it: a merged title, line breaks in the headings, serial dates, a total and a note below."""
    book = openpyxl.Workbook()
    if date_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "名册"
    sheet.append([TITLE])
    sheet.merge_cells("A1:M1")
    sheet.append(["填报单位：组织部", *[None] * 8, "2024年12月"])
    sheet.append(HEADINGS)
    shift = 1462 if date_1904 else 0
    for row in PEOPLE:
        sheet.append([cell - shift if isinstance(cell, float) else cell for cell in row])
    sheet.append([FOOT, None, None, len(PEOPLE), 1])
    sheet.append(["注：截至2024年底"])
    sheet.merge_cells(f"A{sheet.max_row}:M{sheet.max_row}")
    book.save(path)
    return path


def write_old_workbook(path: Path) -> Path:
    """The same roster as an .xls file, its date cells as the numbers they are."""
    rows: list[list] = [[TITLE], ["填报单位：组织部"], HEADINGS]
    for row in PEOPLE:
        rows.append([float((cell - dt.date(1899, 12, 30)).days) if isinstance(cell, dt.date) else cell for cell in row])
    rows += [[FOOT, None, None, float(len(PEOPLE))], ["注：截至2024年底"]]
    last, right = len(rows) - 1, len(HEADINGS) - 1
    return write_xls(path, "名册", rows, [(0, 0, 0, right), (last, last, 0, right)])


def write_csv(path: Path, encoding: str = "gb18030") -> Path:
    """The same roster as a CSV file; a date cell is written as the spreadsheet shows it, a serial number as the number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    blank = [""] * (len(HEADINGS) - 1)
    writer.writerow([TITLE, *blank])
    writer.writerow(["填报单位：组织部", *[""] * 8, "2024年12月", "", "", ""])
    writer.writerow(HEADINGS)
    for row in PEOPLE:
        cells = [f"{cell:%Y/%m/%d}" if isinstance(cell, dt.date) else cell for cell in row]
        writer.writerow([int(cell) if isinstance(cell, float) else "" if cell is None else cell for cell in cells])
    writer.writerow([FOOT, "", "", len(PEOPLE), 1])
    writer.writerow(["注：截至2024年底", *blank])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


MAPPING = """
organisation: {organisation_id: "01100", name: 某县, level: county, place_code: "410122"}
create: true
sources:
  - file: "名册*"
    date_system: 1900
    person: {name: 姓名, id_number: 身份证号, birth: 出生年月}
    tables:
      cadres: {sex: 性别, birth_date: 出生年月, ethnicity: 民族, native_place_code: 籍贯, party: 政治面貌, education: 学历}
      postings: {post_id: {unit: 工作单位, title: 职务}, start: 任现职时间}
"""
