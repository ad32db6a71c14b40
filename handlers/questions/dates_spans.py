"""Longer periods in a question: months and their parts, seasons, years, « dans trois semaines », « ce mois-ci »."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from handlers.dates import MONTHS as MONTH_NAMES
from handlers.questions.dates_days import Days
from handlers.questions.periods import LAST, MONTHS, NEXT, ORDINALS, SEASONS, UNITS, YEARS, Period

_ABOUT = ("exactement", "environ", "pile", "juste", "precisement", "a", "peu", "pres")


class Spans(Days):
    """Reads what lasts longer than a day."""

    def _relative(self, at: int) -> Period | None:
        """« dans trois semaines », « il y a deux mois », « les trois prochaines semaines », « la veille de l’AG »."""
        if self._at(at) in ("dans", "sous"):
            within = self._at(at) == "sous" or self._at(at + 1) == "les"
            number, after = self._number(self._skip(at + 1, "les", *_ABOUT))
            if self._at(at + 1) == "quinze" and self._at(at + 2) == "jours":
                number, after = 15, at + 2
            ahead = self._at(after) in NEXT
            unit = UNITS.get(self._at(after + ahead), "")
            if number and unit:
                end = after + ahead + 1 + (self._at(after + ahead + 1) in NEXT)
                if within or ahead:
                    return Period(self._today, self._later(number, unit), "range", at, end, year_given=True)
                return self._around(number, unit, at, end)
            if self._at(at) == "dans" and self._said(at, "dans l annee"):
                return self._whole_year(self._today.year, at, at + 3, "cette année")
        if end := self._said(at, "il y a"):
            number, after = self._number(end)
            unit = UNITS.get(self._at(after), "")
            if number and unit:
                return self._around(-number, unit, at, after + 1)
        number, after = self._number(at)
        if number and self._at(after) in NEXT and self._at(after + 1) in UNITS:
            last = self._later(number, UNITS[self._at(after + 1)])
            return Period(self._today, last, "range", at, after + 2, year_given=True)
        if number and self._at(after) in UNITS and self._at(after + 1) in NEXT | {"a"}:
            if self._at(after + 1) == "a" and self._at(after + 2) != "venir":
                return None
            end = after + 2 + (self._at(after + 1) == "a")
            return Period(self._today, self._later(number, UNITS[self._at(after)]), "range", at, end, year_given=True)
        return None

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
        ahead = self._at(at) in NEXT
        behind = self._at(at) in LAST
        at += ahead or behind
        unit = UNITS.get(self._at(at), "")
        end = at + 1
        if weekend := self._said(at, "week end") or self._said(at, "weekend") or self._said(at, "we"):
            unit, end = "weekend", weekend
        if not unit or unit == "day":
            if this and self._said(at, "jours ci"):
                return Period(
                    self._today, self._later(1, "week"), "range", start, at + 2, "ces jours-ci", year_given=True
                )
            return None
        if self._at(end) in NEXT:
            ahead, end = True, end + 1
        elif self._at(end) in LAST:
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

    def _month(self, at: int) -> Period | None:
        """« avril », « en avril-mai », « mi-octobre », « fin juin 2024 », « avril et mai »."""
        start = at
        part = self._at(at) if self._at(at) in ("mi", "debut", "fin", "courant", "milieu") else ""
        at = self._skip(at + bool(part), "du", "de", "mois", "d", "le") if part or self._at(at) in ("mois",) else at
        month = MONTHS.get(self._at(at), 0)
        if not month:
            return None
        second = at + 1
        beside = self._at(second) in MONTHS and MONTHS[self._at(second)] == month + 1  # « juin juillet »
        if (
            self._at(second) in ("et", "ou", "a")
            or (second < len(self._words) and self._words[second].joined)
            or beside
        ):
            second = self._skip(second, "et", "ou", "a", "en")
            last = MONTHS.get(self._at(second), 0)
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
        return Period(first, last_day, "month", at, end, f"{preposition} {MONTH_NAMES[month - 1]} {year}", given)

    def _end_of(self, at: int) -> Period | None:
        """« la fin du mois », « fin de semaine »: what is left of it."""
        start = at
        at = self._skip(at, "la")
        if end := self._said(at, "fin du mois") or self._said(at, "fin de ce mois"):
            last = self._today.replace(day=monthrange(self._today.year, self._today.month)[1])
        elif end := self._said(at, "fin de la semaine") or self._said(at, "fin de semaine"):
            last = self._today + timedelta(6 - self._today.weekday())
        if not end or self._at(end) in ("de", "d"):  # « la fin du mois de juin » is June's
            return None
        return Period(self._today, last, "range", start, end, year_given=True)

    def _week_of(self, at: int) -> Period | None:
        """« la semaine du 24 juin »."""
        if self._at(at) not in ("semaine", "semaines") or self._at(at + 1) not in ("du", "de", "d"):
            return None
        day = self._day(at + 2) or self._written(at + 2)
        if day is None or day.kind != "day":
            return None
        monday = day.first - timedelta(day.first.weekday())
        return replace(day, first=monday, last=monday + timedelta(6), kind="week", start=at, label="cette semaine-là")

    def _part_of_month(self, at: int) -> Period | None:
        """« la première semaine d'avril », « la dernière semaine de juin », « la seconde quinzaine de mai »."""
        start = at
        at = self._skip(at, "la", "le", "l")
        ordinal = ORDINALS.get(self._at(at), -1)
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
        ordinal = ORDINALS.get(words, -1)
        if ordinal < 0 and words in ("ce", "au") and self._at(at + 1) in ("trimestre", "semestre"):
            ordinal, at = (self._today.month - 1) // (3 if self._at(at + 1) == "trimestre" else 6) + 1, at
        if ordinal >= 0 and self._at(at + 1) in ("trimestre", "semestre"):
            length = 3 if self._at(at + 1) == "trimestre" else 6
            ordinal = ordinal or 12 // length  # « le dernier trimestre »
            year, end = self._given_year(at + 2)
            year = year if year > 0 else self._today.year
            month = (ordinal - 1) * length + 1
            if month <= 12:
                last_month = month + length - 1
                last = date(year, last_month, monthrange(year, last_month)[1])
                return Period(date(year, month, 1), last, "range", start, end, year_given=True)
        said = self._at(at - 1) in ("cet", "l", "en", "au", "ce", "le", "la", "cette")
        if words in SEASONS and (said or self._at(at - 1) == "d"):
            (month, day), (until_month, until_day) = SEASONS[words]
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
        if word.kind == "number" and len(word.folded) == 4 and int(word.folded) in YEARS:
            return self._whole_year(int(word.folded), at, at + 1)
        return None

    def _whole_year(self, year: int, at: int, end: int, label: str = "") -> Period:
        return Period(date(year, 1, 1), date(year, 12, 31), "year", at, end, label or f"en {year}", year_given=True)
