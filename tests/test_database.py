"""Databases: the same verdicts as the same tables in files, only the columns needed, and no word of the credentials."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from cadre_handbook import checks, databases, history, policy, schema, validation
from cadre_handbook.columns_read import columns_read
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.paths import DATA

POSTGRESQL = "CADRE_HANDBOOK_POSTGRESQL"
CANARY, CANARY_USER = "Kanari3nvogel", "geheimnistraeger"
TYPES = {"date": sa.Date, "boolean": sa.Boolean, "integer": sa.Integer, "number": sa.Numeric(12, 4)}


def native(text: str, field: schema.Field):
    """A cell's text as the value a database keeps; a month stays text, which no date column holds."""
    if text == "":
        return None
    if field.type == "date":
        return pd.Timestamp(text).date()
    if field.type == "boolean":
        return text == "true"
    return {"integer": int, "number": float}.get(field.type, str)(text)


def fill(engine: sa.Engine, tables: dict[str, list[list[str]]], namespace: str | None = None) -> None:
    """Write tables with the types of their columns; a date column that holds a month is text."""
    metadata = sa.MetaData(schema=namespace)
    for name, (headings, *rows) in tables.items():
        fields = schema.tables()[name].fields
        kinds = {}
        for position, heading in enumerate(headings):
            field = fields.get(heading)
            by_month = field and field.type == "date" and any(0 < len(row[position]) < 10 for row in rows)
            kinds[heading] = field if field and not by_month else None
        columns = [
            sa.Column(heading, TYPES.get(field.type, sa.Text) if field else sa.Text) for heading, field in kinds.items()
        ]
        table = sa.Table(name, metadata, *columns)
        values = [
            {
                heading: native(cell, field) if field else cell or None
                for (heading, field), cell in zip(kinds.items(), row, strict=True)
            }
            for row in rows
        ]
        with engine.begin() as connection:
            table.create(connection)
            connection.execute(sa.insert(table), values) if values else None
    engine.dispose()


def sample_tables() -> dict[str, list[list[str]]]:
    found = {}
    for path in sorted((DATA / "sample").glob("*.csv")):
        if path.stem in schema.tables():
            with path.open(encoding="utf-8-sig", newline="") as file:
                found[path.stem] = list(csv.reader(file))
    return found


def file_address(kind: str, folder: Path) -> str:
    return f"{kind}:///{folder / f'county.{kind}'}"


@pytest.fixture(scope="module")
def sample_database(tmp_path_factory) -> str:
    """The sample county in DuckDB."""
    address = file_address("duckdb", tmp_path_factory.mktemp("sample"))
    fill(sa.create_engine(address), sample_tables())
    return address


@pytest.fixture(scope="module")
def sample_whole(sample_database) -> validation.Report:
    return validation.validate(open_dataset(sample_database))


# --- what a check reads ---------------------------------------------------------------------------


def test_a_database_is_the_sample_that_its_tables_are(sample_whole):
    sample = open_dataset("sample")
    assert sample_whole.errors.empty
    assert set(sample_whole.dataset.tables) == set(sample.tables)
    for name, table in sample.tables.items():
        key = schema.tables()[name].key
        expected = table[[column for column in table if column in sample_whole.dataset[name]]]
        found = sample_whole.dataset[name].sort_values(key, ignore_index=True)
        # SQL's numbers have no text of their own: 1.50 comes as 1.5.
        pd.testing.assert_frame_equal(found, expected.sort_values(key, ignore_index=True), check_like=True)


@pytest.mark.parametrize("slug", policy.checks())
def test_a_check_on_the_columns_it_reads_says_what_it_says_on_all(slug, sample_database, sample_whole):
    given = {"as_of": checks.sample_as_of()}
    read = open_dataset(sample_database, columns_read(slug))
    assert read.unread
    some = checks.evaluate(slug, validation.validate(read), given)
    every = checks.evaluate(slug, sample_whole, given)
    pd.testing.assert_frame_equal(some.results, every.results)
    pd.testing.assert_frame_equal(some.findings, every.findings)
    pd.testing.assert_frame_equal(some.facts, every.facts)
    checks.module(slug).picture(some)


