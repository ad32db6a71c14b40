"""Confirming: the audience is frozen and every recipient gets their row of the outbox, once."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import audience_wording, managing_wording, report_wording, wording
from handlers.announcements.drafts import draft
from handlers.announcements.noting import note_act
from handlers.announcements.personalising import merge_fields
from handlers.announcements.previewing import EXPIRY, as_sent, departure, instant, panel
from handlers.announcements.reporting import report
from handlers.announcements.rights import Rights, allowed
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request
from storage.announcements import Announcement, AnnouncementStatus
from storage.audiences import Audience, Recipient, all_recipients
from storage.conversations import Conversation
from storage.network import home
from storage.outbox import Kind, State, enqueue, stopped_by
from storage.people import accounts_of

NO_ACCOUNT = "no account"


async def confirm(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:send:<id>:<revision>`: send the revision that was previewed. A second press shows the report."""
    may, announcement = await allowed(request, session, request.number(0))
    if announcement.status != AnnouncementStatus.COMPOSING:
        if announcement.frozen_at is None:
            raise Refusal(wording.GONE)
        shown = await report(request, session, announcement)
        return Reply(messages=(shown,), notice=wording.ALREADY, replace=True)
    if request.number(1) != announcement.revision:
        now = await panel(request, session, may, announcement)
        changed = Message(text=wording.CHANGED)
        return Reply(messages=(changed, as_sent(announcement), now))
    if _is_stale(announcement, request.received_at):
        announcement.scheduled_at = announcement.zone = announcement.expires_at = None
        announcement.revision += 1
        now = await panel(request, session, may, announcement)
        return Reply(messages=(Message(text=wording.STALE), as_sent(announcement), now))
    people, unreachable, later = await freeze(session, announcement, may, request.received_at)
    if people == unreachable:
        nobody = audience_wording.NOBODY_REACHED if people else audience_wording.NOBODY
        return say(nobody, (Button(label=audience_wording.AUDIENCE, action=f"announce:to:{announcement.id}"),))
    await note_act(request, session, announcement.id, "confirmed", people=people, unreachable=unreachable)
    conversation.close_form()
    follow = Button(label=report_wording.REPORT, action=f"announce:report:{announcement.id}")
    text = wording.sent(people - unreachable, unreachable, instant(announcement, request), later)
    if by := await stopped_by(session):
        text += f"\n\n{managing_wording.halted_by(plain(by))}"
    return say(text, (follow,), replace=True)


def _is_stale(announcement: Announcement, now: datetime) -> bool:
    """Whether the departure or the last date that the preview showed has passed since."""
    return any(at is not None and at <= now for at in (announcement.scheduled_at, announcement.expires_at))


async def try_out(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:try:<id>`: send this revision, once, to every account of the one who asks."""
    may, announcement = await draft(request, session)
    now = request.received_at
    payload = as_sent(announcement).model_dump(mode="json", exclude_defaults=True)
    rows = [
        {
            "about": f"announcement-try:{announcement.id}:{announcement.revision}:{account.id}",
            "kind": Kind.NOTICE,
            "person_id": may.person.id,
            "account_id": account.id,
            "platform": account.platform,
            "workspace": account.workspace,
            "chat": account.chat,
            "payload": payload,
            "due_at": now,
            "created_at": now,
        }
        for account in await accounts_of(session, [may.person.id])
        if account.chat and account.unreachable is None
    ]
    new = await enqueue(session, rows)
    if not rows or not new:
        return Reply(notice=wording.TRIED_ALREADY if rows else wording.NOWHERE_TO_TRY)
    if await stopped_by(session):
        return Reply(notice=wording.TRIED_LATER)
    unfilled = merge_fields(announcement.text)
    return Reply(notice=f"{wording.TRIED} {wording.as_written(unfilled)}" if unfilled else wording.TRIED)


async def freeze(session: AsyncSession, announcement: Announcement, may: Rights, now: datetime) -> tuple[int, int, int]:
    """Write a delivery for everybody meant, by the rights of this moment; returns how many, how many unreachable, and
    how many of the others have to wait beyond its departure for the end of their night, week-end or holiday.

    With nobody to reach nothing is written and the announcement stays a draft. The caller holds its lock.
    """
    audience = may.within(Audience.of(announcement.audience))
    start = max(announcement.scheduled_at or now, now)
    expires_at = announcement.expires_at or start + EXPIRY
    default_zone, _ = await home(session)
    payload = as_sent(announcement).model_dump(mode="json", exclude_defaults=True)
    people = unreachable = later = 0
    waiting: list[dict[str, Any]] = []  # recipients without an account, until one with an account turns up
    async for batch in all_recipients(session, audience):
        rows = [_row(announcement, one, payload, departure(one, start, default_zone), expires_at, now) for one in batch]
        people += len(rows)
        unreachable += sum(row["state"] == State.SKIPPED for row in rows)
        later += sum(row["state"] == State.WAITING and row["due_at"] > start for row in rows)
        waiting += rows
        if people > unreachable:
            await enqueue(session, waiting)
            waiting = []
    if people == unreachable:
        return people, unreachable, later
    announcement.audience = audience.as_json()
    announcement.status = AnnouncementStatus.SCHEDULED if start > now else AnnouncementStatus.SENDING
    announcement.frozen_at = announcement.updated_at = now
    announcement.expires_at = expires_at
    announcement.confirmed_by = may.person.id
    return people, unreachable, later


def _row(
    announcement: Announcement,
    recipient: Recipient,
    payload: dict[str, Any],
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    end = "" if recipient.account else NO_ACCOUNT
    return {
        "about": f"announcement:{announcement.id}:person:{recipient.person_id}",
        "kind": Kind.ANNOUNCEMENT,
        "announcement_id": announcement.id,
        "payload": payload,
        "due_at": due_at,
        "expires_at": expires_at,
        "created_at": now,
        "state": State.SKIPPED if end else State.WAITING,
        "reason": end,
        "ended_at": now if end else None,
        **recipient.address,
    }
