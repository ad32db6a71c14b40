"""How requests reach Telegram: proxies of the environment, time, files, and a token that nobody gets to read."""

import asyncio
import logging
import math
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.refusals import delivery_error
from bot.telegram.transport import Transport
from tests.fakes.telegram.server import FakeTelegram

ANNE = 1001
FAR = "http://api.telegram.invalid"  # a name that no resolver knows


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.knows(ANNE)
        yield telegram


def bot(url: str, telegram: FakeTelegram, transport: Transport | None = None) -> Bot:
    """The real client on our transport; `async with` asks for the bot's name, so that the fake is there."""
    return Bot(telegram.token, f"{url}/bot", f"{url}/file/bot", transport or Transport(4), Transport(1))


class Proxy:
    """A proxy of the HTTP kind in front of the fake: passes requests on, and refuses to make a tunnel."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.asked: list[str] = []
        self.known_as: list[str] = []
        self._telegram = telegram
        self._server = web.Server(self._pass, access_log=None)
        self._runner = web.ServerRunner(self._server)
        self.address = ""

    async def __aenter__(self) -> "Proxy":
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{listening.getsockname()[1]}"
        await web.SockSite(self._runner, listening).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _pass(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path.partition('/bot')[0]}")
        self.known_as.append(request.headers.get("Proxy-Authorization", ""))
        if request.method == "CONNECT":
            return web.Response(status=403)
        url = f"{self._telegram.url}{request.rel_url.path}"
        kept = {"Content-Type": request.headers["Content-Type"]}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=await request.read(), headers=kept) as answer,
        ):
            return web.Response(body=await answer.read(), status=answer.status)


@pytest.fixture
async def proxy(telegram: FakeTelegram) -> AsyncIterator[Proxy]:
    async with Proxy(telegram) as proxy:
        yield proxy


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
async def test_a_proxy_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, telegram: FakeTelegram, proxy: Proxy, name: str
) -> None:
    monkeypatch.setenv(name, f"http://{proxy.address}")
    async with bot(FAR, telegram) as client:
        await client.send_message(ANNE, "bonjour")
    assert proxy.asked == [f"POST {FAR}"] * 2 and telegram.sent[0].text == "bonjour"


async def test_a_proxy_may_be_written_without_a_scheme_and_want_a_password(
    monkeypatch: pytest.MonkeyPatch, telegram: FakeTelegram, proxy: Proxy
) -> None:
    monkeypatch.setenv("http_proxy", f"anne:secret@{proxy.address}")
    async with bot(FAR, telegram) as client:
        await client.send_message(ANNE, "bonjour")
    assert proxy.known_as == ["Basic YW5uZTpzZWNyZXQ="] * 2  # « anne:secret »


@pytest.mark.parametrize("exempt", ["127.0.0.1", "example.org,127.0.0.1", "*"])
async def test_no_proxy_is_heeded(
    monkeypatch: pytest.MonkeyPatch, telegram: FakeTelegram, proxy: Proxy, exempt: str
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
    monkeypatch.setenv("no_proxy", exempt)
    async with bot(telegram.url, telegram) as client:
        await client.send_message(ANNE, "bonjour")
    assert proxy.asked == [] and telegram.arrived == 1


async def test_a_proxy_that_makes_no_tunnel_has_let_nothing_through(
    monkeypatch: pytest.MonkeyPatch, telegram: FakeTelegram, proxy: Proxy
) -> None:
    monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
    error = await failed(bot("https://api.telegram.invalid", telegram))
    assert proxy.asked[0].startswith("CONNECT api.telegram.invalid:443")
    assert (delivery_error(error, "1").reason, delivery_error(error, "1").uncertain) == (
        "Telegram cannot be reached",
        False,
    )


async def failed(client: Bot) -> TelegramError:
    """The error of one message."""
    try:
        with pytest.raises(TelegramError) as found:
            await client.send_message(ANNE, "bonjour")
    finally:
        await client.request.shutdown()
    return found.value


async def test_an_answer_that_does_not_come_is_a_doubt(telegram: FakeTelegram) -> None:
    hold = telegram.hold("sendMessage")
    error = await failed(bot(telegram.url, telegram, Transport(4, read=0.05)))
    assert isinstance(error, TimedOut) and delivery_error(error, "1").uncertain
    hold.release()


async def test_a_connection_that_is_not_to_be_had_is_no_doubt(telegram: FakeTelegram) -> None:
    hold = telegram.hold("sendMessage")
    client = bot(telegram.url, telegram, Transport(1, connect=0.1))
    first = asyncio.create_task(client.send_message(ANNE, "la première"))
    await hold.reached()
    with pytest.raises(TimedOut) as found:
        await client.send_message(ANNE, "celle qui attend")
    assert not delivery_error(found.value, "1").uncertain
    hold.release()
    await first
    await client.request.shutdown()
    assert [message.text for message in telegram.sent] == ["la première"]


async def test_a_long_poll_may_be_silent_for_longer_than_a_message(telegram: FakeTelegram) -> None:
    """PTB asks for it: what it names takes the place of the transport's own patience."""
    hold = telegram.hold("sendMessage")
    client = bot(telegram.url, telegram, Transport(4, read=0.01))
    sending = asyncio.create_task(client.send_message(ANNE, "bonjour", read_timeout=30))
    await hold.reached()
    hold.release()
    assert (await sending).text == "bonjour"
    await client.request.shutdown()


