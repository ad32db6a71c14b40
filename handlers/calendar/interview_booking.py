"""« entretien »: a director takes one of the times on offer in two presses, changes it or gives it back.

Who has a time, and only one, is settled by the database (`storage.interviews.take`). The interview is an event of two
people's agendas, so it is reminded like any other; each of its changes goes to both, with the file for their calendars.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics
from handlers.calendar import interview_wording as wording
from handlers.calendar import wording as calendar_wording
from handlers.calendar.interview_offers import listed, slot_text, slot_when
from handlers.calendar.keeping import cancel_event, move_event
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from handlers.telling import tell_person
from handlers.typography import shortened
from storage.agenda import Event, Precision, Status
from storage.conversations import Conversation
from storage.interviews import InterviewSlot, any_slot, appointments, give_back, slot_of, slots_of, take
from storage.network import Structure
from storage.people import Person, Role
from storage.replies import Coming, Mode, answer

SHOWN = 10  # times offered at once; the rest once these are taken
WORDS = ("entretien", "entretiens")
_ROLES = {Role.DIRECTOR, Role.ELECTED}
_LABEL = 40


class _TakenByAnother(Exception):
    """Somebody was quicker: nothing of the swap stays."""


async def interviews(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« entretien »: one's own, else what is free; for staff all of them, or times to offer.

    None when the words ask a question about interviews, or when none were ever offered here.
    """
    person = request.person
    if person is None or "?" in request.text:
        return None
    if person.is_staff or person.staff_regions:
        return await listed(request, session, conversation)
    if request.rest or not await any_slot(session):
        return None
    return await show(request, session, conversation)


