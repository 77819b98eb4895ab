"""Appointment forms: what is written is read, what is no form is refused in words, and neither names nor families come through."""

from __future__ import annotations

import dataclasses
import tracemalloc
from pathlib import Path

import forms_writer
import pandas as pd
import pytest
from forms_writer import FORMS, Deed, Person, lrm, lrmx
from hypothesis import given, settings
from hypothesis import strategies as st

from cadre_handbook import cli, schema
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import DataRefused, PolicyError, RequestError
from cadre_handbook.intake import forms
from cadre_handbook.intake.mapping import Mapping, load
from cadre_handbook.intake.people import ORIGIN, READING, read_people
from cadre_handbook.intake.pseudonyms import Key
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml

PEOPLE = forms_writer.people()
ANYBODY = dataclasses.replace(PEOPLE[0], awards=(), results=(), deeds=(Deed("1996-07", "", "县财政局", "科员"),))
OFFICE_WORDS = {
    "大学": "bachelor",
    "大专": "junior_college",
    "中专": "vocational",
    "省委党校研究生": "postgraduate",
    "": "",
}


@pytest.fixture
def key() -> Key:
    return Key(b"\x07" * 32)


def read(tmp_path: Path, data: bytes, name: str = "form.lrmx") -> forms.Form:
    path = tmp_path / name
    path.write_bytes(data)
    return forms.read_form(path)


def found(tmp_path: Path, key: Key, *written: bytes | tuple[str, bytes], mapping=None, as_of="2024-12-31"):
    """What forms give: bytes of .lrmx, or names with bytes."""
    for number, item in enumerate(written):
        name, data = item if isinstance(item, tuple) else (f"{number}.lrmx", item)
        (tmp_path / name).write_bytes(data)
    return read_people([tmp_path], mapping, key, as_of)


def said(result) -> str:
    return "\n".join(f"{one.source} {one.place} {one.column} {one.value} {one.expected}" for one in result.unread)


# --- what is written is read ----------------------------------------------------------------------


def test_the_writer_gives_the_same_bytes():
    assert {path.name: path.read_bytes() for path in FORMS.iterdir()} == forms_writer.files()


@pytest.mark.parametrize("kind", ["lrmx", "lrm"])
def test_every_form_is_read_as_it_was_written(kind):
    for number, person in enumerate(PEOPLE, start=1):
        form = forms.read_form(FORMS / f"{number:02d}.{kind}")
        assert form.name == person.name
        assert (form.sex, form.birth, form.ethnicity) == (person.sex, person.birth, person.ethnicity)
        assert (form.native_place, form.party, form.joined_on) == (person.native_place, person.party, person.joined_on)
        assert (form.full_time_education, form.part_time_education) == (person.full_time, person.part_time)
        assert form.resume == person.resume
        assert form.awards == forms_writer.awards_text(person)
        assert form.yearly_results == forms_writer.results_text(person)
        assert form.relatives == len(person.relatives)
        assert form.present_post == f"{person.deeds[-1].unit}{person.deeds[-1].title}"
        assert form.id_number == (person.id_number if kind == "lrmx" else "")
        assert form.birth_place == (person.birth_place if kind == "lrmx" else "")


