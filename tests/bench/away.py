"""A broadcast during which the database goes away."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from storage.outbox import State
from tests.bench.broadcast import states_of, still_open
from tests.bench.faults import doubts_of
from tests.bench.fleet import Postgres, a_database, a_fake, a_worker, environment, opened
from tests.bench.sample import Figures, add_broadcast, add_people
from tests.proxy import Proxy


async def broadcast_through_an_outage(postgres: Postgres, count: int, rate: float, seconds: float) -> Figures:
    """Send to `count` people; after a third the database is away for so long. Nobody is helped by hand."""
    with (
        tempfile.TemporaryDirectory(prefix="concerte-bench-") as name,
        a_database("postgresql", Path(name), postgres) as url,
    ):
        folder, database = Path(name), await opened(url)
        await add_people(database, "telegram", count)
        async with Proxy(url) as proxy, a_fake("telegram", "--any-chat", "--rate", str(rate)) as fake:
            process = await a_worker(environment(proxy.url, fake, rate, folder), folder)
            await add_broadcast(database, "telegram", count, datetime.now(UTC))
            while (await fake.stats())["arrived"] < count / 3:
                await asyncio.sleep(0.05)
            await proxy.cut()
            await asyncio.sleep(seconds)
            await proxy.restore()
            async with asyncio.timeout(60 + 2 * count / rate):
                while await still_open(database):
                    await asyncio.sleep(0.2)
            code, _ = await process.terminate()
            stats, states, doubts = await fake.stats(), await states_of(database), await doubts_of(database)
        await database.close()
    faults = [] if code == 0 else [f"it ended with {code}"]
    if states != {State.DELIVERED: count} or stats["arrived"] != count:
        faults.append(f"{states}, {stats['arrived']} arrived")
    return {
        "bench": "database away, postgresql",
        "count": count,
        "away": seconds,
        "too_many": stats["too_many"],
        "arrived": stats["arrived"],
        "states": states,
        "doubts": doubts,
        "faults": faults,
    }
