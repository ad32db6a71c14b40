"""Answers that list what is on over a period, in a region, or from now on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.messages import plain
from handlers.questions import wording as w
from handlers.questions.dates import Period
from handlers.questions.facts import EventFact
from handlers.questions.knowledge import handle
from handlers.questions.periods import FAR_FUTURE
from handlers.questions.reading import Reading
from handlers.questions.telling import MOST_LISTED, Answer, Telling
from storage.agenda import Precision

_FEW = 2  # of so many « et où ? » may be answered together
_SHORT = timedelta(26)  # a period so short that what is only known to the month may well be outside of it


def agenda(t: Telling) -> Answer:
    """The events of the period and region, what has no date set apart."""
    if "none" in t.reading.asks:
        return t.say("Il n’y a rien d’autre à l’agenda que je connais.")
    period, region = t.reading.period, t.knowledge.region.get(t.reading.region)
    touched = _touched(t)
    found: list[EventFact] = []
    vague: list[EventFact] = []
    for one in touched:
        (vague if _vague(t, one) else found).append(one)
    where = f" ({plain(region.name)})" if region else ""
    label = (period.label or "sur cette période") if period else "à venir"
    about: dict[str, Any] = {
        "events": tuple(e.key for e in found) if len(found) <= _FEW else (),
        "contacts": (),
        "region": t.reading.region,
        "asks": (),
        "topic": "",
        "period": (period.first.isoformat(), period.last.isoformat()) if period else (),
    }
    if not found:
        return t.say(_nothing(t, label + where, vague), **about)
    first = min(t.reading.first, len(found) - 1)
    shown = found[first : first + MOST_LISTED]
    lines = [w.entry(e, t.today, t.zone) for e in shown]
    if len(found) == 1:
        return replace(t.say(lines[0], sources=[found[0].source], **about), event=found[0])
    head = f"{w.capital(label)}{where}{_of(first, len(shown), len(found))}{w.SP}:"
    body = "\n".join((head, "", *(f"- {line}" for line in lines)))
    pages = t.page(len(found), agenda_page(t.reading))
    return t.say(body, *pages, sources=[e.source for e in shown], **about)


def agenda_page(reading: Reading) -> str:
    """The action that shows another page of that list, without the number: the days, the region, what bounds it."""
    period = reading.period
    days = f"{period.first:%Y%m%d}:{period.last:%Y%m%d}" if period else ":"
    anchor = f"{period.open[:1]}{handle(period.anchor)}" if period and period.open and period.anchor else ""
    return f"question:more:{days}:{handle(reading.region) if reading.region else ''}:{anchor}"


def _of(first: int, count: int, total: int) -> str:
    """« (9 à 16 sur 23) », when that is not all."""
    return f" ({first + 1} à {first + count} sur {total})" if count < total else ""


def _touched(t: Telling) -> list[EventFact]:
    """What the period and region touch: the whole rather than its parts, the parts where a region is named."""
    period = t.reading.period
    first, last = (period.first, period.last) if period else (t.today, FAR_FUTURE)
    return [
        e
        for e in t.knowledge.between(first, last)
        if e.position is None
        and (t.reading.region in e.regions if t.reading.region else not t.knowledge.is_part(e))
        and (period is None or _within(e, period))
    ]


def _within(event: EventFact, period: Period) -> bool:
    if not period.touches(event.starts_on, event.ends_on) or (period.open and period.anchor == event.key):
        return False
    # « avant l'AG »: what goes on around it is not before it; what has no day yet may be.
    overlaps = period.open == "before" and bool(period.anchor) and event.ends_on > period.last
    return not overlaps or event.precision == Precision.MONTH


def _vague(t: Telling, event: EventFact) -> bool:
    """Only « d’ici fin 2024 », or under way without a date, or of a whole month when a week is asked about."""
    if "when_text" in event.details or (w.undated(event) and event.starts_on < t.today):
        return True
    period = t.reading.period
    return period is not None and period.last - period.first < _SHORT and event.precision == Precision.MONTH


def _nothing(t: Telling, label: str, vague: list[EventFact]) -> str:
    period = t.reading.period
    if period is not None and period.last < t.today:
        text = f"L’agenda que je connais n’a aucun événement{' daté' if vague else ''} {label}."
    else:
        text = f"Aucun événement{' daté' if vague else ''} n’est prévu {label} dans l’agenda que je connais."
    if vague:
        names = [f"{plain(e.name)} ({plain(str(e.details.get('when_text') or w.month_span(e)))})" for e in vague]
        return f"{text}\nSans date fixée{w.SP}: {f'{w.NB}; '.join(names)}."
    if period is not None and period.kind in ("month", "range", "year"):
        phases = [p for p in t.knowledge.phases if period.touches(p.starts_on, p.ends_on)]
        names = [f"{plain(p.name)} ({w.month_span(p)})" for p in phases]
        return f"{text}\nC’est le temps de{w.SP}: {f'{w.NB}; '.join(names)}." if names else text
    return text
