"""The inbox: every update received, once, and what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Row
from storage.sealing import Sealable

BLIND = "anonymous"


class InboxState(StrEnum):
    """pending → done, or failed when handling raised (the person got an apology)."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class InboxItem(Row):
    """One update. `sender` orders: one sender's updates are handled one after another.

    `payload` is emptied once handled: what people write is kept where it belongs, not here. Until then it is sealed
    where there is a key. An answer that is secret leaves its sender and hour here no longer either.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "update_id"),
        Index("ix_inbox_state_id", "state", "id"),
        Index("ix_inbox_sender_state", "sender", "state", "id"),
    )
    platform: Mapped[str]
    update_id: Mapped[str]
    sender: Mapped[str]
    state: Mapped[str] = mapped_column(default=InboxState.PENDING)
    payload: Mapped[dict[str, Any]] = mapped_column(Sealable(always=True))
    error: Mapped[str | None]
    stored_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


def blind(item: InboxItem) -> None:
    """Something anonymous was answered: who did it and when, nearer than the hour, is not kept."""
    item.sender = BLIND
    item.stored_at = item.handled_at = item.stored_at.replace(minute=0, second=0, microsecond=0)


ANY_PENDING = exists().where(InboxItem.state == InboxState.PENDING)
"""Whether an update waits, that of a process that died or is being handled by another included."""


async def next_pending(session: AsyncSession, but: Collection[int] = ()) -> InboxItem | None:
    """Lock the oldest update whose sender has none older waiting; others' locked rows are passed over, and `but`.

    The lock is the claim: it lasts as long as the transaction, so a kill gives the update back.
    """
    return next(iter(await pending_after(session, 0, 1, but)), None)


async def pending_after(session: AsyncSession, after: int, most: int, but: Collection[int] = ()) -> Sequence[InboxItem]:
    """The same for several updates with greater numbers, each of another sender."""
    older = aliased(InboxItem)
    earlier = (
        select(older.id)
        .where(older.sender == InboxItem.sender, older.state == InboxState.PENDING, older.id < InboxItem.id)
        .exists()
    )
    query = (
        select(InboxItem)
        .where(InboxItem.state == InboxState.PENDING, InboxItem.id > after, ~earlier)
        .order_by(InboxItem.id)
        .limit(most)
        .where(InboxItem.id.not_in(but) if but else true())
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def mark_done(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """Those updates have had their effect, and what was in them is kept no longer; one statement for all."""
    await session.execute(
        update(InboxItem)
        .where(InboxItem.id.in_(ids))
        .values(state=InboxState.DONE, payload={}, handled_at=now)
        .execution_options(synchronize_session=False)
    )
