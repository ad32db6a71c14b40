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
        (
            "entretiens du 19 février au 1er mars à Caen",
            Meant("entretiens", date(2025, 2, 19), date(2025, 3, 1), None, None, "Caen"),
        ),
        (
            "concertation du lundi 18 mars au mercredi 3 avril 2024",
            Meant("concertation", date(2024, 3, 18), date(2024, 4, 3)),
        ),
        ("congés du 23 décembre au 3 janvier", Meant("congés", date(2024, 12, 23), date(2025, 1, 3))),
        ("congés du 23/12/2024 au 3/1/2025", Meant("congés", date(2024, 12, 23), date(2025, 1, 3))),
        ("bilan du 1er avril 2024 au 2 mai", Meant("bilan", date(2024, 4, 1), date(2024, 5, 2))),
        ("consultation du 1er mars au 20 mars", Meant("consultation", date(2024, 3, 1), date(2024, 3, 20))),
        (
            "séminaire du 8 octobre 14h au 9 octobre à 12h30 aux Sables-d’Olonne",
            Meant("séminaire", date(2024, 10, 8), date(2024, 10, 9), time(14), time(12, 30), "Les Sables-d’Olonne"),
        ),
        ("congés du 9 avril au 3 avril", None),
        ("congés du 30 février au 3 avril", None),
        ("réunion le 29 février", Meant("réunion", date(2028, 2, 29))),
        ("réunion le 16 mai salle Armor", Meant("réunion", date(2024, 5, 16), place="salle Armor")),
        ("réunion le 16 mai en présentiel à Rennes", Meant("réunion", date(2024, 5, 16), place="Rennes")),
        ("réunion le 16/5 à 9h en visio", Meant("réunion", date(2024, 5, 16), None, time(9), remote=True)),
        ("réunion le 3 février", Meant("réunion", date(2025, 2, 3))),
        ("l’assemblée générale", Meant("l’assemblée générale")),
        ("réunion le 31 avril", None),
        ("réunion le 3 mai à 25h", None),
    ],
)
def test_words_are_read(words: str, meant: Meant | None) -> None:
    assert read(words, TODAY) == meant
