"""Rosters as offices keep them, the mapping file, and the rows that come of both."""

from __future__ import annotations

import csv
import textwrap
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_stand_in import FOOT, HEADINGS, MAPPING, Key, stand_in_key, write_csv, write_old_workbook, write_workbook  # noqa: F401

from cadre_handbook.dataset import from_frames
from cadre_handbook.errors import DataRefused, PolicyError, RequestError
from cadre_handbook.intake import guess, importing, mapping, rosters
from cadre_handbook.intake.cells import NOT_READ
from cadre_handbook.strict_yaml import load_yaml
from cadre_handbook.validation import validate

HERE = Path(__file__).parent / "data" / "intake"
pytestmark = pytest.mark.usefixtures("stand_in_key")


def plan(folder: Path, text: str) -> mapping.Mapping:
    path = folder / "mapping.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return mapping.load(path)


def imported(folder: Path, text: str, *files: Path, base=None, as_of=None, key=None) -> importing.Imported:
    return importing.import_rosters(
        [(file.name, file) for file in files], plan(folder, text), base, key or Key(), as_of
    )


def csv_file(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def listed(found: importing.Imported) -> dict[str, str]:
    return {f"{item.place} {item.column}": item.expected for item in found.unread if item.column}


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "name"), [(write_workbook, "名册.xlsx"), (write_old_workbook, "名册.xls"), (write_csv, "名册.csv")]
)
def test_title_rows_stand_above_and_totals_below(tmp_path, write, name):
    path = write(tmp_path / name)
    [sheet] = rosters.read_sheets(path)
    roster = rosters.roster(sheet, guess.knows)
    assert roster.headings == ["".join(heading.split()) for heading in HEADINGS]
    assert [number for number, _cells in roster.rows] == [3, 4, 5, 6]
    assert [item.value for item in roster.skipped] == [FOOT, "注:截至2024年底"]
    assert [item.place.rpartition("!")[2] for item in roster.skipped] == ["8", "9"]


def test_a_heading_in_two_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["姓名", "任职时间", None, "备注"], [None, "起", "止", None], ["某甲", "2019.03", "2021.05", None]):
        sheet.append(row)
    for cells in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    [sheet] = rosters.read_sheets(tmp_path / "a.xlsx")
    roster = rosters.roster(sheet, guess.knows)
    assert roster.headings == ["姓名", "任职时间起", "任职时间止", "备注"]
    assert [number for number, _cells in roster.rows] == [2]


def test_the_heading_is_found_where_nothing_is_merged_and_repeated_headings_are_told_apart(tmp_path):
    path = csv_file(tmp_path / "a.csv", "名册,,", "姓名,职务,职务", "某甲,局长,委员", "姓名,职务,职务", "某乙,科员,")
    [sheet] = rosters.read_sheets(path)
    roster = rosters.roster(sheet, guess.knows)
    assert roster.headings == ["姓名", "职务", "职务 (2)"]
    assert [cells for _number, cells in roster.rows] == [["某甲", "局长", "委员"], ["某乙", "科员", ""]]
    assert len(roster.skipped) == 1


def test_sources_of_a_folder_and_what_is_none(tmp_path):
    (tmp_path / "sub").mkdir()
    csv_file(tmp_path / "sub" / "a.csv", "x")
    csv_file(tmp_path / "~$a.csv", "x")
    csv_file(tmp_path / "a.lrmx", "x")
    files, forms = rosters.source_files([tmp_path])
    assert [shown for shown, _path in files] == ["sub/a.csv"]
    assert [path.name for path in forms] == ["a.lrmx"]
    with pytest.raises(RequestError, match="nothing to read"):
        rosters.source_files([csv_file(tmp_path / "a.txt", "x")])
    with pytest.raises(RequestError, match="no file or folder"):
        rosters.source_files([tmp_path / "none"])


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    for name in ("a.xlsx", "a.xls"):
        path = csv_file(tmp_path / name, "no workbook")
        with pytest.raises(DataRefused, match=f"{name}: the file is damaged or is not what its name says"):
            rosters.read_sheets(path)


# --- one roster, three files ----------------------------------------------------------------------


