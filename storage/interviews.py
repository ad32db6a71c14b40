"""Interviews: the times that staff offer, each taken by one person at most, and one for each person and series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.agenda import Event, Status
from storage.base import Row, insert_or_ignore
from storage.network import Structure
from storage.people import Person


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

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time on offer with who offers it, and who has taken it, with their structure; None while it is free."""

    slot: InterviewSlot
    host: Person
    guest: Person | None
    structure: str


async def offer(
    session: AsyncSession, host_id: int, starts: Iterable[datetime], minutes: int, zone: str, place: str, series: str
) -> int:
    """Put times on offer; one that overlaps another of the same host is passed over. Returns how many are new."""
    query = select(InterviewSlot).where(InterviewSlot.host_id == host_id)
    taken = [(slot.starts_at, slot.ends_at) for slot in await session.scalars(query)]
    length = timedelta(minutes=minutes)
    rows: list[dict[str, Any]] = []
    for at in sorted(starts):
        if any(at < ends and begins < at + length for begins, ends in taken):
            continue
        taken.append((at, at + length))
        rows.append({"host_id": host_id, "starts_at": at, "minutes": minutes, "zone": zone, "place": place})
    blank = {"series": series, "person_id": None, "event_id": None}
    return await insert_or_ignore(session, InterviewSlot, [{**blank, **row} for row in rows])


async def appointments(
    session: AsyncSession, now: datetime, *, free: bool = False, limit: int | None = None
) -> Sequence[Appointment]:
    """The times to come in their order, or only those that may still be taken."""
    host, guest = aliased(Person), aliased(Person)
    query = (
        select(InterviewSlot, host, guest, func.coalesce(Structure.name, ""))
        .join(host, host.id == InterviewSlot.host_id)
        .outerjoin(guest, guest.id == InterviewSlot.person_id)
        .outerjoin(Structure, Structure.id == guest.structure_id)
        .where(InterviewSlot.starts_at > now)
        .order_by(InterviewSlot.starts_at, InterviewSlot.id)
        .limit(limit)
    )
    if free:
        query = query.where(InterviewSlot.person_id.is_(None))
    return [Appointment(slot, one, other, house) for slot, one, other, house in await session.execute(query)]


async def any_slot(session: AsyncSession) -> bool:
    """Whether interviews have ever been offered here."""
    return await session.scalar(select(InterviewSlot.id).limit(1)) is not None


async def slot_of(session: AsyncSession, person_id: int, series: str) -> InterviewSlot | None:
    """The time that a person has taken in a series."""
    found: InterviewSlot | None = await session.scalar(
        select(InterviewSlot).where(InterviewSlot.person_id == person_id, InterviewSlot.series == series)
    )
    return found


async def free_what_was_cancelled(session: AsyncSession, event: Event) -> None:
    """Staff have cancelled the event of an interview: nobody has taken its time any more, and it is not on offer."""
    if event.status == Status.CANCELLED:
        await session.execute(delete(InterviewSlot).where(InterviewSlot.event_id == event.id))


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
