"""One conversation, the same on every channel: what a channel promises to the application.

To add a channel: a class with the gestures of `Chat`, and its name in `CHATS`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from handlers.messages import Message
from storage.database import Database
from storage.outbox import Kind
from tests.channels.staging import CHOICES, Stage
from tests.channels.web_chat import on_web
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Message as SlackMessage
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.world import Message as TelegramMessage

SOMEBODY = 1001
MEMBER = "U1001"


class Chat(Protocol):
    """A person at a channel. A message is whatever the channel's fake calls so; `shown` and `buttons` read it."""

    stage: Stage

    async def says(self, text: str) -> None: ...
    async def says_twice(self, text: str) -> None: ...
    async def next(self) -> object: ...
    async def presses(self, message: object, label: str) -> None: ...
    async def edited(self, message: object) -> None: ...
    def shown(self, message: object) -> str: ...
    def buttons(self, message: object) -> list[str]: ...
    def arrived(self) -> int: ...


class RemoteChat(Chat, Protocol):
    """A person at a platform that is reached over a network, which may fail."""

    def lose_next_answer(self) -> None: ...
    def limit_rate(self, seconds: float) -> None: ...


class TelegramChat:
    def __init__(self, stage: Stage, telegram: FakeTelegram) -> None:
        self.stage = stage
        self._telegram = telegram

    async def says(self, text: str) -> None:
        self._telegram.says(SOMEBODY, text)

    async def says_twice(self, text: str) -> None:
        update = self._telegram.says(SOMEBODY, text)
        await self._telegram.all_confirmed()
        self._telegram.redeliver(update)
        await self._telegram.all_confirmed()

    async def next(self) -> object:
        return await self._telegram.next_message(SOMEBODY)

    async def presses(self, message: object, label: str) -> None:
        assert isinstance(message, TelegramMessage)
        answer = await self._telegram.answer_to(self._telegram.presses(SOMEBODY, message, label))
        assert answer.text == "Noté"

    async def edited(self, message: object) -> None:
        assert isinstance(message, TelegramMessage)
        await self._telegram.next_edit(message)

    def shown(self, message: object) -> str:
        assert isinstance(message, TelegramMessage)
        return message.text

    def buttons(self, message: object) -> list[str]:
        assert isinstance(message, TelegramMessage)
        return message.labels

    def arrived(self) -> int:
        return self._telegram.arrived

    def lose_next_answer(self) -> None:
        self._telegram.drop_connection_after("sendMessage")

    def limit_rate(self, seconds: float) -> None:
        self._telegram.retry_after(None, seconds)


class SlackChat:
    def __init__(self, stage: Stage, slack: FakeSlack) -> None:
        self.stage = stage
        self._slack = slack

    async def says(self, text: str) -> None:
        await self._slack.says(MEMBER, text).acknowledged()

    async def says_twice(self, text: str) -> None:
        envelope = self._slack.says(MEMBER, text)
        await envelope.acknowledged()
        await self._slack.redeliver(envelope.event_id).acknowledged()

    async def next(self) -> object:
        return await self._slack.next_message(MEMBER)

    async def presses(self, message: object, label: str) -> None:
        assert isinstance(message, SlackMessage)
        await self._slack.presses(MEMBER, message, label).acknowledged()
        notice = await self._slack.next_message(MEMBER)
        assert (notice.ephemeral, notice.shown) == (True, "Noté")

    async def edited(self, message: object) -> None:
        assert isinstance(message, SlackMessage)
        await self._slack.next_edit(message)

    def shown(self, message: object) -> str:
        assert isinstance(message, SlackMessage)
        return message.shown

    def buttons(self, message: object) -> list[str]:
        assert isinstance(message, SlackMessage)
        return message.buttons

    def arrived(self) -> int:
        return self._slack.arrived

    def lose_next_answer(self) -> None:
        self._slack.drop_connection_after("chat.postMessage")

    def limit_rate(self, seconds: float) -> None:
        self._slack.rate_limit("chat.postMessage", seconds)


@asynccontextmanager
async def on_telegram(database: Database) -> AsyncIterator[RemoteChat]:
    async with FakeTelegram() as telegram:
        settings = Settings(_env_file=None, telegram_bot_token=SecretStr(telegram.token), telegram_api_url=telegram.url)
        async with Stage(database, lambda gateway, _: TelegramChannel(settings, gateway, database, "w1")) as stage:
            yield TelegramChat(stage, telegram)


