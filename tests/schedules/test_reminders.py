"""Reminders: each once, at the reader's hour, for the date the event has."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, literal, select, update

from handlers.calendar.keeping import cancel_event, move_event
from handlers.messages import Message
from schedules.reminders import remind
from storage.agenda import Event
from storage.audiences import Audience
from storage.base import Instant
from storage.database import Database
from storage.outbox import Delivery, State
from storage.people import Person, Role
from storage.reminders import any_due
from tests import building

PARIS = ZoneInfo("Europe/Paris")


def at(local: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def tick(database: Database, now: datetime, *, delivering: bool = True) -> int:
    """One tick; what is due by then leaves at once, unless delivery is down."""
    async with database.transaction() as session:
        added = await remind(session, now)
        if delivering:
            due = update(Delivery).where(Delivery.state == State.WAITING, Delivery.due_at <= now)
            await session.execute(due.values(state=State.DELIVERED, ended_at=now))
    return added


async def play(database: Database, first: datetime, last: datetime, step: timedelta) -> None:
    """The tick, again and again."""
    now = first
    while now <= last:
        await tick(database, now)
        now += step


async def sent(database: Database, *states: str) -> list[tuple[str, str, str]]:
    """Given name, reminder and instant (in the recipient's clock) of what was written, in the order of time."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Delivery, Person)
            .join(Person, Person.id == Delivery.person_id)
            .where(Delivery.state.in_(states or (State.WAITING, State.DELIVERED)))
            .order_by(Delivery.due_at, Delivery.id)
        )
        return [
            (person.given_name, row.about.split(":")[3], row.due_at.astimezone(PARIS).strftime("%d/%m %H:%M"))
            for row, person in rows
        ]


async def texts(database: Database) -> Mapping[str, str]:
    """The reminder each person got last."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Person.given_name, Delivery.payload)
            .join(Person, Person.id == Delivery.person_id)
            .order_by(Delivery.due_at)
        )
        return {name: Message.model_validate(payload).text.replace("\u00a0", " ") for name, payload in rows}


async def setup(database: Database, on: str = "2024-10-09", hour: str = "14:00", **more: Any) -> int:
    """Anne in Bretagne, Chloé in Guyane, an event; returns its id."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Chloé Sinnamary", "03")
        return (await building.event(session, "Assemblée générale", on, hour, place="Le Havre", **more)).id


async def test_each_person_gets_each_reminder_once_at_their_own_hour(database: Database) -> None:
    await setup(database)
    await play(database, at("2024-09-30T00:00"), at("2024-10-10T00:00"), timedelta(minutes=30))
    assert await sent(database) == [
        ("Anne", "D-7", "02/10 09:00"),
        ("Chloé", "D-7", "02/10 14:00"),
        ("Anne", "D-1", "08/10 09:00"),
        ("Chloé", "D-1", "08/10 14:00"),
        ("Chloé", "H-2", "09/10 00:59"),  # 7:00 in Cayenne is night: 19:59 the evening before
        ("Anne", "H-2", "09/10 12:00"),
    ]


