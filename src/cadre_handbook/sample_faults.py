"""Known faults, planted in the made-up county, with the answer key.

One function a check, each fault two or three lines: who serves where from when until when, and what the check is expected
to find. Beside the faults stand the cases that look like one and are none, with an empty reason. Each fault has people and
posts of its own, so that none hides another. A fault that rightly counts for a second check stands in both keys.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from itertools import cycle

from cadre_handbook import policy
from cadre_handbook.sample_county import (
    AS_OF,
    CITY,
    COUNTY_DEPUTY,
    DEPUTY,
    FAR_AWAY,
    HEAD,
    HOME,
    HOME_BEFORE_2003,
    MIDDLE,
    NEIGHBOURS,
    STAFF,
    Abroad,
    County,
    Person,
    Post,
    ordinal,
)

ELSEWHERE = FAR_AWAY[0]
KINDS = ("staff", "division_head", "unit_deputy", "unit_head")
TEAM_OF = {"县委": "party", "县人民政府": "government"}
# Titles of the posts that are planted, by unit or kind of unit, from staff to head.
TITLES = {
    "县委": ("", "", "", "县委常委"),
    "县人民政府": ("", "", "", "副县长"),
    "department": ("一级科员", "股长", "党组成员", "党组书记"),
    "township": ("一级科员", "站所负责人", "党委委员", "乡镇人大主席"),
}


@dataclass(frozen=True)
class Expected:
    """What a check finds about a subject (a key of a cadre, or a provisional id); no reason where it must find nothing."""

    check: str
    measure: str
    subject: int | str
    reason_code: str
    what: str


class Faults:
    """The faults of one county as they are planted, and what is expected of them."""

    def __init__(self, county: County):
        self.county = county
        self.expected: list[Expected] = []
        self._check = ""
        self._ids: set[str] = set()
        ordinary = [
            name
            for name, row in county.unit_rows.items()
            if row["kind"] in ("department", "township")
            and "parent_unit_id" not in row
            and name not in county.old_unit_ids
        ]
        self._units = cycle(ordinary)
        self._easy = cycle(
            [
                name
                for name in ordinary
                if county.unit_rows[name]["hardship"] < 2 and "应急" not in name and "信访" not in name
            ]
        )
        self._key_posts = {post.kind: post for posts in county.posts.values() for post in posts}

    def of(self, check: str) -> None:
        self._check = check

    def expect(self, measure: str, subject: Person | str, reason_code: str, what: str) -> None:
        key = subject.key if isinstance(subject, Person) else subject
        self.expected.append(Expected(self._check, measure, key, reason_code, what))

    # --- people and posts ---------------------------------------------------------------------------------------------

    def cadre(self, born: str = "1977-04", joined: str = "1999-08", **values) -> Person:
        return self.county.add_cadre(ordinal(born), ordinal(joined), **values)

    def post(self, level: int = DEPUTY, unit: str = "", **values) -> Post:
        """A post that nobody else holds."""
        unit = unit or next(self._units)
        titles = TITLES.get(unit) or TITLES[self.county.unit_rows[unit]["kind"]]
        values = {"title": titles[min(level, HEAD)], "kind": KINDS[min(level, HEAD)], **values}
        if unit in TEAM_OF:
            values = {**values, "kind": "unit_deputy", "team": TEAM_OF[unit]}
        post = self.county.add_post(unit, values.pop("title"), values.pop("kind"), level, **values)
        post.reserved = True
        return post

    def easy_post(self, level: int = STAFF) -> Post:
        """A post that is neither urgent nor in a hard place."""
        return self.post(level, next(self._easy), urgent=False)

    def hard_post(self) -> Post:
        return self.post(STAFF, "北岭乡")

    def serves(self, person: Person, post: Post | str, start: str, end: str = "", **values) -> dict:
        post_id = post if isinstance(post, str) else post.post_id
        return self.county.add_posting(person.key, post_id, start, end, **{"role": "substantive", **values})

    def leader(self, start: str, post: Post | None = None, end: str = "", level: int = DEPUTY, **values) -> Person:
        """A cadre with years on the staff, in a leading post since `start`."""
        person = self.cadre(**values)
        joined = max(values.get("joined", ""), "1999-08")
        self.serves(person, self.post(STAFF), joined, start if start > "2012" else start[:7])
        self.serves(person, post or self.post(level), start, end, route="promoted")
        return person

    def keeps(self, person: Person, *tables: str) -> None:
        """The rows of these tables about the cadre are planted too; none are made as a matter of course."""
        self.county.kept |= {(table, person.key) for table in tables}

    def key_post(self, kind: str, since: str, **places: str) -> Person:
        """The holder of one of the county's chief posts, after a forerunner who came from elsewhere and left."""
        post = self._key_posts[kind]
        post.reserved = True
        before = self.cadre(born="1964-09", joined="1986-07", from_elsewhere=True)
        abroad = self.county.abroad.new_post(Abroad.unit("0901", post.level - 1), post.level - 1)
        self.serves(before, abroad, "2004-03", "2011-09", role="")
        self.serves(before, post, "2011-09", since, role="", route="transferred")
        before.row |= {"left_on": since, "left_reason": "transferred_out"}
        holder = self.cadre(born="1971-02", joined="1993-07", from_elsewhere=True, **places)
        abroad = self.county.abroad.new_post(Abroad.unit("0902", post.level - 1), post.level - 1)
        self.serves(holder, abroad, "2008-05", since, role="")
        self.serves(holder, post, since, route="transferred", exchange_kind="avoidance")
        return holder

    # --- records ------------------------------------------------------------------------------------------------------

    def graded(self, person: Person, day: str, grade: str) -> str:
        name = self.county.serial("A")
        self.county.add(
            "assessments", assessment_id=name, cadre_id=person.key, assessed_on=day, kind="annual", grade=grade
        )
        return name

    def decided(self, person: Person, day: str, kind: str = "appointment") -> str:
        name = self.county.serial("D")
        values = {"decided_on": day, "decided_recorded_on": day, "decided_by": "collective", "favour": False}
        self.county.add("decisions", decision_id=name, cadre_id=person.key, kind=kind, **values)
        return name

    def course(
        self, person: Person, start: str, end: str, kind: str = "leading_post", completed: bool | str = True
    ) -> None:
        name = self.county.serial("C")
        values = {"kind": kind, "start": start, "end": end, "hours": 56, "completed": completed}
        self.county.add("trainings", training_id=name, cadre_id=person.key, **values)

    def need(
        self, person: Person, raised: str, settled: str = "", confirmed: bool | str = "", kind: str = "schooling"
    ) -> str:
        name = self.county.serial("N")
        values = {"kind": kind, "raised_on": raised, "settled_on": settled, "confirmed": confirmed}
        self.county.add("needs", need_id=name, cadre_id=person.key, **values)
        return name

    def relocation(self, person: Person, posting: dict, asked: str = "", **values) -> None:
        """A row about a move; what `values` does not say of home, way, pay and titles is as with other people."""
        self.county.add(
            "relocations",
            relocation_id=self.county.serial("M"),
            cadre_id=person.key,
            posting_id=posting["posting_id"],
            moved_on=posting["start"],
            has_family=True,
            family_moved=False,
            asked_on=asked,
            **values,
        )