@asynccontextmanager
async def on_slack(database: Database) -> AsyncIterator[RemoteChat]:
    async with FakeSlack() as slack:
        slack.add_user(MEMBER, "Anne Le Goff")
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.url,
            slack_messages_per_minute=6000,
        )
        async with Stage(database, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
            yield SlackChat(stage, slack)
        assert slack.violations == []


REMOTE: dict[str, Callable[[Database], AbstractAsyncContextManager[RemoteChat]]] = {
    "telegram": on_telegram,
    "slack": on_slack,
}
CHATS: dict[str, Callable[[Database], AbstractAsyncContextManager[Chat]]] = {**REMOTE, "web": on_web}


@pytest.fixture(params=CHATS)
async def chat(request: pytest.FixtureRequest, sqlite: Database) -> AsyncIterator[Chat]:
    async with CHATS[request.param](sqlite) as chat:
        yield chat


@pytest.fixture(params=REMOTE)
async def remote(request: pytest.FixtureRequest, sqlite: Database) -> AsyncIterator[RemoteChat]:
    async with REMOTE[request.param](sqlite) as chat:
        yield chat


async def test_what_somebody_says_is_answered(chat: Chat) -> None:
    await chat.says("C’est quand l’AG ? <!channel> & *moi*")
    assert (
        chat.shown(await chat.next()).replace("\u200b", "") == "Vous dites : C’est quand l’AG\u202f? <!channel> & *moi*"
    )


async def test_a_button_is_pressed_and_its_message_replaced(chat: Chat) -> None:
    await chat.says("/demande")
    question = await chat.next()
    assert chat.shown(question).replace("*", "").startswith("Êtes-vous d’accord ?")
    assert chat.buttons(question) == ["Oui", "Non"]
    await chat.presses(question, "Non")
    await chat.edited(question)
    assert (chat.shown(question), chat.buttons(question)) == ("Choisi : non", [])


async def test_an_update_that_comes_again_has_one_effect(chat: Chat) -> None:
    await chat.says_twice("une fois")
    await chat.says("et puis")
    assert [chat.shown(await chat.next()) for _ in range(2)] == ["Vous dites : une fois", "Vous dites : et puis"]
    assert (await chat.stage.updates(), len(chat.stage.heard), chat.arrived()) == (2, 2, 2)


async def test_what_one_person_says_is_handled_in_order(chat: Chat) -> None:
    for number in range(20):
        await chat.says(f"n° {number}")
    for _ in range(20):
        await chat.next()
    assert [request.text for request in chat.stage.heard] == [f"n° {number}" for number in range(20)]


async def test_a_fault_is_met_with_an_apology_and_the_next_word_with_an_answer(chat: Chat) -> None:
    await chat.says("/echec")
    assert chat.shown(await chat.next()).startswith("Je suis désolé")
    await chat.says("toujours là ?")
    assert chat.shown(await chat.next()) == "Vous dites : toujours là ?"


async def test_a_lost_answer_to_a_reply_is_a_doubt_and_the_reply_comes_again(remote: RemoteChat) -> None:
    remote.lose_next_answer()
    await remote.says("perdu ?")
    for _ in range(2):
        assert remote.shown(await remote.next()) == "Vous dites : perdu ?"
    row = await remote.stage.ended((await remote.stage.deliveries())[0].about)
    assert (row.state, row.doubts, await remote.stage.outcomes()) == ("delivered", 1, ["uncertain", "delivered"])
    assert 1 <= remote.arrived() <= 1 + row.doubts


async def test_a_platform_that_asks_for_silence_gets_it(remote: RemoteChat) -> None:
    remote.limit_rate(1.0)
    await remote.says("doucement")
    assert remote.shown(await remote.next()) == "Vous dites : doucement"
    row = await remote.stage.ended((await remote.stage.deliveries())[0].about)
    assert (row.tries, row.doubts, remote.arrived()) == (1, 0, 1)


async def test_a_text_over_the_limits_arrives_whole(chat: Chat) -> None:
    words = " ".join(f"mot{number} &" for number in range(400))
    await chat.says(words)
    told = chat.shown(await chat.next())
    while "mot399" not in told:
        told += " " + chat.shown(await chat.next())
    assert told.split() == ["Vous", "dites", ":", *words.split()]


async def test_a_channel_says_how_it_is(chat: Chat) -> None:
    assert all(channel.health().ok for channel in chat.stage.channels)
    assert [channel.name for channel in chat.stage.channels] == [
        channel.messenger.platform for channel in chat.stage.channels
    ]


@pytest.mark.parametrize("blocked", ["telegram", "slack"])
async def test_who_is_closed_to_us_on_one_platform_is_reached_on_the_other(sqlite: Database, blocked: str) -> None:
    """A long message that had begun to arrive is sent whole on the other platform, with its buttons."""
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        slack.add_user(MEMBER, "Anne Le Goff")
        telegram.knows(SOMEBODY)
        settings = Settings(
            _env_file=None,
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.url,
        )
        async with Stage(
            sqlite,
            lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1"),
            lambda gateway, _: SlackChannel(settings, gateway),
        ) as stage:
            accounts = {
                "telegram": ("telegram", "", str(SOMEBODY), str(SOMEBODY)),
                "slack": ("slack", slack.team_id, MEMBER, slack.im(MEMBER)),
            }
            person = await stage.person(*accounts.values())
            _, workspace, account, chat = accounts[blocked]
            if blocked == "telegram":
                telegram.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user", after=1)
            else:
                slack.fail_next("chat.postMessage", error="user_disabled", after=1)
            await stage.push(
                "a",
                Message(text="\n\n".join(letter * 8000 for letter in "abcd"), buttons=(CHOICES,)),
                kind=Kind.REMINDER,
                platform=blocked,
                workspace=workspace,
                chat=chat,
                account_id=(await stage.account(blocked, account)).id,
                person_id=person,
            )
            row = await stage.ended("a")
            assert (row.state, row.doubts, row.platform != blocked) == ("delivered", 0, True)
            assert (await stage.account(blocked, account)).unreachable is not None
        whole = [message.shown for message in slack.sent] if blocked == "telegram" else [m.text for m in telegram.sent]
        assert [sum(text.count(letter) for text in whole) for letter in "abd"] == [8000, 8000, 8000]
        last = slack.sent[-1].buttons if blocked == "telegram" else telegram.sent[-1].labels
        assert last == ["Oui", "Non"]
