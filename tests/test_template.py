"""The template: what it offers is read back as it was meant, and what is its own is never taken for data."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cadre_handbook import checks, i18n, schema, template
from cadre_handbook.columns_read import columns_read
from cadre_handbook.dataset import DataRefused, open_dataset
from cadre_handbook.errors import RequestError
from cadre_handbook.validation import Report, validate

SLUGS = ("tenure_limit", "exchange_ratio", "reserve_structure")
LANGUAGES = pytest.mark.parametrize("language", i18n.LANGUAGES)


@pytest.fixture(scope="module")
def templates(tmp_path_factory) -> dict[str, Path]:
    """The whole template in each language."""
    folder, found = tmp_path_factory.mktemp("templates"), {}
    for language in i18n.LANGUAGES:
        with i18n.in_language(language):
            found[language] = template.write_template(folder)
    return found


def sheet_of(book, table: schema.Table):
    return next(sheet for sheet in book.worksheets if sheet.title in (table.name, table.title_zh_CN))


def in_chinese(text: str, field: schema.Field) -> str | None:
    """A cell of the sample as an official writes it: a code by its Chinese word, yes and no in Chinese."""
    if field.type == "boolean":
        return {"true": "是", "false": "否", "": None}[text]
    return next((item.label_zh_CN for item in field.categories if item.value == text), text or None)


def fill(path: Path, text: dict[str, pd.DataFrame], to: Path) -> Path:
    """The template with the rows of these tables written over its examples, each cell in Chinese."""
    book = openpyxl.load_workbook(path)
    for name, table in schema.tables().items():
        sheet = sheet_of(book, table)
        if name not in text:
            book.remove(sheet)
            continue
        sheet.delete_rows(3, template.EXAMPLES)
        names = [cell.value.split("\n")[0].partition("（")[0] for cell in sheet[1]]
        fields = {field.title_zh_CN: field for field in table.fields.values()}
        columns = [fields[name] for name in names]
        frame = text[name].reindex(columns=[field.name for field in columns])
        for row in frame.astype("str").fillna("").itertuples(index=False):
            sheet.append([in_chinese(cell, field) for cell, field in zip(row, columns, strict=True)])
    book.save(to)
    return to


@pytest.fixture(scope="module")
def filled(templates, tmp_path_factory) -> Path:
    """The Chinese template filled with what three checks read of the sample county."""
    read = {table for slug in SLUGS for table in columns_read(slug)}
    text = {name: frame for name, frame in open_dataset("sample").text.items() if name in read}
    return fill(templates["zh_CN"], text, tmp_path_factory.mktemp("filled") / "数据.xlsx")


@pytest.fixture(scope="module")
def filled_report(filled) -> Report:
    return validate(open_dataset(filled))


@pytest.fixture(scope="module")
def sample_report() -> Report:
    return validate(open_dataset("sample"))


def test_a_filled_template_is_the_dataset_it_was_filled_with(filled_report, sample_report):
    assert filled_report.dataset.problems.empty
    assert filled_report.errors.empty
    for name in filled_report.dataset.text:
        table, found = sample_report.dataset[name], filled_report.dataset[name]
        declared = [column for column in found if column in table]
        pd.testing.assert_frame_equal(found[declared].reset_index(drop=True), table[declared].reset_index(drop=True))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_filled_template_gives_the_verdicts_of_the_sample(slug, filled_report, sample_report):
    given = {"as_of": checks.sample_as_of()}
    found, expected = (checks.evaluate(slug, report, given) for report in (filled_report, sample_report))
    pd.testing.assert_frame_equal(found.results, expected.results)
    pd.testing.assert_frame_equal(found.findings, expected.findings)


def test_a_wrong_code_is_found_with_sheet_row_column_and_value(templates, county, tmp_path):
    text = open_dataset(county.write(tmp_path / "csv")).text
    book = openpyxl.load_workbook(fill(templates["zh_CN"], text, tmp_path / "wrong.xlsx"))
    column = next(cell.column_letter for cell in book["干部"][1] if cell.value.startswith("性别"))
    book["干部"][f"{column}7"] = "男性"
    book.save(tmp_path / "wrong.xlsx")
    [line] = validate(open_dataset(tmp_path / "wrong.xlsx")).lines()
    assert line.startswith(f"wrong.xlsx [干部], row 7, column sex ({column}7): “男性”: this code is not in the list")


@LANGUAGES
def test_every_heading_means_its_column_and_no_other(templates, language):
    book = openpyxl.load_workbook(templates[language], read_only=True)
    data = open_dataset(templates[language])
    for name, table in schema.tables().items():
        assert list(data.text[name].columns) == list(table.fields)
        first, second, *_examples = sheet_of(book, table).iter_rows(values_only=True, max_row=3)
        for heading, field in zip(first, table.fields.values(), strict=True):
            assert {field.title, field.title_zh_CN} <= {
                line.replace(" (required)", "").replace("（必填）", "") for line in heading.split("\n")
            }
            assert ("(required)" in heading and "（必填）" in heading) == field.required
        assert all(second)


@LANGUAGES
def test_every_choice_offered_is_read_as_what_it_stands_for(templates, language):
    from cadre_handbook import values

    book = openpyxl.load_workbook(templates[language])
    lists = book[template.LISTS]
    assert lists.sheet_state == "hidden"
    for table in schema.tables().values():
        sheet = sheet_of(book, table)
        rules = {str(rule.sqref).split(":")[0].rstrip("3"): rule for rule in sheet.data_validations.dataValidation}
        for cell, field in zip(sheet[1], table.fields.values(), strict=True):
            expected = field.codes or ([True, False] if field.type == "boolean" else None)
            rule = rules.get(cell.column_letter)
            if expected is None:
                assert rule is None or rule.type in ("whole", "decimal")
                continue
            area = rule.formula1.partition("!")[2].replace("$", "")
            offered = pd.Series([item.value for [item] in lists[area]])
            assert values.typed(offered, field).tolist() == expected, f"{table.name}.{field.name}"


@LANGUAGES
def test_ids_and_months_are_kept_as_typed(templates, language):
    book = openpyxl.load_workbook(templates[language])
    for table in schema.tables().values():
        sheet = sheet_of(book, table)
        assert sheet.freeze_panes == "B3"
        for cell, field in zip(sheet[1], table.fields.values(), strict=True):
            number_format = sheet.column_dimensions[cell.column_letter].number_format
            assert (number_format == "@") == (
                field.type not in ("integer", "number") and not (field.type == "date" and not field.month)
            )


# --- examples -------------------------------------------------------------------------------------


@LANGUAGES
def test_an_untouched_template_holds_examples_and_no_data(templates, language, command):
    data = open_dataset(templates[language])
    assert all(frame.empty for frame in data.tables.values())
    notes = validate(data).problems
    assert set(notes["reason_code"]) == {"example"}
    assert set(notes["severity"]) == {"note"}
    assert len(notes) == template.EXAMPLES * len(schema.tables())
    status, out, err = command("check", "tenure_limit", "--data", templates[language], "--as-of", "2024-12-31")
    assert (status, out) == (3, "")
    assert "no organisation to give a verdict about" in err


def test_examples_left_beside_data_are_told_of(templates, county, command, tmp_path):
    book = openpyxl.load_workbook(templates["en"])
    for name, (headings, *rows) in county.items():
        columns = {field.name: position for position, field in enumerate(schema.tables()[name].fields.values(), 1)}
        for number, row in enumerate(rows, start=6):
            for heading, value in zip(headings, row, strict=True):
                book[name].cell(number, columns[heading], value or None)
    book.save(tmp_path / "both.xlsx")
    plain = command(
        "check", "tenure_limit", "--data", county.write(tmp_path / "csv"), "--as-of", "2024-12-31", "--format", "csv"
    )
    both = command(
        "check", "tenure_limit", "--data", tmp_path / "both.xlsx", "--as-of", "2024-12-31", "--format", "csv"
    )
    assert both[:2] == plain[:2]
    assert (
        f"{template.EXAMPLES * len(schema.tables())} rows are examples of the template; they are not counted."
        in both[2]
    )
    saved = county | {
        "postings": [county["postings"][0], ["#EXAMPLE-1", "c2", "p1", "2001-01-01", ""], *county["postings"][1:]]
    }
    county.update(saved)
    [error] = validate(open_dataset(county.write(tmp_path / "csv"))).errors.to_dict("records")
    assert (error["row"], error["reason_code"]) == (2, "example_changed")


@LANGUAGES
@pytest.mark.parametrize("column", ["cadre_id", "start", "extra"])
def test_a_row_written_over_an_example_without_an_id_is_an_error(templates, language, column, tmp_path):
    book = openpyxl.load_workbook(templates[language])
    table = schema.tables()["postings"]
    position = [*table.fields, "extra"].index(column) + 1
    sheet_of(book, table).cell(1, position).value = sheet_of(book, table).cell(1, position).value or "备注"
    sheet_of(book, table).cell(4, position, "c1")
    book.save(tmp_path / "changed.xlsx")
    data = open_dataset(tmp_path / "changed.xlsx")
    assert data.text["postings"].index.tolist() == [4]
    assert "example_changed" in validate(data).errors["reason_code"].tolist()


@pytest.mark.parametrize("first", ["#1", "example-1", "示例1", "# example"])
def test_an_id_that_only_looks_like_an_example_is_data(first, county, tmp_path):
    county.set("postings", 2, "posting_id", first)
    assert len(open_dataset(county.write(tmp_path))["postings"]) == 5


# --- writing it -----------------------------------------------------------------------------------


@LANGUAGES
def test_the_same_bytes_every_time(templates, language, tmp_path):
    with i18n.in_language(language):
        assert template.write_template(tmp_path).read_bytes() == templates[language].read_bytes()


def test_chosen_tables_and_the_core_ones(command, tmp_path):
    status, _out, err = command("template", tmp_path / "new", "--tables", "decisions", "--language", "zh_CN")
    assert status == 0
    assert "填报模板.xlsx" in err
    book = openpyxl.load_workbook(tmp_path / "new" / "填报模板.xlsx", read_only=True)
    assert book.sheetnames == ["填写说明", "组织", "单位", "职位", "干部", "任职", "干部事项决定", template.LISTS]


def test_requests_that_are_refused(command, tmp_path):
    status, _out, err = command("template", tmp_path, "--tables", "decision")
    assert status == 2
    assert "no table “decision”. Did you mean “decisions”?" in err
    assert command("template", tmp_path)[0] == 0
    status, _out, err = command("template", tmp_path)
    assert status == 2
    assert "is there already" in err
    (tmp_path / "file").write_text("x")
    with pytest.raises(RequestError, match="cannot be written"):
        template.write_template(tmp_path / "file")


def test_what_needs_a_column_is_said_beside_it(templates):
    book = openpyxl.load_workbook(templates["en"], read_only=True)
    rows = {row[2]: row for row in book["How to fill in"].iter_rows(values_only=True)}
    assert "Ten years in one post" in rows["posts.leading"][5]
    assert rows["postings.cadre_id"][3] == "an id of the sheet cadres (required)"
    assert set(rows) >= {f"{table.name}.{column}" for table in schema.tables().values() for column in table.fields}


def test_a_clean_error_where_the_data_have_no_organisation(county, tmp_path):
    county["organisations"] = county["organisations"][:1]
    for name in ("units", "posts", "cadres", "postings"):
        county[name] = county[name][:1]
    with pytest.raises(DataRefused, match="no organisation to give a verdict about"):
        checks.run("tenure_limit", county.write(tmp_path), as_of="2024-12-31")
