"""An update whose answer needs something that is still being made: it waits, the others do not, and nothing is lost."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gateway import APOLOGY, Gateway
from handlers.errors import NotYet
from handlers.messages import Reply, say
from handlers.request import Inbound, Request
from handlers.router import Router
from schedules.delivery import Worker
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import InboxItem, InboxState
from tests.patience import PATIENCE
from tests.recording import HandClock, RecordingMessenger

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)


class Slow:
    """A capability that needs something; `made` lets it come, `broken` makes its making fail."""

    def __init__(self) -> None:
        self.made = asyncio.Event()
        self.broken = False
        self.there = False
        self.answered: list[str] = []

    async def answer(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        if self.broken and self.made.is_set():
            raise ZeroDivisionError
        if not self.there:
            raise NotYet(self._prepare)
        self.answered.append(request.text)
        return say(request.text)

    async def at_once(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        self.answered.append(request.text)
        return say(request.text)

    async def _prepare(self, session: AsyncSession) -> None:
        await self.made.wait()
        if self.broken:
            raise ZeroDivisionError
        self.there = True


def gateway_for(database: Database, slow: Slow, worker: Worker | None = None) -> Gateway:
    clock = HandClock(NOW)
    worker = worker or Worker(database, [RecordingMessenger()], clock, "w1")
    router = Router(commands={"aide": slow.at_once}, spoken=frozenset(), presses={}, forms={}, questions=slow.answer)
    return Gateway(database, router, worker, clock)


def said(number: int, who: str, text: str) -> Inbound:
    return Inbound(platform="test", update_id=str(number), account=who, chat=who, received_at=NOW, text=text)


async def until_done(database: Database, count: int) -> list[str]:
    """Wait until so many updates have an end; how they stand, in order."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.reading() as session:
                states = list(await session.scalars(select(InboxItem.state).order_by(InboxItem.id)))
            if sum(state != InboxState.PENDING for state in states) >= count:
                return states
            await asyncio.sleep(0.01)  # between looks


async def test_others_are_answered_meanwhile_and_ones_own_stay_in_order(database: Database) -> None:
    slow = Slow()
    gateway = gateway_for(database, slow)
    running = asyncio.create_task(gateway.run())
    await gateway.store([said(1, "anne", "q1"), said(2, "anne", "/aide"), said(3, "bruno", "/aide")])
    assert await until_done(database, 1) == [InboxState.PENDING, InboxState.PENDING, InboxState.DONE]
    async with database.transaction():
        pass  # nobody holds the database either
    slow.made.set()
    assert await until_done(database, 3) == [InboxState.DONE] * 3
    assert slow.answered == ["/aide", "q1", "/aide"]
    await gateway.stop()
    await running


async def test_what_waits_at_the_end_is_left_to_the_next_process(database: Database) -> None:
    slow = Slow()
    gateway = gateway_for(database, slow)
    await gateway.store([said(1, "anne", "q1")])
    await gateway.handle_all()
    await gateway.stop()
    slow.there = True
    assert await gateway_for(database, slow).handle_all() == 1
    assert slow.answered == ["q1"]


async def test_what_cannot_be_made_ends_with_an_apology(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    slow, channel = Slow(), RecordingMessenger()
    slow.broken = True
    worker = Worker(database, [channel], HandClock(NOW), "w1")
    gateway = gateway_for(database, slow, worker)
    running = asyncio.create_task(gateway.run())
    await gateway.store([said(1, "anne", "q1")])
    slow.made.set()
    assert await until_done(database, 1) == [InboxState.FAILED]
    await gateway.stop()
    await running
    await worker.drain()
    assert channel.texts == [APOLOGY]
    assert "ZeroDivisionError" in caplog.text
