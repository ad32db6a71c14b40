"""Questions that went to staff: tickets, and what was asked and not understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row
from storage.network import setting, write_setting
from storage.outbox import Delivery, State


class TicketState(StrEnum):
    """open → answered, or closed without an answer."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ticket(Row):
    """A question for staff. `told` is what Concerte had answered, where the asker says that it is wrong.

    `chat` is the group or channel where it was asked, and where it is answered; empty when that was in private.
    `kept_as` is the key of the known answer (a topic) that was made of it.
    """

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_state_id", "state", "id"),)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    question: Mapped[str]
    told: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=TicketState.OPEN)
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    kept_as: Mapped[str] = mapped_column(default="")
    chat: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Unanswered(Row):
    """A question that was not understood or had no answer, for the weekly digest; nobody's name stands with it."""

    __tablename__ = "unanswered"
    question: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Room:
    """The channel or group in which staff want to see the tickets."""

    platform: str
    workspace: str
    chat: str


_ROOM = "ticket_room"


async def write_room(session: AsyncSession, room: Room | None) -> None:
    """From now on tickets go there; None: to each member of staff in private."""
    value = {} if room is None else {"platform": room.platform, "workspace": room.workspace, "chat": room.chat}
    await write_setting(session, _ROOM, value)


async def room_of_staff(session: AsyncSession) -> Room | None:
    """Where tickets go; None when no room was named."""
    kept = await setting(session, _ROOM)
    return Room(str(kept["platform"]), str(kept["workspace"]), str(kept["chat"])) if kept else None


async def is_lost(session: AsyncSession, room: Room) -> bool:
    """Whether the last ticket for the room could not be delivered: the bot was put out, or the room is no more."""
    query = (
        select(Delivery.state)
        .where(Delivery.platform == room.platform, Delivery.chat == room.chat, Delivery.about.like("ticket:%:room"))
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return await session.scalar(query) == State.FAILED


async def count_open(session: AsyncSession, before: datetime | None = None) -> int:
    """How many tickets wait for an answer, or of those asked before an instant."""
    query = select(func.count(Ticket.id)).where(Ticket.state == TicketState.OPEN)
    return int(await session.scalar(query if before is None else query.where(Ticket.asked_at < before)) or 0)


async def open_tickets(session: AsyncSession, limit: int = 20) -> Sequence[Ticket]:
    """The tickets that wait for an answer, oldest first."""
    query = select(Ticket).where(Ticket.state == TicketState.OPEN).order_by(Ticket.id).limit(limit)
    return (await session.scalars(query)).all()


async def unanswered_between(session: AsyncSession, start: datetime, end: datetime) -> Sequence[str]:
    """What was asked in that time and not answered, in order."""
    query = select(Unanswered.question).where(Unanswered.at >= start, Unanswered.at < end).order_by(Unanswered.id)
    return (await session.scalars(query)).all()
