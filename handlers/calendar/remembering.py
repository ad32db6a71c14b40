"""« rappelle-moi la veille à 18 h », « dans une heure », « plus de rappel pour celui-ci »: reminders of one's own.

An hour that was asked for is kept, at night too. Nothing is kept for the past: a sentence says so.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import reminder_wording as wording
from handlers.calendar import wording as calendar_wording
from handlers.calendar.agenda import includes, region_code, upcoming, visible
from handlers.calendar.finding import named, reminded_of, spoken_of
from handlers.calendar.gathering import MOST_TOGETHER
from handlers.calendar.moment_words import MORNING, NoSuchMoment, read_asked
from handlers.calendar.moment_words import named as bare_name
from handlers.calendar.moments import When, due, useful_until
from handlers.calendar.replying import set_muted
from handlers.calendar.understanding import fold
from handlers.dates import clock, event_dates
from handlers.dates import moment as said_moment
from handlers.errors import Refusal
from handlers.instants import Start, quiet_hours
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, Precision, Status
from storage.conversations import Conversation
from storage.network import Region, home
from storage.own_reminders import MOST, add_own, drop_own, how_many_own
from storage.people import Person
from storage.preferences import quiet_of
from storage.replies import Coming, reply_of

WORDS = ("rappelle-moi", "rappelez-moi", "rappelle", "rappelez")
LATER_WORDS = ("dans", "demain", "tout", "ce", "cet", "après-demain", "apres-demain")
NO_MORE_WORDS = ("plus", "ne", "arrête", "arrete", "arrêtez", "arretez")
_NO_MORE = re.compile(
    r"^(?:(?:(?:ne )?plus|arretez? (?:de m'envoyer|les?)) (?:(?:de|du|des|aucun|d'autres?) )?(?:rappels?)"
    r"|ne me rappel(?:le|ez|lez) plus|ne m'envoy?i?ez? plus (?:de|aucun) rappels?|arretez? de me (?:le )?rappeler)\b"
    r"(?: (?:pour|de|du|sur|concernant|a propos de)\b)?(?P<what>.*)$"
)
_THIS = re.compile(
    r"^(?:celui(?:[- ](?:ci|la))?|celle(?:[- ](?:ci|la))?|ca|cela|ceci|cet evenement(?:[- ](?:ci|la))?|)$"
)


async def understand(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« rappelle-moi … »; None when it is a question (« rappelle-moi la date de l’AG ») or nobody known asks."""
    said, person = request.rest, request.person
    if request.command in ("rappelle", "rappelez"):
        head, _, said = said.partition(" ")
        if fold(head) != "moi":
            return None
    if person is None or not said:
        return None
    try:
        asked = read_asked(said, request.received_at, request.tz)
    except NoSuchMoment:
        raise Refusal(wording.NO_SUCH_MOMENT) from None
    events = await _mine(session, person, request.received_at)
    found = named(events, asked.name)
    if asked.when is None:
        exactly = [one for one in found if fold(asked.name) in map(fold, (one.name, *one.aliases))]
        return _offer(request, _privately(request, exactly[0])) if len(exactly) == 1 else None
    if not asked.name:
        found = await _context(session, request, conversation, events)
    if not found:
        if asked.name:
            raise Refusal(wording.NO_EVENT)
        return _choose(wording.OF_WHAT, events[:5], f":{asked.when}")
    if len(found) > 1:
        return _choose(wording.WHICH, found, f":{asked.when}")
    return await _keep(request, session, found, asked.when)


