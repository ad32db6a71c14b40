"""After a long outage announcements wait for staff; reminders and replies do not."""

from datetime import datetime, timedelta

import pytest

from handlers.messages import Message
from schedules.delivery import Worker
from schedules.holding import HeldByAny, HeldByReaders
from schedules.outage import HEARTBEAT, Heartbeat, HeldByOutage
from storage.announcements import Announcement
from storage.database import Database
from storage.leases import beat, last_sign
from storage.outbox import Kind, State, by_about, enqueue
from tests.announcing import ANNE, BRUNO, NOW, STAFF, Chat, deliveries, network
from tests.recording import HandClock, HandMachine, RecordingMessenger


async def tick(database: Database, machine: HandMachine, now: datetime = NOW) -> int:
    async with database.transaction() as session:
        return await Heartbeat(machine).tick(session, now)


async def announced(database: Database) -> Chat:
    await network(database)
    return await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")


async def standing(database: Database) -> tuple[str, str]:
    async with database.reading() as session:
        row = await session.get_one(Announcement, 1)
        return row.status, row.pause_reason


async def test_announcements_wait_for_staff_after_a_long_outage(database: Database) -> None:
    machine = HandMachine()
    await tick(database, machine)
    staff = await announced(database)
    machine.at += 601
    assert await tick(database, machine) == 1
    assert await standing(database) == ("paused", "outage")
    assert (await deliveries(database))[ANNE].state == State.HELD
    async with database.reading() as session:
        (notice,) = await by_about(session, [f"outage:1000000:person:{STAFF}"])
        message = Message.model_validate(notice.payload)
    assert "pendant environ 10 minutes" in message.text and "Une annonce attend" in message.text
    await staff.forge(message.buttons[0][0].action)
    assert (await standing(database))[0] == "sending" and (await deliveries(database))[ANNE].state == State.WAITING


async def test_a_short_outage_changes_nothing(database: Database) -> None:
    machine = HandMachine()
    await tick(database, machine)
    await announced(database)
    machine.at += 599
    assert await tick(database, machine) == 0
    assert (await standing(database))[0] == "sending"


async def test_the_first_start_is_no_outage(database: Database) -> None:
    await announced(database)
    assert await tick(database, HandMachine()) == 0
    assert (await standing(database))[0] == "sending"


async def test_a_calendar_that_is_moved_is_no_outage(database: Database) -> None:
    machine = HandMachine()
    await tick(database, machine)
    await announced(database)
    assert await tick(database, machine, NOW + timedelta(days=30)) == 0
    assert (await standing(database))[0] == "sending"


async def test_only_one_process_tells_staff(database: Database) -> None:
    machine = HandMachine()
    await tick(database, machine)
    await announced(database)
    machine.at += 3600
    assert [await tick(database, machine) for _ in range(3)] == [1, 0, 0]


async def test_what_is_scheduled_waits_too_and_nobody_is_told_of_nothing(database: Database) -> None:
    machine = HandMachine()
    await tick(database, machine)
    await network(database)
    machine.at += 3600
    assert await tick(database, machine) == 0
    staff = await (await Chat(database, STAFF).say("annonce Bonjour")).press("Date de départ")
    await (await staff.press("Mardi 24 novembre")).press("Envoyer")
    machine.at += 3600
    assert await tick(database, machine) == 1 and (await standing(database))[0] == "paused"


@pytest.mark.parametrize(("silence", "arrives"), [(599, True), (601, False)])
async def test_nothing_leaves_before_the_tick_that_finds_the_outage(
    database: Database, silence: int, arrives: bool
) -> None:
    machine = HandMachine()
    await tick(database, machine)
    await announced(database)
    async with database.transaction() as session:
        row = {"platform": "slack", "chat": "x", "payload": {"text": "C’est demain"}, "due_at": NOW, "created_at": NOW}
        await enqueue(session, [{"about": "reminder:1", "kind": Kind.REMINDER, **row}])
    machine.at += silence
    channel = RecordingMessenger("slack")
    hold = HeldByAny(HeldByOutage(machine), HeldByReaders())
    await Worker(database, [channel], HandClock(NOW), "w1", hold=hold, machine=machine).drain()
    assert "C’est demain" in channel.texts and ("Bonjour" in channel.texts) == arrives
    assert (await deliveries(database))[BRUNO].state == (State.DELIVERED if arrives else State.WAITING)


async def test_the_latest_sign_of_several_processes_stands(database: Database) -> None:
    async with database.transaction() as session:
        await beat(session, HEARTBEAT, 100.0, 600.0)
        await beat(session, HEARTBEAT, 300.0, 600.0)
        await beat(session, HEARTBEAT, 200.0, 600.0)  # a clock that is behind
        assert await last_sign(session, HEARTBEAT) == 300.0


async def test_a_sign_that_a_wrong_clock_left_in_the_future_hides_no_outage(database: Database) -> None:
    machine = HandMachine()
    machine.at += 86_400
    await tick(database, machine)
    machine.at -= 86_400  # it is set right
    await tick(database, machine)
    await announced(database)
    machine.at += 601
    await tick(database, machine)
    assert await standing(database) == ("paused", "outage")
