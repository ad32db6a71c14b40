"""Answering a consultation, as a conversation."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from handlers.consultations import closing
from handlers.consultations.questionnaire import read
from handlers.consultations.standing import facts_of_consultation
from handlers.consultations.tally import tally
from handlers.consultations.timing import close_due, open_due
from handlers.questions.asking import Questions
from handlers.request import Inbound, Request
from storage.ballots import Answer, Ballot, BallotTrace, Participation
from storage.consultations import Consultation, Draft, Question, Status, whole_consultation
from storage.conversations import conversation
from storage.database import Database
from storage.people import Account
from tests.conversations.consulting import NOW, Network, Talk, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def counts(database: Database, consultation_id: int) -> dict[str, dict[str, int]]:
    """The tally in words: labels by question, and how many texts."""
    async with database.reading() as session:
        consultation = await whole_consultation(session, consultation_id)
        assert consultation is not None
        facts = await facts_of_consultation(session, consultation_id)
    found: dict[str, dict[str, int]] = {}
    for one in tally(read(consultation), facts.values()):
        labels = {option.id: option.label for option in one.item.options}
        found[one.item.key] = {labels.get(key, str(key)): n for key, n in one.counts.items() if n}
        if one.texts:
            found[one.item.key]["texts"] = len(one.texts)
    return found


async def answer_all(talk: Talk) -> str:
    """From the list to the receipt, by the shortest way."""
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses("Plutôt oui")
    await talk.presses("Passer")
    await talk.presses("Oui")
    await talk.presses("Passer")
    return await talk.presses("Envoyer")


async def test_a_director_answers_question_by_question_and_gets_a_receipt(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    assert "Votre avis · 4 questions" in (await talk.says("consultations")).replace("**", "")
    opening = await talk.presses("Votre avis")
    assert "Vous répondez au nom de votre structure, ML Rennes" in opening
    assert "4 questions. Vous pouvez vous arrêter à tout moment" in opening
    first = await talk.presses("Commencer")
    assert "Question 1 sur 4" in first
    assert "Passer" not in talk.buttons
    second = await talk.presses("Plutôt oui")
    assert "Question 2 sur 4" in second
    assert {"☐ Argent", "☐ Temps", "☐ Autre", "Valider", "Passer", "Retour"} <= set(talk.buttons)
    await talk.presses("☐ Argent")
    assert "☑ Argent" in talk.buttons
    await talk.presses("☐ Temps")
    third = await talk.presses("Valider")
    assert "Question 3 sur 4" in third
    fourth = await talk.presses("Oui")
    assert "Question 4 sur 4" in fourth
    review = await talk.says("Plus de lien * entre _nous_.")
    assert "Relisez vos réponses" in review
    assert "Argent, Temps" in review
    assert "Plus de lien * entre _nous_." in review
    receipt = await talk.presses("Envoyer")
    assert "C’est envoyé. Merci, Bruno !" in receipt
    assert "le vendredi 15 mars 2024 à 10 h" in receipt
    assert "Plutôt oui" in receipt
    assert await counts(network.database, number) == {
        "clair": {"Plutôt oui": 1},
        "moyens": {"Argent": 1, "Temps": 1},
        "suite": {"1": 1},
        "texte": {"texts": 1},
    }
    assert await network.count(Draft) == 0
    assert await network.count(Participation) == 1


async def test_back_skip_and_correct_from_the_review(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses("Oui")
    await talk.presses("Passer")
    assert "Question 2 sur 4" in await talk.presses("Retour")
    assert "Votre réponse : **sans réponse**" in talk.text
    assert "Question 1 sur 4" in await talk.presses("Retour")
    assert "Retour" not in talk.buttons
    assert "Question 3 sur 4" in await talk.presses("Garder ma réponse")
    await talk.presses("Non")
    assert "Relisez" in await talk.presses("Passer")
    assert "Question 1 sur 4" in await talk.presses("Modifier 1")
    assert "Relisez" in await talk.presses("Non")
    await talk.presses("Envoyer")
    assert await counts(network.database, number) == {"clair": {"Non": 1}, "moyens": {}, "suite": {"0": 1}, "texte": {}}


async def test_a_ballot_that_says_nothing_does_not_take_the_structures_voice(network: Network) -> None:
    await a_consultation(network.database)
    async with network.database.transaction() as session:
        await session.execute(update(Question).values(required=False))
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    for _ in range(4):
        await talk.presses("Passer")
    assert "aucune question" in await talk.presses("Envoyer")
    assert await network.count(Ballot) == 0
    await talk.presses("Modifier 1")
    await talk.presses("Plutôt oui")
    assert "C’est envoyé" in await talk.presses("Envoyer")


async def test_what_is_typed_where_buttons_are_offered_is_understood(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    assert "Question 2 sur 4" in await talk.says("plutot oui !")
    assert "au plus 2" in await talk.says("1, 2 et 3")
    assert "Question 2 sur 4" in talk.text
    assert "Précisez" in await talk.says("argent et autre")
    assert "☑ Autre" in (await talk.presses("Choisir autre chose") and talk.buttons)
    assert "Précisez" in await talk.says("argent et autre")
    assert "Question 3 sur 4" in await talk.says("du respect")
    assert "Question 4 sur 4" in await talk.says("oui")
    assert "Question 3 sur 4" in await talk.says("retour")
    assert "Question 4 sur 4" in await talk.says("non")
    assert "Relisez" in await talk.says("passer")
    assert "Argent, Autre : du respect" in talk.text
    assert "C’est envoyé" in await talk.says("envoyer")
    assert await counts(network.database, number) == {
        "clair": {"Plutôt oui": 1},
        "moyens": {"Argent": 1, "Autre": 1, "texts": 1},
        "suite": {"0": 1},
        "texte": {},
    }


async def test_an_unrelated_question_is_answered_without_losing_the_place(network: Network) -> None:
    await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    assert "autre question" in await talk.says("C’est quand l’AG ?")
    assert "Question 1 sur 4" in await talk.presses("Reprendre")
    assert talk.reply.replace is False
    await talk.presses("Oui")


async def test_a_question_typed_under_an_open_question_can_still_be_the_answer(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses("Oui")
    await talk.presses("Passer")
    await talk.presses("Passer")
    assert "autre question" in await talk.says("Comment associer les élus ?")
    assert "Vous aviez écrit : « Comment associer les élus ? »" in await talk.presses("Reprendre")
    assert "Comment associer les élus ?" in await talk.presses("C’était ma réponse")
    await talk.presses("Envoyer")
    assert (await counts(network.database, number))["texte"] == {"texts": 1}


async def test_one_begins_in_slack_and_finishes_in_telegram(network: Network) -> None:
    await a_consultation(network.database)
    slack = await network.talk("Bruno", platform="slack")
    await slack.says("consultations")
    await slack.presses("Votre avis")
    await slack.presses("Commencer")
    await slack.presses("Oui")
    assert "sont gardées" in await slack.presses("Faire une pause")
    telegram = slack.on("telegram")
    assert "Vous en êtes à la question 2 sur 4." in await telegram.says("consultations")
    await telegram.presses("Votre avis")
    assert "Question 2 sur 4" in await telegram.presses("Reprendre (question 2 sur 4)")
    await telegram.presses("☐ Temps")
    await telegram.presses("Valider")
    await telegram.presses("Passer")
    await telegram.presses("Passer")
    assert "C’est envoyé" in await telegram.presses("Envoyer")
    assert "bien envoyées" in await slack.acts(telegram.buttons["Corriger"].replace("redo", "send") + ":0:0")


async def test_after_a_pause_a_text_is_a_question_again(network: Network) -> None:
    await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.says("plus tard")
    assert "autre question" in await talk.says("non")


async def test_pressing_twice_changes_nothing(network: Network) -> None:
    await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    one, tick = talk.buttons["Oui"], ""
    assert "Question 2 sur 4" in await talk.acts(one)
    assert "Question 2 sur 4" in await talk.acts(one)
    tick = talk.buttons["☐ Argent"]
    await talk.acts(tick)
    await talk.acts(tick)
    assert "☑ Argent" in talk.buttons
    await talk.presses("Valider")
    await talk.presses("Passer")
    await talk.presses("Passer")
    send = talk.buttons["Envoyer mes réponses"]
    assert "C’est envoyé" in await talk.acts(send)
    receipt = talk.text.split("Reçu **")[1][:9]
    assert f"Vos réponses sont bien envoyées : reçu **{receipt}**" in await talk.acts(send)
    assert await network.count(Ballot) == 1
    assert await network.count(BallotTrace) == 1


async def test_an_old_button_counts_for_its_own_question_and_says_so(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    old = talk.buttons["Non"]
    await talk.presses("Oui")
    await talk.presses("Passer")
    assert "J’ai noté votre réponse à la question 1." in await talk.acts(old)
    assert "Question 3 sur 4" in talk.text
    await talk.presses("Passer")
    await talk.presses("Passer")
    await talk.presses("Envoyer")
    assert (await counts(network.database, number))["clair"] == {"Non": 1}
    assert "bien envoyées" in await talk.acts(old)
    assert (await counts(network.database, number))["clair"] == {"Non": 1}


@pytest.mark.parametrize(
    "action",
    [
        "consult:pick:1:999",
        "consult:pick:999:1",
        "consult:send:999:0:0",
        "consult:pick:1",
        "consult:pick:x:y",
        "consult:",
        "consult:nothing:1",
        "consult:tick:1:1",
        "consult:num:3:7",
        "consult:pick:99999999999999999999:1",
        "consult:send:1:-1:0",
    ],
)
async def test_forged_and_broken_buttons_are_harmless(network: Network, action: str) -> None:
    await a_consultation(network.database)
    talk = await network.talk("Bruno")
    assert "plus valable" in await talk.acts(action)
    assert await network.count(Ballot) == 0


async def test_a_required_question_cannot_be_skipped_by_any_way(network: Network) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    pick = talk.buttons["Oui"]
    assert "demande une réponse" in await talk.says("passer")
    assert "demande une réponse" in await talk.acts("consult:skip:" + pick.split(":")[2])
    assert "Question 1 sur 4" in await talk.acts(f"consult:send:{number}:0:0")
    assert await network.count(Ballot) == 0


async def test_a_reader_in_cayenne_reads_both_clocks(network: Network) -> None:
    await a_consultation(network.database, closes_at=NOW + timedelta(days=7, hours=9))
    talk = await network.talk("Carla")
    await talk.says("consultations")
    opening = await talk.presses("Votre avis")
    assert "le vendredi 22 mars 2024 à 19 h (heure de Paris), soit 15 h chez vous" in opening


async def asked(talk: Talk, question: str, **changes: str) -> str:
    """The answer to a question, as the router has it answered."""
    questions = Questions(closings=closing.open_until)
    place = {"platform": "telegram", "update_id": "u", "account": "a", "chat": "c", "received_at": talk.now} | changes
    request = Request(inbound=Inbound(**place, text=question), account_id=talk.account_id, person=talk.person)
    async with talk.database.transaction() as session:
        reply = await questions.answer(request, session, await conversation(session, request.holder))
    return reply.messages[0].text.replace("\\", "").replace("\u00a0", " ").replace("\u202f", " ")


async def test_until_when_it_may_be_answered_is_told_to_those_who_may(network: Network) -> None:
    await a_consultation(network.database, closes_at=NOW + timedelta(days=7, hours=9))
    carla, denis = await network.talk("Carla"), await network.talk("Denis")
    told = await asked(carla, "jusqu'à quand on peut répondre au sondage ?")
    assert "« Votre avis » jusqu’au vendredi 22 mars 2024 à 19 h (heure de Paris), soit 15 h chez vous." in told
    assert "Aucune consultation" in await asked(denis, "c'est quand la date limite ?")
    assert "Votre avis" not in await asked(carla, "c'est quand la date limite ?", chat_kind="group")


async def test_those_who_are_not_asked_are_told_why(network: Network) -> None:
    number = await a_consultation(network.database, audience={"roles": ["director"], "regions": ["53"]})
    anne, carla, denis = [await network.talk(name) for name in ("Anne", "Carla", "Denis")]
    for talk in (anne, carla, denis):
        assert "Aucune consultation ne vous attend" in await talk.says("consultations")
    assert "d’autres fonctions" in await anne.acts(f"consult:begin:{number}")
    assert "d’autres structures" in await carla.acts(f"consult:begin:{number}")
    assert "à laquelle vous appartenez" in await denis.acts(f"consult:begin:{number}")
    assert await network.count(Draft) == 0


async def test_an_unknown_account_is_refused_and_a_group_is_no_place_to_answer(network: Network) -> None:
    number = await a_consultation(network.database)
    unknown = Talk(network.database, None)
    assert "Je ne sais pas encore qui vous êtes" in await unknown.says("consultations")
    group = await network.talk("Bruno")
    group.chat_kind = "group"
    assert "message privé" in await group.says("consultations")
    assert "message privé" in await group.acts(f"consult:begin:{number}")
    assert await network.count(Draft) == 0


async def test_what_comes_after_the_close_is_not_counted_and_told_so(network: Network) -> None:
    number = await a_consultation(network.database)
    bruno, carla = await network.talk("Bruno"), await network.talk("Carla")
    await answer_all(carla)
    await bruno.says("consultations")
    await bruno.presses("Votre avis")
    await bruno.presses("Commencer")
    old = dict(bruno.buttons)
    bruno.now = carla.now = NOW + timedelta(days=8)
    assert "est close depuis le vendredi 22 mars 2024" in await bruno.acts(old["Oui"])
    assert "n’ont pas été comptées" in bruno.text
    assert "autre question" in await bruno.says("oui")
    assert "est close" in await bruno.acts(f"consult:send:{number}:0:0")
    assert await network.count(Ballot) == 1
    assert "Vous avez répondu" in await carla.acts(f"consult:mine:{number}")
    assert "Plutôt oui" in carla.text


async def test_a_text_typed_after_the_close_is_said_not_to_be_recorded(network: Network) -> None:
    await a_consultation(network.database)
    bruno = await network.talk("Bruno")
    await bruno.says("consultations")
    await bruno.presses("Votre avis")
    await bruno.presses("Commencer")
    bruno.now = NOW + timedelta(days=8)
    assert "n’a pas été enregistré" in await bruno.says("plutôt oui")


async def test_it_opens_and_closes_by_itself_once(network: Network) -> None:
    number = await a_consultation(network.database, status="draft", opens_at=NOW, closes_at=NOW + timedelta(hours=1))
    bruno = await network.talk("Bruno", now=NOW - timedelta(minutes=1))
    assert "n’est pas encore ouverte" in await bruno.acts(f"consult:begin:{number}")
    for later, opened, closed, status in (
        (timedelta(minutes=-1), 0, 0, Status.DRAFT),
        (timedelta(0), 1, 0, Status.OPEN),
        (timedelta(minutes=59), 0, 0, Status.OPEN),
        (timedelta(hours=1), 0, 1, Status.CLOSED),
        (timedelta(hours=2), 0, 0, Status.CLOSED),
    ):
        async with network.database.transaction() as session:
            assert await open_due(session, NOW + later) == opened
            assert await close_due(session, NOW + later) == closed
        async with network.database.reading() as session:
            assert await session.scalar(select(Consultation.status)) == status


async def test_an_anonymous_one_stays_shut_until_the_promise_can_be_kept(network: Network) -> None:
    await a_consultation(network.database, status="draft", opens_at=NOW, secrecy="anonymous")
    async with network.database.transaction() as session:
        assert await open_due(session, NOW) == 0
    bruno = await network.talk("Bruno")
    assert "Aucune consultation" in await bruno.says("consultations")


async def test_a_press_opens_what_is_due_before_any_tick(network: Network) -> None:
    number = await a_consultation(network.database, status="draft", opens_at=NOW)
    bruno = await network.talk("Bruno")
    assert "Question 1 sur 4" in await bruno.acts(f"consult:begin:{number}")
    async with network.database.reading() as session:
        found = await session.get_one(Consultation, number)
    assert (found.status, found.frozen_at) == (Status.OPEN, NOW)


async def test_everything_can_be_read_before_answering(network: Network) -> None:
    await a_consultation(network.database)
    talk = await network.talk("Bruno")
    await talk.says("consultations")
    await talk.presses("Votre avis")
    shown = await talk.presses("Lire les questions")
    assert "Est-ce clair ?" in shown
    assert "– Argent" in shown
    assert "Que voulez-vous ajouter ?" in shown
    assert "Question 1 sur 4" in await talk.presses("Commencer")


async def test_a_person_corrects_a_poll_of_persons_and_the_last_counts(network: Network) -> None:
    number = await a_consultation(network.database, voice="person")
    bruno = await network.talk("Bruno")
    await answer_all(bruno)
    await bruno.presses("Corriger")
    await bruno.presses("Modifier 1")
    await bruno.presses("Non")
    await bruno.presses("Envoyer")
    assert (await counts(network.database, number))["clair"] == {"Non": 1}
    anne = await network.talk("Anne")
    await answer_all(anne)
    assert (await counts(network.database, number))["clair"] == {"Non": 1, "Plutôt oui": 1}
    assert await network.notices() == []
    assert await network.count(Answer) == 4
    assert await network.count(Account) == 7
