"""When something may be sent, and when the reminders of an event are due. Pure: no clock, no database.

Nights, week-ends and public holidays of the reader's territory are quiet. A reminder that would fall there is
brought forward, for it is of no use later; bulk is put off. D-n is 9:00 in the reader's zone, n days before the
event's date there; H-n is an instant, and only of an event whose hour is known.

A code of holidays is `FR` or `FR-GF`; where the week-end is not Saturday and Sunday it says which days of the week are
(`resting`): `AE/5,6`.
"""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays as calendars

from storage.agenda import Event, Precision

MORNING = time(9)
WEEKEND = frozenset((6, 7))  # days counted from Monday, 1
MOST_DAYS = 45  # the longest lead of a plan; keeps the search for due events short
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nothing is sent: from `begins` in the evening to `ends` in the morning, and on days of rest."""

    begins: time = time(20)
    ends: time = time(8)
    weekends: bool = True
    holidays: bool = True

    def __post_init__(self) -> None:
        if not self.ends < self.begins:
            raise ValueError("the quiet hours begin in the evening and end in the morning")


QUIET = Quiet()


def quiet_hours(own: tuple[time, time] | None) -> Quiet:
    """The quiet hours of somebody who has chosen their own, from the evening to the morning; None: the network's."""
    return Quiet(*own) if own else QUIET


@dataclass(frozen=True, slots=True)
class Offset:
    """How long before an event: `D-7` in days, `H-2` in hours."""

    unit: str
    count: int

    def __str__(self) -> str:
        return f"{self.unit}-{self.count}"

    @classmethod
    def parse(cls, word: str) -> "Offset":
        """From `D-7` or `H-2`; raises ValueError for anything else, or a lead of more than 45 days."""
        unit, _, count = word.strip().upper().partition("-")
        if unit not in ("D", "H") or not count.isascii() or not count.isdigit():
            raise ValueError(f"« {word} » is no reminder: write D-7 for days or H-2 for hours")
        made = cls(unit, int(count))
        if not (made.count or unit == "D") or made.count > MOST_DAYS * (1 if unit == "D" else 24):
            raise ValueError(f"« {word} » is no reminder: from H-1 or D-0 to D-{MOST_DAYS}")
        return made


DEFAULT_PLAN = (Offset("D", 7), Offset("D", 1), Offset("H", 2))


@dataclass(frozen=True, slots=True)
class Start:
    """When an event begins, as exactly as it is known; of several days, the first one."""

    precision: str
    starts_on: date
    starts_at: datetime | None
    zone: str

    @classmethod
    def of(cls, event: Event) -> "Start":
        """The start of an event."""
        timed = event.precision == Precision.MINUTE
        return cls(event.precision, event.starts_on, event.starts_at if timed else None, event.zone)

    @property
    def instant(self) -> datetime:
        """From when a reminder is of no use: the start, or the beginning of the day where the event is."""
        return self.starts_at or _at(self.starts_on, time(0), ZoneInfo(self.zone))

    def day_in(self, zone: str) -> date:
        """The date for a reader in `zone`; a day without an hour is the same everywhere."""
        return self.starts_at.astimezone(ZoneInfo(zone)).date() if self.starts_at else self.starts_on

    def __str__(self) -> str:
        """What distinguishes this date from the one the event had before it was moved."""
        return self.starts_at.astimezone(UTC).strftime("%Y%m%dT%H%MZ") if self.starts_at else f"{self.starts_on:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder of the plan and the instant at which a group of readers should get it."""

    offset: Offset
    at: datetime


def resting(holidays: str, weekend: Iterable[int]) -> str:
    """The code of holidays with the days of its week-end, from Monday, 1; without the usual ones."""
    days = frozenset(weekend)
    return holidays if days == WEEKEND else f"{holidays}/{','.join(map(str, sorted(days)))}"


@lru_cache(maxsize=20_000)
def dues(start: Start, plan: tuple[Offset, ...], zone: str, holidays: str, quiet: Quiet = QUIET) -> tuple[Due, ...]:
    """The reminders of an event for readers of one zone and calendar, in the order of time; those in force last.

    None for an event known to the month only, no hours for one known to the day, none at or after its start.
    """
    if start.precision == Precision.MONTH:
        return ()
    found = []
    for offset in plan:
        if offset.unit == "D":
            nominal = _at(start.day_in(zone) - offset.count * _DAY, MORNING, ZoneInfo(zone))
            at = _morning(start.day_in(zone) - offset.count * _DAY, zone, holidays, quiet)
        elif start.starts_at is not None:
            nominal = start.starts_at.astimezone(UTC) - timedelta(hours=offset.count)
            at = last_permitted(nominal, zone, holidays, quiet)
        else:
            continue
        if at < start.instant:
            found.append((nominal, Due(offset, at)))
    return tuple(due for _, due in sorted(found, key=lambda pair: (pair[1].at, pair[0])))


