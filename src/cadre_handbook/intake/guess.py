"""A first guess at the mapping of a roster: from the labels of the schema, the national indicator names and usual headings.

It is written as a complete mapping file, in both languages, for the official to correct. Nothing is imported under a guess.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from cadre_handbook import schema
from cadre_handbook.dataset import table_named
from cadre_handbook.i18n import _, bracketed, label
from cadre_handbook.intake import cells, rosters
from cadre_handbook.intake.cells import squeezed
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml

NOTHING = "nothing"
PEOPLE = ("person.name", "person.id_number")
MOST_WORDS = 12
"""How many words that are no code are shown beside a column; where there are more, it is most likely another column's."""


@dataclass(frozen=True)
class Heading:
    """What a heading fills: `table.column`, a word of `data/intake/headings.yaml`, or nothing where it is not known.

    ``why``: what the guess rests on; ``verified``: False where the meaning of a national name was seen in no source.
    """

    text: str
    fills: str = ""
    why: str = ""
    verified: bool = True


@dataclass(frozen=True)
class Guess:
    """The guess for one sheet."""

    roster: rosters.Roster
    headings: list[Heading]

    @property
    def title(self) -> str:
        """The sheet as it is shown."""
        sheet = self.roster.sheet
        return f"{sheet.source} [{sheet.name}]" if sheet.name else sheet.source


@cache
def _usual() -> dict[str, Heading]:
    """Every heading that `data/intake/headings.yaml` knows, as it is compared."""
    raw = load_yaml(DATA / "intake" / "headings.yaml")
    found = {}
    for fills, names in raw["roster"].items():
        for name in names:
            found[squeezed(name)] = Heading(name, fills, "roster")
    for item in raw["indicators"]:
        for name in (item["name"], item["code"]):
            found[squeezed(name)] = Heading(name, item["fills"], "indicator", item.get("verified", True))
    return found


