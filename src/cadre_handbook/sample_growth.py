"""How the made-up county's ranks grow: service grades, ways in from other kinds of staff, degrees of those in its chief teams.

Made last, from dice of its own, so that nobody's career depends on it; nobody about whom a fault of these was planted is touched.
"""

from __future__ import annotations

from collections import defaultdict

from cadre_handbook.sample_county import AS_OF, STAFF, County, Dice, Post, as_text, month_after, ordinal

STREAM = 830  # sets these dice apart from all others
END = AS_OF.toordinal()
YEAR = 365
GRADES = {
    "staff": ("clerk_2", "clerk_1", "section_4", "section_3", "section_2"),
    "section_deputy": ("section_3", "section_2", "section_1"),
    "section": ("section_1", "division_4", "division_3"),
    "county_deputy": ("division_4", "division_3", "division_2"),
    "county": ("division_2", "division_1", "inspector_2"),
}
BEGAN = ordinal("2019-06-01")  # the day from which civil servants hold service grades
# Years in which nobody came across at all, and in which nobody came across to a township.
CLOSED, CLOSED_TO_TOWNSHIPS = "2020", "2022"
OUTSIDE = ("institution", "enterprise")
OFFICES = ("县委办公室", "县人民政府办公室")
TEAMS = ("party", "government")
SHORT_OF_SPECIALISTS = "party"


def keep_growth(county: County, seed: int, ordinary: int) -> None:
    """Rows of `service_grades`, changes of status and degrees; ``ordinary``: from which place on in the county's cadres nobody was planted."""
    growth = _Growth(county, Dice(seed, county.number, STREAM), ordinary)
    growth.retire_in_time()
    growth.open_doors()
    growth.close_doors()
    growth.grades()
    growth.degrees()
    growth.scatter_specialists()


