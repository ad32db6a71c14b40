"""When to look at an event again: a note the reminders' tick leaves for itself, rebuilt from the event at will.

There is one row for each event, not for each person and reminder: who is to be reminded is asked when it is due
(see docs/decisions/0012).
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.agenda import Event
from storage.base import Row, insert_or_ignore
from storage.network import Region, Structure, home
from storage.people import Person


class NextReminder(Row):
    """When the next reminder of an event is due for anybody; None when there is none left.

    The rest is what it was worked out from: where the event or the `calendars` differ, it is worked out again.
    """

    __tablename__ = "next_reminders"
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    due_at: Mapped[datetime | None]
    status: Mapped[str]
    starts_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    calendars: Mapped[str]


async def events_to_look_at(
    session: AsyncSession, now: datetime, since: date, calendars: str, limit: int
) -> Sequence[tuple[Event, NextReminder | None]]:
    """Events from `since` on with a reminder due, or changed since they were last looked at; the first ones first."""
    rows = await session.execute(
        select(Event, NextReminder)
        .outerjoin(NextReminder, NextReminder.event_id == Event.id)
        .where(
            Event.starts_on >= since,
            or_(
                NextReminder.id.is_(None),
                NextReminder.due_at <= now,
                NextReminder.updated_at != Event.updated_at,
                NextReminder.status != Event.status,
                NextReminder.starts_on != Event.starts_on,
                NextReminder.starts_at.is_distinct_from(Event.starts_at),
                NextReminder.calendars != calendars,
            ),
        )
        .order_by(Event.starts_on, Event.starts_at, Event.id)
        .limit(limit)
    )
    return [(event, note) for event, note in rows]


async def note_next(session: AsyncSession, event: Event, due_at: datetime | None, calendars: str) -> None:
    """Remember when to look at an event again."""
    values = {
        "due_at": due_at,
        "status": event.status,
        "starts_on": event.starts_on,
        "starts_at": event.starts_at,
        "updated_at": event.updated_at,
        "calendars": calendars,
    }
    note = await session.scalar(select(NextReminder).where(NextReminder.event_id == event.id))
    if note is None:
        await insert_or_ignore(session, NextReminder, [{"event_id": event.id, **values}])
    else:
        for name, value in values.items():
            setattr(note, name, value)


async def all_calendars(session: AsyncSession) -> list[tuple[str, str]]:
    """Every zone and calendar of holidays that somebody may have together: more than there are, but asked cheaply.

    Those of the regions, and each zone of one's own, a structure's or a person's, with the holidays of every region.
    """
    here = await home(session)
    regions = (await session.execute(select(Region.zone, Region.holidays))).all()
    pairs = {here, *((zone or here[0], holidays or here[1]) for zone, holidays in regions)}
    structures = await session.scalars(select(Structure.zone).where(Structure.zone.is_not(None)).distinct())
    people = await session.scalars(select(Person.zone).where(Person.zone.is_not(None)).distinct())
    own = {zone for zone in (*structures, *people) if zone}
    return sorted(pairs | {(zone, holidays) for zone in own for _, holidays in pairs})
