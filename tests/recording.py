"""A messenger that records what it is given, and refuses when told to."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

from schedules.messenger import NO_WORKSPACE, Outgoing


class RecordingMessenger:
    """Keeps what arrived. `faults` are raised one a send, before or (with `after`) once the message arrived."""

    def __init__(
        self, platform: str = "test", rate: float | None = None, workspaces: Sequence[str] = NO_WORKSPACE
    ) -> None:
        self.platform = platform
        self.workspaces = workspaces
        self.rate = rate
        self.arrived: list[Outgoing] = []
        self.faults: deque[BaseException] = deque()
        self.after: deque[BaseException] = deque()
        self.gate: asyncio.Event | None = None

    async def send(self, outgoing: Outgoing) -> str:
        """Record, or fail as told."""
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise self.faults.popleft()
        self.arrived.append(outgoing)
        if self.after:
            raise self.after.popleft()
        return outgoing.edits or f"m{len(self.arrived)}"

    @property
    def texts(self) -> list[str]:
        """What arrived, in order."""
        return [outgoing.message().text for outgoing in self.arrived]


class HandClock:
    """A calendar that stands still until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2024, 3, 15, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Where it stands."""
        return self.at


class HandMachine:
    """A machine's clock that moves when told, in seconds."""

    def __init__(self, at: float = 1_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at
