"""Answers of many messages and messages of many parts, to chats that take three at once and then one a second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.spacing import BURST, WINDOW, ChatPace, free_at, spread
from bot.telegram.channel import TelegramChannel
from handlers.messages import Message, Reply
from schedules.delivery import Worker
from storage.database import Database
from storage.outbox import Kind, enqueue
from tests.announcing import NOW
from tests.channels.staging import Stage
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.recording import HandClock, HandMachine, RecordingMessenger

ANNE, MARIE = 1001, 1002
FIVE = Reply(messages=tuple(Message(text=f"message {number}") for number in range(5)))
LONG = Reply(messages=(Message(text="\n\n".join(letter * 3000 for letter in "abcd")),))


@contextlib.asynccontextmanager
async def time_passing(stage: Stage) -> AsyncIterator[None]:
    """The calendar goes on as the machine does."""

    async def goes_on() -> None:
        while True:
            await asyncio.sleep(0.05)
            stage.clock.at += timedelta(seconds=0.05)

    task = asyncio.create_task(goes_on())
    yield
    task.cancel()


async def test_telegram_gets_all_of_an_answer_in_order_without_a_429(sqlite: Database) -> None:
    async with FakeTelegram(chat_rate=1, chat_burst=BURST) as telegram:
        telegram.knows(ANNE, MARIE)
        fields: dict[str, Any] = {"telegram_bot_token": SecretStr(telegram.token), "telegram_api_url": telegram.url}
        settings = Settings(_env_file=None, **fields)

        def channel(gateway: Any, _: Worker) -> TelegramChannel:
            return TelegramChannel(settings, gateway, sqlite, "w1")

        replies = {"cinq": FIVE, "long": LONG}
        async with Stage(sqlite, channel, replies=replies, hold=ChatPace()) as stage, time_passing(stage):
            telegram.says(ANNE, "cinq")
            telegram.says(MARIE, "long")
            told = [(await telegram.next_message(ANNE)).text for _ in range(5)]
            parts = [(await telegram.next_message(MARIE)).text[0] for _ in range(4)]
        assert told == [f"message {number}" for number in range(5)] and parts == list("abcd")
        assert telegram.too_many == 0


async def test_slack_gets_all_of_an_answer_in_order_without_a_429(sqlite: Database) -> None:
    async with FakeSlack(limits=Limits(per_channel=1, channel_burst=BURST)) as slack:
        slack.add_user("U1", "Anne Le Goff")
        fields: dict[str, Any] = {
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_app_token": SecretStr(slack.app_token),
            "slack_api_url": slack.url,
            "slack_messages_per_minute": 6000,
        }
        settings = Settings(_env_file=None, **fields)

        def channel(gateway: Any, _: Worker) -> SlackChannel:
            return SlackChannel(settings, gateway)

        async with Stage(sqlite, channel, replies={"cinq": FIVE}, hold=ChatPace()) as stage, time_passing(stage):
            slack.says("U1", "cinq")
            told = [(await slack.next_message("U1")).shown for _ in range(5)]
        assert told == [f"message {number}" for number in range(5)] and slack.rate_limited == 0


async def test_a_flood_in_one_chat_is_answered_at_its_pace_and_takes_no_slot_of_others(database: Database) -> None:
    clock, machine = HandClock(NOW), HandMachine()
    channels = [RecordingMessenger("telegram", rate=1000) for _ in range(2)]
    workers = [
        Worker(database, [channel], clock, f"w{n}", hold=ChatPace(machine), machine=machine)
        for n, channel in enumerate(channels)
    ]
    async with database.transaction() as session:
        base = {"kind": Kind.REPLY, "platform": "telegram", "due_at": NOW, "created_at": NOW}
        rows = [{"about": f"r{n}", "chat": "flood", "payload": {"text": str(n)}, **base} for n in range(40)]
        await enqueue(session, [*rows, {"about": "other", "chat": "c2", "payload": {"text": "x"}, **base}])
    at: list[tuple[float, str]] = []
    for _ in range(520):
        for worker, channel in zip(workers, channels, strict=True):
            before = len(channel.arrived)
            await worker.drain()
            at += [(one.slot, f"{one.chat} {one.message().text}") for one in channel.arrived[before:]]
        machine.at, clock.at = machine.at + 0.1, clock.at + timedelta(seconds=0.1)
        if len(at) == 41:
            break
    theirs = [(when, text) for when, text in at if text.startswith("flood")]
    assert [text for _, text in theirs] == [f"flood {n}" for n in range(40)]
    assert all(theirs[n + BURST][0] - theirs[n][0] > BURST for n in range(40 - BURST))
    assert theirs[-1][0] - theirs[0][0] < 40 / BURST * WINDOW + 3
    assert next(when for when, text in at if text == "c2 x") - at[0][0] < 1.0


@pytest.mark.parametrize(
    ("times", "parts", "expected"),
    [
        ((), 1, 10.0),
        ((), 7, 10.0),
        ((9.0, 9.0), 1, 10.0),
        ((9.0, 9.5), 2, 12.5),
        ((9.0, 9.5, 9.9), 1, 12.5),
        ((9.0, 9.5, 9.9), 3, 13.4),
        ((6.6, 10.2), 1, 10.0),
    ],
)
def test_when_a_message_may_begin(times: tuple[float, ...], parts: int, expected: float) -> None:
    assert free_at(times, parts, 10.0) == pytest.approx(expected)


def test_parts_beyond_the_first_are_a_second_apart() -> None:
    assert spread(5.0, 5) == [5.0, 5.0, 5.0, 6.0, 7.0]


async def test_a_long_announcement_to_many_takes_a_slot_for_each_of_its_messages(sqlite: Database) -> None:
    async with FakeTelegram(rate=20, any_chat=True) as telegram:
        fields: dict[str, Any] = {"telegram_bot_token": SecretStr(telegram.token), "telegram_api_url": telegram.url}
        settings = Settings(_env_file=None, telegram_messages_per_second=20, **fields)
        payload = LONG.messages[0].model_dump(mode="json")
        row = {"kind": Kind.ANNOUNCEMENT, "platform": "telegram", "payload": payload, "due_at": NOW, "created_at": NOW}
        async with sqlite.transaction() as session:
            await enqueue(session, [{**row, "about": f"a:{n}", "chat": str(n)} for n in range(5001, 5016)])
        async with Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")) as stage:
            stage.clock.at = NOW
            for number in range(5001, 5016):
                assert (await stage.ended(f"a:{number}")).state == "delivered"
    assert telegram.arrived == 60 and not telegram.limits.refused
