"""« Trouver une date »: slots that suit, would do or do not; the one chosen becomes the event's date in one press."""

from datetime import date

import pytest
from sqlalchemy import select

from storage.agenda import Event, Precision
from storage.ballots import Answer
from storage.consultations import consultation_by_slug
from storage.database import Database
from storage.people import Role
from tests.conversations.consulting import NOW, Network, Talk, a_network
from tests.stage import Stage


@pytest.fixture
async def network(sqlite: Database) -> Network:
    return await a_network(sqlite)


async def asked(network: Network) -> Talk:
    """Fanny looks for a date with three slots."""
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Quand se retrouver ?")
    assert "Quels créneaux" in await fanny.presses("Trouver une date")
    assert "Jusqu’à quand" in await fanny.says("17 mai\n16 mai à 9h30\n- 16 mai 14h")
    assert "jeudi 16 mai 2024 à 9 h 30" in await fanny.presses("Dans une semaine")
    await fanny.presses("Ouvrir maintenant")
    return fanny


async def open_question(talk: Talk) -> str:
    await talk.says("consultations")
    await talk.presses("Quand se retrouver")
    return await talk.presses("Commencer")


async def test_each_slot_is_answered_and_the_results_are_a_grid(network: Network) -> None:
    fanny, anne, bruno = await asked(network), await network.talk("Anne"), await network.talk("Bruno")
    assert "1. jeudi 16 mai 2024 à 9 h 30" in await open_question(anne)
    await anne.presses("1 oui")
    await anne.presses("2 si besoin")
    assert "2. jeudi 16 mai 2024 à 14 h : **si besoin**" in anne.text
    review = await anne.presses("Valider")
    assert "vendredi 17 mai 2024 : non" in review
    assert "C’est envoyé" in await anne.presses("Envoyer")
    await open_question(bruno)
    assert "jeudi 16 mai 2024 à 9 h 30 : oui" in await bruno.says("1 et 3 si besoin")
    await bruno.presses("Envoyer")
    await fanny.says("suivi")
    results = await fanny.presses("Voir les résultats")
    assert "jeudi 16 mai 2024 à 9 h 30 : 2 oui, 0 si besoin, 0 non ★" in results
    assert "vendredi 17 mai 2024 : 0 oui, 1 si besoin, 1 non" in results
    assert await network.count(Answer) == 6


async def test_a_press_that_comes_twice_changes_nothing_and_one_may_change_ones_mind(network: Network) -> None:
    await asked(network)
    anne = await network.talk("Anne")
    await open_question(anne)
    yes = anne.buttons["1 oui"]
    await anne.acts(yes)
    await anne.acts(yes)
    assert "9 h 30 : **oui**" in anne.text
    await anne.presses("1 non")
    assert "9 h 30 : **non**" in anne.text
    assert "oui" not in (await anne.presses("Valider")).split("Relisez")[1].split("Rien n’est parti")[0]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("toutes", ["oui"] * 3),
        ("aucune", ["non"] * 3),
        ("2 oui, 3 si besoin", ["non", "oui", "si besoin"]),
        ("oui, si besoin et non", ["oui", "si besoin", "non"]),
    ],
)
async def test_typed_answers_are_understood(network: Network, typed: str, answer: list[str]) -> None:
    await asked(network)
    anne = await network.talk("Anne")
    await open_question(anne)
    said = await anne.says(typed)
    slots = ("9 h 30", "14 h", "17 mai 2024")
    assert all(f"{slot} : {word}" in said for slot, word in zip(slots, answer, strict=True))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("16 mai", "au moins deux créneaux"),
        ("16 mai\nun jour", "Je ne comprends pas « un jour »"),
        ("16/05/2020\n17 mai", "déjà passé"),
    ],
)
async def test_slots_that_are_none_are_asked_again(network: Network, typed: str, why: str) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Quand ?")
    await fanny.presses("Trouver une date")
    assert why in await fanny.says(typed)
    assert "Jusqu’à quand" in await fanny.says("16 mai\n17 mai")


async def test_the_export_has_one_column_for_each_slot(network: Network) -> None:
    fanny, anne = await asked(network), await network.talk("Anne")
    await open_question(anne)
    await anne.says("1")
    await anne.presses("Envoyer")
    await fanny.says("suivi")
    await fanny.presses("Exporter")
    await fanny.presses("CSV")
    attachment = fanny.reply.messages[0].attachment
    assert attachment is not None
    header, row = attachment.content.decode("utf-8-sig").replace("\u00a0", " ").splitlines()
    assert header.count("Quand se retrouver ?") == 3
    assert row.endswith('"oui";"non";"non"')


async def test_the_slot_chosen_becomes_the_events_date_in_one_press_and_people_are_told(database: Database) -> None:
    stage = Stage(database)
    fanny, anne = "telegram:1", "telegram:2"
    await stage.person("Fanny", "T", fanny, roles=(Role.STAFF,))
    await stage.person("Anne", "T", anne)
    async with database.transaction() as session:
        event = Event(
            key="atelier",
            name="Atelier",
            precision=Precision.MONTH,
            starts_on=date(2024, 5, 1),
            ends_on=date(2024, 5, 31),
            zone="Europe/Paris",
            updated_at=NOW,
        )
        session.add(event)
    await stage.says(fanny, "sondage Quand se retrouver ?")
    await stage.says(fanny, "trouver une date")
    await stage.says(fanny, "16 mai à 9h30\n17 mai")
    preview = await stage.says(fanny, "dans 3 jours")
    offered = await stage.presses(fanny, preview.button("Rattacher"))
    await stage.presses(fanny, offered.button("Atelier"))
    await stage.presses(fanny, preview.button("Ouvrir maintenant"))
    listed = await stage.says(anne, "consultations")
    opening = await stage.presses(anne, listed.button("Quand se retrouver"))
    await stage.presses(anne, opening.button("Commencer"))
    review = await stage.says(anne, "1 oui, 2 si besoin")
    await stage.presses(anne, review.button("Envoyer"))
    follow = await stage.says(fanny, "suivi")
    results = await stage.presses(fanny, follow.button("résultats"))
    fix = results.button("Retenir jeudi 16 mai")
    refused = await stage.presses(anne, fix)
    assert "C’est enregistré" not in refused.text
    done = await stage.presses(fanny, fix)
    assert "C’est enregistré." in done.text
    assert "est prévenue" in done.text or "sont prévenues" in done.text
    again = await stage.presses(fanny, fix)
    assert "C’est déjà la date" in again.text
    other = await stage.presses(fanny, results.button("Retenir vendredi 17 mai"))
    assert "L’agenda a changé entre-temps" in other.text
    async with database.reading() as session:
        moved = (await session.scalars(select(Event))).one()
        asked = await consultation_by_slug(session, "sondage-2024-03-15")
    assert (moved.starts_on, moved.precision) == (date(2024, 5, 16), Precision.MINUTE)
    assert asked is not None
    assert asked.questions[0].config == {"event": "atelier"}
    assert "Atelier" in (await stage.heard(anne)).text
