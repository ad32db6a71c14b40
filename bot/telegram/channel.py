"""Telegram as a channel: a bot with its messenger, and its poller or its webhook."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp.web import RouteDef
from telegram import Update
from telegram.error import InvalidToken, TelegramError

from bot.batching import Batches
from bot.channel import CannotStart, Health, Parts
from bot.commands import menu
from bot.gateway import Gateway
from bot.settings import Settings
from bot.telegram.listening import file_of, inbound_of
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.polling import InboxBot, Poller, Store, UpdatesTransport
from bot.telegram.transport import Transport
from bot.telegram.webhook import LOOK, Webhook, secret_of
from handlers.request import Inbound
from schedules.departing import MOST_OPEN
from schedules.messenger import Messenger
from storage.database import Database

log = logging.getLogger(__name__)

DECIDE_WITHIN = 10.0  # seconds; Telegram waits longer for an answer to an update it posts
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")


class TelegramChannel:
    """Receives by long polling, or by a webhook when there is a PUBLIC_URL; sends through the Bot API.

    A worker polls, a web process serves the webhook. Raises CannotStart when the webhook has no good secret.
    """

    name = "telegram"

    def __init__(
        self,
        settings: Settings,
        gateway: Gateway,
        database: Database,
        owner: str,
        parts: Parts = Parts.ALL,
        *,
        look: float = LOOK,
    ) -> None:
        self._settings = settings
        self._gateway = gateway
        self._bot = make_bot(settings, self.hear)
        self._batches = Batches(gateway.store)
        self._poller: Poller | None = None
        self._webhook: Webhook | None = None
        if not settings.public_url and Parts.WORKER in parts:
            self._poller = Poller(self._bot, database, owner)
        if settings.public_url and Parts.WEB in parts:
            secret = secret_of(settings)
            self._webhook = Webhook(self._bot, settings.public_url, secret, self._hear_one, look=look)
        self._introduced = False
        self._polling: asyncio.Task[None] | None = None
        messenger = TelegramMessenger(self._bot, settings.telegram_messages_per_second, gateway.files)
        self.messenger: Messenger = messenger
        gateway.acknowledge_with(self.name, messenger.acknowledge)

    def routes(self) -> Sequence[RouteDef]:
        """Where Telegram posts to, with a webhook."""
        return self._webhook.routes() if self._webhook is not None else ()

    async def start(self) -> None:
        """Ask Telegram who we are, then begin to receive. Raises CannotStart for a wrong token or address."""
        await introduce(self._bot, self._settings)
        await self._gateway.remember_bot(self.name, username=self._bot.username)
        self._introduced = True
        try:
            await self._bot.set_my_commands(menu(self._gateway.commands))
        except TelegramError as error:
            log.warning("the menu of commands was not set (%s)", type(error).__name__)
        if self._webhook is not None:
            await self._webhook.start()
        if self._poller is not None:
            self._polling = asyncio.create_task(self._poller.run(), name="telegram poller")
            await self._poller.begun.wait()

    async def stop(self) -> None:
        """End receiving; what has been received is in the inbox. Sending goes on until the process ends."""
        if self._webhook is not None:
            await self._webhook.stop()
        if self._poller is not None:
            self._poller.stop()
        if self._polling is not None:
            await self._polling
        await self._batches.settled()

    async def close(self) -> None:
        """Give back the connections; nothing is sent any more."""
        with contextlib.suppress(TelegramError):
            await self._bot.shutdown()

    def health(self) -> Health:
        """How receiving goes."""
        if not self._introduced:
            return Health(False, "not started")
        if self._webhook is not None:
            return self._webhook.health()
        if self._poller is None:
            return Health(True, "sends only")
        if self._polling is None or self._polling.done():
            return Health(False, "not polling")
        return self._poller.health()

    async def hear(self, updates: Sequence[Update]) -> None:
        """Take in what polling brought; when this returns it may be confirmed. Raises when it may not."""
        heard = [inbound for update in updates if (inbound := await self._take(update)) is not None]
        if heard:
            await self._gateway.store(heard)

    async def _hear_one(self, raw: dict[str, Any]) -> bool:
        """Take in what was posted; True when it may be confirmed. One that nobody can read would come for ever."""
        try:
            update = Update.de_json(raw, self._bot)
        except Exception as error:
            log.error("update telegram %s cannot be read (%s)", raw["update_id"], type(error).__name__)
            return True
        inbound = await self._take(update)
        if inbound is None or await self._batches.store(inbound, DECIDE_WITHIN):
            return True
        log.warning("update telegram %d could not be stored: not confirmed", update.update_id)
        return False

    async def _take(self, update: Update) -> Inbound | None:
        """An update as we understand it, with the file that came with it if its sender may send us any."""
        inbound = self._read(update)
        if inbound is None or inbound.file is None or (sent := file_of(update)) is None:
            return inbound
        return await self._gateway.with_file(inbound, sent.size, lambda: self._download(sent.id))

    async def _download(self, file_id: str) -> bytes:
        try:
            return bytes(await (await self._bot.get_file(file_id)).download_as_bytearray())
        except TelegramError as error:
            log.warning("a file could not be had (%s)", type(error).__name__)
            return b""

    def _read(self, update: Update) -> Inbound | None:
        try:
            return inbound_of(update, self._bot, self._gateway.clock.now())
        except Exception as error:  # a poisoned update must not hold up those behind it
            log.error("update telegram %d cannot be read (%s)", update.update_id, type(error).__name__)
            return None


def make_bot(settings: Settings, store: Store) -> InboxBot:
    """A bot on the configured address, which repeats no request by itself."""
    assert settings.telegram_bot_token is not None
    url = settings.telegram_api_url
    return InboxBot(
        store,
        UpdatesTransport(2),
        token=settings.telegram_bot_token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=Transport(MOST_OPEN + 10),
    )


async def introduce(bot: InboxBot, settings: Settings) -> None:
    """Have the bot ask for its own name. Raises CannotStart with one clear sentence."""
    host = urlsplit(settings.telegram_api_url).netloc or settings.telegram_api_url
    if not _TOKEN.fullmatch(bot.token):
        raise CannotStart("TELEGRAM_BOT_TOKEN is no token of a bot; copy it from @BotFather: digits, a colon, letters.")
    try:
        await bot.initialize()
    except InvalidToken:
        raise CannotStart(
            f"TELEGRAM_BOT_TOKEN is refused by {host}; copy it again from @BotFather, or correct TELEGRAM_API_URL."
        ) from None
    except TelegramError as error:
        raise CannotStart(
            f"Telegram cannot be reached at {host} ({type(error).__name__}); check TELEGRAM_API_URL and the network."
        ) from None


async def who_am_i(settings: Settings) -> str:
    """The bot's name, for `concerte check`. Raises CannotStart."""
    if settings.public_url:
        secret_of(settings)
    bot = make_bot(settings, _nothing)
    try:
        await introduce(bot, settings)
        return f"@{bot.username}"
    finally:
        with contextlib.suppress(TelegramError):
            await bot.shutdown()


async def _nothing(_: Sequence[Update]) -> None:
    """Nothing is received."""
