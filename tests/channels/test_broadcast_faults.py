"""A broadcast to five hundred while workers are killed or told to end, the database goes away, the disk fills up.

The full sizes are in `make bench-faults`.
"""

import asyncio
import contextlib
import json
import resource
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from storage.database import Database
from storage.outbox import State
from tests.bench.broadcast import states_of, still_open
from tests.bench.faults import broadcast_through_kills, doubts_of
from tests.bench.fleet import Fake, a_fake, a_worker, environment, opened
from tests.bench.sample import add_broadcast, add_people
from tests.patience import PATIENCE
from tests.process import FORK
from tests.proxy import Proxy

COUNT = 500
RATE = 100.0


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with a_fake("telegram", "--any-chat", "--rate", str(RATE)) as fake:
        yield fake
        stats = await fake.stats()
        assert (stats["too_many"], stats["violations"]) == (0, [])


async def until(condition: Callable[[], Awaitable[bool]], timeout: float = PATIENCE) -> None:
    """Look until it says so; other processes are at work."""
    async with asyncio.timeout(timeout):
        while not await condition():
            await asyncio.sleep(0.05)  # between looks, not for luck


async def all_ended(database: Database) -> bool:
    return not await still_open(database)


@contextlib.asynccontextmanager
async def prepared(url: str) -> AsyncIterator[Database]:
    database = await opened(url)
    try:
        await add_people(database, "telegram", COUNT)
        yield database
    finally:
        await database.close()


def arrived(fake: Fake, count: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return bool((await fake.stats())["arrived"] >= count)

    return enough


async def ready(port: str) -> dict[str, object]:
    """What `/readyz` says; empty while nobody listens."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return dict(json.loads(await answer.text()))
    except aiohttp.ClientError:
        return {}


def says_ready(port: str, wanted: bool) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        return (await ready(port)).get("ready") is wanted

    return so


def a_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


async def test_one_worker_killed_thrice_on_sqlite_leaves_nobody_without_an_end(fake: Fake, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    survived = await broadcast_through_kills(
        url, fake, tmp_path, count=COUNT, rate=RATE, kills=3, program=FORK, waiting=False
    )
    assert survived.faults() == []


async def test_two_workers_killed_in_turn_on_postgresql_leave_nobody_without_an_end(
    fake: Fake, new_postgres: str, tmp_path: Path
) -> None:
    survived = await broadcast_through_kills(
        new_postgres,
        fake,
        tmp_path,
        count=COUNT,
        rate=RATE,
        kills=3,
        workers=2,
        seed=2,
        program=FORK,
        waiting=False,
    )
    assert survived.faults() == []


async def test_a_worker_told_to_end_gives_back_what_has_not_left(fake: Fake, database_url: str, tmp_path: Path) -> None:
    async with prepared(database_url) as database:
        env = environment(database_url, fake, RATE, tmp_path)
        worker = await a_worker(env, tmp_path, program=FORK)
        await add_broadcast(database, "telegram", COUNT, datetime.now(UTC))
        await until(arrived(fake, 50))
        code, output = await worker.terminate()
        stats, states = await fake.stats(), await states_of(database)
        assert code == 0 and "concerte has ended: what has not left waits" in output
        assert states == {State.DELIVERED: stats["arrived"], State.WAITING: COUNT - stats["arrived"]}
        again = await a_worker(env, tmp_path, program=FORK)
        await until(lambda: all_ended(database))
        await again.terminate()
        arrivals = await fake.arrivals()
        assert await states_of(database) == {State.DELIVERED: COUNT}
        assert (set(arrivals.values()), len(arrivals)) == ({1}, COUNT)


async def test_a_database_that_goes_away_is_waited_for_and_health_says_so(
    fake: Fake, new_postgres: str, tmp_path: Path
) -> None:
    async with prepared(new_postgres) as database:
        async with Proxy(new_postgres) as proxy:
            env = environment(proxy.url, fake, RATE, tmp_path) | {"PORT": a_port()}
            process = await a_worker(env, tmp_path, "run", program=FORK)
            await add_broadcast(database, "telegram", COUNT, datetime.now(UTC))
            await until(arrived(fake, 100))
            await proxy.cut()
            await until(says_ready(env["PORT"], False))
            said = json.dumps(await ready(env["PORT"]))
            assert "does not work: the database cannot be reached" in said or "the database does not answer" in said
            await proxy.restore()
            await until(lambda: all_ended(database))
            await until(says_ready(env["PORT"], True))
            code, output = await process.terminate()
        assert code == 0, output
        assert await states_of(database) == {State.DELIVERED: COUNT}
        assert (set((await fake.arrivals()).values()), await doubts_of(database)) == ({1}, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a running process is set through prlimit")
async def test_a_full_disk_is_waited_for_and_nothing_is_lost(fake: Fake, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    async with prepared(url) as database:
        env = environment(url, fake, RATE, tmp_path) | {"PORT": a_port()}
        process = await a_worker(env, tmp_path, "run", program=FORK)
        await add_broadcast(database, "telegram", COUNT, datetime.now(UTC))
        await until(arrived(fake, 50))
        # No file of the process may grow any more: SQLite meets the same errors as on a disk without room.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        await until(says_ready(env["PORT"], False))
        said = await ready(env["PORT"])
        assert "goes on by itself: the disk" in json.dumps(said["delivery"])
        assert "another process" not in json.dumps(said)
        await fake.tell("says", user=1, text="C’est quand l’AG ?")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await until(arrived(fake, COUNT + 1))
        await until(lambda: all_ended(database))
        await until(says_ready(env["PORT"], True))
        code, output = await process.terminate()
        assert code == 0, output
        assert await states_of(database) == {State.DELIVERED: COUNT + 1}
        assert await doubts_of(database) == 0
