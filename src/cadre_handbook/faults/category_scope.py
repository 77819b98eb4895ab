"""Faults of `category_scope`: moves that went less far, or farther, than their category asks."""

from __future__ import annotations

from itertools import pairwise

from cadre_handbook.sample_county import MIDDLE, STAFF, Person, Post
from cadre_handbook.sample_faults import Faults


def plant(f: Faults) -> None:
    _management(f)
    _technical(f)
    _law_enforcement(f)


def _moved(f: Faults, day: str, old: Post, new: Post, start: str = "2016-07-01", route: str = "transferred") -> Person:
    """A cadre who moved from one post to the other on `day`."""
    person = f.cadre(born="1988-09", joined=start[:7])
    f.serves(person, old, start, day, route="recruited")
    f.serves(person, new, day, route=route, exchange_kind="training" if route == "transferred" else "")
    return person


def _management(f: Faults) -> None:
    measure, short = "management_across", "not_management_across"

    def desk(unit: str) -> Post:
        return f.post(MIDDLE, unit, category="management")

    for day, old, new, code, what in (
        ("2024-03-06", "县财政局", "县财政局", short, "from one desk of the finance bureau to another"),
        ("2022-01-01", "县教育局", "县教育局", short, "inside the department, on the first day that counts"),
        ("2021-12-31", "县教育局", "县教育局", "", "inside the department, a day before those that count"),
        ("2024-05-15", "石门镇", "清河镇", short, "from township to township: another unit, the same field"),
        ("2024-09-05", "县财政局", "县财政局办公室", short, "to the office of the same bureau: no other department"),
        ("2024-09-11", "县教育局", "县人力资源和社会保障局", "", "to another department and another field"),
    ):
        f.expect(measure, _moved(f, day, desk(old), desk(new)), code, what)
    one = _moved(f, "2024-02-13", desk("县委宣传部"), desk("县委宣传部"), route="demoted")
    f.expect(measure, one, "", "demoted inside the department: no exchange")
    renamed = desk("县农业农村局")
    one = f.cadre(born="1986-05", joined="2016-07")
    f.serves(one, renamed.old_id, "2016-07-01", "2019-03-01", route="recruited")
    f.serves(one, renamed, "2019-03-01", "2024-11-07")
    f.serves(one, desk("县农业农村局"), "2024-11-07", route="transferred")
    f.expect(measure, one, short, "inside a department that had been renamed before")
    one = f.cadre(born="1987-12", joined="2016-07")
    f.serves(one, post := desk("县人力资源和社会保障局"), "2016-07-01", "2024-06-01", route="recruited")
    f.serves(one, post, "2024-09-01", route="returned")
    f.expect(measure, one, "", "back in the same post after a pause of three months: no change of post")
    one = f.cadre(born="1988-02", joined="2016-07")
    f.serves(one, desk("县教育局"), "2016-07-01", route="recruited")
    f.serves(one, desk("县教育局"), "2023-03-01", "2024-03-01", role="secondment")
    f.expect(measure, one, "", "a year on secondment inside the department: no move")


def _technical(f: Faults) -> None:
    measure, far = "technical_inside", "not_technical_inside"

    def bench(unit: str) -> Post:
        return f.post(STAFF, unit, category="technical", title="专业技术人员")

    for day, unit, new, code, what in (
        ("2024-04-17", "县住房和城乡建设局", bench("县教育局"), far, "technical, moved to another department"),
        ("2024-05-09", "县财政局", f.post(MIDDLE, "县委宣传部", category="management"), far, "left technical work and the department"),
        ("2024-06-03", "县住房和城乡建设局", bench("县住房和城乡建设局"), "", "from one technical post to another in one department"),
        ("2024-10-16", "县教育局", f.post(MIDDLE, "县教育局", category="management"), "", "took up management, in the same department"),
        ("2024-03-14", "县财政局", f.post(STAFF, "县财政局办公室", category="technical", title="专业技术人员"), "", "to the office of the same bureau"),
    ):  # fmt: skip
        f.expect(measure, _moved(f, day, bench(unit), new), code, what)
    for number, unit in enumerate(("县财政局", "县住房和城乡建设局"), start=1):
        one = f.cadre(born="1987-10", joined="2016-07")
        days = ("2016-07-01", f"2022-0{number}-24", f"2023-1{number}-06", f"2024-1{number}-18", "")
        for start, end in pairwise(days):
            f.serves(one, bench(unit), start, end, route="transferred" if start > "2017" else "recruited")
        f.expect(measure, one, "", "rotated three times inside the department")


def _law_enforcement(f: Faults) -> None:
    measure, out = "law_enforcement_inside", "not_law_enforcement_inside"

    def officer(unit: str) -> Post:
        return f.post(STAFF, unit, category="law_enforcement")

    squad = f.post(STAFF, "城关镇", category="law_enforcement", title="综合执法队队员")
    plain = f.post(STAFF, "城关镇", category="management")
    for day, unit, new, code, what in (
        ("2024-06-19", "县公安局", officer("县卫生健康局"), "", "from one unit of the system to another"),
        ("2024-10-10", "县卫生健康局", squad, "", "to the squad of a township, a law-enforcement post in a unit that is none"),
        ("2024-07-10", "县公安局", f.post(MIDDLE, "县公安局办公室"), "", "to an office of the police, which is part of the system"),
        ("2024-03-11", "县卫生健康局", f.post(MIDDLE, "县财政局"), out, "from law enforcement to the finance bureau"),
        ("2024-08-22", "县公安局", plain, out, "to an ordinary post of a township"),
    ):  # fmt: skip
        f.expect(measure, _moved(f, day, officer(unit), new), code, what)
