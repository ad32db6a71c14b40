"""Readings of questions about words and documents: what an abbreviation means, what is said about something."""

from handlers.questions.case import Case
from handlers.questions.normalising import read_words
from handlers.questions.phrases import Cue
from handlers.questions.reading import Reading
from handlers.questions.reading_coordinates import written_to
from handlers.questions.reading_phases import rank

_WHOLLY, _TITLED = 0.75, 0.65
_ASKS_NOTHING_MORE = frozenset(("same", "now", "his", "everybody"))


def absent(case: Case) -> Reading | None:
    """Something is asked that is rarely known of an event or a person: its price, its hotel, their age."""
    m = case.marks
    asked = [a for a in m.absent if not _beside_the_point(case, a)]
    if not asked:
        return None
    missing = [p for a in asked for p in range(a.start, a.end)]
    if (case.fit >= 0.5 and case.topic_holds(missing) and case.topic_explains_all(m.loose)) or _tells_of(case, missing):
        return None
    if (case.people or case.holders) and case.has("phone", "email", "coordinates") and (_apart(case) or _passing(case)):
        return None  # « son mail, j’ai un PV à lui envoyer »
    if (case.people or case.holders or m.organisations) and written_to(case) and _passing(case):
        return None  # « un devis à transmettre à X »
    if case.events and case.has("when", "where"):
        booked = case.has("when") or any(w.stem == "reserv" for w in m.words)
        only_travel = booked and all(m.words[a.start].stem in case.knowledge.lexicon.travel for a in asked)
        if only_travel or _apart(case):
            return None
    people = case.people or case.holders
    events = case.events
    if not events and not people and not m.organisations and not m.structures:
        people = tuple(case.knowledge.contact[k] for k in case.spoken_of())
        events = tuple(k for k in case.memory.events if k in case.knowledge.event)
    names = tuple(dict.fromkeys(a.name for a in asked))
    kinds = {case.knowledge.lexicon.absent_of[name] for name in names}
    if events and kinds == {"place"} and all(case.event(k).remote and not case.event(k).place for k in events):
        return Reading("event", events=events, asks=("remote",))  # one does not travel to what is held at a distance
    return Reading("absent", absent=names, events=events[:1], contacts=tuple(c.key for c in people)[:1])


def _passing(case: Case) -> bool:
    """Is what is not known a mere thing, spoken of while somebody's number or address is asked?"""
    kinds = case.knowledge.lexicon.absent_of
    return all(kinds[a.name] != "person" and a.name != "postal" for a in case.marks.absent)


def _tells_of(case: Case, missing: list[int]) -> bool:
    """Do the documents speak of the very thing: « où a été fait le reportage photo de la une ? »."""
    stems = {case.marks.words[p].stem for p in missing if case.marks.words[p].folded not in case.knowledge.lexicon.stop}
    enough = len(case.telling) > 1 or case.has("who")
    return bool(case.told) and enough and stems <= set(case.telling) and not case.has("count")


def _beside_the_point(case: Case, cue: Cue) -> bool:
    """« je suis en congé » tells of oneself, « que dois-je inscrire dans mon agenda en mai ? » asks for the agenda."""
    m, lexicon = case.marks, case.knowledge.lexicon
    said_of_oneself = any(w.folded in lexicon.oneself for w in m.words[max(0, cue.start - 3) : cue.end])
    if lexicon.absent_of[cue.name] == "person" and said_of_oneself and not (case.people or case.holders):
        return True
    noting = cue.end - cue.start == 1 and lexicon.is_verb(m.words[cue.start].folded)
    return noting and bool(m.periods) and case.has("agenda") and not case.events


def _apart(case: Case) -> bool:
    """Does a clause of its own ask for something else, apart from what is not known?"""
    clause, clauses = 0, []
    for number, word in enumerate(case.marks.words):
        clause += word.breaks and number > 0
        clauses.append(clause)
    asked = {
        clauses[c.start]
        for name in ("when", "where", "phone", "email", "coordinates")
        for c in case.marks.cues.get(name, ())
    }
    return not asked & {clauses[a.start] for a in case.marks.absent}


def topic_surely(case: Case) -> Reading | None:
    """The very words of a phrase of a topic."""
    if case.fit < 0.9 or (case.asks_fact and case.events) or _phased(case) or _only_abbreviation(case):
        return None
    if (case.has("who", "role") or case.again) and _whole_function(case):
        return None  # « qui est le directeur associé ? » is no question about associating the directors
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


def _only_abbreviation(case: Case) -> bool:
    """« c’est quoi un copil ? »: the word is asked for, not what is said about the thing."""
    terms = [case.knowledge.term[c.name].term for c in case.marks.terms]
    asks = set(case.marks.cues) - _ASKS_NOTHING_MORE
    return bool(terms) and terms[0].isupper() and asks == {"what"} and not case.marks.loose