def test_the_rows_are_those_of_the_people_written(key):
    result = read_people([FORMS], None, key, "2024-12-31", units=forms_writer.UNITS)
    assert result.unread == []
    cadres = result.tables["cadres"].set_index("cadre_id")
    assert len(cadres) == len(PEOPLE)
    for person in PEOPLE:
        cadre_id = key.cadre_id(person.id_number)
        row = cadres.loc[cadre_id]
        assert row["birth_date"] == f"{person.birth[:4]}-{person.birth[4:]}"
        assert row["sex"] == {"男": "male", "女": "female"}[person.sex]
        assert row["ethnicity"] == {"汉": "han", "汉族": "han", "回族": "hui", "藏族": "zang"}[person.ethnicity]
        known = {"群众": "masses", "民盟": "democratic_party"}
        assert row["party"] == known.get(person.party, "party_member")
        assert row["native_place_code"] == row["birth_place_code"] == "621100"
        levels = schema.tables()["cadres"].fields["education"].codes
        expected = [OFFICE_WORDS[word] for word in (person.full_time, person.part_time) if word]
        assert row["education"] == max(expected, key=levels.index)
        assert row["joined_on"] == f"{person.joined_on[:4]}-{person.joined_on[4:]}"
        of = {table: frame[frame["cadre_id"] == cadre_id] for table, frame in result.tables.items()}
        assert list(of["postings"][["start", "end", "unit", "title", "role"]].itertuples(index=False, name=None)) == [
            (deed.start, deed.end, deed.unit, deed.title, "secondment" if deed.secondment else "")
            for deed in person.deeds
        ]
        grades = {"优秀": "excellent", "称职": "competent", "基本称职": "basically_competent"}
        assert list(of["assessments"][["assessed_on", "grade"]].itertuples(index=False, name=None)) == [
            (f"{year + 1}-01", grades[grade]) for year, grade in person.results
        ]
        assert list(of["awards"]["awarded_on"]) == [f"{year}-12" for year, _kind in person.awards]


def test_rows_have_the_columns_of_the_schema_and_where_they_are_from(key):
    for table, frame in read_people([FORMS], None, key).tables.items():
        more = {"postings": READING}.get(table, [])
        assert set(frame.columns) <= {*schema.tables()[table].fields, *ORIGIN, *more}
        assert set(ORIGIN) <= set(frame.columns)
        assert all(isinstance(cell, str) for cell in frame.to_numpy().ravel())


def test_nothing_of_name_number_or_family_comes_through(tmp_path, key):
    person = dataclasses.replace(ANYBODY, name="金丝雀", relatives=("妻子", "女儿"))
    result = found(
        tmp_path,
        key,
        lrmx(person, NianDuKaoHeJieGuo="乱"),
        ("b.lrm", lrm(dataclasses.replace(person, name="金丝雀二"))),
    )
    everything = said(result) + "".join(frame.to_csv() for frame in result.tables.values()) + repr(result)
    for secret in ("金丝雀", person.id_number, "亲属", "妻子"):
        assert secret not in everything
    assert "金丝雀" not in repr(forms.read_form(tmp_path / "0.lrmx"))
    assert forms.read_form(tmp_path / "0.lrmx").relatives == 2


def test_a_form_needs_the_key(tmp_path):
    with pytest.raises(RequestError, match="--key"):
        read_people([FORMS], None, None)


# --- encodings, and what is no form ---------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + lrmx(ANYBODY),
        lrmx(ANYBODY).replace(b"utf-8", b"GBK").decode().encode("gbk"),
        lrmx(ANYBODY).replace(b"utf-8", b"gb2312").decode().encode("gbk"),
        lrmx(ANYBODY).replace(b"utf-8", b"utf-16").decode().encode("utf-16"),
        lrmx(ANYBODY).replace(b"\n", b"\r\n"),
    ],
    ids=["mark", "gbk", "gb2312", "utf-16", "crlf"],
)
def test_encodings_of_xml_forms(tmp_path, data):
    form = read(tmp_path, data)
    assert (form.name, form.sex) == (ANYBODY.name, ANYBODY.sex)
    assert "县财政局科员" in form.resume


def test_encodings_of_quoted_forms(tmp_path):
    assert read(tmp_path, lrm(ANYBODY), "a.lrm").name == ANYBODY.name
    assert read(tmp_path, b"\xef\xbb\xbf" + lrm(ANYBODY).decode("gbk").encode(), "b.lrm").name == ANYBODY.name