async def show(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slots`: one's own interview, else the times that are free."""
    person = _private(request)
    if person.is_staff or person.staff_regions:
        return await listed(request, session, conversation) or Reply()
    mine = await slots_of(session, person.id, request.received_at)
    if not mine:
        return await _choose(request, session, wording.CHOOSE)
    texts, rows = [wording.YOURS], []
    for slot in mine:
        texts.append(await slot_text(session, slot, request))
        rows.append((Button(label=wording.CHANGE, action="calendar:slot-others"),))
        rows.append((Button(label=wording.GIVE_BACK, action=f"calendar:slot-back:{slot.id}"),))
        if slot.event_id is not None:
            rows.append((Button(label=calendar_wording.ADD_TO_CALENDAR, action=f"calendar:ics:{slot.event_id}"),))
    return say("\n\n".join(texts), *rows)


async def others(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-others`: what is free, in the place of one's own."""
    _private(request)
    return await _choose(request, session, wording.SWAP)


async def ask(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot:<id>`: the first press."""
    person = _guest(_private(request))
    slot = await _slot(request, session)
    if slot.person_id == person.id:
        return await show(request, session, conversation)
    if slot.person_id is not None:
        return await _choose(request, session, wording.TAKEN)
    yes = Button(label=wording.TAKE_IT, action=f"calendar:slot-take:{slot.id}", style="primary")
    back = Button(label=wording.OTHERS, action="calendar:slot-others")
    return say(wording.ask(await slot_text(session, slot, request)), (yes,), (back,), replace=True)


async def take_it(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-take:<id>`: the second press; in the place of the one that the person had, if any."""
    person, now = _guest(_private(request)), request.received_at
    slot = await _slot(request, session)
    number, series = slot.id, slot.series
    had = await slot_of(session, person.id, series)
    if had is not None and had.id == number:
        return await show(request, session, conversation)
    if had is not None and had.starts_at <= now:
        raise Refusal(wording.HAD_ONE)
    event_id, old_host, old_id = (had.event_id, had.host_id, had.id) if had is not None else (None, None, None)
    try:
        async with session.begin_nested():
            if had is not None:
                await give_back(session, had)
            if not await take(session, number, person.id, now):
                raise _TakenByAnother
    except _TakenByAnother:
        return await _choose(request, session, wording.TAKEN if had is None else f"{wording.TAKEN} {wording.KEPT}")
    slot = await session.get_one(InterviewSlot, number, populate_existing=True)
    before = await session.get(Event, event_id, with_for_update=True) if event_id is not None else None
    standing = before is not None and before.status != Status.CANCELLED
    if before is not None and standing and old_host == slot.host_id:
        event = await _moved(request, session, before, slot)
    else:
        if before is not None and standing:
            assert old_id is not None
            await _called_off(request, session, before, await session.get_one(InterviewSlot, old_id))
        event = await _made(request, session, slot)
    slot.event_id = event.id
    await session.flush()
    text = wording.taken(await slot_text(session, slot, request))
    rows = (
        (Button(label=wording.CHANGE, action="calendar:slot-others"),),
        (Button(label=wording.GIVE_BACK, action=f"calendar:slot-back:{slot.id}"),),
    )
    return Reply(messages=(Message(text=text, buttons=rows, attachment=ics.attachment(event)),))


async def ask_back(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-back:<id>`: give it back, after a yes."""
    slot = await _own(request, session)
    yes = Button(label=wording.GIVE_BACK_YES, action=f"calendar:slot-free:{slot.id}", style="danger")
    no = Button(label=wording.KEEP_IT, action="calendar:slots")
    return say(wording.ask_back(await slot_text(session, slot, request)), (yes, no), replace=True)


async def free(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-free:<id>`: it is free again, the event is cancelled, and who offered it is told."""
    slot = await _own(request, session)
    event = await session.get(Event, slot.event_id, with_for_update=True) if slot.event_id is not None else None
    if event is not None and event.status != Status.CANCELLED:
        await _called_off(request, session, event, slot)
    await give_back(session, slot)
    file = ics.attachment(event) if event is not None else None
    return Reply(messages=(Message(text=wording.GIVEN_BACK, attachment=file),))


async def _made(request: Request, session: AsyncSession, slot: InterviewSlot) -> Event:
    """The event of an interview, on two people's agendas, and a word to the host."""
    person, now = request.known(), request.received_at
    host = await session.get_one(Person, slot.host_id)
    event = Event(
        key=f"{wording.KIND}-{slot.id}-{person.id}-{now:%Y%m%d%H%M%S}",
        name=wording.name(person.name, host.name),
        kind=wording.KIND,
        precision=Precision.MINUTE,
        starts_on=slot.starts_at.astimezone(ZoneInfo(slot.zone)).date(),
        ends_on=slot.starts_at.astimezone(ZoneInfo(slot.zone)).date(),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=slot.zone,
        status=Status.CONFIRMED,
        place=slot.place or None,
        remote=not slot.place,
        audience={"people": sorted({person.id, slot.host_id})},
        public=False,
        aliases=[wording.NAME.lower()],
        description="",
        details={},
        source=calendar_wording.STAFF_SOURCE,
        source_date=now.date(),
        sequence=0,
        dated_at=now,
        edited_at=now,
        updated_at=now,
    )
    session.add(event)
    await session.flush()
    mode = Mode.ON_SITE if slot.place else Mode.REMOTE
    for one in {person.id, slot.host_id}:
        await answer(session, event, one, Coming.YES, mode, now)
    house = await session.get(Structure, person.structure_id) if person.structure_id else None
    when = plain(await slot_when(session, slot, host.id))
    text = wording.told_taken(plain(person.name), plain(house.name) if house else "", when)
    await _tell(session, event, host.id, text, now)
    return event


async def _moved(request: Request, session: AsyncSession, event: Event, slot: InterviewSlot) -> Event:
    """The same event at another time, so that the same entry of both calendars moves."""
    now = request.received_at
    zone = ZoneInfo(event.zone)
    before = InterviewSlot(starts_at=event.starts_at, minutes=_minutes(event), zone=event.zone)
    old = plain(await slot_when(session, before, slot.host_id))
    event.remote = not slot.place
    await move_event(
        session,
        event,
        starts_on=slot.starts_at.astimezone(zone).date(),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=slot.place,
        now=now,
    )
    event.place = slot.place or None
    text = wording.told_moved(plain(request.known().name), plain(await slot_when(session, slot, slot.host_id)), old)
    await _tell(session, event, slot.host_id, text, now)
    return event


async def _called_off(request: Request, session: AsyncSession, event: Event, slot: InterviewSlot) -> None:
    """The event is cancelled, and the host is told."""
    await cancel_event(session, event, now=request.received_at)
    when = plain(await slot_when(session, slot, slot.host_id))
    text = wording.told_back(plain(request.known().name), when)
    await _tell(session, event, slot.host_id, text, request.received_at)


async def _tell(session: AsyncSession, event: Event, person_id: int, text: str, now: datetime) -> None:
    about = f"interview:{event.id}:{event.sequence}"
    await tell_person(session, person_id, about, text, now, attachment=ics.attachment(event))


async def _choose(request: Request, session: AsyncSession, title: str) -> Reply:
    found = await appointments(session, request.received_at, free=True, limit=SHOWN + 1)
    if not found:
        return say(f"{title} {wording.NONE_FREE}" if title.startswith(wording.TAKEN) else wording.NONE_FREE)
    rows = []
    for one in found[:SHOWN]:
        when = await slot_when(session, one.slot, request.known().id, short=True)
        label = shortened(f"{when} – {one.host.name}", _LABEL)
        rows.append((Button(label=label, action=f"calendar:slot:{one.slot.id}"),))
    text = title if len(found) <= SHOWN else f"{title}\n{calendar_wording.MORE_LATER}"
    return say(text, *rows)


async def _slot(request: Request, session: AsyncSession) -> InterviewSlot:
    number = request.number(0)
    slot = await session.get(InterviewSlot, number) if number is not None else None
    if slot is None or slot.starts_at <= request.received_at:
        raise Refusal(wording.GONE)
    return slot


async def _own(request: Request, session: AsyncSession) -> InterviewSlot:
    person = _private(request)
    slot = await _slot(request, session)
    if slot.person_id != person.id:
        raise Refusal(wording.GONE)
    return slot


def _private(request: Request) -> Someone:
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.IN_PRIVATE)
    return person


def _guest(person: Someone) -> Someone:
    if not person.roles & _ROLES:
        raise Refusal(wording.NOT_FOR_YOU)
    return person


def _minutes(event: Event) -> int:
    lasts = event.ends_at - event.starts_at if event.ends_at and event.starts_at else timedelta(0)
    return int(lasts.total_seconds() // 60)
