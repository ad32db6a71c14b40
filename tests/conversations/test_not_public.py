"""What is not public is told to nobody who is not meant: not by a question, a list, a card or a forged press."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from storage.agenda import Event, Precision
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.directory import Contact
from storage.network import bump_knowledge
from storage.people import Role
from tests.stage import Stage

STRANGER, PARTICIPANT, STAFF = "telegram:666", "slack:U1", "telegram:9"
HIDDEN = ("Conclave", "Zurbarán", "zurbaran@exemple.fr", "06 11 22 33 44", "Abbaye de Fontevraud")


async def a_stage(database: Database) -> tuple[Stage, int, int]:
    stage = Stage(database)
    await stage.person("Camille", "Modèle", PARTICIPANT)
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    async with database.transaction() as session:
        event = Event(
            key="conclave",
            name="Conclave des financeurs",
            precision=Precision.MINUTE,
            starts_on=date(2024, 4, 5),
            ends_on=date(2024, 4, 5),
            starts_at=datetime(2024, 4, 5, 8, tzinfo=UTC),
            zone="Europe/Paris",
            place="Abbaye de Fontevraud",
            public=False,
            audience={"roles": [Role.STAFF]},
            updated_at=stage.clock.at,
        )
        contact = Contact(
            key="zurbaran",
            given_name="Inès",
            family_name="Zurbarán",
            email="zurbaran@exemple.fr",
            phone="06 11 22 33 44",
            function="Trésorière",
            organisation="",
            public=False,
            updated_at=stage.clock.at,
        )
        session.add_all([event, contact])
        await session.flush()
        await bump_knowledge(session)
        return stage, event.id, contact.id


QUESTIONS = (
    "C’est quand le conclave des financeurs ?",
    "conclave",
    "Où a lieu le conclave ?",
    "Qu’est-ce qu’il y a en avril ?",
    "Que se passe-t-il le 5 avril ?",
    "le mail de Inès Zurbarán ?",
    "Qui est la trésorière ?",
    "Qui contacter ?",
    "le téléphone de Zurbaran",
    "agenda",
    "contact",
    "contact Zurbarán",
    "aide",
)


@pytest.mark.parametrize("who", [STRANGER, PARTICIPANT])
async def test_no_question_and_no_list_tells_it(sqlite: Database, who: str) -> None:
    stage, _, _ = await a_stage(sqlite)
    for question in QUESTIONS:
        heard = await stage.says(who, question)
        shown = heard.text + " ".join(button.label for button in heard.buttons)
        told = [word for word in HIDDEN if word in shown.replace("\\", "") and word.lower() not in question.lower()]
        assert told == [], question


async def audited(stage: Stage) -> Sequence[str]:
    async with stage.database.reading() as session:
        return (await session.scalars(select(AuditEntry.act))).all()


@pytest.mark.parametrize("who", [STRANGER, PARTICIPANT])
async def test_no_forged_press_shows_it(sqlite: Database, who: str) -> None:
    stage, event, contact = await a_stage(sqlite)
    for action in (f"calendar:show:{event}", f"calendar:open:{event}", f"contact:show:{contact}"):
        heard = await stage.presses(who, action)
        assert not [word for word in HIDDEN if word in heard.text], action
    assert (await audited(stage)).count(Act.RIGHT_REFUSED) == 3


async def test_those_who_are_meant_see_it_on_their_agenda(sqlite: Database) -> None:
    stage, _, _ = await a_stage(sqlite)
    assert "Conclave" in (await stage.says(STAFF, "agenda")).text
