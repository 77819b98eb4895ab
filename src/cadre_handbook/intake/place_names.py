"""Names of places to division codes: 浙江宁波, 江苏省扬州市, 宁波市鄞州区, an old name, a code as it stands.

The list is that of `places` (`data/divisions.csv`). A name that fits several places gives none of them, and says which they
are. Three conventions decide before that:

- a name in use today is taken before one that is no longer (浙江萧山: the district, not the county it was); a name that
  only an abolished place had gives the code of that place;
- of several numbers that one place has had and none of which is in use (浙江省余姚县), the last is taken;
- where one of the places contains all the others (辽宁朝阳: the city, and its county of that name), it is the answer. It is
  true of all of them, and too coarse to say which.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from cadre_handbook import places, schema

_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治[区州县旗]|地区|林区|特区|新区|矿区|[省市区县旗盟])$")
_LATEST = 9999
_IS_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Place:
    """What a name stands for: its ``code`` where it is one place, else None with the ``candidates``, each `code name`."""

    code: str | None
    candidates: tuple[str, ...] = ()


@lru_cache(maxsize=50_000)
def find(text: str) -> Place:
    """The place that a text names.

    Read are a division code, and a province, city or county by its full name or without its ending, each with or without
    those above it (浙江省宁波市鄞州区, 浙江鄞州, 鄞州区), gaps and a closing 人 left out.
    """
    name = "".join(unicodedata.normalize("NFKC", text).split())
    if _IS_CODE.fullmatch(name):
        return Place(name if name in places.known_codes() else None)
    found = _names().get(name) or _names().get(name.removesuffix("人"), ())
    chosen = [row for row in found if not row.last_year] or list(found)
    codes = sorted({row.code for row in chosen})
    if len(codes) == 1:
        return Place(codes[0])
    went_into = {places.successors(code, _LATEST) for code in codes}
    if len(went_into) == 1 and all(went_into):
        return Place(max(chosen, key=lambda row: row.last_year).code)
    around = [code for code in codes if all(_contains(code, other) for other in codes)]
    if len(around) == 1:
        return Place(around[0])
    return Place(None, tuple(f"{row.code} {row.full_name}" for row in sorted(chosen, key=lambda row: row.code)))


def _contains(code: str, other: str) -> bool:
    """Whether a place of that code holds the other, by the digits of their level."""
    return other.startswith(re.sub(r"(?:00){1,2}$", "", code))


@cache
def _names() -> dict[str, tuple[places.Division, ...]]:
    """Every way to name a place, with the places that it may mean."""
    found: dict[str, dict[places.Division, None]] = defaultdict(dict)
    for row in places.divisions():
        above = [["", *_forms(part)] for part in (row.province, row.city) if part and part != row.name]
        for parts in product(*above, _forms(row.name)):
            found["".join(parts)].setdefault(row)
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def _forms(name: str) -> tuple[str, ...]:
    """A name in full, and without what says which kind of place it is: 延边朝鲜族自治州, 延边."""
    short = _SUFFIX.sub("", name)
    if "自治" in name:
        short = _peoples().sub("", short) or short
    return (name,) if short == name else (name, short)


@cache
def _peoples() -> re.Pattern[str]:
    """The names of peoples at the end of a name of which at least two characters are left."""
    labels = [category.label_zh_CN for category in schema.tables()["cadres"].fields["ethnicity"].categories]
    stems = sorted({label.removesuffix("族") for label in labels} | {"各"}, key=len, reverse=True)
    return re.compile(rf"(?<=..)(?:(?:{'|'.join(stems)})族?)+$")
