"""Interviews, as transcripts: staff offer times, a director takes one in two presses, changes it, gives it back."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar
from sqlalchemy import select

from handlers.messages import Message
from schedules.reminders import remind
from storage.agenda import Event
from storage.database import Database
from storage.interviews import InterviewSlot
from storage.outbox import Delivery
from storage.people import Role
from tests import building
from tests.stage import Stage

ANNE, BRUNO, CHLOE, SONIA, STEPHANE, NORA = (f"telegram:telegram-{n}" for n in range(1, 7))


async def on_stage(database: Database) -> Stage:
    """Three directors (the third in Guyane), two of the national staff, Normandy's; on 1 February."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Bruno Morvan")
        await building.person(session, "Chloé Sinnamary", "03")
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
        await building.person(session, "Stéphane Staff", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
    stage = Stage(database)
    stage.clock.at = datetime(2024, 2, 1, 9, tzinfo=UTC)
    return stage


async def offered(
    stage: Stage, who: str = SONIA, words: str = "le 20 février de 9h à 10h, 30 minutes, à Rennes"
) -> None:
    heard = await stage.says(who, f"entretiens {words}")
    await stage.presses(who, heard.button("Oui"))


def entry(message: Message) -> tuple[str, Any]:
    """Method and entry of the file that came with a message."""
    assert message.attachment is not None
    calendar = Calendar.from_ical(message.attachment.content)
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


async def taken(database: Database) -> list[tuple[int, int | None]]:
    async with database.reading() as session:
        rows = await session.execute(select(InterviewSlot.id, InterviewSlot.person_id).order_by(InterviewSlot.id))
        return [(number, person) for number, person in rows]


async def test_staff_offer_times_and_nothing_is_on_offer_before_the_press(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    heard = await stage.says(SONIA, "entretiens le 20 février de 9h à 10h, 30 minutes, à Rennes")
    assert "2 créneaux de 30" in heard.text and "mardi 20 février 2024" in heard.text and "Rennes" in heard.text
    assert await taken(sqlite) == []
    await stage.presses(SONIA, heard.button("Oui"))
    assert await taken(sqlite) == [(1, None), (2, None)]
    assert "recouvr" in (await _again(stage)).text and len(await taken(sqlite)) == 2
    assert "Quel jour" in (await stage.says(SONIA, "entretiens de 9h à 10h")).text
    dropped = await stage.says(SONIA, "entretiens le 21 février de 9h à 10h")
    await stage.presses(SONIA, dropped.button("Non"))
    await stage.presses(SONIA, "calendar:slot-keep")
    assert len(await taken(sqlite)) == 2
    for stranger in (ANNE, "telegram:nobody"):
        await stage.presses(stranger, "calendar:slot-keep")
        assert "J’ai compris" not in (await stage.says(stranger, "entretiens le 22 février de 9h à 10h")).text


async def _again(stage: Stage) -> Message:
    heard = await stage.says(SONIA, "entretiens le 20 février de 9h15 à 9h45, 30 minutes")
    return (await stage.presses(SONIA, heard.button("Oui"))).messages[0]


async def test_a_director_takes_one_in_two_presses_and_both_get_it_for_their_calendars(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    heard = await stage.says(ANNE, "entretien")
    assert len(heard.buttons) == 2
    heard = await stage.presses(ANNE, heard.buttons[0])
    assert "Avec Sonia Staff, Rennes" in heard.text
    heard = await stage.presses(ANNE, heard.button("Oui"))
    assert "ce créneau est à vous" in heard.text
    method, mine = entry(heard.messages[-1])
    assert (method, mine["sequence"], mine["dtstart"].dt) == ("PUBLISH", 0, datetime(2024, 2, 20, 8, tzinfo=UTC))
    told = (await stage.heard(SONIA)).messages[-1]
    assert "**Anne Le Goff** (mission\\-locale 53) a pris un entretien" in told.text
    assert entry(told)[1]["uid"] == mine["uid"]
    assert await taken(database) == [(1, 1), (2, None)]
    assert "Entretien" in (await stage.says(ANNE, "agenda")).text
    assert "Entretien" not in (await stage.says(BRUNO, "agenda")).text
    async with database.transaction() as session:
        await remind(session, datetime(2024, 2, 19, 8, tzinfo=UTC))  # the day before, at 9:00
        reminded = await session.scalars(select(Delivery.person_id).where(Delivery.kind == "reminder"))
        assert set(reminded) == {1, 4}
        payloads = await session.scalars(select(Delivery.payload).where(Delivery.kind == "reminder"))
        assert all("Changer ou rendre" in str(payload) for payload in payloads)
    again = await stage.presses(ANNE, "calendar:slot-take:1")  # a double press
    assert "Votre entretien" in again.text and await taken(database) == [(1, 1), (2, None)]


async def test_two_never_get_the_same_time_whoever_presses_at_once(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage, words="le 20 février de 9h à 9h30, à Rennes")
    others = [Stage(database), Stage(database)]  # two processes on one database
    for other in others:
        other.clock.at = stage.clock.at
        other._count = 100 * (others.index(other) + 1)
    heard = await asyncio.gather(
        others[0].presses(ANNE, "calendar:slot-take:1"), others[1].presses(BRUNO, "calendar:slot-take:1")
    )
    texts = [one.text for one in heard] + [(await stage.heard(ANNE)).text, (await stage.heard(BRUNO)).text]
    said = "\n".join(texts)
    assert "ce créneau est à vous" in said
    (slot,) = await taken(database)
    assert slot[1] in (1, 2)
    async with database.reading() as session:
        assert len((await session.scalars(select(Event.id))).all()) == 1


async def test_a_time_is_swapped_and_the_same_entry_moves_in_both_calendars(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    first = entry((await stage.presses(ANNE, "calendar:slot-take:1")).messages[-1])[1]
    heard = await stage.presses(ANNE, "calendar:slots")
    heard = await stage.presses(ANNE, heard.button("Changer"))
    heard = await stage.presses(ANNE, heard.buttons[0])
    method, moved = entry((await stage.presses(ANNE, heard.button("Oui"))).messages[-1])
    assert (method, moved["uid"], moved["sequence"]) == ("PUBLISH", first["uid"], 1)
    assert moved["dtstart"].dt == datetime(2024, 2, 20, 8, 30, tzinfo=UTC)
    told = (await stage.heard(SONIA)).messages[-1]
    assert "a changé l’horaire" in told.text and "Auparavant" in told.text and entry(told)[1]["sequence"] == 1
    assert await taken(database) == [(1, None), (2, 1)]


async def test_a_swap_that_another_was_quicker_for_leaves_one_what_one_had(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    await stage.presses(ANNE, "calendar:slot-take:1")
    await stage.presses(BRUNO, "calendar:slot-take:2")
    heard = await stage.presses(ANNE, "calendar:slot-take:2")
    assert "pris par quelqu’un d’autre. Vous gardez le vôtre. Il n’y a pas de créneau" in heard.text
    assert await taken(database) == [(1, 1), (2, 2)]
    assert "Votre entretien" in (await stage.says(ANNE, "entretien")).text
    await stage.presses(BRUNO, "calendar:slot-free:2")
    heard = await stage.presses(CHLOE, "calendar:slot-take:1")
    assert "pris par quelqu’un d’autre" in heard.text and len(heard.buttons) == 1


async def test_a_swap_to_another_host_cancels_with_the_first(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    await offered(stage, STEPHANE, "le 21 février de 14h à 14h30 en visio")
    await stage.presses(ANNE, "calendar:slot-take:1")
    await stage.presses(ANNE, "calendar:slot-take:3")
    method, gone = entry((await stage.heard(SONIA)).messages[-1])
    assert (method, gone["sequence"]) == ("CANCEL", 1)
    assert "a pris un entretien" in (await stage.heard(STEPHANE)).messages[-1].text
    assert await taken(database) == [(1, None), (2, None), (3, 1)]


async def test_a_time_is_given_back_after_a_yes_and_is_free_for_another(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    await stage.presses(ANNE, "calendar:slot-take:1")
    heard = await stage.presses(ANNE, (await stage.says(ANNE, "entretien")).button("Rendre"))
    assert await taken(database) == [(1, 1), (2, None)]
    heard = await stage.presses(ANNE, heard.button("Oui"))
    assert entry(heard.messages[-1])[0] == "CANCEL"
    told = (await stage.heard(SONIA)).messages[-1]
    assert "a rendu son créneau" in told.text and entry(told)[0] == "CANCEL"
    await stage.presses(BRUNO, "calendar:slot-take:1")
    assert await taken(database) == [(1, 2), (2, None)]
    assert "n’est plus proposé" in (await stage.presses(ANNE, "calendar:slot-free:1")).text  # not hers any more
    async with database.transaction() as session:
        await remind(session, datetime(2024, 2, 19, 8, tzinfo=UTC))
        query = select(Delivery.person_id).where(Delivery.kind == "reminder", Delivery.state == "waiting")
        assert set(await session.scalars(query)) == {2, 4}


async def test_overseas_reads_ones_own_hour(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await offered(stage)
    heard = await stage.says(CHLOE, "entretien")
    assert "mardi 20 février, 5" in heard.buttons[0].label.replace("\u00a0", " ")
    assert "heure de Cayenne" in (await stage.presses(CHLOE, heard.buttons[0])).text


async def test_staff_see_who_took_what_export_it_and_withdraw(database: Database) -> None:
    stage = await on_stage(database)
    await offered(stage)
    await stage.presses(ANNE, "calendar:slot-take:1")
    heard = await stage.says(STEPHANE, "entretiens")
    assert "**Anne Le Goff**, mission\\-locale 53 (avec Sonia Staff" in heard.text and "libre" in heard.text
    file = (await stage.presses(STEPHANE, heard.button("CSV"))).messages[0].attachment
    assert file is not None and b"Anne Le Goff" in file.content and b'"2024-02-20 09:00"' in file.content
    file = (await stage.presses(STEPHANE, heard.button("Excel"))).messages[0].attachment
    assert file is not None and file.content[:2] == b"PK"
    heard = await stage.presses(SONIA, "calendar:slot-withdraw:1")
    assert "annule l’entretien" in heard.text and len(await taken(database)) == 2
    await stage.presses(SONIA, heard.button("Oui"))
    told = (await stage.heard(ANNE)).messages[-1]
    assert "est annulé" in told.text and entry(told)[0] == "CANCEL"
    await stage.presses(SONIA, "calendar:slot-withdraw:2")  # free: no question asked
    assert await taken(database) == []


async def test_an_interview_cancelled_as_an_event_is_no_longer_taken(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await offered(stage, words="le 20 février de 9h à 9h30, à Rennes")
    await stage.presses(ANNE, "calendar:slot-take:1")
    assert "proposez-en un autre" in (await stage.says(SONIA, "déplace l’entretien Anne Le Goff au 21 février")).text
    heard = await stage.says(SONIA, "annule l’entretien Anne Le Goff")
    await stage.presses(SONIA, heard.button("Oui"))
    assert await taken(sqlite) == [] and "Annulé" in (await stage.heard(ANNE)).text


async def test_who_may_not_or_too_late_is_told_so(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert "Aucun créneau" in (await stage.says(NORA, "entretien")).text
    await offered(stage)
    assert "présidences et aux directions" in (await stage.presses(STEPHANE, "calendar:slot-take:1")).text
    stage.clock.at = datetime(2024, 2, 20, 12, tzinfo=UTC)
    assert "n’est plus proposé" in (await stage.presses(ANNE, "calendar:slot-take:1")).text
    assert "pas de créneau" in (await stage.says(ANNE, "entretien")).text
    assert await taken(sqlite) == [(1, None), (2, None)]
    # A question about interviews stays a question.
    assert "créneau" not in (await stage.says(ANNE, "entretien avec qui ?")).text
