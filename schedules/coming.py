"""The next instant at which time brings something: what a rehearsal moves to, step by step."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.coming import next_of_consultations
from storage.duetimes import next_due


async def next_moment(session: AsyncSession, after: datetime) -> datetime | None:
    """The first instant after `after` that is noted somewhere, or that the plan of a consultation gives."""
    instants = (await next_due(session, after), await next_of_consultations(session, after))
    return min((at for at in instants if at is not None), default=None)