def test_a_roster_gives_the_same_tables_from_every_kind_of_file(tmp_path):
    files = {
        "1900": write_workbook(tmp_path / "名册.xlsx"),
        "1904": write_workbook(tmp_path / "名册04.xlsx", date_1904=True),
        "xls": write_old_workbook(tmp_path / "名册旧.xls"),
        "gb18030": write_csv(tmp_path / "名册gb.csv"),
        "utf-8": write_csv(tmp_path / "名册u8.csv", "utf-8-sig"),
    }
    found = {name: imported(tmp_path, MAPPING, file) for name, file in files.items()}
    assert found["1900"].tables["cadres"].drop(columns="cadre_id").to_numpy().tolist() == [
        ["01100", "1975-08", "male", "han", "party_member", "410122", "bachelor"],
        ["01100", "", "female", "hui", "party_member", "", "postgraduate"],
        ["01100", "1982-01", "male", "man", "masses", "211300", "junior_college"],
    ]
    assert found["1900"].tables["postings"]["start"].tolist() == ["2019-03-01", "2019-03-01", NOT_READ]
    assert found["1900"].tables["units"]["name"].tolist() == ["农业局", "教育局"]
    for name in ("1904", "xls", "utf-8", "gb18030"):
        for table, frame in found["1900"].tables.items():
            pd.testing.assert_frame_equal(found[name].tables[table], frame)


def test_serial_numbers_of_a_csv_file_are_read_only_where_the_mapping_says_from_which_day_they_count(tmp_path):
    found = imported(tmp_path, MAPPING.replace("date_system: 1900", "heading_row: 3"), write_csv(tmp_path / "名册.csv"))
    assert found.tables["postings"]["start"].tolist() == ["2019-03-01", NOT_READ, NOT_READ]
    assert "serial number" in listed(found)["J5 postings.start"]


def test_what_was_not_read_is_listed_with_its_cell(tmp_path):
    found = listed(imported(tmp_path, MAPPING, write_workbook(tmp_path / "名册.xlsx")))
    assert set(found) == {
        "名册!E5 cadres.birth_date",
        "名册!E6 person",
        "名册!G5 cadres.native_place_code",
        "名册!J7 postings.start",
    }
    assert "another birth" in found["名册!E5 cadres.birth_date"]
    assert "two digits" in found["名册!E6 person"]
    assert "several places" in found["名册!G5 cadres.native_place_code"]
    assert "January, or October" in found["名册!J7 postings.start"]


def test_the_dataset_stands_up_to_validation_but_for_what_the_source_left_open(tmp_path):
    found = imported(tmp_path, MAPPING, write_workbook(tmp_path / "名册.xlsx"))
    errors = validate(from_frames(found.tables)).errors
    assert errors[["table", "column", "value"]].to_numpy().tolist() == [["postings", "start", NOT_READ]]


def test_rows_with_something_unread_are_left_out_where_the_mapping_says_so(tmp_path):
    found = imported(tmp_path, MAPPING + "unread: leave_out\n", write_workbook(tmp_path / "名册.xlsx"))
    assert len(found.tables["postings"]) == len(found.tables["cadres"]) == 2
    assert len(validate(from_frames(found.tables)).errors) == 0


# --- mayors: a row a spell, five tables -----------------------------------------------------------


def test_the_five_core_tables_come_of_spells_and_every_fault_is_listed():
    with open(HERE / "spells.csv", encoding="utf-8", newline="") as lines:
        raw = list(csv.DictReader(lines))
    found = importing.import_rosters([("spells.csv", HERE / "spells.csv")], mapping.load(HERE / "mayors-mapping.yaml"))
    good = [row for row in raw if row["faults"] == "" or row["faults"] == "birth"]
    assert found.tables["postings"][["cadre_id", "post_id", "start", "end"]].to_numpy().tolist() == [
        [row["cadre_id"], f"P{row['prefcode']}", row["start"], row["end"].replace("9999-99", "")] for row in good
    ]
    births = dict(zip(found.tables["cadres"]["cadre_id"], found.tables["cadres"]["birth_date"], strict=True))
    assert births == {row["cadre_id"]: "" if row["faults"] else row["birth"].strip() for row in good}
    faulty = {
        (f"{'ABCDEFGHIJKLM'[list(raw[0]).index(fault)]}{number}", raw[number - 2][fault])
        for number, row in enumerate(raw, start=2)
        for fault in row["faults"].split()
    }
    assert {(item.place, item.value) for item in found.unread} == faulty
    assert len(validate(from_frames(found.tables)).errors) == 0


