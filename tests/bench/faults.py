"""A broadcast while workers are killed: what each kill left in doubt, and what became of every recipient.

What a kill may leave in doubt: rate × horizon, which is all that a worker has claimed and not begun to send, and the
requests that were open. These are counted for each kill, by what the platform saw and when. A request with an earlier
slot is open from then until the worker has read its answer. So at the last claim, with which the worker would have
recorded it, it must not have been answered; or the request, or its answer, must have been on its way. That is as long
as the slowest took of those that the worker did record in the second before: a busy machine makes it longer than a
quiet one, and it is printed with the count.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from sqlalchemy import func, select

from schedules.slots import HORIZON
from storage.database import Database
from storage.outbox import Attempt, Delivery, State
from tests.bench.broadcast import states_of, still_open
from tests.bench.fleet import Fake, a_worker, environment, opened
from tests.bench.sample import Figures, add_broadcast, add_people
from tests.leases import run_out
from tests.process import CONCERTE, Process

ENDS = {State.DELIVERED, State.FAILED, State.UNCERTAIN}


@dataclass(frozen=True, slots=True)
class Kill:
    """What one kill left: deliveries without an end, how many it may have claimed ahead, requests open.

    `way` is how long a request or an answer may have been on its way, in seconds.
    """

    unrecorded: int
    ahead: int
    open: int
    way: float

    @property
    def most(self) -> int:
        """How many deliveries it may leave without an end."""
        return self.ahead + self.open


@dataclass
class Survived:
    """How a broadcast ended, and what each kill on the way left."""

    count: int
    rate: float
    states: dict[str, int]
    arrivals: dict[str, int]
    doubts: int
    kills: list[Kill] = field(default_factory=list)

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
        found += [
            f"a kill left {kill.unrecorded} in doubt, more than {kill.most}"
            for kill in self.kills
            if kill.unrecorded > kill.most
        ]
        return found

    def figures(self) -> Figures:
        """For the table."""
        return {
            "count": self.count,
            "states": self.states,
            "arrived": sum(self.arrivals.values()),
            "doubts": self.doubts,
            "kills": len(self.kills),
            "worst_kill": max((kill.unrecorded for kill in self.kills), default=0),
            "ahead": ceil(self.rate * HORIZON),
            "each_kill": [
                f"{kill.unrecorded} of {kill.most} ({kill.open} open, {1000 * kill.way:.0f} ms)" for kill in self.kills
            ],
            "faults": self.faults(),
        }


async def broadcast_through_kills(
    url: str,
    fake: Fake,
    folder: Path,
    *,
    count: int,
    rate: float,
    kills: int,
    workers: int = 1,
    seed: int = 1,
    program: Sequence[str] = CONCERTE,
    waiting: bool = True,
) -> Survived:
    """Send to `count` people; `kill -9` a worker so often on the way, and start another in its place each time.

    Without `waiting` the leases of the killed run out at once instead of after their ten seconds.
    """
    chance = random.Random(seed)
    database = await opened(url)
    env = environment(url, fake, rate, folder)
    running: list[Process] = []
    beginning: set[asyncio.Task[Process]] = set()
    survived = Survived(count, rate, {}, {}, 0)
    try:
        await add_people(database, fake.platform, count)
        running += [await a_worker(env, folder, program=program) for _ in range(workers)]
        await add_broadcast(database, fake.platform, count, datetime.now(UTC))
        for threshold in sorted(chance.sample(range(1, max(2, int(count * 0.9))), kills)):
            while (await fake.stats())["arrived"] < threshold and await still_open(database):
                await asyncio.sleep(0.01)
            await asyncio.sleep(chance.random() * 0.1)  # anywhere between two steps
            while not running:  # who is left goes on while another begins: else it would have sent all meanwhile
                begun, beginning = await asyncio.wait(beginning, return_when=asyncio.FIRST_COMPLETED)
                running += [one.result() for one in begun]
            victim = await _at_work(database, running) or chance.choice(running)
            running.remove(victim)
            await victim.kill()
            survived.kills.append(await _left_by(database, fake, victim.pid, rate))
            if not waiting:
                await run_out(database, victim.pid)
            beginning.add(asyncio.create_task(a_worker(env, folder, program=program)))
            running += [one.result() for one in beginning if one.done()]
            beginning = {one for one in beginning if not one.done()}
        async with asyncio.timeout(60 + 2 * count / rate):
            while await still_open(database):
                await asyncio.sleep(0.2)
        survived.states, survived.arrivals = await states_of(database), await fake.arrivals()
        survived.doubts = await doubts_of(database)
    finally:
        running += await asyncio.gather(*beginning)
        for process in running:
            await process.terminate()
        await database.close()
    return survived


async def doubts_of(database: Database) -> int:
    """How many tries ended without anybody knowing how."""
    async with database.reading() as session:
        return int(await session.scalar(select(func.sum(Delivery.doubts))) or 0)


async def _at_work(database: Database, running: Sequence[Process]) -> Process | None:
    """Who has claimed last: of several workers, most of the time one has all there is."""
    async with database.reading() as session:
        query = select(Delivery.lease_owner).where(Delivery.state == State.SENDING)
        owner = await session.scalar(query.order_by(Delivery.send_at.desc()).limit(1)) or ""
    return next((one for one in running if f":{one.pid}:" in owner), None)


async def _left_by(database: Database, fake: Fake, pid: int, rate: float) -> Kill:
    """What a process that was killed had claimed and not recorded, against what the platform saw of it."""
    ahead = ceil(rate * HORIZON)
    taken = await fake.taken()
    async with database.reading() as session:
        query = select(Delivery.chat, Delivery.state, Delivery.send_at).where(Delivery.lease_owner.like(f"%:{pid}:%"))
        rows = (await session.execute(query.order_by(Delivery.send_at.desc(), Delivery.id.desc()))).all()
    # The last claim was made before the first of the slots that it may have taken, by less than from slot to slot.
    claimed = rows[ahead - 1].send_at - 1 / rate if len(rows) >= ahead else 0.0
    there, back = await _ways(database, pid, taken, claimed)
    still_open = 0
    for row in rows[ahead:]:
        came, answered = taken.get(row.chat, (None, None))
        if came is None:
            still_open += row.send_at > claimed - there
        else:
            still_open += answered is None or answered > claimed - back
    return Kill(sum(row.state == State.SENDING for row in rows), ahead, still_open, max(there, back))


async def _ways(
    database: Database, pid: int, taken: Mapping[str, tuple[float, float | None]], until: float
) -> tuple[float, float]:
    """The longest times, in seconds, from a slot to the platform and from an answer to its reader, of what was recorded
    in the second before.
    """
    async with database.reading() as session:
        query = select(Delivery.chat, Delivery.send_at, Attempt.ended).join(Attempt, Attempt.delivery_id == Delivery.id)
        mine = Delivery.lease_owner.like(f"%:{pid}:%"), Attempt.ended.between(until - 1.0, until)
        rows = (await session.execute(query.where(*mine))).all()
    seen = [(row, *taken[row.chat]) for row in rows if row.chat in taken]
    there = max((came - row.send_at for row, came, _ in seen), default=0.0)
    back = max((row.ended - answered for row, _, answered in seen if answered is not None), default=0.0)
    return there, back
