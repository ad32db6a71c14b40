"""Claiming: which deliveries may leave now, each with a lease and a send slot.

Everything here happens inside the worker's transaction. A tick with nothing due is one short query.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, Table, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.gathering import together
from handlers.messages import Message
from schedules import slots
from schedules.clock import Clock
from schedules.gathering import gather
from schedules.holding import Hold
from schedules.messenger import Messenger, Outgoing
from storage.outbox import Delivery, Priority, State, stop_of, stop_setting

assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__
_PLATFORM: ColumnElement[str] = bindparam("platform", type_=String)
_PRIORITY: ColumnElement[int] = bindparam("priority", type_=Integer)
_CALENDAR: ColumnElement[datetime] = bindparam("calendar", type_=_ROWS.c.due_at.type)
_NOW: ColumnElement[float] = bindparam("now", type_=_ROWS.c.not_before.type)
_CLAIM = (
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

MARGIN = slots.HORIZON / 4  # what a transaction takes: the next claim begins so long before the next slot

Reach = tuple[tuple[str, Priority], ...]
"""Platforms, each with the last priority that is claimed for it."""


class Claimer:
    """Claims for one worker. `slot_at` is when what waits for a platform's limit is to be claimed next.

    A claim takes all slots up to the horizon, so the next one is due when these are nearly used up.
    """

    def __init__(self, owner: str, clock: Clock, hold: Hold, lease: float, horizon: float) -> None:
        self.slot_at = math.inf
        self._owner = owner
        self._clock = clock
        self._hold = hold
        self._lease = lease
        self._horizon = horizon

    async def claim(
        self,
        session: AsyncSession,
        messengers: Mapping[str, Messenger],
        rooms: Mapping[str, int],
        reach: Reach,
        now: float,
    ) -> list[Outgoing]:
        """Claim what is due, replies first, at most `rooms[platform]` for each platform."""
        calendar = self._clock.now()
        # One range of the index each: what is due is never searched among what is not.
        *found, stop = (await session.execute(_look(reach), {"calendar": calendar, "now": now})).one()
        stopped = bool(stop_of(stop))
        due = [pair for pair, is_due in zip(_pairs(reach), found, strict=True) if is_due]
        if stopped:
            due = [pair for pair in due if pair[1] is Priority.REPLY]
        claimed: list[Outgoing] = []
        for platform in dict.fromkeys(platform for platform, _ in due):
            messenger = messengers[platform]
            free = await self.free(session, messenger, now, rooms[platform], self._horizon)
            rows: list[Delivery] = []
            for _, priority in [pair for pair in due if pair[0] == platform]:
                if len(rows) < free.count:
                    query = _DUE if messenger.rate is None or priority is Priority.REPLY else _DUE_APART
                    where = {"platform": platform, "priority": priority, "calendar": calendar, "now": now}
                    rows += (await session.scalars(query, {**where, "most": free.count - len(rows)})).all()
            found_all = len(rows) == free.count
            if rows:
                leads, carried = await gather(session, rows, calendar, now)
                claimed += await self.assign(session, messenger, leads, free, now, carried)
            if found_all:
                self.slot_at = min(self.slot_at, free.at(free.count) - MARGIN)
        return claimed

    async def free(
        self, session: AsyncSession, messenger: Messenger, now: float, most: int, horizon: float
    ) -> slots.Slots:
        """The slots of a platform up to the horizon. A limit stays locked until the end of the transaction."""
        if messenger.rate is None:
            return slots.available(0.0, 0.0, now, None, most, horizon)
        tat, quiet_until = await slots.limit_of(session, messenger.platform)
        return slots.available(tat, quiet_until, now, messenger.rate, most, horizon)

    async def assign(
        self,
        session: AsyncSession,
        messenger: Messenger,
        rows: Sequence[Delivery],
        free: slots.Slots,
        now: float,
        carried: Mapping[int, Sequence[Delivery]] = MappingProxyType({}),
    ) -> list[Outgoing]:
        """Lease the first of the rows, one for each slot, with what each carries; those that are held stay behind."""
        taken: list[Outgoing] = []
        chats: set[str] = set()
        calendar = self._clock.now()
        held = await self._hold.held(session, rows, calendar) if free.count else {}
        for row in rows:
            if len(taken) == free.count:
                break
            if messenger.rate is not None and row.priority != Priority.REPLY and row.chat in chats:
                continue
            if row.expires_at is not None and row.expires_at <= calendar:
                continue  # the calendar may have jumped since the last sweep, which is to end it
            if (kept := held.get(row.id)) is not None:
                if kept.until is not None:
                    row.due_at = kept.until
                else:
                    row.state, row.reason, row.ended_at = State.SKIPPED, kept.reason, calendar
                continue
            chats.add(row.chat)
            taken.append(_together(row, carried.get(row.id, ()), free.leaves(len(taken))))
        if held:
            await session.flush()
        if taken:
            await self._lease_all(session, taken, now)
            if messenger.rate is not None:
                await slots.reserve(session, messenger.platform, free.at(len(taken)))
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
        await session.execute(_CLAIM, leases)


def _together(row: Delivery, others: Sequence[Delivery], slot: float) -> Outgoing:
    """A delivery with those that it carries, and the words of all of them."""
    lead = _outgoing(row, slot)
    if not others:
        return lead
    message = together([(one.about, Message.model_validate(one.payload)) for one in (row, *others)])
    payload = message.model_dump(mode="json", exclude_defaults=True)
    return replace(lead, payload=payload, carries=tuple(_outgoing(one, slot) for one in others))


def _outgoing(row: Delivery, slot: float) -> Outgoing:
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


def _pairs(reach: Reach) -> list[tuple[str, Priority]]:
    return [(platform, priority) for platform, last in reach for priority in Priority if priority <= last]


@cache
def _look(reach: Reach) -> Select[*tuple[Any, ...]]:
    """Whether there is something due for each platform and priority, and the emergency stop: one row."""
    found = [exists().where(*_is_due(platform, priority, _CALENDAR, _NOW)) for platform, priority in _pairs(reach)]
    return select(*found, stop_setting().scalar_subquery())


def _is_due(
    platform: Any, priority: Any, calendar: ColumnElement[datetime], now: ColumnElement[float]
) -> tuple[ColumnElement[bool], ...]:
    return (
        _ROWS.c.state == State.WAITING,
        _ROWS.c.platform == platform,
        _ROWS.c.priority == priority,
        _ROWS.c.due_at <= calendar,
        _ROWS.c.not_before <= now,
    )


def _due_rows(*, apart: bool) -> Select[Delivery]:
    query = (
        select(Delivery)
        .where(*_is_due(_PLATFORM, _PRIORITY, _CALENDAR, _NOW))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    busy = select(Delivery.chat).where(
        Delivery.platform == _PLATFORM, Delivery.send_at > _NOW - 1.0, Delivery.state != State.WAITING
    )
    return query.where(Delivery.chat.not_in(busy)) if apart else query


# What is due, oldest first; what is pushed to one chat leaves a second apart where the platform has limits.
_DUE, _DUE_APART = _due_rows(apart=False), _due_rows(apart=True)