# --- units and posts ------------------------------------------------------------------------------

PEOPLE = """
    organisation: {organisation_id: "01100"}
    sources:
      - file: people.csv
        tables:
          cadres: {cadre_id: 编号}
          postings: {cadre_id: 编号, post_id: {unit: 单位, title: 职务}, start: 起}
"""


def base():
    return from_frames(
        {
            "organisations": pd.DataFrame({"organisation_id": ["01100", "02200"]}),
            "units": pd.DataFrame(
                {
                    "unit_id": ["u1", "u2", "u9"],
                    "organisation_id": ["01100", "01100", "02200"],
                    "name": ["农业局", "教育局", "农业局"],
                }
            ),
            "posts": pd.DataFrame(
                {
                    "post_id": ["p1", "p2", "p3", "p9"],
                    "unit_id": ["u1", "u1", "u1", "u9"],
                    "title": ["局长", "副局长", "副局长", "局长"],
                }
            ),
        }
    )


def people(folder: Path) -> Path:
    return csv_file(
        folder / "people.csv",
        "编号,单位,职务,起",
        "c1,农业局,局长,2019-01",
        "c2, 农 业 局 ,副局长,2019-01",
        "c3,水利局,局长,2019-01",
        "c4,水利局,局长,2020-01",
        "c5,教育局,局长,2019-01",
    )


def test_posts_are_found_by_name_and_those_that_are_not_are_listed_never_invented(tmp_path):
    found = imported(tmp_path, PEOPLE, people(tmp_path), base=base())
    assert found.tables["postings"]["post_id"].tolist() == ["p1", NOT_READ, NOT_READ, NOT_READ, NOT_READ]
    assert [(item["unit"], item["title"], item["rows"], item["candidates"]) for item in found.unmatched] == [
        ("农业局", "副局长", 1, "p2, p3"),
        ("水利局", "局长", 2, ""),
        ("教育局", "局长", 1, ""),
    ]
    assert len(found.tables["posts"]) == 4


def test_the_mapping_lists_units_and_posts(tmp_path):
    text = PEOPLE + "    units: {水利局: u2}\n    posts: {u1: {副局长: p3}, u2: {局长: p2}}\n"
    found = imported(tmp_path, text, people(tmp_path), base=base())
    assert found.tables["postings"]["post_id"].tolist() == ["p1", "p3", "p2", "p2", "p2"]


def test_an_id_in_the_mapping_that_there_is_not_is_refused_with_the_nearest(tmp_path):
    for listed in ("units: {水利局: u21}", "posts: {u1: {副局长: p33}}"):
        with pytest.raises(RequestError, match=r"no row with the id.*Did you mean"):
            imported(tmp_path, PEOPLE + f"    {listed}\n", people(tmp_path), base=base())


def test_a_unit_that_is_not_found_is_listed_with_those_of_like_names(tmp_path):
    path = csv_file(tmp_path / "people.csv", "编号,单位,职务,起", "c1,县农业局,局长,2019-01", "c2,,局长,2019-01")
    found = imported(tmp_path, PEOPLE, path, base=base())
    assert [(item["unit"], item["candidates"]) for item in found.unmatched] == [("县农业局", "农业局"), ("", "")]


def test_new_units_and_posts_are_made_where_the_mapping_says_so(tmp_path):
    found = imported(tmp_path, PEOPLE + "    create: true\n", people(tmp_path), base=base())
    assert found.tables["units"].query("name == '水利局'")["organisation_id"].tolist() == ["01100"]
    made = found.tables["posts"].set_index("post_id")
    posts = found.tables["postings"]["post_id"].tolist()
    assert posts[2] == posts[3] != posts[4]
    assert made.loc[posts[4], ["unit_id", "title"]].tolist() == ["u2", "局长"]
    assert posts[1] == NOT_READ  # two posts of that name: a third is not made


