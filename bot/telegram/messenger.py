"""The way out to Telegram: one call of the Bot API for each part of a message, none of them ever repeated here.

A message over the limits is several parts, sent one after another. When one fails, the error says how many have
arrived (`parts_sent`), and the next try begins after them: what a doubt leaves open is that one part. An edit may be
made twice without harm, so a lost answer to it is no doubt.
"""

import logging
from functools import lru_cache

from telegram import InputFile, LinkPreviewOptions
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.files import StoredFiles
from bot.parts import say_each
from bot.references import FILE, Standing
from bot.telegram.refusals import (
    cannot_be_edited,
    delivery_error,
    is_no_photo,
    is_not_there,
    is_unmodified,
    is_without_text,
)
from bot.telegram.rendering import CAPTION, Part, measured, parts_of, shortened
from bot.vcards import vcard
from handlers.messages import Attachment, Reply, StoredFile
from handlers.request import Inbound
from schedules.messenger import NO_WORKSPACE, LastMessage, Outgoing
from schedules.retry import DeliveryError

log = logging.getLogger(__name__)

_same = lru_cache(maxsize=8)(parts_of)  # an announcement is the same for everybody

NOTICE = 200
FILE_STAYS = "the file cannot be taken back"
_PHOTOS = ("image/png", "image/jpeg")
_BIGGEST_PHOTO = 10 * 1024 * 1024
_WHOLE = "document:"  # before Telegram's name of what it has as a file, not as a picture
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramMessenger:
    """Sends through one bot."""

    platform = "telegram"
    workspaces = NO_WORKSPACE

    def __init__(self, bot: ExtBot[None], rate: float, files: StoredFiles) -> None:
        self.rate: float | None = rate
        self._bot = bot
        self._files = files
        self._last = LastMessage()

    async def send(self, outgoing: Outgoing) -> str:
        """Send what has not arrived yet, or edit; returns the id of the last message. Raises DeliveryError.

        Of what is announced, and of what corrects it, that is all messages (see `bot.references`).
        """
        message = self._last.of(outgoing)
        stored, filed = message.file, message.file is not None
        if stored is not None and outgoing.edits:
            message, stored = message.model_copy(update={"file": None}), None  # a correction leaves the file as it is
        message = await self._files.attached(message)
        try:
            parts = (parts_of if message.secret else _same)(
                message, editing=bool(outgoing.edits), file_first=stored is not None
            )
        except ValueError as error:
            log.error("delivery %d cannot be shown on Telegram (%s)", outgoing.id, type(error).__name__)
            raise DeliveryError("cannot be shown on Telegram", permanent=True) from None
        standing = Standing.of(outgoing.edits)

        async def say(part: Part, ref: str) -> str:
            if ref:
                return await self._edit(outgoing, ref, part, filed=filed)
            return await self._post(outgoing.chat, part, stored, silent=outgoing.corrects)

        refs = await say_each(outgoing, parts, standing.texts, say)
        if not outgoing.keeps_all:
            return refs[-1].removeprefix(FILE)
        if not outgoing.corrects:
            return " ".join(refs)
        for ref in standing.texts[len(parts) :]:
            await self._take_down(outgoing.chat, ref)
        for ref in () if filed else standing.files:
            if not await self._take_down(outgoing.chat, ref):
                raise DeliveryError(FILE_STAYS, permanent=True)
        return standing.kept(refs, files=filed)

    async def acknowledge(self, inbound: Inbound, reply: Reply) -> None:
        """End the waiting of a press, with a notice or silently. Best effort: an old press cannot be answered."""
        notice = shortened(reply.notice, NOTICE)
        try:
            await self._bot.answer_callback_query(inbound.callback, text=notice or None, show_alert=reply.alert)
        except TelegramError as error:
            log.info("a press was not acknowledged (%s)", type(error).__name__)

    async def _post(self, chat: str, part: Part, stored: StoredFile | None = None, *, silent: bool = False) -> str:
        mark = FILE if part.attachment is not None and not part.html else ""
        try:
            return f"{mark}{(await self._call(_chat_id(chat), part, stored, silent=silent)).message_id}"
        except TelegramError as error:
            raise delivery_error(error, chat) from None

    async def _call(self, chat: int | str, part: Part, stored: StoredFile | None, *, silent: bool) -> Sent:
        if part.contact is not None:
            card = part.contact
            return await self._bot.send_contact(
                chat,
                phone_number=card.phone,
                first_name=card.given_name or card.organisation or "…",
                last_name=card.family_name or None,
                vcard=vcard(card),
                reply_markup=part.keyboard,
            )
        if part.attachment is not None:
            if stored is not None:
                return await self._share(chat, part, part.attachment, stored)
            return await self._upload(chat, part, part.attachment)
        return await self._bot.send_message(
            chat,
            part.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=part.keyboard,
            disable_notification=silent or None,
        )

    async def _share(self, chat: int | str, part: Part, attachment: Attachment, stored: StoredFile) -> Sent:
        """Send a file that goes to many: its bytes once, then what Telegram calls it."""
        known = await self._files.reference(stored, self.platform)
        try:
            sent = await self._upload(chat, part, attachment, known)
        except BadRequest as error:
            if not known or "file" not in str(error).lower():
                raise
            await self._files.remember(stored, self.platform, "")  # refused, so nothing arrived: another bot's name
            sent = await self._upload(chat, part, attachment)
        name = sent.photo[-1].file_id if sent.photo else f"{_WHOLE}{sent.document.file_id}" if sent.document else ""
        if name:
            await self._files.remember(stored, self.platform, name)
        return sent

    async def _upload(self, chat: int | str, part: Part, attachment: Attachment, known: str = "") -> Sent:
        mode = ParseMode.HTML if part.html else None
        picture = attachment.media_type in _PHOTOS and len(attachment.content) <= _BIGGEST_PHOTO
        if picture and not known.startswith(_WHOLE):
            photo = known or InputFile(attachment.content, filename=attachment.filename)
            caption = part.html or shortened(attachment.alt, CAPTION) or None
            try:
                return await self._bot.send_photo(
                    chat, photo, caption=caption, parse_mode=mode, reply_markup=part.keyboard
                )
            except BadRequest as error:
                if known or not is_no_photo(error):
                    raise  # else too tall, or not quite a picture: refused, so nothing arrived; it goes as a file
        file = known.removeprefix(_WHOLE) or InputFile(attachment.content, filename=attachment.filename)
        return await self._bot.send_document(
            chat, file, caption=part.html or None, parse_mode=mode, reply_markup=part.keyboard
        )

    async def _edit(self, outgoing: Outgoing, ref: str, part: Part, *, filed: bool) -> str:
        chat = outgoing.chat
        if not part.html or part.attachment is not None:
            return await self._post(chat, part)
        try:
            await self._bot.edit_message_text(
                part.html,
                chat_id=_chat_id(chat),
                message_id=int(ref),
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=part.keyboard,
            )
        except TelegramError as error:
            if is_unmodified(error):
                return ref
            if outgoing.corrects and not filed and is_without_text(error):
                return await self._take_back(chat, part, ref)
            if filed and is_without_text(error) and await self._caption(chat, part, ref):
                return ref
            if cannot_be_edited(error) and not outgoing.only_there:
                return await self._post(chat, part)
            failure = delivery_error(error, chat)
            failure.uncertain = False
            raise failure from None
        return ref

    async def _take_back(self, chat: str, part: Part, ref: str) -> str:
        """In the place of a file with words, these words alone; where the file must stay its words are replaced."""
        if not await self._take_down(chat, ref):
            await self._caption(chat, part, ref)
            raise DeliveryError(FILE_STAYS, permanent=True)
        try:
            return await self._post(chat, part, silent=True)
        except DeliveryError:
            return ref  # it is taken back all the same

    async def _take_down(self, chat: str, ref: str) -> bool:
        """Delete a message; False when Telegram does not any more. Raises DeliveryError, never a doubt."""
        try:
            await self._bot.delete_message(_chat_id(chat), int(ref))
        except TelegramError as error:
            if is_not_there(error):
                return True
            if isinstance(error, BadRequest):
                return False
            failure = delivery_error(error, chat)
            failure.uncertain = False
            raise failure from None
        return True

    async def _caption(self, chat: str, part: Part, ref: str) -> bool:
        """Replace the caption of a file; False when the text does not fit there."""
        if len(measured(part.html)) > CAPTION:
            return False
        try:
            await self._bot.edit_message_caption(
                chat_id=_chat_id(chat),
                message_id=int(ref),
                caption=part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=part.keyboard,
            )
        except TelegramError as error:
            if is_unmodified(error):
                return True
            failure = delivery_error(error, chat)
            failure.uncertain = False
            raise failure from None
        return True


def _chat_id(chat: str) -> int | str:
    return int(chat) if chat.lstrip("-").isdigit() else chat
