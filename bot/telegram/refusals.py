"""What an error of the Bot API means for a delivery: exactly what is known of it, and no more.

The words of the platform are cut at the first colon before they are kept: what follows may quote the message.
"""

import os
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.telegram.transport import NEVER_LEFT
from schedules.retry import DeliveryError, Silence, patience

# PTB's own switch: times are `timedelta`, of which it would otherwise warn each time it meets a 429.
os.environ["PTB_TIMEDELTA"] = "true"

_CLOSED = ("chat not found", "user not found", "peer_id_invalid", "user_deactivated", "group chat was deactivated")
_TOO_LARGE = "request entity too large"


def delivery_error(error: TelegramError, chat: str) -> DeliveryError:
    """The retry decision an error carries. 5xx and lost answers are doubts: the message may have arrived."""
    said = _reason(error)
    match error:
        case RetryAfter():
            # In a group the limit is the group's own; in private it may be the chat's or the bot's.
            silence = Silence.CHAT if chat.startswith("-") else Silence.UNSAID
            return DeliveryError("too many requests", retry_after=seconds_of(error), silence=silence)
        case ChatMigrated():
            return DeliveryError("moved", moved_to=str(error.new_chat_id))
        case Forbidden():
            return DeliveryError(said, permanent=True, unreachable=True)
        case BadRequest():
            closed = any(words in str(error).lower() for words in _CLOSED)
            return DeliveryError(said, permanent=True, unreachable=closed)
        case InvalidToken():
            return DeliveryError("the bot token is refused")
    if isinstance(error.__cause__, NEVER_LEFT):
        return DeliveryError("Telegram cannot be reached")
    if isinstance(error, NetworkError) and said.lower().startswith(_TOO_LARGE):
        return DeliveryError(_TOO_LARGE, permanent=True)  # perhaps by a proxy on the way, in words of its own
    return DeliveryError("the answer was lost", uncertain=True)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants silence, in seconds: at least one, at most a day."""
    pause = error.retry_after
    return patience(pause.total_seconds() if isinstance(pause, timedelta) else float(pause))


def _reason(error: TelegramError) -> str:
    said = str(error)
    for prefix in ("Forbidden: ", "Bad Request: ", "Bad request: "):
        said = said.removeprefix(prefix)
    return said.partition(":")[0][:100]


def is_unmodified(error: TelegramError) -> bool:
    """An edit that changes nothing: what was wanted is there already."""
    return isinstance(error, BadRequest) and "message is not modified" in str(error).lower()


def is_no_photo(error: TelegramError) -> bool:
    """What was sent as a picture is none for Telegram: 20 times as tall as wide, over 10,000 pixels, or damaged."""
    said = str(error).lower()
    return any(word in said for word in ("photo_invalid_dimensions", "image_process_failed", "photo_ext_invalid"))


def is_without_text(error: TelegramError) -> bool:
    """The message to edit is a file: what it says is its caption."""
    return isinstance(error, BadRequest) and "no text in the message" in str(error).lower()


def is_not_there(error: TelegramError) -> bool:
    """The message to delete is gone already."""
    return isinstance(error, BadRequest) and "message to delete not found" in str(error).lower()


def cannot_be_edited(error: TelegramError) -> bool:
    """The message to edit is gone, too old, or of a kind that has no text: a new one must do."""
    said = str(error).lower()
    return isinstance(error, BadRequest) and (
        "message to edit not found" in said
        or "message can't be edited" in said
        or "no text in the message" in said
        or "message_id_invalid" in said
    )
