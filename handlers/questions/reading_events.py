"""Readings of questions about one event."""

from datetime import timedelta

from handlers.questions.case import Case
from handlers.questions.claims import settled, verdict_on_date, verdict_on_place, verdict_on_time
from handlers.questions.conditions import on_a_thing
from handlers.questions.indexing import DETERMINERS
from handlers.questions.normalising import in_family
from handlers.questions.reading import Reading
from handlers.questions.reading_unheard import says_which
from storage.agenda import Precision

_SURELY_TOLD = 0.7  # a topic that fits so well is meant rather than an event described by one word


def _asked_whether_there(case: Case) -> bool:
    """« le CA est-il au Havre ? », « c’est à Paris, les Rencontres ? »: a place is asked to be confirmed."""
    words = case.marks.words
    if case.only_placed:
        return False
    places = {k for m in case.marks.events if m.place for k in m.events}
    if places and not places & set(case.events):
        return True
    loose = case.marks.loose
    return len(loose) == 1 and loose[0] > 0 and words[loose[0] - 1].folded in ("a", "au", "aux")


def _asked_of_others(case: Case) -> str:
    """« quels jeunes ont été interrogés ? »: those whom the documents name, but not for that event."""
    m, texts = case.marks, case.knowledge.topic_texts
    for cue in m.cues.get("audience", ()):
        for word in m.words[cue.start + 1 : cue.end - 1]:
            known = word.stem in case.said_of_them or word.stem in case.knowledge.lexicon.vocabulary
            if word.folded not in case.knowledge.lexicon.stop and not known and texts.rarity(word.stem):
                return word.text
    return ""


def _strays_asked(case: Case) -> list[int]:
    """The stray nouns beside what is asked, when that stands in a clause of its own; else all of them."""
    m = case.marks
    asked = {m.clause(c.start) for ask in case.event_asks for c in m.cues.get(ask, ())}
    if asked & {m.clause(e.start) for e in m.events}:
        return case.stray_nouns
    return [p for p in case.stray_nouns if m.clause(p) in asked]


def _asked_to_come(case: Case) -> tuple[str, ...]:
    """What is asked; « dois-je venir à l’AG ? » asks for whom it is, « dois-je venir à Paris ? » whether on site."""
    m, asks = case.marks, case.event_asks
    named = [e.start for e in m.events if not e.place]

    def to_an_event(end: int) -> bool:
        return any(end <= start and all(w.folded in DETERMINERS for w in m.words[end:start]) for start in named)

    coming = bool(m.cues.get("remote")) and all(
        m.words[c.end - 1].folded == "a" and to_an_event(c.end) for c in m.cues["remote"]
    )
    return tuple("audience" if ask == "remote" else ask for ask in asks) if coming else asks


def _until(case: Case) -> tuple[str, ...]:
    """« combien de temps avant le 26 juin ? »: what is held on that day."""
    days = [p.last + timedelta(1) for p in case.marks.periods if p.open == "before" and not p.anchor]
    held = case.knowledge.between(days[0], days[0]) if len(days) == 1 and not case.stray_nouns else ()
    return tuple(e.key for e in held if e.precision != Precision.MONTH and case.knowledge.stands_alone(e))


def _unnamed(case: Case) -> Reading | None:
    """An event that is meant by its day or its region alone."""
    explicit = set(case.event_asks) - {"what", "when", "left", "purpose"}
    if not explicit or case.people or case.holders or case.stray_nouns:
        return None
    if case.on_day and "programme" not in explicit:
        return Reading("event", events=case.on_day, asks=case.event_asks)
    if case.of_that_region and not case.has("agenda"):
        return Reading("event", events=case.of_that_region, asks=case.event_asks)
    return None


