"""Tickets in the room of staff, from groups, in doubt, late, and once."""

from datetime import UTC, datetime

import pytest

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from handlers.questions import ticket_wording as words
from handlers.questions.asking import DOUBTFUL
from handlers.questions.digesting import weekly_digest
from schedules.retry import DeliveryError
from storage.database import Database
from storage.people import Role
from tests.questions.knowing import HERE, PACKS
from tests.questions.knowing import ask as ask_alone
from tests.questions.tables import phrases
from tests.stage import Stage

ASKER, STAFF, OTHER = "telegram:1", "slack:U9", "web:5"
ROOM = "slack:C7"
QUESTION = "Le parking de la gare est-il gratuit pour nous ?"
ANSWER = "Oui, le parking est offert aux participants."


@pytest.fixture
async def stage(sqlite: Database) -> Stage:
    made = Stage(sqlite)
    await made.person("Camille", "Exemple", ASKER)
    await made.person("Sacha", "Équipe", STAFF, roles=(Role.STAFF,))
    await made.person("Dominique", "Exemple", OTHER)
    return made


async def ask(stage: Stage, who: str = ASKER, question: str = QUESTION) -> None:
    """Somebody has a question sent to staff."""
    await stage.presses(who, (await stage.says(who, question)).button(words.ASK_STAFF))


async def test_each_button_sends_the_question_it_stands_under(stage: Stage) -> None:
    first = await stage.says(ASKER, QUESTION)
    await stage.says(ASKER, "Et le vestiaire, il est surveillé ?")
    await stage.presses(ASKER, first.button(words.ASK_STAFF))
    heard = (await stage.heard(STAFF)).text
    assert "parking" in heard and "vestiaire" not in heard


async def test_a_question_is_sent_once_however_often_the_button_is_pressed(stage: Stage) -> None:
    button = (await stage.says(ASKER, QUESTION)).button(words.ASK_STAFF)
    assert (await stage.presses(ASKER, button)).text == words.SENT
    await stage.says(ASKER, "bonjour")
    assert (await stage.presses(ASKER, button)).text == words.SENT_BEFORE
    assert len((await stage.heard(STAFF)).messages) == 1


async def test_nobody_sends_a_question_in_the_name_of_another(stage: Stage) -> None:
    button = (await stage.says(ASKER, QUESTION, room="-5")).button(words.ASK_STAFF)
    assert (await stage.presses(OTHER, button)).text == words.FORGOTTEN
    assert (await stage.heard(STAFF)).messages == []


