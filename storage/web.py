"""What the browser shows: each person's conversation on the web, both ways, and links that open it.

The page is a channel whose « platform » is this database: a delivery to it is one row, unique by delivery, so it
arrives exactly once. Every change of a conversation gets the next `version` of its chat under a lock, so a reader
who has seen version n misses nothing by asking for what came after n.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Id, Row, insert_or_ignore
from storage.conversations import Conversation
from storage.network import Region, Structure
from storage.outbox import Kind
from storage.people import Account, Person
from storage.sealing import SECRET, Sealable

PLATFORM = "web"
LONGEST_PAGE = 200  # messages a page loads at once


class Direction(StrEnum):
    """Who speaks: the person (in) or Concerte (out)."""

    IN = "in"
    OUT = "out"


class WebChat(Row):
    """One person's conversation on the web. `key` is the account and the chat that the outbox writes to.

    `notice` is the last short word after a press, `{"update": …, "notice": …}`: the page may hang on another process
    than the one that handled the press.
    """

    __tablename__ = "web_chats"
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    notice: Mapped[dict[str, Any]] = mapped_column(default=dict)


class WebMessage(Row):
    """One message on the page. `payload` is a `handlers.messages.Message`, or `{"text": …}` as the person typed it.

    `update_id` is unique for what came in, `delivery_id` for what went out; `edit_id` is the delivery that last
    replaced the payload, so that a late repetition never undoes a newer one. `created_at` and `edited_at` are of
    the calendar's clock.
    """

    __tablename__ = "web_messages"
    __table_args__ = (Index("ix_web_messages_chat_id_version", "chat_id", "version"),)
    chat_id: Mapped[int] = mapped_column(ForeignKey("web_chats.id", ondelete="CASCADE"))
    version: Mapped[int]
    direction: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]] = mapped_column(Sealable())
    update_id: Mapped[str | None] = mapped_column(unique=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"), unique=True)
    edit_id: Mapped[int] = mapped_column(Id, default=0)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


def chat_key(person_id: int) -> str:
    """The web account of a person, and the chat of that account."""
    return f"person:{person_id}"


async def open_chat(session: AsyncSession, person_id: int, now: datetime) -> WebChat:
    """The person's conversation and web account; both are made at the first call."""
    key = chat_key(person_id)
    account = {
        "platform": PLATFORM,
        "workspace": "",
        "external_id": key,
        "chat": key,
        "person_id": person_id,
        "unreachable": None,
        "created_at": now,
    }
    await insert_or_ignore(session, Account, [account])
    await insert_or_ignore(session, WebChat, [{"key": key, "person_id": person_id, "version": 0, "notice": {}}])
    found: WebChat = (await session.scalars(select(WebChat).where(WebChat.key == key))).one()
    return found


async def write_in(session: AsyncSession, key: str, update_id: str, text: str, now: datetime) -> bool:
    """Show what the person typed; False when that update is shown already."""
    chat = await _locked(session, key)
    if chat is None or await session.scalar(select(WebMessage.id).where(WebMessage.update_id == update_id)):
        return False
    state = await session.scalar(select(Conversation.form_state).where(Conversation.holder == key)) or {}
    secret = {SECRET: True} if state.get(SECRET) else {}  # it answers something anonymous
    chat.version += 1
    session.add(
        WebMessage(
            chat_id=chat.id,
            version=chat.version,
            direction=Direction.IN,
            payload={"text": text, **secret},
            update_id=update_id,
            created_at=now,
        )
    )
    return True


async def write_out(
    session: AsyncSession,
    key: str,
    delivery_id: int,
    kind: str,
    payload: dict[str, Any],
    edits: str,
    now: datetime,
    *,
    anew: bool = True,
) -> int | None:
    """Put a delivery on the page, in the place of the message `edits` if that is one of this chat's.

    Returns the id of the message, the same however often it is called for a delivery; None for an unknown chat, and 0
    where the message to edit is gone and is not to be written `anew`.
    """
    chat = await _locked(session, key)
    if chat is None:
        return None
    if edits.isascii() and edits.isdigit():
        old = await session.scalar(
            select(WebMessage).where(
                WebMessage.id == int(edits), WebMessage.chat_id == chat.id, WebMessage.direction == Direction.OUT
            )
        )
        if old is not None:
            if old.edit_id < delivery_id:
                chat.version += 1
                old.payload, old.edit_id, old.edited_at, old.version = payload, delivery_id, now, chat.version
            return old.id
    if not anew:
        return 0
    known: int | None = await session.scalar(select(WebMessage.id).where(WebMessage.delivery_id == delivery_id))
    if known is not None:
        return known
    chat.version += 1
    message = WebMessage(
        chat_id=chat.id,
        version=chat.version,
        direction=Direction.OUT,
        kind=kind,
        payload=payload,
        delivery_id=delivery_id,
        created_at=now,
    )
    session.add(message)
    await session.flush()
    return message.id


