"""Whether this machine's clock goes with the others': slots, leases and silences are instants that all must agree on.

A worker whose clock is behind finds every slot taken until its own clock gets there, and sends nothing; beyond a minute
such slots are not kept, for a clock that was an hour ahead and is set right must not silence everybody. It sees so by
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
from schedules.slots import MOST_AT_ONCE, WRONG
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
        said = await self.wrong(session)
        if said and not self._told:
            log.error("%s", said)
        elif self._told and not said:
            log.info("the machines' clocks agree again")
        self._told = said
        return 0

    async def wrong(self, session: AsyncSession) -> str:
        """What is wrong with the clocks, what follows and what to do; empty while they are not known to differ."""
        machine = self._machine()
        sign = (await last_sign(session, HEARTBEAT) or 0.0) - machine
        others, server = max(sign, await self._slots_ahead(session, machine)), None
        if session.get_bind().dialect.name == "postgresql":
            at = await session.scalar(select(cast(func.extract("epoch", func.clock_timestamp()), Float(53))))
            server = float(at or 0.0) - (machine + self._machine()) / 2  # the way there and back is shared out
        return sentence(others, server)

    async def _slots_ahead(self, session: AsyncSession, machine: float) -> float:
        """How far beyond what a worker reserves at this instant others have reserved slots, in seconds."""
        rates = self._rates()
        rows = await session.execute(select(SendLimit.scope, SendLimit.tat).where(SendLimit.scope.in_(rates)))
        return max((tat - machine - _AHEAD - MOST_AT_ONCE / rates[scope] for scope, tat in rows), default=0.0)


def sentence(others: float, server: float | None) -> str:
    """By how many seconds others, and the server where there is one, are ahead of us → what is to be said. Pure."""
    stuck = "until then nothing leaves where a platform has a limit"
    if max(others, server or 0.0) > WRONG:
        stuck = "slots so far ahead are not kept, so that something leaves, and a platform's limit may be passed"
    if server is not None and server < -TOLERATED:
        return (
            f"this machine's clock is {-server:.0f} s ahead of the database's: it takes the slots of other workers; "
            "set it right (NTP)"
        )
    if server is not None and abs(server) <= TOLERATED < others:
        return f"another machine's clock is {others:.0f} s ahead, or was: {stuck}; set that one right (NTP)"
    behind = max(others, server or 0.0)
    if behind > TOLERATED:
        return (
            f"this machine's clock is {behind:.0f} s behind the others', or was set back: {stuck}; set it right (NTP)"
        )
    return ""
