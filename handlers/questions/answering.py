"""A message and what is known → the answer: what was asked, only that, and « je ne sais pas » otherwise."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.questions import (
    telling_agenda,
    telling_documents,
    telling_events,
    telling_people,
    telling_phases,
    telling_talk,
)
from handlers.questions.clauses import clauses
from handlers.questions.deciding import read
from handlers.questions.knowledge import Knowledge
from handlers.questions.memory import Memory
from handlers.questions.reading import Reading
from handlers.questions.telling import Answer, Telling

__all__ = ["Answer", "answer", "tell"]

TELLERS: dict[str, Callable[[Telling], Answer]] = {
    "absent": telling_documents.absent,
    "act": telling_talk.act,
    "agenda": telling_agenda.agenda,
    "contact": telling_people.contact,
    "deadline": telling_talk.deadline,
    "empty": telling_talk.empty,
    "event": telling_events.event,
    "foreign": telling_talk.foreign,
    "meaning": telling_documents.meaning,
    "members": telling_people.members,
    "near": telling_people.near,
    "owner": telling_people.owner,
    "phase": telling_phases.phase,
    "source": telling_documents.source,
    "step": telling_events.step,
    "stranger": telling_people.stranger,
    "topic": telling_documents.topic,
    "unheard": telling_documents.unheard,
    "unknown": telling_talk.unknown,
    "vacant": telling_people.vacant,
    "which": telling_talk.which,
    "whose": telling_talk.whose,
}


def answer(text: str, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> Answer:
    """Answer one message. `now` is an aware instant; days are those of `zone`, where the asker lives."""
    today = now.astimezone(zone).date()
    parts: list[Answer] = []
    for clause in clauses(text, knowledge, today):
        part = tell(read(clause, memory, knowledge, today), memory, knowledge, now, zone)
        memory = part.memory
        parts.append(part)
    return parts[0] if len(parts) == 1 else _joined(parts)


def tell(reading: Reading, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> Answer:
    """The answer to what was read."""
    return TELLERS[reading.intent](Telling(reading, memory, knowledge, now, zone))


def _joined(parts: list[Answer]) -> Answer:
    """Several questions in one message: every answer, and every « je ne sais pas » that is about something."""
    told = [p for p in parts if p.understood or p.reading.intent != "unknown"] or parts[:1]
    return Answer(
        "\n\n".join(dict.fromkeys(p.body for p in told)),
        tuple(dict.fromkeys(row for p in told for row in p.buttons)),
        parts[-1].memory,
        parts[-1].reading,
        understood=any(p.understood for p in told),
        sources=tuple(dict.fromkeys(source for p in told for source in p.sources)),
    )
