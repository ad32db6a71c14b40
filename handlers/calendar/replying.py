"""Answers to invitations: one's own, and the list of them for those who see to an event."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import wording
from handlers.calendar.agenda import event_card, is_invited, may_keep, visible
from handlers.calendar.cards import open_to_replies
from handlers.dates import event_dates
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request
from handlers.tables import Table, as_csv, as_xlsx
from handlers.telling import tell_person
from storage.agenda import Event
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.own_reminders import drop_all_own
from storage.people import Person
from storage.replies import Coming, Mode, Rsvp, answer, answered, mute, reply_row

FORM = "calendar:needs"
_LONGEST = 500  # characters of a need
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 60  # names in the list; the export has them all
_MEANT = {
    "yes": (Coming.YES, Mode.ON_SITE),
    "remote": (Coming.YES, Mode.REMOTE),
    "maybe": (Coming.MAYBE, Mode.UNSAID),
    "no": (Coming.NO, Mode.UNSAID),
}


async def reply(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:reply:<id>:<yes|remote|maybe|no>`: keep the answer, show the card with it."""
    person = request.known()
    event = await _answerable(request, session)
    word = request.arguments[1] if len(request.arguments) > 1 else ""
    if word not in _MEANT:
        raise Refusal(wording.GONE)
    coming, mode = _MEANT[word]
    if coming == Coming.YES and event.remote != bool(event.place):  # there is one way only
        mode = Mode.REMOTE if event.remote else Mode.ON_SITE
    elif mode == Mode.REMOTE and not event.remote:
        raise Refusal(wording.GONE)
    _, promoted = await answer(session, event, person.id, coming, mode, request.received_at)
    await tell_promoted(session, event, promoted, request.received_at)
    private = request.inbound.chat_kind == "private"
    shown = await event_card(request, session, event, replace=True)
    return shown if private else Reply(notice=wording.own_reply(coming, mode, waiting=False))


