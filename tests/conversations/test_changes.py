"""Staff keep the agenda in plain words, as transcripts; those concerned are told once."""

from datetime import UTC, date, datetime

from icalendar import Calendar
from sqlalchemy import select

from storage.agenda import Event
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.network import knowledge_version
from storage.people import Role
from tests import building
from tests.icalendars import checked
from tests.stage import Stage

ANNE, STAFF, NORA = (f"telegram:telegram-{n}" for n in range(1, 4))


async def on_stage(database: Database) -> Stage:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Sonia Staff", "28", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
    return Stage(database)


async def test_an_event_is_added_moved_and_cancelled_and_each_change_told_once(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.says(STAFF, "ajoute atelier Bretagne le 16 mai 9h30 à Rennes")
    assert "J’ai compris" in heard.text and "jeudi 16 mai 2024 à 9" in heard.text and "Rennes" in heard.text
    async with database.reading() as session:
        assert list(await session.scalars(select(Event.id))) == []  # nothing before the press
    await stage.presses(STAFF, heard.button("Oui"))
    heard = await stage.says(STAFF, "déplace l’atelier Bretagne au 17 mai 10h à Brest")
    assert "1 personne en sera prévenue" in heard.text
    await stage.presses(STAFF, heard.button("Oui"))
    told = await stage.heard(ANNE)
    assert len(told.messages) == 1 and "vendredi 17 mai 2024" in told.text and "Auparavant" in told.text
    heard = await stage.says(STAFF, "annule atelier Bretagne")
    await stage.presses(STAFF, heard.button("Oui"))
    told = await stage.heard(ANNE)
    assert len(told.messages) == 2 and "Annulé" in told.messages[1].text
    first, last = (Calendar.from_ical(one.attachment.content) for one in told.messages if one.attachment)
    one, other = first.walk("VEVENT")[0], last.walk("VEVENT")[0]
    assert one["uid"] == other["uid"] and (one["sequence"], other["sequence"]) == (1, 2)
    assert last["method"] == "CANCEL"
    for message in told.messages:
        assert message.attachment and any("ORGANIZER" in line for line in checked(message.attachment.content))
    async with database.reading() as session:
        assert await knowledge_version(session) == 3
        acts = select(AuditEntry.id).where(AuditEntry.act == Act.EVENT_CHANGED)
        assert len((await session.scalars(acts)).all()) == 3


async def test_regional_staff_date_their_own_workshop_only(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    async with sqlite.transaction() as session:
        home = await building.region(session, "28")
        await building.event(
            session, "Atelier Normandie", "2024-04-01", precision="month", ends_on=date(2024, 5, 31), region_id=home.id
        )
        await building.event(session, "Assemblée générale", "2024-10-09")
    heard = await stage.says(NORA, "déplace l’atelier Normandie au 14 mai 14h à Caen")
    await stage.presses(NORA, heard.button("Oui"))
    async with sqlite.reading() as session:
        event = await session.get_one(Event, 1)
        assert event.starts_on == date(2024, 5, 14) and event.place == "Caen" and event.precision == "minute"
    assert "Date fixée" in (await stage.heard(ANNE)).text
    assert "ne trouve pas" in (await stage.says(NORA, "annule l’assemblée générale")).text
    assert "votre région" in (await stage.says(NORA, "ajoute réunion le 3 juin")).text


async def test_who_is_not_staff_changes_nothing(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert "J’ai compris" not in (await stage.says(ANNE, "annule tout")).text
    await stage.presses(ANNE, "calendar:keep")
    async with sqlite.reading() as session:
        assert list(await session.scalars(select(Event.id))) == []


async def test_a_date_that_does_not_exist_is_said_so(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert "n’existe pas" in (await stage.says(STAFF, "ajoute réunion le 31 avril")).text


async def test_an_event_may_last_from_one_month_into_the_next(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    heard = await stage.says(STAFF, "ajoute la concertation du 29 avril au 3 mai de 9h à 17h à Rennes")
    assert "du lundi 29 avril à 9 h au vendredi 3 mai 2024 à 17 h" in heard.text.replace("\u00a0", " ")
    await stage.presses(STAFF, heard.button("Oui"))
    heard = await stage.says(STAFF, "déplace la concertation au 13 mai")  # as many days, at the same hours
    assert "→ du lundi 13 mai à 9 h au vendredi 17 mai 2024 à 17 h" in heard.text.replace("\u00a0", " ")
    await stage.presses(STAFF, heard.button("Oui"))
    async with sqlite.reading() as session:
        event = (await session.scalars(select(Event))).one()
        assert (event.starts_on, event.ends_on) == (date(2024, 5, 13), date(2024, 5, 17))
        assert event.ends_at == datetime(2024, 5, 17, 15, tzinfo=UTC)


async def test_moved_from_a_day_to_another_is_no_event_of_two_days(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await stage.presses(STAFF, (await stage.says(STAFF, "ajoute le bilan le 3 juin de 14h à 16h")).button("Oui"))
    heard = await stage.says(STAFF, "déplace le bilan du 3 au 5 juin")
    assert "→ mercredi 5 juin 2024 de 14 h à 16 h" in heard.text.replace("\u00a0", " ")
    await stage.presses(STAFF, heard.button("abandonner"))
    heard = await stage.says(STAFF, "déplace le bilan au 5 juin 9h")
    assert "→ mercredi 5 juin 2024 de 9 h à 11 h" in heard.text.replace("\u00a0", " ")


async def test_nothing_is_put_into_the_past_nor_ends_before_it_begins(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await stage.presses(STAFF, (await stage.says(STAFF, "ajoute le bilan le 3 juin 14h")).button("Oui"))
    assert "passée" in (await stage.says(STAFF, "déplace le bilan au 3 janvier 2023")).text
    assert "la fin vient avant" in (await stage.says(STAFF, "déplace le bilan au 4 juin de 14h à 12h")).text
    assert "passée" in (await stage.says(STAFF, f"ajoute réunion le {stage.clock.at:%d/%m/%Y} à 0h05")).text
