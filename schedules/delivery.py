"""Delivery: claim what is due with a lease and a send slot, send outside any transaction, record what happened.

    every 50 ms while there is work, else when woken or once a second:
        one transaction records what finished and claims what comes next

Kinds, states and what a doubt means are in `storage.outbox` and `schedules.retry`.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from schedules import slots
from schedules.clock import Clock, machine_now
from schedules.holding import HeldByReaders, Hold
from schedules.messenger import Finished, Messenger, Outgoing
from schedules.recording import expire, record, recover
from schedules.retry import DeliveryError
from storage.database import Database
from storage.outbox import Delivery, Priority, State, stopped_by

log = logging.getLogger(__name__)

LEASE = 10.0  # seconds; prolonged while a request is open, so a dead worker's rows are soon decided about
TICK = 0.05
SWEEP = 1.0  # seconds between looks for lost leases and expired deliveries
MOST_OPEN = 100  # requests under way at once, for each platform


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
        self._hold = hold or HeldByReaders()
        self._lease = lease
        self._horizon = horizon
        self._machine = machine
        self._open: dict[str, set[asyncio.Task[None]]] = {platform: set() for platform in self.messengers}
        self._finished: list[Finished] = []
        self._wake = asyncio.Event()
        self._stepping = asyncio.Lock()  # `drain()` may be called while `run()` goes on
        self._stopping = False
        self._swept = 0.0
        self._prolonged = 0.0
        self._sending: set[int] = set()  # ids under way, whose leases are ours to prolong
        self._slot_at = math.inf  # when what waits for its platform's limit may be claimed

    def add(self, messenger: Messenger) -> None:
        """Another way out."""
        self.messengers[messenger.platform] = messenger
        self._open[messenger.platform] = set()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop()`; a database that is away is waited for."""
        pause = TICK
        while not self._stopping:
            try:
                busy = await self.step()
                pause = TICK if busy else self._until_next_slot()
            except (DBAPIError, OSError) as error:
                log.warning("delivery waits for the database (%s)", type(error).__name__)
                pause = min(10.0, max(1.0, pause * 2))
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        if pause == TICK:
                            await asyncio.sleep(TICK)
                        else:
                            await self._wake.wait()
                self._wake.clear()

    def _until_next_slot(self) -> float:
        """Seconds to rest: a limit below one message a tick must still be reached."""
        return min(1.0, max(TICK, self._slot_at - self._machine()))

    async def stop(self, grace: float = 8.0) -> None:
        """Claim no more, let open requests end, record them, and give back what has not left."""
        self._stopping = True
        self._wake.set()
        tasks = set().union(*self._open.values())
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in set().union(*self._open.values()):
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(DBAPIError, OSError):
            async with self._stepping, self._database.transaction() as session:
                await self._record(session)

    async def drain(self) -> None:
        """Send all that is due by now and wait for its end; for the rehearsal's moves of the clock, and tests."""
        while True:
            busy = await self.step()
            tasks = set().union(*self._open.values())
            if tasks:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not busy and not self._finished:
                return

    async def step(self) -> bool:
        """Record what finished, claim and start what comes next; False when there was nothing to do."""
        async with self._stepping:
            return not self._stopping and await self._step()

    async def _step(self) -> bool:
        claimed: list[Outgoing] = []
        self._slot_at = math.inf
        async with self._database.transaction() as session:
            recorded = await self._record(session)
            now = self._machine()
            if now - self._prolonged >= self._lease / 3:
                self._prolonged = now
                await self._prolong(session, now)
            if now - self._swept >= SWEEP:
                self._swept = now
                await recover(session, now, self._clock.now())
                await expire(session, self._clock.now())
            for platform, messenger in self.messengers.items():
                room = MOST_OPEN - len(self._open[platform])
                if room > 0:
                    claimed += await self._claim(session, messenger, now, room)
        self._recorded(recorded)
        for outgoing in claimed:
            self._start(outgoing)
        return bool(claimed or recorded or any(self._open.values()))

    def send_now(self, leased: Sequence[Outgoing]) -> None:
        """Start sending rows that the caller has inserted as `sending`, leased to this worker."""
        for outgoing in leased:
            self._start(outgoing)

    async def lease(self, session: AsyncSession, rows: Sequence[Delivery]) -> list[Outgoing]:
        """Lease replies just written to this worker, as far as their platforms' limits allow at once.

        What is left stays `waiting` with the first priority and leaves with the next claims.
        """
        now = self._machine()
        leased: list[Outgoing] = []
        for platform in {row.platform for row in rows}:
            messenger = self.messengers.get(platform)
            if messenger is None or self._stopping:
                continue
            mine = [row for row in rows if row.platform == platform and row.state == State.WAITING]
            leased += await self._assign(session, messenger, mine, now, len(mine), horizon=0.5)
        return leased

    async def _claim(self, session: AsyncSession, messenger: Messenger, now: float, room: int) -> list[Outgoing]:
        calendar = self._clock.now()
        rows: list[Delivery] = []
        stopped = bool(await stopped_by(session))
        for priority in Priority:  # one range of the index each: what is due is never searched among what is not
            if stopped and priority is not Priority.REPLY:
                break
            busy_chats = select(Delivery.chat).where(
                Delivery.platform == messenger.platform, Delivery.send_at > now - 1.0, Delivery.state != State.WAITING
            )
            query = (
                select(Delivery)
                .where(
                    Delivery.state == State.WAITING,
                    Delivery.platform == messenger.platform,
                    Delivery.priority == priority,
                    Delivery.due_at <= calendar,
                    Delivery.not_before <= now,
                )
                .order_by(Delivery.due_at, Delivery.id)
                .limit(room - len(rows))
                .with_for_update(skip_locked=True)
            )
            if messenger.rate is not None and priority is not Priority.REPLY:
                query = query.where(Delivery.chat.not_in(busy_chats))  # one message a second and chat
            rows += (await session.scalars(query)).all()
            if len(rows) >= room:
                break
        return await self._assign(session, messenger, rows, now, room, horizon=self._horizon) if rows else []

    async def _assign(
        self,
        session: AsyncSession,
        messenger: Messenger,
        rows: Sequence[Delivery],
        now: float,
        most: int,
        horizon: float,
    ) -> list[Outgoing]:
        limit = await slots.limit_row(session, messenger.platform) if messenger.rate is not None else None
        free = slots.available(
            limit.tat if limit else 0.0, limit.quiet_until if limit else 0.0, now, messenger.rate, most, horizon
        )
        taken: list[Outgoing] = []
        chats: set[str] = set()
        calendar = self._clock.now()
        held = await self._hold.held(session, rows, calendar) if free.count else {}
        for row in rows:
            if len(taken) >= free.count:
                self._slot_at = min(self._slot_at, free.at(len(taken)) - horizon)
                break
            if messenger.rate is not None and row.priority != Priority.REPLY and row.chat in chats:
                continue
            if (kept := held.get(row.id)) is not None:
                if kept.until is not None:
                    row.due_at = kept.until
                else:
                    row.state, row.reason, row.ended_at = State.SKIPPED, kept.reason, calendar
                continue
            chats.add(row.chat)
            slot = free.at(len(taken))
            row.state, row.tries, row.send_at = State.SENDING, row.tries + 1, slot
            row.lease_owner, row.lease_until = self.owner, max(now, slot) + self._lease
            taken.append(
                Outgoing(
                    row.id,
                    row.kind,
                    row.platform,
                    row.workspace,
                    row.chat,
                    dict(row.payload),
                    row.edits,
                    row.tries,
                    slot,
                    row.parts_sent,
                )
            )
        if limit is not None and taken:
            limit.tat = free.at(len(taken))
        await session.flush()
        return taken

    async def _prolong(self, session: AsyncSession, now: float) -> None:
        if self._sending:
            await session.execute(
                update(Delivery)
                .where(Delivery.id.in_(self._sending), Delivery.lease_owner == self.owner)
                .where(Delivery.state == State.SENDING)
                .values(lease_until=now + self._lease)
                .execution_options(synchronize_session=False)
            )

    def _start(self, outgoing: Outgoing) -> None:
        self._sending.add(outgoing.id)
        task = asyncio.create_task(self._send(outgoing))
        tasks = self._open[outgoing.platform]
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _send(self, outgoing: Outgoing) -> None:
        messenger = self.messengers[outgoing.platform]
        left = False
        started = self._machine()
        try:
            if (wait := outgoing.slot - started) > 0:
                await asyncio.sleep(wait)
            left, started = True, self._machine()
            ref = await messenger.send(outgoing)
            done = Finished(outgoing, started, self._machine(), ref=ref)
        except DeliveryError as error:
            done = Finished(outgoing, started, self._machine(), error=error)
        except asyncio.CancelledError:
            # Cancelled before its slot it surely never left; afterwards nobody knows.
            cut = DeliveryError("interrupted", uncertain=left, retry_after=None if left else 0.0, scope_wide=False)
            done = Finished(outgoing, started, self._machine(), error=cut)
        except Exception as error:
            # A fault of ours in a channel: it may have happened after the message left.
            log.error("delivery %d failed in the channel (%s)", outgoing.id, type(error).__name__)
            done = Finished(outgoing, started, self._machine(), error=DeliveryError("channel fault", uncertain=True))
        self._finished.append(done)
        self._wake.set()

    async def _record(self, session: AsyncSession) -> int:
        batch = self._finished[:]
        await record(session, batch, self.owner, self._clock.now(), self._machine())
        return len(batch)

    def _recorded(self, count: int) -> None:
        for done in self._finished[:count]:
            self._sending.discard(done.outgoing.id)
        del self._finished[:count]  # only once the transaction holds them


async def retry_ended(session: AsyncSession, ids: Sequence[int]) -> int:
    """Send failed or doubtful deliveries again because staff ask; returns how many."""
    result = await session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state.in_([State.FAILED, State.UNCERTAIN]))
        .values(state=State.WAITING, reason="", tries=0, not_before=0.0, ended_at=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))