def test_commas_within_a_field_part_nothing(tmp_path):
    person = dataclasses.replace(ANYBODY, native_place="甘肃,定西")
    assert read(tmp_path, lrm(person), "a.lrm").native_place == "甘肃,定西"


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (98 + n, *([97 + n] * 8)) for n in range(12)
)
REFUSED = {
    "entity bomb": ("a.lrmx", BOMB + b"]><Person><XingMing>&m;</XingMing></Person>", "entities"),
    "external entity": (
        "a.lrmx",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Person><XingMing>&x;</XingMing></Person>',
        "entities",
    ),
    "external document type": (
        "a.lrmx",
        b'<!DOCTYPE Person SYSTEM "http://localhost/x.dtd"><Person/>',
        "document type",
    ),
    "deep nesting": ("a.lrmx", b"<Person>" + b"<a>" * 1_000_000, "deeper"),
    "many elements": ("a.lrmx", b"<Person>" + b"<a/>" * 1_000_000 + b"</Person>", "more elements"),
    "another root": ("a.lrmx", b"<html><body/></html>", "“html”, expected “Person”"),
    "an element twice": ("a.lrmx", b"<Person><XingMing>a</XingMing><XingMing>b</XingMing></Person>", "twice"),
    "cut off": ("a.lrmx", lrmx(ANYBODY)[:-30], "not well-formed"),
    "an entity that is none": ("a.lrmx", b"<Person><XingMing>&nbsp;</XingMing></Person>", "not well-formed"),
    "a long field": ("a.lrmx", lrmx(ANYBODY, JianLi="x" * 30_000), "简历: 30000 characters"),
    "a workbook": ("a.lrmx", b"PK\x03\x04" + b"\x00" * 100, "not that of .lrmx"),
    "the other kind": ("a.lrmx", lrm(ANYBODY), "not that of .lrmx"),
    "the other kind, xml": ("a.lrm", lrmx(ANYBODY), "not that of .lrm"),
    "no bytes": ("a.lrm", b"", "quotation marks"),
    "an empty form": ("a.lrmx", b"<Person><XingMing></XingMing></Person>", "empty"),
    "an empty quoted form": ("a.lrm", lrm(Person("", "", "", "", *[""] * 6), {18: ""}), "empty"),
    "few fields": ("a.lrm", '"样本","男"'.encode("gbk"), "2 fields"),
    "many fields": ("a.lrm", b'"' + b'","' * 1_000_000 + b'"', "1000001 fields"),
    "quotation marks within a field": ("a.lrm", lrm(ANYBODY, {0: '样","本'}), "性别"),
    "another encoding": (
        "a.lrm",
        lrm(ANYBODY).decode("gbk").encode("euc-kr", "replace")[:200] + b"\xff\xff",
        "cannot be read",
    ),
    "half a character": ("a.lrm", lrm(ANYBODY)[:2], "cannot be read"),
}


@pytest.mark.parametrize(("name", "data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_form_is_refused_and_the_others_go_on(tmp_path, key, name, data, why):
    tracemalloc.start()
    try:
        with pytest.raises(DataRefused, match=why) as refused:
            read(tmp_path, data, name)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert name in str(refused.value)
    # Nothing is blown up: some times the file at most, which was made before.
    assert peak < 8 * len(data) + 5_000_000
    result = found(tmp_path, key, ("z.lrmx", lrmx(ANYBODY)))
    assert list(result.tables["cadres"]["cadre_id"]) == [key.cadre_id(ANYBODY.id_number)]
    assert [one.source for one in result.unread] == [name]


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "a.lrmx"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(DataRefused, match="larger than 16 MB"):
            forms.read_form(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_an_unknown_element_is_said_and_left_aside(tmp_path, key):
    result = found(tmp_path, key, lrmx(ANYBODY).replace(b"</Person>", b"<XinZiDuan>1</XinZiDuan></Person>"))
    assert len(result.tables["cadres"]) == 1
    assert [(one.source, one.place) for one in result.unread] == [("0.lrmx", "XinZiDuan")]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
def test_damaged_forms_are_read_or_refused_in_words(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    kind = data.draw(st.sampled_from([".lrmx", ".lrm"]))
    written = bytearray(lrmx(ANYBODY) if kind == ".lrmx" else lrm(ANYBODY))
    for _change in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(written)))
        written[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    del written[data.draw(st.integers(0, len(written))) :]
    (folder / f"a{kind}").write_bytes(bytes(written))
    result = read_people([folder], None, Key(b"\x07" * 32), "2024-12-31")
    assert len(result.tables["cadres"]) or result.unread


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=300), st.sampled_from([".lrmx", ".lrm"]))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory, data, kind):
    folder = tmp_path_factory.mktemp("bytes")
    (folder / f"a{kind}").write_bytes(data)
    result = read_people([folder], None, Key(b"\x07" * 32))
    assert len(result.tables["cadres"]) or result.unread


