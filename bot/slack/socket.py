"""Socket Mode: the WebSocket that brings what happens, and what is done when it falls silent.

Slack may leave a socket open and send nothing more through it, above all after a reconnect. Our own messages come back
as events: when we have posted and hear nothing, or have heard nothing for long, the connection is made anew.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.channel import CannotStart, Health
from bot.logs import library_logger
from bot.slack.connecting import TRANSPORT

log = logging.getLogger(__name__)

CONNECTING = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Watch:
    """How a socket is watched, in seconds: `ping` between the client's pings, of which four may go unanswered;
    `unheard` after a post something must be heard; `silence` is the longest without a word.
    """

    ping: float = 5.0
    unheard: float = 30.0
    silence: float = 900.0


class Socket:
    """One WebSocket, kept open. `posted` tells when the messenger posted last, by the loop's clock."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        base_url: str,
        posted: Callable[[], float],
        watch: Watch,
    ) -> None:
        self._app = app
        self._token = app_token
        self._base_url = base_url
        self._posted = posted
        self._watch = watch
        self._handler: AsyncSocketModeHandler | None = None
        self._watching: asyncio.Task[None] | None = None
        self._heard = 0.0

    async def start(self) -> None:
        """Connect. Raises CannotStart when Slack refuses the app token or cannot be reached."""
        await self._connect()
        self._watching = asyncio.create_task(self._keep(), name="slack socket")

    async def stop(self) -> None:
        """Close the connection."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._close()

    def health(self) -> Health:
        """Whether the socket is open."""
        session = self._handler.client.current_session if self._handler is not None else None
        is_open = session is not None and not session.closed
        return Health(is_open, "socket open" if is_open else "socket closed, being opened again")

    async def _connect(self) -> None:
        web = AsyncWebClient(
            self._token, base_url=self._base_url, retry_handlers=[], logger=library_logger("slack_sdk.socket_web")
        )
        try:
            answer = await web.apps_connections_open(app_token=self._token)
        except SlackApiError as refused:
            raise CannotStart(
                f"SLACK_APP_TOKEN is refused by Slack ({code_of(refused)}); "
                "make an app-level token with connections:write under Basic Information."
            ) from None
        except TRANSPORT as error:
            raise CannotStart(unreachable(self._base_url, error)) from None
        handler = AsyncSocketModeHandler(
            self._app,
            self._token,
            logger=library_logger("slack_sdk.socket"),
            web_client=web,
            ping_interval=self._watch.ping,
        )
        self._handler = handler
        handler.client.wss_uri = str(answer["url"])
        handler.client.message_listeners.append(self._hear)
        try:
            async with asyncio.timeout(CONNECTING):
                await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
        except TimeoutError:
            await self._close()
            raise CannotStart("Slack gave an address for its socket that does not answer; check the network.") from None
        self._heard = asyncio.get_running_loop().time()

    async def _keep(self) -> None:
        """Connect anew when the connection is lost for good, or open and silent."""
        while True:
            await asyncio.sleep(self._watch.ping)
            client = self._handler.client if self._handler is not None else None
            if client is not None:
                if not await client.is_connected():
                    # The client reconnects by itself first, unless the address it was given is used up.
                    await asyncio.sleep(2 * self._watch.ping)
                if await client.is_connected() and not self._is_deaf(asyncio.get_running_loop().time()):
                    continue
            log.info("the socket of Slack is opened again")
            await self._close()
            try:
                await self._connect()
            except Exception as error:  # said by health(); tried again after the next ping
                log.warning("the socket of Slack could not be opened (%s)", type(error).__name__)

    def _is_deaf(self, now: float) -> bool:
        posted = self._posted()
        unheard = posted > self._heard and now - posted > self._watch.unheard
        return unheard or now - self._heard > self._watch.silence

    async def _hear(self, _client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
        self._heard = asyncio.get_running_loop().time()

    async def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        client = handler.client
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        with contextlib.suppress(*TRANSPORT):
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


def code_of(refused: SlackApiError) -> str:
    """Slack's word for a refusal, or its HTTP status."""
    data: Any = getattr(refused.response, "data", None)
    status: Any = getattr(refused.response, "status_code", "?")
    return str(data.get("error") or f"HTTP {status}") if isinstance(data, dict) else f"HTTP {status}"


def unreachable(base_url: str, error: Exception) -> str:
    """The sentence for a Web API that does not answer."""
    return f"Slack cannot be reached at {base_url} ({type(error).__name__}); check SLACK_API_URL and the network."