def test_units_and_posts_from_rosters_of_their_own(tmp_path):
    units = csv_file(tmp_path / "units.csv", "单位名称,类别", "水利局,部门", "水利局,部门", "某镇,乡镇")
    posts = csv_file(tmp_path / "posts.csv", "单位,职务,职级", "水利局,局长,正科级", "某镇,书记,正科")
    text = (
        PEOPLE
        + """
      - file: posts.csv
        tables: {posts: {unit_id: {name: 单位}, title: 职务, rank: 职级}}
      - file: units.csv
        tables: {units: {name: 单位名称, kind: 类别}}
"""
    )
    found = imported(tmp_path, text, people(tmp_path), units, posts)
    assert found.tables["units"].to_numpy().tolist() == [
        ["u0001", "01100", "水利局", "department"],
        ["u0002", "01100", "某镇", "township"],
    ]
    assert found.tables["posts"]["unit_id"].tolist() == ["u0001", "u0002"]
    assert found.tables["postings"]["post_id"].tolist()[2:4] == ["p0001"] * 2


# --- people ---------------------------------------------------------------------------------------

WHO = """
    organisation: {organisation_id: "01100"}
    sources:
      - file: a.csv
        person: {name: 姓名, id_number: 身份证号, birth: 出生年月}
        tables: {cadres: {birth_date: 出生年月, sex: 性别}}
"""


def test_one_person_is_one_cadre_by_number_or_by_name_and_birth(tmp_path):
    number = "999999197508010011"
    path = csv_file(
        tmp_path / "a.csv",
        "姓名,身份证号,出生年月,性别",
        f"子虚甲,{number},1975.08,男",
        "子虚甲,,1975.08,",
        "乌有乙,,,女",
    )
    found = imported(tmp_path, WHO, path)
    assert found.tables["cadres"][["birth_date", "sex"]].to_numpy().tolist() == [["1975-08", "male"]]
    assert [item.place for item in found.unread] == ["A4"]


def test_two_people_who_cannot_be_told_apart_are_listed(tmp_path):
    numbers = ("999999197508010011", "999999197508020022")
    rows = [f"子虚甲,{number},1975.08,男" for number in numbers]
    path = csv_file(tmp_path / "a.csv", "姓名,身份证号,出生年月,性别", *rows, "子虚甲,,1975.08,男")
    found = imported(tmp_path, WHO, path)
    assert len(found.tables["cadres"]) == 3
    assert ["several people" in item.expected for item in found.unread] == [True]


def test_rows_that_say_different_things_of_one_person_are_listed(tmp_path):
    number = "999999197508010011"
    path = csv_file(
        tmp_path / "a.csv", "姓名,身份证号,出生年月,性别", f"甲一,{number},1975.08,男", f"甲一,{number},1975.08,女"
    )
    found = imported(tmp_path, WHO, path)
    assert found.tables["cadres"]["sex"].tolist() == ["male"]
    assert [(item.column, item.value) for item in found.unread] == [("cadres.sex", "female")]


def test_names_and_numbers_enter_no_table_wherever_they_stand(tmp_path):
    text = WHO.replace("tables:", "tables:").replace(
        "cadres: {", "postings: {post_id: {unit: 单位, title: 职务}, start: 起}, cadres: {"
    )
    number = "999999197508010011"
    path = csv_file(
        tmp_path / "a.csv",
        "姓名,身份证号,出生年月,性别,单位,职务,起",
        f"子虚甲,{number},1975.08,男,农业局,局长（子虚甲）,2019-01",
        f"乌有乙,999999198003150022,1980.03,女,{number},科员,2019-01",
    )
    found = imported(tmp_path, text + "    create: true\n", path)
    written = "".join(frame.to_csv() for frame in found.tables.values())
    for private in ("子虚甲", "乌有乙", number):
        assert private not in written
    assert found.tables["postings"]["post_id"].tolist() == [NOT_READ] * 2


def test_without_a_key_nobody_is_read(tmp_path):
    path = csv_file(tmp_path / "a.csv", "姓名,身份证号,出生年月,性别", "甲一,,1975.08,男")
    with pytest.raises(RequestError, match="--key"):
        importing.import_rosters([("a.csv", path)], plan(tmp_path, WHO))


