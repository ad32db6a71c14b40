"""Answers to one chat: three messages at once, then as many in every three seconds, by what has left from any process.

Telegram and Slack want one message a second in a chat and forgive short bursts (decision 20). The first messages of an
answer are never put off by their own kind; what is over waits for its turn, in order, and takes no slot of the bot's
meanwhile. Pushes to one chat leave a second apart anyway (see `schedules.claiming`); the page has no limit.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.weighing import weight
from schedules.clock import machine_now
from schedules.holding import Held
from schedules.slots import WRONG
from storage.leaving import Due
from storage.outbox import Delivery, Kind, State

BURST = 3  # messages at once in one chat
WINDOW = 3.5  # seconds in which no more than BURST leave: one a second, and half a second for the way there
REASON = "the chat's limit"
_LIMITED = ("telegram", "slack")


class ChatPace:
    """Puts off answers that a chat would refuse. An edit is no new message and has no such limit."""

    kinds = frozenset({Kind.REPLY})

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """One short query where there is an answer among the deliveries."""
        mine = [one for one in deliveries if one.kind == Kind.REPLY and one.platform in _LIMITED and not one.edits]
        if not mine:
            return {}
        machine = self._machine()
        left: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        rows = await session.execute(
            select(Delivery.platform, Delivery.workspace, Delivery.chat, Delivery.send_at, Delivery.payload)
            .where(
                Delivery.platform.in_({one.platform for one in mine}),
                Delivery.send_at > machine - WINDOW,
                Delivery.send_at < machine + WRONG,
                Delivery.chat.in_({one.chat for one in mine}),
                Delivery.state != State.WAITING,
                Delivery.edits == "",
            )
            .order_by(Delivery.send_at)
        )
        for platform, workspace, chat, at, payload in rows:
            left[platform, workspace, chat] += spread(at, weight(payload, platform))
        found: dict[int, Held] = {}
        for one in mine:
            times, parts = left[one.platform, one.workspace, one.chat], weight(one.payload, one.platform)
            at = free_at(times, parts, machine)
            times += spread(at, parts)
            times.sort()
            if at > machine:
                found[one.id] = Held(REASON, now + timedelta(seconds=at - machine))
        return found


def spread(at: float, parts: int) -> list[float]:
    """When the parts of a message leave that begins then: BURST at once, the others a second apart. Pure."""
    return [at + max(0, index - BURST + 1) for index in range(parts)]


def free_at(times: Sequence[float], parts: int, now: float) -> float:
    """When a message of so many parts may begin, after messages at those times, in order. Pure."""
    before = BURST - min(parts, BURST) + 1
    return max(now, times[-before] + WINDOW) if len(times) >= before else now