def plant(county: County) -> list[Expected]:
    """Plant every fault in the county, before its ordinary careers begin; gives what the checks are to find."""
    faults = Faults(county)
    for check in (validation, tenure_limit, avoidance, pre_post_training, use_of_results, family_support):
        faults.of(check.__name__)
        check(faults)
    for slug in policy.checks():
        if importlib.util.find_spec(f"cadre_handbook.faults.{slug}"):
            faults.of(slug)
            importlib.import_module(f"cadre_handbook.faults.{slug}").plant(faults)
    _abolish_what_is_empty(county)
    return faults.expected


def _abolish_what_is_empty(county: County) -> None:
    """A post made for a fault ends with its last holder, so that no vacancy is left behind."""
    until: dict[str, str] = {}
    for row in county.rows["postings"]:
        until[row["post_id"]] = max(until.get(row["post_id"], ""), row["end"] or "9999")
    for row in county.rows["posts"]:
        last = until.get(row["post_id"], "9999")
        if last != "9999":
            row["valid_to"] = last


def validation(f: Faults) -> None:
    """Notes of the validation: overlaps are reported and kept."""
    twice = f.leader("2019-05-06")
    f.serves(twice, f.post(), "2022-03-01", "2023-03-01")
    f.expect("postings", twice, "cadre_overlap", "holds two substantive posts for a year")
    again = f.leader("2016-09-01", post := f.post(), "2021-09-15")
    f.serves(again, post, "2021-09-01")
    f.expect(
        "postings",
        again,
        "",
        "appointed again to the same post before the first term was over: no overlap of two posts",
    )


