"""Appointment forms into rows: the cadre, postings and studies of the résumé, yearly results, awards.

Name and ID-card number go through the key and no further. Of the family nothing is taken. What could not be read is listed; a
field in which form and ID-card number differ is left blank unless the mapping says which of the two holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cadre_handbook import limits
from cadre_handbook.errors import DataRefused, PolicyError, RequestError
from cadre_handbook.i18n import _, joined
from cadre_handbook.intake import cells, id_numbers, resumes
from cadre_handbook.intake.forms import LABELS, SUFFIXES, Form, read_form
from cadre_handbook.intake.found import Found, Unread
from cadre_handbook.intake.pseudonyms import Key, NotIdentified
from cadre_handbook.intake.rosters import name_shown
from cadre_handbook.intake.words import AWARDS, DISCIPLINE, GRADES, SCHOOLS
from cadre_handbook.strict_yaml import nearest, refuse_unknown

Progress = Callable[[Iterable, str], Iterable]

ORIGIN = ["source", "place"]
"""Columns of every frame beside those of its table: the file a row is from and the field within it."""
READING = ["unit", "title", "confidence"]
"""Columns of `postings` besides: what the résumé says, by which the importer finds the post, and how sure the split is."""

_COLUMNS = {
    "cadres": [
        *("cadre_id", "organisation_id", "birth_date", "sex", "ethnicity", "party", "native_place_code"),
        *("birth_place_code", "education", "joined_on"),
    ],
    "postings": ["cadre_id", "post_id", "start", "end", "role", *READING],
    "studies": ["cadre_id", "kind", "start", "end", "education"],
    "assessments": ["cadre_id", "assessed_on", "kind", "grade", "other_grade"],
    "awards": ["cadre_id", "awarded_on", "kind"],
}
DIFFERS = ("blank", "form", "id_number")


@dataclass(frozen=True)
class Rules:
    """What the mapping says under `forms`.

    ``differs``: which holds where form and ID-card number differ in sex or month of birth (neither: `blank`). ``results_in``: the
    month of the following year in which yearly results are settled; a form names only the year. ``awards_in``: the month that an
    award without one is entered under. ``tables``: what is taken of the forms; empty where the mapping does not say, then everything.
    """

    organisation_id: str = ""
    differs: str = "blank"
    results_in: str = "01"
    awards_in: str = "12"
    tables: tuple[str, ...] = ()

    def takes(self, *tables: str) -> bool:
        """Whether one of the tables is to be filled from the forms."""
        return not self.tables or any(table in self.tables for table in tables)

    @classmethod
    def of(cls, mapping) -> Rules:
        """The rules of a `mapping.Mapping`, or those that hold without one; `PolicyError` for what is none."""
        if mapping is None:
            return cls()
        raw = mapping.raw.get("forms") or {}
        where = f"{mapping.path.name if mapping.path else ''}: forms"
        if not isinstance(raw, dict):
            raise PolicyError(_("{where}: expected keys with values, found “{value}”.").format(where=where, value=raw))
        refuse_unknown(raw, {"differs", "results_in", "awards_in", "tables"}, where)
        said = {name: str(value) for name, value in raw.items() if name != "tables"}
        rules = cls(
            mapping.organisation.get("organisation_id", ""), **said, tables=_tables(raw.get("tables", []), where)
        )
        months = [f"{month:02d}" for month in range(1, 13)]
        for name, choices in (("differs", DIFFERS), ("results_in", months), ("awards_in", months)):
            if getattr(rules, name) not in choices:
                raise PolicyError(
                    _("{where}: expected one of {choices}, found “{value}”.").format(
                        where=f"{where}: {name}", choices=joined(choices), value=getattr(rules, name)
                    )
                )
        return rules


def _tables(raw: object, where: str) -> tuple[str, ...]:
    """The tables that the mapping names; `PolicyError` for one that no form fills."""
    named = raw if isinstance(raw, list) else [raw]
    for table in named:
        if table not in list(_COLUMNS):
            raise PolicyError(
                _("{where}: expected one of {choices}, found “{value}”.").format(
                    where=f"{where}: tables", choices=joined(_COLUMNS), value=table
                )
                + nearest(str(table), _COLUMNS)
            )
    return tuple(named)


def form_files(paths: Iterable[Path]) -> list[Path]:
    """The forms among files and in folders (looked through to the bottom), in order; `RequestError` for what is not there."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = (
                file
                for file in limits.files(path)
                if file.suffix.lower() in SUFFIXES and not file.name.startswith(("~$", "."))
            )
            found += sorted(inside)
        elif path.exists():
            found.append(path)
        else:
            raise RequestError(_("There is no file or folder at {path}.").format(path=path))
    return list(dict.fromkeys(found))


