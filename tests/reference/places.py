"""`cadre_handbook.places` once more, slowly: one code at a time, row by row of the list as it is printed."""

from __future__ import annotations

import csv
from functools import cache

from cadre_handbook.paths import DATA

with open(DATA / "divisions.csv", encoding="utf-8", newline="") as lines:
    LIST = [
        row | {"from": int(row["first_year"]), "to": int(row["last_year"] or 9999)} for row in csv.DictReader(lines)
    ]
YEARS = [row[end] for row in LIST for end in ("from", "to") if row[end] != 9999]
FIRST, LAST = min(YEARS), max(YEARS)
MUNICIPALITIES = {"110000", "120000", "310000", "500000"}
ROWS: dict[str, list[dict]] = {}
for row in LIST:
    ROWS.setdefault(row["code"], []).append(row)
for row in LIST:
    if row["level"] == "county" and row["code"][:2] + "0000" in MUNICIPALITIES and not row["city"]:
        ROWS.setdefault(row["code"][:4] + "00", ROWS[row["code"][:2] + "0000"])


@cache
def runs(code: str) -> list[list[dict]]:
    """The rows of a code, those of a renaming together."""
    together: list[list[dict]] = []
    for row in ROWS.get(code, []):
        if together:
            previous = together[-1][-1]
            whole = [entry for entry in previous["successors"].split(";") if entry and "[" not in entry]
            if previous["to"] == row["from"] and (not whole or code in whole):
                together[-1].append(row)
                continue
        together.append([row])
    return together


def follow(code: str, then: int, year: int, been: set) -> set[str] | None:
    """Where the place that had `code` in the year `then` is in `year`; None when that is lost."""
    for run in runs(code):
        if not run[0]["from"] <= then < run[-1]["to"]:
            continue
        if year < run[-1]["to"]:
            return {code}
        return go_on(code, run, year, been)
    return None


def go_on(code: str, run: list[dict], year: int, been: set) -> set[str] | None:
    if (code, run[0]["from"]) in been:
        return set()
    been.add((code, run[0]["from"]))
    ends_in = [entry for entry in run[-1]["successors"].split(";") if entry and "[" not in entry]
    if not ends_in:
        return None
    found = set()
    for row in run:
        for entry in row["successors"].split(";"):
            heir, when = entry[:6], int(entry[7:11]) if "[" in entry else row["to"]
            if not entry or (heir == code and row is not run[-1]):
                continue
            further = follow(heir, when, year, been)
            if further is None:
                return None
            found |= further
    return found


def successors(code: str, year: int) -> set[str]:
    year = min(max(year, FIRST), LAST)
    ended, later = [], False
    for run in runs(code):
        if run[0]["from"] <= year < run[-1]["to"]:
            return {code}
        if year < run[0]["from"]:
            later = True
        else:
            ended.append(run)
    if not ended:
        return {code} if later else set()
    found = go_on(code, ended[-1], year, set())
    if not found:
        return set()
    return found | {code} if later else found


def cut(code: str, level: str) -> str | None:
    if level == "province":
        return code[:2]
    if code[2:] == "0000":
        return None
    if level == "county":
        return None if code[4:] == "00" else code
    if code[:2] + "0000" in MUNICIPALITIES:
        return code[:2] + "01"
    county_of_no_city = code[4:] != "00" and ROWS[code][0]["city"] == ""
    return code if county_of_no_city else code[:4]


def at_level(code: str | None, year: int | None, level: str) -> str | None:
    if code is None or year is None:
        return None
    places = [cut(successor, level) for successor in successors(code, year)]
    return places[0] if places and all(place == places[0] for place in places) else None


def same_place(a: str | None, b: str | None, year: int | None, level: str) -> bool | None:
    if a is None or b is None or year is None:
        return None
    year = min(max(year, FIRST), LAST)
    answers = []
    for state in (max(year - 1, FIRST), year):
        for code in (a, b):
            if code in ROWS and state < ROWS[code][0]["from"]:
                state = max(state, runs(code)[-1][0]["from"])
        one, other = at_level(a, state, level), at_level(b, state, level)
        answers.append(None if one is None or other is None else one == other)
    return answers[0] if answers[0] == answers[1] else None