def test_a_number_that_a_spreadsheet_cut_off_makes_no_id(tmp_path):
    book = openpyxl.Workbook()
    for row in (["姓名", "身份证号", "出生年月", "性别"], ["甲一", 999999197508010011, None, "男"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    found = imported(tmp_path, WHO.replace("a.csv", "a.xlsx"), tmp_path / "a.xlsx")
    assert len(found.tables["cadres"]) == 0
    assert "cut the last digits off" in found.unread[0].expected


# --- ends -----------------------------------------------------------------------------------------


def test_ends_that_are_the_last_day_are_turned_round(tmp_path):
    path = csv_file(
        tmp_path / "a.csv", "编号,职位,起,止", "c1,p1,2019-01-01,2019-12-31", "c2,p1,2019-01,2020-02", "c3,p1,2020-01,"
    )
    text = """
        organisation: {organisation_id: "01100"}
        ends: inclusive
        sources:
          - {file: a.csv, tables: {postings: {cadre_id: 编号, post_id: 职位, start: 起, end: 止}}}
    """
    assert imported(tmp_path, text, path).tables["postings"]["end"].tolist() == ["2020-01-01", "2020-03", ""]
    exclusive = text.replace("inclusive", "exclusive")
    assert imported(tmp_path, exclusive, path).tables["postings"]["end"].tolist() == ["2019-12-31", "2020-02", ""]


# --- the mapping file -----------------------------------------------------------------------------

ONE = "sources: [{file: a.csv, tables: {cadres: {%s}}}]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source: []", "unknown key “source”. Did you mean “sources”?"),
        ("sources: [{file: a.csv, tabels: {}}]", "unknown key “tabels”. Did you mean “tables”?"),
        ("sources: [{file: a.csv, tables: {cadre: {}}}]", "no table “cadre”. Did you mean “cadres”?"),
        (ONE % "cadre_id: a, birthdate: b", "no column “birthdate”. Did you mean “birth_date”?"),
        (ONE % "cadre_id: a, sex: {heading: b, word: {}}", "unknown key “word”. Did you mean “words”?"),
        (ONE % "cadre_id: a, sex: {heading: b, words: {男: mal}}", "“mal”"),
        (ONE % "cadre_id: a, status: {value: civil_servent}", "Did you mean “civil_servant”?"),
        (ONE % "cadre_id: a, organisation_id: {value: 01100}", "in quotes"),
        (ONE % "cadre_id: a, sex: {heading: b, value: male}", "give one of"),
        (ONE % "cadre_id: 身份证号", "names or ID-card numbers"),
        (ONE % "sex: a", "nothing says whom"),
        ("sources: [{file: a.csv, person: {name: 姓名}}]", "a name alone"),
        ("organisation: {organisation_id: 01100}", "in quotes"),
        ("organisation: {level: county}", "“organisation_id” is missing"),
        ("create: maybe", "expected true or false"),
        ("ends: inclusiv", "Did you mean “inclusive”?"),
        ("sources: [{tables: {}}]", "“file” is missing"),
        ("sources: {}", "expected a list"),
        ("create: true\ncreate: true", "stands twice"),
    ],
)
def test_a_mapping_is_read_strictly(tmp_path, text, said):
    with pytest.raises(PolicyError) as refused:
        plan(tmp_path, text)
    assert said in str(refused.value)


def test_a_heading_or_file_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    path = csv_file(tmp_path / "a.csv", "编号,出生年月", "c1,1975-08")
    text = 'organisation: {organisation_id: "1"}\n' + ONE % "cadre_id: 编号, birth_date: 出生年"
    with pytest.raises(RequestError, match=r"no heading “出生年”.*Did you mean “出生年月”"):
        imported(tmp_path, text, path)
    with pytest.raises(RequestError, match=r"no source fits “a\.csv”"):
        imported(tmp_path, text, csv_file(tmp_path / "b.csv", "编号"))
    with pytest.raises(RequestError, match="which organisation"):
        imported(tmp_path, ONE % "cadre_id: 编号", path)


# --- the first guess ------------------------------------------------------------------------------


def test_a_first_guess_places_what_it_knows_and_says_what_it_does_not(tmp_path):
    [sheet] = rosters.read_sheets(write_workbook(tmp_path / "名册.xlsx"))
    made = guess.guess(sheet)
    placed = {heading.text: heading.fills for heading in made.headings}
    assert placed["姓名"] == "person.name"
    assert placed["籍贯"] == "cadres.native_place_code"
    assert placed["职务"] == "posting.title"
    assert placed["任现职时间"] == "postings.start"
    assert [text for text, fills in placed.items() if not fills] == ["特长"]


