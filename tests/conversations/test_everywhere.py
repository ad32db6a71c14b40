"""One conversation on all three channels: ask, consult, be reminded, announce."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from storage.ballots import Ballot
from tests.conversations.everywhere import Place, place

PARIS = ZoneInfo("Europe/Paris")
DIRECTOR, PRESIDENT, STAFF, REUNION = "annaig-exemple", "malo-fictif", "sacha-essai", "ravi-repetition"


@pytest.fixture(params=["telegram", "slack", "web"])
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(request.param, tmp_path) as made:
        yield made


async def test_questions_are_answered_from_the_database_or_honestly_not(here: Place) -> None:
    assert "mercredi 9 octobre 2024" in await here.says(DIRECTOR, "C’est quand l’AG ?")
    assert "camille.zind@mensiaconseil.fr" in await here.says(DIRECTOR, "le mail de Camille Zind ?")
    june = await here.says(DIRECTOR, "qu’est-ce qu’il y a en juin ?")
    assert "26 juin 2024" in june
    assert "9 octobre" not in june
    unknown = await here.says(DIRECTOR, "Quelle est la recette de la ratatouille ?")
    assert "sort de ce que je connais" in unknown
    assert "2024" not in unknown


async def test_a_follow_up_refers_to_what_was_spoken_of(here: Place) -> None:
    await here.says(DIRECTOR, "Qui est Christian Viet ?")
    assert "06 37 42 86 85" in await here.says(DIRECTOR, "et son téléphone ?")


async def test_the_first_consultation_is_answered_survives_a_restart_and_counts_once(here: Place) -> None:
    listed = await here.says(DIRECTOR, "consultations")
    assert "Structuration du réseau" in listed
    opening = await here.presses(DIRECTOR, "Structuration")
    assert "six" in opening.lower() or "6" in opening
    await here.presses(DIRECTOR, "Commencer")
    await here.presses(DIRECTOR, "Plutôt clair")
    await here.presses(DIRECTOR, "Des moyens humains")
    await here.restart()  # in the middle of an answer
    await here.presses(DIRECTOR, "Un mandat mieux défini")
    await here.presses(DIRECTOR, "Valider")
    await here.presses(DIRECTOR, "De la même façon partout")
    await here.presses(DIRECTOR, "Retour")
    await here.presses(DIRECTOR, "Selon les besoins")
    await here.presses(DIRECTOR, "Passer")
    await here.presses(DIRECTOR, "L’écoute")
    review = await here.says(DIRECTOR, "Des relations simples & claires <sans intermédiaire>.")
    for answer in ("Plutôt clair", "moyens humains", "mandat mieux défini", "Selon les besoins", "simples & claires"):
        assert answer in review.replace("&amp;", "&").replace("\\", "")
    receipt = await here.presses(DIRECTOR, "Envoyer")
    assert "C’est envoyé" in receipt
    seen = await here.says(PRESIDENT, "consultations") + await here.presses(PRESIDENT, "Structuration")
    assert "Annaïg Exemple" in seen
    async with here.app.database.reading() as session:
        assert len((await session.scalars(select(Ballot))).all()) == 1
    await here.says(STAFF, "suivi")  # there are others in preparation
    assert "1 réponse sur" in await here.presses(STAFF, "Structuration")


async def test_one_reads_first_types_where_buttons_are_goes_back_skips_corrects_pauses_and_asks_meanwhile(
    here: Place,
) -> None:
    await here.says(DIRECTOR, "consultations")
    await here.presses(DIRECTOR, "Structuration")
    everything = await here.presses(DIRECTOR, "Lire les questions")
    assert all(f"{number}." in everything.replace("\\", "") for number in range(1, 7))
    await here.presses(DIRECTOR, "Commencer")
    assert "Question 2 sur 6" in await here.says(DIRECTOR, "plutôt clair")
    assert "Question 1 sur 6" in await here.says(DIRECTOR, "retour")
    await here.presses(DIRECTOR, "Garder ma réponse")
    meanwhile = await here.says(DIRECTOR, "C’est quand l’AG ?")
    assert "9 octobre 2024" in meanwhile
    assert "Question 2 sur 6" in await here.presses(DIRECTOR, "Reprendre la consultation")
    assert "Question 3 sur 6" in await here.says(DIRECTOR, "des moyens humains")
    paused = await here.says(DIRECTOR, "pause")
    assert "sont gardées" in paused
    await here.restart()
    await here.says(DIRECTOR, "consultations")
    await here.presses(DIRECTOR, "Structuration")
    assert "Question 3 sur 6" in await here.presses(DIRECTOR, "Reprendre (question 3 sur 6)")
    assert "Question 4 sur 6" in await here.says(DIRECTOR, "selon les besoins")
    assert "Question 5 sur 6" in await here.says(DIRECTOR, "passer")
    assert "Question 6 sur 6" in await here.says(DIRECTOR, "l’écoute")
    review = await here.says(DIRECTOR, "Rien à ajouter.")
    assert "Relisez vos réponses" in review
    assert "sans réponse" in review
    assert "Question 3 sur 6" in await here.presses(DIRECTOR, "Modifier 3")
    assert "De la même façon partout" in await here.says(DIRECTOR, "de la même façon partout")
    assert "C’est envoyé" in await here.presses(DIRECTOR, "Envoyer")


async def test_a_reminder_leaves_once_a_week_and_a_day_before(here: Place) -> None:
    before = await here.sees(DIRECTOR)
    await here.goes_to(datetime(2024, 10, 2, 9, 0, 30, tzinfo=PARIS))
    week = (await here.sees(DIRECTOR))[len(before) :]
    assert "Assemblée générale" in week
    assert "mercredi 9 octobre 2024" in week
    await here.goes_to(datetime(2024, 10, 2, 9, 5, tzinfo=PARIS))
    assert (await here.sees(DIRECTOR))[len(before) :] == week
    await here.restart()
    await here.goes_to(datetime(2024, 10, 8, 9, 0, 30, tzinfo=PARIS))
    day = (await here.sees(DIRECTOR))[len(before) + len(week) :]
    assert "Assemblée générale" in day


async def test_a_reminder_of_ones_own_is_asked_for_put_off_and_taken_back(here: Place) -> None:
    assert "mardi 8 octobre 2024 à 18" in await here.says(DIRECTOR, "rappelle-moi l’AG la veille à 18 h")
    await here.says(DIRECTOR, "rappelle-moi l’AG le matin même à 7 h")
    await here.goes_to(datetime(2024, 10, 8, 9, 0, 30, tzinfo=PARIS))
    assert "mardi 8 octobre 2024 à 10" in await here.presses(DIRECTOR, "Dans une heure")
    for hour in (10, 18):  # what was put off, what was asked for
        before = await here.sees(DIRECTOR)
        await here.goes_to(datetime(2024, 10, 8, hour, 0, 45, tzinfo=PARIS))
        assert "Assemblée générale" in (await here.sees(DIRECTOR))[len(before) :]
    assert "Ceux que vous avez demandés" in await here.says(DIRECTOR, "rappels")
    assert "supprimé" in await here.presses(DIRECTOR, "Supprimer")
    before = await here.sees(DIRECTOR)
    await here.goes_to(datetime(2024, 10, 9, 7, 0, 30, tzinfo=PARIS))
    assert await here.sees(DIRECTOR) == before


async def test_staff_announce_with_a_preview_and_it_arrives(here: Place) -> None:
    preview = await here.says(STAFF, "annonce Bonjour à **tous**, rendez-vous au séminaire <le 5 avril> !")
    assert "9 personnes" in preview
    await here.presses(STAFF, "Envoyer")
    await here.settled()
    heard = await here.sees(REUNION)
    if "rendez-vous au séminaire" not in heard:  # it is evening in La Réunion: bulk waits for the morning
        await here.goes_to(datetime(2024, 3, 18, 9, 0, tzinfo=PARIS))
        heard = await here.sees(REUNION)
    assert "rendez-vous au séminaire" in heard
    refused = await here.says(REUNION, "annonce Bonjour")
    assert "réservé" in refused
