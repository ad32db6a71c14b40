"""Telling those concerned what has changed: once for each version of an event, with the file for their calendars."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics, wording
from handlers.calendar.cards import reply_rows
from handlers.dates import event_dates
from handlers.messages import Button, Message, plain
from storage.agenda import Event, Status
from storage.audiences import Audience, Recipient, all_recipients
from storage.outbox import Kind, enqueue
from storage.own_reminders import OwnReminder
from storage.people import Person


async def concerned(session: AsyncSession, event: Event) -> AsyncIterator[list[Recipient]]:
    """Everybody of an event's audience, then those who asked to be reminded of it; some may come twice."""
    async for batch in all_recipients(session, Audience.of(event.audience)):
        yield batch
    own = select(OwnReminder.person_id).where(OwnReminder.event_id == event.id)
    async for batch in all_recipients(session, Audience(), Person.id.in_(own)):
        yield batch


async def tell_change(session: AsyncSession, event: Event, old: str, now: datetime) -> int:
    """A notice to everybody concerned, in their own hour; `old` is what the event was. Returns how many are told."""
    cancelled = event.status == Status.CANCELLED
    title = wording.TOLD[event.status]
    file = ics.attachment(event)
    see = (Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}"),)
    told = 0
    async for batch in concerned(session, event):
        rows = []
        for one in batch:
            if one.account is None:
                continue
            when = plain(event_dates(event, ZoneInfo(one.zone), one.locale))
            place = f"\n{wording.PLACE}{plain(event.place)}" if event.place and not cancelled else ""
            now_is = old if cancelled else f"{when}{place}\n{old}"
            message = Message(
                text=f"**{title}\u00a0: {plain(event.name)}**\n{now_is}",
                buttons=(see,) if cancelled else (*reply_rows(event), see),
                attachment=file,
            )
            rows.append(
                {
                    "about": f"notice:event:{event.id}:{event.sequence}:person:{one.person_id}",
                    "kind": Kind.NOTICE,
                    "payload": message.model_dump(mode="json", exclude_defaults=True),
                    "due_at": now,
                    "created_at": now,
                    **one.address,
                }
            )
        told += await enqueue(session, rows)
    return told