async def _locked(session: AsyncSession, key: str) -> WebChat | None:
    chat: WebChat | None = await session.scalar(select(WebChat).where(WebChat.key == key).with_for_update())
    return chat


async def clear_secrets(session: AsyncSession, person_id: int) -> int:
    """Take off the person's page what led to an anonymous answer, both ways; returns how many messages."""
    chat = await _locked(session, chat_key(person_id))
    if chat is None:
        return 0
    rows = await session.execute(select(WebMessage.id, WebMessage.payload).where(WebMessage.chat_id == chat.id))
    gone = [row.id for row in rows if row.payload.get(SECRET)]
    await session.execute(delete(WebMessage).where(WebMessage.id.in_(gone)))
    return len(gone)


async def changes(session: AsyncSession, chat_id: int, after: int) -> Sequence[WebMessage]:
    """The messages written or replaced after that version, in the order of the page; at most the last 200."""
    newest = (
        await session.scalars(
            select(WebMessage)
            .where(WebMessage.chat_id == chat_id, WebMessage.version > after)
            .order_by(WebMessage.id.desc())
            .limit(LONGEST_PAGE)
        )
    ).all()
    return newest[::-1]


async def message_of(session: AsyncSession, chat_id: int, message_id: int) -> WebMessage | None:
    """A message of Concerte's on that page, or None."""
    found: WebMessage | None = await session.scalar(
        select(WebMessage).where(
            WebMessage.id == message_id, WebMessage.chat_id == chat_id, WebMessage.direction == Direction.OUT
        )
    )
    return found


def left_for_page(update: str, notice: str, *, alert: bool) -> dict[str, Any]:
    """The short word after a press as a page gets it; an `alert` stays until it is read."""
    return {"update": update, "notice": notice, **({"alert": True} if alert else {})}


async def leave_notice(session: AsyncSession, key: str, update: str, notice: str, *, alert: bool) -> None:
    """Leave the short word after a press for whichever process its page hangs on."""
    chat = await _locked(session, key)
    if chat is not None:
        chat.version += 1
        chat.notice = left_for_page(update, notice, alert=alert)


async def news(session: AsyncSession, keys: Collection[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """At which version those chats are, and their last notices."""
    rows = await session.execute(
        select(WebChat.key, WebChat.version, WebChat.notice).where(WebChat.key.in_(list(keys)))
    )
    return {key: (version, notice) for key, version, notice in rows}


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that left by itself for somebody: a reminder, nudge, notice or announcement."""

    message: WebMessage
    person: Person
    structure: str
    region: str
    zone: str | None


async def departures(session: AsyncSession, most: int = 60) -> Sequence[Departure]:
    """The newest of everyone's, newest first: all that is no reply."""
    rows = await session.execute(
        select(WebMessage, Person, Structure.name, Region.name, func.coalesce(Person.zone, Structure.zone, Region.zone))
        .join(WebChat, WebChat.id == WebMessage.chat_id)
        .join(Person, Person.id == WebChat.person_id)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
        .where(WebMessage.direction == Direction.OUT, WebMessage.kind != Kind.REPLY)
        .order_by(WebMessage.id.desc())
        .limit(most)
    )
    return [
        Departure(message, person, structure or "", region or "", zone)
        for message, person, structure, region, zone in rows
    ]


async def received_by_person(session: AsyncSession) -> dict[int, int]:
    """How many messages that are no replies each person has on the page."""
    rows = await session.execute(
        select(WebChat.person_id, func.count())
        .join(WebMessage, WebMessage.chat_id == WebChat.id)
        .where(WebMessage.direction == Direction.OUT, WebMessage.kind != Kind.REPLY)
        .group_by(WebChat.person_id)
    )
    return {person: int(count) for person, count in rows}


async def last_written(session: AsyncSession) -> datetime | None:
    """When something was last written on any page, by the calendar's clock."""
    last: datetime | None = await session.scalar(
        select(func.max(func.coalesce(WebMessage.edited_at, WebMessage.created_at)))
    )
    return last
