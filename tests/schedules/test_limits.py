"""Each limit holds in its own scope: the bot's or workspace's, one chat's or channel's, a Telegram group's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.telegram.pacing import IN_A_MINUTE, GroupPace
from schedules.delivery import Worker
from schedules.retry import DeliveryError, Silence
from storage.database import Database
from storage.outbox import Kind, SendLimit, enqueue
from tests.announcing import NOW
from tests.recording import HandClock, HandMachine, RecordingMessenger


async def write(database: Database, count: int, chat: str, kind: Kind, platform: str = "telegram") -> None:
    async with database.transaction() as session:
        base = {"kind": kind, "platform": platform, "chat": chat, "due_at": NOW, "created_at": NOW}
        rows = [{"about": f"{chat}:{kind}:{n}", "payload": {"text": str(n)}, **base} for n in range(count)]
        await enqueue(session, rows)


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.NOTICE])
async def test_a_group_gets_twenty_messages_a_minute_and_the_rest_in_order(database: Database, kind: Kind) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram")
    worker = Worker(database, [channel], clock, "w1", hold=GroupPace(machine), machine=machine)
    await write(database, 45, "-500", kind)
    await write(database, 30, "1001", kind)  # a private chat has no such limit
    got = []
    for _ in range(4):
        before = len(channel.arrived)
        await worker.drain()
        got.append(len([one for one in channel.arrived[before:] if one.chat == "-500"]))
        machine.at, clock.at = machine.at + 61, clock.at + timedelta(seconds=61)
    assert got == [IN_A_MINUTE, IN_A_MINUTE, 5, 0]
    assert [one.message().text for one in channel.arrived if one.chat == "-500"] == [str(n) for n in range(45)]
    assert len([one for one in channel.arrived if one.chat == "1001"]) == 30


async def test_two_workers_together_stay_under_a_groups_limit(database: Database) -> None:
    clock, machine, channels = HandClock(NOW), HandMachine(), [RecordingMessenger("telegram") for _ in range(2)]
    workers = [
        Worker(database, [channel], clock, f"w{n}", hold=GroupPace(machine), machine=machine)
        for n, channel in enumerate(channels)
    ]
    await write(database, 30, "-500", Kind.NOTICE)
    for worker in workers:
        await worker.drain()
    assert sum(len(channel.arrived) for channel in channels) == IN_A_MINUTE


async def test_other_groups_are_not_held_up(database: Database) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram")
    worker = Worker(database, [channel], clock, "w1", hold=GroupPace(machine), machine=machine)
    await write(database, 25, "-500", Kind.NOTICE)
    await write(database, 20, "-600", Kind.NOTICE)
    await worker.drain()
    assert len([one for one in channel.arrived if one.chat == "-600"]) == 20


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_what_is_pushed_to_one_chat_or_channel_leaves_a_second_apart(database: Database, platform: str) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger(platform, rate=1000)
    worker = Worker(database, [channel], clock, "w1", machine=machine)
    await write(database, 3, "C1", Kind.NOTICE, platform)
    await write(database, 1, "C2", Kind.NOTICE, platform)
    arrived = []
    for _ in range(4):
        await worker.drain()
        arrived.append(len(channel.arrived))
        machine.at += 1.1
    assert arrived == [2, 3, 4, 4]


async def settle(worker: Worker, machine: HandMachine, clock: HandClock, seconds: float) -> None:
    machine.at, clock.at = machine.at + seconds, clock.at + timedelta(seconds=seconds)
    await worker.drain()


def refused(seconds: float = 30, silence: Silence = Silence.UNSAID) -> DeliveryError:
    return DeliveryError("too many requests", retry_after=seconds, silence=silence)


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.ANNOUNCEMENT])
async def test_a_429_stops_one_chat_until_the_time_it_names_and_nothing_else(database: Database, kind: Kind) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram", rate=1000)
    worker = Worker(database, [channel], clock, "w1", machine=machine)
    channel.faults.append(refused())
    await write(database, 1, "1", kind)
    await worker.drain()
    await write(database, 1, "1", Kind.NOTICE)
    await write(database, 1, "2", kind)
    await settle(worker, machine, clock, 1.5)
    assert [one.chat for one in channel.arrived] == ["2"]
    await settle(worker, machine, clock, 27)
    assert [one.chat for one in channel.arrived] == ["2"]
    await settle(worker, machine, clock, 2)
    await settle(worker, machine, clock, 2)
    assert [one.chat for one in channel.arrived] == ["2", "1", "1"]


async def test_two_chats_refused_at_once_are_the_whole_bots_limit(database: Database) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram", rate=1000)
    other = RecordingMessenger("slack", rate=1000)
    worker = Worker(database, [channel, other], clock, "w1", machine=machine)
    channel.faults.extend([refused(), refused()])
    for chat in ("1", "2"):
        await write(database, 1, chat, Kind.ANNOUNCEMENT)
        await worker.drain()
    await write(database, 1, "3", Kind.ANNOUNCEMENT)
    await write(database, 1, "C1", Kind.ANNOUNCEMENT, "slack")
    await settle(worker, machine, clock, 20)
    assert ([one.chat for one in channel.arrived], [one.chat for one in other.arrived]) == ([], ["C1"])
    for _ in range(2):
        await settle(worker, machine, clock, 11)
    assert sorted(one.chat for one in channel.arrived) == ["1", "2", "3"]


async def test_two_chats_that_were_written_to_just_before_say_nothing_of_the_bot(database: Database) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram", rate=1000)
    worker = Worker(database, [channel], clock, "w1", machine=machine)
    for chat in ("1", "2"):
        await write(database, 1, chat, Kind.REPLY)
    await worker.drain()
    channel.faults.extend([refused(), refused()])
    for chat in ("1", "2", "3"):
        await write(database, 1, chat, Kind.NOTICE)
    await settle(worker, machine, clock, 1.5)
    assert [one.chat for one in channel.arrived] == ["1", "2", "3"]


async def test_groups_that_are_full_say_nothing_of_the_bot(database: Database) -> None:
    clock, machine, channel = HandClock(NOW), HandMachine(), RecordingMessenger("telegram", rate=1000)
    worker = Worker(database, [channel], clock, "w1", machine=machine)
    channel.faults.extend([refused(silence=Silence.CHAT), refused(silence=Silence.CHAT)])
    for chat in ("-1", "-2", "3"):
        await write(database, 1, chat, Kind.NOTICE)
        await worker.drain()
    assert [one.chat for one in channel.arrived] == ["3"]


async def test_the_silence_of_a_chat_holds_for_every_worker_and_is_forgotten_afterwards(database: Database) -> None:
    clock, machine = HandClock(NOW), HandMachine()
    channels = [RecordingMessenger("telegram", rate=1000) for _ in range(2)]
    first, second = (Worker(database, [channel], clock, f"w{n}", machine=machine) for n, channel in enumerate(channels))
    channels[0].faults.append(refused())
    await write(database, 1, "1", Kind.NOTICE)
    await first.drain()
    await write(database, 1, "1", Kind.REPLY)
    await second.drain()
    assert channels[1].arrived == []
    await settle(second, machine, clock, 31)
    await settle(second, machine, clock, 2)
    assert [one.chat for one in channels[1].arrived] == ["1", "1"]
    async with database.reading() as session:
        assert list(await session.scalars(select(SendLimit.scope))) == ["telegram"]