async def later(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« dans une heure », « demain matin » said of the reminder received last; None where there was none."""
    if request.person is None or not request.rest or conversation.form or "?" in request.text:
        return None
    try:
        asked = read_asked(request.text, request.received_at, request.tz)
    except NoSuchMoment:
        return None
    if asked.when is None or asked.name or asked.when.follows:
        return None
    _, numbers = await reminded_of(session, request.person.id, request.received_at)
    events = [await session.get(Event, number) for number in numbers]
    found = [event for event in events if event is not None]
    return await _keep(request, session, found, asked.when) if found else None


async def no_more(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« plus de rappel pour celui-ci », « ne me rappelle plus l’AG »; « plus tard » is a snooze; None for the rest."""
    match = _NO_MORE.match(fold(request.text).strip(" .!…"))
    if match is None:
        return await later(request, session, conversation)
    if request.person is None:
        return None
    events = await _mine(session, request.person, request.received_at)
    what = bare_name(match["what"])
    found = await _context(session, request, conversation, events) if _THIS.match(what) else named(events, what)
    if len(found) == 1:
        return await set_muted(request, session, found[0], on=True)
    choices = found or events[:5]
    if not choices:
        raise Refusal(wording.NO_EVENT)
    rows = [(Button(label=one.name, action=f"calendar:mute:{one.id}"),) for one in choices]
    return say(wording.WHICH_NO_MORE, *rows, (_LIST,))


async def moment(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:moment:<id>` offers moments; `calendar:moment:<id>:<moment>` keeps one."""
    event = _privately(request, await visible(request, session, request.number(0)))
    if len(request.arguments) < 2:
        return _offer(request, event)
    try:
        when = When.parse(request.arguments[1])
    except ValueError:
        return _offer(request, event)
    return await _keep(request, session, [event], when)


async def snooze(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:snooze:<id[.id…]>:<hour|morning>`: the same reminder again, later."""
    words = request.arguments[0].split(".")[:MOST_TOGETHER] if request.arguments else []
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 16]
    events = [_privately(request, await visible(request, session, number)) for number in numbers]
    if not events:
        raise Refusal(calendar_wording.GONE)
    now = request.received_at
    if request.arguments[1:] == ["hour"]:
        at = (now + timedelta(hours=1)).astimezone(UTC).replace(second=0, microsecond=0)
    else:
        tomorrow = now.astimezone(request.tz).date() + timedelta(days=1)
        at = datetime.combine(tomorrow, MORNING, request.tz).astimezone(UTC)
    return await _keep(request, session, events, When(instant=at))


async def forget(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:forget:<number>`: take back a reminder of one's own."""
    number = request.number(0)
    gone = await drop_own(session, request.known().id, number) if number is not None else None
    return say(wording.REMOVED if gone is not None else wording.NOT_THERE, (_LIST,), replace=True)


def lead(when: When) -> str:
    """« la veille à 18 h » of a moment that follows its event."""
    at = clock(datetime.combine(_ANY_DAY, when.at, UTC), _UTC) if when.at is not None else ""
    return wording.lead(when.days, at, when.minutes)


async def holidays_of(session: AsyncSession, person: Someone) -> str:
    """The calendar of public holidays that holds for somebody."""
    region = await session.get(Region, person.region_id) if person.region_id else None
    return (region.holidays if region else "") or (await home(session))[1]


async def _keep(request: Request, session: AsyncSession, events: Sequence[Event], when: When) -> Reply:
    """Keep the wish for these events, all or none, and say what was understood."""
    person, now = request.known(), request.received_at
    _privately(request, events[0])
    row = await session.get_one(Person, person.id)
    if row.reminders_paused:
        return say(
            calendar_wording.PAUSED, (Button(label=calendar_wording.RESUME, action="calendar:resume", style="primary"),)
        )
    if await how_many_own(session, person.id) + len(events) > MOST:
        raise Refusal(wording.TOO_MANY)
    holidays, quiet = await holidays_of(session, person), quiet_hours(quiet_of(row))
    texts = []
    for event in events:
        start, name = Start.of(event), plain(event.name)
        await _check(session, event, person, start, now)
        chosen, at = when, due(when, start, person.zone, holidays, quiet)
        if when.days is not None and when.at is None and at is not None and at <= now:
            # Brought forward over a night or a day of rest that has begun: the day itself is still to come.
            chosen = When(days=when.days, at=MORNING)
            at = due(chosen, start, person.zone, holidays, quiet)
        if at is not None and at <= now:
            raise Refusal(wording.past(said_moment(at, request.tz, request.locale)))
        if at is not None and at >= useful_until(start):
            raise Refusal(wording.AFTER_IT)
        zone = person.zone if chosen.days is not None else ""
        new = await add_own(session, person.id, event.id, str(chosen), at, zone, now)
        if at is None:
            texts.append(wording.kept_without_date(name, lead(chosen)))
        else:
            dates = plain(event_dates(event, request.tz, request.locale))
            texts.append(wording.kept(name, said_moment(at, request.tz, request.locale), dates, again=not new))
    return say(
        "\n\n".join(texts), (_LIST, Button(label=calendar_wording.SEE_EVENT, action=f"calendar:show:{events[0].id}"))
    )


async def _check(session: AsyncSession, event: Event, person: Someone, start: Start, now: datetime) -> None:
    if event.status == Status.CANCELLED:
        raise Refusal(wording.CANCELLED)
    if useful_until(start) <= now and event.precision != Precision.MONTH:
        raise Refusal(wording.IS_OVER)
    reply = await reply_of(session, event.id, person.id)
    if reply is not None and reply.answer == Coming.NO:
        raise Refusal(wording.NOT_COMING)


async def _mine(session: AsyncSession, person: Someone, now: datetime) -> list[Event]:
    """What is to come and not cancelled: what the person is invited to, and what is public."""
    region = await region_code(session, person)
    found = [
        event
        for event in await upcoming(session, now, now.astimezone(person.tz).date())
        if event.status != Status.CANCELLED and (event.public or includes(event, person, region))
    ]
    return sorted(found, key=lambda event: not includes(event, person, region))


async def _context(
    session: AsyncSession, request: Request, conversation: Conversation, events: Sequence[Event]
) -> list[Event]:
    """« celui-ci »: what the last answer was about, or what the person was reminded of since."""
    keys = spoken_of(conversation, request.received_at)
    at, numbers = await reminded_of(session, request.known().id, request.received_at)
    spoken = [event for event in events if event.key in keys]
    reminded = [event for event in events if event.id in numbers]
    since = at is not None and conversation.memory_at is not None and at > conversation.memory_at
    return reminded if reminded and (since or not spoken) else spoken


def _privately(request: Request, event: Event) -> Event:
    request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(calendar_wording.PRIVATELY)
    return event


def moment_rows(event: Event, person: Someone, now: datetime) -> tuple[tuple[Button, ...], ...]:
    """The moments that a person may still choose, each one press away."""
    start = Start.of(event)
    rows = []
    for code, label in wording.SHOWN.items():
        at = due(When.parse(code), start, person.zone, "")
        if at is not None and now < at < useful_until(start):
            rows.append((Button(label=label, action=f"calendar:moment:{event.id}:{code}"),))
    return tuple(rows)


def _offer(request: Request, event: Event) -> Reply:
    rows = moment_rows(event, request.known(), request.received_at)
    return say(f"**{plain(event.name)}**\n{wording.WHEN}\n\n{wording.HOW}", *rows, (_LIST,))


def _choose(question: str, events: Sequence[Event], code: str) -> Reply:
    if not events:
        raise Refusal(wording.NO_EVENT)
    rows = [(Button(label=one.name, action=f"calendar:moment:{one.id}{code}"),) for one in events]
    return say(question, *rows)


_LIST = Button(label=calendar_wording.MY_REMINDERS, action="calendar:reminders")
_UTC, _ANY_DAY = ZoneInfo("UTC"), date(2024, 1, 1)
