"""What plain words about events that repeat mean, as a table: how many dates, the first ones, the last, the rest."""

from datetime import date

import pytest

from handlers.calendar.recurring import BadRule
from handlers.calendar.repeating import read_series

TODAY = date(2024, 3, 15)  # a Friday


@pytest.mark.parametrize(
    ("words", "count", "first", "last", "rest"),
    [
        (
            "permanence tous les mardis à 10 h jusqu’au 25 juin",
            15,
            "19/03 26/03",
            "25/06",
            "permanence le 19/03/2024 à 10 h",
        ),
        ("réunion tous les premiers lundis du mois", 12, "01/04 06/05", "03/03", "réunion le 01/04/2024"),
        ("réunion le premier lundi de chaque mois", 12, "01/04 06/05", "03/03", "réunion le 01/04/2024"),
        ("réunion tous les 2e et 4e jeudis du mois 3 fois", 3, "28/03 11/04", "25/04", "réunion le 28/03/2024"),
        (
            "comité le dernier vendredi du mois à Rennes 6 fois",
            6,
            "29/03 26/04",
            "30/08",
            "comité le 29/03/2024 à Rennes",
        ),
        (
            "point chaque jeudi de 9h à 9h30 pendant 2 semaines",
            2,
            "21/03 28/03",
            "28/03",
            "point le 21/03/2024 de 9h à 9h30",
        ),
        ("point les mardis et jeudis du 2 avril au 18 avril", 6, "02/04 04/04", "18/04", "point le 02/04/2024"),
        ("point un mardi sur deux dès le 4 juin jusqu'à fin juillet", 5, "04/06 18/06", "30/07", "point le 04/06/2024"),
        ("point toutes les deux semaines le mercredi jusqu’en mai", 6, "20/03 03/04", "29/05", "point le 20/03/2024"),
        ("point une semaine sur deux, le mardi, 2 fois", 2, "19/03 02/04", "02/04", "point le 19/03/2024"),
        ("bilan le 15 de chaque mois 3 fois", 3, "15/03 15/04", "15/05", "bilan le 15/03/2024"),
        ("bilan tous les mois le 31", 7, "31/03 31/05", "31/01", "bilan le 31/03/2024"),
        ("bilan le dernier jour du mois 2 fois", 2, "31/03 30/04", "30/04", "bilan le 31/03/2024"),
        ("bilan tous les deux mois le premier lundi 3 fois", 3, "01/04 03/06", "05/08", "bilan le 01/04/2024"),
        ("point tous les jours ouvrés pendant 2 semaines", 10, "15/03 18/03", "28/03", "point le 15/03/2024"),
        ("café tous les jours à 8h jusqu'au 20/03", 6, "15/03 16/03", "20/03", "café le 15/03/2024 à 8h"),
        (
            "point tous les lundis sauf le 25 mars et le 8 avril jusqu’au 15 avril",
            3,
            "18/03 01/04",
            "15/04",
            "point le 18/03/2024",
        ),
        ("point tous les lundis hors jours fériés jusqu’au 8 avril", 3, "18/03 25/03", "08/04", "point le 18/03/2024"),
    ],
)
def test_words_are_dates(words: str, count: int, first: str, last: str, rest: str) -> None:
    series = read_series(words, TODAY, "FR")
    assert series is not None
    assert len(series.dates) == count and series.rest.strip(" ,") == rest
    assert " ".join(f"{on:%d/%m}" for on in series.dates[:2]) == first and f"{series.dates[-1]:%d/%m}" == last


def test_what_has_no_end_and_what_is_a_holiday_is_said() -> None:
    series = read_series("point tous les lundis", TODAY, "FR")
    assert series is not None and series.endless and date(2024, 4, 1) in series.holidays
    series = read_series("point tous les premiers lundis du mois 20 fois", TODAY)
    assert series is not None and series.endless and len(series.dates) == 12


@pytest.mark.parametrize(
    "words", ["réunion le 16 mai à 9h30", "les mardis de l’orientation le 16 mai", "chaque jeune compte le 3 juin", ""]
)
def test_words_without_a_rule_are_none(words: str) -> None:
    assert read_series(words, TODAY) is None


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("point tous les mardis jusqu’au 1er mars 2024", "la fin est avant le début"),
        ("point tous les lundis du 2 avril au 3 avril", "aucune date ne correspond"),
        ("point tous les mardis jusqu’au 31 avril", "n’existe pas"),
        ("point le 45 de chaque mois", "n’existe dans aucun mois"),
        ("séminaire tous les ans le 9 octobre", "je ne sais pas répéter"),
    ],
)
def test_a_rule_that_cannot_be_followed_says_why(words: str, wrong: str) -> None:
    with pytest.raises(BadRule) as caught:
        read_series(words, TODAY)
    assert wrong in caught.value.wrong and caught.value.right
