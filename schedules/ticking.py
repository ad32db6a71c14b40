"""What a tick is, and how it says that it has not finished."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

Tick = Callable[[AsyncSession, datetime], Awaitable[int]]
"""Does what is due by an instant of the calendar's clock, in one transaction; returns how many things it did."""


class More(int):
    """So many were done, which is as much as one transaction should hold: call the tick again at once."""