@cache
def _labels() -> dict[str, list[tuple[str, str]]]:
    """The columns that a heading may be by the schema: by name, or by label in either language."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in schema.tables().values():
        for field in table.fields.values():
            for name in dict.fromkeys(map(squeezed, (field.name, field.title, field.title_zh_CN))):
                found[name].append((table.name, field.name))
    return dict(found)


def knows(heading: str) -> bool:
    """Whether a heading, as `squeezed` has it, means anything."""
    return heading in _usual() or heading in _labels()


def names_people(heading: str) -> bool:
    """Whether the cells under a heading are names or ID-card numbers."""
    known = _usual().get(squeezed(heading))
    return known is not None and known.fills in PEOPLE


def guess(sheet: rosters.Sheet) -> Guess | None:
    """What the headings of a sheet fill; None where it has no heading."""
    roster = rosters.roster(sheet, knows)
    if roster is None:
        return None
    own = table_named(sheet.name) or table_named(Path(sheet.source).stem)
    votes = Counter(table for heading in roster.headings for table, _column in _labels().get(squeezed(heading), ()))
    ranking = [own] if own else []
    ranking += [table for table in ("cadres", "postings", "posts") if table != own]
    ranking += [table for table, _count in votes.most_common() if table not in ranking]
    found, taken = [], set()
    for text in filter(None, roster.headings):
        heading = _one(text, ranking, own)
        if heading.fills in taken and heading.fills != NOTHING:
            heading = Heading(text)  # two headings for one column: the official says which
        taken.add(heading.fills)
        found.append(heading)
    return Guess(roster, found)


def _one(text: str, ranking: list[str], own: str | None) -> Heading:
    name = squeezed(text)
    columns = dict(_labels().get(name, ()))
    if own and own in columns:
        return Heading(text, f"{own}.{columns[own]}", "label")
    if name in _usual():
        known = _usual()[name]
        return Heading(text, known.fills, known.why, known.verified)
    table = next((table for table in ranking if table in columns), None)
    return Heading(text, f"{table}.{columns[table]}", "label") if table else Heading(text)


# --- shown ----------------------------------------------------------------------------------------


def reasons() -> dict[str, str]:
    """What a guess rests on, in the language in use."""
    return {
        "label": _("label of the data dictionary"),
        "indicator": _("national indicator"),
        "roster": _("usual heading"),
        "": "",
    }


def table(guesses: list[Guess]) -> pd.DataFrame:
    """The guesses as a table for people, a row a heading."""
    rows = []
    for item in guesses:
        for heading in item.headings:
            why = reasons()[heading.why] + ("" if heading.verified else bracketed(_("not verified")))
            rows.append((item.title, heading.text, _shown(heading.fills), why))
    return pd.DataFrame(rows, columns=[_("Sheet"), _("Heading"), _("Fills"), _("Known from")])


def _shown(fills: str) -> str:
    words = {
        "": _("could not be placed"),
        NOTHING: _("not used"),
        "person.name": _("name, for the id alone"),
        "person.id_number": _("ID-card number, for the id alone"),
        "posting.unit": _("unit of the post"),
        "posting.title": _("title of the post"),
        "resume": _("résumé"),
    }
    if fills in words:
        return words[fills]
    table, _dot, column = fills.partition(".")
    if table in schema.tables():
        return fills + bracketed(label(schema.tables()[table].fields[column], "title"))
    return fills


def as_yaml(guesses: list[Guess], forms: bool = False) -> str:
    """The guesses as a mapping file with its explanations, Chinese first: whoever corrects it is most likely to read that.

    ``forms``: whether there are appointment forms among the sources, for which some lines stand apart.
    """
    lines = [*_HEAD.splitlines(), *(_FORMS.splitlines() if forms else ()), "sources:" if guesses else "sources: []"]
    for item in guesses:
        lines += _source_lines(item)
    return "\n".join(lines) + "\n"


def _source_lines(item: Guess) -> list[str]:
    sheet = item.roster.sheet
    fills = {heading.fills: heading.text for heading in item.headings if heading.fills not in ("", NOTHING)}
    lines = [f"  - file: {_quoted(sheet.source)}"]
    if sheet.name:
        lines.append(f"    sheet: {_quoted(sheet.name)}")
    if sheet.system is None:
        lines.append(
            "    # date_system: 1900   # 日期若为数字（如 27607），注明起算年 1900 或 1904 · from where serial dates count"
        )
    person = {key: fills[f"person.{key}"] for key in ("name", "id_number") if f"person.{key}" in fills}
    if person:
        lines.append(
            "    person:                # 只用于生成代号，不写入数据集 · makes the id, never written to the dataset"
        )
        if "cadres.birth_date" in fills:
            person["birth"] = fills["cadres.birth_date"]
        lines += [f"      {key}: {_quoted(heading)}" for key, heading in person.items()]
    if "resume" in fills:
        lines.append(f"    resume: {_quoted(fills['resume'])}   # 逐行读成任职 · read line by line into postings")
    lines += ["    tables:"]
    post = ""
    if "posting.unit" in fills and "posting.title" in fills:
        post = f"{{unit: {_quoted(fills['posting.unit'])}, title: {_quoted(fills['posting.title'])}}}"
    for name, declared in schema.tables().items():
        columns = {fill.partition(".")[2]: heading for fill, heading in fills.items() if fill.startswith(f"{name}.")}
        people = name == "cadres" and person
        if not columns and not people and not (name == "postings" and post):
            continue
        lines.append(f"      {name}:" + f"   # {declared.title_zh_CN} · {declared.title}")
        if post and name in ("posts", "postings"):
            lines.append(f"        post_id: {post}   # 按单位和职务查找 · found by unit and title")
        by_id = bool(person)
        for field in declared.fields.values():
            if field.name in columns:
                lines.append(
                    f"        {field.name}: {_quoted(columns[field.name])}   # {field.title_zh_CN} · {field.title}"
                )
                lines += _unread_words(item, name, field, columns[field.name])
            elif (
                field.required
                and field.name not in (declared.key, "organisation_id")
                and not (field.name == "post_id" and post)
                and not (field.name == "cadre_id" and by_id)
                and not (name == "posts" and post)
            ):
                lines.append(
                    f"        # {field.name}:   # 必填，未找到 · needed, not found: {field.title_zh_CN} · {field.title}"
                )
    left = [heading.text for heading in item.headings if not heading.fills]
    if left:
        lines.append("    # 以下表头无法对应，需要的请填到上面 · headings that could not be placed:")
        lines += [f"    #   {_quoted(text)}" for text in left]
    unsure = [heading.text for heading in item.headings if not heading.verified and heading.fills != NOTHING]
    if unsure:
        lines.append("    # 以下指标名称未经核实，请特别核对 · national names not verified, look twice:")
        lines += [f"    #   {_quoted(text)}" for text in unsure]
    return lines


def _unread_words(item: Guess, table: str, field: schema.Field, heading: str) -> list[str]:
    """The words under a heading that are no code of its column, where they are few, for the official to say what they mean."""
    if not field.categories:
        return []
    column = item.roster.headings.index(heading)
    words = Counter(cells.cell_text(row[column]) for _number, row in item.roster.rows)
    odd = [word for word in words if word and cells.code(word, table, field)[0] is None]
    if not odd or len(odd) > MOST_WORDS:
        return []
    said = ", ".join(f'{_quoted(word)}: ""' for word in odd)
    return [
        "        # 下列词不是本列代码，请写明含义，改为 · say what these words mean, and write:",
        f"        #   {field.name}: {{heading: {_quoted(heading)}, words: {{{said}}}}}",
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_HEAD = """\
# 导入对照表（初拟）。请逐行核对、改正，再用 --map 指定本文件运行一次；未核对前不导入任何数据。
# Mapping of an import, a first guess. Check and correct every line, then run again with --map and this file.
# 左边是数据集的列（见数据字典），右边是名册中的表头，照抄即可，空格和换行不计。
# On the left a column of the dataset (see the data dictionary), on the right the heading in the roster.
#
#   sex: "性别"                                   按表头取值 · from that heading
#   sex: {heading: "性别", words: {"1": male}}    本单位的词是什么意思 · what a word of the office means
#   status: {value: civil_servant}                各行相同 · the same in every row
#   post_id: {unit: "单位", title: "职务"}        按单位和职务查找 · by unit and title
#   birth_date: {heading: "出生年月", month: true}       只取年月 · keep the month alone
#   assessed_on: {heading: "考核年度", year_as: "12-31"}  只有年份时算作这一天 · what a year alone stands for

