"""What people type where buttons are offered: phrases and what they mean. Add yours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations.questionnaire import Given, Item, Option
from handlers.consultations.understanding import Understood, read_date, seems_asked, understand
from storage.consultations import QuestionKind

TODAY = date(2024, 5, 1)
OPINIONS = (
    Option(1, "yes", "Tout à fait clair"),
    Option(2, "rather", "Plutôt clair"),
    Option(3, "rather-not", "Plutôt pas clair", aliases=("mouais",)),
    Option(4, "no", "Pas clair du tout"),
    Option(5, "other", "Autre", asks_text=True),
)
ONE = Item(1, "one", QuestionKind.ONE, "?", options=OPINIONS)
SEVERAL = Item(2, "several", QuestionKind.SEVERAL, "?", options=OPINIONS, max_choices=2)
YES_NO = Item(3, "yes", QuestionKind.YES_NO, "?")
SCALE = Item(
    4, "scale", QuestionKind.SCALE, "?", config={"low": 1, "high": 5, "low_label": "Jamais", "high_label": "Toujours"}
)
NUMBER = Item(5, "number", QuestionKind.NUMBER, "?", config={"low": 0, "unit": "ETP"})
DATE = Item(6, "date", QuestionKind.DATE, "?")
SHORT = Item(7, "short", QuestionKind.SHORT_TEXT, "?")
RANKING = Item(8, "ranking", QuestionKind.RANKING, "?", options=OPINIONS[:3])


@pytest.mark.parametrize(
    ("item", "text", "answer"),
    [
        (ONE, "2", {"choices": [2]}),
        (ONE, "le 2", {"choices": [2]}),
        (ONE, "réponse 4", {"choices": [4]}),
        (ONE, "PLUTÔT CLAIR !", {"choices": [2]}),
        (ONE, "plutot claire", {"choices": [2]}),
        (ONE, "tout à fait", {"choices": [1]}),
        (ONE, "mouais", {"choices": [3]}),
        (ONE, "autre : ça dépend", {"choices": [5], "text": "ça dépend"}),
        (ONE, "autre", {"choices": [5]}),
        (SEVERAL, "1, 2", {"choices": [1, 2]}),
        (SEVERAL, "1 et 4", {"choices": [1, 4]}),
        (SEVERAL, "2 3", {"choices": [2, 3]}),
        (SEVERAL, "tout à fait clair et pas clair du tout", {"choices": [1, 4]}),
        (SEVERAL, "plutôt clair", {"choices": [2]}),
        (RANKING, "3, 1, 2", {"choices": [3, 1, 2]}),
        (RANKING, "3 > 1 > 2", {"choices": [3, 1, 2]}),
        (YES_NO, "plutôt oui", {"number": 1}),
        (YES_NO, "Bien sûr !", {"number": 1}),
        (YES_NO, "pas du tout", {"number": 0}),
        (SCALE, "4", {"number": 4}),
        (SCALE, "4/5", {"number": 4}),
        (SCALE, "4 sur 5", {"number": 4}),
        (SCALE, "toujours", {"number": 5}),
        (NUMBER, "12,5 ETP", {"number": 12.5}),
        (NUMBER, "1\u202f200", {"number": 1200}),
        (DATE, "mercredi 26 juin 2024", {"text": "2024-06-26"}),
        (SHORT, "  un mot ", {"text": "un mot"}),
        (SHORT, "Est-ce possible ?", {"text": "Est-ce possible ?"}),
    ],
)
def test_it_names_an_answer(item: Item, text: str, answer: Given) -> None:
    assert understand(item, text, TODAY) == Understood(answer=answer)


@pytest.mark.parametrize(
    ("item", "text", "trouble"),
    [
        (ONE, "plutôt", "which"),
        (SEVERAL, "1, 2, 3", "many"),
        (RANKING, "1, 2", "few"),
        (SCALE, "9", "number"),
        (NUMBER, "-3", "number"),
        (SHORT, "x" * 301, "long"),
    ],
)
def test_it_names_an_answer_that_cannot_stand(item: Item, text: str, trouble: str) -> None:
    assert understand(item, text, TODAY) == Understood(trouble=trouble)


@pytest.mark.parametrize(
    ("text", "word"),
    [("Passer", "skip"), ("je passe", "skip"), ("Retour", "back"), ("plus tard", "pause"), ("valider", "valid")],
)
@pytest.mark.parametrize("item", [ONE, YES_NO, SHORT])
def test_it_is_a_word_of_the_form(item: Item, text: str, word: str) -> None:
    assert understand(item, text, TODAY) == Understood(word=word)


@pytest.mark.parametrize("item", [ONE, SEVERAL, YES_NO, SCALE, NUMBER, DATE, RANKING])
@pytest.mark.parametrize(
    "text",
    ["C’est quand l’AG ?", "le mail de Camille Zind", "oui ?", "bonjour", "qui contacter ?", "99", "1, peut-être", "…"],
)
def test_it_is_about_something_else(item: Item, text: str) -> None:
    understood = understand(item, text, TODAY)
    assert understood is None or understood.trouble == "number" or (item.kind == QuestionKind.NUMBER and text == "99")


@given(st.text(max_size=60), st.sampled_from([ONE, SEVERAL, YES_NO, SCALE, NUMBER, DATE, RANKING, SHORT]))
def test_no_text_breaks_it_and_every_answer_can_stand(text: str, item: Item) -> None:
    understood = understand(item, text, TODAY)
    if understood is not None:
        set_fields = [bool(understood.word), bool(understood.trouble), understood.answer is not None]
        assert sum(set_fields) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26 juin", date(2024, 6, 26)),
        ("1er mars", date(2025, 3, 1)),
        ("26/06/24", date(2024, 6, 26)),
        ("2024-06-26", date(2024, 6, 26)),
        ("le 9 octobre 2024", date(2024, 10, 9)),
        ("31/02/2024", None),
        ("29 février", None),
        ("demain", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert read_date(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("C’est quand l’AG ?", True),
        ("Qui contacter ?", True),
        ("Comment associer les élus ?", True),
        ("Il faudrait clarifier les mandats.", False),
        ("Pourquoi pas, mais avec quels moyens", False),
        ("Comment " + "dire " * 30 + "?", False),
    ],
)
def test_what_looks_like_a_question_to_the_assistant(text: str, asked: bool) -> None:
    assert seems_asked(text) is asked
