"""« stop », a pause, « reprendre »: nothing but replies is wanted, for good or until a day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import preference_wording as wording
from handlers.account.readings import date_typed
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.conversations import Conversation
from storage.outbox import Delivery, Kind, cancel_waiting
from storage.people import Person

PAUSE_FORM = "prefer:pause"
_LONGEST = timedelta(days=366)
CANCEL = Button(label=wording.CANCEL, action="prefer:cancel")
BACK = Button(label=wording.BACK, action="prefer:show")
_PAUSES = {"7": wording.WEEK, "14": wording.TWO_WEEKS, "30": wording.MONTH}


async def stop(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« stop », wherever it is said: from now on nothing but replies leaves, and what waits is cancelled."""
    if request.person is None:
        return say(wording.STOPPED_UNKNOWN)
    row = await session.get_one(Person, request.person.id)
    row.stopped_at = row.stopped_at or request.received_at
    mine = (Delivery.person_id == row.id, Delivery.kind != Kind.REPLY)
    await cancel_waiting(session, *mine, reason="stop", now=request.received_at)
    return say(wording.STOPPED, (Button(label=wording.RESUME, action="prefer:resume"),))


async def resume(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« reprendre » undoes a stop or a pause; None where there is neither: the word means something else then."""
    if request.person is None:
        return None
    row = await session.get_one(Person, request.person.id)
    paused = row.paused_until is not None and request.received_at < row.paused_until
    if row.stopped_at is None and not paused:
        return None
    row.stopped_at = row.paused_until = None
    return say(wording.RESUMED, (BACK,))


async def pause(request: Request, session: AsyncSession, conversation: Conversation, days: str) -> Reply:
    """`prefer:pause[:<days>]`: until a midnight, or asked how long."""
    if days in _PAUSES:
        return await _pause_until(request, session, conversation, _midnight_after(request, int(days)))
    conversation.open_form(PAUSE_FORM, {})
    buttons = tuple(Button(label=label, action=f"prefer:pause:{count}") for count, label in _PAUSES.items())
    return say(wording.ASK_PAUSE, buttons, (CANCEL,))


async def pause_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The day typed while PAUSE_FORM is open."""
    until = date_typed(request.text, request.received_at.astimezone(request.tz).date())
    if until is None:
        return say(wording.BAD_DATE, (CANCEL,))
    return await _pause_until(request, session, conversation, datetime.combine(until, time(), request.tz))


async def _pause_until(request: Request, session: AsyncSession, conversation: Conversation, until: datetime) -> Reply:
    if not request.received_at < until <= request.received_at + _LONGEST:
        return say(wording.PAST_DATE, (CANCEL,))
    row = await session.get_one(Person, request.known().id)
    row.paused_until = until
    conversation.close_form()
    return say(
        wording.paused(until, request.tz),
        (Button(label=wording.RESUME, action="prefer:resume"),),
        replace=request.press is not None,
    )


def _midnight_after(request: Request, days: int) -> datetime:
    today = request.received_at.astimezone(request.tz).date()
    return datetime.combine(today + timedelta(days=days), time(), ZoneInfo(request.tz.key))
