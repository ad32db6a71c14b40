"""The timetable: the one table of what happens periodically. It ticks and holds no business state.

Every process may run every tick: what a tick does is settled by unique rows and claims, so twice is once.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from schedules.blame import blame, trouble
from schedules.clock import Clock, SystemClock, machine_now
from schedules.looking import Watch
from schedules.ticking import More, Tick
from storage.database import Database

log = logging.getLogger(__name__)

RECENT = 60.0  # seconds; twice the pace of the heartbeat, which writes in every process


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timetable: `tick` every `seconds`, and again at once while it says that there is more.

    With a question (see `schedules.looking.Watch`) it ticks only while the answer is yes: the worker asks it along with
    its own. Where the question does not cover all that the tick looks for, it also ticks `at_least` every so many
    seconds.
    """

    name: str
    tick: Tick
    seconds: float
    question: ColumnElement[bool] | None = None
    at_least: float | None = None

    @property
    def regularly(self) -> float | None:
        """Every how many seconds it ticks whatever the answer; None when it waits for a yes."""
        return self.seconds if self.question is None else self.at_least


class Timetable:
    """Runs its lines by the machine's clock and hands them the calendar's."""

    def __init__(self, database: Database, clock: Clock, lines: Sequence[Line], done: Callable[[], None]) -> None:
        self.lines = tuple(lines)
        self.last_tick = 0.0  # Unix time of the last line that ended well
        self._faults: dict[str, tuple[float, str]] = {}  # lines that failed: when, and what kept the database from it
        self._database = database
        self._clock = clock
        self._done = done
        self._scheduler: AsyncIOScheduler | None = None
        self._asked: dict[str, asyncio.Task[None]] = {}  # lines that tick at this moment

    def watches(self) -> list[Watch]:
        """What somebody has to look for, so that the lines tick which have a question."""
        return [
            Watch(line.question, line.seconds, partial(self._ask, line))
            for line in self.lines
            if line.question is not None
        ]

    def waiting(self, now: float) -> list[str]:
        """Which lines have been kept from ticking in the last minute, and by what.

        A failure is not for ever: a line with a question may have nothing to do any more, and would never end well.
        """
        recent = {name: why for name, (at, why) in self._faults.items() if now - at < RECENT}
        return [f"{name} waits: {why}" for name, why in sorted(recent.items())]

    def start(self) -> None:
        """Begin to tick: each line at once, then at its pace; a late tick is run once, never skipped.

        Lines with a question tick when their watches say so, some of them regularly besides.
        """
        scheduler = AsyncIOScheduler(
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        at_once = SystemClock().now()
        for line in self.lines:
            if line.regularly is not None:
                scheduler.add_job(
                    self._tick, "interval", [line], seconds=line.regularly, id=line.name, next_run_time=at_once
                )
        scheduler.start()
        self._scheduler = scheduler

    async def stop(self) -> None:
        """Tick no more; a tick under way is rolled back, and the next process does it again."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.pause()
            # What it has handed out begins, and does nothing: cut off, it would be called an error.
            await asyncio.sleep(0)
            scheduler.shutdown(wait=False)
            for task in self._asked.values():
                task.cancel()
            await asyncio.gather(*self._asked.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def tick(self, now: datetime) -> int:
        """Run every line once for that instant; for the rehearsal's moves of the clock, and tests."""
        return sum([await self._once(line, now) for line in self.lines])

    async def _tick(self, line: Line) -> None:
        """A coroutine, for the scheduler would call a function in another thread."""
        self._ask(line)

    def _ask(self, line: Line) -> None:
        """Let it tick, unless it is at it."""
        if self._scheduler is not None and line.name not in self._asked:
            task = self._asked[line.name] = asyncio.create_task(self._run(line), name=line.name)
            task.add_done_callback(lambda _: self._asked.pop(line.name))

    async def _run(self, line: Line) -> None:
        try:
            await self._once(line, self._clock.now())
        except (DBAPIError, OSError) as error:
            why = trouble(error)
            self._faults[line.name] = machine_now(), why
            log.warning("%s waits for the database (%s)", line.name, why)
        except Exception as error:
            log.error("%s failed (%s at %s)", line.name, *blame(error))

    async def _once(self, line: Line, now: datetime) -> int:
        did = 0
        while True:
            more = await self._database.together(lambda session: line.tick(session, now))
            self.last_tick = machine_now()
            self._faults.pop(line.name, None)
            did += more
            if more:
                self._done()
            if not isinstance(more, More):
                return did
            await asyncio.sleep(0)  # what was written meanwhile is claimed and sent in between