# --- fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "text", "column", "value"),
    [
        ("ChuShengNianYue", "1975.08", "birth_date", "1975-08"),
        ("ChuShengNianYue", "197508（49岁）", "birth_date", "1975-08"),
        ("MinZu", "壮", "ethnicity", "zhuang"),
        ("RuDangShiJian", "1998.06", "party", "party_member"),
        ("RuDangShiJian", "九三学社", "party", "democratic_party"),
        ("RuDangShiJian", "", "party", ""),
        ("JiGuan", "浙江宁波", "native_place_code", "330200"),
        ("ZaiZhiJiaoYu_XueLi", "中央党校研究生", "education", "postgraduate"),
    ],
)
def test_fields_in_other_words(tmp_path, key, tag, text, column, value):
    result = found(tmp_path, key, lrmx(ANYBODY, ShenFenZheng="", **{tag: text}))
    assert result.unread == []
    assert result.tables["cadres"][column].tolist() == [value]


@pytest.mark.parametrize(
    ("tag", "text", "column"),
    [
        ("XingBie", "未知", "cadres.sex"),
        ("MinZu", "火星族", "cadres.ethnicity"),
        ("JiGuan", "无此地", "cadres.native_place_code"),
        ("RuDangShiJian", "1995.06；民盟", "cadres.party"),
        ("CanJiaGongZuoShiJian", "199613", "cadres.joined_on"),
        ("QuanRiZhiJiaoYu_XueLi", "私塾", "cadres.education"),
        ("NianDuKaoHeJieGuo", "近三年均为称职", "assessments.grade"),
        ("NianDuKaoHeJieGuo", "2022年未参加考核，2023年优秀", "assessments.grade"),
        ("NianDuKaoHeJieGuo", "2022年优秀；2022年称职", "assessments.grade"),
        ("JiangChengQingKuang", "2020年先进个人", "awards.kind"),
        ("JiangChengQingKuang", "荣立三等功", "awards.kind"),
        ("JiangChengQingKuang", "2020年受党内警告处分", "awards.kind"),
    ],
)
def test_what_cannot_be_read_is_listed_with_file_field_value_and_what_was_expected(tmp_path, key, tag, text, column):
    result = found(tmp_path, key, lrmx(ANYBODY, **{tag: text}))
    [one] = result.unread
    assert (one.source, one.column) == ("0.lrmx", column)
    assert one.place in forms.LABELS.values()
    assert one.value
    assert one.value in text
    assert one.expected
    assert len(result.tables["cadres"]) == 1


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2021年年度考核优秀；2022年称职", {"2022-01": "excellent", "2023-01": "competent"}),
        ("2021、2022年度考核均为称职。", {"2022-01": "competent", "2023-01": "competent"}),
        ("2020-2022年均为基本称职", dict.fromkeys(("2021-01", "2022-01", "2023-01"), "basically_competent")),
        ("2021优秀2022不称职", {"2022-01": "excellent", "2023-01": "incompetent"}),
        ("2022年未参加考核，2023年优秀", {"2024-01": "excellent"}),
        ("优秀：2021年、2022年；称职：2023年", {}),
    ],
)
def test_yearly_results(tmp_path, key, text, years):
    result = found(tmp_path, key, lrmx(ANYBODY, NianDuKaoHeJieGuo=text))
    assert dict(result.tables["assessments"][["assessed_on", "grade"]].to_numpy().tolist()) == years


def test_results_in_the_words_of_institutions(tmp_path, key):
    rows = found(tmp_path, key, lrmx(ANYBODY, NianDuKaoHeJieGuo="2022年合格、2023年不确定等次")).tables["assessments"]
    assert rows["grade"].tolist() == ["", ""]
    assert rows["other_grade"].tolist() == ["qualified", "undetermined"]


