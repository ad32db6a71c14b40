"""Send slots: who may leave when, under a limit that all workers share (GCRA, one row per scope)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import insert_or_ignore
from storage.outbox import SendLimit

HORIZON = 0.06  # seconds of slots claimed ahead: what a kill can leave in doubt is rate × horizon


@dataclass(frozen=True, slots=True)
class Slots:
    """`count` messages may leave: number i at `start + i × step`, in seconds of the machine's clock."""

    start: float
    step: float
    count: int

    def at(self, index: int) -> float:
        """When the message of that index leaves."""
        return self.start + index * self.step


def available(tat: float, quiet_until: float, now: float, rate: float | None, most: int, horizon: float) -> Slots:
    """The slots from now to the horizon. Pure; `rate` is in messages per second, None is unlimited."""
    if quiet_until > now:
        return Slots(quiet_until, 0.0, 0)
    if rate is None:
        return Slots(now, 0.0, most)
    start = max(tat, now)
    room = (now + horizon - start) * rate
    count = int(room) + 1 if room >= 0 else 0
    return Slots(start, 1.0 / rate, min(most, count))


async def limit_row(session: AsyncSession, scope: str) -> SendLimit:
    """The row of a scope, locked until the end of the transaction."""
    query = select(SendLimit).where(SendLimit.scope == scope).with_for_update()
    row: SendLimit | None = await session.scalar(query)
    if row is None:
        await insert_or_ignore(session, SendLimit, [{"scope": scope, "tat": 0.0, "quiet_until": 0.0}])
        row = await session.scalar(query)
        assert row is not None
    return row
