"""What an event carries, as transcripts: room, video link, documents before, minutes after; and who is told."""

from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

from handlers.messages import Message
from storage.agenda import Event
from storage.database import Database
from storage.people import Role
from tests import building
from tests.stage import Stage

ANNE, BRUNO, CHLOE, STAFF, NORA = (f"telegram:telegram-{n}" for n in range(1, 6))


async def on_stage(database: Database) -> Stage:
    """Anne comes, Bruno may come, Chloé waits for a seat; staff, and Normandy's; a workshop of Bretagne on 16 May."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Bruno Morvan")
        await building.person(session, "Chloé Sinnamary", "03")
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
        await building.event(session, "Atelier Bretagne", "2024-05-16", "09:30", place="Rennes", seats=1)
    stage = Stage(database)
    stage.clock.at = datetime(2024, 5, 6, 9, tzinfo=UTC)
    await stage.presses(ANNE, "calendar:reply:1:yes")
    await stage.presses(BRUNO, "calendar:reply:1:maybe")
    await stage.presses(CHLOE, "calendar:reply:1:yes")
    return stage


async def says_and_confirms(stage: Stage, words: str, who: str = STAFF) -> str:
    heard = await stage.says(who, words)
    await stage.presses(who, heard.button("Oui"))
    return heard.text


async def last(stage: Stage, who: str) -> Message:
    return (await stage.heard(who)).messages[-1]


def entry(message: Message) -> Any:
    assert message.attachment is not None
    return Calendar.from_ical(message.attachment.content).walk("VEVENT")[0]


async def test_the_room_goes_to_those_who_come_or_may_come_with_a_higher_sequence(database: Database) -> None:
    stage = await on_stage(database)
    said = await says_and_confirms(stage, "salle atelier Bretagne : salle Armor, 12 rue de la Paix, Rennes")
    assert "fixer le lieu" in said and "3 personnes" in said
    for who in (ANNE, BRUNO, CHLOE):
        told = await last(stage, who)
        assert "salle Armor" in told.text and entry(told)["sequence"] == 1
    assert "salle Armor" in (await stage.presses(ANNE, "calendar:show:1")).text


async def test_the_link_goes_to_those_who_come_only(database: Database) -> None:
    stage = await on_stage(database)
    said = await says_and_confirms(stage, "visio de l’atelier Bretagne : https://visio.test/abc")
    assert "1 personne" in said
    told = await last(stage, ANNE)
    assert told.buttons[0][0].url == "https://visio.test/abc" and entry(told)["url"] == "https://visio.test/abc"
    for who in (BRUNO, CHLOE):
        assert "visio.test" not in str(await stage.heard(who))
    assert "visio.test" in (await stage.presses(ANNE, "calendar:show:1")).text
    assert "visio.test" not in str(await stage.presses(BRUNO, "calendar:show:1"))


async def test_documents_come_before_and_minutes_after_to_those_who_were_there(database: Database) -> None:
    stage = await on_stage(database)
    await says_and_confirms(stage, "document atelier Bretagne : Ordre du jour https://docs.test/odj.pdf")
    for who in (ANNE, BRUNO):
        told = await last(stage, who)
        assert "Document" in told.text and told.buttons[0][0].url == "https://docs.test/odj.pdf"
    card = await stage.presses(NORA, "calendar:show:1")
    assert "https://docs.test/odj.pdf" in [button.url for button in card.buttons]
    heard = await stage.says(STAFF, "compte-rendu atelier Bretagne : https://docs.test/cr.pdf")
    assert "pas encore eu lieu" in heard.text
    stage.clock.at = datetime(2024, 5, 17, 9, tzinfo=UTC)
    said = await says_and_confirms(stage, "compte rendu de l’atelier Bretagne : https://docs.test/cr.pdf")
    assert "1 personne" in said
    told = await last(stage, ANNE)
    assert "Compte rendu" in told.text and told.buttons[0][0].url == "https://docs.test/cr.pdf"
    assert "cr.pdf" not in str(await stage.heard(BRUNO)) and "cr.pdf" not in str(await stage.heard(CHLOE))
    assert "cr.pdf" in str(await stage.presses(ANNE, "calendar:show:1"))
    assert "cr.pdf" not in str(await stage.presses(BRUNO, "calendar:show:1"))


async def test_minutes_sent_at_night_wait_for_the_morning(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    stage.clock.at = datetime(2024, 5, 16, 21, tzinfo=UTC)  # 23:00 in Paris
    before = len((await stage.heard(ANNE)).messages)
    await says_and_confirms(stage, "compte-rendu atelier Bretagne : https://docs.test/cr.pdf")
    assert len((await stage.heard(ANNE)).messages) == before
    stage.clock.at = datetime(2024, 5, 17, 6, tzinfo=UTC)
    assert "cr.pdf" in str(await last(stage, ANNE))


async def test_what_is_wrong_is_said_and_nobody_else_may(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert "https://" in (await stage.says(STAFF, "visio atelier Bretagne : javascript:alert(1)")).text
    assert "ne trouve pas" in (await stage.says(STAFF, "salle carnaval : Rennes")).text
    assert "ne trouve pas" in (await stage.says(NORA, "salle atelier Bretagne : Caen")).text  # another region's
    assert "J’ai compris" not in (await stage.says(ANNE, "salle atelier Bretagne : chez moi")).text
    assert "J’ai compris" not in (await stage.says(STAFF, "lieu de l’atelier Bretagne ?")).text
    heard = await stage.says(STAFF, "salle atelier Bretagne : Brest")
    async with sqlite.transaction() as session:
        (await session.get_one(Event, 1)).sequence += 1  # somebody else was quicker
    assert "changé entre-temps" in (await stage.presses(STAFF, heard.button("Oui"))).text
    await stage.presses(ANNE, "calendar:dossier-keep")
    async with sqlite.reading() as session:
        assert (await session.get_one(Event, 1)).place == "Rennes"
