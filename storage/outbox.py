"""The outbox: one row for each message and recipient, from « to send » to its end.

    waiting ──claim──▶ sending ──▶ delivered
       ▲                  │ ├────▶ failed      (permanent, or given up: `reason` says why)
       └──retry after─────┘ └────▶ uncertain   (the answer was lost: it may have arrived)
    waiting ─▶ skipped | cancelled | expired
    waiting ◀─▶ held              (its announcement is paused)

A delivery is never sent inside a transaction: it is claimed in one, with a lease and a send slot, sent, and
recorded in another. A lease that ran out is a doubt (see `schedules.delivery`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore
from storage.network import NetworkSetting, setting, write_setting
from storage.sealing import Sealable


class State(StrEnum):
    """Where a delivery stands; the last six are ends."""

    WAITING = "waiting"
    HELD = "held"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Kind(StrEnum):
    """Why something is sent; decides what a doubt means and what goes first."""

    REPLY = "reply"
    NOTICE = "notice"  # a word to one person that is not an answer: a colleague voted, a ticket was answered
    REMINDER = "reminder"
    NUDGE = "nudge"
    ANNOUNCEMENT = "announcement"
    POLL = "poll"  # a poll in a channel, and what its message says next; one that was deleted there stays deleted


class Priority(IntEnum):
    """Lower goes first: replies before everything, bulk last."""

    REPLY = 0
    SOON = 5
    BULK = 9


PRIORITIES = {
    Kind.REPLY: Priority.REPLY,
    Kind.NOTICE: Priority.SOON,
    Kind.REMINDER: Priority.SOON,
    Kind.POLL: Priority.SOON,
}


CORRECTION = "correction:"
"""Begins the `about` of an edit of what was announced: it wakes nobody, and arrives there or nowhere."""


class Delivery(Row):
    """One message for one recipient.

    `about` is unique: what it is about and for whom (`reminder:12:D-7:person:45`), so that a second tick, worker or
    press adds nothing. `due_at` and `expires_at` are of the calendar's clock; `not_before`, `send_at` and
    `lease_until` are seconds of the machine's clock (Unix time). `edits` is the platform's reference of the
    message to replace instead of sending a new one; `message_ref` is what it calls ours, of an announcement every
    message that it became. A payload that is `secret` is sealed, and its row goes once it
    has ended (see `schedules.recording`).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_claim", "state", "platform", "workspace", "priority", "due_at", "id"),
        Index("ix_deliveries_lease", "state", "lease_until"),
        Index("ix_deliveries_sent", "platform", "send_at", "chat"),
        Index("ix_deliveries_expiry", "state", "expires_at"),
    )
    about: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    priority: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    announcement_id: Mapped[int | None] = mapped_column(index=True)
    platform: Mapped[str]
    workspace: Mapped[str] = mapped_column(default="")
    chat: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(Sealable())
    edits: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=State.WAITING)
    reason: Mapped[str] = mapped_column(default="")
    doubts: Mapped[int] = mapped_column(default=0)  # tries whose outcome was never learnt
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    not_before: Mapped[float] = mapped_column(Float(53), default=0.0)
    lease_owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[float] = mapped_column(Float(53), default=0.0)
    send_at: Mapped[float] = mapped_column(Float(53), default=0.0)
    message_ref: Mapped[str] = mapped_column(default="")
    parts_sent: Mapped[int] = mapped_column(default=0)  # of a message that the platform's limits split
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Row):
    """One try to send a delivery, and how it ended. Times are seconds of the machine's clock."""

    __tablename__ = "attempts"
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str]
    started: Mapped[float] = mapped_column(Float(53))
    ended: Mapped[float] = mapped_column(Float(53))
    outcome: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")


class SendLimit(Row):
    """The theoretical arrival time of a scope (GCRA), and until when the platform told it to be quiet."""

    __tablename__ = "send_limits"
    scope: Mapped[str] = mapped_column(unique=True)
    tat: Mapped[float] = mapped_column(Float(53), default=0.0)
    quiet_until: Mapped[float] = mapped_column(Float(53), default=0.0)


