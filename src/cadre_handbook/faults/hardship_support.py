"""Faults of `hardship_support`: no check, no allowance, an entry without a kind, and what is just in time or owed to nobody."""

from __future__ import annotations

from cadre_handbook.sample_faults import DEPUTY, Faults, Person
from cadre_handbook.sample_support import add_support, ordinal

HARD, MILD = "黑水镇", "石门镇"


def plant(f: Faults) -> None:
    check, paid = "health_check", "allowance"

    def moved(day: str, *given: tuple[str, str], ended: str = "", to: str = HARD, route: str = "transferred") -> Person:
        """A deputy who moved to a township on `day` and was given these kinds of support on these days."""
        person = f.leader("2014-03-10", f.post(DEPUTY, "县审计局"), day)
        f.keeps(person, "hardship_support")
        f.serves(person, f.post(DEPUTY, to), day, route=route)
        for kind, start in given:
            add_support(f.county, person.key, kind, ordinal(start), ended if kind == paid else "")
        return person

    since, always = "2022-03-07", (paid, "2022-03-07")
    one = moved(since, always, (check, "2024-01-01"))
    f.expect(check, one, "", "a check on the first day of the twelve months")
    f.expect(paid, one, "", "paid from the first day on")
    one = moved(since, always, (check, "2023-12-31"), ended="2024-12-31")
    f.expect(check, one, "no_check", "the last check a day before the twelve months")
    f.expect(paid, one, "no_allowance", "paid up to the day before the last")
    one = moved(since, always, ("", "2024-05-06"))
    f.expect(check, one, "support_unknown", "an entry of the year that does not say what it was")
    one = moved("2024-01-01")
    f.expect(check, one, "no_check", "no check, the twelve months full on the very day")
    f.expect(paid, one, "no_allowance", "no allowance was ever paid")
    f.expect(check, moved("2024-01-02", (paid, "2024-02-01")), "", "no check, the twelve months full a day later")
    f.expect(paid, moved("2024-11-01"), "no_allowance", "not paid, the sixty days over on the very day")
    f.expect(paid, moved("2024-11-02"), "", "not paid, the sixty days over a day later: not yet due")
    one = moved(since, to=MILD)
    f.expect(check, one, "", "nothing given, in a place that is not hard")
    one = moved(since, route="demoted")
    f.expect(paid, one, "", "nothing given after a demotion, which is no exchange")
    one = f.cadre(born="1992-05", joined="2015-08")
    f.keeps(one, "hardship_support")
    f.serves(one, f.post(0, HARD), "2015-08-03", route="recruited")
    f.expect(paid, one, "", "nothing given to somebody who has served there from the first day of work")
