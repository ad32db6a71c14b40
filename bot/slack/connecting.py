"""The connection to the Web API: one client that repeats nothing, and the knowledge whether a request has left."""

import json
from contextvars import ContextVar
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.connector import Connection
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.logs import library_logger
from schedules.retry import DeliveryError

TIMEOUT = 15.0  # seconds for a whole request; a delivery's lease is longer
CONNECTING = 5.0
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_DECODER = json.JSONDecoder()
TRANSPORT = (aiohttp.ClientError, OSError, TimeoutError)


class Leaving:
    """`with Leaving() as leaving:` watches whether the request made inside may have reached the other side.

    `left` is true from the moment it has a connection to leave by.
    """

    __slots__ = ("_before", "left")

    def __init__(self) -> None:
        self.left = False

    def __enter__(self) -> Self:
        self._before = _LEAVING.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _LEAVING.reset(self._before)


_LEAVING: ContextVar[Leaving | None] = ContextVar("leaving", default=None)


class Line:
    """The client with its HTTP session, opened at the first use."""

    def __init__(self, token: str, base_url: str, connections: int) -> None:
        self._client = AsyncWebClient(
            token, base_url=base_url, retry_handlers=[], logger=library_logger("slack_sdk.line")
        )
        self._headers = {
            **self._client.headers,
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json;charset=utf-8",
        }
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def client(self) -> AsyncWebClient:
        """The client, ready to call."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT, sock_connect=CONNECTING),
                connector=_Connector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),  # the Web API knows nothing but the token
            )
            self._client.session = self._session
        return self._client

    async def post(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call with a JSON body; for what is said often, since the SDK's own call costs half as much again.

        Raises SlackApiError as the SDK does: for any status but 200, and when Slack says no.
        """
        client = await self.client()
        assert self._session is not None
        url = f"{client.base_url}{method}"
        content = _ENCODER.encode(body).encode()
        async with self._session.post(url, data=content, headers=self._headers, proxy=client.proxy) as answer:
            data = _object(await answer.read())
            if answer.status == 200 and data.get("ok"):
                return data
            if answer.status == 200 and not data:  # a page of some proxy: it may have been done all the same
                raise aiohttp.ClientPayloadError("the answer is no JSON object")
            headers: Any = answer.headers  # not a plain dict: names of headers come in any case
            refusal = AsyncSlackResponse(
                client=client,
                http_verb="POST",
                api_url=url,
                req_args={},
                data=data,
                headers=headers,
                status_code=answer.status,
            )
        raise SlackApiError(f"{method} failed", refusal)  # type: ignore[no-untyped-call]  # the SDK gives it no types

    async def put(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that was given out for it. Raises DeliveryError."""
        await self.client()
        assert self._session is not None
        try:
            async with self._session.post(url, data=content) as answer:
                if answer.status != 200:
                    raise DeliveryError(f"the upload was refused (HTTP {answer.status})")
        except TRANSPORT:
            raise DeliveryError("the upload broke off") from None

    async def get(self, address: str, within: float) -> bytes:
        """The bytes of a file that somebody sent us; empty when Slack does not give them in that time.

        Our token goes to Slack only, whatever address is asked for.
        """
        client = await self.client()
        assert self._session is not None
        if not self._is_slacks(address):
            return b""
        try:
            async with self._session.get(
                address,
                headers={"Authorization": f"Bearer {client.token}"},
                allow_redirects=False,  # without the right to read files Slack leads to its sign-in page
                timeout=aiohttp.ClientTimeout(total=within),
            ) as answer:
                return await answer.read() if answer.status == 200 else b""
        except TRANSPORT:
            return b""

    async def respond(self, address: str, text: str) -> bool:
        """Say something to who pressed, alone, by the address that came with the press; whether Slack took it."""
        await self.client()
        assert self._session is not None
        if not self._is_slacks(address):
            return False
        body = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            async with self._session.post(address, json=body, allow_redirects=False) as answer:
                return answer.status == 200
        except TRANSPORT:
            return False

    def _is_slacks(self, address: str) -> bool:
        asked, home = urlsplit(address), urlsplit(self._client.base_url)
        ours = (asked.scheme, asked.netloc) == (home.scheme, home.netloc)
        return ours or (asked.scheme == "https" and asked.netloc.endswith(".slack.com"))

    async def is_known(self) -> bool:
        """Whether Slack takes our own token; true when it cannot be asked."""
        try:
            await (await self.client()).auth_test()
        except SlackApiError:
            return False
        except TRANSPORT:
            return True
        return True

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()


def lost(leaving: Leaving) -> DeliveryError:
    """What a broken or late request means: a doubt, unless it surely never left."""
    if leaving.left:
        return DeliveryError("the answer was lost", uncertain=True)
    return DeliveryError("Slack cannot be reached")


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty when it is none."""
    try:
        data = _DECODER.decode(body.decode())
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


class _Connector(aiohttp.TCPConnector):
    """Notes when a request has a connection: from then on it may have left. (aiohttp's tracing costs far more.)"""

    async def connect(self, *arguments: Any, **named: Any) -> Connection:
        connection = await super().connect(*arguments, **named)
        if (leaving := _LEAVING.get()) is not None:
            leaving.left = True
        return connection
