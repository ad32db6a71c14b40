"""Reminders that came to nothing are told to the team: once for each hour, when the hour is over.

A reminder is missed when it could not leave while it was of use: the process was down, a platform did not answer. It
has its row in the outbox (`too late`, or expired); here it is only counted and told.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import reminder_wording as wording
from handlers.messages import plain
from handlers.telling import tell_staff
from schedules.own_reminders import TOO_LATE
from storage.agenda import Event
from storage.outbox import Delivery, Kind, State

_HOUR = timedelta(hours=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_BACK = timedelta(hours=48)  # who was down for longer learns of what was missed since
_NAMED = 20  # events in one message


async def tell_missed(session: AsyncSession, now: datetime) -> int:
    """Tell national staff what was missed in the hours before this one; returns how many were told.

    Every process may run it: the hour is in the key.
    """
    this_hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows = await session.execute(
        select(Delivery.about, Delivery.ended_at).where(
            # Every reminder has a date of expiry: so it is found in an index, not among a million others that wait.
            Delivery.state.in_((State.EXPIRED, State.SKIPPED)),
            Delivery.expires_at > _EVER,
            Delivery.kind == Kind.REMINDER,
            or_(
                Delivery.state == State.EXPIRED,
                and_(Delivery.state == State.SKIPPED, Delivery.reason == TOO_LATE),
            ),
            Delivery.ended_at >= this_hour - _BACK,
            Delivery.ended_at < this_hour,
            Delivery.about.startswith("reminder:"),
        )
    )
    hours: dict[datetime, Counter[int]] = defaultdict(Counter)
    for about, ended_at in rows:
        assert ended_at is not None  # of what has an end
        hours[ended_at.replace(minute=0, second=0, microsecond=0)][int(about.split(":")[1])] += 1
    told = 0
    for hour, events in sorted(hours.items()):
        query = select(Event.id, Event.name).where(Event.id.in_(events)).order_by(Event.starts_on, Event.id)
        named = (await session.execute(query.limit(_NAMED))).all()
        lines = "\n".join(wording.missed_line(plain(name), events[number]) for number, name in named)
        if lines:
            told += await tell_staff(session, f"missed-reminders:{hour:%Y%m%d%H}", wording.missed(lines), now)
    return told
