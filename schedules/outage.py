"""After a long outage or a restored backup nothing is broadcast by itself: announcements wait for « reprendre ».

Every process leaves a sign of life in the database, by the machine's clock: a rehearsal that moves its calendar is no
outage. Whoever finds the last sign too old pauses what is under way, tells staff, and goes on. Reminders go on by
their own rule.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import notice_wording
from handlers.announcements.reporting import beginning
from handlers.messages import Button, Message
from schedules.clock import machine_now
from schedules.holding import Held
from schedules.progress import tell_staff
from storage.announcement_deliveries import hold
from storage.announcements import Announcement, AnnouncementStatus
from storage.leases import beat, last_sign
from storage.leaving import Due
from storage.outbox import Kind

HEARTBEAT = "heartbeat"
SILENCE = 600.0  # seconds without a sign after which nobody knows what has become out of date
REASON = "outage"
_LOOK = 1.0  # seconds between two looks at the sign
_AGAIN = timedelta(minutes=1)
_UNDER_WAY = (AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING)


class Heartbeat:
    """The tick that leaves the sign of life, and first looks how old the last one is."""

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine

    async def tick(self, session: AsyncSession, now: datetime) -> int:
        """Returns how many of staff are told of an outage. Pausing and the new sign are one transaction."""
        machine = self._machine()
        last = await last_sign(session, HEARTBEAT)
        told = 0
        if last is not None and machine - last > SILENCE:
            told = await _pause_all(session, last, machine, now)
        await beat(session, HEARTBEAT, machine, SILENCE)
        return told


class HeldByOutage:
    """Lets no announcement leave between the end of an outage and the tick that finds it."""

    kinds = frozenset({Kind.ANNOUNCEMENT})

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine
        self._looked = 0.0
        self._away = False

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """The announcements, while the last sign is too old; at most one short query a second."""
        machine = self._machine()
        if not 0 <= machine - self._looked < _LOOK:
            last = await last_sign(session, HEARTBEAT)
            self._looked, self._away = machine, last is not None and machine - last > SILENCE
        if not self._away:
            return {}
        return {one.id: Held(REASON, now + _AGAIN) for one in deliveries if one.kind == Kind.ANNOUNCEMENT}


async def _pause_all(session: AsyncSession, last: float, machine: float, now: datetime) -> int:
    under_way = (
        await session.scalars(
            select(Announcement).where(Announcement.status.in_(_UNDER_WAY)).order_by(Announcement.id).with_for_update()
        )
    ).all()
    for announcement in under_way:
        await hold(session, announcement.id)
        announcement.status, announcement.pause_reason = AnnouncementStatus.PAUSED, REASON
    if not under_way:
        return 0
    buttons = tuple(
        (Button(label=notice_wording.resume_one(beginning(one.text)), action=f"announce:go:{one.id}"),)
        for one in under_way
    )
    message = Message(text=notice_wording.outage(machine - last, len(under_way)), buttons=buttons)
    return await tell_staff(session, f"outage:{int(last)}", message, now)
