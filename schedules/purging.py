"""The purge: what has been kept for its time goes, a bounded part of it at each tick, whoever ticks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.clock import machine_now
from schedules.ticking import Tick
from storage.audit import forget_before
from storage.consultations import Consultation, Draft
from storage.conversations import Conversation
from storage.database import ERASED
from storage.forgetting import ENDS, GOODBYE, SECRET
from storage.imports import ImportChange, ImportRun
from storage.inbox import InboxItem, InboxState
from storage.linking import Invitation, LinkCode, LinkProposal, WrongTry
from storage.network import setting, write_setting
from storage.outbox import Delivery
from storage.personal import purge_links
from storage.retention import Retention
from storage.tickets import Ticket, TicketState, Unanswered
from storage.uploads import Upload
from storage.web import WebMessage

MOST = 1000  # rows of a kind that a tick changes, so that its transaction stays short; the next tick goes on
WINDOW = 20_000  # deliveries that a tick looks at
CURSOR = "purging"  # the setting that says how far the deliveries have been looked at
DAY = 24 * 3600.0


def purger(retention: Retention, machine: Callable[[], float] = machine_now) -> Tick:
    """The line of the timetable for these periods."""

    async def tick(session: AsyncSession, now: datetime) -> int:
        return await purge(session, now, machine(), retention)

    return tick


def audit_purger(retention: Retention) -> Tick:
    """The line for the audit trail, apart: the database lets nobody delete from it but the owner of the table."""

    async def tick(session: AsyncSession, now: datetime) -> int:
        return await forget_before(session, now - timedelta(days=retention.audit), MOST)

    return tick


async def purge(
    session: AsyncSession,
    now: datetime,
    machine: float,
    retention: Retention,
    *,
    most: int = MOST,
    window: int = WINDOW,
) -> int:
    """Remove what has passed its period by `now` (the calendar's clock; `machine` for codes); returns how many rows.

    At most `most` deliveries of `window` looked at, and as many rows of any other kind.
    Idempotent, and harmless in several processes at once: each removes what it finds.
    """
    done = 0
    done += await _inbox(session, now - timedelta(days=retention.inbox))
    done += await _deliveries(session, now - timedelta(days=retention.deliveries), most, window)
    done += await _goodbyes(session, now)
    done += await _pages(session, now - timedelta(days=retention.pages))
    done += await _memory(session, now - timedelta(days=retention.memory))
    done += await _drafts(session, now - timedelta(days=retention.drafts))
    done += await _questions(session, now - timedelta(days=retention.questions))
    done += await _imports(session, now - timedelta(days=retention.imports))
    done += await _delete(session, Upload, Upload.expires_at <= now)
    done += await _codes(session, machine - retention.codes * DAY)
    done += await purge_links(session, machine, retention.codes * DAY)
    if done:
        session.info[ERASED] = True
    return done


async def _inbox(session: AsyncSession, before: datetime) -> int:
    """Updates are handled in about the order of their numbers: the oldest are looked at, no others."""
    removed = 0
    for state in (InboxState.DONE, InboxState.FAILED):
        oldest = await session.execute(
            select(InboxItem.id, InboxItem.handled_at, InboxItem.stored_at)
            .where(InboxItem.state == state)
            .order_by(InboxItem.id)
            .limit(MOST)
        )
        ids = [row.id for row in oldest if (row.handled_at or row.stored_at) < before]
        removed += await _by_id(session, InboxItem, ids)
    return removed


async def _deliveries(session: AsyncSession, before: datetime, most: int, window: int) -> int:
    """Texts and addresses go, the facts stay. A tick looks at one stretch of them and remembers where it ended."""
    start = int((await setting(session, CURSOR)).get("deliveries", 0))
    stretch = select(Delivery.id).where(Delivery.id > start).order_by(Delivery.id)
    end: int | None = await session.scalar(stretch.offset(window - 1).limit(1))
    kept = or_(cast(Delivery.payload, String) != "{}", Delivery.chat != "")
    query = stretch.where(Delivery.state.in_(ENDS), Delivery.ended_at < before, kept).limit(most)
    ids = (await session.scalars(query if end is None else query.where(Delivery.id <= end))).all()
    await _blank(session, ids)
    reached = ids[-1] if len(ids) == most else end or 0  # at the end it begins again
    if reached != start:
        await write_setting(session, CURSOR, {"deliveries": reached})
    return len(ids)


async def _goodbyes(session: AsyncSession, now: datetime) -> int:
    """Last words, and links, that were given up: those that were sent are forgotten when that is recorded."""
    ids = await session.scalars(
        select(Delivery.id)
        .where(
            Delivery.state.in_(ENDS),
            Delivery.expires_at <= now,
            or_(Delivery.about.startswith(GOODBYE), Delivery.about.startswith(SECRET)),
            Delivery.chat != "",
        )
        .limit(MOST)
    )
    return await _blank(session, ids.all())


async def _blank(session: AsyncSession, ids: Any) -> int:
    values = {"payload": {}, "chat": "", "edits": "", "message_ref": ""}
    for number in range(0, len(ids), 500):
        query = update(Delivery).where(Delivery.id.in_(ids[number : number + 500])).values(values)
        await session.execute(query.execution_options(synchronize_session=False))
    return len(ids)


async def _pages(session: AsyncSession, before: datetime) -> int:
    oldest = await session.execute(select(WebMessage.id, WebMessage.created_at).order_by(WebMessage.id).limit(MOST))
    return await _by_id(session, WebMessage, [row.id for row in oldest if row.created_at < before])


async def _memory(session: AsyncSession, before: datetime) -> int:
    due = select(Conversation.id).where(Conversation.memory_at < before).limit(MOST).scalar_subquery()
    query = update(Conversation).where(Conversation.id.in_(due)).values(memory={}, memory_at=None)
    return _count(await session.execute(query.execution_options(synchronize_session=False)))


async def _drafts(session: AsyncSession, before: datetime) -> int:
    """Unfinished answers that nobody can send any more."""
    over = select(Consultation.id).where(Consultation.closes_at < before).scalar_subquery()
    return await _delete(session, Draft, Draft.consultation_id.in_(over))


async def _questions(session: AsyncSession, before: datetime) -> int:
    """What was asked of staff; an answer that they keep has become a known one."""
    over = and_(Ticket.state != TicketState.OPEN, Ticket.asked_at < before)
    return await _delete(session, Unanswered, Unanswered.at < before) + await _delete(session, Ticket, over)


async def _imports(session: AsyncSession, before: datetime) -> int:
    """The values that an import replaced; that it was made stays known."""
    old = select(ImportRun.id).where(ImportRun.applied_at < before).scalar_subquery()
    return await _delete(session, ImportChange, ImportChange.run_id.in_(old))


async def _codes(session: AsyncSession, before: float) -> int:
    removed = 0
    for table in (LinkProposal, LinkCode, Invitation):
        removed += await _delete(session, table, table.until < before)
    return removed + await _delete(session, WrongTry, WrongTry.at < before)


async def _delete(session: AsyncSession, table: Any, where: Any) -> int:
    ids = (await session.scalars(select(table.id).where(where).order_by(table.id).limit(MOST))).all()
    return await _by_id(session, table, ids)


async def _by_id(session: AsyncSession, table: Any, ids: Any) -> int:
    for number in range(0, len(ids), 500):
        query = delete(table).where(table.id.in_(ids[number : number + 500]))
        await session.execute(query.execution_options(synchronize_session=False))
    return len(ids)


def _count(result: Any) -> int:
    return int(result.rowcount)
