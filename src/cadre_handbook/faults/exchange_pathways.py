"""Units that nobody moves to or from, and units that look so."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, HEAD, STAFF, Post
from cadre_handbook.sample_faults import Faults

MEASURE, CODE = "across_departments", "no_exchange"
TITLES = {STAFF: ("职员", "staff"), DEPUTY: ("副主任", "unit_deputy"), HEAD: ("主任", "unit_head")}


def plant(f: Faults) -> None:
    _no_moves(f)
    _not_by_exchange(f)
    _just_in_time(f)


def _office(f: Faults, name: str, field: str, *levels: int, renamed: str = "") -> list[Post]:
    """An institution of the county that no ordinary career passes through, with a post at each level."""
    f.county.add_unit(
        name, "institution", renamed=renamed, field=field, power="none", law_enforcement=False, hardship=0
    )
    posts = []
    for level in levels:
        title, kind = TITLES[level]
        posts.append(f.county.add_post(name, title, kind, level))
        posts[-1].reserved = True
    return posts


def _expect(f: Faults, name: str, code: str, what: str) -> None:
    f.expect(MEASURE, f.county.unit_ids[name], code, what)


def _no_moves(f: Faults) -> None:
    [head, desk] = _office(f, "县档案馆", "culture", HEAD, STAFF)
    f.leader("2018-04-09", head, level=HEAD)
    f.serves(f.cadre(), desk, "2009-07", route="recruited")
    _expect(f, "县档案馆", CODE, "the last to come was the head, more than three years ago")

    [head] = _office(f, "县政务服务中心", "general", HEAD, renamed="县行政服务中心")
    one = f.leader("2017-03-13", head.old_id, "2019-03-01", level=HEAD)
    f.serves(one, head, "2019-03-01")
    _expect(f, "县政务服务中心", CODE, "renamed in 2019; nobody has come or gone since")


def _not_by_exchange(f: Faults) -> None:
    [head, deputy] = _office(f, "县机关事务服务中心", "general", HEAD, DEPUTY)
    f.leader("2017-05-15", deputy, "2023-05-08")
    f.serves(f.county.people[-1], head, "2023-05-08", route="promoted")
    _expect(f, "县机关事务服务中心", CODE, "the deputy became the head: a move, but within the unit")

    [head, desk] = _office(f, "县文化馆", "culture", HEAD, STAFF)
    f.leader("2019-06-10", head, level=HEAD)
    guest = f.cadre()
    f.serves(guest, f.post(STAFF), "2012-08")
    f.serves(guest, desk, "2023-03-06", "2024-03-06", role="secondment")
    recruit = f.cadre(born="2000-03", joined="2022-09")
    f.serves(recruit, desk, "2022-09-05", route="recruited")
    _expect(f, "县文化馆", CODE, "a secondment and a recruit came, and nobody by a move")

    [head, desk] = _office(f, "县图书馆", "culture", HEAD, STAFF)
    f.leader("2019-06-10", head, level=HEAD)
    down = f.leader("2018-02-05", end="2023-02-06")
    f.serves(down, desk, "2023-02-06", route="demoted")
    _expect(f, "县图书馆", CODE, "the only one to come was demoted, which is no exchange")


def _just_in_time(f: Faults) -> None:
    for name, day, code, what in (
        ("县地震办公室", "2022-01-01", "", "somebody came on the first day that counts"),
        ("县史志办公室", "2021-12-31", CODE, "somebody came a day before those that count"),
    ):
        [head, desk] = _office(f, name, "science", HEAD, STAFF)
        f.leader("2018-09-10", head, level=HEAD)
        one = f.cadre()
        f.serves(one, f.post(STAFF), "2010-07", day[:7] if day < "2012" else day)
        f.serves(one, desk, day, route="transferred", exchange_kind="training")
        _expect(f, name, code, what)
    [head, desk] = _office(f, "县供销服务中心", "economy", HEAD, STAFF)
    f.leader("2018-09-10", head, level=HEAD)
    one = f.cadre()
    f.serves(one, desk, "2010-07", "2023-11-06")
    f.serves(one, f.post(STAFF), "2023-11-06", route="transferred", exchange_kind="training")
    _expect(f, "县供销服务中心", "", "one went to another unit a year ago")
    [head] = _office(f, "县数据服务中心", "science", HEAD)
    one = f.leader("2023-08-07", head, level=HEAD)
    _expect(f, "县数据服务中心", "", "set up within the three years: its head came by a move")
