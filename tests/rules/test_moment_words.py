"""What people mean by when they want to be reminded, as a table; and the instants that come of it in every zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from handlers.calendar.moment_words import Asked, NoSuchMoment, read_asked
from handlers.calendar.moments import When, due, useful_until
from handlers.instants import Start

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2024, 3, 15, 10, 20, 30, tzinfo=PARIS)  # a Friday


def local(text: str) -> When:
    return When(instant=datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC))


@pytest.mark.parametrize(
    ("words", "when", "name"),
    [
        ("la veille à 18 h", When(days=1, at=time(18)), ""),
        ("l’AG la veille à 18h30", When(days=1, at=time(18, 30)), "AG"),
        ("la veille au soir pour l’atelier Bretagne", When(days=1, at=time(18)), "atelier Bretagne"),
        ("la veille", When(days=1), ""),
        ("la veille de l’AG", When(days=1), "AG"),
        ("l’avant-veille au matin", When(days=2, at=time(9)), ""),
        ("une heure avant l’AG", When(minutes=60), "AG"),
        ("1h30 avant le séminaire", When(minutes=90), "séminaire"),
        ("2 h avant", When(minutes=120), ""),
        ("une heure et demie avant", When(minutes=90), ""),
        ("une demi-heure avant l’AG", When(minutes=30), "AG"),
        ("un quart d’heure avant", When(minutes=15), ""),
        ("45 min avant l’assemblée générale", When(minutes=45), "assemblée générale"),
        ("trois jours avant à 9 h", When(days=3, at=time(9)), ""),
        ("une semaine avant l’AG", When(days=7), "AG"),
        ("le matin même", When(days=0, at=time(8)), ""),
        ("le jour même à 7 h 30", When(days=0, at=time(7, 30)), ""),
        ("dans une heure", local("2024-03-15T11:20"), ""),
        ("dans 30 minutes", local("2024-03-15T10:50"), ""),
        ("dans une demi-heure", local("2024-03-15T10:50"), ""),
        ("plus tard", local("2024-03-15T11:20"), ""),
        ("dans deux jours", local("2024-03-17T10:20"), ""),
        ("demain matin", local("2024-03-16T09:00"), ""),
        ("demain à 10h", local("2024-03-16T10:00"), ""),
        ("l’AG après-demain", local("2024-03-17T09:00"), "AG"),
        ("ce soir", local("2024-03-15T18:00"), ""),
        ("cet après-midi", local("2024-03-15T14:00"), ""),
        ("lundi matin", local("2024-03-18T09:00"), ""),
        ("vendredi", local("2024-03-22T09:00"), ""),  # not today, which has begun
        ("l’AG le 3 mai à 9h", local("2024-05-03T09:00"), "AG"),
        ("l’AG le 3 mai", local("2024-05-03T09:00"), "AG"),
        ("l’AG à 18 h", local("2024-03-15T18:00"), "AG"),
        ("l’AG", None, "AG"),
        ("la date de l’AG", None, "date de l’AG"),
    ],
)
def test_words_say_when_and_of_what(words: str, when: When | None, name: str) -> None:
    assert read_asked(words, NOW, PARIS) == Asked(when, name)


@pytest.mark.parametrize("words", ["la veille à 25 h", "le 31 avril", "dans 9999 jours", "9999 semaines avant"])
def test_a_moment_that_does_not_exist_is_refused(words: str) -> None:
    with pytest.raises(NoSuchMoment):
        read_asked(words, NOW, PARIS)


@pytest.mark.parametrize("when", [When(days=1, at=time(18)), When(days=0), When(minutes=60), local("2024-05-03T09:00")])
def test_a_moment_is_written_and_read_back(when: When) -> None:
    assert When.parse(str(when)) == when and len(f"calendar:remind:999999999999:{when}") <= 64


@pytest.mark.parametrize("code", ["", "d", "d1.9999", "d999", "m", "a2024", "x1", "a20241399T0000Z", "d1.1800:", "d²"])
def test_a_forged_moment_is_refused(code: str) -> None:
    with pytest.raises(ValueError):
        When.parse(code)


def start(local_time: str, zone: str = "Europe/Paris") -> Start:
    at = datetime.fromisoformat(local_time).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Start("minute", date.fromisoformat(local_time[:10]), at, zone)


@pytest.mark.parametrize(
    ("zone", "holidays", "expected"),
    [  # the evening before an event of 9 October 14:00 in Paris, at 18:00 there
        ("Europe/Paris", "FR", "2024-10-08T16:00Z"),
        ("America/Cayenne", "FR-GF", "2024-10-08T21:00Z"),
        ("America/Martinique", "FR-MQ", "2024-10-08T22:00Z"),
        ("America/Guadeloupe", "FR-GP", "2024-10-08T22:00Z"),
        ("Indian/Reunion", "FR-RE", "2024-10-08T14:00Z"),
        ("Indian/Mayotte", "FR-YT", "2024-10-08T15:00Z"),
        ("Pacific/Noumea", "FR-NC", "2024-10-08T07:00Z"),
        ("Pacific/Tahiti", "FR-PF", "2024-10-09T04:00Z"),  # 9 October begins at 2:00 in Papeete
        ("America/Miquelon", "FR-PM", "2024-10-08T20:00Z"),
    ],
)
def test_the_evening_before_is_the_readers_own(zone: str, holidays: str, expected: str) -> None:
    found = due(When(days=1, at=time(18)), start("2024-10-09T14:00"), zone, holidays)
    assert found == datetime.fromisoformat(expected)
    assert due(When(minutes=60), start("2024-10-09T14:00"), zone, holidays) == datetime(2024, 10, 9, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "zone", "at", "expected"),
    [
        ("2026-03-30T10:00", "Europe/Paris", time(2, 30), "2026-03-29T01:30Z"),  # skipped: 3:30 of summer
        ("2026-10-26T10:00", "Europe/Paris", time(2, 30), "2026-10-25T00:30Z"),  # doubled: the first
        ("2027-03-29T10:00", "Europe/Paris", time(2, 30), "2027-03-28T01:30Z"),
        ("2027-11-01T10:00", "Europe/Paris", time(2, 30), "2027-10-31T00:30Z"),
        ("2026-03-09T16:00", "America/Miquelon", time(2, 30), "2026-03-08T05:30Z"),
        ("2026-11-02T16:00", "America/Miquelon", time(1, 30), "2026-11-01T03:30Z"),
        ("2026-03-30T10:00", "America/Cayenne", time(18), "2026-03-29T21:00Z"),  # no change there
    ],
)
def test_hours_that_a_change_of_clocks_skips_or_doubles(event: str, zone: str, at: time, expected: str) -> None:
    assert due(When(days=1, at=at), start(event), zone, "FR") == datetime.fromisoformat(expected)


def test_an_hour_before_is_an_hour_whatever_the_clocks_do() -> None:
    assert due(When(minutes=120), start("2026-03-29T03:30"), "Europe/Paris", "FR") == datetime.fromisoformat(
        "2026-03-28T23:30Z"
    )


def test_an_hour_asked_for_is_kept_at_night_and_on_days_of_rest_and_without_one_the_rule_holds() -> None:
    monday = start("2024-10-07T14:00")
    assert due(When(days=1, at=time(23)), monday, "Europe/Paris", "FR") == datetime(2024, 10, 6, 21, tzinfo=UTC)
    assert due(When(days=1), monday, "Europe/Paris", "FR") == datetime(2024, 10, 4, 7, tzinfo=UTC)  # Friday at 9:00


def test_what_is_known_too_vaguely_has_no_instant_yet() -> None:
    month = Start("month", date(2024, 5, 1), None, "Europe/Paris")
    day = Start("day", date(2024, 5, 14), None, "Europe/Paris")
    assert due(When(days=1, at=time(18)), month, "Europe/Paris", "FR") is None
    assert due(When(minutes=60), day, "Europe/Paris", "FR") is None
    assert due(When(days=0, at=time(8)), day, "Europe/Paris", "FR") == datetime(2024, 5, 14, 6, tzinfo=UTC)
    assert useful_until(day) == datetime(2024, 5, 14, 22, tzinfo=UTC)
