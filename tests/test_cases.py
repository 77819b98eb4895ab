"""Every case of `tests/cases/`: small tables as an official would write them, and the counts and verdict they must give.

The tables of a case are written as CSV files and go the way of any data: opened, validated, checked, judged. How a case
file is laid out stands in `tests/cases/README.md`; whatever is not laid out so is refused, for a case that is misread
tests nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cadre_handbook import checks, policy, schema, validation, verdict
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import PolicyError
from cadre_handbook.small_tables import Rows, joined_rows, read_rows
from cadre_handbook.strict_yaml import load_yaml, refuse_unknown

CASES = Path(__file__).parent / "cases"
FILE_KEYS = {"about", "background", "cases"}
CASE_KEYS = {"name", "because", "as_of", "parameters", "without", "expect", "findings"}
FIGURES = ("n", "k", "missing", "verdict")
MAY_SAY = ("value", "says")
# `settled_by_kind (schooling) of yunxi`: a measure, its group where it has groups, the organisation where there are several.
EXPECTED = re.compile(r"(?P<measure>\w+)(?: \((?P<group>\w+)\))?(?: of (?P<organisation>\w+))?")


@dataclass(frozen=True)
class Case:
    """One case: the tables it runs on and what must come out, by measure, group and organisation (empty for the only one)."""

    slug: str
    name: str
    as_of: dt.date
    parameters: dict[str, Any]
    tables: dict[str, Rows]
    expect: dict[tuple[str, str, str], dict[str, Any]]
    findings: list[tuple[str, str, str]]

    @property
    def measures(self) -> set[str]:
        """The measures that the case names; about the others it says nothing."""
        return {measure for measure, _group, _organisation in self.expect}


class CaseError(ValueError):
    """A case file that does not say what it must; the message names file, case and fault."""


# --- reading a case file --------------------------------------------------------------------------


def without(tables: dict[str, Rows], names: list[str], where: str) -> dict[str, Rows]:
    """The tables less those named, and less the columns named as `table.column`."""
    for name in names:
        table, _dot, column = name.partition(".")
        if table not in tables or (column and not any(column in row for row in tables[table])):
            raise CaseError(f"{where}: without {name}, which the case does not have")
        kept = [{key: cell for key, cell in row.items() if key != column} for row in tables[table]]
        tables = {**tables, table: kept if column else []}
    return tables


def read_expected(slug: str, raw: dict[str, Any], where: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What must come out, by measure, group and organisation."""
    measures = policy.load_policy(slug).measures
    expected = {}
    for text, row in raw.items():
        named = EXPECTED.fullmatch(text)
        measure = named["measure"] if named else text
        refuse_unknown({measure: row}, set(measures), where)
        group = named["group"] or ""
        if group not in ([item.value for item in measures[measure].groups] or [""]):
            raise CaseError(f"{where}: the measure {measure} has no group “{group}”")
        refuse_unknown(row, {*FIGURES, *MAY_SAY}, f"{where}: {text}")
        if not set(FIGURES) <= set(row):
            raise CaseError(f"{where}: {text}: expected {', '.join(FIGURES)}")
        if row["verdict"] not in verdict.VERDICTS:
            raise CaseError(f"{where}: {text}: there is no verdict “{row['verdict']}”")
        expected[measure, group, named["organisation"] or ""] = row
    return expected


def read_case(slug: str, raw: dict[str, Any], background: dict[str, Rows], where: str) -> Case:
    """One case of a file, checked."""
    refuse_unknown(raw, CASE_KEYS | set(schema.tables()), where)
    for key in ("name", "as_of", "expect"):
        if not raw.get(key):
            raise CaseError(f"{where}: the key {key} is missing")
    where = f"{where}: {raw['name']}"
    own = {name: read_rows(name, raw[name], where) for name in raw if name in schema.tables()}
    tables = {name: joined_rows(name, background.get(name, []), own.get(name, [])) for name in {**background, **own}}
    expect = read_expected(slug, raw["expect"], where)
    reasons, named = policy.load_policy(slug).reasons, {measure for measure, _group, _organisation in expect}
    findings = [tuple(finding) for finding in raw.get("findings", [])]
    for measure, _subject, code in findings:
        refuse_unknown({code: None}, set(reasons), where)
        if measure not in named:
            raise CaseError(f"{where}: a finding of {measure}, of which nothing is expected")
    return Case(
        slug=slug,
        name=raw["name"],
        as_of=raw["as_of"],
        parameters=raw.get("parameters", {}),
        tables=without(tables, raw.get("without", []), where),
        expect=expect,
        findings=sorted(findings),
    )


