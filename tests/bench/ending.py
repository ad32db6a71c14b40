"""A broadcast whose worker is told to end with hundreds queued, and one whose disk fills up."""

import asyncio
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from storage.outbox import State
from tests.bench.broadcast import states_of, still_open
from tests.bench.faults import doubts_of
from tests.bench.fleet import Fake, a_database, a_fake, a_worker, environment, opened
from tests.bench.sample import Figures, add_broadcast, add_people

QUEUED = 500  # deliveries at least that wait when the worker is told to end


async def broadcast_through_an_end(count: int, rate: float) -> Figures:
    """SIGTERM a third of the way, then another worker: nothing lost, nothing twice, the first one ended cleanly."""
    return await _broadcast("SIGTERM", count, rate, full=False)


async def broadcast_through_a_full_disk(count: int, rate: float, seconds: float) -> Figures:
    """A third of the way no file of the worker may grow for so long; then it goes on by itself."""
    return await _broadcast("disk full", count, rate, full=True, seconds=seconds)


async def _broadcast(name: str, count: int, rate: float, *, full: bool, seconds: float = 0.0) -> Figures:
    with (
        tempfile.TemporaryDirectory(prefix="concerte-bench-") as place,
        a_database("sqlite", Path(place), None) as url,
    ):
        folder, database, faults = Path(place), await opened(url), []
        await add_people(database, "telegram", count)
        async with a_fake("telegram", "--any-chat", "--rate", str(rate)) as fake:
            env = environment(url, fake, rate, folder)
            worker = await a_worker(env, folder)
            await add_broadcast(database, "telegram", count, datetime.now(UTC))
            await _until_arrived(fake, min(count // 3, max(1, count - QUEUED)))
            if full:
                # The limit of a process does what a disk without room does: SQLite meets the same errors.
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
                await asyncio.sleep(seconds)
                stuck = (await fake.stats())["arrived"]
                await asyncio.sleep(1.0)
                if (await fake.stats())["arrived"] != stuck:
                    faults.append("it went on sending what it could not record")
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            else:
                code, _ = await worker.terminate()
                states = await states_of(database)
                if code or set(states) - {State.DELIVERED, State.WAITING}:
                    faults.append(f"it ended with {code} and left {states}")
                worker = await a_worker(env, folder)
            async with asyncio.timeout(60 + 2 * count / rate):
                while await still_open(database):
                    await asyncio.sleep(0.2)
            code, _ = await worker.terminate()
            stats, states, doubts = await fake.stats(), await states_of(database), await doubts_of(database)
            twice = [chat for chat, times in (await fake.arrivals()).items() if times > 1]
        await database.close()
    if code or doubts or twice or states != {State.DELIVERED: count} or stats["arrived"] != count:
        faults.append(f"{states}, {stats['arrived']} arrived, {len(twice)} twice, ended with {code}")
    return {
        "bench": f"{name}, sqlite",
        "count": count,
        "too_many": stats["too_many"],
        "arrived": stats["arrived"],
        "states": states,
        "doubts": doubts,
        "faults": faults,
    }


async def _until_arrived(fake: Fake, count: int) -> None:
    while (await fake.stats())["arrived"] < count:
        await asyncio.sleep(0.05)
