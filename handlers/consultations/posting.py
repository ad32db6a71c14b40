"""A poll goes into a channel: staff ask for it face to face, then say « sondage » where it is to stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import channel_wording as said
from handlers.consultations import reporting
from handlers.consultations.acting_notes import note_change
from handlers.consultations.board import board, the_question
from handlers.consultations.screens import button
from handlers.consultations.standing import facts_of_consultation
from handlers.consultations.tally import tally
from handlers.consultations.timing import open_consultation, state_at
from handlers.errors import Refusal
from handlers.messages import Message, Reply, say
from handlers.request import Request
from storage.channel_polls import ChannelPoll, Place, ask_for_place, asked_for, stands_here
from storage.consultations import Consultation, Secrecy, Status, whole_consultation
from storage.outbox import Kind, by_about, enqueue


async def ask_where(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """« Publier dans un canal »: what is possible, and what to do now."""
    _may_stand_in_a_channel(consultation)
    state = state_at(consultation, request.received_at)
    if state == Status.CLOSED:
        return say(said.OVER)
    await ask_for_place(session, consultation.id, request.known().id, request.received_at)
    back = button(reporting.PARTICIPATION, "follow", consultation.id)
    return say(said.where(consultation.title, opens=state == Status.DRAFT), (back,))


async def post_here(request: Request, session: AsyncSession) -> Reply:
    """« sondage » said in a channel: the poll that this person asked for stands here from now on, and is open."""
    person, now = request.staff(), request.received_at
    poll = await asked_for(session, person.id)
    consultation = await whole_consultation(session, poll.consultation_id) if poll is not None else None
    if poll is None or consultation is None:
        return say(said.NOTHING_ASKED)
    _may_stand_in_a_channel(consultation)
    inbound = request.inbound
    here = inbound.platform, inbound.workspace, inbound.chat
    if await stands_here(session, consultation.id, *here):
        return say(said.ALREADY_HERE)
    if state_at(consultation, now) == Status.CLOSED:
        return say(said.OVER)
    if state_at(consultation, now) == Status.DRAFT:
        await open_consultation(session, consultation, now)
        await note_change(request, session, consultation, "opened")
    poll.platform, poll.workspace, poll.chat = here
    await write(session, poll, await shown(session, consultation, now, request.zone, inbound.platform), now)
    await note_change(request, session, consultation, "posted in a channel")
    return Reply()


def _may_stand_in_a_channel(consultation: Consultation) -> None:
    if consultation.secrecy == Secrecy.ANONYMOUS:
        raise Refusal(said.NOT_ANONYMOUS)
    if the_question(consultation) is None:
        raise Refusal(said.NOT_ONE_PRESS)


async def shown(session: AsyncSession, consultation: Consultation, now: datetime, zone: str, platform: str) -> Message:
    """The poll as it stands now."""
    item = the_question(consultation)
    assert item is not None  # frozen when it opened
    facts = await facts_of_consultation(session, consultation.id)
    (count,) = tally([item], facts.values())
    return board(consultation, count, len(facts), state_at(consultation, now), ZoneInfo(zone), platform)


async def write(
    session: AsyncSession, poll: ChannelPoll, message: Message, now: datetime, not_before: float = 0.0
) -> None:
    """The next delivery of a poll: its message, or an edit of it."""
    poll.number += 1 if poll.delivery_id is not None else 0
    about = f"poll:{poll.id}:{poll.number}"
    row = row_for(poll, about, message, now, edits=poll.message_ref)
    await enqueue(session, [{**row, "not_before": not_before}])
    written: Sequence[Any] = await by_about(session, [about])
    poll.delivery_id = written[0].id


def row_for(place: ChannelPoll | Place, about: str, message: Message, now: datetime, *, edits: str) -> dict[str, Any]:
    """A delivery to where a poll stands, for `storage.outbox.enqueue`."""
    return {
        "about": about,
        "kind": Kind.POLL,
        "platform": place.platform,
        "workspace": place.workspace,
        "chat": place.chat,
        "edits": edits,
        "payload": payload_of(message),
        "due_at": now,
        "created_at": now,
    }


def payload_of(message: Message) -> dict[str, Any]:
    """A message as the outbox keeps it."""
    return message.model_dump(mode="json", exclude_defaults=True)
