"""Answers to invitations, as transcripts: who comes, who waits, who needs what, and the list of staff."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from schedules.reminders import remind
from storage.agenda import Event
from storage.database import Database
from storage.outbox import Delivery, State
from storage.people import Role
from storage.replies import Coming, Mode, Rsvp, answer
from tests import building
from tests.stage import Stage

ANNE, BRUNO, CHLOE, STAFF, NORMANDE = (f"telegram:telegram-{n}" for n in range(1, 6))


async def on_stage(database: Database, **more: Any) -> Stage:
    """Three directors (the third in Guyane), national staff, and Normandy's; a workshop on 16 May in Rennes."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Bruno Morvan")
        await building.person(session, "Chloé Sinnamary", "03")
        await building.person(session, "=Sonia Staff", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
        values: dict[str, Any] = {"place": "Rennes", "remote": True, "video_link": "https://v.test/a", **more}
        await building.event(session, "Atelier", "2024-05-16", "09:30", **values)
    return Stage(database)


async def test_one_says_that_one_comes_and_sees_it_on_the_card(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.presses(ANNE, "calendar:show:1")
    assert "v.test" not in heard.text
    heard = await stage.presses(ANNE, heard.button("Je viens"))
    assert "vous venez, sur place" in heard.text and "https://v.test" in heard.text.replace("\\", "")
    heard = await stage.presses(ANNE, heard.button("À distance"))
    assert "vous venez, à distance" in heard.text
    heard = await stage.presses(ANNE, heard.button("Peut-être"))
    assert "peut-être." in heard.text and "v.test" not in heard.text


async def test_a_need_is_typed_and_seen_by_staff_only(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.presses(ANNE, "calendar:reply:1:yes")
    await stage.presses(ANNE, heard.button("besoin"))
    assert "C’est noté" in (await stage.says(ANNE, "Un accès en fauteuil roulant")).text
    assert "fauteuil roulant" in (await stage.presses(STAFF, "calendar:replies:1")).text
    assert "fauteuil" not in (await stage.presses(BRUNO, "calendar:replies:1")).text


async def test_seats_are_given_in_order_and_the_next_is_told(database: Database) -> None:
    stage = await on_stage(database, seats=1)
    await stage.presses(ANNE, "calendar:reply:1:yes")
    stage.wait(1)
    assert "liste d’attente" in (await stage.presses(CHLOE, "calendar:reply:1:yes")).text
    stage.wait(1)
    assert "liste d’attente" in (await stage.presses(BRUNO, "calendar:reply:1:yes")).text
    await stage.presses(CHLOE, "calendar:reply:1:yes")  # once more: the place in the list is kept
    await stage.presses(ANNE, "calendar:reply:1:remote")
    assert "Une place s’est libérée" in (await stage.heard(CHLOE)).text
    assert "Une place s’est libérée" not in (await stage.heard(BRUNO)).text
    await stage.presses(CHLOE, "calendar:reply:1:no")
    assert "Une place s’est libérée" in (await stage.heard(BRUNO)).text


async def test_two_at_once_never_get_the_same_seat(database: Database) -> None:
    await on_stage(database, seats=1)

    async def say_yes(person: int) -> None:
        async with database.transaction() as session:
            event = await session.get_one(Event, 1)
            await answer(session, event, person, Coming.YES, Mode.ON_SITE, datetime(2024, 5, 1, tzinfo=UTC))

    await asyncio.gather(*(say_yes(person) for person in (1, 2, 3)))
    async with database.reading() as session:
        assert sorted(await session.scalars(select(Rsvp.waiting))) == [False, True, True]


async def test_who_said_no_is_reminded_no_more_until_a_change_of_mind(database: Database) -> None:
    stage = await on_stage(database)
    stage.clock.at = datetime(2024, 5, 6, 9, tzinfo=UTC)
    await stage.presses(ANNE, "calendar:reply:1:no")
    async with database.transaction() as session:
        await remind(session, datetime(2024, 5, 7, 20, tzinfo=UTC))  # D-7, brought before 8 and 9 May: at night
        waiting = select(Delivery.person_id).where(Delivery.kind == "reminder", Delivery.state == State.WAITING)
        assert 1 not in set(await session.scalars(waiting)) and 2 in set(await session.scalars(waiting))
    await stage.presses(BRUNO, "calendar:reply:1:no")
    async with database.reading() as session:
        assert 2 not in set(await session.scalars(waiting))
    await stage.presses(BRUNO, "calendar:reply:1:maybe")
    async with database.reading() as session:
        assert 2 in set(await session.scalars(waiting))


async def test_one_event_is_not_reminded_to_who_wants_none_of_it(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.presses(ANNE, "calendar:mute:1")
    assert "ne vous rappellerai plus" in heard.text
    assert "Atelier" not in (await stage.says(ANNE, "rappels")).text
    await stage.presses(ANNE, heard.button("à nouveau"))
    assert "Atelier" in (await stage.says(ANNE, "rappels")).text


async def test_staff_see_who_comes_by_region_and_export_it_inert(database: Database) -> None:
    stage = await on_stage(database)
    await stage.presses(ANNE, "calendar:reply:1:yes")
    await stage.presses(CHLOE, "calendar:reply:1:no")
    await stage.presses(STAFF, "calendar:reply:1:remote")
    heard = await stage.presses(STAFF, "calendar:replies:1")
    assert "1 sur place, 1 à distance, 0 peut-être, 1 non" in heard.text
    assert "**Guyane** (0 oui, 1 non)" in heard.text
    book = (await stage.presses(STAFF, heard.button("Excel"))).messages[0].attachment
    assert book is not None and book.filename.endswith(".xlsx")
    rows = list(load_workbook(BytesIO(book.content)).worksheets[0].values)
    assert len(rows) == 4 and "'=Sonia Staff" in {row[2] for row in rows}
    file = (await stage.presses(STAFF, heard.button("CSV"))).messages[0].attachment
    assert file is not None
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and '"\'=Sonia Staff"' in file.content.decode()
    assert "Personne n’a encore répondu" in (await stage.presses(NORMANDE, "calendar:replies:1")).text


@pytest.mark.parametrize("word", ["yes", "nonsense", ""])
async def test_only_those_invited_answer_and_only_before_it_is_over(database: Database, word: str) -> None:
    stage = await on_stage(database, audience={"regions": ["03"]})
    assert "ne vous est pas adressé" in (await stage.presses(ANNE, f"calendar:reply:1:{word}")).text
    stage.clock.at = datetime(2024, 5, 16, 10, tzinfo=UTC)
    assert "passé" in (await stage.presses(CHLOE, "calendar:reply:1:yes")).text
    async with database.reading() as session:
        assert list(await session.scalars(select(Rsvp.id))) == []
