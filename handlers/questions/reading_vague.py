"""Readings of events that are told vaguely, by a word for anything that takes place and a clue or two.

« La grosse réunion du printemps avec les directions », « le truc à Rennes »: what alone has every clue is answered, and
said to be doubtful; what has nearly every one is offered, never assumed.
"""

from handlers.questions.case import Case
from handlers.questions.facts import EventFact
from handlers.questions.normalising import stem
from handlers.questions.reading import COORDINATES, Reading
from storage.agenda import Precision, Status

NOT_FOUND = frozenset(("absent", "unheard", "unknown", "vacant"))  # the readings that this may better
_MOST = 3  # more than that is no offer
_MOST_LOOKED_AT = 40  # events that have a clue
_DOUBTFUL = 0.6
_MODES = ("visio", "distance", "distanciel", "ligne")


def vaguely(case: Case) -> Reading | None:
    """The event or the few events that may be meant."""
    m, lexicon = case.marks, case.knowledge.lexicon
    heads = [p for p in m.gatherings if m.words[p].stem in lexicon.general | {stem("journee")}]
    named = (m.events and not case.only_placed) or m.people or m.absent or m.foreign
    if not heads or named or case.has(*COORDINATES, "who", "next", "last", "first", "previous", "count"):
        return None
    clues = [s for s in case.telling if s not in lexicon.gatherings and s not in _placed(case)]
    there = [one for one in _ahead(case, clues) if _fits(case, one)]
    told = bool(clues or m.regions or m.periods or case.only_placed or case.has("remote"))
    if not told or not there:
        return None
    asks = case.event_asks
    for stems_of in (_named, _said):
        having = {one.key: sum(s in stems_of(case, one) for s in clues) for one in there}
        whole = [key for key, count in having.items() if count == len(clues)]
        if len(whole) == 1 and len(_unknown_places(case)) == 0:
            return Reading("event", events=(whole[0],), asks=asks, confidence=_DOUBTFUL)
        if 1 < len(whole) <= _MOST and (clues or m.regions) and not _unknown_places(case):
            return _offered(case, whole)
    near = [key for key, count in having.items() if count and count >= len(clues) - 1]
    return _offered(case, near) if 0 < len(near) <= _MOST else None


def _offered(case: Case, keys: list[str]) -> Reading:
    m = case.marks
    first = m.gatherings[0]
    end = next((p for p in range(first + 1, len(m.words)) if m.words[p].breaks or p in _asking(case)), len(m.words))
    said = " ".join(w.text for w in m.words[first:end])
    return Reading("perhaps", events=tuple(keys), asks=case.event_asks, said=said)


def _asking(case: Case) -> set[int]:
    asked = ("when", "where", "what", "hour", "same")
    return {p for name in asked for c in case.marks.cues.get(name, ()) for p in range(c.start, c.end)}


def _ahead(case: Case, clues: list[str]) -> list[EventFact]:
    """What has the clues, or is then or there, and is to come, or over where the past is spoken of; parts of a whole
    where their region is named. Never many: what could be so much is told too vaguely."""
    knowledge, m = case.knowledge, case.marks
    if clues:
        keys = knowledge.event_texts.holding_most(clues, _MOST_LOOKED_AT)
    elif case.only_placed:
        keys = [key for mention in m.events for key in mention.events[:_MOST_LOOKED_AT]]
    elif m.periods:
        keys = [e.key for e in knowledge.between(m.periods[0].first, m.periods[0].last)[:_MOST_LOOKED_AT]]
    else:
        keys = [e.key for e in knowledge.going[:_MOST_LOOKED_AT]]
    if m.regions:
        keys = case.of_region(keys)
    going = [case.event(key) for key in keys]
    past = case.has("past") or any(p.last < case.today for p in m.periods)
    there = [e for e in going if e.status != Status.CANCELLED and (m.regions or knowledge.stands_alone(e))]
    # What goes on for months, without a day to be there, is nothing that anybody means by « la réunion ».
    dated = [e for e in there if e.precision != Precision.MONTH or e.starts_on >= case.today]
    return sorted((e for e in dated if past or e.ends_on >= case.today), key=lambda e: e.starts_on)


def _fits(case: Case, one: EventFact) -> bool:
    """Does nothing that is said for certain rule it out: its time, its place, that it is held at a distance?"""
    m = case.marks
    if not all(p.touches(one.starts_on, one.ends_on) for p in m.periods if not p.anchor):
        return False
    if case.only_placed and not any(one.key in mention.events for mention in m.events):
        return False
    modes = {stem(word) for word in _MODES}  # not at import: the dictionary is for those only who answer questions
    afar = any(w.stem in modes for w in m.words)
    return one.remote or bool(case.knowledge.children.get(one.key)) if afar else True


def _named(case: Case, one: EventFact) -> frozenset[str]:
    return case.knowledge.event_stems([one.key])


def _said(case: Case, one: EventFact) -> frozenset[str]:
    return case.knowledge.event_texts.stems_of(one.key)


def _placed(case: Case) -> set[str]:
    """The stems of places and regions, which are looked at apart."""
    m = case.marks
    spans = [(c.start, c.end) for c in m.regions] + [(e.start, e.end) for e in m.events if e.place]
    known = {m.words[p].stem for start, end in spans for p in range(start, end)}
    return known | {m.words[p].stem for p in _unknown_places(case)}


def _unknown_places(case: Case) -> list[int]:
    """« à Rennes », « de Lyon »: a name behind « à » or « de » that nothing explains."""
    words = case.marks.words
    return [
        p
        for p in case.marks.loose
        if p
        and words[p - 1].folded in ("a", "au", "de", "d", "sur", "vers")
        and (words[p].capital or words[p - 1].folded in ("a", "vers"))
        and not case.knowledge.lexicon.is_verb(words[p].folded)
    ]
