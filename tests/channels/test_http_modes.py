"""Slack's events and Telegram's updates over HTTP: who may post them, and that each stored one has one effect."""

import asyncio
import contextlib
import hmac
import socket
import time
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier
from telegram import Bot

from bot.channel import CannotStart, Channel, Health, Parts
from bot.gateway import Gateway
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.slack.channel import who_we_are as slack_name
from bot.telegram.channel import TelegramChannel
from bot.telegram.channel import who_am_i as telegram_name
from bot.web.server import WebServer
from handlers.messages import Message
from schedules.delivery import Worker
from storage.database import Database
from storage.models import Base
from storage.outbox import Kind
from tests.channels.staging import Stage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.proxy import Proxy
from tests.recording import HandClock

ANNE = 1001
MEMBER = "U1"
SECRET = "s3cret-of_the-webhook"


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Here:
    """What the web server needs of an application."""

    def __init__(self, database: Database, gateway: Gateway) -> None:
        self.database = database
        self.gateway = gateway
        self.clock = HandClock()

    async def readiness(self) -> dict[str, Health]:
        """Nothing is asked about here."""
        return {}


class Front:
    """A platform channel and the web server in front of it, as `concerte run` has them."""

    def __init__(self, database: Database, settings: Settings, parts: Parts = Parts.ALL) -> None:
        self.settings = settings
        self._database = database
        self._parts = parts
        self._channel: Channel | None = None

    def telegram(self, gateway: Gateway, _: Worker) -> Channel:
        """Telegram, looking at its webhook all the time."""
        self._channel = TelegramChannel(self.settings, gateway, self._database, "w1", self._parts, look=0.02)
        return self._channel

    def slack(self, gateway: Gateway, _: Worker) -> Channel:
        """Slack in HTTP mode."""
        self._channel = SlackChannel(self.settings, gateway, parts=self._parts)
        return self._channel

    def web(self, gateway: Gateway, _: Worker) -> Channel:
        """The web server with the routes of the channel made before."""
        assert self._channel is not None
        return WebServer(self.settings, Here(self._database, gateway), routes=self._channel.routes())


def settings_for(port: int, **more: Any) -> Settings:
    return Settings(_env_file=None, host="127.0.0.1", port=port, **more)


def telegram_settings(telegram: FakeTelegram, port: int = 0, **more: Any) -> Settings:
    port = port or a_port()
    fields = {
        "telegram_bot_token": SecretStr(telegram.token),
        "telegram_api_url": telegram.url,
        "telegram_webhook_secret": SecretStr(SECRET),
        "public_url": f"http://127.0.0.1:{port}",
    }
    return settings_for(port, **(fields | more))


def slack_settings(slack: FakeSlack, port: int = 0, **more: Any) -> Settings:
    fields = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_signing_secret": SecretStr(slack.signing_secret),
        "slack_api_url": slack.url,
        "slack_messages_per_minute": 6000,
    }
    return settings_for(port or a_port(), **(fields | more))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(webhook_delays=(0.1,)) as telegram:
        telegram.knows(ANNE)
        yield telegram


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(retry_delays=(0.1, 0.5, 1.0)) as slack:
        slack.add_user(MEMBER, "Anne Le Goff")
        yield slack


@contextlib.asynccontextmanager
async def telegram_stage(telegram: FakeTelegram, database: Database, **more: Any) -> AsyncIterator[tuple[Stage, str]]:
    front = Front(database, telegram_settings(telegram, **more))
    async with Stage(database, front.telegram, front.web) as stage:
        yield stage, f"{front.settings.public_url}/telegram/events"


@contextlib.asynccontextmanager
async def slack_stage(slack: FakeSlack, database: Database) -> AsyncIterator[tuple[Stage, str]]:
    front = Front(database, slack_settings(slack))
    async with Stage(database, front.slack, front.web) as stage:
        yield stage, f"http://127.0.0.1:{front.settings.port}/slack/events"


