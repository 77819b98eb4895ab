"""Writes the files that an office would have of a county: rosters, appointment forms with résumés, and a corrected mapping.

From the tables of a dataset: units, posts and organisations as sheets of one workbook, a roster of cadres, a roster a table of
everything else, keyed by name and ID-card number, in workbooks and in CSV files of GB18030 by turns; a form a cadre. Nobody
real can be meant: the names are made of counting words, and no division has the code 990001 of the ID-card numbers.

What an office has to do before its files can be read is done here, too: posts of one title in one unit are numbered, and a
unit has a name of its own.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import forms_writer
import openpyxl
import pandas as pd
import yaml

from cadre_handbook import places, schema
from cadre_handbook.intake.words import GRADES

STANDING = ("organisations", "units", "posts")
CADRES_OF_FORMS = (
    *("birth_date", "sex", "ethnicity", "party", "native_place_code"),
    *("birth_place_code", "education", "joined_on"),
)
"""Columns of `cadres` that a form says; a roster says them as well."""
LONG = 1_500
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Person:
    """Who a cadre of the county is in the office's files."""

    name: str
    id_number: str
    birth: str


@dataclass(frozen=True)
class Office:
    """Where the files stand, the mapping, and the person of each cadre's id in the county."""

    folder: Path
    mapping: Path
    people: dict[str, Person]


def people_of(cadres: pd.DataFrame) -> dict[str, Person]:
    """A name and an ID-card number for every cadre, by the county's id; the last digits say the sex."""
    found = {}
    for order, row in enumerate(cadres.to_dict("records")):
        name = f"样{STEMS[order % 10]}{BRANCHES[order % 12]}{STEMS[order // 60 % 10]}{STEMS[order // 600]}"
        birth = row["birth_date"].replace("-", "")[:6] + f"{order % 28 + 1:02d}"
        number = forms_writer.id_number(birth, (order * 2 + (row["sex"] == "male")) % 1000)
        found[row["cadre_id"]] = Person(name, number, row["birth_date"][:7])
    assert len({person.id_number for person in found.values()}) == len(found)
    return found


# --- what a cell says -----------------------------------------------------------------------------


def heading_of(table: str, column: str) -> str:
    """The heading of a column in the office's roster: its Chinese label."""
    return schema.tables()[table].fields[column].title_zh_CN


def broken(heading: str) -> str:
    """A heading as it stands in a narrow cell."""
    return f"{heading[:2]}\n{heading[2:]}" if len(heading) > 4 else f"{heading[:1]} {heading[1:]}"


def cell_of(table: str, column: str, text: str, in_workbook: bool) -> object:
    """What the office writes for the dataset's text: Chinese words, date cells, months with a dot, codes as text."""
    field = schema.tables()[table].fields[column]
    if not text:
        return None if in_workbook else ""
    if field.categories:
        return next(item.label_zh_CN for item in field.categories if item.value == text)
    if field.type == "boolean":
        return {"true": "是", "false": "否"}[text]
    if field.type == "date":
        if len(text) == 7:
            return text.replace("-", ".")
        return dt.date.fromisoformat(text) if in_workbook else text.replace("-", "/")
    if field.type in ("integer", "number") and in_workbook:
        return float(text)
    return text


def last_day(text: str) -> str:
    """The last day or month in post, where the dataset has the first out of it."""
    if len(text) == 7:
        return str(pd.Period(text, "M") - 1)
    return (dt.date.fromisoformat(text) - dt.timedelta(days=1)).isoformat() if text else ""


# --- rosters --------------------------------------------------------------------------------------


def write_workbook(path: Path, sheets: dict[str, tuple[str, list[list]]]) -> None:
    """A workbook: of each sheet a merged title row, the headings with line breaks, rows, and a note below."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, (title, (headings, *rows)) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([title])
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(headings))
        sheet.append([*map(broken, headings)])
        for row in rows:
            sheet.append(row)
        sheet.append(["注：截至2024年底"])
    book.save(path)


def write_csv(path: Path, title: str, rows: list[list]) -> None:
    """A CSV file as a spreadsheet program saves it in China, with the title row above."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[title, *[""] * (len(rows[0]) - 1)], *rows])
    path.write_bytes(text.getvalue().encode("gb18030"))


