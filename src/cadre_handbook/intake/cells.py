"""What an office writes in a cell, to the text that the dataset has for it; one function a type.

A cell is what a workbook or CSV file gives: text, a number (float), a date, true or false, or None. Each function gives
`(text, "")`, the text empty for an empty cell, or `(None, what was expected)`: a sentence for the official, in the language in
use. The meaning of a date or a word of yes and no is that of `values`; here stands what only a source file has: serial
dates, `197508`, words of the office.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from cadre_handbook import validation, values
from cadre_handbook.i18n import _, joined
from cadre_handbook.intake import place_names
from cadre_handbook.paths import DATA
from cadre_handbook.schema import Field, tables
from cadre_handbook.strict_yaml import load_yaml

Answer = tuple[str | None, str]

NOT_READ = "unread"
"""What the dataset says where an empty cell would say something that is not known: no date, no code and no id."""

EPOCHS = {1900: CALENDAR_WINDOWS_1900, 1904: CALENDAR_MAC_1904}

_SHORT_YEAR = re.compile(r"\d{2}[.\-/年]\d{1,2}(?:[.\-/月]\d{0,2}日?)?")
_EMPTY_HAS_MEANING = {("cadres", "left_on"), ("cadres", "left_reason"), ("posts", "valid_from"), ("posts", "valid_to")}


def cell_text(cell: object) -> str:
    """A cell as text on one line, full-width forms made half-width; empty where the cell is."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return " ".join(unicodedata.normalize("NFKC", str(cell)).split())


def closed_up(text: str) -> str:
    """Text without the gaps that only spread it out: those beside Chinese."""
    return re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])", "", text)


def squeezed(text: str) -> str:
    """Text as headings, names and words are compared: half-width, lower case, without any gap or line break."""
    return "".join(unicodedata.normalize("NFKC", str(text)).split()).lower()


@cache
def empty_has_meaning(table: str, column: str) -> bool:
    """Whether an empty cell of a column says something else than "not known": still in post, no team, no exchange.

    Where a cell that could not be read were left empty there, the dataset would say what nobody knows.
    """
    field = tables()[table].fields[column]
    said = "empty" in field.description.lower().replace("empty is unknown", "")
    return field.required or bool(field.default) or said or (table, column) in _EMPTY_HAS_MEANING


# --- dates ----------------------------------------------------------------------------------------


def date(cell: object, system: int | None = None, month: bool = False, year_as: str = "") -> Answer:
    """A date (`YYYY-MM-DD`) or month (`YYYY-MM`).

    Beyond what a dataset may hold, read are a date cell, `197508`, and a serial number where `system` (1900 or 1904) says from
    which day the workbook counts. `month`: keep the month alone. `year_as`: what a year alone stands for, such as `12` or
    `12-31`. Years of two digits are not read.
    """
    if isinstance(cell, dt.date):
        return _known_date(cell.isoformat()[:10], month)
    if isinstance(cell, float) and 10_000 <= cell < 100_000 and system:
        day = from_excel(cell, EPOCHS[system])
        return _known_date(day.date().isoformat(), month)
    text = "".join(cell_text(cell).split())
    if not text:
        return "", ""
    if re.fullmatch(r"\d{6}", text):
        text = f"{text[:4]}-{text[4:]}"
    if year_as and re.fullmatch(r"\d{4}年?", text):
        text = f"{text[:4]}-{year_as}"
    day, is_month, why = values.parse_date(text.rstrip("."))
    if day:
        return _known_date(day[:7] if is_month else day, month)
    if why == "not_a_date" and _SHORT_YEAR.fullmatch(text):
        return None, _("a year of two digits is not guessed; write all four")
    return None, validation.explanations()[why]


def _known_date(text: str, month: bool) -> Answer:
    """A date that was read, held against the years that may be."""
    day, _is_month, why = values.parse_date(text)
    return (None, validation.explanations()[why]) if day is None else (text[:7] if month else text, "")