def test_what_was_not_read_is_never_taken_for_empty(sample_database):
    data = open_dataset(sample_database, columns_read("tenure_limit"))
    assert "sex" not in data["cadres"]
    with pytest.raises(KeyError):
        data["cadres"]["sex"]
    with pytest.raises(LookupError, match=r"cadres\.sex was not read"):
        data.has("cadres", "sex")
    with pytest.raises(LookupError, match="awards was not read"):
        data["awards"]
    with pytest.raises(LookupError, match="was not read"):
        data.has("awards")


def test_only_the_columns_wanted_are_asked_for(county, tmp_path):
    county.add_column("cadres", "sex", ["male"] * 5)
    county.add_column("cadres", "full_name", ["Somebody"] * 5)
    fill(sa.create_engine(file_address("sqlite", tmp_path)), county)
    asked = []
    sa.event.listen(
        sa.Engine, "before_cursor_execute", listener := lambda _c, _cursor, statement, *_rest: asked.append(statement)
    )
    try:
        data = open_dataset(file_address("sqlite", tmp_path), columns_read("tenure_limit"))
        open_dataset(file_address("sqlite", tmp_path))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listener)
    some, whole = [statement for statement in asked if 'FROM "cadres"' in statement]
    assert '"sex"' not in some
    assert '"sex"' in whole
    assert "full_name" not in some + whole
    assert data.unread["cadres"] >= {"sex"}
    assert (tmp_path / "county.sqlite").exists()


# --- the same data in files and databases ---------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_types_of_a_database_become_the_text_of_a_file(county, kind, tmp_path):
    county.add_column("posts", "urgent", ["true", "false", "", "true", "false"])
    county.add_column("cadres", "备注", ["a"] * 5)  # one more column is fine
    address = file_address(kind, tmp_path)
    fill(sa.create_engine(address), county)
    files = open_dataset(county.write(tmp_path / "files"))
    for where in (address, tmp_path / f"county.{kind}"):
        data = open_dataset(where)
        assert validation.validate(data).problems.empty
        for name, table in files.tables.items():
            expected = table.drop(columns="备注", errors="ignore").sort_values(schema.tables()[name].key)
            pd.testing.assert_frame_equal(data[name].reset_index(drop=True), expected.reset_index(drop=True))
    assert bool(data["postings"]["start_is_month"].iloc[0])  # a text column may hold months
    assert data["posts"]["urgent"].isna().sum() == 1


def test_rows_come_in_the_order_of_their_keys_and_have_one_digest(county, tmp_path):
    digests = set()
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        fill(sa.create_engine(file_address("duckdb", tmp_path / name)), county)
        digests.add(open_dataset(file_address("duckdb", tmp_path / name)).digest)
        county["cadres"][1:] = reversed(county["cadres"][1:])
    assert len(digests) == 1


