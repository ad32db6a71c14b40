"""What staff mean by plain words: « ajoute atelier Bretagne le 16 mai 9h30 à Rennes ». Pure.

What is understood is said back before anything is done, so what is not sure is left out rather than guessed.
"""

import calendar
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
_AT = r"(?: (?:a )?(?P<{0}>\d{{1,2}}) ?(?:h|:) ?(?P<{0}_minutes>\d{{2}})?\b)?"
_FIRST = rf"\b(?:du|de) {_WEEKDAY}(?P<first>\d{{1,2}})(?:er)?"
_SPANS = tuple(
    re.compile(f"{_FIRST}{month}{_AT.format('begins')} au {last}{_AT.format('ends')}")
    for month, last in (
        (rf"(?: (?P<first_month>{'|'.join(_MONTHS)})(?: (?P<first_year>\d{{4}}))?)?", _WORDS),
        (r"(?:/(?P<first_month>\d{1,2})(?:/(?P<first_year>\d{4}))?)?", _NUMBERS),
    )
)
_REMOTE = re.compile(r",? ?\b(?:ou )?(?:a distance|en visio(?:conference)?|en ligne)\b")
_ON_SITE = re.compile(r",? ?\ben presentiel\b")
_PLACE = re.compile(r"\b(?:(?:a|au|aux|en) (?:la |l')?(?=\S)|(?=(?:salle|chez|dans|espace|centre|hotel|maison) ))")
_ARTICLES = {"au ": "Le", "aux ": "Les"}  # « au Havre » is Le Havre


def read(text: str, today: date) -> Meant | None:
    """What was meant; None when a date or an hour that was said does not exist. A day without a year is to come."""
    said, kept = fold(text), text
    on = until = None
    begins = ends = None
    first = len(text)
    spans: list[tuple[int, int]] = []
    several = next((found for one in _SPANS if (found := one.search(said))), None)
    match = several or re.search(_LEAD + _WORDS, said) or re.search(_LEAD + _NUMBERS, said)
    try:
        if several:
            on, until = _span(several, today)
            begins, ends = _time(several, "begins"), _time(several, "ends")
        elif match:
            on = _date(int(match["day"]), _month(match["month"]), match["year"], today)
        spans += [match.span()] if match else []
        said = _blank(said, spans)
        if begins is None and (hours := _HOURS.search(said)):
            begins = time(int(hours[1]), int(hours[2] or 0))
            ends = ends or (time(int(hours[3]), int(hours[4] or 0)) if hours[3] else None)
            spans.append(hours.span())
    except ValueError:
        return None
    said = _blank(said, spans)
    remote = _REMOTE.search(said)
    if remote:
        spans.append(remote.span())
    if on_site := _ON_SITE.search(said):
        spans.append(on_site.span())
    said = _blank(said, spans)
    place, found = "", None
    if spans:
        first = min(start for start, _ in spans)
        if found := _PLACE.search(said, first):
            place = kept[found.end() :].strip(" ,.") if not _after(spans, found.end()) else ""
            place = place or kept[found.end() : min(s for s, _ in spans if s >= found.end())].strip(" ,.")
    if place and found and (article := _ARTICLES.get(found[0])):
        place = f"{article} {place}"
    return Meant(kept[:first].strip(" ,.:"), on, until, begins, ends, place, remote is not None)


def _after(spans: list[tuple[int, int]], position: int) -> bool:
    return any(start >= position for start, _ in spans)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text


def _span(match: re.Match[str], today: date) -> tuple[date, date]:
    """The first day and the last; a year that is not said is that of the other, or of the next last day to come."""
    month, first_month = _month(match["month"]), _month(match["first_month"] or match["month"])
    if match["first_year"] and not match["year"]:
        on = _date(int(match["first"]), first_month, match["first_year"], today)
        return on, _date(int(match["day"]), month, "", on)
    until = _date(int(match["day"]), month, match["year"], today)
    if match["first_year"]:
        on = _date(int(match["first"]), first_month, match["first_year"], today)
    else:
        on = date(until.year - (first_month > month), first_month, int(match["first"]))
    if until < on:
        raise ValueError("it ends before it begins")
    return on, until


def _month(word: str) -> int:
    return int(word) if word.isdigit() else _MONTHS.index(word) + 1


def _time(match: re.Match[str], name: str) -> time | None:
    return time(int(match[name]), int(match[f"{name}_minutes"] or 0)) if match[name] else None


def _date(day: int, month: int, year: str | None, today: date) -> date:
    """Raises ValueError when there is no such day; without a year, the next one to come."""
    if year:
        return date(int(year), month, day)
    found = [date(one, month, day) for one in range(today.year, today.year + 5) if _exists(one, month, day)]
    return next(one for one in found if one >= today) if found else date(today.year, month, day)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
