"""Reading: whatever an official's export looks like, it is read right or refused in words, never read wrong."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from cadre_handbook import dataset, history
from cadre_handbook.dataset import cut_to, open_dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.validation import validate

NAME = "东山县（试点）"


def opened_names(folder) -> list[str]:
    return open_dataset(folder)["organisations"]["name"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_that_are_read(county, tmp_path, encoding):
    county.set("organisations", 2, "name", NAME)
    data = open_dataset(county.write(tmp_path, encoding=encoding))
    assert data["organisations"]["name"][2] == NAME
    assert next(iter(data.text["organisations"])) == "organisation_id"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("big5", "臺灣省政府人事處陳處長"),
        ("latin-1", "Müller"),
        ("latin-1", "São João, café"),
        ("cp1252", "Zürich – Größe"),
        ("shift_jis", "東京都ひらがな"),
        ("utf-16-le", NAME),
    ],
)
def test_other_encodings_are_refused_and_never_mojibake(county, tmp_path, encoding, name):
    county.set("organisations", 2, "name", name)
    with pytest.raises(DataRefused, match=r"organisations\.csv.*(Tried: UTF-8, GB18030|not a text file)"):
        open_dataset(county.write(tmp_path, encoding=encoding))


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xff\xfe\x00\xd8\x00\x00"])
def test_a_broken_utf_16_file_is_refused(county, tmp_path, content):
    county.write(tmp_path)
    (tmp_path / "postings.csv").write_bytes(content)
    with pytest.raises(DataRefused, match=r"postings\.csv.*Tried: UTF-16"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"])
def test_delimiters_line_ends_and_blank_lines(county, tmp_path, delimiter, line_end):
    county.set("organisations", 2, "name", "East, and; west")
    data = open_dataset(county.write(tmp_path, delimiter=delimiter, line_end=line_end))
    assert len(data.problems) == 0
    assert data["organisations"]["name"].iloc[0] == "East, and; west"
    assert data["postings"]["cadre_id"].tolist() == ["c1", "c2", "c3", "c4", "c5"]


def test_rows_keep_the_number_a_spreadsheet_shows(county, tmp_path):
    county["postings"].insert(0, ["", "", "", "", ""])
    county["postings"].insert(3, ["", " ", "", "", ""])
    data = open_dataset(county.write(tmp_path))
    assert data["postings"].index.tolist() == [3, 5, 6, 7, 8]


def test_ids_stay_text_in_csv_and_workbook(county, tmp_path):
    for where in (county.write(tmp_path / "csv"), county.write_workbook(tmp_path / "book.xlsx")):
        data = open_dataset(where)
        assert data["organisations"]["organisation_id"].tolist() == ["01100", "410100", "000123"]
        assert data["cadres"]["organisation_id"].tolist() == ["01100"] * 4 + ["410100"]
        assert data["organisations"]["organisation_id"].dtype == "str"


def test_csv_and_workbook_give_the_same_tables_and_no_problems(county, tmp_path):
    first = open_dataset(county.write(tmp_path / "csv"))
    second = open_dataset(county.write_workbook(tmp_path / "中文 目录" / "干部 数据.xlsx"))
    assert first.digest == second.digest
    for name in first.tables:
        pd.testing.assert_frame_equal(first[name], second[name])
    assert len(validate(second).problems) == 0


def test_a_row_of_a_workbook_that_ends_in_empty_cells_is_whole(county, tmp_path):
    county.set("postings", 3, "start", "2018-01-01")
    data = open_dataset(county.write_workbook(tmp_path / "book.xlsx"))
    assert len(data.problems) == 0
    assert data["postings"]["end"].isna().all()


def test_dates_of_a_workbook(county, tmp_path):
    county.set("postings", 2, "start", dt.datetime(2003, 7, 1))
    county.set("postings", 3, "start", dt.date(2018, 1, 31))
    county.set("postings", 4, "start", 2003.1)  # 2003.10 typed as a number
    county.set("postings", 5, "start", 37803)
    county.set("postings", 6, "start", 2003.07)
    data = open_dataset(county.write_workbook(tmp_path / "book.xlsx"))
    starts = data["postings"]["start"]
    assert starts[[2, 3, 6]].tolist() == [
        pd.Timestamp("2003-07-01"),
        pd.Timestamp("2018-01-31"),
        pd.Timestamp("2003-07-01"),
    ]
    assert data["postings"]["start_is_month"].tolist() == [False, False, False, False, True]
    refused = validate(data).explained().set_index("row")
    assert refused["reason_code"].to_dict() == {4: "month_ambiguous", 5: "serial"}
    assert refused["cell"].to_dict() == {4: "D4", 5: "D5"}
    assert refused["value"].to_dict() == {4: "2003.1", 5: "37803"}


def test_a_clock_time_in_a_workbook_is_a_problem_not_a_crash(county, tmp_path):
    county.set("postings", 2, "start", dt.time(8, 30))
    found = validate(open_dataset(county.write_workbook(tmp_path / "book.xlsx"))).errors
    assert found["reason_code"].tolist() == ["not_a_date"]


def test_numbers_and_booleans_of_a_workbook(county, tmp_path):
    county.set("posts", 2, "importance", 4)
    county.set("posts", 3, "importance", 4.0)
    county.set("posts", 2, "leading", True)
    county.set("posts", 3, "leading", False)
    county.set("organisations", 3, "organisation_id", 410100)
    data = open_dataset(county.write_workbook(tmp_path / "book.xlsx"))
    assert data["posts"]["importance"][[2, 3]].tolist() == [4, 4]
    assert data["posts"]["leading"][[2, 3]].tolist() == [True, False]
    assert data["organisations"]["organisation_id"][3] == "410100"


def test_chinese_headings_sheets_files_and_words(county, tmp_path):
    county["任职"] = county.pop("postings")
    county["任职"][0] = ["任职编号", "干部编号", "职位编号", "任职起始", "任职终止"]
    county.set("posts", 2, "leading", "是")
    for where in (county.write(tmp_path / "数 据"), county.write_workbook(tmp_path / "数据.xlsx")):
        data = open_dataset(where)
        assert data["postings"]["start"][2] == pd.Timestamp("2003-07-01")
        assert bool(data["posts"]["leading"][2]) is True
        assert len(validate(data).problems) == 0


def test_further_columns_and_files_are_kept_and_ignored(county, tmp_path):
    county.add_column("cadres", "备注", ["a", "b", "", "d", "e"])
    county.write(tmp_path)
    (tmp_path / "notes.csv").write_bytes(b"\xff\xfe\xfd")
    (tmp_path / "readme.txt").write_text("x")
    data = open_dataset(tmp_path)
    assert data["cadres"]["备注"].iloc[0] == "a"
    assert len(validate(data).problems) == 0


def test_repeated_heading_is_refused_also_where_one_is_chinese(county, tmp_path):
    for other in ("start", "START ", "任职起始"):
        county["postings"][0][4] = other
        with pytest.raises(DataRefused, match=r"postings\.csv.*“start” stands twice"):
            open_dataset(county.write(tmp_path))


def test_two_files_for_one_table_are_refused(county, tmp_path):
    county["任职"] = county["postings"]
    with pytest.raises(DataRefused, match=r"postings.*stands twice.*postings\.csv.*任职\.csv"):
        open_dataset(county.write(tmp_path))


def test_long_and_short_rows_are_reported(county, tmp_path):
    county["postings"][1].append("surplus")
    county["postings"][2].pop()
    county["postings"][3] += ["", " "]  # commas without anything in between
    found = open_dataset(county.write(tmp_path)).problems
    assert found[["row", "reason_code"]].values.tolist() == [[2, "row_too_long"], [3, "row_too_short"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'posting_id,cadre_id\n"g1,c1\n', "not a well-formed CSV"),
        (b"posting_id,cadre_id\ng1,\x00\n", "not a text file"),
        (b"posting_id;cadre_id;post;start\n", "“post_id” is missing.*found are: posting_id, cadre_id, post, start"),
    ],
)
def test_files_that_cannot_be_a_table(county, tmp_path, content, message):
    county.write(tmp_path)
    (tmp_path / "postings.csv").write_bytes(content)
    with pytest.raises(DataRefused, match=r"postings\.csv.*" + message):
        open_dataset(tmp_path)


def test_a_folder_named_like_a_table_is_refused(county, tmp_path):
    del county["postings"]
    county.write(tmp_path)
    (tmp_path / "postings.csv").mkdir()
    with pytest.raises(DataRefused, match=r"postings\.csv: cannot be opened"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("table", ["organisations", "units", "posts", "cadres", "postings"])
def test_a_missing_core_table_is_refused_by_name(county, tmp_path, table):
    del county[table]
    with pytest.raises(DataRefused, match=f"core tables are missing: {table}"):
        open_dataset(county.write(tmp_path))


def test_places_where_no_data_are(tmp_path):
    with pytest.raises(RequestError, match=r"no folder or workbook"):
        open_dataset(tmp_path / "nothing")
    with pytest.raises(DataRefused, match=r"core tables are missing"):
        open_dataset(tmp_path)
    (tmp_path / "old.xls").write_text("x")
    with pytest.raises(RequestError, match=r"neither a folder of CSV or Parquet files nor an Excel workbook"):
        open_dataset(tmp_path / "old.xls")
    (tmp_path / "broken.xlsx").write_text("x")
    with pytest.raises(DataRefused, match=r"damaged or is not what its name says"):
        open_dataset(tmp_path / "broken.xlsx")


def test_an_empty_cell_is_unknown_and_a_table_without_rows_has_no_value(county, tmp_path):
    county["units"] = county["units"][:1]
    data = open_dataset(county.write(tmp_path))
    assert data["organisations"]["external"][2] is pd.NA
    assert data.has("units")
    assert not data.has("units", "unit_id")
    assert not data.has("posts", "team")
    assert not data.has("decisions")
    assert data["decisions"].empty


def test_external_and_nameless_organisations_get_no_verdict_and_nobody_gets_two(county, tmp_path):
    county.add("organisations", ",No id,county,410122,\n01100,Again,county,410122,")
    assert open_dataset(county.write(tmp_path)).organisations() == ["01100", "410100"]


def test_the_digest_changes_with_any_cell(county, tmp_path):
    before = open_dataset(county.write(tmp_path)).digest
    assert open_dataset(county.write(tmp_path)).digest == before
    county.set("cadres", 6, "birth_date", "1974-05-02")
    assert open_dataset(county.write(tmp_path)).digest != before


# Months


def held(county, tmp_path, *postings: str) -> pd.DataFrame:
    """The spells in a post of the given postings of c1 (`start,end`), all in p1."""
    county["postings"] = [county["postings"][0]]
    county.add("postings", "\n".join(f"g{number},c1,p1,{dates}" for number, dates in enumerate(postings)))
    return history.spells(history.timeline(open_dataset(county.write(tmp_path))), ["post"])


def test_a_month_that_ends_one_posting_and_begins_the_next_is_neither_gap_nor_overlap(county, tmp_path):
    found = held(county, tmp_path, "2003-07,2006-05", "2006-05,2009-01")
    assert len(found) == 1
    assert found["postings"].tolist() == [2]
    assert validate(open_dataset(tmp_path)).problems.empty


@pytest.mark.parametrize(
    ("first", "second", "stretches"),
    [
        ("2003-07,2006-05", "2006-06,", 1),  # a gap of one month between months
        ("2003-07,2006-05", "2006-07,", 2),  # of two
        ("2003-07-01,2006-05-01", "2006-06-01,", 2),  # of days: a gap is a gap
        ("2003-07,2006-05", "2006-06-01,", 2),  # one side known by day
        ("2003-07-01,2006-05-01", "2006-05-01,", 1),
        ("2003-07-01,2006-05-01", "2006-05-02,", 2),
    ],
)
def test_gaps_between_postings(county, tmp_path, first, second, stretches):
    assert len(held(county, tmp_path, first, second)) == stretches


def test_start_and_end_in_one_month_is_one_month(county, tmp_path):
    found = held(county, tmp_path, "2003-12,2003-12")
    assert found["start"].tolist() == [pd.Timestamp("2003-12-01")]
    assert found["end"].tolist() == [pd.Timestamp("2004-01-01")]
    assert validate(open_dataset(tmp_path)).problems.empty


def test_start_and_end_on_one_day_is_no_day(county, tmp_path):
    found = held(county, tmp_path, "2003-12-01,2003-12-01")
    assert (found["end"] == found["start"]).all()


# The day judged on


def test_what_begins_after_the_day_is_left_out_and_a_later_end_is_not_known_yet(county, tmp_path):
    county.set("postings", 2, "end", "2015-06-01")
    data = open_dataset(county.write(tmp_path))
    cut = cut_to(data, pd.Timestamp("2015-05-31"))["postings"]
    assert cut["posting_id"].tolist() == ["g1"]
    assert cut["end"].isna().all()
    on_the_day = cut_to(data, pd.Timestamp("2018-01-01"))["postings"]
    assert on_the_day["posting_id"].tolist() == ["g1", "g2"]
    assert on_the_day["end"].tolist()[0] == pd.Timestamp("2015-06-01")


def test_a_planned_end_is_known_ahead_and_the_end_of_a_stretch_on_its_last_day(county, tmp_path):
    county.add("secondments", "secondment_id,cadre_id,start,planned_end,end\ns1,c2,2015-01-05,2016-01-01,2015-06-01")
    county.add(
        "attendance", "attendance_id,secondment_id,start,end\na1,s1,2015-04-01,2015-05-01\na2,s1,2015-05-01,2015-06-01"
    )
    data = open_dataset(county.write(tmp_path))
    cut = cut_to(data, pd.Timestamp("2015-05-31"))
    assert cut["secondments"]["planned_end"].tolist() == [pd.Timestamp("2016-01-01")]
    assert cut["secondments"]["end"].isna().all()
    assert cut["attendance"]["end"].tolist() == [pd.Timestamp("2015-05-01"), pd.Timestamp("2015-06-01")]
    day_before = cut_to(data, pd.Timestamp("2015-05-30"))
    assert day_before["attendance"]["end"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("day", "is_held"), [("2015-05-31", True), ("2015-06-01", False), ("2003-07-01", True), ("2003-06-30", False)]
)
def test_a_posting_is_held_from_its_start_up_to_not_including_its_end(day, is_held):
    frame = pd.DataFrame({"start": [pd.Timestamp("2003-07-01")], "end": [pd.Timestamp("2015-06-01")]})
    assert len(history.held_on(frame, pd.Timestamp(day))) == is_held


@pytest.mark.parametrize(
    ("start", "day", "years"),
    [
        ("2010-01-01", "2019-12-31", 10),
        ("2010-01-01", "2019-12-30", 9),
        ("2008-02-29", "2018-02-27", 10),  # the anniversary is 28 February, no later than the day after
        ("2008-02-29", "2018-02-26", 9),
        ("2008-02-29", "2020-02-28", 12),
        ("2008-02-29", "2020-02-27", 11),
    ],
)
def test_full_years(start, day, years):
    starts = pd.Series([pd.Timestamp(start)])
    assert history.full_years(starts, pd.Timestamp(day)).tolist() == [years]
    full_on = history.anniversary(starts, years)[0]
    assert full_on <= pd.Timestamp(day) + pd.Timedelta(days=1) < history.anniversary(starts, years + 1)[0]


def test_frames_become_the_dataset_their_csv_would(county, tmp_path):
    frames = {name: pd.DataFrame(rows[1:], columns=rows[0]) for name, rows in county.items()}
    made, read = dataset.from_frames(frames), open_dataset(county.write(tmp_path))
    for name in read.tables:
        pd.testing.assert_frame_equal(made[name], read[name], check_names=False)


def test_a_note_beside_a_sheet_is_reported(county, tmp_path):
    path = county.write_workbook(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["postings"].append(["g6", "c2", "p2", "2021-01-01", "2021-02-01", "far to the right"])
    book.save(path)
    found = open_dataset(path).problems
    assert found[["file", "row", "value"]].values.tolist() == [["book.xlsx [postings]", 7, "far to the right"]]