async def post(url: str, body: bytes, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status


# Telegram


async def test_an_update_that_is_posted_is_answered_and_a_press_too(telegram: FakeTelegram, sqlite: Database) -> None:
    async with telegram_stage(telegram, sqlite) as (stage, _):
        telegram.says(ANNE, "/demande")
        question = await telegram.next_message(ANNE)
        answer = await telegram.answer_to(telegram.presses(ANNE, question, "Oui"))
        await telegram.next_edit(question)
        assert (question.text, answer.text) == ("Choisi : oui", "Noté")
        assert all(channel.health().ok for channel in stage.channels)
        assert telegram.calls["getUpdates"] == 0


async def test_an_update_that_is_posted_again_has_one_effect(telegram: FakeTelegram, sqlite: Database) -> None:
    async with telegram_stage(telegram, sqlite) as (stage, _):
        update = telegram.says(ANNE, "bonjour")
        await telegram.next_message(ANNE)
        telegram.redeliver(update)
        await telegram.wait_until(lambda: len(telegram.pushes) == 2)
        await telegram.all_confirmed()
        assert (await stage.updates(), telegram.arrived) == (1, 1)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_an_update_without_the_secret_is_refused(telegram: FakeTelegram, sqlite: Database, secret: str) -> None:
    async with telegram_stage(telegram, sqlite) as (stage, url):
        forged = b'{"update_id": 1, "message": {}}'
        assert await post(url, forged, **{"X-Telegram-Bot-Api-Secret-Token": secret}) == 403
        assert await stage.updates() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": 7}', 200),
        (b'{"update_id": 7, "message": {"text": "no date"}}', 200),
        (b"x" * (1024 * 1024 + 1), 413),
    ],
)
async def test_what_cannot_be_read_is_refused_or_confirmed_but_never_a_fault(
    telegram: FakeTelegram, sqlite: Database, body: bytes, status: int
) -> None:
    async with telegram_stage(telegram, sqlite) as (stage, url):
        assert await post(url, body, **{"X-Telegram-Bot-Api-Secret-Token": SECRET}) == status
        assert await stage.updates() == 0


async def test_a_webhook_that_is_taken_away_is_set_again(telegram: FakeTelegram, sqlite: Database) -> None:
    async with telegram_stage(telegram, sqlite):
        async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as other:
            await other.delete_webhook()
        telegram.says(ANNE, "bonjour")
        assert (await telegram.next_message(ANNE)).text == "Vous dites : bonjour"


async def test_without_a_public_address_the_webhook_is_taken_away_and_polling_goes_on(
    telegram: FakeTelegram, sqlite: Database
) -> None:
    async with telegram_stage(telegram, sqlite):
        pass
    front = Front(sqlite, telegram_settings(telegram, public_url=""))
    async with Stage(sqlite, front.telegram):
        telegram.says(ANNE, "bonjour")
        assert (await telegram.next_message(ANNE)).text == "Vous dites : bonjour"
    assert telegram.calls["deleteWebhook"] == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"telegram_webhook_secret": None}, "TELEGRAM_WEBHOOK_SECRET is not set"),
        ({"telegram_webhook_secret": SecretStr("à deviner")}, "TELEGRAM_WEBHOOK_SECRET may hold letters"),
        ({"public_url": "http://example.org"}, "does not take http://example.org/telegram/events as its webhook"),
    ],
)
async def test_what_the_webhook_lacks_is_one_clear_sentence(
    telegram: FakeTelegram, sqlite: Database, fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CannotStart, match=sentence):
        async with telegram_stage(telegram, sqlite, **fields):
            pass
    if "telegram_webhook_secret" in fields:
        with pytest.raises(CannotStart, match=sentence):
            await telegram_name(telegram_settings(telegram, **fields))


async def test_a_worker_beside_web_processes_only_sends(telegram: FakeTelegram, sqlite: Database) -> None:
    front = Front(sqlite, telegram_settings(telegram, telegram_webhook_secret=None), Parts.WORKER)
    async with Stage(sqlite, front.telegram) as stage:
        await stage.push("a", Message(text="Une annonce"), platform="telegram", chat=str(ANNE))
        assert (await telegram.next_message(ANNE)).text == "Une annonce"
        assert stage.channels[0].health() == Health(True, "sends only")
    assert (telegram.calls["getUpdates"], telegram.calls["setWebhook"]) == (0, 0)


async def test_a_web_process_replies_and_leaves_what_is_pushed_to_the_workers(
    telegram: FakeTelegram, sqlite: Database
) -> None:
    front = Front(sqlite, telegram_settings(telegram), Parts.WEB)
    async with Stage(sqlite, front.telegram, front.web) as stage:
        stage.worker.add(stage.channels[0].messenger, pushes=False)
        await stage.push("a", Message(text="Une annonce"), platform="telegram", chat=str(ANNE))
        await stage.push("b", Message(text="Une réponse"), Kind.REPLY, platform="telegram", chat=str(ANNE))
        telegram.says(ANNE, "bonjour")
        await telegram.wait_until(lambda: telegram.arrived == 2)
        await stage.ended("b")
        assert (await stage.delivery("a")).state == "waiting"


# Slack


