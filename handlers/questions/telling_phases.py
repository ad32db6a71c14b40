"""Answers about the phases of an undertaking."""

from handlers.messages import plain
from handlers.questions import wording as w
from handlers.questions.facts import EventFact
from handlers.questions.telling import Answer, Telling
from storage.agenda import Precision


def phase(t: Telling) -> Answer:
    """One phase, or all of them."""
    asks = t.reading.asks
    if not t.events and t.reading.number:
        return t.refuse(
            f"Il n’y a pas de phase {t.reading.number}{w.SP}: la démarche en compte {len(t.knowledge.phases)}."
        )
    if not t.events:
        return t.say("Aucune phase n’est en cours ni prévue à ce moment-là.")
    if "all" in asks:
        lines = [f"- {plain(p.name)} ({w.month_span(p)})" for p in t.events]
        head = f"La démarche compte {len(t.events)} phases{w.SP}:"
        return t.say(
            "\n".join((head, "", *lines)), sources=[p.source for p in t.events], events=(), asks=("all",), contacts=()
        )
    return t.say(
        w.VERDICTS.get(t.reading.verdict, "") + "\n".join(line for one in t.events[:2] for line in _lines(t, one)),
        sources=[p.source for p in t.events[:2]],
        events=tuple(e.key for e in t.events[:2]),
        contacts=(),
        topic="",
        asks=tuple(a for a in asks if a not in ("now", "next", "all", "previous")),
    )


def _lines(t: Telling, one: EventFact) -> list[str]:
    asks = set(t.reading.asks)
    name, span = w.bold(one.name), w.month_span(one)
    if "now" in asks:
        lines = [f"Étape en cours{w.SP}: {name} ({span})."]
    elif "next" in asks:
        lines = [f"Prochaine étape{w.SP}: {name}, en {span}."]
    else:
        was = "c’était " if one.ends_on < t.today else ""
        lines = [f"{name}{w.SP}: {was}en {span}{_length(one) if 'length' in asks else ''}."]
    if not asks or asks & {"what", "programme", "purpose", "now", "how"}:
        lines.append(plain(one.description))
    if asks & {"programme", "how"}:
        lines += [f"- {plain(str(item))}" for item in one.details.get("programme", ())]
    if "audience" in asks and (told := one.details.get("audience_text")):
        lines.append(plain(str(told)))
    if "next" in asks and (first := _begins_with(t, one)) is not None:
        lines.append(f"Elle commence par{w.SP}: {w.entry(first, t.today, t.zone)}")
    return [line for line in lines if line]


def _length(one: EventFact) -> str:
    """« , soit 2 mois »: a phase lasts whole months."""
    count = (one.ends_on.year - one.starts_on.year) * 12 + one.ends_on.month - one.starts_on.month + 1
    return f", soit {count} mois"


def _begins_with(t: Telling, one: EventFact) -> EventFact | None:
    """The first dated event of a phase to come."""
    dated = [e for e in t.knowledge.children.get(one.key, ()) if e.precision != Precision.MONTH]
    return next((e for e in dated if e.starts_on >= t.today), None)
