"""The tables, read from `data/schema/`: one Frictionless Table Schema a table, the one declaration of what data may be.

Everything that needs to know a column, a type, a code or a word for it asks here: reading, validation, the data
dictionary, the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cadre_handbook.i18n import label
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml, refuse_unknown

TYPES = ("string", "date", "boolean", "integer", "number")


@dataclass(frozen=True)
class Category:
    """One code of a column: the word the data use, its labels, the national code where a standard has one."""

    value: str
    label: str
    label_zh_CN: str
    national: str | None = None

    @property
    def both(self) -> str:
        """Its labels in both languages, as the template's lists show it."""
        return f"{self.label_zh_CN} {self.label}"


@dataclass(frozen=True)
class Field:
    """One column of a table.

    A date is ``known`` on its day; with `day_before`, on the day before it (the day after the last of a course that is over);
    with `ahead`, before it comes (a planned end).
    """

    name: str
    type: str
    title: str
    title_zh_CN: str
    description: str
    description_zh_CN: str
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    month: bool = False
    known: str | None = None
    place: bool = False
    ordered: bool = False
    default: str | None = None
    standard: str | None = None
    categories: tuple[Category, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The codes in the order of the schema, lowest first where the column is ordered."""
        return [category.value for category in self.categories]

    @property
    def bound(self) -> str:
        """What a value may be, for messages: `0-3`, `0-`, or empty."""
        if self.minimum is None and self.maximum is None:
            return ""
        return f"{'' if self.minimum is None else self.minimum}–{'' if self.maximum is None else self.maximum}"


@dataclass(frozen=True)
class ForeignKey:
    """A column that names a row of another table."""

    field: str
    table: str
    target: str


@dataclass(frozen=True)
class Order:
    """A pair of dates of one row of which `first` may not be later than `then`."""

    first: str
    then: str


@dataclass(frozen=True)
class Table:
    """One table: its columns, key and references; `begins` is the date before which a row is not yet known."""

    name: str
    title: str
    title_zh_CN: str
    description: str
    description_zh_CN: str
    key: str
    fields: dict[str, Field]
    core: bool = False
    begins: str | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()
    orders: tuple[Order, ...] = field(default=())

    @property
    def names_cadre_by(self) -> ForeignKey | None:
        """The reference through which rows without a `cadre_id` name a cadre: that of a report to its secondment."""
        if "cadre_id" in self.fields:
            return None
        return next((key for key in self.foreign_keys if "cadre_id" in tables()[key.table].fields), None)

    @property
    def required(self) -> list[str]:
        """The columns without which the table cannot be read."""
        return [column.name for column in self.fields.values() if column.required]


def _field(raw: dict[str, Any], where: str) -> Field:
    known = {
        *(
            "name",
            "type",
            "title",
            "title_zh_CN",
            "description",
            "description_zh_CN",
            "constraints",
            "categories",
        ),
        *("month", "known", "place", "ordered", "default", "standard"),
    }
    refuse_unknown(raw, known, where)
    constraints = raw.pop("constraints", {})
    refuse_unknown(constraints, {"required", "unique", "minimum", "maximum"}, where)
    if raw["type"] not in TYPES:
        raise ValueError(f"{where}: type {raw['type']!r}")
    if raw.get("known") not in (None, "day_before", "ahead"):
        raise ValueError(f"{where}: known {raw['known']!r}")
    categories = tuple(Category(**category) for category in raw.pop("categories", []))
    return Field(**raw, **constraints, categories=categories)


@cache
def tables() -> dict[str, Table]:
    """All declared tables by name, the five core tables first."""
    found = {}
    for path in sorted((DATA / "schema").glob("*.yaml")):
        raw = load_yaml(path)
        fields = {column["name"]: _field(column, f"{path.name}: {column['name']}") for column in raw.pop("fields")}
        keys = tuple(
            ForeignKey(key["fields"], key["reference"]["resource"], key["reference"]["fields"])
            for key in raw.pop("foreignKeys", [])
        )
        orders = tuple(Order(rule["first"], rule["then"]) for rule in raw.pop("rules", []))
        table = Table(key=raw.pop("primaryKey"), fields=fields, foreign_keys=keys, orders=orders, **raw)
        found[table.name] = table
    order = ["organisations", "units", "posts", "cadres", "postings"]
    return {name: found[name] for name in [*order, *(name for name in found if name not in order)]}


def core_tables() -> list[str]:
    """The names of the tables without which nothing can be checked."""
    return [table.name for table in tables().values() if table.core]


# Facts that are codes, and the column whose labels are their words.
FACT_CODES = {
    "post_kind": ("posts", "kind"),
    "rank": ("posts", "rank"),
    "grade": ("assessments", "grade"),
    "from_field": ("units", "field"),
    "to_field": ("units", "field"),
    "study_field": ("cadres", "study_field"),
    "field": ("units", "field"),
    "topic": ("local_rules", "topic"),
    "outreach_kind": ("outreach", "kind"),
    "question": ("survey_answers", "question"),
    "respondents": ("surveys", "respondents"),
    "team": ("posts", "team"),
    "power": ("units", "power"),
    "task": ("secondments", "task"),
    "standard": ("assessments", "standard"),
    "fitting": ("assessments", "standard"),
    "lodging": ("relocations", "lodging"),
    "pay_change": ("relocations", "pay_change"),
    "other_grade": ("assessments", "other_grade"),
}


def code_label(table: str, column: str, value: str) -> str:
    """The label of a code in the language in use."""
    found = next(item for item in tables()[table].fields[column].categories if item.value == value)
    return label(found)
