"""Slack as a channel: an app with its messenger, and its socket or its address."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp.web import RouteDef
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.batching import Batches
from bot.channel import CannotStart, Health, Parts
from bot.gateway import Gateway
from bot.logs import library_logger
from bot.settings import Settings
from bot.slack.connecting import TRANSPORT, Line
from bot.slack.events import PATH, Events
from bot.slack.listening import file_of, inbound_of, name_of
from bot.slack.messenger import SlackMessenger
from bot.slack.recognising import Recogniser
from bot.slack.refusals import TOKEN_REFUSED
from bot.slack.socket import Socket, Watch, code_of, unreachable
from schedules.delivery import MOST_OPEN
from schedules.messenger import Messenger

log = logging.getLogger(__name__)

DECIDE_WITHIN = 2.0  # seconds; Slack waits three for an acknowledgement
FETCH_WITHIN = 1.5  # seconds for a file before that; a slow one is asked for again


class SlackChannel:
    """Receives by Socket Mode when there is an app token, else over HTTP; sends through the Web API.

    A worker opens the socket, a web process takes HTTP. Raises CannotStart when it could receive in no way.
    """

    name = "slack"

    def __init__(
        self, settings: Settings, gateway: Gateway, watch: Watch | None = None, parts: Parts = Parts.ALL
    ) -> None:
        self._settings = settings
        self._watch = watch or Watch()
        self._gateway = gateway
        self._batches = Batches(gateway.store)
        self._line = make_line(settings)
        self._messenger = SlackMessenger(self._line, settings.slack_messages_per_minute, gateway.files)
        self._socket: Socket | None = None
        self._app_token = settings.slack_app_token if Parts.WORKER in parts else None
        takes_http = settings.slack_app_token is None and Parts.WEB in parts
        self._events = Events(secret_of(settings), self.hear) if takes_http else None
        self._us = ""
        self._recogniser = Recogniser(self._line, gateway)
        self.messenger: Messenger = self._messenger
        gateway.acknowledge_with(self.name, self._messenger.acknowledge)

    def routes(self) -> Sequence[RouteDef]:
        """Where Slack posts to, in HTTP mode."""
        return self._events.routes() if self._events is not None else ()

    async def start(self) -> None:
        """Ask Slack who we are, then open the socket if it is ours. Raises CannotStart for a wrong token or address."""
        me = await introduce(self._line, self._settings)
        await self._gateway.serve_workspace(str(me["team_id"]))
        self._us = str(me["user_id"])
        if self._app_token is None:
            return
        self._socket = Socket(
            await self._app(),
            self._app_token.get_secret_value(),
            self._settings.slack_api_url,
            lambda: self._messenger.last_posted,
            self._watch,
        )
        await self._socket.start()

    async def stop(self) -> None:
        """Close the socket; what has been received is in the inbox. Sending still works."""
        if self._socket is not None:
            await self._socket.stop()
        await self._batches.settled()
        await self._recogniser.settled()

    async def close(self) -> None:
        """Give back the connections; nothing is sent any more."""
        await self._line.close()

    def health(self) -> Health:
        """How the socket and the token are."""
        if not self._us:
            return Health(False, "not started")
        if self._messenger.fault:
            return Health(False, self._messenger.fault)
        if self._socket is not None:
            return self._socket.health()
        return Health(True, f"events are taken at {PATH}" if self._events is not None else "sends only")

    async def hear(self, payload: dict[str, Any]) -> bool:
        """Take in one payload of Slack, whatever brought it; True when it may be acknowledged."""
        try:
            inbound = inbound_of(payload, self._us, self._gateway.commands, self._gateway.clock.now())
        except Exception as error:  # a poisoned payload would come again and again
            log.error("update slack %s cannot be read (%s)", name_of(payload), type(error).__name__)
            return True
        if inbound is None:
            return True
        if inbound.file is not None:
            address, size = file_of(payload)
            inbound = await self._gateway.with_file(inbound, size, lambda: self._line.get(address, FETCH_WITHIN))
        stored = await self._batches.store(inbound, DECIDE_WITHIN)
        if stored:
            self._recogniser.notice(inbound)
        else:
            log.warning("update slack %s could not be stored: not acknowledged", name_of(payload))
        return stored

    async def _app(self) -> AsyncApp:
        """Bolt, for its reading of what the socket brings; it never gets as far as a listener.

        `before_authorize` is the one place that neither acknowledges before the commit nor loses an update when
        auth.test fails.
        """
        return AsyncApp(
            name="concerte",
            # Bolt warns that SLACK_BOT_TOKEN stands in the environment beside the client it is given.
            logger=library_logger("slack_bolt.concerte", logging.ERROR),
            client=await self._line.client(),
            before_authorize=_answering(self.hear),
        )


def _answering(hear: Callable[[dict[str, Any]], Awaitable[bool]]) -> Callable[..., Awaitable[BoltResponse]]:
    async def answer(req: AsyncBoltRequest) -> BoltResponse:
        return BoltResponse(status=200 if await hear(req.body) else 503, body="")

    return answer


def secret_of(settings: Settings) -> str:
    """The signing secret, without which anybody could post events. Raises CannotStart."""
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    if not secret.strip():
        raise CannotStart(
            "SLACK_APP_TOKEN is not set; make an app-level token with connections:write for Socket Mode, or set "
            f"SLACK_SIGNING_SECRET and have Slack post to {PATH}."
        )
    return secret


def make_line(settings: Settings) -> Line:
    """The connection to the configured Web API."""
    assert settings.slack_bot_token is not None
    return Line(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, MOST_OPEN + 10)


async def introduce(line: Line, settings: Settings) -> Any:
    """Who the bot token says we are. Raises CannotStart with one clear sentence."""
    try:
        return await (await line.client()).auth_test()
    except SlackApiError as refused:
        code = code_of(refused)
        if code in TOKEN_REFUSED or code in ("account_inactive", "not_allowed_token_type"):
            raise CannotStart(
                f"SLACK_BOT_TOKEN is refused by Slack ({code}); "
                "copy the bot token (xoxb-…) again from OAuth & Permissions."
            ) from None
        raise CannotStart(f"Slack at {settings.slack_api_url} answers {code}; check SLACK_API_URL.") from None
    except TRANSPORT as error:
        raise CannotStart(unreachable(settings.slack_api_url, error)) from None


async def who_am_i(settings: Settings) -> str:
    """The bot's name and workspace, for `concerte check`. Raises CannotStart."""
    if settings.slack_app_token is None:
        secret_of(settings)
    line = make_line(settings)
    try:
        me = await introduce(line, settings)
        return f"{me['user']} in {me['team']}"
    finally:
        await line.close()
