"""What staff mean by times for interviews, as a table."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.calendar.interview_words import NotUnderstood, read_offer

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2024, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "first", "count", "minutes", "place", "remote"),
    [
        ("le 20 février de 9h à 12h, 30 minutes, à Rennes", "2024-02-20T09:00", 6, 30, "Rennes", False),
        ("le 20 février 9h-10h30 en visio", "2024-02-20T09:00", 3, 30, "", True),
        ("mardi 20 février de 9 h à 12 h et de 14 h à 16 h, 45 min", "2024-02-20T09:00", 6, 45, "", False),
        ("du 19 au 21 février 2024 de 14h à 16h, une heure", "2024-02-19T14:00", 6, 60, "", False),
        ("le 20/02 entre 9h et 10h par 20 minutes à Rennes", "2024-02-20T09:00", 3, 20, "Rennes", False),
        ("du 1er au 4 mars de 9h à 9h30", "2024-03-01T09:00", 2, 30, "", False),  # 2 and 3 are a week-end
    ],
)
def test_words_give_times(words: str, first: str, count: int, minutes: int, place: str, *, remote: bool) -> None:
    found = read_offer(words, NOW, PARIS)
    assert found.starts[0] == datetime.fromisoformat(first).replace(tzinfo=PARIS)
    assert (len(found.starts), found.minutes, found.place, found.remote) == (count, minutes, place, remote)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("de 9h à 12h", "date"),
        ("le 31 février de 9h à 12h", "date"),
        ("le 20 février", "hours"),
        ("le 20 février de 9h à 25h", "hours"),
        ("le 20 février de 12h à 9h", "hours"),
        ("le 20 février de 9h à 12h, 5 minutes", "length"),
        ("du 1 au 29 février de 8h à 19h, 15 minutes", "many"),
        ("le 1er février 2024 de 9h à 12h", "past"),
    ],
)
def test_what_gives_none_is_said_why(words: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        read_offer(words, NOW, PARIS)
