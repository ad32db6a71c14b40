"""Waiting for something to become true without polling: whoever changes the world rings, and conditions are tried."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Bell:
    """Rung on every change of a fake's world. Ringing costs nothing when nobody waits."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], Callable[[], Any]] = {}

    def ring(self) -> None:
        """Try the condition of everybody who waits."""
        for future, condition in list(self._waiting.items()):
            if future.done():
                continue
            try:
                value = condition()
            except Exception as error:
                future.set_exception(error)
            else:
                if value:
                    future.set_result(value)

    async def until(self, condition: Callable[[], T | None], within: float | None) -> T:
        """The first true value of `condition`; `TimeoutError` after `within` seconds; None waits for ever."""
        value = condition()
        if value:
            return value
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting[future] = condition
        try:
            async with asyncio.timeout(within):
                return await future
        finally:
            del self._waiting[future]