def test_a_first_guess_is_a_mapping_that_loads_and_needs_only_the_organisation(tmp_path):
    path = write_workbook(tmp_path / "名册.xlsx")
    text = guess.as_yaml([guess.guess(sheet) for sheet in rosters.read_sheets(path)])
    with pytest.raises(RequestError, match="which organisation"):
        imported(tmp_path, text, path)
    text = text.replace('organisation_id: ""', 'organisation_id: "01100"').replace("create: false", "create: true")
    by_hand = imported(tmp_path, MAPPING, path)
    for table, frame in imported(tmp_path, text, path).tables.items():
        expected = by_hand.tables[table]
        if table == "organisations":
            expected = expected[["organisation_id"]]
        pd.testing.assert_frame_equal(frame, expected[list(frame)])


def test_national_names_are_known_and_those_not_verified_say_so(tmp_path):
    path = csv_file(
        tmp_path / "a.csv", "A0101,A0184,A0104,A0107,A0201A,A0215A,A0243,A1521", "甲一,,1,1975.08,局,长,2019.01,2020"
    )
    made = guess.guess(rosters.read_sheets(path)[0])
    assert {heading.text: heading.fills for heading in made.headings} == {
        "A0101": "person.name",
        "A0184": "person.id_number",
        "A0104": "cadres.sex",
        "A0107": "cadres.birth_date",
        "A0201A": "posting.unit",
        "A0215A": "posting.title",
        "A0243": "postings.start",
        "A1521": "assessments.assessed_on",
    }
    assert [heading.text for heading in made.headings if not heading.verified] == ["A1521"]
    assert "A1521" in guess.as_yaml([made]).partition("not verified")[2]


def test_headings_fill_columns_that_there_are_and_every_source_is_named():
    raw = load_yaml(guess.DATA / "intake" / "headings.yaml")
    for item in raw["indicators"]:
        assert set(item.get("seen", ())) <= set(raw["sources"])
        assert bool(item.get("seen")) == item.get("verified", True)
    special = {"nothing", "resume", "person.name", "person.id_number", "posting.unit", "posting.title"}
    for fills in [item["fills"] for item in raw["indicators"]] + list(raw["roster"]):
        table, _dot, column = fills.partition(".")
        assert fills in special or column in guess.schema.tables()[table].fields


def test_a_table_of_the_dataset_is_known_by_its_own_headings(tmp_path):
    path = csv_file(tmp_path / "单位.csv", "单位编号,组织编号,名称,类别", "u1,1,农业局,部门")
    made = guess.guess(rosters.read_sheets(path)[0])
    assert [heading.fills for heading in made.headings] == [
        "units.unit_id",
        "units.organisation_id",
        "units.name",
        "units.kind",
    ]


