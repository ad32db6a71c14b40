"""One voice per structure: several people, three rules, and races between them."""

import asyncio

import pytest
from sqlalchemy import select

from storage.ballots import Ballot, BallotTrace, Participation, Proposal
from storage.database import Database
from tests.conversations.consulting import Network, Talk, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def to_review(talk: Talk, choice: str) -> str:
    """Answer up to the review."""
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses(choice)
    for _ in range(3):
        await talk.presses("Passer")
    return talk.text


async def test_the_last_answer_counts_and_the_others_are_told(network: Network) -> None:
    number = await a_consultation(network.database)
    anne, bruno, elsa = [await network.talk(name) for name in ("Anne", "Bruno", "Elsa")]
    await to_review(anne, "Oui")
    await anne.presses("Envoyer")
    assert await network.notices() == []
    listed = await bruno.says("consultations")
    assert "**Anne Test** a répondu pour sa structure, ML Rennes, le vendredi 15 mars 2024 à 10 h." in listed
    assert "Vous pouvez remplacer cette réponse" in listed
    opening = await bruno.presses("Votre avis")
    assert "la dernière envoyée compte" in opening
    await bruno.presses("Remplacer la réponse")
    await bruno.presses("Modifier 1")
    await bruno.presses("Non")
    assert "C’est envoyé" in await bruno.presses("Envoyer")
    assert await network.count(Ballot) == 1
    assert await network.count(Participation) == 1
    told = await network.notices()
    assert [name for name, _ in told] == ["Anne", "Elsa"]
    assert all("**Bruno Test** a remplacé la réponse de votre structure, ML Rennes" in text for _, text in told)
    assert "Bruno Test** a répondu" in await elsa.acts(f"consult:mine:{number}")
    assert "Non" in elsa.text
    async with network.database.reading() as session:
        traces = (await session.scalars(select(BallotTrace).order_by(BallotTrace.id))).all()
        assert [(trace.step, trace.revision, trace.by_person) for trace in traces] == [
            ("submitted", 1, network.people["Anne"]),
            ("replaced", 2, network.people["Bruno"]),
        ]
        assert any(answer.get("choices") for answer in traces[1].before.values())


async def test_nobody_replaces_an_answer_they_have_not_seen(network: Network) -> None:
    await a_consultation(network.database)
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    await to_review(anne, "Oui")
    await to_review(bruno, "Non")
    assert "C’est envoyé" in await anne.presses("Envoyer")
    assert [(name, "**Anne Test** a répondu" in text) for name, text in await network.notices()] == [("Bruno", True)]
    meanwhile = await bruno.presses("Envoyer")
    assert "Entre-temps" in meanwhile
    assert "**Anne Test** a répondu pour sa structure, ML Rennes" in meanwhile
    assert "Voulez-vous toujours envoyer" in meanwhile
    assert await network.count(BallotTrace) == 1
    assert "C’est envoyé" in await bruno.presses("Envoyer")
    assert await network.count(Ballot) == 1


async def test_under_the_first_rule_the_first_answer_stays_and_its_author_may_correct_it(network: Network) -> None:
    await a_consultation(network.database, rule="first")
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    await to_review(bruno, "Non")
    await to_review(anne, "Oui")
    await anne.presses("Envoyer")
    refused = await bruno.presses("Envoyer")
    assert "**Anne Test** a répondu pour sa structure, ML Rennes" in refused
    assert "la première réponse compte : elle reste telle quelle" in refused
    assert "n’ont pas été envoyées" in refused
    assert "Oui" in await bruno.presses("Voir la réponse")
    assert "Corriger" not in {button.label for m in bruno.reply.messages for row in m.buttons for button in row}
    await anne.presses("Corriger")
    await anne.presses("Modifier 1")
    await anne.presses("Non")
    assert "C’est envoyé" in await anne.presses("Envoyer")
    async with network.database.reading() as session:
        ballot = await session.scalar(select(Ballot))
    assert ballot is not None
    assert (ballot.revision, ballot.submitted_by) == (2, network.people["Anne"])


