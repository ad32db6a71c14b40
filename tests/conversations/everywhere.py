"""The whole product in one process, on a channel: Telegram, Slack or the browser, with real SDKs and real HTTP."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.channel import Channel
from bot.rehearsal import START, Rehearsal, open_rehearsal
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from bot.web.live import Hub
from bot.web.server import WebServer
from handlers.messages import Message
from schedules.clock import MovedClock
from storage.database import Database
from storage.inbox import InboxItem, InboxState
from storage.outbox import Delivery, State
from storage.people import Account, Person
from storage.web import Direction, WebChat, WebMessage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.patience import PATIENCE
from tests.web.installation import already_opened


class Mouth(Protocol):
    """How the tests speak on one channel. Everyone is named by the key of the pack's invented people."""

    name: str

    def settings(self, settings: Settings) -> Settings: ...
    async def introduce(self, database: Database) -> None: ...
    def channel(self, app: App) -> Channel: ...
    async def says(self, who: str, text: str) -> None: ...
    async def presses(self, who: str, label: str) -> None: ...
    async def shown(self, who: str) -> list[str]: ...


class TelegramMouth:
    """A person on Telegram is their number in the database plus 1,000."""

    name = "telegram"

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self._users: dict[str, int] = {}

    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "telegram_bot_token": SecretStr(self._telegram.token),
                "telegram_api_url": self._telegram.url,
                "telegram_messages_per_second": 1000.0,
            }
        )

    async def introduce(self, database: Database) -> None:
        async with database.transaction() as session:
            for person in await session.scalars(select(Person).where(Person.fictional)):
                self._users[str(person.key)] = user = 1000 + person.id
                self._telegram.knows(user, name=person.given_name)
                await _only_account(session, person, "telegram", str(user), "")

    def channel(self, app: App) -> Channel:
        return TelegramChannel(app.settings, app.gateway, app.database, app.owner)

    async def says(self, who: str, text: str) -> None:
        self._telegram.says(self._users[who], text)
        await self._telegram.all_confirmed()

    async def presses(self, who: str, label: str) -> None:
        for message in reversed(self._telegram.in_chat(self._users[who])):
            for button in message.buttons:
                if label in button.text:
                    self._telegram.presses(self._users[who], message, data=button.data)
                    await self._telegram.all_confirmed()
                    return
        raise AssertionError(f"{who} sees no button « {label} »")

    async def shown(self, who: str) -> list[str]:
        return [message.text for message in self._telegram.in_chat(self._users[who])]


class SlackMouth:
    """A person on Slack is U and their number."""

    name = "slack"

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack
        self._users: dict[str, str] = {}

    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "slack_bot_token": SecretStr(self._slack.bot_token),
                "slack_app_token": SecretStr(self._slack.app_token),
                "slack_api_url": self._slack.url,
                "slack_messages_per_minute": 60_000.0,
            }
        )

    async def introduce(self, database: Database) -> None:
        async with database.transaction() as session:
            for person in await session.scalars(select(Person).where(Person.fictional)):
                self._users[str(person.key)] = user = f"U{person.id:05}"
                if user not in self._slack.workspace.users:
                    self._slack.add_user(user, person.name)
                await _only_account(session, person, "slack", user, self._slack.team_id)

    def channel(self, app: App) -> Channel:
        return SlackChannel(app.settings, app.gateway)

    async def says(self, who: str, text: str) -> None:
        await self._slack.says(self._users[who], text).acknowledged()

    async def presses(self, who: str, label: str) -> None:
        user = self._users[who]
        for message in reversed([message for message in self._slack.sent if message.to == user]):
            for button in message.buttons:
                if label in button:
                    await self._slack.presses(user, message, button).acknowledged()
                    return
        raise AssertionError(f"{who} sees no button « {label} »")

    async def shown(self, who: str) -> list[str]:
        return [message.shown for message in self._slack.sent if message.to == self._users[who]]


