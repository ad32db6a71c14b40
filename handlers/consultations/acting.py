"""What staff do with a consultation: nudge, export, open, close. Each act shows first what it would do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import (
    acting_wording,
    calling,
    copying,
    dating,
    exporting,
    mending,
    posting,
    publishing,
    reporting,
    timing,
    trending,
    wording,
)
from handlers.consultations.acting_notes import note_change, note_export
from handlers.consultations.counting import counted
from handlers.consultations.documenting import as_docx
from handlers.consultations.nudging import nudge_now, silent_members, silent_voices
from handlers.consultations.screens import button
from handlers.messages import Attachment, Button, Message, Reply, say
from handlers.request import Request
from handlers.tables import Table
from storage.consultations import Consultation, Status
from storage.people import accounts_of, best_account

Deed = Callable[[Request, AsyncSession, Consultation], Awaitable[Reply]]

_OFFICE = "application/vnd.openxmlformats-officedocument"


async def ask_to_nudge(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Whom a nudge would reach, before it leaves."""
    if timing.state_at(consultation, request.received_at) != Status.OPEN:
        return say(acting_wording.NOT_OPEN_NOW, _back(consultation))
    voices = await silent_voices(session, consultation)
    if not voices:
        return say(acting_wording.ALL_ANSWERED, _back(consultation))
    told = await silent_members(session, consultation)
    accounts = await accounts_of(session, [member.id for member in told])
    reached = sum(
        best_account(
            [account for account in accounts if account.person_id == member.id],
            member.preferred_platform,
            member.fallback_platform,
        )
        is not None
        for member in told
    )
    reached_voices = len({member.voice_key for member in told})
    text = acting_wording.nudge_preview(len(voices), reached, len(told) - reached, len(voices) - reached_voices)
    go = (button(acting_wording.NUDGE_GO, "nudged", consultation.id, style="primary"),) if reached else ()
    return say(text, *([go] if go else []), _back(consultation))


async def do_nudge(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Nudge; once a day, however often it is pressed."""
    written = await nudge_now(session, consultation, request.received_at)
    if written:
        await note_change(request, session, consultation, "nudged")
    return say(acting_wording.nudged(written), _back(consultation), replace=True)


Write = Callable[[AsyncSession, Consultation, ZoneInfo, datetime], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Writer:
    """A format of export: its name on a button, its media type, and what writes it. `write` may raise Refusal."""

    label: str
    media_type: str
    write: Write


def _rows(written: Callable[[Table], bytes]) -> Write:
    async def write(session: AsyncSession, consultation: Consultation, zone: ZoneInfo, now: datetime) -> bytes:
        return written(await exporting.table_of(session, consultation, zone, now))

    return write


async def _document(session: AsyncSession, consultation: Consultation, zone: ZoneInfo, now: datetime) -> bytes:
    count = await counted(session, consultation, now)
    return as_docx(consultation.title, consultation.introduction, count)


WRITERS = {
    "csv": Writer("CSV", "text/csv", _rows(exporting.as_csv)),
    "xlsx": Writer("Excel", f"{_OFFICE}.spreadsheetml.sheet", _rows(exporting.as_xlsx)),
    "json": Writer("JSON", "application/json", _rows(exporting.as_json)),
    "docx": Writer("Word", f"{_OFFICE}.wordprocessingml.document", _document),
}


async def ask_for_format(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Which format an export should have."""
    row = tuple(button(writer.label, verb, consultation.id) for verb, writer in WRITERS.items())
    return say(acting_wording.WHICH_FORMAT, row, _back(consultation))


def export_as(extension: str) -> Deed:
    """The act of exporting in one format."""

    async def export(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
        writer = WRITERS[extension]
        content = await writer.write(session, consultation, request.tz, request.received_at)
        await note_export(request, session, consultation, extension)
        name = f"{consultation.slug}-{request.received_at.astimezone(request.tz):%Y-%m-%d}.{extension}"
        alt = acting_wording.export_alt(consultation.title)
        file = Attachment(filename=name, media_type=writer.media_type, content=content, alt=alt)
        return Reply(messages=(Message(text=acting_wording.EXPORTED, attachment=file),))

    return export


async def list_to_call(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Those who have not answered and whom no message reaches, with phone numbers, to print and call."""
    table = await calling.table_to_call(session, consultation)
    if not table.rows:
        return say(acting_wording.NOBODY_TO_CALL, _back(consultation))
    await note_export(request, session, consultation, "phones")
    file = Attachment(
        filename=f"{consultation.slug}-a-appeler.csv",
        media_type="text/csv",
        content=exporting.as_csv(table),
        alt=table.name,
    )
    return Reply(messages=(Message(text=acting_wording.to_call(len(table.rows)), attachment=file),))


async def ask_to_close(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Closing is for good: say it first."""
    if timing.state_at(consultation, request.received_at) != Status.OPEN:
        return say(acting_wording.NOT_OPEN_NOW, _back(consultation))
    go = (button(acting_wording.CLOSE_GO, "closed", consultation.id, style="danger"),)
    return say(acting_wording.close_preview(consultation.title), go, _back(consultation))


async def do_close(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Close now; pressed twice, it is closed."""
    if timing.state_at(consultation, request.received_at) == Status.OPEN:
        await timing.close(session, consultation.id, request.received_at)
        await note_change(request, session, consultation, "closed")
    return say(acting_wording.closed(consultation.title), _back(consultation), replace=True)


async def ask_to_open(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Opening freezes what is asked: say it first."""
    if timing.state_at(consultation, request.received_at) != Status.DRAFT:
        return say(acting_wording.ALREADY_OPEN, _back(consultation))
    go = (button(acting_wording.OPEN_GO, "opened", consultation.id, style="primary"),)
    return say(acting_wording.open_preview(consultation.title), go, _back(consultation))


async def do_open(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Open now. Refuses what could not be answered as promised."""
    if timing.state_at(consultation, request.received_at) == Status.DRAFT:
        await timing.open_consultation(session, consultation, request.received_at)
        await note_change(request, session, consultation, "opened")
    return say(acting_wording.opened(consultation.title), _back(consultation), replace=True)


async def copy(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """A draft that asks the same."""
    made = await copying.copied(session, consultation, request.received_at, request.tz)
    made.created_by = request.known().id
    await note_change(request, session, made, f"copied from {consultation.slug}")
    ways = (button(wording.TRY, "begin", made.id), button(reporting.PARTICIPATION, "follow", made.id))
    return say(acting_wording.copied(consultation.title), ways)


def _back(consultation: Consultation) -> tuple[Button, ...]:
    return (button(reporting.PARTICIPATION, "follow", consultation.id),)


DEEDS: dict[str, Deed] = {
    "nudge": ask_to_nudge,
    "nudged": do_nudge,
    "export": ask_for_format,
    **{extension: export_as(extension) for extension in WRITERS},
    "phones": list_to_call,
    "publish": publishing.ask_to_publish,
    "tovoters": publishing.publish_to_voters,
    "toasked": publishing.publish_to_asked,
    "post": posting.ask_where,
    "copy": copy,
    "trend": trending.show,
    "typos": mending.ask_which,
    "event": dating.which_event,
    "close": ask_to_close,
    "closed": do_close,
    "opening": ask_to_open,
    "opened": do_open,
}
