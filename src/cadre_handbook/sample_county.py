"""The made-up county before any fault is planted: units, posts, twelve years of careers, and the records about them.

Careers come from chains of vacancies: somebody retires or moves on, somebody from below or from elsewhere follows, and so
on down to a recruit. Days are counted as `datetime.date.toordinal` does; rows are dictionaries by column, with the key of
a cadre a number until `sample.py` gives ids.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from cadre_handbook import schema
from cadre_handbook.paths import DATA

AS_OF = dt.date(2024, 12, 31)
FIRST_YEAR, LAST_YEAR = 2013, AS_OF.year
CHANGES_OF_TERM = (2016, 2021)
RESUME_UNTIL = dt.date(2012, 12, 31).toordinal()  # postings begun by then are known by month, as a résumé has them
REFORM = dt.date(2019, 3, 1).toordinal()  # the day on which four departments got new names

CITY, SEAT = "621100", "621102"
HOME = "621125"
HOME_BEFORE_2003 = "622428"
NEIGHBOURS = {"0901": ("621122", "青岚县"), "0902": ("621123", "石桥县"), "0903": ("621126", "柳泉县")}
FAR_AWAY = ("620102", "610103", "510107", "420106", "370102")

STAFF, MIDDLE, DEPUTY, HEAD, COUNTY_DEPUTY, COUNTY = range(6)
RANKS = ("staff", "staff", "section_deputy", "section", "county_deputy", "county")
AGE_AT_START = ((23, 45), (29, 52), (33, 53), (38, 55), (42, 55), (46, 55))
OLDEST_TO_RISE = (0, 48, 50, 54, 54, 55)
YEARS_BELOW = (0, 3, 3, 3, 4, 4)

# Posts whose holders must not serve where they come from; ordinary holders therefore come from elsewhere.
FROM_ELSEWHERE = {
    *("party_secretary", "government_head", "discipline_head", "organisation_head", "political_legal_head"),
    *("police_head", "chief_judge", "chief_prosecutor"),
}

# name, field, power, law enforcement, name before the reform
DEPARTMENTS = """
县委组织部 party_affairs people no
县公安局 public_security people yes
县委政法委员会 justice none no
县委宣传部 culture none no
县财政局 finance money no
县自然资源局 land property yes 县国土资源局
县农业农村局 agriculture money no 县农业局
县教育局 education people no
县住房和城乡建设局 construction property no
县应急管理局 emergency none yes 县安全生产监督管理局
县生态环境局 environment none yes 县环境保护局
县卫生健康局 health none yes
县人力资源和社会保障局 human_resources people no
县交通运输局 transport property yes
县水务局 water property no
县民政局 civil_affairs money no
县委统一战线工作部 party_affairs none no
县司法局 justice none yes
县市场监督管理局 market none yes
县发展和改革局 economy money no
县委办公室 general none no
县人民政府办公室 general none no
县信访局 general none no
县审计局 audit money no
县文化和旅游局 culture none no
县工业和信息化局 economy none no
"""
# name, hardship
TOWNSHIPS = """
城关镇 0
黑水镇 3
北岭乡 2
石门镇 1
红崖乡 3
清河镇 0
马家坪乡 2
双沟镇 1
桃园乡 1
大坪镇 2
白杨乡 2
南山乡 3
柏林镇 1
草滩乡 2
新集镇 0
"""
INSTITUTIONS = """
县委党校 education institution
县第一中学 education institution
县人民医院 health institution
县城市建设投资公司 construction enterprise
县粮食储备公司 agriculture enterprise
"""
URGENT_UNITS = ("县应急管理局", "县信访局")

ETHNICITIES = {"han": 91, "hui": 5, "zang": 2, "man": 1, "mongol": 1}
PARTIES = {"party_member": 84, "masses": 9, "democratic_party": 4, "youth_league": 2, "independent": 1}
EDUCATIONS = {"junior_college": 22, "bachelor": 63, "postgraduate": 12, "vocational": 3}
LAWFUL_KINDS = {"training": 45, "structural": 30, "term_limit": 15, "other": 10}
NEED_KINDS = {"spouse_work": 30, "schooling": 35, "parents_care": 20, "strain": 8, "other": 7}


class Dice:
    """Chance from a seed. Only `Generator.random` is drawn on, whose numbers are the same on every machine."""

    def __init__(self, *seed: int):
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
        self._stock: list[float] = []

    def number(self) -> float:
        """A number from 0 up to, not including, 1."""
        if not self._stock:
            self._stock = self._generator.random(4096).tolist()
        return self._stock.pop()

    def chance(self, share: float) -> bool:
        return self.number() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.number() * (high - low + 1))

    def pick(self, items: Sequence) -> Any:
        return items[int(self.number() * len(items))]

    def weighted(self, weights: dict[str, int]) -> str:
        drawn = int(self.number() * sum(weights.values()))
        for item, weight in weights.items():
            drawn -= weight
            if drawn < 0:
                return item
        raise AssertionError("weights are whole numbers of which one is positive")

    def shuffled(self, items: Sequence) -> list:
        return [
            item for _draw, _place, item in sorted((self.number(), place, item) for place, item in enumerate(items))
        ]


@dataclass(eq=False, slots=True)
class Post:
    """A post with its holder. `old_id` is its id before the reform of its unit; ordinary careers leave `reserved` alone."""

    post_id: str
    unit: str
    kind: str
    level: int
    unit_kind: str
    hard: bool
    row: dict
    old_id: str = ""
    reserved: bool = False
    holder: Person | None = None


@dataclass(eq=False, slots=True)
class Person:
    """A cadre while the years pass. `since` and `rose` are the days of the present post and of the present level."""

    key: int
    born: int
    joined: int
    level: int = STAFF
    post: Post | None = None
    since: int = 0
    rose: int = 0
    route: str = ""
    exchange_kind: str = ""
    from_place: str = ""
    from_elsewhere: bool = False
    forgotten: bool = False
    away_until: int = 0
    units: set[str] = field(default_factory=set)
    hard: bool = False
    row: dict = field(default_factory=dict)

    def age(self, day: int) -> int:
        return (day - self.born) // 365

    @property
    def retires(self) -> int:
        """The first day of the month after the sixtieth birthday."""
        born = dt.date.fromordinal(self.born)
        return month_after(dt.date(born.year + 60, born.month, 1)).toordinal()


def month_after(day: dt.date, months: int = 1) -> dt.date:
    """The first day of the month `months` months after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def ordinal(text: str) -> int:
    """A day or month as text, as an ordinal."""
    return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01").toordinal()