def test_a_folder_of_parquet_files(county, tmp_path):
    import duckdb

    folder = county.write(tmp_path / "csv")
    (tmp_path / "parquet").mkdir()
    for file in folder.glob("*.csv"):
        duckdb.sql(f"COPY (FROM read_csv('{file}')) TO '{tmp_path / 'parquet' / file.stem}.parquet'")
    data = open_dataset(tmp_path / "parquet", columns_read("tenure_limit"))
    assert data.unread["cadres"] == {"birth_place_code", "upbringing_place_code"}
    assert validation.validate(data).problems.empty
    assert history.timeline(data)["start"].notna().all()
    (tmp_path / "parquet" / "units.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(DataRefused, match=r"units\.parquet: cannot be read as a Parquet file"):
        open_dataset(tmp_path / "parquet")


def test_a_problem_is_named_by_its_table_and_key(county, tmp_path):
    county.set("posts", 3, "rank", "captain")
    fill(sa.create_engine(file_address("duckdb", tmp_path)), county)
    report = validation.validate(open_dataset(file_address("duckdb", tmp_path)))
    [line] = report.lines()
    assert line.startswith("posts, p2, column rank: “captain”: this code is not in the list")


def test_a_view_in_chinese_is_a_table_and_a_missing_table_is_no_data(county, tmp_path):
    engine = sa.create_engine(file_address("duckdb", tmp_path))
    fill(engine, county)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE postings RENAME TO raw"))
        connection.execute(
            sa.text(
                'CREATE VIEW 任职 AS SELECT posting_id AS 任职编号, cadre_id AS "Cadre id", post_id, start, "end", 1 AS "select" FROM raw'
            )
        )
    engine.dispose()
    data = open_dataset(file_address("duckdb", tmp_path))
    assert data["postings"]["cadre_id"].tolist() == ["c1", "c2", "c3", "c4", "c5"]
    assert not data.has("decisions")


def test_core_tables_that_are_missing_are_named(tmp_path):
    fill(sa.create_engine(file_address("sqlite", tmp_path)), {"units": [["unit_id"], ["u1"]]})
    with pytest.raises(DataRefused, match="core tables are missing: organisations, posts, cadres, postings"):
        open_dataset(file_address("sqlite", tmp_path))


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_nothing_is_written_and_no_file_made(county, tmp_path, kind):
    with pytest.raises(DataRefused, match="cannot be opened"):
        open_dataset(file_address(kind, tmp_path))
    assert list(tmp_path.iterdir()) == []
    fill(sa.create_engine(file_address(kind, tmp_path)), county)
    before = (tmp_path / f"county.{kind}").read_bytes()
    place = databases.address(file_address(kind, tmp_path))
    with pytest.raises(DataRefused, match=r"cannot be read"), databases.opened(place) as database:
        database.connection.execute(sa.text("DELETE FROM postings"))
    assert (tmp_path / f"county.{kind}").read_bytes() == before


@pytest.mark.parametrize("ending", [".sqlite", ".duckdb", ".db"])
def test_a_file_that_is_no_database(tmp_path, ending):
    path = tmp_path / f"county{ending}"
    path.write_bytes(b"no database " * 1000)
    with pytest.raises((DataRefused, RequestError), match=r"county.*cannot be (read|opened)"):
        open_dataset(path)


# --- credentials ----------------------------------------------------------------------------------

WITH_PASSWORD = f"postgresql+psycopg://{CANARY_USER}:{CANARY}@127.0.0.1:9/county"
SOURCE = Path(databases.__file__).parents[1]


def no_word_of_them(*texts: str) -> bool:
    return not any(canary.lower() in text.lower() for text in texts for canary in (CANARY, CANARY_USER))


def as_process(*arguments, folder: Path, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (WITH_PASSWORD, "nothing answers there"),
        (f"postgresql://{CANARY_USER}:{CANARY}@no-such-host.invalid/county", "there is no such host"),
        (f"postgresql://127.0.0.1:9/county?user={CANARY_USER}&password={CANARY}", "nothing answers there"),
        (f"postgresql://{CANARY_USER}:a@{CANARY}@host/county", "cannot be read. Expected scheme://"),
        (f"postgresql://{CANARY_USER}:{CANARY}@host:port/county", "cannot be read. Expected scheme://"),
        (f"nosuch://{CANARY_USER}:{CANARY}@host/county", "the package “nosuch” is needed"),
        (f"mssql+nosuch://{CANARY_USER}:{CANARY}@host/county", "is needed"),
    ],
)
@pytest.mark.parametrize("how", ["address", "variable"])
@pytest.mark.parametrize("asked", ["check", "validate"])
def test_a_database_that_does_not_open_is_said_without_the_credentials(
    address, why, how, asked, command, monkeypatch, caplog
):
    monkeypatch.setenv("COUNTY", address)
    where = "env:COUNTY" if how == "variable" else address
    arguments = ("check", "tenure_limit", "--as-of", "2024-12-31", "--data") if asked == "check" else ("validate",)
    status, out, err = command(*arguments, where)
    assert (status, out) == (2, "")
    assert why in err
    assert no_word_of_them(err, caplog.text)


