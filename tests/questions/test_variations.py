"""The same question typed in another way is read the same: without accents, in capitals, glued together, politely."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

import pytest

from handlers.questions.answering import Answer
from tests.questions.knowing import HERE, ask
from tests.questions.tables import phrases

ASKED = [p for p in phrases(*sorted((HERE / "phrases").glob("*.yaml"))) if p.reads.get("intent") != "act"]


EACH = 3


def bare(text: str) -> str:
    """Without accents, in lower case."""
    flat = unicodedata.normalize("NFKD", text)
    return "".join(c for c in flat if not unicodedata.combining(c)).lower()


VARIATIONS: dict[str, tuple[Callable[[str], str], float]] = {
    "without accents or capitals": (bare, 0.985),
    "in capitals": (str.upper, 0.985),
    "without apostrophes": (lambda text: re.sub("['’]", "", bare(text)), 0.98),
    "with spaces for apostrophes and without marks": (lambda text: re.sub("['’?!.]", " ", bare(text)), 0.98),
    "after a greeting": (lambda text: f"Bonjour, {text}", 0.985),
    "before thanks": (lambda text: f"{text} Merci d’avance !", 0.985),
    "as a wish": (lambda text: f"Je voudrais savoir : {text}", 0.985),
    "with a please": (lambda text: f"{text.rstrip(' ?!.')} svp ?", 0.985),
    "insistently": (lambda text: f"{text.rstrip(' ?!.')} ???", 0.985),
}


def read(told: Answer) -> object:
    """What was understood, apart from the words."""
    reading = told.reading
    return reading.intent, reading.asks, reading.events, reading.contacts, reading.topic, reading.period is None


@cache
def as_written(question: str, after: tuple[str, ...]) -> object:
    """What is understood of a phrase as the table has it."""
    return read(ask(question, *after))


@pytest.mark.parametrize("name", VARIATIONS)
def test_another_way_of_typing_changes_nothing(name: str) -> None:
    vary, least = VARIATIONS[name]
    turn = list(VARIATIONS).index(name) % EACH  # every phrase is varied, each in some of the ways
    asked = [phrase for phrase in ASKED[turn::EACH] if len(phrase.question) > 5]
    changed = [
        (phrase.question, vary(phrase.question))
        for phrase in asked
        if read(ask(vary(phrase.question), *phrase.after)) != as_written(phrase.question, phrase.after)
    ]
    assert len(changed) <= (1 - least) * len(asked), changed[:20]
