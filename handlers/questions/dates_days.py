"""Single days in a question: « le 9/10 », « neuf octobre », « vendredi prochain », « demain », « le 26 »."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.questions.normalising import Word
from handlers.questions.periods import LAST, MONTHS, NEXT, NUMBERS, WEEKDAYS, YEARS, Anchor, Busy, Period, clamped


class Days:
    """The words of one question, read as numbers and days, on the day `today`.

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
        value = NUMBERS.get(word.folded, 0)
        if value in (20, 30):
            after = self._skip(position + 1, "et")
            unit = NUMBERS.get(self._at(after), 0)
            if 0 < unit < 10 and self._at(after) not in ("une",):
                return value + unit, after + 1
        return value, position + 1 if value else position

    def _written(self, at: int) -> Period | None:
        """9/10, 09.10.2024, 2024-10-09."""
        word = self._words[at] if at < len(self._words) else None
        if word is None or word.kind != "date":
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

    def _weekday(self, at: int) -> Period | None:
        weekday = WEEKDAYS.get(self._at(at))
        if weekday is None:
            return None
        number, after = self._number(at + 1)
        if number and (self._at(after) in MONTHS or 13 <= number <= 31):
            return None  # « mercredi 9 octobre »: the day says it
        shift = (weekday - self._today.weekday()) % 7
        end = at + 1
        if self._at(end) in LAST or (self._past and self._at(end) not in NEXT):
            shift -= 7
            end += self._at(end) in LAST
        elif self._at(end) in NEXT:
            shift, end = shift or 7, end + 1
        elif self._said(end, "en huit"):
            shift, end = (shift or 7) + 7, end + 2
        day = self._today + timedelta(shift)
        return Period(day, day, "day", at, end, "ce jour-là", year_given=True)

    def _day(self, at: int) -> Period | None:
        """« mercredi 9 octobre 2024 », « le neuf octobre », « 8-9 octobre », « le 26 »."""
        start = at
        at += self._at(at) in WEEKDAYS
        number, after = self._number(at)
        if not 0 < number <= 31:
            return None
        last, then = number, after
        if self._at(then) in ("et", "ou", "au", "a") or (then < len(self._words) and self._words[then].joined):
            second, later = self._number(self._skip(then, "et", "ou", "au", "a", "le", *WEEKDAYS))
            if number < second <= 31 and self._at(self._skip(later, "du", "de", "mois")) in MONTHS:
                last, then = second, later
        month_at = self._skip(then, "du", "de", "mois", "d")
        month = MONTHS.get(self._at(month_at), 0)
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
                        return replace(self._one(day, start, after, False), month_given=False)
                first = (first + timedelta(32)).replace(day=1)
        return None

    def _light(self, word: Word) -> bool:
        return len(word.folded) <= 3 or word.folded in ("quoi", "prochain", "alors")

    def _given_year(self, at: int) -> tuple[int, int]:
        after = self._skip(at, "de", "en", "l", "an", "annee")
        word = self._words[after] if after < len(self._words) else None
        if word is not None and word.kind == "number" and len(word.folded) == 4 and int(word.folded) in YEARS:
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

    def _one(self, day: date, at: int, end: int, given: bool) -> Period:
        return Period(day, day, "day", at, end, "ce jour-là", given)

    def _later(self, number: int, unit: str) -> date:
        if unit == "day":
            return self._today + timedelta(number)
        if unit == "week":
            return self._today + timedelta(7 * number)
        if unit == "year":
            return clamped(self._today.year + number, self._today.month, self._today.day)
        months = self._today.month - 1 + number
        return clamped(self._today.year + months // 12, months % 12 + 1, self._today.day)
