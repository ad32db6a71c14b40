"""Whether this machine's clock goes with the others': slots, leases and silences are instants that all must agree on.

A worker whose clock is behind finds every slot taken until its own clock gets there, and sends nothing. It sees so by
the signs of life and the slots that others have written ahead of its time, and on PostgreSQL by the server's clock,
which also tells a worker that is ahead, and keeps the slots from all others.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.clock import machine_now
from schedules.outage import HEARTBEAT
from storage.leases import last_sign
from storage.outbox import SendLimit

log = logging.getLogger(__name__)

TOLERATED = 2.0  # seconds; machines that are kept by NTP differ by thousandths
_AHEAD = 0.6  # seconds of slots that may be reserved beyond now, replies included


class Skew:
    """Compares the machine's clock with what the database knows of others; `rates` are messages per second, by scope.

    Slots of a scope without a rate are not looked at.
    """

    def __init__(self, rates: Callable[[], Mapping[str, float]], machine: Callable[[], float] = machine_now) -> None:
        self._rates = rates
        self._machine = machine
        self._told = ""

    async def tick(self, session: AsyncSession, now: datetime) -> int:
        """Write a line to the log when the clock begins to differ, and when it is right again."""
        said = sentence(await self.behind(session))
        if said and not self._told:
            log.error("%s", said)
        elif self._told and not said:
            log.info("this machine's clock agrees with the others' again")
        self._told = said
        return 0

    async def behind(self, session: AsyncSession) -> float:
        """By how many seconds the clock is behind, negative when it is ahead; 0.0 while it is not known to differ."""
        machine = self._machine()
        found = [(await last_sign(session, HEARTBEAT) or 0.0) - machine, await self._slots_ahead(session, machine)]
        if session.get_bind().dialect.name == "postgresql":
            server = await session.scalar(select(cast(func.extract("epoch", func.clock_timestamp()), Float(53))))
            found.append(float(server or 0.0) - (machine + self._machine()) / 2)  # the way there and back is shared out
        most, least = max(found), found[-1]
        return most if most > TOLERATED else least if len(found) > 2 and least < -TOLERATED else 0.0

    async def _slots_ahead(self, session: AsyncSession, machine: float) -> float:
        """How far beyond what a worker reserves at this instant others have reserved slots, in seconds."""
        rates = self._rates()
        rows = await session.execute(select(SendLimit.scope, SendLimit.tat).where(SendLimit.scope.in_(rates)))
        return max((tat - machine - _AHEAD - 1 / rates[scope] for scope, tat in rows), default=0.0)


def sentence(behind: float) -> str:
    """What is wrong with the clock, what follows and what to do; empty when nothing is."""
    if behind == 0.0:
        return ""
    apart = f"{abs(behind):.0f} s"
    if behind > 0:
        return (
            f"this machine's clock is {apart} behind the others': until then nothing leaves where a platform has a "
            "limit; set it right (NTP)"
        )
    return (
        f"this machine's clock is {apart} ahead of the database's: it takes the slots of other workers; "
        "set it right (NTP)"
    )
