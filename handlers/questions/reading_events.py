"""Readings of questions about one event, and about events that are not on the agenda."""

from datetime import timedelta

from handlers.questions.case import Case
from handlers.questions.claims import settled, verdict_on_date, verdict_on_place, verdict_on_time
from handlers.questions.dates import Period
from handlers.questions.french import is_french
from handlers.questions.linking import EventMention
from handlers.questions.normalising import stem
from handlers.questions.reading import Reading
from storage.agenda import Precision

_SURELY_TOLD = 0.7  # a topic that fits so well is meant rather than an event described by one word
_MOST_LOOKED_AT = 50  # events of a period
_LONGEST_GROUP = 7  # words behind the name of an event
_LINKS = frozenset(["de", "du", "des", "d", "a", "au", "aux", "en", "l", "la", "le", "les", "sur", "pour"])
_BELONGING = frozenset(["de", "du", "des", "d", "l", "la", "le", "les"])


def unknown_event(case: Case) -> Reading | None:
    """A thing that takes place is asked about which is not on the agenda: nothing like it is told instead."""
    m = case.marks
    if case.events:
        if case.only_placed and (other := _other_gathering(case)):
            return other
        if not settled(case) and (period := _other_date(case)) is not None:
            return Reading("unheard", events=case.events[:1], period=period)
        if _none_before(case):
            return Reading("unheard", events=case.events[:1], asks=("past",))
        if _another_one(case):
            return case.on_topic() if case.fit >= 0.35 else Reading("unheard", said=_spoken(case))
        said = _qualified(case) or _other_owner(case)
        return Reading("unheard", said=said) if said else None
    general = case.knowledge.lexicon.general | ({stem("journee")} if m.regions else set())
    specific = [p for p in m.gatherings if m.words[p].stem not in general]
    if case.fit > 0.6:
        return None
    if case.fit >= 0.45 and case.topic_explains_all([*m.gatherings, *case.stray]) and len(case.telling) > 1:
        return None  # what the documents say of it
    if specific and not case.has("agenda"):
        dated = m.periods and not m.loose and not m.has("when") and _held_then(case, specific)
        return None if dated else _unheard(case, specific[0])
    if not specific and case.asks_fact and case.described:
        return None  # « à quelle réunion le dossier est-il validé ? »
    heavy = [p for p in m.loose if m.words[p].stem not in case.knowledge.lexicon.light]
    if m.gatherings and heavy and not case.has("agenda", "next"):
        return _unheard(case, m.gatherings[0])
    return None


def _held_then(case: Case, gatherings: list[int]) -> bool:
    """« la soirée du 8 octobre »: is anything of that name held then, or does the name say little?"""
    held = [one.key for p in case.marks.periods for one in case.knowledge.between(p.first, p.last)[:_MOST_LOOKED_AT]]
    kinds = case.knowledge.event_stems(held)
    days = all(p.kind in ("day", "range") and not p.open for p in case.marks.periods)
    return not days or any(case.marks.words[p].stem in kinds for p in gatherings)


def _none_before(case: Case) -> bool:
    """« quel jour a eu lieu le dernier CA ? »: only one to come is known."""
    ahead = all(case.event(k).starts_on > case.today for k in case.events)
    return ahead and case.has("past") and case.has("last", "previous") and case.has("when", "where", "happens")


def _another_one(case: Case) -> bool:
    """« l’Assemblée qui a relancé la réflexion »: what has done something is none of those to come."""
    words = case.marks.words
    if any(case.event(k).starts_on <= case.today for k in case.events):
        return False
    for mention in case.marks.events:
        at = mention.end + (mention.end < len(words) and words[mention.end].folded == "qui")
        after = words[at + 1] if at + 1 < len(words) else None
        done = after is not None and after.folded.endswith("e") and case.knowledge.lexicon.is_verb(after.folded)
        if done and words[at].folded in ("a", "ont", "avait") and after is not None and after.folded != "ete":
            return not case.has("status", "over", "happens") and "deja" not in {w.folded for w in words}
    return False


def _spoken(case: Case) -> str:
    first = case.marks.events[0]
    return " ".join(w.text for w in case.marks.words[first.start : first.end])


def _other_gathering(case: Case) -> Reading | None:
    """« le colloque de Nice »: another thing is held where we hold ours."""
    ours = case.knowledge.event_stems(case.events)
    ours = ours | case.knowledge.lexicon.general | {stem("journee")}
    others = [p for p in case.marks.gatherings if case.marks.words[p].stem not in ours]
    return _unheard(case, others[0]) if others else None


def _unheard(case: Case, position: int) -> Reading:
    return Reading("unheard", said=case.marks.words[position].text)