async def test_a_reminder_says_what_when_where_and_what_remains(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-10-02T14:00"))
    found = await texts(database)
    assert found["Anne"] == (
        "**Rappel : Assemblée générale**\nmercredi 9 octobre 2024 à 14 h — c’est dans 7 jours\nLieu : Le Havre"
    )
    assert "mercredi 9 octobre 2024 à 9 h, heure de Cayenne \\(14 h, heure de Paris\\)" in found["Chloé"]
    await tick(database, at("2024-10-08T09:00"))
    assert "c’est demain" in (await texts(database))["Anne"]
    await tick(database, at("2024-10-09T12:00"))
    assert "c’est aujourd’hui, dans 2 h" in (await texts(database))["Anne"]


async def test_a_reminder_that_could_not_leave_is_given_up_when_its_words_are_true_no_longer(
    database: Database,
) -> None:
    await setup(database)
    await tick(database, at("2024-10-08T14:00"), delivering=False)
    async with database.reading() as session:
        rows = await session.execute(
            select(Person.given_name, Delivery.expires_at).join(Person, Person.id == Delivery.person_id)
        )
        assert dict(rows.all()) == {
            "Anne": at("2024-10-09T00:00"),  # « c’est demain »
            "Chloé": at("2024-10-09T00:00", "America/Cayenne"),
        }
    await tick(database, at("2024-10-09T12:00"), delivering=False)  # two hours before
    async with database.reading() as session:
        last = await session.scalars(select(Delivery.expires_at).where(Delivery.about.like("%:H-2:%")))
        assert at("2024-10-09T14:00") in list(last)  # the event comes before midnight


async def test_a_place_that_is_not_known_is_said_so(database: Database) -> None:
    await setup(database, hour="")
    async with database.transaction() as session:
        (await session.get_one(Event, 1)).place = None
    await tick(database, at("2024-10-02T14:00"))
    assert "Lieu : à préciser" in (await texts(database))["Anne"]
    assert " h" not in (await texts(database))["Anne"].replace("Havre", "")


async def test_an_event_without_an_hour_has_no_reminder_in_hours(database: Database) -> None:
    await setup(database, hour="")
    await play(database, at("2024-09-30T00:00"), at("2024-10-10T00:00"), timedelta(hours=1))
    assert {reminder for _, reminder, _ in await sent(database)} == {"D-7", "D-1"}


async def test_a_month_is_not_reminded(database: Database) -> None:
    await setup(database, on="2024-04-01", hour="", precision="month", ends_on=date(2024, 5, 31))
    await play(database, at("2024-03-01T00:00"), at("2024-06-01T00:00"), timedelta(hours=6))
    assert await sent(database) == []


async def test_ticking_twice_or_in_several_processes_sends_once(database: Database) -> None:
    await setup(database)
    added = await asyncio.gather(*(tick(database, at("2024-10-02T14:00")) for _ in range(4)))
    assert sum(added) == 2 and await tick(database, at("2024-10-02T14:01")) == 0
    assert len(await sent(database)) == 2


async def test_a_late_tick_sends_only_the_last_reminder_still_useful(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-09-01T12:00"))
    assert await tick(database, at("2024-10-08T15:00")) == 2  # D-7 and D-1 are both due: one message
    assert sorted(row[:2] for row in await sent(database)) == [("Anne", "D-1"), ("Chloé", "D-1")]
    await play(database, at("2024-10-08T16:00"), at("2024-10-10T00:00"), timedelta(minutes=30))
    assert [reminder for _, reminder, _ in await sent(database)].count("H-2") == 2


async def test_a_reminder_late_in_the_evening_waits_for_the_morning(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-10-02T22:30"))
    assert ("Anne", "D-7", "03/10 08:00") in await sent(database)
    assert ("Chloé", "D-7", "02/10 22:30") in await sent(database)  # 17:30 in Cayenne


async def test_a_late_reminder_gives_way_to_one_due_by_the_morning(database: Database) -> None:
    await setup(database, hour="09:30")  # H-2 is 7:30, brought forward to 19:59
    await tick(database, at("2024-10-08T23:00"))
    assert ("Anne", "H-2", "09/10 08:00") in await sent(database)
    assert not [row for row in await sent(database) if row[:2] == ("Anne", "D-1")]


async def test_what_comes_too_late_to_be_of_use_is_not_sent_but_said(database: Database) -> None:
    await setup(database, hour="08:00")
    await tick(database, at("2024-10-08T23:00"))  # the morning would be when it begins
    assert not [row for row in await sent(database) if row[0] == "Anne"]
    assert [row[0] for row in await sent(database, State.SKIPPED)] == ["Anne"]


async def test_the_past_is_not_reminded(database: Database) -> None:
    await setup(database)
    await play(database, at("2024-10-09T14:00"), at("2024-10-20T00:00"), timedelta(hours=1))
    assert await sent(database) == []


async def test_a_cancelled_event_is_not_reminded_and_what_waits_is_taken_back(database: Database) -> None:
    number = await setup(database)
    await tick(database, at("2024-10-02T22:30"))  # waits for the morning
    async with database.transaction() as session:
        await cancel_event(session, await session.get_one(Event, number), now=at("2024-10-02T23:00"))
    await play(database, at("2024-10-02T23:00"), at("2024-10-10T00:00"), timedelta(hours=1))
    assert [row[0] for row in await sent(database)] == ["Chloé"]  # 17:30 in Cayenne: she had it already
    assert [row[0] for row in await sent(database, State.CANCELLED)] == ["Anne"]


async def test_an_event_cancelled_behind_our_back_is_noticed(database: Database) -> None:
    number = await setup(database)
    await tick(database, at("2024-10-02T22:30"))
    async with database.transaction() as session:
        (await session.get_one(Event, number)).status = "cancelled"
    await tick(database, at("2024-10-02T23:00"))
    assert [row[0] for row in await sent(database)] == ["Chloé"]
    assert [row[0] for row in await sent(database, State.CANCELLED)] == ["Anne"]


async def test_a_moved_event_is_reminded_again_for_its_new_date_only(database: Database) -> None:
    number = await setup(database)
    await play(database, at("2024-09-30T00:00"), at("2024-10-04T00:00"), timedelta(hours=1))
    async with database.transaction() as session:
        moved = await session.get_one(Event, number)
        await move_event(
            session, moved, starts_on=date(2024, 10, 17), starts_at=at("2024-10-17T14:00"), now=at("2024-10-04T10:00")
        )
        assert moved.sequence == 1 and moved.status == "moved"
    await play(database, at("2024-10-04T10:00"), at("2024-10-20T00:00"), timedelta(hours=1))
    assert [row for row in await sent(database) if row[0] == "Anne"] == [
        ("Anne", "D-7", "02/10 09:00"),
        ("Anne", "D-7", "10/10 09:00"),
        ("Anne", "D-1", "16/10 09:00"),
        ("Anne", "H-2", "17/10 12:00"),
    ]


async def test_a_move_does_not_send_what_would_have_been_due_before_it(database: Database) -> None:
    number = await setup(database, on="2024-12-12")
    await tick(database, at("2024-10-01T00:00"))
    async with database.transaction() as session:
        event = await session.get_one(Event, number)
        await move_event(
            session, event, starts_on=date(2024, 10, 9), starts_at=at("2024-10-09T14:00"), now=at("2024-10-04T10:00")
        )
    await play(database, at("2024-10-04T10:00"), at("2024-10-07T20:00"), timedelta(hours=1))
    assert await sent(database) == []
    await tick(database, at("2024-10-08T09:00"))
    assert [row[:2] for row in await sent(database)] == [("Anne", "D-1")]


async def test_moving_there_and_back_repeats_nothing(database: Database) -> None:
    number = await setup(database)
    await tick(database, at("2024-10-02T14:00"))
    for day, hour in ((17, "10:00"), (9, "11:00")):
        async with database.transaction() as session:
            event = await session.get_one(Event, number)
            starts_at = at(f"2024-10-{day:02}T14:00")
            await move_event(
                session, event, starts_on=date(2024, 10, day), starts_at=starts_at, now=at(f"2024-10-03T{hour}")
            )
        await tick(database, at(f"2024-10-03T{hour}"))
    assert len(await sent(database)) == 2


async def test_an_event_that_ends_before_it_begins_is_refused(database: Database) -> None:
    number = await setup(database)
    async with database.transaction() as session:
        event = await session.get_one(Event, number)
        with pytest.raises(ValueError, match="ends after"):
            await move_event(
                session, event, starts_on=date(2024, 10, 9), ends_on=date(2024, 10, 8), now=at("2024-10-01T00:00")
            )
        with pytest.raises(ValueError, match="first day"):
            await move_event(
                session,
                event,
                starts_on=date(2024, 10, 9),
                starts_at=at("2024-10-10T09:00"),
                now=at("2024-10-01T00:00"),
            )


async def test_a_move_keeps_how_long_an_event_lasts(database: Database) -> None:
    number = await setup(database, ends_at=at("2024-10-09T17:00"))
    async with database.transaction() as session:
        event = await session.get_one(Event, number)
        await move_event(
            session, event, starts_on=date(2024, 10, 10), starts_at=at("2024-10-10T09:00"), now=at("2024-10-01T00:00")
        )
        assert event.ends_at == at("2024-10-10T12:00") and event.place == "Le Havre"


async def test_only_the_audience_is_reminded(database: Database) -> None:
    await setup(database, audience={"regions": ["03"], "roles": ["director"]})
    async with database.transaction() as session:
        await building.person(session, "Denis Elu", "03", roles=[Role.ELECTED])
    await tick(database, at("2024-10-02T20:00"))
    assert [row[0] for row in await sent(database)] == ["Chloé"]


async def test_who_paused_reminders_gets_none_until_they_resume(database: Database) -> None:
    await setup(database)
    async with database.transaction() as session:
        (await session.get_one(Person, 1)).reminders_paused = True
    await tick(database, at("2024-10-02T14:00"))
    assert [row[0] for row in await sent(database)] == ["Chloé"]
    async with database.transaction() as session:
        (await session.get_one(Person, 1)).reminders_paused = False
    await tick(database, at("2024-10-08T09:00"))
    assert [row[:2] for row in await sent(database)] == [("Chloé", "D-7"), ("Anne", "D-1")]


async def test_who_has_no_account_is_counted_as_unreachable(database: Database) -> None:
    await setup(database)
    async with database.transaction() as session:
        await building.person(session, "Emile Sansrien", on=[])
    assert await tick(database, at("2024-10-02T09:00")) == 1
    async with database.reading() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.state == State.SKIPPED))).one()
        assert row.reason == "no account" and row.person_id == 3


