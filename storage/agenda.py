"""The agenda: events known to the minute, the day, the month or a span of months."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Row
from storage.network import Region


class Precision(StrEnum):
    """How exactly the date of an event is known."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Status(StrEnum):
    """Where an event stands."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Event(Row):
    """Something on the agenda.

    `starts_on` and `ends_on` are calendar dates in `zone`, both included; with month precision they are the first
    day of the first month and the last day of the last one. `starts_at` and `ends_at` are instants, known only
    with minute precision. `audience` is `{"roles": […], "regions": [codes], "kinds": […]}`; an empty or absent
    list means everybody. `edited_at` is set when staff change the event: from then on the pack leaves it alone.
    `uid` is the iCalendar UID that the event came with, or that of its series; `occurrence` is the date that the rule
    of the series gave it, `20240611` or `20240611T080000Z`, whatever it was moved to since; empty outside a series.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_uid_occurrence", "uid", "occurrence", unique=True),)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="event")  # event, phase, workshop, deadline: words of the pack
    precision: Mapped[str]
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    zone: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.PLANNED)
    place: Mapped[str | None]
    remote: Mapped[bool] = mapped_column(default=False)
    video_link: Mapped[str | None]
    seats: Mapped[int | None]  # on site; None: as many as come
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"), index=True)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    public: Mapped[bool] = mapped_column(default=True)
    aliases: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # further facts of the pack: programme, organiser…
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    position: Mapped[int | None]  # the number of a phase
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    sequence: Mapped[int] = mapped_column(default=0)
    dated_at: Mapped[datetime | None]  # since when this date stands: what would have been due before is not sent
    seed_digest: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    uid: Mapped[str | None]
    occurrence: Mapped[str] = mapped_column(default="")
    import_sequence: Mapped[int | None]  # of the calendar file that brought it; a lower one is older and passed over
    import_digest: Mapped[str | None]
    region: Mapped[Region | None] = relationship(lazy="raise")


async def all_events(session: AsyncSession) -> Sequence[Event]:
    """The whole agenda in the order of time."""
    return (await session.scalars(select(Event).order_by(Event.starts_on, Event.starts_at, Event.id))).all()


async def events_between(session: AsyncSession, first: date, last: date) -> Sequence[Event]:
    """Events that touch the days from `first` to `last`, both included, in the order of time."""
    return (
        await session.scalars(
            select(Event)
            .where(Event.starts_on <= last, Event.ends_on >= first)
            .order_by(Event.starts_on, Event.starts_at, Event.id)
        )
    ).all()


async def events_of_uids(session: AsyncSession, uids: Collection[str]) -> Sequence[Event]:
    """The events that came with those UIDs, alone or in series, in the order of time."""
    found: list[Event] = []
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        found += await session.scalars(select(Event).where(Event.uid.in_(chunk)))
    return sorted(found, key=lambda event: (event.starts_on, event.occurrence, event.id))


async def events_of_keys(session: AsyncSession, keys: Collection[str]) -> Sequence[Event]:
    """The events with those keys."""
    found: list[Event] = []
    wanted = sorted(keys)
    for start in range(0, len(wanted), 500):
        found += await session.scalars(select(Event).where(Event.key.in_(wanted[start : start + 500])))
    return found


async def series_from(session: AsyncSession, event: Event) -> Sequence[Event]:
    """An event of a series and those that follow it by the rule, cancelled ones left out; alone without a series."""
    if not event.occurrence:
        return [event]
    return (
        await session.scalars(
            select(Event)
            .where(Event.uid == event.uid, Event.occurrence >= event.occurrence, Event.status != Status.CANCELLED)
            .order_by(Event.occurrence)
        )
    ).all()
