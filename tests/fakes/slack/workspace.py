"""The state of the fake Slack and the few rules that keep it whole; no HTTP here."""

import base64
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator

from tests.fakes.bell import Bell
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.wording import elements, pinged
from tests.fakes.slack.world import (
    Call,
    Channel,
    Message,
    Ping,
    ResponseUrl,
    Trigger,
    Upload,
    User,
    View,
    Violation,
)

Listener = Callable[[Message, str], None]


class Workspace:
    """One workspace with one installed app. Everything here is synchronous, so every change is whole.

    Workspaces share the bell, and the numbers in ids: those of events and files are of no other workspace.
    """

    app_id = "A0CONCERTE"
    bot_name = "concerte"
    verification_token = "not-a-secret"

    def __init__(self, name: str, trigger_lifetime: float, bell: Bell, numbers: Iterator[int]) -> None:
        self.team_name = name
        self.team_id, self.bot_id, self.bot_user_id = (f"{kind}0{name.upper()}" for kind in "TBU")
        self.team_domain = f"{name.lower()}-test"
        self.bell = bell
        self.trigger_lifetime = trigger_lifetime
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        self.sent: list[Message] = []
        self.views: list[View] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.uploads: dict[str, Upload] = {}
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.pings: list[Ping] = []
        self.arrived_for: Counter[str] = Counter()
        # Told of every message of the bot and of each of its changes; Slack echoes them to the app as events.
        self.echo: Listener | None = None
        self._last_ts = 0
        self._numbers = numbers

    def fresh(self, prefix: str) -> str:
        """A new id in Slack's shape."""
        return f"{prefix}{base64.b32encode(next(self._numbers).to_bytes(5, 'big')).decode()}"

    def next_ts(self) -> str:
        """A timestamp of its own for every message, growing."""
        now = max(time.time_ns() // 1000, self._last_ts + 1)
        self._last_ts = now
        return f"{now // 1_000_000}.{now % 1_000_000:06d}"

    def violate(self, what: str, detail: str) -> None:
        """Note something that the bot should never do."""
        self.violations.append(Violation(what, detail))

    def user(self, user_id: str, error: str = "user_not_found") -> User:
        """A known member, or a refusal."""
        if user_id not in self.users:
            raise Refusal(error)
        return self.users[user_id]

    def im_of(self, user_id: str) -> Channel:
        """The direct conversation of the bot with a member."""
        channel = self.channels.get(f"D{user_id[1:]}")
        if channel is None:
            channel = Channel(f"D{user_id[1:]}", "im", user=user_id)
            self.channels[channel.id] = channel
        return channel

    def writable(self, channel_id: str, *, people: bool = True) -> Channel:
        """The conversation a message goes to; a member's id stands for their direct messages where `people` is true."""
        if people and channel_id in self.users:
            channel = self.im_of(channel_id)
        elif channel_id in self.channels:
            channel = self.channels[channel_id]
        else:
            raise Refusal("channel_not_found")
        if channel.user is not None and self.users[channel.user].deleted:
            raise Refusal(self.users[channel.user].refusal)
        if channel.archived:
            raise Refusal("is_archived")
        if not channel.joined:
            raise Refusal("not_in_channel")
        return channel

    def post(self, message: Message) -> Message:
        """Keep a message of the bot; count it, see whom it pings, tell those who wait."""
        self.name_parts(message.blocks)
        self.messages[message.channel, message.ts] = message
        self.sent.append(message)
        self.arrived_for[message.to or message.channel] += 1
        self.changed(message, "posted")
        return message

    def changed(self, message: Message, how: str) -> None:
        """A message was `posted`, `changed` or `deleted`."""
        if how != "deleted":
            self.pings.extend(Ping(target, message) for target in pinged(message.text, message.blocks))
        if self.echo is not None and not message.ephemeral:
            self.echo(message, how)
        self.bell.ring()

    def name_parts(self, blocks: list[Json]) -> None:
        """Give an id to every block and element that has none, as Slack does."""
        for block in blocks:
            block.setdefault("block_id", secrets.token_urlsafe(4))
        for _, element in elements(blocks):
            element.setdefault("action_id", secrets.token_urlsafe(4))

    def pull_trigger(self, trigger_id: str) -> Trigger:
        """Use a trigger up: once, and in time."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if trigger.expired or time.time() - trigger.at > self.trigger_lifetime:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def view(self, view_id: str) -> View:
        """A view that is still open, or `not_found`."""
        for view in self.views:
            if view.id == view_id and view.open:
                return view
        raise Refusal("not_found")

    def show(self, user_id: str, body: Json, below: View | None = None) -> View:
        """Put a new view before a member; on top of the one `below` when it is pushed."""
        self.name_parts(body["blocks"])
        view_id = self.fresh("V")
        view = View(view_id, user_id, body, below.root if below else view_id, below.id if below else None)
        self.views.append(view)
        self.bell.ring()
        return view

    def replace(self, view: View, body: Json) -> View:
        """Update a view in place. What was typed stays where the block and action ids are the same."""
        self.name_parts(body["blocks"])
        view.history.append(view.body)
        view.body = body
        view.version += 1
        view.errors = {}
        kept = {(block["block_id"], element["action_id"]) for block, element in elements(view.blocks)}
        for block_id, actions in list(view.state.items()):
            view.state[block_id] = {key: value for key, value in actions.items() if (block_id, key) in kept}
        self.bell.ring()
        return view


def decoded(value: object) -> object:
    """An argument that came as JSON text in a form, or as itself in a JSON body."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal("invalid_arguments", complaints=["must be valid JSON"]) from None
    return value