@cache
def as_text(day: int, month: bool) -> str:
    """An ordinal as `YYYY-MM-DD`, or as `YYYY-MM`."""
    return dt.date.fromordinal(day).isoformat()[: 7 if month else 10]


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


@cache
def home_code(number: int) -> str:
    """The division code borrowed by the county of that number: one code a county, all in use since 2003 or before."""
    taken = {HOME, SEAT, *FAR_AWAY, *(code for code, _name in NEIGHBOURS.values())}
    with open(DATA / "divisions.csv", encoding="utf-8", newline="") as lines:
        in_use = [
            row["code"]
            for row in csv.DictReader(lines)
            if row["level"] == "county" and not row["last_year"] and int(row["first_year"]) <= 2003
        ]
    others = [code for code in in_use if code not in taken]
    return [HOME, *others][number % (len(others) + 1)]


class County:
    """One made-up county as it grows: rows by table, posts by unit, and the people.

    ``number`` counts the counties of a dataset from 0. ``kept`` names by table and cadre (for the reviews of teams by
    table and unit) what `keep_records` and `keep_oversight` leave alone, and by post for which posts nobody is listed.
    """

    def __init__(self, number: int, seed: int):
        self.number, self.dice = number, Dice(seed, number)
        self.organisation_id = f"{421 + number:04d}"
        self.place = home_code(number)
        self.rows: dict[str, list[dict]] = {name: [] for name in schema.tables()}
        self.posts: dict[str, list[Post]] = defaultdict(list)
        self.unit_ids: dict[str, str] = {}
        self.old_unit_ids: dict[str, str] = {}
        self.unit_rows: dict[str, dict] = {}
        self.people: list[Person] = []
        self.kept: set[tuple[str, int | str]] = set()
        self.abroad = Abroad(self)
        self._serials: dict[str, int] = defaultdict(int)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def add(self, table: str, **values: Any) -> dict:
        """A row; columns that are not named are empty."""
        self.rows[table].append(values)
        return values

    def serial(self, what: str) -> str:
        """A provisional id; `sample.py` numbers the rows anew once they are in order."""
        self._serials[what] += 1
        return f"{self.organisation_id}{what}{self._serials[what]}"

    def add_unit(self, name: str, kind: str, renamed: str = "", parent: str = "", **values: Any) -> str:
        row = {"organisation_id": self.organisation_id, "name": name, "kind": kind, **values}
        if parent:
            row["parent_unit_id"] = self.unit_ids[parent]
        if renamed:
            old = {**row, "unit_id": self._unit_id(), "name": renamed}
            self.rows["units"].append(old)
            self.old_unit_ids[name] = row["predecessor_unit_id"] = old["unit_id"]
        row["unit_id"] = self.unit_ids[name] = self._unit_id()
        self.unit_rows[name] = row
        self.rows["units"].append(row)
        return name

    def _unit_id(self) -> str:
        self._serials["unit"] += 1
        return f"{self.organisation_id}-{self._serials['unit']:02d}"

    def add_post(self, unit: str, title: str, kind: str, level: int, **values: Any) -> Post:
        """A post of a unit, and its forerunner where the unit was renamed."""
        of_unit = self.unit_rows[unit]
        urgent = values.pop("urgent", False) or (unit in URGENT_UNITS and level >= MIDDLE)
        row = {
            "title": title,
            "kind": kind,
            "rank": RANKS[level],
            "category": "law_enforcement" if of_unit.get("law_enforcement") and level <= DEPUTY else "management",
            "leading": level >= DEPUTY,
            "importance": (1, 2, 3, 4, 4, 5)[level],
            "urgent": urgent,
            "valid_from": "2000-01",
            **values,
        }
        post = Post(
            post_id=self._post_id(self.unit_ids[unit]),
            unit=unit,
            kind=kind,
            level=level,
            unit_kind=of_unit["kind"],
            hard=urgent or of_unit.get("hardship", 0) >= 2,
            row=row,
        )
        if unit in self.old_unit_ids:
            post.old_id = self._post_id(self.old_unit_ids[unit])
            reform = as_text(REFORM, False)
            self.add("posts", post_id=post.old_id, unit_id=self.old_unit_ids[unit], **row, valid_to=reform)
            row |= {"predecessor_post_id": post.old_id, "valid_from": reform}
        row |= {"post_id": post.post_id, "unit_id": self.unit_ids[unit]}
        self.rows["posts"].append(row)
        self.posts[unit].append(post)
        return post

    def _post_id(self, unit_id: str) -> str:
        self._serials[unit_id] += 1
        return f"{unit_id}-{self._serials[unit_id]:02d}"

    def add_cadre(self, born: int, joined: int, from_elsewhere: bool = False, **values: Any) -> Person:
        """A cadre with everything about them that does not depend on the career."""
        dice = self.dice
        place = dice.pick((*[code for code, _name in NEIGHBOURS.values()], SEAT, *FAR_AWAY))
        if not from_elsewhere and dice.chance(0.72):
            place = self.place
        # An old record may still have the code of before 2003.
        written = HOME_BEFORE_2003 if place == HOME and dice.chance(0.05) else place
        row = self.add(
            "cadres",
            cadre_id=self.number * 1_000_000 + len(self.rows["cadres"]),
            organisation_id=self.organisation_id,
            birth_date=as_text(born, True),
            sex="female" if dice.chance(0.29) else "male",
            ethnicity=dice.weighted(ETHNICITIES),
            party=dice.weighted(PARTIES),
            native_place_code=place if dice.chance(0.85) else dice.pick(FAR_AWAY),
            birth_place_code=written,
            upbringing_place_code=place if dice.chance(0.94) else "",
            education=dice.weighted(EDUCATIONS),
            study_field=dice.pick(schema.tables()["cadres"].fields["study_field"].codes),
            status="civil_servant",
            joined_on=as_text(joined, True),
        )
        row |= values
        person = Person(row["cadre_id"], born, joined, from_elsewhere=from_elsewhere, row=row)
        person.forgotten = dice.chance(0.03)
        self.people.append(person)
        return person

    def add_posting(self, key: int, post_id: str, start: int | str, end: int | str = "", **values: Any) -> dict:
        """A posting; days are written as months where the posting began in the time of the old résumés."""
        began = start if isinstance(start, int) else ordinal(start)
        by_month = began <= RESUME_UNTIL
        return self.add(
            "postings",
            posting_id=self.serial("P"),
            cadre_id=key,
            post_id=post_id,
            start=as_text(start, by_month) if isinstance(start, int) else start,
            end=as_text(end, by_month and end <= RESUME_UNTIL) if isinstance(end, int) else end,
            **values,
        )

    def serve(self, key: int, post: Post, start: int, end: int | str = "", **values: Any) -> dict:
        """A posting in a post that may have got its present name half-way through; gives the row it began with."""
        last = end if isinstance(end, int) else ordinal("2200-01")
        if not post.old_id or start >= REFORM:
            return self.add_posting(key, post.post_id, start, end, **values)
        first = self.add_posting(key, post.old_id, start, min(last, REFORM), **values)
        if last > REFORM:
            self.add_posting(key, post.post_id, REFORM, end, role=values.get("role", "substantive"))
        return first