def test_the_mapping_of_the_guide_loads_and_fits_the_roster(tmp_path):
    page = (Path(__file__).parents[1] / "book" / "guide" / "import.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]
    found = imported(tmp_path, text, write_workbook(tmp_path / "名册.xlsx"))
    assert len(found.tables["cadres"]) == len(found.tables["postings"]) == 3
    assert set(found.tables["cadres"]["status"]) == {"civil_servant"}


# --- what offices do besides ----------------------------------------------------------------------


def workbook(path: Path, sheets: dict[str, list[list]], merged: dict[str, list[str]] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def test_a_cell_merged_downwards_counts_for_each_of_its_rows(tmp_path):
    rows = [
        ["编号", "单位", "职务", "起"],
        ["c1", "农业局", "局长", "2019-01"],
        ["c2", None, "科员", "2019-01"],
        ["c3", None, "科员", "2019-01"],
    ]
    path = workbook(tmp_path / "people.xlsx", {"a": rows}, {"a": ["B2:B3"]})
    found = imported(tmp_path, PEOPLE.replace("people.csv", "people.xlsx"), path, base=base())
    assert [(item["unit"], item["title"], item["place"]) for item in found.unmatched] == [
        ("农业局", "科员", "a!C3"),
        ("", "科员", "a!B4"),
    ]


@pytest.mark.parametrize(
    ("first", "is_row"),
    [
        ("审核中心", True),
        ("统计局", True),
        ("总计", False),
        ("合计：5", False),
        ("审核人：某某", False),
        ("填表日期：2024.12", False),
        ("备注1：略", False),
        ("备注栏", True),
    ],
)
def test_notes_and_totals_are_told_from_rows(tmp_path, first, is_row):
    [sheet] = rosters.read_sheets(
        csv_file(tmp_path / "a.csv", "单位名称,类别,业务", "农业局,部门,x", f"{first},部门,x")
    )
    found = rosters.roster(sheet, guess.knows)
    assert (len(found.rows) == 2, len(found.skipped) == 0) == (is_row, is_row)


def test_one_row_fills_several_tables_and_several_rows_of_one(tmp_path):
    rows = [
        ["编号", "学历", "二〇二一年考核", "二〇二二年考核"],
        ["c1", "大学", "称职", "优秀"],
        ["c2", "大专", None, "合格"],
    ]
    text = """
        organisation: {organisation_id: "01100"}
        sources:
          - file: a.xlsx
            sheet: 考核
            tables:
              cadres: {cadre_id: 编号, education: 学历}
              assessments:
                - {cadre_id: 编号, assessed_on: {value: 2021-12}, kind: {value: annual}, grade: 二〇二一年考核}
                - {cadre_id: 编号, assessed_on: {value: 2022-12}, kind: {value: annual}, grade: 二〇二二年考核}
    """
    path = workbook(tmp_path / "a.xlsx", {"说明": [["本表由组织部填写"]], "考核": rows})
    found = imported(tmp_path, text, path)
    made = found.tables["assessments"][["cadre_id", "assessed_on", "grade"]]
    assert made.sort_values(["cadre_id", "assessed_on"]).to_numpy().tolist() == [
        ["c1", "2021-12", "competent"],
        ["c1", "2022-12", "excellent"],
        ["c2", "2022-12", ""],
    ]
    assert list(listed(found)) == ["考核!D3 assessments.grade"]
    assert found.left == ["a.xlsx [说明]"]
    assert found.unused == {"a.xlsx [考核]": []}


def test_ids_of_several_cells_codes_at_a_level_and_the_row_that_has_the_say(tmp_path):
    path = csv_file(tmp_path / "a.csv", "县码,序号,名称", "410122,1,甲", "410122,1,乙", "410181,1,丙")
    text = """
        sources:
          - file: a.csv
            tables:
              organisations:
                organisation_id: {join: [县码, 序号], prefix: X}
                name: {heading: 名称, keep: last}
                parent_id: {heading: 县码, level: city}
    """
    found = imported(tmp_path, text, path)
    assert found.tables["organisations"].to_numpy().tolist() == [
        ["X4101221", "乙", "410100"],
        ["X4101811", "丙", "410100"],
    ]
    assert found.unread == []


def test_a_year_alone_is_the_day_that_the_mapping_names(tmp_path):
    path = csv_file(tmp_path / "a.csv", "编号,考核年度,结论", "c1,2021,称职", "c2,2021.06,优秀")
    text = """
        sources:
          - file: a.csv
            tables: {assessments: {cadre_id: 编号, assessed_on: {heading: 考核年度, year_as: "12-31"}, grade: 结论}}
    """
    assert imported(tmp_path, text, path).tables["assessments"]["assessed_on"].tolist() == ["2021-12-31", "2021-06"]


def test_rows_said_twice_are_taken_once(tmp_path):
    rows = ["编号,单位,职务,起", "c1,农业局,局长,2019-01", "c1,农业局,局长,2019-01"]
    found = imported(tmp_path, PEOPLE, csv_file(tmp_path / "people.csv", *rows), base=base())
    assert (len(found.tables["postings"]), found.twice) == (1, 1)


def test_words_that_are_no_code_are_shown_in_the_first_guess(tmp_path):
    path = csv_file(tmp_path / "a.csv", "姓名,身份证号,政治面貌", "甲一,1,民主人士", "乙二,2,党员")
    text = guess.as_yaml([guess.guess(rosters.read_sheets(path)[0])])
    assert 'party: {heading: "政治面貌", words: {"民主人士": ""}}' in text
    assert "甲一" not in text
