"""What Concerte does not know goes to staff, comes back to the asker, and is known from then on."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from handlers.questions import ticket_wording as words
from handlers.questions.digesting import weekly_digest
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.people import Role
from storage.tickets import Ticket, TicketState
from tests.stage import Stage

ASKER, STAFF, OTHER = "telegram:1", "slack:U9", "web:5"
QUESTION = "Le parking de la gare est-il gratuit pour nous ?"
ANSWER = "Oui, le parking est offert aux participants."


@pytest.fixture
async def stage(database: Database) -> Stage:
    made = Stage(database)
    await made.person("Camille", "Exemple", ASKER)
    await made.person("Sacha", "Équipe", STAFF, roles=(Role.STAFF,))
    await made.person("Dominique", "Exemple", OTHER)
    return made


async def test_a_question_goes_to_staff_and_the_answer_comes_back_and_is_kept(stage: Stage) -> None:
    unknown = await stage.says(ASKER, QUESTION)
    sent = await stage.presses(ASKER, unknown.button(words.ASK_STAFF))
    assert sent.text == words.SENT
    asked = await stage.heard(STAFF)
    assert "parking" in asked.text
    assert "Camille Exemple" in asked.text
    await stage.presses(STAFF, asked.button(words.REPLY))
    replied = await stage.says(STAFF, ANSWER)
    assert replied.text == words.REPLIED
    assert ANSWER in (await stage.heard(ASKER)).text
    kept = await stage.presses(STAFF, replied.button(words.KEEP))
    assert "C’est gardé" in kept.text and ANSWER in kept.text
    again = await stage.says(OTHER, QUESTION)
    assert "offert aux participants" in again.text
    assert words.SOURCE in again.text


async def test_nobody_is_asked_unless_the_asker_wants(stage: Stage) -> None:
    await stage.says(ASKER, QUESTION)
    assert (await stage.heard(STAFF)).messages == []


async def test_staff_correct_a_wrong_answer_in_one_press(stage: Stage) -> None:
    said = await stage.says(STAFF, QUESTION)
    await stage.presses(STAFF, said.button(words.ASK_STAFF))
    ticket = (await stage.heard(STAFF)).button(words.REPLY)
    await stage.presses(STAFF, ticket)
    await stage.presses(STAFF, (await stage.says(STAFF, "Non.")).button(words.KEEP))
    wrong = await stage.says(STAFF, QUESTION)
    await stage.presses(STAFF, wrong.button(words.WRONG))
    assert (await stage.says(STAFF, ANSWER)).text == words.CORRECTED
    heard = await stage.says(OTHER, QUESTION)
    assert "offert aux participants" in heard.text
    assert "Non." not in heard.text


async def test_two_members_of_staff_answer_once(stage: Stage) -> None:
    await stage.person("Alex", "Équipe", "telegram:8", roles=(Role.STAFF,))
    await stage.presses(ASKER, (await stage.says(ASKER, QUESTION)).button(words.ASK_STAFF))
    first, second = await stage.heard(STAFF), await stage.heard("telegram:8")
    await stage.presses(STAFF, first.button(words.REPLY))
    await stage.presses("telegram:8", second.button(words.REPLY))
    await stage.says(STAFF, ANSWER)
    assert (await stage.says("telegram:8", "Autre chose.")).text == words.ALREADY_ANSWERED
    assert "Autre chose" not in (await stage.heard(ASKER)).text
    assert (await stage.presses("telegram:8", second.button(words.CLOSE))).text == words.ALREADY_ANSWERED


async def test_only_staff_answer_and_a_forged_press_is_audited(stage: Stage) -> None:
    await stage.presses(ASKER, (await stage.says(ASKER, QUESTION)).button(words.ASK_STAFF))
    for action in ("ticket:reply:1", "ticket:keep:1", "ticket:close:1"):
        assert "réservée" in (await stage.presses(OTHER, action)).text
    async with stage.database.reading() as session:
        assert (await session.scalars(select(AuditEntry.act))).all() == [Act.RIGHT_REFUSED] * 3
        assert (await session.scalars(select(Ticket.state))).all() == [TicketState.OPEN]


async def test_what_staff_write_is_shown_as_written(stage: Stage) -> None:
    await stage.presses(ASKER, (await stage.says(ASKER, "<b>*Quoi*</b> d’autre ?")).button(words.ASK_STAFF))
    await stage.presses(STAFF, (await stage.heard(STAFF)).button(words.REPLY))
    await stage.says(STAFF, "Voir [ici](http://x.example) *vite*")
    assert "\\[ici\\]" in (await stage.heard(ASKER)).text


async def test_the_list_shows_what_waits(stage: Stage) -> None:
    assert (await stage.says(STAFF, "tickets")).text == words.NONE_WAITING
    await stage.presses(ASKER, (await stage.says(ASKER, QUESTION)).button(words.ASK_STAFF))
    assert "parking" in (await stage.says(STAFF, "tickets")).text


async def test_the_weekly_digest_is_told_once_on_monday_morning(stage: Stage) -> None:
    await stage.says(ASKER, QUESTION)
    await stage.says(OTHER, QUESTION)
    monday = datetime(2024, 3, 18, 8, 30, tzinfo=UTC)
    for instant, told in ((monday.replace(hour=7), 0), (monday, 1), (monday, 0), (monday.replace(day=19), 0)):
        async with stage.database.transaction() as session:
            assert await weekly_digest(session, instant) == told
    stage.clock.at = monday
    heard = await stage.heard(STAFF)
    assert heard.text.count("parking") == 1
    assert "Camille" not in heard.text
