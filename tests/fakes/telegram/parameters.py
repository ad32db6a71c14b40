"""What each method may be called with. A parameter that is not here is a mistake of the bot, and is refused.

Written by hand after the Bot API 10.1; of its parameters, those for features that Concerte has no use for (topics,
business accounts, paid messages, effects) are left out on purpose.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from tests.fakes.telegram.refusal import Json, Malformed, bad

BIGGEST_UPLOAD = 50 * 1024 * 1024

_SEND = {
    "chat_id!": "int",
    "disable_notification": "bool",
    "protect_content": "bool",
    "reply_parameters": "json",
    "reply_markup": "json",
}
_CAPTION = {"caption": "str", "parse_mode": "str"}
_EDIT = {"chat_id!": "int", "message_id!": "int", "reply_markup": "json"}

# A name that ends in "!" is required.
METHODS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "json"},
    "setWebhook": {
        "url!": "str",
        "ip_address": "str",
        "max_connections": "int",
        "allowed_updates": "json",
        "drop_pending_updates": "bool",
        "secret_token": "str",
    },
    "deleteWebhook": {"drop_pending_updates": "bool"},
    "getWebhookInfo": {},
    "setMyCommands": {"commands!": "json", "scope": "json", "language_code": "str"},
    "getMyCommands": {"scope": "json", "language_code": "str"},
    "sendChatAction": {"chat_id!": "int", "action!": "str"},
    "sendMessage": _SEND | {"text": "str", "parse_mode": "str", "link_preview_options": "json"},
    "sendDocument": _SEND
    | _CAPTION
    | {"document!": "file", "thumbnail": "file", "disable_content_type_detection": "bool"},
    "sendPhoto": _SEND | _CAPTION | {"photo!": "file", "has_spoiler": "bool", "show_caption_above_media": "bool"},
    "sendContact": _SEND | {"phone_number!": "str", "first_name!": "str", "last_name": "str", "vcard": "str"},
    "editMessageText": _EDIT | {"text": "str", "parse_mode": "str", "link_preview_options": "json"},
    "editMessageCaption": _EDIT | _CAPTION | {"show_caption_above_media": "bool"},
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": {"chat_id!": "int", "message_id!": "int"},
    "answerCallbackQuery": {
        "callback_query_id!": "str",
        "text": "str",
        "show_alert": "bool",
        "url": "str",
        "cache_time": "int",
    },
    "getFile": {"file_id!": "str"},
}
SPELLING = {name.lower(): name for name in METHODS}

_MISSING = {
    "chat_id": "chat_id is empty",
    "message_id": "message identifier is not specified",
    "file_id": "file_id not specified",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
}


@dataclass(slots=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    content: bytes


@dataclass(slots=True)
class Call:
    """One call of a method, its values in their types. A file is an `Upload`, or a string (a file_id or an address)."""

    method: str
    values: Json = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, or `default` where it was not given."""
        return self.values.get(name, default)


async def read_call(method: str, request: web.BaseRequest) -> Call:
    """The call in an HTTP request: query string, form, multipart or JSON, as Telegram takes them all."""
    given: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "multipart/form-data":
        await _read_parts(request, given, uploads)
    elif request.can_read_body:
        body = await request.read()
        if request.content_type == "application/json":
            given |= json.loads(body)
        else:
            given |= parse_qsl(body.decode(), keep_blank_values=True)
    return Call(method, _typed(method, given, uploads))


async def _read_parts(request: web.BaseRequest, given: Json, uploads: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise Malformed("nested multipart body")
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            given[part.name] = content.decode()
        else:
            uploads[part.name] = Upload(part.filename, content)


def _typed(method: str, given: Json, uploads: dict[str, Upload]) -> Json:
    expected = METHODS[method]
    values: Json = {}
    attached: set[str] = set()
    for name, kind in expected.items():
        plain = name.rstrip("!")
        raw = given.pop(plain, None)
        if kind == "file":
            source = raw.removeprefix("attach://") if raw and raw.startswith("attach://") else plain
            if source in uploads:
                attached.add(source)
                raw = uploads[source]
        if raw is None or raw == "":
            # An empty value is no value for Telegram; setWebhook's empty address means "none".
            if name.endswith("!") and name != "url!":
                raise bad(_MISSING.get(plain, f'parameter "{plain}" is required'))
            continue
        values[plain] = raw if kind == "file" else _value(plain, kind, raw)
    if unknown := [*given, *(uploads.keys() - attached)]:
        raise Malformed(f"{method} has no parameter {', '.join(map(repr, unknown))}")
    return values


def _value(name: str, kind: str, raw: Any) -> Any:
    if kind == "str":
        if not isinstance(raw, str):
            raise Malformed(f"{name} must be a string")
        return raw
    if kind == "json":
        if not isinstance(raw, str):
            return raw
        try:
            return json.loads(raw)
        except ValueError:
            what = "reply keyboard markup" if name == "reply_markup" else name
            raise bad(f"can't parse {what} JSON object") from None
    text = str(raw).lower()
    if kind == "bool":
        if text not in ("true", "false"):
            raise Malformed(f"{name} must be true or false, not {raw!r}")
        return text == "true"
    try:
        return int(text)
    except ValueError:
        if name == "chat_id" and text.startswith("@"):
            raise bad("chat not found") from None
        raise Malformed(f"{name} must be an integer, not {raw!r}") from None