class Abroad:
    """Posts in the neighbouring counties. Each county of the dataset has its own there, so that no two people share one."""

    # Its place is a city: which county it lies in is not said.
    ZONE = ("0903-05", "平岚新区管理委员会")
    UNITS = (
        ("县委", "party"),
        ("县人民政府", "government"),
        ("县财政局", "department"),
        ("南关镇", "township"),
    )

    def __init__(self, county: County):
        self.county = county
        self._free: dict[tuple[str, int], list[tuple[int, str, str]]] = defaultdict(list)
        self._count: dict[str, int] = defaultdict(int)

    @staticmethod
    def unit(neighbour: str, level: int) -> str:
        return f"{neighbour}-{'04' if level <= MIDDLE else '03' if level <= HEAD else '02'}"

    def post(self, level: int, start: int, end: int | str) -> tuple[str, str, str]:
        """A post at a level in a neighbour, free in that time: its id, its unit's id, and the neighbour's id."""
        neighbour = self.county.dice.pick(list(NEIGHBOURS))
        unit_id = self.unit(neighbour, level)
        last = end if isinstance(end, int) else ordinal("2200-01")
        pool = self._free[neighbour, level]
        for place, (free_from, post_id, unit) in enumerate(pool):
            if free_from <= start:
                pool[place] = (last, post_id, unit)
                return post_id, unit, neighbour
        post_id = self.new_post(unit_id, level)
        pool.append((last, post_id, unit_id))
        return post_id, unit_id, neighbour

    def new_post(self, unit_id: str, level: int, **values: Any) -> str:
        self._count[unit_id] += 1
        post_id = f"{unit_id}-{self.county.organisation_id}{self._count[unit_id]:02d}"
        title, kind = (
            *(
                ("科员", "staff"),
                ("股长", "division_head"),
                ("副局长", "unit_deputy"),
                ("副局长", "unit_deputy"),
            ),
            *(("副县长", "unit_deputy"), ("副县长", "unit_deputy")),
        )[level]
        row = {
            "title": title,
            "kind": kind,
            "rank": RANKS[level],
            "category": "management",
            "team": "government" if level >= COUNTY_DEPUTY else "",
            "leading": level >= DEPUTY,
            "importance": (1, 2, 3, 4, 4, 5)[level],
            "urgent": False,
            **values,
        }
        self.county.add("posts", post_id=post_id, unit_id=unit_id, **row)
        return post_id


