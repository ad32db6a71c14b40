"""HTTP mode: events and gestures are posted to the app's address, signed.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.courier import Ack, Attempt, Envelope

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class HttpPush:
    """The line to an app that listens at `url`. `age` backdates the signature, to be refused when it is too old."""

    def __init__(self, url: str, signing_secret: str) -> None:
        self.url = url
        self.signing_secret = signing_secret
        self.age = 0
        self._session: aiohttp.ClientSession | None = None

    def is_up(self) -> bool:
        """An address is always tried."""
        return True

    async def verify(self, token: str) -> bool:
        """The url_verification handshake: whether the app is there and returns the challenge."""
        challenge = secrets.token_urlsafe(32)
        body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"})
        try:
            async with self._client().post(self.url, data=body, headers=self._headers(body, JSON)) as response:
                text = await response.text()
        except aiohttp.ClientError:
            return False
        if text.strip() == challenge:
            return response.status == 200
        try:
            return response.status == 200 and bool(json.loads(text).get("challenge") == challenge)
        except (ValueError, AttributeError):
            return False

    async def send(self, envelope: Envelope, attempt: Attempt, timeout: float) -> Ack | str:
        """One POST. A status other than 2xx is `http_error`; no answer in time is `http_timeout`."""
        if envelope.kind == "events_api":
            body, kind = json.dumps(envelope.payload), JSON
        elif envelope.kind == "slash_commands":
            body, kind = urlencode(envelope.payload), FORM
        else:
            body, kind = urlencode({"payload": json.dumps(envelope.payload)}), FORM
        headers = self._headers(body, kind)
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = attempt.reason or "http_error"
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            async with self._client().post(self.url, data=body, headers=headers, timeout=limit) as response:
                text = await response.text()
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        if response.status // 100 != 2:
            return "no_retry" if response.headers.get("X-Slack-No-Retry") == "1" else "http_error"
        return Ack(time.time(), _answer(text, response.content_type))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _headers(self, body: str, kind: str) -> dict[str, str]:
        stamp = str(int(time.time()) - self.age)
        digest = hmac.new(self.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _answer(text: str, kind: str) -> object:
    if kind == JSON and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text or None
