"""Appointment forms (干部任免审批表) as an office's program saves them: `.lrmx` (XML) and `.lrm` (quoted text), one file a person.

Only what a dataset can use is kept of a form. Of the family nothing is kept but how many there are, the photograph is never
read, and a file that is not what it says it is, or is larger or deeper than a form can be, is refused with what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from cadre_handbook import limits
from cadre_handbook.dataset import encodings_tried, readable_text
from cadre_handbook.errors import DataRefused
from cadre_handbook.i18n import _, joined

SUFFIXES = (".lrmx", ".lrm")
MOST_BYTES = 16 * 2**20
"""A form with a large photograph has some five million bytes; more than this is no form."""
MOST_CHARACTERS = {"resume": 20_000, "awards": 10_000, "yearly_results": 2_000}
"""More than this in one field is no form either; in those not named, more than `MOST_CHARACTERS_ELSEWHERE`."""
MOST_CHARACTERS_ELSEWHERE = 500
MOST_DEPTH, MOST_ELEMENTS = 5, 2_000

# The columns of the form by their names in the two kinds of file: the element of .lrmx, and the position in .lrm.
_TAGS = {
    "XingMing": "name",
    "XingBie": "sex",
    "ChuShengNianYue": "birth",
    "MinZu": "ethnicity",
    "JiGuan": "native_place",
    "ChuShengDi": "birth_place",
    "RuDangShiJian": "party",
    "CanJiaGongZuoShiJian": "joined_on",
    "QuanRiZhiJiaoYu_XueLi": "full_time_education",
    "ZaiZhiJiaoYu_XueLi": "part_time_education",
    "XianRenZhiWu": "present_post",
    "JianLi": "resume",
    "JiangChengQingKuang": "awards",
    "NianDuKaoHeJieGuo": "yearly_results",
    "ShenFenZheng": "id_number",
    "TianBiaoShiJian": "filled_on",
}
# Elements of a form that a dataset has no use for, or must not have.
_LEFT = {
    *(
        "JianKangZhuangKuang",
        "ZhuanYeJiShuZhiWu",
        "ShuXiZhuanYeYouHeZhuanChang",
        "ZhengZhiMianMao",
        "NiRenZhiWu",
        "NiMianZhiWu",
    ),
    *(
        "QuanRiZhiJiaoYu_XueWei",
        "ZaiZhiJiaoYu_XueWei",
        "RenMianLiYou",
        "ChengBaoDanWei",
        "JiSuanNianLingShiJian",
        "DaoLingNianYue",
    ),
    *(f"{kind}JiaoYu_{what}_BiYeYuanXiaoXi" for kind in ("QuanRiZhi", "ZaiZhi") for what in ("XueLi", "XueWei")),
    *("TianBiaoRen", "ZhaoPian", "Version", "ShenHeRen", "ShenHeShiJian"),
}
_FAMILY, _RELATIVE = "JiaTingChengYuan", "Item"
_RELATION = "ChengWei"
_POSITIONS = {
    0: "name",
    1: "sex",
    2: "birth",
    3: "ethnicity",
    4: "native_place",
    5: "party",
    8: "joined_on",
    17: "resume",
    18: "awards",
    19: "yearly_results",
    25: "present_post",
}
_EDUCATION, _RELATIONS = 9, 20
_FEWEST_FIELDS, _MOST_FIELDS = 26, 100

# The words on the paper form, by which an official finds a field again.
LABELS = {
    "name": "姓名",
    "sex": "性别",
    "birth": "出生年月",
    "ethnicity": "民族",
    "native_place": "籍贯",
    "birth_place": "出生地",
    "party": "入党时间",
    "joined_on": "参加工作时间",
    "full_time_education": "全日制教育学历",
    "part_time_education": "在职教育学历",
    "present_post": "现任职务",
    "resume": "简历",
    "awards": "奖惩情况",
    "yearly_results": "年度考核结果",
    "id_number": "身份证号",
    "filled_on": "填表时间",
}


@dataclass(frozen=True)
class Form:
    """One form, each field the text that stands in it (empty where nothing does).

    ``source``: the file's name. ``relatives``: how many members of the family the form names; nothing else of them is kept.
    ``unknown``: elements that no form known here has, left aside. Name and ID-card number are not shown with the form.
    """

    source: str
    name: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    sex: str = ""
    birth: str = ""
    ethnicity: str = ""
    native_place: str = ""
    birth_place: str = ""
    party: str = ""
    joined_on: str = ""
    full_time_education: str = ""
    part_time_education: str = ""
    present_post: str = ""
    resume: str = field(default="", repr=False)
    awards: str = field(default="", repr=False)
    yearly_results: str = ""
    filled_on: str = ""
    relatives: int = 0
    unknown: tuple[str, ...] = ()

    def says_the_same(self, other: Form) -> bool:
        """Whether two forms agree in all that both kinds of file have, whatever the files are called."""
        apart = {"source", "unknown", "birth_place", "id_number", "filled_on"}
        return all(getattr(self, one.name) == getattr(other, one.name) for one in fields(self) if one.name not in apart)


def read_form(path: Path, shown: str = "") -> Form:
    """The form in a file, called `shown` in messages; `DataRefused` says what is wrong with it and what was expected."""
    shown = shown or path.name
    data = _bytes_of(path, shown)
    is_xml = data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<")
    if is_xml != (path.suffix.lower() == ".lrmx"):
        raise DataRefused(
            _(
                "{file}: the content is not that of {suffix}. Open the form in the program that wrote it and save it anew."
            ).format(file=shown, suffix=path.suffix.lower())
        )
    text = _text_of(data, shown)
    found = _from_xml(text, shown) if is_xml else _from_quoted(text, shown)
    for name, value in found.items():
        most = MOST_CHARACTERS.get(name, MOST_CHARACTERS_ELSEWHERE)
        if isinstance(value, str) and len(value) > most:
            raise DataRefused(
                _("{file}, {field}: {length} characters, more than a form can hold ({most}).").format(
                    file=shown, field=LABELS[name], length=len(value), most=most
                )
            )
    if not any(value for value in found.values()):
        raise DataRefused(_("{file}: the form is empty.").format(file=shown))
    return Form(source=shown, **found)


def _bytes_of(path: Path, shown: str) -> bytes:
    limits.regular_file(path)
    try:
        # Asked of the system before a byte is read, and held to while reading: a file may be larger than it says.
        size = path.stat().st_size
        with path.open("rb") as file:
            data = file.read(size + 1) if size <= MOST_BYTES else None
    except OSError as error:
        raise DataRefused(
            _("{file}: cannot be opened ({why}). Is it open in another program, or not a file?").format(
                file=shown, why=error.strerror
            )
        ) from error
    if data is None or len(data) > size:
        raise DataRefused(
            _("{file}: larger than {most} MB, which no appointment form is.").format(
                file=shown, most=MOST_BYTES // 2**20
            )
        )
    return data


def _text_of(data: bytes, file: str) -> str:
    """The text in UTF-8 or GBK, with or without a mark at its front; never mojibake in silence."""
    text = readable_text(data, lambda text: "\x00" not in text)
    if text is None:
        raise DataRefused(
            _(
                "{file}: the text cannot be read. Tried: {encodings}. The file is damaged or no form; save it anew."
            ).format(file=file, encodings=encodings_tried(data, "GBK"))
        )
    return text


# --- .lrmx ----------------------------------------------------------------------------------------


class _Limits(Exception):
    """Something that no form has; the message says what."""


class _Target:
    """What the XML parser tells, kept only so far as a form has it: no tree is built and no photograph stored."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.elements = 0
        self.relatives = 0
        self.relation = ""
        self.found: dict[str, list[str]] = {}
        self.unknown: list[str] = []

    def start(self, tag: str, _attributes: dict) -> None:
        self.path.append(tag)
        self.elements += 1
        if len(self.path) == 1 and tag != "Person":
            raise _Limits(_("the outermost element is “{tag}”, expected “Person”").format(tag=tag[:40]))
        if len(self.path) > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            raise _Limits(_("more elements than a form has, or deeper in one another"))
        if len(self.path) != 2:
            return
        if tag in _TAGS:
            if _TAGS[tag] in self.found:
                raise _Limits(_("the element “{tag}” stands twice").format(tag=tag))
            self.found[_TAGS[tag]] = []
        elif tag not in _LEFT and tag != _FAMILY:
            self.unknown.append(tag[:40])

    def data(self, text: str) -> None:
        if len(self.path) == 2 and self.path[1] in _TAGS:
            self.found[_TAGS[self.path[1]]].append(text)
        elif self.path[1:] == [_FAMILY, _RELATIVE, _RELATION]:
            self.relation += text.strip()

    def end(self, _tag: str) -> None:
        if self.path[1:] == [_FAMILY, _RELATIVE]:
            # Programs write empty rows for the lines of the paper that stay empty.
            self.relatives += bool(self.relation)
            self.relation = ""
        self.path.pop()

    def close(self) -> dict:
        found = {name: "".join(parts).strip("\r\n\t \u3000") for name, parts in self.found.items()}
        return {**found, "relatives": self.relatives, "unknown": tuple(dict.fromkeys(self.unknown))}


