"""The image or file of an announcement: kept once, however many deliveries refer to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row


class AnnouncementFile(Row):
    """One file. `references` are what platforms call it once they have it: `{"telegram": file_id}`."""

    __tablename__ = "announcement_files"
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    references: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


async def keep_file(
    session: AsyncSession, name: str, media_type: str, content: bytes, now: datetime
) -> AnnouncementFile:
    """Keep a file; returns its row."""
    row = AnnouncementFile(
        name=name, media_type=media_type, size=len(content), content=content, references={}, created_at=now
    )
    session.add(row)
    await session.flush()
    return row


async def drop_file(session: AsyncSession, number: int) -> None:
    """Forget a file that no announcement carries any more."""
    row = await session.get(AnnouncementFile, number)
    if row is not None:
        await session.delete(row)


async def file_content(session: AsyncSession, number: int) -> tuple[str, str, bytes] | None:
    """Name, media type and bytes of a file."""
    row = (
        await session.execute(
            select(AnnouncementFile.name, AnnouncementFile.media_type, AnnouncementFile.content).where(
                AnnouncementFile.id == number
            )
        )
    ).one_or_none()
    return (row[0], row[1], bytes(row[2])) if row is not None else None


async def file_reference(session: AsyncSession, number: int, platform: str) -> str:
    """What a platform calls the file; empty while it has not got it."""
    found = await session.scalar(select(AnnouncementFile.references).where(AnnouncementFile.id == number))
    return str((found or {}).get(platform, ""))


async def remember_reference(session: AsyncSession, number: int, platform: str, reference: str) -> None:
    """Keep what a platform calls the file; empty to have it sent afresh."""
    found = await session.scalar(
        select(AnnouncementFile.references).where(AnnouncementFile.id == number).with_for_update()
    )
    if found is not None:
        values = {**found, platform: reference}
        await session.execute(update(AnnouncementFile).where(AnnouncementFile.id == number).values(references=values))
