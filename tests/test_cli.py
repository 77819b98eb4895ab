"""The command: exit statuses, what goes where, and names that look like code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cadre_handbook import checks, cli, show, verdict
from cadre_handbook.dataset import open_dataset
from cadre_handbook.validation import validate

AS_OF = ("--as-of", "2024-12-31")
SOURCE = Path(cli.__file__).parents[1]
RESULT_KEYS = [
    *("recommendation", "version", "organisation_id", "measure", "group", "n", "k", "missing", "value", "lower"),
    *("upper", "operator", "target", "origin", "verdict", "reason", "as_of"),
]
NASTY = ["<script>alert(1)</script>", "=cmd|'/c calc'!A0", "[bold red]x[/]", "a & b", '"quoted", name']


def strictly(text: str):
    """JSON read as the standard has it: no NaN, no Infinity."""

    def refuse(constant: str):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def as_process(*arguments, folder: Path, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "cadre_handbook.cli", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_results_go_to_standard_output_and_messages_to_standard_error(county, command, tmp_path):
    status, out, err = command("check", "tenure_limit", "--data", county.write(tmp_path), *AS_OF)
    assert status == 0
    assert "× not met" in out
    assert "1 of 4 (25.0%)" in out
    assert "as of the end of 2024-12-31; organisations: 2" in err
    assert "--findings lists them" in err
    assert "c1" not in out


def test_json_is_one_object_a_result_with_the_keys_of_the_design(county, command, tmp_path):
    folder = county.write(tmp_path)
    status, out, err = command("check", "tenure_limit", "--data", folder, *AS_OF, "--format", "json")
    assert status == 0
    found = strictly(out)
    assert len(found) == 2 * 6
    for item in found:
        assert list(item)[: len(RESULT_KEYS)] == RESULT_KEYS
        assert set(item) - set(RESULT_KEYS) == {
            "parameters",
            "data_digest",
            "rows_left_out",
            "min_cases",
            "handbook_version",
        }
    first = found[0]
    assert {name: first[name] for name in RESULT_KEYS} == {
        "recommendation": "tenure_limit",
        "version": 1,
        "organisation_id": "01100",
        "measure": "years_in_post",
        "group": "",
        "n": 4,
        "k": 1,
        "missing": 0,
        "value": 1,
        "lower": None,
        "upper": None,
        "operator": "<=",
        "target": 0,
        "origin": "doc",
        "verdict": "not met",
        "reason": "1 of 4",
        "as_of": "2024-12-31",
    }
    assert first["parameters"]["max_years_in_post"] == {"value": 10, "origin": "doc", "reference": "problems 2.2"}
    context = next(item for item in found if item["measure"] == "other_over")
    assert (context["value"], context["operator"], context["target"]) == (None, None, None)
    assert "as of the end of" in err


def test_json_has_findings_only_where_they_are_asked_for(county, command, tmp_path):
    folder = county.write(tmp_path)
    without = command("check", "tenure_limit", "--data", folder, *AS_OF, "--format", "json")
    assert "findings" not in without[1]
    assert "c1" not in without[1]
    found = strictly(command("check", "tenure_limit", "--data", folder, *AS_OF, "--format", "json", "--findings")[1])
    listed = {(item["organisation_id"], item["measure"]): item["findings"] for item in found}
    assert [finding["subject_id"] for finding in listed["01100", "years_in_post"]] == ["c1"]
    assert listed["01100", "years_in_post"][0]["since"] == "2003-07-01"
    assert listed["410100", "years_in_post"] == []


def test_csv_has_the_same_columns(county, command, tmp_path):
    status, out, _err = command("check", "tenure_limit", "--data", county.write(tmp_path), *AS_OF, "--format", "csv")
    assert status == 0
    assert out.splitlines()[0] == ",".join(verdict.RESULT_COLUMNS) == ",".join(RESULT_KEYS)
    assert "tenure_limit,1,01100,years_in_post,,4,1,0," in out


def test_only_the_organisation_asked_for_and_once(county, command, tmp_path):
    folder = county.write(tmp_path)
    twice = ("--organisation-id", "01100", "--organisation-id", "01100")
    found = strictly(command("check", "tenure_limit", "--data", folder, *AS_OF, *twice, "--format", "json")[1])
    assert [item["organisation_id"] for item in found] == ["01100"] * 6


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("judge",),
        ("check",),
        ("check", "tenure_limits", "--data", "DATA"),
        ("check", "tenure_limit", "--data", "DATA", "--findngs"),
        ("check", "tenure_limit", "--data", "DATA", "--format", "xml"),
        ("check", "tenure_limit", "--data", "DATA/nowhere"),
        ("validate", "DATA/nowhere"),
        ("sample", "DATA"),  # not empty
        ("sample", "DATA/new", "--cadres", "0"),
    ],
)
def test_a_wrong_request_ends_with_2_and_says_why_on_standard_error(county, command, tmp_path, arguments):
    folder = str(county.write(tmp_path))
    before = sorted(tmp_path.rglob("*"))
    status, out, err = command(*(item.replace("DATA", folder) for item in arguments))
    assert (status, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before


def test_data_with_problems_end_with_3_and_nothing_on_standard_output(county, command, tmp_path):
    county.set("postings", 2, "start", "37803")
    folder = county.write(tmp_path)
    status, out, err = command("check", "tenure_limit", "--data", folder, *AS_OF)
    assert (status, out) == (3, "")
    assert "postings.csv, row 2, column start (D2): “37803”" in err
    status, out, err = command("check", "tenure_limit", "--data", folder, *AS_OF, "--allow-problems")
    assert status == 0
    assert "? cannot tell" in out
    assert "1 rows have problems and were left out" in err
    found = strictly(
        command("check", "tenure_limit", "--data", folder, *AS_OF, "--allow-problems", "--format", "json")[1]
    )
    assert {item["rows_left_out"] for item in found} == {1}


def test_overlaps_alone_end_with_0(county, command, tmp_path):
    county.add("postings", "g6,c1,p2,2021-01-01,")
    folder = county.write(tmp_path)
    assert command("validate", folder)[0] == 0
    status, _out, err = command("check", "tenure_limit", "--data", folder, *AS_OF)
    assert status == 0
    assert "1 postings overlap" in err


def test_validate_lists_all_and_says_what_can_run(county, command, tmp_path):
    county.set("postings", 2, "start", "37803")
    county.set("posts", 2, "rank", "king")
    county.add("postings", "g6,c2,p3,2021-01-01,")
    status, out, _err = command("validate", county.write(tmp_path))
    assert status == 3
    assert "postings.csv, row 2, column start" in out
    assert "posts.csv, row 2, column rank" in out
    assert "2 problems, 2 notes." in out
    assert "posts.team (Leadership team)" in out


def test_validate_as_json(county, command, tmp_path):
    county.set("postings", 2, "start", "37803")
    status, out, _err = command("validate", county.write(tmp_path), "--format", "json")
    assert status == 3
    found = strictly(out)
    problem = found["problems"][0]
    assert (problem["file"], problem["row"], problem["cell"], problem["value"]) == ("postings.csv", 2, "D2", "37803")
    runs = {(item["recommendation"], item["measure"]): item["can_run"] for item in found["checks"]}
    assert runs["tenure_limit", "years_in_post"] is True
    assert runs["tenure_limit", "years_in_team"] is False


def test_a_missing_table_or_column_is_no_data_by_name(county, command, tmp_path):
    folder = county.write(tmp_path)
    found = strictly(command("check", "family_support", "--data", folder, *AS_OF, "--format", "json")[1])
    assert {item["verdict"] for item in found} == {"no data"}
    assert any("the table needs (Family needs)" in item["reason"] for item in found)
    found = strictly(command("check", "tenure_limit", "--data", folder, *AS_OF, "--format", "json")[1])
    reasons = {item["measure"]: item["reason"] for item in found if item["verdict"] == "no data"}
    assert "the column posts.team" in reasons["years_in_team"]
    assert set(reasons) == {"years_in_team", "third_term"}


@pytest.mark.parametrize("name", NASTY)
def test_a_name_that_looks_like_code_is_text(county, command, tmp_path, name):
    county.set("organisations", 2, "name", name)
    folder = county.write(tmp_path)
    run = checks.evaluate("tenure_limit", validate(open_dataset(folder)), {"as_of": "2024-12-31"})
    page = show.html_table(show.results_table(run), "x")
    assert "<script>" not in page
    assert name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page
    out = command("check", "tenure_limit", "--data", folder, *AS_OF)[1]
    assert name in " ".join(out.split())


def test_a_value_that_looks_like_code_is_text_in_messages_and_pages(county, command, tmp_path):
    county.set("postings", 2, "start", NASTY[0])
    status, out, _err = command("validate", county.write(tmp_path))
    assert status == 3
    assert f"“{NASTY[0]}”: expected a date" in out
    assert show.paragraph(NASTY[0]) == '<p class="ch-note">&lt;script&gt;alert(1)&lt;/script&gt;</p>'


def test_chinese_throughout(county, command, tmp_path):
    county.set("postings", 2, "start", "37803")
    folder = county.write(tmp_path)
    status, _out, err = command("check", "tenure_limit", "--data", folder, *AS_OF, "--language", "zh_CN")
    assert status == 3
    assert "37803" in err
    assert "row" not in err
    county.set("postings", 2, "start", "2003-07")
    out = command("check", "tenure_limit", "--data", county.write(tmp_path), *AS_OF, "--language", "zh_CN")[1]
    assert "× 不符合" in out
    assert "not met" not in out


def test_a_language_that_there_is_not_is_refused(county, command, tmp_path, monkeypatch):
    assert command("validate", county.write(tmp_path), "--language", "fr")[0] == 2
    monkeypatch.setenv("CADRE_HANDBOOK_LANGUAGE", "fr")
    status, _out, err = command("validate", tmp_path)
    assert status == 2
    assert "fr" in err


# As a process


def test_from_another_folder_with_a_chinese_path_and_a_console_that_knows_no_chinese(county, tmp_path):
    (tmp_path / "我的 数据").mkdir()
    county.set("organisations", 2, "name", "东山县")
    book = county.write_workbook(tmp_path / "我的 数据" / "干部 名册.xlsx")
    there = as_process("check", "tenure_limit", "--data", book.name, *AS_OF, "--format", "json", folder=book.parent)
    assert there.returncode == 0
    assert strictly(there.stdout.decode())[0]["verdict"] == "not met"
    poor = as_process(
        "check", "tenure_limit", "--data", book, *AS_OF, folder=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert poor.returncode == 0
    assert b"Traceback" not in poor.stderr
    assert b"1 of 4" in poor.stdout


def test_exit_status_of_the_process(county, tmp_path):
    refused = as_process("check", "tenure_limit", "--data", county.write(tmp_path / "data"), folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"as_of is missing" in refused.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pipe of bash")
def test_a_reader_that_stops_early_is_no_error(county, tmp_path):
    folder = county.write(tmp_path / "data")
    line = f'"{sys.executable}" -m cadre_handbook.cli validate "{folder}" | head -n 1'
    found = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in found.stderr
    assert b"Exception" not in found.stderr
