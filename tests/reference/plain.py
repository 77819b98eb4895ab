"""What every reference needs, slowly and in plain Python: rows as dictionaries, one cadre and one posting at a time."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict

from reference import places

FOREVER = dt.date(9999, 12, 31)
RANKS = ["staff", "section_deputy", "section", "county_deputy", "county", "city_deputy", "city"]
GRADES = ["incompetent", "basically_competent", "competent", "excellent"]


def rows(dataset, table: str) -> list[dict]:
    """The rows of a table, dates as dates, what is empty as None: dictionaries of one's own, to add to."""
    key = ("plain rows", table)
    if key not in dataset.cache:
        records = dataset[table].astype(object).to_dict("records")
        dataset.cache[key] = [{column: value_of(value) for column, value in record.items()} for record in records]
    return [dict(row) for row in dataset.cache[key]]


def value_of(value):
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.date() if hasattr(value, "to_pydatetime") else value


def by(table: list[dict], key: str) -> dict:
    return {row[key]: row for row in table}


# --- days ----------------------------------------------------------------------------------------


def plus_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def anniversary(day: dt.date, years: int) -> dt.date:
    if (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years):
        return dt.date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def full_years(day: dt.date, until: dt.date) -> int:
    """How many anniversaries of `day` are no later than the day after `until`."""
    tomorrow = until + dt.timedelta(days=1)
    years = tomorrow.year - day.year
    return years if anniversary(day, years) <= tomorrow else years - 1


def first_day(settings) -> dt.date:
    """The first of the days that count, where only the last months do."""
    return plus_months(tomorrow(settings), -settings.window_months)


def tomorrow(settings) -> dt.date:
    return today(settings) + dt.timedelta(days=1)


def today(settings) -> dt.date:
    return settings.as_of.date()


# --- careers --------------------------------------------------------------------------------------


def first_ancestor(name: str, parents: dict) -> str:
    while parents.get(name) is not None:
        name = parents[name]
    return name


def postings(dataset, substantive: bool = True) -> dict[str, list[dict]]:
    """The postings of each cadre in the order they began, with what is known of post, unit and organisation: as `rows`, one's own."""
    key = ("plain postings", substantive)
    if key not in dataset.cache:
        dataset.cache[key] = _postings(dataset, substantive)
    careers = {cadre_id: [dict(row) for row in career] for cadre_id, career in dataset.cache[key].items()}
    return defaultdict(list, careers)


def _postings(dataset, substantive: bool) -> dict[str, list[dict]]:
    organisations, units = by(rows(dataset, "organisations"), "organisation_id"), by(rows(dataset, "units"), "unit_id")
    posts, cadres = by(rows(dataset, "posts"), "post_id"), by(rows(dataset, "cadres"), "cadre_id")
    earlier_posts = {name: post["predecessor_post_id"] for name, post in posts.items()}
    earlier_units = {name: unit["predecessor_unit_id"] for name, unit in units.items()}
    divisions_of = {name: unit["parent_unit_id"] for name, unit in units.items()}
    careers = defaultdict(list)
    for row in rows(dataset, "postings"):
        if substantive and row["role"] != "substantive":
            continue
        post = posts[row["post_id"]]
        unit = units[post["unit_id"]]
        organisation = organisations[unit["organisation_id"]]
        careers[row["cadre_id"]].append(
            {
                **row,
                "post": first_ancestor(row["post_id"], earlier_posts),
                "unit": first_ancestor(post["unit_id"], earlier_units),
                "department": first_ancestor(first_ancestor(post["unit_id"], divisions_of), earlier_units),
                "of_post": post,
                "of_unit": unit,
                "of_organisation": organisation,
                "organisation_id": organisation["organisation_id"],
                "place_code": unit["place_code"] or organisation["place_code"],
                "managed_by": cadres[row["cadre_id"]]["organisation_id"],
            }
        )
    for career in careers.values():
        career.sort(key=lambda row: (row["start"], row["end"] or FOREVER))
    return careers


def months_of(day: dt.date) -> int:
    return day.year * 12 + day.month


