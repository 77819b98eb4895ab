"""The sample: a made-up county from a seed, with known faults planted and an answer key.

The county, its people and its records are made up; only division codes are real, borrowed so that places can be
compared. The same seed gives the same bytes on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import yaml

from cadre_handbook import schema
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _
from cadre_handbook.sample_careers import Careers, choose_studies, keep_records, record_hearings
from cadre_handbook.sample_county import AS_OF, County, build, neighbours
from cadre_handbook.sample_faults import Expected, plant
from cadre_handbook.sample_growth import keep_growth
from cadre_handbook.sample_outreach import keep_outreach
from cadre_handbook.sample_oversight import keep_oversight
from cadre_handbook.sample_plans import keep_plans
from cadre_handbook.sample_reserve import keep_reserve
from cadre_handbook.sample_secondments import keep_secondments
from cadre_handbook.sample_selection import keep_selection
from cadre_handbook.sample_support import keep_support
from cadre_handbook.sample_surveys import keep_surveys
from cadre_handbook.sample_teams import keep_teams
from cadre_handbook.sample_trainings import keep_trainings

SEED = 20241231
CADRES = 1200
FEWEST_CADRES = 1100
PLANTED_COLUMNS = ["check", "measure", "subject_id", "reason_code", "what"]
DATED_BY = {
    "postings": "start",
    "decisions": "decided_on",
    "trainings": "start",
    "assessments": "assessed_on",
    "reserve": "listed_on",
    "needs": "raised_on",
    "relocations": "moved_on",
    "secondments": "start",
    "surveys_of_cadres": "surveyed_on",
    "supervision": "happened_on",
    "awards": "awarded_on",
    "tests": "offered_on",
    "tracking_files": "opened_on",
    "projects": "start",
    "studies": "start",
    "preferences": "stated_on",
    "hardship_support": "given_on",
    "service_grades": "granted_on",
}
LETTERS = {
    "postings": "P",
    "decisions": "D",
    "trainings": "C",
    "assessments": "A",
    "reserve": "R",
    "needs": "N",
    "relocations": "M",
    "secondments": "S",
    "surveys_of_cadres": "Q",
    "supervision": "U",
    "awards": "W",
    "tests": "T",
    "tracking_files": "F",
    "projects": "J",
    "studies": "E",
    "preferences": "V",
    "hardship_support": "H",
    "service_grades": "L",
}
# Rows that are numbered within a secondment: their date, and the letter of their ids.
OF_SECONDMENTS = {
    "attendance": ("start", "K"),
    "secondment_assessments": ("assessed_on", "G"),
    "feedback": ("given_on", "B"),
}


@dataclass
class _Sample:
    """What a seed makes: the tables, and the answer key."""

    frames: dict[str, pd.DataFrame]
    planted: pd.DataFrame


def _county(number: int, seed: int, cadres: int) -> tuple[County, list[Expected]]:
    county = County(number, seed)
    build(county, cadres / CADRES)
    expected = plant(county)
    ordinary = len(county.rows["cadres"])
    careers = Careers(county, cadres - len(county.people))
    careers.begin()
    careers.run()
    choose_studies(county, seed)
    keep_records(county)
    record_hearings(county, seed)
    keep_plans(county, seed)
    keep_secondments(county, seed)
    keep_oversight(county, seed)
    keep_reserve(county, seed, ordinary)
    keep_teams(county)
    keep_trainings(county, seed)
    keep_selection(county, seed)
    keep_outreach(county, seed)
    keep_surveys(county, seed, ordinary)
    keep_support(county, seed)
    keep_growth(county, seed, ordinary)
    return county, expected


def _text(value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _cadre_ids(counties: list[County]) -> dict[int, str]:
    """Ids by key, in an order that has nothing to do with how the cadres came to be."""
    ids = {}
    for county in counties:
        keys = county.dice.shuffled([row["cadre_id"] for row in county.rows["cadres"]])
        ids |= {key: f"{county.organisation_id}{number:04d}" for number, key in enumerate(keys, start=1)}
    return ids


def _frames(counties: list[County], cadre_ids: dict[int, str]) -> dict[str, pd.DataFrame]:
    """The rows of all counties as frames of text, still with provisional ids."""
    outside = neighbours()
    frames = {}
    for name, table in schema.tables().items():
        rows = [*outside.get(name, []), *(row for county in counties for row in county.rows[name])]
        if not rows:
            continue  # a table that the made-up county does not keep
        frame = pd.DataFrame({column: [row.get(column, "") for row in rows] for column in table.fields}, dtype=object)
        if "cadre_id" in frame:
            frame["cadre_id"] = frame["cadre_id"].map(cadre_ids).fillna("")
        for column, field in table.fields.items():
            if field.type in ("boolean", "integer", "number"):
                frame[column] = frame[column].map(_text)
        frames[name] = frame
    return frames


def _numbered(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Put the rows in order of cadre and date, with ids that count them; gives the ids by provisional id."""
    ids: dict[str, str] = {}
    references = {schema.tables()[name].key for name in DATED_BY}
    for name, date in DATED_BY.items():
        key = schema.tables()[name].key
        frame = frames[name].sort_values(["cadre_id", date], kind="stable", ignore_index=True)
        number = frame.groupby("cadre_id", sort=False).cumcount() + 1
        ids |= zip(frame[key], frame["cadre_id"] + LETTERS[name] + number.astype(str).str.zfill(2), strict=True)
        frames[name] = frame
    for name, frame in frames.items():
        for column in references & set(frame):
            frame[column] = frame[column].map(ids).fillna("")
        if name in OF_SECONDMENTS:
            frames[name] = _numbered_within(frame, name)
        elif name not in DATED_BY:
            frames[name] = frame.sort_values(schema.tables()[name].key, ignore_index=True)
    return ids


