"""The mapping file: which source is which table, which heading which column, which word which code.

The official confirms it and answers for it, so it is read strictly: a key, table, column or code that there is not is refused
with the nearest right one, and so is a value that the column cannot hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cadre_handbook import schema
from cadre_handbook.errors import PolicyError, RequestError
from cadre_handbook.i18n import _, joined
from cadre_handbook.intake import cells
from cadre_handbook.places import LEVELS
from cadre_handbook.strict_yaml import load_foreign_yaml, nearest, refuse_unknown

ENDS = ("exclusive", "inclusive")
UNREAD = ("keep", "leave_out")
BY_NAME = {"unit_id": "units", "organisation_id": "organisations"}
_TOP = {"organisation", "base", "create", "ends", "unread", "sources", "units", "posts", "forms"}
_SOURCE = {"file", "sheet", "heading_row", "heading_rows", "date_system", "ends", "person", "resume", "tables"}
_PERSON = ("name", "id_number", "birth")
_COLUMN = {
    "keep",
    "heading",
    "value",
    "words",
    "month",
    "year_as",
    "join",
    "prefix",
    "suffix",
    "level",
    "name",
    "unit",
    "title",
}


@dataclass(frozen=True)
class Column:
    """How one column is filled.

    ``headings``: the first of them that is filled in a row; with ``join``, all of them, one after the other. ``value``: the same for
    every row. ``name``: an id, by the name under that heading; ``unit`` and ``title``: a post, by the names under them. ``level``: a
    division code cut to its province or city. ``keep``: which of several rows of one id has the say, `first` or `last`; where it is
    empty the first has, and another value is listed.
    """

    headings: tuple[str, ...] = ()
    value: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    month: bool = False
    year_as: str = ""
    join: bool = False
    prefix: str = ""
    suffix: str = ""
    level: str = ""
    name: str = ""
    unit: str = ""
    title: str = ""
    keep: str = ""

    @property
    def all_headings(self) -> list[str]:
        """Every heading that it reads."""
        return [heading for heading in (*self.headings, self.name, self.unit, self.title) if heading]


@dataclass(frozen=True)
class TableSpec:
    """Rows of one table, made from the rows of a source."""

    table: str
    columns: dict[str, Column]
    where: str


@dataclass(frozen=True)
class Source:
    """The rosters that one entry of `sources` is about."""

    file: str
    sheet: str
    where: str
    tables: list[TableSpec]
    person: dict[str, str]
    resume: str = ""
    ends: str = "exclusive"
    heading_row: int | None = None
    heading_rows: int | None = None
    date_system: int | None = None

    @property
    def headings(self) -> list[str]:
        """Every heading that it reads, each once."""
        found = [*self.person.values(), self.resume]
        found += [
            heading for spec in self.tables for column in spec.columns.values() for heading in column.all_headings
        ]
        return list(dict.fromkeys(filter(None, found)))


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file; ``raw`` is what it says, for the reading of forms."""

    path: Path | None
    sources: list[Source]
    organisation: dict[str, str] = field(default_factory=dict)
    base: Path | None = None
    create: bool = False
    unread: str = "keep"
    units: dict[str, str] = field(default_factory=dict)
    posts: dict[str, dict[str, str]] = field(default_factory=dict)
    raw: dict = field(default_factory=dict)


def load(path: Path) -> Mapping:
    """The mapping of a file; `RequestError` where there is none, `PolicyError` where something in it is not as it must be."""
    if not path.is_file():
        raise RequestError(_("There is no mapping file at {path}.").format(path=path))
    raw = load_foreign_yaml(path)
    if not isinstance(raw, dict):
        raise PolicyError(_("{file}: expected keys such as “sources”.").format(file=path.name))
    where = path.name
    refuse_unknown(raw, _TOP, where)
    base = raw.get("base")
    ends = _one_of(raw.get("ends", "exclusive"), ENDS, f"{where}: ends")
    sources = [
        _source(item, f"{where}: sources[{number}]", ends)
        for number, item in enumerate(_list(raw.get("sources", []), f"{where}: sources"), start=1)
    ]
    return Mapping(
        path=path,
        sources=sources,
        organisation=_organisation(raw.get("organisation") or {}, where),
        base=(path.parent / str(base)).resolve() if base else None,
        create=_true_or_false(raw.get("create", False), f"{where}: create"),
        unread=_one_of(raw.get("unread", "keep"), UNREAD, f"{where}: unread"),
        units=_ids(raw.get("units") or {}, f"{where}: units"),
        posts={
            str(unit): _ids(titles, f"{where}: posts: {unit}")
            for unit, titles in _dict(raw.get("posts") or {}, f"{where}: posts").items()
        },
        raw=raw,
    )


