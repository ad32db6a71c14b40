"""Slack as a channel: an app with its messenger, and its socket or its address."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp.web import RouteDef
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.batching import Batches
from bot.channel import CannotStart, Health, Parts
from bot.gateway import Gateway
from bot.logs import library_logger
from bot.settings import Settings
from bot.slack.events import PATH, Events
from bot.slack.listening import file_of, inbound_of, name_of, team_of
from bot.slack.recognising import Recogniser
from bot.slack.sending import ByWorkspace
from bot.slack.socket import Socket, Watch
from bot.slack.workspaces import ASK_AGAIN, Workspace, Workspaces
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
        self,
        settings: Settings,
        gateway: Gateway,
        watch: Watch | None = None,
        parts: Parts = Parts.ALL,
        ask_again: float = ASK_AGAIN,
    ) -> None:
        self._settings = settings
        self._watch = watch or Watch()
        self._gateway = gateway
        self._batches = Batches(gateway.store)
        self._workspaces = Workspaces(settings, ask_again)
        self._messenger = ByWorkspace(self._workspaces, settings.slack_messages_per_minute, gateway.files)
        self._socket: Socket | None = None
        self._app_token = settings.slack_app_token if Parts.WORKER in parts else None
        takes_http = settings.slack_app_token is None and Parts.WEB in parts
        self._events = Events(secret_of(settings), self.hear) if takes_http else None
        self._strangers: set[str] = set()  # workspaces without a token, told of in the log
        self._recogniser = Recogniser(self._workspaces, gateway)
        self.messenger: Messenger = self._messenger
        gateway.acknowledge_with(self.name, self._messenger.acknowledge)

    def routes(self) -> Sequence[RouteDef]:
        """Where Slack posts to, in HTTP mode."""
        return self._events.routes() if self._events is not None else ()

    async def start(self) -> None:
        """Ask Slack who we are, then open the socket if it is ours. Raises CannotStart for a wrong token or address.

        With several tokens one that is refused is a line in the log, and what `health` says.
        """
        await self._workspaces.introduce()
        for fault in self._workspaces.refused:
            log.warning("%s", fault)
        await self._serve()
        self._workspaces.keep_asking(self._serve)
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
        await self._workspaces.close()

    def health(self) -> Health:
        """How the socket and the tokens are; one workspace that does not work keeps the others going."""
        if not self._messenger.workspaces:
            return Health(False, "not started")
        if self._messenger.fault:
            return Health(False, self._messenger.fault)
        if self._socket is not None:
            found = self._socket.health()
        else:
            found = Health(True, f"events are taken at {PATH}" if self._events is not None else "sends only")
        return Health(found.ok, "; ".join((found.detail, *self._workspaces.refused, *self._messenger.faults)))

    async def hear(self, payload: dict[str, Any]) -> bool:
        """Take in one payload of Slack, whatever brought it; True when it may be acknowledged."""
        try:
            team = team_of(payload)
            here = self._workspaces.get(team)
            if here is None and self._is_stranger(team):
                return True
            us = here.us if here else ""
            inbound = inbound_of(payload, us, self._gateway.commands, self._gateway.clock.now())
        except Exception as error:  # a poisoned payload would come again and again
            log.error("update slack %s cannot be read (%s)", name_of(payload), type(error).__name__)
            return True
        if inbound is None:
            return True
        if inbound.file is not None:
            address, size = file_of(payload)
            inbound = await self._gateway.with_file(inbound, size, lambda: _fetched(here, address))
        stored = await self._batches.store(inbound, DECIDE_WITHIN)
        if stored:
            self._recogniser.notice(inbound)
        else:
            log.warning("update slack %s could not be stored: not acknowledged", name_of(payload))
        return stored

    async def _serve(self) -> None:
        """Write down which workspaces are ours, and begin to send there."""
        ours, names = self._workspaces, [one.team for one in self._workspaces.all()]
        await self._gateway.serve_workspaces(ours.first, names, complete=ours.is_complete)
        self._messenger.begin()

    def _is_stranger(self, team: str) -> bool:
        """Whether nothing can be said to a workspace: no token is of it, and none is left that may be.

        What happens there is acknowledged and left: Slack would only send it again.
        """
        if not self._workspaces.is_complete:
            return False
        if team not in self._strangers:
            self._strangers.add(team)
            log.warning("the app is installed in workspace %s, of which SLACK_BOT_TOKEN has no token", team)
        return True

    async def _app(self) -> AsyncApp:
        """Bolt, for its reading of what the socket brings; it never gets as far as a listener.

        `before_authorize` is the one place that neither acknowledges before the commit nor loses an update when
        auth.test fails.
        """
        return AsyncApp(
            name="concerte",
            # Bolt warns that SLACK_BOT_TOKEN stands in the environment beside the client it is given.
            logger=library_logger("slack_bolt.concerte", logging.ERROR),
            # Nothing is authorised here: what comes is only read, each answer goes through its workspace's line.
            client=await self._workspaces.all()[0].line.client(),
            before_authorize=_answering(self.hear),
        )


async def _fetched(here: Workspace | None, address: str) -> bytes:
    return await here.line.get(address, FETCH_WITHIN) if here else b""


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


async def who_we_are(settings: Settings) -> str:
    """The bot's name and its workspaces, for `concerte check`. Raises CannotStart with all that is wrong."""
    if settings.slack_app_token is None:
        secret_of(settings)
    workspaces = Workspaces(settings)
    try:
        await workspaces.introduce()
        if workspaces.refused:
            raise CannotStart(" ".join(workspaces.refused))
        return ", ".join(f"{one.bot} in {one.name}" for one in workspaces.all())
    finally:
        await workspaces.close()
