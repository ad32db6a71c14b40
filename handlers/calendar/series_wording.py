"""What is said of events that repeat."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.dates import day

UNDERSTOOD = "J’ai compris\u00a0: **ajouter une série**"
KEEP_ONE = "Cette date seulement"
SHOWN = 4
ACTS = {"move": "déplacée", "cancel": "annulée", "confirm": "confirmée"}
SEE_LAST = "Voir la dernière date"
NO_DATE_THEN = "Cette série n’a pas de date ce jour-là."


def first_dates(dates: Sequence[date]) -> str:
    """« 15 dates : mardi 19 mars 2024, mardi 26 mars…, jusqu’au mardi 25 juin 2024 »."""
    shown = [day(on, year=number == 0 or on.year != dates[0].year) for number, on in enumerate(dates[:SHOWN])]
    head = f"{len(dates)}\u00a0date{'s' if len(dates) > 1 else ''}\u00a0: " + ", ".join(shown)
    return f"{head}… jusqu’au {day(dates[-1])}" if len(dates) > SHOWN else head


def endless(last: date) -> str:
    """Where no end was said."""
    return (
        f"Sans fin plus proche, j’inscris les dates d’un an, jusqu’au {day(last)}. "
        "Dites «\u00a0jusqu’au 25 juin\u00a0» ou «\u00a06 fois\u00a0» pour une autre fin."
    )


def on_holidays(dates: Sequence[date]) -> str:
    """Dates that are public holidays."""
    shown = ", ".join(day(on, year=False) for on in dates[:SHOWN]) + ("…" if len(dates) > SHOWN else "")
    s = "s" if len(dates) > 1 else ""
    return f"Attention, jour{s} férié{s}\u00a0: {shown}. Ajoutez «\u00a0sauf jours fériés\u00a0» pour les écarter."


def kept(name: str, dates: Sequence[date]) -> str:
    """When the series is on the agenda."""
    return f"C’est enregistré.\n\n**{name}**\n{first_dates(dates)}"


def following(others: int) -> str:
    """The button that changes a date and those after it."""
    return f"Celle-ci et les {others} suivantes" if others > 1 else "Celle-ci et la suivante"


def of_series(others: int) -> str:
    """Before the buttons."""
    rest = f"{others} autres dates suivent" if others > 1 else "une autre date suit"
    return f"C’est une date d’une série\u00a0: {rest}."


def refused(wrong: str, right: str) -> str:
    """A rule that cannot be followed."""
    return f"{wrong[:1].upper()}{wrong[1:]}. {right[:1].upper()}{right[1:]}."


def upcoming(dates: Sequence[date]) -> str:
    """After `NO_DATE_THEN`."""
    return f"Les prochaines\u00a0: {', '.join(day(on, year=False) for on in dates[:SHOWN])}."


def done(act: str, count: int) -> str:
    """When several dates were changed."""
    what = ACTS[act]
    return f"C’est enregistré\u00a0: {count}\u00a0date{'s' if count > 1 else ''} {what}{'s' if count > 1 else ''}."


def ends(name: str, last: date) -> str:
    """To staff, a month before the last date of a series: how to prolong it."""
    after = day(last + timedelta(days=1), year=False).partition(" ")[2]
    return (
        f"La série **{name}** s’arrête bientôt\u00a0: sa dernière date est le {day(last)}. Pour la prolonger, ajoutez "
        f"la suite comme la première fois, avec son début\u00a0: «\u00a0ajoute {name} tous les… dès le {after}\u00a0»."
    )