def stays(career: list[dict], key, max_gap_days: int = 0) -> list[dict]:
    """Stretches of one cadre's postings with the same key, each with its postings in the order they began."""
    found = []
    for row in career:
        if key(row) is None:
            continue
        stay = next((item for item in reversed(found) if item["key"] == key(row)), None)
        if stay is None or not joins(stay, row, max_gap_days):
            stay = {"key": key(row), "start": row["start"], "end": dt.date.min, "end_is_month": False, "postings": []}
            found.append(stay)
        end = row["end"] or FOREVER
        by_month = row["end"] is not None and row["end_is_month"]
        if end > stay["end"]:
            stay["end"], stay["end_is_month"] = end, by_month
        elif end == stay["end"]:
            stay["end_is_month"] = stay["end_is_month"] or by_month
        stay["postings"].append(row)
    return found


def joins(stay: dict, row: dict, max_gap_days: int) -> bool:
    if stay["end"] == FOREVER or (row["start"] - stay["end"]).days <= max_gap_days:
        return True
    both_by_month = stay["end_is_month"] and row["start_is_month"]
    return both_by_month and months_of(row["start"]) - months_of(stay["end"]) <= 1


def moves(dataset, max_gap_days: int = 0) -> list[dict]:
    """Changes of substantive post: the posting that ended what was left, the posting arrived in, and their days."""
    found = []
    for cadre_id, career in postings(dataset).items():
        held = stays(career, lambda row: row["post"], max_gap_days)
        for stay in held:
            before = [other for other in held if other["start"] < stay["start"]]
            if not before:
                continue
            # What was left is the latest post still held by then; else the latest that had been held.
            still = [other for other in before if other["end"] >= stay["start"]]
            left = still[-1] if still else max(before, key=lambda other: (other["end"], other["start"]))
            if left["postings"][0]["post"] == stay["postings"][0]["post"]:
                continue  # back in one's own post after a break
            found.append(a_move(cadre_id, left, stay))
    return found


def a_move(cadre_id: str, left: dict, stay: dict) -> dict:
    one, other = left["postings"][-1], stay["postings"][0]
    return {
        "cadre_id": cadre_id,
        "managed_by": other["managed_by"],
        "moved_on": stay["start"],
        "from_start": left["start"],
        "from_end": left["end"],
        "to_end": stay["end"],
        "from": one,
        "to": other,
        "demotion": other["route"] in ("demoted", "removed_to"),
        "rank_step": step(RANKS, one["of_post"]["rank"], other["of_post"]["rank"]),
        "importance_step": difference(one["of_post"]["importance"], other["of_post"]["importance"]),
        "changed_county": opposite(
            places.same_place(one["place_code"], other["place_code"], stay["start"].year, "county")
        ),
    }


def step(order: list[str], old: str | None, new: str | None) -> int | None:
    return None if old is None or new is None else order.index(new) - order.index(old)


def difference(old, new):
    return None if old is None or new is None else new - old


# --- three-valued answers and counting -----------------------------------------------------------


def opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def either(*answers: bool | None) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def both(*answers: bool | None) -> bool | None:
    return opposite(either(*(opposite(answer) for answer in answers)))


def same(one, other) -> bool | None:
    return None if one is None or other is None else one == other


def above(value, bound) -> bool | None:
    return None if value is None else bool(value > bound)


def fact(measure, subject, organisation, hit, eligible=True, reason=None, group="") -> dict:
    return {
        "measure": measure,
        "subject_id": subject,
        "organisation_id": organisation,
        "group": group,
        "eligible": eligible,
        "hit": hit,
        "reason_code": reason,
    }


def findings_of(facts: list[dict], dataset) -> set[tuple[str, str, str]]:
    own = dataset.organisations()
    return {
        (row["measure"], row["subject_id"], row["reason_code"])
        for row in facts
        if row["reason_code"] and row["organisation_id"] in own
    }


def counts_of(facts: list[dict], dataset, counted: tuple[str, ...]) -> dict[tuple, tuple[int, int, int]]:
    """n, k and missing. `counted` are the measures that are a count against a target, not a share."""
    own = dataset.organisations()
    totals = defaultdict(lambda: [0, 0, 0])
    for row in facts:
        if row["organisation_id"] not in own or row["eligible"] is False:
            continue
        total = totals[row["measure"], row["group"], row["organisation_id"]]
        unknown = row["hit"] is None or row["eligible"] is None
        if unknown and not (row["measure"] in counted and row["hit"] is False):
            total[2] += 1
        elif not unknown:  # one who may not count, and is surely no hit, is in neither number
            total[0] += 1
            total[1] += row["hit"]
    return {key: tuple(total) for key, total in totals.items()}
