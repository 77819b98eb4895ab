"""What an office writes in a cell: read as what it says, or listed with what was expected; nothing is guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre_handbook import i18n, schema, values
from cadre_handbook.intake import cells, place_names

DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (dt.date(1975, 8, 1), "1975-08-01"),
        (dt.datetime(1975, 8, 1, 9, 30), "1975-08-01"),
        ("1975.08", "1975-08"),
        ("1975.8", "1975-08"),
        (1975.8, "1975-08"),
        (1975.12, "1975-12"),
        ("197508", "1975-08"),
        (197508.0, "1975-08"),
        ("19750801", "1975-08-01"),
        (19750801.0, "1975-08-01"),
        ("1975-08", "1975-08"),
        ("1975年8月", "1975-08"),
        ("1975年8月1日", "1975-08-01"),
        ("１９７５．０８", "1975-08"),
        ("1975 年 8 月", "1975-08"),
        ("1975年\n8月", "1975-08"),
        ("1975.08.", "1975-08"),
        ("", ""),
        (None, ""),
    ],
)
def test_dates_of_every_usual_form_are_read(cell, read):
    assert cells.date(cell) == (read, "")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("75.08", "two digits"),
        ("75年8月", "two digits"),
        ("1975.1", "January, or October"),
        (1975.1, "January, or October"),
        ("1975", "year alone"),
        ("2963-06", "1900 to 2100"),
        ("1948-0l", "expected a date"),
        ("1948-00", "no such month"),
        ("9999-99", "1900 to 2100"),
        ("19750230", "no such day"),
        ("27607", "serial number"),
        (27607.0, "serial number"),
        ("不详", "expected a date"),
    ],
)
def test_what_is_no_date_is_not_read_and_says_why(cell, why):
    text, expected = cells.date(cell)
    assert text is None
    assert why in expected


@pytest.mark.parametrize(("system", "first"), [(1900, dt.date(1899, 12, 30)), (1904, dt.date(1904, 1, 1))])
@given(day=DAYS)
def test_serial_numbers_are_read_from_the_day_that_the_workbook_counts_from(system, first, day):
    serial = float((day - first).days)
    if 10_000 <= serial < 100_000:
        assert cells.date(serial, system) == (day.isoformat(), "")


@given(day=DAYS, form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_a_day_is_the_same_day_in_every_form(day, form):
    assert cells.date(day.strftime(form)) == (day.isoformat(), "")


@given(st.text(max_size=12) | st.floats() | st.booleans())
def test_whatever_stands_in_a_cell_a_date_that_is_read_is_one_for_the_dataset(cell):
    text, expected = cells.date(cell, 1900)
    assert (text is None) == bool(expected)
    assert not text or values.parse_date(text)[0]


def test_what_was_expected_is_said_in_the_language_in_use():
    for _time in range(2):
        for language, said in (("en", "two digits"), ("zh_CN", "两位数")):
            with i18n.in_language(language):
                assert said in cells.date("75.08")[1]
                assert ("年份" in cells.read("2963-06", "cadres", "birth_date")[1]) == (language == "zh_CN")


def test_a_month_alone_and_a_year_alone_only_where_the_mapping_says_so():
    assert cells.date("1975-08-01", month=True) == ("1975-08", "")
    assert cells.date("2021", year_as="12-31") == ("2021-12-31", "")
    assert cells.date("2021年", year_as="12") == ("2021-12", "")
    assert cells.date("2021.03", year_as="12-31") == ("2021-03", "")


@pytest.mark.parametrize(
    ("cell", "read"), [("是", "true"), ("否", "false"), ("有", "true"), ("无", "false"), ("√", "true"), (True, "true")]
)
def test_words_of_yes_and_no(cell, read):
    assert cells.boolean(cell) == (read, "")


def test_a_word_that_is_neither_yes_nor_no_is_listed():
    assert cells.boolean("不清楚")[0] is None


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("cadres.sex", "男", "male"),
        ("cadres.sex", "Female", "female"),
        ("cadres.sex", 2.0, "female"),
        ("cadres.ethnicity", "汉", "han"),
        ("cadres.ethnicity", "01", "han"),
        ("cadres.ethnicity", 1.0, "han"),
        ("cadres.ethnicity", "维吾尔", "uygur"),
        ("cadres.party", "民盟盟员", "democratic_party"),
        ("cadres.party", "07", "democratic_party"),
        ("cadres.education", " 大 学 ", "bachelor"),
        ("posts.rank", "正科级", "section"),
        ("posts.rank", "141", "section"),
        ("assessments.grade", "称职", "competent"),
    ],
)
def test_codes_by_label_national_code_and_word_of_the_office(column, cell, code):
    table, name = column.split(".")
    assert cells.read(cell, table, name) == (code, "")


def test_every_code_is_read_by_its_value_labels_and_national_code():
    for table in schema.tables().values():
        for field in table.fields.values():
            for category in field.categories:
                for word in (category.value, category.label, category.label_zh_CN):
                    assert cells.read(word, table.name, field.name) == (category.value, ""), (table.name, field.name)


def test_words_of_the_office_are_words_of_codes_that_there_are():
    for column, words in cells.load_yaml(cells.DATA / "intake" / "words.yaml").items():
        table, name = column.split(".")
        field = schema.tables()[table].fields[name]
        assert set(words) <= set(field.codes)
        for code, said in words.items():
            assert [cells.code(word, table, field)[0] for word in said] == [code] * len(said), column


def test_a_word_of_the_mapping_comes_before_what_the_word_means_elsewhere():
    assert cells.read("2", "cadres", "sex", words={"2": ""}) == ("", "")
    assert cells.read("高", "units", "hardship", words={"高": "3"}) == ("3", "")
    assert cells.read("9999-99", "postings", "end", words={"9999-99": ""}) == ("", "")


def test_a_word_that_is_no_code_is_listed_with_the_codes():
    text, expected = cells.read("男性", "cadres", "sex")
    assert text is None
    assert "male (男)" in expected


def test_numbers_have_the_bounds_of_their_column():
    field = schema.tables()["units"].fields["hardship"]
    assert cells.number("２", field) == ("2", "")
    assert [cells.number(cell, field)[0] for cell in ("4", "1.5", "nan", "inf", "三")] == [None] * 5


def test_until_now_is_still_in_post_and_only_there():
    assert cells.read("至今", "postings", "end") == ("", "")
    assert cells.read("至今", "postings", "start")[0] is None


@pytest.mark.parametrize(
    ("column", "meaning"),
    [
        ("postings.start", True),
        ("postings.end", True),
        ("postings.role", True),
        ("postings.exchange_kind", True),
        ("posts.team", True),
        ("cadres.left_on", True),
        ("secondments.end", True),
        ("cadres.birth_date", False),
        ("cadres.sex", False),
        ("postings.route", False),
        ("units.law_enforcement", False),
    ],
)
def test_an_empty_cell_says_something_in_some_columns(column, meaning):
    assert cells.empty_has_meaning(*column.split(".")) == meaning


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("浙江宁波", "330200"),
        ("江苏省扬州市", "321000"),
        ("浙江省宁波市鄞州区", "330212"),
        ("宁波市鄞州区", "330212"),
        ("浙江 鄞州", "330212"),
        ("河南中牟人", "410122"),
        ("吉林延边", "222400"),
        ("浙江景宁", "331127"),
        ("上海浦东", "310115"),
        ("内蒙古", "150000"),
        ("萧山县", "330121"),
        ("浙江省余姚县", "330223"),
        ("浙江省萧山市", "330181"),
        ("浙江萧山", "330109"),
        ("辽宁朝阳", "211300"),
        ("330283", "330283"),
    ],
)
def test_names_of_places(name, code):
    assert place_names.find(name) == place_names.Place(code)


def test_two_places_of_one_name_are_listed_and_none_is_taken():
    found = place_names.find("鼓楼区")
    assert found.code is None
    assert "320106 江苏省南京市鼓楼区" in found.candidates
    assert "350102 福建省福州市鼓楼区" in found.candidates
    assert "320106" in cells.place("鼓楼区")[1]


@pytest.mark.parametrize("name", ["999999", "外国", "市", "人"])
def test_what_names_no_place(name):
    assert place_names.find(name) == place_names.Place(None)
    assert cells.place(name)[0] is None


@given(st.sampled_from([row for row in place_names.places.divisions() if not row.last_year]))
def test_every_place_in_use_is_found_by_its_full_name(row):
    assert place_names.find(row.full_name).code == row.code
