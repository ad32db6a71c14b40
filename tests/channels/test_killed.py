"""`kill -9` in the middle of handling and of sending, then start again: one effect for each update, nothing lost."""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.inbox import InboxItem, InboxState
from storage.migrating import migrate
from storage.outbox import Delivery, Kind, State
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.leases import run_out
from tests.patience import PATIENCE
from tests.process import Process

NOW = "2024-03-15T10:00:00+01:00"
ENDS = {State.DELIVERED, State.FAILED, State.UNCERTAIN}


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def prepared(url: str) -> Database:
    database = Database(url)
    await migrate(database)
    return database


@pytest.fixture
async def database(bare: Database) -> Database:
    """Migrated, once for each engine."""
    await migrate(bare)
    return bare


def environment(url: str, telegram: FakeTelegram | None = None, slack: FakeSlack | None = None) -> dict[str, str]:
    env = {"DATABASE_URL": url, "PORT": str(a_port()), "HOST": "127.0.0.1"}
    if telegram is not None:
        env |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
    if slack is not None:
        env |= {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.url,
        }
    return env


def running(folder: Path, env: dict[str, str]) -> Process:
    return Process("run", "--now", NOW, env=env, folder=folder)


async def effects(database: Database) -> tuple[int, int, int, int]:
    """Updates stored, updates handled, replies written, replies with an end."""
    async with database.reading() as session:
        stored = await session.scalar(select(func.count()).select_from(InboxItem))
        done = await session.scalar(
            select(func.count()).select_from(InboxItem).where(InboxItem.state == InboxState.DONE)
        )
        replies = (await session.scalars(select(Delivery.state).where(Delivery.kind == Kind.REPLY))).all()
    return stored or 0, done or 0, len(replies), sum(state in ENDS for state in replies)


async def truth(database: Database) -> tuple[int, int]:
    """How many replies are recorded as delivered, and how many doubts are recorded."""
    async with database.reading() as session:
        delivered = await session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == State.DELIVERED)
        )
        doubts = await session.scalar(select(func.sum(Delivery.doubts)))
    return delivered or 0, int(doubts or 0)


def arrived_at_least(telegram: FakeTelegram, count: int) -> bool:
    return telegram.arrived >= count


async def until(condition: Callable[[], Awaitable[bool]], timeout: float = PATIENCE) -> None:
    """Look at the database until it says so; another process is at work on it."""
    async with asyncio.timeout(timeout):
        while not await condition():
            await asyncio.sleep(0.1)  # between looks, not for luck


async def all_ended(database: Database, replies: int) -> bool:
    return (await effects(database))[2:] == (replies, replies)


@pytest.mark.parametrize("seed", [1])
async def test_telegram_updates_have_one_effect_through_kills(
    database: Database, database_url: str, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with FakeTelegram() as telegram:
        env = environment(database_url, telegram)
        people = range(1, 41)
        for user in people:
            telegram.says(user, "C’est quand l’AG ?")
        for kill_after in sorted(chance.sample(range(1, 38), 2)):
            process = await running(tmp_path, env).start()
            await telegram.wait_until(partial(arrived_at_least, telegram, kill_after))
            await process.kill()
            await run_out(database, process.pid)
        last = await running(tmp_path, env).start()
        await until(lambda: all_ended(database, 40))
        code, output = await last.terminate()
        assert code == 0, output
        arrived = telegram.arrived
    stored, done, replies, ended = await effects(database)
    delivered, doubts = await truth(database)
    assert (stored, done, replies) == (40, 40, 40)
    assert delivered <= arrived <= delivered + doubts
    assert ended == 40


async def test_a_reply_on_its_way_when_the_process_is_killed_is_sent_again_and_the_doubt_recorded(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with FakeTelegram() as telegram:
        env = environment(database_url, telegram)
        held = telegram.hold("sendMessage", accepted=True)
        telegram.says(7, "C’est quand l’AG ?")
        process = await running(tmp_path, env).start()
        await held.reached()
        await process.kill()
        await run_out(database, process.pid)
        held.release()
        again = await running(tmp_path, env).start()
        await until(lambda: all_ended(database, 1))
        assert telegram.arrivals[7] == 2
        await again.terminate()
    assert await effects(database) == (1, 1, 1, 1)
    assert await truth(database) == (1, 1)


async def test_slack_updates_have_one_effect_through_a_kill(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with FakeSlack(ack_timeout=1.0, retry_delays=(0, 1, 2)) as slack:
        users = [f"U{number:03}" for number in range(1, 21)]
        for user in users:
            slack.add_user(user, f"Personne {user}")
        env = environment(database_url, slack=slack)
        process = await running(tmp_path, env).start()
        await slack.connected()
        for user in users:
            slack.says(user, "C’est quand l’AG ?")
        await slack.wait_until(lambda: slack.arrived >= 3, awaited="three replies")
        await process.kill()
        await run_out(database, process.pid)
        again = await running(tmp_path, env).start()
        await until(lambda: all_ended(database, 20))
        code, output = await again.terminate()
        assert code == 0, output
        arrived = slack.arrived
    stored, done, replies, ended = await effects(database)
    delivered, doubts = await truth(database)
    assert (stored, done, replies, ended) == (20, 20, 20, 20)
    assert delivered <= arrived <= delivered + doubts
