"""A small application for the channel tests: the real gateway, worker and database, and a router that echoes."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import Channel
from bot.gateway import Gateway
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request
from handlers.router import Router
from schedules.delivery import Worker
from schedules.holding import Hold
from storage.base import insert_or_ignore
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import InboxItem
from storage.outbox import Attempt, Delivery, Kind, enqueue
from storage.people import Account, Person
from tests.patience import PATIENCE
from tests.recording import HandClock

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
CHOICES = (Button(label="Oui", action="test:choose:oui"), Button(label="Non", action="test:choose:non"))


class Stage:
    """`async with Stage(database, make) as stage:` runs a process of the application with one or more channels."""

    def __init__(
        self,
        database: Database,
        *make: Callable[[Gateway, Worker], Channel],
        owner: str = "w1",
        lease: float = 30.0,
        replies: dict[str, Reply] | None = None,
        router: Router | None = None,
        hold: Hold | None = None,
    ) -> None:
        self.database = database
        self.clock = HandClock(NOW)
        self.worker = Worker(database, [], self.clock, owner, lease=lease, hold=hold)
        self.replies = replies or {}
        self.notice = "Noté"
        self.heard: list[Request] = []
        self.gateway = Gateway(database, router or self._router(), self.worker, self.clock)
        self.channels = [build(self.gateway, self.worker) for build in make]
        for channel in self.channels:
            self.worker.add(channel.messenger)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Stage":
        try:
            for channel in self.channels:
                await channel.start()
        except BaseException:
            await self._end()
            raise
        self._tasks = [asyncio.create_task(self.gateway.run()), asyncio.create_task(self.worker.run())]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def _end(self) -> None:
        for channel in self.channels:
            await channel.stop()
        await self.gateway.stop()
        await self.worker.stop()
        await asyncio.gather(*self._tasks)
        for channel in self.channels:
            await channel.close()

    def _router(self) -> Router:
        async def echo(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
            self.heard.append(request)
            return self.replies.get(request.text) or say(f"Vous dites : {plain(request.text)}")

        async def choose(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
            self.heard.append(request)
            return say(f"Choisi : {request.arguments[0]}", notice=self.notice, replace=True)

        async def ask(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
            self.heard.append(request)
            return say("Êtes-vous **d’accord** ?", CHOICES)

        async def fail(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
            raise RuntimeError("secret words of somebody")

        return Router(
            commands={"demande": ask, "start": echo, "echec": fail, "aide": echo},
            spoken=frozenset(),
            presses={"test": choose},
            forms={},
            questions=echo,
        )

    async def push(self, about: str, message: Message, kind: Kind = Kind.ANNOUNCEMENT, **more: Any) -> None:
        """One delivery, as an announcement or a reminder would write it."""
        row = {"about": about, "kind": kind, "payload": message.model_dump(mode="json"), "due_at": NOW}
        async with self.database.transaction() as session:
            await enqueue(session, [{**row, "created_at": NOW, **more}])
        self.worker.wake()

    async def delivery(self, about: str) -> Delivery:
        """The delivery as it stands."""
        async with self.database.reading() as session:
            return (await session.scalars(select(Delivery).where(Delivery.about == about))).one()

    async def deliveries(self) -> Sequence[Delivery]:
        """All of them."""
        async with self.database.reading() as session:
            return (await session.scalars(select(Delivery).order_by(Delivery.id))).all()

    async def ended(self, about: str) -> Delivery:
        """The delivery once it has ended."""
        return await self._until(lambda row: row.ended_at is not None, about)

    async def tried(self, about: str, state: str) -> Delivery:
        """The delivery once it stands there after a try."""
        return await self._until(lambda row: row.state == state and row.reason != "", about)

    async def _until(self, wanted: Callable[[Delivery], bool], about: str) -> Delivery:
        async with asyncio.timeout(PATIENCE):
            while not wanted(row := await self.delivery(about)):
                await asyncio.sleep(0.02)
        return row

    async def outcomes(self) -> list[str]:
        """How every attempt ended."""
        async with self.database.reading() as session:
            return list((await session.scalars(select(Attempt.outcome).order_by(Attempt.id))).all())

    async def updates(self) -> int:
        """How many updates the inbox knows."""
        async with self.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(InboxItem)) or 0)

    async def person(self, *accounts: tuple[str, str, str, str]) -> int:
        """A person with accounts: platform, workspace, id, chat. Returns the person's id."""
        async with self.database.transaction() as session:
            person = Person(given_name="Anne", family_name="Le Goff", created_at=NOW)
            session.add(person)
            await session.flush()
            rows = [
                {
                    "platform": platform,
                    "workspace": workspace,
                    "external_id": account,
                    "chat": chat,
                    "person_id": person.id,
                    "unreachable": None,
                    "created_at": NOW,
                }
                for platform, workspace, account, chat in accounts
            ]
            await insert_or_ignore(session, Account, rows)
            return person.id

    async def account(self, platform: str, external_id: str) -> Account:
        """An account as it is known."""
        async with self.database.reading() as session:
            return (
                await session.scalars(
                    select(Account).where(Account.platform == platform, Account.external_id == external_id)
                )
            ).one()
