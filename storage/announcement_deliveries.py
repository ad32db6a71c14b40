"""The deliveries of an announcement: what became of them, and keeping back, ending or repeating them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.announcements import AnnouncementRead
from storage.audiences import Audience, calendars, living_by
from storage.network import Region, Structure, home
from storage.outbox import Delivery, Priority, State
from storage.people import Person

UNSENT = (State.WAITING, State.HELD)
CANCELLED_BY_STAFF = "cancelled by staff"

Due = Callable[[str, str], datetime]
"""When something may leave for readers of a zone and a calendar of holidays."""


async def outcomes(session: AsyncSession, announcement_id: int) -> Mapping[tuple[str, str], int]:
    """How many deliveries of an announcement stand where and why: counts by state and reason."""
    rows = await session.execute(
        select(Delivery.state, Delivery.reason, func.count())
        .where(first_of(announcement_id))
        .group_by(Delivery.state, Delivery.reason)
    )
    return {(state, reason): int(count) for state, reason, count in rows}


async def is_over(session: AsyncSession, announcement_id: int) -> bool:
    """Whether every delivery of an announcement has its end."""
    open_states = (*UNSENT, State.SENDING)
    query = select(Delivery.id).where(Delivery.announcement_id == announcement_id, Delivery.state.in_(open_states))
    return await session.scalar(query.limit(1)) is None


async def ended_since(session: AsyncSession, announcement_id: int, since: datetime, *states: State) -> int:
    """How many deliveries came to one of those ends since then."""
    query = select(func.count()).where(
        Delivery.announcement_id == announcement_id, Delivery.state.in_(states), Delivery.ended_at >= since
    )
    return int(await session.scalar(query) or 0)


async def recipients_in(
    session: AsyncSession, announcement_id: int, states: Sequence[str], limit: int
) -> Sequence[tuple[str, str, str, str]]:
    """Name, structure, state and reason of recipients whose delivery stands there, by name."""
    rows = await session.execute(
        select(Person.given_name, Person.family_name, Structure.name, Delivery.state, Delivery.reason)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .where(first_of(announcement_id), Delivery.state.in_(states))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(limit)
    )
    return [(f"{given} {family}".strip(), house or "", state, reason) for given, family, house, state, reason in rows]


async def every_outcome(session: AsyncSession, announcement_id: int) -> Sequence[tuple[Any, ...]]:
    """One row for each recipient, by name: given and family name, structure, region, platform, state, reason, doubts,
    tries, when it ended, when it was read. Of somebody who was erased the names are empty.
    """
    rows = await session.execute(
        select(
            Person.given_name,
            Person.family_name,
            Structure.name,
            Region.name,
            Delivery.platform,
            Delivery.state,
            Delivery.reason,
            Delivery.doubts,
            Delivery.tries,
            Delivery.ended_at,
            AnnouncementRead.at,
        )
        .select_from(Delivery)
        .outerjoin(Person, Person.id == Delivery.person_id)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
        .outerjoin(
            AnnouncementRead,
            and_(AnnouncementRead.announcement_id == announcement_id, AnnouncementRead.person_id == Delivery.person_id),
        )
        .where(first_of(announcement_id))
        .order_by(Person.family_name, Person.given_name, Delivery.id)
    )
    return [tuple(row) for row in rows]


async def was_meant(session: AsyncSession, announcement_id: int, person_id: int) -> bool:
    """Whether a person is among the frozen recipients."""
    about = f"announcement:{announcement_id}:person:{person_id}"
    return await session.scalar(select(Delivery.id).where(Delivery.about == about)) is not None


async def hold(session: AsyncSession, announcement_id: int) -> int:
    """Keep back what has not been sent, but for corrections of what arrived; returns how many deliveries."""
    return await _move(session, first_of(announcement_id), (State.WAITING,), state=State.HELD)


async def cancel(session: AsyncSession, announcement_id: int, now: datetime) -> int:
    """Never send what has not been sent, but for corrections of what arrived; returns how many deliveries."""
    mine = first_of(announcement_id)
    return await _move(session, mine, UNSENT, state=State.CANCELLED, reason=CANCELLED_BY_STAFF, ended_at=now)


async def release(session: AsyncSession, announcement_id: int, due: Due, now: datetime) -> int:
    """Let go what was held: what was due meanwhile, at `due(zone, holidays)`; returns how many deliveries."""
    await _put_off(session, due, now, Delivery.announcement_id == announcement_id, Delivery.state == State.HELD)
    return await _move(session, Delivery.announcement_id == announcement_id, (State.HELD,), state=State.WAITING)


async def again(session: AsyncSession, announcement_id: int, state: State, due: Due, now: datetime) -> int:
    """Send again what is in doubt, or what failed, because staff ask; returns how many deliveries."""
    moved = await _move(
        session,
        Delivery.announcement_id == announcement_id,
        (state,),
        state=State.WAITING,
        reason="",
        tries=0,
        not_before=0.0,
        ended_at=None,
        expires_at=None,
    )
    late = (Delivery.announcement_id == announcement_id, Delivery.state == State.WAITING, Delivery.edits == "")
    await _put_off(session, due, now, *late)
    return moved


async def put_off_all(session: AsyncSession, due: Due, now: datetime) -> None:
    """After an emergency stop: everything but replies that was due meanwhile leaves by its reader's calendar."""
    silent = Delivery.edits != ""  # wakes nobody
    await _put_off(session, due, now, Delivery.state == State.WAITING, Delivery.priority != Priority.REPLY, ~silent)


async def expire_held(session: AsyncSession, now: datetime) -> int:
    """End what is held beyond its date; returns how many deliveries."""
    result: Any = await session.execute(
        update(Delivery)
        .where(Delivery.state == State.HELD, Delivery.expires_at <= now)
        .values(state=State.EXPIRED, reason="expired", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


async def _put_off(session: AsyncSession, due: Due, now: datetime, *where: ColumnElement[bool]) -> None:
    """What was due in the past leaves by the calendar of each recipient: they may be asleep by now."""
    late = (*where, Delivery.due_at < now)
    house = await home(session)
    for calendar in await calendars(session, Audience(), Person.id.in_(select(Delivery.person_id).where(*late))):
        await session.execute(
            update(Delivery)
            .where(*late, Delivery.person_id.in_(living_by(calendar, house)))
            .values(due_at=due(*calendar))
            .execution_options(synchronize_session=False)
        )


async def _move(session: AsyncSession, which: ColumnElement[bool], states: Sequence[State], **values: Any) -> int:
    result: Any = await session.execute(
        update(Delivery)
        .where(which, Delivery.state.in_(states))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


def first_of(announcement_id: int) -> ColumnElement[bool]:
    """The first deliveries of an announcement, one for each recipient; later ones correct what was sent."""
    return (Delivery.announcement_id == announcement_id) & Delivery.about.startswith("announcement:")
