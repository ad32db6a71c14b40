"""What Slack tells an app, in Slack's shape: events, presses, submissions, commands."""

import secrets
import time

from tests.fakes.slack.methods_chat import Chat
from tests.fakes.slack.methods_views import Views
from tests.fakes.slack.refusal import Json
from tests.fakes.slack.wording import escaped
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Channel, Message, ResponseUrl, Trigger, User, View


class Payloads:
    """Builds payloads from the state of the workspace. `host` is known once the server listens."""

    def __init__(self, workspace: Workspace, chat: Chat, views: Views) -> None:
        self._workspace = workspace
        self._chat = chat
        self._views = views
        self.host = ""

    def event(self, event: Json) -> Json:
        """Any inner event in its envelope: `event_callback`."""
        here = self._workspace
        authorization = {"enterprise_id": None, "team_id": here.team_id, "user_id": here.bot_user_id}
        return {
            "token": here.verification_token,
            "team_id": here.team_id,
            "context_team_id": here.team_id,
            "context_enterprise_id": None,
            "api_app_id": here.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": here.fresh("Ev"),
            "event_time": int(time.time()),
            "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_urlsafe(24)}",
        }

    def said(self, message: Message, channel: Channel, kind: str = "message") -> Json:
        """Somebody wrote: `message`, or `app_mention`."""
        event = {
            "type": kind,
            "user": message.author,
            "ts": message.ts,
            "client_msg_id": secrets.token_hex(16),
            "text": message.text,
            "team": self._workspace.team_id,
            "blocks": [_rich_text(message.text)],
            "channel": channel.id,
            "event_ts": message.ts,
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        if kind == "message":
            event["channel_type"] = channel.kind
        return self.event(event)

    def echo(self, message: Message, channel: Channel, how: str) -> Json:
        """The bot's own message comes back to it, and so does every change of it."""
        shown = self._chat.as_json(message)
        now = self._workspace.next_ts()
        about = {"channel": channel.id, "channel_type": channel.kind}
        if how == "posted":
            return self.event({**shown, **about, "event_ts": message.ts})
        hidden = {"type": "message", "hidden": True, "ts": now, "event_ts": now, **about}
        if how == "changed":
            before = {**shown, "text": message.edits[-1].text, "blocks": message.edits[-1].blocks}
            return self.event({**hidden, "subtype": "message_changed", "message": shown, "previous_message": before})
        gone = {"deleted_ts": message.ts, "previous_message": shown}
        return self.event({**hidden, "subtype": "message_deleted", **gone})

    def command(self, user: User, channel: Channel, command: str, text: str) -> Json:
        """A slash command; `response_url` and `trigger_id` are live."""
        here = self._workspace
        return {
            "token": here.verification_token,
            "team_id": here.team_id,
            "team_domain": here.team_domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": user.id,
            "user_name": user.name.lower().replace(" ", "."),
            "command": command,
            "text": escaped(text),
            "api_app_id": here.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(channel, user, None),
            "trigger_id": self._trigger(user, None),
        }

    def press(self, user: User, where: Message | View, action: Json) -> Json:
        """block_actions: one element used, in a message or in a view."""
        view = where if isinstance(where, View) else None
        payload: Json = {
            **self._interaction("block_actions", user),
            "trigger_id": self._trigger(user, view),
            "state": {"values": where.state},
            "actions": [{**action, "action_ts": self._workspace.next_ts()}],
        }
        if isinstance(where, View):
            return {**payload, "container": {"type": "view", "view_id": where.id}, "view": self._views.as_json(where)}
        channel = self._workspace.channels[where.channel]
        container = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": where.channel,
            "is_ephemeral": where.ephemeral,
        }
        payload |= {"container": container, "channel": {"id": channel.id, "name": channel.name or "directmessage"}}
        payload["response_url"] = self._response_url(channel, user, where)
        if not where.ephemeral:
            payload["message"] = self._chat.as_json(where)
        return payload

    def submission(self, user: User, view: View) -> Json:
        """view_submission, with the state of the view."""
        payload = self._interaction("view_submission", user)
        trigger = self._trigger(user, view)
        return {**payload, "trigger_id": trigger, "view": self._views.as_json(view), "response_urls": []}

    def closed(self, user: User, view: View) -> Json:
        """view_closed."""
        return {**self._interaction("view_closed", user), "view": self._views.as_json(view), "is_cleared": False}

    def _interaction(self, kind: str, user: User) -> Json:
        here = self._workspace
        name = user.name.lower().replace(" ", ".")
        return {
            "type": kind,
            "team": {"id": here.team_id, "domain": here.team_domain},
            "user": {"id": user.id, "username": name, "name": name, "team_id": here.team_id},
            "api_app_id": here.app_id,
            "token": here.verification_token,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _trigger(self, user: User, view: View | None) -> str:
        trigger_id = f"{self._workspace.fresh('')}.{secrets.token_hex(8)}"
        self._workspace.triggers[trigger_id] = Trigger(user.id, time.time(), view.id if view else None)
        return trigger_id

    def _response_url(self, channel: Channel, user: User, message: Message | None) -> str:
        token = secrets.token_urlsafe(16)
        self._workspace.response_urls[token] = ResponseUrl(channel.id, user.id, time.time(), message)
        return f"{self.host}/response/{token}"


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": secrets.token_urlsafe(4), "elements": [section]}