def roster(table: str, frame: pd.DataFrame, people: dict[str, Person], in_workbook: bool) -> tuple[list[list], dict]:
    """The rows of a roster, headings first, and the columns of the mapping that read it."""
    columns = [name for name in frame if name != "cadre_id" and (frame[name] != "").any()]
    by_person = "cadre_id" in frame and (frame["cadre_id"] != "").any()
    rows: list[list] = [[*(("姓名", "身份证号") if by_person else ()), *(heading_of(table, name) for name in columns)]]
    for row in frame.to_dict("records"):
        person = people[row["cadre_id"]] if by_person else None
        who = [person.name, person.id_number] if person else []
        rows.append([*who, *(cell_of(table, name, row[name], in_workbook) for name in columns)])
    return rows, {name: heading_of(table, name) for name in columns}


def told_apart(tables: Tables) -> Tables:
    """The tables with a name of its own for each unit, and a title of its own for each post of a unit.

    As an office must have them before a name can stand for one: units of other counties with the county's name, one that was
    abolished marked, posts alike numbered.
    """
    organisation = tables["organisations"].set_index("organisation_id")["name"].str.removesuffix("（虚构）")
    external = tables["organisations"].set_index("organisation_id")["external"].eq("true")
    units = tables["units"].copy()
    named = []
    for row in units.to_dict("records"):
        where = row["organisation_id"]
        named.append(organisation[where] + row["name"].removeprefix("县") if external[where] else row["name"])
    seen: Counter = Counter()
    for number, name in enumerate(named):
        seen[name] += 1
        named[number] = f"原{name}" if seen[name] > 1 else name
    posts = tables["posts"].copy()
    place = posts.groupby(["unit_id", "title"]).cumcount() + 1
    alone = posts.groupby(["unit_id", "title"])["title"].transform("size").eq(1)
    posts["title"] = posts["title"].where(alone, posts["title"] + "第" + place.astype(str) + "岗")
    return {**tables, "units": units.assign(name=named), "posts": posts}


# --- forms ----------------------------------------------------------------------------------------


def resume(careers: Iterable[dict], posts: dict[str, tuple[str, str]]) -> str:
    """A career as the lines of a form, by month; the capacity as résumés say it."""
    lines = []
    for row in sorted(careers, key=lambda row: row["start"]):
        unit, title = posts[row["post_id"]]
        said = title if title.startswith(unit) else f"{unit}{title}"
        if row["role"] in ("acting", "trainee_leader"):
            said = f"{unit}{'代理' if row['role'] == 'acting' else '见习'}{title}"
        said += {
            "secondment": "（挂职）",
            "concurrent": "（兼）",
            "pre_post": "（岗前锻炼）",
            "assistant": "（助理）",
        }.get(row["role"], "")
        end = row["end"][:7].replace("-", ".") if row["end"] else "至今"
        if len(said) > 16:
            said = f"{said[:12]}\n{' ' * 18}{said[12:]}"
        lines.append(f"{row['start'][:7].replace('-', '.')}--{end}  {said}")
    return "\n".join(lines)


