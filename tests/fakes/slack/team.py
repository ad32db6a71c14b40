"""One workspace with the app in it, as a test holds it: what its people do, what arrived, what goes wrong there."""

from collections.abc import Callable
from typing import TypeVar

from tests.fakes.mishaps import Hold
from tests.fakes.slack.courier import Courier, Envelope
from tests.fakes.slack.faults import Faults, Planner
from tests.fakes.slack.gestures import Gestures
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.payloads import Payloads
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Call, Message, Ping, View, Violation
from tests.patience import PATIENCE

T = TypeVar("T")


class Team(Gestures, Planner):
    """People, conversations, limits and faults of one workspace; `bot_token` is the app's there and nowhere else.

    `echo`: the app is told of its own messages, as Slack does.
    """

    def __init__(
        self, workspace: Workspace, limits: Limits, bot_token: str, app_token: str, courier: Courier, *, echo: bool
    ) -> None:
        self.bot_token = bot_token
        self.workspace = workspace
        self.limits = limits
        self.faults = Faults()
        self.api = WebApi(workspace, limits, self.faults, bot_token, app_token)
        self.payloads = Payloads(workspace, self.api.chat, self.api.views)
        self.responses = self.api.responses
        self.courier = courier
        if echo:
            workspace.echo = self._echo
        self._holds: list[Hold] = []
        self._read: dict[str, int] = {}
        self._seen_views: set[str] = set()

    def served_at(self, host: str) -> None:
        """The server listens: addresses that are given out lead there."""
        self.api.files.host = self.payloads.host = host

    def release(self) -> None:
        """Let go of every call that is held."""
        for hold in self._holds:
            hold.release()

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
        """Everything Slack told the app, of any workspace, with the attempts and the acknowledgement."""
        return self.courier.envelopes

    @property
    def rate_limited(self) -> int:
        """How many calls got 429."""
        return self.limits.refused

    # Waiting

    async def wait_until(self, predicate: Callable[[], T | None], timeout: float = PATIENCE, awaited: str = "it") -> T:
        """The first true value of `predicate`, tried on every change; an `AssertionError` after `timeout` seconds."""
        try:
            return await self.workspace.bell.until(predicate, timeout)
        except TimeoutError:
            raise AssertionError(f"{awaited} did not happen within {timeout} s") from None

    async def next_message(self, user_or_channel: str, timeout: float = PATIENCE) -> Message:
        """The next message to this person (direct or for their eyes only) or in this channel, in order, each once."""
        awaited = f"a message to {user_or_channel}"
        position, message = await self.wait_until(lambda: self._unread(user_or_channel), timeout, awaited)
        self._read[user_or_channel] = position + 1
        return message

    async def next_view(self, user: str, timeout: float = PATIENCE) -> View:
        """The next modal or home tab put before this person, in order, each once."""

        def unseen() -> View | None:
            return next((v for v in self.views if v.user == user and v.id not in self._seen_views), None)

        view = await self.wait_until(unseen, timeout, f"a view for {user}")
        self._seen_views.add(view.id)
        return view

    async def next_edit(self, message: Message, timeout: float = PATIENCE) -> Message:
        """The message, once it was changed again since the last such call."""
        key = f"edit {message.channel} {message.ts}"
        await self.wait_until(lambda: len(message.edits) > self._read.get(key, 0), timeout, f"a change of {message}")
        self._read[key] = self._read.get(key, 0) + 1
        return message

    def _unread(self, user_or_channel: str) -> tuple[int, Message] | None:
        start = self._read.get(user_or_channel, 0)
        for position in range(start, len(self.sent)):
            message = self.sent[position]
            if user_or_channel in (message.to, message.channel):
                return position, message
        return None

    # Faults of the rights

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
        """The app was removed here: every call with the bot's token gets `token_revoked`."""
        self.api.revoked = True

    def accept_tokens(self) -> None:
        """The app is back."""
        self.api.revoked = False

    def _echo(self, message: Message, how: str) -> None:
        if not self.courier.line.is_up():
            return
        channel = self.workspace.channels[message.channel]
        self.courier.dispatch("events_api", self.payloads.echo(message, channel, how))
