"""Findings keep their id from run to run; what a review says of them goes along, and turns no verdict."""

from __future__ import annotations

import datetime as dt
import json
import re
import types
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from made import county

from cadre_handbook import checks, i18n, review, sample, show, verdict
from cadre_handbook.errors import RequestError

DAY = pd.Timestamp("2024-12-31")
SLUGS = ["tenure_limit", "secondment_feedback", "specialty_match", "local_rules", "reserve_structure"]


def run(slug: str, given: dict | None = None, records: pd.DataFrame | None = None) -> checks.Run:
    named = {"review": "read already"} if records is not None else {}
    return checks.evaluate(slug, county(sample.SEED).report, {"as_of": DAY, **(given or {}), **named}, records)


@pytest.fixture(scope="module")
def findings() -> pd.DataFrame:
    return pd.concat([run(slug).findings for slug in SLUGS], ignore_index=True)


# --- ids ------------------------------------------------------------------------------------------


def test_no_two_findings_share_an_id_and_none_holds_an_id_of_a_person(findings: pd.DataFrame) -> None:
    assert findings["finding_id"].is_unique
    assert findings["finding_id"].map(review._FORM.fullmatch).notna().all()
    people = findings.loc[findings["subject_type"].eq("cadre"), ["finding_id", "subject_id"]]
    assert not any(subject in name for name, subject in people.itertuples(index=False))


@pytest.mark.parametrize("slug", SLUGS)
def test_an_id_does_not_depend_on_the_order_of_rows_the_language_or_the_day(slug: str) -> None:
    now = run(slug).findings
    shuffled = now.sample(frac=1, random_state=3)
    assert review.finding_ids(shuffled, slug) == list(shuffled["finding_id"])
    with i18n.in_language("zh_CN"):
        assert list(run(slug).findings["finding_id"]) == list(now["finding_id"])
    day_before = run(slug, {"as_of": DAY - pd.Timedelta(days=1)}).findings
    keys = [*review.MADE_FROM, "since"]
    both = now.merge(day_before, on=keys)
    assert len(both) > 0
    assert both["finding_id_x"].equals(both["finding_id_y"])


@pytest.mark.parametrize("column", [*review.MADE_FROM, "since"])
def test_an_id_depends_on_each_thing_it_is_made_from(findings: pd.DataFrame, column: str) -> None:
    rows = findings[findings["recommendation"].eq("tenure_limit")].head(3)
    other = rows["since"] + pd.Timedelta(days=1) if column == "since" else rows[column] + "x"
    assert not set(review.finding_ids(rows, "tenure_limit")) & set(
        review.finding_ids(rows.assign(**{column: other}), "tenure_limit")
    )
    assert not set(review.finding_ids(rows, "tenure_limit")) & set(review.finding_ids(rows, "key_posts"))


def test_findings_that_would_share_a_short_id_have_longer_ones(findings: pd.DataFrame, monkeypatch) -> None:
    rows = findings[findings["recommendation"].eq("tenure_limit")]
    whole = dict(zip(rows.index, review.finding_ids(rows, "tenure_limit"), strict=True))
    monkeypatch.setattr(review, "LENGTH", 1)
    short = dict(zip(rows.index, review.finding_ids(rows, "tenure_limit"), strict=True))
    assert len(set(short.values())) == len(rows) > 32
    assert {len(name) for name in short.values()} <= {2, 1 + review.FULL_LENGTH}
    assert any(len(name) > 2 for name in short.values())
    assert all(name[:2] == whole[row][:2] for row, name in short.items())


def test_a_record_is_found_again_where_its_finding_has_a_longer_id_no_more() -> None:
    short, long = "f0000000001", "f00000000012222222222"
    assert list(review._matched([short], [long])) == [(short, long)]
    assert list(review._matched([long], [short])) == []


def test_rows_alike_in_everything_are_numbered(findings: pd.DataFrame) -> None:
    twice = pd.concat([findings.head(1)] * 2)
    first, second = review.finding_ids(twice, "tenure_limit")
    assert second == f"{first}-2"


# --- the round trip -------------------------------------------------------------------------------


