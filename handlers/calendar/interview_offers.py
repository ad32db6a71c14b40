"""« entretiens le 20 février de 9h à 12h »: staff put times on offer, see who took what, and withdraw them."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics
from handlers.calendar import interview_wording as wording
from handlers.calendar import wording as calendar_wording
from handlers.calendar.interview_words import NotUnderstood, read_offer
from handlers.calendar.keeping import cancel_event
from handlers.calendar.replying import spreadsheet
from handlers.dates import clock, day, event_dates
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from handlers.tables import Table
from handlers.telling import tell_person
from storage.agenda import Event, Precision, Status
from storage.audiences import calendar_of
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.interviews import Appointment, InterviewSlot, appointments, offer
from storage.people import Person

FORM = "calendar:interviews"
_SHOWN = 40  # times in the list; the export has them all
_BUTTONS = 10


async def listed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """« entretiens »: all that is on offer or taken; with words after it, times to offer."""
    person = _staff(request)
    if request.rest:
        return await _understood(request, session, conversation)
    found = await appointments(session, request.received_at)
    if not found:
        return say(f"{wording.NOTHING_OFFERED} {wording.EXAMPLE}.")
    lines, last = [wording.TITLE], None
    for one in found[:_SHOWN]:
        on = one.slot.starts_at.astimezone(request.tz).date()
        if on != last:
            lines.append(f"\n**{day(on)}**")
            last = on
        lines.append(_line(one, request.tz))
    if len(found) > _SHOWN:
        lines.append(calendar_wording.more(len(found) - _SHOWN))
    lines.append(f"\n{wording.HOW_TO_OFFER}")
    mine = [one for one in found if one.slot.host_id == person.id][:_BUTTONS]
    rows = [(Button(label=_withdraw(one, request.tz), action=f"calendar:slot-withdraw:{one.slot.id}"),) for one in mine]
    export = tuple(
        Button(label=label, action=f"calendar:slots-export:{kind}")
        for kind, label in (("csv", calendar_wording.EXPORT), ("xlsx", calendar_wording.EXPORT_XLSX))
    )
    return say("\n".join(lines), *rows, export)


async def keep_offer(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-keep`: what was understood is on offer."""
    person, state = _staff(request), conversation.form_state
    if conversation.form != FORM:
        return Reply(notice=wording.STALE)
    conversation.close_form()
    starts = [datetime.fromisoformat(at) for at in state["starts"]]
    starts = [at for at in starts if at > request.received_at]
    series = f"{wording.KIND}-{starts[0]:%Y}" if starts else ""
    new = await offer(session, person.id, starts, int(state["minutes"]), state["zone"], state["place"], series)
    about = f"interviews:{person.id}"
    await note(session, Act.EVENT_CHANGED, request.received_at, by=person.id, about=about, what="offer")
    return say(wording.offered(new, len(starts) - new), replace=True)


