"""`after_the_move` once more: each move with the grade before and after it, beside each who stayed; who was left alone; who left."""

from __future__ import annotations

import math
from collections import defaultdict

from reference.plain import (
    FOREVER,
    GRADES,
    by,
    either,
    fact,
    full_years,
    moves,
    plus_months,
    postings,
    rows,
    today,
    tomorrow,
)
from reference.use_of_results import MEASURES


def facts(dataset, settings) -> list[dict]:
    county = County(dataset, settings)
    return [*compared(county), *left_alone(county), *left_soon(county)]


class County:
    """The rows of one run, by cadre where that is what one looks for."""

    def __init__(self, dataset, settings):
        self.dataset, self.settings = dataset, settings
        self.cadres = by(rows(dataset, "cadres"), "cadre_id")
        self.careers = postings(dataset)
        self.moves = sorted(moves(dataset), key=lambda move: move["moved_on"])
        self.years = defaultdict(list)
        every = []
        for row in sorted(rows(dataset, "assessments"), key=lambda row: row["assessed_on"]):
            if row["kind"] not in ("annual", None):
                continue
            post = self.post_on(row["cadre_id"], row["assessed_on"])
            year = {
                "on": row["assessed_on"],
                "grade": None if row["kind"] is None or row["grade"] is None else GRADES.index(row["grade"]),
                "score": row["score"],
                "unit": post and post["department"],
                "rank": post and post["of_post"]["rank"],
            }
            every.append(year)
            self.years[row["cadre_id"]].append(year)
        self.place_them(every)

    def post_on(self, cadre_id, day):
        held = [row for row in self.careers[cadre_id] if row["start"] <= day < (row["end"] or FOREVER)]
        return held[-1] if held else None

    def place_them(self, every):
        units = defaultdict(list)
        for year in every:
            year["place"] = None
            if year["grade"] is not None and year["unit"] is not None:
                units[year["unit"], year["on"].year].append(year)
        for unit in units.values():
            if len(unit) < self.settings.min_unit:
                continue
            for year in unit:
                lower = sum(is_lower(other, year, unit, self.settings) for other in unit)
                higher = sum(is_lower(year, other, unit, self.settings) for other in unit)
                ties = len(unit) - lower - higher
                year["place"] = 100 * (lower + ties / 2) / len(unit)

    def wanted(self):
        """Moves that count, the first of a day."""
        seen, found = set(), []
        for move in self.moves:
            if self.settings.movers == "exchanged":
                counts = move["to"]["exchange_kind"] is not None
            else:
                counts = changes_unit(move)
            if counts and not move["demotion"] and (move["cadre_id"], move["moved_on"]) not in seen:
                seen.add((move["cadre_id"], move["moved_on"]))
                found.append(move)
        return found

    def with_years(self):
        """Moves with the year before and the year after, `None` where it should be on file and is not."""
        settings = self.settings
        begins = plus_months(tomorrow(settings), -settings.window_months)
        for move in self.wanted():
            cadre, day = move["cadre_id"], move["moved_on"]
            if day < begins:
                continue
            until = plus_months(day, settings.until_months)
            oldest, earliest = plus_months(day, -settings.before_months), plus_months(day, settings.after_months)
            before = [year for year in self.years[cadre] if oldest <= year["on"] < day]
            after = [year for year in self.years[cadre] if earliest <= year["on"] <= until]
            last = after[0]["on"] if after else until
            again = any(
                changes_unit(other) and day < other["moved_on"] <= last
                for other in self.moves
                if other["cadre_id"] == cadre
            )
            left_on = self.cadres[cadre]["left_on"]
            left = not after and left_on is not None and left_on <= until
            if again or left or (not after and until > today(settings)):
                continue
            yield move, (before[-1] if before else None), (after[0] if after else None)

    def kind_of(self, cadre_id, before, after):
        """What movers and stayers must share: `None` where a part of it, or a place, is not known."""
        born = self.cadres[cadre_id]["birth_date"]
        if before is None or after is None or born is None:
            return None
        if None in (before["grade"], before["place"], after["place"], before["rank"]):
            return None
        band = full_years(born, before["on"]) // self.settings.age_band_years
        organisation = self.cadres[cadre_id]["organisation_id"]
        return organisation, before["on"].year, after["on"].year, before["rank"], band, before["grade"]

    def stayers(self, first, second):
        """Who has both years and did not move between them."""
        for cadre_id, years in self.years.items():
            before = [year for year in years if year["on"].year == first]
            after = [year for year in years if year["on"].year == second]
            if not before or not after:
                continue
            moved = any(
                before[-1]["on"] < move["moved_on"] <= after[0]["on"]
                for move in self.moves
                if move["cadre_id"] == cadre_id
            )
            if not moved:
                yield cadre_id, before[-1], after[0]


def is_lower(one, other, unit, settings) -> bool:
    if one["grade"] != other["grade"]:
        return one["grade"] < other["grade"]
    scores = [year["score"] for year in unit if year["grade"] == one["grade"]]
    return settings.place_by == "grade_and_score" and None not in scores and one["score"] < other["score"]


def changes_unit(move) -> bool:
    return move["from"]["department"] != move["to"]["department"]


def two_sides(county) -> tuple[dict, dict, list]:
    """By what they share: the changes of movers and of stayers with their ids; and the movers of whom something is unknown."""
    movers, stayers, unknown = defaultdict(list), defaultdict(list), []
    spans = set()
    for move, before, after in county.with_years():
        if before is not None and after is not None:
            spans.add((before["on"].year, after["on"].year))
        kind = county.kind_of(move["cadre_id"], before, after)
        if kind is None:
            unknown.append(move["cadre_id"])
        else:
            movers[kind].append((move["cadre_id"], after["place"] - before["place"]))
    for first, second in spans:
        for cadre_id, before, after in county.stayers(first, second):
            kind = county.kind_of(cadre_id, before, after)
            if kind in movers:
                stayers[kind].append((cadre_id, after["place"] - before["place"]))
    return movers, stayers, unknown


