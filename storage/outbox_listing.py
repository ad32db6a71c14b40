"""The outbox as an administrator handles it: what waits, failed or is in doubt, chosen by number or announcement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.announcements import Announcement, AnnouncementStatus
from storage.outbox import Delivery, State
from storage.people import Person

UNSETTLED = (State.WAITING, State.HELD, State.SENDING, State.FAILED, State.UNCERTAIN)
CANCELLED_BY_ADMIN = "cancelled by staff"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Deliveries by number, by announcement, or both; by state. Nothing given is everything."""

    ids: Sequence[int] = ()
    announcement: int | None = None
    states: Sequence[State] = ()

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """As conditions of a query."""
        found: list[ColumnElement[bool]] = []
        if self.ids:
            found.append(Delivery.id.in_(self.ids))
        if self.announcement is not None:
            found.append(Delivery.announcement_id == self.announcement)
        if self.states:
            found.append(Delivery.state.in_(self.states))
        return found


async def listed(session: AsyncSession, chosen: Chosen, limit: int) -> tuple[int, Sequence[tuple[Delivery, str]]]:
    """How many there are, and the first of them with the name of the person, oldest first."""
    total = int(await session.scalar(select(func.count()).select_from(Delivery).where(*chosen.where)) or 0)
    rows = await session.execute(
        select(Delivery, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == Delivery.person_id)
        .where(*chosen.where)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return total, [(row, f"{given or ''} {family or ''}".strip()) for row, given, family in rows]


async def cancel_chosen(session: AsyncSession, chosen: Chosen, now: datetime) -> int:
    """End what has not left, for good; returns how many."""
    result: Any = await session.execute(
        update(Delivery)
        .where(*chosen.where, Delivery.state.in_([State.WAITING, State.HELD]))
        .values(state=State.CANCELLED, reason=CANCELLED_BY_ADMIN, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


async def retry_chosen(session: AsyncSession, chosen: Chosen, now: datetime) -> int:
    """Send again what failed or is in doubt; returns how many. Their announcements are under way again.

    What is in doubt may arrive twice. What was erased meanwhile has nothing left to send and stays as it is. So does an
    announcement that was stopped or taken back; its corrections may be made again.
    """
    over = exists().where(
        Announcement.id == Delivery.announcement_id, Announcement.status == AnnouncementStatus.CANCELLED
    )
    ended = Delivery.state.in_([State.FAILED, State.UNCERTAIN])
    again = (
        await session.execute(
            select(Delivery.id, Delivery.announcement_id)
            .where(*chosen.where, ended, Delivery.chat != "", or_(Delivery.edits != "", ~over))
            .order_by(Delivery.id)
            .with_for_update()
        )
    ).all()
    ids, announcements = [row[0] for row in again], {row[1] for row in again if row[1] is not None}
    for first in range(0, len(ids), 1000):
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids[first : first + 1000]))
            .values(state=State.WAITING, reason="", tries=0, not_before=0.0, due_at=now, ended_at=None, expires_at=None)
            .execution_options(synchronize_session=False)
        )
    await session.execute(
        update(Announcement)
        .where(Announcement.id.in_(announcements), Announcement.status == AnnouncementStatus.ENDED)
        .values(status=AnnouncementStatus.SENDING, ended_at=None, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(ids)
