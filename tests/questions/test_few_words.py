"""A date asked with one ordinary word beside it: no event is told because its description has that word by chance."""

import pytest
import yaml

from handlers.questions.indexing import name_stems
from tests.questions.knowing import ROOT, ask, knowledge
from tests.questions.test_conversations import labels

COMMON = yaml.safe_load((ROOT / "handlers" / "questions" / "lexicon" / "words.yaml").read_text("utf-8"))["common"]
WORDS = sorted({word for line in COMMON for word in str(line).split() if len(word) > 3})


def begins_a_name(word: str, key: str) -> bool:
    """Is an event called by a name that begins so?"""
    event = knowledge("missions-locales").event[key]
    own = [stems[0] for name in (event.name, *event.aliases) if (stems := name_stems(name))]
    return name_stems(word)[:1] in [(first,) for first in own]


@pytest.mark.parametrize("frame", ["date de {}", "lieu de {} ?", "c’est quand, le {} ?"])
def test_an_ordinary_word_is_no_name_of_an_event(frame: str) -> None:
    told = {word: ask(frame.format(word)) for word in WORDS}
    by_chance = {
        word: answer.reading.events
        for word, answer in told.items()
        if answer.reading.because == "described"
        and answer.understood
        and not all(begins_a_name(word, key) for key in answer.reading.events)
    }
    assert by_chance == {}


@pytest.mark.parametrize(
    "question",
    [
        "Date de départ",
        "date de retour ?",
        "lieu de départ",
        "heure de sortie",
        "c’est quand le départ ?",
        "Date de passage",
        "date du permis",
        "lieu de siège",
        "quand est la sortie",
        "date de livraison",
        "Date d’ancienneté",
    ],
)
def test_nothing_is_told_of_a_date_of_nothing_of_ours(question: str) -> None:
    assert not ask(question).understood


@pytest.mark.parametrize(
    "question",
    [
        "date limite pour les impôts",
        "dernier délai pour la déclaration de revenus",
        "C’est quand la date limite de consommation ?",
        "date limite vœux parcoursup",
        "quelle est la date limite pour changer ses pneus",
        "la date limite de la carte jeune",
    ],
)
def test_a_last_day_of_something_else_is_not_said_to_be_one_of_ours(question: str) -> None:
    told = ask(question)
    assert not told.understood and "inscription" not in told.body


def test_the_last_day_of_an_event_is_said_not_to_be_known() -> None:
    told = ask("date limite pour l’AG ?")
    assert not told.understood and "Je n’ai pas la date limite (**Assemblée générale**)" in told.body


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("C’est quand la plénière ?", ["Rencontres nationales des Missions Locales 2024", "Assemblée générale"]),
        ("séance pleniere", ["Rencontres nationales des Missions Locales 2024", "Assemblée générale"]),
        ("lieu de la plénière de l’UNML", ["Rencontres nationales des Missions Locales 2024", "Assemblée générale"]),
        ("le congrès c’est où ?", ["Rencontres nationales des Missions Locales 2024"]),
        ("quand a lieu la convention", ["Rencontres nationales des Missions Locales 2024"]),
    ],
)
def test_what_is_called_otherwise_is_offered_and_never_assumed(question: str, offered: list[str]) -> None:
    told = ask(question)
    assert not told.understood and "octobre" not in told.text
    assert labels(told) == offered


@pytest.mark.parametrize(
    "question",
    [
        "la plénière du conseil régional, c’est quand ?",
        "plénière des jeunes : date ?",
        "le congrès des maires c’est quand",
        "plénière Mission Locale de Lille",
        "la convention collective",
    ],
)
def test_a_gathering_of_others_is_offered_as_none_of_ours(question: str) -> None:
    told = ask(question)
    assert not told.understood and labels(told) == []


def test_what_is_offered_is_told_when_accepted() -> None:
    assert "8 au mercredi 9 octobre" in ask("oui", "c’est quand le congrès ?").body
