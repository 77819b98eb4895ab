"""Faults of `key_posts`: key posts held past the limit, and first promotions into the county's teams at home."""

from __future__ import annotations

from cadre_handbook.sample_county import COUNTY_DEPUTY, DEPUTY, HEAD, MIDDLE, REFORM, Abroad, as_text
from cadre_handbook.sample_faults import Faults, Person, Post


def plant(f: Faults) -> None:
    _held_too_long(f)
    _promoted(f)


def _held_too_long(f: Faults) -> None:
    measure, over = "moved_in_time", "over_in_key_post"
    plain = "县卫生健康局"
    f.expect(
        measure, f.leader("2020-01-01", f.post(HEAD, plain)), over, "head of a unit, five years full on the very day"
    )
    f.expect(measure, f.leader("2020-01-02", f.post(HEAD, plain)), "", "head of a unit, a day short of five years")
    f.expect(measure, f.leader("2017-05-08", f.post(DEPUTY, "县财政局")), over, "a deputy in a department over money")
    f.expect(measure, f.leader("2017-05-08", f.post(DEPUTY, plain)), "", "a deputy in a department without real power")
    staff = f.cadre(born="1983-05", joined="2006-08")
    f.serves(staff, f.post(MIDDLE, "县财政局"), "2012-03")
    f.expect(measure, staff, "", "a post over money that is not a leading one")
    renamed, reform = f.post(HEAD, "县自然资源局"), as_text(REFORM, False)
    one = f.leader("2017-09-04", renamed.old_id, reform)
    f.serves(one, renamed, reform)
    f.expect(measure, one, over, "head since 2017 of a unit that was renamed in 2019")
    one = f.leader("2016-06-13", f.post(HEAD, plain), "2024-01-01")
    f.serves(one, f.post(DEPUTY, plain), "2024-01-01", route="transferred", exchange_kind="term_limit")
    f.expect(measure, one, "", "moved out of a key post on the first day that counts")
    one = f.leader("2016-06-13", f.post(HEAD, plain))
    f.serves(one, f.post(DEPUTY, "黑水镇"), "2024-03-01", "2024-09-01", role="secondment")
    f.expect(measure, one, over, "half a year on secondment: the key post was held all the time")


def _promoted(f: Faults) -> None:
    measure, at_home = "promoted_elsewhere", "promoted_at_home"

    def raised(day: str, before: Post | str, **values) -> Person:
        person = f.leader("2015-03-02", before, day)
        f.serves(person, f.post(COUNTY_DEPUTY, "县人民政府"), day, **{"route": "promoted", **values})
        return person

    def head() -> Post:
        return f.post(HEAD, "县教育局")

    abroad = f.county.abroad
    f.expect(measure, raised("2022-06-20", head()), at_home, "raised to the county's team from the same county")
    f.expect(measure, raised("2020-01-01", head()), at_home, "raised at home on the first day that counts")
    f.expect(measure, raised("2019-12-31", head()), "", "raised at home a day before those that count")
    one = raised("2022-06-20", abroad.new_post("0901-03", HEAD), exchange_kind="training")
    f.expect(measure, one, "", "raised from a neighbouring county")
    one = raised("2023-05-15", abroad.new_post(Abroad.ZONE[0], HEAD))
    f.expect(measure, one, "origin_unknown", "came from a unit whose county is not said")
    one = raised("2022-09-05", head(), route="transferred")
    f.expect(measure, one, at_home, "came as a transfer by the record, and the rank rose all the same")
    one = f.leader("2013-04-01", f.post(COUNTY_DEPUTY, "县委"), "2021-06-21")
    f.serves(one, f.post(COUNTY_DEPUTY, "县人民政府"), "2021-06-21", route="transferred")
    f.expect(measure, one, "", "in the county's teams since 2013: not the first time")
