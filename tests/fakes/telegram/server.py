"""The fake Telegram: an HTTP server on the loopback, and what a test can do with it and see of it."""

import asyncio
import json
import re
import socket
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.telegram.botapi import BotApi
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.parameters import METHODS, SPELLING, read_call
from tests.fakes.telegram.people import People
from tests.fakes.telegram.refusal import Json, Malformed, Refused
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.witness import Taken, Violation, Witness
from tests.fakes.telegram.world import World

TOKEN = "7000000001:AAFakeTokenOfTheTestsOfConcerte0000"
LARGEST = 50 * 1024 * 1024 + 65_536  # bytes of a request: a file, and what is said of it
TOKEN_SHAPE = re.compile(r"[1-9][0-9]*:[^/]+")
PATH = re.compile(r"/(file/)?bot([^/]+)/(.+)")


class FakeTelegram(People, Faults, Witness):
    """`async with FakeTelegram() as tg:` serves the Bot API at `tg.url` for the bot with `tg.token`.

    On leaving, violations of the API that nobody cleared are an `AssertionError`. `any_chat`: every positive chat id
    is somebody who has begun a conversation. `rate` (messages a second), `chat_rate` (a second in a chat) and
    `group_rate` (a minute in a group) are off by default.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = TOKEN,
        any_chat: bool = False,
        rate: float | None = None,
        chat_rate: float | None = None,
        chat_burst: float | None = None,
        group_rate: float | None = None,
        webhook_delays: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0),
    ) -> None:
        super().__init__()
        self.token = token
        self.limits = Limits(rate, chat_rate, group_rate, chat_burst)
        self.first_arrival = self.last_arrival = 0.0
        self._world = World(int(token.split(":")[0]), any_chat)
        self._updates = Updates(self._world, webhook_delays)
        self._api = BotApi(self._world, self._updates, self.limits)
        self._port = port
        self._closing = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        # The low-level server: no routes, no access log, a few thousand requests a second.
        served = web.Server(self._serve, request_factory=_sized, access_log=None)
        self._runner = web.ServerRunner(served, shutdown_timeout=1.0)
        listening = socket.create_server(("127.0.0.1", self._port), backlog=512)
        self._port = listening.getsockname()[1]
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._updates.closing = True
        self._closing.set()
        self.recover()
        self._world.bell.ring()
        await self._updates.webhook.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if error is None and self.violations:
            raise AssertionError(f"the bot misused the Bot API: {self.violations}")

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    def retry_after(self, chat: int | None, seconds: float) -> None:
        """429 for every message to `chat`, or to anybody (`None`), for so many seconds from now."""
        self.limits.halt(chat, seconds)

    def forget(self) -> None:
        """Forget the bot's messages, calls and refusals so far, for another count; people and updates stay."""
        self._world.sent.clear()
        self._world.arrivals.clear()
        for counts in (self.calls, self.limits.refused, self.taken, self._taken):
            counts.clear()
        self.refusals.clear()
        self.first_arrival = self.last_arrival = 0.0

    def let_pass(self, seconds: float) -> None:
        """Put Telegram's clock forward: updates and presses grow old, messages can no longer be deleted."""
        self._world.lead += seconds

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = PATH.fullmatch(request.path)
        if path is None:
            return await self._elsewhere(request)
        token = unquote(path[2])
        if token != self.token:
            reason = "Unauthorized" if TOKEN_SHAPE.fullmatch(token) else "Unauthorized: invalid token specified"
            return _response(Refused(401, reason).answer(), 401)
        if path[1]:
            return self._download(path[3])
        method = SPELLING.get(path[3].lower(), path[3])
        self.calls[method] += 1
        taken = Taken(time.time())
        try:
            return await self._run(method, request, taken)
        except Refused as refusal:
            if isinstance(refusal, Malformed):
                self.violations.append(Violation(method, refusal.description))
            # Kept without its frames, which would hold the request.
            self.refusals.append((method, refusal.with_traceback(None)))
            self._world.bell.ring()
            if refusal.page:
                return web.Response(text=refusal.page, status=refusal.code, content_type="text/html")
            return _response(refusal.answer(), refusal.code)
        except ConnectionError:
            return _cut()  # the bot went away in the middle of its call
        except Exception as error:
            # Values of a shape that nobody thought of: no test may pass over it.
            self.violations.append(Violation(method, f"not understood: {error!r}"))
            return _response(Refused(500, "Internal Server Error").answer(), 500)
        finally:
            taken.answered = time.time()

    async def _elsewhere(self, request: web.BaseRequest) -> web.StreamResponse:
        return _response(Refused(404, "Not Found").answer(), 404)

    async def _run(self, method: str, request: web.BaseRequest, taken: Taken) -> web.StreamResponse:
        if self._always is not None:
            raise self._always
        if method not in METHODS:
            self.violations.append(Violation(method, "no such method"))
            raise Refused(404, "Not Found: method not found")
        # Read first: a held call goes on even if the client has given up.
        call = await read_call(method, request)
        if isinstance(chat := call.values.get("chat_id"), int):
            self.taken[chat] = taken
        fault = self._meet(method) if self._planned else None
        if fault is not None and not fault.accepted and await self._spoil(fault, request):
            return _cut()
        arrived = self.arrived
        result = await self._api.do(call, request)
        if self.arrived > arrived:
            self.last_arrival = time.monotonic()
            self.first_arrival = self.first_arrival or self.last_arrival
        if self._api.complaints:
            self.violations += [Violation(method, complaint) for complaint in self._api.complaints]
            self._api.complaints.clear()
        if self._closing.is_set():
            raise Refused(502, "Bad Gateway")
        if fault is not None and fault.accepted and await self._spoil(fault, request):
            return _cut()
        if seconds := self._slow.get(method, 0.0):
            await self._linger(seconds)
        return _response({"ok": True, "result": result})

    async def _spoil(self, fault: Fault, request: web.BaseRequest) -> bool:
        """Let a mishap happen; true when the connection was cut."""
        if fault.hold is not None:
            await fault.hold.wait()
            return False
        if fault.refusal is not None:
            raise fault.refusal
        if request.transport is not None:
            request.transport.abort()
        return True

    async def _linger(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    def _download(self, path: str) -> web.StreamResponse:
        file = self._world.files.get(path.rpartition("/")[2])
        if file is None:
            return _response(Refused(404, "Not Found").answer(), 404)
        return web.Response(body=file.content, content_type="application/octet-stream")


def _sized(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """A request that may be as large as Telegram takes it."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST)


def _cut() -> web.StreamResponse:
    # The connection is gone: this is written to nobody.
    return web.Response(status=502)


def _response(body: Json, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")
