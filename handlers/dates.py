"""Wording of dates, the same everywhere: the weekday is always said, the zone when it is not the reader's."""

from datetime import date, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from handlers import english_dates as english
from handlers.messages import Days
from storage.agenda import Precision


class Dated(Protocol):
    """What has the dates of an event: the row of the agenda, or a fact made from it."""

    @property
    def precision(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def zone(self) -> str: ...


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_NBSP = "\u00a0"


def day(on: date, *, year: bool = True) -> str:
    """« mercredi 9 octobre 2024 », « lundi 1er avril 2024 »; without the year if it goes without saying."""
    number = "1er" if on.day == 1 else str(on.day)
    text = f"{WEEKDAYS[on.weekday()]} {number} {MONTHS[on.month - 1]}"
    return f"{text} {on.year}" if year else text


def span(first: date, last: date) -> str:
    """« du mardi 8 au mercredi 9 octobre 2024 »; a single day reads like `day`."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        number = "1er" if first.day == 1 else str(first.day)
        return f"du {WEEKDAYS[first.weekday()]} {number} au {day(last)}"
    return f"du {day(first, year=first.year != last.year)} au {day(last)}"


def months(first: date, last: date) -> str:
    """« avril 2024 », « avril-mai 2024 », « décembre 2024-janvier 2025 »."""
    begin, end = MONTHS[first.month - 1], f"{MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    return f"{begin}-{end}" if first.year == last.year else f"{begin} {first.year}-{end}"


def clock(instant: datetime, tz: ZoneInfo) -> str:
    """« 9 h 30 », « 14 h », as a clock shows it in `tz`; the spaces do not break."""
    local = instant.astimezone(tz)
    return f"{local.hour}{_NBSP}h{_NBSP}{local.minute:02}" if local.minute else f"{local.hour}{_NBSP}h"


@lru_cache(maxsize=128)
def zone_name(zone: str) -> str:
    """« heure de Paris », « heure de La Réunion », for an IANA zone."""
    city = get_timezone_location(ZoneInfo(zone), locale="fr", return_city=True)
    return f"heure d’{city}" if city[0] in "AEIOUYÉÎ" else f"heure de {city}"


def event_dates(event: Dated, tz: ZoneInfo | None = None, locale: str = "fr") -> str:
    """When an event takes place, as precisely as it is known, for a reader in `tz` (default: the event's zone).

    « mercredi 9 octobre 2024 de 9 h 30 à 17 h », « du mardi 8 au mercredi 9 octobre 2024 », « avril-mai 2024 ».
    A reader whose clock differs gets their own date and hour, then the event's. `locale` is `fr` or `en`.
    """
    if locale == "en":
        return _in_english(event, tz)
    if event.precision == Precision.MONTH:
        return months(event.starts_on, event.ends_on)
    if event.precision != Precision.MINUTE or event.starts_at is None:
        return span(event.starts_on, event.ends_on)
    there = ZoneInfo(event.zone)
    here = tz or there
    own = _timed(event, event.starts_at, here)
    if event.starts_at.astimezone(here).replace(tzinfo=None) == event.starts_at.astimezone(there).replace(tzinfo=None):
        return own
    other = clock(event.starts_at, there)
    if event.starts_at.astimezone(here).date() != event.starts_at.astimezone(there).date():
        other = f"{day(event.starts_at.astimezone(there).date(), year=False)} à {other}"
    return f"{own}, {zone_name(here.key)} ({other}, {zone_name(event.zone)})"


def days_of(event: Dated, tz: ZoneInfo) -> Days | None:
    """The days of an event where its reader is; None while only its month is known."""
    if event.precision == Precision.MONTH:
        return None
    if event.precision != Precision.MINUTE or event.starts_at is None:
        return Days(first=event.starts_on, last=event.ends_on)
    first = event.starts_at.astimezone(tz).date()
    return Days(first=first, last=event.ends_at.astimezone(tz).date() if event.ends_at else first)


def moment(at: datetime, tz: ZoneInfo, locale: str = "fr") -> str:
    """« lundi 15 avril 2024 à 9 h », « Monday 15 April 2024 at 9:00 am »."""
    on = at.astimezone(tz).date()
    if locale == "en":
        return f"{english.day(on)} at {english.clock(at, tz)}"
    return f"{day(on)} à {clock(at, tz)}"


def when(event: Dated, tz: ZoneInfo | None = None) -> str:
    """The same inside a sentence: « le mercredi 9 octobre… », « du mardi 8 au… », « en avril-mai 2024 »."""
    text = event_dates(event, tz)
    if event.precision == Precision.MONTH:
        return f"en {text}"
    return text if text.startswith("du ") else f"le {text}"


def first_day(event: Dated, tz: ZoneInfo) -> date:
    """The date on which an event begins for a reader in `tz`."""
    if event.precision == Precision.MINUTE and event.starts_at is not None:
        return event.starts_at.astimezone(tz).date()
    return event.starts_on


def left(event: Dated, now: datetime, tz: ZoneInfo) -> str:
    """What remains before an event, from `now`: « dans 7 jours », « demain », « aujourd’hui, dans 2 h »; empty after.

    Of an event known to the month only, nothing so precise can be said: empty too.
    """
    days = (first_day(event, tz) - now.astimezone(tz).date()).days
    if event.precision == Precision.MONTH or days < 0:
        return ""
    if event.precision == Precision.MINUTE and event.starts_at is not None and days == 0:
        minutes = round((event.starts_at - now).total_seconds() / 60)
        return f"aujourd’hui, dans {_duration(minutes)}" if minutes > 0 else ""
    return ("aujourd’hui", "demain", "après-demain")[days] if days < 3 else f"dans {days}{_NBSP}jours"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{_NBSP}min"
    return f"{hours}{_NBSP}h{_NBSP}{rest:02}" if rest else f"{hours}{_NBSP}h"


def _timed(event: Dated, starts_at: datetime, tz: ZoneInfo) -> str:
    first, begin = starts_at.astimezone(tz).date(), clock(starts_at, tz)
    if event.ends_at is None:
        if event.ends_on > event.starts_on:
            last = first + (event.ends_on - event.starts_on)
            return f"{span(first, last)}, à partir de {begin}"
        return f"{day(first)} à {begin}"
    last, end = event.ends_at.astimezone(tz).date(), clock(event.ends_at, tz)
    if first == last:
        return f"{day(first)} de {begin} à {end}" if end != begin else f"{day(first)} à {begin}"
    return f"du {day(first, year=first.year != last.year)} à {begin} au {day(last)} à {end}"


def _in_english(event: Dated, tz: ZoneInfo | None) -> str:
    """`event_dates` for those who read dates in English."""
    if event.precision == Precision.MONTH:
        return english.months(event.starts_on, event.ends_on)
    if event.precision != Precision.MINUTE or event.starts_at is None:
        return english.span(event.starts_on, event.ends_on)
    there = ZoneInfo(event.zone)
    here = tz or there
    first = event.starts_at.astimezone(here).date()
    last = first + (event.ends_on - event.starts_on) if event.ends_at is None else event.ends_at.astimezone(here).date()
    end = "" if event.ends_at is None else english.clock(event.ends_at, here)
    own = english.timed(first, english.clock(event.starts_at, here), last, end)
    if event.starts_at.astimezone(here).replace(tzinfo=None) == event.starts_at.astimezone(there).replace(tzinfo=None):
        return own
    other = english.clock(event.starts_at, there)
    if first != (far := event.starts_at.astimezone(there).date()):
        other = f"{english.day(far, year=False)} at {other}"
    return f"{own}, {english.zone_name(here.key)} ({other}, {english.zone_name(event.zone)})"
