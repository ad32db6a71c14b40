"""Reminders that people asked for themselves, each of one event: « la veille à 18 h », « dans une heure »."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.agenda import Event
from storage.audiences import Audience, calendar_columns, members
from storage.base import Row, insert_or_ignore
from storage.network import home
from storage.people import Person

MOST = 30  # that one person may have waiting


class OwnReminder(Row):
    """What one person asked for of one event.

    `rule` says when, as `handlers.calendar.moments` writes it. `due_at` is the instant that comes of it in `zone`;
    None when there is none for now: the date is not fixed, the event is cancelled, or `sent_for` (the date for which
    it was sent last) is the date that the event has. So it follows an event that moves, and is sent once for a date.
    """

    __tablename__ = "own_reminders"
    __table_args__ = (UniqueConstraint("person_id", "event_id", "rule"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    zone: Mapped[str] = mapped_column(default="")
    sent_for: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of them with its event, its person, and the zone and holidays that the person has now."""

    row: OwnReminder
    event: Event
    person: Person
    zone: str
    holidays: str


async def add_own(
    session: AsyncSession, person_id: int, event_id: int, rule: str, due_at: datetime | None, zone: str, now: datetime
) -> bool:
    """Keep what somebody asked for; False when they had asked for it before."""
    row = {"person_id": person_id, "event_id": event_id, "rule": rule, "due_at": due_at, "zone": zone}
    if await insert_or_ignore(session, OwnReminder, [{**row, "sent_for": "", "created_at": now}]):
        return True
    same = (OwnReminder.person_id == person_id, OwnReminder.event_id == event_id, OwnReminder.rule == rule)
    await session.execute(update(OwnReminder).where(*same).values(due_at=due_at, zone=zone))
    return False


async def how_many_own(session: AsyncSession, person_id: int) -> int:
    """How many a person has."""
    return int(await session.scalar(select(func.count(OwnReminder.id)).where(OwnReminder.person_id == person_id)) or 0)


async def drop_all_own(session: AsyncSession, person_id: int, event_id: int) -> None:
    """Take back all that a person asked for of an event."""
    await session.execute(
        delete(OwnReminder).where(OwnReminder.person_id == person_id, OwnReminder.event_id == event_id)
    )


async def own_of(session: AsyncSession, person_id: int) -> Sequence[tuple[OwnReminder, Event]]:
    """A person's, with their events: those with an instant first, in the order of time."""
    rows = await session.execute(
        select(OwnReminder, Event)
        .join(Event, Event.id == OwnReminder.event_id)
        .where(OwnReminder.person_id == person_id)
        .order_by(OwnReminder.due_at.is_(None), OwnReminder.due_at, OwnReminder.id)
    )
    return [(row, event) for row, event in rows]


async def drop_own(session: AsyncSession, person_id: int, number: int) -> OwnReminder | None:
    """Take back one of a person's own; None when it is not theirs, or gone. Returns it as it was."""
    found: OwnReminder | None = await session.scalar(
        select(OwnReminder).where(OwnReminder.id == number, OwnReminder.person_id == person_id).with_for_update()
    )
    if found is not None:
        await session.delete(found)
        await session.flush()
    return found


async def look_again(session: AsyncSession, event_ids: Sequence[int], now: datetime) -> None:
    """What anybody asked for of those events is due to be looked at: they have changed."""
    await session.execute(
        update(OwnReminder)
        .where(OwnReminder.event_id.in_(event_ids))
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def any_own_due(calendar: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether one is due; whose zone has changed is not among it."""
    return exists().where(OwnReminder.due_at <= calendar)


async def own_to_look_at(session: AsyncSession, now: datetime, horizon: datetime, limit: int) -> Sequence[Wanted]:
    """What is due by `now`, and what is due by `horizon` for a person whose zone has changed since.

    The first ones first; locked, and what another process holds is left to it. Only what is due soon is looked at,
    whatever waits for later: no change of zone moves an instant by more than lies between now and the horizon.
    """
    calendars = await _calendars(session)
    moved = and_(OwnReminder.zone != "", OwnReminder.zone != calendars[0])
    due = OwnReminder.due_at <= horizon, or_(OwnReminder.due_at <= now, moved)
    return await _wanted(session, calendars, *due, limit=limit)


async def _calendars(session: AsyncSession) -> tuple[ColumnElement[str], ColumnElement[str]]:
    return calendar_columns(await home(session))


async def _wanted(
    session: AsyncSession,
    calendars: tuple[ColumnElement[str], ColumnElement[str]],
    *where: ColumnElement[bool],
    limit: int | None = None,
) -> Sequence[Wanted]:
    rows = await session.execute(
        members(Audience(), OwnReminder, Event, Person, *calendars)
        .join(OwnReminder, OwnReminder.person_id == Person.id)
        .join(Event, Event.id == OwnReminder.event_id)
        .where(*where)
        .order_by(OwnReminder.due_at, OwnReminder.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OwnReminder)
    )
    return [Wanted(row, event, person, zone, holidays) for row, event, person, zone, holidays in rows]
