"""Dates as French writes them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.dates import clock, day, event_dates, left, months, span, when, zone_name
from storage.agenda import Event

PARIS = ZoneInfo("Europe/Paris")
NOUMEA = ZoneInfo("Pacific/Noumea")
PAPEETE = ZoneInfo("Pacific/Tahiti")


def event(first: str, last: str = "", precision: str = "day", **more: Any) -> Event:
    starts_on = date.fromisoformat(first)
    ends_on = date.fromisoformat(last) if last else starts_on
    return Event(precision=precision, starts_on=starts_on, ends_on=ends_on, zone="Europe/Paris", **more)


def timed(first: str, start: str, end: str = "", last: str = "") -> Event:
    made = event(first, last, "minute")
    made.starts_at = datetime.fromisoformat(f"{first}T{start}").replace(tzinfo=PARIS)
    made.ends_at = datetime.fromisoformat(f"{last or first}T{end}").replace(tzinfo=PARIS) if end else None
    return made


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2024-10-09", "2024-10-09", "mercredi 9 octobre 2024"),
        ("2024-04-01", "2024-04-01", "lundi 1er avril 2024"),
        ("2024-10-08", "2024-10-09", "du mardi 8 au mercredi 9 octobre 2024"),
        ("2024-03-31", "2024-04-01", "du dimanche 31 mars au lundi 1er avril 2024"),
        ("2024-12-31", "2025-01-01", "du mardi 31 décembre 2024 au mercredi 1er janvier 2025"),
    ],
)
def test_days_are_said_with_their_weekday(first: str, last: str, text: str) -> None:
    assert span(date.fromisoformat(first), date.fromisoformat(last)) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2024-04-01", "2024-04-30", "avril 2024"),
        ("2024-04-01", "2024-05-31", "avril-mai 2024"),
        ("2024-12-01", "2025-01-31", "décembre 2024-janvier 2025"),
    ],
)
def test_months_are_said_without_inventing_a_day(first: str, last: str, text: str) -> None:
    assert months(date.fromisoformat(first), date.fromisoformat(last)) == text
    assert event_dates(event(first, last, "month")) == text
    assert when(event(first, last, "month")) == f"en {text}"


@pytest.mark.parametrize(("hour", "text"), [("09:30", "9 h 30"), ("14:00", "14 h"), ("00:05", "0 h 05")])
def test_hours_are_said_with_a_space_that_does_not_break(hour: str, text: str) -> None:
    instant = datetime.fromisoformat(f"2024-10-09T{hour}").replace(tzinfo=PARIS)
    assert clock(instant, PARIS) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("made", "zone", "text"),
    [
        (timed("2024-10-09", "09:30"), PARIS, "mercredi 9 octobre 2024 à 9 h 30"),
        (timed("2024-10-09", "09:30", "17:00"), PARIS, "mercredi 9 octobre 2024 de 9 h 30 à 17 h"),
        (
            timed("2024-10-08", "09:00", "17:00", "2024-10-09"),
            PARIS,
            "du mardi 8 octobre à 9 h au mercredi 9 octobre 2024 à 17 h",
        ),
        (
            timed("2024-10-08", "09:00", last="2024-10-09"),
            PARIS,
            "du mardi 8 au mercredi 9 octobre 2024, à partir de 9 h",
        ),
        (
            timed("2024-10-09", "09:30"),
            NOUMEA,
            "mercredi 9 octobre 2024 à 18 h 30, heure de Nouméa (9 h 30, heure de Paris)",
        ),
        (
            timed("2024-10-09", "09:30"),
            PAPEETE,
            "mardi 8 octobre 2024 à 21 h 30, heure de Tahiti (mercredi 9 octobre à 9 h 30, heure de Paris)",
        ),
    ],
)
def test_a_reader_sees_their_own_hour_and_the_events(made: Event, zone: ZoneInfo, text: str) -> None:
    assert event_dates(made, zone).replace("\u00a0", " ") == text


def test_the_zone_goes_unsaid_where_the_clocks_agree() -> None:
    assert "heure" not in event_dates(timed("2024-10-09", "09:30"), ZoneInfo("Europe/Madrid"))


def test_a_day_without_hour_is_the_same_day_everywhere() -> None:
    assert event_dates(event("2024-10-09"), PAPEETE) == "mercredi 9 octobre 2024"
    assert when(event("2024-10-09")) == "le mercredi 9 octobre 2024"
    assert when(event("2024-10-08", "2024-10-09")).startswith("du mardi 8")


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(days=7), "dans 7 jours"),
        (timedelta(days=2), "après-demain"),
        (timedelta(days=1), "demain"),
        (timedelta(hours=2), "aujourd’hui, dans 2 h"),
        (timedelta(minutes=90), "aujourd’hui, dans 1 h 30"),
        (timedelta(minutes=20), "aujourd’hui, dans 20 min"),
        (timedelta(0), ""),
        (timedelta(days=-1), ""),
    ],
)
def test_what_remains(before: timedelta, text: str) -> None:
    made = timed("2024-10-09", "09:30")
    assert made.starts_at is not None
    assert left(made, made.starts_at.astimezone(UTC) - before, PARIS).replace("\u00a0", " ") == text


def test_nothing_precise_remains_before_a_month() -> None:
    assert left(event("2024-04-01", "2024-05-31", "month"), datetime(2024, 3, 1, tzinfo=UTC), PARIS) == ""


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Paris", "heure de Paris"),
        ("Indian/Reunion", "heure de La Réunion"),
        ("America/Anchorage", "heure d’Anchorage"),
    ],
)
def test_zones_have_their_french_names(zone: str, text: str) -> None:
    assert zone_name(zone) == text


def test_a_day_may_go_without_its_year() -> None:
    assert day(date(2024, 10, 9), year=False) == "mercredi 9 octobre"
