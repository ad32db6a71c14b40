"""The way out to Slack: one POST for each part of a message, none of them ever repeated here.

A message over the limits is several parts, sent one after another. When one fails, the error says how many have
arrived (`parts_sent`), and the next try begins after them: what a doubt leaves open is that one part. An edit may be
made twice without harm, so a lost answer to it is no doubt.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.files import StoredFiles
from bot.parts import say_each
from bot.references import FILE, Standing
from bot.slack.connecting import TRANSPORT, Leaving, Line, lost
from bot.slack.refusals import TOKEN_REFUSED, cannot_be_edited, error_of
from bot.slack.rendering import Part, escaped, parts_of
from handlers.messages import Attachment, Reply
from handlers.request import Inbound
from schedules.messenger import LastMessage, Outgoing
from schedules.retry import DeliveryError
from storage.channels import BY_EMAIL

log = logging.getLogger(__name__)

_same = lru_cache(maxsize=8)(parts_of)  # an announcement is the same for everybody

NO_MEMBER = "users_not_found"  # Slack's word
_GONE = {"message_not_found", "file_not_found", "file_deleted"}


class SlackMessenger:
    """Sends through one app in one workspace; see `bot.slack.sending` for several.

    `fault` says what keeps everything from arriving, empty when nothing does. `last_posted` is when something was said
    in a direct message, by the loop's clock: Slack tells us of it as an event.
    """

    platform = "slack"

    def __init__(self, line: Line, messages_per_minute: float, files: StoredFiles) -> None:
        self.rate: float | None = messages_per_minute / 60
        self.fault = ""
        self.last_posted = 0.0
        self._line = line
        self._files = files
        self._last = LastMessage()

    async def send(self, outgoing: Outgoing) -> str:
        """Send what has not arrived yet, or edit; returns `channel:ts` of the last message. Raises DeliveryError.

        Of what is announced, and of what corrects it, that is all messages (see `bot.references`).
        """
        message = self._last.of(outgoing)
        filed = message.file is not None
        if outgoing.edits:
            message = message.model_copy(update={"file": None})  # a correction leaves the file as it is
        message = await self._files.attached(message)
        try:
            parts = (parts_of if message.secret else _same)(message)
        except ValueError as error:
            log.error("delivery %d cannot be shown on Slack (%s)", outgoing.id, type(error).__name__)
            raise DeliveryError("cannot be shown on Slack", permanent=True) from None
        if outgoing.chat.startswith(BY_EMAIL) and len(parts) > outgoing.parts_sent:  # for nothing nobody is looked up
            outgoing = replace(outgoing, chat=await self.member(outgoing.chat.removeprefix(BY_EMAIL)))
        standing = Standing.of(outgoing.edits)
        refs = await say_each(outgoing, parts, standing.texts, partial(self._say, outgoing))
        if not outgoing.keeps_all:
            return next((ref for ref in reversed(refs) if not ref.startswith(FILE)), "")
        if not outgoing.corrects:
            return " ".join(refs)
        for ref in standing.texts[len(parts) :]:
            channel, _, ts = ref.partition(":")
            await self._take_down(self._line.post("chat.delete", {"channel": channel, "ts": ts}))
        if filed or not standing.files:
            return standing.kept(refs, files=filed)
        client = await self._line.client()
        for file in standing.files:
            await self._take_down(client.files_delete(file=file))
        return standing.kept(refs, files=False)

    async def member(self, email: str) -> str:
        """The id of the member with that e-mail. Nothing is said yet, so what fails here is no doubt.

        Raises DeliveryError, with `NO_MEMBER` where nobody has it.
        """
        client = await self._line.client()
        try:
            found = await self._call("", client.users_lookupByEmail(email=email))
        except DeliveryError as error:
            error.uncertain = False
            raise
        return str(found["user"]["id"])

    async def acknowledge(self, inbound: Inbound, reply: Reply) -> None:
        """Show a press its notice, if it has one: to the person alone, for a moment. Best effort.

        By the address that came with the press: it has no limit that a whole channel pressing at once would meet.
        """
        notice = escaped(reply.notice)
        if not notice:
            return
        try:
            if not inbound.callback or not await self._line.respond(inbound.callback, notice):
                client = await self._line.client()
                await client.chat_postEphemeral(channel=inbound.chat, user=inbound.account, text=notice)
        except Exception as error:
            log.info("a notice was not shown (%s)", type(error).__name__)

    async def _say(self, outgoing: Outgoing, part: Part, edits: str) -> str:
        """Edit or post; in a file's case upload. Returns what Slack calls it."""
        if part.attachment is not None:
            return FILE + await self._upload(await self._line.client(), outgoing.chat, part.attachment)
        ref = await self._edit(outgoing, edits, part) if edits else ""
        if not ref:
            body = {"channel": outgoing.chat, **_shown(part), "unfurl_links": False, "unfurl_media": False}
            sent = await self._call(outgoing.chat, self._line.post("chat.postMessage", body))
            ref = f"{sent['channel']}:{sent['ts']}"
        if ref.startswith("D"):
            self.last_posted = asyncio.get_running_loop().time()
        return ref

    async def _edit(self, outgoing: Outgoing, edits: str, part: Part) -> str:
        """Replace the message that was named; empty when that cannot be done any more."""
        channel, _, ts = edits.partition(":")
        try:
            await self._call(channel, self._line.post("chat.update", {"channel": channel, "ts": ts, **_shown(part)}))
        except DeliveryError as error:
            if cannot_be_edited(error.reason) and not outgoing.only_there:
                return ""
            error.uncertain = False
            raise
        return edits

    async def _take_down(self, call: Awaitable[Any]) -> None:
        """Delete a message or a file; one that is gone already is no fault. Raises DeliveryError, never a doubt."""
        try:
            await self._call("", call)
        except DeliveryError as error:
            if error.reason not in _GONE:
                error.uncertain = False
                raise

    async def _upload(self, client: AsyncWebClient, chat: str, file: Attachment) -> str:
        """Announce, send, share; returns the file's id. Nobody sees anything before the last step, so only that one can
        be in doubt.
        """
        try:
            if chat.startswith(("U", "W")):
                opened = await self._call(chat, client.conversations_open(users=chat))
                chat = str(opened["channel"]["id"])
            place = await self._call(
                chat,
                client.files_getUploadURLExternal(
                    filename=file.filename, length=len(file.content), alt_txt=file.alt or None
                ),
            )
            await self._line.put(str(place["upload_url"]), file.content)
        except DeliveryError as error:
            error.uncertain = False
            raise
        shared: list[dict[str, str | None]] = [{"id": str(place["file_id"]), "title": file.filename}]
        await self._call(chat, client.files_completeUploadExternal(files=shared, channel_id=chat))
        return str(place["file_id"])

    async def _call(self, chat: str, call: Awaitable[Any]) -> Any:
        """One call; what goes wrong becomes a DeliveryError."""
        with Leaving() as leaving:
            try:
                answer = await call
            except SlackApiError as refused:
                response: Any = refused.response
                code, status, retry_after = _read(response)
                if code == "account_inactive" and not await self._line.is_known():
                    code = "invalid_auth"  # it is our own account that is closed, not theirs
                self.fault = f"Slack refuses the token ({code})" if code in TOKEN_REFUSED else self.fault
                raise error_of(code, status, retry_after, chat) from None
            except TRANSPORT:
                raise lost(leaving) from None
        self.fault = ""
        return answer


def _shown(part: Part) -> dict[str, Any]:
    return {"text": part.text, "blocks": part.blocks}


def _read(response: Any) -> tuple[str, int, str | None]:
    """Slack's word, the HTTP status and Retry-After of a refusal, whatever shape it came in."""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    headers = getattr(response, "headers", None) or {}
    return code, status, headers.get("Retry-After")
