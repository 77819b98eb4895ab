"""Rosters and forms into the rows of a dataset, under a mapping; see `mapping` for what it says and `writing` for what comes out.

`read → put together → match → mark`: rows are made table by table, those of one key become one, units and posts are found
by name, and what could not be read stays open. Nothing is invented to fill it.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cadre_handbook import schema, values
from cadre_handbook.dataset import Dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _, joined, label
from cadre_handbook.intake import cells, rosters
from cadre_handbook.intake.cells import NOT_READ, cell_text, closed_up, squeezed
from cadre_handbook.intake.found import Found, Unread
from cadre_handbook.intake.mapping import Column, Mapping, Source, TableSpec
from cadre_handbook.places import LEVELS
from cadre_handbook.strict_yaml import nearest

STANDING = ("organisations", "units", "posts")
"""Tables about what people hold, not about people: a row of a roster that is left out does not take them with it."""
ONCE = (*STANDING, "cadres")
"""Tables of which several rows of a source may be one row."""
RUNNING = {"organisations": "o", "units": "u", "posts": "p", "postings": "g"}
"""What stands before the number of a row without an id of its own; elsewhere the first letter of the table."""

Progress = Callable[[Iterable, str], Iterable]


@dataclass
class Row:
    """One row on its way: its cells by column, where it comes from, which columns `keep` the first or last value of one id, and
    whether a cell that matters could not be read."""

    cells: dict[str, str]
    source: str
    place: str
    keep: dict[str, str] = field(default_factory=dict)
    marked: bool = False


@dataclass
class Sheet:
    """A sheet with the entry of the mapping that is about it."""

    source: Source
    roster: rosters.Roster


@dataclass
class Imported(Found):
    """What an import gave: `Found`, and what the summary says.

    ``read``: rows of each sheet. ``unused``: headings that nothing asked for, by sheet. ``left``: sheets that no entry of the mapping
    is about. ``made``: units and posts that no roster lists and that were made for those who hold them.
    """

    read: dict[str, int] = field(default_factory=dict)
    unused: dict[str, list[str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    twice: int = 0


def plainly(items: Iterable, _what: str) -> Iterable:
    """Progress that shows nothing."""
    return items


def import_rosters(
    files: list[tuple[str, Path]],
    mapping: Mapping,
    base: Dataset | None = None,
    key=None,
    as_of: str | None = None,
    progress: Progress = plainly,
    forms: Callable[[list[str], list[tuple[str, str]]], Found] | None = None,
) -> Imported:
    """The rows that the rosters give under the mapping.

    ``files``: each with the name to show. ``forms``: asked for what the forms among the sources give, with the known names of units and pairs of unit and title. ``base``: the dataset whose organisations, units and posts are taken. ``key``: an open
    `pseudonyms.Key`; needed where the mapping names columns with names or ID-card numbers.

    Raises `RequestError` where the mapping does not fit the files, `DataRefused` where a file cannot be read.
    """
    work = _Import(mapping, base, key, as_of)
    sheets = work.sheets(files, progress)
    work.rows_of(sheets, progress)
    if forms is not None:
        work.take(forms(work.units_said(), work.posts_said()))
    return work.put_together()


class _Import:
    def __init__(self, mapping: Mapping, base: Dataset | None, key, as_of: str | None):
        self.mapping, self.base, self.key, self.as_of = mapping, base, key, as_of
        self.found = Imported()
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.marked_rows: set[tuple[str, str]] = set()
        self.unmatched: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.by_name_alone: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        self.from_rosters: set[str] = set()
        self.contradicted: set[tuple[int, int]] = set()
        self.listed_units = {squeezed(name): unit for name, unit in mapping.units.items()}
        self.private: dict[str, bool] = {}
        self.names_by_front: dict[str, set[str]] = defaultdict(set)
        self.units, self.posts, self.organisations = _Named(), _Named(), _Named()
        for table in STANDING:
            if base is not None and base.has(table):
                text = base.text[table].fillna("")
                for row in text[[column for column in text if column in schema.tables()[table].fields]].to_dict(
                    "records"
                ):
                    self.rows[table].append(Row(row, base.files[table], ""))
        if mapping.organisation:
            here = mapping.path.name if mapping.path else ""
            self.rows["organisations"].append(Row(dict(mapping.organisation), here, "organisation"))
        for table in STANDING:
            self._index(table)

    # --- which sheet is what ---

    def sheets(self, files: list[tuple[str, Path]], progress: Progress) -> list[Sheet]:
        """Every sheet that an entry of the mapping is about, with its headings found."""
        found, used, every = [], set(), []
        self._say_whose()
        for shown, path in progress(files, _("reading")):
            for sheet in rosters.read_sheets(path, shown):
                title = f"{shown} [{sheet.name}]" if sheet.name else shown
                every.append(title)
                fitting = [source for source in self.mapping.sources if _fits(source, shown, sheet.name)]
                if not fitting:
                    self.found.left.append(title)
                for source in fitting:
                    used.add(id(source))
                    found.append(Sheet(source, self._roster(source, sheet, title)))
        for source in self.mapping.sources:
            if id(source) not in used:
                wanted = f"{source.file} [{source.sheet}]" if source.sheet else source.file
                raise RequestError(
                    _("{where}: no source fits “{wanted}”. There are: {found}.").format(
                        where=source.where, wanted=wanted, found=joined(every)
                    )
                    + nearest(wanted, every)
                )
        return found

    def _say_whose(self) -> None:
        """`RequestError` where rows need an organisation and nothing says which."""
        if self.mapping.organisation:
            return
        for source in self.mapping.sources:
            for spec in source.tables:
                needed = schema.tables()[spec.table].fields.get("organisation_id")
                if (
                    spec.table != "organisations"
                    and needed
                    and needed.required
                    and "organisation_id" not in spec.columns
                ):
                    raise RequestError(
                        _(
                            "{where}: nothing says which organisation; fill in “organisation” in the mapping file."
                        ).format(where=spec.where)
                    )

    def _roster(self, source: Source, sheet: rosters.Sheet, title: str) -> rosters.Roster:
        wanted = {squeezed(heading) for heading in source.headings}
        roster = rosters.roster(sheet, wanted.__contains__, source.heading_row, source.heading_rows)
        there = {squeezed(heading): heading for heading in roster.headings if heading} if roster else {}
        for heading in source.headings:
            if squeezed(heading) not in there:
                raise RequestError(
                    _("{where}: {sheet} has no heading “{heading}”. The headings found are: {found}.").format(
                        where=source.where, sheet=title, heading=heading, found=joined(there.values()) or "–"
                    )
                    + nearest(heading, there.values())
                )
        unused = self.found.unused.setdefault(title, list(there.values()))
        self.found.unused[title] = [heading for heading in unused if squeezed(heading) not in wanted]
        if title not in self.found.read:
            self.found.unread += roster.skipped
        self.found.read[title] = len(roster.rows)
        return roster

    # --- rows ---

    def rows_of(self, sheets: list[Sheet], progress: Progress) -> None:
        """Make the rows of every table, those that others refer to first."""
        persons: dict[int, dict[int, str | None]] = {}
        if any(sheet.source.person for sheet in sheets):
            for sheet in progress([sheet for sheet in sheets if sheet.source.person], _("people")):
                persons[id(sheet)] = self._persons(sheet)
        for table in schema.tables():
            made = [(sheet, spec) for sheet in sheets for spec in sheet.source.tables if spec.table == table]
            # A roster of posts comes before what a roster of people says of the posts by their titles.
            made.sort(key=lambda item: any(column.title for column in item[1].columns.values()))
            for sheet, spec in progress(made, label(schema.tables()[table], "title")):
                if table == "posts" and any(column.title for column in spec.columns.values()):
                    self._index(table)
                self._table(sheet, spec, persons.get(id(sheet), {}))
            if table in STANDING:
                self._index(table)
        for sheet in sheets:
            if sheet.source.resume:
                self._resumes(sheet, persons[id(sheet)])

    def _persons(self, sheet: Sheet) -> dict[int, str | None]:
        """The id of the person of each row, None where it cannot be told."""
        if self.key is None:
            raise RequestError(
                _(
                    "{where}: the rows name people. Give --key FILE, the key that makes ids of names; it stays with you."
                ).format(where=sheet.source.where)
            )
        asked = {what: squeezed(heading) for what, heading in sheet.source.person.items()}
        return {
            number: self._person(sheet, number, {what: row[heading] for what, heading in asked.items()})
            for number, row in _by_squeezed(sheet.roster)
        }

    def _check_number(self, sheet: Sheet, number: int, row: dict, said: dict[str, str], birth: str | None) -> None:
        """List an ID-card number that cannot be right, or one that says another birth, which is then left open.

        The first of a month may stand for the month.
        """
        from cadre_handbook.intake import id_numbers

        right, why = id_numbers.read(said["id_number"])
        if right is None:
            self._unread(sheet, number, row["id_number"][1], "person", said["id_number"], why)
        elif birth and not right.birth.startswith(birth.removesuffix("-01") if len(birth) == 10 else birth):
            self.contradicted.add((id(sheet), number))
            self._unread(
                sheet,
                number,
                row["birth"][1],
                "cadres.birth_date",
                birth,
                _("the ID-card number says another birth; correct one of the two"),
            )

    def _person(self, sheet: Sheet, number: int, row: dict[str, tuple[object, int]]) -> str | None:
        said = {what: cell_text(cell) for what, (cell, _column) in row.items()}
        if isinstance(row.get("id_number", ("", 0))[0], float) and len(said["id_number"]) >= 15:
            self._unread(
                sheet,
                number,
                row["id_number"][1],
                "person",
                said.pop("id_number"),
                _("a spreadsheet has cut the last digits off; format the column as text and enter the number again"),
            )
        name, id_number = said.get("name", ""), said.get("id_number", "")
        birth = ""
        if said.get("birth"):
            birth, expected = cells.date(_counted(sheet, row["birth"][0]), _system(sheet))
            if birth is None and not id_number:
                self._unread(sheet, number, row["birth"][1], "person", said["birth"], expected)
                return None
        # What the key sees is kept out of everything that is written.
        if id_number:
            self._check_number(sheet, number, row, said, birth)
        self._learn_name(name)
        try:
            cadre_id = self.key.cadre_id(id_number=id_number or None, name=name or None, birth=birth or None)
        except DataRefused as error:
            column = next(iter(row.values()))[1]
            self._unread(sheet, number, column, "person", "", str(error))
            return None
        if not id_number:
            here = sheet.roster.sheet
            self.by_name_alone[cadre_id][here.source + here.name].append((here.source, here.place(number)))
        return cadre_id

    def _table(self, sheet: Sheet, spec: TableSpec, persons: dict[int, str | None]) -> None:
        about_people = "cadre_id" in schema.tables()[spec.table].fields
        by_person = bool(sheet.source.person) and about_people and "cadre_id" not in spec.columns
        columns = {
            name: (column, [squeezed(heading) for heading in column.all_headings])
            for name, column in spec.columns.items()
        }
        keep = {name: column.keep for name, column in spec.columns.items() if column.keep}
        for number, row in _by_squeezed(sheet.roster):
            if by_person and persons[number] is None:
                continue
            if not self._says_anything(spec, row, columns):
                continue
            made = Row({}, sheet.roster.sheet.source, sheet.roster.sheet.place(number), keep)
            if by_person:
                made.cells["cadre_id"] = persons[number]
            for name, (column, _headings) in columns.items():
                made.cells[name] = self._cell(sheet, number, row, spec.table, name, column, made)
            self._fill(spec.table, made)
            if made.marked:
                self.marked_rows.add((made.source, made.place))
            key = schema.tables()[spec.table].key
            nameless = spec.table == "cadres" and not made.cells.get(key)
            if nameless:
                self._unread(sheet, number, 0, "cadres.cadre_id", "", _("the cell is empty; a value is needed here"))
            # What cannot be told apart from others is no row of its own.
            if not nameless and not (spec.table in ONCE and made.cells.get(key) == NOT_READ):
                self.rows[spec.table].append(made)

    def _says_anything(self, spec: TableSpec, row: dict, columns: dict) -> bool:
        """Whether a roster's row has anything for this table: a blank grade makes no assessment."""
        whose = {"cadre_id", "organisation_id", schema.tables()[spec.table].key}
        asked = [heading for name, (_column, headings) in columns.items() if name not in whose for heading in headings]
        return not asked or spec.table == "cadres" or any(cell_text(row[heading][0]) for heading in asked)

    def _fill(self, table: str, row: Row) -> None:
        """What the mapping says once for all rows: the organisation."""
        needed = schema.tables()[table].fields.get("organisation_id")
        if needed is not None and table != "organisations" and not row.cells.get("organisation_id"):
            own = self.mapping.organisation.get("organisation_id")
            if own:
                row.cells["organisation_id"] = own

    def _cell(self, sheet: Sheet, number: int, row: dict, table: str, name: str, column: Column, made: Row) -> str:
        """The dataset's text for one column of one row; what cannot be read is listed."""
        if column.value is not None:
            return cells.read(column.value, table, name)[0] or ""
        if column.title:
            return self._post(sheet, number, row, column, made)
        if column.name:
            return self._by_name(sheet, number, row, name, table, column, made)
        if name == "birth_date" and (id(sheet), number) in self.contradicted:
            return ""
        there = [row[squeezed(heading)] for heading in column.headings]
        if column.join:
            cell, at = "".join(cell_text(cell) for cell, _at in there), there[0][1]
        else:
            cell, at = next(((cell, at) for cell, at in there if cell_text(cell)), there[0])
        text, expected = cells.read(
            _counted(sheet, cell) if schema.tables()[table].fields[name].type == "date" else cell,
            table,
            name,
            words=column.words,
            month=column.month,
            year_as=column.year_as,
            system=_system(sheet),
        )
        if text is None:
            self._unread(sheet, number, at, f"{table}.{name}", cell_text(cell), expected)
            return self._open(table, name, made)
        if text and column.level:
            text = text[: LEVELS[column.level]].ljust(6, "0")
        if text and name == "end" and sheet.source.ends == "inclusive":
            text = _day_after(text)
        if text and self._private(table, name, text):
            # The value is not repeated: the row can be found by its place.
            self._unread(sheet, number, at, f"{table}.{name}", "", _private_expected())
            return self._open(table, name, made)
        return f"{column.prefix}{text}{column.suffix}" if text else self._empty(sheet, number, at, table, name, made)

    def _empty(self, sheet: Sheet, number: int, at: int, table: str, name: str, made: Row) -> str:
        """What stands for an empty cell; one that is needed is listed. An id of the row's own can be made instead."""
        if not schema.tables()[table].fields[name].required or name == schema.tables()[table].key:
            return ""
        self._unread(sheet, number, at, f"{table}.{name}", "", _("the cell is empty; a value is needed here"))
        return self._open(table, name, made)

    def _learn_name(self, name: str) -> None:
        plain = squeezed(name)
        if len(plain) > 1:
            self.found.names.add(plain)
            self.names_by_front[plain[:2]].add(plain)

    def _names_somebody(self, text: str) -> bool:
        """Whether one of the names met stands anywhere in a text; looked up by two characters, for there may be thousands."""
        plain = squeezed(text)
        return any(
            plain.startswith(name, at)
            for at in range(len(plain) - 1)
            for name in self.names_by_front.get(plain[at : at + 2], ())
        )

    def _private(self, table: str, name: str, text: str) -> bool:
        """Whether a text that would be written names somebody, or holds an ID-card number or, where it is no id, a telephone's."""
        field = schema.tables()[table].fields[name]
        if field.type != "string" or field.categories or field.place:
            return False
        if name == "cadre_id" and _CHINESE_NAME.fullmatch(text):
            return True
        if text not in self.private:
            self.private[text] = bool(ID_NUMBER.search(text)) or self._names_somebody(text)
        return self.private[text] or (name in FREE_TEXT and bool(TELEPHONE.search(text)))

    def _open(self, table: str, name: str, made: Row) -> str:
        """What stands for a value that is not known: nothing, or a mark where nothing would say something else."""
        if not cells.empty_has_meaning(table, name):
            return ""
        made.marked = True
        return NOT_READ

    # --- units and posts by name ---

    def _index(self, table: str) -> None:
        """Learn the names of a table's rows, and give those without an id theirs: that of the name, else a new one."""
        named, name, within = {
            "organisations": (self.organisations, "name", ""),
            "units": (self.units, "name", "organisation_id"),
            "posts": (self.posts, "title", "unit_id"),
        }[table]
        key = schema.tables()[table].key
        for row in sorted(self.rows[table], key=lambda row: not row.cells.get(key)):
            called, inside = row.cells.get(name, ""), row.cells.get(within, "")
            if not row.cells.get(key):
                row.cells[key] = next(iter(named.find(called, inside)), "") or _next_id(named, table)
                self.from_rosters.add(row.cells[key])
            named.add(row.cells[key], called, inside)

    def _by_name(self, sheet: Sheet, number: int, row: dict, name: str, table: str, column: Column, made: Row) -> str:
        cell, at = row[squeezed(column.name)]
        text = closed_up(cell_text(cell))
        if not text:
            return self._empty(sheet, number, at, table, name, made)
        found = self._unit(text, made) if name == "unit_id" else self.organisations.find(text)
        if name == "unit_id" and not found and self.mapping.create and not self._private("units", "name", text):
            return self._new_unit(text, made)
        return found[0] if len(found) == 1 else self._no_match(sheet, number, at, text, "", found, table, name, made)

    def _unit(self, text: str, made: Row) -> list[str]:
        """The ids of the units of that name: by the mapping's list, else by name, in the organisation of the row first."""
        if squeezed(text) in self.listed_units:
            return [self.listed_units[squeezed(text)]]
        organisation = made.cells.get("organisation_id") or self.mapping.organisation.get("organisation_id")
        return self.units.find(text, organisation) or self.units.find(text)

    def _new_unit(self, text: str, made: Row) -> str:
        organisation = made.cells.get("organisation_id") or self.mapping.organisation.get("organisation_id", "")
        row = Row({"name": text, "organisation_id": organisation or NOT_READ}, made.source, made.place)
        row.cells["unit_id"] = _next_id(self.units, "units")
        self.rows["units"].append(row)
        self.units.add(row.cells["unit_id"], text, row.cells["organisation_id"])
        return row.cells["unit_id"]

    def _post(self, sheet: Sheet, number: int, row: dict, column: Column, made: Row) -> str:
        """The post of that unit and title, from the mapping's list or by name; made where the mapping says so."""
        (unit_cell, unit_at), (title_cell, title_at) = row[squeezed(column.unit)], row[squeezed(column.title)]
        unit, title = closed_up(cell_text(unit_cell)), closed_up(cell_text(title_cell))
        at = title_at if unit else unit_at
        return self.post_of(
            unit,
            title,
            made,
            lambda found: self._no_match(sheet, number, at, unit, title, found, "postings", "post_id", made),
        )

    def post_of(
        self, unit: str, title: str, made: Row, otherwise: Callable[[list[str]], str], sure: bool = True
    ) -> str:
        """The id of a post by unit and title; `otherwise` is asked, with the candidates, where there is no one such post.

        ``sure``: whether unit and title are surely parted there; where not, neither is made anew.
        """
        units = self._unit(unit, made) if unit else []
        create = (
            self.mapping.create
            and sure
            and not any(self._private("units", "name", text) for text in (unit, title) if text)
        )
        if not units and unit and title and create:
            units = [self._new_unit(unit, made)]
        if len(units) != 1 or not title:
            return otherwise(units)
        for name in (units[0], unit):
            titles = {squeezed(said): post for said, post in self.mapping.posts.get(name, {}).items()}
            if squeezed(title) in titles:
                return titles[squeezed(title)]
        # A post may be called by its unit's name as well: 县委 | 书记 is 县委书记 of the 县委.
        posts = self.posts.find(title, units[0]) or self.posts.find(f"{unit}{title}", units[0])
        if not posts and create:
            post = {"post_id": _next_id(self.posts, "posts"), "unit_id": units[0], "title": title}
            self.rows["posts"].append(Row(post, made.source, made.place))
            self.posts.add(post["post_id"], title, units[0])
            return post["post_id"]
        return posts[0] if len(posts) == 1 else otherwise(posts)

    def _no_match(self, sheet, number, at, unit, title, found, table, name, made) -> str:
        source = sheet.roster.sheet.source
        self._missed(source, sheet.roster.sheet.place(number, at), unit, title, found)
        return self._open(table, name, made)

    def _missed(self, source: str, place: str, unit: str, title: str, found: list[str]) -> None:
        key = (source, squeezed(unit), squeezed(title))
        if key not in self.unmatched:
            near = (
                []
                if found or self.units.find(unit)
                else difflib.get_close_matches(unit, dict.fromkeys(self.units.said), cutoff=0.5)
            )
            self.found.unmatched.append(
                {"source": source, "place": place, "unit": unit, "title": title, "candidates": joined(found or near)}
            )
        self.unmatched[key].add(re.sub(r"[A-Z]+(?=\d+$)", "", place))  # the same row for several tables counts once

    # --- résumés ---

    def _resumes(self, sheet: Sheet, persons: dict[int, str | None]) -> None:
        """Postings and studies from a column with résumés, each line read or listed."""
        from cadre_handbook.intake import resumes

        known_units, known_posts = self.units_said(), self.posts_said()
        heading = squeezed(sheet.source.resume)
        for number, row in _by_squeezed(sheet.roster):
            cell, at = row[heading]
            if persons[number] is None or not cell_text(cell):
                continue
            place = sheet.roster.sheet.place(number, at)
            resume = resumes.parse(str(cell), self.as_of, known_units, known_posts)
            for line, text, why in resume.unread:
                self.found.unread.append(
                    Unread(
                        sheet.roster.sheet.source,
                        _("{place}, line {line}").format(place=place, line=line),
                        "resume",
                        text,
                        why,
                    )
                )
            for posting in resume.postings:
                made = Row({"cadre_id": persons[number]}, sheet.roster.sheet.source, place)
                made.cells |= {"start": posting.start, "end": posting.end, "role": posting.role}

                sure = posting.confidence != resumes.UNSURE
                self._told(made, posting.unit, posting.title, sure, (sheet.roster.sheet.source, place))
            for study in getattr(resume, "studies", ()):
                made = Row({"cadre_id": persons[number]}, sheet.roster.sheet.source, place)
                made.cells |= {"kind": study.kind, "start": study.start, "end": study.end, "education": study.education}
                self.rows["studies"].append(made)

    def _told(self, made: Row, unit: str, title: str, sure: bool, at: tuple[str, str]) -> None:
        """Add a posting that a résumé tells of, with the post of that unit and title, or list that there is none (`at`)."""

        def missed(found: list[str]) -> str:
            self._missed(*at, unit, title, found)
            return self._open("postings", "post_id", made)

        made.cells["post_id"] = self.post_of(unit, title, made, missed, sure)
        if made.marked:
            self.marked_rows.add((made.source, made.place))
        self.rows["postings"].append(made)

    def units_said(self) -> list[str]:
        """The known names of units: of the tables, and those that the mapping explains."""
        return list(dict.fromkeys([*self.units.said, *self.mapping.units, *self.mapping.posts]))

    def posts_said(self) -> list[tuple[str, str]]:
        """The known pairs of unit and title, as they are written: of the tables, and those that the mapping explains."""
        names = {row.cells.get("unit_id"): row.cells.get("name", "") for row in self.rows["units"]}
        known = [(names.get(row.cells.get("unit_id"), ""), row.cells.get("title", "")) for row in self.rows["posts"]]
        return known + [(unit, title) for unit, titles in self.mapping.posts.items() for title in titles]

    # --- the end ---

    def take(self, found: Found) -> None:
        """Rows of forms as `people.read_people` gives them, their posts still to be found by name."""
        from cadre_handbook.intake.resumes import UNSURE

        for name in found.names:
            self._learn_name(name)
        self._refuse_twice([table for table, frame in found.tables.items() if len(frame)])
        for table, frame in found.tables.items():
            declared = schema.tables()[table].fields
            for cells_ in frame.to_dict("records"):
                made = Row(
                    {name: cells_[name] for name in declared if name in cells_}, cells_["source"], cells_["place"]
                )
                if table == "postings":
                    # One list of posts to be explained for all forms, not one a form.
                    at = (_("forms"), f"{made.source}: {made.place}")
                    self._told(made, cells_["unit"], cells_["title"], cells_["confidence"] != UNSURE, at)
                else:
                    self.rows[table].append(made)
        self.found.read[_("forms")] = len(found.tables.get("cadres", ()))
        self.found.unread += found.unread

    def _refuse_twice(self, of_forms: list[str]) -> None:
        """`RequestError` where rosters and forms fill one table and the mapping does not say that both are meant to.

        A posting of a roster and the same of a résumé are two rows: one is known by day and the other by month.
        """
        if (self.mapping.raw.get("forms") or {}).get("tables"):
            return
        of_rosters = {spec.table for source in self.mapping.sources for spec in source.tables}
        if any(source.resume for source in self.mapping.sources):
            of_rosters |= {"postings", "studies"}
        twice = [table for table in of_forms if table in of_rosters and table not in ONCE]
        if twice:
            raise RequestError(
                _(
                    "{where}: rosters and forms both fill {tables}, and what both tell would count twice. Say under “forms” "
                    "which tables are taken of the forms, such as “tables: {rest}”."
                ).format(
                    where=self.mapping.path.name if self.mapping.path else "",
                    tables=joined(twice),
                    rest=f"[{', '.join(table for table in of_forms if table not in twice)}]",
                )
            )

    def put_together(self) -> Imported:
        """Rows of one key as one, ids for those without, everything as text by table."""
        self._refuse_unknown_ids()
        if self.key is not None:
            self._settle()
        if self.mapping.unread == "leave_out":
            for table in [table for table in self.rows if table not in STANDING]:
                kept = [row for row in self.rows[table] if (row.source, row.place) not in self.marked_rows]
                self.found.left_out += len(self.rows[table]) - len(kept)
                self.rows[table] = kept
        for table in [table for table in schema.tables() if self.rows[table] or table in schema.core_tables()]:
            declared = schema.tables()[table]
            rows = self.rows[table]
            if table in ONCE:
                rows = self._as_one(table, rows)
            elif not any(row.cells.get(declared.key) for row in rows):
                distinct = {tuple(sorted(row.cells.items())): row for row in reversed(rows)}
                self.found.twice += len(rows) - len(distinct)
                rows = list(distinct.values())[::-1]
            _number(rows, table)
            used = [
                name
                for name in declared.fields
                if name in declared.required or any(row.cells.get(name) for row in rows)
            ]
            self.found.tables[table] = pd.DataFrame(
                [[row.cells.get(name, "") for name in used] for row in rows], columns=used, dtype="str"
            )
        for table, named in (("units", self.units), ("posts", self.posts)):
            self.found.made[table] = len(named.new - self.from_rosters)
        for item in self.found.unmatched:
            if "rows" in item:
                continue
            item["rows"] = len(self.unmatched[(item["source"], squeezed(item["unit"]), squeezed(item["title"]))])
        return self.found

    def _refuse_unknown_ids(self) -> None:
        """`RequestError` where the mapping's lists of units and posts name an id that there is not."""
        titles = [post for listed in self.mapping.posts.values() for post in listed.values()]
        for key, ids, named in (("units", self.mapping.units.values(), self.units), ("posts", titles, self.posts)):
            for id_ in ids:
                if id_ not in named.ids:
                    raise RequestError(
                        _("{where}: there is no row with the id “{id}”.").format(
                            where=f"{self.mapping.path.name if self.mapping.path else ''}: {key}", id=id_
                        )
                        + nearest(id_, named.ids)
                    )

    def _settle(self) -> None:
        """One person, one id: the id by number for whoever was met by name too; who cannot be told apart is listed."""
        for table, rows in self.rows.items():
            if "cadre_id" in schema.tables()[table].fields:
                for row in rows:
                    if "cadre_id" in row.cells:
                        row.cells["cadre_id"] = self.key.settled(row.cells["cadre_id"])
        for cadre_id, by_sheet in self.by_name_alone.items():
            several = self.key.ambiguous(cadre_id)
            expected = (
                _("several people with an ID-card number have this name and month of birth; enter the number here")
                if several
                else _("several rows without an ID-card number have this name and month of birth; taken for one person")
            )
            for rows in by_sheet.values():
                if several or len(rows) > 1:
                    self.found.unread += [Unread(source, place, "person", "", expected) for source, place in rows]

    def _as_one(self, table: str, rows: list[Row]) -> list[Row]:
        """Rows of one key as one: of each column the first that is filled; another value is listed."""
        key = schema.tables()[table].key
        found: dict[str, Row] = {}
        for row in rows:
            if not row.cells.get(key):
                found[f"\0{len(found)}"] = row
                continue
            first = found.setdefault(row.cells[key], Row({}, row.source, row.place))
            for column, text in row.cells.items():
                kept = first.cells.get(column, "")
                if text and (not kept or kept == NOT_READ or row.keep.get(column) == "last"):
                    first.cells[column] = text
                elif text and text not in (kept, NOT_READ) and column not in row.keep:
                    self.found.unread.append(
                        Unread(
                            row.source,
                            row.place,
                            f"{table}.{column}",
                            text,
                            _("an earlier row ({place}) says “{value}”, which was kept; correct one of the two").format(
                                place=first.place or first.source, value=kept
                            ),
                        )
                    )
        return list(found.values())

    def _unread(self, sheet: Sheet, number: int, at: int, column: str, value: str, expected: str) -> None:
        source = sheet.roster.sheet
        self.found.unread.append(Unread(source.source, source.place(number, at), column, value, expected))


