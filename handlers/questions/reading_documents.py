"""Readings of questions about words and documents: what an abbreviation means, what a document is about."""

from handlers.questions.case import Case
from handlers.questions.normalising import read_words
from handlers.questions.reading import Reading

WHOLLY = 0.75
_ASKS_NOTHING_MORE = frozenset(("same", "now", "his", "everybody"))


def meaning(case: Case) -> Reading | None:
    """What an abbreviation or a word of the network means, what an organisation is."""
    m = case.marks
    if not (m.terms or m.organisations):
        return None
    asks = set(m.cues) - _ASKS_NOTHING_MORE
    if case.again and (m.structures or m.towns) and case.memory.intent == "event" and not asks:
        return None  # « et pour la Mission Locale de Lille ? »
    if not asks and any(m.words[p].stem not in case.knowledge.lexicon.general for p in m.gatherings):
        return None  # « plénière Mission Locale de Lille » asks for the gathering
    plain = asks <= {"what"} and not m.loose and not m.periods and (not case.events or case.has("what"))
    if not (case.has("meaning") or plain) or (case.events and not case.has("meaning", "what")):
        return None
    if case.fit >= 0.8 and not case.has("meaning") and not only_abbreviation(case):
        return None
    if m.loose and case.fit >= 0.5 and case.topic_explains(m.loose):
        return case.on_topic()
    return named(case)


def named(case: Case) -> Reading:
    """The term and the organisation that are named."""
    terms = tuple(dict.fromkeys(c.name for c in case.marks.terms))
    if len(terms) > 1:
        return Reading("meaning", term=terms[0], terms=terms)
    term = next((c.name for c in case.marks.terms), "")
    organisation = next((c.name for c in case.marks.organisations), "")
    return Reading("meaning", term=term, organisation=organisation)


def only_abbreviation(case: Case) -> bool:
    """« c’est quoi un copil ? »: the word is asked for, not what is said about the thing."""
    terms = [case.knowledge.term[c.name].term for c in case.marks.terms]
    asks = set(case.marks.cues) - _ASKS_NOTHING_MORE
    return bool(terms) and terms[0].isupper() and asks == {"what"} and not case.marks.loose


def document(case: Case) -> Reading | None:
    """« de quoi parle le document sur le label ? »: the first thing that the document of that title says."""
    m, lexicon = case.marks, case.knowledge.lexicon
    spoken = any(w.stem in lexicon.documents for w in m.words)
    if not spoken or not case.has("what", "programme", "purpose", "meaning") or case.events or case.people:
        return None
    beside = {w.stem for p, w in enumerate(m.words) if p in m.loose and not lexicon.only_verb(w)}
    years = {str(p.first.year) for p in m.periods}
    if case.best and case.fit >= WHOLLY:
        return case.on_topic()
    for found in case.knowledge.topic.values():
        title = {w.stem for w in read_words(found.source.name).words}
        published = found.source.published
        dated = all(published is not None and p.touches(published, published) for p in m.periods)
        if (beside or years) and beside <= title and (dated or years <= title):
            return Reading("topic", topic=found.key)
    return None


def which_organisation(case: Case) -> Reading | None:
    """« quel cabinet nous accompagne ? » names the organisation it asks for."""
    for cue in case.marks.organisations:
        if cue.start > 0 and case.marks.words[cue.start - 1].stem == "quel":
            return Reading("meaning", organisation=cue.name)
    return None


def only_a_name(case: Case) -> Reading | None:
    """A name and nothing else: « UNML »; or a question about nothing: « où ? »."""
    m = case.marks
    if m.loose or m.acts or case.has("count"):
        return None
    if m.terms or m.organisations:
        return named(case)
    if case.event_asks and not m.periods:
        return Reading("which", asks=case.event_asks)
    return None
