"""`cadre-handbook run`: what is refused, what is run and what is not run again, what happens when it fails, and what leaks: nothing."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from cadre_handbook import checks, cli, directives, policy, review
from cadre_handbook.errors import RequestError
from cadre_handbook.paths import NOTEBOOKS, outside_the_book
from cadre_handbook.reporting import run as running
from cadre_handbook.reporting.outcome import Outcome
from cadre_handbook.reporting.run import Request

SOURCE = Path(cli.__file__).parents[1]
AS_OF = ("--as-of", "2024-12-31")
ONE = ("--organisation-id", "01100")
JUSTIFIED = {
    "State": "Justified",
    "By (role or id, no name)": "leading group",
    "Reason of the review": "a project runs",
}
CANARIES = ("王金丝雀", "410122197005011234", "13912345678", "CanaryText")
CANARY = " ".join(CANARIES)


@pytest.fixture
def planted(county):
    """The small county with a name, an ID-card number and a telephone number wherever text is free, and in columns that are not
    declared."""
    for table, column in (("units", "name"), ("posts", "title")):
        if column in county[table][0]:
            for row in range(2, len(county[table]) + 1):
                county.set(table, row, column, CANARY)
        else:
            county.add_column(table, column, [CANARY] * (len(county[table]) - 1))
    for table in county:
        county.add_column(table, "remarks", [CANARY] * (len(county[table]) - 1))
    return county


def process(*arguments, in_background: bool = False, **environment) -> subprocess.Popen:
    """The command, as started from a terminal; in the background shells have it ignore interruptions."""
    told = signal.SIG_IGN if in_background else signal.SIG_DFL
    return subprocess.Popen(
        [sys.executable, "-m", "cadre_handbook.cli", "run", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(SOURCE), **{name: str(value) for name, value in environment.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=None if sys.platform == "win32" else lambda: signal.signal(signal.SIGINT, told),
    )


def contents(folder: Path):
    """Every file below a folder with its bytes, those inside archives too."""
    for path in (item for item in folder.rglob("*") if item.is_file()):
        yield path, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((path / name, archive.read(name)) for name in archive.namelist())


def leaks(folder: Path) -> list[str]:
    forms = [
        form
        for text in CANARIES
        for form in (text.encode(), json.dumps(text).strip('"').encode(), text.encode("gb18030"))
    ]
    return [str(path) for path, content in contents(folder) if any(form in content for form in forms)]


# What is refused, before anything is written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tenure_limits"], "Did you mean “tenure_limit”?"),
        (["-p", "tenure_limits.max_years_in_post=8"], "no check “tenure_limits”"),
        (["-p", "tenure_limit.max_years_in_posts=8"], "Did you mean “max_years_in_post”?"),
        (["-p", "tenure_limit.max_years_in_post=many"], "expected a whole number"),
        (["-p", "max_years_in_post=8"], "-p SLUG.max_years_in_post=VALUE"),
        (["-p", "min_cases=0"], "expected a whole number from 1 up"),
        (["--organisation-id", "nobody"], "no organisation “nobody”"),
        (["--policy", "nowhere.yaml"], "no policy file"),
        (["--earlier", "nowhere.json"], "no file of earlier results"),
        (["--jobs", "0"], "whole number from 1 up"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_written(county, command, tmp_path, arguments, said):
    out = tmp_path / "out"
    status, printed, told = command("run", "--data", county.write(tmp_path / "data"), "--out", out, *AS_OF, *arguments)
    assert (status, printed) == (2, "")
    assert said in told
    assert not out.exists()


def test_without_a_day_or_with_problems_nothing_is_run(county, command, tmp_path):
    folder, out = county.write(tmp_path / "data"), tmp_path / "out"
    assert command("run", "--data", folder, "--out", out)[0] == 2
    county.set("postings", 2, "start", "37803")
    county.set("postings", 3, "start", "37804")
    status, _printed, told = command("run", "--data", county.write(tmp_path / "data"), "--out", out, *AS_OF)
    assert status == 3
    assert "“37803”" in told
    assert "“37804”" in told
    assert not out.exists()


def test_many_organisations_are_run_only_when_named(county, command, tmp_path):
    for number in range(running.MOST_UNNAMED):
        county.add("organisations", f"9{number:04d},County {number},county,410122,")
    status, _printed, told = command(
        "run", "--data", county.write(tmp_path / "data"), "--out", tmp_path / "out", *AS_OF
    )
    assert status == 2
    assert "22 organisations" in told


def test_what_is_made_of_real_data_stays_outside_the_handbooks_folder(tmp_path, monkeypatch):
    own = NOTEBOOKS.parent
    for inside in (own, own / "_build" / "out", tmp_path / ".." / os.path.relpath(own / "out", tmp_path.parent)):
        with pytest.raises(RequestError, match="own folder"):
            outside_the_book(inside)
    (tmp_path / "link").symlink_to(own / "data")
    with pytest.raises(RequestError, match="own folder"):
        outside_the_book(tmp_path / "link" / "out")
    assert outside_the_book(f"{own}-beside") == Path(f"{own}-beside")
    monkeypatch.chdir(own)
    with pytest.raises(RequestError, match="own folder"):
        outside_the_book("out")


def test_a_folder_with_other_things_in_it_is_left_alone(county, command, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("mine")
    status, _printed, told = command("run", "--data", county.write(tmp_path / "data"), "--out", out, *AS_OF)
    assert status == 2
    assert "no folder that this command made" in told
    assert [path.name for path in out.iterdir()] == ["report.html"]
    same = tmp_path / "data"
    assert command("run", "--data", same, "--out", same, *AS_OF)[0] == 2
    assert not (same / running.MARK).exists()


def test_a_workbook_with_records_is_written_over_only_where_they_are_carried_forward(county, command, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / running.MARK).write_text("")
    data = county.write(tmp_path / "data")
    run = checks.run("tenure_limit", data, as_of="2024-12-31", organisation_id=["01100"])
    workbook = out / running.WORKBOOK
    review.write_workbook(workbook, run.findings, None, as_of=run.settings.as_of)
    running._keep_records(out, None)  # nothing recorded in it
    book = openpyxl.load_workbook(workbook)
    heads = [cell.value for cell in book["Review"][1]]
    for heading, value in JUSTIFIED.items():
        book["Review"].cell(2, heads.index(heading) + 1, value)
    book.save(workbook)
    before = workbook.read_bytes()
    status, _printed, told = command("run", "--data", data, "--out", out, *AS_OF, *ONE)
    assert status == 2
    assert "1 records of a review" in told
    assert workbook.read_bytes() == before
    running._keep_records(out, str(workbook))


def test_of_a_check_that_was_not_run_the_records_are_set_apart():
    records = pd.DataFrame(
        {"recommendation": ["tenure_limit", "avoidance", "", "tenure_limit"], "organisation_id": ["a", "a", "", "b"]}
    )
    outcomes = [Outcome("tenure_limit", "a"), Outcome("avoidance", "a", failure="why")]
    own, others = running._of_this_run(records, outcomes)
    assert own.index.tolist() == [0, 2]
    assert others.index.tolist() == [1, 3]
    assert running._of_this_run(None, outcomes) == (None, None)


# Small things


def test_a_part_names_its_checks_and_none_names_all():
    of_support = [slug for slug in policy.checks() if policy.load_policy(slug).part == "support"]
    assert running.chosen(["support"]) == of_support
    assert of_support[0] == "family_support"
    assert running.chosen(["family_support", "tenure_limit"]) == ["tenure_limit", "family_support"]
    assert running.chosen([]) == policy.checks()


def test_data_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert running._whole_path("sample") == "sample"
    assert running._whole_path("数据") == str(tmp_path / "数据")
    assert running._whole_path("duckdb:///x.duckdb?schema=a") == f"duckdb:///{tmp_path / 'x.duckdb'}?schema=a"
    for elsewhere in ("env:COUNTY", "postgresql+psycopg://reader@server/county"):
        assert running._whole_path(elsewhere) == elsewhere


def test_a_database_in_the_callers_folder_is_read_by_the_notebooks(county, command, tmp_path, monkeypatch):
    """A notebook reads only the columns its check needs, so that the digest of all the data is not its own."""
    with sqlite3.connect(tmp_path / "县.sqlite") as database:
        for path in county.write(tmp_path / "data").glob("*.csv"):
            pd.read_csv(path, dtype=str).to_sql(path.stem, database, index=False)
    monkeypatch.chdir(tmp_path)
    arguments = ("--data", "sqlite:///县.sqlite", "--out", "out", "--organisation-id", "01100", *AS_OF)
    status, _out, err = command("run", *arguments, "tenure_limit")
    assert (status, err) == (0, "")
    header = json.loads(Path("out/results.json").read_text(encoding="utf-8"))["header"]
    assert header["failed"] == []


def test_several_organisations_have_folders_that_stay_within_the_reports_folder(tmp_path):
    assert running._folders(tmp_path, ["01100"]) == [tmp_path]
    ids = ["01100", "../01100", "a/b", "CON", "a", "A", ".hidden", "东县", "notebooks", "x" * 300]
    folders = running._folders(tmp_path, ids)
    assert [folder.name for folder in folders if not folder.name.startswith("organisation-")] == ["01100", "东县"]
    assert all(folder.parent == tmp_path for folder in folders)
    assert len({folder.name.casefold() for folder in folders}) == len(ids)


def test_a_file_is_whole_or_the_one_before(tmp_path):
    path = tmp_path / "sub" / "a.json"
    running.write_whole(path, lambda half: half.write_text("first"))

    def interrupted(half: Path) -> None:
        half.write_text("sec")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.write_whole(path, interrupted)
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_notebooks_of_other_data_go_and_those_of_the_same_stay(tmp_path):
    def work(slug: str, **changed) -> running.Work:
        parameters = {"as_of": "2024-12-31", "organisation_id": ["01100"], "language": "en"}
        key = {"data": "d", "package": "p", "parameters": {**parameters, **changed.pop("parameters", {})}, **changed}
        return running.Work(slug, "01100", tmp_path, key)

    def written(item: running.Work) -> Path:
        notebook = nbformat.v4.new_notebook(metadata={running.METADATA: {"key": dict(item.key)}})
        item.path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, item.path)
        return item.path

    now = work("tenure_limit")
    kept = [written(now), written(work("exchange_ratio", parameters={"max_years_in_post": 8}))]
    gone = [
        written(work("avoidance", data="other")),
        written(work("key_posts", package="other")),
        written(work("fair_direction", parameters={"as_of": "2023-12-31"})),
        written(work("family_support", parameters={"organisation_id": ["410100"]})),
    ]
    running._drop_others(tmp_path, [now])
    assert [path.exists() for path in kept] == [True] * 2
    assert [path.exists() for path in gone] == [False] * 4
    assert now.finished() is not None
    assert work("tenure_limit", data="other").finished() is None
    assert work("tenure_limit", parameters={"min_cases": 5}).finished() is None
    now.path.write_text(now.path.read_text()[:-20])  # cut short by something else
    assert now.finished() is None


def test_a_failure_is_told_without_what_its_traceback_shows():
    traceback = f"\x1b[31mKeyError\x1b[0m Traceback\nFile ~/cadre_handbook/checks/x.py:12, in facts()\n    {CANARY}"
    defect = running.told(CellExecutionError(traceback, "KeyError", CANARY))
    assert defect == "a defect of ours, KeyError (x.py:12); please report it"
    refusal = running.told(CellExecutionError(traceback, "RequestError", "Give the day."))
    assert refusal == "Give the day."
    assert "Canary" not in running.told(CellTimeoutError(CANARY))
    assert "Canary" not in running.told(RuntimeError(CANARY))


def test_a_defect_outside_the_notebooks_is_told_alike(county, command, tmp_path, monkeypatch):
    def broken(*_arguments):
        raise KeyError(CANARY)

    monkeypatch.setattr(running, "_begin", broken)
    data = county.write(tmp_path / "data")
    status, printed, told = command("run", "--data", data, "--out", tmp_path / "out", *AS_OF, *ONE)
    assert (status, printed) == (1, "")
    assert told.startswith("a defect of ours, KeyError (test_run.py:")
    assert "Canary" not in told


# With kernels


@pytest.fixture
def short_temporary():
    """A folder for temporary files whose path is short enough for sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="t"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_a_run_leaves_a_report_and_nothing_that_was_private(planted, command, tmp_path, short_temporary):
    data, out, home = planted.write(tmp_path / "我的 数据"), tmp_path / "报告 一", tmp_path / "home"
    home.mkdir()
    surroundings = {
        "HOME": home,
        "TMPDIR": short_temporary,
        "XDG_CACHE_HOME": home / "cache",
        "JUPYTER_RUNTIME_DIR": "",
    }
    options = ("--data", data, "--out", out, *AS_OF, *ONE, "tenure_limit", "exchange_ratio")
    running_ = process(*options, **surroundings)
    printed, told = running_.communicate(timeout=120)
    assert (running_.returncode, told) == (0, "")
    assert printed.strip() == str(out / "report.html")
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    notebooks = {"notebooks/planning/tenure_limit.ipynb", "notebooks/planning/exchange_ratio.ipynb"}
    assert files == {"confidential.txt", "report.html", "results.json", "findings.xlsx", "scorecard.docx", *notebooks}
    assert out.stat().st_mode & 0o077 == 0

    # nothing about people, nowhere
    assert not any(text in printed + told for text in CANARIES)
    assert leaks(out) == leaks(home) == leaks(short_temporary) == []
    assert leaks(data)  # the search finds what is there
    assert list(short_temporary.iterdir()) == []

    # what it says is what the check says
    found = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert "c1" not in (out / "results.json").read_text(encoding="utf-8")
    assert found["header"]["organisation_id"] == "01100"
    _status, checked, _told = command("check", "tenure_limit", "--format", "json", "--data", data, *AS_OF, *ONE)
    assert [item for item in found["results"] if item["recommendation"] == "tenure_limit"] == json.loads(checked)
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report[report.index('id="tenure_limit"') :]
    assert "c1" in report

    # run again with another parameter of one check: that one alone
    before = {name: (out / name).stat().st_mtime_ns for name in notebooks}
    again = process(*options, "-p", "tenure_limit.max_years_in_post=30", **surroundings)
    again.communicate(timeout=60)
    assert again.returncode == 0
    changed = {name for name in notebooks if (out / name).stat().st_mtime_ns != before[name]}
    assert changed == {"notebooks/planning/tenure_limit.ipynb"}
    [years] = [
        item
        for item in json.loads((out / "results.json").read_text(encoding="utf-8"))["results"]
        if item["measure"] == "years_in_post"
    ]
    assert (years["k"], years["verdict"]) == (0, "met")
    assert years["parameters"]["max_years_in_post"]["origin"] == "user"