async def withdraw(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slot-withdraw:<id>[:yes]`: a time of one's own is no longer on offer; who had taken it is told."""
    person, now = _staff(request), request.received_at
    number = request.number(0)
    slot = await session.get(InterviewSlot, number, with_for_update=True) if number is not None else None
    if slot is None or (slot.host_id != person.id and not person.is_staff):
        raise Refusal(wording.GONE)
    guest = await session.get(Person, slot.person_id) if slot.person_id is not None else None
    if guest is not None and request.arguments[1:] != ["yes"]:
        yes = Button(label=wording.WITHDRAW_YES, action=f"calendar:slot-withdraw:{slot.id}:yes", style="danger")
        drop = Button(label=calendar_wording.DROP, action="calendar:drop")
        return say(wording.ask_withdraw(await slot_text(session, slot, request), plain(guest.name)), (yes, drop))
    event = await session.get(Event, slot.event_id, with_for_update=True) if slot.event_id is not None else None
    file = None
    if guest is not None and event is not None and event.status != Status.CANCELLED:
        await cancel_event(session, event, now=now)
        file = ics.attachment(event)
        host = await session.get_one(Person, slot.host_id)
        text = wording.told_withdrawn(plain(host.name), plain(await slot_when(session, slot, guest.id)))
        await tell_person(session, guest.id, f"interview:{event.id}:{event.sequence}", text, now, attachment=file)
    await session.delete(slot)
    await session.flush()
    return Reply(messages=(Message(text=wording.WITHDRAWN, attachment=file),), replace=file is None)


async def export(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:slots-export:<csv|xlsx>`: who took what, as a table."""
    person = _staff(request)
    excel = request.arguments[:1] == ["xlsx"]
    table = slots_table(await appointments(session, request.received_at), request.tz)
    await note(session, Act.EXPORTED, request.received_at, by=person.id, about="interviews", rows=len(table.rows))
    file = spreadsheet(table, "entretiens", excel=excel)
    return Reply(messages=(Message(text=wording.TITLE, attachment=file),))


def slots_table(found: Sequence[Appointment], tz: ZoneInfo) -> Table:
    """One row for each time."""
    rows = tuple(
        (
            one.slot.starts_at.astimezone(tz).strftime("%Y-%m-%d %H:%M"),
            one.slot.minutes,
            one.host.name,
            wording.where(one.slot.place, remote=False),
            one.guest.name if one.guest else "",
            one.structure,
        )
        for one in found
    )
    return Table("Entretiens", ("Début", "Minutes", "Avec", "Lieu", "Pris par", "Structure"), rows)


async def slot_text(session: AsyncSession, slot: InterviewSlot, request: Request) -> str:
    """A time on offer in full, for whoever asks."""
    host = await session.get_one(Person, slot.host_id)
    when = plain(_dates(slot, request.tz, request.locale))
    return wording.with_host(when, plain(host.name), plain(wording.where(slot.place, remote=False)))


async def slot_when(session: AsyncSession, slot: InterviewSlot, reader_id: int, *, short: bool = False) -> str:
    """When it is, on the clock of its reader."""
    zone, _ = await calendar_of(session, reader_id)
    tz = ZoneInfo(zone)
    if short:
        local = slot.starts_at.astimezone(tz)
        return f"{day(local.date(), year=False)}, {clock(slot.starts_at, tz)}"
    return _dates(slot, tz, "fr")


async def _understood(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    if conversation.form:
        return None
    try:
        meant = read_offer(request.rest, request.received_at, request.tz)
    except NotUnderstood as error:
        raise Refusal(wording.NOT_UNDERSTOOD[str(error)]) from None
    place = meant.place if not meant.remote else ""
    conversation.open_form(
        FORM,
        {
            "starts": [at.isoformat() for at in meant.starts],
            "minutes": meant.minutes,
            "zone": request.tz.key,
            "place": place,
        },
    )
    lines: list[str] = []
    days: dict[date, list[str]] = {}
    for at in meant.starts:
        days.setdefault(at.astimezone(request.tz).date(), []).append(clock(at, request.tz))
    for on, hours in days.items():
        lines.append(f"- {day(on)}\u00a0: {', '.join(hours)}")
    head = f"{wording.will_offer(len(meant.starts), meant.minutes)}, {plain(wording.where(place, remote=False))}"
    yes = Button(label=wording.OFFER, action="calendar:slot-keep", style="primary")
    drop = Button(label=calendar_wording.DROP, action="calendar:drop")
    return say("\n".join([wording.UNDERSTOOD, head, *lines]), (yes, drop))


def _staff(request: Request) -> Someone:
    person = request.known()
    if not (person.is_staff or person.staff_regions):
        request.staff()
    if request.inbound.chat_kind != "private":
        raise Refusal(calendar_wording.STAFF_PRIVATELY)
    return person


def _line(one: Appointment, tz: ZoneInfo) -> str:
    hours = f"{clock(one.slot.starts_at, tz)}–{clock(one.slot.ends_at, tz)}"
    house = f", {plain(one.structure)}" if one.structure else ""
    who = f"**{plain(one.guest.name)}**{house}" if one.guest else wording.FREE
    return f"- {hours}\u00a0: {who} (avec {plain(one.host.name)}, {plain(wording.where(one.slot.place, remote=False))})"


def _withdraw(one: Appointment, tz: ZoneInfo) -> str:
    return f"{wording.WITHDRAW} {one.slot.starts_at.astimezone(tz):%d/%m} {clock(one.slot.starts_at, tz)}"


def _dates(slot: InterviewSlot, tz: ZoneInfo, locale: str) -> str:
    on = slot.starts_at.astimezone(ZoneInfo(slot.zone)).date()
    event = Event(
        precision=Precision.MINUTE,
        starts_on=on,
        ends_on=on,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=slot.zone,
    )
    return event_dates(event, tz, locale)
