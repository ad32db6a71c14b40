"""Two questions in one message are two questions: « c'est quand l'AG et qui préside l'UNML ? »."""

import re
from datetime import date

from handlers.questions.knowledge import Knowledge
from handlers.questions.marks import Marks, mark

_ASKING = "qui|quand|où|quel|quelle|quels|quelles|comment|combien|à quelle|est-ce|pourquoi|c['’]est"
_SPLIT = re.compile(
    rf"(?<=[?!])\s+|\s+(?:et|puis|ou|aussi|,)\s+(?=(?:{_ASKING})\b)|,\s+et\s+(?:maintenant|aussi|ensuite)?|[.;]\s+|\n+",
    re.IGNORECASE,
)
_MOST = 4
_SURE = 0.7  # a question that the documents answer


def clauses(text: str, knowledge: Knowledge, today: date) -> list[str]:
    """The questions of a message, when each stands by itself; else the whole message."""
    pieces = [p.strip(" ,") for p in _SPLIT.split(text[:1000]) if p.strip(" ,")]
    if not 1 < len(pieces) <= _MOST:
        return [text]
    marked = [mark(piece, knowledge, today) for piece in pieces]
    asking = [(piece, marks) for piece, marks in zip(pieces, marked, strict=True) if _substance(marks)]
    if len(asking) < 2 or not all(_own_target(marks) and marks.cues for _, marks in asking):
        return [text]
    return [piece for piece, _ in asking]


def _substance(marks: Marks) -> bool:
    return bool(
        marks.cues or marks.events or marks.people or marks.roles or marks.periods or marks.terms or marks.loose
    )


def _own_target(marks: Marks) -> bool:
    told = bool(marks.topics) and marks.topics[0].fit >= _SURE
    named = marks.events or marks.people or marks.roles or marks.terms or marks.organisations
    return bool(told or named or marks.has("phase"))