async def test_the_address_is_verified_and_events_commands_and_presses_are_answered(
    slack: FakeSlack, sqlite: Database
) -> None:
    async with slack_stage(slack, sqlite) as (stage, url):
        assert await slack.use_http(url)
        slack.says(MEMBER, "demande")
        await slack.says(MEMBER, "/demande").acknowledged()
        await slack.next_message(MEMBER)
        question = await slack.next_message(MEMBER)
        await slack.presses(MEMBER, question, "Oui").acknowledged()
        await slack.next_edit(question)
        ack = await slack.command(MEMBER, "/concerte", "aide").acknowledged()
        assert (question.shown, ack.body) == ("Choisi : oui", None)
        assert all(channel.health().ok for channel in stage.channels)
        await slack.wait_until(lambda: slack.arrived == 4, awaited="four messages")
    assert slack.sockets.opened == 0


async def test_several_workspaces_post_to_one_address_and_are_answered_each_with_its_token(
    slack: FakeSlack, sqlite: Database
) -> None:
    other = slack.another("Bretagne")
    other.add_user(MEMBER, "Anne Kerjean")
    front = Front(sqlite, slack_settings(slack, slack_bot_token=SecretStr(slack.bot_tokens)))
    async with Stage(sqlite, front.slack, front.web):
        assert await slack.use_http(f"http://127.0.0.1:{front.settings.port}/slack/events")
        for team in (slack, other):
            await team.says(MEMBER, "/demande").acknowledged()
            question = await team.next_message(MEMBER)
            await team.presses(MEMBER, question, "Oui").acknowledged()
            assert (await team.next_edit(question)).shown == "Choisi\u00a0: oui"
            assert team.refused == []


async def test_an_event_that_is_posted_again_has_one_effect(slack: FakeSlack, sqlite: Database) -> None:
    async with slack_stage(slack, sqlite) as (stage, url):
        await slack.use_http(url)
        envelope = slack.says(MEMBER, "bonjour")
        await envelope.acknowledged()
        await slack.redeliver(envelope.event_id).acknowledged()
        await slack.next_message(MEMBER)
        assert (await stage.updates(), slack.arrived) == (1, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=1"},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "0", "X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": str(int(time.time()) + 10), "X-Slack-Signature": "v0=é"},
    ],
)
@pytest.mark.parametrize("body", [b'{"type": "url_verification", "challenge": "x"}', b"\xff\xfe"])
async def test_a_post_without_a_good_signature_is_refused(
    slack: FakeSlack, sqlite: Database, headers: dict[str, str], body: bytes
) -> None:
    async with slack_stage(slack, sqlite) as (stage, url):
        assert await post(url, body, **headers) == 401
        assert await stage.updates() == 0


async def test_a_forged_or_old_signature_is_refused_and_a_body_is_bounded(slack: FakeSlack, sqlite: Database) -> None:
    async with slack_stage(slack, sqlite) as (stage, url):
        assert await slack.use_http(url)
        line = slack.push
        assert line is not None
        line.age = 301
        assert not await line.verify("token")
        line.age = 290
        assert await line.verify("token")
        line.signing_secret = "another secret"
        assert await slack.says(MEMBER, "forgé") is None
        assert await post(url, b"x" * (1024 * 1024 + 1)) == 413
        assert await stage.updates() == 0


async def test_slack_that_could_receive_in_no_way_is_one_clear_sentence(slack: FakeSlack, sqlite: Database) -> None:
    settings = slack_settings(slack, slack_signing_secret=None)
    sentence = "SLACK_APP_TOKEN is not set.*SLACK_SIGNING_SECRET.*/slack/events"
    with pytest.raises(CannotStart, match=sentence):
        async with Stage(sqlite, Front(sqlite, settings).slack):
            pass
    with pytest.raises(CannotStart, match=sentence):
        await slack_name(settings)


async def test_beside_web_processes_a_worker_needs_no_signing_secret(slack: FakeSlack, sqlite: Database) -> None:
    settings = slack_settings(slack, slack_signing_secret=None)
    async with Stage(sqlite, Front(sqlite, settings, Parts.WORKER).slack) as stage:
        assert stage.channels[0].health() == Health(True, "sends only")


# Both secrets


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the standard library's comparison in constant time was asked, and answered."""
    answers: list[bool] = []
    genuine = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        answers.append(genuine(one, other))
        return answers[-1]

    monkeypatch.setattr(hmac, "compare_digest", watched)
    return answers


