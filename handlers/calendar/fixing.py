"""`calendar:fix`: an event gets a date that was found elsewhere, in one press, and those concerned are told."""

from datetime import date, time

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import wording
from handlers.calendar.agenda import may_keep
from handlers.calendar.cards import line
from handlers.calendar.changing import instant_of
from handlers.calendar.keeping import move_event
from handlers.calendar.telling import tell_change
from handlers.dates import event_dates
from handlers.errors import Refusal
from handlers.messages import Reply, plain, say
from handlers.request import Request
from storage.agenda import Event, Status
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import bump_knowledge


async def fix(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:fix:<event>:<yyyymmdd>:<hhmm or ->:<sequence>`: pressed twice, it is done once.

    The sequence is that of the event when the button was shown: one that was moved since is not moved again unseen.
    """
    person, now = request.known(), request.received_at
    number, sequence = request.number(0), request.number(3)
    on, at = _read(*request.arguments[1:3]) if len(request.arguments) == 4 else (None, None)
    if number is None or sequence is None or on is None:
        return Reply(notice=wording.STALE)
    event = await session.get(Event, number, with_for_update=True)
    if event is None or event.status == Status.CANCELLED:
        raise Refusal(wording.GONE)
    if not may_keep(person, event):
        raise Refusal(wording.NOT_YOURS, audit="fix a date without right")
    shown = line(event, request.tz, request.locale)
    begins = instant_of(on, at, event.zone)
    if event.starts_on == on and event.starts_at == begins:
        return say(f"{wording.ALREADY_SO}\n\n{shown}")
    if event.sequence != sequence:
        raise Refusal(f"{wording.STALE}\n\n{shown}")
    if on < now.astimezone(request.tz).date():
        raise Refusal(wording.PAST)
    old = wording.was(plain(event_dates(event)), plain(event.place or ""))
    await move_event(session, event, starts_on=on, starts_at=begins, now=now)
    told = await tell_change(session, event, old, now)
    await bump_knowledge(session)
    await note(session, Act.EVENT_CHANGED, now, by=person.id, about=f"event:{event.id}", what="fixed")
    return say(f"{wording.KEPT} {wording.are_told(told)}\n\n{line(event, request.tz, request.locale)}")


def _read(day: str, hour: str) -> tuple[date | None, time | None]:
    try:
        return date.fromisoformat(day), None if hour == "-" else time.fromisoformat(hour)
    except ValueError:  # forged
        return None, None
