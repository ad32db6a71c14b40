"""HTTP mode: Slack posts what happens to `/slack/events`, signed with the secret of the app.

Events, presses and commands come to the same address. 200 says that it is in the inbox; anything else has Slack send
an event again, and tell the person that a press or a command did not work.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

PATH = "/slack/events"
LARGEST_BODY = 1024 * 1024  # bytes; a press brings the whole message along, three times as long once encoded

Hear = Callable[[dict[str, Any]], Awaitable[bool]]


class Events:
    """Takes what Slack posts: refused unless signed within five minutes, answered once it is stored or is not."""

    def __init__(self, signing_secret: str, hear: Hear) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._hear = hear

    def routes(self) -> list[web.RouteDef]:
        """What the web server answers for Slack."""
        return [web.post(PATH, self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """One post of Slack."""
        body = await request.clone(client_max_size=LARGEST_BODY).read()
        if not self._is_signed(request, body):
            return web.Response(status=401)
        payload = _payload(body, request.content_type)
        if payload is None:
            return web.Response(status=400)
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload.get("challenge")})
        return web.Response(status=200 if await self._hear(payload) else 503)

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        try:
            return self._verifier.is_valid(
                body,
                request.headers.get("X-Slack-Request-Timestamp", ""),
                request.headers.get("X-Slack-Signature", ""),
            )
        except (TypeError, ValueError):  # no number, no ASCII, no UTF-8: not from Slack
            return False


def _payload(body: bytes, content_type: str) -> dict[str, Any] | None:
    """What was posted: an event in JSON, a gesture as a form with JSON in it, a command as a form."""
    text = body.decode()
    if content_type == "application/x-www-form-urlencoded":
        form: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True))
        if "payload" not in form:
            return form
        text = form["payload"]
    try:
        payload = json.loads(text)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None