def test_no_exception_leads_to_the_credentials():
    with pytest.raises(RequestError) as caught:
        open_dataset(WITH_PASSWORD)
    chain = [caught.value]
    while chain[-1] is not None:
        chain.append(chain[-1].__context__ or chain[-1].__cause__)
    assert no_word_of_them(*(repr(error) for error in chain))
    assert no_word_of_them(repr(databases.address(WITH_PASSWORD)), databases.address(WITH_PASSWORD).shown)


def test_a_part_named_by_a_variable(monkeypatch):
    monkeypatch.setenv("COUNTY_PASSWORD", CANARY + "@/:")
    place = databases.address("postgresql://reader:${COUNTY_PASSWORD}@host/county?schema=hr")
    assert place.url.password == CANARY + "@/:"
    assert place.schema == "hr"
    assert place.shown == "postgresql://***@host/county?schema=hr"
    with pytest.raises(RequestError, match="The environment variable NOT_SET is not set"):
        databases.address("postgresql://reader:${NOT_SET}@host/county")
    with pytest.raises(RequestError, match="The environment variable NOT_SET holds no address"):
        databases.address("env:NOT_SET")


@pytest.mark.parametrize(
    ("where", "held"),
    [
        (WITH_PASSWORD, True),
        ("postgresql://host/db?user=a&password=b", True),
        ("postgresql://u:a@b@host/db", True),
        ("postgresql://u:${PASSWORD}@host/db", False),
        ("postgresql://reader@host/db", False),
        ("env:COUNTY", False),
        ("duckdb:////data/county.duckdb", False),
        ("sample", False),
        ("folder/u:p@x", False),
    ],
)
def test_whether_an_address_holds_a_password(where, held):
    assert databases.holds_password(where) is held


