"""For those who cannot: the list of whom to call, and an answer entered in somebody's name."""

import pytest
from sqlalchemy import select, update

from storage.audit import AuditEntry
from storage.ballots import Ballot
from storage.consultations import Draft
from storage.database import Database
from storage.people import Account, Person
from tests.conversations.consulting import Network, Talk, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def enters(network: Network, number: int, words: str, label: str) -> Talk:
    """Fanny, of the staff, chooses in whose name she enters an answer."""
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:follow:{number}")
    assert "Pour qui" in await fanny.presses("Saisir une réponse")
    assert "De qui s’agit-il" in await fanny.says(words)
    await fanny.presses(label)
    return fanny


async def test_staff_enter_a_phoned_answer_which_is_marked_and_told(network: Network) -> None:
    number = await a_consultation(network.database)
    fanny = await enters(network, number, "bruno", "Bruno Test – ML Rennes")
    assert "Saisie au nom de **Bruno Test**" in fanny.text
    assert "Est-ce clair" in fanny.text
    assert "Saisie au nom de **Bruno Test**" in await fanny.presses("Non")
    await fanny.presses("Passer")
    await fanny.presses("Passer")
    assert "Relisez vos réponses" in await fanny.says("Dit au téléphone.")
    sent = await fanny.presses("Envoyer")
    assert "C’est envoyé au nom de **Bruno Test**" in sent
    async with network.database.reading() as session:
        ballot = (await session.scalars(select(Ballot))).one()
        assert (ballot.submitted_by, ballot.entered_by) == (network.people["Bruno"], network.people["Fanny"])
        assert "answered-for" in list(await session.scalars(select(AuditEntry.act)))
    ((told, notice),) = await network.notices()
    assert told == "Bruno"
    assert "**Fanny Test** a saisi en votre nom" in notice

    bruno = await network.talk("Bruno")
    assert "dictée à l’équipe d’animation" in await bruno.acts(f"consult:mine:{number}")
    await fanny.acts(f"consult:csv:{number}")
    file = fanny.reply.messages[0].attachment
    assert file is not None
    assert "Bruno Test (réponse dictée" in file.content.decode()

    await bruno.presses("Corriger")
    await bruno.presses("Envoyer")
    assert "dictée" not in await bruno.acts(f"consult:mine:{number}")


async def test_nothing_is_entered_over_what_somebody_answers_or_has_begun(network: Network) -> None:
    number = await a_consultation(network.database)
    carla = await network.talk("Carla")
    await carla.acts(f"consult:begin:{number}")
    fanny = await enters(network, number, "ML Guyane", "Carla")
    assert "a commencé à répondre elle-même" in fanny.text
    for label in ("Oui", "Passer", "Passer", "Passer", "Envoyer"):
        await carla.presses(label)
    assert "Il y a déjà une réponse" in await fanny.acts(f"consult:for:{number}:{network.people['Carla']}")
    assert await network.count(Draft) == 0


async def test_who_breaks_off_leaves_nothing_in_the_way(network: Network) -> None:
    number = await a_consultation(network.database)
    fanny = await enters(network, number, "bruno", "Bruno")
    await fanny.presses("Oui")
    assert "La saisie est interrompue" in await fanny.presses("Faire une pause")
    assert "autre question" in await fanny.says("Passer")  # what she types is hers again
    await fanny.acts(f"consult:for:{number}:{network.people['Bruno']}")
    assert "Question 1 sur 4" in fanny.text
    assert "Votre réponse" not in fanny.text
    await fanny.says("Non")
    async with network.database.reading() as session:
        assert (await session.scalars(select(Draft.person_id))).all() == [network.people["Bruno"]]


async def test_a_name_that_fits_nobody_is_asked_again(network: Network) -> None:
    number = await a_consultation(network.database, audience={"roles": ["director"]})
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:enter:{number}")
    assert "Je ne trouve personne" in await fanny.says("anne")  # she is no director
    assert "De qui" in await fanny.says("Carla Test")


async def test_only_staff_enter_and_nothing_anonymous(network: Network) -> None:
    number = await a_consultation(network.database)
    secret = await a_consultation(network.database, slug="s", secrecy="anonymous")
    bruno, fanny = await network.talk("Bruno"), await network.talk("Fanny")
    carla = network.people["Carla"]
    for action in (f"enter:{number}", f"for:{number}:{carla}", f"phones:{number}"):
        assert "réservé" in await bruno.acts(f"consult:{action}")
    assert "ne se dicte pas" in await fanny.acts(f"consult:enter:{secret}")
    assert "ne se dicte pas" in await fanny.acts(f"consult:for:{secret}:{carla}")
    assert "plus valable" in await fanny.acts(f"consult:for:{number}:999999")
    assert await network.count(Draft) == 0


async def test_the_list_to_call_has_the_silent_whom_no_message_reaches(network: Network) -> None:
    number = await a_consultation(network.database)
    async with network.database.transaction() as session:
        await session.execute(update(Person).where(Person.given_name == "Carla").values(phone="+594594000000"))
        await session.execute(update(Account).where(Account.external_id == "Carla").values(unreachable="blocked"))
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:follow:{number}")
    await fanny.presses("Qui appeler")
    file = fanny.reply.messages[0].attachment
    assert file is not None
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[1:] == [
        '"Bretagne";"ML Brest";"";"";"";""',
        '"Guyane";"ML Guyane";"Carla Test";"";"\'+594594000000";""',
    ]
