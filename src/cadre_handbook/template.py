"""The template: an empty workbook with a sheet a table, to be filled in and opened as it is.

Each sheet has the headings in both languages, a row that says how to fill each column, and examples. That row and the
examples are told by how their first cell begins, whatever the language, so that they are never taken for data.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from cadre_handbook import policy, schema
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import LANGUAGES, _, bracketed, in_language, joined, label, language
from cadre_handbook.strict_yaml import nearest

FILE = {"en": "template.xlsx", "zh_CN": "填报模板.xlsx"}
LISTS = "lists"
REQUIRED = {"en": "required", "zh_CN": "必填"}
HOW_TO_FILL = {"en": "#how to fill", "zh_CN": "#填写说明"}
EXAMPLE = {"en": "#example", "zh_CN": "#示例"}
EXAMPLES = 3
LAST_ROW = 20_000  # down to where drop-down lists and bounds are offered
_MARK = re.compile(r"\s*\((" + "|".join(REQUIRED.values()) + r")\)$", re.IGNORECASE)


# --- what a reader needs to know ------------------------------------------------------------------


def heading_words(cell: str) -> list[str]:
    """What a heading may mean: the cell itself, and each of its lines, without the word that marks it as required."""
    text = unicodedata.normalize("NFKC", cell.replace("_x000D_", "")).strip().lower()
    return [text, *(_MARK.sub("", line.strip()) for line in text.splitlines())]


def is_how_to_fill(first: str) -> bool:
    """Whether a row whose first cell is this says how to fill the columns."""
    return _begins(first, HOW_TO_FILL.values())


def is_example(first: str) -> bool:
    """Whether a row whose first cell is this was begun by the template as an example."""
    return _begins(first, EXAMPLE.values())


def _begins(cell: str, words: Iterable[str]) -> bool:
    return unicodedata.normalize("NFKC", cell).strip().lower().startswith(tuple(words))


def is_untouched(cells: Mapping[str, str], table: schema.Table) -> bool:
    """Whether cells by column are those of an example as the template wrote it, in either language."""
    return any(
        all(cells.get(name, text).strip() == text for name, text in example.items())
        and not any(cell.strip() for name, cell in cells.items() if name not in example)
        for spoken in LANGUAGES
        for example in _examples(table.name, spoken)
    )


@cache
def _examples(name: str, spoken: str) -> list[dict[str, str]]:
    """The examples of a table, each its cells by column."""
    table = schema.tables()[name]
    return [
        {field.name: _example(table, field, number, spoken) for field in table.fields.values()}
        for number in range(1, EXAMPLES + 1)
    ]


def _example(table: schema.Table, field: schema.Field, number: int, spoken: str) -> str:
    """What an example has in a column: made up, and an id that no real row has."""
    refers = any(key.field == field.name for key in table.foreign_keys)
    if field.name == table.key or refers or field.name.endswith("_id"):
        # the second follows the first where a table refers to itself; nothing else is told by it
        return f"{EXAMPLE[spoken]}-{number}"
    if field.categories:
        return choices(field, spoken)[(number - 1) % len(field.categories)]
    if field.type == "date":
        ends = "end" in field.name or field.name.endswith(("_to", "left_on"))
        return "" if ends and number == 1 else f"{2018 + 2 * number + ends}-0{number}" + ("" if field.month else "-15")
    if field.type == "boolean":
        return choices(field, spoken)[number % 2]
    if field.type in ("integer", "number"):
        return str(int(min(field.maximum or number, (field.minimum or 0) + number)))
    if field.place:
        return f"33010{number + 1}"
    return {"en": "example", "zh_CN": "示例"}[spoken] + f" {number}"


def choices(field: schema.Field, spoken: str) -> list[str]:
    """What a drop-down list offers: the codes in both languages, or yes and no; empty where anything may be written."""
    if field.categories:
        return [category.both for category in field.categories]
    if field.type == "boolean":
        return {"en": ["yes", "no"], "zh_CN": ["是", "否"]}[spoken]
    return []


# --- writing it -----------------------------------------------------------------------------------


def write_template(folder: Path, names: Iterable[str] = ()) -> Path:
    """Write the template in the language in use into `folder`, which is made where it is not there; gives its path.

    ``names``: tables besides the five core ones, all where none is named. The same bytes every time. Raises `RequestError`
    for a table that there is not, and where the file is there already.
    """
    wanted = _tables(names)
    path = folder / FILE[language()]
    if path.exists():
        raise RequestError(_("{path} is there already; nothing was written.").format(path=path))
    data = _steady(_workbook(wanted))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise RequestError(_("{path} cannot be written: {why}.").format(path=path, why=error.strerror)) from error
    return path


def _tables(names: Iterable[str]) -> list[schema.Table]:
    names, known = list(names), schema.tables()
    for name in names:
        if name not in known:
            raise RequestError(_("There is no table “{name}”.").format(name=name) + nearest(name, known))
    return [table for table in known.values() if table.core or not names or table.name in names]


def _workbook(tables: list[schema.Table]):
    import openpyxl

    book = openpyxl.Workbook()
    _explain(book.active, tables)
    lists = book.create_sheet(LISTS)
    for table in tables:
        _sheet(book.create_sheet(sheet_title(table)), table, lists)
    book.move_sheet(lists, len(tables))
    lists.sheet_state = "hidden"
    book.properties.creator = "cadre-handbook"
    return book


def sheet_title(table: schema.Table) -> str:
    """What a table's sheet is called in the language in use."""
    return table.title_zh_CN if language() == "zh_CN" else table.name


