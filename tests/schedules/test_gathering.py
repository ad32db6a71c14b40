"""Reminders due for one person at once: one message, and each row still tells its own truth."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from handlers.calendar.gathering import together
from handlers.messages import Button, Message
from schedules.delivery import Worker
from schedules.own_reminders import remind_own
from schedules.reminders import remind
from schedules.retry import DeliveryError
from storage.database import Database
from storage.outbox import Attempt, Delivery, Kind, State, cancel_waiting, enqueue
from storage.own_reminders import add_own
from tests import building
from tests.recording import HandClock, HandMachine, RecordingMessenger

DUE = datetime(2024, 10, 8, 7, tzinfo=UTC)  # 9:00 in Paris, the day before both


async def set_up(database: Database, *, on: tuple[str, ...] = ("telegram",), events: int = 2) -> None:
    """Anne is due one reminder of each event, and Bruno too; the tick has written them."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff", on=on)
        await building.person(session, "Bruno Morvan", on=on)
        for number in range(events):
            await building.event(session, f"Réunion {number + 1}", "2024-10-09", f"{10 + number}:00", place="Rennes")
    async with database.transaction() as session:
        await remind(session, DUE)


async def outcomes(database: Database, person: int = 1) -> list[tuple[str, int, str]]:
    async with database.reading() as session:
        query = (
            select(Delivery).where(Delivery.person_id == person, Delivery.kind == Kind.REMINDER).order_by(Delivery.id)
        )
        return [(row.state, row.doubts, row.platform) for row in await session.scalars(query)]


def worker(
    database: Database, *channels: RecordingMessenger, machine: HandMachine | None = None, owner: str = "w1"
) -> Worker:
    return Worker(database, channels, HandClock(DUE), owner, machine=machine or HandMachine())


async def test_two_events_the_same_morning_are_one_message_and_two_rows(database: Database) -> None:
    await set_up(database)
    channel = RecordingMessenger("telegram")
    await worker(database, channel).drain()
    assert sorted(out.chat for out in channel.arrived) == ["telegram-1", "telegram-2"]
    message = channel.arrived[0].message()
    assert "Réunion 1" in message.text and "Réunion 2" in message.text and message.text.count("c’est demain") == 2
    labels = [button.label for row in message.buttons for button in row]
    assert labels == ["Réunion 1", "Réunion 2", "Dans une heure", "Demain matin", "Mes rappels"]
    assert await outcomes(database) == [(State.DELIVERED, 0, "telegram")] * 2
    async with database.reading() as session:
        assert len((await session.scalars(select(Attempt.id))).all()) == 4


async def test_a_doubt_is_a_doubt_of_each_and_they_are_sent_again_together(database: Database) -> None:
    await set_up(database)
    channel, machine = RecordingMessenger("telegram"), HandMachine()
    channel.after.append(DeliveryError("the answer was lost", uncertain=True, parts_sent=1))
    sending = worker(database, channel, machine=machine)
    await sending.drain()
    machine.at += 2
    await sending.drain()
    twice, once = sorted((await outcomes(database), await outcomes(database, 2)), key=lambda rows: -rows[0][1])
    assert twice == [(State.DELIVERED, 1, "telegram")] * 2 and once == [(State.DELIVERED, 0, "telegram")] * 2
    assert len(channel.arrived) == 3
    assert all("Réunion 1" in text and "Réunion 2" in text for text in channel.texts)  # nothing lost with the parts


async def test_where_one_platform_refuses_they_go_to_the_other_together(database: Database) -> None:
    await set_up(database, on=("telegram", "slack"))
    telegram, slack = RecordingMessenger("telegram"), RecordingMessenger("slack")
    telegram.faults.append(DeliveryError("blocked", permanent=True, unreachable=True))
    await worker(database, telegram, slack).drain()
    assert len(telegram.arrived) == 1 and len(slack.arrived) == 1
    assert "Réunion 1" in slack.texts[0] and "Réunion 2" in slack.texts[0]


