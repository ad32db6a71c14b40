"""From an update of the Bot API to an `Inbound`; what we do not handle is None, and confirmed all the same.

Nothing here knows how the update came, by long polling or by a webhook.
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Bot, CallbackQuery, Chat, Message, MessageEntity, Update

from handlers.request import Inbound, InboundFile, Press

WANTED = ["message", "callback_query"]
_KINDS = {Chat.PRIVATE: "private", Chat.GROUP: "group", Chat.SUPERGROUP: "group"}


def inbound_of(update: Update, bot: Bot, now: datetime) -> Inbound | None:
    """What somebody wrote or pressed; in groups only what is addressed to the bot."""
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query, now)
    if update.message is not None:
        return _said(update.update_id, update.message, bot, now)
    return None


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody sent to the bot, to be asked for by its id."""

    id: str
    size: int


def file_of(update: Update) -> Sent | None:
    """The document or photo of a private message; of a photo the largest version."""
    message = update.message
    if message is None or message.chat.type != Chat.PRIVATE:
        return None
    if message.photo:
        largest = message.photo[-1]
        return Sent(largest.file_id, largest.file_size or 0)
    if message.document is not None:
        return Sent(message.document.file_id, message.document.file_size or 0)
    return None


def _announced(message: Message) -> InboundFile | None:
    if message.chat.type != Chat.PRIVATE:
        return None
    if message.photo:
        return InboundFile(name="image.jpg", media_type="image/jpeg")
    if (document := message.document) is not None:
        return InboundFile(name=document.file_name or "fichier", media_type=document.mime_type or "")
    return None


def _said(update_id: int, message: Message, bot: Bot, now: datetime) -> Inbound | None:
    author, kind = message.from_user, _KINDS.get(message.chat.type)
    text = message.text or message.caption
    file = _announced(message)
    unread = "" if text or file else _unread(message, kind, bot)
    if author is None or author.is_bot or kind is None or not (text or file or unread):
        return None
    if kind == "group" and text:
        addressed = _addressed(message, text, bot)
        if addressed is None:
            return None
        text = addressed
    return Inbound(
        platform="telegram",
        update_id=str(update_id),
        account=str(author.id),
        chat=str(message.chat.id),
        chat_kind=kind,
        text=text,
        file=file,
        unread=unread,
        received_at=now,
        display_name=author.full_name,
    )


_UNREAD = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "sticker": "sticker",
    "dice": "sticker",
    "animation": "picture",
    "photo": "picture",
    "document": "file",
    "location": "place",
    "contact": "contact",
    "poll": "file",
}


def _unread(message: Message, kind: str | None, bot: Bot) -> str:
    """What came without words, in private or in answer to us; empty for anything else, as a service message."""
    if kind != "private" and not _answers_us(message, bot):
        return ""
    return next((word for field, word in _UNREAD.items() if getattr(message, field, None)), "")


def _answers_us(message: Message, bot: Bot) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == bot.id


def _pressed(update_id: int, query: CallbackQuery, now: datetime) -> Inbound | None:
    message = query.message
    kind = _KINDS.get(message.chat.type) if message is not None else None
    if message is None or kind is None or not query.data:
        return None
    return Inbound(
        platform="telegram",
        update_id=str(update_id),
        account=str(query.from_user.id),
        chat=str(message.chat.id),
        chat_kind=kind,
        press=Press(action=query.data, message=str(message.message_id)),
        callback=query.id,
        received_at=now,
        display_name=query.from_user.full_name,
    )


def _addressed(message: Message, text: str, bot: Bot) -> str | None:
    """What a message of a group says to the bot, without its name; None when it is not for the bot."""
    ours = f"@{bot.username}".lower()
    entities = message.parse_entities() | message.parse_caption_entities()
    for entity, words in entities.items():
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            _, at, name = words.partition("@")
            return text if not at or f"@{name}".lower() == ours else None
    for entity, words in entities.items():
        mentioned = entity.user is not None and entity.user.id == bot.id
        if mentioned or (entity.type == MessageEntity.MENTION and words.lower() == ours):
            return text.replace(words, "", 1).strip(" ,:") or text
    return text if _answers_us(message, bot) else None