async def test_who_moves_to_a_zone_already_served_is_not_forgotten_nor_served_twice(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-10-02T09:00"))  # Anne has had hers
    async with database.transaction() as session:
        for someone in await session.scalars(select(Person)):
            someone.zone = "Europe/Paris" if someone.given_name == "Chloé" else "America/Cayenne"
    await play(database, at("2024-10-02T09:30"), at("2024-10-02T18:00"), timedelta(minutes=30))
    assert sorted(row[:2] for row in await sent(database)) == [("Anne", "D-7"), ("Chloé", "D-7")]


async def test_a_zone_that_does_not_exist_stops_nobodys_reminders(database: Database) -> None:
    await setup(database)
    async with database.transaction() as session:
        (await session.get_one(Person, 2)).zone = "Europe/Pariis"
    await tick(database, at("2024-10-02T09:00"))
    assert len(await sent(database)) == 2  # Chloé by the network's zone


async def test_an_event_of_several_days_is_reminded_before_its_first(database: Database) -> None:
    await setup(database, on="2024-10-08", hour="", ends_on=date(2024, 10, 9))
    await play(database, at("2024-09-30T00:00"), at("2024-10-10T00:00"), timedelta(hours=1))
    assert [row for row in await sent(database) if row[0] == "Anne"] == [
        ("Anne", "D-7", "01/10 09:00"),
        ("Anne", "D-1", "07/10 09:00"),
    ]


async def test_a_reminder_that_never_left_is_replaced_by_the_next(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-10-02T09:00"), delivering=False)  # delivery is down for a week
    await tick(database, at("2024-10-08T09:00"))
    assert [row for row in await sent(database) if row[0] == "Anne"] == [("Anne", "D-1", "08/10 09:00")]
    assert ("Anne", "D-7", "02/10 09:00") in await sent(database, State.CANCELLED)


async def asked(database: Database, now: datetime) -> bool:
    """What the worker's look would hear."""
    async with database.reading() as session:
        return bool(await session.scalar(select(any_due(literal(now, Instant)))))


async def test_that_one_is_due_is_seen_without_looking_at_any_event(database: Database) -> None:
    await setup(database)
    assert not await asked(database, at("2024-10-01T09:00"))  # nobody has looked at the event yet: the tick does so
    await tick(database, at("2024-10-01T09:00"))
    assert not await asked(database, at("2024-10-01T09:00"))
    assert await asked(database, at("2024-10-08T14:00"))
    while await asked(database, at("2024-10-09T15:00")):
        await tick(database, at("2024-10-09T15:00"))


async def test_what_was_due_before_a_long_stop_is_not_asked_for_ever(database: Database) -> None:
    await setup(database)
    await tick(database, at("2024-09-01T09:00"))
    assert await asked(database, at("2024-12-01T09:00"))
    assert await tick(database, at("2024-12-01T09:00")) == 0
    assert not await asked(database, at("2024-12-01T09:00"))


async def test_nothing_due_reads_neither_people_nor_outbox(sqlite: Database) -> None:
    """A thousand events for a thousand people are three million reminders; the tick does not count them."""
    async with sqlite.transaction() as session:
        home = await building.structure(session, "s", "53")
        await session.execute(
            insert(Person),
            [
                {"given_name": str(n), "family_name": "", "structure_id": home.id, "created_at": building.LONG_AGO}
                | {"fictional": False, "reminders_paused": False}
                for n in range(1000)
            ],
        )
        for n in range(1000):
            await building.event(session, f"e{n}", str(date(2024, 11, 1) + timedelta(days=n % 400)), "14:00")
        assert Audience().is_everybody
    now = at("2024-10-02T09:00")
    for _ in range(6):
        await tick(sqlite, now)  # the first looks, some events each
    best = 1.0
    for n in range(20):
        begun = time.perf_counter()
        assert await tick(sqlite, now + timedelta(seconds=n)) == 0
        best = min(best, time.perf_counter() - begun)
    assert best < 0.05  # some 10 ms on a busy machine; far more if people were asked
