"""`SEND=off|only:<e-mail>`: real sending is held back, the browser goes on; and what readers wish is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.spacing import ChatPace
from bot.telegram.pacing import GroupPace
from schedules.holding import EVERY_KIND, Held, HeldByAny, HeldByReaders, Hold
from schedules.nights import HeldByNight
from schedules.outage import HeldByOutage
from schedules.rights import HeldByRights
from storage.leaving import Due
from storage.people import Person


class SendHold:
    """Skips deliveries to real platforms, all or all but one person's; the report says why."""

    kinds = EVERY_KIND

    def __init__(self, send: str) -> None:
        self._only = send.removeprefix("only:").strip().lower() if send.startswith("only:") else ""
        self._off = send == "off"

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """Those that must not leave, by id."""
        real = [one for one in deliveries if one.platform != "web"]
        if self._off:
            return {one.id: Held("held back by SEND=off") for one in real}
        if not self._only or not real:
            return {}
        only = await session.scalar(select(Person.id).where(func.lower(Person.email) == self._only))
        return {
            one.id: Held("held back by SEND=only") for one in real if one.person_id is None or one.person_id != only
        }


def hold_for(send: str, *, paced: bool = True) -> Hold:
    """All that holds deliveries back in this installation; without `paced` a chat takes any number of answers."""
    paces: list[Hold] = [GroupPace(), ChatPace()] if paced else []
    holds: list[Hold] = [HeldByOutage(), HeldByRights(), *paces, HeldByReaders(), HeldByNight()]
    return HeldByAny(*holds) if send == "on" else HeldByAny(SendHold(send), *holds)
