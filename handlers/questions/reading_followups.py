"""Readings of what only makes sense after what was said before: « et où ? », « et le sien ? », « la suivante »."""

from handlers.questions.case import Case, keys_of
from handlers.questions.claims import verdict_on_date
from handlers.questions.dates import Period
from handlers.questions.facts import EventFact
from handlers.questions.reading import Reading
from storage.agenda import Precision


def following(case: Case) -> Reading | None:
    """The reading that the memory of the conversation gives."""
    m, memory = case.marks, case.memory
    if _what_is_done(case):
        return Reading("event", events=memory.events, asks=("programme",))
    light, towns = case.knowledge.lexicon.light, {p for c in m.towns for p in range(c.start, c.end)}
    strange = any(m.words[p].stem not in light for p in m.loose if p not in towns)
    others = [c for c in m.organisations if not any(h.start <= c.start and c.end <= h.end for h in m.structures)]
    if strange or case.events or case.people or m.roles or others or (m.organisations and not case.again):
        return _carried_over(case)
    if case.has("phone", "email"):
        return None
    current = [case.event(k) for k in memory.events if k in case.knowledge.event]
    if (m.regions or m.towns or m.structures) and current and memory.intent in ("event", "phase") and not m.gatherings:
        family = _family(case, current)
        keys = tuple(case.of_region(family))
        if set(keys) != set(family):
            return Reading("event", events=keys[:2], asks=case.event_asks or memory.asks)
    if m.periods and not m.gatherings:
        if memory.intent == "event" and current and not case.has("agenda"):
            spoken_of = tuple(e.key for e in current)
            if not case.again and (verdict := verdict_on_date(case, spoken_of, m.periods)):
                return Reading("event", events=spoken_of, asks=("when",), verdict=verdict)
            return _same_at(case, current[0], m.periods[0])
        if memory.intent == "agenda":
            return Reading("agenda", period=m.periods[0], region=memory.region)
    steps = [step for step in ("next", "previous", "first", "last") if case.has(step)]
    if not steps and m.words and all(w.folded in ("et", "puis", "ensuite") for w in m.words):
        steps = ["next"]  # « puis ? »
    asked_of_agenda = case.has("agenda") and not case.again
    if steps and current and not m.gatherings and not asked_of_agenda and _relative(case, current[0]):
        ends = sorted(current, key=lambda e: (e.starts_on, e.ends_on))
        return _step(case, steps[0], ends[-1] if steps[0] == "next" else ends[0])
    return _of_person(case) or _of_event(case, current)


def _what_is_done(case: Case) -> bool:
    """« et on y vote quoi ? »: of the event spoken of, in nothing but verbs."""
    m, memory = case.marks, case.memory
    asked = any(w.folded in ("quoi", "que", "qu") for w in m.words)
    named = case.events or case.people or m.roles or m.organisations or m.terms
    elsewhere = m.periods or m.regions or m.gatherings
    known = all(key in case.knowledge.event for key in memory.events)
    cued = set(m.cues) - {"same", "his", "filler", "what"}
    return bool(
        asked
        and m.loose
        and case.only_verbs
        and not named
        and not elsewhere
        and not cued
        and memory.intent == "event"
        and memory.events
        and known
    )


def _relative(case: Case, event: EventFact) -> bool:
    """« la phase suivante » counts from the phase spoken of, « la prochaine phase » from today."""
    if not case.has("phase"):
        return True
    return event.position is not None and any(w.stem == "suivant" or w.folded == "apres" for w in case.marks.words)


def _carried_over(case: Case) -> Reading | None:
    """« et l’AG ? », « pareil pour Camille »: the same is asked of something else."""
    if not (case.again and len(case.marks.words) <= 7):
        return None
    if case.events and case.memory.intent == "event" and not case.event_asks and not case.marks.loose:
        return Reading("event", events=case.events, asks=case.memory.asks)
    named = case.people or case.holders
    if named and case.memory.intent == "contact" and not case.person_asks:
        return Reading("contact", contacts=keys_of(named), asks=case.memory.asks, several=case.several)
    return None


