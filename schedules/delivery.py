"""Delivery: claim what is due with a lease and a send slot, send outside any transaction, record what happened.

    every 50 ms while there is work, else when woken or once a second:
        one transaction records what finished and claims what comes next

What is sent is in `schedules.departing`. Kinds, states and what a doubt means are in `storage.outbox` and
`schedules.retry`.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from schedules import slots
from schedules.astray import settle
from schedules.blame import trouble
from schedules.claiming import Claimer
from schedules.clock import Clock, machine_now
from schedules.departing import Departures
from schedules.holding import HeldByReaders, Hold
from schedules.looking import Look, Seen, Watch
from schedules.messenger import Lane, Messenger, Outgoing
from schedules.recording import expire, record, recover
from schedules.silences import HeldBySilence
from storage.database import Database
from storage.leaving import due_of
from storage.outbox import Delivery, Priority, State

log = logging.getLogger(__name__)

LEASE = 10.0  # seconds; prolonged while a request is open, so a dead worker's rows are soon decided about
TICK = 0.05  # seconds at least between two steps
LOOK = 0.25  # seconds between two looks with nothing to do: how late a worker sees what another process has written
BUSY_LOOK = 0.5  # the same while something waits for its platform's limit
SWEEP = 1.0  # seconds between looks for what time brings: what falls due, lost leases, expired deliveries
REPLY_AHEAD = 0.5  # seconds of slots that a reply may take beyond those of now


class Worker:
    """Sends what is due through the messengers it was given. Any number of workers may share a database."""

    def __init__(
        self,
        database: Database,
        messengers: Sequence[Messenger],
        clock: Clock,
        owner: str,
        *,
        hold: Hold | None = None,
        lease: float = LEASE,
        horizon: float = slots.HORIZON,
        machine: Callable[[], float] = machine_now,
    ) -> None:
        self.messengers = {messenger.platform: messenger for messenger in messengers}
        self.owner = owner
        self._database = database
        self._clock = clock
        self._claimer = Claimer(owner, clock, hold or HeldByReaders(), HeldBySilence(machine), lease, horizon)
        self._look = Look()
        self._lease = lease
        self._machine = machine
        self._lowest = dict.fromkeys(self.messengers, Priority.BULK)
        self._departures = Departures(
            self.messengers, database, owner, self._ended, lease=lease, horizon=horizon, machine=machine
        )
        self._wake = asyncio.Event()
        self._stepping = asyncio.Lock()  # `drain()` may be called while `run()` goes on
        self._called = True  # whether somebody says that there may be something
        self._stopping = False
        self._swept = 0.0
        self._prolonged = 0.0
        self._unsure = False  # whether the last transaction may have been committed without our knowing
        self.fault = ""  # what keeps everything from leaving, for `/readyz`

    def add(self, messenger: Messenger, *, pushes: bool = True) -> None:
        """Another way out; without `pushes` for replies only, the rest is left to other processes."""
        self.messengers[messenger.platform] = messenger
        self._lowest[messenger.platform] = Priority.BULK if pushes else Priority.REPLY

    def watch(self, watch: Watch) -> None:
        """Something else to look for at every sweep, in the same query."""
        self._look.add(watch)

    def lanes(self) -> list[Lane]:
        """Where something leaves from here; locked in this order by every worker."""
        return sorted((one.platform, name) for one in self.messengers.values() for name in one.workspaces)

    def _ended(self) -> None:
        if self._claimer.slot_at == math.inf:  # else it is recorded with the next claim
            self._wake.set()

    def _pushing(self) -> list[Messenger]:
        return [one for one in self.messengers.values() if self._lowest[one.platform] is Priority.BULK]

    def wake(self) -> None:
        """There may be something to send."""
        self._called = True
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop()`; a database that is away, or a full disk, is waited for."""
        loop = asyncio.get_running_loop()
        patience = 0.0
        while not self._stopping:
            began, pause = loop.time(), TICK
            self._wake.clear()
            try:
                if self._may_find_something():
                    await self.step()
                if self.fault:
                    log.info("delivery goes on")
                patience, self.fault = 0.0, ""
                wait = self._claimer.slot_at - self._machine()
                pause = LOOK if wait == math.inf else max(TICK, min(BUSY_LOOK, wait))
            except Exception as error:
                known = isinstance(error, SQLAlchemyError | OSError)
                why = trouble(error) if known else type(error).__name__
                log.log(logging.WARNING if known else logging.ERROR, "delivery waits (%s)", why)
                self.fault = f"waits, and goes on by itself: {why}" if known else why
                patience = pause = min(10.0, max(1.0, patience * 2))
            if not self._stopping:
                alarm = loop.call_at(began + pause, self._wake.set)
                await self._wake.wait()
                alarm.cancel()
                if (early := began + (patience or TICK) - loop.time()) > 0 and not self._stopping:
                    await asyncio.sleep(early)

    async def stop(self, grace: float = 8.0) -> None:
        """Claim no more, let open requests end, record them, and give back what has not left."""
        self._stopping = True
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace), self._stepping:  # what a step under way claims is sent, too
                pass
        await self._departures.end(grace)
        with contextlib.suppress(SQLAlchemyError, OSError):
            # A database that is silent must not keep the process from ending: what it cannot record is a doubt.
            async with asyncio.timeout(grace or None), self._stepping, self._database.transaction() as session:
                await record(session, self._departures.finished[:], self.owner, self._clock.now(), self._machine())

    async def drain(self) -> None:
        """Send all that is due by now and wait for its end; for the rehearsal's moves of the clock, and tests."""
        while True:
            busy = await self.step()
            if tasks := self._departures.under_way():
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not busy and not self._departures.finished:
                return

    async def step(self) -> bool:
        """Record what finished, claim and start what comes next; False when there was nothing to do."""
        async with self._stepping:
            return not self._stopping and await self._step()

    async def _step(self) -> bool:
        unsure, self._unsure = self._unsure, True
        self._claimer.slot_at = math.inf
        batch, sending = self._departures.finished[:], frozenset(self._departures.sending)
        reach = tuple((lane, self._lowest[lane[0]]) for lane in self.lanes())
        rooms = {lane: self._departures.room(lane) for lane, _ in reach}
        full = [lane for lane, room in rooms.items() if room <= 0]

        now, calendar = self._machine(), self._clock.now()
        at = {"calendar": calendar, "now": now}
        thorough = not 0 <= now - self._swept < SWEEP
        under_way = sending.difference(done.outgoing.id for done in batch)
        to_prolong = under_way if now - self._prolonged >= self._lease / 3 else ()
        query = self._look.query(reach, thorough=thorough)

        async def step(session: AsyncSession) -> tuple[Seen, list[Outgoing]]:
            """All that is written at once; it may run beside the loop, so what the loop changes is not looked at."""
            if any(done.error is not None and done.error.retry_after is not None for done in batch):
                for lane in self.lanes():  # a silence locks one limit out of turn: all of them in turn first
                    await self._claimer.free(session, self.messengers[lane[0]], lane, now, 0, 0.0)
            await record(session, batch, self.owner, calendar, now)
            if unsure:
                await self._give_back(session, sending)
            await self._prolong(session, to_prolong, now)
            seen = self._look.read(reach, full, *await query.rows(session, at))
            if seen.swept:
                await recover(session, now, calendar)
                await expire(session, calendar)
                for messenger in self._pushing():
                    await settle(session, messenger.platform, messenger.workspaces, now, calendar)
                seen = self._look.read(reach, full, *await query.rows(session, at))
            claimed = await self._claimer.claim(
                session, self.messengers, rooms, seen.due, now, calendar, silent=seen.silent
            )
            return seen, claimed

        claimed: list[Outgoing] = []
        if (
            batch
            or unsure
            or to_prolong
            or (seen := self._look.read(reach, full, *await self._database.look(query, at)))
        ):
            seen, claimed = await self._database.together(step, short=True)
        self._unsure = False
        if thorough:
            self._swept = now
            self._look.tell(seen, now)
        if to_prolong:
            self._prolonged = now
        self._departures.recorded(batch)
        for outgoing in claimed:
            self._departures.start(outgoing)
        return bool(claimed or batch or self._departures.under_way())

    def _may_find_something(self) -> bool:
        """Whether a look is worth its price: time alone brings something too, which is looked for once a second."""
        called, self._called = self._called, False
        own = called or bool(self._departures.finished) or self._unsure or self._claimer.slot_at < math.inf
        return own or not 0 <= self._machine() - self._swept < SWEEP or self._database.may_have_changed()

    def send_now(self, leased: Sequence[Outgoing]) -> None:
        """Start sending rows that the caller has inserted as `sending`, leased to this worker."""
        for outgoing in leased:
            self._departures.start(outgoing)

    async def lease(self, session: AsyncSession, rows: Sequence[Delivery]) -> list[Outgoing]:
        """Lease replies just written to this worker, as far as their platforms' limits allow at once.

        What is left stays `waiting` with the first priority and leaves with the next claims.
        """
        now = self._machine()
        leased: list[Outgoing] = []
        if self._stopping:
            return leased
        for lane in sorted({(row.platform, row.workspace) for row in rows} & {*self.lanes()}):
            messenger = self.messengers[lane[0]]
            mine = [row for row in rows if (row.platform, row.workspace) == lane and row.state == State.WAITING]
            free = await self._claimer.free(session, messenger, lane, now, len(mine), REPLY_AHEAD)
            leased += await self._claimer.assign(session, messenger, lane, [due_of(row) for row in mine], free, now)
        return leased

    async def _give_back(self, session: AsyncSession, sending: Collection[int]) -> None:
        """The last transaction broke off: what it claimed, if it was committed after all, has surely not left.

        Replies are leased by the gateway's transactions, of which one may be ending right now.
        """
        await session.execute(
            update(Delivery)
            .where(Delivery.state == State.SENDING, Delivery.lease_owner == self.owner)
            .where(Delivery.priority != Priority.REPLY, Delivery.id.not_in(sending))
            .values(state=State.WAITING, tries=Delivery.tries - 1, lease_owner="", lease_until=0.0)
            .execution_options(synchronize_session=False)
        )

    async def _prolong(self, session: AsyncSession, sending: Collection[int], now: float) -> None:
        if sending:
            await session.execute(
                update(Delivery)
                .where(Delivery.id.in_(sending), Delivery.lease_owner == self.owner)
                .where(Delivery.state == State.SENDING)
                .values(lease_until=now + self._lease)
                .execution_options(synchronize_session=False)
            )
