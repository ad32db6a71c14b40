"""Periods of days, and the French words they are said with."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

MONTHS = {
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
WEEKDAYS = {name: n for n, name in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])}
NUMBERS = {
    "un": 1, "une": 1, "premier": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "trente": 30, "quarante": 40,
}  # fmt: skip
UNITS = {"jour": "day", "jours": "day", "semaine": "week", "semaines": "week", "mois": "month", "an": "year",
            "ans": "year", "annee": "year", "annees": "year"}  # fmt: skip
NEXT = {
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
LAST = {"dernier", "derniere", "derniers", "dernieres", "passe", "passee", "precedent", "precedente"}
SEASONS = {"printemps": ((3, 20), (6, 20)), "ete": ((6, 21), (9, 21)), "automne": ((9, 22), (12, 20)),
            "hiver": ((12, 21), (3, 19)), "rentree": ((9, 1), (10, 15))}  # fmt: skip
ORDINALS = {"premier": 1, "1er": 1, "second": 2, "deuxieme": 2, "2e": 2, "2eme": 2, "troisieme": 3, "3e": 3,
             "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4, "dernier": 0}  # fmt: skip
YEARS = range(1900, 2100)
FEAST = "ces jours-là"  # how a feast is called in an answer
FAR_PAST, FAR_FUTURE = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, said in the words from `start` to `end`.

    `kind` is day, week, month, year or range; `label` says it again in French (« en avril 2024 », « cette semaine »).
    `month_given` is false of « le 9 » alone, which is the next ninth unless something said before tells.
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
    month_given: bool = True

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


def clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
