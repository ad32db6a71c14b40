"""The rehearsal: whose database it takes, how its clock moves, what a kill leaves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.channel import CannotStart
from bot.rehearsal import CLOCK, START, open_rehearsal, rehearsal_settings, where_it_was
from bot.settings import Settings
from storage.database import Database
from storage.migrating import migrate
from storage.network import setting
from storage.outbox import Attempt, Delivery
from storage.people import Person
from storage.web import WebChat, WebMessage, departures
from tests.web.installation import Installation, already_opened, installed, rehearsal_of

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(already_opened(tmp_path)) as made:
        yield made


async def _left(database: Database) -> list[tuple[str, str, str]]:
    """What left by itself, oldest first: to whom, when in Paris, first words."""
    async with database.reading() as session:
        found = await departures(session, 500)
    return [
        (
            one.person.given_name,
            one.message.created_at.astimezone(PARIS).strftime("%Y-%m-%d %H:%M"),
            str(one.message.payload["text"]).split("\n")[0],
        )
        for one in reversed(found)
    ]


async def _advance(made: Installation, to: datetime) -> None:
    assert made.rehearsal is not None
    await made.rehearsal.advance(to.astimezone(UTC))


async def test_it_begins_on_the_fifteenth_of_march(here: Installation) -> None:
    assert here.clock.now() - START < timedelta(seconds=60)
    assert START.isoformat() == "2024-03-15T10:00:00+01:00"


async def test_what_is_due_on_the_way_leaves_at_its_own_time(here: Installation) -> None:
    await _advance(here, datetime(2024, 4, 5, 10, tzinfo=PARIS))
    assert [(name, at) for name, at, _ in await _left(here.database)] == [
        ("Hugo", "2024-03-29 09:00"),
        ("Hugo", "2024-04-04 09:00"),
    ]
    assert here.clock.now() - datetime(2024, 4, 5, 10, tzinfo=PARIS) < timedelta(seconds=60)


async def test_readers_overseas_get_their_reminder_at_nine_of_their_own_morning(here: Installation) -> None:
    await _advance(here, datetime(2024, 10, 7, 18, tzinfo=PARIS))
    found = {name: at for name, at, text in await _left(here.database) if "Rencontres" in text}
    assert found["Ravi"] == "2024-10-07 07:00"
    assert found["Annaïg"] == "2024-10-07 09:00"
    assert found["Maëva"] == "2024-10-07 14:00"


async def test_going_in_one_move_or_in_many_comes_to_the_same(tmp_path: Path) -> None:
    goal = datetime(2024, 6, 27, 10, tzinfo=PARIS)
    told = []
    for steps in (1, 40):
        folder = tmp_path / str(steps)
        folder.mkdir()
        async with installed(already_opened(folder)) as made:
            for step in range(1, steps + 1):
                await _advance(made, START + (goal - START) * step / steps)
            told.append(await _left(made.database))
    assert told[0] == told[1]
    assert len(told[0]) > 3


async def test_it_starts_again_where_it_was(tmp_path: Path) -> None:
    settings = already_opened(tmp_path)
    goal = datetime(2024, 4, 1, 8, tzinfo=PARIS)
    async with installed(settings) as made:
        await _advance(made, goal)
        before = await _left(made.database)
    async with installed(settings) as made:
        assert timedelta() <= made.clock.now() - goal < timedelta(seconds=60)
        assert await _left(made.database) == before


async def test_a_kill_in_the_middle_of_a_move_loses_and_doubles_nothing(tmp_path: Path) -> None:
    goal = datetime(2024, 6, 27, 9, tzinfo=PARIS)
    whole = tmp_path / "whole"
    whole.mkdir()
    async with installed(already_opened(whole)) as made:
        await _advance(made, goal)
        expected = sorted(await _left(made.database))
    settings = already_opened(tmp_path)
    for attempt in range(30):
        async with installed(settings) as made:
            assert made.rehearsal is not None
            if made.clock.now() >= goal:
                break
            move = asyncio.create_task(made.rehearsal.advance(goal.astimezone(UTC)))
            target = made.clock.now() + timedelta(days=9 + attempt)
            while made.clock.now() < min(target, goal.astimezone(UTC)) and not move.done():
                await asyncio.sleep(0)
            move.cancel()
            await asyncio.gather(move, return_exceptions=True)
    async with installed(settings) as made:
        await _advance(made, goal + timedelta(minutes=5))
        assert sorted(await _left(made.database)) == expected
        async with made.database.reading() as session:
            doubles = select(Delivery.about).group_by(Delivery.about).having(func.count() > 1)
            assert (await session.scalars(doubles)).all() == []


async def test_moving_while_delivery_goes_on_records_every_attempt_once(here: Installation) -> None:
    await asyncio.gather(
        _advance(here, datetime(2024, 10, 8, 10, tzinfo=PARIS)), *(here.worker.drain() for _ in range(20))
    )
    async with here.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Delivery)) == await session.scalar(
            select(func.count()).select_from(Attempt)
        )


async def test_the_clock_only_moves_forward_and_not_beyond_three_years(here: Installation) -> None:
    async with ClientSession(here.url) as http:
        for body, status, words in (
            ({"to": "2024-03-14T10:00"}, 409, "qu’avancer"),
            ({"to": "2024-03-15T08:59:00+00:00"}, 409, "qu’avancer"),
            ({"to": "0001-01-01T00:00"}, 409, "qu’avancer"),
            ({"to": "2031-01-01T10:00"}, 400, "trop loin"),
            ({"to": "9999-12-31T23:59"}, 400, "trop loin"),
            ({"plus": "century"}, 400, "date"),
            ({}, 400, "date"),
            ({"to": "demain"}, 400, "date"),
        ):
            async with http.post("/rehearsal/clock", json=body) as response:
                assert response.status == status
                assert words in (await response.json())["error"]
        async with http.post("/rehearsal/clock", json={"to": "2024-09-01T10:00"}) as response:
            assert response.status == 202
        async with http.post("/rehearsal/clock", json={"plus": "day"}) as response:
            assert (response.status, "déjà" in await response.text()) == (409, True)
    assert here.clock.now() < datetime(2024, 9, 2, tzinfo=UTC)


async def test_a_day_later_is_the_same_hour_also_when_summer_time_begins(here: Installation) -> None:
    await _advance(here, datetime(2024, 3, 30, 12, tzinfo=PARIS))
    async with ClientSession(here.url) as http:
        async with http.post("/rehearsal/clock", json={"plus": "day"}) as response:
            assert response.status == 202
        async with http.get("/api/1/events") as events:
            assert here.rehearsal is not None
            while here.rehearsal.moving:
                await events.content.readline()
    assert here.clock.now().astimezone(PARIS).strftime("%d %H:%M") == "31 12:00"


async def test_a_database_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    settings = rehearsal_of(tmp_path)
    database = Database(settings.database)
    await migrate(database)
    async with database.transaction() as session:
        session.add(Person(given_name="Vraie", family_name="Personne", created_at=START))
    with pytest.raises(CannotStart, match="not a rehearsal's"):
        await open_rehearsal(settings)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1
        assert await setting(session, "rehearsal") == {}
    await database.close()


async def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    settings = rehearsal_of(tmp_path)
    database = Database(settings.database)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(CannotStart, match="not a rehearsal's"):
        await open_rehearsal(settings)
    await database.close()


async def test_a_start_that_was_cut_after_migrating_is_taken_up(tmp_path: Path) -> None:
    settings = rehearsal_of(tmp_path)
    database = Database(settings.database)
    await migrate(database)
    await database.close()
    again = await open_rehearsal(settings)
    async with again.reading() as session:
        invented = select(func.count()).select_from(Person).where(Person.fictional)
        assert await session.scalar(invented) == await session.scalar(select(func.count()).select_from(WebChat)) == 9
    await again.close()


async def test_it_runs_on_postgresql_too(new_postgres: str, tmp_path: Path) -> None:
    settings = rehearsal_of(tmp_path).model_copy(update={"database_url": new_postgres})
    async with installed(settings) as made:
        await _advance(made, datetime(2024, 4, 5, 10, tzinfo=PARIS))
        assert len(await _left(made.database)) == 2
    database = await open_rehearsal(settings)
    assert await where_it_was(database) >= datetime(2024, 4, 5, 8, tzinfo=UTC)
    await database.close()


async def test_the_clock_is_never_before_what_was_written(here: Installation) -> None:
    late = datetime(2024, 7, 1, 12, tzinfo=UTC)
    async with here.database.transaction() as session:
        chat = (await session.scalars(select(WebChat))).first()
        assert chat is not None
        session.add(
            WebMessage(
                chat_id=chat.id, version=1, direction="in", payload={"text": "x"}, created_at=late, edited_at=None
            )
        )
    assert await where_it_was(here.database) == late
    async with here.database.reading() as session:
        assert "now" in await setting(session, CLOCK)


def test_official_addresses_are_refused() -> None:
    settings = Settings(_env_file=None, telegram_bot_token=SecretStr("1:x"))
    with pytest.raises(CannotStart, match=r"api\.telegram\.org"):
        rehearsal_settings(settings)
    fakes = Settings(_env_file=None, telegram_bot_token=SecretStr("1:x"), telegram_api_url="http://127.0.0.1:1")
    assert rehearsal_settings(fakes).host == "127.0.0.1"


def test_it_listens_on_this_machine_only_and_keeps_its_own_database(tmp_path: Path) -> None:
    settings = rehearsal_settings(
        Settings(_env_file=None, host="0.0.0.0", concerte_data=tmp_path, public_url="https://x")
    )
    assert (settings.host, settings.public_url) == ("127.0.0.1", "")
    assert settings.database == f"sqlite:///{tmp_path / 'rehearsal.db'}"
    own = rehearsal_settings(Settings(_env_file=None, database_url="postgresql://u@h/d"))
    assert own.database == "postgresql://u@h/d"
