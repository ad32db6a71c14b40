"""A message that had to be split is said part by part; who is cut off is told how far it came.

The next try begins after the parts that have arrived: what a doubt leaves open is one part.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.spacing import BURST
from schedules.messenger import Outgoing
from schedules.retry import DeliveryError, Silence

P = TypeVar("P")
UNINTERRUPTED = 8.0  # seconds after which the rest of a long message waits for a lease of its own


async def say_each(
    outgoing: Outgoing, parts: Sequence[P], standing: Sequence[str], say: Callable[[P, str], Awaitable[str]]
) -> list[str]:
    """Say the parts that have not arrived; returns what the platform calls them, after those of earlier tries.

    `standing` are the messages that an edit replaces, in the order of the parts; `say` is given a part and the one it
    replaces, empty for a new one. Raises DeliveryError, which says how many parts have arrived, and of an announcement
    what those of this try are called.
    """
    first = outgoing.parts_sent
    if len(parts) <= first:
        raise DeliveryError("an empty message", permanent=True)
    loop = asyncio.get_running_loop()
    begun, refs = loop.time(), list(standing[:first])
    for index, part in enumerate(parts[first:], first):
        try:
            if index > first and loop.time() - begun > UNINTERRUPTED:
                raise DeliveryError("to be continued", retry_after=1.0, silence=Silence.NOTHING)
            if index >= BURST and index > first:
                await asyncio.sleep(1.0)  # a chat takes one message a second once the first were taken at once
            refs.append(await say(part, standing[index] if index < len(standing) else ""))
        except DeliveryError as error:
            error.parts_sent = index
            if outgoing.keeps_all and not outgoing.edits:
                error.refs = " ".join(refs)
            raise
    return refs