# --- planning ----------------------------------------------------------------------------------------------------------


def tenure_limit(f: Faults) -> None:
    _years_in_post(f)
    _years_in_team(f)
    _moved_early(f)


def _years_in_post(f: Faults) -> None:
    measure, over, due = "years_in_post", "over_in_post", "due_in_post"
    f.expect(measure, f.leader("2015-01-01"), over, "ten years full on the very day")
    f.expect(measure, f.leader("2015-01-02"), due, "one day short of ten years: not over, but due within the notice")
    f.expect(measure, f.leader("2012-02-29"), over, "began on a leap day; full on 28 February 2022")
    f.expect(measure, f.leader("2008-11", level=HEAD), over, "sixteen years as head of a unit, known by month")
    f.expect(measure, f.leader("2016-01-01"), due, "reaches ten years on the last day of the notice")
    f.expect(measure, f.leader("2016-01-02"), "", "reaches ten years a day after the notice")

    renamed = f.post(unit="县农业农村局")
    one = f.leader("2013-05-01", renamed.old_id, "2019-03-01")
    f.serves(one, renamed, "2019-03-01")
    f.expect(measure, one, over, "the post was renamed in 2019; the stay goes on")

    one = f.leader("2011-03", post := f.post(), "2014-05")
    f.serves(one, post, "2014-06")
    f.expect(measure, one, over, "a gap of one month between two postings known by month is no gap")
    one = f.leader("2011-03", post := f.post(), "2016-05")
    f.serves(one, post, "2016-07")
    f.expect(measure, one, "", "a gap of two months breaks the stay")
    one = f.leader("2011-03-01", post := f.post(), "2016-05-01")
    f.serves(one, post, "2016-05-02")
    f.expect(measure, one, "", "a gap of one day between two postings known by day breaks the stay")
    one = f.leader("2012-07-01", post := f.post(), "2017-07-01")
    f.serves(one, post, "2017-06-15")
    f.expect(measure, one, over, "appointed again before the first term was over: one stay")

    one = f.leader("2013-06-17")
    f.serves(one, f.post(unit="红崖乡"), "2018-03-01", "2019-03-01", role="secondment")
    f.expect(measure, one, over, "a year on secondment does not break the stay")
    one = f.leader("2012-04", post := f.post(), "2017-06-01")
    f.serves(one, f.post(), "2017-06-01", "2018-06-01")
    f.serves(one, post, "2018-06-01")
    f.expect(measure, one, "", "came back to the post after a year in another: the years do not add up")
    one = f.leader("2013-09-01", post := f.post(), "2021-04-01")
    f.serves(one, f.post(), "2021-04-01", route="demoted")
    f.expect(measure, one, "", "demoted in 2021: no longer in the post")

    abroad = f.leader("2010-02", f.county.abroad.new_post("0901-03", DEPUTY), organisation_id="0901")
    f.expect(measure, abroad, "", "fourteen years in a post of a neighbouring county, which gets no verdict")


