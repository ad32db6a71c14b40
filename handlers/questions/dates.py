"""French dates and periods as people type and say them, read against a given day."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.questions.normalising import Word, fold

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil jul",
            "aout aou",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: n for n, name in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])
}
_UNITS = {
    "un": 1, "une": 1, "premier": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "trente": 30, "quarante": 40,
}  # fmt: skip
_PERIODS = {"jour": "day", "jours": "day", "semaine": "week", "semaines": "week", "mois": "month", "an": "year",
            "ans": "year", "annee": "year", "annees": "year"}  # fmt: skip
_NEXT = {
    "pro",
    "proch",
    "prochain",
    "prochaine",
    "prochains",
    "prochaines",
    "suivant",
    "suivante",
    "suivants",
    "suivantes",
}
_LAST = {"dernier", "derniere", "derniers", "dernieres", "passe", "passee", "precedent", "precedente"}
_SEASONS = {"printemps": ((3, 20), (6, 20)), "ete": ((6, 21), (9, 21)), "automne": ((9, 22), (12, 20)),
            "hiver": ((12, 21), (3, 19)), "rentree": ((9, 1), (10, 15))}  # fmt: skip
_ORDINALS = {"premier": 1, "1er": 1, "second": 2, "deuxieme": 2, "2e": 2, "2eme": 2, "troisieme": 3, "3e": 3,
             "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4, "dernier": 0}  # fmt: skip
_YEARS = range(1900, 2100)
_FAR_PAST, _FAR_FUTURE = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, said in the words from `start` to `end`.

    `kind` is day, week, month, year or range; `label` says it again in French (« en avril 2024 », « cette semaine »).
    `open` names an end left open: "before" or "after". `year_given` tells whether the asker named the year;
    `anchor` is the event that a period is counted from (« avant l’AG »).
    """

    first: date
    last: date
    kind: str
    start: int
    end: int
    label: str = ""
    year_given: bool = False
    open: str = ""
    anchor: str = ""

    def touches(self, first: date, last: date) -> bool:
        """Do those days fall into the period, at least one of them?"""
        return first <= self.last and self.first <= last


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event named in the words from `start` to `end`, which a period may be counted from."""

    start: int
    end: int
    first: date
    last: date
    key: str


Busy = Callable[[date, date], bool]


class DateReader:
    """Reads periods from the words of one question, on the day `today`.

    `past` says that the question is in the past tense; `busy` whether anything is known between two days, which
    settles the year of « en février »; `anchors` are events by the word they start at.
    """

    def __init__(
        self,
        words: Sequence[Word],
        today: date,
        *,
        past: bool = False,
        busy: Busy = lambda first, last: False,
        anchors: Mapping[int, Anchor] | None = None,
    ) -> None:
        self._words = words
        self._today = today
        self._past = past
        self._busy = busy
        self._anchors = anchors or {}

    def find(self) -> list[Period]:
        """Every period named, from left to right."""
        found: list[Period] = []
        position = 0
        while position < len(self._words):
            try:
                period = self._bounded(position) or self._atom(position)
            except (ValueError, OverflowError):  # the 31st of April, year 0, a million weeks
                period = None
            if period is not None:
                found.append(period)
                position = max(period.end, position + 1)
            else:
                position += 1
        return found

    # ---- words -----------------------------------------------------------------------------------------------

    def _at(self, position: int) -> str:
        return self._words[position].folded if 0 <= position < len(self._words) else ""

    def _skip(self, position: int, *allowed: str) -> int:
        while self._at(position) in allowed and self._at(position):
            position += 1
        return position

    def _said(self, position: int, phrase: str) -> int:
        """The position after the phrase, 0 when it is not there."""
        for word in phrase.split():
            if self._at(position) != word:
                return 0
            position += 1
        return position

    def _number(self, position: int) -> tuple[int, int]:
        """A number in digits or words and the position after it; 0 when there is none."""
        word = self._words[position] if position < len(self._words) else None
        if word is None:
            return 0, position
        if word.kind == "number":
            return (int(word.folded), position + 1) if len(word.folded) <= 4 else (0, position)
        if word.kind == "ordinal":
            return int("".join(c for c in word.folded if c.isdigit())), position + 1
        value = _UNITS.get(word.folded, 0)
        if value in (20, 30):
            after = self._skip(position + 1, "et")
            unit = _UNITS.get(self._at(after), 0)
            if 0 < unit < 10 and self._at(after) not in ("une",):
                return value + unit, after + 1
        return value, position + 1 if value else position

    # ---- bounds ----------------------------------------------------------------------------------------------

    def _bounded(self, at: int) -> Period | None:
        """« avant … », « après … », « entre … et … », « du … au … », « d’ici … »."""
        return self._between(at) or self._after(at) or self._before(at)

    def _between(self, at: int) -> Period | None:
        word = self._at(at)
        if word == "entre":
            begin = self._bound(at + 1)
            if begin and self._at(begin.end) == "et":
                return self._range(at, begin, self._bound(begin.end + 1))
        if word in ("du", "de", "d", "des", "dès", "depuis"):
            begin = self._bound(at + 1)
            if begin and self._at(begin.end) in ("au", "a", "jusqu", "aux"):
                after = self._skip(begin.end, "jusqu", "a", "au", "aux", "en")
                return self._range(at, begin, self._bound(after))
            if begin is None:
                number, after = self._number(at + 1)
                if 0 < number <= 31 and self._at(after) == "au":
                    finish = self._bound(after + 1)
                    if finish and finish.kind == "day":
                        first = finish.last.replace(day=number)
                        return replace(finish, first=first, kind="range", start=at, label="")
        return None

    def _range(self, at: int, begin: Period, finish: Period | None) -> Period | None:
        if finish is None or finish.last < begin.first:
            if finish is None or finish.year_given:
                return None
            finish = replace(finish, last=finish.last.replace(year=finish.last.year + 1))
        given = begin.year_given or finish.year_given
        first = begin.first
        if finish.year_given and not begin.year_given:
            first = first.replace(year=finish.first.year)
        return Period(first, finish.last, "range", at, finish.end, year_given=given)

    def _after(self, at: int) -> Period | None:
        inclusive = 0
        for phrase in ("a partir de", "a partir du", "a partir d", "a compter de", "a compter du", "dès", "depuis"):
            inclusive = inclusive or self._said(at, phrase)
        if inclusive:
            begin = self._bound(inclusive)
            if begin is None:
                return None
            if self._at(at) == "depuis" and begin.first <= self._today:
                return replace(begin, last=self._today, kind="range", start=at, label="")
            return replace(begin, last=_FAR_FUTURE, kind="range", start=at, open="after", label="")
        if self._at(at) == "apres" and self._at(at + 1) != "demain":
            begin = self._bound(at + 1)
            if begin is not None:
                return replace(
                    begin,
                    first=begin.last + timedelta(1),
                    last=_FAR_FUTURE,
                    kind="range",
                    start=at,
                    open="after",
                    label="",
                )
        return None

    def _before(self, at: int) -> Period | None:
        until = 0
        for phrase in ("jusqu a", "jusqu au", "jusqu en", "d ici a", "d ici au", "d ici", "ici"):
            until = until or self._said(at, phrase)
        if until:
            if self._at(at) == "ici" and self._at(at - 1) != "d":
                return None
            finish = self._length(until, at) or self._bound(until)
            if finish is None:
                return None
            last = finish.first if finish.kind == "day" else finish.last
            return replace(
                finish, first=min(self._today, last), last=last, kind="range", start=at, open="before", label=""
            )
        if self._at(at) == "avant" and self._at(at + 1) != "hier":
            finish = self._bound(at + 1)
            if finish is None:
                return None
            last = finish.first - timedelta(1)
            first = self._today if last >= self._today and not self._past else _FAR_PAST
            return replace(finish, first=first, last=last, kind="range", start=at, open="before", label="")
        return None

    def _length(self, at: int, start: int) -> Period | None:
        """« d’ici trois semaines »: from today until then."""
        number, after = self._number(self._skip(at, "a", "les"))
        unit = _PERIODS.get(self._at(after), "")
        if not number or not unit:
            return None
        return Period(self._today, self._later(number, unit), "range", start, after + 1)

    def _bound(self, at: int) -> Period | None:
        """A date, a period or an event that another period begins or ends with."""
        at = self._skip(
            at,
            "la",
            "le",
            "les",
            "l",
            "de",
            "du",
            "des",
            "d",
            "cette",
            "ce",
            "notre",
            "nos",
            "en",
            "vacances",
            "periode",
        )
        if at in self._anchors:
            anchor = self._anchors[at]
            return Period(anchor.first, anchor.last, "day", at, anchor.end, year_given=True, anchor=anchor.key)
        found = self._atom(at)
        if found is not None and self._at(at) == "ete" and found.kind == "range":
            year = found.first.year  # « avant l'été » is before the holidays
            return replace(found, first=date(year, 7, 1), last=date(year, 8, 31))
        return found

    # ---- single dates ----------------------------------------------------------------------------------------

    def _atom(self, at: int) -> Period | None:
        if at >= len(self._words):
            return None
        return (
            self._written(at)
            or self._named_day(at)
            or self._part_of_month(at)
            or self._relative(at)
            or self._this_or_next(at)
            or self._weekday(at)
            or self._day(at)
            or self._month(at)
            or self._part_of_year(at)
            or self._year(at)
        )

    def _written(self, at: int) -> Period | None:
        """9/10, 09.10.2024, 2024-10-09."""
        word = self._words[at]
        if word.kind != "date":
            return None
        pieces = [int(p) for p in word.folded.replace(".", "/").replace("-", "/").split("/")]
        if "-" in word.folded:
            return self._one(date(pieces[0], pieces[1], pieces[2]), at, at + 1, True)
        if len(pieces) == 3:
            year = pieces[2] + 2000 if pieces[2] < 100 else pieces[2]
            return self._one(date(year, pieces[1], pieces[0]), at, at + 1, True)
        return self._dated(pieces[0], pieces[1], 0, at, at + 1)

    def _named_day(self, at: int) -> Period | None:
        for phrase, shift, label in (
            ("aujourd hui", 0, "aujourd’hui"),
            ("aujourdhui", 0, "aujourd’hui"),
            ("ce jour", 0, "aujourd’hui"),
            ("ce soir", 0, "ce soir"),
            ("ce matin", 0, "ce matin"),
            ("cet apres midi", 0, "cet après-midi"),
            ("apres demain", 2, "après-demain"),
            ("avant hier", -2, "avant-hier"),
            ("demain", 1, "demain"),
            ("hier", -1, "hier"),
        ):
            if end := self._said(at, phrase):
                day = self._today + timedelta(shift)
                return Period(day, day, "day", at, end, label, year_given=True)
        return None

    def _relative(self, at: int) -> Period | None:
        """« dans trois semaines », « il y a deux mois », « les trois prochaines semaines », « la veille de l’AG »."""
        if self._at(at) in ("dans", "sous"):
            within = self._at(at) == "sous" or self._at(at + 1) == "les"
            number, after = self._number(self._skip(at + 1, "les"))
            if self._at(at + 1) == "quinze" and self._at(at + 2) == "jours":
                number, after = 15, at + 2
            ahead = self._at(after) in _NEXT
            unit = _PERIODS.get(self._at(after + ahead), "")
            if number and unit:
                end = after + ahead + 1 + (self._at(after + ahead + 1) in _NEXT)
                if within or ahead:
                    return Period(self._today, self._later(number, unit), "range", at, end, year_given=True)
                return self._around(number, unit, at, end)
            if self._at(at) == "dans" and self._said(at, "dans l annee"):
                return self._whole_year(self._today.year, at, at + 3, "cette année")
        if end := self._said(at, "il y a"):
            number, after = self._number(end)
            unit = _PERIODS.get(self._at(after), "")
            if number and unit:
                return self._around(-number, unit, at, after + 1)
        number, after = self._number(at)
        if number and self._at(after) in _NEXT and self._at(after + 1) in _PERIODS:
            last = self._later(number, _PERIODS[self._at(after + 1)])
            return Period(self._today, last, "range", at, after + 2, year_given=True)
        if number and self._at(after) in _PERIODS and self._at(after + 1) in _NEXT | {"a"}:
            if self._at(after + 1) == "a" and self._at(after + 2) != "venir":
                return None
            end = after + 2 + (self._at(after + 1) == "a")
            return Period(
                self._today, self._later(number, _PERIODS[self._at(after)]), "range", at, end, year_given=True
            )
        for word, shift in (("veille", -1), ("lendemain", 1), ("surlendemain", 2), ("avant veille", -2)):
            if end := self._said(at, word):
                anchor = self._bound(end)
                if anchor is not None and anchor.kind == "day":
                    day = (anchor.first if shift < 0 else anchor.last) + timedelta(shift)
                    return Period(day, day, "day", at, anchor.end, "ce jour-là", year_given=True, anchor=anchor.anchor)
        for phrase in ("pendant", "durant", "lors", "en meme temps que", "le meme jour que", "au moment"):
            if end := self._said(at, phrase):
                anchor = self._bound(end)
                if anchor is not None and anchor.anchor:
                    return replace(anchor, start=at, label="à ce moment-là")
        return None

    def _later(self, number: int, unit: str) -> date:
        if unit == "day":
            return self._today + timedelta(number)
        if unit == "week":
            return self._today + timedelta(7 * number)
        if unit == "year":
            return _clamped(self._today.year + number, self._today.month, self._today.day)
        months = self._today.month - 1 + number
        return _clamped(self._today.year + months // 12, months % 12 + 1, self._today.day)

    def _around(self, number: int, unit: str, at: int, end: int) -> Period:
        """« dans trois semaines » is a week, « dans deux mois » a month, « dans dix jours » a day."""
        day = self._later(number, unit)
        if unit == "day" and number % 7:
            return Period(day, day, "day", at, end, "ce jour-là", year_given=True)
        if unit in ("day", "week"):
            monday = day - timedelta(day.weekday())
            return Period(monday, monday + timedelta(6), "week", at, end, "cette semaine-là", year_given=True)
        if unit == "month":
            return self._whole_month(day.year, day.month, at, end, given=True)
        return self._whole_year(day.year, at, end)

    def _this_or_next(self, at: int) -> Period | None:
        """« cette semaine », « le mois prochain », « l’an dernier », « ce week-end », « cette année »."""
        start = at
        soon = self._skip(at, "les", "ces", "des", "nos")
        if self._at(soon) in ("prochains", "prochaines") and self._at(soon + 1) in ("jours", "semaines", "mois"):
            last = self._later(
                *{"jours": (2, "week"), "semaines": (5, "week"), "mois": (3, "month")}[self._at(soon + 1)]
            )
            return Period(self._today, last, "range", start, soon + 2, year_given=True)
        if end := self._said(at, "de l annee") or self._said(at, "toute l annee"):
            year, after = self._given_year(end)
            return self._whole_year(year or self._today.year, at, after if year else end, "" if year else "cette année")
        this = self._at(at) in ("ce", "cet", "cette", "ces")
        at = self._skip(at, "la", "le", "l", "ce", "cet", "cette", "ces", "en")
        ahead = self._at(at) in _NEXT
        behind = self._at(at) in _LAST
        at += ahead or behind
        unit = _PERIODS.get(self._at(at), "")
        end = at + 1
        if weekend := self._said(at, "week end") or self._said(at, "weekend") or self._said(at, "we"):
            unit, end = "weekend", weekend
        if not unit or unit == "day":
            if this and self._said(at, "jours ci"):
                return Period(
                    self._today, self._later(1, "week"), "range", start, at + 2, "ces jours-ci", year_given=True
                )
            return None
        if self._at(end) in _NEXT:
            ahead, end = True, end + 1
        elif self._at(end) in _LAST:
            behind, end = True, end + 1
        elif self._at(end) == "ci" or self._said(end, "en cours"):
            this, end = True, end + (1 if self._at(end) == "ci" else 2)
        elif self._said(end, "d apres") or self._said(end, "qui vient"):
            ahead, end = True, end + 2
        elif self._said(end, "d avant"):
            behind, end = True, end + 2
        if not (this or ahead or behind):
            return None
        shift = 1 if ahead else -1 if behind else 0
        day = self._later(shift, "week" if unit == "weekend" else unit)
        if unit in ("week", "weekend"):
            monday = day - timedelta(day.weekday())
            if unit == "weekend":
                name = {0: "ce week-end", 1: "le week-end prochain", -1: "le week-end dernier"}[shift]
                return Period(monday + timedelta(5), monday + timedelta(6), "week", start, end, name, year_given=True)
            name = {0: "cette semaine", 1: "la semaine prochaine", -1: "la semaine dernière"}[shift]
            return Period(monday, monday + timedelta(6), "week", start, end, name, year_given=True)
        if unit == "month":
            name = {0: "ce mois-ci", 1: "le mois prochain", -1: "le mois dernier"}[shift]
            return replace(self._whole_month(day.year, day.month, start, end, given=True), label=name)
        name = {0: "cette année", 1: "l’an prochain", -1: "l’an dernier"}[shift]
        return self._whole_year(day.year, start, end, name)

    def _weekday(self, at: int) -> Period | None:
        weekday = _WEEKDAYS.get(self._at(at))
        if weekday is None:
            return None
        number, after = self._number(at + 1)
        if number and (self._at(after) in _MONTHS or 13 <= number <= 31):
            return None  # « mercredi 9 octobre »: the day says it
        shift = (weekday - self._today.weekday()) % 7
        end = at + 1
        if self._at(end) in _LAST or (self._past and self._at(end) not in _NEXT):
            shift -= 7
            end += self._at(end) in _LAST
        elif self._at(end) in _NEXT:
            shift, end = shift or 7, end + 1
        elif self._said(end, "en huit"):
            shift, end = (shift or 7) + 7, end + 2
        day = self._today + timedelta(shift)
        return Period(day, day, "day", at, end, "ce jour-là", year_given=True)

    def _day(self, at: int) -> Period | None:
        """« mercredi 9 octobre 2024 », « le neuf octobre », « 8-9 octobre », « le 26 »."""
        start = at
        at += self._at(at) in _WEEKDAYS
        number, after = self._number(at)
        if not 0 < number <= 31:
            return None
        last, then = number, after
        if self._at(then) in ("et", "ou", "au", "a") or (then < len(self._words) and self._words[then].joined):
            second, later = self._number(self._skip(then, "et", "ou", "au", "a", "le", *_WEEKDAYS))
            if number < second <= 31 and self._at(self._skip(later, "du", "de", "mois")) in _MONTHS:
                last, then = second, later
        month_at = self._skip(then, "du", "de", "mois", "d")
        month = _MONTHS.get(self._at(month_at), 0)
        if month:
            year, end = self._given_year(month_at + 1)
            period = self._dated(number, month, year, start, end)
            if period is not None and last != number:
                return replace(period, last=period.first.replace(day=last), kind="range", label="")
            return period
        bare = self._at(start - 1) in ("le", "au", "du") or start != at
        follows = self._words[after] if after < len(self._words) else None
        if (
            bare
            and self._words[at].kind in ("number", "ordinal")
            and (follows is None or follows.breaks or self._light(follows))
        ):
            first = self._today.replace(day=1)
            for _ in range(13):
                if number <= monthrange(first.year, first.month)[1]:
                    day = first.replace(day=number)
                    if day >= self._today:
                        return self._one(day, start, after, False)
                first = (first + timedelta(32)).replace(day=1)
        return None

    def _light(self, word: Word) -> bool:
        return len(word.folded) <= 3 or word.folded in ("quoi", "prochain", "alors")

    def _given_year(self, at: int) -> tuple[int, int]:
        after = self._skip(at, "de", "en", "l", "an", "annee")
        word = self._words[after] if after < len(self._words) else None
        if word is not None and word.kind == "number" and len(word.folded) == 4 and int(word.folded) in _YEARS:
            return int(word.folded), after + 1
        for phrase, shift in (("dernier", -1), ("prochain", 1), ("de l an dernier", -1), ("de l annee derniere", -1),
                              ("passe", -1), ("de cette annee", 0), ("de l an prochain", 1)):  # fmt: skip
            if end := self._said(at, phrase):
                return self._today.year + shift if "an" in phrase else -2 if shift < 0 else -1, end
        return 0, at

    def _dated(self, day: int, month: int, year: int, at: int, end: int) -> Period | None:
        if year > 0:
            return self._one(date(year, month, day), at, end, True)
        if year < 0:
            return self._one(self._nearest(month, day, past=year == -2), at, end, True)
        return self._one(self._settled(month, day), at, end, False)

    def _nearest(self, month: int, day: int, *, past: bool) -> date:
        this = date(self._today.year, month, day)
        if past:
            return this if this < self._today else this.replace(year=this.year - 1)
        return this if this > self._today else this.replace(year=this.year + 1)

    def _settled(self, month: int, day: int) -> date:
        """The day of the year that is meant when the year is not said."""
        this = date(self._today.year, month, day)
        if self._past:
            return self._nearest(month, day, past=True)
        if this >= self._today or self._busy(this, this):
            return this
        return this.replace(year=this.year + 1) if self._today - this > timedelta(90) else this

    def _month(self, at: int) -> Period | None:
        """« avril », « en avril-mai », « mi-octobre », « fin juin 2024 », « avril et mai »."""
        start = at
        part = self._at(at) if self._at(at) in ("mi", "debut", "fin", "courant", "milieu") else ""
        at = self._skip(at + bool(part), "du", "de", "mois", "d", "le") if part or self._at(at) in ("mois",) else at
        month = _MONTHS.get(self._at(at), 0)
        if not month:
            return None
        second = at + 1
        if self._at(second) in ("et", "ou", "a") or (second < len(self._words) and self._words[second].joined):
            second = self._skip(second, "et", "ou", "a", "en")
            last = _MONTHS.get(self._at(second), 0)
            if last > month:
                year, end = self._given_year(second + 1)
                first = self._whole_month(year, month, start, end)
                finish = self._whole_month(first.first.year, last, start, end)
                return replace(first, last=finish.last, label=f"{first.label.split()[0]} {first.label.split()[1]}")
        year, end = self._given_year(at + 1)
        whole = self._whole_month(year, month, start, end)
        if part == "mi" or part == "milieu":
            return replace(whole, first=whole.first.replace(day=10), last=whole.first.replace(day=20), label="")
        if part == "debut":
            return replace(whole, last=whole.first.replace(day=12), label="")
        if part == "fin":
            return replace(whole, first=whole.first.replace(day=19), label="")
        return whole

    def _whole_month(self, year: int, month: int, at: int, end: int, *, given: bool = False) -> Period:
        given = given or year != 0
        if year < 0:
            year = self._nearest(month, 1, past=year == -2).year
        elif year == 0:
            year = self._today.year
            last = monthrange(year, month)[1]
            if self._past and month > self._today.month:
                year -= 1
            elif month < self._today.month and not self._past:
                year += not self._busy(date(year, month, 1), date(year, month, last))
        first = date(year, month, 1)
        last_day = date(year, month, monthrange(year, month)[1])
        preposition = "en"
        return Period(first, last_day, "month", at, end, f"{preposition} {_MONTH_NAMES[month - 1]} {year}", given)

    def _part_of_month(self, at: int) -> Period | None:
        """« la première semaine d'avril », « la dernière semaine de juin », « la seconde quinzaine de mai »."""
        start = at
        at = self._skip(at, "la", "le", "l")
        ordinal = _ORDINALS.get(self._at(at), -1)
        if self._at(at) in ("premiere", "1ere"):
            ordinal = 1
        elif self._at(at) in ("derniere", "seconde"):
            ordinal = 0 if self._at(at) == "derniere" else 2
        length = {"semaine": 7, "quinzaine": 15}.get(self._at(at + 1), 0)
        if ordinal < 0 or not length:
            return None
        month = self._month(self._skip(at + 2, "de", "du", "d", "mois"))
        if month is None or month.kind != "month":
            return None
        if ordinal == 0:
            return replace(month, first=month.last - timedelta(length - 1), start=start, kind="range", label="")
        first = month.first + timedelta((ordinal - 1) * length)
        return replace(
            month, first=first, last=min(month.last, first + timedelta(length - 1)), start=start, kind="range", label=""
        )

    def _part_of_year(self, at: int) -> Period | None:
        """« au printemps », « cet été », « au deuxième trimestre », « fin d’année », « T2 »."""
        start = at
        if (
            end := self._said(at, "fin d annee")
            or self._said(at, "fin de l annee")
            or self._said(at, "fin de cette annee")
        ):
            year = self._today.year
            return Period(date(year, 10, 1), date(year, 12, 31), "range", at, end, "d’ici la fin de l’année")
        if self._at(at) in ("fin", "debut", "courant"):
            year, end = self._given_year(at + 1)
            if year > 0:
                months = {"fin": (10, 12), "debut": (1, 3), "courant": (1, 12)}[self._at(at)]
                return Period(date(year, months[0], 1), date(year, months[1], 31), "range", at, end, year_given=True)
        words = self._at(at)
        ordinal = _ORDINALS.get(words, -1)
        if ordinal < 0 and words in ("ce", "au") and self._at(at + 1) in ("trimestre", "semestre"):
            ordinal, at = (self._today.month - 1) // (3 if self._at(at + 1) == "trimestre" else 6) + 1, at
        if ordinal > 0 and self._at(at + 1) in ("trimestre", "semestre"):
            length = 3 if self._at(at + 1) == "trimestre" else 6
            year, end = self._given_year(at + 2)
            year = year if year > 0 else self._today.year
            month = (ordinal - 1) * length + 1
            if month <= 12:
                last_month = month + length - 1
                last = date(year, last_month, monthrange(year, last_month)[1])
                return Period(date(year, month, 1), last, "range", start, end, year_given=True)
        said = self._at(at - 1) in ("cet", "l", "en", "au", "ce", "le", "la", "cette")
        if words in _SEASONS and (said or (self._at(at - 1) == "d" and self._at(at - 2) == "vacances")):
            (month, day), (until_month, until_day) = _SEASONS[words]
            year, end = self._given_year(at + 1)
            year = year if year > 0 else self._today.year
            first = date(year, month, day)
            last = date(year + (until_month < month), until_month, until_day)
            if last < self._today and not self._past and end == at + 1:
                first, last = first.replace(year=year + 1), last.replace(year=last.year + 1)
            return Period(first, last, "range", at, end)
        return None

    def _year(self, at: int) -> Period | None:
        word = self._words[at]
        if word.kind == "number" and len(word.folded) == 4 and int(word.folded) in _YEARS:
            return self._whole_year(int(word.folded), at, at + 1)
        return None

    def _whole_year(self, year: int, at: int, end: int, label: str = "") -> Period:
        return Period(date(year, 1, 1), date(year, 12, 31), "year", at, end, label or f"en {year}", year_given=True)

    def _one(self, day: date, at: int, end: int, given: bool) -> Period:
        return Period(day, day, "day", at, end, "ce jour-là", given)


_MONTH_NAMES = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                "novembre", "décembre")  # fmt: skip


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def is_month(text: str) -> bool:
    """Is the word the name of a month?"""
    return fold(text) in _MONTHS
