"""Departures: what was claimed leaves, each in a task of its own at its slot, outside any transaction.

What came of it is kept until a transaction of the worker has recorded it.
"""

import asyncio
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from schedules.messenger import Finished, Lane, Messenger, Outgoing
from schedules.retry import DeliveryError, Silence
from storage.database import Database
from storage.leaving import STILL_WANTED
from storage.outbox import Kind

log = logging.getLogger(__name__)

MOST_OPEN = 100  # requests under way at once, for each platform and workspace
MOMENT = 0.02  # seconds from a slot: what leaves within, and did not wait for it, comes straight from its claim
LATE = 0.5  # of a lease: what would leave later than that after its slot is claimed anew, and looked at again


class Departures:
    """What one worker has under way; `ended` is called whenever one has its end.

    `messengers` are by platform, and may become more. `lease` and `horizon` are seconds.
    """

    def __init__(
        self,
        messengers: Mapping[str, Messenger],
        database: Database,
        owner: str,
        ended: Callable[[], None],
        *,
        lease: float,
        horizon: float,
        machine: Callable[[], float],
    ) -> None:
        self.finished: list[Finished] = []  # what ended and is not recorded yet, in the order of ends
        self.sending: set[int] = set()  # ids of all that is here, whose leases are ours to prolong
        self._messengers = messengers
        self._database = database
        self._owner = owner
        self._ended = ended
        self._lease = lease
        self._horizon = horizon
        self._machine = machine
        self._open: defaultdict[Lane, set[asyncio.Task[None]]] = defaultdict(set)
        self._unsent: Counter[Lane] = Counter()  # of these, those that have not left

    def room(self, lane: Lane) -> int:
        """How many may be claimed: what has not left is never more than rate × horizon, however late it leaves."""
        room, rate = MOST_OPEN - len(self._open[lane]), self._messengers[lane[0]].rate
        return room if rate is None else min(room, math.ceil(rate * self._horizon) - self._unsent[lane])

    def under_way(self) -> set[asyncio.Task[None]]:
        """The tasks of all that has no end yet."""
        return set().union(*self._open.values())

    def start(self, outgoing: Outgoing) -> None:
        """Let it leave at its slot."""
        self.sending.update((outgoing.id, *(one.id for one in outgoing.carries)))
        task = asyncio.create_task(self._send(outgoing))
        lane = outgoing.platform, outgoing.workspace
        self._unsent[lane] += 1
        tasks = self._open[lane]
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def recorded(self, batch: Sequence[Finished]) -> None:
        """A transaction holds these, the first of `finished`: they are forgotten here."""
        for done in batch:
            self.sending.discard(done.outgoing.id)
        del self.finished[: len(batch)]

    async def end(self, grace: float) -> None:
        """Wait so many seconds for what is under way, then cut it off."""
        tasks = self.under_way()
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in self.under_way():
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, outgoing: Outgoing) -> None:
        messenger, lane = self._messengers[outgoing.platform], (outgoing.platform, outgoing.workspace)
        left = False
        started = self._machine()
        try:
            if (wait := outgoing.slot - started) > 0:
                await asyncio.sleep(wait)
            started = self._machine()
            late = started - outgoing.slot
            looked_at = wait <= 0 and late < MOMENT  # by the claim, which has just ended
            if late > LATE * self._lease or (not looked_at and self._withdrawn(outgoing)):
                raise DeliveryError("not sent after all", retry_after=0.0, silence=Silence.NOTHING)
            left = True
            self._unsent[lane] -= 1
            ref = await messenger.send(outgoing)
            done = Finished(outgoing, started, self._machine(), ref=ref)
        except DeliveryError as error:
            done = Finished(outgoing, started, self._machine(), error=error)
        except asyncio.CancelledError:
            # Cancelled before its slot it surely never left; afterwards nobody knows.
            cut = DeliveryError(
                "interrupted", uncertain=left, retry_after=None if left else 0.0, silence=Silence.NOTHING
            )
            done = Finished(outgoing, started, self._machine(), error=cut)
        except Exception as error:
            # A fault of ours in a channel: it may have happened after the message left.
            log.error("delivery %d failed in the channel (%s)", outgoing.id, type(error).__name__)
            done = Finished(outgoing, started, self._machine(), error=DeliveryError("channel fault", uncertain=True))
        if not left:
            self._unsent[lane] -= 1
        self.finished += _each(done)
        self._ended()

    def _withdrawn(self, outgoing: Outgoing) -> bool:
        """Whether its reader was erased, or said « stop », since it was claimed; where that is answered at once."""
        if outgoing.kind == Kind.REPLY:
            return False
        rows = self._database.glance(STILL_WANTED, {"number": outgoing.id, "owner": self._owner, "try": outgoing.tries})
        return rows is not None and not rows


def _each(done: Finished) -> list[Finished]:
    """The end of a try for the delivery and for each that it carried.

    Where only parts of a message arrived that was several deliveries', each of them begins afresh: next time they may
    be together with others.
    """
    if not done.outgoing.carries:
        return [done]
    if done.error is not None:
        done.error.parts_sent = 0
    return [replace(done, outgoing=one) for one in (done.outgoing, *done.outgoing.carries)]