def _years_in_team(f: Faults) -> None:
    in_post, in_team, third = "years_in_post", "years_in_team", "third_term"

    def member(start: str, unit: str, end: str = "", before: str = "") -> Person:
        post = before or f.post(COUNTY_DEPUTY, unit)
        return f.leader(start, post, end, born="1972-10", joined="1994-07")

    one = member("2013-03-11", "县委", "2018-06-20")
    f.serves(one, f.post(COUNTY_DEPUTY, "县人民政府"), "2018-06-20")
    f.expect(
        in_team, one, "over_in_team", "five years in the Party team, then in the Government team of the same county"
    )
    f.expect(in_post, one, "", "ten years in the teams, but in two posts")

    one = member("2012-06", "县人民政府")
    for measure, code in ((in_post, "over_in_post"), (in_team, "over_in_team"), (third, "third_term")):
        f.expect(measure, one, code, "deputy county head in one post since 2012: counts three times")
    one = member("2015-01-01", "县委")
    for measure, code in ((in_post, "over_in_post"), (in_team, "over_in_team"), (third, "third_term")):
        f.expect(measure, one, code, "ten years and two terms full on the very day")
    one = member("2015-01-02", "县人民政府")
    for measure, code in ((in_post, "due_in_post"), (in_team, "due_in_team"), (third, "")):
        f.expect(measure, one, code, "one day short of ten years and of two terms")

    abroad = f.county.abroad.new_post("0902-02", COUNTY_DEPUTY)
    one = member("2012-11", "", "2018-09-01", before=abroad)
    f.serves(one, f.post(COUNTY_DEPUTY, "县人民政府"), "2018-09-01", exchange_kind="structural")
    f.expect(in_team, one, "", "twelve years in teams, of two counties: in neither ten")
    zone = f.county.abroad.new_post(Abroad.ZONE[0], COUNTY_DEPUTY)
    one = member("2013-04-01", "", "2018-04-01", before=zone)
    f.serves(one, f.post(COUNTY_DEPUTY, "县委"), "2018-04-01")
    f.expect(in_team, one, "place_unknown", "eleven years in teams, five of them in a place known only by its city")


def _moved_early(f: Faults) -> None:
    measure, early = "moved_early", "moved_early"
    for start, moved, code, what in (
        ("2023-04-10", "2024-03-15", early, "moved after eleven months"),
        ("2022-06-16", "2024-06-15", early, "moved one day before two years were full"),
        ("2022-06-15", "2024-06-15", "", "moved on the day after two years were full"),
        ("2022-09-01", "2024-01-01", early, "moved early, on the first day that counts"),
        ("2022-09-01", "2023-12-31", "", "moved early, a day before those that count"),
    ):
        one = f.leader(start, end=moved)
        f.serves(one, f.post(), moved, route="transferred", exchange_kind="training")
        f.expect(measure, one, code, what)
    one = f.leader("2023-05-01", end="2024-05-06")
    f.serves(one, f.post(), "2024-05-06", route="demoted")
    f.expect(measure, one, "", "demoted after a year: no exchange")
    one = f.leader("2018-05-01")
    f.serves(one, f.post(unit="黑水镇"), "2024-02-01", "2024-08-01", role="secondment")
    f.expect(measure, one, "", "half a year on secondment: no move, going or coming back")
    renamed = f.post(MIDDLE, unit="县生态环境局")
    one = f.cadre(born="1988-03", joined="2010-08")
    f.serves(one, renamed.old_id, "2018-06-01", "2019-03-01")
    f.serves(one, renamed, "2019-03-01", "2024-04-08")
    f.serves(one, f.post(MIDDLE), "2024-04-08", route="transferred")
    f.expect(measure, one, "", "moved after six years in a post that was renamed on the way")


def avoidance(f: Faults) -> None:
    measure, home, unknown = "serving_at_home", "serving_at_home", "place_unknown"
    here = f.county.place
    before_2003 = HOME_BEFORE_2003 if here == HOME else here
    away = {"native_place_code": ELSEWHERE, "birth_place_code": ELSEWHERE, "upbringing_place_code": ELSEWHERE}
    one = f.key_post("political_legal_head", "2021-08-16", **{**away, "birth_place_code": here})
    f.expect(measure, one, home, "born in the county, grew up elsewhere")
    one = f.key_post("chief_judge", "2021-10-11", **{**away, "upbringing_place_code": here})
    f.expect(measure, one, home, "born elsewhere, grew up in the county")
    one = f.key_post("organisation_head", "2020-03-02", **{**away, "birth_place_code": before_2003})
    f.expect(measure, one, home, "born in the county, recorded under its code of before 2003")
    one = f.key_post("discipline_head", "2022-05-23", **{**away, "upbringing_place_code": CITY})
    f.expect(measure, one, unknown, "grew up in a place known only by its city")
    one = f.key_post("party_secretary", "2021-06-07", **{**away, "native_place_code": here})
    f.expect(measure, one, "", "only the ancestral place is the county")
    one = f.key_post("police_head", "2019-11-04", **dict.fromkeys(away, here))
    f.expect(measure, one, "", "from the county, in a post that Jiujiang's list does not name")
    one = f.key_post("chief_prosecutor", "2014-06-20", **{**away, "upbringing_place_code": ""})
    f.expect(measure, one, unknown, "where the chief prosecutor grew up is not recorded")
    f.of("tenure_limit")
    f.expect("years_in_post", one, "over_in_post", "chief prosecutor for ten and a half years")
    f.expect("third_term", one, "third_term", "chief prosecutor for two terms and half a year")
    f.of("avoidance")

    one = f.leader("2018-09-03", level=HEAD, **dict.fromkeys(away, here))
    f.serves(one, f._key_posts["government_head"], "2024-11-04", role="acting")
    f.expect(measure, one, "", "from the county, acting for the county head: not a holder")
    one = f.leader(
        "2019-04-01", f.post(HEAD, "石门镇", title="党委书记", kind="party_secretary"), **dict.fromkeys(away, here)
    )
    f.expect(measure, one, "", "from the county, Party secretary of a township")