def event(case: Case) -> Reading | None:
    """What is asked of the events named."""
    m = case.marks
    during = [p for p in m.periods if p.anchor and p.label == "à ce moment-là"]
    if not case.events and during and {"audience", "programme", "purpose", "how"} & set(case.event_asks):
        return (
            case.on_topic() if case.fit >= 0.45 else Reading("event", events=(during[0].anchor,), asks=case.event_asks)
        )
    counted = [p for p in m.periods if p.anchor and p.open == "before"]
    if not case.events and counted and case.has("left", "count", "length"):
        return Reading("event", events=(counted[0].anchor,), asks=("left",))
    if not case.events and case.has("left", "count", "length") and (held := _until(case)):
        return Reading("event", events=held, asks=("left",))
    asks = _asked_to_come(case)
    if not case.events:
        return _unnamed(case)
    if case.unclear:
        return Reading("which", events=case.events, asks=asks)
    if on_a_thing(case):
        return Reading("absent", absent=("unknown",), events=case.events[:1])
    if not asks and any(w.stem in case.knowledge.lexicon.calendars for w in m.words):
        asks = ("when",)  # « y a-t-il un calendrier pour les ateliers ? »
    explicit = set(asks) - {"what", "programme", "purpose"}
    unknown = Reading("absent", absent=("unknown",), events=case.events[:1])
    vague = all("when_text" in case.event(k).details for k in case.events)
    if vague and "when" not in explicit:
        return case.on_topic() if case.fit >= 0.45 else unknown
    claims = [p for p in m.periods if not p.anchor and not p.open and (settled(case) or not says_which(case, p))]
    plain = settled(case) and set(asks) <= {"when", "status", "what"} and not case.stray_nouns
    if plain and (verdict := verdict_on_date(case, case.events, claims)):
        return Reading("event", events=case.events, asks=("when",), verdict=verdict)
    if case.only_placed and not explicit and case.only_verbs and m.begins("que", "qu", "quoi"):
        return Reading("event", events=case.events, asks=("programme",))  # « que va-t-on présenter au Havre ? »
    if case.only_placed and (_strays_asked(case) if explicit else m.loose or (not asks and len(m.words) > 3)):
        return unknown
    if case.only_placed and explicit and explicit <= {"where", "address"} and not case.has("happens"):
        return unknown  # « Le Havre, c'est où ? »: a place is no event
    if set(asks) <= {"when", "status", "what"} and (verdict := verdict_on_time(case)):
        return Reading("event", events=case.events, asks=("when",), verdict=verdict)
    if set(asks) <= {"where", "what", "status"} and (verdict := verdict_on_place(case)):
        return Reading("event", events=case.events, asks=("where",), verdict=verdict)
    if set(asks) <= {"when", "status", "what"} and (verdict := verdict_on_date(case, case.events, claims)):
        return Reading("event", events=case.events, asks=("when",), verdict=verdict)
    if not asks and any(p.kind == "day" for p in claims):
        return Reading("event", events=case.events, asks=("when",))  # « c'est le 8 ou le 9 ? »
    if not asks and _asked_whether_there(case):
        return Reading("event", events=case.events, asks=("where",))
    if not asks and m.loose and not case.stray and all(case.event(k).remote for k in case.events):
        return Reading("event", events=case.events, asks=("remote",))  # « un déplacement à prévoir ? »
    if not explicit and m.loose:
        if case.only_verbs and (asks or m.begins("que", "qu", "quoi", "de")):
            return Reading("event", events=case.events, asks=asks or ("programme",))
        named = [p for e in m.events for p in range(e.start, e.end)]
        if case.topic_explains(named) and (case.fit >= 0.6 or (case.fit >= 0.45 and case.topic_explains(m.loose))):
            return case.on_topic(events=case.events)
        if case.stray or not asks:
            return unknown
    if "audience" in asks and (stranger := _asked_of_others(case)):
        return Reading("absent", absent=("unknown",), events=case.events[:1], said=stranger)
    if case.has("who") and not explicit:
        asked = any(case.knowledge.lexicon.is_verb(m.words[e.start].folded) for e in m.events)
        told = asked and all("audience_text" in case.event(k).details for k in case.events)
        return Reading("event", events=case.events, asks=("audience",)) if told else unknown
    if case.has("count") and not {"length", "left"} & set(asks):
        told = case.best is not None and case.fit > 0.5 and "?count" in case.best.common
        return case.on_topic(events=case.events) if told else unknown
    return Reading("event", events=case.events, asks=asks)


def described_instead(case: Case) -> Reading | None:
    """« quel jour le Bureau rencontre-t-il les présidences d’ARML ? » names the Bureau and means the seminar."""
    if not case.asks_fact or not case.events or case.people or not case.described or case.described in case.events:
        return None
    said = {w.stem for m in case.marks.events for w in case.marks.words[m.start : m.end]}
    beyond = [s for s in case.telling if s not in said]
    named = case.knowledge.event_stems(case.events)
    phased = any(case.event(k).position is not None for k in case.events)
    if not beyond or case.marks.regions or (not phased and all(s in named for s in beyond)):
        return None
    return Reading("event", events=(case.described,), asks=case.event_asks)


def described(case: Case) -> Reading | None:
    """« quand sera arrêtée la structuration cible ? »: an event told by what is done there."""
    if not case.asks_fact or case.events or case.people or case.marks.absent:
        return None
    if len(case.telling) == 1 and case.fit >= _SURELY_TOLD:
        return case.on_topic()  # « en quelle année la labellisation a-t-elle été engagée ? »
    found = case.described or case.described_there
    if found and case.thin and not case.heads(case.thin, found):
        said = next(w for w in case.marks.words if w.stem == case.thin)
        offered = in_family(said.folded)  # « c’est quand, le vote ? »: a word of ours, but no name
        return Reading("perhaps", events=(found,), asks=case.event_asks, said=said.text) if offered else None
    return Reading("event", events=(found,), asks=case.event_asks) if found else None
