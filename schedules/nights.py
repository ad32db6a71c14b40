"""Bulk that the night has overtaken: due in the reader's day, and not sent before its end, it waits for the next one.

When a row is written it is due in its reader's hours (`handlers.instants`). But a broadcast may last longer than the
day, a platform may be silent until midnight, a process may have been down: what is about to leave is looked at again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.instants import known_zone, next_permitted
from schedules.clock import machine_now
from schedules.holding import Held
from storage.leaving import Due
from storage.network import DEFAULT_ZONE, home
from storage.outbox import Kind

REASON = "night"
_BULK = (Kind.ANNOUNCEMENT, Kind.NUDGE)
_LOOK = 60.0  # seconds for which the network's own zone and holidays are taken as known


class HeldByNight:
    """Puts off announcements and nudges to the end of their reader's night, week-end or holiday."""

    kinds = frozenset(_BULK)

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine
        self._looked = 0.0
        self._home = (DEFAULT_ZONE, "")

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """Where the reader lives came with the row; one short query a minute."""
        found: dict[int, Held] = {}
        awake: dict[str, datetime] = {}
        for one in deliveries:
            if one.lives is None or one.edits or one.kind not in _BULK:
                continue
            if one.lives not in awake:
                awake[one.lives] = await self._awake(session, one.lives, now)
            if awake[one.lives] > now:
                found[one.id] = Held(REASON, awake[one.lives])
        return found

    async def _awake(self, session: AsyncSession, lives: str, now: datetime) -> datetime:
        machine = self._machine()
        if not 0 <= machine - self._looked < _LOOK:
            self._home, self._looked = await home(session), machine
        zone, _, holidays = lives.partition("|")
        here, usual = self._home
        return next_permitted(now, zone if known_zone(zone) else here, holidays or usual)
