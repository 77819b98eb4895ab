"""The results of all checks over many organisations in one table, to keep, to compare, or to take into other programs.

Findings are not in it, nor ids of people: a row is an organisation, a measure and a group. What is hidden is hidden here too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cadre_handbook import checks, scorecard, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, joined
from cadre_handbook.paths import outside_the_book
from cadre_handbook.reporting.run import write_whole

COLUMNS = [*verdict.RESULT_COLUMNS, "parameters", "data_digest", "rows_left_out", "min_cases", "handbook_version"]


def results_of_all(
    report: validation.Report, given: Mapping[str, Any], slugs: Sequence[str] | None = None
) -> pd.DataFrame:
    """A row per organisation, measure and group of the checks named (all where none is), in reading order: columns `COLUMNS`.

    Counts are Int64, figures Float64, both NA where hidden; `parameters` is JSON. ``given``: the parameters that every check has. Raises as
    `checks.evaluate` does.
    """
    wanted = [policies.load_policy(slug).id for slug in dict.fromkeys(slugs or policies.checks())]
    records = [entry for slug in wanted for entry in show.records(checks.evaluate(slug, report, given))]
    frame = scorecard.results_of(records)
    frame["parameters"] = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in frame["parameters"]]
    whole = ("version", "rows_left_out", "min_cases")
    return frame[COLUMNS].astype(dict.fromkeys(whole, "Int64"))


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")


def _json(frame: pd.DataFrame, path: Path) -> None:
    records = show.plain_records(frame)
    for entry in records:
        entry["parameters"] = json.loads(entry["parameters"])
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    import duckdb

    kinds = {"Int64": "BIGINT", "Float64": "DOUBLE"}
    columns = ", ".join(
        f'"{name}"::{kinds.get(str(kind), "VARCHAR")} AS "{name}"' for name, kind in frame.dtypes.items()
    )
    with duckdb.connect() as connection:
        connection.register("results", frame.astype("object").where(frame.notna(), None))
        quoted = str(path).replace("'", "''")
        connection.execute(f"COPY (SELECT {columns} FROM results) TO '{quoted}' (FORMAT PARQUET)")


WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {".csv": _csv, ".json": _json, ".parquet": _parquet}


def accepted(out: str | Path) -> Path:
    """The file to write to, in full; `RequestError` where its ending is none of `WRITERS`, or it lies in the handbook's own folder."""
    path = outside_the_book(out)
    if path.suffix.lower() not in WRITERS:
        raise RequestError(
            _("{path}: expected a file that ends in one of {endings}.").format(path=path.name, endings=joined(WRITERS))
        )
    return path


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table of `results_of_all`, whole or not at all, in the format that the ending of ``path`` names."""
    write_whole(path, lambda half: WRITERS[path.suffix.lower()](frame, half))
