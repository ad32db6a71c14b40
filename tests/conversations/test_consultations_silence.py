"""« qui n’a pas répondu ? », in words: staff read the names, regional staff those of their region, nobody else."""

import pytest

from handlers.consultations import following
from handlers.errors import Refusal
from handlers.messages import say
from handlers.questions.asking import Questions
from handlers.request import Inbound, Request
from storage.ballots import Participation
from storage.conversations import conversation
from storage.database import Database
from tests.conversations.consulting import NOW, Network, Talk, a_consultation, a_network
from tests.stage import Stage

QUESTIONS = Questions(following=following.asked_in_words)


@pytest.fixture
async def network(sqlite: Database) -> Network:
    return await a_network(sqlite)


async def asks(talk: Talk, question: str, **changes: str) -> str:
    """The answer to a question, as the router has it answered; its buttons can be pressed."""
    place = {"platform": "telegram", "update_id": "u", "account": "a", "chat": "c", "received_at": talk.now} | changes
    request = Request(inbound=Inbound(**place, text=question), account_id=talk.account_id, person=talk.person)
    async with talk.database.transaction() as session:
        try:
            talk.reply = await QUESTIONS.answer(request, session, await conversation(session, request.holder))
        except Refusal as refusal:
            await session.rollback()
            talk.reply = say(refusal.sentence)
    talk.buttons = {b.label: b.action for message in talk.reply.messages for row in message.buttons for b in row}
    return talk.text


async def answered(network: Network, number: int, *structures: str) -> None:
    async with network.database.transaction() as session:
        for name in structures:
            key = f"structure:{network.structures[name]}"
            session.add(Participation(consultation_id=number, voice_key=key, at=NOW))


@pytest.mark.parametrize(
    "question",
    [
        "qui n’a pas répondu ?",
        "ki na pa encore repondu",
        "Quelles structures n’ont toujours pas répondu à la consultation ?",
        "liste des retardataires svp",
        "il manque qui ?",
        "qui doit encore répondre",
    ],
)
async def test_staff_read_who_has_not_answered_the_only_open_consultation(network: Network, question: str) -> None:
    number = await a_consultation(network.database, audience={})
    await a_consultation(network.database, slug="vieux", title="Ancienne", status="closed")
    await answered(network, number, "ML Rennes")
    said = await asks(await network.talk("Fanny"), question)
    assert "**3 structures n’ont pas encore répondu** (sur 4) à la consultation « Votre avis »." in said
    assert "**Bretagne** (2 sur 3)\n- ARML Bretagne\n- ML Brest" in said
    assert "**Guyane** (1 sur 1)\n- ML Guyane" in said
    assert "Rennes" not in said


async def test_of_several_open_ones_it_is_asked_which(network: Network) -> None:
    await a_consultation(network.database, audience={})
    number = await a_consultation(network.database, slug="fusion", title="La fusion des antennes", audience={})
    await answered(network, number, "ML Rennes", "ML Brest", "ARML Bretagne")
    fanny = await network.talk("Fanny")
    assert "à quelle consultation" in await asks(fanny, "qui n’a pas répondu ?")
    assert set(fanny.buttons) == {"Votre avis", "La fusion des antennes"}
    assert "**1 structure n’a pas encore répondu** (sur 4)" in await fanny.presses("La fusion des antennes")
    assert "antennes" in await asks(fanny, "qui n’a pas répondu à la consultation sur la fusion ?")


async def test_a_consultation_that_is_not_open_is_not_taken_for_another(network: Network) -> None:
    await a_consultation(network.database, audience={})
    said = await asks(await network.talk("Fanny"), "qui n’a pas répondu à la consultation sur les salaires ?")
    assert "Je ne connais pas de consultation ouverte de ce nom" in said and "ML" not in said


