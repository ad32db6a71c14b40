"""Instants as staff write them: « demain 9h », « lundi 14 h 30 », « 5/12 9h », « 5 décembre à 9 h, heure de Cayenne ».

Pure. An hour is always wanted: an announcement without one would leave at a moment nobody chose.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.dates import MONTHS, WEEKDAYS


@dataclass(frozen=True, slots=True)
class Meant:
    """An instant and the zone it was said in."""

    at: datetime
    zone: str


def read_instant(text: str, now: datetime, zone: str, zones: Mapping[str, str]) -> Meant | None:
    """The instant meant, in `zone` unless « heure de … » names one of `zones` (name → IANA); None if none is said.

    A weekday is the next one, a day without a year the next one to come. An hour that the clocks skip is as far
    after the gap, one that comes twice is the first.
    """
    said = _fold(text)
    if match := re.search(r"\bheure (?:de |d')(.+)$", said):
        named = next((iana for name, iana in zones.items() if _fold(name) == match[1].strip()), None)
        if named is None:
            return None
        zone, said = named, said[: match.start()]
    hour = re.search(r"\b(\d{1,2}) ?(?:h|:|heures?) ?(\d{2})?\b", said)
    if hour is None or int(hour[1]) > 23 or int(hour[2] or 0) > 59:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    rest = re.sub(r"\s+", " ", f"{said[: hour.start()]} {said[hour.end() :]}")
    day = _day(re.sub(r"( a|,)+$", "", rest.strip(" ,")).strip(" ,"), today)
    if day is None:
        return None
    at = datetime.combine(day, time(int(hour[1]), int(hour[2] or 0)), ZoneInfo(zone)).astimezone(UTC)
    return Meant(at, zone)


def _day(said: str, today: date) -> date | None:
    """The day that is all that is said; None where more is said than is understood, or a weekday is not that of a date.

    « mardi en huit » is no « mardi », and « 2027-04-12 » no « 4/12 ».
    """
    said = _FILLERS.sub(" ", f" {said} ").strip(" ,")
    said = re.sub(r"\s+", " ", said)
    if said in _NEAR:
        return today + timedelta(days=_NEAR[said])
    weekday = next((n for n, name in enumerate(WEEKDAYS) if re.match(rf"{name}\b", said)), None)
    if weekday is not None:
        said = said.removeprefix(WEEKDAYS[weekday]).strip(" ,")
        if not said:
            return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    found = None
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", said):
        found = _date(int(iso[3]), int(iso[2]), iso[1], today)
    elif numbers := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?", said):
        found = _date(int(numbers[1]), int(numbers[2]), numbers[3], today)
    elif words := re.fullmatch(rf"(\d{{1,2}})(?:er)? ({'|'.join(_MONTHS)})(?: (\d{{4}}))?", said):
        found = _date(int(words[1]), _MONTHS.index(words[2]) + 1, words[3], today)
    return found if found is None or weekday in (None, found.weekday()) else None


def _date(day: int, month: int, year: str | None, today: date) -> date | None:
    try:
        found = date(int(year) if year else today.year, month, day)
        return found if year or found >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.lower().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " "))
    return re.sub(r"\s+", " ", "".join(c for c in text if not unicodedata.combining(c))).strip()


_MONTHS = [_fold(month) for month in MONTHS]
_NEAR = {"": 0, "aujourd'hui": 0, "demain": 1, "apres-demain": 2, "apres demain": 2}
_FILLERS = re.compile(r"(?<=\s)(?:le|la|ce|cet|au|du|vers|matin|soir|apres-midi|prochain)(?=[\s,])")
