"""The webhook: Telegram posts updates to `/telegram/events`, one by one, with a secret that only it and we know.

An update is answered 200 once it is in the inbox, 503 when it could not be put there: Telegram then sends it again.
https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, TelegramError

from bot.channel import CannotStart, Health
from bot.settings import Settings
from bot.telegram.listening import WANTED
from schedules.clock import machine_now

log = logging.getLogger(__name__)

PATH = "/telegram/events"
LARGEST_BODY = 1024 * 1024  # bytes; Telegram's own updates stay far below
LOOK = 60.0  # seconds between looks whether the webhook is still ours
RECENT = 300.0  # seconds for which a failed delivery of Telegram's counts against our health
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

Hear = Callable[[dict[str, Any]], Awaitable[bool]]


def secret_of(settings: Settings) -> str:
    """The secret of the webhook, without which anybody could post updates. Raises CannotStart."""
    secret = settings.telegram_webhook_secret.get_secret_value() if settings.telegram_webhook_secret else ""
    if not secret:
        raise CannotStart(
            "TELEGRAM_WEBHOOK_SECRET is not set, and with PUBLIC_URL Telegram posts updates to us; set it to 1 to 256 "
            "random letters and digits, or unset PUBLIC_URL to poll."
        )
    if not _SECRET.fullmatch(secret):
        raise CannotStart("TELEGRAM_WEBHOOK_SECRET may hold letters, digits, _ and - only, 256 at most.")
    return secret


class Webhook:
    """The address that Telegram was told. It is looked at from time to time: a poller of old may take it away."""

    def __init__(self, bot: Bot, public_url: str, secret: str, hear: Hear, *, look: float = LOOK) -> None:
        self._bot = bot
        self._url = public_url + PATH
        self._secret = secret
        self._hear = hear
        self._look = look
        self._fault = ""
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tell Telegram the address. Raises CannotStart when it does not take it."""
        try:
            await self._set()
        except BadRequest as refused:
            reason = str(refused).partition(":")[2].strip() or str(refused)
            raise CannotStart(
                f"Telegram does not take {self._url} as its webhook ({reason}); PUBLIC_URL must be the https address "
                "under which this server is reached from outside."
            ) from None
        except TelegramError as error:
            raise CannotStart(f"The webhook could not be set ({type(error).__name__}); check the network.") from None
        self._keeping = asyncio.create_task(self._keep(), name="telegram webhook")

    async def stop(self) -> None:
        """Look no more. The webhook stays: another process may serve it, and Telegram keeps what comes meanwhile."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    def health(self) -> Health:
        """Whether updates reach us, as far as Telegram says."""
        if self._keeping is None:
            return Health(False, "no webhook set")
        return Health(not self._fault, self._fault or "webhook set")

    def routes(self) -> list[web.RouteDef]:
        """What the web server answers for Telegram."""
        return [web.post(PATH, self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """One update."""
        given = request.headers.get(_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            return web.Response(status=403)
        body = await request.clone(client_max_size=LARGEST_BODY).read()
        try:
            update = json.loads(body)
        except ValueError:
            return web.Response(status=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return web.Response(status=400)
        return web.Response(status=200 if await self._hear(update) else 503)

    async def _set(self) -> None:
        await self._bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=WANTED)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._look)
            try:
                info = await self._bot.get_webhook_info()
                self._fault = fault_of(info, machine_now())
                if info.url != self._url:
                    log.warning("the webhook of Telegram was taken away: set again")
                    await self._set()
            except TelegramError as error:
                self._fault = f"Telegram cannot be asked about the webhook ({type(error).__name__})"


def fault_of(info: WebhookInfo, now: float) -> str:
    """What keeps updates from reaching us; empty when nothing does. Pure; `now` in Unix time."""
    at = info.last_error_date
    if at is None or not info.pending_update_count:
        return ""
    if now - at.timestamp() > RECENT:
        return ""
    since = datetime.fromtimestamp(at.timestamp(), UTC)
    return f"Telegram could not deliver at {since:%H:%M:%S} UTC ({info.last_error_message})"