class WebMouth:
    """A person in the browser, by the calls its page makes."""

    name = "web"

    def __init__(self) -> None:
        self._server: WebServer | None = None
        self._app: App | None = None

    def settings(self, settings: Settings) -> Settings:
        return settings

    async def introduce(self, database: Database) -> None:
        """Invented people have their page from the rehearsal."""

    def channel(self, app: App) -> Channel:
        assert isinstance(app.clock, MovedClock)
        hub = Hub()
        self._app, self._server = app, WebServer(app.settings, app, Rehearsal(app, app.clock, hub), hub)
        return self._server

    async def says(self, who: str, text: str) -> None:
        await self._post(who, "say", {"text": text})

    async def presses(self, who: str, label: str) -> None:
        for row in reversed(await self._rows(who)):
            for line in Message.model_validate(row.payload).buttons:
                for button in line:
                    if label in button.label:
                        await self._post(who, "press", {"action": button.action, "message": row.id})
                        return
        raise AssertionError(f"{who} sees no button « {label} »")

    async def shown(self, who: str) -> list[str]:
        return [Message.model_validate(row.payload).text for row in await self._rows(who)]

    async def _rows(self, who: str) -> list[WebMessage]:
        assert self._app is not None
        async with self._app.database.reading() as session:
            query = (
                select(WebMessage)
                .join(WebChat, WebChat.id == WebMessage.chat_id)
                .join(Person, Person.id == WebChat.person_id)
                .where(Person.key == who, WebMessage.direction == Direction.OUT)
                .order_by(WebMessage.id)
            )
            return list(await session.scalars(query))

    async def _post(self, who: str, call: str, body: dict[str, object]) -> None:
        assert self._app is not None
        assert self._server is not None
        async with self._app.database.reading() as session:
            number = await session.scalar(select(Person.id).where(Person.key == who))
        address = f"{self._server.address}/api/{number}/{call}"
        async with ClientSession() as http, http.post(address, json={"update": uuid.uuid4().hex, **body}) as response:
            assert response.status == 202, await response.text()


async def _only_account(session: AsyncSession, person: Person, platform: str, number: str, workspace: str) -> None:
    """The person is reached on that platform and nowhere else."""
    for account in await session.scalars(select(Account).where(Account.person_id == person.id)):
        if account.platform == platform:
            return
        account.person_id = None
    session.add(
        Account(
            platform=platform,
            workspace=workspace,
            external_id=number,
            chat=number,
            person_id=person.id,
            created_at=START,
        )
    )


class Place:
    """The running product and how one speaks to it. `restart()` ends the process and begins another."""

    def __init__(self, mouth: Mouth, folder: Path) -> None:
        self.mouth = mouth
        self._settings = mouth.settings(already_opened(folder))
        self._instant = START
        self.app: App

    async def start(self) -> None:
        """A process begins."""
        database = await open_rehearsal(self._settings)
        await self.mouth.introduce(database)
        self.clock = MovedClock(self._instant)
        self.app = App(self._settings, database, self.clock, paced=False)  # nobody here types slower than a second
        self.app.add(self.mouth.channel(self.app))
        await self.app.start(ticking=False)

    async def stop(self) -> None:
        """It ends; its clock is where the next one begins."""
        self._instant = self.clock.now()
        await self.app.stop()

    async def restart(self) -> None:
        """A new process on the same database."""
        await self.stop()
        await self.start()

    async def says(self, who: str, text: str) -> str:
        """Somebody types; returns what they see new."""
        return await self._new(who, self.mouth.says(who, text))

    async def presses(self, who: str, label: str) -> str:
        """Somebody presses the newest button of that label; returns what they see new or changed."""
        return await self._new(who, self.mouth.presses(who, label))

    async def goes_to(self, instant: datetime) -> None:
        """The clock moves, the timetable ticks, what is due leaves."""
        self.clock.move_to(instant)
        await self.app.timetable.tick(self.clock.now())
        await self.settled()

    async def sees(self, who: str) -> str:
        """All that stands in somebody's chat."""
        return "\n".join(await self.mouth.shown(who))

    async def settled(self) -> None:
        """Wait until nothing is to be handled and nothing due is to be sent."""
        self.app.worker.wake()
        async with asyncio.timeout(PATIENCE):
            while await self._busy():
                await asyncio.sleep(0.02)

    async def _new(self, who: str, gesture: object) -> str:
        before = await self.mouth.shown(who)
        assert asyncio.iscoroutine(gesture)
        await gesture
        await self.settled()
        after = await self.mouth.shown(who)
        changed = [new for old, new in zip(before, after, strict=False) if old != new]
        return "\n".join([*changed, *after[len(before) :]])

    async def _busy(self) -> bool:
        async with self.app.database.reading() as session:
            pending = await session.scalar(
                select(func.count()).select_from(InboxItem).where(InboxItem.state == InboxState.PENDING)
            )
            sending = await session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.state.in_([State.WAITING, State.SENDING]), Delivery.due_at <= self.clock.now())
            )
        return bool(pending or sending)


@contextlib.asynccontextmanager
async def place(channel: str, folder: Path) -> AsyncIterator[Place]:
    """The product, running on `telegram`, `slack` or `web`."""
    async with contextlib.AsyncExitStack() as stack:
        mouth: Mouth
        if channel == "telegram":
            mouth = TelegramMouth(await stack.enter_async_context(FakeTelegram()))
        elif channel == "slack":
            mouth = SlackMouth(await stack.enter_async_context(FakeSlack()))
        else:
            mouth = WebMouth()
        made = Place(mouth, folder)
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
