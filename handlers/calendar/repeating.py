"""What people mean by « tous les mardis jusqu’au 25 juin », « le premier lundi de chaque mois », as dates. Pure.

What is understood is said back with its dates before anything is done, so what is not sure is left alone.
"""

import calendar
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.calendar.recurring import HORIZON, MOST, BadRule, given_by
from handlers.calendar.understanding import fold, read
from handlers.dates import MONTHS, WEEKDAYS
from handlers.instants import is_holiday

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTH = "|".join(fold(month) for month in MONTHS)
_NAME = rf"(?:{'|'.join(WEEKDAYS)})"
_NAMES = rf"(?P<days>{_NAME}s?(?:(?:, ?| et | ou )(?:les? )?{_NAME}s?)*)"
_NTH = {"premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "dernier": -1, "avant-dernier": -2}
_ORDINAL = r"(?:avant-dernier|dernier|premier|deuxieme|second|troisieme|quatrieme|[1-4](?:ers?|e|eme|nd)\b)s?"
_ORDINALS = rf"(?P<nths>{_ORDINAL}(?:(?:, ?| et )(?:les? )?{_ORDINAL})*)"
_COUNTS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "huit": 8, "dix": 10, "douze": 12}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(_COUNTS)})"
DATE = rf"(?:{_NAME} )?(?:\d{{1,2}}(?:er)? (?:{_MONTH})(?: \d{{4}})?|\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?)"
_EACH = r"(?:tous les|chaque|les)"
_IN_MONTH = r"(?:du|de chaque|de tous les|chaque) mois"
_ON = r"(?:,? (?:le|les|chaque) )"

# The rule itself; the first that fits is taken, the narrowest are first.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (rf"\b(?:{_EACH}|le) {_ORDINALS} {_NAMES}(?: {_IN_MONTH}|,? (?:tous les {_N} mois|tous les mois))", "nth"),
        (rf"\b(?:tous les|chaque) mois{_ON}{_ORDINALS} {_NAMES}", "nth"),
        (rf"\btous les {_N} mois{_ON}{_ORDINALS} {_NAMES}", "nth"),
        (rf"\b(?:le|{_EACH}) (?P<last>dernier jour) {_IN_MONTH}", "day"),
        (rf"\b(?:le|{_EACH}) (?P<day>\d{{1,2}})(?:er)? {_IN_MONTH}", "day"),
        (rf"\b(?:tous les|chaque)(?: {_N})? mois{_ON}(?P<day>\d{{1,2}})(?:er)?\b", "day"),
        (rf"\bun {_NAMES} sur {_N}\b", "week"),
        (rf"\btous les {_N} {_NAMES}", "week"),
        (rf"\b(?:toutes les {_N} semaines|une semaine sur {_N.replace('?P<n>', '?P<m>')}){_ON}{_NAMES}", "week"),
        (rf"\btous les (?P<fortnight>15|quinze) jours{_ON}{_NAMES}", "week"),
        (rf"\b(?:toutes les semaines|chaque semaine){_ON}{_NAMES}", "week"),
        (rf"\b(?:{_EACH}) (?P<open>jours ouvres|jours ouvrables|jour ouvre)\b", "week"),
        (r"\b(?:tous les jours |chaque jour )?(?P<open>du lundi au vendredi)\b", "week"),
        (rf"\b{_EACH} {_NAMES}", "week"),
        (r"\b(?:tous les jours|chaque jour)\b", "daily"),
    )
)
_FROM = re.compile(rf",? ?\b(?:a partir du|a compter du|des le) (?P<date>{DATE})")
_SPAN = re.compile(rf",? ?\b(?:(?:a partir|a compter) )?du (?P<date>{DATE}) (?:jusqu'au|au) (?P<end>{DATE})")
_UNTIL = re.compile(rf",? ?\bjusqu'(?:au|a) (?:la )?(?P<date>{DATE})")
_UNTIL_MONTH = re.compile(rf",? ?\bjusqu'(?:en|a|a la) (?:fin (?:de |d')?)?(?P<month>{_MONTH})(?: (?P<year>\d{{4}}))?")
_TIMES = re.compile(rf",? ?\b(?:{_N} fois)\b")
_DURING = re.compile(rf",? ?\b(?:pendant|durant|sur) {_N} (?P<unit>semaines|mois)\b")
_UNREAD = re.compile(
    r"\b(?:tou(?:s|tes) les|chaque) (?:ans?|annees?|trimestres?|semestres?|semaines?|mois|week-ends?)\b"
)
_LIKE = "par exemple\u00a0: « tous les mardis du 4 juin au 25 juin », « tous les premiers lundis du mois »"
_LESS_HOLIDAYS = re.compile(r",? ?\b(?:sauf|hors)(?: les)? (?:jours )?feries?\b")
_LESS = re.compile(rf",? ?\b(?:sauf|excepte|hormis) (?:les? )?(?P<dates>{DATE}(?:(?:, ?| et )(?:les? )?{DATE})*)")


@dataclass(frozen=True, slots=True)
class Repeated:
    """A series as somebody said it: its dates, and the rest of the words with the first date in the place of the rule.

    `endless`: no end was said, or one too far, so it stops at the horizon. `holidays`: its dates that are public ones.
    """

    rest: str
    dates: tuple[date, ...]
    endless: bool
    holidays: tuple[date, ...]


