"""Readings of questions that the documents answer: by a phrase, a title, a number, the words they are told in."""

from handlers.questions.case import Case
from handlers.questions.reading import Reading
from handlers.questions.reading_documents import WHOLLY, only_abbreviation
from handlers.questions.reading_phases import rank

_TITLED = 0.65


def topic_surely(case: Case) -> Reading | None:
    """The very words of a phrase of a topic."""
    if case.fit < 0.9 or (case.asks_fact and case.events) or _phased(case) or only_abbreviation(case):
        return None
    if (case.has("who", "role") or case.again) and _whole_function(case):
        return None  # « qui est le directeur associé ? » is no question about associating the directors
    if case.has("same") and not case.telling and case.event_asks and case.memory.intent in ("event", "phase"):
        return None  # « ça concerne qui ? », after an event
    if case.has("phase") and any(p.kind != "year" for p in case.marks.periods):
        return None  # « mon planning de la semaine 41 »
    if case.only_placed and case.has("agenda") and case.marks.periods:
        return None  # « à Tours, il y avait quoi en 2022 ? »
    said = {w.stem for m in case.marks.events for w in case.marks.words[m.start : m.end]}
    asking = {w.folded for w in case.marks.words} & {"comment", "pourquoi", "que", "qu", "quoi", "qui", "combien"}
    bare = set(case.telling) <= said and case.only_verbs and not asking
    if case.events and bare and (set(case.event_asks) <= {"when", "status"} or case.marks.periods):
        return None  # its date is asked, or asked to be confirmed
    topics = case.marks.topics
    if len(topics) > 1 and topics[1].fit == topics[0].fit and not case.event_asks:
        return None
    return case.on_topic(events=case.events)


def _whole_function(case: Case) -> bool:
    """Is a function of several words named whole, as somebody holds it?"""
    stems = case.knowledge.function_stems
    said = [({w.stem for w in case.marks.words[m.start : m.end]}, m.contacts) for m in case.marks.roles]
    return any(
        len(stems[function]) > 1 and stems[function] <= words
        for words, contacts in said
        for contact in contacts
        for function, _ in contact.offices
    )


def _phased(case: Case) -> bool:
    """Is it a question about the phases and nothing else?"""
    phased = case.has("phase") or any(case.event(k).position is not None for k in case.events)
    lexicon = case.knowledge.lexicon
    loose = [case.marks.words[p] for p in case.marks.loose]
    words = [w for w in loose if w.kind == "word" and not lexicon.only_verb(w)]
    return phased and bool(case.knowledge.phases) and not words


def topic(case: Case) -> Reading | None:
    """What the documents say, when a phrase fits well enough."""
    if case.fit < 0.55 or case.thin:
        return None
    asked = case.marks.first("who")
    for body in case.marks.organisations:
        object_of = any(asked < p < body.start for p in case.marks.loose)
        if object_of and body.name != case.knowledge.head and case.fit < WHOLLY:
            return Reading("absent", absent=("unknown",), organisation=body.name)  # « qui dirige… ? »
    return case.on_topic()


def numbered(case: Case) -> Reading | None:
    """« la question 2 », « la troisième question »: a topic whose title has that number."""
    m = case.marks
    if case.events or case.people or m.roles or m.periods or m.absent or case.stray_nouns:
        return None
    known, told = case.knowledge.numbered, ""
    spoken_of = next((name for name, key in known.items() if key == case.memory.topic), None)
    ordinals = all(rank(m.words[p].folded, m.words[p].kind) for p in m.loose)
    if spoken_of is not None and case.again and ordinals:  # « et la deuxième ? », « et la suivante ? »
        ranks = [rank(word.folded, word.kind) for word in m.words] + [spoken_of[1] + 1 if case.has("next") else 0]
        told = next((known[spoken_of[0], r] for r in ranks if (spoken_of[0], r) in known), "")
        if told:
            return Reading("topic", topic=told)
    for at, word in enumerate(m.words):
        for other in (*m.words[at + 1 : at + 2], *m.words[max(0, at - 1) : at]):
            if told := known.get((word.stem, rank(other.folded, other.kind)), ""):
                return Reading("topic", topic=told)
    return None


def titled(case: Case) -> Reading | None:
    """« la question du syndicat employeur en fait-elle partie ? » has all the telling words of one topic’s title."""
    facts = {"when", "where", "hour", "left", "length", "count", "who", "phone", "email", "coordinates", "role"}
    m = case.marks
    if case.events or case.people or m.roles or m.acts or m.absent or m.periods or facts & set(m.cues):
        return None
    texts = case.knowledge.topic_texts
    if not all(texts.rarity(m.words[p].stem) for p in case.stray_nouns):
        return None  # a word that no document has: it asks for something else
    said, telling = {w.stem for w in m.words}, set(case.telling)
    found = [
        key for key, title in case.knowledge.titles.items() if len(title) > 1 and title <= said and title & telling
    ]
    return Reading("topic", topic=found[0], confidence=_TITLED) if len(found) == 1 else None


def whole_undertaking(case: Case) -> Reading | None:
    """« résumez-moi la démarche »: the first thing the documents say."""
    m = case.marks
    spoken = any(word.stem in case.knowledge.lexicon.around for word in m.words)
    spoken = spoken or (case.has("everybody") and case.has("same") and not case.memory.intent)  # « tout ça »
    asked = case.has("what", "purpose", "how", "programme") or m.begins("que", "qu", "quoi")
    how_alone = case.has("how") and not case.has("what", "purpose", "programme")
    if how_alone and m.loose:
        return None  # « de quelle manière les élus seront-ils associés à la réflexion ? »
    if spoken and asked and case.only_verbs and case.knowledge.main_topic and not m.periods:
        return Reading("topic", topic=case.knowledge.main_topic)
    return None


def counted(case: Case) -> Reading | None:
    """« combien de régions ont un atelier ? »: the documents count them."""
    words = case.marks.words
    if case.events and case.marks.absent:
        return None
    for cue in case.marks.cues.get("count", ()):
        at = cue.end
        while at < len(words) and words[at].folded in ("de", "d", "des"):
            at += 1
        if at == len(words):
            continue
        keys = case.knowledge.counted.get(words[at].stem, [])
        beyond = [s for s in case.telling if s != words[at].stem]
        fitting = [k for k in dict.fromkeys(keys) if case.knowledge.topic_texts.holds(k, beyond)]
        if fitting and not {"left", "length"} & set(case.marks.cues):
            return Reading("topic", topic=fitting[0], events=case.events)
    return None


def told(case: Case) -> Reading | None:
    """What the documents say of somebody or something that no phrase asks for: all its telling words are theirs."""
    m = case.marks
    if (
        not case.told
        or case.thin
        or case.people
        or m.acts
        or (m.periods and case.has("when", "agenda"))
        or {"count", "left", "phone", "email", "limit", "hour"} & set(m.cues)
    ):
        return None
    named = {w.stem for c in (*m.regions, *m.towns) for w in m.words[c.start : c.end]}
    if set(case.telling) <= named:
        return None  # a region is spoken of nearly everywhere, and a town says nothing of what is asked
    somebody = any(m.words[p].capital for p in m.loose if p) or case.knowledge.topic[case.told].details.get("contacts")
    if case.has("who") and not somebody:
        return None
    verbs = [s for s in case.other_stems if case.knowledge.topic_texts.rarity(s)]  # those that some topic has
    if case.has("who") and not case.knowledge.topic_texts.holds(case.told, verbs):
        return None
    return Reading("topic", topic=case.told, confidence=0.5)
