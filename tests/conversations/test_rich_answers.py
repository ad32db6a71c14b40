"""What comes with an answer: buttons about its event, a card of its contact, the rest of a list, the source."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from handlers.calendar import wording as calendar
from handlers.messages import Button
from storage.agenda import Event
from storage.database import Database
from storage.people import Role
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