def read_people(
    paths: Iterable[Path],
    mapping=None,
    key: Key | None = None,
    as_of: str | None = None,
    progress: Progress | None = None,
    units: Collection[str] = (),
    posts: Collection[tuple[str, str]] = (),
) -> Found:
    """The rows that appointment forms give; a form that cannot be read is listed, and the others go on.

    ``paths``: files, or folders of them. ``mapping``: a `mapping.Mapping`, or None. ``units``, ``posts``: the known names of units, and
    pairs of unit and title, for the résumés. ``progress``: wraps what is gone through, `(files, what)`.

    Every frame has the columns of its table that a form can fill, as text, and `source` and `place`. `postings` has `unit`, `title`
    and `confidence` as well, and an empty `post_id`: whoever knows the posts finds it. Ids are not yet `key.settled`, since other
    sources may follow. Raises `RequestError` without a key.
    """
    if key is None:
        raise RequestError(_("Forms name people. Give --key FILE, the key that makes ids of names; it stays with you."))
    work = _People(Rules.of(mapping), key, as_of, units, frozenset(posts))
    files = form_files(paths)
    names = _names_shown(files)
    for path in progress(files, _("forms")) if progress else files:
        work.take(path, names[path])
    work.rows()
    frames = {
        table: pd.DataFrame(rows, columns=[*_COLUMNS[table], *ORIGIN], dtype="str").fillna("")
        for table, rows in work.tables.items()
    }
    return Found(frames, work.unread, names=work.names)


def birth_month(form: Form) -> str:
    """The month of birth of a form (`YYYY-MM`), empty where it cannot be read."""
    return (cells.date(_without_age(form.birth))[0] or "")[:7]


def _without_age(birth: str) -> str:
    """A field of birth without the age that some programs put in brackets after it."""
    return re.sub(r"[(（].*", "", birth, flags=re.DOTALL)


def _names_shown(files: list[Path]) -> dict[Path, str]:
    """What each file is called in messages: its name, with its folder where two have the same."""
    count: dict[str, int] = defaultdict(int)
    for path in files:
        count[path.name] += 1
    return {
        path: name_shown(path.name if count[path.name] == 1 else f"{path.parent.name}/{path.name}") for path in files
    }


@dataclass
class _Read:
    """A form with whom it is about."""

    form: Form
    cadre_id: str
    number: id_numbers.IdNumber | None
    birth: str


