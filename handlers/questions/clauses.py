"""Two questions in one message are two questions: « c'est quand l'AG et qui préside l'UNML ? », « le lieu de l’AG et le
mail de Camille »."""

import re

from handlers.questions.hearing import Hearing
from handlers.questions.lexicon import Lexicon
from handlers.questions.marks import Marks
from handlers.questions.reading import OF_EVENTS, OF_PEOPLE

_ASKING = "qui|quand|où|quel|quelle|quels|quelles|comment|combien|à quelle|est-ce|pourquoi|c['’]est"
_SPLIT = re.compile(
    rf"(?<=[?!])\s+|\s+(?:et|puis|ou|aussi|,)\s+(?=(?:{_ASKING})\b)|,\s+et\s+(?:maintenant|aussi|ensuite)?|[.;]\s+|\n+",
    re.IGNORECASE,
)
_TIED = re.compile(r"(\s+(?:et aussi|et|puis|plus|ainsi que|avec|[+&])\s+|\s*[,;/]\s+(?:et\s+)?)", re.IGNORECASE)
_MOST = 4
_SURE = 0.7  # a question that the documents answer
_WORDS_THAT_ASK = frozenset(("qui", "où", "quel", "quelle", "quels", "quelles", "comment", "combien", "pourquoi"))
_KINDS = {"event": frozenset(OF_EVENTS) - {"what"}, "person": frozenset(OF_PEOPLE)}


def clauses(text: str, hearing: Hearing) -> list[str]:
    """The questions of a message, when each stands by itself; else the whole message."""
    pieces = [p.strip(" ,") for p in _SPLIT.split(text[:1000]) if p.strip(" ,")]
    if 1 < len(pieces) <= _MOST:
        marked = [hearing.core(piece) for piece in pieces]
        asking = [(piece, marks) for piece, marks in zip(pieces, marked, strict=True) if _substance(marks)]
        named = [_own_target(marks) and bool(marks.cues) for _, marks in asking]
        stand = all(
            own or _asks_of_another(m, hearing.knowledge.lexicon) for own, (_, m) in zip(named, asking, strict=True)
        )
        if len(asking) > 1 and stand and any(named):
            return [piece for piece, _ in asking]
    return _tied(text, hearing) or [text]


def _substance(marks: Marks) -> bool:
    return bool(
        marks.cues or marks.events or marks.people or marks.roles or marks.periods or marks.terms or marks.loose
    )


def _own_target(marks: Marks) -> bool:
    told = bool(marks.topics) and marks.topics[0].fit >= _SURE
    named = marks.events or marks.people or marks.roles or marks.terms or marks.organisations
    return bool(told or named or marks.has("phase", "reply_by"))


def _asks_of_another(marks: Marks, lexicon: Lexicon) -> bool:
    """« … et qui dirige le pôle formation ? » asks of something of its own, known or not."""
    if not marks.words or marks.words[0].folded not in _WORDS_THAT_ASK or not marks.cues:
        return False
    own = [marks.words[p] for p in marks.loose if not lexicon.only_verb(marks.words[p])]
    if marks.foreign or (marks.absent and marks.words[0].folded != "combien"):
        return True  # « … et qui fait le café ? »
    return any(len(w.folded) > 3 and w.stem not in lexicon.light | lexicon.travel for w in own)


def _tied(text: str, hearing: Hearing) -> list[str]:
    """Nouns tied together, each with what is asked and of whom or what: « le lieu de l’AG et le mail de Camille »."""
    pieces = _TIED.split(text[:1000])
    if not 1 < (len(pieces) + 1) // 2 <= 2 * _MOST:
        return []
    whole = hearing.core(text)
    things = len(whole.events) + len(whole.people) + len(whole.roles)
    if not 1 < things <= 2 * _MOST or len(whole.cues) < 2:
        return []
    found: list[str] = []
    asked: list[_Asked] = []
    for at in range(0, len(pieces), 2):
        tie = pieces[at - 1] if at else ""
        of = _asked(hearing.core(pieces[at]))
        begun = bool(found) and not asked[-1]  # « date et lieu de l’AG »: what was begun is not finished
        if begun or (found and not of):
            found[-1] += tie + pieces[at]
            asked[-1] = _asked(hearing.core(found[-1]))
        else:
            found.append(pieces[at])
            asked.append(of)
    alike = len(set(asked)) == 1  # « lieu des Rencontres et lieu du CA »: one question of both
    return found if 1 < len(found) <= _MOST and all(asked) and not alike else []


_Asked = tuple[str, frozenset[str]] | None


def _asked(marks: Marks) -> _Asked:
    """What kind of thing a piece names, an event or a person, and what it asks of it; None when it asks nothing."""
    events = any(not m.place for m in marks.events)
    people = any(not m.near for m in marks.people) or any(m.contacts for m in marks.roles)
    if events == people or marks.absent or marks.loose:
        return None
    kind = "event" if events else "person"
    asks = _KINDS[kind] & set(marks.cues)
    return (kind, asks) if asks else None