organisation:              # 这些人员由哪个组织管理 · the organisation that manages these people
  organisation_id: ""      # 编号，须加引号 · id, in quotes
  name: ""
  level: ""                # province | city | county
  place_code: ""           # 六位行政区划代码，须加引号 · division code, in quotes
# base: "../dataset"       # 已有数据集：取其组织、单位、职位 · a dataset whose organisations, units and posts are used
create: false              # true：名册里有而数据集里没有的单位、职位照名册新建 · make units and posts that are not there
ends: exclusive            # 终止日期：exclusive 不再任职的首日；inclusive 任职的最后一日 · first day out of post, or last day in it
unread: keep               # 读不出的内容：keep 该行保留并标明；leave_out 整行不取 · keep the row and mark it, or leave it out
units: {}                  # 名册里的单位名称: 单位编号 · name in the roster: unit id
posts: {}                  # 单位编号: {职务: 职位编号} · unit id: {title: post id}
"""

_FORMS = """\
forms:                     # 任免表（.lrmx、.lrm） · appointment forms
  differs: blank           # 与身份证号不一致时：blank 留空；form 以任免表为准；id_number 以身份证号为准 · which of the two holds
  results_in: "01"         # 年度考核等次在次年几月确定 · month of the following year in which yearly results are settled
  awards_in: "12"          # 只有年份的奖励记入几月 · month that an award without one is entered under
  # tables: [cadres, postings, studies, assessments, awards]   # 从任免表取哪些表，名册已有的应除去 · what is taken of the forms, without what a roster has
"""