def heading(field: schema.Field) -> str:
    """A column's heading: its titles in both languages, the one in use first, marked where it is required."""
    lines = []
    for spoken in sorted(LANGUAGES, key=lambda item: item != language()):
        with in_language(spoken):
            lines.append(label(field, "title") + (bracketed(REQUIRED[spoken]) if field.required else ""))
    return "\n".join(lines)


def _how_to_fill(table: schema.Table, field: schema.Field) -> str:
    """In a few words, what a cell of a column may be."""
    refers = next((schema.tables()[key.table] for key in table.foreign_keys if key.field == field.name), None)
    if refers:
        return _("an id of the sheet {sheet}").format(sheet=sheet_title(refers))
    if field.categories or field.type == "boolean":
        return _("choose from the list")
    if field.type == "date":
        return _("2003-07-01, or 2003-07 where only the month is known") if field.month else _("2003-07-01")
    if field.type in ("integer", "number"):
        return _("a number") + (f" {field.bound}" if field.bound else "")
    return _("six-digit division code") if field.place else _("text")


def _sheet(sheet, table: schema.Table, lists) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side
    from openpyxl.utils import get_column_letter

    _printed(sheet)
    sheet.freeze_panes = "B3"
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 34, 48
    line = Border(bottom=Side(style="thin", color="6B7680"))
    for position, field in enumerate(table.fields.values(), start=1):
        letter = get_column_letter(position)
        column = sheet.column_dimensions[letter]
        column.number_format = _format(field)
        words = heading(field)
        column.width = min(34, max(15, *(_width(text) + 3 for text in [*words.split("\n"), *choices(field, "en")])))
        top = sheet.cell(1, position, words)
        top.font = _font(bold=True, color="FFFFFF")
        top.fill = PatternFill("solid", fgColor="B84300" if field.required else "1F2933")
        how = _how_to_fill(table, field)
        second = sheet.cell(2, position, f"{HOW_TO_FILL[language()]}: {how}" if position == 1 else how)
        second.font, second.fill = _font(italic=True, color="1F2933"), PatternFill("solid", fgColor="E4E7EB")
        for cell in (top, second):
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), line
        for row, example in enumerate(_examples(table.name, language()), start=3):
            cell = sheet.cell(row, position, example[field.name] or None)
            cell.number_format, cell.font = _format(field), _font(italic=True, color="6B7680")
        _bounds(sheet, letter, field, lists)


def _font(**looks):
    from openpyxl.styles import Font

    return Font(name="Calibri", **{"size": 11, **looks})


