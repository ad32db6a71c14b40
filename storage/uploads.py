"""Files that somebody sent, for as long as it takes to decide what to do with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore

LIFE = timedelta(hours=1)


class Upload(Row):
    """One file, apart from the inbox so that no queue carries its weight; gone at `expires_at` at the latest.

    `answers` are the sender's, by column number, about columns whose names are not clear; `shown` is the
    fingerprint of what the sender was last shown, so that a button never does something else than what it said.
    """

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("platform", "update_id"),)
    platform: Mapped[str]
    update_id: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shown: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)


def upload_row(
    platform: str, update_id: str, name: str, media_type: str, content: bytes, received_at: datetime
) -> dict[str, Any]:
    """The columns of a file just received."""
    return {
        "platform": platform,
        "update_id": update_id,
        "name": name[-200:],
        "media_type": media_type[:200],
        "content": content,
        "person_id": None,
        "answers": {},
        "shown": "",
        "expires_at": received_at + LIFE,
    }


async def keep_uploads(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the files of a batch of updates; one of an update that is known already is passed over."""
    for row in rows:  # one statement each: a batch of large files would be one large statement
        await insert_or_ignore(session, Upload, [row])


async def upload_of(session: AsyncSession, platform: str, update_id: str) -> Upload | None:
    """The file that came with an update."""
    found: Upload | None = await session.scalar(
        select(Upload).where(Upload.platform == platform, Upload.update_id == update_id)
    )
    return found


async def upload_for(session: AsyncSession, upload_id: int, person_id: int, now: datetime) -> Upload | None:
    """That file if this person sent it and it has not expired; its row is locked until the transaction ends."""
    found: Upload | None = await session.scalar(
        select(Upload)
        .where(Upload.id == upload_id, Upload.person_id == person_id, Upload.expires_at > now)
        .with_for_update()
    )
    return found


async def content_of(session: AsyncSession, upload: Upload) -> bytes:
    """The bytes of a file."""
    return bytes((await session.scalars(select(Upload.content).where(Upload.id == upload.id))).one())


async def purge_uploads(session: AsyncSession, now: datetime) -> None:
    """Forget the files that have expired."""
    await session.execute(delete(Upload).where(Upload.expires_at <= now))