def read_series(text: str, today: date, holidays: str = "") -> Repeated | None:
    """The series that words mean; None when they mean none. `holidays` as in `storage.network.Region`.

    Raises BadRule for one that has no date, too many, or a date that does not exist.
    """
    said = fold(text)
    found = next(((match, kind) for pattern, kind in _RULES if (match := pattern.search(said))), None)
    if found is None:
        if unread := _UNREAD.search(said):
            raise BadRule(f"je ne sais pas répéter « {unread[0]} »", _LIKE)
        return None
    match, kind = found
    if not said[: match.start()].strip():
        return None  # « les mardis de l’orientation » is a name
    spans = [match.span()]
    said = _blank(said, match)

    def take(pattern: re.Pattern[str]) -> re.Match[str] | None:
        nonlocal said
        taken = pattern.search(said)
        if taken is not None:
            spans.append(taken.span())
            said = _blank(said, taken)
        return taken

    no_holidays, less = take(_LESS_HOLIDAYS) is not None, take(_LESS)
    span = take(_SPAN)
    begins = span or take(_FROM)
    first = _day(begins["date"], today) if begins else today
    until = take(_UNTIL)
    month = None if until or span else take(_UNTIL_MONTH)
    during, times = take(_DURING), take(_TIMES)
    last = _last(first, span["end"] if span else until["date"] if until else "", month, during)
    rule = _rule(match, kind)
    dates = _dates(rule, first, last or first + HORIZON)
    without = {_day(one, first) for one in re.findall(DATE, less["dates"])} if less else set()
    kept = [on for on in dates if on not in without and not (no_holidays and is_holiday(on, holidays))]
    most = _number(times["n"]) if times else 0
    kept = kept[:most] if most else kept
    _bounded(kept)
    return Repeated(
        _with_date(text, spans, match.start(), kept[0]),
        tuple(kept),
        len(kept) < most if most else last is None or last > first + HORIZON,
        tuple(on for on in kept if is_holiday(on, holidays)),
    )


def _rule(match: re.Match[str], kind: str) -> str:
    groups = match.groupdict()
    count = groups.get("n") or groups.get("m")
    interval = 2 if groups.get("fortnight") else _number(count) if count else 1
    if kind == "daily":
        return "FREQ=DAILY"
    if groups.get("open"):
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if kind == "day":
        number = -1 if groups.get("last") else int(groups["day"] or 0)
        if not (number == -1 or 1 <= number <= 31):
            raise BadRule(f"le {number} n’existe dans aucun mois", "un jour de 1 à 31")
        return f"FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={number}"
    days = [_CODES[WEEKDAYS.index(name)] for name in re.findall(_NAME, groups["days"] or "")]
    if kind == "week":
        return f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(days)}"
    nths = [_nth(word) for word in re.findall(_ORDINAL, groups["nths"] or "")]
    return f"FREQ=MONTHLY;INTERVAL={interval};BYDAY={','.join(f'{nth}{day}' for nth in nths for day in days)}"


def _dates(rule: str, first: date, last: date) -> list[date]:
    """The dates by the rule; with an interval, the first that fits begins it."""
    begin, end = datetime.combine(first, time()), datetime.combine(min(last, first + HORIZON), time())
    every = re.sub(r"INTERVAL=\d+;", "", rule)
    fitting = given_by(every, begin, end)
    return [on.date() for on in given_by(rule, fitting[0], end)] if fitting else []


def _last(first: date, said: str, month: re.Match[str] | None, during: re.Match[str] | None) -> date | None:
    """The last day that was said; None when none was."""
    if said:
        last = _day(said, first)
    elif month:
        number = [fold(name) for name in MONTHS].index(month["month"]) + 1
        year = int(month["year"]) if month["year"] else first.year + (number < first.month)
        last = date(year, number, calendar.monthrange(year, number)[1])
    elif during:
        count = _number(during["n"])
        days = count * 7 if during["unit"] == "semaines" else round(count * 30.44)
        last = first + timedelta(days=days - 1)
    else:
        return None
    if last < first:
        raise BadRule("la fin est avant le début", _LIKE)
    return last


def _bounded(kept: Collection[date]) -> None:
    if not kept:
        raise BadRule("aucune date ne correspond", _LIKE)
    if len(kept) > MOST:
        raise BadRule(f"cela fait plus de {MOST} dates", "donnez une fin plus proche")


def _day(words: str, today: date) -> date:
    meant = read(f"x le {words}", today)
    if meant is None or meant.on is None:
        raise BadRule(f"« {words} » n’existe pas", "par exemple\u00a0: « le 4 juin »")
    return meant.on


def _number(word: str) -> int:
    return max(1, int(word)) if word.isdigit() else _COUNTS[word]


def _nth(word: str) -> int:
    return int(word[0]) if word[0].isdigit() else _NTH[word.removesuffix("s")]


def _blank(said: str, match: re.Match[str]) -> str:
    return said[: match.start()] + "|" * (match.end() - match.start()) + said[match.end() :]


def _with_date(text: str, spans: Collection[tuple[int, int]], at: int, first: date) -> str:
    """The words without what was read here, the first date in the place of the rule."""

    def parts() -> Iterator[str]:
        done = 0
        for begin, end in sorted(spans):
            yield text[done:begin]
            if begin == at:
                yield f" le {first:%d/%m/%Y} "
            done = end
        yield text[done:]

    return " ".join("".join(parts()).split())
