"""How Telegram says no: a code, a sentence in its own words, sometimes parameters.

Wording as in the sources of the Bot API server (tdlib/telegram-bot-api), which prefixes and lower-cases it.
"""

import math
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """The call gets `{"ok": false, …}` and has no effect. With a `page` it was a proxy on the way that refused it."""

    def __init__(self, code: int, description: str, parameters: Json | None = None, page: str = "") -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters or {}
        self.page = page

    def answer(self) -> Json:
        """The body of the response."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class Malformed(Refused):
    """The bot did what a bot must never do. The real server may let it pass; the fake notes it as a violation."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, f"Bad Request: {detail}")


def bad(reason: str, parameters: Json | None = None) -> Refused:
    """400, with Telegram's reason."""
    return Refused(400, f"Bad Request: {reason}", parameters)


def forbidden(reason: str) -> Refused:
    """403: this chat is closed to the bot."""
    return Refused(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refused:
    """409: somebody else fetches the updates."""
    return Refused(409, f"Conflict: {reason}")


def too_many(seconds: float) -> Refused:
    """429. Telegram names whole seconds, and at least one."""
    wait = max(1, math.ceil(seconds))
    return Refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