def test_awards_with_their_month(tmp_path, key):
    rows = found(tmp_path, key, lrmx(ANYBODY, JiangChengQingKuang="2019年3月荣立二等功；2020年嘉奖。")).tables["awards"]
    assert rows[["awarded_on", "kind"]].to_numpy().tolist() == [
        ["2019-03", "merit_second"],
        ["2020-12", "commendation"],
    ]


# --- form and ID-card number ----------------------------------------------------------------------

OTHER_SEX = {"男": "女", "女": "男"}[ANYBODY.sex]
SEX = {"男": "male", "女": "female"}


@pytest.mark.parametrize(
    ("rule", "sex", "birth"),
    [
        (None, "", ""),
        ("blank", "", ""),
        ("form", SEX[OTHER_SEX], "1980-01"),
        ("id_number", SEX[ANYBODY.sex], f"{ANYBODY.birth[:4]}-{ANYBODY.birth[4:]}"),
    ],
)
def test_where_form_and_number_differ_the_rule_decides_and_it_is_listed(tmp_path, key, rule, sex, birth):
    mapping = rule and Mapping(path=None, sources=[], raw={"forms": {"differs": rule}})
    result = found(tmp_path, key, lrmx(ANYBODY, XingBie=OTHER_SEX, ChuShengNianYue="198001"), mapping=mapping)
    assert result.tables["cadres"][["sex", "birth_date"]].to_numpy().tolist() == [[sex, birth]]
    assert {one.column for one in result.unread} == {"cadres.sex", "cadres.birth_date"}
    assert f"9900**{'*' * 10}" in said(result)
    assert ANYBODY.id_number not in said(result)


def test_a_wrong_check_digit_is_listed_masked_and_the_row_kept_under_name_and_birth(tmp_path, key):
    number = ANYBODY.id_number
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    result = found(tmp_path, key, lrmx(ANYBODY, ShenFenZheng=wrong))
    [one] = result.unread
    assert "check digit" in one.expected
    assert (wrong not in said(result), one.value) == (True, f"{wrong[:4]}{'*' * 12}{wrong[-2:]}")
    born = f"{ANYBODY.birth[:4]}-{ANYBODY.birth[4:]}"
    assert result.tables["cadres"]["cadre_id"].tolist() == [key.cadre_id(None, ANYBODY.name, born)]


def test_rules_that_are_none_are_refused(key):
    for forms_ in ({"differs": "guess"}, {"results_in": "13"}, {"difers": "form"}, "x"):
        with pytest.raises(PolicyError):
            read_people([FORMS], Mapping(path=None, sources=[], raw={"forms": forms_}), key)


def test_the_months_of_results_and_awards_can_be_said(tmp_path, key):
    mapping = Mapping(path=None, sources=[], raw={"forms": {"results_in": "03", "awards_in": "06"}})
    form = lrmx(ANYBODY, NianDuKaoHeJieGuo="2022年称职", JiangChengQingKuang="2020年嘉奖")
    result = found(tmp_path, key, form, mapping=mapping)
    assert result.tables["assessments"]["assessed_on"].tolist() == ["2023-03"]
    assert result.tables["awards"]["awarded_on"].tolist() == ["2020-06"]


# --- several forms of one person, several people of one name --------------------------------------


def test_the_same_form_of_both_kinds_is_one_person(tmp_path, key):
    result = found(tmp_path, key, ("a.lrm", lrm(ANYBODY)), ("b.lrmx", lrmx(ANYBODY)))
    assert result.tables["cadres"]["cadre_id"].tolist() == [key.cadre_id(ANYBODY.id_number)]
    assert (len(result.tables["postings"]), result.unread) == (1, [])


def test_of_two_forms_the_later_filled_is_taken_and_the_other_listed(tmp_path, key):
    result = found(
        tmp_path,
        key,
        lrmx(ANYBODY, TianBiaoShiJian="20240301", MinZu="回族"),
        lrmx(ANYBODY, TianBiaoShiJian="20230301", MinZu="汉族"),
    )
    assert result.tables["cadres"]["ethnicity"].tolist() == ["hui"]
    assert [one.source for one in result.unread] == ["1.lrmx"]


