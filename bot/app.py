"""The application: one place that wires database, gateway, delivery, timetable and channels."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Callable

from aiohttp.web import RouteDef
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.channel import Channel, Health
from bot.gateway import Gateway
from bot.holding import hold_for
from bot.routing import build_router
from bot.settings import Settings
from bot.ticks import lines
from handlers.account.informing import Notice
from schedules.blame import trouble
from schedules.clock import Clock, machine_now
from schedules.delivery import Worker
from schedules.skew import Skew
from schedules.slots import scope_of
from schedules.timetable import Line, Timetable
from storage.database import Database
from storage.outbox import oldest_waiting

log = logging.getLogger(__name__)

ANSWER_WITHIN = 3.0  # seconds; `/readyz` says no rather than nothing
STALE_TICK = 120.0  # seconds without a tick after which an instance is not ready


def process_name() -> str:
    """Who we are in leases: machine, process and a part that no restart repeats."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class App:
    """One process of an installation. `web`, `worker` and `run` differ by the channels they are given.

    `paced`: keep to the limits that platforms set for each chat; only a server that has none may do without.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        name: str | None = None,
        paced: bool = True,
        machine: Callable[[], float] = machine_now,
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.owner = name or process_name()
        self.worker = Worker(
            database, [], clock, self.owner, hold=hold_for(settings.send, paced=paced), machine=machine
        )
        self._skew = Skew(self._rates, machine)
        notice = Notice(settings.privacy_contact, settings.retention)
        self.gateway = Gateway(database, build_router(notice=notice), self.worker, clock, settings.public_url)
        watched = [*lines(settings.retention), Line("clock", self._skew.tick, 30.0)]
        self.timetable = Timetable(database, clock, watched, self.worker.wake)
        for watch in self.timetable.watches():
            self.worker.watch(watch)
        self.channels: list[Channel] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, channel: Channel, *, pushes: bool = True) -> None:
        """Give the application a channel, before `start()`. Without `pushes` only replies leave by it from here."""
        self.channels.append(channel)
        self.worker.add(channel.messenger, pushes=pushes)

    def routes(self) -> list[RouteDef]:
        """What the web server answers for the channels there are."""
        return [route for channel in self.channels for route in channel.routes()]

    async def start(self, *, ticking: bool = True) -> None:
        """Begin: what waits in the inbox first, then the channels, then time. Raises CannotStart."""
        self._tasks.append(asyncio.create_task(self.gateway.run(), name="gateway"))
        self._tasks.append(asyncio.create_task(self.worker.run(), name="worker"))
        for channel in self.channels:
            await channel.start()
        if ticking:
            self.timetable.start()

    async def stop(self) -> None:
        """End cleanly: receive no more, finish what is under way, give back what has not left."""
        for channel in reversed(self.channels):
            await channel.stop()
        await self.timetable.stop()
        await self.gateway.stop()
        await self.worker.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10.0)
        for channel in self.channels:
            await channel.close()
        await self.database.close()

    def _rates(self) -> dict[str, float]:
        """Messages per second of what has a limit, by scope."""
        lanes = [(lane, self.worker.messengers[lane[0]].rate) for lane in self.worker.lanes()]
        return {scope_of(*lane): rate for lane, rate in lanes if rate is not None}

    async def readiness(self) -> dict[str, Health]:
        """How each part is, for `/readyz`."""
        parts: dict[str, Health] = {}
        try:
            async with asyncio.timeout(ANSWER_WITHIN), self.database.reading() as session:
                await session.execute(text("SELECT 1"))
                oldest = await oldest_waiting(session, self.worker.lanes(), self.clock.now())
                wrong = await self._skew.wrong(session)
            parts["database"] = Health(True, "reachable")
            age = (self.clock.now() - oldest).total_seconds() if oldest else 0.0
            parts["outbox"] = Health(True, f"oldest due delivery waits for {age:.0f} s")
            parts["clock"] = Health(not wrong, wrong or "agrees with the others'")
        except (OSError, SQLAlchemyError) as error:
            parts["database"] = Health(False, f"does not work: {trouble(error)}")
        ended = [task.get_name() for task in self._tasks if task.done()]
        fault = self.worker.fault or (f"ended: {', '.join(ended)}" if ended else "")
        parts["delivery"] = Health(not fault, fault or "sending what is due")
        parts["timetable"] = self._punctuality()
        for channel in self.channels:
            parts[channel.name] = channel.health()
        return parts

    def _punctuality(self) -> Health:
        if not self.timetable.last_tick:
            return Health(False, "no tick yet")
        now = machine_now()
        silent, waiting = now - self.timetable.last_tick, self.timetable.waiting(now)
        return Health(silent < STALE_TICK and not waiting, "; ".join([f"last tick {silent:.0f} s ago", *waiting]))
