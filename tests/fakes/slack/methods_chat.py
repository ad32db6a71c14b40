"""chat.*: post, change and delete messages."""

import time
from typing import Any

from tests.fakes.slack.blocks import check_message_blocks
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace, decoded
from tests.fakes.slack.world import Channel, Edit, Message

TEXT = 40_000
# chat.update is stricter than chat.postMessage, and counts bytes of the escaped text.
UPDATED_TEXT = 4_000


class Chat:
    """The methods of one workspace's chat family."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def post_message(self, arguments: Json) -> Json:
        """chat.postMessage; a member's id posts into their direct messages."""
        channel = self._workspace.writable(arguments["channel"])
        text, blocks = content(arguments)
        message = self.add(channel, text, blocks, "chat.postMessage", self._thread(channel, arguments))
        metadata = decoded(arguments.get("metadata"))
        message.metadata = metadata if isinstance(metadata, dict) else None
        return {"channel": channel.id, "ts": message.ts, "message": self.as_json(message)}

    def post_ephemeral(self, arguments: Json) -> Json:
        """chat.postEphemeral: for one person's eyes, and not kept."""
        channel = self._workspace.writable(arguments["channel"])
        reader = self._workspace.user(arguments["user"], "user_not_in_channel")
        if reader.deleted or channel.user not in (None, reader.id):
            raise Refusal("user_not_in_channel")
        text, blocks = content(arguments)
        thread = self._thread(channel, arguments)
        message = self.add(channel, text, blocks, "chat.postEphemeral", thread, alone=reader.id)
        return {"message_ts": message.ts}

    def update(self, arguments: Json) -> Json:
        """chat.update. Blocks that are not named stay; an empty list removes them."""
        message = self._own(arguments, "cant_update_message")
        text, blocks = content(arguments, kept=message.blocks)
        if len(text.encode()) > UPDATED_TEXT:
            raise Refusal("msg_too_long")
        metadata = decoded(arguments.get("metadata"))
        if isinstance(metadata, dict):
            message.metadata = metadata
        self.change(message, text, blocks)
        channel, shown = message.channel, self.as_json(message)
        return {"channel": channel, "ts": message.ts, "text": message.text, "message": shown}

    def delete(self, arguments: Json) -> Json:
        """chat.delete: its own messages only."""
        message = self._own(arguments, "cant_delete_message")
        self.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def add(
        self,
        channel: Channel,
        text: str,
        blocks: list[Json],
        via: str,
        thread_ts: str | None = None,
        alone: str | None = None,
    ) -> Message:
        """A new message of the bot; `alone` names the only person who sees it."""
        message = Message(
            channel=channel.id,
            ts=self._workspace.next_ts(),
            author=self._workspace.bot_user_id,
            text=text,
            blocks=blocks,
            at=time.time(),
            to=alone or channel.user,
            via=via,
            thread_ts=thread_ts,
            ephemeral=alone is not None,
        )
        return self._workspace.post(message)

    def change(self, message: Message, text: str, blocks: list[Json]) -> None:
        """The message says something else from now on."""
        message.edits.append(Edit(time.time(), message.text, message.blocks))
        self._workspace.name_parts(blocks)
        message.text, message.blocks, message.state = text, blocks, {}
        self._workspace.changed(message, "changed")

    def remove(self, message: Message) -> None:
        """The message is gone."""
        message.deleted = True
        self._workspace.changed(message, "deleted")

    def as_json(self, message: Message) -> Json:
        """The message as Slack shows it to the app."""
        here = self._workspace
        shown: Json = {"type": "message", "user": message.author, "text": message.text, "ts": message.ts}
        shown["team"] = here.team_id
        if message.author == here.bot_user_id:
            shown["bot_id"] = here.bot_id
            shown["app_id"] = here.app_id
            profile = {"id": here.bot_id, "app_id": here.app_id, "name": here.bot_name, "team_id": here.team_id}
            shown["bot_profile"] = {**profile, "deleted": False}
        if message.blocks:
            shown["blocks"] = message.blocks
        if message.thread_ts:
            shown["thread_ts"] = message.thread_ts
        if message.edits:
            shown["edited"] = {"user": message.author, "ts": f"{message.edits[-1].at:.6f}"}
        if message.metadata:
            shown["metadata"] = message.metadata
        return shown

    def _own(self, arguments: Json, error: str) -> Message:
        channel = self._workspace.writable(arguments["channel"], people=False)
        message = self._workspace.messages.get((channel.id, str(arguments["ts"])))
        if message is None or message.deleted or message.ephemeral:
            raise Refusal("message_not_found")
        if message.author != self._workspace.bot_user_id:
            raise Refusal(error)
        return message

    def _thread(self, channel: Channel, arguments: Json) -> str | None:
        thread = arguments.get("thread_ts")
        if thread is None:
            return None
        if (channel.id, str(thread)) not in self._workspace.messages:
            raise Refusal("thread_not_found")
        return str(thread)


def content(arguments: Json, kept: list[Json] | None = None) -> tuple[str, list[Json]]:
    """Text and checked blocks of a message; `kept` stands for blocks that are not named."""
    text: Any = arguments.get("text") or ""
    if not isinstance(text, str):
        raise Refusal("invalid_arguments", complaints=["must provide a string [json-pointer:/text]"])
    named = arguments.get("blocks")
    blocks = (kept or []) if named is None else check_message_blocks(named)
    if not text.strip() and not blocks:
        raise Refusal("no_text")
    if len(text) > TEXT:
        raise Refusal("msg_too_long")
    return text, blocks