@pytest.fixture
def workbook(findings: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "findings.xlsx"
    review.write_workbook(path, findings, None, as_of=DAY, about=["the made-up county"])
    return path


def filled_in(path: Path, sheet: str, rows: dict[str, dict]) -> Path:
    """The workbook with cells of its review sheet filled in, by finding and heading."""
    book = openpyxl.load_workbook(path)
    columns = {cell.value: cell.column for cell in book[sheet][1]}
    places = {row[0].value: row[0].row for row in book[sheet].iter_rows(min_row=2)}
    for name, cells in rows.items():
        for heading, value in cells.items():
            book[sheet].cell(places[name], columns[heading]).value = value
    book.save(path)
    return path


def over_in_post(findings: pd.DataFrame) -> list[str]:
    return list(findings.loc[findings["measure"].eq("years_in_post"), "finding_id"])


def recorded(workbook: Path, ids: list[str]) -> pd.DataFrame:
    """Records in which the first is reviewed, the second justified, the third excepted to the middle of 2025."""
    by = {"By (role or id, no name)": "cadre section", "Reason of the review": "looked at together"}
    rows = {
        ids[0]: {"State": "reviewed", **by},
        ids[1]: {"State": "justified", **by},
        ids[2]: {"State": "excepted", "Excepted until": "2025-06-30", **by},
    }
    return review.read_records(filled_in(workbook, "Review", rows))


def test_a_review_goes_from_the_workbook_into_the_next_run(findings: pd.DataFrame, workbook: Path) -> None:
    ids = over_in_post(findings)
    records = recorded(workbook, ids)
    assert len(records) == len(findings)
    later = review.review(findings.drop(index=findings.index[-1]), records, pd.Timestamp("2025-03-31"))
    status = later.findings.set_index("finding_id")["status"]
    assert list(status[ids[:3]]) == ["reviewed", "justified", "excepted"]
    assert set(status.drop(ids[:3])) == {"open"}
    assert list(later.settled["finding_id"]) == [findings["finding_id"].iloc[-1]]
    assert list(later.settled["gone_since"]) == [pd.Timestamp("2025-03-31")]
    assert later.lines() == [
        f"Review: reviewed: 1; justified: 1; excepted: 1; not reviewed yet: {len(findings) - 4}; "
        "settled: 1, of these 1 since the last run."
    ]


def test_what_was_not_there_before_is_new(findings: pd.DataFrame, workbook: Path) -> None:
    records = review.read_records(workbook)
    known = records[records["finding_id"].ne(findings["finding_id"].iloc[0])]
    assert list(review.review(findings, known, DAY).findings["status"].value_counts()[["new", "open"]]) == [
        1,
        len(findings) - 1,
    ]


def test_an_exception_holds_to_the_end_of_its_last_day_and_then_waits_for_a_new_record(
    findings: pd.DataFrame, workbook: Path, tmp_path: Path
) -> None:
    name = over_in_post(findings)[2]
    records = recorded(workbook, over_in_post(findings))

    def status(records: pd.DataFrame, day: str) -> pd.Series:
        return review.review(findings, records, pd.Timestamp(day)).findings.set_index("finding_id").loc[name]

    assert status(records, "2025-06-30")["status"] == "excepted"
    run_out = status(records, "2025-07-01")
    assert (run_out["status"], run_out["state"]) == ("came back", "")
    assert run_out["earlier"] == "excepted (until 2025-06-30): looked at together"
    next_ = tmp_path / "next.xlsx"
    review.write_workbook(next_, findings, records, as_of=pd.Timestamp("2025-07-01"))
    again = status(review.read_records(next_), "2025-12-31")
    assert (again["status"], again["back_since"]) == ("came back", pd.Timestamp("2025-07-01"))


def test_what_was_gone_and_is_there_again_came_back_and_its_exception_holds_no_more(
    findings: pd.DataFrame, workbook: Path, tmp_path: Path
) -> None:
    records = recorded(workbook, over_in_post(findings))
    name = over_in_post(findings)[2]
    next_ = tmp_path / "next.xlsx"
    done = review.write_workbook(
        next_, findings[findings["finding_id"].ne(name)], records, as_of=pd.Timestamp("2025-01-31")
    )
    assert list(done.settled["finding_id"]) == [name]
    back = review.review(findings, review.read_records(next_), pd.Timestamp("2025-02-28"))
    row = back.findings.set_index("finding_id").loc[name]
    assert (row["status"], row["back_since"]) == ("came back", pd.Timestamp("2025-02-28"))
    assert name not in set(back.excepted)


def test_an_id_that_no_finding_has_or_had_is_told(findings: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    known = findings["finding_id"].iloc[0]
    path.write_text(
        f"提示编号,状态,审核人（职务或编号，不填姓名）\n{known},已核,干部科\nf0123456789,已核,干部科\n",
        encoding="gb18030",
    )
    done = review.review(findings, review.read_records(path), DAY)
    assert done.unknown == ("f0123456789",)
    assert any("f0123456789" in line for line in done.lines())
    assert done.findings.set_index("finding_id").loc[known, "status"] == "reviewed"


@pytest.mark.parametrize(
    "until", [pd.Timestamp("2025-06-30").to_pydatetime(), "2025-06-30", "2025/6/30", "2025年6月30日"]
)
def test_days_and_states_are_read_as_a_spreadsheet_leaves_them(findings: pd.DataFrame, tmp_path: Path, until) -> None:
    path, name = tmp_path / "核查.xlsx", findings["finding_id"].iloc[0]
    with i18n.in_language("zh_CN"):
        review.write_workbook(path, findings, None, as_of=DAY)
    cells = {
        "状态": " 批准例外",
        "例外截止日期": until,
        "审核理由": "工作需要",
        "审核人（职务或编号，不填姓名）": "干部科",
    }
    records = review.read_records(filled_in(path, "审核", {name: cells})).set_index("finding_id")
    assert records.loc[name, "state"] == "excepted"
    assert records.loc[name, "until"] == pd.Timestamp("2025-06-30")


# --- records that are not as they must be ---------------------------------------------------------

GOOD = {
    "State": "excepted",
    "Excepted until": "2025-06-30",
    "Reason of the review": "x",
    "By (role or id, no name)": "y",
}


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"State": "forgiven"}, "State: “forgiven”; expected one of reviewed, justified, excepted"),
        ({"State": ""}, "State: “”; expected one of"),
        ({"Excepted until": ""}, "Excepted until: “”; expected the day until which"),
        ({"Excepted until": "2025-06"}, "“2025-06”; expected a day such as 2025-06-30"),
        ({"Excepted until": "45838"}, "“45838”; expected a day such as"),
        ({"State": "justified"}, "“2025-06-30”; expected nothing"),
        ({"Reason of the review": ""}, "expected the reason"),
        ({"By (role or id, no name)": ""}, "expected a role or an id, no name"),
    ],
)
def test_a_malformed_record_is_refused_with_sheet_row_value_and_what_was_expected(
    findings: pd.DataFrame, workbook: Path, cells: dict, fault: str
) -> None:
    name = findings["finding_id"].iloc[1]
    with pytest.raises(RequestError, match=rf"^Review, row 3, .*{re.escape(fault)}"):
        review.read_records(filled_in(workbook, "Review", {name: GOOD | cells}))


