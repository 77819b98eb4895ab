"""What the made-up county kept on reviews, supervision, awards, tests, files, projects and studies.

It is made last, from dice of its own, so that nobody's career depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from cadre_handbook.sample_county import AS_OF, LAST_YEAR, County, Dice, as_text, ordinal

STREAM, RESPONSES = 803, 815  # set these dice apart from all others, and the refusals' from these
END = AS_OF.toordinal()
SURVEY = "2023-09-15"
RATINGS = {"good": 35, "fairly_good": 45, "fair": 17, "poor": 3}
SCORES = {"excellent": (90, 98), "competent": (75, 91), "basically_competent": (60, 74), "incompetent": (40, 59)}
PARTS = ("exchange_recorded_on", "study_recorded_on", "changes_recorded_on", "performance_recorded_on")
DIMENSIONS = ("age", "specialty", "knowledge", "education", "ability", "potential")
FIRST_YEAR_OF_FILES = LAST_YEAR - 2
FIRST_YEAR_OF_REVIEWS = LAST_YEAR - 5


def keep_oversight(county: County, seed: int) -> None:
    """Rows of the tables on oversight, and the columns of decisions, assessments, trainings and reserve that go with them.

    Where `county.kept` has a table and the key of a cadre (or, for reviews of its team, the id of a unit), the rows about
    them are there already.
    """
    _Oversight(county, Dice(seed, county.number, STREAM)).keep()
    _responses(county, Dice(seed, county.number, RESPONSES))


class _Oversight:
    """One county's careers, and what is kept about them."""

    def __init__(self, county: County, dice: Dice):
        self.county, self.dice = county, dice
        self.posts = {row["post_id"]: row for row in county.rows["posts"]}
        self.kinds = {row["unit_id"]: row["kind"] for row in county.rows["units"]}  # the county's own units
        self.careers: dict[int, list[dict]] = defaultdict(list)
        for row in sorted(county.rows["postings"], key=lambda row: row["start"]):
            if row.get("role") in ("substantive", "", None):
                self.careers[row["cadre_id"]].append(row)

    def kept(self, table: str, key: int | str) -> bool:
        return (table, key) in self.county.kept

    def keep(self) -> None:
        self._standards()
        self._online()
        self._reviews()
        for cadre in self.county.rows["cadres"]:
            key, career = cadre["cadre_id"], self.careers[cadre["cadre_id"]]
            if not career:
                continue
            for table, work in (
                ("surveys_of_cadres", self._surveyed),
                ("tracking_files", self._files),
                ("supervision", self._contacts),
                ("studies", self._studies),
            ):
                if not self.kept(table, key):
                    work(cadre, career)
        self._awards()
        self._reserve()

    def post_on(self, key: int, day: str) -> dict | None:
        """The substantive post held on a day; the latest begun where there are several."""
        held = [row for row in self.careers[key] if row["start"] <= day and not (row["end"] and row["end"] <= day)]
        return self.posts[held[-1]["post_id"]] if held else None

    def moves(self, career: list[dict]) -> list[dict]:
        """Postings that began with a change of post."""
        return [
            row
            for old, row in pairwise(career)
            if self.posts[row["post_id"]].get("predecessor_post_id") != old["post_id"]
        ]

    # --- columns of tables that stand -------------------------------------------------------------

    def _standards(self) -> None:
        """By which standard each yearly assessment was made, and how."""
        dice = self.dice
        for row in self.county.rows["assessments"]:
            drawn = dice.number(), dice.number(), dice.number(), dice.number()
            if "standard" in row or self.kept("standards", row["cadre_id"]):
                continue
            low, high = SCORES[row["grade"]] if row.get("grade") else (60, 90)
            row |= {
                "standard": "general" if drawn[0] < 0.03 else self._standard(row["cadre_id"], row["assessed_on"]),
                "score": "" if drawn[1] < 0.02 else round(low + drawn[2] * (high - low), 1),
                "narrative": "" if drawn[1] > 0.995 else drawn[1] < 0.975,
                "performance_weight": 0.4 if drawn[3] < 0.02 else (0.5, 0.6, 0.7)[int(drawn[3] * 3)],
            }

    def _standard(self, key: int, day: str) -> str:
        post = self.post_on(key, day)
        if post is None:
            return "party_government"
        if self.kinds.get(post["unit_id"]) == "enterprise" and post["leading"]:
            return "enterprise"
        return "specialist" if post["category"] == "technical" else "party_government"

    def _online(self) -> None:
        for row in self.county.rows["trainings"]:
            drawn = self.dice.number()
            row.setdefault("online", row["kind"] in ("in_service", "specialised") and drawn < 0.25)

    # --- reviews of teams and leaders -------------------------------------------------------------

    def _reviews(self) -> None:
        dice, own = self.dice, self.kinds
        teams = sorted(
            {
                (row["team"], row["unit_id"] if row["team"] in ("department", "township") else "")
                for row in self.posts.values()
                if row.get("team") and row["unit_id"] in own and not row.get("valid_to")
            }
        )
        for year in range(FIRST_YEAR_OF_REVIEWS, LAST_YEAR + 1):
            for team, unit in teams:
                if not dice.chance(0.04) and not self.kept("team_reviews", unit):
                    self.review(dt.date(year, 11, dice.between(2, 28)).isoformat(), team=team, unit_id=unit)
        reviewed = defaultdict(list)
        for key in self.careers:
            for year in range(FIRST_YEAR_OF_REVIEWS, LAST_YEAR + 1):
                day = dt.date(year, 10, dice.between(8, 31)).isoformat()
                forgotten = dice.chance(0.05)
                post = self.post_on(key, day)
                serves = post is not None and post["leading"] and post["unit_id"] in own
                if serves and not forgotten and not self.kept("team_reviews", key):
                    reviewed[key].append((day, self.review(day, cadre_id=key)["review_id"]))
        for row in self.county.rows["decisions"]:
            cites = dice.chance(0.9)
            before = [review for day, review in reviewed[row["cadre_id"]] if day <= row.get("decided_on", "")]
            if cites and before and "review_id" not in row and not self.kept("decisions", row["cadre_id"]):
                row["review_id"] = before[-1]

    def review(self, day: str, **about) -> dict:
        dice = self.dice
        number = len(self.county.rows["team_reviews"]) + 1
        return self.county.add(
            "team_reviews",
            review_id=f"{self.county.organisation_id}-V{number:04d}",
            organisation_id=self.county.organisation_id,
            reviewed_on=day,
            content_recorded=not dice.chance(0.02),
            method_recorded=not dice.chance(0.03),
            rating="" if dice.chance(0.02) else dice.weighted(RATINGS),
            use_recorded="" if dice.chance(0.02) else not dice.chance(0.05),
            **about,
        )

    # --- about one cadre --------------------------------------------------------------------------

    def _surveyed(self, cadre: dict, career: list[dict]) -> None:
        dice = self.dice
        if career[0]["start"] <= SURVEY and (cadre.get("left_on") or "9") > SURVEY and not dice.chance(0.05):
            looked_at = {name: "" if dice.chance(0.01) else not dice.chance(0.03) for name in DIMENSIONS}
            add = {"survey_id": self.county.serial("Q"), "cadre_id": cadre["cadre_id"], "surveyed_on": SURVEY}
            self.county.add("surveys_of_cadres", **add, **looked_at)

    def _files(self, cadre: dict, career: list[dict]) -> None:
        dice = self.dice
        for row in self.moves(career):
            day = ordinal(row["start"])
            if row["start"] < f"{FIRST_YEAR_OF_FILES}" or dice.chance(0.04):
                continue
            opened = day + dice.between(0, 40)
            days = [opened, *(opened + dice.between(60, 270) for _part in PARTS[1:])]
            known = ["" if when > END or dice.chance(0.02) else as_text(when, False) for when in days]
            if opened <= END:
                add = {
                    "file_id": self.county.serial("F"),
                    "cadre_id": cadre["cadre_id"],
                    "posting_id": row["posting_id"],
                }
                self.county.add(
                    "tracking_files", **add, opened_on=as_text(opened, False), **dict(zip(PARTS, known, strict=True))
                )

    def _contacts(self, cadre: dict, career: list[dict]) -> None:
        """Somebody looks after those who moved in the last years, every few months; slips and complaints are rare."""
        dice, key = self.dice, cadre["cadre_id"]
        left = ordinal(cadre["left_on"]) if cadre.get("left_on") else END
        for row in self.moves(career):
            day = ordinal(row["start"])
            if row["start"] < f"{LAST_YEAR - 2}":
                continue
            while (day := day + dice.between(50, 170)) <= min(left, END):
                if not dice.chance(0.1):
                    self._supervised(key, "contact", day)
        if dice.chance(0.03) and career[0]["start"] < f"{LAST_YEAR - 1}" and left == END:
            day = END - dice.between(40, 330)
            answered = not dice.chance(0.1)
            self._supervised(key, "slip", day, talked_on=as_text(day + dice.between(1, 28), False) if answered else "")
        if dice.chance(0.02) and career[0]["start"] < f"{LAST_YEAR - 1}" and left == END:
            day = END - dice.between(100, 330)
            answer = {"examined_on": as_text(day + dice.between(10, 80), False), "outcome": "unfounded"}
            self._supervised(key, "complaint", day, **({} if dice.chance(0.1) else answer))

    def _supervised(self, key: int, kind: str, day: int, **values) -> None:
        add = {"supervision_id": self.county.serial("U"), "cadre_id": key, "kind": kind}
        self.county.add("supervision", **add, happened_on=as_text(day, False), **values)

    def _studies(self, cadre: dict, career: list[dict]) -> None:
        dice = self.dice
        if dice.chance(0.08) and career[0]["start"] < "2020":
            start = dt.date(dice.between(2014, 2023), 9, 1)
            over = start.replace(year=start.year + 3)
            ends = over.isoformat() if over <= AS_OF else ""
            add = {"study_id": self.county.serial("E"), "cadre_id": cadre["cadre_id"], "kind": "part_time_degree"}
            self.county.add("studies", **add, start=start.isoformat(), end=ends, education="bachelor" if ends else "")
        if dice.chance(0.04) and career[0]["start"] < "2022":
            add = {"study_id": self.county.serial("E"), "cadre_id": cadre["cadre_id"], "kind": "status_change"}
            day = max(ordinal(career[0]["start"]) + 200, ordinal("2019-01")) + dice.between(0, 1500)
            if day <= END:
                self.county.add("studies", **add, start=as_text(day, False), status=cadre["status"])

    # --- awards, the reserve, tests and projects --------------------------------------------------

    def _awards(self) -> None:
        """A commendation for most excellent years, now and then a merit."""
        dice = self.dice
        for row in list(self.county.rows["assessments"]):
            excellent, merit, later = row.get("grade") == "excellent", dice.chance(0.12), dice.between(20, 60)
            day = ordinal(row["assessed_on"]) + later
            if excellent and not dice.chance(0.2) and day <= END and not self.kept("awards", row["cadre_id"]):
                kind = "merit_third" if merit else "commendation"
                add = {"award_id": self.county.serial("W"), "cadre_id": row["cadre_id"]}
                self.county.add("awards", **add, awarded_on=as_text(day, False), kind=kind)

    def _reserve(self) -> None:
        """For which post each reserve cadre is a candidate; tests that some took, projects that some worked on."""
        dice = self.dice
        seen = set()
        leading = [
            row
            for row in self.posts.values()
            if row["leading"]
            and row["unit_id"] in self.kinds
            and not row.get("valid_to")
            and not self.kept("reserve", row["post_id"])
        ]
        by_rank = defaultdict(list)
        for post in leading:
            by_rank[post["rank"]].append(post["post_id"])
        above = {"staff": "section_deputy", "section_deputy": "section", "section": "county_deputy"}
        for row in self.county.rows["reserve"]:
            key, ready, named = row["cadre_id"], dice.chance(0.75), dice.number()
            tested, worked = dice.chance(0.35), dice.chance(0.3)
            if self.kept("reserve", key) or "ready" in row:
                continue
            post = self.post_on(key, row["removed_on"] or AS_OF.isoformat())
            candidates = by_rank[above.get(post["rank"], "county")] if post else []
            row["ready"] = ready
            row["for_post_id"] = candidates[int(named * len(candidates))] if candidates else ""
            if key in seen:
                continue
            seen.add(key)
            if tested and not self.kept("tests", key):
                self._tested(key, max(ordinal(row["listed_on"]), END - 1400))
            if worked and not self.kept("projects", key):
                self._project(key, ordinal(row["listed_on"]))

    def _tested(self, key: int, since: int) -> None:
        dice = self.dice
        day = min(since + dice.between(10, 200), END)
        refused = dice.chance(0.06)
        test = self.county.add(
            "tests",
            test_id=self.county.serial("T"),
            cadre_id=key,
            offered_on=as_text(day, False),
            taken_on="" if refused else as_text(min(day + dice.between(0, 9), END), False),
            kind=dice.weighted({"sixteen_pf": 8, "aptitude": 2}),
            consent="" if refused else not dice.chance(0.03),
            refused=refused,
        )
        for row in self.county.rows["decisions"]:
            if row["cadre_id"] == key and row.get("decided_on", "") > test["offered_on"] and not refused:
                if row["kind"] in ("appointment", "exchange") and not self.kept("decisions", key):
                    row["test_id"] = test["test_id"]
                return

    def _project(self, key: int, listed: int) -> None:
        dice = self.dice
        start = min(listed + dice.between(30, 500), END)
        end = start + dice.between(90, 500)
        self.county.add(
            "projects",
            project_id=self.county.serial("J"),
            cadre_id=key,
            kind=dice.weighted({"key_industry": 4, "key_project": 4, "key_task": 2}),
            start=as_text(start, False),
            end=as_text(end, False) if end <= END else "",
        )