async def test_a_region_that_is_named_is_read_alone(network: Network) -> None:
    await a_consultation(network.database, audience={})
    said = await asks(await network.talk("Fanny"), "qui n’a pas répondu en Guyane ?")
    assert "(sur 1)" in said and "ML Guyane" in said and "Bretagne" not in said


async def test_regional_staff_read_their_region_and_no_other(network: Network) -> None:
    await a_consultation(network.database, audience={})
    gilles = await network.talk("Gilles")
    said = await asks(gilles, "qui n'a pas répondu")
    assert "ML Rennes" in said and "Guyane" not in said
    assert "Qui appeler" not in gilles.buttons
    assert "n’attend personne" in await asks(gilles, "qui n'a pas répondu en Guyane ?")


async def test_whoever_is_no_staff_is_refused_and_so_is_everybody_where_others_read(network: Network) -> None:
    number = await a_consultation(network.database, audience={})
    for name in ("Bruno", "Elsa", "Denis"):
        said = await asks(await network.talk(name), "qui n’a pas répondu ?")
        assert "réservé à l’équipe" in said and "ML" not in said
        assert "réservé à l’équipe" in await (await network.talk(name)).acts(f"consult:silent:{number}")
    assert "qui vous êtes" in await asks(Talk(network.database, None), "qui n’a pas répondu ?")
    assert "message privé" in await asks(await network.talk("Fanny"), "qui n’a pas répondu ?", chat_kind="group")


async def test_when_all_have_answered_or_nothing_is_open_that_is_said(network: Network) -> None:
    fanny = await network.talk("Fanny")
    assert "Aucune consultation n’est ouverte" in await asks(fanny, "qui n’a pas répondu ?")
    number = await a_consultation(network.database, audience={})
    await answered(network, number, *network.structures)
    assert "Tout le monde a répondu à la consultation « Votre avis » : 4 structures sur 4." in await asks(
        fanny, "qui n’a pas répondu ?"
    )


async def test_who_asked_to_be_left_alone_is_counted_and_not_named(network: Network) -> None:
    number = await a_consultation(network.database, voice="person", audience={"regions": ["53"]})
    await (await network.talk("Anne")).acts(f"consult:quiet:{number}")
    said = await asks(await network.talk("Fanny"), "qui n’a pas répondu ?")
    assert "4 personnes n’ont pas encore répondu" in said and "Anne" not in said and "Bruno Test" in said
    assert "Je ne nomme pas 1 personne qui a demandé à ne plus être relancée." in said


async def test_who_has_answered_leads_to_the_participation(network: Network) -> None:
    number = await a_consultation(network.database, audience={})
    await answered(network, number, "ML Rennes")
    fanny = await network.talk("Fanny")
    assert "**1 réponse sur 4 structures**" in await asks(fanny, "combien ont répondu ?")
    assert "ML Brest" in await fanny.presses("Qui manque")
    await fanny.acts("consult:silent:999")
    assert fanny.reply.notice and not fanny.reply.messages


@pytest.mark.parametrize(
    "question",
    [
        "qui n’a pas répondu à mon mail ?",
        "qui ne m’a pas répondu",
        "pourquoi il n’a pas répondu ?",
        "qui a voté la loi ?",
    ],
)
async def test_what_is_said_of_other_answers_is_no_question_of_a_consultation(network: Network, question: str) -> None:
    await a_consultation(network.database, audience={})
    assert "Votre avis" not in await asks(await network.talk("Fanny"), question)


async def test_the_whole_way_from_a_message_to_the_names(sqlite: Database) -> None:
    await a_network(sqlite)
    await a_consultation(sqlite, audience={})
    stage = Stage(sqlite)
    heard = await stage.says("telegram:Fanny", "qui na pas encore repondu ?")
    assert "ML Brest" in heard.text
    assert "réservé à l’équipe" in (await stage.says("telegram:Bruno", "qui n’a pas répondu ?")).text
    assert "4 structures" in (await stage.presses("telegram:Fanny", heard.button("Voir la participation"))).text
