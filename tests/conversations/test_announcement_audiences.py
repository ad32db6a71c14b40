"""Whom an announcement is for: those invited somewhere, those who have answered or not, a list of names."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements.naming import find, folded
from handlers.errors import Refusal
from storage.agenda import Event
from storage.ballots import Participation
from storage.consultations import Consultation
from storage.database import Database
from storage.people import Person, Role
from storage.replies import Coming, reply_row
from storage.voices import person_voice, structure_voice
from tests import building
from tests.announcing import ANNE, BRUNO, CHLOE, DENIS, NOW, REGIONAL, STAFF, Chat, deliveries, network


async def consultation(session: AsyncSession, title: str, **more: object) -> Consultation:
    values = {"slug": title.lower(), "title": title, "status": "open", "updated_at": NOW, **more}
    made = Consultation(**values)
    session.add(made)
    await session.flush()
    return made


async def choosing(database: Database, who: int = STAFF) -> Chat:
    return await (await Chat(database, who).say("annonce Bonjour")).press("Choisir les destinataires")


async def meant(staff: Chat) -> set[int]:
    """Whom confirming writes to."""
    staff = await (await staff.press("Retour à l’aperçu")).press("Envoyer")
    return set(await deliveries(staff.database))


async def test_those_invited_to_an_event(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        await building.event(session, "Atelier de Guyane", "2026-12-10", audience={"regions": ["03"]})
        await building.event(session, "Atelier passé", "2026-09-10")
    staff = await (await choosing(database)).press("Invités à un événement")
    assert "Atelier passé" not in staff.labels
    await staff.press("Atelier de Guyane")
    assert "invités à « Atelier de Guyane » — 2 personnes" in staff.text and "✓ Atelier de Guyane" in staff.labels
    assert await meant(staff) == {CHLOE, DENIS}


@pytest.mark.parametrize(
    ("ticks", "people"),
    [
        ((), {ANNE, BRUNO, CHLOE, STAFF}),
        (("qui viennent",), {ANNE}),
        (("peut-être",), {BRUNO}),
        (("ne viennent pas",), {CHLOE}),
        (("n’ont pas répondu",), {STAFF}),
        (("qui viennent", "n’ont pas répondu"), {ANNE, STAFF}),
    ],
)
async def test_those_who_answered_so_to_an_invitation(
    database: Database, ticks: tuple[str, ...], people: set[int]
) -> None:
    await network(database)
    roles = [Role.DIRECTOR, Role.STAFF]
    async with database.transaction() as session:
        event = await building.event(
            session, "Séminaire", "2026-12-10", audience={"roles": [str(one) for one in roles]}
        )
        for person, answer in ((ANNE, Coming.YES), (BRUNO, Coming.MAYBE), (CHLOE, Coming.NO), (STAFF, Coming.NOTHING)):
            (await reply_row(session, event.id, person, NOW)).answer = answer
    staff = await (await choosing(database)).press("Invités à un événement")
    await staff.press("Séminaire")
    await staff.press("Selon leur réponse")
    for label in ticks:
        await staff.press(f"Ceux {label}" if label.startswith("qui") else label)
    assert ("invités à « Séminaire »" + (" : ceux" if ticks else " — 4")) in staff.text
    assert await meant(staff) == people


async def test_another_event_forgets_what_was_answered_to_the_first(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        for name in ("Atelier A", "Atelier B"):
            await building.event(session, name, "2026-12-10", audience={"regions": ["03"]})
    staff = await (await choosing(database)).press("Invités à un événement")
    await (await (await staff.press("Atelier A")).press("Selon leur réponse")).press("Ceux qui viennent")
    assert "0 personne" in staff.text
    await (await (await staff.press("Autres critères")).press("Invités à un événement")).press("Atelier B")
    assert "invités à « Atelier B » — 2 personnes" in staff.text


async def test_who_cannot_be_reached_is_named_and_given_as_a_file(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        for number in range(12):
            await building.person(session, f"Personne {number:02}", on=[])
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    assert "injoignables : 13 — Personne 00" in staff.text and "et 3 de plus" in staff.text
    await staff.press("Qui est injoignable")
    (message,) = staff.reply.messages
    assert message.attachment is not None
    lines = message.attachment.content.decode("utf-8-sig").splitlines()
    assert lines[0] == '"Nom";"Structure";"Région"' and len(lines) == 14
    assert any(line.startswith('"Denis Sans-Rien";') for line in lines)


async def test_an_event_ticked_twice_is_no_criterion_any_more(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        await building.event(session, "Atelier", "2026-12-10", audience={"regions": ["03"]})
    staff = await (await choosing(database)).press("Invités à un événement")
    await (await staff.press("Atelier")).press("Atelier")
    assert "tout le réseau — 6 personnes" in staff.text


async def test_those_whose_structure_has_not_answered(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        asked = await consultation(session, "Besoins", audience={"kinds": ["mission-locale"], "roles": ["director"]})
        anne = await session.get_one(Person, ANNE)
        session.add(Participation(consultation_id=asked.id, voice_key=structure_voice(anne.structure_id or 0), at=NOW))
    staff = await (await choosing(database)).press("pas répondu")
    await staff.press("Besoins")
    assert "n’ont pas répondu à « Besoins » — 1 personne" in staff.text
    assert await meant(staff) == {CHLOE}  # Bruno's kind is not asked, Denis is no director


async def test_those_who_have_answered_for_themselves(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        asked = await consultation(session, "Avis", voice="person")
        session.add(Participation(consultation_id=asked.id, voice_key=person_voice(BRUNO), at=NOW))
        await consultation(session, "Brouillon", status="draft")
    staff = await (await choosing(database)).press("Ceux qui ont répondu")
    assert "Brouillon" not in staff.labels
    await staff.press("Avis")
    assert await meant(staff) == {BRUNO}


async def test_a_list_of_names_and_addresses_says_whom_it_does_not_know(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        (await session.get_one(Person, BRUNO)).email = "Bruno.Morvan@exemple.fr"
        await building.person(session, "Jean Petit")
        await building.person(session, "Jean Petit", "03")
    staff = await (await choosing(database)).press("Par noms ou adresses")
    await staff.say("- anne le goff\nB. Morvan <bruno.morvan@exemple.fr>; SINNAMARY Chloe, Jean Petit\nGuy Inconnu")
    assert "Je ne connais pas : Guy Inconnu." in staff.text
    assert "Plusieurs personnes portent ce nom, donnez leur adresse : Jean Petit." in staff.text
    assert "3 personnes nommément — 3 personnes" in staff.text
    await staff.press("Par noms")
    await staff.say("Denis Sans-Rien")
    assert await meant(staff) == {ANNE, BRUNO, CHLOE, DENIS}


async def test_names_can_be_taken_back(database: Database) -> None:
    await network(database)
    staff = await (await choosing(database)).press("Par noms")
    await staff.say("Anne Le Goff")
    await staff.press("Retirer les personnes nommées")
    assert "tout le réseau — 6 personnes" in staff.text


async def test_a_list_that_names_nobody_is_asked_for_again(database: Database) -> None:
    await network(database)
    staff = await (await choosing(database)).press("Par noms")
    with pytest.raises(Refusal, match="personne de cette liste"):
        await staff.say("Guy Inconnu")
    await staff.say("Anne Le Goff")
    assert await meant(staff) == {ANNE}


async def test_regional_staff_name_only_people_of_their_region(database: Database) -> None:
    await network(database)
    staff = await (await choosing(database, REGIONAL)).press("Par noms")
    await staff.say("Anne Le Goff, Chloé Sinnamary")
    assert "Je ne connais pas : Chloé Sinnamary." in staff.text
    assert await meant(staff) == {ANNE}


async def test_an_event_that_is_gone_means_nobody(database: Database) -> None:
    await network(database)
    staff = await choosing(database)
    await staff.forge("announce:tick:1:invited:77")  # never offered
    assert "tout le réseau" in staff.text
    async with database.transaction() as session:
        held = await building.event(session, "Atelier", "2026-12-10")
        number = held.id
    await (await staff.forge("announce:pick:1:invited")).press("Atelier")
    async with database.transaction() as session:
        await session.delete(await session.get_one(Event, number))
    assert "0 personne" in (await staff.forge("announce:to:1")).text


@pytest.mark.parametrize(
    ("text", "people", "unknown", "several"),
    [
        ("Anne Le Goff", {1}, [], []),
        ("LE GOFF, Anne", {1}, [], []),  # a line as a whole, comma and all
        ("1. Anne Le Goff\n2) Bruno Morvan", {1, 2}, [], []),
        ("Anne Le Goff, Bruno Morvan", {1, 2}, [], []),
        ("anne@x.fr;bruno@x.fr", {1, 2}, [], []),
        ("anne@x.fr, bruno@x.fr", {1, 2}, [], []),
        ("Quelqu’un d’autre <anne@x.fr>", {1}, [], []),  # the address says more than the name
        ("Anne Le Goff <autre@x.fr>", set(), ["Anne Le Goff <autre@x.fr>"], []),
        ("Jean Petit", set(), [], ["Jean Petit"]),
        ("\n , ;", set(), [], []),
    ],
)
def test_lists_are_read_as_people_paste_them(
    text: str, people: set[int], unknown: list[str], several: list[str]
) -> None:
    names = {"anne le goff": {1}, "le goff anne": {1}, "bruno morvan": {2}, "jean petit": {3, 4}}
    found = find(text, {"anne@x.fr": {1}, "bruno@x.fr": {2}}, names)
    assert (found.people, found.unknown, found.several) == (people, unknown, several)


def test_names_are_compared_without_case_accents_and_hyphens() -> None:
    assert folded("Maëlys LE-GŒFF,") == folded("maelys le goeff")
