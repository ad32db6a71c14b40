"""One query tells a worker all there may be to do, and others what they want to know."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.delivery import Worker
from schedules.looking import CALENDAR, NOW, Look, Reach, Seen, Watch
from schedules.messenger import Lane
from schedules.timetable import Line, Timetable
from storage.agenda import Event
from storage.database import Database
from storage.leases import Lease, beat
from storage.network import NetworkSetting, write_setting
from storage.outbox import Delivery, Kind, Priority, State, enqueue, set_stop
from tests import building
from tests.announcing import NOW as TODAY
from tests.patience import PATIENCE
from tests.recording import HandClock, HandMachine, RecordingMessenger

TELEGRAM: Lane = ("telegram", "")
ALL: Reach = ((TELEGRAM, Priority.BULK),)
REPLIES: Reach = ((TELEGRAM, Priority.REPLY),)
MACHINE = 1_000_000.0


async def see(
    database: Database,
    look: Look,
    reach: Reach = ALL,
    full: Collection[Lane] = (),
    *,
    thorough: bool = False,
    now: float = MACHINE,
    calendar: datetime = TODAY,
) -> Seen:
    """One look, as a worker takes it."""
    query = look.query(reach, thorough=thorough)
    return look.read(reach, full, *await database.look(query, {"calendar": calendar, "now": now}))


async def write(database: Database, kind: Kind, **more: Any) -> None:
    base = {"platform": "telegram", "chat": "1", "payload": {"text": "x"}, "due_at": TODAY, "created_at": TODAY}
    async with database.transaction() as session:
        await enqueue(session, [{"about": f"{kind}:1", "kind": kind, **base, **more}])


REPLY, BULK = (TELEGRAM, Priority.REPLY), (TELEGRAM, Priority.BULK)


SEEN: list[tuple[Kind, dict[str, Any], Reach, Collection[Lane], list[Any]]] = [
    (Kind.REPLY, {}, ALL, (), [REPLY]),
    (Kind.ANNOUNCEMENT, {}, ALL, (), [BULK]),
    (Kind.ANNOUNCEMENT, {}, REPLIES, (), []),
    (Kind.REPLY, {}, ALL, [TELEGRAM], []),
    (Kind.REPLY, {"platform": "slack"}, ALL, (), []),
    (Kind.REPLY, {"due_at": TODAY + timedelta(seconds=1)}, ALL, (), []),
    (Kind.REPLY, {"not_before": MACHINE + 1}, ALL, (), []),
    (Kind.REPLY, {"state": State.SENDING}, ALL, (), []),
]


async def test_what_is_due_is_seen_where_it_can_leave(database: Database) -> None:
    for kind, more, reach, full, due in SEEN:
        await write(database, kind, **more)
        seen = await see(database, Look(), reach, full)
        assert (seen.due, bool(seen)) == (due, bool(due)), (kind, more, reach, full)
        async with database.transaction() as session:
            await session.execute(delete(Delivery))


async def test_under_an_emergency_stop_only_replies_are_due(database: Database) -> None:
    await write(database, Kind.REPLY)
    await write(database, Kind.ANNOUNCEMENT)
    async with database.transaction() as session:
        await set_stop(session, on=True, by="Anne", now=TODAY)
    seen = await see(database, Look())
    assert (seen.due, seen.stopped) == ([REPLY], True)


async def test_what_time_has_ended_is_looked_for_by_a_thorough_look_only(database: Database) -> None:
    lost = {"state": State.SENDING, "lease_until": MACHINE - 1}
    late = {"expires_at": TODAY, "due_at": TODAY + timedelta(days=1)}
    look = Look()
    for more in (lost, late):
        await write(database, Kind.ANNOUNCEMENT, **more)
        assert not await see(database, look)
        assert (await see(database, look, thorough=True)).swept
        async with database.transaction() as session:
            await session.execute(delete(Delivery))
        assert not (await see(database, look, thorough=True)).swept


async def test_who_watches_is_told_at_most_so_often_while_the_answer_is_yes(database: Database) -> None:
    told: list[float] = []
    look, now = Look(), MACHINE
    look.add(Watch(exists().where(NetworkSetting.key == "never"), 1.0, lambda: told.append(-1.0)))
    look.add(Watch(exists().where(NetworkSetting.key == "a"), 5.0, lambda: told.append(now)))
    for wait in (0, 1, 3, 1, 4, -60):  # at the end the clock is set back
        now += wait
        look.tell(await see(database, look, thorough=True, now=now), now)
        if not told:
            async with database.transaction() as session:
                await write_setting(session, "a", {})
    assert told == [MACHINE + 1, MACHINE + 9, MACHINE - 51]


async def test_a_question_may_ask_for_both_clocks(database: Database) -> None:
    look, told = Look(), list[str]()
    look.add(Watch(exists().where(Event.starts_at <= CALENDAR), 0.0, lambda: told.append("begun")))
    look.add(Watch(exists().where(Lease.until > NOW), 0.0, lambda: told.append("held")))
    async with database.transaction() as session:
        await building.event(session, "Comité", "2026-11-23", "10:00", starts_at=TODAY)
        await beat(session, "poller", MACHINE + 10, 600.0)
    for calendar, now in ((TODAY - timedelta(seconds=1), MACHINE), (TODAY, MACHINE + 10)):
        look.tell(await see(database, look, thorough=True, now=now, calendar=calendar), now)
    assert told == ["held", "begun"]


async def test_who_watches_is_asked_about_once_a_second_and_who_comes_later_is_included(database: Database) -> None:
    machine, told = HandMachine(), list[str]()
    worker = Worker(database, [RecordingMessenger()], HandClock(TODAY), "w1", machine=machine)
    any_setting = exists().where(NetworkSetting.key == "a")
    worker.watch(Watch(any_setting, 0.0, lambda: told.append("first")))
    await worker.step()
    async with database.transaction() as session:
        await write_setting(session, "a", {})
    worker.watch(Watch(any_setting, 0.0, lambda: told.append("second")))
    await worker.step()
    assert told == []  # less than a second later
    machine.at += 1.0
    await worker.step()
    assert told == ["first", "second"]


async def test_a_line_with_a_question_ticks_only_while_the_answer_is_yes(database: Database) -> None:
    ticked = asyncio.Event()

    async def tick(session: AsyncSession, now: datetime) -> int:
        await session.execute(delete(NetworkSetting))
        ticked.set()
        return 0

    machine = HandMachine()
    worker = Worker(database, [RecordingMessenger()], HandClock(TODAY), "w1", machine=machine)
    line = Line("sometimes", tick, 0.0, exists().where(NetworkSetting.key == "a"))
    timetable = Timetable(database, HandClock(TODAY), [line], worker.wake)
    for watch in timetable.watches():
        worker.watch(watch)
    timetable.start()
    await worker.step()
    await asyncio.sleep(0)
    assert not ticked.is_set() and timetable.last_tick == 0.0
    async with database.transaction() as session:
        await write_setting(session, "a", {})
    machine.at += 1.0
    await worker.step()
    await asyncio.wait_for(ticked.wait(), PATIENCE)
    await timetable.stop()
    machine.at += 1.0
    async with database.transaction() as session:
        await write_setting(session, "a", {})
    ticked.clear()
    await worker.step()
    await asyncio.sleep(0)
    assert not ticked.is_set()  # a timetable that has stopped ticks for nobody


async def test_a_line_with_a_question_ticks_like_any_other_when_the_calendar_is_moved(database: Database) -> None:
    done: list[datetime] = []

    async def tick(session: AsyncSession, now: datetime) -> int:
        done.append(now)
        return 0

    lines = [Line("sometimes", tick, 5.0, exists().where(Delivery.id < 0)), Line("always", tick, 5.0)]
    timetable = Timetable(database, HandClock(TODAY), lines, lambda: None)
    await timetable.tick(TODAY)
    assert done == [TODAY, TODAY] and len(timetable.watches()) == 1


async def test_a_line_may_tick_regularly_besides_for_what_its_question_does_not_cover(database: Database) -> None:
    ticked = asyncio.Event()

    async def tick(session: AsyncSession, now: datetime) -> int:
        ticked.set()
        return 0

    line = Line("reminders", tick, 1.0, exists().where(Delivery.id < 0), at_least=60.0)
    timetable = Timetable(database, HandClock(TODAY), [line], lambda: None)
    timetable.start()
    await asyncio.wait_for(ticked.wait(), PATIENCE)  # at once, as every line that ticks regularly
    await timetable.stop()
    assert len(timetable.watches()) == 1
