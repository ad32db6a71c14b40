"""The agenda: events known to the minute, the day, the month or a span of months."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, select
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
    """

    __tablename__ = "events"
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
