"""A structure changes its director: what it did stays, who leaves keeps nothing, who arrives goes on."""

import pytest
from sqlalchemy import select

from handlers.account import staff_wording as wording
from storage.audit import Act, AuditEntry
from storage.ballots import Ballot
from storage.consultations import Draft
from storage.database import Database
from storage.outbox import Delivery, Kind, State, enqueue
from storage.people import Person, Role, RoleGrant
from tests.conversations.consulting import a_consultation
from tests.stage import Stage

STAFF, OLD, NEW = "telegram:9", "telegram:1", "slack:U2"


async def answer(stage: Stage, who: str, *, send: bool = True) -> None:
    await stage.says(who, "consultations")
    opened = await stage.presses(who, (await stage.heard(who)).button("Votre avis"))
    await stage.presses(who, opened.button("Commencer"))
    await stage.says(who, "oui")
    if send:
        for _ in range(3):
            heard = await stage.heard(who)
            await stage.presses(who, heard.button("Passer"))
        await stage.presses(who, (await stage.heard(who)).button("Envoyer"))


async def a_stage(database: Database) -> tuple[Stage, int, int]:
    stage = Stage(database)
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    old = await stage.person("Dominique", "Ancien", OLD, roles=(Role.DIRECTOR,), structure="ML Rouen", region="28")
    new = await stage.person("Lou", "Nouvelle", NEW, roles=(Role.PARTICIPANT,), structure="ML Caen", region="28")
    await a_consultation(database)
    return stage, old, new


async def rows(stage: Stage, query: object) -> list[object]:
    async with stage.database.reading() as session:
        return list((await session.scalars(query)).all())  # type: ignore[call-overload]  # any select of one column


async def test_the_new_director_finds_what_the_structure_answered(database: Database) -> None:
    stage, old, new = await a_stage(database)
    await answer(stage, OLD)
    asked = await stage.says(STAFF, "remplacer Dominique Ancien par Lou Nouvelle")
    assert "ML Rouen" in asked.text and "quitte ML Caen" in asked.text
    done = await stage.presses(STAFF, asked.button(wording.HAND_OVER))
    assert "Lou Nouvelle" in done.text
    async with database.reading() as session:
        gone, came = await session.get_one(Person, old), await session.get_one(Person, new)
        ballot = (await session.scalars(select(Ballot))).one()
        roles = (await session.execute(select(RoleGrant.person_id, RoleGrant.role))).all()
    assert gone.structure_id is None and came.structure_id is not None
    assert ballot.voice_key == f"structure:{came.structure_id}"
    assert (old, Role.DIRECTOR) not in roles and (old, Role.PARTICIPANT) in roles and (new, Role.DIRECTOR) in roles
    assert "n’agissez plus" in (await stage.heard(OLD)).text
    assert "au nom de votre structure, ML Rouen" in (await stage.heard(NEW)).text
    listed = await stage.says(NEW, "consultations")
    opened = await stage.presses(NEW, listed.button("Votre avis"))
    assert "Dominique Ancien" in opened.text  # who sent the answer that stands
    assert "Votre avis" not in (await stage.says(OLD, "consultations")).text
    acts = await rows(stage, select(AuditEntry.act).order_by(AuditEntry.id))
    assert acts[-2:] == [Act.ROLE_TAKEN, Act.ROLE_GIVEN]


async def test_what_the_old_director_had_begun_and_was_to_be_nudged_about_goes(database: Database) -> None:
    stage, old, new = await a_stage(database)
    await answer(stage, OLD, send=False)
    nudge = {"about": "nudge:1:x", "kind": Kind.NUDGE, "platform": "telegram", "chat": "1", "person_id": old}
    async with database.transaction() as session:
        later = stage.clock.at.replace(year=2025)
        await enqueue(session, [{**nudge, "payload": {"text": "x"}, "due_at": later, "created_at": stage.clock.at}])
    assert await rows(stage, select(Draft.id))
    await stage.presses(STAFF, (await stage.says(STAFF, "remplacer Dominique Ancien par Lou Nouvelle")).buttons[0])
    assert await rows(stage, select(Draft.id)) == []
    assert await rows(stage, select(Delivery.state).where(Delivery.about == "nudge:1:x")) == [State.CANCELLED]
    assert new


async def test_a_button_of_before_does_nothing_after(database: Database) -> None:
    stage, _, _ = await a_stage(database)
    await stage.person("Noa", "Autre")
    asked = await stage.says(STAFF, "remplacer Dominique Ancien par Lou Nouvelle")
    other = await stage.says(STAFF, "remplacer Dominique Ancien par Noa Autre")
    await stage.presses(STAFF, asked.button(wording.HAND_OVER))
    assert (await stage.presses(STAFF, other.button(wording.HAND_OVER))).text == wording.NOT_A_DIRECTOR


@pytest.mark.parametrize(
    ("words", "answer_"),
    [
        ("remplacer", wording.HOW_TO_HAND_OVER),
        ("remplacer Dominique Ancien", wording.HOW_TO_HAND_OVER),
        ("remplacer Lou Nouvelle par Dominique Ancien", wording.NOT_A_DIRECTOR),
        ("remplacer Dominique Ancien par Dominique Ancien", wording.SAME_PERSON),
    ],
)
async def test_what_makes_no_sense_is_said(database: Database, words: str, answer_: str) -> None:
    stage, _, _ = await a_stage(database)
    assert (await stage.says(STAFF, words)).text == answer_


async def test_several_people_act_for_one_structure_and_see_who_did(database: Database) -> None:
    stage, _, _ = await a_stage(database)
    await stage.person("Anne", "Adjointe", "web:w7", structure="ML Rouen", region="28")
    await answer(stage, OLD)
    listed = await stage.says("web:w7", "consultations")
    opened = await stage.presses("web:w7", listed.button("Votre avis"))
    assert "Dominique Ancien" in opened.text
    assert len(await rows(stage, select(Ballot.id))) == 1


async def test_an_answer_from_the_page_is_told_to_the_chat_accounts(database: Database) -> None:
    stage, _, _ = await a_stage(database)
    await stage.person("Rose", "Page", "web:w8", "telegram:88", roles=(Role.DIRECTOR,), structure="ML Eu", region="28")
    await answer(stage, "web:w8")
    told = await stage.heard("telegram:88")
    assert "depuis votre page personnelle" in told.text
    ended = await stage.presses("telegram:88", told.button("Ce n’est pas moi"))
    assert ended.text
    await answer(stage, OLD)
    assert "page personnelle" not in (await stage.heard(OLD)).text
