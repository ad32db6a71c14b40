"""A calendar file sent in chat by staff: what it would do is shown, and what was shown is done, or nothing."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import import_wording as words
from handlers.calendar.ics_lines import BadCalendar, looks_like_calendar
from handlers.calendar.ics_reading import read_calendar
from handlers.calendar.import_report import new_lines, summary
from handlers.calendar.importing import Plan, apply_plan, plan_agenda
from handlers.calendar.telling_changes import tell_changes
from handlers.messages import Button, Reply, plain, say
from handlers.receiving import not_admitted, pressed_file
from handlers.request import Request, Someone
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import home, lock_knowledge
from storage.uploads import Upload, content_of, purge_uploads, upload_of

_FAULTS = 8


async def received(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """A file has come: say what importing it would do. None when it is no calendar. Staff only, in private only."""
    upload = await upload_of(session, request.inbound.platform, request.inbound.update_id)
    if upload is None:
        return None
    content = await content_of(session, upload)
    if not looks_like_calendar(upload.name, upload.media_type, content):
        return None
    await purge_uploads(session, request.received_at)
    refused = await not_admitted(
        request, session, upload, content, words.FILES, may=_keeps(request.person), what="calendar sent"
    )
    return refused or await _show(request, session, upload)


async def import_it(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:import:<number>[:tell]`: do what was shown; if it would be something else by now, show it again."""
    upload = await pressed_file(request, session, request.known().id, words.FILES)
    await lock_knowledge(session)
    try:
        plan = await _plan(request, session, upload)
    except BadCalendar:
        return await _show(request, session, upload)
    if plan.fingerprint != upload.shown:
        return await _show(request, session, upload, again=True)
    now, told = request.received_at, 0
    to_tell = {event.id for event in plan.told(now.astimezone(request.tz).date())}
    changes = await apply_plan(session, plan, now)
    if request.arguments[1:2] == ["tell"]:
        told = await tell_changes(session, [one for one in changes if one.event.id in to_tell], now)
    counts = {"added": len(plan.added), "changed": len(plan.changed), "cancelled": len(plan.cancelled)}
    await note(session, Act.IMPORTED, now, by=request.known().id, about="agenda", **counts)
    await session.delete(upload)
    agenda = Button(label="Voir l’agenda", action="calendar:page:all:0")
    return say(words.imported(counts["added"], counts["changed"], counts["cancelled"], told), (agenda,), replace=True)


async def drop_it(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:forget-file:<number>`: nothing is done, the file is forgotten."""
    await session.delete(await pressed_file(request, session, request.known().id, words.FILES))
    return say(words.DROPPED, replace=True)


async def _show(request: Request, session: AsyncSession, upload: Upload, *, again: bool = False) -> Reply:
    pressed = request.press is not None
    try:
        plan = await _plan(request, session, upload)
    except BadCalendar as error:
        await session.delete(upload)
        lines = [words.NOTHING_WRITTEN, *(f"- {plain(str(fault))}" for fault in error.faults[:_FAULTS])]
        if len(error.faults) > _FAULTS:
            lines.append(words.more_faults(len(error.faults) - _FAULTS))
        return say("\n".join(lines), replace=pressed)
    upload.shown = plan.fingerprint
    said = await summary(session, plan)
    if not plan.does_anything:
        await session.delete(upload)
        return say("\n".join([words.NOTHING_TO_DO, *map(plain, said[1:])]), replace=pressed)
    parts = [*([words.SHOWN_AGAIN] if again else []), "\n".join(map(plain, said))]
    parts += ["\n".join(f"- {plain(one)}" for one in new_lines(plan))]
    drop = Button(label=words.DROP, action=f"calendar:forget-file:{upload.id}")
    action = f"calendar:import:{upload.id}"
    concerned = len(plan.told(request.received_at.astimezone(request.tz).date()))
    if not concerned:
        rows: tuple[tuple[Button, ...], ...] = ((Button(label=words.IMPORT, action=action, style="primary"), drop),)
    else:
        parts.append(words.will_tell(concerned))
        tell = Button(label=words.IMPORT_AND_TELL, action=f"{action}:tell", style="primary")
        rows = ((tell, Button(label=words.IMPORT_SILENTLY, action=action)), (drop,))
    return say("\n\n".join(parts), *rows, replace=pressed)


async def _plan(request: Request, session: AsyncSession, upload: Upload) -> Plan:
    person = request.known()
    if not _keeps(person):
        request.staff()
    zone, _ = await home(session)
    today = request.received_at.astimezone(request.tz).date()
    content = await content_of(session, upload)
    # Seconds of computing for a large file: beside the loop, which has others to serve.
    file = await asyncio.to_thread(read_calendar, upload.name, content, zone, today)
    return await plan_agenda(session, file, today, None if person.is_staff else person.staff_regions)


def _keeps(person: Someone | None) -> bool:
    return person is not None and (person.is_staff or bool(person.staff_regions))
