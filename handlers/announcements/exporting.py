"""The report of an announcement as a table: every recipient with their end, its reason, and when it was read."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import report_wording, state_wording, wording
from handlers.announcements.noting import note_export
from handlers.announcements.reporting import beginning
from handlers.announcements.rights import allowed
from handlers.messages import Attachment, Message, Reply
from handlers.request import Request
from handlers.tables import Table, as_csv, as_xlsx
from storage.announcement_deliveries import every_outcome
from storage.announcements import Announcement
from storage.conversations import Conversation
from storage.outbox import State

_WRITERS = {
    "csv": (as_csv, "text/csv"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


async def export(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:export:<id>:<csv|xlsx>`: the file, for those who may see the report."""
    _, announcement = await allowed(request, session, request.number(0))
    kind = request.arguments[1] if len(request.arguments) > 1 else ""
    if kind not in _WRITERS or announcement.frozen_at is None:
        return Reply(notice=wording.GONE)
    write, media_type = _WRITERS[kind]
    table = await report_table(session, announcement, request.tz)
    await note_export(request, session, f"announcement:{announcement.id}", len(table.rows))
    file = Attachment(filename=f"annonce-{announcement.id}.{kind}", media_type=media_type, content=write(table))
    return Reply(
        messages=(
            Message(text=report_wording.exported(beginning(announcement.text), len(table.rows)), attachment=file),
        )
    )


async def report_table(session: AsyncSession, announcement: Announcement, tz: ZoneInfo) -> Table:
    """One row for each recipient."""
    rows = []
    for given, family, house, region, platform, state, why, doubts, tries, ended, seen in await every_outcome(
        session, announcement.id
    ):
        name = f"{given or ''} {family or ''}".strip() or report_wording.ERASED
        rows.append(
            (
                name,
                house or "",
                region or "",
                wording.platform(platform),
                state_wording.STATES[State(state)],
                state_wording.reason(why) if why else "",
                tries,
                doubts,
                _at(ended, tz),
                _at(seen, tz),
            )
        )
    return Table(report_wording.REPORT, report_wording.EXPORT_HEADER, tuple(rows))


def _at(instant: datetime | None, tz: ZoneInfo) -> str:
    return instant.astimezone(tz).strftime("%Y-%m-%d %H:%M") if instant is not None else ""
