"""What people do in the workspace: write, press, fill in, command. Every gesture is sent to the app as Slack would."""

import time
from typing import Any

from tests.fakes.slack.courier import Courier, Envelope
from tests.fakes.slack.forms import fill, filled, find_button, find_element
from tests.fakes.slack.payloads import Payloads
from tests.fakes.slack.refusal import Json
from tests.fakes.slack.responses import Responses
from tests.fakes.slack.wording import escaped
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Channel, Message, Upload, User, View


class Gestures:
    """The part of the fake that plays people. Each gesture returns its `Envelope`: awaiting it waits for the app."""

    workspace: Workspace
    payloads: Payloads
    responses: Responses
    courier: Courier

    def add_user(
        self,
        id: str,
        name: str,
        email: str | None = None,
        tz: str = "Europe/Paris",
        deleted: bool = False,
    ) -> User:
        """A member of the workspace; `id` starts with U."""
        assert id.startswith(("U", "W")), "a member's id starts with U"
        user = User(id, name, email or f"{id.lower()}@example.org", tz, deleted)
        self.workspace.users[id] = user
        self.workspace.im_of(id)
        return user

    def add_channel(self, id: str, name: str, joined: bool = True, archived: bool = False) -> Channel:
        """A public channel, which the bot has `joined` or not."""
        channel = Channel(id, "channel", name, joined=joined, archived=archived)
        self.workspace.channels[id] = channel
        return channel

    def im(self, user: str) -> str:
        """The id of the bot's direct messages with a member."""
        return self.workspace.im_of(self.workspace.user(user).id).id

    def deactivate(self, user: str, error: str = "account_inactive") -> None:
        """The member left: messages to them are refused with `error`, and they are not found by e-mail any more."""
        member = self.workspace.user(user)
        member.deleted, member.refusal = True, error

    def reactivate(self, user: str) -> None:
        """The member is back."""
        self.workspace.user(user).deleted = False

    def says(self, user: str, text: str, channel: str | None = None, thread_ts: str | None = None) -> Envelope:
        """Somebody types `text` as it is, to the bot in private or in a channel: a `message` event."""
        message, place = self._write(user, escaped(text), channel, thread_ts)
        return self.courier.dispatch("events_api", self.payloads.said(message, place))

    def sends_file(self, user: str, name: str, content: bytes, text: str = "", mimetype: str = "text/csv") -> Envelope:
        """Somebody sends the bot a file in private: a `message` event of subtype `file_share`."""
        file = Upload(self.workspace.fresh("F"), name, len(content), content, shared=True)
        self.workspace.uploads[file.id] = file
        message, place = self._write(user, escaped(text), None, None)
        payload = self.payloads.said(message, place)
        address = f"{self.payloads.host}/files-pri/{file.id}/download/{name}"
        facts = {"id": file.id, "name": name, "mimetype": mimetype, "size": len(content)}
        payload["event"] |= {"subtype": "file_share", "files": [facts | {"url_private_download": address}]}
        return self.courier.dispatch("events_api", payload)

    def mentions(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Envelope:
        """Somebody calls the bot in a channel: an `app_mention` event."""
        words = f"<@{self.workspace.bot_user_id}> {escaped(text)}"
        message, place = self._write(user, words, channel, thread_ts)
        return self.courier.dispatch("events_api", self.payloads.said(message, place, "app_mention"))

    def opens_home(self, user: str) -> Envelope:
        """Somebody opens the bot's home tab."""
        channel, ts = self.im(user), self.workspace.next_ts()
        event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": ts}
        return self.happens(event)

    def happens(self, event: Json) -> Envelope:
        """Any other event: the inner event is sent as it is."""
        return self.courier.dispatch("events_api", self.payloads.event(event))

    def command(self, user: str, command: str, text: str = "", channel: str | None = None) -> Envelope:
        """Somebody uses a slash command, in private unless a channel is named."""
        place = self.workspace.channels[channel or self.im(user)]
        payload = self.payloads.command(self.workspace.user(user), place, command, text)
        url = self.workspace.response_urls[payload["response_url"].rpartition("/")[2]]
        return self.courier.dispatch("slash_commands", payload, lambda body: self.responses.to_command(url, body))

    def presses(self, user: str, where: Message | View, what: str, block_id: str | None = None) -> Envelope:
        """Somebody presses the button with this label, action id or value."""
        block, button = find_button(where, what, block_id)
        action: Json = {key: button[key] for key in ("action_id", "text", "value", "style", "url") if key in button}
        return self._act(user, where, {**action, "type": "button", "block_id": block["block_id"]})

    def chooses(self, user: str, where: Message | View, name: str, value: Any) -> Envelope:
        """Somebody uses a select, radio, checkbox or date outside a form: `name` is its action id or block id."""
        block, element = find_element(where, name)
        state = filled(element, value)
        where.state.setdefault(block["block_id"], {})[element["action_id"]] = state
        action = {"action_id": element["action_id"], "block_id": block["block_id"], **state}
        return self._act(user, where, action)

    def submits(self, user: str, view: View, values: dict[str, Any] | None = None) -> Envelope:
        """Somebody fills a modal in and submits it: `values` by label, block id or action id; options likewise."""
        assert view.open, f"{view.title!r} is closed"
        assert view.body["type"] == "modal", "a home tab cannot be submitted"
        assert "submit" in view.body, f"{view.title!r} has nothing to submit it with"
        assert view.user == user, f"{view.title!r} is in front of {view.user}"
        fill(view, values or {})
        payload = self.payloads.submission(self.workspace.user(user), view)
        return self.courier.dispatch("interactive", payload, lambda body: self.responses.to_submission(view, body))

    def closes(self, user: str, view: View) -> Envelope | None:
        """Somebody closes a modal; the app is told if it asked for it."""
        self.responses.close(view)
        if not view.body.get("notify_on_close"):
            return None
        return self.courier.dispatch("interactive", self.payloads.closed(self.workspace.user(user), view))

    def redeliver(self, event_id: str) -> Envelope:
        """Slack sends an event again although it may have been acknowledged: same event id, new envelope."""
        for envelope in self.courier.envelopes:
            if envelope.event_id == event_id:
                return self.courier.dispatch("events_api", envelope.payload, retry=1)
        raise AssertionError(f"no event {event_id}")

    def expire_triggers(self) -> None:
        """The three seconds of every gesture so far are over."""
        for trigger in self.workspace.triggers.values():
            trigger.expired = True

    def _write(self, user: str, text: str, channel: str | None, thread: str | None) -> tuple[Message, Channel]:
        place = self.workspace.channels[channel or self.im(user)]
        ts = self.workspace.next_ts()
        message = Message(place.id, ts, user, text, [], time.time(), via="person", thread_ts=thread)
        self.workspace.messages[place.id, ts] = message
        return message, place

    def _act(self, user: str, where: Message | View, action: Json) -> Envelope:
        if isinstance(where, Message):
            assert not where.deleted, f"{where} was deleted"
            assert where.to in (None, user), f"{where} is not seen by {user}"
        payload = self.payloads.press(self.workspace.user(user), where, action)
        return self.courier.dispatch("interactive", payload)