class _Growth:
    """One county's rows, looked at once."""

    def __init__(self, county: County, dice: Dice, ordinary: int):
        self.county, self.dice = county, dice
        self.cadres = county.rows["cadres"]
        self.ordinary = {row["cadre_id"] for row in self.cadres[ordinary:]}
        self.posts = {row["post_id"]: row for row in county.rows["posts"]}
        self.units = {row["unit_id"]: row for row in county.rows["units"]}
        self.careers: dict[int, list[dict]] = defaultdict(list)
        for row in county.rows["postings"]:
            if row.get("role", "") in ("substantive", ""):
                self.careers[row["cadre_id"]].append(row)
        for career in self.careers.values():
            career.sort(key=lambda row: (row["start"], row["end"] or "9"))

    def _kind(self, row: dict) -> str:
        """The kind of the unit of a posting; empty outside the county."""
        return self.units.get(self.posts[row["post_id"]]["unit_id"], {}).get("kind", "")

    def retire_in_time(self) -> None:
        """A woman below county level who still serves past the fifty-five years of the older rule is recorded as a man."""
        for cadre in self.cadres:
            running = [row for row in self.careers[cadre["cadre_id"]] if not row["end"]]
            if cadre["sex"] != "female" or not running or cadre["cadre_id"] not in self.ordinary:
                continue
            ranks = {self.posts[row["post_id"]]["rank"] for row in running}
            if ordinal(cadre["birth_date"]) + 55 * 365.25 <= END and not ranks & {"county", "county_deputy"}:
                cadre["sex"] = "male"

    def open_doors(self) -> None:
        """Some of the recruits of the last years came in from another status, with the papers a little later."""
        for key in sorted(self.ordinary):
            career = self.careers[key]
            if not career or career[0].get("route") != "recruited" or self._kind(career[0]) in (*OUTSIDE, ""):
                continue
            chance, drawn, days = self.dice.number(), self.dice.number(), self.dice.between(20, 300)
            year = career[0]["start"][:4]
            closed = year == CLOSED or (year == CLOSED_TO_TOWNSHIPS and self._kind(career[0]) == "township")
            if year < "2019" or chance >= 0.12 or closed:
                continue
            if drawn < 0.5:
                career[0]["route"] = "brought_in"
            else:
                day = min(ordinal(career[0]["start"]) + days, END)
                self._study(key, kind="status_change", start=as_text(day, False), end="", status="civil_servant")

    def close_doors(self) -> None:
        """In the closed years nobody comes from an institution or an enterprise: they had a post in an office of the county."""
        for key in sorted(self.ordinary):
            for before, after in zip(self.careers[key], self.careers[key][1:], strict=False):
                kind, year = self._kind(after), after["start"][:4]
                closed = year == CLOSED or (year == CLOSED_TO_TOWNSHIPS and kind == "township")
                if self._kind(before) in OUTSIDE and kind not in (*OUTSIDE, "") and closed:
                    before["post_id"] = self._instead(before, after).post_id

    def _instead(self, before: dict, after: dict) -> Post:
        """A post like that of a posting, in an office that is not the next unit; it ended with the posting."""
        row = self.posts[before["post_id"]]
        unit = next(name for name in OFFICES if self.county.unit_ids[name] != self.posts[after["post_id"]]["unit_id"])
        of_level = {
            "kind": row["kind"],
            "rank": row["rank"],
            "leading": row["leading"],
            "importance": row["importance"],
        }
        post = self.county.add_post(unit, "专职干部", level=STAFF, **of_level, valid_to=before["end"])
        post.reserved = True
        self.posts[post.post_id] = post.row
        return post

    def scatter_specialists(self) -> None:
        """Let members of the Party team have studied nothing of a line of work, until fewer than a third did."""
        members = [
            cadre
            for cadre in self.cadres
            if any(
                not row["end"] and self.posts[row["post_id"]].get("team") == SHORT_OF_SPECIALISTS
                for row in self.careers[cadre["cadre_id"]]
            )
        ]
        special = [cadre for cadre in members if cadre["study_field"] not in ("", "party_affairs", "general", "other")]
        known = sum(bool(cadre["study_field"]) for cadre in members)
        for number, cadre in enumerate(special[: max(0, len(special) - (known - 1) // 3)]):
            cadre["study_field"] = ("party_affairs", "general")[number % 2]

    def grades(self) -> None:
        """A grade when the system began or work did, and a higher one every few years; a few get stuck."""
        for cadre in self.cadres:
            key = cadre["cadre_id"]
            career = self.careers[key]
            drawn = [self.dice.between(800, 2100) for _step in range(4)]
            stuck, low = self.dice.chance(0.3), self.dice.between(0, 1)
            if ("service_grades", key) in self.county.kept or not career:
                continue
            left = ordinal(cadre["left_on"]) if cadre.get("left_on") else END + 1
            day = max(BEGAN, ordinal(career[0]["start"]))
            held = [row for row in career if ordinal(row["start"]) <= day] or career[:1]
            steps = GRADES[self.posts[held[-1]["post_id"]]["rank"]][low:]
            for number, grade in enumerate(steps):
                if day > END or day >= left or (stuck and number):
                    break
                name = self.county.serial("V")
                self.county.add(
                    "service_grades",
                    service_grade_id=name,
                    cadre_id=key,
                    granted_on=as_text(day, False),
                    service_grade=grade,
                )
                day += drawn[number % len(drawn)]

    def degrees(self) -> None:
        """The degrees of those who sit, or sat, in the Party and government teams, with their days."""
        for cadre in self.cadres:
            key = cadre["cadre_id"]
            sat = any(self.posts[row["post_id"]].get("team") in TEAMS for row in self.careers[key])
            late, days = self.dice.number(), self.dice.between(0, 1800)
            if not sat or not cadre.get("education") or ("studies", key) in self.county.kept:
                continue
            # Most took the degree before work; some beside it, a few of these since the last change of term.
            end = ordinal(cadre["joined_on"]) if late < 0.6 else ordinal("2015-07-01") + days * 2
            kind = "full_time_degree" if late < 0.6 else "part_time_degree"
            start, last = (
                as_text(end - 3 * YEAR, True),
                as_text(month_after(AS_OF.fromordinal(end), 1).toordinal(), True),
            )
            if late < 0.95:
                self._study(key, kind=kind, start=start, end=last, education=cadre["education"], status="")

    def _study(self, key: int, **values: str) -> None:
        self.county.add("studies", study_id=self.county.serial("E"), cadre_id=key, **values)
