"""« agenda »: what is coming for the one who asks, page by page, and one event in full."""

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import wording
from handlers.calendar.cards import calendar_row, card, document_rows, line, minutes_rows, open_to_replies, reply_rows
from handlers.dates import days_of
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request, Someone
from handlers.typography import shortened
from storage.agenda import Event, Status, events_between
from storage.audiences import Audience
from storage.conversations import Conversation
from storage.network import Region
from storage.replies import Coming, reply_of

PAGE = 5
_LABEL = 40  # characters of a name that fit a button on a phone


async def show_agenda(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The first page of what is coming."""
    return await _page(request, session, mine=request.person is not None, number=0)


async def show_page(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The page asked by `calendar:page:<mine|all>:<number>`, in the place of the one shown."""
    number = request.number(1)
    if number is None:
        return await show_agenda(request, session, conversation)
    mine = request.arguments[0] == "mine" and request.person is not None
    reply = await _page(request, session, mine=mine, number=number)
    return reply.model_copy(update={"replace": True})


async def show_event(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The event asked by `calendar:show:<id>` (a new message) or `calendar:open:<id>` (in the place of the list)."""
    event = await visible(request, session, request.number(0))
    opened = request.press is not None and request.press.action.startswith("calendar:open:")
    # « rappelle-moi la veille », « et où ? »: it is what is spoken of now.
    conversation.memory, conversation.memory_at = {"events": [event.key], "intent": "event"}, request.received_at
    return await event_card(request, session, event, replace=opened)


async def visible(request: Request, session: AsyncSession, number: int | None) -> Event:
    """The event of that number, if the one who asks may see it."""
    event = await session.get(Event, number) if number is not None else None
    if event is None:
        raise Refusal(wording.GONE)
    invited = request.person is not None and await is_invited(session, event, request.person)
    if not (event.public or invited or may_keep(request.person, event)):
        raise Refusal(wording.NOT_YOURS, audit="private event")
    return event


def may_keep(person: Someone | None, event: Event) -> bool:
    """Whether somebody sees to an event: national staff, or the staff of its region."""
    return person is not None and (person.is_staff or event.region_id in person.staff_regions)


async def event_card(request: Request, session: AsyncSession, event: Event, *, replace: bool) -> Reply:
    """An event in full with what its reader may do about it. In a channel nobody's own answer is shown."""
    person = request.person if request.inbound.chat_kind == "private" else None
    row = await reply_of(session, event.id, person.id) if person is not None else None
    keeping = may_keep(person, event)
    coming = keeping or (row is not None and row.answer == Coming.YES and not row.waiting)
    text = card(event, request.tz, request.received_at, coming=coming, locale=request.locale)
    buttons: list[tuple[Button, ...]] = []
    if person is not None and open_to_replies(event, request.received_at) and await is_invited(session, event, person):
        buttons += reply_rows(event)
        if row is not None and row.answer:
            text += f"\n\n{wording.own_reply(row.answer, row.mode, waiting=row.waiting)}"
            if row.answer != Coming.NO:
                buttons.append((Button(label=wording.NEEDS, action=f"calendar:needs:{event.id}"),))
    if person is not None and open_to_replies(event, request.received_at):
        buttons.append((Button(label=wording.REMIND_ME, action=f"calendar:remind:{event.id}"),))
    if row_of_calendar := calendar_row(event):
        buttons.append(row_of_calendar)
    buttons += document_rows(event)
    if coming:
        buttons += minutes_rows(event)
    if person is not None and (keeping or person.staff_regions):
        buttons.append((Button(label=wording.REPLIES, action=f"calendar:replies:{event.id}"),))
    whose = "mine" if request.person else "all"
    buttons.append((Button(label=wording.BACK, action=f"calendar:page:{whose}:0"),))
    days = None if event.status == Status.CANCELLED else days_of(event, request.tz)
    return Reply(messages=(Message(text=text, buttons=tuple(buttons), days=days),), replace=replace)


async def upcoming(session: AsyncSession, now: datetime, today: date) -> Sequence[Event]:
    """What is not over yet, in the order of time; what was cancelled stays until its day, so that it is known."""
    events = await events_between(session, today, date.max)
    return [event for event in events if event.ends_at is None or event.ends_at > now]


async def is_invited(session: AsyncSession, event: Event, person: Someone) -> bool:
    """Whether a person belongs to an event's audience."""
    return includes(event, person, await region_code(session, person))


def includes(event: Event, person: Someone, region: str) -> bool:
    """The same, with the code of the person's region at hand."""
    return Audience.of(event.audience).includes(person.id, person.roles, region, person.kind)


async def region_code(session: AsyncSession, person: Someone) -> str:
    """The code of a person's region, empty without one."""
    region = await session.get(Region, person.region_id) if person.region_id else None
    return region.code if region else ""


async def _page(request: Request, session: AsyncSession, *, mine: bool, number: int) -> Reply:
    events = await upcoming(session, request.received_at, request.received_at.astimezone(request.tz).date())
    person = request.person
    if mine and person is not None:
        region = await region_code(session, person)
        events = [event for event in events if includes(event, person, region)]
    else:
        events = [event for event in events if event.public]
    other = [Button(label=wording.SEE_ALL, action="calendar:page:all:0")] if mine else []
    if not mine and person is not None:
        other = [Button(label=wording.SEE_MINE, action="calendar:page:mine:0")]
    if person is not None:
        other.append(Button(label=wording.MY_REMINDERS, action="calendar:reminders"))
    if not events:
        return say(wording.NOTHING if mine else wording.NOTHING_PUBLIC, *([tuple(other)] if other else []))
    pages = ceil(len(events) / PAGE)
    number = min(number, pages - 1)
    shown = events[number * PAGE : (number + 1) * PAGE]
    title = wording.AGENDA if mine else wording.WHOLE_AGENDA
    text = "\n\n".join(
        [title + wording.page(number + 1, pages), *(line(event, request.tz, request.locale) for event in shown)]
    )
    whose = "mine" if mine else "all"
    turns = []
    if number:
        turns.append(Button(label=wording.EARLIER, action=f"calendar:page:{whose}:{number - 1}"))
    if number + 1 < pages:
        turns.append(Button(label=wording.LATER, action=f"calendar:page:{whose}:{number + 1}"))
    rows = [(Button(label=_short(event), action=f"calendar:open:{event.id}"),) for event in shown]
    return say(text, *rows, *([tuple(turns)] if turns else []), *([tuple(other)] if other else []))


def _short(event: Event) -> str:
    name = shortened(event.name, _LABEL)
    return f"{name} ({wording.STATUS[event.status]})" if event.status == Status.CANCELLED else name
