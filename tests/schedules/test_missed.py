"""Reminders that came to nothing are marked, and told to the team once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from schedules.missed import tell_missed
from schedules.own_reminders import remind_own
from schedules.recording import expire
from schedules.reminders import remind
from storage.database import Database
from storage.outbox import Delivery, Kind, State
from storage.own_reminders import add_own
from storage.people import Role
from tests import building


async def set_up(database: Database) -> None:
    """Anne and somebody of the team; the AG on 9 October 14:00 in Paris, looked at once in September."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
        audience = {"roles": ["director"]}
        await building.event(session, "Assemblée générale", "2024-10-09", "14:00", audience=audience)
    async with database.transaction() as session:
        await remind(session, datetime(2024, 9, 1, tzinfo=UTC))


async def told(database: Database, now: datetime) -> list[str]:
    async with database.transaction() as session:
        await tell_missed(session, now)
        rows = await session.scalars(select(Delivery).where(Delivery.kind == Kind.NOTICE).order_by(Delivery.id))
        return [str(row.payload["text"]) for row in rows]


async def test_what_was_due_while_we_were_down_over_the_event_is_marked_and_told_once(
    database: Database,
) -> None:
    await set_up(database)
    back = datetime(2024, 10, 10, 6, 30, tzinfo=UTC)  # down since September
    async with database.transaction() as session:
        await add_own(session, 1, 1, "m60", datetime(2024, 10, 9, 11, tzinfo=UTC), "", datetime(2024, 9, 1, tzinfo=UTC))
        assert await remind(session, back) == 0 and await remind_own(session, back) == 0
        rows = (await session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id))).all()
        assert [tuple(row) for row in rows] == [(State.SKIPPED, "too late")] * 2
    assert await told(database, back + timedelta(minutes=5)) == []  # the hour is not over
    (text,) = await told(database, back + timedelta(minutes=40))
    assert "**Assemblée générale**" in text and "2 rappels" in text.replace("\u00a0", " ")
    assert len(await told(database, back + timedelta(hours=2))) == 1
    async with database.transaction() as session:
        assert await remind(session, back + timedelta(hours=3)) == 0
        assert len((await session.scalars(select(Delivery.id).where(Delivery.kind == Kind.REMINDER))).all()) == 2


async def test_what_a_platform_kept_us_from_sending_in_its_time_is_told_too(sqlite: Database) -> None:
    await set_up(sqlite)
    async with sqlite.transaction() as session:
        assert await remind(session, datetime(2024, 10, 8, 7, tzinfo=UTC)) == 1
        await expire(session, datetime(2024, 10, 8, 22, 10, tzinfo=UTC))  # midnight in Paris: « demain » is not true
    (text,) = await told(sqlite, datetime(2024, 10, 8, 23, tzinfo=UTC))
    assert "1 rappel" in text.replace("\u00a0", " ")


async def test_an_event_that_was_reminded_in_time_leaves_nothing_to_tell(sqlite: Database) -> None:
    await set_up(sqlite)
    for hour in range(0, 9 * 24, 2):
        async with sqlite.transaction() as session:
            await remind(session, datetime(2024, 10, 2, tzinfo=UTC) + timedelta(hours=hour))
    async with sqlite.reading() as session:
        states = list(await session.scalars(select(Delivery.state)))
        assert len(states) == 3 and State.SKIPPED not in states
    assert await told(sqlite, datetime(2024, 10, 11, tzinfo=UTC)) == []
