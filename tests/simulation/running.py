"""Playing the consultation: the timetable and a worker under a moved clock, one process after another.

A process knows nothing of the one before but what the database holds, and where the calendar was.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.ticks import lines
from schedules.delivery import LEASE, Worker
from schedules.messenger import NO_WORKSPACE, Outgoing
from schedules.reminders import remind
from schedules.timetable import Line, Timetable
from storage.database import Database
from storage.duetimes import next_due
from storage.outbox import Kind, oldest_waiting
from storage.retention import Retention
from tests.recording import HandClock
from tests.simulation.script import FIRST, LAST, script

START, END = datetime.combine(FIRST, time(0), UTC), datetime.combine(LAST, time(23), UTC)
TICK = 5.0  # seconds between two looks at the reminders, as in `bot.ticks`
AGAIN = LEASE + 1  # seconds after which a process that ended is started again: its leases are over
PLATFORMS = ("telegram", "slack", "web")
_MOST_CHANCES = 60


class Aborted(SystemExit):
    """The process ends here and now: it tears through the event loop as a signal would, no handler runs."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A reminder that reached somebody."""

    at: datetime
    person: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calendar is: the instant, and how many of the acts of the script are done."""

    at: datetime = START
    acts: int = 0


Tell = Callable[[Arrival | Place], None]


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
    """A platform that tells what arrived, and before or after which the process may end."""

    platform: str
    clock: HandClock
    fate: Fate
    tell: Tell
    rate: float | None = None
    workspaces: tuple[str, ...] = NO_WORKSPACE

    async def send(self, outgoing: Outgoing) -> str:
        """Take it."""
        self.fate.chance()
        if outgoing.kind == Kind.REMINDER:
            self.tell(Arrival(self.clock.at, int(outgoing.chat), outgoing.message().text))
        await asyncio.sleep(0)
        self.fate.chance()
        return f"m{outgoing.id}"


class Simulation:
    """One run from a place on; `tell` is told each arrival and each step. Both clocks stand where the calendar does."""

    def __init__(self, url: str, tell: Tell, place: Place | None = None) -> None:
        place = place or Place()
        self.aborts = 0
        self._tell = tell
        self._fate = Fate()
        self._clock = FatefulClock(place.at, self._fate)
        self._database = Database(url)
        self._acts = deque(list(script())[place.acts :])
        self._done = place.acts
        self._day = place.at.date() - timedelta(days=1)  # of the last look at everything else that time brings

    def play(self) -> None:
        """To the end, undisturbed; says first where it begins, for whoever goes on should it be killed at once."""
        self._tell(Place(self._clock.at, self._done))
        self._live(END)

    def play_with_aborts(self, chances: random.Random) -> None:
        """To the end, ended once every simulated day in the middle of something, and started again."""
        while self._clock.at < END:
            evening = datetime.combine(self._clock.at.date() + timedelta(days=1), time(0), UTC)
            self._fate.left = chances.randint(1, _MOST_CHANCES)
            self._live(min(evening, END))
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
        """One process: its connections end with it; only compiled statements outlive it, to save time."""
        # Nobody hears of what was under way when a process is killed, here neither.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        database = self._database
        posts = [Post(name, self._clock, self._fate, self._tell) for name in PLATFORMS]
        owner = f"process {self.aborts}"
        worker = Worker(database, posts, self._clock, owner, machine=lambda: self._clock.at.timestamp())
        reminders = Timetable(database, self._clock, [Line("reminders", remind, TICK)], worker.wake)
        everything = Timetable(database, self._clock, lines(Retention()), worker.wake)
        try:
            if self._day != self._clock.at.date():
                self._day = self._clock.at.date()
                await everything.tick(self._clock.at)
            await self._work(reminders, worker)
            while self._clock.at < end:
                due = await self._next(database)
                act = self._acts[0][0] if self._acts else end
                self._move(min(end, max(act, self._clock.at), due or end))
                if act <= self._clock.at < end:
                    await self._acts[0][1].play(database, self._clock.at)
                    self._acts.popleft()
                    self._done += 1
                await self._work(reminders, worker)
        finally:
            await database.close()

    async def _next(self, database: Database) -> datetime | None:
        """The next instant at which there is something to do: a tick later while something that is due waits."""
        async with database.reading() as session:
            if await oldest_waiting(session, [(name, "") for name in PLATFORMS], self._clock.at) is not None:
                return self._clock.at + timedelta(seconds=TICK)
            return await next_due(session, self._clock.at)

    async def _work(self, reminders: Timetable, worker: Worker) -> None:
        while await reminders.tick(self._clock.now()):
            await worker.drain()
        await worker.drain()

    def _move(self, to: datetime) -> None:
        self._clock.at = to
        self._tell(Place(to, self._done))