def neighbours() -> dict[str, list[dict]]:
    """Rows of `organisations` and `units` for the neighbouring counties, which get no verdict."""
    rows: dict[str, list[dict]] = {"organisations": [], "units": []}
    for organisation_id, (code, name) in NEIGHBOURS.items():
        rows["organisations"].append(
            {
                "organisation_id": organisation_id,
                "name": f"{name}（虚构）",
                "level": "county",
                "place_code": code,
                "parent_id": "0400",
                "external": True,
            }
        )
        for number, (unit, kind) in enumerate(Abroad.UNITS, start=1):
            rows["units"].append(
                {
                    "unit_id": f"{organisation_id}-{number:02d}",
                    "organisation_id": organisation_id,
                    "name": unit,
                    "kind": kind,
                    "field": "finance" if kind == "department" else "general",
                    "power": "money" if kind == "department" else "none",
                    "law_enforcement": False,
                    "hardship": 1 if kind == "township" else 0,
                }
            )
    unit_id, name = Abroad.ZONE
    zone = {"unit_id": unit_id, "name": name, "kind": "government", "place_code": CITY}
    rows["units"].append({**rows["units"][-1], "hardship": 0, **zone})
    return rows


# --- units and posts ------------------------------------------------------------------------------


def build(county: County, size: float) -> None:
    """The county's organisation, units and posts. ``size`` is 1 for a county of the usual number of cadres."""
    name = "澄溪县" if county.number == 0 else f"澄溪{county.number + 1}县"
    county.add(
        "organisations",
        organisation_id=county.organisation_id,
        name=f"{name}（虚构）",
        level="county",
        place_code=county.place,
        parent_id="0400",
        external=False,
    )
    _teams(county)
    for line in _lines(DEPARTMENTS)[: max(10, min(26, round(26 * size)))]:
        _department(county, *line, staff_posts=max(2, round(2 * size)))
    for parent in ("县公安局", "县财政局", "县自然资源局"):
        unit = county.add_unit(
            f"{parent}办公室",
            "department",
            parent=parent,
            field="general",
            power="none",
            law_enforcement=False,
            hardship=0,
        )
        county.add_post(unit, "主任", "division_head", MIDDLE)
    for line in _lines(TOWNSHIPS)[: max(5, min(15, round(15 * size)))]:
        _township(county, line[0], int(line[1]))
    for unit, work, kind in _lines(INSTITUTIONS):
        county.add_unit(unit, kind, field=work, power="none", law_enforcement=False, hardship=0)
        head = "校长" if work == "education" else "院长" if work == "health" else "总经理"
        county.add_post(unit, head, "unit_head", HEAD, category="technical" if kind == "institution" else "management")
        county.add_post(unit, f"副{head}", "unit_deputy", DEPUTY, category="management")
        county.add_post(unit, "职员", "staff", STAFF, category="technical")