def _from_xml(text: str, file: str) -> dict:
    parser = DefusedXMLParser(target=_Target(), forbid_dtd=True)
    try:
        # As text: the declaration may name an encoding (GBK) that the XML parser does not know.
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        return parser.close()
    except DefusedXmlException as error:
        raise DataRefused(
            _("{file}: declares a document type or entities, which no form does. It was not read.").format(file=file)
        ) from error
    except _Limits as error:
        raise DataRefused(_("{file}: this is no appointment form: {why}.").format(file=file, why=error)) from error
    except (ParseError, ValueError) as error:
        raise DataRefused(
            _("{file}: not well-formed XML ({why}). The file is damaged; save it anew.").format(file=file, why=error)
        ) from error


# --- .lrm -----------------------------------------------------------------------------------------


def _from_quoted(text: str, file: str) -> dict:
    """The fields in quotes. They are parted at quote-comma-quote, since commas stand in the text of fields as well."""
    body = text.strip("\ufeff \t\r\n\u3000,")
    if len(body) < 2 or not (body.startswith('"') and body.endswith('"')):
        raise DataRefused(
            _(
                "{file}: expected fields in quotation marks parted by commas, from the first character to the last. The file is damaged or cut off."
            ).format(file=file)
        )
    cells = body[1:-1].split('","')
    if not _FEWEST_FIELDS <= len(cells) <= _MOST_FIELDS:
        raise DataRefused(
            _("{file}: {count} fields, expected {fewest} to {most}. The file is damaged or cut off.").format(
                file=file, count=len(cells), fewest=_FEWEST_FIELDS, most=_MOST_FIELDS
            )
        )
    found: dict = {name: cells[position].strip("\r\n\t \u3000") for position, name in _POSITIONS.items()}
    full_time, _at, part_time = cells[_EDUCATION].partition("@")
    found["full_time_education"] = full_time.partition("#")[0].strip()
    found["part_time_education"] = part_time.partition("#")[0].strip()
    found["relatives"] = sum(bool(relation.strip()) for relation in cells[_RELATIONS].split("@"))
    # Where a field holds the three characters that part fields, all that follow have moved: the sex and the dates tell.
    moved = [name for name, pattern in _SHAPES.items() if found[name] and not re.match(pattern, found[name])]
    if moved:
        raise DataRefused(
            _(
                "{file}: {fields} cannot be what stands in that place. Look for quotation marks within a field, and save the form anew."
            ).format(file=file, fields=joined(LABELS[name] for name in moved))
        )
    return found


_SHAPES = {"sex": "[男女]", "birth": r"\s*[0-9０-９]", "joined_on": r"\s*[0-9０-９]"}