def _source(raw: Any, where: str, ends: str) -> Source:
    raw = _dict(raw, where)
    refuse_unknown(raw, _SOURCE, where)
    if not raw.get("file"):
        raise PolicyError(_("{where}: the key “{key}” is missing.").format(where=where, key="file"))
    person = _dict(raw.get("person") or {}, f"{where}: person")
    refuse_unknown(person, set(_PERSON), f"{where}: person")
    ends = _one_of(raw.get("ends", ends), ENDS, f"{where}: ends")
    tables = _dict(raw.get("tables") or {}, f"{where}: tables")
    specs = []
    for table, columns in tables.items():
        if table not in schema.tables():
            raise PolicyError(
                _("{where}: there is no table “{table}”.").format(where=where, table=table)
                + nearest(table, schema.tables())
            )
        for item in columns if isinstance(columns, list) else [columns]:
            specs.append(_table(table, _dict(item, f"{where}: {table}"), f"{where}: {table}"))
    source = Source(
        file=str(raw["file"]),
        sheet=str(raw.get("sheet") or ""),
        where=where,
        tables=specs,
        person={key: str(heading) for key, heading in person.items() if heading},
        resume=str(raw.get("resume") or ""),
        ends=ends,
        heading_row=_whole(raw, "heading_row", where, range(1, 1_000_000)),
        heading_rows=_whole(raw, "heading_rows", where, range(1, 3)),
        date_system=_whole(raw, "date_system", where, cells.EPOCHS),
    )
    _say_whom(source)
    return source


def _say_whom(source: Source) -> None:
    """`PolicyError` where rows are about people and nothing says who they are."""
    if source.person.get("name") and not (source.person.get("id_number") or source.person.get("birth")):
        raise PolicyError(
            _("{where}: person: a name alone does not say who it is; give “id_number” or “birth” too.").format(
                where=source.where
            )
        )
    named = bool(source.person)
    for spec in source.tables:
        needed = "cadre_id" in schema.tables()[spec.table].fields and (
            schema.tables()[spec.table].fields["cadre_id"].required
        )
        if needed and not named and "cadre_id" not in spec.columns:
            raise PolicyError(
                _("{where}: nothing says whom a row is about; give “person”, or the column “cadre_id”.").format(
                    where=spec.where
                )
            )
    if source.resume and not named:
        raise PolicyError(
            _("{where}: nothing says whom a row is about; give “person”, or the column “cadre_id”.").format(
                where=f"{source.where}: resume"
            )
        )


def _table(table: str, raw: dict, where: str) -> TableSpec:
    known = schema.tables()[table].fields
    columns = {}
    for name, spec in raw.items():
        if name not in known:
            lines = getattr(raw, "lines", {})
            place = _("{where}, line {line}").format(where=where, line=lines[name]) if name in lines else where
            raise PolicyError(
                _("{where}: the table has no column “{column}”.").format(where=place, column=name)
                + nearest(name, known)
            )
        if spec is not None and spec != "":
            columns[name] = _column(table, name, spec, f"{where}.{name}")
    return TableSpec(table, columns, where)


def _column(table: str, name: str, spec: Any, where: str) -> Column:
    if isinstance(spec, str | int | float | list) and not isinstance(spec, bool):
        spec = {"heading": spec}
    spec = _dict(spec, where)
    refuse_unknown(spec, _COLUMN, where)
    headings = spec.get("heading", spec.get("join", []))
    headings = headings if isinstance(headings, list) else [headings]
    value = spec.get("value")
    if schema.tables()[table].fields[name].type == "string":
        _refuse_number(value, f"{where}: value")
    column = Column(
        headings=tuple(str(heading) for heading in headings if heading not in (None, "")),
        value=None if value is None else cells.cell_text(value if isinstance(value, bool) else str(value)),
        words={
            cells.squeezed(word): meant for word, meant in _words(spec.get("words") or {}, f"{where}: words").items()
        },
        month=_true_or_false(spec.get("month", False), f"{where}: month"),
        year_as=str(spec.get("year_as") or ""),
        join="join" in spec,
        prefix=str(spec.get("prefix") or ""),
        suffix=str(spec.get("suffix") or ""),
        level=_one_of(spec["level"], tuple(LEVELS), f"{where}: level") if "level" in spec else "",
        name=str(spec.get("name") or ""),
        unit=str(spec.get("unit") or ""),
        title=str(spec.get("title") or ""),
        keep=_one_of(spec["keep"], ("first", "last"), f"{where}: keep") if "keep" in spec else "",
    )
    from cadre_handbook.intake.guess import names_people

    for heading in column.all_headings:
        if names_people(heading):
            raise PolicyError(
                _(
                    "{where}: under “{heading}” stand names or ID-card numbers, which do not belong in a dataset; name it under “person”."
                ).format(where=where, heading=heading)
            )
    ways = [bool(column.headings), column.value is not None, bool(column.name), bool(column.unit or column.title)]
    if sum(ways) != 1:
        raise PolicyError(
            _("{where}: give one of “heading”, “join”, “value”, “name”, or “unit” with “title”.").format(where=where)
        )
    if column.name and name not in BY_NAME:
        raise PolicyError(
            _("{where}: found by name are {columns} only.").format(where=where, columns=joined(sorted(BY_NAME)))
        )
    if (column.unit or column.title) and (name != "post_id" or not (column.unit and column.title)):
        raise PolicyError(_("{where}: “unit” and “title” go together, and only for “post_id”.").format(where=where))
    if column.year_as and not re.fullmatch(r"(0[1-9]|1[0-2])(-\d\d)?", column.year_as):
        raise PolicyError(
            _("{where}: year_as: expected a month or a day, such as “12” or “12-31”.").format(where=where)
        )
    meant = [*([column.value] if column.value is not None else []), *column.words.values()]
    for item in meant:
        text, expected = cells.read(item, table, name)
        if text is None:
            raise PolicyError(
                _("{where}: “{value}” does not fit: {expected}").format(where=where, value=item, expected=expected)
                + nearest(item, schema.tables()[table].fields[name].codes)
            )
    return column