@pytest.mark.slow
def test_a_notebook_refuses_a_password_and_takes_a_variable(county, tmp_path):
    notebook = SOURCE.parent / "notebooks/planning/tenure_limit.ipynb"
    given = ["-r", "as_of", "2024-12-31", "--log-output"]
    fill(sa.create_engine(file_address("sqlite", tmp_path)), county)
    ran = as_process(
        *("papermill", notebook, "read.ipynb", "-r", "data", "env:COUNTY", *given),
        folder=tmp_path,
        COUNTY=file_address("sqlite", tmp_path) + f"?password={CANARY}",
    )
    written = (tmp_path / "read.ipynb").read_text(encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    assert "not met" in written
    assert "env:COUNTY" in written
    assert no_word_of_them(written, ran.stdout, ran.stderr)

    ran = as_process(
        "papermill", notebook, "closed.ipynb", "-r", "data", "env:COUNTY", *given, folder=tmp_path, COUNTY=WITH_PASSWORD
    )
    written = (tmp_path / "closed.ipynb").read_text(encoding="utf-8")
    assert ran.returncode == 1
    assert "nothing answers there" in ran.stderr
    assert no_word_of_them(written, ran.stdout, ran.stderr)

    ran = as_process("papermill", notebook, "refused.ipynb", "-r", "data", WITH_PASSWORD, *given, folder=tmp_path)
    assert ran.returncode == 1
    assert "give data as env:NAME" in ran.stderr
    assert CANARY not in ran.stderr + ran.stdout


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgresql() -> str:
    """The address of an empty PostgreSQL database that may be written to."""
    address = os.environ.get(POSTGRESQL)
    if not address:
        pytest.skip(f"{POSTGRESQL} names no database")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS handbook CASCADE"))
        connection.execute(sa.text('DROP SCHEMA IF EXISTS "select" CASCADE'))
        connection.execute(sa.text("CREATE SCHEMA handbook"))
        connection.execute(sa.text('CREATE SCHEMA "select"'))
        connection.execute(sa.text(f"DROP ROLE IF EXISTS {CANARY_USER}"))
        connection.execute(sa.text(f"CREATE ROLE {CANARY_USER} LOGIN PASSWORD '{CANARY}'"))
        connection.execute(sa.text(f'GRANT USAGE ON SCHEMA handbook, "select" TO {CANARY_USER}'))
    fill(engine, sample_tables(), "handbook")
    with engine.begin() as connection:
        connection.execute(sa.text(f"GRANT SELECT ON ALL TABLES IN SCHEMA handbook TO {CANARY_USER}"))
    engine.dispose()
    return address


def as_reader(address: str, password: str = CANARY, **query: str) -> str:
    url = sa.make_url(address).set(username=CANARY_USER, password=password).update_query_dict(query)
    return url.render_as_string(hide_password=False)


@pytest.mark.parametrize("query", [{"schema": "handbook"}, {"options": "-csearch_path=handbook"}])
def test_postgresql_gives_the_verdicts_of_the_sample(postgresql, query, command, monkeypatch):
    monkeypatch.setenv("COUNTY", as_reader(postgresql, **query))
    day = checks.sample_as_of().strftime("%Y-%m-%d")
    for slug in ("tenure_limit", "exchange_ratio", "reserve_structure"):
        status, out, err = command("check", slug, "--data", "env:COUNTY", "--as-of", day, "--format", "csv")
        assert status == 0
        assert out == command("check", slug, "--data", "sample", "--format", "csv")[1]
        assert "Only what this check needs was read" in err
        assert no_word_of_them(out, err)


def test_postgresql_that_refuses_is_said_without_the_credentials(postgresql, command):
    wrong = as_reader(postgresql, password="wrong" + CANARY)
    status, _out, err = command("validate", wrong)
    assert status == 2
    assert "user or password are wrong" in err
    assert no_word_of_them(err)
    none = sa.make_url(as_reader(postgresql)).set(database="nothing").render_as_string(hide_password=False)
    status, _out, err = command("validate", none)
    assert (status, no_word_of_them(err)) == (2, True)
    assert "there is no database of that name" in err


def test_postgresql_tables_that_may_not_be_read(postgresql, county, command):
    engine = sa.create_engine(postgresql)
    fill(engine, county, "select")  # a reserved word
    with engine.begin() as connection:
        connection.execute(sa.text(f'GRANT SELECT ON ALL TABLES IN SCHEMA "select" TO {CANARY_USER}'))
        connection.execute(sa.text(f'REVOKE SELECT ON "select".cadres FROM {CANARY_USER}'))
    engine.dispose()
    status, _out, err = command("validate", as_reader(postgresql, schema="select"))
    assert status == 3
    assert "cannot be read (permission denied for table cadres)" in err
    assert no_word_of_them(err)


@pytest.mark.parametrize(
    "value", ["DATE 'infinity'", "TIMESTAMP '0044-03-15 BC'", "'NaN'::numeric", "'Infinity'::numeric"]
)
def test_postgresql_values_that_no_file_has(postgresql, county, value, command):
    engine = sa.create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS odd CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA odd"))
    fill(engine, county, "odd")
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE odd.postings RENAME TO raw"))
        connection.execute(
            sa.text(
                f'CREATE VIEW odd.postings AS SELECT posting_id, cadre_id, post_id, start, {value} AS "end" FROM odd.raw'
            )
        )
    engine.dispose()
    url = sa.make_url(postgresql).update_query_dict({"schema": "odd"}).render_as_string(hide_password=False)
    status, out, err = command("validate", url)
    assert status == 3
    assert "Traceback" not in out + err
    assert "throw-away" not in out + err


def test_postgresql_is_read_only_and_of_one_moment(postgresql):
    place = databases.address(as_reader(postgresql, schema="handbook"))
    with databases.opened(place) as database:
        shown = [
            database.connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("transaction_read_only", "transaction_isolation")
        ]
        assert shown == ["on", "repeatable read"]
