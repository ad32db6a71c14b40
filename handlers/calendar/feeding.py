"""Calendars to take along: one event as a file, the public feed, and a private feed for each person."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics, wording
from handlers.calendar.agenda import includes, may_keep, region_code, visible
from handlers.errors import Refusal
from handlers.instants import Start, dues, plan_of, quiet_hours
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, all_events
from storage.conversations import Conversation
from storage.feeds import end_feed, make_feed
from storage.network import Region, home, setting
from storage.own_reminders import own_of
from storage.people import Person
from storage.preferences import quiet_of
from storage.replies import Coming, answers_of, reply_of


async def event_file(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:ics:<id>`: the event for one's own calendar."""
    event = await visible(request, session, request.number(0))
    private = request.inbound.chat_kind == "private"
    row = await reply_of(session, event.id, request.person.id) if request.person and private else None
    coming = row is not None and row.answer == Coming.YES and not row.waiting
    linked = coming or (private and may_keep(request.person, event))
    file = ics.attachment(event, linked=linked)
    return Reply(messages=(Message(text=wording.for_calendar(plain(event.name)), attachment=file),))


async def show_feed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« agenda ics »: a new private address for the one who asks; the one before ends."""
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.FEED_PRIVATELY)
    if not request.public_url:
        return say(wording.NO_FEED)
    token = await make_feed(session, person.id, request.received_at)
    text = wording.feed(f"{request.public_url}/agenda/{token}.ics")
    off = Button(label=wording.FEED_OFF, action="calendar:feed-off", style="danger")
    return Reply(messages=(Message(text=text, buttons=((off,),)),), secret=True)


async def stop_feed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:feed-off`: the address leads nowhere any more."""
    ended = await end_feed(session, request.known().id)
    return say(wording.FEED_ENDED if ended else wording.NO_FEED_YET, replace=True)


async def public_feed(session: AsyncSession) -> bytes:
    """The public events, without any video link."""
    events = [event for event in await all_events(session) if event.public]
    return ics.calendar(events, await _name(session))


async def personal_feed(session: AsyncSession, person: Someone) -> bytes:
    """What somebody is invited to or asked to be reminded of, with their reminders; what they refused is left out."""
    answers, region = await answers_of(session, person.id), await region_code(session, person)
    refused = {number for number, row in answers.items() if row.answer == Coming.NO}
    network = await setting(session, "network")
    place = await session.get(Region, person.region_id) if person.region_id else None
    holidays = (place.holidays if place else "") or (await home(session))[1]
    row = await session.get_one(Person, person.id)
    quiet = quiet_hours(quiet_of(row))

    asked: dict[int, list[datetime]] = {}
    for reminder, event in await own_of(session, person.id):
        if reminder.due_at is not None:
            asked.setdefault(event.id, []).append(reminder.due_at)
    events = [
        event
        for event in await all_events(session)
        if event.id not in refused and (includes(event, person, region) or (event.public and event.id in asked))
    ]

    def own(event: Event) -> ics.Own:
        answer = answers.get(event.id)
        leads: tuple[timedelta, ...] = ()
        if not row.reminders_paused and not (answer and answer.muted):
            start = Start.of(event)
            invited = includes(event, person, region)
            planned = dues(start, plan_of(event, network), person.zone, holidays, quiet) if invited else ()
            instants = sorted({*(due.at for due in planned), *asked.get(event.id, ())})
            leads = tuple(_lead(start, at, person.zone) for at in instants)
        if answer is None or not answer.answer:
            return ics.Own(leads=leads)
        comes = answer.answer == Coming.YES and not answer.waiting
        said = wording.own_reply(answer.answer, answer.mode, waiting=answer.waiting)
        return ics.Own("BUSY" if comes else "TENTATIVE", said, leads, linked=comes)

    return ics.calendar(events, await _name(session), own={event.id: own(event) for event in events})


def _lead(start: Start, at: datetime, zone: str) -> timedelta:
    """How long before an event its reminder is due; whole days begin at midnight where the reader's calendar is."""
    if start.starts_at is not None:
        return start.starts_at - at
    return datetime.combine(start.starts_on, time()) - at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


async def _name(session: AsyncSession) -> str:
    name = str((await setting(session, "network")).get("name") or "")
    return f"Agenda — {name}" if name else "Agenda"
