"""What people mean by « la veille à 18 h », « une heure avant l’AG », « dans une heure », « demain matin ». Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.calendar.moments import MOST_DAYS, When
from handlers.calendar.understanding import fold
from handlers.calendar.understanding import read as read_event
from handlers.dates import WEEKDAYS

MORNING, NOON, AFTERNOON, EVENING = time(9), time(12), time(14), time(18)
_COUNTS = {
    word: number
    for number, words in {
        1: "un une", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit", 9: "neuf",
        10: "dix", 12: "douze", 15: "quinze", 20: "vingt", 30: "trente", 40: "quarante",
        45: "quarante-cinq", 48: "quarante-huit",
    }.items()
    for word in words.split()
}  # fmt: skip
_N = rf"(?P<n>\d{{1,4}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_BEFORE = r"(?: avant| plus tot| auparavant| d'avance| a l'avance)"
_MINUTES = r"(?:minutes?|min|mn)\b"
_HOURS = r"(?:heures?|h)\b"
_EVE = re.compile(r"\b(?:l'avant[- ]veille|(?:la )?veille)\b")
_SAME = re.compile(r"\b(?:le jour meme|le jour j|le matin meme|le matin de)\b")
_DAYS = re.compile(rf"\b{_N} ?(?P<unit>jours?|j|semaines?|mois){_BEFORE}")
_CLOCK_LEAD = re.compile(
    rf"\b{_N} ?(?:heures?|h)(?: ?(?P<more>\d{{1,2}})| et (?P<half>demie)| et (?P<quarter>quart))?{_BEFORE}"
)
_MINUTE_LEAD = re.compile(rf"\b{_N} ?{_MINUTES}{_BEFORE}")
_HALF = re.compile(rf"\b(?:une )?demi[- ]heure{_BEFORE}")
_QUARTER = re.compile(rf"\bun quart d'heure{_BEFORE}")
_IN = re.compile(rf"\bdans {_N} ?(?P<unit>{_MINUTES}|{_HOURS}|jours?\b|semaines?\b)")
_IN_HALF = re.compile(r"\bdans (?:une )?demi[- ]heure\b")
_IN_QUARTER = re.compile(r"\bdans un quart d'heure\b")
_SOON = re.compile(r"\b(?:tout a l'heure|plus tard)\b")
_DAY_SAID = re.compile(
    rf"\b(?:(?P<tomorrow>demain)|(?P<after>apres-demain)|(?P<today>aujourd'hui|cet apres-midi|ce soir|ce midi)"
    rf"|(?:ce |le )?(?P<weekday>{'|'.join(WEEKDAYS)})(?: prochain)?(?! \d))\b"
)
_AT = re.compile(
    r"(?:\b(?:a|vers|pour|des) )(?P<hour>\d{1,2}) ?(?:h(?:eures?)?|:) ?(?P<minute>\d{2})?\b"
    r"|(?:\b(?:a|au|le|dans la|en|ce|cet) ?)?\b(?P<part>matin(?:ee)?|midi|apres-midi|soir(?:ee)?)\b"
)
_PARTS = {"matin": MORNING, "matinee": MORNING, "midi": NOON, "apres-midi": AFTERNOON, "soir": EVENING}
_LEADING = re.compile(r"^(?:[\s,.:;!?-]|(?:avant|pour|de|du|des|que|qu'il y a|a|au|le|la|les)\b|[ld]')+")
_TRAILING = re.compile(r"(?:[\s,.:;!?-]|\b(?:avant|pour|de|du|des|a|le|la|svp|s'il (?:te|vous) plait|merci)(?!\w))+$")


class NoSuchMoment(ValueError):
    """An hour or a date that was said does not exist."""


@dataclass(frozen=True, slots=True)
class Asked:
    """When somebody wants to be reminded, and the words left over: the name of the event, if any."""

    when: When | None
    name: str


def read_asked(text: str, now: datetime, tz: ZoneInfo) -> Asked:
    """What was asked at `now` by somebody who lives in `tz`. Raises NoSuchMoment."""
    said = fold(text)
    spans: list[tuple[int, int]] = []
    when = _before(said, spans) or _from_now(said, spans, now, tz)
    if when is None:
        meant = read_event(text, now.astimezone(tz).date())
        if meant is None:
            raise NoSuchMoment
        if meant.on is not None:
            return Asked(_instant(meant.on, meant.begins or MORNING, tz), named(meant.name))
        if hour := _hour(said, spans):
            when = _instant(now.astimezone(tz).date(), hour, tz)
    kept = "".join(char for place, char in enumerate(text) if not any(a <= place < b for a, b in spans))
    return Asked(when, named(kept))


def named(words: str) -> str:
    """The words without those that only lead to a name: « avant l’AG » → « AG »."""
    said = fold(words)
    end = match.start() if (match := _TRAILING.search(said)) else len(said)
    begin = match.end() if (match := _LEADING.match(said[:end])) else 0
    return words[begin:end].strip()


def _before(said: str, spans: list[tuple[int, int]]) -> When | None:
    """So long before the event."""
    if match := _EVE.search(said):
        spans.append(match.span())
        return When(days=2 if "avant" in match[0] else 1, at=_hour(_blank(said, spans), spans))
    if match := _SAME.search(said):
        spans.append(match.span())
        return When(days=0, at=_hour(_blank(said, spans), spans) or time(8))
    if match := _DAYS.search(said):
        spans.append(match.span())
        each = {"j": 1, "s": 7, "m": 30}[match["unit"][0]]
        days = _count(match["n"]) * each
        return When(days=_sane(days, MOST_DAYS), at=_hour(_blank(said, spans), spans))
    for pattern, minutes in ((_HALF, 30), (_QUARTER, 15)):
        if match := pattern.search(said):
            spans.append(match.span())
            return When(minutes=minutes)
    if match := _CLOCK_LEAD.search(said):
        spans.append(match.span())
        more = 30 if match["half"] else 15 if match["quarter"] else int(match["more"] or 0)
        return When(minutes=_sane(_count(match["n"]) * 60 + more, MOST_DAYS * 24 * 60))
    if match := _MINUTE_LEAD.search(said):
        spans.append(match.span())
        return When(minutes=_sane(_count(match["n"]), MOST_DAYS * 24 * 60))
    return None


def _from_now(said: str, spans: list[tuple[int, int]], now: datetime, tz: ZoneInfo) -> When | None:
    """So long after now, or on a day counted from today."""
    local = now.astimezone(tz)
    for pattern, minutes in ((_IN_HALF, 30), (_IN_QUARTER, 15), (_SOON, 60)):
        if match := pattern.search(said):
            spans.append(match.span())
            return _minute(now + timedelta(minutes=minutes))
    if match := _IN.search(said):
        spans.append(match.span())
        count, unit = _sane(_count(match["n"]), MOST_DAYS * 24 * 60), match["unit"]
        if unit.startswith("m"):
            return _minute(now + timedelta(minutes=count))
        if unit.startswith("h"):
            return _minute(now + timedelta(hours=_sane(count, MOST_DAYS * 24)))
        days = _sane(count * (7 if unit.startswith("s") else 1), MOST_DAYS)
        hour = _hour(_blank(said, spans), spans)
        return _instant(local.date() + timedelta(days=days), hour or local.time().replace(second=0, microsecond=0), tz)
    if match := _DAY_SAID.search(said):
        if match["today"]:
            spans.append((match.start(), match.start() + (0 if match["today"] != "aujourd'hui" else len(match[0]))))
            hour = _hour(_blank(said, spans), spans)
            return _instant(local.date(), hour, tz) if hour else None
        spans.append(match.span())
        hour = _hour(_blank(said, spans), spans) or MORNING
        if match["weekday"]:
            ahead = (WEEKDAYS.index(match["weekday"]) - local.weekday() - 1) % 7 + 1
        else:
            ahead = 2 if match["after"] else 1
        return _instant(local.date() + timedelta(days=ahead), hour, tz)
    return None


def _hour(said: str, spans: list[tuple[int, int]]) -> time | None:
    """The hour said; taken out of the words."""
    match = _AT.search(said)
    if match is None:
        return None
    spans.append(match.span())
    if match["part"]:
        return _PARTS.get(match["part"], EVENING)
    try:
        return time(int(match["hour"]), int(match["minute"] or 0))
    except ValueError:
        raise NoSuchMoment from None


def _instant(on: date, at: time, tz: ZoneInfo) -> When:
    return When(instant=datetime.combine(on, at, tz).astimezone(UTC))


def _minute(at: datetime) -> When:
    return When(instant=at.astimezone(UTC).replace(second=0, microsecond=0))


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word]


def _sane(number: int, most: int) -> int:
    if number > most:
        raise NoSuchMoment
    return number


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text
