"""What must not leave now although it is due: because its reader asked for silence, or this installation does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.instants import Quiet, next_permitted
from storage.leaving import Due
from storage.outbox import CORRECTION, Kind
from storage.preferences import Wishes, wishes_of

STOP = "stop"
PAUSE = "pause"
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Held:
    """Why a delivery does not leave; it ends as skipped, or is put off `until` an instant of the calendar."""

    reason: str
    until: datetime | None = None


EVERY_KIND = frozenset(Kind)


class Hold(Protocol):
    """Looks at deliveries that are about to leave; `kinds` are those of which it may hold any."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """It is not asked about a batch that has none of these."""

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """Those that must not leave now, by id."""


class HeldByReaders:
    """« stop » lets only replies through, a pause puts off, and quiet hours of one's own are kept.

    What corrects a message that has arrived is no new one: nobody is written to by it.
    """

    kinds = EVERY_KIND - {Kind.REPLY}

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """One short query for all of them; none for replies."""
        found: dict[int, Held] = {}
        wishing: dict[int, list[Due]] = {}
        for one in deliveries:
            if one.kind == Kind.REPLY:
                continue
            if not one.payload:
                # Staff may send again what failed; of somebody who was erased meanwhile there is nothing left to send.
                found[one.id] = Held(ERASED)
            elif one.wishes and one.person_id is not None and not one.about.startswith(CORRECTION):
                wishing.setdefault(one.person_id, []).append(one)
        wishes = await wishes_of(session, wishing.keys()) if wishing else {}
        for person, theirs in wishes.items():
            for one in wishing[person]:
                if (held := wished(one.kind, theirs, now)) is not None:
                    found[one.id] = held
        return found


class HeldByAny:
    """Several holds in turn; the first one that has something to say is heard."""

    def __init__(self, *holds: Hold) -> None:
        self.kinds = frozenset[Kind]().union(*(hold.kinds for hold in holds))
        self._holds = holds

    async def held(self, session: AsyncSession, deliveries: Sequence[Due], now: datetime) -> Mapping[int, Held]:
        """What any of them holds."""
        kinds = {one.kind for one in deliveries}
        found: dict[int, Held] = {}
        for hold in self._holds:
            if not hold.kinds.isdisjoint(kinds) and (held := await hold.held(session, deliveries, now)):
                found = {**held, **found}
        return found


def wished(kind: str, wishes: Wishes, now: datetime) -> Held | None:
    """What a reader's wishes mean for something that is due now. Pure.

    What is of no use later (reminders, nudges) is left out during a pause, the rest waits for its end. A reminder
    was given its instant with the reader's hours in mind, and keeps it.
    """
    if kind == Kind.REPLY:
        return None
    if wishes.stopped:
        return Held(STOP)
    if wishes.paused_until is not None and now < wishes.paused_until:
        return Held(PAUSE, None if kind in (Kind.REMINDER, Kind.NUDGE) else wishes.paused_until)
    if wishes.quiet is not None and kind != Kind.REMINDER:
        hours = Quiet(*wishes.quiet, weekends=False, holidays=False)
        until = next_permitted(now, wishes.zone, "", hours)
        return Held("quiet hours", until) if until > now else None
    return None
