"""Faults of `exchange_ratio`: people so long in post that the list begins with them, and those who look like it.

All in departments with real power, where half are to move: no county is so well off that nobody is on the list.
"""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, MIDDLE, REFORM, as_text
from cadre_handbook.sample_faults import Faults, Person, Post

MEASURE, CODE = "moved", "not_moved"
MONEY, RENAMED = "县财政局", "县农业农村局"


def plant(f: Faults) -> None:
    def long_served(since: str, post: Post | str, end: str = "", **values) -> Person:
        person = f.cadre(**{"born": "1970-04", "joined": since, **values})
        f.serves(person, post, since, end)
        return person

    def desk() -> Post:
        return f.post(MIDDLE, "县教育局")

    f.expect(
        MEASURE,
        long_served("1996-03", desk()),
        CODE,
        "since 1996 in one post in a department with power over people, not moved",
    )
    f.expect(
        MEASURE,
        long_served("1997-01", f.post(MIDDLE, MONEY)),
        CODE,
        "since 1997 in one post in a department with power over money",
    )
    one = long_served("1996-07", desk())
    f.serves(one, f.post(DEPUTY, "黑水镇"), "2024-03-01", "2024-09-01", role="secondment")
    f.expect(MEASURE, one, CODE, "half a year on secondment: no move")
    renamed = f.post(MIDDLE, RENAMED)
    reform = as_text(REFORM, False)
    one = long_served("1996-04", renamed.old_id, reform)
    f.serves(one, renamed, reform)
    f.expect(MEASURE, one, CODE, "the post was renamed in 2019: one stay, and no move")

    # Colleagues who stayed, so that the group stays short whoever else is made to move.
    for _number in range(36):
        long_served("2012-06", desk(), born="1986-04")

    one = long_served("1996-05", desk(), "2024-01-01")
    f.serves(one, desk(), "2024-01-01", route="transferred", exchange_kind="structural")
    f.expect(MEASURE, one, "", "moved on the first day of the year")
    one = long_served("1996-06", desk(), "2023-12-31")
    f.serves(one, desk(), "2023-12-31", route="transferred", exchange_kind="structural")
    f.expect(MEASURE, one, "", "moved on the last day of the year before: not eligible yet in the new post")
    one = long_served("1996-08", desk(), "2024-04-01", born="1964-03")
    one.row |= {"left_on": "2024-04-01", "left_reason": "retired"}
    f.expect(MEASURE, one, "", "retired in the year: counted as not moved, and nobody to move now")
