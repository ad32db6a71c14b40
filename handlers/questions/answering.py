"""A message and what is known → the answer: what was asked, only that, and « je ne sais pas » otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import replace
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
from handlers.questions import wording as w
from handlers.questions.clauses import clauses
from handlers.questions.deciding import read
from handlers.questions.hearing import Hearing
from handlers.questions.knowledge import Knowledge
from handlers.questions.memory import Memory
from handlers.questions.reading import Reading
from handlers.questions.repeating import kept, restored
from handlers.questions.telling import Answer, Telling

__all__ = ["Answer", "answer", "tell"]

TELLERS: dict[str, Callable[[Telling], Answer]] = {
    "absent": telling_documents.absent,
    "act": telling_talk.act,
    "agenda": telling_agenda.agenda,
    "answers": telling_talk.answers,
    "contact": telling_people.contact,
    "deadline": telling_talk.deadline,
    "empty": telling_talk.empty,
    "event": telling_events.event,
    "foreign": telling_talk.foreign,
    "meaning": telling_documents.meaning,
    "members": telling_people.members,
    "near": telling_people.near,
    "owner": telling_people.owner,
    "perhaps": telling_documents.perhaps,
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
    hearing = Hearing(knowledge, now.astimezone(zone).date())
    asked = clauses(text, hearing)
    parts: list[Answer] = []
    for clause in asked:
        part = tell(read(clause, memory, hearing), memory, knowledge, now, zone)
        memory = part.memory
        if part.reading.intent == "unknown" and len(asked) > 1:
            part = replace(part, body=w.unknown(clause))
        parts.append(part)
    return parts[0] if len(parts) == 1 else _joined(parts)


def tell(reading: Reading, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> Answer:
    """The answer to what was read; it is remembered, to be said again when that is asked."""
    t = Telling(reading, memory, knowledge, now, zone)
    if reading.intent == "again":
        return _again(t)
    told = TELLERS[reading.intent](t)
    said = kept(reading)
    return replace(told, memory=told.memory.about(told=said)) if said else told


def _again(t: Telling) -> Answer:
    """« répète », « j’ai pas compris »: what was said last, from what is known now."""
    readings = [restored(values, t.knowledge) for values in t.memory.told]
    parts = [
        tell(reading, t.memory, t.knowledge, t.now, t.zone)
        for reading in readings
        if reading is not None and reading.intent in TELLERS
    ]
    if not parts:
        return t.refuse(w.NOTHING_SAID)
    once_more = parts[0] if len(parts) == 1 else _joined(parts)
    lead, after = w.AGAIN[t.reading.said]
    return replace(once_more, lead=lead, after=after)


def _joined(parts: Sequence[Answer]) -> Answer:
    """Several questions in one message: every answer with where it comes from, and every « je ne sais pas »."""
    parts = list({part.body: part for part in parts}.values())
    events = {p.event.key: p.event for p in parts if p.event is not None}
    contacts = {p.contact.key: p for p in parts if p.contact is not None}
    card = next(iter(contacts.values())) if len(contacts) == 1 else None
    return Answer(
        "\n\n".join(p.body for p in parts),
        tuple(dict.fromkeys(row for p in parts for row in p.buttons)),
        parts[-1].memory.about(told=tuple(values for p in parts for values in kept(p.reading))),
        parts[-1].reading,
        understood=any(p.understood for p in parts),
        contact=card.contact if card else None,
        employer=card.employer if card else "",
        event=next(iter(events.values())) if len(events) == 1 else None,
        sources=tuple(dict.fromkeys(source for p in parts for source in p.sources)),
        parts=tuple(parts),
    )