async def test_a_worker_that_dies_leaves_them_to_the_next_together(database: Database) -> None:
    await set_up(database)
    channel, machine = RecordingMessenger("telegram"), HandMachine()
    channel.gate = asyncio.Event()
    dead = worker(database, channel, machine=machine)
    await dead.step()  # claimed, and never heard of again
    machine.at += 60
    heir = RecordingMessenger("telegram")
    other = worker(database, heir, machine=machine, owner="w2")
    await other.drain()  # decides about the lost leases
    machine.at += 60
    await other.drain()
    assert len(heir.arrived) == 2 and await outcomes(database) == [(State.DELIVERED, 1, "telegram")] * 2
    await dead.stop(grace=0)


async def test_one_that_is_taken_back_at_the_last_moment_does_not_leave_with_the_other(database: Database) -> None:
    await set_up(database)
    async with database.transaction() as session:
        await cancel_waiting(session, Delivery.about.startswith("reminder:1:"), reason="event cancelled", now=DUE)
    channel = RecordingMessenger("telegram")
    await worker(database, channel).drain()
    assert len(channel.arrived) == 2
    assert all("Réunion 1" not in text and "Réunion 2" in text for text in channel.texts)


async def test_several_workers_at_once_send_one_message_to_each(database: Database) -> None:
    await set_up(database)
    channel = RecordingMessenger("telegram")
    await asyncio.gather(*(worker(database, channel, owner=f"w{number}").drain() for number in range(3)))
    assert sum(text.count("Réunion 1") for text in channel.texts) == 2  # Anne's and Bruno's, once each
    assert sum(text.count("Réunion 2") for text in channel.texts) == 2


async def test_a_reminder_of_ones_own_beside_the_planned_one_is_said_once(sqlite: Database) -> None:
    await set_up(sqlite, events=1)
    async with sqlite.transaction() as session:
        await add_own(session, 1, 1, "d1.0900", DUE, "Europe/Paris", DUE - timedelta(days=1))
        assert await remind_own(session, DUE) == 1
    channel = RecordingMessenger("telegram")
    await worker(sqlite, channel).drain()
    assert sorted(text.count("Réunion 1") for text in channel.texts) == [1, 1]
    assert await outcomes(sqlite) == [(State.DELIVERED, 0, "telegram")] * 2


async def test_a_crowd_of_reminders_is_parted_into_messages_that_can_be_read(sqlite: Database) -> None:
    await set_up(sqlite, events=10)
    channel = RecordingMessenger("telegram")
    await worker(sqlite, channel).drain()
    annes = [text for out, text in zip(channel.arrived, channel.texts, strict=True) if out.chat == "telegram-1"]
    assert [text.count("Rappel") for text in annes] == [8, 2]
    assert all(state == State.DELIVERED for state, *_ in await outcomes(sqlite))


async def test_other_things_are_left_by_themselves(sqlite: Database) -> None:
    await set_up(sqlite, events=1)
    async with sqlite.transaction() as session:
        blank = {"platform": "telegram", "chat": "telegram-1", "person_id": 1, "due_at": DUE, "created_at": DUE}
        blank |= {"payload": {"text": "Une nouvelle"}}
        await enqueue(
            session, [{**blank, "about": "notice:x", "kind": Kind.NOTICE, "payload": {"text": "Une nouvelle"}}]
        )
    channel = RecordingMessenger("telegram")
    await worker(sqlite, channel).drain()
    assert len(channel.arrived) == 3


def test_what_not_all_offer_is_not_offered() -> None:
    def one(number: int, *words: str) -> tuple[str, Message]:
        row = tuple(Button(label=word, action=f"calendar:snooze:{number}:{word}") for word in words)
        return f"reminder:{number}:x:D-1:person:1", Message(text=f"**Rappel\u00a0: R{number}**", buttons=(row,))

    message = together([one(1, "hour", "morning"), one(2, "hour")])
    assert [button.action for row in message.buttons for button in row] == [
        "calendar:show:1",
        "calendar:show:2",
        "calendar:snooze:1.2:hour",
        "calendar:reminders",
    ]