def test_a_finding_recorded_twice_a_wrong_id_and_a_file_without_a_review_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text("finding_id,state\nf0123456789,\nf0123456789,\nf01l,\n", encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        review.read_records(path)
    assert "row 3, Finding: “f0123456789”; expected each finding once; it stands in row 2 too" in str(refused.value)
    assert "row 4, Finding: “f01l”; expected the id of a finding" in str(refused.value)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RequestError, match="no sheet has the columns"):
        review.read_records(path)
    with pytest.raises(RequestError, match="There is no review file"):
        review.read_records(tmp_path / "none.csv")


# --- exceptions are counted apart -----------------------------------------------------------------


def test_an_exception_turns_no_verdict_and_what_would_be_without_it_is_said(
    findings: pd.DataFrame, workbook: Path
) -> None:
    plain = run("tenure_limit")
    ids = over_in_post(findings)
    by = {"Reason of the review": "approved", "By (role or id, no name)": "cadre section"}
    excepted = {name: {"State": "excepted", "Excepted until": "2025-06-30", **by} for name in ids}
    reviewed = run("tenure_limit", records=review.read_records(filled_in(workbook, "Review", excepted)))
    assert reviewed.results.equals(plain.results)
    states = show.findings_table(reviewed)["State"]
    assert list(states[reviewed.findings["measure"].eq("years_in_post")]) == ["excepted"] * len(ids)
    assert set(states[~reviewed.findings["measure"].eq("years_in_post")]) == {"not reviewed yet"}
    table = show.results_table(reviewed).set_index("Measure")["Of these excepted"]
    assert table.iloc[0] == len(ids)
    assert not table.iloc[1:].any()
    row = plain.results.iloc[0]
    without = reviewed.without_excepted.iloc[0]
    assert len(reviewed.without_excepted) == 1
    assert (row["verdict"], without["verdict"], without["k"]) == (verdict.NOT_MET, verdict.MET, 0)
    assert without["n"] == row["n"] - len(ids)
    said = show.review_lines(reviewed)[-1]
    assert f"Of these excepted: {len(ids)}. Without them it would be: ✓ met" in said
    entry = show.records(reviewed)[0]
    assert (entry["verdict"], entry["excepted"], entry["without_excepted"]["verdict"]) == ("not met", len(ids), "met")