# --- training ----------------------------------------------------------------------------------------------------------


def pre_post_training(f: Faults) -> None:
    _tempered(f)
    _trained(f)


def _appointed(f: Faults, day: str, *before: tuple[Post | str, str, str, str], joined: str = "", **values) -> Person:
    """A cadre appointed to a first leading post on `day`, after the postings given as post, start, end, role."""
    person = f.cadre(born="1988-06", joined=joined or before[0][1][:7])
    for post, start, end, role in before:
        f.serves(person, post, start, end, role=role)
    f.serves(person, f.post(), day, route="promoted", **values)
    return person


def _tempered(f: Faults) -> None:
    measure, code, own = "tempered", "untempered", "substantive"
    easy, hard = f.easy_post, f.hard_post
    one = _appointed(f, "2023-05-08", (easy(), "2016-07-11", "2023-05-08", own))
    f.expect(measure, one, code, "seven years in one unit, no hard post")
    one = _appointed(
        f, "2023-06-12", (easy(), "2017-07-10", "2020-07-10", own), (easy(), "2020-07-10", "2023-06-12", own)
    )
    f.expect(measure, one, code, "two units, no hard post")
    one = _appointed(
        f, "2023-05-20", (easy(), "2022-07-04", "2023-03-01", own), (hard(), "2023-03-01", "2023-05-20", own)
    )
    f.expect(measure, one, code, "two units and a hard post, but less than eleven months in all")
    one = _appointed(
        f, "2023-07-04", (easy(), "2022-07-04", "2023-03-01", own), (hard(), "2023-03-01", "2023-07-04", own)
    )
    f.expect(measure, one, "", "two units, a hard post and twelve months to the day")
    renamed = f.post(STAFF, "县自然资源局", urgent=True)
    was, now = (renamed.old_id, "2016-08-01", "2019-03-01", own), (renamed, "2019-03-01", "2022-09-05", own)
    f.expect(measure, _appointed(f, "2022-09-05", was, now), code, "two units by name: one that was renamed")
    one = _appointed(f, "2022-01-01", (easy(), "2014-07-01", "2022-01-01", own))
    f.expect(measure, one, code, "one unit, appointed on the first day that counts")
    one = _appointed(f, "2021-12-31", (easy(), "2014-07-01", "2021-12-31", own))
    f.expect(measure, one, "", "one unit, appointed a day before those that count")
    going = (f.post(DEPUTY, "黑水镇"), "2021-03-01", "2022-03-01", "secondment")
    one = _appointed(f, "2023-10-09", (easy(), "2016-07-01", "2023-10-09", own), going)
    f.expect(
        measure, one, "", "a second unit and the hard post by secondment; the leading post held there is no appointment"
    )
    one = _appointed(
        f, "2024-04-15", (easy(), "2018-07-01", "2024-04-15", own), (hard(), "2020-05-01", "2020-11-01", "pre_post")
    )
    f.expect(measure, one, "", "half a year of practice in a hard township before the post")
    one = _appointed(f, "2023-03-20", (easy(), "2019-02-01", "2023-03-20", own), joined="2010-07")
    f.expect(measure, one, "record_incomplete", "one unit on record, and nothing on record for nine years before")
    one = f.cadre(born="1988-06", joined="2018-09")
    f.serves(one, easy(), "2019-02-01", "2023-05-08", from_place_code=ELSEWHERE)
    f.serves(one, f.post(), "2023-05-08", route="promoted")
    f.expect(measure, one, "record_incomplete", "came from outside the data; what was before is not on record")