def _printed(sheet) -> None:
    """On paper a sheet is as wide as the page, whatever its columns."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _format(field: schema.Field) -> str:
    """Text, so that 01100 and 2003-07 stay as typed; a date where none is known by month; a number."""
    if field.type == "date":
        return "@" if field.month else "yyyy-mm-dd"
    return "General" if field.type in ("integer", "number") else "@"


def _bounds(sheet, letter: str, field: schema.Field, lists) -> None:
    """A drop-down list, or the bounds of a number. Other values are warned of, not refused: codes may be typed too."""
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = choices(field, language())
    if offered:
        rule = DataValidation("list", formula1=_listed(lists, offered), errorStyle="warning")
        rule.error = _("This is not in the list. The code or the national code may be typed too.")
    elif field.type in ("integer", "number") and field.minimum is not None:
        upper = field.maximum
        rule = DataValidation(
            "whole" if field.type == "integer" else "decimal",
            operator="greaterThanOrEqual" if upper is None else "between",
            formula1=str(field.minimum),
            formula2=None if upper is None else str(upper),
            errorStyle="warning",
        )
        rule.error = _("expected a number {expected}").format(expected=field.bound)
    else:
        return
    rule.showErrorMessage = True
    rule.errorTitle = label(field, "title")[:30]
    rule.add(f"{letter}3:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _listed(lists, offered: list[str]) -> str:
    """The range of the sheet of lists that holds these choices, written there once."""
    from openpyxl.utils import get_column_letter

    for column in range(1, lists.max_column + 2):
        there = [lists.cell(row, column).value for row in range(1, len(offered) + 2)]
        if there == [*offered, None] or there[0] is None:
            break
    for row, text in enumerate(offered, start=1):
        lists.cell(row, column, text)
    letter = get_column_letter(column)
    return f"'{LISTS}'!${letter}$1:${letter}${len(offered)}"


_EXPLAINED = dict(zip("ABCDEF", (26, 30, 36, 36, 60, 60), strict=True))  # columns of the first sheet, and their widths


def _explain(sheet, tables: list[schema.Table]) -> None:
    """The first sheet: how to fill in the others, and what each table and column is for."""
    from openpyxl.styles import Alignment, PatternFill

    _printed(sheet)
    sheet.title = _("How to fill in")
    sheet.sheet_view.showGridLines = False
    for letter, width in _EXPLAINED.items():
        sheet.column_dimensions[letter].width = width
    sheet.append([_("How to fill in")])
    sheet["A1"].font = _font(bold=True, size=16)
    for rule in _rules():
        sheet.append([rule])
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=6)
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[sheet.max_row].height = 15 * (1 + _width(rule) // 190)
    sheet.append([])
    used = needed_by()
    headings = [_("Table"), _("Column"), _("Name in messages"), _("How to fill it in"), _("Meaning"), _("Needed by")]
    sheet.append(headings)
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = _font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F2933")
    for table in tables:
        core = _("one of the five core tables") if table.core else ""
        sheet.append([sheet_title(table), "", table.name, core, label(table, "description"), ""])
        for cell in sheet[sheet.max_row]:
            cell.font, cell.fill = _font(bold=True), PatternFill("solid", fgColor="E4E7EB")
        for field in table.fields.values():
            how = _how_to_fill(table, field) + (bracketed(REQUIRED[language()]) if field.required else "")
            checks = joined(used.get((table.name, field.name), ()))
            row = ["", label(field, "title"), f"{table.name}.{field.name}", how, label(field, "description"), checks]
            sheet.append(row)
            for cell in sheet[sheet.max_row][1:]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            lines = [-(-_width(text) // (width - 2)) for text, width in zip(row, _EXPLAINED.values(), strict=True)]
            sheet.row_dimensions[sheet.max_row].height = 15 * max(lines)


def _rules() -> list[str]:
    return [
        _("One row each. Fill in from the third row on; columns that you do not need may stay empty."),
        _(
            "The grey rows that begin with {mark} are examples. Write over a whole row or delete it; what is left of them is not counted."
        ).format(mark=EXAMPLE[language()]),
        _("Columns with a red heading, marked “{word}”, are needed in every row.").format(word=REQUIRED[language()]),
        _("An id is a pseudonym of your own, always text, such as 01100; never a name or an ID-card number."),
        _("A period runs from its start up to, not including, its end. Leave the end empty while it still runs."),
        _("Where only the month is known, write the month alone, such as 2003-07; never add a day."),
        _("An empty cell is unknown. It is never taken for no, and never for zero."),
        _("In a list choose a line; its word in either language, the code and the national code may be typed too."),
        _("Further columns and sheets of your own are kept and ignored. Do not rename the sheets and headings."),
    ]


@cache
def _needs() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for slug in policy.checks():
        for measure in policy.load_policy(slug).measures.values():
            for table, columns in measure.tables.items():
                for column in columns:
                    slugs = found.setdefault((table, column), [])
                    slugs += [slug] if slug not in slugs else []
    return found


def needed_by() -> dict[tuple[str, str], list[str]]:
    """The titles of the checks that cannot do without a column, by table and column, in the language in use."""
    return {column: [label(policy.load_policy(slug), "title") for slug in slugs] for column, slugs in _needs().items()}


def _steady(book) -> bytes:
    """The workbook as bytes that are the same on every run: the writing program puts the clock into it."""
    written, steady = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return steady.getvalue()
