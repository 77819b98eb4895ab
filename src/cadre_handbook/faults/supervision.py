"""Faults of `supervision`: nobody came, nobody spoke, nobody looked, and those of whom it is not due yet."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person


def plant(f: Faults) -> None:
    _contacts(f)
    _slips(f)
    _complaints(f)


def _mover(f: Faults, day: str = "2023-03-06") -> Person:
    """A deputy who moved on `day`, with no entries but those that are planted."""
    person = f.leader("2018-03-12", f.post(), day)
    f.keeps(person, "supervision")
    f.serves(person, f.post(), day, route="transferred", exchange_kind="structural")
    return person


def _at_home(f: Faults) -> Person:
    """A deputy who has not moved for years: slips and complaints about anybody count, contacts are not owed."""
    person = f.leader("2018-03-12")
    f.keeps(person, "supervision")
    return person


def _entry(f: Faults, person: Person, kind: str, day: str, **values) -> None:
    add = {"supervision_id": f.county.serial("U"), "cadre_id": person.key, "kind": kind, "happened_on": day}
    f.county.add("supervision", **add, **values)


def _contacts(f: Faults) -> None:
    measure = "contacted"

    def seen(kind: str, *days: str, moved: str = "2023-03-06", **values) -> Person:
        person = _mover(f, moved)
        for day in days:
            _entry(f, person, kind, day, **values)
        return person

    f.expect(measure, seen("contact"), "never_contacted", "moved almost two years ago, and nobody ever came")
    one = seen("contact", "2023-09-12", "2024-06-30")
    f.expect(measure, one, "no_contact", "the last contact was a day too long ago")
    f.expect(measure, seen("contact", "2024-07-01"), "", "a contact on the first day of the six months")
    f.expect(measure, seen("", "2024-10-08"), "contact_unknown", "an entry of October says not what it was")
    f.expect(measure, seen("slip", "2024-06-20", talked_on="2024-07-03"), "", "the talk after a slip is a contact too")
    f.expect(measure, seen("contact", moved="2024-07-01"), "never_contacted", "six months away on the very day")
    f.expect(measure, seen("contact", moved="2024-07-02"), "", "away for a day less than six months: not yet due")
    f.expect(measure, seen("contact", moved="2021-12-31"), "", "moved a day before those who still count as exchanged")
    guest = _at_home(f)
    f.serves(guest, f.post(unit="北岭乡"), "2024-02-01", role="secondment")
    f.expect(measure, guest, "never_contacted", "eleven months on secondment, and nobody came")


def _slips(f: Faults) -> None:
    measure = "talked"

    def slipped(day: str, talked: str) -> Person:
        person = _at_home(f)
        _entry(f, person, "slip", day, talked_on=talked)
        return person

    f.expect(measure, slipped("2024-04-08", ""), "not_talked", "a slip, and nobody spoke to the cadre")
    f.expect(measure, slipped("2024-04-08", "2024-05-09"), "talked_late", "the talk came on the thirty-first day")
    f.expect(measure, slipped("2024-04-08", "2024-05-08"), "", "the talk came on the thirtieth day")
    f.expect(measure, slipped("2024-05", "2024-06"), "talked_when_unknown", "slip and talk are known by month alone")
    f.expect(measure, slipped("2024-12-01", ""), "not_talked", "no talk, the thirty days over on the very day")
    f.expect(measure, slipped("2024-12-02", ""), "", "no talk, the thirty days over a day later: not yet due")
    f.expect(measure, slipped("2023-12-31", ""), "", "a slip a day before those that count")
    one = slipped("2019-05-13", "2019-08-05")
    _entry(f, one, "contact", "2019-11-18")
    for month in ("03", "05", "07", "10"):
        _entry(f, one, "slip", f"2019-{month}-04", talked_on=f"2019-{month}-14")
        _entry(f, one, "complaint", f"2019-{month}-11", examined_on=f"2019-{month}-25", outcome="founded")
    f.expect(measure, one, "", "a talk that came late, five years ago")
    nameless = _at_home(f)
    _entry(f, nameless, "", "2024-03-12")
    f.expect(measure, nameless, "kind_unknown", "an entry of March says not what it was; it may be a slip")


def _complaints(f: Faults) -> None:
    measure, code = "examined", "not_examined"

    def accused(day: str, **values) -> Person:
        person = _at_home(f)
        _entry(f, person, "complaint", day, **values)
        return person

    f.expect(measure, accused("2024-10-02"), code, "a complaint, the ninety days over on the very day")
    f.expect(measure, accused("2024-10-03"), "", "a complaint, the ninety days over a day later: not yet due")
    f.expect(measure, accused("2022-05-16"), code, "a complaint that has been lying for two and a half years")
    one = accused("2024-01-15", examined_on="2024-11-18", outcome="unfounded")
    f.expect(measure, one, "", "examined, though only after ten months")
    one = accused("2024-05-20", examined_on="2024-07-08", outcome="founded")
    f.keeps(one, "decisions")
    f.decided(one, "2024-07-29", "admonition")
    f.expect("acted_on", one, "", "found true, and an admonition followed")
    one = accused("2024-05-20", examined_on="2024-07-08", outcome="partly")
    f.keeps(one, "decisions")
    f.expect("acted_on", one, "", "found true in part, and nothing followed: shown, and no finding")
