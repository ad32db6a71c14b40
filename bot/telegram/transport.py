"""How requests reach Telegram: through aiohttp, which reads HTTP in C and takes half the CPU of PTB's own transport.

What PTB promises of its transport holds here too: proxies of the environment, the certificates of httpx, its timeouts.
A request is made once. `NEVER_LEFT` are the errors after which it surely was not sent.
"""

import io
import json
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from schedules.retry import patience

NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # a proxy that makes no tunnel
    aiohttp.InvalidURL,
)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}
_FILES = {"User-Agent": BaseRequest.USER_AGENT}
_TOO_MANY = 429


class Transport(BaseRequest):
    """One pool of connections; times in seconds.

    `connect` is how long a connection may take to be had, whether a free one or a new one; `read` how long Telegram may
    be silent; `write` is added to both for the whole of a request, `upload` in its place for one with files.
    """

    def __init__(
        self, connections: int, *, connect: float = 6.0, read: float = 9.0, write: float = 4.0, upload: float = 9.0
    ) -> None:
        self._connections = connections
        self._connect = connect
        self._read = read
        self._write = write
        self._upload = upload
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, str | None] = {}
        self._timeouts: dict[tuple[float, bool], aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float | None:
        """How long Telegram may be silent; PTB adds the time of a long poll to it."""
        return self._read

    async def initialize(self) -> None:
        """Connections are opened when they are needed."""

    async def shutdown(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # PTB's signature
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # as above
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # as above
    ) -> tuple[int, bytes]:
        """One request: HTTP status and body. Raises NetworkError or TimedOut, whose cause tells whether it left."""
        files: Any = request_data.multipart_data if request_data else None
        fields: dict[str, Any] = request_data.json_parameters if request_data else {}
        if self._session is None:
            self._session = self._open(url)
        read = float(read_timeout) if isinstance(read_timeout, int | float) else self._read
        body = _multipart(fields, files) if files else urlencode(fields).encode()
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=_FILES if files else _FORM,
                timeout=self._timeout(read, with_files=bool(files)),
                proxy=self._proxy(url),
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
                return answer.status, _silence(content) if answer.status == _TOO_MANY else content
        except TimeoutError as late:
            raise TimedOut from late
        except (aiohttp.ClientError, OSError) as broken:
            # Never the text of the error: it may quote the address, and with it the token.
            raise NetworkError(type(broken).__name__) from broken

    def _open(self, url: str) -> aiohttp.ClientSession:
        ssl: Any = httpx.create_ssl_context() if urlsplit(url).scheme == "https" else True
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, ssl=ssl),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def _timeout(self, read: float, *, with_files: bool) -> aiohttp.ClientTimeout:
        key = read, with_files
        if key not in self._timeouts:
            write = self._upload if with_files else self._write
            self._timeouts[key] = aiohttp.ClientTimeout(
                total=self._connect + write + read, connect=self._connect, sock_read=read
            )
        return self._timeouts[key]

    def _proxy(self, url: str) -> str | None:
        parts = urlsplit(url)
        if parts.netloc not in self._proxies:
            known = {} if urllib.request.proxy_bypass(parts.hostname or "") else urllib.request.getproxies()
            proxy = known.get(parts.scheme) or known.get("all")
            self._proxies[parts.netloc] = f"http://{proxy}" if proxy and "://" not in proxy else proxy
        return self._proxies[parts.netloc]


def _silence(content: bytes) -> bytes:
    """A 429 as PTB can read it, however badly it was said, by Telegram or by a proxy on the way.

    What was refused did not arrive. PTB breaks on a time that is no number, which would be taken for a doubt.
    """
    try:
        asked = float(json.loads(content)["parameters"]["retry_after"])
    except (ValueError, TypeError, LookupError, OverflowError):
        asked = 1.0
    said = {"description": "Too Many Requests", "parameters": {"retry_after": patience(asked)}}
    return json.dumps({"ok": False, "error_code": _TOO_MANY, **said}).encode()


def _multipart(fields: dict[str, Any], files: dict[str, tuple[str, Any, str]]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # Telegram would show « %C3%89lus.pdf »: it decodes no name
    for name, value in fields.items():
        form.add_field(name, str(value))
    for name, (filename, content, media_type) in files.items():
        # As a stream it is sent in pieces: a large file at once would keep the loop from everything else.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=media_type)
    return form
