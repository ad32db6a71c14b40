"""When somebody wants to be reminded of an event, and the instant that comes of it. Pure.

A `When` is written in a few characters that fit a button: `d1.1800` is the day before at 18:00 where the reader lives,
`d1` the day before at the hour of the plan's own reminders, `m60` an hour before, `a20240514T1600Z` an instant.

An hour that was asked for is kept, at night and on days of rest too; without one, the rules of the plan hold.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.instants import QUIET, Offset, Quiet, Start, dues
from storage.agenda import Precision

MOST_DAYS = 366  # the longest lead one may ask for
_DAY = timedelta(days=1)
_CODE = re.compile(r"d(?P<days>\d{1,3})(?:\.(?P<hour>\d\d)(?P<minute>\d\d))?|m(?P<lead>\d{1,6})|a(?P<at>\d{8}T\d{4}Z)")


@dataclass(frozen=True, slots=True)
class When:
    """Exactly one of `days` (perhaps with an hour, `at`), `minutes` and `instant` is given."""

    days: int | None = None
    at: time | None = None
    minutes: int | None = None
    instant: datetime | None = None

    def __str__(self) -> str:
        """The code that `parse` reads."""
        if self.days is not None:
            return f"d{self.days}" + (f".{self.at:%H%M}" if self.at is not None else "")
        if self.instant is not None:
            return f"a{self.instant.astimezone(UTC):%Y%m%dT%H%MZ}"
        return f"m{self.minutes}"

    @classmethod
    def parse(cls, code: str) -> "When":
        """From its code; raises ValueError for anything else, a forged button included."""
        match = _CODE.fullmatch(code) if code.isascii() else None
        if match is None:
            raise ValueError(f"« {code} » is no moment")
        if match["at"]:
            return cls(instant=datetime.strptime(match["at"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC))
        if match["lead"]:
            return cls(minutes=_within(int(match["lead"]), MOST_DAYS * 24 * 60))
        at = time(int(match["hour"]), int(match["minute"])) if match["hour"] else None
        return cls(days=_within(int(match["days"]), MOST_DAYS), at=at)

    @property
    def follows(self) -> bool:
        """Whether it moves with the event."""
        return self.instant is None


def due(when: When, start: Start, zone: str, holidays: str, quiet: Quiet = QUIET) -> datetime | None:
    """The instant (UTC) for a reader of that zone; None while the event's date or hour is too vague, or out of range.

    Of a doubled hour it is the first, of a skipped one as far after the gap.
    """
    if when.instant is not None:
        return when.instant
    if start.precision == Precision.MONTH:
        return None
    try:
        if when.minutes is not None:
            return start.starts_at.astimezone(UTC) - timedelta(minutes=when.minutes) if start.starts_at else None
        assert when.days is not None
        if when.at is None:
            planned = dues(start, (Offset("D", when.days),), zone, holidays, quiet)
            return planned[0].at if planned else None
        day = start.day_in(zone) - when.days * _DAY
        return datetime.combine(day, when.at, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return None


def useful_until(start: Start) -> datetime:
    """From when a reminder is of no use: the start; of a day without an hour, its end where the event is."""
    if start.starts_at is not None:
        return start.starts_at
    tz = ZoneInfo(start.zone)
    return datetime.combine(start.starts_on + _DAY, time(0), tz).astimezone(UTC)


def _within(number: int, most: int) -> int:
    if number > most:
        raise ValueError("so long before is too long")
    return number