def _trained(f: Faults) -> None:
    measure, code = "trained", "untrained"

    def appointed(day: str) -> Person:
        person = _appointed(
            f,
            day,
            (f.easy_post(), "2012-07", "2017-07-01", "substantive"),
            (f.hard_post(), "2017-07-01", day, "substantive"),
        )
        f.keeps(person, "trainings")
        return person

    f.expect(measure, appointed("2023-05-10"), code, "no course at all")
    one = appointed("2023-03-15")
    f.course(one, "2024-03-04", "2024-03-15")
    f.expect(measure, one, "", "the course ended on the last day of the year")
    one = appointed("2023-03-15")
    f.course(one, "2024-03-04", "2024-03-16")
    f.expect(measure, one, code, "the course ended a day late")
    one = appointed("2022-11-21")
    f.course(one, "2022-09-05", "2022-09-24", completed=False)
    f.expect(measure, one, code, "attended the course and did not complete it")
    one = appointed("2022-06-13")
    f.course(one, "2022-10-10", "2022-10-22", kind="in_service")
    f.expect(measure, one, code, "another kind of course")
    one = appointed("2023-09-18")
    f.course(one, "2023-05-08", "2023-05-20")
    f.expect(measure, one, "", "trained four months before the appointment")
    f.expect(measure, appointed("2024-01-01"), code, "the year was over on the very day, no course")
    f.expect(measure, appointed("2024-01-02"), "", "no course yet, the year over a day later: not yet due")
    one = appointed("2024-01-01")
    f.course(one, "2024-12-09", "", completed="")
    f.expect(measure, one, "", "a course within the year still running is not yet due")


# --- assessment --------------------------------------------------------------------------------------------------------


def use_of_results(f: Faults) -> None:
    _moves_on_results(f)
    _poor_years(f)


def _moved(
    f: Faults, day: str, decided: str, grades: tuple[tuple[str, str], ...], to: Post | None = None, **values
) -> Person:
    """A deputy since 2018 who moves on `day` by a decision of `decided` (none where empty), with these grades on file."""
    person = f.leader("2018-03-12", f.post(importance=3), day)
    f.keeps(person, "assessments", "decisions")
    for assessed, grade in grades:
        f.graded(person, assessed, grade)
    decision = f.decided(person, decided) if decided else ""
    values = {"route": "transferred", "decision_id": decision, **values}
    f.serves(person, to or f.post(importance=3), day, **values)
    return person


def _moves_on_results(f: Faults) -> None:
    measure, code = "assessed_before", "not_assessed"
    fine, poor, worst = "competent", "basically_competent", "incompetent"
    f.expect(
        measure,
        _moved(f, "2024-04-22", "2024-04-10", (("2022-04-09", fine),)),
        code,
        "the latest grade is a day too old",
    )
    f.expect(
        measure,
        _moved(f, "2024-04-22", "2024-04-10", (("2022-04-10", fine),)),
        "",
        "the latest grade is just not too old",
    )
    f.expect(measure, _moved(f, "2024-06-17", "2024-06-03", ()), code, "never assessed")
    one = _moved(f, "2024-03-20", "2024-03-01", (("2024-03-10", fine),))
    f.expect(measure, one, code, "assessed between the decision and the move, not before the decision")
    f.expect(measure, _moved(f, "2024-09-09", "", (("2024-01-22", fine),)), "no_decision", "no decision on file")

    measure, code = "poor_moved_up", "poor_moved_up"
    rise = {"route": "promoted"}
    one = _moved(f, "2024-05-13", "2024-04-29", (("2023-01-16", fine), ("2024-01-15", poor)), f.post(HEAD), **rise)
    f.expect(measure, one, code, "promoted four months after a poor grade")
    one = _moved(f, "2024-05-27", "2024-05-13", (("2024-01-15", worst),), f.post(importance=5))
    f.expect(measure, one, code, "same rank, a more important post, after the lowest grade")
    one = _moved(f, "2024-07-08", "2024-06-24", (("2024-01-15", poor),))
    f.expect(measure, one, "", "a poor grade and a move to a post as important")
    one = _moved(
        f, "2024-08-05", "2024-07-22", (("2023-01-16", poor), ("2024-01-15", "excellent")), f.post(HEAD), **rise
    )
    f.expect(measure, one, "", "promoted on an excellent grade; the poor one is a year older")
    f.decided(one, "2023-03-06", "admonition")
    one = _moved(f, "2024-04-01", "2024-03-18", (("2024-01-15", worst),), f.post(importance=2), route="demoted")
    f.expect(measure, one, "", "demoted after the lowest grade: no exchange")


