"""Faults of `pay_and_title`: pay that fell, that nobody compared, a title application left lying, and what only looks so."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person, mover


def plant(f: Faults) -> None:
    pay, titles = "pay_fell", "titles"

    def came(change: str, day: str = "2023-05-15", before: str = "none", after: str = "none") -> Person:
        """A mover of whose pay and titles this is on record."""
        person, posting = mover(f, day)
        home = {"needs_housing": False, "lodging": "", "housed_on": "", "nights_paid": 0}
        row = {"pay_change": change, "title_before": before, "title_after": after}
        f.relocation(person, posting, asked=day, **home, **row)
        return person

    one = came("fell", before="handled", after="held_back")
    f.expect(pay, one, "pay_fell", "pay fell by less than a tenth")
    f.expect(titles, one, "held_back", "an application that was left lying after the move")
    one = came("fell_much", before="held_back", after="handled")
    f.expect(pay, one, "pay_fell", "pay fell by a tenth or more")
    f.expect(titles, one, "", "an application that was left lying before the move, not after it")
    one = came("same", after="pending")
    f.expect(pay, one, "", "pay is what it was")
    f.expect(titles, one, "", "an application whose round is not over")
    f.expect(pay, came("", "2024-10-01"), "pay_unknown", "nobody compared pay, the three months full on the very day")
    f.expect(pay, came("", "2024-10-02"), "", "nobody compared pay, the three months full a day later")
    f.expect(pay, came("fell", "2021-12-31"), "", "pay fell after a move a day before those that count")
    one = came("fell_much")
    f.county.rows["postings"][-1]["route"] = "demoted"
    f.expect(pay, one, "", "pay fell by a demotion, which is no exchange")
    person, _posting = mover(f, "2022-08-15")
    f.expect(pay, person, "not_recorded", "came from another county, and nothing is recorded of pay")
