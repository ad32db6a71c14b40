"""Waiting for something to become true without polling: whoever changes the world rings, every condition is tried."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from tests.patience import PATIENCE

T = TypeVar("T")


class Bell:
    """Rung on every change of the fake's world."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], Callable[[], Any]] = {}

    def ring(self) -> None:
        """Try every condition that somebody waits for."""
        for future, predicate in list(self._waiting.items()):
            if future.done():
                continue
            try:
                value = predicate()
            except Exception as error:
                future.set_exception(error)
            else:
                if value:
                    future.set_result(value)

    async def until(
        self, predicate: Callable[[], T | None], timeout: float | None = PATIENCE, awaited: str = "it"
    ) -> T:
        """The first true value of `predicate`; after `timeout` an `AssertionError` that names what was awaited."""
        value = predicate()
        if value:
            return value
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting[future] = predicate
        try:
            return await asyncio.wait_for(future, timeout)
        except TimeoutError:
            raise AssertionError(f"{awaited} did not happen within {timeout} s") from None
        finally:
            del self._waiting[future]
