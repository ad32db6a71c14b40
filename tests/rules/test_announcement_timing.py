"""Instants as staff write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.announcements.timing import read_instant

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Paris"))  # a Monday
ZONES = {
    "Guyane": "America/Cayenne",
    "Cayenne": "America/Cayenne",
    "La Réunion": "Indian/Reunion",
    "Paris": "Europe/Paris",
}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("demain 9h", "2026-11-24T09:00+01:00"),
        ("Demain à 9 h 30", "2026-11-24T09:30+01:00"),
        ("après-demain 14:15", "2026-11-25T14:15+01:00"),
        ("aujourd’hui à 18h", "2026-11-23T18:00+01:00"),
        ("18h", "2026-11-23T18:00+01:00"),
        ("lundi 9h", "2026-11-30T09:00+01:00"),  # the next one, not today
        ("mardi prochain à 9 heures", "2026-11-24T09:00+01:00"),
        ("5/12 9h", "2026-12-05T09:00+01:00"),
        ("05/12/2027 9h05", "2027-12-05T09:05+01:00"),
        ("5 décembre à 9 h", "2026-12-05T09:00+01:00"),
        ("1er mars 8h", "2027-03-01T08:00+01:00"),
        ("9 h le 5 decembre 2026", "2026-12-05T09:00+01:00"),
        ("demain 9h, heure de Cayenne", "2026-11-24T09:00-03:00"),
        ("demain 9h heure de la Réunion".replace("la R", "La R"), "2026-11-24T09:00+04:00"),
        ("mercredi 24 mars 2027 à 9h", "2027-03-24T09:00+01:00"),
        ("2027-04-12 09:00", "2027-04-12T09:00+02:00"),
        ("demain matin à 8h30", "2026-11-24T08:30+01:00"),
        ("ce soir 18h", "2026-11-23T18:00+01:00"),
        ("28/03/2027 2h30", "2027-03-28T03:30+02:00"),  # an hour the clocks skip
        ("31/10/2027 2h30", "2027-10-31T02:30+02:00"),  # one that comes twice: the first
    ],
)
def test_what_is_written_is_understood(said: str, meant: str) -> None:
    found = read_instant(said, NOW, "Europe/Paris", ZONES)
    assert found is not None and found.at == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "said",
    [
        *("", "demain", "9", "25h", "31/02 9h", "bientôt 9h", "demain 9h, heure de Mars", "lundi 9h75", "32 mai 9h"),
        *("mardi en huit 9h", "mardi 24 mars 2027 9h", "pas demain 9h", "2027-14-12 09:00"),
    ],
)
def test_what_names_no_instant_is_not_guessed(said: str) -> None:
    assert read_instant(said, NOW, "Europe/Paris", ZONES) is None


def test_the_zone_it_was_said_in_is_kept() -> None:
    found = read_instant("demain 9h, heure de Guyane", NOW, "Europe/Paris", ZONES)
    assert found is not None and found.zone == "America/Cayenne"