async def test_a_question_that_leans_on_the_one_before_is_sent_with_it_and_never_kept(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        await seed(session, read_pack(PACKS["missions-locales"]), stage.clock.at)
    await stage.says(ASKER, "C’est quand l’AG ?")
    await stage.presses(ASKER, (await stage.says(ASKER, "et à quelle heure ?")).button(words.ASK_STAFF))
    asked = await stage.heard(STAFF)
    assert "Assemblée générale" in asked.text
    await stage.presses(STAFF, asked.button(words.REPLY))
    replied = await stage.says(STAFF, "À 14 h.")
    assert replied.text == words.SENT_BACK and not replied.buttons
    await stage.says(STAFF, "C’est quand l’AG ?")
    wrong = await stage.says(STAFF, "et où ?")
    assert (await stage.presses(STAFF, wrong.button(words.WRONG))).text == words.ASK_IN_FULL


async def test_what_is_typed_long_after_is_sent_only_when_it_was_meant(stage: Stage) -> None:
    await ask(stage)
    await stage.presses(STAFF, (await stage.heard(STAFF)).button(words.REPLY))
    stage.wait(31 * 60)
    asked = await stage.says(STAFF, "C’est quand le séminaire ?")
    assert "parking" in asked.text
    await stage.presses(STAFF, asked.button(words.DROP))
    assert "séminaire" not in (await stage.heard(ASKER)).text
    await stage.presses(STAFF, (await stage.heard(STAFF)).button(words.REPLY))
    stage.wait(31 * 60)
    late = await stage.says(STAFF, ANSWER)
    assert (await stage.presses(STAFF, late.button(words.SEND_IT))).text == words.REPLIED
    assert ANSWER in (await stage.heard(ASKER)).text


async def test_a_voice_message_is_not_taken_for_the_answer(stage: Stage) -> None:
    await ask(stage)
    await stage.presses(STAFF, (await stage.heard(STAFF)).button(words.REPLY))
    heard = await stage.sends_wordless(STAFF, "voice")
    assert "vocaux" in heard.text
    resumed = await stage.presses(STAFF, heard.button("Reprendre la réponse"))
    assert "parking" in resumed.text
    assert (await stage.says(STAFF, ANSWER)).text == words.REPLIED


async def test_tickets_go_to_the_room_of_staff_and_are_answered_from_there(stage: Stage) -> None:
    assert (await stage.says(STAFF, "tickets ici", room="C7")).text == words.ROOM_SET
    await ask(stage)
    assert (await stage.heard(STAFF)).messages == []  # the room has it, nobody is written to apart
    shown = await stage.heard(ROOM)
    assert "parking" in shown.text and "Camille Exemple" in shown.text
    ref = f"m{len(stage.channels['slack'].arrived)}"
    taken = await stage.presses(STAFF, shown.button(words.REPLY), room="C7", message=ref)
    assert "Sacha Équipe s’en charge" in taken.text and "parking" in taken.text
    assert stage.channels["slack"].arrived[-1].edits == ref or stage.channels["slack"].arrived[-2].edits == ref
    assert "parking" in (await stage.heard(STAFF)).text  # asked for the answer in private
    await stage.says(STAFF, ANSWER)
    assert ANSWER in (await stage.heard(ASKER)).text
    answered = await stage.heard(ROOM)
    assert "Réponse de Sacha Équipe" in answered.text
    await stage.presses(STAFF, answered.button(words.KEEP), room="C7", message=ref)
    assert "offert aux participants" in (await stage.says(OTHER, QUESTION)).text


async def test_a_room_that_is_lost_does_not_lose_the_tickets(stage: Stage) -> None:
    await stage.says(STAFF, "tickets ici", room="C7")
    stage.channels["slack"].faults.append(DeliveryError("not_in_channel", permanent=True))
    await ask(stage)
    await stage.worker.drain()
    await ask(stage, OTHER, "Et le vestiaire, il est surveillé ?")
    told = (await stage.heard(STAFF)).text
    assert "vestiaire" in told and words.ROOM_LOST in told
    assert "parking" in (await stage.says(STAFF, "tickets")).text
    assert (await stage.says(STAFF, "tickets en privé")).text == words.ROOM_NONE


async def test_only_staff_name_the_room_and_only_in_a_room(stage: Stage) -> None:
    assert "réservée" in (await stage.says(OTHER, "tickets ici", room="C8")).text
    assert (await stage.says(STAFF, "tickets ici")).text == words.ROOM_IS_A_CHANNEL
    assert (await stage.says(STAFF, "/tickets ici", room="C7")).text == words.ROOM_SET


async def test_what_was_asked_in_a_group_is_answered_there(stage: Stage) -> None:
    button = (await stage.says(ASKER, QUESTION, room="-5")).button(words.ASK_STAFF)
    assert (await stage.presses(ASKER, button, room="-5")).text == words.SENT_HERE
    asked = await stage.heard(STAFF)
    assert "lue par tous" in asked.text
    await stage.presses(STAFF, asked.button(words.REPLY))
    await stage.says(STAFF, ANSWER)
    assert ANSWER in (await stage.heard("telegram:-5")).text
    assert ANSWER not in (await stage.heard(ASKER)).text


@pytest.fixture
def in_part() -> str:
    """A question that is answered by a topic which fits it only in part."""
    tables = phrases(*sorted((HERE / "phrases").glob("*.yaml")))
    asked = (p.question for p in tables if p.understood and not p.after)
    return next(question for question in asked if ask_alone(question).reading.confidence < DOUBTFUL)


async def test_who_is_in_doubt_of_an_answer_may_say_so(in_part: str, stage: Stage) -> None:
    async with stage.database.transaction() as session:
        await seed(session, read_pack(PACKS["missions-locales"]), stage.clock.at)
    told = await stage.says(ASKER, in_part)
    await stage.presses(ASKER, told.button(words.NOT_WHAT_I_ASKED))
    heard = (await stage.heard(STAFF)).text
    assert "jugée inexacte" in heard


async def test_the_digest_counts_the_tickets_that_wait_and_is_told_on_tuesday_after_a_monday_down(
    stage: Stage,
) -> None:
    await ask(stage)
    tuesday = datetime(2024, 3, 19, 8, 30, tzinfo=UTC)
    for instant, told in ((tuesday.replace(hour=2), 0), (tuesday, 1), (tuesday.replace(day=20), 0)):
        async with stage.database.transaction() as session:
            assert await weekly_digest(session, instant) == told
    stage.clock.at = tuesday
    assert words.waiting(1) in (await stage.heard(STAFF)).text
