"""The limit of a Telegram group: 20 messages a minute, replies included. What is over waits for its turn, in order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.clock import machine_now
from schedules.holding import EVERY_KIND, Held
from schedules.slots import WRONG
from storage.leaving import Due
from storage.outbox import Delivery, State

IN_A_MINUTE = 20
_MINUTE = 60.0
REASON = "the group's limit"


class GroupPace:
    """Puts off what a group would refuse, by what has left for it in the last minute, from any process."""

    kinds = EVERY_KIND

    def __init__(self, machine: Callable[[], float] = machine_now) -> None:
        self._machine = machine

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """One short query for each group there is something for; none for private chats."""
        chats = {one.chat for one in deliveries if one.platform == "telegram" and one.chat.startswith("-")}
        if not chats:
            return {}
        machine = self._machine()
        found: dict[int, Held] = {}
        for chat in chats:
            recent = list(
                await session.scalars(
                    select(Delivery.send_at)
                    .where(
                        Delivery.platform == "telegram",
                        Delivery.send_at > machine - _MINUTE,
                        Delivery.send_at < machine + WRONG,
                        Delivery.chat == chat,
                        Delivery.state != State.WAITING,
                    )
                    .order_by(Delivery.send_at.desc())
                    .limit(IN_A_MINUTE)
                )
            )
            mine = [one for one in deliveries if one.platform == "telegram" and one.chat == chat]
            for one in mine[max(0, IN_A_MINUTE - len(recent)) :]:
                oldest = recent[-1] if recent else machine
                found[one.id] = Held(REASON, now + timedelta(seconds=max(1.0, oldest + _MINUTE - machine)))
        return found