def compared(county) -> list[dict]:
    movers, stayers, unknown = two_sides(county)
    found = []
    for cadre_id in unknown:
        organisation = county.cadres[cadre_id]["organisation_id"]
        found += [fact(measure, cadre_id, organisation, None) for measure in ("change_of_place", "matched")]
    for kind, group in movers.items():
        for cadre_id, _change in group:
            found.append(fact("matched", cadre_id, kind[0], kind in stayers))
            found.append(fact("change_of_place", cadre_id, kind[0], True, kind in stayers))
        found += [fact("change_of_place", cadre_id, kind[0], False) for cadre_id, _change in stayers[kind]]
    return found


def difference(dataset, settings) -> tuple[float, float]:
    """The mean over movers of their change less the mean change of those who match them, and its standard error."""
    movers, stayers, _unknown = two_sides(County(dataset, settings))
    kinds = [kind for kind in movers if stayers[kind]]
    total = sum(len(movers[kind]) for kind in kinds)
    value = wobble = 0.0
    squares, freedom = [0.0, 0.0], [0, 0]
    for kind in kinds:
        sides = [[change for _id, change in side[kind]] for side in (movers, stayers)]
        means = [sum(side) / len(side) for side in sides]
        value += sum(change - means[1] for change in sides[0]) / total
        wobble += (len(sides[0]) / total) ** 2 / len(sides[1])
        for number, side in enumerate(sides):
            squares[number] += sum((change - means[number]) ** 2 for change in side)
            freedom[number] += len(side) - 1
    return value, math.sqrt(squares[0] / freedom[0] / total + squares[1] / freedom[1] * wobble)


# --- who was left alone -----------------------------------------------------------------------------


def left_alone(county) -> list[dict]:
    settings, found = county.settings, []
    tables = {name: rows(county.dataset, name) for name in ("supervision", "trainings", "decisions")}
    if not tables["supervision"]:
        return []  # where no contacts are kept, nobody can be said to have been left alone
    for move, before, after in county.with_years():
        cadre_id = move["cadre_id"]
        until = plus_months(after["on"], settings.follow_up_months) if after else None
        if until is not None and until > today(settings):
            continue
        had = range(4) if before is None or before["grade"] is None else [before["grade"]]
        has = range(4) if after is None or after["grade"] is None else [after["grade"]]
        falls = {one - other >= settings.fall_grades for one in had for other in has}
        fell = None if len(falls) == 2 else falls.pop()
        alone = None
        if after is not None:
            followed = follow_up(cadre_id, after["on"], until, tables, county)
            alone = None if followed is None else not followed
        if fell is None:
            alone, reason = None, "year_unknown"
        else:
            reason = "fell_alone" if fell and alone else None
        found.append(fact("fell_alone", cadre_id, move["managed_by"], alone, fell, reason))
    return found


def follow_up(cadre_id, fell_on, until, tables, county) -> bool | None:
    def in_time(day):
        return day is not None and fell_on < day <= until

    answers = [in_time(county.cadres[cadre_id]["left_on"])]
    for row in tables["supervision"]:
        if row["cadre_id"] == cadre_id:
            answers.append(in_time(row["talked_on"]))
            if in_time(row["happened_on"]):
                answers.append(None if row["kind"] is None else row["kind"] == "contact")
    for row in tables["trainings"]:
        if row["cadre_id"] == cadre_id and in_time(row["start"]):
            answers.append(None if row["kind"] is None else row["kind"] == "onboarding")
    for row in tables["decisions"]:
        if row["cadre_id"] == cadre_id and row["kind"] in (None, *MEASURES):
            perhaps = row["decided_on"] is None or in_time(row["decided_on"])
            surely = in_time(row["decided_on"]) and row["kind"] is not None
            answers.append(True if surely else None if perhaps else False)
    for move in county.moves:
        if move["cadre_id"] == cadre_id and in_time(move["moved_on"]):
            lower = [None if step is None else bool(step < 0) for step in (move["rank_step"], move["importance_step"])]
            answers.append(either(move["demotion"], *lower))
    return either(*answers)


# --- who left soon ------------------------------------------------------------------------------------


def left_soon(county) -> list[dict]:
    settings, found = county.settings, []
    for number in range(settings.leave_years):
        end = plus_months(tomorrow(settings), -settings.leave_months)
        for _year in range(number):
            end = plus_months(end, -12)
        begin, middle = plus_months(end, -12), plus_months(end, -6)
        first = {}
        for move in county.wanted():
            if begin <= move["moved_on"] < end:
                first.setdefault(move["cadre_id"], move["moved_on"])
        moved = {move["cadre_id"] for move in county.moves if begin <= move["moved_on"] < end}
        others = {name: middle for name in county.cadres if name not in moved and county.post_on(name, middle)}
        for cadre_id, since in [*first.items(), *others.items()]:
            cadre = county.cadres[cadre_id]
            left_on, why = cadre["left_on"], cadre["left_reason"]
            if left_on is not None and left_on <= since:
                continue
            left = left_on is not None and left_on <= plus_months(since, settings.leave_months)
            hit, eligible = left, True
            if left and why is None:
                hit, eligible = None, None
            elif left:
                resigned_only = settings.counts_as_left == "resigned"
                hit = eligible = why == "resigned" if resigned_only else why not in ("retired", "died")
            found.append(fact("left_soon", cadre_id, cadre["organisation_id"], hit, eligible))
    return found