# --- the other types ------------------------------------------------------------------------------


def code(cell: object, table: str, field: Field) -> Answer:
    """A code of the column, from its value, its label in either language, the national code or a word of the office."""
    text = squeezed(cell_text(cell))
    if not text:
        return "", ""
    found = _code_words(table, field.name).get(text)
    return (found, "") if found is not None else (None, _not_a_code(field))


@cache
def _code_words(table: str, column: str) -> dict[str, str]:
    """Every word that means a code of the column; a word that two codes claim means neither."""
    field = tables()[table].fields[column]
    office = load_yaml(DATA / "intake" / "words.yaml").get(f"{table}.{column}", {})
    said: dict[str, set[str]] = {}
    for category in field.categories:
        first, _dash, last = (category.national or "").partition("-")
        numbers = [first, *(f"{n:02d}" for n in range(int(first) + 1, int(last) + 1))] if last else [first]
        bare = [number.lstrip("0") for number in numbers]
        names = [category.value, category.label, category.label_zh_CN, *numbers, *bare]
        names += [category.label_zh_CN.removesuffix("族")] if column == "ethnicity" else []
        for word in (*names, *office.get(category.value, ())):
            said.setdefault(squeezed(word), set()).add(category.value)
    return {word: codes.pop() for word, codes in said.items() if word and len(codes) == 1}


def _not_a_code(field: Field) -> str:
    expected = validation.explanations()["code"].format(expected=validation.expectation(field, "code"))
    return expected if len(field.categories) <= 12 else _("this word is not in the list of the data dictionary")


def boolean(cell: object) -> Answer:
    """`true` or `false`, from the words of `values` (是, 否, 有, 无, √ …)."""
    text = squeezed(cell_text(cell))
    if text in values.TRUE or text in values.FALSE:
        return ("true" if text in values.TRUE else "false"), ""
    return ("", "") if not text else (None, validation.explanations()["boolean"])


def number(cell: object, field: Field) -> Answer:
    """A number within the bounds of the column."""
    text = "".join(cell_text(cell).split())
    if not text:
        return "", ""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    low = float("-inf") if field.minimum is None else field.minimum
    high = float("inf") if field.maximum is None else field.maximum
    if low <= value <= high and abs(value) != float("inf") and (field.type == "number" or value.is_integer()):
        return text, ""
    return None, validation.explanations()[field.type].format(expected=field.bound).strip()


def place(cell: object) -> Answer:
    """A division code, from a code or a name; see `place_names`."""
    text = cell_text(cell)
    if not text:
        return "", ""
    found = place_names.find(text)
    if found.code:
        return found.code, ""
    if found.candidates:
        return None, _("several places have this name: {candidates}. Write the code or the province with it.").format(
            candidates=joined(found.candidates)
        )
    if text.isdecimal():
        return None, validation.explanations()["place_unknown"]
    return None, _(
        "no place of this name is in the list since 1981; write the six-digit division code or the full name"
    )


def read(cell: object, table: str, column: str, **how) -> Answer:
    """A cell of a source as the dataset's text for `table.column`.

    ``how``: `words` (word of the office, `squeezed`, to code or text), `system`, `month`, `year_as` (see `date`).
    """
    field = tables()[table].fields[column]
    words = how.get("words") or {}
    if words:
        said = squeezed(cell_text(cell))
        if said and said in words:
            cell = words[said]
            if not cell:
                return "", ""
    if field.categories:
        return code(cell, table, field)
    if field.type == "date":
        if table == "postings" and column == "end" and cell_text(cell) in values.UNTIL_NOW:
            return "", ""
        return date(cell, how.get("system"), how.get("month", False), how.get("year_as", ""))
    if field.type == "boolean":
        return boolean(cell)
    if field.type in ("integer", "number"):
        return number(cell, field)
    if field.place:
        return place(cell)
    return closed_up(cell_text(cell)), ""