def _organisation(raw: Any, where: str) -> dict[str, str]:
    raw = _dict(raw, f"{where}: organisation")
    refuse_unknown(raw, set(schema.tables()["organisations"].fields), f"{where}: organisation")
    row = {}
    for column, value in raw.items():
        if value in (None, ""):
            continue
        _refuse_number(value, f"{where}: organisation.{column}")
        text, expected = cells.read(value, "organisations", column)
        if text is None:
            raise PolicyError(
                _("{where}: “{value}” does not fit: {expected}").format(
                    where=f"{where}: organisation.{column}", value=value, expected=expected
                )
            )
        row[column] = text
    if row and "organisation_id" not in row:
        raise PolicyError(
            _("{where}: the key “{key}” is missing.").format(where=f"{where}: organisation", key="organisation_id")
        )
    return row


# --- shapes ---------------------------------------------------------------------------------------


def _dict(raw: Any, where: str) -> dict:
    if isinstance(raw, dict):
        return raw
    raise PolicyError(_("{where}: expected keys with values, found “{value}”.").format(where=where, value=raw))


def _list(raw: Any, where: str) -> list:
    if isinstance(raw, list):
        return raw
    raise PolicyError(
        _("{where}: expected a list (lines with a dash), found “{value}”.").format(where=where, value=raw)
    )


def _words(raw: Any, where: str) -> dict[str, str]:
    words = {}
    for word, meant in _dict(raw, where).items():
        if isinstance(word, bool):
            # YAML takes a bare no, off or yes for a truth value.
            raise PolicyError(
                _("{where}: put the word in quotes: “{word}” is read as true or false.").format(where=where, word=word)
            )
        words[str(word)] = "" if meant is None else cells.cell_text(meant if isinstance(meant, bool) else str(meant))
    return words


def _ids(raw: Any, where: str) -> dict[str, str]:
    """Words to ids: a bare number would lose its leading zeros before it gets here."""
    for meant in _dict(raw, where).values():
        _refuse_number(meant, where)
    return _words(raw, where)


def _refuse_number(value: Any, where: str) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise PolicyError(
            _("{where}: put {value} in quotes: an id or code is text, and a number loses its leading zeros.").format(
                where=where, value=value
            )
        )


def _true_or_false(raw: Any, where: str) -> bool:
    if isinstance(raw, bool):
        return raw
    raise PolicyError(_("{where}: expected true or false, found “{value}”.").format(where=where, value=raw))


def _one_of(raw: Any, choices: tuple[str, ...], where: str) -> str:
    if raw in choices:
        return raw
    raise PolicyError(
        _("{where}: expected one of {choices}, found “{value}”.").format(
            where=where, choices=joined(choices), value=raw
        )
        + nearest(raw, choices)
    )


def _whole(raw: dict, key: str, where: str, allowed) -> int | None:
    value = raw.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value in allowed):
        return value
    expected = joined(allowed) if not isinstance(allowed, range) else f"{allowed.start}–{allowed.stop - 1}"
    raise PolicyError(
        _("{where}: expected one of {choices}, found “{value}”.").format(
            where=f"{where}: {key}", choices=expected, value=value
        )
    )
