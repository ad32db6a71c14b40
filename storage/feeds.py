"""Personal calendar feeds: a secret address for each person, of which only SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row
from storage.linking import digest, new_token


class CalendarFeed(Row):
    """The one feed of a person; making another ends it."""

    __tablename__ = "calendar_feeds"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime]


async def make_feed(session: AsyncSession, person_id: int, now: datetime) -> str:
    """A new feed's token, which is kept nowhere; the one before ends."""
    await end_feed(session, person_id)
    token = new_token()
    session.add(CalendarFeed(digest=digest(token), person_id=person_id, made_at=now))
    await session.flush()
    return token


async def end_feed(session: AsyncSession, person_id: int) -> bool:
    """End a person's feed; whether there was one."""
    gone = await session.scalars(
        delete(CalendarFeed).where(CalendarFeed.person_id == person_id).returning(CalendarFeed.id)
    )
    return bool(gone.all())


async def feed_owner(session: AsyncSession, token: str) -> int | None:
    """Whose feed it is; None of one that has ended or never was."""
    found: int | None = await session.scalar(select(CalendarFeed.person_id).where(CalendarFeed.digest == digest(token)))
    return found
