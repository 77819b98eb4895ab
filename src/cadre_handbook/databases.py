"""Tables of a database, through SQLAlchemy: read only, of one moment, and never a word of the credentials.

A database is named by its address (`postgresql+psycopg://host/name`, `duckdb:///file`, `sqlite:///file`), or by the
environment variable that holds it (`env:NAME`), so that a password stands in no command, notebook or log. No message
of a driver is shown where it could repeat a part of the address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadre_handbook import limits
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _

if TYPE_CHECKING:
    import sqlalchemy as sa

BY_VARIABLE = "env:"
FILES = {".duckdb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite"}
CONNECT_SECONDS = 15
_SECRET = re.compile(r"password|pwd|secret|token", re.IGNORECASE)
_ADDRESS = re.compile(r"^[A-Za-z][\w+]*://")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
# What a driver says of a refusal, by the words or the SQLSTATE in it; its own words may repeat parts of the address.
_REFUSALS = (
    (re.compile(r"password|authentication|role .* does not exist|no pg_hba|28P01|28000", re.I), "credentials"),
    (re.compile(r"translate host|resolve|getaddrinfo|Name or service", re.I), "host"),
    (re.compile(r"database .* does not exist|3D000", re.I), "database"),
    (re.compile(r"refused|timeout|timed out|unreachable|could not connect|no route", re.I), "connection"),
)


@dataclass(frozen=True)
class Address:
    """A database to read: `shown` is what anybody may see of it; `url` holds the credentials; `schema` may be empty."""

    shown: str
    url: sa.URL
    schema: str | None

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def is_address(where: Any) -> bool:
    """Whether `where` names a database, by its address or by a variable that holds it."""
    text = str(where)
    return text.startswith(BY_VARIABLE) or bool(_ADDRESS.match(text))


def from_anywhere(where: str) -> str:
    """An address as it holds from any folder: the path of a database that is one file is made absolute, another stays."""
    if where.startswith(BY_VARIABLE):
        return where
    url = _parsed(where)
    if url.get_backend_name() not in FILES.values() or not url.database or url.database == ":memory:":
        return where
    return url.set(database=str(Path(url.database).expanduser().resolve())).render_as_string(hide_password=False)


def of_file(path: Path) -> str | None:
    """The address of a database that is one file, by its ending; `None` for other files."""
    kind = FILES.get(path.suffix.lower())
    return f"{kind}:///{path}" if kind else None


def holds_password(where: Any) -> bool:
    """Whether `where` is an address with a password written out in it (that cannot be ruled out, where it is unreadable)."""
    text = str(where)
    if not is_address(text) or text.startswith(BY_VARIABLE):
        return False
    try:
        return bool(_secrets(_parsed(text)))
    except RequestError:
        return True


def refuse_password(where: Any) -> None:
    """Refuse an address with a password where it would be kept, as in a notebook. Raises `RequestError`."""
    if holds_password(where):
        raise RequestError(
            _(
                "The address of the database holds a password, and a notebook keeps what it is given. Put the address into an "
                "environment variable and give data as env:NAME; delete the notebook that was just written, or change the "
                "password."
            )
        )


def _secrets(url: sa.URL) -> list[str]:
    """The secrets that are written out in an address, those named by `${NAME}` not counted."""
    values = [url.password or "", *(str(value) for name, value in url.query.items() if _SECRET.search(name))]
    return [value for value in values if value and not _VARIABLE.fullmatch(value)]


def _parsed(text: str) -> sa.URL:
    try:
        import sqlalchemy as sa
    except ImportError:
        raise _no_driver("sqlalchemy") from None
    url = None
    with suppress(Exception):  # its words would repeat the address
        url = sa.make_url(text)
    # A password with an unquoted @ would be split, and its end be taken for the host.
    if url is None or text.count("@") > 1 or "@" in (url.host or ""):
        raise RequestError(
            _(
                "The address of the database cannot be read. Expected scheme://user:password@host/name, each @ : / in user and "
                "password written as %40 %3A %2F; or env:NAME, where the environment variable NAME holds the address."
            )
        )
    return url


def _no_driver(name: str) -> RequestError:
    return RequestError(
        _(
            "To read this database the package “{name}” is needed: pip install '.[databases]' in the handbook's folder."
        ).format(name=name)
    )


def address(where: Any) -> Address:
    """The database that `where` names. Raises `RequestError` for a variable that is not set, an address that is none."""
    text = str(where)
    shown = ""
    if text.startswith(BY_VARIABLE):
        name = text.removeprefix(BY_VARIABLE)
        shown, text = text, os.environ.get(name, "")
        if not _ADDRESS.match(text):
            raise RequestError(_("The environment variable {name} holds no address of a database.").format(name=name))
    url = _parsed(text)
    schema = url.query.get("schema")
    url = _expanded(url.difference_update_query(["schema"]))
    if url.get_backend_name() in ("duckdb", "sqlite"):
        limits.regular_file(Path(url.database or ""), limit=1 << 62)
    return Address(shown or _shown(url, schema), url, schema if isinstance(schema, str) else None)


def _shown(url: sa.URL, schema: Any) -> str:
    """An address without its credentials: user, password and whatever else was asked for are left out."""
    user = "***@" if url.username or url.password else ""
    port = f":{url.port}" if url.port else ""
    asked = f"?schema={schema}" if schema else ""
    return f"{url.drivername}://{user}{url.host or ''}{port}/{url.database or ''}{asked}"


def _expanded(url: sa.URL) -> sa.URL:
    """The address with each `${NAME}` in user, password, host and name replaced by that environment variable."""

    def variable(match: re.Match) -> str:
        if match[1] not in os.environ:
            raise RequestError(_("The environment variable {name} is not set.").format(name=match[1]))
        return os.environ[match[1]]

    parts = {name: getattr(url, name) for name in ("username", "password", "host", "database")}
    return url.set(**{name: _VARIABLE.sub(variable, part) for name, part in parts.items() if part})


class Database:
    """An open database: what tables it has, and their rows."""

    def __init__(self, connection: sa.Connection, place: Address):
        import sqlalchemy as sa

        self.connection, self.place = connection, place
        self.inspector = sa.inspect(connection)

    def tables(self) -> list[str]:
        """The names of its tables and views, in the schema asked for."""
        schema = self.place.schema
        names = {*self.inspector.get_table_names(schema=schema), *self.inspector.get_view_names(schema=schema)}
        return sorted(names)

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in its order."""
        return [column["name"] for column in self.inspector.get_columns(table, schema=self.place.schema)]

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple]:
        """The rows of a table, of these columns alone, as the driver's values."""
        import sqlalchemy as sa

        quoted = [sa.column(sa.sql.quoted_name(name, quote=True)) for name in columns]
        schema = sa.sql.quoted_name(self.place.schema, quote=True) if self.place.schema else None
        query = sa.select(*quoted).select_from(sa.table(sa.sql.quoted_name(table, quote=True), schema=schema))
        for part in self.connection.execution_options(stream_results=True).execute(query).partitions(10_000):
            yield from part


