"""« sondage »: a poll in three messages."""

from datetime import timedelta

import pytest

from storage.consultations import Choice, Consultation, Question, consultation_by_slug
from storage.database import Database
from tests.conversations.consulting import NOW, Network, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def poll(network: Network, slug: str = "sondage-2024-03-15") -> Consultation:
    async with network.database.reading() as session:
        found = await consultation_by_slug(session, slug)
    assert found is not None
    return found


async def test_a_poll_in_three_messages_is_previewed_opened_and_answered(network: Network) -> None:
    fanny, bruno = await network.talk("Fanny"), await network.talk("Bruno")
    assert "Quels choix ?" in await fanny.says("sondage Où se retrouver en mai ?")
    assert "Jusqu’à quand ?" in await fanny.says("Rennes\n- Brest\n3. Autre")
    shown = await fanny.says("vendredi à 12h30")
    assert "Aperçu du sondage" in shown
    assert "Où se retrouver en mai ?" in shown
    assert "Rennes · Brest · Autre" in shown
    assert "À tout le réseau : **7 personnes**" in shown
    assert "le vendredi 22 mars 2024 à 12 h 30 (heure de Paris)" in shown
    assert "verra vos réponses avec votre nom" in shown
    assert "Aucune consultation" in await bruno.says("consultations")
    assert "est ouverte" in await fanny.presses("Ouvrir maintenant")
    await bruno.says("consultations")
    await bruno.presses("Où se retrouver")
    await bruno.presses("Commencer")
    assert "Précisez" in await bruno.presses("Autre")
    await bruno.says("à Quimper")
    assert "C’est envoyé" in await bruno.presses("Envoyer")
    await fanny.says("suivi")
    assert "à Quimper (Bruno Test)" in await fanny.presses("Voir les résultats")


async def test_everything_in_one_message(network: Network) -> None:
    fanny = await network.talk("Fanny")
    assert "Jusqu’à quand ?" in await fanny.says("sondage Faut-il continuer ?\noui / non")
    assert "Oui / non" in await fanny.presses("Dans 3 jours")
    assert (await poll(network)).closes_at == NOW + timedelta(days=3, hours=8)


async def test_who_is_asked_and_what_is_promised_can_be_changed(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage")
    await fanny.says("Êtes-vous prêts ?")
    await fanny.presses("Note de 1 à 5")
    await fanny.presses("Demain")
    assert "**2 personnes**" not in fanny.text
    assert "Aux directions : **3 personnes**" in await fanny.presses("Aux directions")
    await fanny.presses("Choisir une région")
    assert "Aux directions, en région Bretagne : **1 personne**" in await fanny.presses("Bretagne")
    assert "**3 structures**, une voix par structure" in await fanny.presses("Une voix par structure")
    assert "les totaux et les textes sans nom" in await fanny.presses("Rendre confidentiel")
    await fanny.presses("Changer la question")
    assert "Vraiment prêts ?" in await fanny.says("Vraiment prêts ?")
    await fanny.presses("Changer les choix")
    assert "Oui · Non · Bientôt" in await fanny.says("Oui, Non, Bientôt")
    await fanny.presses("Changer les choix")
    assert "Non · Oui" in await fanny.says("Non ; Oui")
    await fanny.presses("Changer la date")
    assert "26 juin 2024 à 18 h" in await fanny.says("26 juin")
    found = await poll(network)
    assert (found.voice, found.secrecy, found.title) == ("structure", "confidential", "Vraiment prêts ?")
    assert found.audience == {"roles": ["director"], "regions": ["53"]}
    assert [choice.label for choice in found.questions[0].choices] == ["Non", "Oui"]


async def test_what_is_unclear_is_asked_again(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Laquelle ?")
    assert "au moins deux choix" in await fanny.says("Une seule")
    assert "les mêmes" in await fanny.says("Oui\noui !")
    await fanny.says("A\nB")
    assert "pas compris cette date" in await fanny.says("un de ces jours")
    assert "déjà passée" in await fanny.says("14/03/2024")
    assert "autre question" in await fanny.says("C’est quand l’AG ?")
    assert "Jusqu’à quand ?" in await fanny.acts("consult:compose")
    assert "Aperçu" in await fanny.says("demain 9h")


async def test_a_poll_that_is_given_up_leaves_nothing(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Laquelle ?\nA\nB")
    assert "abandonné" in await fanny.presses("Abandonner")
    assert "autre question" in await fanny.says("demain")
    await fanny.says("sondage Laquelle ?\nA\nB")
    await fanny.says("demain")
    assert await network.count(Consultation) == 1
    assert "abandonné" in await fanny.presses("Abandonner")
    for table in (Consultation, Question, Choice):
        assert await network.count(table) == 0


async def test_what_is_open_is_not_changed_by_old_buttons_and_can_be_prolonged(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Laquelle ?\nA\nB")
    await fanny.says("demain")
    old = dict(fanny.buttons)
    await fanny.presses("Changer les choix")
    await fanny.acts(old["Ouvrir maintenant"])
    assert "ne se change plus" in await fanny.says("C\nD")
    for label in (
        "Rendre confidentiel",
        "Une voix par structure",
        "Abandonner",
        "Changer la question",
        "Aux directions",
    ):
        assert "ne se change plus" in await fanny.acts(old[label])
    found = await poll(network)
    assert (found.secrecy, found.voice, len(found.questions[0].choices)) == ("named", "person", 2)
    await fanny.says("suivi")
    await fanny.presses("Prolonger")
    assert "reste ouverte jusqu’à la nouvelle clôture, le vendredi 29 mars 2024" in await fanny.presses(
        "Dans 2 semaines"
    )


async def test_two_polls_of_one_day_have_names_of_their_own(network: Network) -> None:
    fanny = await network.talk("Fanny")
    for question in ("Un ?", "Deux ?", "Trois ?"):
        await fanny.says(f"sondage {question}\noui / non")
        await fanny.says("demain")
    assert [(await poll(network, f"sondage-2024-03-15{end}")).title for end in ("", "-2", "-3")] == [
        "Un ?",
        "Deux ?",
        "Trois ?",
    ]


@pytest.mark.parametrize("name", ["Bruno", "Gilles"])
async def test_polls_are_made_by_staff(network: Network, name: str) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Laquelle ?\nA\nB")
    await fanny.says("demain")
    talk = await network.talk(name)
    assert "réservée à l’équipe" in await talk.says("sondage Et moi ?")
    for label in ("Ouvrir maintenant", "Rendre confidentiel", "Abandonner"):
        assert "réservé" in await talk.acts(fanny.buttons[label])
    assert (await poll(network)).status == "draft"
