"""The two clocks: the calendar's, which a rehearsal moves, and the machine's, for leases, rates and codes."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def machine_now() -> float:
    """Unix time in seconds, the same on every machine of an installation to within its clocks' drift."""
    return time.time()


class Clock(Protocol):
    """The calendar's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


class SystemClock:
    """The calendar as it is."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class MovedClock:
    """A calendar that starts elsewhere and may run faster; it only ever moves forward."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start.astimezone(UTC)
        self._since = time.monotonic()
        self._speed = speed

    def now(self) -> datetime:
        """The present instant of the moved calendar, in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._since) * self._speed)

    def move_to(self, instant: datetime) -> None:
        """Go forward to an instant; raises ValueError for one in the past, where things have been sent already."""
        if instant < self.now():
            raise ValueError("the clock only moves forward")
        self._start, self._since = instant.astimezone(UTC), time.monotonic()