def _poor_years(f: Faults) -> None:
    measure, code = "poor_without_measure", "poor_without_measure"
    poor, worst = "basically_competent", "incompetent"

    def graded(day: str, grade: str, **values) -> Person:
        person = f.leader("2018-03-12", **values)
        f.keeps(person, "assessments", "decisions")
        f.graded(person, day, grade)
        return person

    f.expect(measure, graded("2023-02-10", worst), code, "the lowest grade, and nothing followed")
    one = graded("2023-03-01", poor)
    f.decided(one, "2024-03-04", "admonition")
    f.expect(measure, one, code, "an admonition three days after the twelve months")
    one = graded("2023-03-01", poor)
    f.decided(one, "2024-02-28", "admonition")
    f.expect(measure, one, "", "an admonition two days before the end of the twelve months")
    one = graded("2022-02-15", poor)
    f.decided(one, "2022-06-20", "other")
    f.expect(measure, one, code, "a decision of another kind followed")
    f.expect(measure, graded("2024-02-05", worst), "", "the lowest grade; the twelve months still run")
    one = graded("2023-01-30", worst, end="2023-07-10")
    f.serves(one, f.post(importance=1), "2023-07-10", route="demoted")
    f.expect(measure, one, "", "moved to a lesser post in time")
    one = graded("2023-01-30", worst, end="2023-09-01")
    one.row |= {"left_on": "2023-09-01", "left_reason": "resigned"}
    f.expect(measure, one, "", "left in time")


# --- support -----------------------------------------------------------------------------------------------------------


def family_support(f: Faults) -> None:
    _needs(f)
    _asked(f)


def mover(f: Faults, day: str) -> tuple[Person, dict]:
    """A deputy from a neighbouring county who has come to this one on `day`, with the posting."""
    neighbour = next(iter(NEIGHBOURS))
    person = f.cadre(from_elsewhere=True)
    f.serves(person, f.county.abroad.new_post(f"{neighbour}-03", DEPUTY), "2012-05", day)
    posting = f.serves(person, f.post(), day, route="transferred", exchange_kind="training")
    f.keeps(person, "relocations")
    return person, posting


def _needs(f: Faults) -> None:
    for settled, confirmed, code, what in (
        ("", "", "open", "a need that nobody settled"),
        ("2023-09-04", False, "open", "marked as settled, and the cadre says it is not"),
        ("2023-09-04", "", "not_confirmed", "marked as settled, and the cadre has not said so"),
        ("2023-10-28", True, "", "settled on the last of the 180 days"),
        ("2023-10-29", True, "", "settled a day late: counted against the county, but no longer open"),
    ):
        person, posting = mover(f, "2023-04-03")
        f.relocation(person, posting, asked="2023-04-10")
        f.expect("settled", f.need(person, "2023-05-01", settled, confirmed), code, what)


def _asked(f: Faults) -> None:
    measure = "asked"
    for moved, asked, code, what in (
        ("2023-06-05", "", "not_asked", "never asked"),
        ("2023-06-05", "2023-07-05", "", "asked on the thirtieth day"),
        ("2023-06-05", "2023-07-06", "not_asked", "asked a day late"),
        ("2023-06-05", "2023-05-29", "", "asked before the move"),
        ("2024-12-01", "", "not_asked", "not asked, the thirty days over on the very day"),
        ("2024-12-02", "", "", "not asked, the thirty days over a day later: not yet due"),
    ):
        person, posting = mover(f, moved)
        f.relocation(person, posting, asked)
        f.expect(measure, person, code, what)
    person, _posting = mover(f, "2022-10-10")
    f.expect(measure, person, "not_recorded", "came from another county, and nothing is recorded of home and family")


__all__ = ["AS_OF", "Expected", "mover", "plant"]
