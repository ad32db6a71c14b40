"""Polls posted in a Slack channel or a Telegram group: where each stands, and what its message shows.

A row without a chat was asked for by somebody of the staff and waits until they say where. The message and its edits
are deliveries about `poll:<id>:<number>`, one after another: a new one is written when the last has ended.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, UniqueConstraint, exists, func, select
from sqlalchemy import Row as Found
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.ballots import BallotTrace
from storage.base import Id, Row, insert_or_ignore
from storage.consultations import Consultation
from storage.outbox import Attempt, Delivery


class ChannelPoll(Row):
    """One poll in one channel. `shown` says of which state of the count the last text was made.

    `message_ref` and `chat` are of the message as it last arrived; `delivery_id` is the last thing written for it.
    """

    __tablename__ = "channel_polls"
    __table_args__ = (UniqueConstraint("consultation_id", "platform", "workspace", "chat"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime]
    platform: Mapped[str] = mapped_column(default="")
    workspace: Mapped[str] = mapped_column(default="")
    chat: Mapped[str] = mapped_column(default="")
    message_ref: Mapped[str] = mapped_column(default="")
    delivery_id: Mapped[int | None] = mapped_column(Id)
    number: Mapped[int] = mapped_column(default=0)  # of the last delivery
    shown: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


_MAY_CHANGE = ChannelPoll.ended_at.is_(None), ChannelPoll.chat != ""
ANY_OPEN_POLL = exists().where(*_MAY_CHANGE)
"""Whether there is a poll whose message may still change."""


async def ask_for_place(session: AsyncSession, consultation_id: int, person_id: int, now: datetime) -> None:
    """Somebody of the staff wants the poll in a channel, and will say there which."""
    row = {
        "consultation_id": consultation_id,
        "asked_by": person_id,
        "asked_at": now,
        **dict.fromkeys(("platform", "workspace", "chat", "message_ref", "shown"), ""),
        "delivery_id": None,
        "number": 0,
        "ended_at": None,
    }
    if not await insert_or_ignore(session, ChannelPoll, [row]):
        waiting = await session.scalar(
            select(ChannelPoll).where(ChannelPoll.consultation_id == consultation_id, ChannelPoll.chat == "")
        )
        if waiting is not None:
            waiting.asked_by, waiting.asked_at = person_id, now


async def asked_for(session: AsyncSession, person_id: int) -> ChannelPoll | None:
    """The poll that this person wants in a channel, the one asked for last; locked."""
    found: ChannelPoll | None = await session.scalar(
        select(ChannelPoll)
        .where(ChannelPoll.asked_by == person_id, ChannelPoll.chat == "")
        .order_by(ChannelPoll.asked_at.desc(), ChannelPoll.id.desc())
        .limit(1)
        .with_for_update()
    )
    return found


async def stands_here(session: AsyncSession, consultation_id: int, platform: str, workspace: str, chat: str) -> bool:
    """Whether that poll stands in that chat."""
    here = select(ChannelPoll.id).where(
        ChannelPoll.consultation_id == consultation_id,
        ChannelPoll.platform == platform,
        ChannelPoll.workspace == workspace,
        ChannelPoll.chat == chat,
    )
    return await session.scalar(here) is not None


class Place(NamedTuple):
    """A channel where a poll stands, and what is known of its message there."""

    poll_id: int
    consultation_id: int
    platform: str
    workspace: str
    chat: str
    message_ref: str
    delivery_id: int | None


async def posted(session: AsyncSession, consultation_ids: Sequence[int]) -> list[Place]:
    """The channels in which polls of these consultations stand."""
    # A message that has just arrived is known by its delivery first, and by the poll from its next change on.
    arrived = func.coalesce(func.nullif(ChannelPoll.message_ref, ""), Delivery.message_ref, "")
    query = (
        select(
            ChannelPoll.id,
            ChannelPoll.consultation_id,
            ChannelPoll.platform,
            ChannelPoll.workspace,
            ChannelPoll.chat,
            arrived,
            ChannelPoll.delivery_id,
        )
        .outerjoin(Delivery, Delivery.id == ChannelPoll.delivery_id)
        .where(ChannelPoll.consultation_id.in_(consultation_ids), ChannelPoll.chat != "")
    )
    return [Place(*row) for row in await session.execute(query)]


async def open_polls(session: AsyncSession) -> Sequence[Found[ChannelPoll, Consultation, str | None, int]]:
    """Every poll whose message may still change: with its consultation, the state of its last delivery, and how many
    steps its ballots have gone through."""
    # Counted, not the greatest id: on PostgreSQL a smaller id may become visible after a greater one.
    steps = (
        select(func.count(BallotTrace.id))
        .where(BallotTrace.consultation_id == ChannelPoll.consultation_id)
        .correlate(ChannelPoll)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(ChannelPoll, Consultation, Delivery.state, steps)
        .join(Consultation, Consultation.id == ChannelPoll.consultation_id)
        .outerjoin(Delivery, Delivery.id == ChannelPoll.delivery_id)
        .where(*_MAY_CHANGE)
        .order_by(ChannelPoll.id)
    )
    return rows.all()


async def last_try(session: AsyncSession, delivery_id: int) -> float:
    """When the last try of a delivery ended, in seconds of the machine's clock; 0 without any."""
    return float(await session.scalar(select(func.max(Attempt.ended)).where(Attempt.delivery_id == delivery_id)) or 0.0)
