"""What comes with an answer: buttons about its event, a card of its contact, the rest of a list, the source."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from handlers.calendar import wording as calendar
from handlers.messages import Button
from storage.agenda import Event
from storage.database import Database
from storage.directory import Contact, Organisation
from storage.network import bump_knowledge
from storage.people import Person, Role
from tests.questions.knowing import PACKS
from tests.stage import Heard, Stage

CAMILLE, STAFF = "telegram:1", "slack:U9"


@pytest.fixture
async def stage(sqlite: Database) -> Stage:
    async with sqlite.transaction() as session:
        await seed(session, read_pack(PACKS["missions-locales"]), datetime(2024, 3, 15, 9, tzinfo=UTC))
    made = Stage(sqlite)
    await made.person("Camille", "Exemple", CAMILLE, "slack:U1", "web:1", roles=(Role.DIRECTOR,))
    await made.person("Sacha", "Équipe", STAFF, roles=(Role.STAFF,))
    return made


async def change(stage: Stage, key: str, **values: Any) -> None:
    """An event of the pack with other facts."""
    async with stage.database.transaction() as session:
        event = (await session.scalars(select(Event).where(Event.key == key))).one()
        for name, value in values.items():
            setattr(event, name, value)


def labels(heard: Heard) -> list[str]:
    return [button.label for button in heard.buttons]


def links(heard: Heard) -> dict[str, str]:
    return {button.label: button.url for button in heard.buttons if button.url}


async def test_an_answer_about_an_event_has_what_one_may_do_about_it(stage: Stage) -> None:
    await change(stage, "assemblee-generale-2024", place="Le Havre")
    told = await stage.says(CAMILLE, "C’est quand l’AG ?")
    assert "mercredi 9 octobre 2024" in told.text
    assert labels(told) == [calendar.ADD_TO_CALENDAR, calendar.MAP, calendar.REMIND_ME, calendar.SEE_CARD]
    assert "openstreetmap.org" in links(told)[calendar.MAP]
    file = await stage.presses(CAMILLE, told.button(calendar.ADD_TO_CALENDAR))
    assert file.messages[-1].attachment is not None and b"SUMMARY:Assembl" in file.messages[-1].attachment.content


async def test_me_le_rappeler_says_when_in_one_press(stage: Stage) -> None:
    told = await stage.says(CAMILLE, "C’est quand l’AG ?")
    promised = await stage.presses(CAMILLE, told.button(calendar.REMIND_ME))
    assert calendar.WILL_REMIND in promised.text
    assert "mercredi 2 octobre 2024" in promised.text and "mardi 8 octobre 2024" in promised.text
    muted = await stage.presses(CAMILLE, promised.button(calendar.MUTE))
    assert calendar.MUTED in muted.text
    again = await stage.presses(CAMILLE, told.button(calendar.REMIND_ME))  # an event silenced is reminded again
    assert "mardi 8 octobre 2024" in again.text
    assert "Assemblée générale" in (await stage.says(CAMILLE, "rappels")).text


async def test_nobody_is_promised_a_reminder_that_will_not_come(stage: Stage) -> None:
    told = await stage.says(CAMILLE, "C’est quand l’AG ?")
    remind = told.button(calendar.REMIND_ME)
    await stage.presses(CAMILLE, remind.action.replace("remind", "reply") + ":no")
    assert calendar.NOT_COMING_SO_SILENT in (await stage.presses(CAMILLE, remind)).text
    await stage.presses(CAMILLE, "calendar:pause")
    assert calendar.PAUSED in (await stage.presses(CAMILLE, remind)).text
    await change(stage, "assemblee-generale-2024", audience={"roles": ["elected"]})
    assert calendar.NO_REMINDER_FOR_YOU in (await stage.presses(CAMILLE, remind)).text


async def test_who_is_not_known_gets_no_personal_button(stage: Stage) -> None:
    told = await stage.says("telegram:77", "C’est quand l’AG ?")
    assert labels(told) == [calendar.ADD_TO_CALENDAR, calendar.SEE_CARD]


async def test_the_video_link_is_for_those_who_come(stage: Stage) -> None:
    await change(stage, "assemblee-generale-2024", video_link="https://visio.example/ag", remote=True)
    asked = "C’est quand l’AG ?"
    assert calendar.JOIN not in labels(await stage.says(CAMILLE, asked))
    remind = (await stage.says(CAMILLE, asked)).button(calendar.REMIND_ME).action
    await stage.presses(CAMILLE, remind.replace("remind", "reply") + ":remote")
    assert links(await stage.says(CAMILLE, asked))[calendar.JOIN] == "https://visio.example/ag"
    assert calendar.JOIN not in labels(await stage.says("telegram:77", asked))


async def test_documents_are_opened_from_the_answer_and_from_the_card(stage: Stage) -> None:
    documents = [{"title": "Ordre du jour", "link": "https://documents.example/odj.pdf"}]
    await change(stage, "assemblee-generale-2024", details={"documents": documents})
    told = await stage.says(CAMILLE, "C’est quand l’AG ?")
    assert links(told)["Ordre du jour"] == "https://documents.example/odj.pdf"
    assert "Ordre du jour" in links(await stage.presses(CAMILLE, told.button(calendar.SEE_CARD)))


async def test_of_what_is_over_or_cancelled_only_the_card_is_shown(stage: Stage) -> None:
    stage.clock.at = datetime(2024, 11, 2, 9, tzinfo=UTC)
    assert labels(await stage.says(CAMILLE, "C’était quand l’AG ?")) == [calendar.SEE_CARD]


async def test_an_event_that_is_gone_since_is_answered_without_buttons(stage: Stage) -> None:
    told = await stage.says(CAMILLE, "C’est quand l’AG ?")
    for verb in ("remind", "ics", "show"):
        gone = await stage.presses(CAMILLE, Button(label="…", action=f"calendar:{verb}:999999"))
        assert gone.text == calendar.GONE
    assert told.buttons


async def test_an_answer_says_where_it_comes_from_and_since_when_it_is_otherwise(stage: Stage) -> None:
    before = await stage.says(CAMILLE, "C’est quand le CA ?")
    assert "2 février 2024" in before.text and "mis à jour" not in before.text
    understood = await stage.says(STAFF, "déplace le conseil d’administration au 27 juin 2024")
    await stage.presses(STAFF, understood.button("Oui, enregistrer"))
    after = await stage.says(CAMILLE, "C’est quand le CA ?")
    assert "jeudi 27 juin 2024" in after.text and "mis à jour le 15 mars 2024" in after.text
    card = await stage.presses(CAMILLE, after.button(calendar.SEE_CARD))
    assert "mis à jour le vendredi 15 mars 2024" in card.text


async def test_an_hour_is_said_with_its_zone_to_who_lives_in_another(stage: Stage) -> None:
    number = await stage.person("Ravi", "Lointain", "web:9")
    async with stage.database.transaction() as session:
        (await session.get_one(Person, number)).zone = "Indian/Reunion"
    begins = datetime(2024, 10, 9, 12, tzinfo=UTC)
    await change(stage, "assemblee-generale-2024", precision="minute", starts_at=begins, ends_at=None)
    async with stage.database.transaction() as session:
        await bump_knowledge(session)
    there = (await stage.says("web:9", "À quelle heure est l’AG ?")).text
    assert "16\u00a0h, heure de La Réunion" in there and "14\u00a0h, heure de Paris" in there
    assert "heure de" not in (await stage.says(CAMILLE, "À quelle heure est l’AG ?")).text


async def test_a_long_list_has_pages_that_turn_in_place(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        session.add_all(an_event(number) for number in range(1, 21))
        await bump_knowledge(session)
    first = await stage.says(CAMILLE, "Qu’est-ce qu’il y a en novembre 2024 ?")
    assert "(1 à 8 sur 20)" in first.text and "Réunion 8**" in first.text and "Réunion 9**" not in first.text
    second = await stage.presses(CAMILLE, first.button("Suite"))
    assert "(9 à 16 sur 20)" in second.text and "Réunion 9**" in second.text
    assert stage.channels["telegram"].arrived[-1].edits == "m1"
    last = await stage.presses(CAMILLE, second.button("Suite"))
    assert "Réunion 20**" in last.text and labels(last) == ["← Avant"]
    assert "(9 à 16 sur 20)" in (await stage.presses(CAMILLE, last.button("Avant"))).text


def an_event(number: int) -> Event:
    on = date(2024, 11, number)
    return Event(
        key=f"reunion-{number}", name=f"Réunion {number}", precision="day", starts_on=on, ends_on=on,
        zone="Europe/Paris", updated_at=datetime(2024, 1, 1, tzinfo=UTC), source="Agenda",
    )  # fmt: skip


async def test_the_people_of_an_organisation_have_pages_too(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        session.add(Organisation(key="foyer", name="Foyer des Arts", updated_at=datetime(2024, 1, 1, tzinfo=UTC)))
        session.add_all(
            Contact(
                key=f"foyer-{n}", given_name="Ada", family_name=f"Xylo{chr(96 + n)}", function="membre",
                organisation="foyer", updated_at=datetime(2024, 1, 1, tzinfo=UTC),
            )
            for n in range(1, 13)
        )  # fmt: skip
        await bump_knowledge(session)
    first = await stage.says(CAMILLE, "Qui travaille chez Foyer des Arts ?")
    assert "XYLOH" in first.text and "XYLOI" not in first.text
    assert "XYLOL" in (await stage.presses(CAMILLE, first.button("Suite"))).text


@pytest.mark.parametrize(
    "action",
    [
        "question:more:20240230:20240401:::0", "question:more:20240401:20240101:::0", "question:more:x:y:z:b:8",
        "question:more:::ffffffffff::0", "question:people:0000000000:who:8", "question:people", "question:more:::::-3",
    ],
)  # fmt: skip
async def test_a_made_up_page_is_answered_politely(stage: Stage, action: str) -> None:
    assert (await stage.presses(CAMILLE, action)).text


async def test_what_is_not_known_names_whom_to_ask(stage: Stage) -> None:
    told = await stage.says(CAMILLE, "Le parking de la gare est-il gratuit ?")
    people = await stage.presses(CAMILLE, told.button("Qui contacter"))
    assert "christian.viet@" in people.text and "01 42 44 14 56" in people.text
    sent = await stage.presses(CAMILLE, told.button("Demander à l’équipe"))  # the press in between changes nothing
    assert "transmis" in sent.text