@dataclass
class _People:
    rules: Rules
    key: Key
    as_of: str | None
    units: Collection[str]
    posts: frozenset[tuple[str, str]]
    unread: list[Unread] = field(default_factory=list)
    read: list[_Read] = field(default_factory=list)
    tables: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {table: [] for table in _COLUMNS})
    names: set[str] = field(default_factory=set, repr=False)

    # --- who ---

    def take(self, path: Path, shown: str) -> None:
        """Read one form and give its person an id, or list why not."""
        try:
            form = read_form(path, shown)
        except DataRefused as error:
            self.unread.append(Unread(shown, "", "", "", str(error)))
            return
        self.names.add(form.name)
        for tag in form.unknown:
            self.unread.append(
                Unread(shown, tag, "", "", _("an element that no form known here has; it was left aside"))
            )
        number = None
        if form.id_number:
            number, wrong = id_numbers.read(form.id_number)
            if wrong:
                self.list(form, "id_number", "", id_numbers.masked(form.id_number), wrong)
        birth = self.cell(form, "birth", "birth_date", _without_age(form.birth))[:7]
        try:
            cadre_id = self.key.cadre_id(number.number if number else None, form.name, birth)
        except NotIdentified as error:
            self.list(form, "name", "cadres.cadre_id", "", str(error))
            return
        self.read.append(_Read(form, cadre_id, number, birth))

    def rows(self) -> None:
        """The rows of every person of whom there is one form, or one that is surely the latest."""
        of_person: dict[str, list[_Read]] = defaultdict(list)
        for one in self.read:
            of_person[self.key.settled(one.cadre_id)].append(one)
        for cadre_id, several in of_person.items():
            chosen = self.the_one(cadre_id, several)
            if chosen:
                self.person(chosen)

    def the_one(self, cadre_id: str, several: list[_Read]) -> _Read | None:
        """The form to take of those with one id; None, and listed, where nothing says which."""
        without_number = [one for one in several if not one.number]
        if self.key.ambiguous(cadre_id):
            for one in without_number:
                self.list(
                    one.form,
                    "id_number",
                    "cadres.cadre_id",
                    "",
                    _("several people with an ID-card number have this name and month of birth; enter the number here"),
                )
            return None
        # With a number before without, and the latest first.
        several = sorted(several, key=lambda one: (bool(one.number), _digits(one.form.filled_on)), reverse=True)
        first, others = several[0], several[1:]
        differing = [one for one in others if not one.form.says_the_same(first.form)]
        if not differing:
            return first
        dated = [_digits(one.form.filled_on) for one in several]
        if all(one.number for one in several) and all(dated) and len(set(dated)) == len(dated):
            for one in others:
                self.list(
                    one.form,
                    "filled_on",
                    "cadres.cadre_id",
                    one.form.filled_on,
                    _("a later form of the same person ({file}) was taken instead").format(file=first.form.source),
                )
            return first
        why = (
            _("several forms of one person differ ({files}); none was taken: keep the right one")
            if all(one.number for one in several)
            else _(
                "several forms have this name and month of birth, not all an ID-card number, and differ ({files}); none was taken"
            )
        )
        for one in several:
            self.list(
                one.form,
                "id_number",
                "cadres.cadre_id",
                "",
                why.format(files=joined(other.form.source for other in several if other is not one)),
            )
        return None

    # --- what of it ---

    def person(self, one: _Read) -> None:
        """The rows of one form."""
        form, cadre_id = one.form, one.cadre_id
        row = {
            "cadre_id": cadre_id,
            "organisation_id": self.rules.organisation_id,
            "birth_date": self.agreed(one, "birth", one.birth, one.number.birth[:7] if one.number else ""),
            "sex": self.agreed(one, "sex", self.cell(form, "sex", "sex"), one.number.sex if one.number else ""),
            "ethnicity": self.cell(form, "ethnicity", "ethnicity"),
            "party": self.party(form),
            "native_place_code": self.cell(form, "native_place", "native_place_code"),
            "birth_place_code": self.cell(form, "birth_place", "birth_place_code"),
            "education": self.education(form),
            "joined_on": self.cell(form, "joined_on", "joined_on"),
        }
        self.add("cadres", form, "", row)
        if self.rules.takes("postings", "studies"):
            self.resume(form, cadre_id)
        for year, (column, code) in self.results(form) if self.rules.takes("assessments") else ():
            settled = f"{year + 1}-{self.rules.results_in}"
            self.add(
                "assessments",
                form,
                "yearly_results",
                {"cadre_id": cadre_id, "assessed_on": settled, "kind": "annual", column: code},
            )
        for day, kind in self.awards(form) if self.rules.takes("awards") else ():
            self.add("awards", form, "awards", {"cadre_id": cadre_id, "awarded_on": day, "kind": kind})

    def agreed(self, one: _Read, name: str, said: str, of_number: str) -> str:
        """What the form says where the ID-card number says the same, or nothing; else as the rule of the mapping has it."""
        if not of_number or said == of_number:
            return said
        if not said and self.rules.differs != "id_number":
            return said
        chosen = {"blank": "", "form": said, "id_number": of_number}[self.rules.differs]
        if said:
            self.list(
                one.form,
                name,
                f"cadres.{'birth_date' if name == 'birth' else name}",
                said,
                _("the ID-card number {number} says otherwise ({other}); {taken}").format(
                    number=id_numbers.masked(one.number.number),
                    other=of_number,
                    taken=_("left blank") if not chosen else _("taken: {value}").format(value=chosen),
                ),
            )
        return chosen

    def cell(self, form: Form, name: str, column: str, text: str | None = None) -> str:
        """A field of the form as the dataset has it; empty, and listed, where it cannot be read."""
        said = getattr(form, name) if text is None else text
        value, expected = cells.read(said, "cadres", column)
        if value is None:
            self.list(form, name, f"cadres.{column}", getattr(form, name), expected)
        return value or ""

    def party(self, form: Form) -> str:
        """Political status: a date is the day of joining the Party, otherwise the word."""
        day, _expected = cells.date(form.party)
        return "party_member" if day else self.cell(form, "party", "party")

    def education(self, form: Form) -> str:
        """The higher of full-time and part-time education."""
        found = []
        for name in ("full_time_education", "part_time_education"):
            text = re.sub(r"\s", "", getattr(form, name))
            for front in SCHOOLS:
                text = text.removeprefix(front)
            found.append(self.cell(form, name, "education", "" if text in ("无", "—", "-") else text))
        order = ["", *cells.tables()["cadres"].fields["education"].codes]
        return max(found, key=order.index)

    def resume(self, form: Form, cadre_id: str) -> None:
        """Postings and studies of the résumé, and what could not be read of it."""
        resume = resumes.parse(form.resume, self.as_of, self.units, self.posts)
        for line, text, why in resume.unread:
            self.unread.append(Unread(form.source, self.line(line), "postings", text, why))
        for posting in resume.postings:
            said = {name: getattr(posting, name) for name in ("start", "end", "role", *READING)}
            self.add("postings", form, self.line(posting.line), {"cadre_id": cadre_id, **said})
        for study in resume.studies:
            said = {name: getattr(study, name) for name in ("kind", "start", "end", "education")}
            self.add("studies", form, self.line(study.line), {"cadre_id": cadre_id, **said})

    def results(self, form: Form) -> Iterator[tuple[int, tuple[str, str]]]:
        """The year and grade of each yearly result; a year with two grades, and what is no result, is listed."""
        found: dict[int, set[tuple[str, str]]] = defaultdict(set)
        text = re.sub(r"\s+", " ", form.yearly_results)
        for match in _RESULT.finditer(text):
            for year in _years(match["years"]):
                found[year].add(GRADES[match["grade"]])
        rest = _RESULT.sub("", text).strip(_PUNCTUATION)
        if rest and rest != "无":
            self.list(
                form,
                "yearly_results",
                "assessments.grade",
                rest,
                _("expected years with a grade after them (2022、2023年称职)"),
            )
        for year in sorted(found):
            if len(found[year]) == 1:
                yield year, found[year].pop()
            else:
                self.list(form, "yearly_results", "assessments.grade", str(year), _("the year has two grades"))

    def awards(self, form: Form) -> Iterator[tuple[str, str]]:
        """The month and kind of each award; whatever is none of the kinds of the schema is listed."""
        for clause in re.split(r"[;；。\n]", form.awards):
            text = clause.strip(_PUNCTUATION)
            if not text or text == "无":
                continue
            kinds = [kind for word, kind in AWARDS.items() if word in text]
            dates = _AWARD_DATE.findall(text)
            if any(word in text for word in DISCIPLINE):
                why = _("discipline, which enters no table of awards")
            elif len(kinds) != 1:
                why = _("expected one of the five kinds of award of the Civil Servants Law")
            elif len(dates) != 1:
                why = _("expected one year, or year and month, of the award")
            else:
                year, month = dates[0]
                if 1 <= int(month or 1) <= 12:
                    yield f"{year}-{int(month or self.rules.awards_in):02d}", kinds[0]
                    continue
                why = _("there is no such month")
            self.list(form, "awards", "awards.kind", text, why)

    # --- notes ---

    def add(self, table: str, form: Form, place: str, row: dict[str, str]) -> None:
        if self.rules.takes(table):
            self.tables[table].append({**row, "source": form.source, "place": LABELS.get(place, place)})

    def list(self, form: Form, name: str, column: str, value: str, expected: str) -> None:
        self.unread.append(Unread(form.source, LABELS[name], column, value, expected))

    @staticmethod
    def line(number: int) -> str:
        """Where a line of the résumé stands."""
        return _("{place}, line {line}").format(place=LABELS["resume"], line=number)


