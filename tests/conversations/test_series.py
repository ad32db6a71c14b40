"""Events that repeat, in plain words: added, one date changed, or it and those after it; told once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from handlers.calendar.series_ending import tell_ending
from storage.agenda import Event
from storage.database import Database
from storage.people import Role
from tests import building
from tests.icalendars import checked
from tests.stage import Heard, Stage

ANNE, STAFF, NORA = (f"telegram:telegram-{n}" for n in range(1, 4))
PHONE = "ajoute permanence téléphonique tous les mardis à 10 h jusqu’au 16 avril"


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await on_stage(database)


async def on_stage(database: Database) -> Stage:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Sonia Staff", "28", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
    return Stage(database)


async def does(stage: Stage, words: str, press: str) -> Heard:
    return await stage.presses(STAFF, (await stage.says(STAFF, words)).button(press))


async def agenda(stage: Stage) -> list[str]:
    async with stage.database.reading() as session:
        events = await session.scalars(select(Event).order_by(Event.occurrence))
        return [
            f"{event.starts_at.astimezone(UTC):%d/%m %H} {event.status}" if event.starts_at else f"{event.starts_on}"
            for event in events
        ]


async def test_a_series_is_said_back_with_its_first_dates_and_kept_at_a_press(stage: Stage) -> None:
    heard = await stage.says(STAFF, PHONE)
    assert "ajouter une série" in heard.text
    assert "5\u00a0dates\u00a0: mardi 19 mars 2024, mardi 26 mars, mardi 2 avril, mardi 9 avril…" in heard.text
    assert "jusqu’au mardi 16 avril 2024" in heard.text
    assert await agenda(stage) == []
    done = await stage.presses(STAFF, heard.button("Oui"))
    assert "C’est enregistré" in done.text
    # the same hour on the clock, before and after the change of 31 March
    assert await agenda(stage) == [
        f"{day} planned" for day in ("19/03 09", "26/03 09", "02/04 08", "09/04 08", "16/04 08")
    ]
    await stage.presses(STAFF, heard.button("Oui"))  # pressed twice
    assert len(await agenda(stage)) == 5


async def test_one_date_is_cancelled_alone_and_told_once(stage: Stage) -> None:
    await does(stage, PHONE, "Oui")
    heard = await stage.says(STAFF, "annule la permanence téléphonique du 2 avril")
    assert "mardi 2 avril 2024" in heard.text and "2 autres dates suivent" in heard.text
    await stage.presses(STAFF, heard.button("Cette date seulement"))
    assert [one for one in await agenda(stage) if "cancelled" in one] == ["02/04 08 cancelled"]
    told = await stage.heard(ANNE)
    assert len(told.messages) == 1 and "Annulé" in told.text and "2 avril" in told.text


async def test_a_date_and_those_after_it_are_moved_and_told_in_one_message(stage: Stage) -> None:
    await does(stage, PHONE, "Oui")
    heard = await stage.says(STAFF, "déplace la permanence téléphonique du 2 avril au 3 avril à 14h")
    assert "mercredi 3 avril 2024 à 14" in heard.text
    await stage.presses(STAFF, heard.button("Celle-ci et les 2 suivantes"))
    assert await agenda(stage) == [
        "19/03 09 planned",
        "26/03 09 planned",
        "03/04 12 moved",
        "10/04 12 moved",
        "17/04 12 moved",
    ]
    told = await stage.heard(ANNE)
    assert len(told.messages) == 1 and "3 événements" in told.text and "Auparavant" in told.text
    file = told.messages[0].attachment
    assert file is not None and [line for line in checked(file.content) if line.startswith("DTSTART")] == [
        f"DTSTART:202404{day}T120000Z" for day in ("03", "10", "17")
    ]


async def test_the_hour_alone_is_changed_and_the_next_date_is_meant_when_none_is_said(stage: Stage) -> None:
    await does(stage, PHONE, "Oui")
    await does(stage, "déplace la permanence téléphonique à 11h", "suivantes")
    assert (await agenda(stage))[0] == "19/03 10 moved" and (await agenda(stage))[-1] == "16/04 09 moved"
    await does(stage, "annule la permanence téléphonique à partir du 9 avril", "la suivante")
    assert [one for one in await agenda(stage) if "cancelled" in one] == ["09/04 09 cancelled", "16/04 09 cancelled"]


async def test_a_day_that_is_not_of_the_series_is_said_so(stage: Stage) -> None:
    await does(stage, PHONE, "Oui")
    heard = await stage.says(STAFF, "annule la permanence téléphonique du 3 avril")
    assert "pas de date ce jour-là" in heard.text and "mardi 19 mars" in heard.text


async def test_what_was_dropped_changed_meanwhile_or_is_not_theirs_is_not_done(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    heard = await stage.says(STAFF, PHONE)
    await stage.presses(STAFF, heard.button("Non"))
    await stage.presses(STAFF, heard.button("Oui"))
    assert await agenda(stage) == []
    assert "votre région" in (await stage.says(NORA, PHONE)).text
    await does(stage, PHONE, "Oui")
    heard = await stage.says(STAFF, "annule la permanence téléphonique du 2 avril")
    async with sqlite.transaction() as session:
        event = (await session.scalars(select(Event).where(Event.key.like("%20240402")))).one()
        event.sequence += 1
    late = await stage.presses(STAFF, heard.button("seulement"))
    assert "entre-temps" in late.text and not any("cancelled" in one for one in await agenda(stage))
    assert "ne trouve pas" in (await stage.says(NORA, "annule la permanence téléphonique")).text


async def test_a_rule_that_is_not_understood_says_what_would_be(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    heard = await stage.says(STAFF, "ajoute séminaire tous les ans le 9 octobre")
    assert "Je ne sais pas répéter" in heard.text and "tous les premiers lundis du mois" in heard.text


async def test_today_counts_only_while_the_hour_is_to_come(sqlite: Database) -> None:
    stage = await on_stage(sqlite)  # Friday, 10:00 in Paris
    assert stage.clock.at == datetime(2024, 3, 15, 9, tzinfo=UTC)
    assert "vendredi 22 mars" in (await stage.says(STAFF, "ajoute point tous les vendredis à 9h 2 fois")).text
    await stage.presses(STAFF, "calendar:drop-series")
    assert "vendredi 15 mars" in (await stage.says(STAFF, "ajoute point tous les vendredis à 11h 2 fois")).text


async def test_staff_are_told_once_a_month_before_the_last_date_of_a_long_series(stage: Stage) -> None:
    await does(stage, "ajoute permanence téléphonique tous les mardis à 10 h", "Oui")
    await does(stage, "ajoute comité tous les jeudis à 9 h 4 fois", "Oui")  # it has the end it was given
    told = len((await stage.heard(STAFF)).messages)
    for day, new in (("2025-02-07", 0), ("2025-02-12", 1), ("2025-02-13", 1), ("2025-03-12", 1)):
        stage.clock.at = datetime.fromisoformat(f"{day}T09:00+00:00")
        async with stage.database.transaction() as session:
            await tell_ending(session, stage.clock.at)
        heard = (await stage.heard(STAFF)).messages[told:]
        assert len(heard) == new, day
    assert "dernière date est le mardi 11 mars 2025" in heard[0].text and "dès le 12 mars" in heard[0].text
    prolonged = "ajoute permanence téléphonique tous les mardis à 10 h dès le 12 mars 2025 4 fois"
    assert "mardi 18 mars 2025" in (await stage.says(STAFF, prolonged)).text
