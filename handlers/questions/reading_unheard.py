"""Readings of questions about events that are not on the agenda: nothing like them is told instead."""

from handlers.questions.case import Case
from handlers.questions.claims import settled
from handlers.questions.dates import Period
from handlers.questions.french import is_french
from handlers.questions.linking import EventMention
from handlers.questions.normalising import stem
from handlers.questions.phrases import Cue
from handlers.questions.reading import Reading
from storage.agenda import Precision

_MOST_LOOKED_AT = 50  # events of a period
_MOST_OFFERED = 3  # more is no offer
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
        return None if dated else _akin(case, specific[0]) or _unheard(case, specific[0])
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


def _akin(case: Case, position: int) -> Reading | None:
    """« c’est quand, la plénière ? »: what may be meant by a word that names nothing, when it stands alone."""
    m, knowledge = case.marks, case.knowledge
    others = [c for c in (*m.organisations, *m.structures, *m.terms) if not _ours(case, c)]
    stray = [p for p in m.loose if m.words[p].stem not in knowledge.lexicon.light]
    named = m.people or m.roles or others or m.regions or stray or m.absent
    kin = {s for group in knowledge.lexicon.kin if m.words[position].stem in group for s in group}
    if named or not kin or len(m.gatherings) > 1:
        return None
    ahead = [e for e in knowledge.going if e.ends_on >= case.today and (e.precision != Precision.MONTH or not e.parent)]
    then = [e for e in ahead if all(p.touches(e.starts_on, e.ends_on) for p in m.periods if not p.anchor)]
    found = tuple(e.key for e in then if any(case.heads(s, e.key) for s in kin))
    if not 0 < len(found) <= _MOST_OFFERED:
        return None
    return Reading("perhaps", events=found, asks=case.event_asks, said=m.words[position].text)


def _ours(case: Case, cue: Cue) -> bool:
    """Is it a name of the network or of its head?"""
    ours = case.knowledge.stems_of_owner(case.knowledge.head)
    words = {w.stem for w in case.marks.words[cue.start : cue.end]}
    return cue.name == case.knowledge.head or words <= ours | case.knowledge.own_name


def _other_date(case: Case) -> Period | None:
    """A year or a date that is none of the event's: « les Rencontres 2026 »."""
    for period in case.marks.periods:
        if period.anchor or period.open or not (period.kind == "year" or says_which(case, period)):
            continue
        if not any(period.touches(case.event(k).starts_on, case.event(k).ends_on) for k in case.events):
            return period
    return None


def says_which(case: Case, period: Period) -> bool:
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
        unknown = at in case.marks.loose or any(r.start <= at < r.end and not r.contacts for r in case.marks.roles)
        if unknown and not light:
            strangers = at + 1
    return strangers


def _qualifies(case: Case, at: int) -> bool:
    """« l’AG extraordinaire » is another one: a French word right behind the name that is no verb, nor goes without
    saying."""
    word, lexicon = case.marks.words[at], case.knowledge.lexicon
    after = case.marks.words[at + 1] if at + 1 < len(case.marks.words) else None
    ends = after is None or after.breaks or after.folded == "c"
    noun = ends and not lexicon.only_verb(word)  # « l’atelier cuisine, c’est quand ? »
    plain = word.stem in lexicon.light | lexicon.travel or (lexicon.is_verb(word.folded) and not noun)
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
