"""The gateway: one effect for each update, in order, whatever happens in the middle."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gateway import APOLOGY, Gateway
from handlers.errors import Refusal
from handlers.messages import Reply, say
from handlers.request import Inbound, Press, Request
from handlers.router import Router
from schedules.delivery import Worker
from schedules.messenger import Outgoing
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import InboxItem, InboxState
from storage.network import NetworkSetting, setting
from storage.outbox import Delivery
from tests.recording import HandClock, RecordingMessenger

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)


async def count_it(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A handler with a durable effect, that refuses and breaks when asked to."""
    row = await session.scalar(select(NetworkSetting).where(NetworkSetting.key == "told").with_for_update())
    told = [*(row.value["texts"] if row else []), request.text]
    if row is None:
        session.add(NetworkSetting(key="told", value={"texts": told}))
    else:
        row.value = {"texts": told}
    await session.flush()
    if request.text == "refuse":
        raise Refusal("Ce n’est pas possible.")
    if request.text == "break":
        raise ZeroDivisionError(request.text)
    return say(f"vu : {request.text}")


async def pressed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    return say("nouveau", notice="Noté", replace=True)


class Killed(BaseException):
    """The process ends here."""


class DyingWorker(Worker):
    """Dies when all is written and nothing is committed."""

    async def lease(self, session: AsyncSession, rows: Sequence[Delivery]) -> list[Outgoing]:
        raise Killed


def gateway_for(
    database: Database, channel: RecordingMessenger, owner: str = "w1", worker_class: type[Worker] = Worker
) -> tuple[Gateway, Worker]:
    router = Router(commands={}, spoken=frozenset(), presses={"x": pressed}, forms={}, questions=count_it)
    worker = worker_class(database, [channel], HandClock(NOW), owner)
    return Gateway(database, router, worker, HandClock(NOW)), worker


def said(text: str, update: str, account: str = "7") -> Inbound:
    return Inbound(platform="test", update_id=update, account=account, chat=account, text=text, received_at=NOW)


async def told(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await setting(session, "told")).get("texts", []))


async def test_an_update_received_three_times_has_one_effect_and_one_reply(database: Database) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    assert await gateway.store([said("bonjour", "1"), said("bonjour", "1")]) == 1
    await gateway.handle_all()
    assert await gateway.store([said("bonjour", "1")]) == 0
    await gateway.handle_all()
    await worker.drain()
    assert await told(database) == ["bonjour"]
    assert channel.texts == ["vu : bonjour"]


async def test_a_refusal_is_said_and_leaves_no_effect(database: Database) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    await gateway.store([said("refuse", "1")])
    await gateway.handle_all()
    await worker.drain()
    assert await told(database) == []
    assert channel.texts == ["Ce n’est pas possible."]


async def test_a_fault_is_rolled_back_logged_without_words_and_apologised_for(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await gateway.store([said("break", "41"), said("bonjour", "42")])
        await gateway.handle_all()
    await worker.drain()
    assert await told(database) == ["bonjour"]
    assert channel.texts == [APOLOGY, "vu : bonjour"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "41" in record.getMessage()
    assert "ZeroDivisionError" in record.getMessage()
    assert "break" not in caplog.text
    async with database.reading() as session:
        states = (await session.scalars(select(InboxItem.state).order_by(InboxItem.id))).all()
    assert states == [InboxState.FAILED, InboxState.DONE]


async def test_an_update_that_cannot_be_read_does_not_hold_up_the_next(database: Database) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    async with database.transaction() as session:
        session.add(InboxItem(platform="test", update_id="0", sender="x", payload={"what": "?"}, stored_at=NOW))
    await gateway.store([said("bonjour", "1")])
    assert await gateway.handle_all() == 2
    await worker.drain()
    assert channel.texts == ["vu : bonjour"]
    async with database.reading() as session:
        states = (await session.scalars(select(InboxItem.state).order_by(InboxItem.id))).all()
    assert states == [InboxState.FAILED, InboxState.DONE]


async def test_what_no_database_takes_is_left_out_of_what_was_typed(database: Database) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    await gateway.store([said("bon\x00jour \ud83d !", "1")])
    await gateway.handle_all()
    await worker.drain()
    assert channel.texts == ["vu : bonjour ? !"]


async def test_what_was_written_is_not_kept_in_the_inbox(database: Database) -> None:
    gateway, _ = gateway_for(database, RecordingMessenger())
    await gateway.store([said("un secret", "1")])
    await gateway.handle_all()
    async with database.reading() as session:
        assert (await session.scalars(select(InboxItem.payload))).all() == [{}]


async def test_two_gateways_handle_each_update_once_and_each_sender_in_order(database: Database) -> None:
    channels = [RecordingMessenger(), RecordingMessenger()]
    pairs = [gateway_for(database, channel, f"w{i}") for i, channel in enumerate(channels)]
    updates = [said(f"{account}-{n}", f"{account}-{n}", account) for n in range(10) for account in ("a", "b", "c")]
    await pairs[0][0].store(updates)
    await asyncio.gather(*(gateway.handle_all() for gateway, _ in pairs))
    await pairs[0][0].handle_all()
    for _, worker in pairs:
        await worker.drain()
    seen = await told(database)
    assert sorted(seen) == sorted(update.text or "" for update in updates)
    for account in ("a", "b", "c"):
        assert [text for text in seen if text.startswith(account)] == [f"{account}-{n}" for n in range(10)]
    assert len(channels[0].texts) + len(channels[1].texts) == 30


async def test_a_press_is_acknowledged_and_replaces_its_message(database: Database) -> None:
    channel = RecordingMessenger()
    gateway, worker = gateway_for(database, channel)
    heard: list[tuple[str, str]] = []

    async def acknowledge(inbound: Inbound, reply: Reply) -> None:
        heard.append((inbound.callback, reply.notice))

    gateway.acknowledge_with("test", acknowledge)
    press = Inbound(
        platform="test",
        update_id="1",
        account="7",
        chat="7",
        press=Press(action="x:y", message="m9"),
        callback="cb",
        received_at=NOW,
    )
    await gateway.store([press])
    await gateway.handle_all()
    await worker.drain()
    await gateway.stop()
    assert heard == [("cb", "Noté")]
    assert channel.arrived[0].edits == "m9"


async def test_a_crash_before_the_commit_gives_the_update_back(database: Database) -> None:
    channel = RecordingMessenger()
    dying, _ = gateway_for(database, channel, worker_class=DyingWorker)
    await dying.store([said("bonjour", "1")])
    with pytest.raises(Killed):
        await dying.handle_one()
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert await told(database) == []
    gateway, worker = gateway_for(database, channel)
    await gateway.handle_all()
    await worker.drain()
    assert await told(database) == ["bonjour"]
    assert channel.texts == ["vu : bonjour"]
