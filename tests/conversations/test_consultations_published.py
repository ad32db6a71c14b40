"""Results made known after the close, to whom staff choose."""

from datetime import timedelta

import pytest

from storage.database import Database
from tests.conversations.consulting import NOW, Network, Talk, a_consultation, a_network

AFTER = NOW + timedelta(days=8)


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def votes(network: Network, number: int, *names: str) -> None:
    """They answer, each with a text."""
    for name in names:
        talk = await network.talk(name)
        await talk.acts(f"consult:begin:{number}")
        for label in ("Oui", "Passer", "Passer"):
            await talk.presses(label)
        await talk.says(f"Entre nous, {name}")
        assert "C’est envoyé" in await talk.presses("Envoyer")


async def staff_publish(network: Network, number: int, whom: str) -> Talk:
    """Fanny closes the matter."""
    fanny = await network.talk("Fanny", now=AFTER)
    await fanny.acts(f"consult:follow:{number}")
    await fanny.presses("Publier")
    await fanny.presses(whom)
    return fanny


async def test_voters_read_the_count_with_its_chart_and_no_text(network: Network) -> None:
    number = await a_consultation(network.database, voice="person")
    await votes(network, number, "Anne", "Bruno", "Carla", "Denis", "Elsa")
    fanny = await staff_publish(network, number, "Aux personnes qui ont répondu (5)")
    assert "annoncés à 5 personnes" in fanny.text
    assert "sont connus" in (await network.notices())[0][1]
    anne = await network.talk("Anne", now=AFTER)
    shown = await anne.acts(f"consult:outcome:{number}")
    assert "Oui : 5 (100 %)" in shown
    assert "Entre nous" not in shown
    picture = anne.reply.messages[0].attachment
    assert picture is not None
    assert (picture.media_type, picture.content[:4]) == ("image/png", b"\x89PNG")
    assert "Est-ce clair ? Oui 5, Plutôt oui 0, Non 0." in picture.alt
    gilles = await network.talk("Gilles", now=AFTER)
    assert "ne vous ont pas été communiqués" in await gilles.acts(f"consult:outcome:{number}")


async def test_readers_may_be_widened_and_nobody_is_told_twice(network: Network) -> None:
    number = await a_consultation(network.database, voice="person")
    await votes(network, number, "Anne", "Bruno", "Carla", "Denis", "Elsa")
    await staff_publish(network, number, "Aux personnes")
    before = len(await network.notices())
    await staff_publish(network, number, "À toutes")
    told = [name for name, _ in await network.notices()]
    assert len(told) == len(set(told)) > before
    await staff_publish(network, number, "Aux personnes")
    gilles = await network.talk("Gilles", now=AFTER)
    assert "Oui : 5" in await gilles.acts(f"consult:outcome:{number}")


async def test_nothing_is_published_before_the_close_nor_of_a_few(network: Network) -> None:
    number = await a_consultation(network.database, voice="person")
    await votes(network, number, "Anne", "Bruno")
    fanny, anne = await network.talk("Fanny"), await network.talk("Anne")
    for verb in ("publish", "tovoters", "toasked", "outcome"):
        assert "après la clôture" in await fanny.acts(f"consult:{verb}:{number}")
    assert "ne vous ont pas" in await anne.acts(f"consult:outcome:{number}")
    fanny.now = AFTER
    assert "à partir de 5 réponses" in await fanny.acts(f"consult:toasked:{number}")
    assert "réservé" in await anne.acts(f"consult:toasked:{number}")
    assert await network.notices() == []
