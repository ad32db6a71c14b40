"""Which event somebody means: by its name, or the one that was spoken of just now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.moment_words import named as bare
from handlers.calendar.understanding import fold
from storage.agenda import Event
from storage.conversations import Conversation
from storage.outbox import Delivery, Kind, State

MOST = 5  # events that are offered when several may be meant
RECENT = timedelta(hours=36)  # how long « celui-ci » may be the reminder received last
_SPOKEN_OF = timedelta(minutes=30)  # as long as a conversation remembers
_SURE, _LIKELY = 90, 70  # of 100: rapidfuzz's likeness of names


def named(events: Iterable[Event], name: str) -> list[Event]:
    """The events that a name may mean, the likeliest ones only; one when it is sure. The very name wins."""
    said = fold(bare(name)).strip()
    scored = [
        (max(_likeness(said, fold(word)) for word in (event.name, *event.aliases)), event) for event in events if said
    ]
    best = max((score for score, _ in scored), default=0.0)
    least = best if best > 100 else max(_LIKELY, best - (100 - _SURE) / 2)
    return [event for score, event in scored if score >= least][:MOST]


async def reminded_of(session: AsyncSession, person_id: int, now: datetime) -> tuple[datetime | None, list[int]]:
    """When somebody was reminded last, and the ids of the events: several when they came in one message."""
    rows = (
        await session.execute(
            select(Delivery.about, Delivery.ended_at)
            .where(
                Delivery.person_id == person_id,
                Delivery.kind == Kind.REMINDER,
                Delivery.state == State.DELIVERED,
                Delivery.ended_at > now - RECENT,
            )
            .order_by(Delivery.ended_at.desc(), Delivery.id.desc())
            .limit(MOST)
        )
    ).all()
    if not rows:
        return None, []
    last = rows[0].ended_at
    return last, list(dict.fromkeys(int(about.split(":")[1]) for about, ended_at in rows if ended_at == last))


def spoken_of(conversation: Conversation, now: datetime) -> list[str]:
    """The keys of the events that the last answer was about."""
    if conversation.memory_at is None or not timedelta(0) <= now - conversation.memory_at <= _SPOKEN_OF:
        return []
    keys = conversation.memory.get("events")
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _likeness(said: str, name: str) -> float:
    return 101.0 if said == name else float(fuzz.token_set_ratio(said, name))
