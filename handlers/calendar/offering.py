"""What one may do about an event that an answer tells of; « me le rappeler » in one press."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import wording
from handlers.calendar.agenda import is_invited, may_keep, visible
from handlers.calendar.cards import calendar_row, document_rows, open_to_replies, reply_rows
from handlers.calendar.remembering import moment_rows
from handlers.calendar.reminder_wording import HOW
from handlers.calendar.reminding import next_reminders
from handlers.dates import event_dates, moment
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, Status
from storage.conversations import Conversation
from storage.people import Person
from storage.replies import Coming, mute, reply_of

Row = tuple[Button, ...]


async def rows_beside(request: Request, session: AsyncSession, key: str) -> tuple[Row, ...]:
    """The buttons under an answer about the event of that key; of an event that is over only its card and documents.

    In a group or channel nothing is shown that is one person's own: no reminder, no video link.
    """
    event = await session.scalar(select(Event).where(Event.key == key))
    if event is None:
        return ()
    rows: list[Row] = []
    if not _over(event, request.received_at):
        rows.append(calendar_row(event))
    own: list[Button] = []
    person = request.person if request.inbound.chat_kind == "private" else None
    if person is not None and open_to_replies(event, request.received_at):
        own.append(Button(label=wording.REMIND_ME, action=f"calendar:remind:{event.id}"))
        if event.video_link and await _comes(session, event, person):
            own.append(Button(label=wording.JOIN, url=event.video_link))
    rows.append((*own, Button(label=wording.SEE_CARD, action=f"calendar:show:{event.id}")))
    return tuple(row for row in (*rows, *document_rows(event)) if row)


async def remind_me(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:remind:<id>`: say when its reminders will come; those of an event that was silenced come again."""
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    event = await visible(request, session, request.number(0))
    head = f"**{plain(event.name)}**\n{plain(event_dates(event, request.tz, request.locale))}"
    moments = moment_rows(event, person, request.received_at)
    if not await is_invited(session, event, person):
        return say(f"{head}\n\n{wording.NO_REMINDER_FOR_YOU}\n\n{HOW}", *moments, calendar_row(event))
    if (await session.get_one(Person, person.id)).reminders_paused:
        return say(wording.PAUSED, (Button(label=wording.RESUME, action="calendar:resume", style="primary"),))
    row = await reply_of(session, event.id, person.id)
    if row is not None and row.answer == Coming.NO:
        rows = reply_rows(event) if open_to_replies(event, request.received_at) else ()
        return say(f"{head}\n\n{wording.NOT_COMING_SO_SILENT}", *rows)
    if row is not None and row.muted:
        await mute(session, event.id, person.id, request.received_at, on=False)
    coming = await next_reminders(session, person, request.received_at)
    lines = [f"- {moment(at, request.tz, request.locale)}" for at, one in coming if one.id == event.id]
    if not lines:
        return say(f"{head}\n\n{wording.NO_REMINDER_LEFT}", *moments, calendar_row(event))
    text = "\n\n".join([head, wording.WILL_REMIND, "\n".join(lines), HOW])
    mute_it = Button(label=wording.MUTE, action=f"calendar:mute:{event.id}")
    return say(text, *moments, (mute_it, Button(label=wording.MY_REMINDERS, action="calendar:reminders")))


def _over(event: Event, now: datetime) -> bool:
    past = event.ends_on < now.astimezone(ZoneInfo(event.zone)).date()
    return past or event.status == Status.CANCELLED or (event.ends_at or now) < now


async def _comes(session: AsyncSession, event: Event, person: Someone) -> bool:
    """Whether the one who asks may have the video link: the same people as on the card."""
    row = await reply_of(session, event.id, person.id)
    return may_keep(person, event) or (row is not None and row.answer == Coming.YES and not row.waiting)