def test_of_a_sensitive_measure_nothing_is_said_of_what_would_be(findings: pd.DataFrame) -> None:
    about = run("reserve_structure").findings
    records = pd.DataFrame(columns=review.RECORD_COLUMNS, index=about.index).assign(
        finding_id=about["finding_id"],
        state="excepted",
        until=pd.Timestamp("2025-06-30"),
        recommendation="",
        organisation_id="",
    )
    reviewed = run("reserve_structure", records=records)
    assert set(reviewed.review.findings["status"]) == {"excepted"}
    assert len(reviewed.without_excepted) == 0


def test_the_command_takes_a_review(workbook: Path, findings: pd.DataFrame, command) -> None:
    name = over_in_post(findings)[0]
    path = filled_in(workbook, "Review", {name: GOOD})
    status, out, told = command("check", "tenure_limit", "--review", path, "--format", "json", "--findings")
    assert status == 0
    first = json.loads(out)[0]
    assert first["excepted"] == 1
    (record,) = [item for item in first["findings"] if item["finding_id"] == name]
    assert (record["status"], record["until"], record["recorded_by"]) == ("excepted", "2025-06-30", "y")
    assert "Of these excepted: 1." in told
    filled_in(path, "Review", {name: {"State": "no such state"}})
    status, out, told = command("check", "tenure_limit", "--review", path)
    assert (status, out) == (2, "")
    assert "“no such state”; expected one of" in told


# --- the workbook ---------------------------------------------------------------------------------


def test_the_workbook_says_whose_data_they_are_and_that_it_is_confidential(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    told = [row[0].value for row in book.worksheets[0].iter_rows()]
    assert "Confidential" in told[0]
    assert {
        "the made-up county",
        "As of the end of 2024-12-31; handbook version 0.1.0.".replace("0.1.0", review.__version__),
    } <= set(told)
    assert all("Confidential" in sheet.oddHeader.center.text for sheet in book.worksheets)


def test_each_check_has_a_sheet_with_filters_and_a_frozen_heading(findings: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "核查.xlsx"
    with i18n.in_language("zh_CN"):
        review.write_workbook(path, findings, None, as_of=DAY)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 2 + len(SLUGS)
    assert all(len(name) <= 31 and re.search("[一-鿿]", name) for name in book.sheetnames)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.dimensions.split(':')[1]}"
    rows = {sheet.title: sheet.max_row - 1 for sheet in book.worksheets[2:]}
    assert sorted(rows.values()) == sorted(findings["recommendation"].value_counts())
    choices = [item.formula1 for item in book["审核"].data_validations.dataValidation if item.type == "list"]
    assert choices == ['"已核,理由成立,批准例外"']


def test_names_of_sheets_are_short_unique_and_without_signs_that_are_refused() -> None:
    taken: set[str] = set()
    names = [review._sheet_name("A/b: " + "x" * 40, taken) for _number in range(3)]
    assert len({name.lower() for name in names}) == 3
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_looks_like_a_formula_stays_text(findings: pd.DataFrame, tmp_path: Path, text: str) -> None:
    path = tmp_path / "findings.xlsx"
    review.write_workbook(path, findings.head(1).assign(subject_id=text, reason=text), None, as_of=DAY, about=[text])
    book = openpyxl.load_workbook(path)
    cells = [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == text.strip()
    ]
    assert len(cells) == 1 + 2 + 2
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_the_same_findings_give_the_same_bytes(findings: pd.DataFrame, tmp_path: Path, monkeypatch) -> None:
    clock = types.SimpleNamespace(now=lambda tz=None: dt.datetime(2099, 1, 1, tzinfo=tz))
    another_day = types.SimpleNamespace(datetime=clock, timezone=dt.timezone)
    written = []
    for name in ("one.xlsx", "two.xlsx"):
        review.write_workbook(tmp_path / name, findings, None, as_of=DAY)
        written.append((tmp_path / name).read_bytes())
        monkeypatch.setattr("openpyxl.writer.excel.datetime", another_day)
    assert written[0] == written[1]
    assert {path.name for path in tmp_path.iterdir()} == {"one.xlsx", "two.xlsx"}
