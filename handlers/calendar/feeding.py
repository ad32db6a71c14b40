"""Calendars to take along: one event as a file, the public feed, and a private feed for each person."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics, wording
from handlers.calendar.agenda import includes, may_keep, region_code, visible
from handlers.errors import Refusal
from handlers.instants import plan_of
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import all_events
from storage.conversations import Conversation
from storage.feeds import end_feed, make_feed
from storage.network import setting
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
    """What somebody is invited to, with their reminders; what they refused is left out."""
    answers, region = await answers_of(session, person.id), await region_code(session, person)
    refused = {number for number, row in answers.items() if row.answer == Coming.NO}
    coming = frozenset(number for number, row in answers.items() if row.answer == Coming.YES and not row.waiting)
    events = [e for e in await all_events(session) if includes(e, person, region) and e.id not in refused]
    network = await setting(session, "network")
    silent = {number for number, row in answers.items() if row.muted}
    plans = {e.id: plan_of(e, network) for e in events if e.id not in silent}
    return ics.calendar(events, await _name(session), linked=coming, alarms=plans)


async def _name(session: AsyncSession) -> str:
    name = str((await setting(session, "network")).get("name") or "")
    return f"Agenda — {name}" if name else "Agenda"
