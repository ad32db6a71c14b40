"""What people answer to an invitation: who comes, how, with which needs, and who waits for a seat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.agenda import Event
from storage.base import Row, insert_or_ignore
from storage.network import Region, Structure
from storage.outbox import Delivery, Kind, State, cancel_waiting
from storage.people import Person

NOT_WANTED = "not coming"  # why a reminder that waited is not sent


class Coming(StrEnum):
    """An answer to an invitation; NOTHING is none yet."""

    NOTHING = ""
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Mode(StrEnum):
    """How somebody comes; UNSAID of those who do not, or not surely."""

    UNSAID = ""
    ON_SITE = "on_site"
    REMOTE = "remote"


class Rsvp(Row):
    """One person's answer to one event. `muted`: no reminder of it, whatever the answer.

    `waiting` is somebody who would come on site when there is no seat left; the first by `at` gets the next one.
    """

    __tablename__ = "rsvps"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    answer: Mapped[str] = mapped_column(default=Coming.NOTHING)
    mode: Mapped[str] = mapped_column(default=Mode.UNSAID)
    needs: Mapped[str] = mapped_column(default="")
    waiting: Mapped[bool] = mapped_column(default=False)
    muted: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


async def reply_of(session: AsyncSession, event_id: int, person_id: int) -> Rsvp | None:
    """What a person has answered to an event."""
    found: Rsvp | None = await session.scalar(
        select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.person_id == person_id)
    )
    return found


async def reply_row(session: AsyncSession, event_id: int, person_id: int, now: datetime) -> Rsvp:
    """The same, made when there is none."""
    blank = {"answer": "", "mode": "", "needs": "", "waiting": False, "muted": False, "at": now}
    await insert_or_ignore(session, Rsvp, [{"event_id": event_id, "person_id": person_id, **blank}])
    found = await reply_of(session, event_id, person_id)
    assert found is not None
    return found


async def answer(
    session: AsyncSession, event: Event, person_id: int, coming: Coming, mode: Mode, now: datetime
) -> tuple[Rsvp, list[int]]:
    """Record an answer; returns it, and the people who got a seat by it, in their order.

    Two answers to one event are one after the other, so a seat is never given twice. Whoever had a seat or a place
    in the list and says the same again keeps it.
    """
    await _lock(session, event)
    row = await reply_row(session, event.id, person_id, now)
    if (row.answer, row.mode) != (coming, mode):
        seated = coming == Coming.YES and mode == Mode.ON_SITE
        row.answer, row.mode, row.at = coming, mode, now
        row.waiting = False
        await session.flush()
        row.waiting = seated and event.seats is not None and await _seated(session, event) > event.seats
        await session.flush()
    await _reminders(session, event.id, person_id, wanted=coming != Coming.NO and not row.muted, now=now)
    return row, await promote(session, event)


async def mute(session: AsyncSession, event_id: int, person_id: int, now: datetime, *, on: bool) -> None:
    """No reminder of this event any more, or reminders again."""
    row = await reply_row(session, event_id, person_id, now)
    row.muted = on
    await session.flush()
    await _reminders(session, event_id, person_id, wanted=not on and row.answer != Coming.NO, now=now)


async def promote(session: AsyncSession, event: Event) -> list[int]:
    """Give the seats that are free to those who wait, the first first; returns who got one."""
    await _lock(session, event)
    waiting = select(Rsvp).where(Rsvp.event_id == event.id, Rsvp.waiting.is_(True)).order_by(Rsvp.at, Rsvp.id)
    if event.seats is not None:
        waiting = waiting.limit(max(0, event.seats - await _seated(session, event)))
    promoted = []
    for row in (await session.scalars(waiting)).all():
        row.waiting = False
        promoted.append(row.person_id)
    await session.flush()
    return promoted


async def replies_of(session: AsyncSession, event_id: int, person_ids: Collection[int]) -> dict[int, Rsvp]:
    """The answers of some people to an event."""
    query = select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.person_id.in_(person_ids))
    return {row.person_id: row for row in await session.scalars(query)}


async def answers_of(session: AsyncSession, person_id: int) -> dict[int, Rsvp]:
    """What a person has answered, by event."""
    return {row.event_id: row for row in await session.scalars(select(Rsvp).where(Rsvp.person_id == person_id))}


async def answered(
    session: AsyncSession, event_id: int, regions: Collection[int] | None
) -> Sequence[tuple[Rsvp, Person, str, str]]:
    """Who has answered, with structure and region, by region and name; `regions` limits them to some regions."""
    query = (
        select(Rsvp, Person, func.coalesce(Structure.name, ""), func.coalesce(Region.name, ""))
        .join(Person, Person.id == Rsvp.person_id)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
        .where(Rsvp.event_id == event_id, Rsvp.answer != Coming.NOTHING)
        .order_by(func.coalesce(Region.name, ""), Person.family_name, Person.given_name, Person.id)
    )
    if regions is not None:
        query = query.where(Region.id.in_(regions))
    return [(row, person, house, region) for row, person, house, region in await session.execute(query)]


def wants_reminders(event_id: int) -> ColumnElement[bool]:
    """Of `Person`: neither said no to the event nor wants no reminder of it."""
    refused = select(Rsvp.id).where(
        Rsvp.event_id == event_id,
        Rsvp.person_id == Person.id,
        or_(Rsvp.answer == Coming.NO, Rsvp.muted.is_(True)),
    )
    return ~refused.exists()


async def _seated(session: AsyncSession, event: Event) -> int:
    """How many seats are taken."""
    taken = select(func.count(Rsvp.id)).where(
        Rsvp.event_id == event.id,
        Rsvp.answer == Coming.YES,
        Rsvp.mode == Mode.ON_SITE,
        Rsvp.waiting.is_(False),
    )
    return int(await session.scalar(taken) or 0)


async def _lock(session: AsyncSession, event: Event) -> None:
    await session.execute(select(Event.id).where(Event.id == event.id).with_for_update())


async def _reminders(session: AsyncSession, event_id: int, person_id: int, *, wanted: bool, now: datetime) -> None:
    """Take back the reminders that wait, or let go those that were taken back for that reason."""
    theirs = (
        Delivery.kind == Kind.REMINDER,
        Delivery.person_id == person_id,
        Delivery.about.like(f"reminder:{event_id}:%"),
    )
    if not wanted:
        await cancel_waiting(session, *theirs, reason=NOT_WANTED, now=now)
        return
    await session.execute(
        update(Delivery)
        .where(*theirs, Delivery.state == State.CANCELLED, Delivery.reason == NOT_WANTED, Delivery.expires_at > now)
        .values(state=State.WAITING, reason="", ended_at=None)
        .execution_options(synchronize_session=False)
    )