def _teams(county: County) -> None:
    """The county's teams and their organs."""
    plain = {"field": "general", "power": "none", "law_enforcement": False, "hardship": 0}
    lead, deputy = COUNTY, COUNTY_DEPUTY
    organs = {
        ("县委", "party", "party"): [
            ("县委书记", "party_secretary", lead),
            ("县委副书记", "unit_deputy", deputy),
        ],
        ("县人民政府", "government", "government"): [
            ("县长", "government_head", lead),
            ("常务副县长", "unit_deputy", deputy),
            *[("副县长", "unit_deputy", deputy)] * 3,
        ],
        ("县纪律检查委员会监察委员会", "supervision", "discipline"): [
            ("纪委书记、监委主任", "discipline_head", deputy),
            *[("纪委副书记", "unit_deputy", HEAD)] * 2,
        ],
        ("县人民代表大会常务委员会", "congress", "congress"): [
            ("主任", "congress_head", lead),
            *[("副主任", "unit_deputy", deputy)] * 2,
        ],
        ("县政协", "consultative", "consultative"): [
            ("主席", "consultative_head", lead),
            *[("副主席", "unit_deputy", deputy)] * 2,
        ],
        ("县人民法院", "court", "court"): [
            ("院长", "chief_judge", deputy),
            *[("副院长", "unit_deputy", HEAD)] * 2,
        ],
        ("县人民检察院", "procuratorate", "procuratorate"): [
            ("检察长", "chief_prosecutor", deputy),
            ("副检察长", "unit_deputy", HEAD),
        ],
    }
    for (unit, kind, team), posts in organs.items():
        work = {"field": "justice"} if kind in ("court", "procuratorate") else {}
        county.add_unit(unit, kind, **{**plain, **work})
        for title, post_kind, level in posts:
            county.add_post(unit, title, post_kind, level, team=team)


