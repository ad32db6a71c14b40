"""Nudges go to voices that have not answered, and stop when a colleague does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.consultations.nudging import nudge_due
from storage.ballots import Participation
from storage.database import Database
from storage.outbox import Delivery, State
from tests.conversations.consulting import NOW, Network, a_consultation, a_network

MORNING = NOW + timedelta(days=5)  # Wednesday 20 March, 10:00 in Paris, 6:00 in Cayenne


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def tick(network: Network, now: datetime) -> int:
    async with network.database.transaction() as session:
        return await nudge_due(session, now)


async def answer(network: Network, name: str) -> None:
    talk = await network.talk(name)
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses("Oui")
    for _ in range(3):
        await talk.presses("Passer")
    assert "C’est envoyé" in await talk.presses("Envoyer")


async def states(network: Network) -> dict[str, str]:
    names = {number: name for name, number in network.people.items()}
    async with network.database.reading() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == "nudge"))
        return {names[row.person_id or 0]: row.state for row in rows}


async def test_only_silent_voices_are_nudged_once(network: Network) -> None:
    await a_consultation(network.database, nudge_days=[2], audience={"kinds": ["mission-locale"]})
    await answer(network, "Carla")
    assert await tick(network, MORNING - timedelta(hours=2)) == 0
    assert await tick(network, MORNING) == 3
    assert await tick(network, MORNING + timedelta(seconds=15)) == 0
    assert await states(network) == {"Anne": State.WAITING, "Bruno": State.WAITING, "Elsa": State.WAITING}
    told = [text for name, text in await network.notices() if name == "Bruno"]
    assert told[0].startswith(
        "Votre structure, ML Rennes, n’a pas encore répondu à la consultation «\u00a0Votre avis\u00a0»."
    )
    assert "vendredi 22 mars 2024" in told[0]


async def test_a_colleagues_answer_cancels_the_nudges_that_wait(network: Network) -> None:
    await a_consultation(network.database, nudge_days=[2])
    await tick(network, MORNING + timedelta(hours=4))
    assert set(await states(network)) == {"Anne", "Bruno", "Elsa", "Carla", "Gilles"}
    await answer(network, "Anne")
    found = await states(network)
    assert {name for name, state in found.items() if state == State.CANCELLED} == {"Anne", "Bruno", "Elsa"}
    assert {name for name, state in found.items() if state == State.WAITING} == {"Carla", "Gilles"}


async def test_the_structure_whose_number_begins_alike_is_left_alone(network: Network) -> None:
    number = await a_consultation(network.database, nudge_days=[2])
    await tick(network, MORNING)
    async with network.database.transaction() as session:
        rennes = network.structures["ML Rennes"]
        for row in await session.scalars(select(Delivery).where(Delivery.about.contains(f":structure:{rennes}:"))):
            row.about = row.about.replace(f":structure:{rennes}:", f":structure:{rennes}7:")
    await answer(network, "Anne")
    assert (await states(network))["Bruno"] == State.WAITING
    assert await network.count(Participation, Participation.consultation_id == number) == 1


async def test_none_after_the_close_and_each_expires_with_it(network: Network) -> None:
    await a_consultation(network.database, nudge_days=[0])
    assert await tick(network, NOW + timedelta(days=7)) == 0
    assert await tick(network, NOW + timedelta(days=6, hours=23, minutes=30)) == 4
    async with network.database.reading() as session:
        rows = (await session.scalars(select(Delivery))).all()
    assert {row.expires_at for row in rows} == {NOW + timedelta(days=7)}
    assert all(row.due_at < NOW + timedelta(days=7) for row in rows)


async def test_where_an_answer_waits_for_the_director_only_the_director_is_nudged(network: Network) -> None:
    await a_consultation(network.database, nudge_days=[2], rule="director", audience={"regions": ["53"]})
    anne = await network.talk("Anne")
    await anne.says("consultations")
    await anne.presses("Votre avis")
    await anne.presses("Commencer")
    await anne.presses("Oui")
    for _ in range(3):
        await anne.presses("Passer")
    await anne.presses("Envoyer")
    await tick(network, MORNING)
    found = await states(network)
    assert set(found) == {"Bruno", "Gilles"}
    told = [text for name, text in await network.notices() if name == "Bruno"]
    assert "attend votre validation" in told[-1]


async def test_staff_nudge_after_a_preview_and_once_a_day(network: Network) -> None:
    await a_consultation(network.database, audience={"kinds": ["mission-locale"]})
    await answer(network, "Carla")
    fanny = await network.talk("Fanny")
    await fanny.says("suivi")
    preview = await fanny.presses("Relancer")
    assert "2 voix n’ont pas encore répondu" in preview
    assert "vers 3 personnes" in preview
    assert "Pour 1 structure, je ne connais personne" in preview
    go = fanny.buttons["Relancer maintenant"]
    assert "en route vers 3 personnes" in await fanny.acts(go)
    assert "déjà partie" in await fanny.acts(go)
    assert len(await states(network)) == 3
    bruno = await network.talk("Bruno")
    assert "réservé" in await bruno.acts(go)


async def test_a_nudge_at_night_waits_for_the_readers_morning(network: Network) -> None:
    await a_consultation(network.database)
    fanny = await network.talk("Fanny", now=NOW)  # 10:00 in Paris, 6:00 in Cayenne
    await fanny.says("suivi")
    await fanny.presses("Relancer")
    await fanny.presses("Relancer maintenant")
    async with network.database.reading() as session:
        due = {row.person_id: row.due_at for row in await session.scalars(select(Delivery))}
    assert due[network.people["Bruno"]] == NOW
    assert due[network.people["Carla"]] == NOW + timedelta(hours=2)


async def test_who_wants_no_more_nudges_gets_none_and_may_still_answer(network: Network) -> None:
    number = await a_consultation(network.database, nudge_days=[3, 2], audience={"kinds": ["mission-locale"]})
    await tick(network, MORNING - timedelta(days=1))
    bruno = await network.talk("Bruno", now=MORNING - timedelta(days=1))
    assert "je ne vous relancerai plus" in await bruno.acts(f"consult:quiet:{number}")
    assert "je ne vous relancerai plus" in await bruno.acts(f"consult:quiet:{number}")
    assert (await states(network))["Bruno"] == State.CANCELLED
    assert (await states(network))["Anne"] == State.WAITING
    before = await network.count(Delivery)
    await tick(network, MORNING + timedelta(hours=4))
    assert await network.count(Delivery) == before + 3  # Anne, Elsa and Carla
    assert "Commencer" in (await bruno.presses("Répondre"), bruno.buttons)[1]