def _numbered_within(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a table in order of secondment and date, with ids that count them."""
    date, letter = OF_SECONDMENTS[name]
    frame = frame.sort_values(["secondment_id", date], kind="stable", ignore_index=True)
    number = frame.groupby("secondment_id", sort=False).cumcount() + 1
    frame[schema.tables()[name].key] = frame["secondment_id"] + letter + number.astype(str).str.zfill(2)
    return frame


def _answer_key(expected: list[Expected], cadre_ids: dict[int, str], ids: dict[str, str]) -> pd.DataFrame:
    rows = [
        (
            item.check,
            item.measure,
            cadre_ids[item.subject] if isinstance(item.subject, int) else ids.get(item.subject, item.subject),
            item.reason_code,
            item.what,
        )
        for item in expected
    ]
    return pd.DataFrame(rows, columns=PLANTED_COLUMNS, dtype=object)


@lru_cache(maxsize=4)
def _sample(seed: int, organisations: int, cadres: int) -> _Sample:
    if cadres < FEWEST_CADRES:
        raise RequestError(
            _("cadres = {cadres}: a sample county has at least {least}, to hold the planted faults.").format(
                cadres=cadres, least=FEWEST_CADRES
            )
        )
    made = [_county(number, seed, cadres) for number in range(organisations)]
    counties = [county for county, _expected in made]
    cadre_ids = _cadre_ids(counties)
    frames = _frames(counties, cadre_ids)
    ids = _numbered(frames)
    return _Sample(frames, _answer_key([item for _county_, expected in made for item in expected], cadre_ids, ids))


def sample_frames(seed: int = SEED, organisations: int = 1, cadres: int = CADRES) -> dict[str, pd.DataFrame]:
    """The tables of a sample as frames of text (an empty cell is empty text), by table name.

    ``organisations`` counties with ``cadres`` people each, besides three neighbouring counties that people come from.
    Raises `RequestError` for fewer cadres than the planted faults need.
    """
    return {name: frame.copy() for name, frame in _sample(seed, organisations, cadres).frames.items()}


def planted(seed: int = SEED, organisations: int = 1, cadres: int = CADRES) -> pd.DataFrame:
    """The answer key of the same sample: columns `check`, `measure`, `subject_id`, `reason_code`, `what`.

    With an empty `reason_code` it is a case that looks like a fault and is none: the measure must not find it.
    """
    return _sample(seed, organisations, cadres).planted.copy()


def about(seed: int, organisations: int, cadres: int) -> dict:
    """What `about.yaml` says of a sample."""
    return {
        "as_of": AS_OF,
        "seed": seed,
        "organisations": organisations,
        "cadres": cadres,
        "made_up": "Everything here is made up by a program: counties, people and records. No real person is meant.",
        "made_up_zh_CN": "本数据全部由程序虚构：县、人员和记录均不对应任何真实的县或个人。",
        "division_codes": (
            "The division codes are those of real counties, borrowed only so that places can be compared; nothing is "
            "said about those counties."
        ),
        "division_codes_zh_CN": "行政区划代码借用真实县的代码，仅为比较任职地之用，与这些县无关。",
    }


def _write(path: Path, frame: pd.DataFrame) -> None:
    path.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode())


def make_sample(directory: str | Path, seed: int = SEED, organisations: int = 1, cadres: int = CADRES) -> None:
    """Write a sample to a folder, made where it is not there: a CSV file a table, `about.yaml`, `planted.csv`.

    Raises `RequestError` for fewer cadres than the planted faults need.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    frames = sample_frames(seed, organisations, cadres)
    for name, frame in frames.items():
        _write(folder / f"{name}.csv", frame)
    _write(folder / "planted.csv", planted(seed, organisations, cadres))
    text = yaml.safe_dump(about(seed, organisations, cadres), allow_unicode=True, sort_keys=False, width=110)
    (folder / "about.yaml").write_bytes(text.encode())
