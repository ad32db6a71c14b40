"""Pushing updates to the bot's own address, again and again until it answers 2xx."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from tests.fakes.telegram.refusal import Json

PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(slots=True)
class Push:
    """One try to push an update. `status` is 0 when no answer came; `body` is then the error."""

    update_id: int
    attempt: int
    status: int
    body: str


class Webhook:
    """The registered webhook. One chat's updates go one after another, chats go side by side.

    `delays` are the seconds before each new try of an update; the last of them repeats.
    """

    def __init__(self, delays: tuple[float, ...], on_push: Callable[[int | None], None]) -> None:
        self.url = ""
        self.secret = ""
        self.most = 40
        self.pushes: list[Push] = []
        self.last_error: tuple[int, str] | None = None
        self._delays = delays
        self._on_push = on_push
        self._lanes: dict[int, deque[tuple[int, Json]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(40)

    def set(self, url: str, secret: str, most: int) -> None:
        """Another address, or none. What was on its way to the old one is dropped from here."""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        self.url, self.secret, self.most = url, secret, most
        self.last_error = None
        self._slots = asyncio.Semaphore(most)

    def push(self, lane: int, update_id: int, update: Json) -> None:
        """Push after what waits in the same lane."""
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append((update_id, update))
            return
        waiting = self._lanes[lane] = deque([(update_id, update)])
        task = asyncio.get_running_loop().create_task(self._drain(lane, waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop pushing."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _drain(self, lane: int, waiting: deque[tuple[int, Json]]) -> None:
        while waiting:
            update_id, update = waiting[0]
            attempt = 1
            while not await self._try(update_id, attempt, update):
                await asyncio.sleep(self._delays[min(attempt, len(self._delays)) - 1])
                attempt += 1
            waiting.popleft()
        if self._lanes.get(lane) is waiting:
            del self._lanes[lane]

    async def _try(self, update_id: int, attempt: int, update: Json) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=PATIENCE)
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        try:
            async with (
                self._slots,
                self._session.post(self.url, data=json.dumps(update), headers=headers) as response,
            ):
                status, body = response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            status, body = 0, repr(error)
        self.pushes.append(Push(update_id, attempt, status, body))
        good = 200 <= status < 300
        if not good:
            reason = f"Wrong response from the webhook: {status}" if status else "Connection refused"
            self.last_error = (int(time.time()), reason)
        self._on_push(update_id if good else None)
        return good
