"""Faults of `commute`: a long way and no room, what nobody wrote down, and ways that are just short enough."""

from __future__ import annotations

from cadre_handbook.sample_faults import DEPUTY, Faults, Person

TOWN, COUNTRY = "县财政局", "石门镇"


def plant(f: Faults) -> None:
    measure = "reachable"

    def moved(
        minutes: int | str, room: bool | str, day: str = "2023-06-12", to: str = COUNTRY, end: str = "", on_record=True
    ) -> Person:
        """A deputy of a bureau who moved on `day`, to a township unless said."""
        person = f.leader("2018-03-12", f.post(DEPUTY, TOWN), day)
        f.keeps(person, "relocations")
        row = f.serves(person, f.post(DEPUTY, to), day, end, route="transferred", exchange_kind="training")
        if on_record:
            home = {"needs_housing": False, "lodging": "", "housed_on": "", "nights_paid": 0}
            f.relocation(person, row, day, **home, commute_minutes=minutes, lodging_provided=room)
        return person

    f.expect(measure, moved(61, False), "neither", "a minute over the hour, and no room")
    f.expect(measure, moved(60, False), "", "an hour to the minute, and no room")
    f.expect(measure, moved(95, True), "", "a long way, and a room")
    f.expect(measure, moved("", True), "", "a room, and a way that nobody measured")
    f.expect(measure, moved("", False), "way_unknown", "no room, and a way that nobody measured")
    f.expect(measure, moved(0, False, on_record=False), "not_recorded", "nothing on record about the move")
    f.expect(measure, moved(90, False, day="2022-01-01"), "neither", "a long way since the first day that counts")
    f.expect(measure, moved(90, False, day="2021-12-31"), "", "a long way since a day before those that count")
    f.expect(
        measure, moved(90, False, to="县审计局"), "", "a long way between two bureaus: not between town and country"
    )
    back = moved(90, False, day="2022-05-09", end="2024-03-04")
    row = f.serves(back, f.post(DEPUTY, "县审计局"), "2024-03-04", route="transferred")
    f.relocation(back, row, "2024-03-04", commute_minutes=20, lodging_provided=False)
    f.expect(measure, back, "", "had a long way, and has moved back to the county seat since")