@pytest.mark.parametrize(
    ("secret", "status"),
    [
        (SECRET.encode(), 200),
        (None, 403),
        (b"", 403),
        (SECRET[:1].encode(), 403),
        (SECRET.encode() * 9, 403),
        (SECRET.upper().encode(), 403),
        ("é".encode(), 403),
        (b"\xff\xfe", 403),
    ],
)
async def test_the_secret_of_telegram_is_compared_in_constant_time_whatever_was_given(
    telegram: FakeTelegram, sqlite: Database, compared: list[bool], secret: bytes | None, status: int
) -> None:
    async with telegram_stage(telegram, sqlite) as (_, url):
        compared.clear()
        head = b"" if secret is None else b"X-Telegram-Bot-Api-Secret-Token: " + secret + b"\r\n"
        assert await raw_post(url, head, b'{"update_id": 7}') == status
    assert compared == [status == 200]


@pytest.mark.parametrize(
    ("signature", "status"),
    [(None, 200), (b"", 401), (b"v0=", 401), (b"v0=" + b"0" * 64, 401), (b"v0=" + b"0" * 9000, 400), (b"v1", 401)],
)
async def test_the_signature_of_slack_is_compared_in_constant_time_whatever_was_given(
    slack: FakeSlack, sqlite: Database, compared: list[bool], signature: bytes | None, status: int
) -> None:
    body = b'{"type": "url_verification", "challenge": "x"}'
    at = str(int(time.time()))
    good = SignatureVerifier(slack.signing_secret).generate_signature(timestamp=at, body=body)
    assert good is not None
    given = good.encode() if signature is None else signature
    async with slack_stage(slack, sqlite) as (_, url):
        compared.clear()
        head = b"X-Slack-Request-Timestamp: " + at.encode() + b"\r\nX-Slack-Signature: " + given + b"\r\n"
        assert await raw_post(url, head, body) == status
    assert compared == ([] if status == 400 else [status == 200])  # what is no HTTP at all is not even looked at


@pytest.mark.parametrize("at", [b"", b"9" * 5000, b"1e9", b"\xff", "١٢٣".encode(), b"-1"])
async def test_a_time_that_is_none_is_refused(slack: FakeSlack, sqlite: Database, at: bytes) -> None:
    async with slack_stage(slack, sqlite) as (_, url):
        head = b"X-Slack-Request-Timestamp: " + at + b"\r\nX-Slack-Signature: v0=" + b"0" * 64 + b"\r\n"
        assert await raw_post(url, head, b"{}") == 401


async def raw_post(url: str, head: bytes, body: bytes) -> int:
    """The status of a post whose headers are bytes, as no good client would send them."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    start = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n".encode()
    end = f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    writer.write(start + head + end + body)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


# The database goes away


@pytest.fixture
async def proxy(new_postgres: str) -> AsyncIterator[Proxy]:
    async with Proxy(new_postgres) as proxy:
        yield proxy


@pytest.fixture
async def far(proxy: Proxy) -> AsyncIterator[Database]:
    """A database that can be cut off."""
    database = Database(proxy.url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


async def test_what_telegram_posts_while_the_database_is_away_comes_again_and_has_one_effect(
    telegram: FakeTelegram, far: Database, proxy: Proxy
) -> None:
    async with telegram_stage(telegram, far) as (stage, _):
        await proxy.cut()
        telegram.says(ANNE, "bonjour")
        await telegram.wait_until(lambda: len(telegram.pushes) >= 2)
        assert {push.status for push in telegram.pushes} == {503}
        await proxy.restore()
        assert (await telegram.next_message(ANNE)).text == "Vous dites : bonjour"
        await telegram.all_confirmed()
        assert (await stage.updates(), telegram.arrived) == (1, 1)


async def test_what_slack_posts_while_the_database_is_away_comes_again_and_has_one_effect(
    slack: FakeSlack, far: Database, proxy: Proxy
) -> None:
    async with slack_stage(slack, far) as (stage, url):
        await slack.use_http(url)
        await proxy.cut()
        envelope = slack.says(MEMBER, "bonjour")
        await slack.wait_until(lambda: len(envelope.attempts) >= 2, awaited="a retry")
        assert envelope.attempts[0].outcome == "http_error"
        await proxy.restore()
        await slack.next_message(MEMBER)
        assert (await stage.updates(), slack.arrived) == (1, 1)


async def test_slack_gets_its_answer_in_time_when_the_database_is_silent(
    slack: FakeSlack, far: Database, proxy: Proxy
) -> None:
    async with slack_stage(slack, far) as (stage, url):
        await slack.use_http(url)
        proxy.freeze()
        envelope = slack.says(MEMBER, "bonjour")
        await slack.wait_until(lambda: len(envelope.attempts) >= 2, awaited="a retry")
        assert envelope.attempts[0].outcome == "http_error"  # and not that we were too late
        proxy.thaw()
        await slack.next_message(MEMBER)
        assert (await stage.updates(), slack.arrived) == (1, 1)