_BLANK: dict[str, Any] = {
    "person_id": None,
    "account_id": None,
    "announcement_id": None,
    "workspace": "",
    "edits": "",
    "state": State.WAITING,
    "reason": "",
    "doubts": 0,
    "tries": 0,
    "expires_at": None,
    "not_before": 0.0,
    "lease_owner": "",
    "lease_until": 0.0,
    "send_at": 0.0,
    "message_ref": "",
    "parts_sent": 0,
    "ended_at": None,
}


async def enqueue(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Add deliveries; a row whose `about` is known already is passed over. Returns how many were new.

    Each row gives at least about, kind, platform, chat, payload, due_at and created_at.
    """
    full = [{**_BLANK, "priority": PRIORITIES.get(row["kind"], Priority.BULK), **row} for row in rows]
    return await insert_or_ignore(session, Delivery, full)


async def by_about(session: AsyncSession, abouts: Sequence[str]) -> Sequence[Delivery]:
    """The deliveries about those things, in the order they were written."""
    return (await session.scalars(select(Delivery).where(Delivery.about.in_(abouts)).order_by(Delivery.id))).all()


async def settle_arrival(session: AsyncSession, delivery_id: int, message_ref: str, now: datetime) -> bool:
    """End a delivery that was tried, because its message was seen where it was to arrive; whether it was open or in
    doubt until now. An edit proves nothing so: the message it edits was there before."""
    result: Any = await session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.edits == "",
            Delivery.state.in_((State.SENDING, State.UNCERTAIN))
            | ((Delivery.state == State.WAITING) & (Delivery.doubts > 0)),
        )
        .values(state=State.DELIVERED, message_ref=message_ref, reason="", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


async def cancel_waiting(session: AsyncSession, *where: Any, reason: str, now: datetime) -> int:
    """End what has not been sent yet and matches; returns how many."""
    result: Any = await session.execute(
        update(Delivery)
        .where(Delivery.state == State.WAITING, *where)
        .values(state=State.CANCELLED, reason=reason, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


async def counts_by_state(session: AsyncSession, *where: Any) -> dict[str, int]:
    """How many deliveries stand where."""
    rows = await session.execute(select(Delivery.state, func.count()).where(*where).group_by(Delivery.state))
    return {state: int(count) for state, count in rows}


async def oldest_waiting(session: AsyncSession, lanes: Sequence[tuple[str, str]], now: datetime) -> datetime | None:
    """When the oldest delivery that should have left by now was due, in those platforms and workspaces.

    A look at the end of a few ranges of the index.
    """
    firsts = [
        select(func.min(Delivery.due_at))
        .where(
            Delivery.state == State.WAITING,
            Delivery.platform == platform,
            Delivery.workspace == workspace,
            Delivery.priority == priority,
            Delivery.due_at <= now,
        )
        .scalar_subquery()
        for platform, workspace in lanes
        for priority in Priority
    ]
    if not firsts:
        return None
    return min((due for due in (await session.execute(select(*firsts))).one() if due is not None), default=None)


async def set_stop(session: AsyncSession, *, on: bool, by: str, now: datetime) -> None:
    """Hold everything that is not a reply, in every process, or let it go again; `by` is who decided."""
    await write_setting(session, _STOP, {"on": on, "by": by, "at": now.isoformat()})


async def stopped_by(session: AsyncSession) -> str:
    """Who has stopped everything that is not a reply; empty while nothing is stopped."""
    return stop_of(await setting(session, _STOP))


def stop_setting() -> Select[dict[str, Any]]:
    """The emergency stop as a query, for `stop_of`."""
    return select(NetworkSetting.value).where(NetworkSetting.key == _STOP)


def stop_of(value: Mapping[str, Any] | None) -> str:
    """Who has stopped everything that is not a reply, as the setting says; empty while nothing is stopped."""
    stop = value or {}
    return str(stop.get("by") or "?") if stop.get("on") else ""


_STOP = "emergency_stop"
