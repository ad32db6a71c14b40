"""What staff mean by « entretiens le 20 février de 9h à 12h, 30 minutes, à Rennes »: times to offer. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.calendar.understanding import fold, read

MINUTES = 30  # of an interview when nothing else is said
SHORTEST, LONGEST = 10, 240  # minutes
MOST = 40  # times offered in one go
_CLOCK = r"(\d{1,2}) ?(?:heures?|h|:) ?(\d{2})?"
_RANGE = re.compile(rf"(?:,|\bet)? ?(?:\bde |\bentre )?\b{_CLOCK} ?(?:a|-|–|et|jusqu'a) ?{_CLOCK}\b")
_LENGTH = re.compile(
    r"(?:,|\bde|\bpar|\btoutes les|\bchacun|\bduree)? ?(?:(?:de|d') ?)?"
    r"(?:\b(?P<minutes>\d{1,3}) ?(?:minutes?|min|mn)\b|\b(?P<half>demi[- ]heures?)\b"
    r"|\b(?P<hour>une heure|1 ?h(?:eure)?)\b(?! ?\d))"
    r"(?: (?:chacun|chaque|par entretien))?"
)


class NotUnderstood(ValueError):
    """The words give no times; the message is the key of the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Times to offer: when each begins (UTC), how long it is, where."""

    starts: tuple[datetime, ...]
    minutes: int
    place: str
    remote: bool


def read_offer(text: str, now: datetime, tz: ZoneInfo) -> Offer:
    """What was said by somebody who lives in `tz`. Raises NotUnderstood: `date`, `hours`, `length`, `many`, `past`."""
    said = fold(text)
    ranges = list(_RANGE.finditer(said))
    for match in reversed(ranges):
        text, said = _without(text, match), _without(said, match)
    minutes = MINUTES
    if length := _LENGTH.search(said):
        minutes = int(length["minutes"]) if length["minutes"] else 30 if length["half"] else 60
        text = _without(text, length)
    if not SHORTEST <= minutes <= LONGEST:
        raise NotUnderstood("length")
    meant = read(" ".join(text.split()), now.astimezone(tz).date())
    if meant is None or meant.on is None:
        raise NotUnderstood("date")
    if not ranges:
        raise NotUnderstood("hours")
    days = [meant.on + timedelta(days=n) for n in range(((meant.until or meant.on) - meant.on).days + 1)]
    days = [day for day in days if day.weekday() < 5 or len(days) == 1]  # « du 19 au 23 » are working days
    starts = [at for day in days for match in ranges for at in _cut(day, match, minutes, tz)]
    if not starts:
        raise NotUnderstood("hours")
    if len(starts) > MOST:
        raise NotUnderstood("many")
    if starts[0] <= now:
        raise NotUnderstood("past")
    return Offer(tuple(starts), minutes, meant.place, meant.remote)


def _cut(day: date, match: re.Match[str], minutes: int, tz: ZoneInfo) -> list[datetime]:
    try:
        first, last = (time(int(match[n]), int(match[n + 1] or 0)) for n in (1, 3))
    except ValueError:
        raise NotUnderstood("hours") from None
    at = datetime.combine(day, first, tz).astimezone(UTC)
    end = datetime.combine(day, last, tz).astimezone(UTC)
    found = []
    while at + timedelta(minutes=minutes) <= end:
        found.append(at)
        at += timedelta(minutes=minutes)
    return found


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " + text[match.end() :]