def _department(
    county: County, name: str, work: str, power: str, enforces: str, renamed: str = "", *, staff_posts: int
) -> None:
    county.add_unit(
        name,
        "department",
        renamed=renamed,
        field=work,
        power=power,
        law_enforcement=enforces == "yes",
        hardship=0,
    )
    heads = {
        "县委组织部": ("县委常委、组织部部长", "organisation_head", COUNTY_DEPUTY, "party"),
        "县公安局": ("副县长、公安局局长", "police_head", COUNTY_DEPUTY, "government"),
        "县委政法委员会": ("县委常委、政法委书记", "political_legal_head", COUNTY_DEPUTY, "party"),
        "县委宣传部": ("县委常委、宣传部部长", "unit_head", COUNTY_DEPUTY, "party"),
        "县委统一战线工作部": ("县委常委、统战部部长", "unit_head", COUNTY_DEPUTY, "party"),
    }
    title, kind, level, team = heads.get(
        name, ("局长" if name.endswith("局") else "主任", "unit_head", HEAD, "department")
    )
    county.add_post(name, title, kind, level, team=team)
    for number in range(2):
        importance = {"importance": 2} if number else {}
        county.add_post(name, f"副{title.split('、')[-1][-2:]}", "unit_deputy", DEPUTY, team="department", **importance)
    for number in range(staff_posts):
        kind = ("division_head", "division_deputy")[number % 2]
        county.add_post(name, ("股长", "副股长")[number % 2], kind, MIDDLE, importance=2 - number % 2)
    county.add_post(name, "科员", "staff", STAFF)


def _township(county: County, name: str, hardship: int) -> None:
    county.add_unit(name, "township", field="general", power="none", law_enforcement=False, hardship=hardship)
    mayor = "镇长" if name.endswith("镇") else "乡长"
    county.add_post(name, "党委书记", "unit_head", HEAD, team="township", urgent=hardship == 3)
    county.add_post(name, mayor, "unit_head", HEAD, team="township")
    for number, title in enumerate(("党委副书记", f"副{mayor}", f"副{mayor}", "武装部部长")):
        importance = {"importance": 2} if number > 1 else {}
        county.add_post(name, title, "unit_deputy", DEPUTY, team="township", **importance)
    county.add_post(name, "科员", "staff", STAFF)
    county.add_post(name, "驻村工作队队员", "staff", STAFF, urgent=True, category="management")