@pytest.mark.slow
def test_a_notebook_that_fails_is_told_and_the_others_are_in_the_report(planted, tmp_path, monkeypatch, capfd):
    stored = tmp_path / "stored"
    shutil.copytree(NOTEBOOKS / "planning", stored / "planning")
    failing = nbformat.read(stored / "planning" / "exchange_ratio.ipynb", as_version=4)
    failing.cells.insert(3, nbformat.v4.new_code_cell("raise KeyError(check.run.dataset['units']['name'].iloc[0])"))
    nbformat.write(failing, stored / "planning" / "exchange_ratio.ipynb")
    monkeypatch.setattr(running, "NOTEBOOKS", stored)
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    out = tmp_path / "out"
    wanted = Request(
        str(planted.write(tmp_path / "data")),
        out,
        "2024-12-31",
        organisations=["01100"],
        slugs=["tenure_limit", "exchange_ratio"],
    )
    assert running.run(wanted) == running.SOME_FAILED
    printed, told = capfd.readouterr()
    assert "01100 exchange_ratio: a defect of ours, KeyError" in told
    assert "1 of 2 notebooks failed" in told
    assert not any(text in printed + told for text in CANARIES)
    assert leaks(out) == []
    assert [path.name for path in out.rglob("*.ipynb")] == ["tenure_limit.ipynb"]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="tenure_limit"' in report
    assert 'id="exchange_ratio"' not in report
    assert "a defect of ours, KeyError" in report
    assert json.loads((out / "results.json").read_text(encoding="utf-8"))["header"]["failed"] == ["exchange_ratio"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
@pytest.mark.parametrize(
    ("how", "in_background"), [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)]
)
def test_interrupted_it_leaves_nothing_half_and_goes_on(county, tmp_path, short_temporary, how, in_background):
    out = tmp_path / "out"
    slugs = ("tenure_limit", "avoidance")
    options = ("--data", county.write(tmp_path / "data"), "--out", out, *AS_OF, *ONE, "--jobs", "1", *slugs)
    first = process(*options, in_background=in_background, TMPDIR=short_temporary)
    done = out / "notebooks" / "planning" / "tenure_limit.ipynb"
    # Interrupted in its second notebook, asked to terminate in its first.
    awaited = done if how is signal.SIGINT else out / "notebooks"
    until = time.monotonic() + 60
    while not awaited.exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    first.send_signal(how)
    _printed, told = first.communicate(timeout=30)
    assert first.returncode == 130
    assert f"{int(done.exists())} of 2 notebooks are done" in told
    assert "Traceback" not in told
    assert list(short_temporary.iterdir()) == []
    assert {path.name for path in out.rglob("*") if path.is_file()} <= {"tenure_limit.ipynb", running.MARK}
    kernels = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(short_temporary) not in kernels
    if how is signal.SIGINT:
        written = done.stat().st_mtime_ns
        second = process(*options, TMPDIR=short_temporary)
        second.communicate(timeout=90)
        assert second.returncode == 0
        assert done.stat().st_mtime_ns == written
        assert len(list(out.rglob("*.ipynb"))) == 2


@pytest.mark.slow
def test_the_papermill_commands_of_pages_work_from_any_folder(county, tmp_path):
    folder = tmp_path / "我的 文件夹"
    county.write(folder / "2024 年 数据")
    pages = {"tenure_limit": "en", "exchange_ratio": "zh_CN", "family_support": "zh_CN"}
    started = {}
    for slug, language in pages.items():
        name = f"{policy.load_policy(slug).part}/{slug}.ipynb"
        given = {
            f"notebooks/{name}": str(NOTEBOOKS / name),
            "/path/to/your/tables": "2024 年 数据",
            "zh_CN": language,
        }
        printed = shlex.split(directives._papermill(policy.load_policy(slug)).replace("\\\n", " "))
        assert set(given) <= set(printed)
        started[slug] = subprocess.Popen(
            [sys.executable, "-m", *(given.get(word, word) for word in printed), "--no-progress-bar"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    for slug, language in pages.items():
        _printed, told = started[slug].communicate(timeout=120)
        assert started[slug].returncode == 0, told
        text = (folder / f"{slug}.out.ipynb").read_text("utf-8")
        assert f"01100/{slug}/" in text
        assert ("结论" in text) == (language == "zh_CN")
