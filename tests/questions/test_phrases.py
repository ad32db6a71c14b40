"""Every phrase of the tables is read and answered as its family says, and nothing is ever invented."""

from collections import Counter

import pytest

from tests.questions.knowing import HERE, ask, knowledge
from tests.questions.tables import Phrase, faults, phrases

TABLES = sorted((HERE / "phrases").glob("*.yaml"))
OURS = list(phrases(*TABLES))
LIGHTHOUSES = list(phrases(HERE / "packs" / "phares.yaml"))


@pytest.mark.parametrize("phrase", OURS, ids=str)
def test_a_phrase_of_the_missions_locales(phrase: Phrase) -> None:
    told = ask(phrase.question, *phrase.after, zone=phrase.zone, home=phrase.home)
    assert not faults(phrase, told, knowledge("missions-locales")), told.text


@pytest.mark.parametrize("phrase", LIGHTHOUSES, ids=str)
def test_a_phrase_of_another_federation(phrase: Phrase) -> None:
    told = ask(phrase.question, *phrase.after, pack="phares", zone=phrase.zone, home=phrase.home)
    assert not faults(phrase, told, knowledge("phares")), told.text


def test_the_tables_hold_no_phrase_twice() -> None:
    counts = Counter((p.question.casefold(), p.after, p.zone.key, p.home) for p in OURS)
    assert [phrase for phrase, count in counts.items() if count > 1] == []


def test_the_tables_hold_more_than_four_hundred_phrases() -> None:
    assert len(OURS) > 400
