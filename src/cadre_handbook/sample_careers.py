"""Twelve years of careers in the made-up county, and the records that were kept of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from cadre_handbook.sample_county import (
    AGE_AT_START,
    AS_OF,
    CHANGES_OF_TERM,
    COUNTY,
    COUNTY_DEPUTY,
    DEPUTY,
    FAR_AWAY,
    FIRST_YEAR,
    FROM_ELSEWHERE,
    HEAD,
    LAST_YEAR,
    LAWFUL_KINDS,
    MIDDLE,
    NEED_KINDS,
    OLDEST_TO_RISE,
    SEAT,
    STAFF,
    YEARS_BELOW,
    County,
    Dice,
    Person,
    Post,
    as_text,
    ordinal,
)

YEAR = 365
BEGINNING = dt.date(FIRST_YEAR, 1, 1).toordinal()
END = AS_OF.toordinal()
ORDINARY_ROTATION, ROTATION_AT_CHANGE = 0.05, 0.28
FOREGOING = "2000-01"
STUDIES = 7  # marks the dice that only the fields of study are drawn from
HEARINGS = 8  # and those that only the days of record of opinions and talks are drawn from


class Careers:
    """The people of one county from one day of appointments to the next."""

    def __init__(self, county: County, cadres: int):
        self.county, self.dice, self.cadres = county, county.dice, cadres
        self.left_to_recruit = 0
        self.by_level: dict[int, list[Post]] = defaultdict(list)
        for posts in county.posts.values():
            for post in posts:
                if not post.reserved:
                    self.by_level[post.level].append(post)
        self.serving: list[Person] = []
        self.acting: dict[Post, tuple[Person, int]] = {}
        self.errands: list[Post] = [post for post in self.by_level[STAFF] if post.hard]

    # --- the day the story begins -------------------------------------------------------------------------------------

    def begin(self, share_at_start: float = 0.72) -> None:
        """Fill the posts as they stood on 1 January of the first year; everybody has one earlier posting."""
        at_start = round(self.cadres * share_at_start)
        posts = [post for level in range(COUNTY, STAFF, -1) for post in self.by_level[level]]
        for post in posts:
            if len(self.serving) < at_start and not self.dice.chance(0.02):
                self._settle(post)
        while len(self.serving) < at_start:
            self._settle(self.dice.pick(self.by_level[STAFF]))
        self.left_to_recruit = self.cadres - at_start

    def _settle(self, post: Post) -> None:
        dice, level = self.dice, post.level
        age = dice.between(*AGE_AT_START[level])
        born = _first_of_month(BEGINNING - age * YEAR - dice.between(0, 364))
        joined = _first_of_month(min(born + dice.between(21, 24) * YEAR, BEGINNING - 300))
        since = _first_of_month(BEGINNING - dice.between(30, max(60, min(8 * YEAR, BEGINNING - joined - 200))))
        earlier = _first_of_month(max(joined, since - dice.between(2, 6) * YEAR, ordinal(FOREGOING)))
        if level <= MIDDLE and joined >= ordinal(FOREGOING):
            earlier = joined  # of the young, the whole record is there
        person = self.county.add_cadre(born, joined, from_elsewhere=post.kind in FROM_ELSEWHERE)
        if person.from_elsewhere or (level >= COUNTY_DEPUTY and dice.chance(0.4)):
            self._earlier_abroad(person, max(level - 1, STAFF), earlier, since)
        elif earlier < since:
            self._earlier_here(person, max(level - 1, STAFF), earlier, since)
        self._take_up(person, post, since, "promoted" if level else "recruited")
        person.rose = since - dice.between(0, 3 * YEAR)

    def _earlier_abroad(self, person: Person, level: int, start: int, end: int) -> None:
        post_id, unit, _neighbour = self.county.abroad.post(level, start, end)
        person.units.add(unit)
        self.county.add_posting(person.key, post_id, start, end, role="substantive", exchange_kind="", route="")

    def _earlier_here(self, person: Person, level: int, start: int, end: int) -> None:
        """An earlier posting: staff posts have many holders, so nobody's way is barred."""
        post = self.dice.pick(self.by_level[STAFF])
        person.units.add(post.unit)
        person.hard |= post.hard
        self.county.serve(person.key, post, start, end, role="")

    # --- taking up and leaving posts ------------------------------------------------------------------------------------

    def _take_up(
        self, person: Person, post: Post, day: int, route: str, exchange_kind: str = "", from_place: str = ""
    ) -> None:
        if post.level != STAFF:
            post.holder = person
        if person not in self.serving:
            self.serving.append(person)
        if post.level > person.level or not person.rose:
            person.rose = day
        person.post, person.since, person.level = post, day, post.level
        person.route, person.exchange_kind, person.from_place = route, exchange_kind, from_place

    def _leave(self, person: Person, day: int | str) -> None:
        """Close the posting that runs, as a row."""
        post = person.post
        self.county.serve(
            person.key,
            post,
            person.since,
            day,
            role="substantive",
            route=person.route,
            exchange_kind=person.exchange_kind,
            from_place_code=person.from_place,
        )
        person.units.add(post.unit)
        person.hard |= post.hard
        if post.holder is person:
            post.holder = None
        person.post = None

    def _move(self, person: Person, post: Post, day: int, route: str, exchange_kind: str = "") -> None:
        self._leave(person, day)
        self._take_up(person, post, day, route, exchange_kind)

    def _depart(self, person: Person, day: int, reason: str) -> None:
        self._leave(person, day)
        self.serving.remove(person)
        person.row |= {"left_on": as_text(day, False), "left_reason": reason}

    def _go_abroad(self, person: Person, day: int) -> None:
        """Move to a neighbouring county, which manages the cadre from then on; or out of sight."""
        if self.dice.chance(0.35) and person.level >= HEAD:
            self._depart(person, day, "transferred_out")
            return
        level = person.level
        self._leave(person, day)
        self.serving.remove(person)
        end = min(person.retires, END + 1)
        post_id, _unit, neighbour = self.county.abroad.post(level, day, end if end <= END else "")
        values = {"role": "substantive", "route": "transferred", "exchange_kind": "other"}
        self.county.add_posting(person.key, post_id, day, end if end <= END else "", **values)
        person.row["organisation_id"] = neighbour
        if end <= END:
            person.row |= {"left_on": as_text(end, False), "left_reason": "retired"}

    # --- a day of appointments ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """All days of appointments, and the postings that still run at the end."""
        days = _days_of_appointments(self.dice)
        for number, (day, change_of_term) in enumerate(days):
            self._retire(day)
            self._lose_some(day)
            self._confirm_acting(day)
            self._rotate(day, ROTATION_AT_CHANGE if change_of_term else ORDINARY_ROTATION)
            for level in range(COUNTY, STAFF, -1):
                for post in self.by_level[level]:
                    if post.holder is None and post not in self.acting and not self.dice.chance(0.45):
                        self._fill(post, day)
            self._recruit(day, len(days) - number)
            self._send_out(day)
        self._retire(END)
        for person in list(self.serving):
            self._leave(person, "")

    def _retire(self, day: int) -> None:
        for person in [person for person in self.serving if person.retires <= day]:
            self._depart(person, person.retires, "retired")

    def _lose_some(self, day: int) -> None:
        for person in list(self.serving):
            if self.dice.chance(0.0022) and person.since < day - 200 and person.away_until < day:
                self._depart(person, day, self.dice.weighted({"resigned": 6, "transferred_out": 3, "died": 1}))

    def _confirm_acting(self, day: int) -> None:
        for post, (person, began) in list(self.acting.items()):
            del self.acting[post]
            if person.post is None or post.holder is not None:
                continue
            self.county.serve(person.key, post, began, day, role="acting")
            self._move(person, post, day, "promoted")

    def _rotate(self, day: int, share: float) -> None:
        """Holders of one level change posts in a ring, those longest in post first; a few are always forgotten."""
        for level in (MIDDLE, DEPUTY, HEAD, COUNTY_DEPUTY):
            for outsiders in (False, True):
                posts = [post for post in self.by_level[level] if (post.kind in FROM_ELSEWHERE) == outsiders]
                holders = [post.holder for post in posts if post.holder and self._may_move(post.holder, day)]
                holders.sort(key=lambda person: (person.since, person.key))
                due = [person for person in holders if day - person.since > 8 * YEAR]
                more = [person for person in holders[: len(holders) * 2 // 3] if self.dice.chance(share * 2)]
                moving = self.dice.shuffled(list(dict.fromkeys([*due, *more])))
                if level == COUNTY_DEPUTY and outsiders:
                    for person in moving:
                        self._go_abroad(person, day)
                elif len(moving) > 1:
                    self._ring(moving, day)
        for post in self.by_level[COUNTY]:
            person = post.holder
            if person and self._may_move(person, day) and self.dice.chance(share * 1.5):
                self._go_abroad(person, day)

    def _may_move(self, person: Person, day: int) -> bool:
        return (
            not person.forgotten and day - person.since >= 3 * YEAR and person.age(day) < 57 and person.away_until < day
        )

    def _ring(self, moving: list[Person], day: int) -> None:
        posts = [person.post for person in moving]
        for person in moving:
            self._leave(person, day)
        for person, post in zip(moving, [*posts[1:], posts[0]], strict=True):
            self._take_up(person, post, day, "transferred", self.dice.weighted(LAWFUL_KINDS))

    def _fill(self, post: Post, day: int) -> None:
        if post.kind in FROM_ELSEWHERE or (post.level >= COUNTY_DEPUTY and self.dice.chance(0.5)):
            self._bring_in(post, day)
            return
        candidates = [person for person in self.serving if self._may_rise(person, post, day)]
        if not candidates:
            if post.level >= DEPUTY and self.dice.chance(0.3):
                self._bring_in(post, day)
            return
        few = sorted((self.dice.pick(candidates) for _draw in range(5)), key=lambda person: self._merit(person, day))
        chosen = few[-1]
        same_unit = chosen.post.unit == post.unit
        if post.level == HEAD and same_unit and self.dice.chance(0.5) and day < END - 300:
            self.acting[post] = (chosen, day)
            return
        elsewhere = not same_unit and self.dice.chance(0.5)
        self._move(chosen, post, day, "promoted", "training" if elsewhere else "")

    def _may_rise(self, person: Person, post: Post, day: int) -> bool:
        below = person.level == post.level - 1 or (post.level == DEPUTY and person.level == STAFF)
        years = YEARS_BELOW[post.level] + (2 if post.level == DEPUTY and person.level == STAFF else 0)
        return (
            below
            and day - person.rose >= years * YEAR
            and day - person.since >= 400
            and person.age(day) <= OLDEST_TO_RISE[post.level]
            and person.away_until < day
            and all(person is not waiting for waiting, _began in self.acting.values())
        )

    def _merit(self, person: Person, day: int) -> int:
        """Years below, more for practice in several units and in a hard post."""
        practised = (len(person.units) >= 1) + (2 if person.hard else 0)
        return (day - person.rose) // YEAR + 4 * practised

    def _bring_in(self, post: Post, day: int) -> None:
        """Somebody from a neighbouring county, or from outside the data."""
        if self.left_to_recruit <= 0:
            return
        self.left_to_recruit -= 1
        dice = self.dice
        low, high = AGE_AT_START[post.level]
        born = _first_of_month(day - dice.between(low, high - 4) * YEAR - dice.between(0, 364))
        joined = _first_of_month(born + dice.between(21, 24) * YEAR)
        person = self.county.add_cadre(born, joined, from_elsewhere=True)
        from_place, start = "", max(joined, day - dice.between(3, 6) * YEAR)
        if dice.chance(0.75):
            start = _first_of_month(start)
            self._earlier_abroad(person, max(post.level - 1, MIDDLE), start, day)
        else:
            from_place = dice.pick((SEAT, *FAR_AWAY))
        self._take_up(person, post, day, "promoted" if dice.chance(0.4) else "transferred", "training", from_place)

    def _recruit(self, day: int, days_left: int) -> None:
        """New staff, as many as keep the county at its size to the last day."""
        for _place in range(max(0, round(self.left_to_recruit / days_left))):
            age = self.dice.between(22, 28)
            born = _first_of_month(day - age * YEAR - self.dice.between(0, 364))
            person = self.county.add_cadre(born, _first_of_month(day), from_elsewhere=self.dice.chance(0.2))
            self._take_up(person, self.dice.pick(self.by_level[STAFF]), day, "recruited")
            self.left_to_recruit -= 1

    def _send_out(self, day: int) -> None:
        """Staff and deputies go out for a time: secondments, practice before a post, a change of unit."""
        dice = self.dice
        juniors = [
            p
            for p in self.serving
            if p.level <= MIDDLE and day - p.since > YEAR and p.away_until < day and p.age(day) < 45
        ]
        for _place in range(min(3, len(juniors) // 10)):
            person = dice.pick(juniors)
            if person.away_until >= day or person.post.level > MIDDLE or day - person.since < YEAR:
                continue
            errand = dice.pick(self.errands)
            if person.level == STAFF and dice.chance(0.45):
                post = dice.pick(self.by_level[STAFF])
                if post.unit != person.post.unit:
                    self._move(person, post, day, "transferred", "training")
                continue
            role = dice.weighted({"secondment": 10, "pre_post": 7, "assistant": 2, "trainee_leader": 1})
            self._away(person, errand, day, dice.between(6, 18) * 30, role)
        deputies = [
            p
            for p in self.serving
            if p.level == DEPUTY and day - p.since > YEAR and p.away_until < day and p.age(day) < 50
        ]
        if deputies and dice.chance(0.7):
            person, length = dice.pick(deputies), dice.between(6, 24) * 30
            if dice.chance(0.2):
                self._away(person, dice.pick(self.errands), day, length, "concurrent")
            else:
                self._away(person, None, day, length, "secondment")

    def _away(self, person: Person, post: Post | None, day: int, length: int, role: str) -> None:
        end = min(day + length, person.retires)
        person.away_until = end
        last = end if end <= END else ""
        if post is None:
            post_id, _unit, _neighbour = self.county.abroad.post(DEPUTY, day, last)
            self.county.add_posting(person.key, post_id, day, last, role=role)
            return
        person.units.add(post.unit)
        person.hard |= post.hard
        self.county.serve(person.key, post, day, last, role=role)


def _first_of_month(day: int) -> int:
    return dt.date.fromordinal(day).replace(day=1).toordinal()


def _days_of_appointments(dice) -> list[tuple[int, bool]]:
    """Three days a year, and a fourth when the term changes."""
    days = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        days += [(dt.date(year, month, dice.between(3, 26)).toordinal(), False) for month in (3, 6, 11)]
        if year in CHANGES_OF_TERM:
            days.append((dt.date(year, 8, dice.between(3, 26)).toordinal(), True))
    return sorted(days)


# --- the records -----------------------------------------------------------------------------------------------------------


def keep_records(county: County) -> None:
    """Assessments, decisions, trainings, the reserve, relocations and needs of everybody, mostly in order.

    Where `county.kept` has a table and the key of a cadre, the rows are there already.
    """
    postings = defaultdict(list)
    for row in county.rows["postings"]:
        postings[row["cadre_id"]].append(row)
    posts = {row["post_id"]: row for row in county.rows["posts"]}
    units = {row["unit_id"]: row for row in county.rows["units"]}
    for cadre in list(county.rows["cadres"]):
        career = sorted(postings[cadre["cadre_id"]], key=lambda row: row["start"])
        _Records(county, cadre, career, posts, units).keep()


def record_hearings(county: County, seed: int) -> None:
    """The day on which each opinion and talk of a decision was put on record, mostly soon after; some much later."""
    dice = Dice(seed, county.number, HEARINGS)
    for row in county.rows["decisions"]:
        for step, record in (
            ("opinion_from_on", "opinion_from_recorded_on"),
            ("opinion_to_on", "opinion_to_recorded_on"),
            ("talked_on", "talk_recorded_on"),
        ):
            if row.get(step) and record not in row:
                days = dice.between(31, 90) if dice.chance(0.02) else dice.between(0, 18)
                row[record] = as_text(min(ordinal(row[step]) + days, END), False)


class _Records:
    """The records of one cadre."""

    def __init__(self, county, cadre, career, posts, units):
        self.county, self.dice, self.cadre, self.key = county, county.dice, cadre, cadre["cadre_id"]
        self.posts, self.units = posts, units
        self.held = [row for row in career if row.get("role", "substantive") in ("substantive", "")]
        self.away = [row for row in career if row.get("role") == "secondment"]
        self.steps = self._steps()
        self.graded: list[tuple[int, str]] = []

    def _steps(self) -> list[dict]:
        """The changes of post: day, posting, posts before and after, and whether it was a rise to a leading post."""
        steps = []
        for number, row in enumerate(self.held):
            after = self.posts[row["post_id"]]
            before = self.posts[self.held[number - 1]["post_id"]] if number else None
            if before is not None and after.get("predecessor_post_id") == before["post_id"]:
                continue
            day = ordinal(row["start"])
            rise = after["leading"] and (before is None or _rank(after) > _rank(before))
            steps.append(
                {"day": day, "row": row, "before": before, "after": after, "rise": rise and before is not None}
            )
        return steps

    def keep(self) -> None:
        if not self.held:
            return
        for table, work in (
            ("assessments", self._assessments),
            ("decisions", self._decisions),
            ("trainings", self._trainings),
            ("reserve", self._reserve),
            ("relocations", self._relocations),
        ):
            if (table, self.key) not in self.county.kept:
                work()

    def _assessments(self) -> None:
        dice = self.dice
        joined, left = ordinal(self.held[0]["start"]), ordinal(self.cadre.get("left_on") or "2200-01")
        rises = [step["day"] for step in self.steps if step["rise"]]
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            day = dt.date(year, 1, 10).toordinal() + dice.between(0, 30)
            if joined > day - 180 or left <= day:
                continue
            soon = any(0 < rise - day < 430 for rise in rises)
            grade = dice.weighted(
                {"excellent": 36, "competent": 64}
                if soon
                else {"excellent": 135, "competent": 850, "basically_competent": 11, "incompetent": 4}
            )
            if day > END:
                continue
            row = self.county.add(
                "assessments",
                assessment_id=self.county.serial("A"),
                cadre_id=self.key,
                assessed_on=as_text(day, False),
                kind="annual",
                grade=grade,
            )
            self.graded.append((day, row["assessment_id"]))
            if grade in ("basically_competent", "incompetent") and not dice.chance(0.15):
                self._measure_taken(day)

    def _measure_taken(self, day: int) -> None:
        """What followed a poor year."""
        dice = self.dice
        decided = min(day + dice.between(20, 150), END)
        kind = dice.weighted({"admonition": 6, "training_order": 3, "adjustment": 2})
        self.county.add(
            "decisions",
            decision_id=self.county.serial("D"),
            cadre_id=self.key,
            kind=kind,
            decided_on=as_text(decided, False),
            decided_recorded_on=as_text(min(decided + dice.between(0, 20), END), False),
            decided_by="collective",
            talked_on=as_text(decided - dice.between(0, 5), False),
        )

    def _decisions(self) -> None:
        for step in self.steps:
            if step["day"] > BEGINNING and "decision_id" not in step["row"]:
                self._decide(step["day"], step["row"], self._kind_of(step), step["before"] is None)
        for row in self.away:
            if ordinal(row["start"]) > BEGINNING:
                self._decide(ordinal(row["start"]), row, "secondment", False)

    def _kind_of(self, step: dict) -> str:
        if step["row"].get("route") in ("demoted", "removed_to"):
            return "demotion"
        return "exchange" if step["row"].get("exchange_kind") else "appointment"

    def _decide(self, day: int, row: dict, kind: str, new: bool) -> None:
        dice = self.dice
        decided = day - dice.between(6, 25)
        inspected = decided - dice.between(8, 35)
        latest = max(((when, name) for when, name in self.graded if when < decided), default=(0, ""))[1]
        late = dice.between(31, 80) if dice.chance(0.06) else dice.between(0, 20)
        decision = self.county.add(
            "decisions",
            decision_id=self.county.serial("D"),
            cadre_id=self.key,
            kind=kind,
            inspected_on="" if new or dice.chance(0.05) else as_text(inspected, False),
            decided_on=as_text(decided, False),
            decided_recorded_on=as_text(min(decided + late, END), False),
            decided_by="individual" if dice.chance(0.02) else "collective",
            opinion_from_on="" if new or dice.chance(0.08) else as_text(inspected + 3, False),
            opinion_to_on="" if new or dice.chance(0.08) else as_text(inspected + 4, False),
            talked_on="" if dice.chance(0.07) else as_text(decided + dice.between(1, 5), False),
            favour="" if dice.chance(0.3) else False,
            assessment_id=latest,
        )
        if decision["inspected_on"]:
            decision["inspected_recorded_on"] = as_text(inspected + dice.between(0, 15), False)
        row["decision_id"] = decision["decision_id"]

    def _trainings(self) -> None:
        dice = self.dice
        for step in self.steps:
            if step["day"] < BEGINNING:
                continue
            if step["row"].get("route") == "recruited":
                self._course("initial", step["day"] + dice.between(20, 150), 12)
            elif step["rise"] and not dice.chance(0.06):
                before = dice.chance(0.4)
                start = step["day"] - dice.between(30, 200) if before else step["day"] + dice.between(20, 300)
                self._course("leading_post", start, dice.between(5, 30))
            if step["before"] is not None and dice.chance(0.3):
                self._course("onboarding", step["day"] + dice.between(5, 100), 3)
        last = ordinal(self.cadre.get("left_on") or AS_OF.isoformat())
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            start = dt.date(year, 4, 1).toordinal() + dice.between(0, 200)
            if dice.chance(0.3) and ordinal(self.held[0]["start"]) < start < last - 20:
                self._course(
                    dice.weighted({"in_service": 6, "specialised": 3, "study_tour": 1}), start, dice.between(2, 10)
                )

    def _course(self, kind: str, start: int, days: int) -> None:
        if start > END:
            return
        end = start + days
        self.county.add(
            "trainings",
            training_id=self.county.serial("C"),
            cadre_id=self.key,
            kind=kind,
            start=as_text(start, False),
            end=as_text(end, False) if end <= END else "",
            hours=days * 7 if end <= END else "",
            completed=True if end <= END else "",
        )

    def _reserve(self) -> None:
        dice = self.dice
        rises = [step["day"] for step in self.steps if step["rise"] and step["day"] > BEGINNING]
        if rises and dice.chance(0.7):
            listed = rises[0] - dice.between(60, 700)
            self._listed(listed, rises[0])
        elif (
            not rises
            and not self.cadre.get("left_on")
            and dice.chance(0.08)
            and ordinal(self.cadre["birth_date"]) > ordinal("1980-01")
        ):
            self._listed(END - dice.between(30, 900), "")

    def _listed(self, listed: int, removed: int | str) -> None:
        self.county.add(
            "reserve",
            reserve_id=self.county.serial("R"),
            cadre_id=self.key,
            listed_on=as_text(listed, False),
            removed_on=as_text(removed, False) if removed else "",
        )

    def _relocations(self) -> None:
        """One row for each move to another county or to or from a township; needs raised by some of the movers."""
        for step in self.steps:
            if step["day"] < BEGINNING or step["before"] is None or not self._elsewhere(step):
                continue
            if self.dice.chance(0.03):
                continue
            self._relocation(step["day"], step["row"])

    def _elsewhere(self, step: dict) -> bool:
        one, other = (self._place(step[side]["unit_id"]) for side in ("before", "after"))
        return one != other

    def _place(self, unit_id: str) -> str:
        """Where people of a unit live: the county's seat, or the township."""
        kind = self.units[unit_id]["kind"] if unit_id in self.units else "abroad"
        return unit_id if kind in ("township", "abroad") else "seat"

    def _relocation(self, day: int, row: dict) -> None:
        dice = self.dice
        has_family = dice.chance(0.8)
        asked = day + dice.between(-10, 30) if dice.chance(0.93) else 0
        self.county.add(
            "relocations",
            relocation_id=self.county.serial("M"),
            cadre_id=self.key,
            posting_id=row["posting_id"],
            moved_on=as_text(day, False),
            has_family=has_family,
            family_moved=dice.chance(0.2) if has_family else "",
            asked_on=as_text(asked, False) if asked and asked <= END else "",
        )
        while has_family and dice.chance(0.4):
            raised = day + dice.between(3, 120)
            settled = raised + dice.between(15, 175) + (200 if dice.chance(0.05) else 0)
            if raised > END:
                return
            done = settled <= END and not dice.chance(0.04)
            self.county.add(
                "needs",
                need_id=self.county.serial("N"),
                cadre_id=self.key,
                kind=dice.weighted(NEED_KINDS),
                raised_on=as_text(raised, False),
                settled_on=as_text(settled, False) if done else "",
                confirmed=dice.chance(0.96) if done else "",
            )


def _rank(post: dict) -> int:
    return ("staff", "section_deputy", "section", "county_deputy", "county").index(post["rank"])


# --- what people studied --------------------------------------------------------------------------


def choose_studies(county: County, seed: int) -> None:
    """Let many have studied what a unit they served in does; a few records leave the field of study out.

    Drawn from dice of its own, so that careers do not depend on it.
    """
    dice = Dice(seed, county.number, STUDIES)
    fields = {row["unit_id"]: row["field"] for row in county.rows["units"]}
    of_post = {row["post_id"]: fields[row["unit_id"]] for row in county.rows["posts"] if row["unit_id"] in fields}
    served: dict[int, list[str]] = defaultdict(list)
    for row in county.rows["postings"]:
        if of_post.get(row["post_id"], "general") != "general":
            served[row["cadre_id"]].append(of_post[row["post_id"]])
    for row in county.rows["cadres"]:
        blank, drawn = dice.chance(0.04), dice.chance(0.5)
        pick = dice.number()
        if ("cadres", row["cadre_id"]) in county.kept:
            continue
        if drawn and served[row["cadre_id"]]:
            row["study_field"] = served[row["cadre_id"]][int(pick * len(served[row["cadre_id"]]))]
        if blank:
            row["study_field"] = ""