def _of_person(case: Case) -> Reading | None:
    people = case.spoken_of()
    if not people or case.marks.gatherings or case.marks.periods or case.marks.regions:
        return None
    if case.has("his") and case.memory.wanted and not set(case.marks.cues) - {"his", "same"}:
        return Reading("contact", contacts=people, asks=case.memory.wanted)
    if case.has("role", "employer", "who") and set(case.event_asks) <= {"what"}:
        asks = tuple(a for a in ("role", "employer") if case.has(a)) or ("role",)
        return Reading("contact", contacts=people, asks=asks, several=len(people) > 1)
    return None


def _of_event(case: Case, current: list[EventFact]) -> Reading | None:
    m, memory = case.marks, case.memory
    asks = case.event_asks
    elsewhere = m.gatherings or m.periods or m.regions or case.has("phase")
    if asks and current and not elsewhere:
        return Reading("event", events=tuple(e.key for e in current), asks=asks)
    if case.has("source") and (memory.events or memory.contacts or memory.topic):
        return Reading("source", events=memory.events, contacts=memory.contacts, topic=memory.topic)
    if memory.contacts and case.asks_fact and not elsewhere:
        return Reading("absent", absent=("unknown",), contacts=memory.contacts[:1])
    return None


def _family(case: Case, events: list[EventFact]) -> list[str]:
    """The events with the parts of the whole they belong to."""
    keys = []
    for event in events:
        top = event.parent if case.knowledge.is_part(event) else event.key
        keys += [top, *(c.key for c in case.knowledge.children.get(top, ()))]
    return list(dict.fromkeys(keys))


def _same_at(case: Case, event: EventFact, period: Period) -> Reading:
    """The event of the same kind in another period."""
    asks = tuple(a for a in case.event_asks if a != "what") or case.memory.asks
    if period.touches(event.starts_on, event.ends_on):
        return Reading("event", events=(event.key,), asks=asks)
    alike = [e for e in case.knowledge.events if e.kind == event.kind and period.touches(e.starts_on, e.ends_on)]
    if alike:
        return Reading("event", events=(alike[-1].key,), asks=asks)
    if period.kind == "year":
        return Reading("unheard", events=(event.key,), period=period)
    return Reading("agenda", period=period)


def _step(case: Case, step: str, event: EventFact) -> Reading:
    """The phase or event before or after the one spoken of."""
    asks = case.event_asks
    if event.position is not None:
        phases = case.knowledge.phases
        at = [p.key for p in phases].index(event.key)
        target = {"next": at + 1, "previous": at - 1, "first": 0, "last": len(phases) - 1}[step]
        if 0 <= target < len(phases):
            return Reading("phase", events=(phases[target].key,), asks=asks, number=phases[target].position or 0)
        return Reading("agenda", asks=("none",))
    others = [e for e in case.knowledge.events if case.knowledge.stands_alone(e)]
    earlier = [e for e in others if e.ends_on < event.starts_on]
    later = [e for e in others if (e.starts_on, e.ends_on) > (event.starts_on, event.ends_on)]
    overlapping = [e for e in others if e.starts_on > event.starts_on and e not in later]
    alike = [e for e in earlier if e.kind == event.kind]
    ahead = [e for e in others if e.ends_on >= case.today] or others
    chosen = {
        "next": (later or overlapping)[:1],
        "previous": (alike or earlier)[-1:],
        "first": ahead[:1],
        "last": ahead[-1:],
    }[step]
    if not chosen:
        return Reading("agenda", asks=("none",))
    if step == "next":  # what has no day yet and may well be the next
        vague = [e for e in others if e not in later and e.precision == Precision.MONTH and e.ends_on > event.ends_on]
        chosen = [*(e for e in vague if e.key != event.key and e.starts_on <= chosen[0].starts_on), *chosen][:2]
        return Reading("event", events=tuple(e.key for e in chosen), asks=asks)
    return Reading("event", events=(chosen[0].key,), asks=asks or (case.memory.asks if alike else ()))
