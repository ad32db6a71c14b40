"""What staff type to make a poll."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations.polling import Offer, is_other, read_deadline, read_offer, split_at_once
from storage.consultations import QuestionKind

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)  # a Friday, 10:00 in Paris


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("oui/non", Offer(QuestionKind.YES_NO)),
        ("Oui ou non", Offer(QuestionKind.YES_NO)),
        ("texte libre", Offer(QuestionKind.LONG_TEXT)),
        ("Note de 1 à 5", Offer(QuestionKind.SCALE)),
        ("Rennes\nBrest", Offer(QuestionKind.ONE, ("Rennes", "Brest"))),
        ("- Rennes\n• Brest\n\n3. Autre", Offer(QuestionKind.ONE, ("Rennes", "Brest", "Autre"))),
        ("Rennes, Brest ; Vannes", Offer(QuestionKind.ONE, ("Rennes, Brest", "Vannes"))),
        ("le 3 avril, le 4 avril", Offer(QuestionKind.ONE, ("le 3 avril", "le 4 avril"))),
        ("seul", "few"),
        ("A\na", "twice"),
        ("\n".join(f"choix {i}" for i in range(21)), "many"),
        ("A\n" + "b" * 101, "long"),
    ],
)
def test_choices(text: str, offer: Offer | str) -> None:
    assert read_offer(text) == offer


@given(st.text(max_size=200))
def test_whatever_is_typed_there_are_two_different_choices_or_a_fault(text: str) -> None:
    offer = read_offer(text)
    if isinstance(offer, Offer) and offer.kind == QuestionKind.ONE:
        assert 2 <= len(set(offer.labels)) == len(offer.labels) <= 20
        assert all(label.strip() for label in offer.labels)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("demain", "2024-03-16T18:00"),
        ("demain à 12h", "2024-03-16T12:00"),
        ("vendredi à 18h30", "2024-03-22T18:30"),
        ("lundi prochain", "2024-03-18T18:00"),
        ("dans 3 jours", "2024-03-18T18:00"),
        ("2 semaines", "2024-03-29T18:00"),
        ("26 juin", "2024-06-26T18:00"),
        ("jusqu’au 26 juin 2024 à 9 h", "2024-06-26T09:00"),
        ("26/06/2024 9:15", "2024-06-26T09:15"),
        ("ce soir", "2024-03-15T18:00"),
        ("aujourd’hui à 23h", "2024-03-15T23:00"),
    ],
)
def test_deadlines(text: str, expected: str) -> None:
    assert read_deadline(text, NOW, PARIS) == datetime.fromisoformat(expected).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("un jour", "unclear"), ("demain à 25h", "unclear"), ("aujourd’hui à 9h", "past"), ("14/03/2024", "past")],
)
def test_deadlines_that_cannot_be(text: str, fault: str) -> None:
    assert read_deadline(text, NOW, PARIS) == fault


@given(st.text(max_size=40))
def test_a_deadline_lies_ahead(text: str) -> None:
    until = read_deadline(text, NOW, PARIS)
    assert until in ("unclear", "past") or (isinstance(until, datetime) and until > NOW)


def test_a_question_and_its_choices_in_one_message() -> None:
    assert split_at_once("Où ?\nRennes\nBrest") == ("Où ?", "Rennes\nBrest")
    assert split_at_once("Où ?") == ("Où ?", "")
    assert is_other("Autre :")
    assert not is_other("Autrement")
