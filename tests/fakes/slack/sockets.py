"""Socket Mode: the app's WebSockets, one of which gets each envelope.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.bell import Bell
from tests.fakes.slack.courier import Ack, Attempt, Envelope
from tests.fakes.slack.refusal import Json

MOST = 10


class Socket:
    """One open connection. A deaf one answers pings and nothing else; a retiring one gets no more envelopes."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport | None, deaf: bool) -> None:
        self.ws = ws
        self.transport = transport
        self.deaf = deaf
        self.retiring = False
        self.waiting: dict[str, asyncio.Future[Ack | str]] = {}


class Sockets:
    """Every socket of the app, and the line that sends through them."""

    def __init__(self, bell: Bell, app_id: str, violate: Callable[[str, str], None]) -> None:
        self._bell = bell
        self._app_id = app_id
        self._violate = violate
        self._tickets: set[str] = set()
        self._sent: dict[str, str] = {}
        self._turn = 0
        self.host = ""
        self.open: list[Socket] = []
        self.opened = 0
        self.deaf_next = 0
        self.late = 0

    def new_url(self) -> str:
        """apps.connections.open: an address that works once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"{self.host.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._app_id}"

    def usable(self) -> list[Socket]:
        """Those that Slack would still send to."""
        return [socket for socket in self.open if not socket.retiring]

    def is_up(self) -> bool:
        """Whether one socket is open."""
        return bool(self.usable())

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """A socket from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="this address was used or never given out")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(heartbeat=None)
        await ws.prepare(request)
        if len(self.open) >= MOST:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        socket = Socket(ws, request.transport, deaf=self.deaf_next > 0)
        self.deaf_next = max(0, self.deaf_next - 1)
        self.opened += 1
        connections = len(self.open) + 1
        hello: Json = {"type": "hello", "num_connections": connections, "connection_info": {"app_id": self._app_id}}
        hello["debug_info"] = {"host": "applink-fake", "approximate_connection_time": 18060}
        await ws.send_json(hello)
        self.open.append(socket)
        self._bell.ring()
        try:
            async for frame in ws:
                if frame.type is WSMsgType.TEXT and not socket.deaf:
                    self._hear(socket, frame.data)
        finally:
            self.open.remove(socket)
            for waiting in socket.waiting.values():
                if not waiting.done():
                    waiting.set_result("connection_closed")
            self._bell.ring()
        return ws

    async def send(self, envelope: Envelope, attempt: Attempt, timeout: float) -> Ack | str:
        """Through one of the sockets; they take turns."""
        usable = self.usable()
        if not usable:
            return "no_socket"
        self._turn += 1
        socket = usable[self._turn % len(usable)]
        envelope_id = str(uuid.uuid4())
        self._sent[envelope_id] = envelope.kind
        frame: Json = {"envelope_id": envelope_id, "type": envelope.kind, "payload": envelope.payload}
        frame["accepts_response_payload"] = envelope.kind != "events_api"
        if envelope.kind == "events_api":
            frame |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason or ""}
        answer: asyncio.Future[Ack | str] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope_id] = answer
        try:
            if not socket.deaf:
                await socket.ws.send_json(frame)
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return "timeout"
        except ConnectionError:
            return "connection_closed"
        finally:
            socket.waiting.pop(envelope_id, None)

    async def say_goodbye(self, reason: str) -> None:
        """Ask every socket to reconnect: `warning`, `refresh_requested`, `link_disabled`. It gets nothing more."""
        for socket in self.usable():
            socket.retiring = True
            await socket.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for socket in self.open:
            socket.retiring = True
            if socket.transport is not None:
                socket.transport.abort()

    async def close(self) -> None:
        """Close every socket properly."""
        for socket in list(self.open):
            await socket.ws.close()

    def _hear(self, socket: Socket, data: str) -> None:
        try:
            body: Any = json.loads(data)
        except ValueError:
            body = None
        if not isinstance(body, dict) or "envelope_id" not in body:
            # The official clients send pings as text now and then; anything else is a mistake.
            if data and not data.startswith("ping"):
                self._violate("socket", "a frame that is no acknowledgement")
            return
        envelope_id = str(body["envelope_id"])
        if body.get("payload") and self._sent.get(envelope_id) == "events_api":
            self._violate("socket", "acknowledged an event with a payload")
        answer = socket.waiting.get(envelope_id)
        if answer is not None and not answer.done():
            answer.set_result(Ack(time.time(), body.get("payload")))
        elif envelope_id not in self._sent:
            self._violate("socket", "acknowledged an envelope that was never sent")
        else:
            self.late += 1
            self._bell.ring()