def test_two_forms_that_differ_without_a_date_are_both_listed(tmp_path, key):
    result = found(tmp_path, key, lrmx(ANYBODY, MinZu="回族"), lrmx(ANYBODY, MinZu="汉族"))
    assert len(result.tables["cadres"]) == 0
    assert {one.source for one in result.unread} == {"0.lrmx", "1.lrmx"}


def test_two_people_of_one_name_and_month_without_numbers_are_listed_and_never_merged(tmp_path, key):
    twin = dataclasses.replace(ANYBODY, joined_on="199508")
    result = found(tmp_path, key, ("a.lrm", lrm(ANYBODY)), ("b.lrm", lrm(twin)))
    assert len(result.tables["cadres"]) == 0
    assert {one.source for one in result.unread} == {"a.lrm", "b.lrm"}


def test_a_name_that_two_numbers_have_says_nobody(tmp_path, key):
    twin = dataclasses.replace(
        ANYBODY, id_number=forms_writer.id_number(f"{ANYBODY.birth}09", 501 if ANYBODY.sex == "男" else 502)
    )
    result = found(tmp_path, key, lrmx(ANYBODY), lrmx(twin), ("c.lrm", lrm(ANYBODY)))
    assert set(result.tables["cadres"]["cadre_id"]) == {key.cadre_id(ANYBODY.id_number), key.cadre_id(twin.id_number)}
    assert [one.source for one in result.unread] == ["c.lrm"]


# --- folders --------------------------------------------------------------------------------------


def test_folders_are_looked_through_and_progress_is_told(tmp_path, key):
    inside = tmp_path / "甲 乙" / "丙"
    inside.mkdir(parents=True)
    (inside / "a.LRMX").write_bytes(lrmx(ANYBODY))
    (tmp_path / "notes.txt").write_text("x")
    seen = []

    def progress(items, what):
        seen.extend([len(items), what])
        return items

    assert len(read_people([tmp_path], None, key, progress=progress).tables["cadres"]) == 1
    assert seen == [1, "forms"]
    with pytest.raises(RequestError, match="no file or folder"):
        read_people([tmp_path / "nowhere"], None, key)


def test_frames_stay_text_where_there_is_nothing(tmp_path, key):
    for frame in read_people([tmp_path], None, key).tables.values():
        assert len(frame) == 0
        assert all(isinstance(dtype, pd.StringDtype) for dtype in frame.dtypes)


# --- through the command --------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path) -> Path:
    """A folder with forms and a mapping, away from the book."""
    (tmp_path / "任免 表").mkdir()
    for number, person in enumerate(PEOPLE[:6], start=1):
        (tmp_path / "任免 表" / f"{number}.lrmx").write_bytes(lrmx(person))
    mapping = f"organisation: {{organisation_id: '0421'}}\nbase: {DATA / 'sample'}\n"
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    return tmp_path


def imported(office: Path, *more: str) -> int:
    return cli.main(
        [
            *("import", str(office / "任免 表"), "--to", str(office / "out"), "--map", str(office / "map.yaml")),
            *("--key", str(office / "key.txt"), "--as-of", "2024-12-31", *more),
        ]
    )


