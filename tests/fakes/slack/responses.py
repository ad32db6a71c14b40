"""Answers to a gesture that do not go through the Web API: the acknowledgement itself, and the response_url."""

import time
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.blocks import check_view
from tests.fakes.slack.methods_chat import Chat, content
from tests.fakes.slack.methods_views import Views
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import ResponseUrl, View

USES = 5
LIFETIME = 1800.0
_RESPONSE = {
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
    "metadata",
}


class Responses:
    """Applies what the bot answers to a gesture."""

    def __init__(self, workspace: Workspace, chat: Chat, views: Views) -> None:
        self._workspace = workspace
        self._chat = chat
        self._views = views

    def to_url(self, token: str, body: Any) -> None:
        """A post to a response_url, or a `Refusal`."""
        url = self._workspace.response_urls.get(token)
        if url is None or time.time() - url.at > LIFETIME:
            raise Refusal("expired_url", status=404)
        if url.uses >= USES:
            raise Refusal("used_url", status=404)
        if not isinstance(body, dict):
            raise Refusal("invalid_payload", status=400)
        if unknown := set(body) - _RESPONSE:
            self._workspace.violate("response_url", f"unknown arguments: {', '.join(sorted(unknown))}")
            raise Refusal("invalid_arguments", status=400)
        url.uses += 1
        try:
            self._respond(url, body, "response_url")
        except Refusal as refusal:
            refusal.status = 400
            raise

    def to_command(self, url: ResponseUrl, body: Any) -> None:
        """The acknowledgement of a slash command; with a body it is a message."""
        if body:
            self._respond(url, body if isinstance(body, dict) else {"text": str(body)}, "ack")

    def to_submission(self, view: View, body: Any) -> None:
        """The acknowledgement of a submitted view: nothing closes it, else a `response_action`."""
        if not body:
            self.close(view)
            return
        action = body.get("response_action") if isinstance(body, Mapping) else None
        if action == "errors":
            self._show_errors(view, body.get("errors"))
        elif action == "clear":
            for other in self._workspace.views:
                if other.root == view.root:
                    other.open = False
        elif action == "update":
            self._workspace.replace(view, check_view(body.get("view"), "modal"))
        elif action == "push":
            self._views.pushed(view, check_view(body.get("view"), "modal"))
        else:
            self._workspace.violate("view_submission", f"unknown response_action: {action}")
        self._workspace.bell.ring()

    def close(self, view: View) -> None:
        """The view goes; the one below it, if any, is seen again."""
        view.open = False
        self._workspace.bell.ring()

    def _show_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors:
            self._workspace.violate("view_submission", "errors without any error")
        elif unknown := set(errors) - inputs:
            self._workspace.violate("view_submission", f"errors for no input block: {', '.join(sorted(unknown))}")
        else:
            view.errors = errors

    def _respond(self, url: ResponseUrl, body: Json, via: str) -> None:
        channel = self._workspace.channels[url.channel]
        if body.get("delete_original"):
            if url.message is None:
                raise Refusal("message_not_found")
            self._chat.remove(url.message)
            return
        text, blocks = content(body)
        if body.get("replace_original"):
            if url.message is None:
                raise Refusal("message_not_found")
            self._chat.change(url.message, text, blocks)
            return
        alone = None if body.get("response_type") == "in_channel" else url.user
        self._chat.add(channel, text, blocks, via, body.get("thread_ts"), alone)
