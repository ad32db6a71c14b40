"""What the tables of consultations promise, on both engines."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from storage.ballots import Ballot, Participation
from storage.base import insert_or_ignore
from storage.consultations import (
    Choice,
    Consultation,
    Question,
    consultation_by_slug,
    consultation_of_question,
    consultations_with,
    whole_consultation,
)
from storage.database import Database
from storage.voices import expected_voices, members, person_voice, structure_voice
from tests.conversations.consulting import NOW, Network, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


def ballot(number: int, key: str, receipt: str) -> Ballot:
    return Ballot(consultation_id=number, voice_key=key, submitted_at=NOW, receipt=receipt)


async def test_a_voice_has_one_ballot(network: Network) -> None:
    number = await a_consultation(network.database)
    other = await a_consultation(network.database, slug="other")
    async with network.database.transaction() as session:
        session.add_all([ballot(number, "structure:1", "A"), ballot(other, "structure:1", "B")])
    with pytest.raises(IntegrityError):
        async with network.database.transaction() as session:
            session.add(ballot(number, "structure:1", "C"))
    row = {"consultation_id": number, "voice_key": "structure:1", "at": NOW}
    async with network.database.transaction() as session:
        assert await insert_or_ignore(session, Participation, [row]) == 1
        assert await insert_or_ignore(session, Participation, [row]) == 0


async def test_a_consultation_comes_with_questions_and_choices_in_order(network: Network) -> None:
    number = await a_consultation(network.database)
    async with network.database.reading() as session:
        by_id, by_slug = await whole_consultation(session, number), await consultation_by_slug(session, "avis")
        assert by_id is not None
        assert by_id is by_slug
        assert [question.key for question in by_id.questions] == ["clair", "moyens", "suite", "texte"]
        assert [choice.label for choice in by_id.questions[0].choices] == ["Oui", "Plutôt oui", "Non"]
        found = await consultation_of_question(session, by_id.questions[2].id)
        assert found is by_id
        assert await consultation_of_question(session, 10**9) is None


async def test_those_that_close_first_come_first(network: Network) -> None:
    for slug, close in (("never", None), ("late", NOW.replace(day=30)), ("soon", NOW.replace(day=20))):
        await a_consultation(network.database, slug=slug, closes_at=close)
    async with network.database.reading() as session:
        assert [one.slug for one in await consultations_with(session, "open")] == ["soon", "late", "never"]
        assert await consultations_with(session, "closed") == []


async def test_what_is_asked_goes_with_the_consultation(network: Network) -> None:
    number = await a_consultation(network.database)
    async with network.database.transaction() as session:
        await session.execute(delete(Consultation).where(Consultation.id == number))
    async with network.database.reading() as session:
        for table in (Question, Choice):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("audience", "voices"),
    [
        ({}, ["ARML Bretagne", "ML Brest", "ML Guyane", "ML Rennes"]),
        ({"kinds": ["mission-locale"]}, ["ML Brest", "ML Guyane", "ML Rennes"]),
        ({"kinds": ["mission-locale"], "regions": ["53"]}, ["ML Brest", "ML Rennes"]),
        ({"regions": ["99"]}, []),
        ({"roles": ["director"]}, ["ARML Bretagne", "ML Brest", "ML Guyane", "ML Rennes"]),
    ],
)
async def test_structures_are_expected_by_region_and_kind(
    network: Network, audience: dict[str, Any], voices: list[str]
) -> None:
    number = await a_consultation(network.database, audience=audience)
    async with network.database.reading() as session:
        consultation = await session.get_one(Consultation, number)
        assert [voice.name for voice in await expected_voices(session, consultation)] == voices


async def test_people_are_expected_by_role(network: Network) -> None:
    number = await a_consultation(network.database, voice="person", audience={"roles": ["director", "elected"]})
    async with network.database.reading() as session:
        consultation = await session.get_one(Consultation, number)
        expected = await expected_voices(session, consultation)
        assert {voice.key for voice in expected} == {
            person_voice(network.people[name]) for name in ("Bruno", "Carla", "Denis", "Elsa")
        }
        assert {voice.name: voice.region for voice in expected}["Carla Test"] == "Guyane"


async def test_members_of_a_voice_are_those_who_may_answer(network: Network) -> None:
    number = await a_consultation(network.database, audience={"roles": ["director", "elected"]})
    rennes = structure_voice(network.structures["ML Rennes"])
    async with network.database.reading() as session:
        consultation = await session.get_one(Consultation, number)
        found = await members(session, consultation, [rennes])
        assert [(one.name, one.is_director, one.zone) for one in found] == [
            ("Bruno Test", True, "Europe/Paris"),
            ("Elsa Test", False, "Europe/Paris"),
        ]
        everybody = await members(session, consultation)
        assert {one.name for one in everybody} == {"Bruno Test", "Elsa Test", "Carla Test"}
        assert await members(session, consultation, []) == []
