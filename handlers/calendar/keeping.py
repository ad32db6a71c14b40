"""Moving and cancelling events: what every way of keeping the agenda has in common."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from storage.agenda import Event, Precision, Status
from storage.outbox import Delivery, Kind, cancel_waiting


async def move_event(
    session: AsyncSession,
    event: Event,
    *,
    starts_on: date,
    ends_on: date | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    place: str | None = None,
    now: datetime,
) -> None:
    """Give an event another date: reminders of the old one that wait are cancelled, those of the new one follow.

    With `starts_at` the date is known to the minute, else to the day; `place` None leaves the place. Raises
    ValueError when it would end before it begins, or begin on another day than `starts_on` in the event's zone.
    """
    ends_on = ends_on or starts_on
    zone = ZoneInfo(event.zone)
    if starts_at is not None:
        ends_at = ends_at if ends_at is not None or event.starts_at is None else _as_long(event, starts_at, zone)
        if starts_at.astimezone(zone).date() != starts_on or (ends_at is not None and ends_at < starts_at):
            raise ValueError("an event begins on its first day, and ends after it began")
    if ends_on < starts_on:
        raise ValueError("an event ends after it began")
    fixed = event.precision == Precision.MONTH  # « à fixer » until now: nobody had another day in mind
    event.precision = Precision.MINUTE if starts_at is not None else Precision.DAY
    event.starts_on, event.ends_on = starts_on, ends_on
    event.starts_at, event.ends_at = starts_at, ends_at if starts_at is not None else None
    event.place = place if place is not None else event.place
    event.status = Status.CONFIRMED if fixed else Status.MOVED
    event.dated_at = now
    await _changed(session, event, "moved", now)


async def cancel_event(session: AsyncSession, event: Event, *, now: datetime) -> None:
    """Cancel an event: nobody is reminded of it any more."""
    event.status = Status.CANCELLED
    await _changed(session, event, "event cancelled", now)


def _as_long(event: Event, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The end that keeps an event as long as it was, if it ends on the day it begins."""
    if event.starts_at is None or event.ends_at is None:
        return None
    ends_at = starts_at + (event.ends_at - event.starts_at)
    same_day = ends_at.astimezone(zone).date() == starts_at.astimezone(zone).date()
    return ends_at if same_day and ends_at - starts_at < timedelta(days=1) else None


async def drop_reminders(session: AsyncSession, event: Event, reason: str, now: datetime) -> None:
    """What waits of an event's reminders does not leave: it has another date, or none any more."""
    await cancel_waiting(
        session,
        Delivery.kind == Kind.REMINDER,
        Delivery.about.like(f"reminder:{event.id}:%"),
        reason=reason,
        now=now,
    )


async def _changed(session: AsyncSession, event: Event, reason: str, now: datetime) -> None:
    event.sequence += 1
    event.edited_at = event.updated_at = now
    await session.flush()
    await drop_reminders(session, event, reason, now)