async def test_a_large_file_with_an_accent_and_a_quote_in_its_name_arrives_whole(telegram: FakeTelegram) -> None:
    content = bytes(range(256)) * 4200  # a little over one MB
    client = bot(telegram.url, telegram)
    await client.send_document(ANNE, InputFile(content, filename='Élus "AG".pdf'), caption="<b>Voilà</b>")
    await client.request.shutdown()
    file = telegram.sent[0].file
    assert file is not None and file.name == 'Élus "AG".pdf'
    assert len(file.content) == len(content) and (file.content == content) is True
    assert telegram.sent[0].text == "<b>Voilà</b>"


async def test_a_closed_transport_opens_again_when_it_is_needed(telegram: FakeTelegram) -> None:
    client = bot(telegram.url, telegram)
    for _ in range(2):
        await client.send_message(ANNE, "bonjour")
        await client.request.shutdown()
    await client.request.shutdown()
    assert telegram.arrived == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(({"retry_after": asked}, 1) for asked in (0, -5, None, "bientôt", "", [3], {"s": 3}, math.nan, 10**400)),
        *(({"retry_after": asked}, 7) for asked in (7, "7", 7.0)),
        *(({"retry_after": asked}, 86_400) for asked in (10**9, "1e9", math.inf)),
        ("later", 1),
        (["later"], 1),
        (None, 1),
    ],
    ids=repr,
)
async def test_a_429_is_a_silence_however_badly_it_is_said(telegram: FakeTelegram, said: Any, seconds: int) -> None:
    telegram.fail_next("sendMessage", 429, "Too Many Requests: retry later", said)
    error = await failed(bot(telegram.url, telegram))
    assert isinstance(error, RetryAfter) and error.retry_after == timedelta(seconds=seconds)
    assert delivery_error(error, "1").retry_after == seconds


async def spoil(telegram: FakeTelegram, how: str) -> str:
    """Let something go wrong; returns the address to use."""
    if how == "nobody listens":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"
    if how == "no such host":
        return FAR
    if how == "no address":
        return "http://"
    if how == "cut":
        telegram.drop_connection_after("sendMessage")
    elif how == "no JSON":
        telegram.fail_next("sendMessage", 502, "", page="<h1>Bad Gateway</h1>")
    elif how == "revoked":
        telegram.unauthorized()
    return telegram.url


@pytest.mark.parametrize("how", ["nobody listens", "no such host", "no address", "cut", "no JSON", "revoked", "late"])
async def test_no_error_and_no_log_holds_the_token(telegram: FakeTelegram, lines: list[str], how: str) -> None:
    url = await spoil(telegram, how)
    held = telegram.hold("sendMessage") if how == "late" else None
    error = await failed(bot(url, telegram, Transport(4, read=0.05 if held else 5)))
    try:
        raise error
    except TelegramError:
        logging.getLogger("bot.anything").exception("it failed: %s", error)
    told = "\n".join([str(error), repr(error), delivery_error(error, "1").reason, *lines])
    secret = telegram.token.partition(":")[2]
    assert "it failed" in told and secret not in told and isinstance(error, NetworkError | TelegramError)
    telegram.recover()