def _other_date(case: Case) -> Period | None:
    """A year or a date that is none of the event's: « les Rencontres 2026 »."""
    for period in case.marks.periods:
        if period.anchor or period.open or not (period.kind == "year" or _says_which(case, period)):
            continue
        if not any(period.touches(case.event(k).starts_on, case.event(k).ends_on) for k in case.events):
            return period
    return None


def _says_which(case: Case, period: Period) -> bool:
    """« le CA du 12 mai » is another one; « le CA, c’est mardi ou mercredi ? » is ours."""
    words = case.marks.words
    return any(
        m.end <= period.start and all(w.folded in _BELONGING or w.folded == "en" for w in words[m.end : period.start])
        for m in case.marks.events
    )


def _qualified(case: Case) -> str:
    """An unknown word that says which one: « les Rencontres de Nice »."""
    words, loose = case.marks.words, case.marks.loose
    for mention in case.marks.events:
        at = mention.end
        while at < len(words) and words[at].folded in _LINKS:
            at += 1
        if of_others := _of_others(case, mention.end):
            return " ".join(w.text for w in words[mention.start : of_others])
        if at >= len(words) or at not in loose or words[at].breaks or words[at].stem in case.said_of_them:
            continue
        named = words[at - 1].folded in _BELONGING and not words[at].folded.endswith(("er", "ir", "re"))
        linked = at > mention.end and (named or not case.knowledge.lexicon.is_verb(words[at].folded))
        beside = at == mention.end and _qualifies(case, at)
        linked = linked and words[at].stem not in case.knowledge.lexicon.light
        if linked or beside or (words[at].capital and not case.marks.text.shouted):
            return " ".join(w.text for w in words[mention.start : at + 1])
    return ""


def _of_others(case: Case, start: int) -> int:
    """« le séminaire des directeurs administratifs »: where a group ends that is named behind it and is not the event’s
    own; 0 when there is none."""
    words, lexicon = case.marks.words, case.knowledge.lexicon
    asking = {p for found in case.marks.cues.values() for c in found for p in range(c.start, c.end)}
    if start + 1 >= len(words) or words[start].folded != "des" or words[start].breaks:
        return 0
    strangers = 0
    for at in range(start + 1, min(start + _LONGEST_GROUP, len(words))):
        word = words[at]
        if word.breaks or at in asking or lexicon.only_verb(word):
            break
        light = word.folded in lexicon.stop or word.stem in lexicon.light | lexicon.travel | case.said_of_them
        unknown = at in case.marks.loose or any(r.start < at < r.end and not r.contacts for r in case.marks.roles)
        if unknown and not light:
            strangers = at + 1
    return strangers


def _qualifies(case: Case, at: int) -> bool:
    """« l’AG extraordinaire » is another one: a French word right behind the name that is no verb, nor goes without
    saying."""
    word, lexicon = case.marks.words[at], case.knowledge.lexicon
    plain = word.stem in lexicon.light | lexicon.travel or lexicon.is_verb(word.folded)
    return not plain and len(word.folded) > 4 and is_french(word.text.lower()) and word.stem not in case.said_of_them


def _other_owner(case: Case) -> str:
    """Another organisation's assembly or board is not ours."""
    m = case.marks
    for mention in m.events:
        for cue in (*m.structures, *m.organisations, *m.terms):
            between = m.words[mention.end : cue.start]
            if mention.end < cue.start and all(w.folded in _BELONGING for w in between):
                said = {w.stem for w in m.words[cue.start : cue.end]}
                us = cue in m.terms and case.knowledge.means_us(cue.name)
                one_of_us = (
                    us and not m.words[cue.end - 1].folded.endswith("s") and "des" not in {w.folded for w in between}
                )
                ours = cue.name == case.knowledge.head or (us and not one_of_us)
                if not ours and (us or not _goes_without_saying(case, mention, said)):
                    return " ".join(w.text for w in m.words[mention.start : cue.end])
    return ""


def _goes_without_saying(case: Case, mention: EventMention, said: set[str]) -> bool:
    return said <= case.knowledge.event_stems(mention.events) or said <= case.knowledge.stems_of_owner(
        case.knowledge.head
    )


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
    asks = case.event_asks
    if not case.events:
        return _unnamed(case)
    if case.unclear:
        return Reading("which", events=case.events, asks=asks)
    if not asks and any(w.stem in case.knowledge.lexicon.calendars for w in m.words):
        asks = ("when",)  # « y a-t-il un calendrier pour les ateliers ? »
    explicit = set(asks) - {"what", "programme", "purpose"}
    unknown = Reading("absent", absent=("unknown",), events=case.events[:1])
    vague = all("when_text" in case.event(k).details for k in case.events)
    if vague and "when" not in explicit:
        return case.on_topic() if case.fit >= 0.45 else unknown
    claims = [p for p in m.periods if not p.anchor and not p.open and (settled(case) or not _says_which(case, p))]
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
    return Reading("event", events=(found,), asks=case.event_asks) if found else None
