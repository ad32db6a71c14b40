"""Reminders that are due for one person at once leave as one message: the first of them carries the others.

It is settled in the transaction that claims them, so that a reminder taken back a moment before is not among them, and
one that comes a moment later leaves by itself. Each keeps its own row, and all of them end as the message ends.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.gathering import MOST_TOGETHER
from storage.leaving import DUE, Due
from storage.outbox import Delivery, Kind, State

_ABOUT = "reminder:"  # and the event
Key = tuple[int | None, str, str, str]


async def gather(
    session: AsyncSession, rows: Sequence[Due], calendar: datetime, now: float
) -> tuple[list[Due], Mapping[int, list[Due]]]:
    """The rows that leave, in their order, and by the id of a row those that it carries, locked like itself.

    One short query when there are reminders among the rows, none otherwise. What has begun to be sent in parts is
    left alone: its next part would not be found.
    """
    groups: dict[Key, list[Due]] = defaultdict(list)
    for row in rows:
        if _may_be_gathered(row):
            groups[_key(row)].append(row)
    if not groups:
        return list(rows), {}
    found = await session.execute(
        select(*DUE)
        .where(
            Delivery.kind == Kind.REMINDER,
            Delivery.about.startswith(_ABOUT),
            Delivery.state == State.WAITING,
            Delivery.person_id.in_({key[0] for key in groups}),
            Delivery.due_at <= calendar,
            Delivery.not_before <= now,
            Delivery.parts_sent == 0,
            or_(Delivery.expires_at.is_(None), Delivery.expires_at > calendar),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .with_for_update(skip_locked=True)
    )
    ids = {row.id for row in rows}
    for other in map(Due._make, found):
        if other.id not in ids and _key(other) in groups:
            groups[_key(other)].append(other)
    carried: dict[int, list[Due]] = {}
    for group in groups.values():
        for first in range(0, len(group), MOST_TOGETHER):
            lead, *others = group[first : first + MOST_TOGETHER]
            if lead.id in ids:  # what was not claimed leaves with the next claim
                carried[lead.id] = others
    gone = {other.id for others in carried.values() for other in others}
    return [row for row in rows if row.id not in gone], carried


def _may_be_gathered(row: Due) -> bool:
    mine = row.kind == Kind.REMINDER and row.about.startswith(_ABOUT)
    return mine and row.person_id is not None and row.parts_sent == 0


def _key(row: Due) -> Key:
    return row.person_id, row.platform, row.workspace, row.chat
