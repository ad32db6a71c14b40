"""Readings of what is asked and rarely known: a price, a hotel, somebody’s age."""

from handlers.questions.case import Case
from handlers.questions.phrases import Cue
from handlers.questions.reading import Reading
from handlers.questions.reading_coordinates import written_to


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
    if names == ("limit",) and not events and (case.stray_nouns or people):
        return Reading("unknown", confidence=0.0)  # « date limite pour les impôts »: of nothing of ours
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
