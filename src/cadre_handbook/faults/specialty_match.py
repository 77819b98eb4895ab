"""Faults of `specialty_match`: moves to lines of work that the cadre neither studied nor worked in."""

from __future__ import annotations

from cadre_handbook.sample_county import MIDDLE, STAFF, Person
from cadre_handbook.sample_faults import Faults

HEALTH, BUILDING = "县卫生健康局", "县住房和城乡建设局"


def plant(f: Faults) -> None:
    _study_and_work(f)
    _record(f)
    _technical(f)


def _cadre(f: Faults, study_field: str, joined: str = "2016-07") -> Person:
    person = f.cadre(born="1988-11", joined=joined, study_field=study_field)
    f.keeps(person, "cadres")
    return person


def _moved(f: Faults, study: str, unit: str, new: str, day: str, **values) -> Person:
    """A cadre who studied one field and served in one department since joining, moved to another on `day`."""
    person = _cadre(f, study)
    f.serves(person, f.post(MIDDLE, unit), "2016-07-01", day, route="recruited")
    f.serves(person, f.post(MIDDLE, new), day, **{"route": "transferred", "exchange_kind": "training", **values})
    return person


def _study_and_work(f: Faults) -> None:
    measure, without = "matched", "not_matched"
    for study, unit, new, day, code, what in (
        (
            "education",
            "县财政局",
            BUILDING,
            "2024-04-03",
            without,
            "studied education, worked in finance, moved to construction",
        ),
        ("construction", "县财政局", BUILDING, "2024-04-10", "", "moved to what was studied"),
        ("education", "县财政局", "县委宣传部", "2022-01-01", without, "no match, on the first day that counts"),
        ("education", "县财政局", "县委宣传部", "2021-12-31", "", "no match, a day before those that count"),
        ("education", HEALTH, HEALTH, "2024-06-06", "", "seven years in the field, in the same department"),
        (
            "education",
            "县财政局",
            "石门镇",
            "2024-09-19",
            "",
            "to a township, whose line of work is general: not asked",
        ),
        ("", "县财政局", HEALTH, "2024-08-28", "", "field of study not on record"),
    ):
        f.expect(measure, _moved(f, study, unit, new, day), code, what)
    one = _moved(f, "education", "县财政局", HEALTH, "2024-10-24", route="demoted", exchange_kind="")
    f.expect(measure, one, "", "demoted to another field: no exchange")
    for back, code, what in (
        ("2020-07-01", "", "a year to the day in the field, years before"),
        ("2020-06-30", without, "a day short of a year in the field"),
    ):
        one = _cadre(f, "education")
        f.serves(one, f.post(STAFF, "县财政局"), "2016-07-01", "2019-07-01", route="recruited")
        f.serves(one, f.post(STAFF, BUILDING), "2019-07-01", back, route="transferred")
        f.serves(one, f.post(STAFF, "县财政局"), back, "2024-05-20", route="transferred")
        f.serves(one, f.post(STAFF, BUILDING), "2024-05-20", route="transferred", exchange_kind="structural")
        f.expect(measure, one, code, what)
    one = _cadre(f, "education")
    f.serves(one, f.post(STAFF, "县财政局"), "2016-07-01", "2024-11-06", route="recruited")
    f.serves(one, f.post(STAFF, BUILDING), "2020-03-01", "2021-09-01", role="secondment")
    f.serves(one, f.post(STAFF, BUILDING), "2024-11-06", route="transferred", exchange_kind="structural")
    f.expect(measure, one, "", "came to know the field in eighteen months on secondment")


def _record(f: Faults) -> None:
    one = _cadre(f, "education", joined="2008-07")
    f.serves(one, f.post(STAFF, "县财政局"), "2016-07-01", "2024-02-20")
    f.serves(one, f.post(STAFF, BUILDING), "2024-02-20", route="transferred")
    f.expect("matched", one, "", "eight years before the record begins: what they worked at is not known")


def _technical(f: Faults) -> None:
    measure, without = "matched_technical", "not_matched_technical"

    def technical(study: str, unit: str, new: str, day: str) -> Person:
        person = _cadre(f, study)
        f.serves(person, f.post(STAFF, unit), "2016-07-01", day, route="recruited")
        f.serves(person, f.post(STAFF, new, category="technical", title="专业技术人员"), day, route="transferred")
        return person

    f.expect(
        measure,
        technical("culture", "县人力资源和社会保障局", BUILDING, "2024-05-29"),
        without,
        "given a technical post without a match",
    )
    f.expect(
        measure,
        technical("health", "县人力资源和社会保障局", HEALTH, "2024-07-18"),
        "",
        "given a technical post in what was studied",
    )
    one = technical("culture", BUILDING, BUILDING, "2024-04-25")
    f.expect(measure, one, "", "given a technical post after seven years in the field")
    f.expect(measure, technical("", "县人力资源和社会保障局", HEALTH, "2024-08-12"), "", "field of study not on record")