def _responses(county: County, dice: Dice) -> None:
    """Nearly every exchange is accepted. A few are refused; most of these are examined, heard and settled, and no move follows."""
    for row in county.rows["decisions"]:
        if row["kind"] in ("exchange", "secondment") and ("decisions", row["cadre_id"]) not in county.kept:
            row.setdefault("response", "accepted")
    for cadre in county.rows["cadres"]:
        key = cadre["cadre_id"]
        serves = ("decisions", key) not in county.kept and cadre["joined_on"] < "2018" and not cadre.get("left_on")
        if serves and dice.chance(0.015):
            _refused(county, dice, key)


def _refused(county: County, dice: Dice, key: int) -> None:
    decided = END - dice.between(150, 1000)
    days = [decided]
    for _step in ("refused", "examined", "heard", "settled"):
        days.append(days[-1] + dice.between(2, 20))
    _decided, refused, examined, heard, settled = (as_text(day, False) for day in days)
    good = dice.chance(0.6)
    steps = {
        "inspected_on": as_text(decided - dice.between(20, 40), False),
        "opinion_from_on": as_text(decided - dice.between(8, 18), False),
        "opinion_to_on": as_text(decided - dice.between(2, 7), False),
        "decided_on": as_text(decided, False),
    }
    county.add(
        "decisions",
        decision_id=county.serial("D"),
        cadre_id=key,
        kind="exchange",
        decided_by="collective",
        favour=False,
        **steps,
        **{step.replace("_on", "_recorded_on"): day for step, day in steps.items()},
        response="refused",
        refused_on=refused,
        cause_examined_on=examined,
        cause="good" if good else "none",
        heard_on=heard,
        outcome="excused" if good else "admonished",
        outcome_on=settled,
        appeal="" if good else dice.weighted({"told": 6, "upheld": 2, "changed": 1}),
    )
