"""Faults of `housing`: no home in time, a guesthouse for years, an unknown need, and homes that came on the last day."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person, mover

MOVED = "2023-05-15"


def plant(f: Faults) -> None:
    def came(day: str = MOVED, housed: str = "", lodging: str = "old_home", needs: bool | str = True) -> Person:
        """A mover from a neighbouring county of whose home this is on record."""
        person, posting = mover(f, day)
        row = {"needs_housing": needs, "lodging": lodging, "housed_on": housed}
        f.relocation(person, posting, asked=day, **row, nights_paid=0)
        return person

    measure = "housed"
    f.expect(measure, came(housed="2023-08-13"), "", "a home on the ninetieth day")
    f.expect(
        measure, came(housed="2023-08-14"), "", "a home a day late: counted against the county, but no longer open"
    )
    f.expect(measure, came("2024-10-02"), "not_housed", "no home, the ninety days over on the very day")
    f.expect(measure, came("2024-10-03"), "", "no home, the ninety days over a day later: not yet due")
    person, _posting = mover(f, "2022-08-08")
    f.expect(measure, person, "not_recorded", "came from another county, and nothing is recorded of a home")
    one = came("2023-09-04")
    one.row |= {"left_on": "2023-11-20", "left_reason": "resigned"}
    f.county.rows["postings"][-1]["end"] = "2023-11-20"
    f.expect(measure, one, "", "left before the ninety days were over")

    still = "still_lodged"
    for lodging, needs, late, where, what in (
        ("guesthouse", True, "not_housed", "still_lodged", "in a guesthouse for a year and a half"),
        ("old_home", True, "not_housed", "", "no home yet, and goes on living in the old one"),
        ("", True, "not_housed", "lodging_unknown", "no home yet, and nobody wrote down where the mover lives"),
        ("other", "", "need_unknown", "", "no word on whether a home is needed; neither guesthouse nor office"),
        ("", False, "", "", "needs no home"),
    ):
        one = came(lodging=lodging, needs=needs)
        f.expect(measure, one, late, what)
        f.expect(still, one, where, what)
    one = came("2019-03-04", lodging="office")
    f.expect(measure, one, "", "moved long before the months that count")
    f.expect(still, one, "still_lodged", "in an office for almost six years: too long ago for the share, not for this")
