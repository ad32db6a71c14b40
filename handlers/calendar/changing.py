"""Staff keep the agenda in plain words: « ajoute … », « déplace … au … », « annule … », « confirme … ».

What was understood is said back and done at a press, if the event is still what it was by then. Regional staff see
to the events of their region.
"""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import dossier, interview_offers, wording
from handlers.calendar.agenda import may_keep, upcoming
from handlers.calendar.cards import line
from handlers.calendar.finding import named
from handlers.calendar.interview_wording import KIND, MOVE_ELSEWHERE
from handlers.calendar.keeping import cancel_event, move_event
from handlers.calendar.regions import region_named
from handlers.calendar.telling import tell_change
from handlers.calendar.understanding import Meant, fold, read
from handlers.dates import event_dates
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, Precision, Status
from storage.audiences import Audience, count
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.interviews import free_what_was_cancelled
from storage.network import all_regions, bump_knowledge, home

FORM = "calendar:keeping"
WORDS = {"ajoute": "add", "deplace": "move", "déplace": "move", "annule": "cancel", "confirme": "confirm"}


async def understand(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """Say back what a staff member wants; None when it is not staff who speak, or a form is open."""
    person = request.person
    if person is None or not (person.is_staff or person.staff_regions) or not request.rest or conversation.form:
        return None
    act, today = WORDS[request.command], request.received_at.astimezone(request.tz).date()
    meant = read(request.rest, today)
    if meant is None:
        raise Refusal(wording.BAD_DATE)
    if act == "add":
        event = await _added(session, person, meant, request.received_at)
    else:
        found = await those_named(session, request, person, meant.name)
        if len(found) != 1:
            return say(
                "\n".join([wording.WHICH, *(f"- {plain(one.name)}" for one in found)]) if found else wording.NO_EVENT
            )
        event = found[0]
        if act == "move" and event.kind == KIND:
            raise Refusal(MOVE_ELSEWHERE)
        if act == "move":
            meant = _moved_to(event, meant, request.received_at)
    state = {
        "act": act,
        "event": event.id,
        "sequence": event.sequence,
        "words": request.rest,
        "today": today.isoformat(),  # at a press after midnight, a day without a year is still the one that was shown
    }
    conversation.open_form(FORM, state)
    shown = line(event, request.tz, request.locale)
    if act == "move" and meant.on is not None:
        shown = f"{shown}\n→ {dates_meant(meant)}{f', {plain(meant.place)}' if meant.place else ''}"
    tells = act in ("move", "cancel")
    people = f"\n\n{wording.will_tell(await count(session, Audience.of(event.audience)))}" if tells else ""
    keep = Button(label=wording.KEEP, action="calendar:keep", style="primary")
    drop = Button(label=wording.DROP, action="calendar:drop")
    return say(f"{wording.UNDERSTOOD[act]}\n{shown}{people}", (keep, drop))


async def keep(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:keep`: do what was understood, and tell those concerned."""
    person, state, now = request.known(), conversation.form_state, request.received_at
    if conversation.form != FORM:
        return Reply(notice=wording.STALE)
    conversation.close_form()
    act, meant = str(state["act"]), read(str(state["words"]), date.fromisoformat(str(state["today"])))
    if meant is None:
        raise Refusal(wording.STALE)
    if act == "add":
        event = await _added(session, person, meant, now)
        session.add(event)
        await session.flush()
        event.key = f"{event.key}-{event.id}"
    else:
        found = await session.get(Event, state["event"], with_for_update=True)
        if found is None or found.sequence != state["sequence"] or not may_keep(person, found):
            raise Refusal(wording.STALE)
        event = found
        await _change(session, event, act, meant, now)
    await bump_knowledge(session)
    await note(session, Act.EVENT_CHANGED, now, by=person.id, about=f"event:{event.id}", what=act)
    return say(f"{wording.KEPT}\n\n{line(event, request.tz, request.locale)}", replace=True)


async def drop(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:drop`: nothing is done."""
    if conversation.form in (FORM, dossier.FORM, interview_offers.FORM):
        conversation.close_form()
    return say(wording.DROPPED, replace=True)


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """Something else is typed instead of a press: what was understood is dropped."""
    conversation.close_form()
    return None


async def _change(session: AsyncSession, event: Event, act: str, meant: Meant, now: datetime) -> None:
    old = wording.was(plain(event_dates(event)), plain(event.place or ""))
    if act == "confirm":
        event.status, event.edited_at, event.updated_at = Status.CONFIRMED, now, now
        event.sequence += 1
        await session.flush()
        return
    if act == "cancel":
        await cancel_event(session, event, now=now)
        await free_what_was_cancelled(session, event)
    else:
        meant = _moved_to(event, meant, now)
        assert meant.on is not None
        begins, ends = _hours(meant, event.zone)
        try:
            await move_event(
                session,
                event,
                starts_on=meant.on,
                ends_on=meant.until,
                starts_at=begins,
                ends_at=ends,
                place=meant.place or None,
                now=now,
            )
        except ValueError:
            raise Refusal(wording.BAD_DATE) from None
    await tell_change(session, event, old, now)


async def _added(session: AsyncSession, person: Someone, meant: Meant, now: datetime) -> Event:
    event = await new_event(session, person, meant, now)
    if event.starts_at is not None and event.starts_at <= now:
        raise Refusal(wording.PAST)
    return event


async def new_event(session: AsyncSession, person: Someone, meant: Meant, now: datetime) -> Event:
    """The event that was meant, not yet kept. Raises Refusal for what it lacks, or a region that is another's."""
    if meant.on is None or not meant.name:
        raise Refusal(wording.NO_DATE)
    region = region_named(await all_regions(session), meant.name)
    if not person.is_staff and (region is None or region.id not in person.staff_regions):
        raise Refusal(wording.YOUR_REGION)
    zone = region.zone if region is not None else (await home(session))[0]
    if meant.on < now.astimezone(ZoneInfo(zone)).date():
        raise Refusal(wording.PAST)
    begins, ends = _in_order(meant, zone)
    name = meant.name[:1].upper() + meant.name[1:]
    return Event(
        key="-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())[:60] + f"-{now:%Y%m%d%H%M%S}",
        name=name,
        kind="event",
        precision=Precision.MINUTE if begins else Precision.DAY,
        starts_on=meant.on,
        ends_on=meant.until or meant.on,
        starts_at=begins,
        ends_at=ends,
        zone=zone,
        status=Status.PLANNED,
        place=meant.place or None,
        remote=meant.remote,
        region_id=region.id if region is not None else None,
        audience={"regions": [region.code]} if region is not None else {},
        public=True,
        aliases=[],
        description="",
        details={},
        source=wording.STAFF_SOURCE,
        source_date=now.date(),
        sequence=0,
        dated_at=now,
        edited_at=now,
        updated_at=now,
    )


def _moved_to(event: Event, meant: Meant, now: datetime) -> Meant:
    """When an event will be: what is not said of hours and number of days stays as it is. Raises Refusal.

    « du 8 au 9 octobre » of an event that is on the 8th only says where it is moved from.
    """
    if meant.on is None:
        raise Refusal(wording.NO_DATE)
    dated, days = event.precision != Precision.MONTH, event.ends_on - event.starts_on
    if dated and meant.until is not None and not days and meant.on == event.starts_on:
        meant = replace(meant, on=meant.until, until=None)
    on = meant.on or event.starts_on
    if dated and meant.until is None and days:
        meant = replace(meant, until=on + days)
    if dated and event.starts_at is not None and meant.ends is None:
        was = event.starts_at.astimezone(ZoneInfo(event.zone))
        begins = meant.begins or was.time()
        until = event.ends_at.astimezone(ZoneInfo(event.zone)) if event.ends_at is not None else None
        ends = until.time() if until is not None else None
        if until is not None and until.date() == was.date():  # as long as it was
            end = datetime.combine(on, begins) + (until - was)
            ends = end.time() if end.date() == on else None
        meant = replace(meant, begins=begins, ends=ends)
    start, _ = _in_order(meant, event.zone)
    if on < now.astimezone(ZoneInfo(event.zone)).date() or (start is not None and start <= now):
        raise Refusal(wording.PAST)
    return meant


def _in_order(meant: Meant, zone: str) -> tuple[datetime | None, datetime | None]:
    """The instants that were meant. Raises Refusal when it would end before it begins."""
    begins, ends = _hours(meant, zone)
    if begins is not None and ends is not None and ends < begins:
        raise Refusal(wording.BAD_DATE)
    return begins, ends


def _hours(meant: Meant, zone: str) -> tuple[datetime | None, datetime | None]:
    """When it begins on its first day, and ends on its last."""
    assert meant.on is not None
    begins = instant_of(meant.on, meant.begins, zone)
    return begins, instant_of(meant.until or meant.on, meant.ends, zone) if begins is not None else None


async def those_named(session: AsyncSession, request: Request, person: Someone, name: str) -> list[Event]:
    """The events that the words may mean, of those that the person sees to."""
    today = request.received_at.astimezone(request.tz).date()
    events = await upcoming(session, request.received_at, today)
    return named([event for event in events if event.status != Status.CANCELLED and may_keep(person, event)], name)


def instant_of(on: date, at: time | None, zone: str) -> datetime | None:
    return datetime.combine(on, at, ZoneInfo(zone)) if at is not None else None


def dates_meant(meant: Meant) -> str:
    assert meant.on is not None
    begins, ends = _hours(meant, "UTC")
    event = Event(
        precision=Precision.MINUTE if begins else Precision.DAY,
        starts_on=meant.on,
        ends_on=meant.until or meant.on,
        starts_at=begins,
        ends_at=ends,
        zone="UTC",
    )
    return plain(event_dates(event))