def test_forms_become_a_dataset_in_which_known_posts_are_found(office, capsys):
    assert imported(office) == 0
    said = capsys.readouterr()
    dataset = open_dataset(office / "out")
    key = Key.open(office / "key.txt")
    assert dataset["cadres"]["cadre_id"].tolist() == [key.cadre_id(person.id_number) for person in PEOPLE[:6]]
    units = dataset["units"].set_index("unit_id")["name"]
    posts = dataset["posts"].set_index("post_id")
    matched = dataset["postings"][dataset["postings"]["post_id"] != "unread"]
    names = [(units[posts.loc[post, "unit_id"]], posts.loc[post, "title"]) for post in matched["post_id"]]
    deeds = [deed for person in PEOPLE[:6] for deed in person.deeds]
    known = set(zip(posts["unit_id"].map(units), posts["title"], strict=True))
    once = [(deed.unit, deed.title) for deed in deeds if (deed.unit, deed.title) in known]
    # Of two posts with one name neither is taken; what is taken is of that name, and all are there or listed.
    assert names
    assert set(names) <= set(once)
    assert len(dataset["postings"]) == len(deeds)
    unmatched = pd.read_csv(office / "out-to-check" / "unmatched.csv")
    assert unmatched["rows"].sum() == len(deeds) - len(names)
    everything = (
        said.out
        + said.err
        + "".join(path.read_text(encoding="utf-8") for path in office.glob("out*/*") if path.suffix in (".csv", ".txt"))
    )
    for person in PEOPLE[:6]:
        assert person.id_number not in everything
        assert person.name not in everything


def test_the_mapping_s_list_finds_the_post(office):
    with (office / "map.yaml").open("a", encoding="utf-8") as file:
        file.write("units: {县投促局: 0421-40}\nposts: {县投促局: {一把手: 0421-12-01}}\n")
    for path in (office / "任免 表").iterdir():
        path.unlink()
    form = lrmx(ANYBODY, JianLi="2003.07--2006.05  县投促局一把手")
    (office / "任免 表" / "a.lrmx").write_bytes(form)
    assert imported(office) == 0
    assert open_dataset(office / "out")["postings"]["post_id"].tolist() == ["0421-12-01"]


def test_an_unsure_split_makes_no_post(office):
    with (office / "map.yaml").open("a", encoding="utf-8") as file:
        file.write("create: true\n")
    for path in (office / "任免 表").iterdir():
        path.unlink()
    lines = "2003.07--2006.05  县新设局局长\n2006.05--2008.01  某地某事\n"
    (office / "任免 表" / "a.lrmx").write_bytes(lrmx(ANYBODY, JianLi=lines))
    assert imported(office) == 0
    dataset = open_dataset(office / "out")
    assert "县新设局" in set(dataset["units"]["name"])
    assert not dataset["posts"]["title"].str.contains("某").any()
    assert dataset["postings"]["post_id"].tolist()[1] == "unread"


def test_a_person_known_by_name_in_a_roster_and_by_number_in_a_form_is_one(office):
    first, second = PEOPLE[:2]
    lines = ["姓名,出生年月,政治面貌", f"{first.name},{first.birth},群众", f"没有表的,{second.birth},群众"]
    (office / "任免 表" / "名册.csv").write_text("\n".join(lines), encoding="utf-8")
    with (office / "map.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "sources:\n  - file: 名册.csv\n    person: {name: 姓名, birth: 出生年月}\n"
            "    tables: {cadres: {birth_date: 出生年月}}\n"
        )
    assert imported(office) == 0
    ids = open_dataset(office / "out")["cadres"]["cadre_id"].tolist()
    key = Key.open(office / "key.txt")
    assert ids.count(key.cadre_id(first.id_number)) == 1
    assert key.cadre_id(None, first.name, f"{first.birth[:4]}-{first.birth[4:]}") not in ids
    assert len(ids) == len(PEOPLE[:6]) + 1


def test_a_key_beside_what_is_written_is_refused(office, capsys):
    assert imported(office, "--key", str(office / "out" / "key.txt")) == 2
    assert "written to" in capsys.readouterr().err
    assert not (office / "out").exists()


def test_the_first_guess_names_what_forms_need(office, capsys):
    assert cli.main(["import", str(office / "任免 表"), "--to", str(office / "new")]) == 0
    guessed = office / "new-mapping.yaml"
    assert {"differs", "results_in", "awards_in"} == set(load_yaml(guessed)["forms"])
    assert not (office / "new").exists()
    # As it stands it can be read, but for what the official must fill in.
    guessed.write_text(
        guessed.read_text(encoding="utf-8").replace('organisation_id: ""', 'organisation_id: "0421"'), encoding="utf-8"
    )
    assert load(guessed).sources == []
