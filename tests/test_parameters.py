"""Parameters: refused with what was expected, the same in the command, in a notebook and through papermill."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from cadre_handbook import notebook, policy
from cadre_handbook.errors import RequestError

SOURCE = Path(notebook.__file__).parents[1]
DAY = {"as_of": "2024-12-31"}

# The slug, parameters, and what the refusal says.
REFUSED = [
    (
        "tenure_limit",
        {"max_years_in_pots": 8, **DAY},
        "no parameter “max_years_in_pots”.*Did you mean “max_years_in_post”",
    ),
    (
        "tenure_limit",
        {"max_years_in_post": "ten", **DAY},
        "max_years_in_post = “ten”: expected a whole number from 1 to 60",
    ),
    (
        "tenure_limit",
        {"max_years_in_post": 0, **DAY},
        "max_years_in_post = .*0.*: expected a whole number from 1 to 60",
    ),
    ("tenure_limit", {"max_share_early": 1.5, **DAY}, "max_share_early = .*1.5.*: expected a number from 0 to 1"),
    ("tenure_limit", {"max_share_early": 25, **DAY}, "expected a number from 0 to 1"),
    ("avoidance", {"basis": "nativ", **DAY}, "expected one of birth_or_upbringing.*Did you mean “native”"),
    ("avoidance", {"level": 3, **DAY}, "level = .*3.*: expected one of county"),
    ("tenure_limit", {"as_of": "31.12.2024"}, "as_of = “31.12.2024”: expected a date such as 2024-12-31"),
    ("tenure_limit", {"as_of": "2024-02-30"}, "expected a date"),
    ("tenure_limit", {}, "as_of is missing"),
    ("tenure_limit", {"organisation_id": "576", **DAY}, "no organisation “576” in the data. Known are: 01100, 410100"),
    ("tenure_limit", {"organisation_id": "1100", **DAY}, "no organisation “1100”.*Did you mean “01100”"),
    ("tenure_limit", {"policy": "nowhere.yaml", **DAY}, "no policy file at nowhere.yaml"),
]


@pytest.mark.parametrize(("slug", "given", "message"), REFUSED)
def test_refused_by_the_command(county, command, tmp_path, slug, given, message):
    folder = county.write(tmp_path)
    arguments = [part for name, value in given.items() for part in ("-p", f"{name}={value}")]
    status, out, err = command("check", slug, "--data", folder, *arguments)
    assert (status, out) == (2, "")
    assert re.search(message, err), err


@pytest.mark.parametrize(("slug", "given", "message"), REFUSED)
def test_refused_by_the_notebook(county, tmp_path, slug, given, message):
    with pytest.raises(RequestError, match=message):
        notebook.open_check(slug, {"data": str(county.write(tmp_path)), **given})


@pytest.mark.parametrize(
    "arguments",
    [
        ("-p", "max_years_in_post"),
        ("-p", "max_years_in_post=8", "-p", "max_years_in_post=9"),
        ("--as-of", "2024-12-31", "-p", "as_of=2023-12-31"),
        ("-p", "data=sample"),
        ("-p", "language=zh_CN"),
        ("-p", "slug=avoidance"),
        ("-p", "report=x"),
        ("-p", "=8"),
        ("-p", "max_years_in_post="),
        ("--as-of", "9999-12-31"),
        ("--as-of", "0001-01-01"),
        ("-p", "allow_problems=perhaps"),
        ("--organisation-id", "000123"),
        ("--organisation-id", ""),
    ],
)
def test_odd_requests_are_refused_and_not_guessed(county, command, tmp_path, arguments):
    given = ("--as-of", "2024-12-31") if "--as-of" not in arguments else ()
    status, out, err = command("check", "tenure_limit", "--data", county.write(tmp_path), *given, *arguments)
    assert (status, out) == (2, "")
    assert err.strip()


def test_a_parameter_given_as_text_is_read_as_its_type(county, command, tmp_path):
    county.set("postings", 2, "end", "x")
    folder = county.write(tmp_path)
    given = ("-p", "as_of=2024-12-31", "-p", "max_years_in_post=7", "-p", "allow_problems=是", "--format", "csv")
    status, out, _err = command("check", "tenure_limit", "--data", folder, *given)
    assert status == 0
    assert "tenure_limit,1,01100,years_in_post,,3,1,1," in out  # c2 since 2018, c1 unknown


def test_a_local_policy_counts_as_given_and_the_call_goes_before_it(county, command, tmp_path):
    folder = county.write(tmp_path / "data")
    ours = tmp_path / "本地 参数.yaml"
    ours.write_text("tenure_limit:\n  max_years_in_post: 7\n", encoding="utf-8")
    given = ("--as-of", "2024-12-31", "--policy", ours, "--format", "csv")
    assert ",01100,years_in_post,,4,2,0," in command("check", "tenure_limit", "--data", folder, *given)[1]
    over = command("check", "tenure_limit", "--data", folder, *given, "-p", "max_years_in_post=30")[1]
    assert ",01100,years_in_post,,4,0,0," in over
    ours.write_text("tenure_limit:\n  max_years_in_pots: 6\n", encoding="utf-8")
    status, _out, err = command("check", "tenure_limit", "--data", folder, *given)
    assert status == 2
    assert "line 2" in err
    assert "Did you mean “max_years_in_post”" in err


# Organisations that a shell turned into numbers


@pytest.mark.parametrize("number", [1100, 576, [410100, 1100]])
def test_a_number_that_is_no_id_is_refused_and_told_how_to_pass_text(county, tmp_path, number):
    with pytest.raises(
        RequestError, match=r"no organisation.*arrived as a number.*-r instead of -p, or put the id in quotes"
    ):
        notebook.open_check("tenure_limit", {"data": str(county.write(tmp_path)), "organisation_id": number, **DAY})


@pytest.mark.parametrize("value", [410100.0, True])
def test_what_is_neither_text_nor_whole_number_is_no_id(county, tmp_path, value):
    with pytest.raises(RequestError, match=r"organisation_id = .*expected text, or a list of texts"):
        notebook.open_check("tenure_limit", {"data": str(county.write(tmp_path)), "organisation_id": value, **DAY})


def test_a_number_that_is_exactly_one_id_is_taken(county, tmp_path):
    folder = str(county.write(tmp_path))
    for given in (410100, [410100], "410100", ["410100", 410100]):
        check = notebook.open_check("tenure_limit", {"data": folder, "organisation_id": given, **DAY})
        assert check.run.organisations == ["410100"]


# A notebook's namespace


def test_what_python_and_jupyter_put_there_is_no_parameter(county, tmp_path):
    namespace = {
        "__name__": "__main__",
        "_": 1,
        "_i1": "x",
        "In": [],
        "Out": {},
        "exit": object(),
        "notebook": notebook,
        "data": str(county.write(tmp_path)),
        "max_years_in_post": None,
        **DAY,
    }
    assert notebook.open_check("tenure_limit", namespace).run.settings.max_years_in_post == 10


def test_a_cell_can_be_run_again(county, tmp_path):
    namespace = {"data": str(county.write(tmp_path)), **DAY}
    namespace["check"] = notebook.open_check("tenure_limit", namespace)
    assert notebook.open_check("tenure_limit", namespace).run.organisations == ["01100", "410100"]


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_parameter_cell_names_every_parameter_without_annotation(slug):
    namespace: dict = {}
    exec(notebook.parameter_cell(slug), namespace)
    del namespace["__builtins__"]
    known = {**policy.common_parameters(), **policy.load_page(slug).parameters}
    assert set(namespace) == set(known)
    assert {name: value for name, value in namespace.items() if value is not None} == {
        "data": "sample", "language": "en", "allow_problems": False,
    }  # fmt: skip


# Through papermill


@pytest.fixture
def written(county, tmp_path) -> Path:
    """A folder with data in `我的 数据` and the notebook of tenure_limit."""
    county.write(tmp_path / "我的 数据")
    nbformat.write(notebook.source("tenure_limit"), tmp_path / "tenure_limit.ipynb")
    return tmp_path


def through_papermill(folder: Path, monkeypatch, **parameters) -> nbformat.NotebookNode:
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    return papermill.execute_notebook(
        str(folder / "tenure_limit.ipynb"),
        str(folder / "out.ipynb"),
        parameters=parameters,
        cwd=str(folder),
        kernel_name="python3",
        progress_bar=False,
    )


def printed(executed: nbformat.NotebookNode) -> str:
    return "".join(
        output.get("text", "")
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )


@pytest.mark.slow
def test_papermill_stops_and_its_output_shows_the_message(written, monkeypatch):
    message = "Did you mean “max_years_in_post”"
    before = set(written.rglob("*"))
    with pytest.raises(papermill.PapermillExecutionError, match=message):
        through_papermill(written, monkeypatch, data="我的 数据", max_years_in_pots=8, **DAY)
    assert set(written.rglob("*")) - before == {written / "out.ipynb"}
    stopped = nbformat.read(written / "out.ipynb", as_version=4)
    shown = [output for cell in stopped.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert len(shown) == 1
    assert message in shown[0].evalue
    assert not any("picture" in "".join(cell.source) and cell.get("outputs") for cell in stopped.cells)


@pytest.mark.slow
def test_papermill_command_with_an_id_that_became_a_number(written):
    arguments = [
        "tenure_limit.ipynb",
        "out.ipynb",
        "-r",
        "data",
        "我的 数据",
        "-p",
        "as_of",
        "2024-12-31",
        "--no-progress-bar",
    ]

    def run(*organisation: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "papermill", *arguments, "-k", "python3", *organisation],
            cwd=written,
            env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    lost = run("-p", "organisation_id", "01100")
    assert lost.returncode == 1
    assert "no organisation “1100”" in lost.stderr
    assert "-r instead of -p" in lost.stderr
    kept = run("-r", "organisation_id", "01100")
    assert kept.returncode == 0, kept.stderr
    assert "01100/tenure_limit/years_in_post 2024-12-31: n=4 k=1 missing=0" in (written / "out.ipynb").read_text(
        "utf-8"
    )


@pytest.mark.slow
def test_papermill_takes_a_number_that_is_one_id_and_speaks_chinese(written, monkeypatch):
    done = through_papermill(written, monkeypatch, data="我的 数据", organisation_id=410100, language="zh_CN", **DAY)
    lines = printed(done).splitlines()
    assert len(lines) == 6
    assert (
        lines[0] == "410100/tenure_limit/years_in_post 2024-12-31: n=1 k=0 missing=0 value=0 target <= 0 (doc) -> met"
    )
    assert policy.load_policy("tenure_limit").measures["years_in_post"].label_zh_CN in str(done.cells)
    assert "符合" in str(done.cells)
