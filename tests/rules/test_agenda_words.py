"""What plain words about an event mean, as a table."""

from datetime import date, time

import pytest

from handlers.calendar.understanding import Meant, read

TODAY = date(2024, 3, 15)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (
            "atelier Bretagne le 16 mai 9h30 à Rennes",
            Meant("atelier Bretagne", date(2024, 5, 16), None, time(9, 30), None, "Rennes"),
        ),
        ("atelier au 14 mai 14h à Caen", Meant("atelier", date(2024, 5, 14), None, time(14), None, "Caen")),
        ("atelier le 17 mai de 10h à 12h30", Meant("atelier", date(2024, 5, 17), None, time(10), time(12, 30))),
        (
            "séminaire du 8 au 9 octobre 2024 au Havre",
            Meant("séminaire", date(2024, 10, 8), date(2024, 10, 9), None, None, "Le Havre"),
        ),
        ("réunion le 16/5 à 9h en visio", Meant("réunion", date(2024, 5, 16), None, time(9), remote=True)),
        ("réunion le 3 février", Meant("réunion", date(2025, 2, 3))),
        ("l’assemblée générale", Meant("l’assemblée générale")),
        ("réunion le 31 avril", None),
        ("réunion le 3 mai à 25h", None),
    ],
)
def test_words_are_read(words: str, meant: Meant | None) -> None:
    assert read(words, TODAY) == meant
