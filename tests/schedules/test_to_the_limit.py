"""A tick writes so much in one transaction and is called again at once while there is more."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, insert, select

from bot.ticks import lines
from handlers.calendar.keeping import move_event
from schedules import own_reminders, reminders
from schedules.ticking import More
from schedules.timetable import Timetable
from storage.agenda import Event
from storage.base import insert_or_ignore
from storage.database import Database
from storage.outbox import Delivery, Kind
from storage.own_reminders import OwnReminder
from storage.people import Person
from storage.reminders import NextReminder, all_calendars
from storage.retention import Retention
from tests import building
from tests.announcing import NOW
from tests.recording import HandClock

EVE = datetime(2024, 10, 8, 8, tzinfo=UTC)


def timetable(database: Database) -> Timetable:
    return Timetable(database, HandClock(EVE), lines(Retention()), lambda: None)


async def people(database: Database, count: int) -> None:
    rows = [{"given_name": f"Anne {n}", "family_name": "Le Goff", "created_at": NOW} for n in range(count)]
    async with database.transaction() as session:
        await session.execute(insert(Person), rows)


async def test_one_look_writes_what_is_due_to_any_number_of_people(database: Database) -> None:
    count = 2 * reminders.MOST + 7
    await people(database, count)
    async with database.transaction() as session:
        await building.event(session, "Assemblée générale", "2024-10-09", "14:00")
    async with database.transaction() as session:
        first = await reminders.remind(session, EVE)
    assert isinstance(first, More)
    await timetable(database).tick(EVE)
    async with database.reading() as session:
        assert await session.scalar(select(func.count(Delivery.id)).where(Delivery.kind == Kind.REMINDER)) == count
        note = (await session.scalars(select(NextReminder))).one()
        assert note.due_at is not None and note.due_at > EVE


async def test_an_agenda_of_any_length_is_looked_at_as_a_whole(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(reminders.MOST_EVENTS + 3):
            await building.event(session, f"Réunion {number}", f"2025-{1 + number % 12:02}-10", "14:00")
    await timetable(database).tick(EVE)
    async with database.reading() as session:
        assert await session.scalar(select(func.count(NextReminder.id))) == reminders.MOST_EVENTS + 3


async def test_whatever_many_asked_for_follows_an_event_that_moves(database: Database) -> None:
    count = own_reminders.MOST + 3
    await people(database, count)
    async with database.transaction() as session:
        event = await building.event(session, "Assemblée générale", "2024-10-09", "14:00")
        due = {"event_id": event.id, "due_at": datetime(2024, 10, 9, 11, tzinfo=UTC), "zone": "", "created_at": NOW}
        ids = (await session.scalars(select(Person.id))).all()
        rows = [{"person_id": person, "rule": "m60", "sent_for": "", **due} for person in ids]
        await session.execute(insert(OwnReminder), rows)
    await timetable(database).tick(datetime(2024, 10, 1, 8, tzinfo=UTC))
    later = datetime(2024, 10, 16, 12, tzinfo=UTC)
    async with database.transaction() as session:
        moved = await session.get_one(Event, event.id)
        await move_event(
            session, moved, starts_on=date(2024, 10, 16), starts_at=later, now=datetime(2024, 10, 1, 9, tzinfo=UTC)
        )
    await timetable(database).tick(datetime(2024, 10, 1, 10, tzinfo=UTC))
    async with database.reading() as session:
        assert (await session.scalars(select(OwnReminder.due_at).distinct())).all() == [later - timedelta(hours=1)]


async def test_rows_beyond_any_drivers_limit_are_inserted_once(database: Database) -> None:
    rows = [
        {"person_id": 1, "event_id": 1, "rule": f"m{n}", "due_at": None, "zone": "", "sent_for": "", "created_at": NOW}
        for n in range(11_000)  # 77,000 values
    ]
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.event(session, "Assemblée générale", "2024-10-09", "14:00")
        assert await insert_or_ignore(session, OwnReminder, rows[:6000]) == 6000
        assert await insert_or_ignore(session, OwnReminder, rows) == 5000


async def test_every_calendar_that_somebody_has_is_known_in_one_query(database: Database) -> None:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        chloe = await building.person(session, "Chloé Sinnamary", "03")
        chloe.zone, chloe.quiet_begins, chloe.quiet_ends = "America/Toronto", time(22), time(7)
    async with database.reading() as session:
        found = await all_calendars(session)
    assert found.quiet == (None, (time(22), time(7)))
    assert {zone for zone, _ in found.zones} == {"Europe/Paris", "America/Cayenne", "America/Toronto"}
    assert ("America/Toronto", "FR-GF") in found.zones
