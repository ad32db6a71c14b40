"""Send slots: who may leave when, under a limit that all workers share (GCRA, one row per scope)."""

import math
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import insert_or_ignore
from storage.outbox import SendLimit
from storage.prepared import Prepared

HORIZON = 0.06  # seconds of slots claimed ahead: what a kill can leave in doubt is rate × horizon
WRONG = 60.0  # seconds ahead: slots that a clock took which differs by more are not kept
MOST_AT_ONCE = 10  # messages that one delivery may become, each with a slot
HURRY = 0.8  # of the usual distance between two messages, while there are slots to make up for
CATCH_UP = 0.25  # how much of one second's worth may be made up for after a pause; platforms forgive all of it


@dataclass(frozen=True, slots=True)
class Slots:
    """`count` slots, number i at `start + i × step`, in seconds of the machine's clock; the first may be past."""

    start: float
    step: float
    count: int
    now: float

    def at(self, index: int) -> float:
        """The slot of that index."""
        return self.start + index * self.step

    def leaves(self, index: int) -> float:
        """When the message with that slot leaves: slots that are past are made up for at a pace, not all at once."""
        return max(self.at(index), self.now + index * self.step * HURRY)


def available(tat: float, quiet_until: float, now: float, rate: float | None, most: int, horizon: float) -> Slots:
    """The slots from now to the horizon. Pure; `rate` is in messages per second, None is unlimited.

    A limit forgives one second's worth at once. A quarter of what it forgives is used to make up for slots that nobody
    could take, because a commit was slow or a process was started again; never more than `rate × horizon` at a time.
    """
    if rate is not None and tat > now + WRONG + MOST_AT_ONCE / rate:
        tat = now  # nobody reserves so far ahead: a clock ran wrong, or ours was set back
    if quiet_until > now:
        return Slots(quiet_until, 0.0, 0, now)
    if rate is None:
        return Slots(now, 0.0, most, now)
    start = max(tat, now - CATCH_UP * max(0.0, 1 - 1 / rate))
    room = (now + horizon - start) * rate
    count = int(room) + 1 if room >= 0 else 0
    return Slots(start, 1.0 / rate, min(most, count, math.ceil(rate * horizon)), now)


assert isinstance(SendLimit.__table__, Table)
_LIMITS = SendLimit.__table__
_LIMIT = Prepared(
    select(_LIMITS.c.tat, _LIMITS.c.quiet_until).where(_LIMITS.c.scope == bindparam("scope_name")).with_for_update()
)
_RESERVE = Prepared(update(_LIMITS).where(_LIMITS.c.scope == bindparam("scope_name")).values(tat=bindparam("until")))
_SILENCE = (
    update(_LIMITS)
    .where(_LIMITS.c.scope == bindparam("scope_name"), _LIMITS.c.quiet_until < bindparam("until"))
    .values(quiet_until=bindparam("until"))
)


def scope_of(platform: str, workspace: str) -> str:
    """The name of the limit of a bot, or of a bot in one workspace."""
    return f"{platform}:{workspace}" if workspace else platform


async def limit_of(session: AsyncSession, scope: str) -> tuple[float, float]:
    """The theoretical arrival time of a scope and until when it is quiet; locked until the end of the transaction."""
    rows = await _LIMIT.rows(session, {"scope_name": scope})
    if not rows:
        await insert_or_ignore(session, SendLimit, [{"scope": scope, "tat": 0.0, "quiet_until": 0.0}])
        rows = await _LIMIT.rows(session, {"scope_name": scope})
    ((tat, quiet_until),) = rows
    return tat, quiet_until


async def reserve(session: AsyncSession, scope: str, until: float) -> None:
    """Nobody else gets a slot of the scope before then."""
    await _RESERVE.run(session, [{"scope_name": scope, "until": until}])


async def silence(session: AsyncSession, scope: str, until: float) -> None:
    """Nothing leaves in the scope until then."""
    await limit_of(session, scope)
    await session.execute(_SILENCE, {"scope_name": scope, "until": until})