def _phased(case: Case) -> bool:
    """Is it a question about the phases and nothing else?"""
    phased = case.has("phase") or any(case.event(k).position is not None for k in case.events)
    lexicon = case.knowledge.lexicon
    loose = [case.marks.words[p] for p in case.marks.loose]
    words = [w for w in loose if w.kind == "word" and not lexicon.only_verb(w)]
    return phased and bool(case.knowledge.phases) and not words


def meaning(case: Case) -> Reading | None:
    """What an abbreviation or a word of the network means, what an organisation is."""
    m = case.marks
    if not (m.terms or m.organisations):
        return None
    asks = set(m.cues) - _ASKS_NOTHING_MORE
    plain = asks <= {"what"} and not m.loose and not m.periods and (not case.events or case.has("what"))
    if not (case.has("meaning") or plain) or (case.events and not case.has("meaning", "what")):
        return None
    if case.fit >= 0.8 and not case.has("meaning") and not _only_abbreviation(case):
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


def topic(case: Case) -> Reading | None:
    """What the documents say, when a phrase fits well enough."""
    if case.fit < 0.55:
        return None
    asked = case.marks.first("who")
    for body in case.marks.organisations:
        object_of = any(asked < p < body.start for p in case.marks.loose)
        if object_of and body.name != case.knowledge.head and case.fit < _WHOLLY:
            return Reading("absent", absent=("unknown",), organisation=body.name)  # « qui dirige… ? »
    return case.on_topic()


def document(case: Case) -> Reading | None:
    """« de quoi parle le document sur le label ? »: the first thing that the document of that title says."""
    m, lexicon = case.marks, case.knowledge.lexicon
    spoken = any(w.stem in lexicon.documents for w in m.words)
    if not spoken or not case.has("what", "programme", "purpose", "meaning") or case.events or case.people:
        return None
    beside = {w.stem for p, w in enumerate(m.words) if p in m.loose and not lexicon.only_verb(w)}
    years = {str(p.first.year) for p in m.periods}
    if case.best and case.fit >= _WHOLLY:
        return case.on_topic()
    for found in case.knowledge.topic.values():
        title = {w.stem for w in read_words(found.source.name).words}
        published = found.source.published
        dated = all(published is not None and p.touches(published, published) for p in m.periods)
        if (beside or years) and beside <= title and (dated or years <= title):
            return Reading("topic", topic=found.key)
    return None


def whole_undertaking(case: Case) -> Reading | None:
    """« résumez-moi la démarche »: the first thing the documents say."""
    m = case.marks
    spoken = any(word.stem in case.knowledge.lexicon.around for word in m.words)
    spoken = spoken or (case.has("everybody") and case.has("same") and not case.memory.intent)  # « tout ça »
    asked = case.has("what", "purpose", "how", "programme") or m.begins("que", "qu", "quoi")
    if spoken and asked and case.only_verbs and case.knowledge.main_topic and not m.periods:
        return Reading("topic", topic=case.knowledge.main_topic)
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


def numbered(case: Case) -> Reading | None:
    """« la question 2 », « la troisième question »: a topic whose title has that number."""
    m = case.marks
    if case.events or case.people or m.roles or m.periods or m.absent or case.stray_nouns:
        return None
    for at, word in enumerate(m.words):
        beside = [
            w for w in (*m.words[at + 1 : at + 2], *m.words[max(0, at - 1) : at]) if not w.breaks or w is not word
        ]
        for other in beside:
            if (key := case.knowledge.numbered.get((word.stem, rank(other.folded, other.kind)))) is not None:
                return Reading("topic", topic=key)
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


def told(case: Case) -> Reading | None:
    """What the documents say of somebody or something that no phrase asks for: all its telling words are theirs."""
    m = case.marks
    if (
        not case.told
        or case.people
        or m.acts
        or (m.periods and case.has("when", "agenda"))
        or {"count", "left", "phone", "email"} & set(m.cues)
    ):
        return None
    named = {w.stem for c in m.regions for w in m.words[c.start : c.end]}
    if set(case.telling) <= named:
        return None  # a region is spoken of nearly everywhere
    somebody = any(m.words[p].capital for p in m.loose if p) or case.knowledge.topic[case.told].details.get("contacts")
    if case.has("who") and not somebody:
        return None
    verbs = [s for s in case.other_stems if case.knowledge.topic_texts.rarity(s)]  # those that some topic has
    if case.has("who") and not case.knowledge.topic_texts.holds(case.told, verbs):
        return None
    return Reading("topic", topic=case.told, confidence=0.5)