def in_force(due: Iterable[Due], at: datetime) -> Due | None:
    """The reminder to send at `at`: the last one due by then; those before it are superseded."""
    passed = [one for one in due if one.at <= at]
    return passed[-1] if passed else None


def permitted(instant: datetime, zone: str, holidays: str, quiet: Quiet = QUIET) -> bool:
    """Whether something may be sent at that instant to a reader of that zone and calendar."""
    local = instant.astimezone(ZoneInfo(zone))
    return quiet.ends <= local.time() < quiet.begins and _working(local.date(), holidays, quiet)


def next_permitted(instant: datetime, zone: str, holidays: str, quiet: Quiet = QUIET) -> datetime:
    """The first instant from `instant` on at which something may be sent (UTC): bulk is put off to it."""
    if permitted(instant, zone, holidays, quiet):
        return instant.astimezone(UTC)
    local = instant.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() < quiet.ends else local.date() + _DAY
    return _at(_nearest(day, _DAY, holidays, quiet), quiet.ends, ZoneInfo(zone))


def last_permitted(instant: datetime, zone: str, holidays: str, quiet: Quiet = QUIET) -> datetime:
    """The last minute up to `instant` at which something may be sent (UTC): a reminder is brought forward to it."""
    exact = instant.astimezone(UTC).replace(second=0, microsecond=0)
    if permitted(exact, zone, holidays, quiet):
        return exact
    local = exact.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= quiet.begins else local.date() - _DAY
    return _at(_nearest(day, -_DAY, holidays, quiet), quiet.begins, ZoneInfo(zone)) - _MINUTE


@lru_cache(maxsize=1024)
def known_zone(name: str) -> bool:
    """Whether there is an IANA zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the database
        return False
    return True


def known_holidays(code: str) -> bool:
    """Whether there is a calendar of that very name, `FR` or `FR-GF`: what a pack may write."""
    return _calendar(code) is not None


def plan_of(event: Event, network: Mapping[str, Any]) -> tuple[Offset, ...]:
    """The reminders of an event: its own (`details.reminders`), else the network's, else D-7, D-1, H-2."""
    words = event.details.get("reminders", network.get("reminders"))
    if words is None:
        return DEFAULT_PLAN
    with contextlib.suppress(ValueError):  # refused when the pack is read; a reminder is not lost to a bad word
        return tuple(Offset.parse(str(word)) for word in words)
    return DEFAULT_PLAN


def _morning(day: date, zone: str, holidays: str, quiet: Quiet) -> datetime:
    """9:00 of that day, or of the last working day before; earlier where 9:00 itself is quiet."""
    return last_permitted(_at(_nearest(day, -_DAY, holidays, quiet), MORNING, ZoneInfo(zone)), zone, holidays, quiet)


def _nearest(day: date, step: timedelta, holidays: str, quiet: Quiet) -> date:
    while not _working(day, holidays, quiet):
        day += step
    return day


def _working(day: date, holidays: str, quiet: Quiet) -> bool:
    at_weekend = quiet.weekends and day.isoweekday() in _weekend(holidays)
    return not at_weekend and not (quiet.holidays and is_holiday(day, holidays))


@lru_cache(maxsize=256)
def _weekend(holidays: str) -> frozenset[int]:
    _, said, days = holidays.partition("/")
    return frozenset(int(one) for one in days.split(",") if one) if said else WEEKEND


@lru_cache(maxsize=50_000)
def is_holiday(day: date, code: str) -> bool:
    """Whether a day is a public holiday there; a subdivision without a calendar of its own has its country's."""
    code = code.partition("/")[0]
    calendar = _calendar(code)
    if calendar is None:  # not « or »: a calendar is a dict, empty until it is asked
        calendar = _calendar(code.partition("-")[0])
    return calendar is not None and day in calendar


@lru_cache(maxsize=256)
def _calendar(code: str) -> calendars.HolidayBase | None:
    """The calendar for `country` or `country-subdivision`.

    Some territories are a subdivision in ISO 3166-2 and a country of their own in the library (`FR-GF` is `GF`).
    """
    country, _, subdivision = code.partition("-")
    for name, part in ((country, subdivision or None), (subdivision, None)):
        if name:
            with contextlib.suppress(NotImplementedError):
                return calendars.country_holidays(name, subdiv=part)
    return None


def _at(day: date, at: time, tz: ZoneInfo) -> datetime:
    """That wall-clock time as an instant: of a doubled hour the first, of a skipped one as far after the gap."""
    return datetime.combine(day, at, tz).astimezone(UTC)