def write_forms(folder: Path, tables: Tables, people: dict[str, Person], own: str) -> None:
    """A form for each cadre whom the county manages, every third as `.lrm`, which has no ID-card number."""
    folder.mkdir()
    names = tables["units"].set_index("unit_id")["name"]
    posts = {row["post_id"]: (names[row["unit_id"]], row["title"]) for row in tables["posts"].to_dict("records")}
    careers, results = defaultdict(list), defaultdict(dict)
    for row in tables["postings"].to_dict("records"):
        careers[row["cadre_id"]].append(row)
    words = {code: word for word, (column, code) in GRADES.items() if column == "grade"}
    for row in tables["assessments"].to_dict("records"):
        if row["kind"] == "annual" and row["grade"]:
            results[row["cadre_id"]][int(row["assessed_on"][:4]) - 1] = words[row["grade"]]
    place = {row.code: row.full_name for row in places.divisions()} | {"": ""}
    for number, row in enumerate(tables["cadres"].to_dict("records")):
        if row["organisation_id"] != own:
            continue
        member = row["party"] == "party_member"
        person = people[row["cadre_id"]]
        form = forms_writer.Person(
            name=person.name,
            sex=cell_of("cadres", "sex", row["sex"], False),
            birth=row["birth_date"].replace("-", "")[:6],
            id_number=person.id_number,
            ethnicity=cell_of("cadres", "ethnicity", row["ethnicity"], False),
            native_place=place[row["native_place_code"]],
            birth_place=place[row["birth_place_code"]],
            party=f"{int(row['joined_on'][:4]) + 2}06" if member else cell_of("cadres", "party", row["party"], False),
            joined_on=row["joined_on"].replace("-", ".")[:7],
            full_time=cell_of("cadres", "education", row["education"], False),
            results=tuple(sorted(results[row["cadre_id"]].items())),
            relatives=("妻子", "儿子")[: number % 3],
        )
        told = resume(careers[row["cadre_id"]], posts)
        if number % 3 == 0:
            (folder / f"{number:04d}.lrm").write_bytes(forms_writer.lrm(form, {17: told}))
        else:
            (folder / f"{number:04d}.lrmx").write_bytes(forms_writer.lrmx(form, JianLi=told))


# --- the whole office -----------------------------------------------------------------------------


def write(tables: Tables, folder: Path, own: str, careers: str) -> Office:
    """Write a county's files and the mapping into `folder`.

    ``tables``: frames of text, an empty cell empty text. ``own``: the organisation that imports. ``careers``: `ledger`, a roster of
    appointments by day, with the last day in post; or `forms`, the résumés of the forms, by month.
    """
    tables, people = told_apart(tables), people_of(tables["cadres"])
    files = folder / "名册和任免表"
    files.mkdir(parents=True)
    sources, sheets = [], {}
    for table in STANDING:
        name = schema.tables()[table].title_zh_CN
        rows, columns = roster(table, tables[table], {}, True)
        sheets[name] = (f"{name}名册", rows)
        sources.append({"file": "单位和职位.xlsx", "sheet": name, "tables": {table: columns}})
    write_workbook(files / "单位和职位.xlsx", sheets)
    by_turns = True
    for table, frame in tables.items():
        if table in STANDING or (table == "postings" and careers == "forms"):
            continue
        if careers == "forms" and "posting_id" in frame:
            # No roster has the number of a line in a résumé.
            frame = frame.drop(columns="posting_id")
        if table == "postings":
            frame = frame.assign(end=frame["end"].map(last_day))
        about = frame["cadre_id"] != "" if "cadre_id" in frame else pd.Series(False, index=frame.index)
        for part, whose in ((frame[about], "干部"), (frame[~about], "单位")):
            if part.empty:
                continue
            # A long table comes out of some other program, as CSV.
            in_workbook = by_turns and len(part) <= LONG
            by_turns = not by_turns
            name = f"{schema.tables()[table].title_zh_CN}（{whose}）"
            rows, columns = roster(table, part, people, in_workbook)
            file = f"{name}.{'xlsx' if in_workbook else 'csv'}"
            source: dict = {"file": file, "tables": {table: columns}}
            if whose == "干部":
                source["person"] = {"name": "姓名", "id_number": "身份证号"}
                if table == "cadres":
                    source["person"]["birth"] = heading_of("cadres", "birth_date")
            if table == "postings":
                source["ends"] = "inclusive"
            sources.append(source)
            if in_workbook:
                write_workbook(files / file, {"名册": (name, rows)})
            else:
                write_csv(files / file, name, rows)
    write_forms(files / "任免表", tables, people, own)
    mapping = {
        "organisation": {"organisation_id": own},
        "create": False,
        "forms": {"tables": ["cadres", *(["postings"] if careers == "forms" else [])]},
        "sources": sources,
    }
    path = folder / "对照表.yaml"
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return Office(files, path, people)
