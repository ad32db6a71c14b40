"""Hours and dates as people type them for their preferences. No I/O."""

import re
import unicodedata
from datetime import date, time

from handlers.dates import MONTHS

_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?:\s*(?:heures?|h|:)(?:\s*([0-5]\d)(?!\d|\s*[h:]))?)?(?!\d)")
_NUMERIC = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:er)?\s+([a-z]+)\.?(?:\s+(\d{4}))?")
_NOON = time(12)


def quiet_typed(text: str) -> tuple[time, time] | None:
    """« de 19 h à 9 h », « 21h30-7h »: from an evening to a morning; None for anything else."""
    plain = _bare(text).replace("minuit", "0h").replace("midi", "12h")
    found = [(int(match[1]), int(match[2] or 0)) for match in _HOUR.finditer(plain)]
    if len(found) != 2 or any(hour > 24 or (hour == 24 and minute) for hour, minute in found):
        return None
    (begin_hour, begin_minute), (end_hour, end_minute) = found
    midnight = begin_hour in (0, 24) and not begin_minute  # as the end of an evening
    begins = time.max if midnight else time(begin_hour % 24, begin_minute)
    ends = time(end_hour % 24, end_minute)
    return (begins, ends) if begins >= _NOON >= ends else None


def date_typed(text: str, today: date) -> date | None:
    """« 15 août », « jusqu'au 31/08/2024 », `2024-08-31`; without a year the next one. None for anything else."""
    plain = _bare(text)
    if match := _ISO.search(plain):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.search(plain):
        return _next(today, int(match[2]), int(match[1]), match[3])
    if match := _WORDS.search(plain):
        months = [number for number, name in enumerate(MONTHS, start=1) if _is_month(match[2], _bare(name))]
        return _next(today, months[0], int(match[1]), match[3]) if len(months) == 1 else None
    return None


def _is_month(word: str, month: str) -> bool:
    """« août », or a beginning of at least three letters; « jui » may be two, and is none."""
    return word == month or (len(word) > 2 and month.startswith(word))


def _next(today: date, month: int, number: int, year: str | None) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, number)
    this = _date(today.year, month, number)
    return this if this is None or this > today else _date(today.year + 1, month, number)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))
