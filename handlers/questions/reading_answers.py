"""Readings of « qui n’a pas répondu ? »: who has answered a consultation, and who has not."""

from handlers.questions.case import Case
from handlers.questions.reading import COORDINATES, Reading

SILENT, ANSWERED = "silent", "answered"
_MOST_OF_A_TITLE = 8  # words
_ONESELF = "me m moi lui leur nous je j tu vous mon ma mes ton votre notre pourquoi comment"
_WHO = "qui quel quelle quels quelles lesquels lesquelles ceux celles liste noms combien"


def answers(case: Case) -> Reading | None:
    """Of the consultation that is named, or of the one that is open: which one it is, it does not know itself."""
    m, lexicon = case.marks, case.knowledge.lexicon
    found = lexicon.answering.find(m.words)
    words, who = {w.folded for w in m.words}, set(_WHO.split())
    oneself = set(_ONESELF.split()) - ({"nous"} if words & {"manque", "manquent"} else set())
    if not found or words & oneself or (words & {"il", "elle"} and not words & who):
        return None  # « qui ne m’a pas répondu ? », « pourquoi n’a-t-il pas répondu ? »: nobody's list is asked for
    asked = SILENT if any(cue.name == SILENT for cue in found) else ANSWERED
    if case.events and not case.only_placed:  # « qui n’a pas répondu à l’invitation au séminaire ? »
        return Reading("absent", absent=("attendees",), events=case.events[:1]) if words & who else None
    polled = any(w.stem in lexicon.polls for w in m.words)
    missing = not polled and any(cue.name != "attendees" for cue in m.absent)  # « la liste des structures qui… »
    if case.events or case.people or m.foreign or m.coordinates or m.periods or m.gatherings or missing:
        return None
    if case.has(*COORDINATES, "when", "where", "reply_by"):
        return None
    own = {p for cue in (*found, *m.regions) for p in range(cue.start, cue.end)}
    beside = [w for p, w in enumerate(m.words) if p not in own and w.kind != "number"]
    told = [w for w in beside if w.folded not in lexicon.stop | who and w.stem not in lexicon.asked_to_answer]
    title = [w.folded for w in told]
    if len(title) > _MOST_OF_A_TITLE or (title and not polled):
        return None  # something is named, and nothing says that it is a consultation
    region = m.regions[0].name if len(m.regions) == 1 else ""
    return Reading("answers", asks=(asked,), said=" ".join(title), region=region)
