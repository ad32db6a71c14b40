"""Polls in channels follow their count: a tick writes at most one edit at a time for each message.

A press writes nothing here, so that a storm does not queue at one row. What a tick finds changed goes into the edit
that waits, else into a new one that leaves no sooner than the platform's distance after the last had ended. Killed
anywhere, the next tick of any process goes on; at the close it writes the final count, which stays.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import channel_wording as said
from handlers.consultations.posting import payload_of, shown, write
from handlers.consultations.timing import state_at
from handlers.messages import Message
from handlers.telling import tell_person
from storage.channel_polls import ChannelPoll, last_try, open_polls
from storage.consultations import Consultation, Status, whole_consultation
from storage.network import home
from storage.outbox import Delivery, State

APART = {"slack": 1.5, "telegram": 3.0}  # seconds between two edits of one message
_OTHERWISE = 1.5
_AFTER_FAILURE = 600.0  # seconds before what the platform refused is tried again
_GIVEN_UP = timedelta(days=1)  # after the close: the final count cannot be shown any more
_FAILED = (State.FAILED, State.UNCERTAIN)
_NEVER = (State.SKIPPED, State.CANCELLED, State.EXPIRED, None)


async def refresh_polls(session: AsyncSession, now: datetime) -> int:
    """Bring every poll in a channel up to its count; returns how many messages change. For the timetable."""
    changed = 0
    for poll, consultation, state, steps in await open_polls(session):
        mark = f"{steps}:{state_at(consultation, now)}:{consultation.updated_at.timestamp():.3f}"
        if mark == poll.shown and state == State.DELIVERED and state_at(consultation, now) != Status.CLOSED:
            continue
        locked = await session.scalar(
            select(ChannelPoll).where(ChannelPoll.id == poll.id).with_for_update(skip_locked=True)
        )
        if locked is not None:
            changed += await _refresh(session, locked, mark, now)
    return changed


async def _refresh(session: AsyncSession, poll: ChannelPoll, mark: str, now: datetime) -> int:
    await session.refresh(poll)
    last = (
        await session.get(Delivery, poll.delivery_id, with_for_update={"skip_locked": True})
        if poll.delivery_id
        else None
    )
    consultation = await whole_consultation(session, poll.consultation_id)
    if poll.ended_at is not None or consultation is None:
        return 0
    if last is None:
        return 0  # being recorded at this moment
    if last.state == State.DELIVERED and last.message_ref:
        poll.message_ref, poll.chat = last.message_ref, last.chat
    over = state_at(consultation, now) == Status.CLOSED
    if last.state in _NEVER or (not poll.message_ref and last.state in _FAILED):
        await _given_up(session, poll, consultation, now)
        return 0
    if mark == poll.shown and last.state == State.DELIVERED:
        poll.ended_at = now if over else None
        return 0
    if last.state == State.SENDING or (mark == poll.shown and last.state == State.WAITING):
        return 0
    if over and last.state in _FAILED and consultation.closes_at and now - consultation.closes_at > _GIVEN_UP:
        poll.ended_at = now
        return 0
    zone, _ = await home(session)
    message = await shown(session, consultation, now, zone, poll.platform)
    return await _show(session, poll, last, message, mark, now)


async def _show(
    session: AsyncSession, poll: ChannelPoll, last: Delivery, message: Message, mark: str, now: datetime
) -> int:
    """Put the text where it leaves from next. A text that is there already is not sent again."""
    poll.shown = mark
    if last.state == State.WAITING:
        last.payload = payload_of(message)
        return 1
    if last.state == State.DELIVERED and last.payload == payload_of(message):
        return 0
    apart = _AFTER_FAILURE if last.state in _FAILED else APART.get(poll.platform, _OTHERWISE)
    # A press may have told of the arrival before the try itself was recorded.
    await write(session, poll, message, now, max(last.send_at, await last_try(session, last.id)) + apart)
    return 1


async def _given_up(session: AsyncSession, poll: ChannelPoll, consultation: Consultation, now: datetime) -> None:
    """The message never arrived, and its reason is known to nobody but us: who asked for it is told."""
    poll.ended_at = now
    if poll.asked_by is not None and not poll.message_ref:
        await tell_person(session, poll.asked_by, f"poll:{poll.id}", said.not_posted(consultation.title), now)
