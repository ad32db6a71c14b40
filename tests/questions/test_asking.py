"""The handler, on both databases: what is written, when the knowledge is made again, what a press answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from handlers.messages import Reply
from handlers.questions.asking import Questions
from handlers.questions.caching import KnowledgeCache
from handlers.request import Inbound, Press, Request, Someone
from storage.agenda import Event
from storage.conversations import conversation
from storage.database import Database
from storage.network import Region, bump_knowledge
from tests.questions.knowing import PACKS

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


@pytest.fixture
async def seeded(database: Database) -> Database:
    """A database with the default pack."""
    async with database.transaction() as session:
        await seed(session, read_pack(PACKS["missions-locales"]), NOW)
    return database


async def ask(
    database: Database, questions: Questions, text: str = "", press: str = "", person: Someone | None = None,
    now: datetime = NOW,
) -> Reply:  # fmt: skip
    """One update, as the gateway would handle it."""
    inbound = Inbound(
        platform="web",
        update_id="1",
        account="a",
        chat="c",
        text=text or None,
        press=Press(action=press) if press else None,
        received_at=now,
    )
    async with database.transaction() as session:
        request = Request(inbound=inbound, account_id=1, person=person)
        return await questions.answer(request, session, await conversation(session, request.holder))


async def said(reply: Reply) -> str:
    """The text of a reply of one message."""
    (message,) = reply.messages
    return message.text


async def test_a_question_is_answered_and_its_subject_remembered(seeded: Database) -> None:
    questions = Questions()
    assert "mercredi 26 juin 2024" in await said(await ask(seeded, questions, "C'est quand le CA ?"))
    async with seeded.reading() as session:
        kept = await conversation(session, "account:1")
        assert kept.memory["events"] == ["conseil-d-administration-2024-06-26"]
        assert kept.memory_at == NOW


async def test_a_follow_up_finds_the_subject_within_half_an_hour_and_not_after(seeded: Database) -> None:
    questions = Questions()
    await ask(seeded, questions, "tel viet")
    soon = await ask(seeded, questions, "et son mail ?", now=NOW + timedelta(minutes=29))
    assert "christian.viet@" in await said(soon)
    late = await ask(seeded, questions, "et son mail ?", now=NOW + timedelta(minutes=60))
    assert "@" not in await said(late)


async def test_another_process_knows_what_was_spoken_of(seeded: Database) -> None:
    await ask(seeded, Questions(), "C'est quand les Rencontres nationales ?")
    assert "Havre" in await said(await ask(seeded, Questions(), "et où ?"))


async def test_the_coordinates_come_with_a_card(seeded: Database) -> None:
    (message,) = (await ask(seeded, Questions(), "Le téléphone de Camille Zind ?")).messages
    assert message.contact is not None and message.contact.phone == "01 42 44 14 56"


async def test_who_somebody_is_comes_without_a_card_but_with_a_button_to_the_coordinates(seeded: Database) -> None:
    questions = Questions()
    (message,) = (await ask(seeded, questions, "Qui est Camille Zind ?")).messages
    assert message.contact is None and "01 42" not in message.text
    (button,) = message.buttons[0]
    assert "01 42 44 14 56" in await said(await ask(seeded, questions, press=button.action))


async def test_a_near_miss_is_a_button_that_answers_when_pressed(seeded: Database) -> None:
    questions = Questions()
    (message,) = (await ask(seeded, questions, "le mail de Sophie Viet")).messages
    (button,) = message.buttons[0]
    assert "christian.viet@" in await said(await ask(seeded, questions, press=button.action))


@pytest.mark.parametrize(
    "action",
    ["question:contact:0000000000:phone", "question:event:xyz:", "question", "question:::", "question:a:b:c:d:e"],
)
async def test_a_forged_or_outdated_press_is_answered_politely(seeded: Database, action: str) -> None:
    assert "Je ne sais pas" in await said(await ask(seeded, Questions(), press=action))


async def test_what_staff_change_is_known_at_the_next_question(seeded: Database) -> None:
    questions = Questions()
    assert "26 juin" in await said(await ask(seeded, questions, "C'est quand le CA ?"))
    async with seeded.transaction() as session:
        board = (await session.scalars(select(Event).where(Event.key == "conseil-d-administration-2024-06-26"))).one()
        board.starts_on = board.ends_on = date(2024, 6, 27)
        await bump_knowledge(session)
    assert "jeudi 27 juin 2024" in await said(await ask(seeded, questions, "C'est quand le CA ?"))


async def test_the_knowledge_is_made_once_for_a_version(seeded: Database) -> None:
    cache = KnowledgeCache()
    async with seeded.reading() as session:
        first = await cache.current(session)
        assert await cache.current(session) is first
    async with seeded.transaction() as session:
        await bump_knowledge(session)
    async with seeded.reading() as session:
        assert await cache.current(session) is not first


async def test_what_is_not_public_is_not_told(seeded: Database) -> None:
    async with seeded.transaction() as session:
        board = (await session.scalars(select(Event).where(Event.key == "conseil-d-administration-2024-06-26"))).one()
        board.public = False
        await bump_knowledge(session)
    assert "26 juin" not in await said(await ask(seeded, Questions(), "C'est quand le CA ?"))


async def test_my_region_is_that_of_the_person_who_asks(seeded: Database) -> None:
    async with seeded.reading() as session:
        region = (await session.scalars(select(Region).where(Region.code == "53"))).one()
    person = Someone(id=7, name="Anne Test", given_name="Anne", region_id=region.id, region=region.name)
    assert "Bretagne" in await said(
        await ask(seeded, Questions(), "C'est quand l'atelier dans ma région ?", person=person)
    )


async def test_an_empty_database_answers_that_it_does_not_know(database: Database) -> None:
    assert "ne" in await said(await ask(database, Questions(), "C'est quand l'AG ?"))


async def _no_consultation(request: Request, session: AsyncSession) -> list[tuple[str, str]]:
    return []


async def _one(request: Request, session: AsyncSession) -> list[tuple[str, str]]:
    return [("Gouvernance du réseau", "lundi 15 avril 2024 à 18 h")]


async def _three(request: Request, session: AsyncSession) -> list[tuple[str, str]]:
    return [*await _one(request, session), ("Mobilité des jeunes", ""), ("Label", "mardi 2 avril 2024 à 9 h")]


DEADLINES = [
    (_one, "jusqu'à quand on peut répondre au sondage ?", ["15 avril 2024 à 18 h", "Gouvernance"], ["consultations"]),
    (_one, "c'est quand la date limite ?", ["15 avril 2024 à 18 h"], []),
    (_three, "le questionnaire sur le label ferme quand ?", ["2 avril"], ["15 avril"]),
    (_three, "on a jusqu'à quand pour l'enquête mobilité ?", ["pas de date limite"], ["15 avril", "2 avril"]),
    (_three, "c'est quoi la deadline pour répondre ?", ["15 avril", "2 avril", "« consultations »"], []),
    (_no_consultation, "il faut voter avant quand ?", ["Aucune consultation"], []),
    (_one, "c'est quand l'AG ? et jusqu'à quand répondre au sondage ?", ["9 octobre", "15 avril"], []),
]


async def test_the_deadline_of_a_consultation_is_answered_with_its_date(seeded: Database) -> None:
    for closings, question, says, never in DEADLINES:
        told = plain_text(await said(await ask(seeded, Questions(closings=closings), question)))
        assert [text for text in says if text not in told] == [], (question, told)
        assert [text for text in never if text in told] == [], (question, told)


def plain_text(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
