"""What a 429 closes, until the time it names and nothing else: one chat, or the whole bot or workspace.

Platforms have a limit for each and do not say which one was met. So the chat is silent first; when a second one is
refused while the first still is, and neither had just been written to, it cannot be the chats' own limit and the whole
scope is silent. A silence is a row of `send_limits`, so that every process keeps it; the chat stands there by its
digest and leaves with its silence.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Float, Table, bindparam, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules import slots
from schedules.clock import machine_now
from schedules.holding import EVERY_KIND, Held
from schedules.retry import Silence
from storage.leaving import Due
from storage.outbox import Delivery, SendLimit, State
from storage.prepared import Prepared

REASON = "too many requests"
_MOMENT = 2.0  # seconds: a chat's limit is one message in each
_SURE = "!"  # ends the scope of a chat whose own limit it surely was
assert isinstance(SendLimit.__table__, Table)
_LIMITS: Table = SendLimit.__table__
_NOW: ColumnElement[float] = bindparam("now", type_=Float(53))
_QUIET = Prepared(select(_LIMITS.c.scope, _LIMITS.c.quiet_until).where(_LIMITS.c.quiet_until > _NOW))
_IS_OVER = (_LIMITS.c.scope.contains("/"), _LIMITS.c.quiet_until <= _NOW)
_FORGET = Prepared(delete(_LIMITS).where(*_IS_OVER))
ANY_KEPT = exists().where(_LIMITS.c.scope.contains("/"), _LIMITS.c.quiet_until > _NOW)
"""Whether a chat is silent at the machine's `now`."""
ANY_OVER = exists().where(*_IS_OVER)
"""Whether `forget` would find something at the machine's `now`."""


async def keep(session: AsyncSession, row: Delivery, silence: Silence, machine: float, after: float) -> None:
    """Close what the delivery met for so many seconds."""
    whole, until, chat = slots.scope_of(row.platform, row.workspace), machine + after, row.chat
    if silence is Silence.NOTHING or after <= 0:
        return
    if silence is Silence.UNSAID and await _just_written(session, row, machine):
        silence = Silence.CHAT
    if silence is not Silence.ALL:
        await slots.silence(session, _scope(whole, chat, sure=silence is Silence.CHAT), until)
    if silence is Silence.ALL or (silence is Silence.UNSAID and await _another(session, whole, chat, machine)):
        await slots.silence(session, whole, until)


async def forget(session: AsyncSession, machine: float) -> None:
    """Drop the silences of chats that are over."""
    await _FORGET.run(session, [{"now": machine}])


class HeldBySilence:
    """Puts off what goes to a chat that its platform has closed for a while, whoever met it."""

    kinds = EVERY_KIND

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """One short query; there are hardly ever more rows than the bots'."""
        machine = self._machine()
        rows = await _QUIET.rows(session, {"now": machine})
        quiet = {scope: until for scope, until in rows if "/" in scope}
        found: dict[int, Held] = {}
        for one in deliveries if quiet else ():
            scopes = [
                _scope(slots.scope_of(one.platform, one.workspace), one.chat, sure=sure) for sure in (True, False)
            ]
            if until := max(quiet.get(scope, 0.0) for scope in scopes):
                found[one.id] = Held(REASON, now + timedelta(seconds=until - machine))
        return found


async def _just_written(session: AsyncSession, row: Delivery, machine: float) -> bool:
    """Whether something else left for that chat a moment ago, or a part of this: then the limit may be its own."""
    query = select(Delivery.id).where(
        Delivery.platform == row.platform,
        Delivery.send_at > machine - _MOMENT,
        Delivery.chat == row.chat,
        Delivery.workspace == row.workspace,
        Delivery.id != row.id,
        Delivery.state != State.WAITING,
    )
    return row.parts_sent > 0 or await session.scalar(query.limit(1)) is not None


async def _another(session: AsyncSession, whole: str, chat: str, machine: float) -> bool:
    """Whether another chat of the same bot or workspace is silent without our knowing whose limit it was."""
    query = select(SendLimit.id).where(
        SendLimit.scope.startswith(f"{whole}/"),
        SendLimit.scope.not_like(f"%{_SURE}"),
        SendLimit.scope != _scope(whole, chat, sure=False),
        SendLimit.quiet_until > machine,
    )
    return await session.scalar(query.limit(1)) is not None


def _scope(whole: str, chat: str, *, sure: bool) -> str:
    return f"{whole}/{hashlib.sha256(chat.encode()).hexdigest()[:24]}{_SURE if sure else ''}"