class _Named:
    """Ids by name, within what they belong to; ``new``: those that were made here."""

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.said: list[str] = []
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        self.new: set[str] = set()
        self.last = 0

    def add(self, id_: str, name: str, within: str = "") -> None:
        self.ids[id_] = None
        if name:
            self.said.append(name)
            self._names[squeezed(name)][id_] = within

    def find(self, name: str, within: str | None = None) -> list[str]:
        """The ids of that name; only those `within` where it is given."""
        found = self._names.get(squeezed(name), {})
        return [id_ for id_, where in found.items() if not within or where == within]


_CHINESE_NAME = re.compile(r"[\u3400-\u9fff·]{2,}")
# In whatever digits, and in the groups in which people write it.
ID_NUMBER = re.compile(r"(?<!\d)\d{6}\s?(?:\d{8}\s?\d{3}[\dXxＸｘ]|\d{6}\s?\d{3})(?!\d)")


TELEPHONE = re.compile(r"(?<!\d)(?:1|１)[3-9３-９]\d{9}(?!\d)")
FREE_TEXT = ("name", "title")
"""Columns in which an office writes what it likes; the others of text are ids, which may look like a telephone number."""


def _private_expected() -> str:
    return _(
        "a name, an ID-card number or a telephone number stands here, which does not belong in a dataset; correct it in the source"
    )


