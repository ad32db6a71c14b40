"""Dates as English-speaking readers write them, for those who prefer it: the same facts as in French."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location

_LOCALE = "en_GB"
_NBSP = "\u00a0"


def day(on: date, *, year: bool = True) -> str:
    """« Wednesday 9 October 2024 »."""
    return str(format_date(on, "EEEE d MMMM y" if year else "EEEE d MMMM", locale=_LOCALE))


def span(first: date, last: date) -> str:
    """« from Tuesday 8 to Wednesday 9 October 2024 »; a single day reads like `day`."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"from {format_date(first, 'EEEE d', locale=_LOCALE)} to {day(last)}"
    return f"from {day(first, year=first.year != last.year)} to {day(last)}"


def months(first: date, last: date) -> str:
    """« April 2024 », « April–May 2024 », « December 2024–January 2025 »."""
    end = format_date(last, "MMMM y", locale=_LOCALE)
    if (first.year, first.month) == (last.year, last.month):
        return str(end)
    return f"{format_date(first, 'MMMM' if first.year == last.year else 'MMMM y', locale=_LOCALE)}–{end}"


def clock(instant: datetime, tz: ZoneInfo) -> str:
    """« 9:30 am », as a clock shows it in `tz`."""
    return str(format_time(instant.astimezone(tz).time(), "h:mm a", locale=_LOCALE)).replace(" ", _NBSP)


def zone_name(zone: str) -> str:
    """« Paris time »."""
    return f"{get_timezone_location(ZoneInfo(zone), locale='en', return_city=True)} time"


def timed(first: date, begin: str, last: date, end: str) -> str:
    """« Wednesday 9 October 2024, 9:30 am to 5:00 pm »; `end` is empty where it is not known."""
    if first == last:
        return f"{day(first)}, {begin} to {end}" if end and end != begin else f"{day(first)} at {begin}"
    if not end:
        return f"{span(first, last)}, starting at {begin}"
    return f"from {day(first, year=first.year != last.year)} at {begin} to {day(last)} at {end}"