_PUNCTUATION = " \u3000\t\r\n,;:.、，；：。"
_YEAR = r"(?:19|20)\d\d(?!\d)\s*(?:年度|年)?"
_JOINED = r"\s*(?:、|,|，|和|及|与|/|-+|—+|–|~|～|至|到)\s*"
_SAID = r"(?:[\s:：,，()（）]|年度|考核|结果|等次|等级|均|都|被|评|定|确|为|是|连续|公务员|个人)*"
# Years, at most words of no meaning, then a grade: a year that anything else follows is not given the next one's grade.
_RESULT = re.compile(
    rf"(?P<years>{_YEAR}(?:{_JOINED}{_YEAR})*){_SAID}(?P<grade>{'|'.join(sorted(GRADES, key=len, reverse=True))})(?:等次|等级)?"
)
_STRETCH_OF_YEARS = re.compile(r"(\d{4})\D{0,3}?(?:-+|—+|–|~|～|至|到)\s*(\d{4})")
_AWARD_DATE = re.compile(r"((?:19|20)\d\d)(?!\d)(?:\s*[年.]\s*(\d{1,2})(?!\d))?")


def _years(text: str) -> list[int]:
    """The years that a text names, those between two with a dash included."""
    years = {int(year) for year in re.findall(r"\d{4}", text)}
    for first, last in _STRETCH_OF_YEARS.findall(text):
        years |= set(range(int(first), int(last) + 1))
    return sorted(years)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
