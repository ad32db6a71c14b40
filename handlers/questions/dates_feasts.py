"""Feasts and numbered weeks in a question: « avant Noël », « entre Pâques et l’été », « semaine 41 »."""

from datetime import date, timedelta

from dateutil.easter import easter

from handlers.questions.dates_spans import Spans
from handlers.questions.periods import FEAST, Period

# Days after Easter Sunday, and how many days the feast has.
_MOVING = {"paques": (0, 2), "ascension": (39, 1), "pentecote": (49, 2)}
_FIXED = {"assomption": (8, 15), "toussaint": (11, 1), "armistice": (11, 11), "noel": (12, 25)}
_WEEK_WORDS = ("semaine", "sem", "s")


class Feasts(Spans):
    """Reads feasts, which fall on the next of their days, or the last one in the past tense."""

    def _feast(self, at: int) -> Period | None:
        word = self._at(at)
        if (word not in _MOVING and word not in _FIXED) or "vacances" in (self._at(at - 2), self._at(at - 3)):
            return None  # school holidays differ from one place to another
        year, end = self._given_year(at + 1)
        if year > 0:
            first, last = self._feast_of(word, year)
            return Period(first, last, "range", at, end, FEAST, year_given=True)
        years = (self._today.year - 1, self._today.year, self._today.year + 1)
        spans = [self._feast_of(word, year) for year in years]
        over = [span for span in spans if span[1] < self._today]
        ahead = [span for span in spans if span[1] >= self._today]
        first, last = over[-1] if self._past else ahead[0]
        return Period(first, last, "range" if last > first else "day", at, at + 1, FEAST, year_given=True)

    def _feast_of(self, word: str, year: int) -> tuple[date, date]:
        if word in _FIXED:
            day = date(year, *_FIXED[word])
            return day, day
        after, length = _MOVING[word]
        first = easter(year) + timedelta(after)
        return first, first + timedelta(length - 1)

    def _numbered_week(self, at: int) -> Period | None:
        """« semaine 41 », « S41 », « la semaine n° 14 »: the week of that number in the ISO calendar."""
        if self._at(at) not in _WEEK_WORDS or (self._at(at) == "s" and not self._words[at].capital):
            return None
        start = self._skip(at + 1, "numero", "n", "no")
        word = self._words[start] if start < len(self._words) else None
        if word is None or word.kind != "number" or not 1 <= int(word.folded[:4]) <= 53:
            return None
        year, end = self._given_year(start + 1)
        number = int(word.folded)
        monday = date.fromisocalendar(year if year > 0 else self._today.isocalendar().year, number, 1)
        last = monday + timedelta(6)
        return Period(monday, last, "week", at, end, f"la semaine {number}", year_given=True)
