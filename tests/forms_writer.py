"""Writes made-up appointment forms, as `.lrmx` and `.lrm`, and résumés in the many ways people write them.

Nobody real can be meant: the names say what they are, and no division has the code 990001 of the ID-card numbers. Run as a
program, it writes the files of `tests/data/forms/` anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from stdnum.cn import ric

FORMS = Path(__file__).parent / "data" / "forms"
COUNT = 20
DASHES = ("--", "-", "—", "——", "–", "~", "～", "至", "到", "－－", " -- ", "－", "─", "〜")
GAPS = ("  ", "\u3000", "\u3000\u3000", " ", "\t")
RUNNING = ("", "至今", "今")
UNITS = ("县财政局", "县教育局", "县委组织部", "清河镇", "桃园乡", "县审计局", "县民政局", "县投资促进局")
TITLES = {"镇": ("副镇长", "镇长"), "乡": ("副乡长", "乡长"), "部": ("副部长", "部长", "干部")}

Choose = Callable[[Sequence], object]


@dataclass(frozen=True)
class Deed:
    """What a line of a résumé says: months `YYYY-MM`, an empty end for one that still runs."""

    start: str
    end: str
    unit: str
    title: str
    secondment: bool = False


@dataclass(frozen=True)
class Person:
    """What a form is written from."""

    name: str
    sex: str
    birth: str
    id_number: str
    ethnicity: str = "汉族"
    native_place: str = "甘肃省定西市"
    birth_place: str = "甘肃省定西市"
    party: str = "199806"
    joined_on: str = "199607"
    full_time: str = "大学"
    part_time: str = ""
    deeds: tuple[Deed, ...] = ()
    results: tuple[tuple[int, str], ...] = ()
    awards: tuple[tuple[int, str], ...] = ()
    relatives: tuple[str, ...] = field(default=())

    @property
    def resume(self) -> str:
        """The résumé in the usual way."""
        return resume(self.deeds, lambda ways: ways[0])


def id_number(birth: str, order: int) -> str:
    """An ID-card number that nobody has, with its right check digit; `birth` is YYYYMMDD, an odd order a man."""
    front = f"990001{birth}{order:03d}0"
    return front[:-1] + ric.calc_check_digit(front)


def written_month(month: str, choose: Choose) -> str:
    """A month as people write it."""
    year, number = month.split("-")
    ways = [
        f"{year}.{number}",
        f"{year}年{int(number)}月",
        f"{year}年{number}月",
        f"{year}{number}",
        f"{year}/{number}",
    ]
    if int(number) in range(2, 10):
        ways.append(f"{year}.{int(number)}")
    text = str(choose(ways))
    return str(choose([text, text.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})]))


def resume(deeds: Sequence[Deed], choose: Choose) -> str:
    """A résumé; `choose` picks each dash, gap and form of date from the ways there are."""
    lines = []
    for deed in deeds:
        start, dash = written_month(deed.start, choose), str(choose(DASHES))
        end = written_month(deed.end, choose) if deed.end else str(choose(RUNNING))
        told = f"{deed.unit}{deed.title}"
        if deed.secondment:
            told = str(choose([f"{told}（挂职）", f"挂职任{told}", f"{deed.unit}挂任{deed.title}"]))
        gap = str(choose(GAPS))
        if len(told) > 6 and choose([False, False, True]):
            told = f"{told[:5]}\n{' ' * 18}{told[5:]}"
        lines.append(f"{start}{dash}{end}{gap}{told}")
    return "\n".join(lines)


def people() -> list[Person]:
    """Twenty made-up people, the same each time."""
    rng = random.Random(20240101)
    return [_person(number, rng) for number in range(1, COUNT + 1)]


def _person(number: int, rng: random.Random) -> Person:
    year, month = rng.randint(1968, 1990), rng.randint(1, 12)
    male = rng.random() < 0.6
    birth, begin = f"{year}{month:02d}", year + 22
    deeds, start = [], f"{begin}-07"
    for position in range(rng.randint(2, 5)):
        end = f"{int(start[:4]) + rng.randint(2, 5)}-{rng.randint(1, 12):02d}"
        unit = rng.choice(UNITS)
        title = rng.choice(TITLES.get(unit[-1], ("科员", "副局长", "局长")))
        deeds.append(Deed(start, end, unit, title, secondment=position > 0 and rng.random() < 0.15))
        start = end
    deeds[-1] = Deed(deeds[-1].start, "", deeds[-1].unit, deeds[-1].title)
    return Person(
        name=f"样本{'甲乙丙丁戊己庚辛壬癸'[(number - 1) % 10]}{'一二'[(number - 1) // 10]}",
        sex="男" if male else "女",
        birth=birth,
        id_number=id_number(f"{birth}{rng.randint(1, 28):02d}", 2 * number + male),
        ethnicity=rng.choice(["汉族", "汉", "回族", "藏族"]),
        party=rng.choice([f"{begin + 2}06", "群众", "民盟", "中共党员"]),
        joined_on=f"{begin}07",
        full_time=rng.choice(["大学", "大专", "中专"]),
        part_time=rng.choice(["", "省委党校研究生", "大学"]),
        deeds=tuple(deeds),
        results=tuple((result, rng.choice(["优秀", "称职", "称职", "基本称职"])) for result in (2021, 2022, 2023)),
        awards=((2022, "三等功"),) if number % 4 == 0 else (),
        relatives=("妻子" if male else "丈夫", "儿子")[: rng.randint(0, 2)],
    )


def results_text(person: Person) -> str:
    """The field of yearly results."""
    return "".join(f"{year}年年度考核{grade}；" for year, grade in person.results)


def awards_text(person: Person) -> str:
    """The field of awards, which says 无 where there are none."""
    return "".join(f"{year}年荣立{kind}。" for year, kind in person.awards) or "无"


def lrmx(person: Person, **instead: str) -> bytes:
    """A form as XML; `instead` gives the text of single elements."""
    texts = {
        "XingMing": person.name,
        "XingBie": person.sex,
        "ChuShengNianYue": person.birth,
        "MinZu": person.ethnicity,
        "JiGuan": person.native_place,
        "ChuShengDi": person.birth_place,
        "RuDangShiJian": person.party,
        "CanJiaGongZuoShiJian": person.joined_on,
        "JianKangZhuangKuang": "健康",
        "QuanRiZhiJiaoYu_XueLi": person.full_time,
        "QuanRiZhiJiaoYu_XueWei": "",
        "ZaiZhiJiaoYu_XueLi": person.part_time,
        "ZaiZhiJiaoYu_XueWei": "",
        "XianRenZhiWu": f"{person.deeds[-1].unit}{person.deeds[-1].title}" if person.deeds else "",
        "NiRenZhiWu": "",
        "NiMianZhiWu": "",
        "JianLi": person.resume,
        "JiangChengQingKuang": awards_text(person),
        "NianDuKaoHeJieGuo": results_text(person),
        "RenMianLiYou": "",
        "ShenFenZheng": person.id_number,
        "ZhaoPian": "",
    } | instead
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<Person>"]
    lines += [f"  <{tag}>{escape(text)}</{tag}>" for tag, text in texts.items()]
    lines.append("  <JiaTingChengYuan>")
    for relation in (*person.relatives, ""):
        name = f"亲属{relation}" if relation else ""
        lines.append(
            f"    <Item><ChengWei>{relation}</ChengWei><XingMing>{name}</XingMing><ChuShengRiQi></ChuShengRiQi>"
            "<ZhengZhiMianMao></ZhengZhiMianMao><GongZuoDanWeiJiZhiWu></GongZuoDanWeiJiZhiWu></Item>"
        )
    return "\n".join([*lines, "  </JiaTingChengYuan>", "</Person>", ""]).encode()


def lrm(person: Person, instead: dict[int, str] | None = None) -> bytes:
    """A form as quoted text in GBK; `instead` gives the text of single fields by their position."""
    fields = [""] * 30
    fields[:6] = [person.name, person.sex, person.birth, person.ethnicity, person.native_place, person.party]
    fields[8] = person.joined_on
    fields[9] = f"{person.full_time}#@{person.part_time}#"
    fields[17:20] = [person.resume, awards_text(person), results_text(person)]
    fields[20] = "@".join(person.relatives)
    fields[21] = "@".join(f"亲属{relation}" for relation in person.relatives)
    fields[25] = f"{person.deeds[-1].unit}{person.deeds[-1].title}" if person.deeds else ""
    for position, text in (instead or {}).items():
        fields[position] = text
    return ("".join(f'"{text}",' for text in fields)[:-1]).encode("gbk")


def files() -> dict[str, bytes]:
    """Every file of `tests/data/forms/` by name."""
    written = {}
    for number, person in enumerate(people(), start=1):
        written[f"{number:02d}.lrmx"], written[f"{number:02d}.lrm"] = lrmx(person), lrm(person)
    return written


if __name__ == "__main__":
    FORMS.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (FORMS / name).write_bytes(data)
