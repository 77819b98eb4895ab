"""The exercises of the pages have right solutions: each is laid out in small tables and run.

`tests/exercises/<slug>.yaml` is laid out as the files of `tests/cases/`. What a solution says of the made-up county is not
here, but in the tables the notebook makes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cases import Case, assert_as_expected, read_cases, run_case

FILES = sorted((Path(__file__).parent / "exercises").glob("*.yaml"))
CASES = [case for file in FILES for case in read_cases(file)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.slug}: {case.name}")
def test_the_solution_is_what_the_check_says(case: Case, tmp_path: Path) -> None:
    assert_as_expected(case, run_case(case, tmp_path))
