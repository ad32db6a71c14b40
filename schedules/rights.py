"""Rights at the moment of departure: what was decided when a row was written is looked at again when it is claimed.

A scheduled announcement waits while whoever confirmed it may not broadcast any more; the tick that pauses it and tells
staff comes up to five seconds later. A reminder of an event is left out for somebody who is no longer meant: roles and
structures may change while a row waits for the morning. Whom an announcement goes to is frozen when it is confirmed.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements.rights import may_still
from schedules.clock import machine_now
from schedules.holding import Held
from storage.agenda import Event
from storage.announcements import STATUS, Announcement, AnnouncementStatus
from storage.audiences import Audience, members
from storage.leaving import Due
from storage.outbox import Kind
from storage.people import Person

LOST = "rights"
NO_LONGER_MEANT = "no longer meant"
_AGAIN = timedelta(seconds=10)  # by then the tick has paused it
_LOOK = 1.0  # seconds between two looks at an announcement that has begun: it may have been scheduled anew


class HeldByRights:
    """Puts off announcements whose author has lost the right, leaves out reminders whose reader is no longer meant."""

    kinds = frozenset({Kind.ANNOUNCEMENT, Kind.REMINDER})

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine
        self._begun: dict[int, float] = {}  # announcements that are under way, and when that was seen

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """A short query a second for each announcement, and two for each event with an audience of its own."""
        announced, reminded = _by_number(deliveries)
        lost = await self._without_right(session, announced.keys()) if announced else ()
        held = {one.id: Held(LOST, now + _AGAIN) for number in lost for one in announced[number]} if lost else {}
        if reminded:
            events = await session.execute(select(Event.id, Event.audience).where(Event.id.in_(reminded)))
            for number, meant in events.all():
                held |= await _no_longer_meant(session, Audience.of(meant), reminded[number])
        return held

    async def _without_right(self, session: AsyncSession, numbers: Collection[int]) -> list[int]:
        machine = self._machine()
        lost: list[int] = []
        for number in numbers:
            if 0 <= machine - self._begun.get(number, -math.inf) < _LOOK:
                continue
            for (status,) in await STATUS.rows(session, {"announcement": number}):
                if status != AnnouncementStatus.SCHEDULED:
                    fresh = {one: seen for one, seen in self._begun.items() if 0 <= machine - seen < _LOOK}
                    self._begun = {**fresh, number: machine}
                elif not await may_still(session, await session.get_one(Announcement, number)):
                    lost.append(number)
        return lost


async def _no_longer_meant(session: AsyncSession, audience: Audience, rows: Sequence[Due]) -> dict[int, Held]:
    if audience.is_everybody:
        return {}
    people = {row.person_id for row in rows if row.person_id is not None}
    meant = set(await session.scalars(members(audience, Person.id).where(Person.id.in_(people))))
    return {row.id: Held(NO_LONGER_MEANT) for row in rows if row.person_id not in meant}


ByNumber = dict[int, list[Due]]


def _by_number(deliveries: Sequence[Due]) -> tuple[ByNumber, ByNumber]:
    """Those that an announcement or the plan of an event gave, by its number; not what people asked for themselves."""
    announced: ByNumber = {}
    reminded: ByNumber = {}
    for one in deliveries:
        if one.kind not in (Kind.ANNOUNCEMENT, Kind.REMINDER):
            continue
        word, number, *rest = one.about.split(":")
        if word == one.kind and number.isdigit() and not any(part.startswith("own") for part in rest):
            found = announced if one.kind == Kind.ANNOUNCEMENT else reminded
            found.setdefault(int(number), []).append(one)
    return announced, reminded
