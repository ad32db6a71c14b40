"""What an announcement leads to: an event of the agenda or an open consultation, as a button under the text."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import attachment_wording, wording
from handlers.announcements.drafts import draft
from handlers.announcements.previewing import preview
from handlers.messages import Button, Reply, say
from handlers.request import Request
from handlers.typography import shortened
from storage.agenda import Event, Status
from storage.consultations import Consultation
from storage.consultations import Status as ConsultationStatus
from storage.conversations import Conversation

_MOST = 8
_LABEL = 40


async def show_links(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:link:<id>`: the next events and the consultations that are open."""
    _, announcement = await draft(request, session)
    today = request.received_at.astimezone(request.tz).date()
    events = await session.scalars(
        select(Event)
        .where(Event.ends_on >= today, Event.status != Status.CANCELLED, Event.kind != "phase")
        .order_by(Event.starts_on, Event.id)
        .limit(_MOST)
    )
    open_ones = await session.scalars(
        select(Consultation)
        .where(Consultation.status == ConsultationStatus.OPEN)
        .order_by(Consultation.closes_at, Consultation.id)
        .limit(_MOST)
    )
    number = announcement.id
    rows = [
        (Button(label=shortened(one.title, _LABEL), action=f"announce:join:{number}:c:{one.id}"),) for one in open_ones
    ]
    rows += [
        (Button(label=shortened(one.name, _LABEL), action=f"announce:join:{number}:e:{one.id}"),) for one in events
    ]
    rows.append((Button(label=attachment_wording.NO_LINK, action=f"announce:join:{number}:n:0"),))
    rows.append((Button(label=wording.BACK, action=f"announce:panel:{number}"),))
    return say(attachment_wording.LINK_ASK, *rows, replace=True)


async def join(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:join:<id>:<e|c|n>:<number>`: put that button under the text, or none."""
    may, announcement = await draft(request, session)
    what, number = request.arguments[1:2], request.number(2)
    if number is None or what not in (["e"], ["c"], ["n"]):
        return Reply(notice=wording.GONE)
    table = {"e": Event, "c": Consultation}.get(what[0])
    if table is not None and await session.get(table, number) is None:
        return Reply(notice=wording.GONE)
    announcement.event_id = number if what == ["e"] else None
    announcement.consultation_id = number if what == ["c"] else None
    announcement.revision += 1
    return await preview(request, session, may, announcement)
