"""The end of a press's waiting on its platform, with what the reply has to say there. Best effort: it holds no fact."""

import asyncio
from collections.abc import Awaitable, Callable

from handlers.messages import Reply
from handlers.request import Inbound

AT_ONCE = 40  # so that a storm of presses leaves room for what is sent

Acknowledge = Callable[[Inbound, Reply], Awaitable[None]]
"""Ends the waiting of a press on its platform, with the reply's notice or none."""


class Acknowledging:
    """Acknowledges presses, each platform in its way, so many at once and in the background."""

    def __init__(self) -> None:
        self._ways: dict[str, Acknowledge] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    def by(self, platform: str, acknowledge: Acknowledge) -> None:
        """How presses of a platform are acknowledged."""
        self._ways[platform] = acknowledge

    def start(self, inbound: Inbound, reply: Reply) -> None:
        """Acknowledge a press, without waiting for it."""
        if acknowledge := self._ways.get(inbound.platform):
            task = asyncio.ensure_future(self._in_turn(acknowledge, inbound, reply))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def finish(self, within: float) -> None:
        """Wait for those under way, so many seconds at most."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within)

    async def _in_turn(self, acknowledge: Acknowledge, inbound: Inbound, reply: Reply) -> None:
        async with self._room:
            await acknowledge(inbound, reply)
