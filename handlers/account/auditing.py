"""« journal »: the audit trail for administrators, by pseudonym, page by page and as a file."""

import csv
import io
import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import data_wording as wording
from handlers.account.mydata import privately
from handlers.dates import clock, day
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from storage.audit import Act, AuditEntry, note
from storage.conversations import Conversation
from storage.people import Role

PAGE = 12
MOST = 50_000  # entries of one file; the newest ones


async def show_journal(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The newest entries, or with `data:journal:<id>` those before that one."""
    _administrator(request)
    before = request.number(0) if request.press else None
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    found = (await session.scalars(query if before is None else query.where(AuditEntry.id < before))).all()
    if not found:
        return say(wording.NO_ENTRY)
    shown = found[:PAGE]
    text = f"{wording.JOURNAL}\n\n" + "\n".join(_line(entry, request) for entry in shown)
    row = [Button(label=wording.EXPORT_CSV, action="data:journalcsv")]
    if len(found) > PAGE:
        row.append(Button(label=wording.EARLIER, action=f"data:journal:{shown[-1].id}"))
    return say(text, tuple(row), replace=before is not None)


async def export_journal(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The trail as CSV (UTF-8, `;`); that it was exported is in it."""
    person = _administrator(request)
    await note(session, Act.EXPORTED, request.received_at, by=person.id, what="audit trail")
    await session.flush()
    found = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(MOST))).all()
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(["at", "actor", "act", "subject", "detail"])
    for entry in reversed(found):
        detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else ""
        cells = [entry.at.isoformat(), entry.actor, entry.act, entry.subject, detail]
        writer.writerow([_inert(cell) for cell in cells])
    content = written.getvalue().encode("utf-8-sig")
    file = Attachment(filename="journal.csv", media_type="text/csv", content=content)
    return Reply(messages=(Message(text=wording.JOURNAL_EXPORTED, attachment=file),))


def _administrator(request: Request) -> Someone:
    person = privately(request)
    if Role.ADMIN not in person.roles:
        raise Refusal(wording.NOT_ADMIN, audit="not administrator")
    return person


def _line(entry: AuditEntry, request: Request) -> str:
    at = f"{day(entry.at.astimezone(request.tz).date(), year=False)} {clock(entry.at, request.tz)}"
    whom = f" → {entry.subject}" if entry.subject and entry.subject != entry.actor else ""
    detail = ", ".join(f"{key}={value}" for key, value in sorted(entry.detail.items()))
    act = wording.ACTS.get(entry.act, entry.act)
    return f"- {plain(at)} · {plain(entry.actor)} · **{act}**{plain(whom)}" + (f" ({plain(detail)})" if detail else "")


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else cell
