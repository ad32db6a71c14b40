"""The next instant that some row is noted for."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.consultations import Consultation
from storage.outbox import Delivery, State
from storage.own_reminders import OwnReminder
from storage.reminders import NextReminder


async def next_due(session: AsyncSession, after: datetime) -> datetime | None:
    """The first instant after `after` that is noted for a reminder, a delivery or a consultation; None if none is."""
    found: list[datetime] = []
    for column, where in (
        (NextReminder.due_at, NextReminder.due_at > after),
        (OwnReminder.due_at, OwnReminder.due_at > after),
        (Delivery.due_at, (Delivery.state == State.WAITING) & (Delivery.due_at > after)),
        (Consultation.opens_at, Consultation.opens_at > after),
        (Consultation.closes_at, Consultation.closes_at > after),
    ):
        at = await session.scalar(select(func.min(column)).where(where))
        if at is not None:
            found.append(at)
    return min(found, default=None)
