"""With a million deliveries that wait: what a tick with nothing due costs, and how much memory a worker takes."""

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from schedules.clock import SystemClock
from schedules.delivery import Worker
from schedules.messenger import Outgoing
from storage.outbox import oldest_waiting
from tests.bench.fleet import Postgres, a_database, a_fake, a_worker, environment, opened
from tests.bench.measuring import cpu_of, memory_of
from tests.bench.sample import Figures, add_broadcast, workspace_of

ROUNDS = 200


class Nowhere:
    """A platform with a limit, to which nothing is due."""

    def __init__(self, platform: str, rate: float | None) -> None:
        self.platform = platform
        self.workspaces = (workspace_of(platform),)
        self.rate = rate

    async def send(self, outgoing: Outgoing) -> str:
        """Nothing is due."""
        raise AssertionError(f"delivery {outgoing.id} was not due")


async def idle(engine: str, pending: int, postgres: Postgres | None) -> Figures:
    """The figures of a tick, and of a worker that looks for ten seconds."""
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name, a_database(engine, Path(name), postgres) as url:
        folder = Path(name)
        database = await opened(url)
        due = datetime.now(UTC) + timedelta(days=30)
        for platform, share in (("telegram", 0.6), ("slack", 0.3), ("web", 0.1)):
            for start in range(0, int(pending * share), 50_000):
                count = min(50_000, int(pending * share) - start)
                await add_broadcast(database, platform, count, due, people=False, name=f"{platform}:{start}")
        async with database.transaction() as session:
            await session.execute(text("ANALYZE"))  # PostgreSQL does so by itself within a minute
        messengers = [Nowhere("telegram", 30.0), Nowhere("slack", 200 / 60), Nowhere("web", None)]
        worker = Worker(database, messengers, SystemClock(), "bench")
        await worker.step()
        took = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            await worker.step()
            took.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        async with database.reading() as session:
            assert await oldest_waiting(session, worker.lanes(), datetime.now(UTC)) is None
        health = (time.perf_counter() - begun) * 1000
        await database.close()
        async with a_fake("telegram", "--any-chat") as fake:
            process = await a_worker(environment(url, fake, 30.0, folder), folder)
            await process.quiet(15.0)  # the first looks of the timetable are over
            before, begun = cpu_of(process.pid), time.monotonic()
            await process.quiet(10.0)
            used = cpu_of(process.pid).since(before)
            seconds = time.monotonic() - begun
            memory, peak = memory_of(process.pid)
            await process.terminate()
    return {
        "bench": f"idle tick, {engine}",
        "pending": pending,
        "tick_ms": statistics.median(took),
        "tick_p99_ms": sorted(took)[int(ROUNDS * 0.99) - 1],
        "health_ms": health,
        "idle_cpu_percent": 100 * used.whole / seconds,
        "memory_mb": memory,
        "peak_mb": peak,
    }
