"""« rappels »: which reminders one will get, and when; pause and resume them all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import wording
from handlers.calendar.agenda import includes, region_code, upcoming
from handlers.dates import event_dates, moment
from handlers.errors import Refusal
from handlers.instants import Start, dues, plan_of, quiet_hours
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, Status
from storage.conversations import Conversation
from storage.network import Region, home, setting
from storage.people import Person, accounts_of, best_account
from storage.preferences import quiet_of
from storage.replies import Coming, answers_of

SHOWN = 8


async def show_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The next reminders of the one who asks, at their hours."""
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    row = await session.get_one(Person, person.id)
    if row.reminders_paused:
        return say(wording.PAUSED, (Button(label=wording.RESUME, action="calendar:resume", style="primary"),))
    coming = await next_reminders(session, person, request.received_at)
    agenda = Button(label=wording.SEE_MINE, action="calendar:agenda")
    if not coming:
        return say(wording.NO_REMINDERS, (agenda,))
    lines = [
        f"- {moment(at, request.tz, request.locale)}{_COLON}**{plain(event.name)}**, "
        f"{plain(event_dates(event, request.tz, request.locale))}"
        for at, event in coming[:SHOWN]
    ]
    text = "\n\n".join([wording.REMINDERS, "\n".join(lines)])
    if len(coming) > SHOWN:
        text += f"\n\n{wording.more(len(coming) - SHOWN)}"
    text += f"\n\n{wording.ONLY_DATED}"
    if best_account(await accounts_of(session, [person.id]), row.preferred_platform, row.fallback_platform) is None:
        text += f"\n\n{wording.NO_ADDRESS}"
    return say(text, (Button(label=wording.PAUSE, action="calendar:pause"), agenda))


async def pause_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """No reminder of any event until `resume_reminders`."""
    return await _set(request, session, conversation, paused=True)


async def resume_reminders(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Reminders again, from now on."""
    return await _set(request, session, conversation, paused=False)


async def next_reminders(session: AsyncSession, person: Someone, now: datetime) -> list[tuple[datetime, Event]]:
    """What the reminders' tick will send to a person from `now` on, in the order of time."""
    region = await region_code(session, person)
    row = await session.get(Region, person.region_id) if person.region_id else None
    holidays = (row.holidays if row else "") or (await home(session))[1]
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


_COLON = "\u00a0: "
