"""Each workspace has a pace, a silence and open requests of its own, and what is nobody's is said to be."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from schedules.delivery import Worker
from schedules.departing import MOST_OPEN
from schedules.messenger import Outgoing
from schedules.retry import DeliveryError, Silence
from storage.database import Database
from storage.members import these_workspaces
from storage.outbox import Delivery, Kind, SendLimit, State, enqueue
from storage.people import Account, Person
from tests.announcing import NOW
from tests.patience import PATIENCE
from tests.recording import HandClock, HandMachine, RecordingMessenger

ONE, TWO = "T1", "T2"


class Slow(RecordingMessenger):
    """Takes its time in the first workspace, until `gate` is set."""

    async def send(self, outgoing: Outgoing) -> str:
        """Record, at once or late."""
        if outgoing.workspace == ONE and self.gate is not None:
            await self.gate.wait()
        self.arrived.append(outgoing)
        return f"m{len(self.arrived)}"


def slack(rate: float | None = None, *workspaces: str) -> RecordingMessenger:
    return RecordingMessenger("slack", rate, workspaces or (ONE, TWO))


async def write(database: Database, workspace: str, count: int, kind: Kind = Kind.ANNOUNCEMENT, **more: Any) -> None:
    base = {"kind": kind, "platform": "slack", "workspace": workspace, "due_at": NOW, "created_at": NOW, **more}
    name = f"{workspace}:{kind}"
    rows = [{"about": f"{name}:{n}", "chat": f"D{n}", "payload": {"text": f"{name}:{n}"}, **base} for n in range(count)]
    async with database.transaction() as session:
        await enqueue(session, rows)


def got(channel: RecordingMessenger) -> tuple[int, int]:
    """How many messages arrived in either workspace."""
    names = [one.workspace for one in channel.arrived]
    return names.count(ONE), names.count(TWO)


async def rows(database: Database) -> Sequence[Delivery]:
    async with database.reading() as session:
        return (await session.scalars(select(Delivery).order_by(Delivery.id))).all()


async def play(worker: Worker, machine: HandMachine, seconds: float) -> None:
    """Steps as in life, every twentieth of a second."""
    for _ in range(round(seconds / 0.05)):
        machine.at += 0.05
        await worker.drain()


async def test_two_workspaces_go_at_twice_the_pace_each_at_its_limit(database: Database) -> None:
    machine, channel = HandMachine(), slack(4.0)
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=machine)
    await write(database, ONE, 40)
    await write(database, TWO, 40)
    await play(worker, machine, 3.0)
    both = got(channel)
    assert both[0] == both[1]
    assert 12 <= both[0] <= 14  # three seconds of four, and a moment's grace at the beginning
    async with database.reading() as session:
        assert set(await session.scalars(select(SendLimit.scope))) == {"slack:T1", "slack:T2"}


async def test_a_workspace_that_must_be_silent_holds_up_no_other(database: Database) -> None:
    machine, channel = HandMachine(), slack(100.0)
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=machine)
    channel.faults.append(DeliveryError("too many requests", retry_after=30, silence=Silence.ALL))
    await write(database, ONE, 5)
    await worker.drain()
    refused = got(channel)[0]
    await write(database, TWO, 30)
    await play(worker, machine, 1.0)
    assert got(channel) == (refused, 30)
    await write(database, ONE, 1, Kind.REPLY)
    await play(worker, machine, 0.5)
    assert got(channel) == (refused, 30)
    machine.at += 30
    await play(worker, machine, 1.5)
    assert got(channel) == (6, 30)


async def test_a_chat_that_is_full_says_nothing_of_one_with_its_id_elsewhere(database: Database) -> None:
    machine, channel = HandMachine(), slack(100.0)
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=machine)
    channel.faults.append(DeliveryError("too many requests", retry_after=30, silence=Silence.CHAT))
    await write(database, ONE, 1)
    await worker.drain()
    await write(database, TWO, 1)
    await play(worker, machine, 0.5)
    assert got(channel) == (0, 1)


async def test_a_workspace_that_answers_slowly_takes_no_place_of_another(database: Database) -> None:
    channel = Slow("slack", None, (ONE, TWO))
    channel.gate = asyncio.Event()
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=HandMachine())
    await write(database, ONE, MOST_OPEN + 20)
    await worker.step()
    await write(database, TWO, 30)
    for _ in range(2):
        await worker.step()
        await asyncio.sleep(0)
    assert got(channel) == (0, 30)
    channel.gate.set()
    await worker.drain()
    assert got(channel) == (MOST_OPEN + 20, 30)


async def test_a_row_without_a_workspace_is_of_the_first_one(database: Database) -> None:
    channel = slack(None, TWO, ONE)
    worker = Worker(database, [channel], HandClock(NOW), "w1", machine=HandMachine())
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE, TWO], complete=True)
    await write(database, "", 3)
    await worker.drain()
    assert got(channel) == (3, 0)


async def anne(database: Database, *accounts: tuple[str, str]) -> dict[str, Any]:
    """Somebody with accounts; what a delivery to the first of them holds."""
    async with database.transaction() as session:
        person = Person(given_name="Anne", family_name="Le Goff", created_at=NOW)
        session.add(person)
        await session.flush()
        base = {"person_id": person.id, "created_at": NOW, "unreachable": None}
        values = [
            {"platform": platform, "workspace": name, "external_id": "U1", "chat": f"{platform}-1", **base}
            for platform, name in accounts
        ]
        await session.execute(insert(Account), values)
        first = await session.scalar(select(Account.id).where(Account.platform == accounts[0][0]).limit(1))
        return {"person_id": person.id, "account_id": first}


async def test_nobodys_workspace_is_an_end_and_the_person_is_reached_elsewhere(database: Database) -> None:
    channel, other = slack(), RecordingMessenger("telegram")
    worker = Worker(database, [channel, other], HandClock(NOW), "w1", machine=HandMachine())
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE, TWO], complete=True)
    await write(database, "T9", 2)
    await write(database, "T3", 1, **await anne(database, ("slack", "T3"), ("telegram", "")))
    await worker.drain()
    assert channel.arrived == []
    ended = [(row.state, row.reason, row.platform) for row in await rows(database)]
    assert ended == [(State.FAILED, "unknown workspace", "slack")] * 2 + [(State.DELIVERED, "", "telegram")]
    async with database.reading() as session:
        account = (await session.scalars(select(Account).where(Account.platform == "slack"))).one()
        assert account.unreachable == "unknown workspace"


async def test_an_account_can_be_reached_again_once_its_workspace_has_a_token(database: Database) -> None:
    worker = Worker(database, [slack(None, ONE)], HandClock(NOW), "w1", machine=HandMachine())
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE], complete=True)
    await write(database, TWO, 1, **await anne(database, ("slack", TWO)))
    await worker.drain()
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE, TWO], complete=True)
    async with database.reading() as session:
        assert list(await session.scalars(select(Account.unreachable))) == [None]


@pytest.mark.parametrize("complete", [True, False])
async def test_what_another_process_serves_or_a_refused_token_may_is_left_to_wait(
    database: Database, complete: bool
) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), slack(None, ONE)
    worker = Worker(database, [channel], clock, "w1", machine=machine)
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE, TWO] if complete else [ONE], complete=complete)
    await write(database, TWO, 1)
    await worker.drain()
    assert [row.state for row in await rows(database)] == [State.WAITING]
    async with database.transaction() as session:
        await these_workspaces(session, ONE, [ONE], complete=True)
    machine.at, clock.at = machine.at + 2, clock.at + timedelta(seconds=2)
    await worker.drain()
    assert [row.state for row in await rows(database)] == [State.FAILED]


class Fussy(RecordingMessenger):
    """Takes its time, and refuses every few messages, and their workspace for a moment."""

    asked = itertools.count(1)

    async def send(self, outgoing: Outgoing) -> str:
        """Record, or refuse."""
        number = next(self.asked)
        await asyncio.sleep(0.002 * (number % 5))
        if number % 4 == 0:
            raise DeliveryError("too many requests", retry_after=0.05, silence=Silence.ALL)
        return await super().send(outgoing)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_workers_that_meet_silences_in_any_order_wait_for_each_other_in_one(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"T{number}" for number in range(6)]
    for name in names:
        await write(database, name, 60)
    channels = [Fussy("slack", 300.0, some) for some in (names, names[::-1], names)]
    workers = [Worker(database, [channel], HandClock(NOW), f"w{n}") for n, channel in enumerate(channels)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    async with asyncio.timeout(PATIENCE):
        while {row.state for row in await rows(database)} != {State.DELIVERED}:
            await asyncio.sleep(0.05)
    for worker in workers:
        await worker.stop()
    await asyncio.gather(*running)
    assert sum(len(channel.arrived) for channel in channels) == 6 * 60
    assert "delivery waits" not in caplog.text  # as PostgreSQL would have it of two that wait for each other
