"""Who looks at a page now, and how they learn that something changed.

What travels to the browser is only « look again » and at which version a conversation is: the facts are read from
the database, so a lost connection, a second tab or another process's write is made good by the next look.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer
REHEARSAL = "rehearsal"  # the topic of the clock and of what leaves for anybody


@dataclass(frozen=True, slots=True)
class Ping:
    """An event of the stream; its data are JSON."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


class Listener:
    """One open stream. Pings of the same name and topic that wait are one: the last."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Ping] = {}
        self._wake = asyncio.Event()
        self.closed = False

    def put(self, topic: str, ping: Ping) -> None:
        """Wake the stream with a ping."""
        self._waiting[topic, ping.name] = ping
        self._wake.set()

    def close(self) -> None:
        """End the stream: the server stops."""
        self.closed = True
        self._wake.set()

    async def next(self, seconds: float) -> list[Ping]:
        """What came, at the latest after that many `seconds`; nothing then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()
        pings = list(self._waiting.values())
        self._waiting.clear()
        return pings


class Hub:
    """The open streams of this process, by topic: a chat's key, or the rehearsal."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._stopped = False

    def publish(self, topic: str, ping: Ping) -> None:
        """Tell everybody who listens to a topic."""
        for listener in self._listeners.get(topic, ()):
            listener.put(topic, ping)

    @property
    def topics(self) -> set[str]:
        """What somebody listens to."""
        return {topic for topic, listeners in self._listeners.items() if listeners}

    @contextlib.contextmanager
    def listen(self, *topics: str) -> Iterator[Listener]:
        """Hear of those topics as long as the context lasts."""
        listener = Listener()
        if self._stopped:
            listener.close()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    def stop(self) -> None:
        """End every stream, and those that are still to come."""
        self._stopped = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.close()


async def stream(request: web.Request, listener: Listener) -> web.StreamResponse:
    """Server-Sent Events until the browser goes or the server stops."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    with contextlib.suppress(ConnectionResetError):
        await response.write(b"retry: 1500\nevent: hello\ndata: {}\n\n")
        while not listener.closed:
            pings = await listener.next(HEARTBEAT)
            if listener.closed:
                break
            text = "".join(f"event: {ping.name}\ndata: {json.dumps(ping.data)}\n\n" for ping in pings)
            await response.write((text or ": still here\n\n").encode())
    return response