def _fits(source: Source, shown: str, sheet: str) -> bool:
    names = (shown, shown.rsplit("/", 1)[-1])
    return any(_like(name, source.file) for name in names) and (not source.sheet or _like(sheet, source.sheet))


def _like(name: str, pattern: str) -> bool:
    """Whether a name is the pattern itself (brackets and all) or fits it."""
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def _system(sheet: Sheet) -> int | None:
    return sheet.roster.sheet.system or sheet.source.date_system


def _counted(sheet: Sheet, cell: object) -> object:
    """A serial date of a CSV file as the number it is, where the mapping says from which day it counts."""
    text = cell_text(cell) if isinstance(cell, str) else ""
    said = sheet.roster.sheet.system is None and sheet.source.date_system
    return float(text) if said and re.fullmatch(r"\d{5}", text) else cell


def _by_squeezed(roster: rosters.Roster):
    names = {heading: squeezed(heading) for heading in roster.headings}
    for number, row in rosters.values(roster):
        yield number, {names[heading]: cell for heading, cell in row.items()}


def _day_after(text: str) -> str:
    """The day, or month, after one that is the last: `[start, end)` from a source whose ends are inclusive."""
    day, is_month, _why = values.parse_date(text)
    if is_month:
        return (pd.Period(text, "M") + 1).strftime("%Y-%m")
    return (pd.Timestamp(day) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")


def _next_id(named: _Named, table: str) -> str:
    while True:
        named.last += 1
        number = f"{RUNNING[table]}{named.last:04d}"
        if number not in named.ids:
            named.new.add(number)
            return number


def _number(rows: list[Row], table: str) -> None:
    """Give every row without an id a running number that no other row has."""
    key = schema.tables()[table].key
    taken = {row.cells[key] for row in rows if row.cells.get(key)}
    number = 0
    for row in rows:
        if not row.cells.get(key):
            number += 1
            while (made := f"{RUNNING.get(table, table[0])}{number:04d}") in taken:
                number += 1
            row.cells[key] = made
            taken.add(made)
