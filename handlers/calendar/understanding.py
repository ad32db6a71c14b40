"""What staff mean by plain words: « ajoute atelier Bretagne le 16 mai 9h30 à Rennes ». Pure.

What is understood is said back before anything is done, so what is not sure is left out rather than guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time

from handlers.dates import MONTHS


@dataclass(frozen=True, slots=True)
class Meant:
    """A name, and what was said of date, hours and place; None or empty where nothing was."""

    name: str
    on: date | None = None
    until: date | None = None
    begins: time | None = None
    ends: time | None = None
    place: str = ""
    remote: bool = False


def fold(text: str) -> str:
    """Lower case without accents, as long as the text itself, so that positions are the same."""
    folded = []
    for char in text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " "):
        base = [c for c in unicodedata.normalize("NFKD", char.lower()) if not unicodedata.combining(c)]
        folded.append(base[0] if base else " ")
    return "".join(folded)


_MONTHS = [fold(month) for month in MONTHS]
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?"
_WORDS = rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:er)? (?P<month>{'|'.join(_MONTHS)})(?: (?P<year>\d{{4}}))?"
_NUMBERS = rf"{_WEEKDAY}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}))?"
_LEAD = r"(?:\b(?:le|au|du|pour le) )?"
_HOUR = r"(\d{1,2}) ?(?:h|:) ?(\d{2})?\b"
_HOURS = re.compile(rf"(?:\bde |\ba |\b)?{_HOUR}(?: ?(?:a|-|–|au) ?{_HOUR})?")
_UNTIL = re.compile(rf"\bdu (?P<first>\d{{1,2}})(?:er)? au {_WORDS}")
_REMOTE = re.compile(r",? ?\b(?:ou )?(?:a distance|en visio(?:conference)?|en ligne)\b")
_PLACE = re.compile(r"\b(?:a|au|en) (?:la |l')?(?=\S)")


def read(text: str, today: date) -> Meant | None:
    """What was meant; None when a date or an hour that was said does not exist. A day without a year is to come."""
    said, kept = fold(text), text
    on = until = None
    begins = ends = None
    first = len(text)
    spans: list[tuple[int, int]] = []
    several = _UNTIL.search(said)
    match = several or re.search(_LEAD + _WORDS, said) or re.search(_LEAD + _NUMBERS, said)
    if match:
        word = match["month"]
        month = int(word) if word.isdigit() else _MONTHS.index(word) + 1
        last = _date(int(match["day"]), month, match["year"], today)
        on = _date(int(several["first"]), month, match["year"], today) if several else last
        if on is None or last is None or last < on:
            return None
        until = last if several else None
        spans.append(match.span())
    said = _blank(said, spans)
    if hours := _HOURS.search(said):
        try:
            begins = time(int(hours[1]), int(hours[2] or 0))
            ends = time(int(hours[3]), int(hours[4] or 0)) if hours[3] else None
        except ValueError:
            return None
        spans.append(hours.span())
    said = _blank(said, spans)
    remote = _REMOTE.search(said)
    if remote:
        spans.append(remote.span())
        said = _blank(said, spans)
    place, found = "", None
    if spans:
        first = min(start for start, _ in spans)
        if found := _PLACE.search(said, first):
            place = kept[found.end() :].strip(" ,.") if not _after(spans, found.end()) else ""
            place = place or kept[found.end() : min(s for s, _ in spans if s >= found.end())].strip(" ,.")
    if place and found and found[0].startswith("au "):
        place = f"Le {place}"  # « au Havre » is Le Havre
    return Meant(kept[:first].strip(" ,.:"), on, until, begins, ends, place, remote is not None)


def _after(spans: list[tuple[int, int]], position: int) -> bool:
    return any(start >= position for start, _ in spans)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text


def _date(day: int, month: int, year: str | None, today: date) -> date | None:
    try:
        found = date(int(year) if year else today.year, month, day)
        return found if year or found >= today else found.replace(year=today.year + 1)
    except ValueError:
        return None
