"""The methods of the Bot API, by name: what is not about a message is done here, the rest in `writing`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.telegram.formatting import units
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.parameters import Call
from tests.fakes.telegram.refusal import Json, bad
from tests.fakes.telegram.updates import PRESS_LIFE, Updates, allowed_updates
from tests.fakes.telegram.world import World
from tests.fakes.telegram.writing import Writing

LOOPBACK = ("http://127.0.0.1:", "http://localhost:")
ACTIONS = {
    *("typing", "choose_sticker", "find_location"),
    *("upload_photo", "upload_video", "upload_voice", "upload_document", "upload_video_note"),
    *("record_video", "record_voice", "record_video_note"),
}
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Answer:
    """How the bot answered a press: silently, with a passing notice, or with an alert."""

    query_id: str
    user: int
    text: str
    alert: bool
    waited: float = 0.0  # seconds since the press


@dataclass(slots=True)
class Press:
    """A press that waits for its answer."""

    update_id: int
    user: int
    at: float


class BotApi:
    """What the bot can call. `complaints` collects what the real server lets pass in silence."""

    def __init__(self, world: World, updates: Updates, limits: Limits) -> None:
        self.complaints: list[str] = []
        self.presses: dict[str, Press] = {}
        self.answers: list[Answer] = []
        self.actions: list[tuple[int, str]] = []
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self._world = world
        self._updates = updates
        writing = Writing(world, limits, self.complaints)
        self._methods: dict[str, Callable[[Call], Any]] = {
            "getMe": lambda _: self._me(),
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self._webhook_info(),
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda call: self.commands.get(_scope(call), []),
            "sendChatAction": self._chat_action,
            "answerCallbackQuery": self._answer_press,
            "getFile": self._get_file,
            "sendMessage": writing.send_message,
            "sendDocument": writing.send_document,
            "sendPhoto": writing.send_photo,
            "sendContact": writing.send_contact,
            "editMessageText": writing.edit_text,
            "editMessageCaption": writing.edit_caption,
            "editMessageReplyMarkup": writing.edit_markup,
            "deleteMessage": writing.delete,
        }

    async def do(self, call: Call, request: web.BaseRequest) -> Any:
        """The result of a call; a `Refused` when it has none."""
        if call.method == "getUpdates":
            allowed = allowed_updates(call.get("allowed_updates"))
            return await self._updates.fetch(call.get, allowed, request)
        return self._methods[call.method](call)

    def _me(self) -> Json:
        return self._world.bot | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def _set_webhook(self, call: Call) -> bool:
        url, secret, most = call.get("url", ""), call.get("secret_token", ""), call.get("max_connections", 40)
        allowed = allowed_updates(call.get("allowed_updates"))
        if url and not url.startswith(("https://", *LOOPBACK)):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        self._updates.set_webhook(url, secret, min(max(most, 1), 100), allowed, call.get("drop_pending_updates", False))
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self._updates.set_webhook("", "", 40, None, call.get("drop_pending_updates", False))
        return True

    def _webhook_info(self) -> Json:
        webhook = self._updates.webhook
        info: Json = {
            "url": webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.waiting),
        }
        if webhook.url:
            info["max_connections"] = webhook.most
        if webhook.last_error is not None:
            info["last_error_date"], info["last_error_message"] = webhook.last_error
        if self._updates.allowed:
            info["allowed_updates"] = self._updates.allowed
        return info

    def _set_commands(self, call: Call) -> bool:
        commands = call.get("commands")
        if not isinstance(commands, list):
            raise bad("expected an Array of BotCommand")
        if len(commands) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_scope(call)] = commands
        return True

    def _chat_action(self, call: Call) -> bool:
        chat = self._world.writable(call.get("chat_id"))
        if call.get("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        self.actions.append((chat.id, call.get("action")))
        return True

    def _answer_press(self, call: Call) -> bool:
        press = self.presses.get(call.get("callback_query_id"))
        if press is None or self._world.now() - press.at > PRESS_LIFE:
            raise bad(TOO_OLD)
        if units(call.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if not call.get("url", "https://t.me/").startswith(("https://t.me/", "tg://")):
            raise bad("URL_INVALID")
        query_id, alert = call.get("callback_query_id"), call.get("show_alert", False)
        waited = self._world.now() - press.at
        self.answers.append(Answer(query_id, press.user, call.get("text", ""), alert, waited))
        self._world.bell.ring()
        return True

    def _get_file(self, call: Call) -> Json:
        file = self._world.files.get(call.get("file_id"))
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        facts = file.json()
        names = ("file_id", "file_unique_id", "file_size")
        return {name: facts[name] for name in names} | {"file_path": f"{file.kind}s/{file.id}"}


def _scope(call: Call) -> tuple[str, str]:
    scope = call.get("scope") or {"type": "default"}
    return str(scope.get("type")), call.get("language_code", "")
