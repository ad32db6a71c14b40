"""Readings of what asks nothing of the network: greetings, thanks, the weather, a lone number."""

from handlers.questions.case import Case
from handlers.questions.reading import Reading

# Cues that ask nothing by themselves: « bonjour à tous », « merci, c'est tout ».
_POINTING = {"now", "same", "his", "everybody", "mine", "others", "first", "last", "past"}
_NOTHING_ASKED = _POINTING | {"what", "who", "count", "agenda", "source", "happens", "status", "filler"}
_ORDER = ("insult", "thanks", "help", "identity", "sorry", "goodbye", "greeting", "test", "laugh", "yes", "no")


def nothing(case: Case) -> Reading | None:
    """No word at all."""
    return Reading("empty") if not case.marks.words else None


def owner(case: Case) -> Reading | None:
    """A number or an address was typed: whose is it?"""
    if not case.marks.coordinates:
        return None
    found = [case.knowledge.owner_of(word.text) for word in case.marks.coordinates]
    keys = tuple(dict.fromkeys(contact.key for owners in found for contact in owners))
    return Reading("owner", contacts=keys, said=case.marks.coordinates[0].text)


def act(case: Case) -> Reading | None:
    """Politeness and its contrary, when nothing is asked beside it."""
    m = case.marks
    if not m.acts or (m.foreign and not any(a.name == "insult" for a in m.acts)):
        return None
    names = [a.name for a in m.acts]
    asked = set(m.cues) - _NOTHING_ASKED
    named = m.events or m.people or m.roles or m.regions or m.organisations or m.structures or m.terms
    polite = {"thanks", "goodbye"} & set(names) and not any(word.asked for word in m.words) and len(m.loose) <= 4
    asks_nothing = not (asked or named or m.periods or m.absent)
    if not asks_nothing or (not ("insult" in names or polite) and (m.loose or m.foreign or m.gatherings)):
        return None
    if {"thanks", "goodbye"} <= set(names):
        return Reading("act", said="farewell")
    said = next(name for name in _ORDER if name in names)
    if said == "yes" and case.memory.offers:
        return _accepted(case)
    return Reading("act", said=said)


def _accepted(case: Case) -> Reading:
    """« oui » to « vouliez-vous dire… ? »."""
    offers = case.memory.offers
    people = tuple(k for k in offers if k in case.knowledge.contact)
    events = tuple(k for k in offers if k in case.knowledge.event)
    if len(offers) > 1:
        return Reading("which", contacts=people, events=events, asks=case.memory.asks)
    if people:
        return Reading("contact", contacts=people, asks=case.memory.asks)
    return Reading("event", events=events, asks=case.memory.asks)


def foreign(case: Case) -> Reading | None:
    """The weather, a recipe, the president of the Republic: not our matter."""
    m = case.marks
    if not m.foreign:
        return None
    commanded = any(
        f.start <= 1 and m.words[f.start].folded in ("envoie", "envoyez", "reserve", "reservez") for f in m.foreign
    )
    if commanded or not (any(not e.place for e in m.events) or m.people):
        return Reading("foreign")
    return None
