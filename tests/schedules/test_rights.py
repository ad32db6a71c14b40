"""Between what was decided and the departure: a role lost, « stop », an erasure, a process that slept."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from schedules.announcements import follow
from schedules.delivery import Worker
from schedules.holding import HeldByAny, HeldByReaders
from schedules.reminders import remind
from schedules.rights import HeldByRights
from storage.announcements import Announcement
from storage.database import Database
from storage.outbox import Attempt, Delivery, Kind, State, enqueue
from storage.people import Person, Role, RoleGrant
from storage.privacy import erase
from tests import building
from tests.announcing import ANNE, BRUNO, NOW, REGIONAL, STAFF, Chat, deliveries, network
from tests.recording import HandClock, HandMachine, RecordingMessenger
from tests.schedules.test_gathering import DUE


def worker_for(
    database: Database, *channels: RecordingMessenger, clock: HandClock, machine: HandMachine | None = None
) -> Worker:
    machine = machine or HandMachine()
    hold = HeldByAny(HeldByRights(machine), HeldByReaders())
    return Worker(database, channels, clock, "w1", hold=hold, machine=machine, horizon=1.0)


async def without_roles(database: Database, person: int) -> None:
    async with database.transaction() as session:
        await session.execute(delete(RoleGrant).where(RoleGrant.person_id == person))


async def scheduled(database: Database) -> Announcement:
    """An announcement of the regional staff that is to leave tomorrow."""
    await network(database)
    author = Chat(database, REGIONAL)
    await author.say("annonce Bonjour")
    await (await author.press("Date de départ")).press("Mardi 24 novembre")
    await author.press("Envoyer")
    async with database.reading() as session:
        return await session.get_one(Announcement, 1)


@pytest.mark.parametrize("lost", [False, True])
async def test_a_right_lost_in_the_last_seconds_keeps_what_is_scheduled_from_leaving(
    database: Database, lost: bool
) -> None:
    announcement = await scheduled(database)
    assert announcement.scheduled_at is not None
    clock = HandClock(announcement.scheduled_at - timedelta(seconds=3))
    async with database.transaction() as session:
        await follow(session, clock.at)  # the last tick before the departure: all is well
    if lost:
        await without_roles(database, REGIONAL)
    clock.at = announcement.scheduled_at
    telegram = RecordingMessenger("telegram")
    await worker_for(database, telegram, clock=clock).drain()
    assert telegram.texts == ([] if lost else ["Bonjour"] * 2)
    async with database.transaction() as session:
        await follow(session, clock.at + timedelta(seconds=2))
    row = (await deliveries(database))[ANNE]
    assert row.state == (State.HELD if lost else State.DELIVERED)


async def test_what_has_begun_goes_on_whoever_loses_a_role(database: Database) -> None:
    await network(database)
    await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")
    await without_roles(database, STAFF)
    telegram = RecordingMessenger("telegram")
    await worker_for(database, telegram, clock=HandClock(NOW)).drain()
    assert telegram.texts == ["Bonjour"] * 2


async def reminders(database: Database) -> Sequence[tuple[str, str]]:
    async with database.reading() as session:
        query = select(Delivery.state, Delivery.reason).where(Delivery.kind == Kind.REMINDER).order_by(Delivery.id)
        return [(row.state, row.reason) for row in await session.execute(query)]


async def test_a_reminder_to_a_role_does_not_reach_who_has_lost_it_since_it_was_written(database: Database) -> None:
    async with database.transaction() as session:
        for name in ("Anne Le Goff", "Bruno Morvan"):
            await building.person(session, name, roles=[Role.DIRECTOR])
        directors, everybody = {"roles": [Role.DIRECTOR]}, dict[str, object]()
        await building.event(session, "Comité", "2024-10-09", "10:00", audience=directors)
        await building.event(session, "Plénière", "2024-10-09", "11:00", audience=everybody)
    async with database.transaction() as session:
        await remind(session, DUE)
    await without_roles(database, 1)
    telegram = RecordingMessenger("telegram")
    await worker_for(database, telegram, clock=HandClock(DUE)).drain()
    to = {out.chat: out.message().text for out in telegram.arrived}
    assert "Plénière" in to["telegram-1"] and "Comité" not in to["telegram-1"]
    assert "Plénière" in to["telegram-2"] and "Comité" in to["telegram-2"]
    ends = await reminders(database)
    assert ends.count((State.SKIPPED, "no longer meant")) == 1 and ends.count((State.DELIVERED, "")) == 3


async def two_notices(database: Database) -> None:
    """One for Anne, one for Bruno, due now."""
    async with database.transaction() as session:
        for number, name in enumerate(("Anne Le Goff", "Bruno Morvan"), start=1):
            person = await building.person(session, name)
            base = {"kind": Kind.NUDGE, "platform": "telegram", "due_at": NOW, "created_at": NOW}
            row = {"about": f"nudge:{number}", "chat": f"telegram-{number}", "payload": {"text": name}}
            await enqueue(session, [{**base, **row, "person_id": person.id}])


async def withdraw(database: Database, person: int, how: str) -> None:
    async with database.transaction() as session:
        if how == "stop":
            (await session.get_one(Person, person)).stopped_at = NOW
        else:
            await erase(session, person, NOW)


@pytest.mark.parametrize(("how", "end"), [("stop", State.SKIPPED), ("erased", State.UNCERTAIN)])
async def test_who_says_stop_or_is_erased_between_claim_and_departure_gets_nothing(
    sqlite: Database, how: str, end: State
) -> None:
    """On SQLite the row is looked at once more before it leaves."""
    await two_notices(sqlite)
    telegram = RecordingMessenger("telegram", rate=1.1)  # the second leaves nearly a second after the first
    machine = HandMachine()
    worker = worker_for(sqlite, telegram, clock=HandClock(NOW), machine=machine)
    await worker.step()
    await withdraw(sqlite, BRUNO, how)
    await worker.drain()
    machine.at += 2.0  # its next slot
    await worker.drain()
    assert telegram.texts == ["Anne Le Goff"]
    async with sqlite.reading() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
        assert [row.state for row in rows] == [State.DELIVERED, end] and rows[1].reason == how


@pytest.mark.parametrize("how", ["stop", "erased", "nothing"])
async def test_what_a_process_that_slept_had_claimed_is_looked_at_again_before_it_leaves(
    database: Database, how: str
) -> None:
    await two_notices(database)
    telegram, machine = RecordingMessenger("telegram"), HandMachine()
    worker = worker_for(database, telegram, clock=HandClock(NOW), machine=machine)
    await worker.step()
    machine.at += 6.0  # more than half of the lease
    if how != "nothing":
        await withdraw(database, BRUNO, how)
    await worker.drain()
    assert sorted(telegram.texts) == ["Anne Le Goff", "Bruno Morvan"][: 1 if how != "nothing" else 2]
    async with database.reading() as session:
        tries = list(await session.scalars(select(Attempt.detail).order_by(Attempt.id)))
        doubts = list(await session.scalars(select(Delivery.doubts)))
    assert tries[:2] == ["not sent after all"] * 2 and doubts == [0, 0]
