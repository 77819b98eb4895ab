"""Who an id is: read from the rosters and forms that the official names, under the key. Shown on the terminal and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cadre_handbook.errors import DataRefused
from cadre_handbook.i18n import _
from cadre_handbook.intake import cells, people, rosters
from cadre_handbook.intake.cells import cell_text
from cadre_handbook.intake.forms import read_form
from cadre_handbook.intake.guess import guess
from cadre_handbook.intake.pseudonyms import Key, NotIdentified

# What is asked of a roster, by what its headings fill.
_FILLS = {
    "person.name": "name",
    "person.id_number": "id_number",
    "person.birth": "birth",
    "cadres.birth_date": "birth",
    "posting.unit": "unit",
    "posting.title": "title",
}


@dataclass(frozen=True)
class Person:
    """Somebody in a roster or form. ``ids``: the ids under the key, by number and by name and birth month; never shown whole."""

    name: str = field(repr=False)
    unit: str
    ids: frozenset[str]
    source: str


@dataclass
class Answer:
    """Who each id asked for is (nobody, or several of one name and birth month), and the files that could not be read."""

    found: dict[str, list[Person]]
    refused: list[str]


def who(ids: Iterable[str], paths: Iterable[Path], key: Key) -> Answer:
    """The people in rosters and forms whose id under the key is one of `ids`.

    ``paths``: files, or folders of them. Raises `RequestError` for a path that is not there, `DataRefused` for a roster that cannot
    be read or has no column of names; a form that cannot be read is named in the answer.
    """
    answer = Answer({id_.strip().upper(): [] for id_ in ids}, [])
    tables, forms = rosters.source_files([Path(path).expanduser() for path in paths])
    for person in _of_forms(forms, key, answer.refused):
        _note(person, answer)
    for shown, path in tables:
        sheets = list(_sheets(path, shown))
        if not sheets:
            raise DataRefused(
                _(
                    "{file}: no column with names was found. Expected headings for the name (姓名) and the ID-card number (身份证号) or month of birth (出生年月)."
                ).format(file=shown)
            )
        for roster, columns in sheets:
            for person in _of_roster(roster, columns, key):
                _note(person, answer)
    return answer


def _note(person: Person, answer: Answer) -> None:
    for id_ in person.ids & answer.found.keys():
        known = [(one.name, one.unit) for one in answer.found[id_]]
        if (person.name, person.unit) not in known:
            answer.found[id_].append(person)


def _ids(key: Key, id_number: str, name: str, birth: str) -> frozenset[str]:
    """The ids that a person can have: one file may have known the number, another the name alone."""
    found = set()
    for number in {id_number, ""}:
        try:
            found.add(key.cadre_id(number or None, name, birth))
        except NotIdentified:
            continue
    return frozenset(found)


def _of_forms(paths: list[Path], key: Key, refused: list[str]) -> Iterator[Person]:
    for path in paths:
        try:
            form = read_form(path)
        except DataRefused as error:
            refused.append(str(error))
            continue
        yield Person(
            form.name, form.present_post, _ids(key, form.id_number, form.name, people.birth_month(form)), form.source
        )


def _sheets(path: Path, shown: str) -> Iterator[tuple[rosters.Roster, dict[str, str]]]:
    """The sheets with a column of names, each with the headings of what is asked of them."""
    for sheet in rosters.read_sheets(path, shown):
        guessed = guess(sheet)
        columns = (
            {_FILLS[heading.fills]: heading.text for heading in guessed.headings if heading.fills in _FILLS}
            if guessed
            else {}
        )
        if "name" in columns and ("id_number" in columns or "birth" in columns):
            yield guessed.roster, columns


def _of_roster(roster: rosters.Roster, columns: dict[str, str], key: Key) -> Iterator[Person]:
    for _number, row in rosters.values(roster):
        said = {what: row[heading][0] for what, heading in columns.items()}
        name = cell_text(said["name"])
        birth = cells.date(said.get("birth"), roster.sheet.system)[0] or ""
        unit = f"{cell_text(said.get('unit'))} {cell_text(said.get('title'))}".strip()
        yield Person(name, unit, _ids(key, cell_text(said.get("id_number")), name, birth), roster.sheet.source)
