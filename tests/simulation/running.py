"""Playing the consultation: the timetable and a worker under a moved clock, aborted once every simulated day."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from bot.ticks import lines
from schedules.delivery import LEASE, Worker
from schedules.messenger import Outgoing
from schedules.reminders import remind
from schedules.timetable import Line, Timetable
from storage.database import Database
from storage.duetimes import next_due
from storage.outbox import Kind, oldest_waiting
from storage.retention import Retention
from tests.recording import HandClock, HandMachine
from tests.simulation.script import FIRST, LAST, Act, script

TICK = 15.0  # seconds between two looks at the reminders, as in `bot.ticks`
AGAIN = LEASE + 1  # seconds after which an aborted worker is started again: its leases are over
_MOST_CHANCES = 60
_PLATFORMS = ("telegram", "slack", "web")


class Aborted(SystemExit):
    """The process ends here and now: it tears through the event loop as a signal would, no handler runs."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A reminder that reached somebody."""

    at: datetime
    person: int
    text: str


@dataclass
class Fate:
    """Ends the process at the n-th thing it does; None lets it live."""

    left: int | None = None

    def chance(self) -> None:
        """Something is being done: asking the clock inside a transaction, sending, having sent."""
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                self.left = None
                raise Aborted


class FatefulClock(HandClock):
    """A clock whose reading may be the last thing that happens."""

    def __init__(self, at: datetime, fate: Fate) -> None:
        super().__init__(at)
        self._fate = fate

    def now(self) -> datetime:
        """Where it stands."""
        self._fate.chance()
        return self.at


@dataclass
class Post:
    """A platform that keeps the reminders that arrived, and before or after which the process may end."""

    platform: str
    clock: HandClock
    fate: Fate
    arrived: list[Arrival]
    rate: float | None = None

    async def send(self, outgoing: Outgoing) -> str:
        """Take it."""
        self.fate.chance()
        if outgoing.kind == Kind.REMINDER:
            self.arrived.append(Arrival(self.clock.at, int(outgoing.chat), outgoing.message().text))
        await asyncio.sleep(0)
        self.fate.chance()
        return f"m{len(self.arrived)}"


@dataclass
class Simulation:
    """One run; `aborts` counts how often the worker was ended in the middle of something."""

    url: str
    chances: random.Random
    arrived: list[Arrival] = field(default_factory=list)
    aborts: int = 0

    def __post_init__(self) -> None:
        self._fate = Fate()
        self._clock = FatefulClock(datetime.combine(FIRST, time(0), UTC), self._fate)
        self._machine = HandMachine()
        self._acts: deque[tuple[datetime, Act]] = deque(script())

    def play(self) -> None:
        """From the first day to the last, each one with its abort."""
        day = FIRST
        while day <= LAST:
            day += timedelta(days=1)
            self._fate.left = self.chances.randint(1, _MOST_CHANCES)
            self._live(datetime.combine(day, time(0), UTC))
            if self._fate.left is not None:  # a day with little to do: then while it looks once more
                self._fate.left = 1
                self._live(self._clock.at)

    def _live(self, until: datetime) -> None:
        """One process after another, as long as they are ended."""
        while True:
            try:
                asyncio.run(self._until(until))
            except Aborted:
                self.aborts += 1
                self._move(self._clock.at + timedelta(seconds=AGAIN))
            else:
                return

    async def _until(self, end: datetime) -> None:
        """One process: it starts where the last one was, and knows nothing of it but what the database holds."""
        database = Database(self.url)
        posts = [Post(name, self._clock, self._fate, self.arrived) for name in _PLATFORMS]
        worker = Worker(database, posts, self._clock, f"process {self.aborts}", machine=self._machine)
        reminders = Timetable(database, self._clock, [Line("reminders", remind, TICK)], worker.wake)
        everything = Timetable(database, self._clock, lines(Retention()), worker.wake)
        try:
            await everything.tick(self._clock.at)
            await self._work(reminders, worker)
            while self._clock.at < end:
                due = await self._next(database)
                act = self._acts[0][0] if self._acts else end
                self._move(min(end, act, due or end))
                if act <= self._clock.at < end:
                    await self._acts[0][1].play(database, self._clock.at)
                    self._acts.popleft()
                await self._work(reminders, worker)
        finally:
            await database.close()

    async def _work(self, reminders: Timetable, worker: Worker) -> None:
        while await reminders.tick(self._clock.now()):
            await worker.drain()
        await worker.drain()

    async def _next(self, database: Database) -> datetime | None:
        """The next instant at which there is something to do: a tick later while something that is due waits."""
        async with database.reading() as session:
            if await oldest_waiting(session, _PLATFORMS, self._clock.at) is not None:
                return self._clock.at + timedelta(seconds=TICK)
            return await next_due(session, self._clock.at)

    def _move(self, to: datetime) -> None:
        self._machine.at += (to - self._clock.at).total_seconds()
        self._clock.at = to
