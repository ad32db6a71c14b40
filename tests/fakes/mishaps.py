"""What the fakes share of planned mishaps: whose turn it is, and a call that is kept waiting."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

from tests.patience import PATIENCE

M = TypeVar("M", bound="Mishap")


class Hold:
    """A call that is kept waiting: `await hold.reached()`, then `hold.release()` lets it go on."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    async def reached(self, within: float = PATIENCE) -> None:
        """Wait until a call is held."""
        await asyncio.wait_for(self._reached.wait(), within)

    def release(self) -> None:
        """Let it go on, as if nothing had been."""
        self._released.set()

    async def wait(self) -> None:
        """For the server: the call stops here."""
        self._reached.set()
        await self._released.wait()


@dataclass
class Mishap:
    """One for the calls of a method (`*` for any) after `skip` good ones, `times` times.

    `accepted`: the call has its effect all the same, only its answer goes wrong.
    """

    method: str
    skip: int = 0
    times: int = 1
    accepted: bool = False
    hold: Hold | None = None


def met(planned: list[M], method: str) -> M | None:
    """The mishap that a call meets. The first that fits is charged, the others wait their turn."""
    for mishap in planned:
        if mishap.method not in ("*", method):
            continue
        if mishap.skip > 0:
            mishap.skip -= 1
            continue
        mishap.times -= 1
        if mishap.times <= 0:
            planned.remove(mishap)
        return mishap
    return None
