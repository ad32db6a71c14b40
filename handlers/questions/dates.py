"""French dates and periods as people type and say them, read against a given day."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.questions.dates_feasts import Feasts
from handlers.questions.periods import FAR_FUTURE, FAR_PAST, UNITS, Anchor, Period

__all__ = ["Anchor", "DateReader", "Period"]


class DateReader(Feasts):
    """Reads every period of a question, and those that others begin or end: « avant l’AG », « d’ici juin »."""

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
        if begin.anchor and finish.anchor and begin.last < finish.first:  # between two events: neither of them
            return Period(
                begin.last + timedelta(1), finish.first - timedelta(1), "range", at, finish.end, year_given=True
            )
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
            return replace(begin, last=FAR_FUTURE, kind="range", start=at, open="after", label="")
        later = 0
        for phrase in ("une fois passe", "une fois passee", "une fois passes", "une fois termine", "une fois terminee",
                       "a l issue de", "a l issue du", "a la suite de", "a la suite du", "passe", "apres"):  # fmt: skip
            later = later or self._said(at, phrase)
        if later and self._at(later) != "demain" and (self._at(at) != "passe" or self._at(at - 1) in ("", "fois")):
            begin = self._bound(later)
            if begin is not None:
                return replace(
                    begin,
                    first=begin.last + timedelta(1),
                    last=FAR_FUTURE,
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
        if self._at(at) == "avant" and self._at(at + 1) not in ("hier", "dernier", "derniere"):
            finish = self._bound(at + 1)
            if finish is None:
                return None
            last = finish.first - timedelta(1)
            first = self._today if last >= self._today and not self._past else FAR_PAST
            return replace(finish, first=first, last=last, kind="range", start=at, open="before", label="")
        return None

    def _length(self, at: int, start: int) -> Period | None:
        """« d’ici trois semaines »: from today until then."""
        number, after = self._number(self._skip(at, "a", "les"))
        unit = UNITS.get(self._at(after), "")
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

    def _atom(self, at: int) -> Period | None:
        if at >= len(self._words):
            return None
        return (
            self._written(at)
            or self._named_day(at)
            or self._end_of(at)
            or self._week_of(at)
            or self._numbered_week(at)
            or self._feast(at)
            or self._part_of_month(at)
            or self._relative(at)
            or self._beside(at)
            or self._this_or_next(at)
            or self._weekday(at)
            or self._day(at)
            or self._month(at)
            or self._part_of_year(at)
            or self._year(at)
        )

    def _beside(self, at: int) -> Period | None:
        """« la veille de l’AG », « pendant les Rencontres »."""
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
