"""Announcements: what staff broadcast, from its first draft to its last delivery, and who has read it.

    composing ──confirm──▶ scheduled ─▶ sending ──▶ ended
        │                      │  ▲        │ ▲
        └──▶ cancelled ◀───────┘  └─paused◀┘ │   (a paused one goes back to where it was)

Confirming freezes the audience: from then on there is one delivery for each recipient, unreachable ones included.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore
from storage.prepared import Prepared


class AnnouncementStatus(StrEnum):
    """Where an announcement stands."""

    COMPOSING = "composing"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    ENDED = "ended"


RECALL = "recalled"  # why something is cancelled that had arrived: it was taken back
OPEN = (AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING, AnnouncementStatus.PAUSED)


class Announcement(Row):
    """What staff broadcast. `text` is the small rich text; `revision` counts its versions, so that a button under an
    old preview sends nothing.

    `audience` is as chosen; after `frozen_at` the deliveries say who it was. `scheduled_at` is when it should leave,
    with `zone` the one it was said in; None is at once. After `expires_at` nothing more is sent.
    """

    __tablename__ = "announcements"
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    text: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default=AnnouncementStatus.COMPOSING, index=True)
    ack_wanted: Mapped[bool] = mapped_column(default=False)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    consultation_id: Mapped[int | None] = mapped_column(ForeignKey("consultations.id", ondelete="SET NULL"))
    file: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the file sent with it, what a message says
    zone: Mapped[str | None]
    scheduled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    frozen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    progress_id: Mapped[int | None]  # the delivery that shows its author how it goes
    progress_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


FOLLOWED = or_(
    *(Announcement.status == status for status in OPEN),
    and_(Announcement.status == AnnouncementStatus.CANCELLED, Announcement.progress_id.is_not(None)),
)
"""What is under way, or was stopped and its author has not seen that."""
ANY_UNDER_WAY = exists().where(FOLLOWED)
"""Whether there is an announcement that is to be followed."""

STATUS = Prepared(select(Announcement.status).where(Announcement.id == bindparam("announcement")))
"""Where the `announcement` of that number stands."""


class AnnouncementRead(Row):
    """That a person pressed « J’ai lu », and when."""

    __tablename__ = "announcement_reads"
    __table_args__ = (UniqueConstraint("announcement_id", "person_id"),)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


async def locked(session: AsyncSession, announcement_id: int) -> Announcement | None:
    """The announcement, locked until the transaction ends: of two presses the second one sees what the first did."""
    found: Announcement | None = await session.scalar(
        select(Announcement)
        .where(Announcement.id == announcement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def standing(session: AsyncSession, numbers: Collection[int]) -> Mapping[int, str]:
    """Where announcements stand; nobody pauses or stops them before the transaction ends."""
    if not numbers:
        return {}
    rows = await session.execute(
        select(Announcement.id, Announcement.status)
        .where(Announcement.id.in_(numbers))
        .order_by(Announcement.id)
        .with_for_update(read=True)
    )
    return {row.id: row.status for row in rows}


async def latest(session: AsyncSession, limit: int = 10) -> Sequence[Announcement]:
    """The announcements confirmed last, newest first."""
    return (
        await session.scalars(
            select(Announcement)
            .where(Announcement.frozen_at.is_not(None))
            .order_by(Announcement.frozen_at.desc(), Announcement.id.desc())
            .limit(limit)
        )
    ).all()


async def mark_read(session: AsyncSession, announcement_id: int, person_id: int, now: datetime) -> bool:
    """Remember that a person has read it; False when it was known."""
    row = {"announcement_id": announcement_id, "person_id": person_id, "at": now}
    return bool(await insert_or_ignore(session, AnnouncementRead, [row]))


async def readers(session: AsyncSession, announcement_id: int) -> int:
    """How many people have pressed « J’ai lu »."""
    query = select(func.count()).where(AnnouncementRead.announcement_id == announcement_id)
    return int(await session.scalar(query) or 0)
