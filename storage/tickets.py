"""Questions that went to staff: tickets, and what was asked and not understood."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row


class TicketState(StrEnum):
    """open → answered, or closed without an answer."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ticket(Row):
    """A question for staff. `told` is what Concerte had answered, where the asker says that it is wrong.

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
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Unanswered(Row):
    """A question that was not understood or had no answer, for the weekly digest; nobody's name stands with it."""

    __tablename__ = "unanswered"
    question: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


async def open_tickets(session: AsyncSession, limit: int = 20) -> Sequence[Ticket]:
    """The tickets that wait for an answer, oldest first."""
    query = select(Ticket).where(Ticket.state == TicketState.OPEN).order_by(Ticket.id).limit(limit)
    return (await session.scalars(query)).all()


async def unanswered_between(session: AsyncSession, start: datetime, end: datetime) -> Sequence[str]:
    """What was asked in that time and not answered, in order."""
    query = select(Unanswered.question).where(Unanswered.at >= start, Unanswered.at < end).order_by(Unanswered.id)
    return (await session.scalars(query)).all()
