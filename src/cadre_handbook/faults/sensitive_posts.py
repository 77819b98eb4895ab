"""Faults of `sensitive_posts`: holders in law enforcement, personnel and money at the limit, before it and past it."""

from __future__ import annotations

from cadre_handbook.sample_county import DEPUTY, MIDDLE, REFORM, as_text
from cadre_handbook.sample_faults import Faults, Person, Post

MEASURE, CODE = "held_too_long", "held_too_long"
PEOPLE, MONEY, PROPERTY, ORDINARY = "县委组织部", "县财政局", "县住房和城乡建设局", "县委宣传部"
LAW = "县应急管理局"  # it had another name before the reform


def plant(f: Faults) -> None:
    def holder(since: str, unit: str, post: Post | str = "", end: str = "") -> Person:
        person = f.cadre(born="1986-02", joined="2009-07")
        f.serves(person, f.post(MIDDLE, ORDINARY), "2011-07", since)
        f.serves(person, post or f.post(MIDDLE, unit), since, end, route="transferred", exchange_kind="structural")
        return person

    f.expect(MEASURE, holder("2020-01-01", MONEY), CODE, "five years full in a money post on the very day")
    f.expect(MEASURE, holder("2020-01-02", MONEY), "", "one day short of five years in a money post")
    f.expect(MEASURE, holder("2018-05-14", PEOPLE), CODE, "six years in a personnel post")
    f.expect(MEASURE, holder("2017-09", LAW), CODE, "seven years in law enforcement, known by month")
    f.expect(MEASURE, holder("2016-03-07", PROPERTY), "", "eight years over property: not a sensitive post here")
    f.expect(MEASURE, holder("2016-03-07", ORDINARY), "", "eight years in a department without power")
    unmarked = f.county.add_unit(
        "县公共资源交易中心", "institution", field="economy", law_enforcement=False, hardship=0
    )
    for since, code, what in (
        ("2017-05-15", "kind_unknown", "seven years in a centre of which nobody wrote down what it has power over"),
        ("2022-05-16", "", "two years there"),
    ):
        desk = f.county.add_post(unmarked, "一级科员", "division_head", MIDDLE)
        desk.reserved = True
        f.expect(MEASURE, holder(since, "", desk), code, what)

    reform = as_text(REFORM, False)
    renamed = f.post(MIDDLE, LAW)
    one = holder("2016-06-01", LAW, renamed.old_id, reform)
    f.serves(one, renamed, reform)
    f.expect(MEASURE, one, CODE, "eight years in law enforcement, in a post that was renamed on the way")

    one = holder("2016-04-11", MONEY, end="2021-04-12")
    f.serves(one, f.post(MIDDLE, MONEY), "2021-04-12", route="transferred", exchange_kind="structural")
    f.expect(MEASURE, one, "", "eight years in the finance bureau, three in the present post")
    one = holder("2016-04-11", MONEY, end="2023-04-10")
    f.serves(one, f.post(MIDDLE, PROPERTY), "2023-04-10", route="transferred", exchange_kind="structural")
    f.expect(MEASURE, one, "", "seven years in a money post, and exchanged out of it")
    one = holder("2017-02-13", PEOPLE)
    f.serves(one, f.post(DEPUTY, "黑水镇"), "2023-03-01", "2024-03-01", role="secondment")
    f.expect(MEASURE, one, CODE, "a year on secondment out of a personnel post: no exchange")
    one = holder("2017-03-20", LAW, post := f.post(MIDDLE, LAW), "2019-05-06")
    f.serves(one, f.post(MIDDLE, ORDINARY), "2019-05-06", "2021-05-10", route="transferred")
    f.serves(one, post, "2021-05-10", route="transferred")
    f.expect(MEASURE, one, "", "back in a law-enforcement post after two years elsewhere: the years do not add up")
    one = holder("2015-08-03", ORDINARY, end="2021-08-02")
    f.serves(one, f.post(MIDDLE, PEOPLE), "2021-08-02", route="transferred", exchange_kind="structural")
    f.serves(one, f.post(MIDDLE, LAW), "2013-01-01", role="concurrent")
    f.expect(MEASURE, one, "", "an old concurrent post in law enforcement does not count")
