"""« rappels »: which reminders one will get, and when; pause and resume them all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import reminder_wording as own_wording
from handlers.calendar import wording
from handlers.calendar.agenda import includes, region_code, upcoming
from handlers.calendar.moments import When
from handlers.calendar.remembering import holidays_of, lead
from handlers.dates import clock, event_dates, moment
from handlers.errors import Refusal
from handlers.instants import Start, dues, plan_of, quiet_hours
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from handlers.typography import shortened
from storage.agenda import Event, Status
from storage.conversations import Conversation
from storage.network import setting
from storage.own_reminders import OwnReminder, own_of
from storage.people import Person, accounts_of, best_account
from storage.preferences import quiet_of
from storage.replies import Coming, answers_of

SHOWN = 8
_LABEL = 28  # characters of a name that fit a button beside its date


async def show_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The next reminders of the one who asks, at their hours."""
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    row = await session.get_one(Person, person.id)
    if row.reminders_paused:
        return say(wording.PAUSED, (Button(label=wording.RESUME, action="calendar:resume", style="primary"),))
    coming = await next_reminders(session, person, request.received_at)
    own = [pair for pair in await own_of(session, person.id) if pair[0].due_at or not pair[0].sent_for]
    agenda = Button(label=wording.SEE_MINE, action="calendar:agenda")
    if not coming and not own:
        return say(wording.NO_REMINDERS, (agenda,))
    parts, rows = [wording.REMINDERS], []
    if own:
        parts += [own_wording.OWN, "\n".join(_own_line(row, event, request) for row, event in own[:SHOWN])]
        parts += [wording.more(len(own) - SHOWN)] if len(own) > SHOWN else []
        rows = [(_take_back(row, event, request),) for row, event in own[:SHOWN]]
    if coming:
        lines = [
            own_wording.own_line(
                moment(at, request.tz, request.locale),
                plain(event.name),
                plain(event_dates(event, request.tz, request.locale)),
            )
            for at, event in coming[:SHOWN]
        ]
        parts += [own_wording.PLANNED] if own else []
        parts += ["\n".join(lines)]
        parts += [wording.more(len(coming) - SHOWN)] if len(coming) > SHOWN else []
        parts += [wording.ONLY_DATED]
    text = "\n\n".join(parts)
    if best_account(await accounts_of(session, [person.id]), row.preferred_platform, row.fallback_platform) is None:
        text += f"\n\n{wording.NO_ADDRESS}"
    return say(text, *rows, (Button(label=wording.PAUSE, action="calendar:pause"), agenda))


async def pause_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """No reminder of any event until `resume_reminders`."""
    return await _set(request, session, conversation, paused=True)


async def resume_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Reminders again, from now on."""
    return await _set(request, session, conversation, paused=False)


async def next_reminders(session: AsyncSession, person: Someone, now: datetime) -> list[tuple[datetime, Event]]:
    """What the reminders' tick will send to a person from `now` on, in the order of time."""
    region = await region_code(session, person)
    holidays = await holidays_of(session, person)
    network = await setting(session, "network")
    answers = await answers_of(session, person.id)
    unwanted = {number for number, one in answers.items() if one.muted or one.answer == Coming.NO}
    quiet = quiet_hours(quiet_of(await session.get_one(Person, person.id)))
    found = [
        (due.at, event)
        for event in await upcoming(session, now, now.astimezone(person.tz).date())
        if event.status != Status.CANCELLED and event.id not in unwanted and includes(event, person, region)
        for due in dues(Start.of(event), plan_of(event, network), person.zone, holidays, quiet)
        if due.at > now
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


async def _set(request: Request, session: AsyncSession, conversation: Conversation, *, paused: bool) -> Reply:
    row = await session.get_one(Person, request.known().id)
    row.reminders_paused = paused
    reply = await show_reminders(request, session, conversation)
    return reply.model_copy(update={"replace": True})


def _when(row: OwnReminder, request: Request, *, short: bool = False) -> str:
    if row.due_at is not None:
        said = moment(row.due_at, request.tz, request.locale)
        return said if not short else f"{row.due_at.astimezone(request.tz):%d/%m} {clock(row.due_at, request.tz)}"
    said = lead(When.parse(row.rule))
    return said if short else f"{said} ({own_wording.NO_DATE_YET})"


def _own_line(row: OwnReminder, event: Event, request: Request) -> str:
    dates = plain(event_dates(event, request.tz, request.locale))
    return own_wording.own_line(_when(row, request), plain(event.name), dates)


def _take_back(row: OwnReminder, event: Event, request: Request) -> Button:
    name = shortened(event.name, _LABEL)
    return Button(label=own_wording.remove(name, _when(row, request, short=True)), action=f"calendar:forget:{row.id}")
