"""Faults of `fair_direction`: a favour, careers that only ever led to easier places, a hard township nobody went to."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, STAFF
from cadre_handbook.sample_faults import Faults, Person

HARD, HARDER, MIDDLING, EASY = "北岭乡", "红崖乡", "石门镇", "县教育局"


def plant(f: Faults) -> None:
    _favours(f)
    _one_way(f)
    _hard_units(f)


def _mover(f: Faults, *way: tuple[str, str, str], level: int = STAFF) -> tuple[Person, list[dict]]:
    """Somebody who served in each of these units from one day to another."""
    person = f.cadre(born="1976-09", joined="1999-08")
    rows = []
    for number, (unit, start, end) in enumerate(way):
        values = {"route": "transferred", "exchange_kind": "other"} if number else {}
        rows.append(f.serves(person, f.post(level, unit, urgent=False), start, end, **values))
    return person, rows


def _favours(f: Faults) -> None:
    measure = "favours"
    for decided, day, mark, code, what in (
        ("2023-05-29", "2023-06-19", True, "favour", "marked as a favour: from a hard township to an office in town"),
        ("2021-12-13", "2022-01-01", True, "favour", "marked as a favour, on the first day that counts"),
        ("2021-12-13", "2021-12-31", True, "", "marked as a favour, a day before those that count"),
        ("2023-08-28", "2023-09-11", False, "", "from a hard township to an office in town, and marked as no favour"),
        ("2023-10-09", "2023-10-16", "", "", "from a hard township to an office in town, with no mark: not known"),
    ):
        one, rows = _mover(f, (HARD, "2014-03-10", day), (EASY, day, ""))
        f.keeps(one, "decisions")
        rows[-1]["decision_id"] = f.decided(one, decided, "exchange")
        f.county.rows["decisions"][-1]["favour"] = mark
        f.expect(measure, one, code, what)


def _one_way(f: Faults) -> None:
    measure, only = "one_way", "only_easier"
    one, _rows = _mover(
        f, (HARDER, "2009-04", "2016-05-09"), (MIDDLING, "2016-05-09", "2023-03-13"), (EASY, "2023-03-13", "")
    )
    f.expect(measure, one, only, "from the hardest township down the valley and into town, never up")
    one, _rows = _mover(
        f, (MIDDLING, "2009-04", "2016-05-09"), (HARDER, "2016-05-09", "2023-03-13"), (EASY, "2023-03-13", "")
    )
    f.expect(measure, one, "", "into town at last, after seven years in the hardest township")
    one, _rows = _mover(f, (HARDER, "2012-04", "2023-03-13"), (EASY, "2023-03-13", ""))
    f.expect(measure, one, "", "one move has only one direction")
    one, _rows = _mover(
        f, (HARDER, "2009-04", "2014-05-12"), (MIDDLING, "2014-05-12", "2021-12-31"), (EASY, "2021-12-31", "")
    )
    f.expect(measure, one, "", "only ever down the valley, the last time a day before the days that count")


def _hard_units(f: Faults) -> None:
    measure = "hard_units"
    alone = f.county.add_unit("雪峰乡", "township", field="general", power="none", law_enforcement=False, hardship=3)
    f.leader("2017-06-12", f.post(DEPUTY, alone, title="党委委员", kind="unit_deputy", team="township"))
    f.expect(
        measure, f.county.unit_ids[alone], "never_reached", "the hardest township, where nobody came for seven years"
    )
    out = f.county.add_unit("云台乡", "township", field="general", power="none", law_enforcement=False, hardship=2)
    one = f.cadre()
    f.serves(one, f.post(DEPUTY, out, title="党委委员", kind="unit_deputy", team="township"), "2012-06")
    guest = f.leader("2018-05-07")
    f.serves(guest, f.post(DEPUTY, out), "2023-03-01", "2024-03-01", role="secondment")
    f.expect(measure, f.county.unit_ids[out], "never_reached", "somebody came on secondment, which is no move")
    near = f.county.add_unit("松林乡", "township", field="general", power="none", law_enforcement=False, hardship=2)
    newcomer = f.cadre(born="1992-02", joined="2015-08")
    f.serves(newcomer, f.easy_post(), "2015-08", "2022-01-01")
    f.serves(newcomer, f.post(STAFF, near), "2022-01-01", route="transferred", exchange_kind="training")
    f.expect(measure, f.county.unit_ids[near], "", "somebody came on the first day that counts")
