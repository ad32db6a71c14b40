"""Telegram as a channel: a bot with its poller and its messenger."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channel import CannotStart, Health
from bot.commands import menu
from bot.gateway import Gateway
from bot.settings import Settings
from bot.telegram.listening import inbound_of
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.polling import InboxBot, Poller, Store, UpdatesRequest
from schedules.delivery import MOST_OPEN
from schedules.messenger import Messenger
from storage.database import Database

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
# Together under 20 s, so that a delivery's lease outlives its request.
_TIMEOUTS: dict[str, Any] = {"connect_timeout": 4.0, "read_timeout": 9.0, "write_timeout": 4.0, "pool_timeout": 2.0}


class TelegramChannel:
    """Receives by long polling, sends through the Bot API."""

    name = "telegram"

    def __init__(self, settings: Settings, gateway: Gateway, database: Database, owner: str) -> None:
        self._settings = settings
        self._gateway = gateway
        self._bot = make_bot(settings, self.hear)
        self._poller = Poller(self._bot, database, owner)
        self._polling: asyncio.Task[None] | None = None
        messenger = TelegramMessenger(self._bot, settings.telegram_messages_per_second)
        self.messenger: Messenger = messenger
        gateway.acknowledge_with(self.name, messenger.acknowledge)

    async def start(self) -> None:
        """Ask Telegram who we are, then begin to poll. Raises CannotStart for a wrong token or address."""
        await introduce(self._bot, self._settings)
        try:
            await self._bot.set_my_commands(menu(self._gateway.commands))
        except TelegramError as error:
            log.warning("the menu of commands was not set (%s)", type(error).__name__)
        self._polling = asyncio.create_task(self._poller.run(), name="telegram poller")
        await self._poller.begun.wait()

    async def stop(self) -> None:
        """End polling; what has been received is in the inbox. Sending goes on until the process ends."""
        self._poller.stop()
        if self._polling is not None:
            await self._polling

    async def close(self) -> None:
        """Give back the connections; nothing is sent any more."""
        with contextlib.suppress(TelegramError):
            await self._bot.shutdown()

    def health(self) -> Health:
        """How polling goes."""
        if self._polling is None or self._polling.done():
            return Health(False, "not polling")
        return self._poller.health()

    async def hear(self, updates: Sequence[Update]) -> None:
        """Take updates in, whatever brought them; when this returns they may be confirmed. Raises when they may not."""
        now = self._gateway.clock.now()
        heard = []
        for update in updates:
            try:
                inbound = inbound_of(update, self._bot, now)
            except Exception as error:  # a poisoned update must not hold up those behind it
                log.error("update telegram %d cannot be read (%s)", update.update_id, type(error).__name__)
                continue
            if inbound is not None:
                heard.append(inbound)
        if heard:
            await self._gateway.store(heard)


def make_bot(settings: Settings, store: Store) -> InboxBot:
    """A bot on the configured address, which repeats no request by itself."""
    assert settings.telegram_bot_token is not None
    url = settings.telegram_api_url
    return InboxBot(
        store,
        UpdatesRequest(connection_pool_size=2, **_TIMEOUTS),
        token=settings.telegram_bot_token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HTTPXRequest(connection_pool_size=MOST_OPEN + 10, media_write_timeout=9.0, **_TIMEOUTS),
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
    bot = make_bot(settings, _nothing)
    try:
        await introduce(bot, settings)
        return f"@{bot.username}"
    finally:
        with contextlib.suppress(TelegramError):
            await bot.shutdown()


async def _nothing(_: Sequence[Update]) -> None:
    """Nothing is received."""
