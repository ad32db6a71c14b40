"""With a million reminders to come, of the plan and of people's own: what a tick costs, and whether memory stays flat.

A thousand events for a thousand people: three million reminders of the plan, which are no rows (see decision 12), and
a million that people asked for themselves, which are. And how late reminders leave while a broadcast runs.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.own_reminders import remind_own
from schedules.reminders import remind
from storage.agenda import Event, Precision, Status
from storage.database import Database
from storage.outbox import Attempt, Delivery, Kind
from storage.own_reminders import OwnReminder
from storage.people import Person
from storage.reminders import NextReminder
from tests.bench.broadcast import still_open, until_ended
from tests.bench.fleet import Postgres, a_database, a_fake, a_worker, environment, opened
from tests.bench.measuring import memory_of
from tests.bench.sample import Figures, add_broadcast, add_people

EVENTS = 1000
ROUNDS = 200
WATCHED = 40.0  # seconds of a worker that ticks: each line of the timetable twice at least
LATE = 600  # people reminded while the broadcast runs
_FIRST = timedelta(days=40)
_BEFORE = timedelta(days=1)
_OWN = ("event_id", "rule", "due_at", "zone", "sent_for", "created_at")

Tick = Callable[[AsyncSession, datetime], Awaitable[int]]


async def reminders_to_come(engine: str, count: int, postgres: Postgres | None) -> Figures:
    """The figures of ticks with so many of people's own reminders to come, and three times as many of the plan."""
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name, a_database(engine, Path(name), postgres) as url:
        folder, database, now = Path(name), await opened(url), datetime.now(UTC)
        people = max(1, count // EVENTS)
        await add_people(database, "telegram", people)
        await _add_events(database, now)
        begun = time.perf_counter()
        while await _noted(database) < EVENTS:
            await _tick(database, remind, now)
        noted = time.perf_counter() - begun
        await _add_own(database, people)
        async with database.transaction() as session:
            await session.execute(text("ANALYZE"))  # PostgreSQL does so by itself within a minute
        plan, own = [await _ticks(database, tick, now) for tick in (remind, remind_own)]
        memory, grown = await _watched(url, folder)
        rows, busy = await _all_due(database, now + _FIRST - timedelta(days=6))
        await database.close()
    return {
        "bench": f"reminders to come, {engine}",
        "pending": people * EVENTS,
        "noted_s": noted,
        "reminder_tick_ms": statistics.median(plan),
        "reminder_tick_p99_ms": _p99(plan),
        "own_tick_ms": statistics.median(own),
        "own_tick_p99_ms": _p99(own),
        "busy_tick_ms": statistics.median(busy),
        "due_rows": rows,
        "memory_mb": memory,
        "grown_mb": grown,
    }


async def late_under_load(engine: str, count: int, rate: float, postgres: Postgres | None) -> Figures:
    """How late reminders leave that fall due together while a broadcast to `count` runs at the limit."""
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name, a_database(engine, Path(name), postgres) as url:
        folder, database = Path(name), await opened(url)
        async with a_fake("telegram", "--any-chat", "--rate", str(rate), "--chat-rate", "1") as fake:
            await add_people(database, "telegram", count)
            worker = await a_worker(environment(url, fake, rate, folder), folder)
            try:
                await worker.quiet(2.0)  # the first ticks are over
                reminded = min(LATE, count // 5)
                now = datetime.now(UTC)
                due = (now + timedelta(seconds=80)).replace(second=0, microsecond=0)
                await _add_events(database, now, several=1)
                await _add_due(database, reminded, due)
                await add_broadcast(database, "telegram", count, due - timedelta(seconds=0.2 * count / rate))
                await until_ended(database, fake, count + reminded)
                while await _own_left(database) or await still_open(database):
                    await asyncio.sleep(0.5)
            finally:
                await worker.terminate()
            stats = await fake.stats()
        late, queued = await _lateness(database)
        await database.close()
    return {
        "bench": f"reminders during a broadcast, {engine}",
        "count": count,
        "rate": rate,
        "reminded": len(late),
        "late_p50_s": statistics.median(late),
        "late_max_s": max(late),
        "queued_p99_s": _p99(queued),
        "queued_max_s": max(queued),
        "too_many": stats["too_many"],
        "arrived": stats["arrived"],
    }


async def _add_events(database: Database, now: datetime, several: int = EVENTS) -> None:
    """Events an hour apart, from forty days from now on."""
    first = (now + _FIRST).replace(minute=0, second=0, microsecond=0)
    rows = []
    for number in range(several):
        at = first + timedelta(hours=number)
        rows.append(
            {
                "key": f"bench-{number}",
                "name": f"Réunion {number}",
                "kind": "event",
                "precision": Precision.MINUTE,
                "starts_on": at.date(),
                "ends_on": at.date(),
                "starts_at": at,
                "zone": "UTC",
                "status": Status.PLANNED,
                "remote": False,
                "audience": {},
                "public": True,
                "aliases": [],
                "description": "",
                "details": {},
                "source": "",
                "sequence": 0,
                "dated_at": now,
                "updated_at": now,
                "occurrence": "",
            }
        )
    async with database.transaction() as session:
        await session.execute(insert(Event), rows)


async def _add_own(database: Database, people: int) -> None:
    """Everybody has asked to be reminded of every event, the day before."""
    async with database.reading() as session:
        events = (await session.execute(select(Event.id, Event.starts_at))).all()
    async with database.transaction() as session:
        for event in events:
            values = (event.id, "m1440", event.starts_at - _BEFORE, "", "", event.starts_at - _FIRST)
            columns = [getattr(OwnReminder, name) for name in _OWN]
            row = [literal(value, column.type) for value, column in zip(values, columns, strict=True)]
            everybody = select(Person.id, *row).where(Person.id <= people)
            await session.execute(insert(OwnReminder).from_select(["person_id", *_OWN], everybody))


async def _add_due(database: Database, people: int, due: datetime) -> None:
    """Reminders that people asked for at that instant, a full minute."""
    async with database.reading() as session:
        event = (await session.scalars(select(Event.id).where(Event.key == "bench-0"))).one()
    rows = [
        {
            "person_id": person,
            "event_id": event,
            "rule": f"a{due:%Y%m%dT%H%M}Z",
            "due_at": due,
            "zone": "",
            "sent_for": "",
            "created_at": due,
        }
        for person in range(1, people + 1)
    ]
    async with database.transaction() as session:
        await session.execute(insert(OwnReminder), rows)


async def _tick(database: Database, tick: Tick, now: datetime) -> int:
    async with database.transaction() as session:
        return await tick(session, now)


async def _ticks(database: Database, tick: Tick, now: datetime) -> list[float]:
    """Milliseconds of each of many ticks that find nothing due."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        did = await _tick(database, tick, now)
        took.append((time.perf_counter() - begun) * 1000)
        assert did == 0
    return took


async def _all_due(database: Database, at: datetime) -> tuple[int, list[float]]:
    """What a day of reminders of the plan takes, all due at once: rows written, and milliseconds of each tick."""
    rows = 0
    took: list[float] = []
    while True:
        begun = time.perf_counter()
        did = await _tick(database, remind, at)
        if not did:
            return rows, took or [0.0]
        took.append((time.perf_counter() - begun) * 1000)
        rows += did


async def _watched(url: str, folder: Path) -> tuple[float, float]:
    """Megabytes of a worker after its first ticks, and how many more after the next ones."""
    async with a_fake("telegram", "--any-chat") as fake:
        worker = await a_worker(environment(url, fake, 30.0, folder), folder)
        await worker.quiet(10.0)
        before, _ = memory_of(worker.pid)
        await worker.quiet(WATCHED)
        after, _ = memory_of(worker.pid)
        await worker.terminate()
    return before, after - before


async def _lateness(database: Database) -> tuple[list[float], list[float]]:
    """Seconds of each reminder from its due time, and from when it was in the outbox, until it was received."""
    query = (
        select(Delivery.due_at, Delivery.created_at, func.max(Attempt.ended).label("ended"))
        .join(Attempt, Attempt.delivery_id == Delivery.id)
        .where(Delivery.kind == Kind.REMINDER)
        .group_by(Delivery.id, Delivery.due_at, Delivery.created_at)
    )
    async with database.reading() as session:
        rows = (await session.execute(query)).all()
    return (
        [row.ended - row.due_at.timestamp() for row in rows],
        [row.ended - max(row.due_at, row.created_at).timestamp() for row in rows],
    )


async def _noted(database: Database) -> int:
    async with database.reading() as session:
        return int(await session.scalar(select(func.count(NextReminder.id))) or 0)


async def _own_left(database: Database) -> bool:
    async with database.reading() as session:
        return await session.scalar(select(OwnReminder.id).limit(1)) is not None


def _p99(values: list[float]) -> float:
    return sorted(values)[max(0, int(len(values) * 0.99) - 1)]
