"""Every delivery ends, and the row says how: on both engines, whatever the channel does."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schedules.delivery import Worker
from schedules.messenger import Outgoing
from schedules.retry import MAX_TRIES, DeliveryError, Silence
from storage.database import Database
from storage.outbox import Attempt, Delivery, Kind, State, enqueue
from storage.people import Account, Person
from tests.recording import HandClock, HandMachine, RecordingMessenger

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)


async def post(database: Database, *abouts: str, kind: Kind = Kind.ANNOUNCEMENT, **more: Any) -> None:
    rows = [
        {
            "about": about,
            "kind": kind,
            "platform": "test",
            "chat": about,
            "payload": {"text": about},
            "due_at": NOW,
            "created_at": NOW,
            **more,
        }
        for about in abouts
    ]
    async with database.transaction() as session:
        await enqueue(session, rows)


async def rows(database: Database) -> Sequence[Delivery]:
    async with database.reading() as session:
        return (await session.scalars(select(Delivery).order_by(Delivery.id))).all()


async def states(database: Database) -> list[str]:
    return [row.state for row in await rows(database)]


async def outcomes(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.scalars(select(Attempt.outcome).order_by(Attempt.id))).all())


def worker_for(database: Database, *messengers: RecordingMessenger, **more: Any) -> Worker:
    return Worker(database, messengers, more.pop("clock", HandClock(NOW)), more.pop("owner", "w1"), **more)


async def test_what_is_due_is_sent_once_and_recorded(database: Database) -> None:
    channel = RecordingMessenger()
    await post(database, "a", "b")
    worker = worker_for(database, channel)
    await worker.drain()
    await worker.drain()
    assert sorted(channel.texts) == ["a", "b"]
    assert await states(database) == [State.DELIVERED, State.DELIVERED]
    assert await outcomes(database) == ["delivered", "delivered"]


async def test_the_same_thing_is_never_queued_twice(database: Database) -> None:
    await post(database, "a")
    await post(database, "a", "b")
    assert [row.about for row in await rows(database)] == ["a", "b"]


async def test_what_is_not_due_waits(database: Database) -> None:
    channel = RecordingMessenger()
    clock = HandClock(NOW)
    await post(database, "later", due_at=NOW + timedelta(hours=1))
    worker = worker_for(database, channel, clock=clock)
    await worker.drain()
    assert channel.texts == []
    clock.at = NOW + timedelta(hours=1)
    await worker.drain()
    assert channel.texts == ["later"]


async def test_replies_go_before_bulk(database: Database) -> None:
    channel = RecordingMessenger()
    await post(database, "bulk1", "bulk2")
    await post(database, "reply", kind=Kind.REPLY)
    await worker_for(database, channel).drain()
    assert channel.texts[0] == "reply"


async def test_an_announcement_whose_answer_was_lost_is_in_doubt_and_not_sent_again(database: Database) -> None:
    channel = RecordingMessenger()
    channel.after.append(DeliveryError("the answer was lost", uncertain=True))
    await post(database, "a")
    worker = worker_for(database, channel)
    await worker.drain()
    await worker.drain()
    assert channel.texts == ["a"]
    (row,) = await rows(database)
    assert (row.state, row.doubts, row.reason) == (State.UNCERTAIN, 1, "the answer was lost")


async def test_a_reminder_in_doubt_is_sent_again_and_the_doubt_stays_recorded(database: Database) -> None:
    channel, machine = RecordingMessenger(), HandMachine()
    channel.after.append(DeliveryError("the answer was lost", uncertain=True))
    await post(database, "a", kind=Kind.REMINDER)
    worker = worker_for(database, channel, machine=machine)
    await worker.drain()
    machine.at += 2
    await worker.drain()
    assert channel.texts == ["a", "a"]
    (row,) = await rows(database)
    assert (row.state, row.doubts) == (State.DELIVERED, 1)


async def test_a_platform_that_is_away_is_tried_again_until_we_give_up(database: Database) -> None:
    channel, machine = RecordingMessenger(), HandMachine()
    channel.faults.extend(DeliveryError("connection refused") for _ in range(MAX_TRIES))
    await post(database, "a")
    worker = worker_for(database, channel, machine=machine)
    for _ in range(MAX_TRIES):
        await worker.drain()
        machine.at += 301
    (row,) = await rows(database)
    assert (row.state, row.tries, row.reason) == (State.FAILED, MAX_TRIES, "connection refused")
    assert channel.texts == []


async def test_too_many_requests_for_everybody_silence_that_platform_only(database: Database) -> None:
    busy, free, machine = RecordingMessenger("test", 1000), RecordingMessenger("other", 1000), HandMachine()
    busy.faults.append(DeliveryError("too many requests", retry_after=30, silence=Silence.ALL))
    worker = worker_for(database, busy, free, machine=machine)
    await post(database, "a")
    await worker.drain()
    await post(database, "b")
    await post(database, "c", platform="other")
    machine.at += 29
    await worker.drain()
    assert (busy.texts, free.texts) == ([], ["c"])
    machine.at += 2
    await worker.drain()
    machine.at += 2
    await worker.drain()
    assert sorted(busy.texts) == ["a", "b"]
    assert [row.tries for row in await rows(database)] == [1, 1, 1]


async def test_one_chat_gets_one_message_a_second(database: Database) -> None:
    channel, machine = RecordingMessenger("test", 1000), HandMachine()
    await post(database, "a", "b", chat="same")
    worker = worker_for(database, channel, machine=machine)
    await worker.drain()
    assert channel.texts == ["a"]
    machine.at += 1.1
    await worker.drain()
    assert channel.texts == ["a", "b"]


async def test_what_missed_its_time_is_expired_and_not_sent_late(database: Database) -> None:
    channel = RecordingMessenger()
    await post(database, "a", expires_at=NOW)
    await worker_for(database, channel, clock=HandClock(NOW + timedelta(minutes=1))).drain()
    assert channel.texts == []
    assert await states(database) == [State.EXPIRED]


async def a_person_with_two_accounts(database: Database) -> list[Account]:
    async with database.transaction() as session:
        person = Person(given_name="Camille", family_name="Exemple", created_at=NOW)
        session.add(person)
        await session.flush()
        accounts = [
            Account(platform=platform, external_id="1", chat=f"{platform}-1", person_id=person.id, created_at=NOW)
            for platform in ("test", "other")
        ]
        session.add_all(accounts)
    return accounts


async def test_who_blocked_one_platform_is_reached_once_on_the_other(database: Database) -> None:
    first, second = RecordingMessenger("test"), RecordingMessenger("other")
    first.faults.append(DeliveryError("blocked by the user", permanent=True, unreachable=True))
    one, _ = await a_person_with_two_accounts(database)
    await post(database, "a", person_id=one.person_id, account_id=one.id, chat=one.chat)
    await worker_for(database, first, second).drain()
    assert (first.texts, second.texts) == ([], ["a"])
    async with database.reading() as session:
        marked = {account.platform: account.unreachable for account in await session.scalars(select(Account))}
    assert marked == {"test": "blocked by the user", "other": None}
    assert await states(database) == [State.DELIVERED]


async def test_who_blocked_both_has_failed_with_the_reason(database: Database) -> None:
    first, second = RecordingMessenger("test"), RecordingMessenger("other")
    for channel in (first, second):
        channel.faults.append(DeliveryError("blocked by the user", permanent=True, unreachable=True))
    one, _ = await a_person_with_two_accounts(database)
    await post(database, "a", person_id=one.person_id, account_id=one.id, chat=one.chat)
    await worker_for(database, first, second).drain()
    (row,) = await rows(database)
    assert (row.state, row.reason) == (State.FAILED, "blocked by the user")


async def test_there_is_one_fallback_only(database: Database) -> None:
    channels = [RecordingMessenger(platform) for platform in ("test", "other", "web")]
    for channel in channels[:2]:
        channel.faults.append(DeliveryError("blocked by the user", permanent=True, unreachable=True))
    one, _ = await a_person_with_two_accounts(database)
    async with database.transaction() as session:
        session.add(
            Account(platform="web", external_id="w", chat="w", person_id=one.person_id, created_at=one.created_at)
        )
    await post(database, "a", person_id=one.person_id, account_id=one.id, chat=one.chat)
    await worker_for(database, *channels).drain()
    (row,) = await rows(database)
    assert (row.state, row.platform) == (State.FAILED, "other") and channels[2].texts == []


async def test_a_group_that_moved_is_followed_once(database: Database) -> None:
    channel, machine = RecordingMessenger(), HandMachine()
    channel.faults.append(DeliveryError("moved", moved_to="-100"))
    await post(database, "a", chat="-5")
    worker = worker_for(database, channel, machine=machine)
    await worker.drain()
    assert [outgoing.chat for outgoing in channel.arrived] == ["-100"]


@pytest.mark.parametrize(
    ("kind", "arrivals", "end"),
    [(Kind.ANNOUNCEMENT, 0, State.UNCERTAIN), (Kind.REMINDER, 1, State.DELIVERED)],
)
async def test_when_a_worker_dies_with_claims_another_decides_after_the_lease(
    database: Database, kind: Kind, arrivals: int, end: State
) -> None:
    dead, alive, machine = RecordingMessenger(), RecordingMessenger(), HandMachine()
    dead.gate = asyncio.Event()
    await post(database, "a", kind=kind)
    first = worker_for(database, dead, machine=machine)
    await first.step()
    for task in first._departures.under_way():  # the process is gone: nothing of it runs on
        task.cancel()
    second = worker_for(database, alive, machine=machine, owner="w2")
    await second.drain()
    assert alive.texts == []
    machine.at += 31
    await second.drain()
    machine.at += 2
    await second.drain()
    assert len(alive.texts) == arrivals
    (row,) = await rows(database)
    assert (row.state, row.doubts) == (end, 1)


async def test_a_late_answer_ends_the_doubt(database: Database) -> None:
    slow, machine = RecordingMessenger(), HandMachine()
    slow.gate = asyncio.Event()
    await post(database, "a")
    first = worker_for(database, slow, machine=machine)
    await first.step()
    await asyncio.sleep(0)  # the request leaves
    machine.at += 31
    second = worker_for(database, RecordingMessenger(), machine=machine, owner="w2")
    await second.drain()
    assert await states(database) == [State.UNCERTAIN]
    slow.gate.set()
    await first.drain()
    assert await states(database) == [State.DELIVERED]
    assert slow.texts == ["a"]


async def test_two_workers_share_the_work_and_send_nothing_twice(database: Database) -> None:
    channels = [RecordingMessenger(), RecordingMessenger()]
    await post(database, *[f"d{i}" for i in range(300)])
    workers = [worker_for(database, channel, owner=f"w{i}") for i, channel in enumerate(channels)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    await workers[0].drain()
    arrived = channels[0].texts + channels[1].texts
    assert sorted(arrived) == sorted(f"d{i}" for i in range(300))
    assert set(await states(database)) == {State.DELIVERED}


async def test_stopping_gives_back_what_has_not_left(database: Database) -> None:
    channel = RecordingMessenger("test", rate=20)
    await post(database, *[f"d{i}" for i in range(20)])
    worker = worker_for(database, channel, horizon=60.0)
    await worker.step()
    await worker.stop(grace=0.0)
    rest = [row for row in await rows(database) if row.state != State.DELIVERED]
    assert rest
    assert {(row.state, row.doubts, row.tries) for row in rest} == {(State.WAITING, 0, 0)}
    assert len(channel.texts) + len(rest) == 20


async def test_a_fault_of_ours_in_a_channel_is_a_doubt_not_a_crash(database: Database) -> None:
    channel = RecordingMessenger()
    channel.after.append(ZeroDivisionError())
    await post(database, "a", "b")
    await worker_for(database, channel).drain()
    assert sorted(await states(database)) == [State.DELIVERED, State.UNCERTAIN]


async def test_a_chat_that_moved_is_followed_once_and_never_chased(database: Database) -> None:
    channel, machine = RecordingMessenger(), HandMachine()
    channel.faults.extend([DeliveryError("moved", moved_to="-2"), DeliveryError("moved", moved_to="-3")])
    await post(database, "a", chat="-1")
    worker = worker_for(database, channel, machine=machine)
    for _ in range(3):
        await worker.drain()
        machine.at += 2
    (row,) = await rows(database)
    assert (row.state, row.chat, row.reason, channel.texts) == (State.FAILED, "-2", "moved", [])


class MovedGroup(RecordingMessenger):
    """The group -1 goes on as -2."""

    async def send(self, outgoing: Outgoing) -> str:
        """Refuse the old id, as the platform does for ever."""
        if outgoing.chat == "-1":
            raise DeliveryError("moved", moved_to="-2")
        return await super().send(outgoing)


async def test_two_workers_follow_a_chat_that_moved_each_for_what_it_sends(database: Database) -> None:
    channels, machine = [MovedGroup("test", 1000) for _ in range(2)], HandMachine()
    workers = [worker_for(database, channel, machine=machine, owner=f"w{n}") for n, channel in enumerate(channels)]
    await post(database, "a", "b", chat="-1")
    for _ in range(4):
        for worker in workers:
            await worker.drain()
            machine.at += 1.1
    found = [(one.message().text, one.chat) for channel in channels for one in channel.arrived]
    assert sorted(found) == [("a", "-2"), ("b", "-2")]
    assert await states(database) == [State.DELIVERED, State.DELIVERED]
