"""`FakeSlack`: the whole fake, as a test holds it."""

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from aiohttp import web

from tests.fakes.slack.control import Control
from tests.fakes.slack.courier import RETRY_DELAYS, Courier, Envelope
from tests.fakes.slack.faults import Faults, Hold, Planner
from tests.fakes.slack.gestures import Gestures
from tests.fakes.slack.http_push import HttpPush
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.payloads import Payloads
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Call, Message, Ping, View, Violation

T = TypeVar("T")


class FakeSlack(Gestures, Planner):
    """A workspace with one installed app, served on 127.0.0.1: `async with FakeSlack() as slack: …`.

    It lives in the process of the test, so the bot may be killed and started again against it. Delays are in seconds:
    `ack_timeout` is how long an envelope may stay unacknowledged, `retry_delays` are the pauses before an event is sent
    again. `echo`: the app is told of its own messages, as Slack does.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        ack_timeout: float = 3.0,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        trigger_lifetime: float = 3.0,
        echo: bool = True,
        limits: Limits | None = None,
    ) -> None:
        self.bot_token = "xoxb-fake-bot-token"
        self.app_token = "xapp-fake-app-token"
        self.signing_secret = "fake-signing-secret"
        self.url = ""
        self.host = ""
        self.workspace = Workspace(trigger_lifetime)
        self.limits = limits or Limits()
        self.faults = Faults()
        self.api = WebApi(self.workspace, self.limits, self.faults, self.bot_token, self.app_token)
        self.sockets = Sockets(self.workspace.bell, self.workspace.app_id, self.workspace.violate)
        self.push: HttpPush | None = None
        self.payloads = Payloads(self.workspace, self.api.chat, self.api.views)
        self.responses = self.api.responses
        here = self.workspace
        self.courier = Courier(here.bell, here.violate, self.sockets, ack_timeout, retry_delays)
        self.api.open_socket = self.sockets.new_url
        if echo:
            here.echo = self._echo
        self._port = port
        self._runner: web.AppRunner | None = None
        self._holds: list[Hold] = []
        self._read: dict[str, int] = {}
        self._seen_views: set[str] = set()

    async def __aenter__(self) -> "FakeSlack":
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([*self.api.routes(), web.get("/link/", self.sockets.accept), *Control(self).routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        port = self._runner.addresses[0][1]
        self.host = f"http://127.0.0.1:{port}"
        self.url = f"{self.host}/api/"
        self.sockets.host = self.api.files.host = self.payloads.host = self.host
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hold in self._holds:
            hold.release()
        await self.courier.close()
        await self.sockets.close()
        if self.push is not None:
            await self.push.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # What the workspace knows

    @property
    def team_id(self) -> str:
        """The workspace's id."""
        return self.workspace.team_id

    @property
    def bot_user_id(self) -> str:
        """The member id of the bot."""
        return self.workspace.bot_user_id

    @property
    def sent(self) -> list[Message]:
        """Every message of the bot that was accepted, oldest first, whatever the client learnt of it."""
        return self.workspace.sent

    @property
    def arrived(self) -> int:
        """How many messages of the bot arrived, whatever the client learnt of it."""
        return len(self.workspace.sent)

    @property
    def views(self) -> list[View]:
        """Every modal and home tab so far, open or not."""
        return self.workspace.views

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API that was answered, with its error."""
        return self.workspace.calls

    @property
    def refused(self) -> list[Call]:
        """The calls that were refused, with Slack's error and complaints."""
        return [call for call in self.workspace.calls if call.error is not None]

    @property
    def violations(self) -> list[Violation]:
        """What a real Slack might let pass and the bot should never do."""
        return self.workspace.violations

    @property
    def pings(self) -> list[Ping]:
        """Everybody a message of the bot would have notified: `!channel`, `!here`, `@U…`."""
        return self.workspace.pings

    @property
    def envelopes(self) -> list[Envelope]:
        """Everything Slack told the app, with the attempts and the acknowledgement."""
        return self.courier.envelopes

    @property
    def late_acks(self) -> int:
        """How many acknowledgements came over a socket when Slack no longer waited for them."""
        return self.sockets.late

    @property
    def rate_limited(self) -> int:
        """How many calls got 429."""
        return self.limits.refused

    # Waiting

    async def wait_until(self, predicate: Callable[[], T | None], timeout: float = 5.0, awaited: str = "it") -> T:
        """The first true value of `predicate`, tried on every change; an `AssertionError` after `timeout` seconds."""
        return await self.workspace.bell.until(predicate, timeout, awaited)

    async def next_message(self, user_or_channel: str, timeout: float = 5.0) -> Message:
        """The next message to this person (direct or for their eyes only) or in this channel, in order, each once."""
        awaited = f"a message to {user_or_channel}"
        position, message = await self.wait_until(lambda: self._unread(user_or_channel), timeout, awaited)
        self._read[user_or_channel] = position + 1
        return message

    async def next_view(self, user: str, timeout: float = 5.0) -> View:
        """The next modal or home tab put before this person, in order, each once."""

        def unseen() -> View | None:
            return next((v for v in self.views if v.user == user and v.id not in self._seen_views), None)

        view = await self.wait_until(unseen, timeout, f"a view for {user}")
        self._seen_views.add(view.id)
        return view

    async def next_edit(self, message: Message, timeout: float = 5.0) -> Message:
        """The message, once it was changed again since the last such call."""
        key = f"edit {message.channel} {message.ts}"
        await self.wait_until(lambda: len(message.edits) > self._read.get(key, 0), timeout, f"a change of {message}")
        self._read[key] = self._read.get(key, 0) + 1
        return message

    async def connected(self, sockets: int = 1, timeout: float = 10.0) -> None:
        """Until the app has that many sockets that Slack would send to."""
        await self.wait_until(lambda: len(self.sockets.usable()) >= sockets, timeout, f"{sockets} open sockets")

    def _unread(self, user_or_channel: str) -> tuple[int, Message] | None:
        start = self._read.get(user_or_channel, 0)
        for position in range(start, len(self.sent)):
            message = self.sent[position]
            if user_or_channel in (message.to, message.channel):
                return position, message
        return None

    # Faults of the connection and of the rights

    def rate_limit(self, scope: str, retry_after: float) -> None:
        """429 for a method (`chat.update`) or a channel's id, until `retry_after` seconds after the first refusal.

        A member's id means their direct messages.
        """
        for name in (scope, self.im(scope)) if scope in self.workspace.users else (scope,):
            self.limits.close(name, retry_after)

    def lift_rate_limits(self) -> None:
        """Open every closed scope again."""
        self.limits.closed.clear()

    def revoke_tokens(self) -> None:
        """The app was removed: every call gets `token_revoked`."""
        self.api.revoked = True

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self.sockets.say_goodbye(reason)

    def drop_sockets(self) -> None:
        """Every socket breaks without a word."""
        self.sockets.cut()

    def go_deaf(self, upcoming: int = 0) -> None:
        """The open sockets (and the next `upcoming` ones) stay open, and nothing passes any more."""
        for socket in self.sockets.open:
            socket.deaf = True
        self.sockets.deaf_next = upcoming

    # HTTP mode

    async def use_http(self, url: str) -> bool:
        """Send everything to `url` from now on; returns whether it answered the url_verification challenge."""
        if self.push is not None:
            await self.push.close()
        self.push = HttpPush(url, self.signing_secret)
        self.courier.line = self.push
        return await self.push.verify(self.workspace.verification_token)

    def _echo(self, message: Message, how: str) -> None:
        if not self.courier.line.is_up():
            return
        channel = self.workspace.channels[message.channel]
        self.courier.dispatch("events_api", self.payloads.echo(message, channel, how))
