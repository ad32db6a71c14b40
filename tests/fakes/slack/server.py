"""`FakeSlack`: the whole fake, as a test holds it."""

import itertools
from types import TracebackType

from aiohttp import web

from tests.fakes.bell import Bell
from tests.fakes.slack.control import Control
from tests.fakes.slack.courier import RETRY_DELAYS, Courier
from tests.fakes.slack.front import Front
from tests.fakes.slack.http_push import HttpPush
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.team import Team
from tests.fakes.slack.workspace import Workspace
from tests.patience import PATIENCE


class FakeSlack(Team):
    """A workspace with one installed app, served on 127.0.0.1: `async with FakeSlack() as slack: …`.

    It lives in the process of the test, so the bot may be killed and started again against it. Delays are in seconds:
    `ack_timeout` is how long an envelope may stay unacknowledged, `retry_delays` are the pauses before an event is sent
    again. `echo`: the app is told of its own messages, as Slack does. `another` installs it in one more workspace.
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
        self.app_token = "xapp-fake-app-token"
        self.signing_secret = "fake-signing-secret"
        self.url = ""
        self.host = ""
        self._bell, self._numbers = Bell(), itertools.count(1)
        self._trigger_lifetime, self._told = trigger_lifetime, echo
        here = Workspace("Concerte", trigger_lifetime, self._bell, self._numbers)
        self.sockets = Sockets(here.bell, here.app_id, here.violate)
        self.push: HttpPush | None = None
        courier = Courier(here.bell, here.violate, self.sockets, ack_timeout, retry_delays)
        super().__init__(here, limits or Limits(), "xoxb-fake-bot-token", self.app_token, courier, echo=echo)
        self.api.open_socket = self.sockets.new_url
        self.teams: list[Team] = [self]
        self._apis = [self.api]
        self._port = port
        self._runner: web.AppRunner | None = None

    def another(self, name: str, limits: Limits | None = None) -> Team:
        """A second workspace that the app is installed in: `T0` and its name, with a bot token of its own."""
        workspace = Workspace(name, self._trigger_lifetime, self._bell, self._numbers)
        token = f"xoxb-fake-{name.lower()}-token"
        team = Team(workspace, limits or Limits(), token, self.app_token, self.courier, echo=self._told)
        team.served_at(self.host)
        self.teams.append(team)
        self._apis.append(team.api)
        return team

    @property
    def bot_tokens(self) -> str:
        """The tokens of all workspaces, separated by commas."""
        return ",".join(team.bot_token for team in self.teams)

    async def __aenter__(self) -> "FakeSlack":
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([*Front(self._apis).routes(), web.get("/link/", self.sockets.accept), *Control(self).routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        port = self._runner.addresses[0][1]
        self.host = f"http://127.0.0.1:{port}"
        self.url = f"{self.host}/api/"
        self.sockets.host = self.host
        for team in self.teams:
            team.served_at(self.host)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for team in self.teams:
            team.release()
        await self.courier.close()
        await self.sockets.close()
        if self.push is not None:
            await self.push.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def late_acks(self) -> int:
        """How many acknowledgements came over a socket when Slack no longer waited for them."""
        return self.sockets.late

    async def connected(self, sockets: int = 1, timeout: float = PATIENCE) -> None:
        """Until the app has that many sockets that Slack would send to."""
        await self.wait_until(lambda: len(self.sockets.usable()) >= sockets, timeout, f"{sockets} open sockets")

    # Faults of the connection

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
