"""A broadcast while workers are killed: what each kill left in doubt, and what became of every recipient."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from schedules.slots import HORIZON
from storage.database import Database
from storage.outbox import Delivery, State
from tests.bench.broadcast import states_of, still_open
from tests.bench.fleet import Fake, a_worker, environment, opened
from tests.bench.sample import Figures, add_broadcast, add_people
from tests.process import Process

ANSWERED_WITHIN = 0.06  # seconds that the fakes and a busy machine take to answer a request
ENDS = {State.DELIVERED, State.FAILED, State.UNCERTAIN}


@dataclass
class Survived:
    """How a broadcast ended. `unrecorded` are the deliveries that each kill left without an end."""

    count: int
    rate: float
    states: dict[str, int]
    arrivals: dict[str, int]
    doubts: int
    unrecorded: list[int] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What was promised and not kept; empty is good."""
        found = []
        delivered, arrived = self.states.get(State.DELIVERED, 0), sum(self.arrivals.values())
        if sum(self.states.get(state, 0) for state in ENDS) != self.count:
            found.append(f"not every recipient has an end: {self.states}")
        if not delivered <= arrived <= delivered + self.doubts:
            found.append(f"{delivered} recorded as delivered, {arrived} arrived, {self.doubts} in doubt")
        if self.states.get(State.FAILED):
            found.append(f"{self.states[State.FAILED]} failed")
        if twice := [chat for chat, times in self.arrivals.items() if times > 1]:
            found.append(f"{len(twice)} got it twice")
        if max(self.unrecorded, default=0) > self.most_in_doubt:
            found.append(f"a kill left {max(self.unrecorded)} in doubt, more than {self.most_in_doubt:.0f}")
        return found

    @property
    def most_in_doubt(self) -> float:
        """What one kill may leave in doubt: the slots up to the horizon, and the requests that are open."""
        return self.rate * (HORIZON + ANSWERED_WITHIN)

    def figures(self) -> Figures:
        """For the table."""
        return {
            "count": self.count,
            "states": self.states,
            "arrived": sum(self.arrivals.values()),
            "doubts": self.doubts,
            "kills": len(self.unrecorded),
            "worst_kill": max(self.unrecorded, default=0),
            "most_in_doubt": self.most_in_doubt,
            "faults": self.faults(),
        }


async def broadcast_through_kills(
    url: str, fake: Fake, folder: Path, *, count: int, rate: float, kills: int, workers: int = 1, seed: int = 1
) -> Survived:
    """Send to `count` people; `kill -9` a worker so often on the way, and start another in its place each time."""
    chance = random.Random(seed)
    database = await opened(url)
    env = environment(url, fake, rate, folder)
    running: list[Process] = []
    survived = Survived(count, rate, {}, {}, 0)
    try:
        await add_people(database, fake.platform, count)
        running += [await a_worker(env, folder) for _ in range(workers)]
        await add_broadcast(database, fake.platform, count, datetime.now(UTC))
        for threshold in sorted(chance.sample(range(1, max(2, int(count * 0.9))), kills)):
            while (await fake.stats())["arrived"] < threshold and await still_open(database):
                await asyncio.sleep(0.01)
            victim = running.pop(chance.randrange(len(running)))
            await asyncio.sleep(chance.random() * 0.1)  # anywhere between two steps
            await victim.kill()
            survived.unrecorded.append(await _unrecorded(database, victim.pid))
            running.append(await a_worker(env, folder))
        async with asyncio.timeout(60 + 2 * count / rate):
            while await still_open(database):
                await asyncio.sleep(0.2)
        survived.states, survived.arrivals = await states_of(database), await fake.arrivals()
        survived.doubts = await doubts_of(database)
    finally:
        for process in running:
            await process.terminate()
        await database.close()
    return survived


async def doubts_of(database: Database) -> int:
    """How many tries ended without anybody knowing how."""
    async with database.reading() as session:
        return int(await session.scalar(select(func.sum(Delivery.doubts))) or 0)


async def _unrecorded(database: Database, pid: int) -> int:
    """How many deliveries a process that was killed had claimed and not recorded."""
    mine = Delivery.state == State.SENDING, Delivery.lease_owner.like(f"%:{pid}:%")
    async with database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(Delivery).where(*mine)) or 0)
