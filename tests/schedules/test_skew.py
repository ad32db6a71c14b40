"""A clock that does not go with the others' is said, in the health and in the log, with what follows from it."""

import logging

import pytest

from bot.app import App
from bot.channel import Health
from bot.holding import hold_for
from bot.settings import Settings
from schedules.clock import machine_now
from schedules.delivery import Worker
from schedules.outage import HEARTBEAT
from schedules.skew import sentence
from storage.database import Database
from storage.leases import beat
from storage.outbox import Kind, State, by_about, enqueue
from tests.announcing import NOW
from tests.recording import HandClock, HandMachine, RecordingMessenger


class Machine:
    """The machine's clock, wrong by so many seconds."""

    wrong = 0.0

    def __call__(self) -> float:
        return machine_now() + self.wrong


def an_app(database: Database, machine: Machine, channel: RecordingMessenger) -> App:
    app = App(Settings(_env_file=None), database, HandClock(NOW), name="w1", machine=machine)
    app.worker.add(channel)
    return app


async def clock_of(app: App) -> Health:
    return (await app.readiness())["clock"]


async def tick(app: App, database: Database) -> None:
    line = next(line for line in app.timetable.lines if line.name == "clock")
    await database.together(lambda session: line.tick(session, NOW))


async def write(database: Database, about: str, chat: str = "") -> None:
    async with database.transaction() as session:
        row = {"kind": Kind.NOTICE, "platform": "telegram", "chat": chat or about, "payload": {"text": about}}
        await enqueue(session, [{"about": about, **row, "due_at": NOW, "created_at": NOW}])


async def test_a_worker_whose_clock_is_behind_says_why_it_sends_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    machine, channel = Machine(), RecordingMessenger("telegram", rate=30.0)
    await write(database, "a")
    await Worker(database, [RecordingMessenger("telegram", rate=30.0)], HandClock(NOW), "w2").drain()
    app = an_app(database, machine, channel)
    assert await clock_of(app) == Health(True, "agrees with the others'")
    machine.wrong = -30.0
    await write(database, "b")
    await app.worker.drain()
    health = await clock_of(app)
    assert not health.ok and "s behind the others'" in health.detail and "nothing leaves" in health.detail
    assert channel.texts == []
    with caplog.at_level(logging.INFO, "schedules.skew"):
        await tick(app, database)
        await tick(app, database)
        machine.wrong = 0.0
        await tick(app, database)
    assert ["behind the others" in line for line in caplog.messages] == [True, False]  # said once, and its end
    assert (await clock_of(app)).ok
    await app.worker.drain()
    async with database.reading() as session:
        assert [row.state for row in await by_about(session, ["b"])] == [State.DELIVERED]


async def test_signs_of_life_from_the_future_are_enough(database: Database) -> None:
    """Without a server's clock nobody knows who is wrong; with one it is whoever wrote them."""
    app = an_app(database, Machine(), RecordingMessenger("telegram", rate=30.0))
    async with database.transaction() as session:
        await beat(session, HEARTBEAT, machine_now() + 45, 600.0)
    health = await clock_of(app)
    who = "this machine's clock is 45 s behind" if database.is_sqlite else "another machine's clock is 45 s ahead"
    assert not health.ok and who in health.detail and "nothing leaves" in health.detail


@pytest.mark.parametrize("kept", [1.0, 0.05])
async def test_slots_that_a_slow_pace_reserves_ahead_are_no_fault_of_a_clock(database: Database, kept: float) -> None:
    channel = RecordingMessenger("telegram", rate=kept)
    app = an_app(database, Machine(), channel)
    await write(database, "a")
    await app.worker.drain()
    assert channel.texts == ["a"] and (await clock_of(app)).ok


async def test_a_clock_ahead_of_the_servers_is_told_where_there_is_a_server(database: Database) -> None:
    machine = Machine()
    machine.wrong = 30.0
    health = await clock_of(an_app(database, machine, RecordingMessenger("telegram", rate=30.0)))
    assert health.ok is database.is_sqlite
    if not database.is_sqlite:
        assert "30 s ahead of the database's" in health.detail and "slots of other workers" in health.detail


@pytest.mark.parametrize(
    ("others", "server", "said"),
    [
        (0.0, None, ""),
        (1.9, 1.9, ""),
        (-20.0, 0.0, ""),  # a sign of life is as old as that
        (30.0, None, "30 s behind"),
        (-5.0, 30.0, "30 s behind"),
        (3.0, 30.0, "30 s behind"),
        (90.0, None, "slots so far ahead are not kept"),
        (30.0, 0.1, "another machine's clock is 30 s ahead"),
        (-35.0, -30.0, "30 s ahead of the database's"),
        (30.0, -30.0, "30 s ahead of the database's"),
    ],
)
def test_who_is_wrong_is_told_as_far_as_it_is_known(others: float, server: float | None, said: str) -> None:
    told = sentence(others, server)
    assert (said in told) if said else told == ""


async def test_a_clock_that_is_set_back_by_an_hour_silences_nobody(database: Database) -> None:
    machine, channel = HandMachine(), RecordingMessenger("telegram", rate=30.0)
    hold = hold_for("on")
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=machine, hold=hold)
    for number in range(3):
        await write(database, f"before {number}", "-500")
        await worker.drain()
        machine.at += 1.5
    machine.at -= 3600.0
    await write(database, "after", "-500")
    await worker.drain()
    assert channel.texts[-1] == "after"