def read_cases(path: Path) -> list[Case]:
    """The cases of one file; `CaseError` or `PolicyError` for whatever is not laid out as a case file is."""
    raw = load_yaml(path)
    refuse_unknown(raw, FILE_KEYS, path.name)
    refuse_unknown(raw["background"], set(schema.tables()), f"{path.name}: background")
    background = {name: read_rows(name, text, f"{path.name}: background") for name, text in raw["background"].items()}
    cases = [read_case(path.stem, case, background, path.name) for case in raw["cases"]]
    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        raise CaseError(f"{path.name}: a name stands twice: {sorted(name for name in names if names.count(name) > 1)}")
    return cases


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every check, in reading order; that no other file stands there is for `test_rooms` to say."""
    parts = policy.catalogue()
    files = [CASES / parts[slug]["part"] / f"{slug}.yaml" for slug in policy.checks()]
    return tuple(case for file in files if file.exists() for case in read_cases(file))


# --- running a case -------------------------------------------------------------------------------


def write_tables(case: Case, folder: Path) -> None:
    """The tables of a case as CSV files, headings from all rows together; core tables are there even when empty."""
    empty = {name: [] for name in schema.core_tables()}
    for name, rows in {**empty, **case.tables}.items():
        declared = schema.tables()[name]
        columns = [
            column for column in declared.fields if column in declared.required or any(column in row for row in rows)
        ]
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


def run_case(case: Case, folder: Path) -> checks.Run:
    """A case run as any data are."""
    write_tables(case, folder)
    report = validation.validate(open_dataset(folder))
    return checks.evaluate(case.slug, report, {"as_of": case.as_of, "language": "en", **case.parameters})


def assert_as_expected(case: Case, run: checks.Run) -> None:
    """The counts, verdicts and findings of a run are those the case gives."""
    results = {(row.measure, row.group, row.organisation_id): row for row in run.results.itertuples()}
    only = run.organisations[0] if len(run.organisations) == 1 else None
    got, expected = {}, {}
    for (measure, group, organisation), row in case.expect.items():
        result = results[measure, group, organisation or only]
        key = (measure, group, organisation)
        expected[key] = {name: row[name] for name in FIGURES}
        figures = {name: getattr(result, name) for name in FIGURES}
        got[key] = {name: None if pd.isna(figure) else figure for name, figure in figures.items()}
        if "value" in row:
            assert result.value == pytest.approx(row["value"], abs=5e-4)
        assert str(row.get("says", "")) in result.reason
    assert got == expected
    findings = run.findings[run.findings["measure"].isin(case.measures)]
    assert (
        sorted(findings[["measure", "subject_id", "reason_code"]].itertuples(index=False, name=None)) == case.findings
    )


def _identity(case: Case) -> str:
    return f"{case.slug}: {case.name}"


@pytest.mark.parametrize("case", all_cases(), ids=_identity)
def test_case(case: Case, tmp_path: Path) -> None:
    assert_as_expected(case, run_case(case, tmp_path))


# --- the cases together ---------------------------------------------------------------------------


def expected_verdicts() -> dict[tuple[str, str], set[str]]:
    """The verdicts that the cases expect of each recommendation and measure."""
    verdicts: dict[tuple[str, str], set[str]] = {}
    for case in all_cases():
        for (measure, _group, _organisation), row in case.expect.items():
            verdicts.setdefault((case.slug, measure), set()).add(row["verdict"])
    return verdicts


def test_every_verdict_is_reached() -> None:
    assert set().union(*expected_verdicts().values()) == set(verdict.VERDICTS)


@pytest.mark.parametrize("slug", policy.checks())
def test_every_measure_is_met_and_not_met_or_shown_and_lacks_data(slug: str) -> None:
    for name, measure in policy.load_policy(slug).measures.items():
        reached = expected_verdicts().get((slug, name), set())
        wanted = {verdict.MET, verdict.NOT_MET} if measure.judged else {verdict.CONTEXT}
        assert reached >= wanted | {verdict.NO_DATA, verdict.NOT_APPLICABLE}, name


@pytest.mark.parametrize("slug", policy.checks())
def test_every_rate_is_too_few_and_every_rule_not_yet_in_force_once(slug: str) -> None:
    recommendation = policy.load_policy(slug)
    for name, measure in recommendation.measures.items():
        reached = expected_verdicts().get((slug, name), set())
        values = [value for used in measure.parameters for value in recommendation.parameters[used].values]
        assert measure.any_n or not measure.judged or verdict.TOO_FEW in reached, name
        assert not any(value.origin == "rule" for value in values) or verdict.NOT_IN_FORCE in reached, name
        assert not measure.judged or verdict.CANNOT_TELL in reached, name


@pytest.mark.parametrize("slug", policy.checks())
def test_every_reason_is_given_to_somebody(slug: str) -> None:
    found = {code for case in all_cases() if case.slug == slug for _measure, _subject, code in case.findings}
    assert found == set(policy.load_policy(slug).reasons)


# --- a case file that says something else ---------------------------------------------------------

SMALL = """\
background:
  organisations: |
    organisation_id | level
    yunxi           | county
  units: |
    unit_id | organisation_id
    bureau  | yunxi
  posts: |
    post_id | unit_id | leading
    head    | bureau  | true
  cadres: |
    cadre_id | organisation_id
    leader   | yunxi
