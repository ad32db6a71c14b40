"""Updates that come one by one, stored in batches: in the order they came, one commit for all that wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from handlers.request import Inbound

Store = Callable[[Sequence[Inbound]], Awaitable[int]]
Waiting = tuple[Inbound, "asyncio.Future[None]"]


class Batches:
    """A queue before the inbox. Whatever comes while a commit is under way goes into the next one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Waiting] = []
        self._storing: asyncio.Task[None] | None = None

    async def store(self, inbound: Inbound, within: float) -> bool:
        """Whether the update was committed within so many seconds. If not it may still be, which does no harm."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((inbound, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_all())
        # The commit itself is never cut off: a timeout around SQLite returns late and may commit all the same.
        await asyncio.wait([stored], timeout=within)
        return stored.done() and stored.exception() is None

    async def settled(self) -> None:
        """Wait for the commits under way."""
        if self._storing is not None:
            await asyncio.wait([self._storing])

    async def _store_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._store([inbound for inbound, _ in batch])
            except Exception as error:  # handed to those who wait; each says so to its platform
                for _, stored in batch:
                    stored.set_exception(error)
                    stored.exception()  # nobody may be left to ask
            else:
                for _, stored in batch:
                    stored.set_result(None)
