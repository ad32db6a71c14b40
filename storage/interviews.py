"""Interviews: the times that staff offer, each taken by one person at most, and one for each person and series."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row


class InterviewSlot(Row):
    """One time on offer. Once taken, `event_id` is the event on the agenda of both."""

    __tablename__ = "interview_slots"
    __table_args__ = (UniqueConstraint("host_id", "starts_at"), UniqueConstraint("series", "person_id"))
    series: Mapped[str]
    host_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    zone: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))


async def free_slots(session: AsyncSession, now: datetime, limit: int = 20) -> Sequence[InterviewSlot]:
    """What may still be taken, in the order of time."""
    query = select(InterviewSlot).where(InterviewSlot.person_id.is_(None), InterviewSlot.starts_at > now)
    return (await session.scalars(query.order_by(InterviewSlot.starts_at, InterviewSlot.id).limit(limit))).all()


async def slot_of(session: AsyncSession, person_id: int, series: str) -> InterviewSlot | None:
    """The time that a person has taken in a series."""
    found: InterviewSlot | None = await session.scalar(
        select(InterviewSlot).where(InterviewSlot.person_id == person_id, InterviewSlot.series == series)
    )
    return found


async def slots_of(session: AsyncSession, person_id: int, now: datetime) -> Sequence[InterviewSlot]:
    """The times to come that a person has taken."""
    query = select(InterviewSlot).where(InterviewSlot.person_id == person_id, InterviewSlot.starts_at > now)
    return (await session.scalars(query.order_by(InterviewSlot.starts_at))).all()


async def take(session: AsyncSession, slot_id: int, person_id: int, now: datetime) -> bool:
    """Give a free time to a person; False when another was quicker, or the person has one of the series already."""
    try:
        async with session.begin_nested():
            result: Any = await session.execute(
                update(InterviewSlot)
                .where(InterviewSlot.id == slot_id, InterviewSlot.person_id.is_(None), InterviewSlot.starts_at > now)
                .values(person_id=person_id)
                .execution_options(synchronize_session="fetch")
            )
    except IntegrityError:
        return False
    return int(result.rowcount) == 1


async def give_back(session: AsyncSession, slot: InterviewSlot) -> None:
    """The time is free again."""
    slot.person_id, slot.event_id = None, None
    await session.flush()