async def ask_needs(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:needs:<id>`: what is typed next is a need."""
    request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    event = await _answerable(request, session)
    conversation.open_form(FORM, {"event": event.id})
    return say(wording.NEEDS_ASKED, (Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}"),))


async def needs_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The need, kept for those who organise."""
    number = conversation.form_state.get("event")
    conversation.close_form()
    event = await session.get(Event, number) if isinstance(number, int) else None
    if event is None or request.person is None or not open_to_replies(event, request.received_at):
        return None
    row = await reply_row(session, event.id, request.person.id, request.received_at)
    row.needs = request.text[:_LONGEST]
    await session.flush()
    return say(wording.NEEDS_KEPT, (Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}"),))


async def mute_event(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:mute:<id>`: no reminder of this event any more; `calendar:unmute:<id>`: reminders again."""
    event = await visible(request, session, request.number(0))
    on = request.press is not None and request.press.action.startswith("calendar:mute:")
    return await set_muted(request, session, event, on=on)


async def set_muted(request: Request, session: AsyncSession, event: Event, *, on: bool) -> Reply:
    """No reminder of this event any more, planned or asked for; or the planned ones again."""
    person = request.known()
    await mute(session, event.id, person.id, request.received_at, on=on)
    if on:
        await drop_all_own(session, person.id, event.id)
    back = Button(
        label=wording.UNMUTE if on else wording.MUTE, action=f"calendar:{'unmute' if on else 'mute'}:{event.id}"
    )
    see = Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}")
    return say(f"**{plain(event.name)}**\n{wording.MUTED if on else wording.UNMUTED}", (see, back))


async def list_replies(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:replies:<id>`: who comes, by region; regional staff see their region's people."""
    event, regions = await _kept(request, session)
    found = await answered(session, event.id, regions)
    if not found:
        return say(f"**{plain(event.name)}**\n{wording.NO_REPLIES}")
    count = Counter(_group(row.answer, row.mode, waiting=row.waiting) for row, *_ in found)
    lines = [
        wording.replies(
            plain(event.name), count["on_site"], count["remote"], count["maybe"], count["no"], count["waiting"]
        )
    ]
    region = None
    for row, person, house, place in found[:_SHOWN]:
        if place != region:
            region = place
            here = Counter(one.answer for one, _, _, where in found if where == place)
            lines.append(f"\n**{plain(place or wording.WITHOUT_REGION)}** ({here['yes']} oui, {here['no']} non)")
        said = wording.MODES[row.mode] or wording.ANSWERS[row.answer]
        need = f" — {plain(row.needs)}" if row.needs else ""
        lines.append(
            f"- {plain(person.name)}, {plain(house)}\u00a0: {'liste d’attente' if row.waiting else said}{need}"
        )
    if len(found) > _SHOWN:
        lines.append(wording.more(len(found) - _SHOWN))
    export = (
        Button(label=wording.EXPORT, action=f"calendar:replies-csv:{event.id}"),
        Button(label=wording.EXPORT_XLSX, action=f"calendar:replies-xlsx:{event.id}"),
    )
    return say("\n".join(lines), export)


async def export_replies(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:replies-csv:<id>`, `calendar:replies-xlsx:<id>`: the same as a table."""
    event, regions = await _kept(request, session)
    table = replies_table(await answered(session, event.id, regions), request.tz)
    by = request.known()
    await note(session, Act.EXPORTED, request.received_at, by=by.id, about=f"event:{event.key}", rows=len(table.rows))
    excel = request.press is not None and request.press.action.startswith("calendar:replies-xlsx")
    file = spreadsheet(table, f"reponses-{event.id}", excel=excel)
    return Reply(messages=(Message(text=wording.exported(plain(event.name), len(table.rows)), attachment=file),))


def spreadsheet(table: Table, name: str, *, excel: bool) -> Attachment:
    """A table as a file, XLSX or CSV."""
    if excel:
        return Attachment(filename=f"{name}.xlsx", media_type=_XLSX, content=as_xlsx(table))
    return Attachment(filename=f"{name}.csv", media_type="text/csv", content=as_csv(table))


def replies_table(found: Sequence[tuple[Rsvp, Person, str, str]], tz: ZoneInfo) -> Table:
    """One row for each answer of `storage.replies.answered`."""
    rows = []
    for row, person, house, region in found:
        mode, waiting = wording.MODES[row.mode], "oui" if row.waiting else ""
        rows.append(
            (region, house, person.name, wording.ANSWERS[row.answer], mode, waiting, row.needs, _at(row.at, tz))
        )
    return Table("Réponses", wording.HEADER, tuple(rows))


async def tell_promoted(session: AsyncSession, event: Event, people: list[int], now: datetime) -> None:
    """A word to those who got a seat, once for each time they get one."""
    for number in people:
        tz = ZoneInfo((await session.get_one(Person, number)).zone or event.zone)
        see = Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}")
        text = wording.seat_found(plain(event.name), plain(event_dates(event, tz)))
        about = f"seat:{event.id}:{now.isoformat()}:person:{number}"
        await tell_person(session, number, about, text, now, (see,))


async def _answerable(request: Request, session: AsyncSession) -> Event:
    event = await visible(request, session, request.number(0))
    if not await is_invited(session, event, request.known()):
        raise Refusal(wording.NOT_INVITED)
    if not open_to_replies(event, request.received_at):
        raise Refusal(wording.OVER)
    return event


async def _kept(request: Request, session: AsyncSession) -> tuple[Event, frozenset[int] | None]:
    """The event, and the regions whose people its reader may see; None: all."""
    person = request.known()
    if not (person.is_staff or person.staff_regions):
        request.staff()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.STAFF_PRIVATELY)
    event = await session.get(Event, request.number(0)) if request.number(0) is not None else None
    if event is None:
        raise Refusal(wording.GONE)
    if not (event.public or may_keep(person, event) or await is_invited(session, event, person)):
        raise Refusal(wording.NOT_YOURS, audit="private event")
    return event, None if person.is_staff else person.staff_regions


def _group(coming: str, mode: str, *, waiting: bool) -> str:
    return "waiting" if waiting else (mode or "on_site") if coming == Coming.YES else coming


def _at(instant: datetime, tz: ZoneInfo) -> str:
    return instant.astimezone(tz).strftime("%Y-%m-%d %H:%M")
