"""What is sent to many and has not left by the evening waits for the reader's morning, and is not lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.holding import hold_for
from schedules.delivery import Worker
from schedules.retry import DeliveryError
from storage.database import Database
from storage.outbox import Delivery, Kind, State, enqueue
from tests import building
from tests.recording import HandClock, HandMachine, RecordingMessenger

EVENING = datetime(2026, 11, 27, 18, 59, tzinfo=UTC)  # Friday, 19:59 in Paris, 15:59 in Cayenne
PARIS, CAYENNE, NOUMEA = range(1, 4)


class Evening:
    """A worker with all that holds deliveries back in an installation, and a row for each of three people."""

    def __init__(self, database: Database, at: datetime = EVENING) -> None:
        self.database = database
        self.channel = RecordingMessenger("telegram")
        self.clock, self.machine = HandClock(at), HandMachine()
        self.worker = Worker(
            database, [self.channel], self.clock, "w1", hold=hold_for("on", paced=False), machine=self.machine
        )

    async def writes(self, kind: Kind, **more: Any) -> None:
        async with self.database.transaction() as session:
            await building.person(session, "Anne Le Goff")
            await building.person(session, "Chloé Sinnamary", "03")
            await building.person(session, "Paul Nouméa", "NC")
            base = {"kind": kind, "platform": "telegram", "payload": {"text": "Bonjour"}, "created_at": EVENING}
            rows = [{**base, "about": f"a:{n}", "person_id": n, "chat": str(n)} for n in (PARIS, CAYENNE, NOUMEA)]
            await enqueue(session, [{**row, "due_at": self.clock.at, **more} for row in rows])

    async def later(self, at: datetime) -> set[int]:
        """Who has got it by then."""
        self.machine.at += (at - self.clock.at).total_seconds()
        self.clock.at = at
        await self.worker.drain()
        return {int(one.chat) for one in self.channel.arrived}

    async def row(self, number: int) -> Delivery:
        async with self.database.reading() as session:
            return await session.get_one(Delivery, number)


@pytest.mark.parametrize("kind", [Kind.ANNOUNCEMENT, Kind.NUDGE])
async def test_a_broadcast_that_lasts_into_the_night_goes_on_in_each_readers_morning(
    database: Database, kind: Kind
) -> None:
    evening = Evening(database)
    await evening.writes(kind)
    assert await evening.later(EVENING + timedelta(minutes=2)) == {CAYENNE}  # 20:01 in Paris, Saturday in Nouméa
    assert await evening.later(EVENING + timedelta(days=2)) == {CAYENNE}  # Sunday evening in Paris
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    assert [(await evening.row(number)).due_at for number in (PARIS, NOUMEA)] == [
        monday + timedelta(hours=7),
        monday - timedelta(hours=3),
    ]
    assert await evening.later(monday - timedelta(hours=3)) == {CAYENNE, NOUMEA}
    assert await evening.later(monday + timedelta(hours=7)) == {CAYENNE, NOUMEA, PARIS}


async def test_a_silence_of_the_platform_does_not_end_in_a_night(database: Database) -> None:
    evening = Evening(database)
    await evening.writes(Kind.ANNOUNCEMENT)
    evening.channel.faults.extend(DeliveryError("too many requests", retry_after=3600.0) for _ in range(2))
    assert await evening.later(EVENING) == set()
    assert await evening.later(EVENING + timedelta(hours=1, minutes=1)) == {CAYENNE}


async def test_what_expires_in_the_night_is_marked_and_not_sent(database: Database) -> None:
    evening = Evening(database)
    await evening.writes(Kind.ANNOUNCEMENT, expires_at=EVENING + timedelta(hours=6))
    await evening.later(EVENING + timedelta(minutes=2))
    await evening.later(EVENING + timedelta(days=3))
    assert [(await evening.row(number)).state for number in (PARIS, CAYENNE)] == [State.EXPIRED, State.DELIVERED]


@pytest.mark.parametrize(
    ("kind", "edits"), [(Kind.REPLY, ""), (Kind.NOTICE, ""), (Kind.REMINDER, ""), (Kind.NOTICE, "m1")]
)
async def test_only_what_is_sent_to_many_waits(database: Database, kind: Kind, edits: str) -> None:
    evening = Evening(database)
    await evening.writes(kind, edits=edits)
    assert await evening.later(EVENING + timedelta(minutes=2)) == {PARIS, CAYENNE, NOUMEA}