@contextmanager
def opened(place: Address) -> Iterator[Database]:
    """A database opened for reading alone, all its tables as they are at one moment.

    Raises `RequestError` where it cannot be reached or its driver is missing, `DataRefused` where it cannot be read.
    """
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    connection, missing, why = None, "", ""
    try:
        engine = sa.create_engine(_read_only(place.url), poolclass=NullPool, **_arguments(place.url))
        connection = engine.connect()
        if place.url.get_backend_name() == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        missing = getattr(error, "name", None) or place.url.drivername
    except Exception as error:
        why = _refusal(error)
    if missing:
        raise _no_driver(missing)
    if connection is None or why:  # raised out here: no traceback leads to the driver's own words
        raise RequestError(_refused(place, why))
    try:
        yield Database(connection, place)
    except sa.exc.SQLAlchemyError as error:
        why = _masked(str(getattr(error, "orig", None) or type(error).__name__), place.url)
    finally:
        connection.close()
        engine.dispose()
    if why:
        raise DataRefused(_("{where}: the database cannot be read ({why}).").format(where=place.shown, why=why))


def _read_only(url: sa.URL) -> sa.URL:
    if url.get_backend_name() != "sqlite":
        return url
    file = Path(url.database).resolve().as_uri()
    return url.set(database=file, query={"mode": "ro", "uri": "true"})


def _arguments(url: sa.URL) -> dict:
    """How to connect: reading alone, no files besides, and an end to waiting."""
    kind = url.get_backend_name()
    if kind == "duckdb":
        return {"connect_args": {"read_only": True, "config": {"enable_external_access": False}}}
    if kind == "postgresql" and "connect_timeout" not in url.query:
        return {"connect_args": {"connect_timeout": CONNECT_SECONDS}}
    return {}


def _refusal(error: Exception) -> str:
    """Which kind of refusal a driver's error is."""
    return next((kind for words, kind in _REFUSALS if words.search(str(error))), "other")


def _refused(place: Address, kind: str) -> str:
    reasons = {
        "credentials": _("user or password are wrong, or this user may not connect"),
        "host": _("there is no such host"),
        "database": _("there is no database of that name"),
        "connection": _("nothing answers there, or the connection was refused"),
        "other": _("it is no such database, or it is damaged or in use"),
    }
    return _("{where}: the database cannot be opened: {why}.").format(where=place.shown, why=reasons[kind])


def _masked(text: str, url: sa.URL) -> str:
    """The first line of a driver's message without the credentials."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    for secret in sorted({url.password or "", url.username or "", *_secrets(url)}, key=len, reverse=True):
        if secret:
            line = line.replace(secret, "***")
    return line


def parquet_columns(path: Path) -> list[str]:
    """The names of a Parquet file's columns; raises as `parquet_rows` does."""
    with _parquet(path) as file:
        return list(file.columns)


def parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple]:
    """The rows of a Parquet file, of these columns alone, as values.

    Raises `RequestError` where the reader is not installed, `DataRefused` where the file cannot be read.
    """
    import duckdb

    with _parquet(path) as file:
        chosen = file.select(*(duckdb.ColumnExpression(name) for name in columns))
        while part := chosen.fetchmany(10_000):
            yield from part


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    limits.regular_file(path)
    try:
        import duckdb
    except ImportError:
        raise _no_driver("duckdb") from None
    try:
        with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
            yield connection.read_parquet(str(path))
    except duckdb.Error as error:
        why = str(error).strip().splitlines()[0]
        raise DataRefused(
            _("{file}: cannot be read as a Parquet file ({why}).").format(file=path.name, why=why)
        ) from None
