"""A confirmed announcement in the hands of staff: paused, taken up again, stopped, repeated where in doubt."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import managing_wording
from handlers.announcements.noting import note_act
from handlers.announcements.reporting import report
from handlers.announcements.rights import allowed
from handlers.instants import known_zone, next_permitted
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage import announcement_deliveries as deliveries
from storage.announcement_deliveries import Due
from storage.announcements import Announcement, AnnouncementStatus
from storage.conversations import Conversation
from storage.network import DEFAULT_ZONE
from storage.outbox import State

_UNDER_WAY = (AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING)
_REPEATED = {"doubt": State.UNCERTAIN, "failed": State.FAILED}


async def pause(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Hold what has not left; what is being sent at this moment still arrives."""
    _, announcement = await allowed(request, session, request.number(0))
    if announcement.status not in _UNDER_WAY:
        return await _as_it_stands(request, session, announcement)
    held = await deliveries.hold(session, announcement.id)
    announcement.status, announcement.pause_reason = AnnouncementStatus.PAUSED, "staff"
    await note_act(request, session, announcement.id, "paused", held=held)
    return await _as_it_stands(request, session, announcement, managing_wording.paused(held))


async def resume_sending(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Let go what was held; who is asleep by now gets it in the morning."""
    may, announcement = await allowed(request, session, request.number(0))
    if announcement.status != AnnouncementStatus.PAUSED:
        return await _as_it_stands(request, session, announcement)
    now = request.received_at
    released = await deliveries.release(session, announcement.id, awake_from(now), now)
    later = announcement.scheduled_at is not None and announcement.scheduled_at > now
    announcement.status = AnnouncementStatus.SCHEDULED if later else AnnouncementStatus.SENDING
    announcement.pause_reason, announcement.updated_at = "", now
    announcement.confirmed_by = may.person.id  # who answers for it from now on
    await note_act(request, session, announcement.id, "resumed", released=released)
    return await _as_it_stands(request, session, announcement, managing_wording.resumed(released))


async def stop(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:stop:<id>` asks, `announce:stop:<id>:yes` ends what has not left, for good."""
    _, announcement = await allowed(request, session, request.number(0))
    if announcement.status not in (*_UNDER_WAY, AnnouncementStatus.PAUSED):
        return await _as_it_stands(request, session, announcement)
    if request.arguments[1:2] != ["yes"]:
        sure = Button(label=managing_wording.STOP_SURE, action=f"announce:stop:{announcement.id}:yes", style="danger")
        return say(
            managing_wording.STOP_ASK,
            (sure, Button(label=managing_wording.KEEP, action=f"announce:refresh:{announcement.id}")),
        )
    now = request.received_at
    cancelled = await deliveries.cancel(session, announcement.id, now)
    announcement.status, announcement.ended_at = AnnouncementStatus.CANCELLED, now
    await note_act(request, session, announcement.id, "stopped", cancelled=cancelled)
    return await _as_it_stands(request, session, announcement, managing_wording.stopped(cancelled))


async def repeat(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:again:<id>:<doubt|failed>`: send again to those; who had it in spite of a doubt gets it twice."""
    _, announcement = await allowed(request, session, request.number(0))
    state = _REPEATED.get(request.arguments[1] if len(request.arguments) > 1 else "")
    if state is None or announcement.status not in (AnnouncementStatus.SENDING, AnnouncementStatus.ENDED):
        return await _as_it_stands(request, session, announcement)
    now = request.received_at
    count = await deliveries.again(session, announcement.id, state, awake_from(now), now)
    if count:
        announcement.status, announcement.ended_at = AnnouncementStatus.SENDING, None
        await note_act(request, session, announcement.id, f"sent again where {state}", repeated=count)
    return await _as_it_stands(request, session, announcement, managing_wording.repeated(count))


def awake_from(now: datetime) -> Due:
    """When somebody may be written to again, from `now` on."""
    return lambda zone, holidays: next_permitted(now, zone if known_zone(zone) else DEFAULT_ZONE, holidays)


async def _as_it_stands(request: Request, session: AsyncSession, announcement: Announcement, notice: str = "") -> Reply:
    return Reply(messages=(await report(request, session, announcement),), notice=notice, replace=True)
