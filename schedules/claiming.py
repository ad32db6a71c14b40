"""Claiming: which deliveries may leave now, each with a lease and a send slot.

Everything here happens inside the worker's transaction.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Integer, String, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.gathering import together
from handlers.messages import Message
from handlers.weighing import weight
from schedules import slots
from schedules.clock import Clock
from schedules.gathering import gather
from schedules.holding import HeldByAny, Hold
from schedules.looking import NOW, Pair, is_due
from schedules.messenger import Lane, Messenger, Outgoing
from schedules.silences import HeldBySilence
from storage.leaving import DUE, Due
from storage.outbox import Delivery, Priority, State
from storage.prepared import Prepared

assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__
_PLATFORM: ColumnElement[str] = bindparam("platform", type_=String)
_WORKSPACE: ColumnElement[str] = bindparam("workspace", type_=String)
_PRIORITY: ColumnElement[int] = bindparam("priority", type_=Integer)
_CLAIM = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("row_id"))
    .values(
        state=State.SENDING,
        tries=_ROWS.c.tries + 1,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        send_at=bindparam("slot"),
    )
)
_PUT_OFF = Prepared(update(_ROWS).where(_ROWS.c.id == bindparam("row_id")).values(due_at=bindparam("until")))
_SKIP = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("row_id"))
    .values(state=State.SKIPPED, reason=bindparam("why"), ended_at=bindparam("at"))
)

# What a transaction takes: the next claim begins so long before the next slot. Where slots are far apart it begins with
# the slot instead, and what it claims leaves without being waited for; the limit forgives the moment.
MARGIN = slots.HORIZON / 4


class Claimer:
    """Claims for one worker. `slot_at` is when what waits for a platform's limit is to be claimed next.

    A claim takes all slots up to the horizon, so the next one is due when these are nearly used up.
    """

    def __init__(
        self, owner: str, clock: Clock, hold: Hold, silences: HeldBySilence, lease: float, horizon: float
    ) -> None:
        self.slot_at = math.inf
        self._owner = owner
        self._clock = clock
        self._hold = hold
        self._held_or_silent = HeldByAny(silences, hold)
        self._lease = lease
        self._horizon = horizon

    async def claim(
        self,
        session: AsyncSession,
        messengers: Mapping[str, Messenger],
        rooms: Mapping[Lane, int],
        due: Sequence[Pair],
        now: float,
        calendar: datetime,
        *,
        silent: bool,
    ) -> list[Outgoing]:
        """Claim what was found to be due, replies first, at most `rooms[lane]` in each lane.

        `silent`: a look in the same transaction has found chats that are silent.
        """
        claimed: list[Outgoing] = []
        for lane in dict.fromkeys(lane for lane, _ in due):
            messenger = messengers[lane[0]]
            free = await self.free(session, messenger, lane, now, rooms[lane], self._horizon)
            rows: list[Due] = []
            for _, priority in [pair for pair in due if pair[0] == lane]:
                if len(rows) < free.count:
                    query = _DUE if messenger.rate is None or priority is Priority.REPLY else _DUE_APART
                    where = {"platform": lane[0], "workspace": lane[1], "calendar": calendar, "now": now}
                    found_rows = await query.rows(
                        session, {**where, "priority": priority, "most": free.count - len(rows)}
                    )
                    rows += map(Due._make, found_rows)
            found_all = len(rows) == free.count
            if rows:
                leads, carried = await gather(session, rows, calendar, now)
                claimed += await self.assign(session, messenger, lane, leads, free, now, carried, silent=silent)
            if found_all:
                margin = MARGIN if free.step < self._horizon else 0.0
                self.slot_at = min(self.slot_at, free.at(free.count) - margin)
        return claimed

    async def free(
        self, session: AsyncSession, messenger: Messenger, lane: Lane, now: float, most: int, horizon: float
    ) -> slots.Slots:
        """The slots of a lane up to the horizon. A limit stays locked until the end of the transaction."""
        if messenger.rate is None:
            return slots.available(0.0, 0.0, now, None, most, horizon)
        tat, quiet_until = await slots.limit_of(session, slots.scope_of(*lane))
        return slots.available(tat, quiet_until, now, messenger.rate, most, horizon)

    async def assign(
        self,
        session: AsyncSession,
        messenger: Messenger,
        lane: Lane,
        rows: Sequence[Due],
        free: slots.Slots,
        now: float,
        carried: Mapping[int, Sequence[Due]] = MappingProxyType({}),
        *,
        silent: bool = True,
    ) -> list[Outgoing]:
        """Lease the first of the rows, with what each carries, each with as many slots as it is messages there.

        Those that are held stay behind. One that needs more slots than are free is taken alone: the next ones wait.
        """
        taken: list[Outgoing] = []
        used = 0
        chats: set[str] = set()
        calendar = self._clock.now()
        looked_at = [*rows, *(one for others in carried.values() for one in others)]
        hold = self._held_or_silent if silent else self._hold
        held = await hold.held(session, looked_at, calendar) if free.count else {}
        for row in rows:
            if used >= free.count:
                break
            if messenger.rate is not None and row.priority != Priority.REPLY and row.chat in chats:
                continue
            if row.expires_at is not None and row.expires_at <= calendar:
                continue  # the calendar may have jumped since the last sweep, which is to end it
            if (kept := held.get(row.id)) is not None:
                if kept.until is not None:
                    await _PUT_OFF.run(session, [{"row_id": row.id, "until": kept.until}])
                else:
                    await _SKIP.run(session, [{"row_id": row.id, "why": kept.reason, "at": calendar}])
                continue
            others = [one for one in carried.get(row.id, ()) if one.id not in held]  # these come by themselves, later
            outgoing = _together(row, others, free.leaves(used))
            messages = _messages(outgoing)
            if taken and messenger.rate is not None and used + messages > free.count:
                break
            chats.add(row.chat)
            taken.append(outgoing)
            used += messages
        if taken:
            await self._lease_all(session, taken, now)
            if messenger.rate is not None:
                await slots.reserve(session, slots.scope_of(*lane), free.at(used))
        return taken

    async def _lease_all(self, session: AsyncSession, taken: Sequence[Outgoing], now: float) -> None:
        leases = [
            {
                "row_id": one.id,
                "owner": self._owner,
                "slot": one.slot,
                "until": max(now, one.slot) + self._lease,
            }
            for lead in taken
            for one in (lead, *lead.carries)
        ]
        await _CLAIM.run(session, leases)


def _together(row: Due, others: Sequence[Due], slot: float) -> Outgoing:
    """A delivery with those that it carries, and the words of all of them."""
    lead = _outgoing(row, slot)
    if not others:
        return lead
    message = together([(one.about, Message.model_validate(one.payload)) for one in (row, *others)])
    payload = message.model_dump(mode="json", exclude_defaults=True)
    return replace(lead, payload=payload, carries=tuple(_outgoing(one, slot) for one in others))


def _messages(outgoing: Outgoing) -> int:
    """How many slots it takes: what has arrived of it in earlier tries takes none."""
    if outgoing.corrects:
        return max(len(outgoing.edits.split()), weight(outgoing.payload, outgoing.platform))
    return max(1, weight(outgoing.payload, outgoing.platform) - outgoing.parts_sent)


def _outgoing(row: Due, slot: float) -> Outgoing:
    return Outgoing(
        row.id,
        row.about,
        row.kind,
        row.platform,
        row.workspace,
        row.chat,
        dict(row.payload),
        row.edits,
        row.tries + 1,
        slot,
        row.parts_sent,
    )


def _due_rows(*, apart: bool) -> Prepared:
    query = (
        select(*DUE)
        .where(*is_due(_PLATFORM, _WORKSPACE, _PRIORITY))
        .order_by(_ROWS.c.due_at, _ROWS.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    other = _ROWS.alias()
    busy = select(other.c.chat).where(
        other.c.platform == _PLATFORM,
        other.c.workspace == _WORKSPACE,
        other.c.send_at > NOW - 1.0,
        other.c.send_at < NOW + slots.WRONG,
        other.c.state != State.WAITING,
    )
    return Prepared(query.where(_ROWS.c.chat.not_in(busy)) if apart else query)


# What is due, oldest first; what is pushed to one chat leaves a second apart where the platform has limits.
_DUE, _DUE_APART = _due_rows(apart=False), _due_rows(apart=True)