cases:
  - name: ten years to the day are over the limit
    as_of: 2019-12-31
    postings: |
      cadre_id | post_id | start
      leader   | head    | 2010-01-01
    expect:
      years_in_post: {n: 1, k: 1, missing: 0, verdict: not met}
    findings: [[years_in_post, leader, over_in_post]]
"""


def read_small(folder: Path, text: str) -> list[Case]:
    path = folder / "tenure_limit.yaml"
    path.write_text(text, encoding="utf-8")
    return read_cases(path)


def test_the_small_case_file_passes(tmp_path: Path) -> None:
    (case,) = read_small(tmp_path, SMALL)
    assert_as_expected(case, run_case(case, tmp_path))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("n: 1", "n: 2"),
        ("k: 1", "k: 0"),
        ("missing: 0", "missing: 1"),
        ("verdict: not met", "verdict: met"),
        ("verdict: not met", "verdict: not met, value: 2"),
        ("verdict: not met", "verdict: not met, says: everybody"),
        ("[[years_in_post, leader, over_in_post]]", "[]"),
        ("leader, over_in_post", "leader, due_in_post"),
        ("leader, over_in_post", "head, over_in_post"),
        ("2010-01-01", "2010-01-02"),
    ],
)
def test_a_case_that_expects_something_else_fails(tmp_path: Path, right: str, wrong: str) -> None:
    (case,) = read_small(tmp_path, SMALL.replace(right, wrong))
    with pytest.raises(AssertionError):
        assert_as_expected(case, run_case(case, tmp_path))


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("cases:\n", "case:\n", "case"),
        ("as_of:", "as_off:", "as_off"),
        ("    as_of: 2019-12-31\n", "", "as_of"),
        ("  cadres: |", "  cadre: |", "cadre"),
        ("cadre_id | post_id | start", "cadre_id | post_id | begin", "begin"),
        ("leader   | head    | 2010-01-01", "leader   | head", "2 cells under 3 headings"),
        ("cadre_id | post_id | start", "cadre_id | start | start", "twice"),
        ("      years_in_post:", "      years_in_posts:", "years_in_posts"),
        ("      years_in_post:", "      years_in_post (heads):", "heads"),
        ("missing: 0, ", "", "missing"),
        ("missing: 0", "missed: 0", "missed"),
        ("verdict: not met", "verdict: unmet", "unmet"),
        ("over_in_post]]", "over_the_post]]", "over_the_post"),
        ("[[years_in_post,", "[[years_in_team,", "years_in_team"),
        ("    as_of: 2019-12-31", "    as_of: 2019-12-31\n    without: [trainings]", "trainings"),
        ("    as_of: 2019-12-31", "    as_of: 2019-12-31\n    without: [posts.rank]", "posts.rank"),
        ("    as_of: 2019-12-31", "    as_of: 2019-12-31\n    as_of: 2019-12-31", "as_of"),
        (SMALL[SMALL.index("  - name") :], SMALL[SMALL.index("  - name") :] * 2, "ten years to the day"),
    ],
)
def test_a_slip_in_a_case_file_is_refused(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    assert right in SMALL
    with pytest.raises((CaseError, PolicyError), match=re.escape(says)):
        read_small(tmp_path, SMALL.replace(right, wrong))


def test_an_unknown_parameter_is_refused(tmp_path: Path) -> None:
    (case,) = read_small(tmp_path, SMALL.replace("    expect:", "    parameters: {max_year_in_post: 8}\n    expect:"))
    with pytest.raises(Exception, match="max_years_in_post"):
        run_case(case, tmp_path)
