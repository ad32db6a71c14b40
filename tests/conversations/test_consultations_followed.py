"""Staff follow who has answered, and read the count where the promise allows it."""

import pytest

from storage.database import Database
from storage.network import Region, Structure
from tests.conversations.consulting import NOW, Network, Talk, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def answers(network: Network, name: str, choice: str, text: str = "") -> Talk:
    """Somebody answers from beginning to end."""
    talk = await network.talk(name)
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses(choice)
    await talk.presses("Passer")
    await talk.presses("Passer")
    if text:
        await talk.says(text)
    else:
        await talk.presses("Passer")
    assert "C’est envoyé" in await talk.presses("Envoyer")
    return talk


async def more_structures(network: Network, region: str, count: int, *, voted_in: int = 0) -> None:
    """Structures without people."""
    async with network.database.transaction() as session:
        row = Region(code=f"X{region}", name=region, zone="Europe/Paris")
        session.add(row)
        await session.flush()
        session.add_all(
            Structure(code=f"{region}{i}", name=f"ML {region} {i}", kind="mission-locale", region_id=row.id)
            for i in range(count)
        )


async def test_participation_is_answered_of_expected_and_small_groups_go_together(network: Network) -> None:
    await a_consultation(network.database)
    await more_structures(network, "Occitanie", 6)
    await more_structures(network, "Normandie", 5)
    await answers(network, "Bruno", "Oui")
    fanny = await network.talk("Fanny")
    shown = await fanny.says("suivi")
    assert "**1 réponse sur 15 structures** (7 %)" in shown
    assert "Occitanie : 0/6" in shown
    assert "Bretagne" not in shown
    assert "Guyane" not in shown
    assert "Autres régions : 1/9" in shown  # Brittany 3 and Guyane 1 make 4: the smallest group joins them
    assert "Normandie" not in shown
    assert "Consultation nominative, ouverte jusqu’à la clôture" in shown


async def test_the_count_of_a_named_consultation_bears_names(network: Network) -> None:
    await a_consultation(network.database)
    await answers(network, "Bruno", "Plutôt oui", "Plus de [liens](http://x) !")
    await answers(network, "Carla", "Non", "Rien.")
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    shown = await fanny.presses("Voir les résultats")
    assert "2 réponses comptées." in shown
    assert "Plutôt oui : 1 (50 %)" in shown
    assert "Plus de [liens](http://x) ! (ML Rennes)" in shown
    assert "Pas de réponse à cette question." in shown


async def test_a_confidential_count_waits_for_five_voices_and_bears_no_name(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="confidential", voice="person")
    fanny = await network.talk("Fanny")
    for name in ("Anne", "Bruno", "Carla", "Denis"):
        await answers(network, name, "Oui", f"Moi, {name.upper()}")
        assert "à partir de 5 réponses" in await fanny.acts(f"consult:results:{number}")
        assert name.upper() not in fanny.text
    await answers(network, "Elsa", "Non")
    shown = await fanny.acts(f"consult:results:{number}")
    assert "Oui : 4 (80 %)" in shown
    assert "Moi, ANNE" in shown
    assert "Anne Test" not in shown


async def test_a_count_that_was_promised_for_the_close_is_not_shown_before(network: Network) -> None:
    number = await a_consultation(network.database, live_results=False)
    await answers(network, "Bruno", "Oui")
    fanny = await network.talk("Fanny")
    assert "après la clôture" in await fanny.acts(f"consult:results:{number}")
    fanny.now = NOW.replace(day=25)
    assert "Oui : 1 (100 %)" in await fanny.acts(f"consult:results:{number}")


async def test_regional_staff_see_the_participation_of_their_region_only(network: Network) -> None:
    number = await a_consultation(network.database)
    await answers(network, "Bruno", "Oui")
    await answers(network, "Carla", "Oui")
    gilles = await network.talk("Gilles")
    assert "**1 réponse sur 3 structures**" in await gilles.says("suivi")
    assert "Voir les résultats" not in gilles.buttons
    assert "réservée à l’équipe" in await gilles.acts(f"consult:results:{number}")


@pytest.mark.parametrize("name", ["Bruno", "Anne", "Denis"])
async def test_nobody_else_follows(network: Network, name: str) -> None:
    number = await a_consultation(network.database)
    talk = await network.talk(name)
    for said in (
        await talk.says("suivi"),
        await talk.acts("consult:follow"),
        await talk.acts(f"consult:follow:{number}"),
        await talk.acts(f"consult:results:{number}"),
    ):
        assert "réservé" in said


async def test_what_waits_for_a_director_is_said(network: Network) -> None:
    await a_consultation(network.database, rule="director")
    anne = await network.talk("Anne")
    await anne.says("consultations")
    await anne.presses("Votre avis")
    await anne.presses("Commencer")
    await anne.presses("Oui")
    for _ in range(3):
        await anne.presses("Passer")
    await anne.presses("Envoyer")
    fanny = await network.talk("Fanny")
    shown = await fanny.acts("consult:follow")
    assert "**0 réponse sur 4 structures**" in shown
    assert "1 réponse préparée attend la validation d’une direction" in shown


async def test_an_unknown_name_and_an_empty_network_are_said(network: Network) -> None:
    fanny = await network.talk("Fanny")
    assert "Aucune consultation" in await fanny.says("suivi")
    await a_consultation(network.database)
    await a_consultation(network.database, slug="autre", title="L’autre")
    assert "quelle consultation" in await fanny.says("suivi")
    assert "L’autre" in await fanny.presses("L’autre")
    assert "pas de consultation de ce nom" in await fanny.says("suivi rien")
