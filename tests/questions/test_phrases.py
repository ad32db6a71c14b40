"""Every phrase of the tables is read and answered as its family says, and nothing is ever invented."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

import pytest

from tests.questions.knowing import HERE, ask, knowledge
from tests.questions.tables import Phrase, faults, phrases

TABLES = sorted((HERE / "phrases").glob("*.yaml"))
OURS = list(phrases(*TABLES))
LIGHTHOUSES = list(phrases(HERE / "packs" / "phares.yaml"))


def families(lines: Iterable[Phrase]) -> list[list[Phrase]]:
    """The phrases of each family: a test each, since one for every phrase would cost more than the phrase."""
    return [list(same) for _, same in groupby(lines, key=lambda phrase: (phrase.table, phrase.family))]


def named(family: Sequence[Phrase]) -> str:
    return f"{family[0].table}: {family[0].family}"


def wrong(family: Sequence[Phrase], pack: str) -> dict[str, tuple[list[str], str]]:
    """For each phrase that is not answered as its family says: what is wrong, and the answer."""
    found = {}
    for phrase in family:
        told = ask(phrase.question, *phrase.after, pack=pack, zone=phrase.zone, home=phrase.home)
        if amiss := faults(phrase, told, knowledge(pack)):
            found[str(phrase)] = (amiss, told.text)
    return found


@pytest.mark.parametrize("family", families(OURS), ids=named)
def test_a_family_of_phrases_of_the_missions_locales(family: list[Phrase]) -> None:
    assert wrong(family, "missions-locales") == {}


@pytest.mark.parametrize("family", families(LIGHTHOUSES), ids=named)
def test_a_family_of_phrases_of_another_federation(family: list[Phrase]) -> None:
    assert wrong(family, "phares") == {}


def test_the_tables_hold_no_phrase_twice() -> None:
    counts = Counter((p.question.casefold(), p.after, p.zone.key, p.home) for p in OURS)
    assert [phrase for phrase, count in counts.items() if count > 1] == []


def test_the_tables_hold_more_than_four_hundred_phrases() -> None:
    assert len(OURS) > 400


def test_the_other_federation_has_a_hundred_phrases_of_its_own() -> None:
    assert len(LIGHTHOUSES) >= 100