async def test_a_director_validates_what_a_colleague_prepared(network: Network) -> None:
    number = await a_consultation(network.database, rule="director")
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    await to_review(anne, "Oui")
    assert "votre réponse comptera dès qu’elle l’aura validée" in await anne.presses("Envoyer")
    assert await network.count(Ballot) == 0
    assert await network.count(Participation) == 0
    assert [name for name, _ in await network.notices()] == ["Bruno"]
    assert "Seule la direction" in await anne.acts(f"consult:approve:{number}:1")
    await bruno.acts(f"consult:mine:{number}")
    assert "Oui" in bruno.text
    assert "C’est validé" in await bruno.presses("Valider au nom de la structure")
    assert "Il n’y a plus de réponse à valider" in await bruno.acts(f"consult:approve:{number}:1")
    async with network.database.reading() as session:
        ballot = await session.scalar(select(Ballot))
    assert ballot is not None
    assert (ballot.submitted_by, ballot.validated_by) == (network.people["Anne"], network.people["Bruno"])
    assert await network.count(Proposal) == 0
    assert [name for name, _ in await network.notices()] == ["Bruno", "Anne", "Elsa"]


async def test_a_director_validates_only_what_was_shown(network: Network) -> None:
    number = await a_consultation(network.database, rule="director")
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    await to_review(anne, "Oui")
    await anne.presses("Envoyer")
    await bruno.acts(f"consult:mine:{number}")
    old = bruno.buttons["Valider au nom de la structure"]
    await anne.presses("Corriger")
    await anne.presses("Modifier 1")
    await anne.presses("Non")
    await anne.presses("Envoyer")
    assert "a changé depuis" in await bruno.acts(old)
    assert await network.count(Ballot) == 0
    assert "C’est validé" in await bruno.presses("Valider au nom de la structure")
    assert "**Non**" in bruno.text


async def test_a_director_answers_alone_without_validation(network: Network) -> None:
    await a_consultation(network.database, rule="director")
    bruno = await network.talk("Bruno")
    await to_review(bruno, "Oui")
    assert "C’est envoyé" in await bruno.presses("Envoyer")


async def test_another_structures_answer_is_never_shown(network: Network) -> None:
    number = await a_consultation(network.database)
    anne, carla = await network.talk("Anne"), await network.talk("Carla")
    await to_review(anne, "Oui")
    await anne.presses("Envoyer")
    assert "Anne" not in await carla.says("consultations")
    assert "Anne" not in await carla.acts(f"consult:mine:{number}")
    assert "Votre avis" in carla.text


async def test_colleagues_who_send_at_the_same_instant_have_one_voice(network: Network) -> None:
    await a_consultation(network.database)
    talks = [await network.talk(name) for name in ("Anne", "Bruno", "Elsa")]
    for talk in talks:
        await to_review(talk, "Oui")
    said = await asyncio.gather(*(talk.presses("Envoyer") for talk in talks))
    assert sum("C’est envoyé" in text for text in said) == 1
    assert sum("Entre-temps" in text for text in said) == 2
    assert await network.count(Ballot) == 1
    assert await network.count(Participation) == 1
    assert await network.count(BallotTrace) == 1


async def test_one_person_who_sends_from_everywhere_at_once_is_counted_once(network: Network) -> None:
    await a_consultation(network.database)
    bruno = await network.talk("Bruno")
    await to_review(bruno, "Oui")
    action = bruno.buttons["Envoyer mes réponses"]
    said = await asyncio.gather(*(bruno.on(name).acts(action) for name in ("slack", "telegram", "web", "slack")))
    assert sum("C’est envoyé" in text for text in said) == 1
    assert sum("bien envoyées" in text for text in said) == 3
    assert await network.count(BallotTrace) == 1


async def test_directors_of_the_same_structure_who_validate_at_once_validate_once(network: Network) -> None:
    number = await a_consultation(network.database, rule="director")
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    await to_review(anne, "Oui")
    await anne.presses("Envoyer")
    said = await asyncio.gather(
        *(bruno.on(name).acts(f"consult:approve:{number}:1") for name in ("slack", "telegram", "web"))
    )
    assert sum("C’est validé" in text for text in said) == 1
    assert await network.count(BallotTrace) == 2
