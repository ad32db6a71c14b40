"""The tick of the reminders that people asked for themselves: each once for each date that its event has.

A row says when it is due next; whatever it was worked out from (the event's date, the person's zone) is looked at again
before anything is sent. What is written to the outbox is unique by event, date, row and person, like the reminders of
the plan, and is taken back with them when the event moves, is cancelled or is declined.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.cards import reminder
from handlers.calendar.moments import When, due, useful_until
from handlers.instants import Start, known_zone, next_permitted, quiet_hours
from schedules.ticking import More
from storage.agenda import Status
from storage.network import home
from storage.outbox import Kind, State, enqueue
from storage.own_reminders import Wanted, own_to_look_at
from storage.people import Account, accounts_of, best_account
from storage.preferences import quiet_of
from storage.replies import Coming, Rsvp, replies_of

MOST = 500  # rows that a tick looks at, so that one transaction stays short; it is called again at once
GRACE = timedelta(minutes=15)  # a tick may come this late and still send at once, even if the evening has begun
NO_ACCOUNT = "no account"
TOO_LATE = "too late"
_FURTHEST = timedelta(hours=28)  # apart are the first and the last zone on Earth, and a change of clocks
_DAY = timedelta(days=1)


async def remind_own(session: AsyncSession, now: datetime) -> int:
    """Write what is due by `now` (the calendar's clock); returns how many deliveries it added."""
    looked_at = await own_to_look_at(session, now, now + _FURTHEST, MOST)
    if not looked_at:
        return 0
    default_zone, _ = await home(session)
    accounts: dict[int, list[Account]] = {}
    for account in await accounts_of(session, {one.person.id for one in looked_at}):
        accounts.setdefault(account.person_id or 0, []).append(account)
    replies = {
        event: await replies_of(session, event, {one.person.id for one in looked_at if one.event.id == event})
        for event in {one.event.id for one in looked_at}
    }
    rows = []
    with session.no_autoflush:  # what was sent is written once, at the end: hundreds are due at a full hour
        for one in looked_at:
            _aim(one, default_zone)
            if one.row.due_at is not None and one.row.due_at <= now:
                reply = replies[one.event.id].get(one.person.id)
                rows += await _fulfil(session, one, reply, accounts.get(one.person.id, ()), default_zone, now)
    await session.flush()
    sent = await enqueue(session, [row for row in rows if row["state"] == State.WAITING])
    await enqueue(session, [row for row in rows if row["state"] != State.WAITING])
    return More(sent) if len(looked_at) == MOST else sent


def end_of_day(at: datetime, zone: str) -> datetime:
    """The midnight that follows, where the reader lives."""
    tz = ZoneInfo(zone)
    return datetime.combine(at.astimezone(tz).date() + _DAY, time(0), tz).astimezone(UTC)


def _zone(one: Wanted, default: str) -> str:
    return one.zone if known_zone(one.zone) else default


def _aim(one: Wanted, default_zone: str) -> None:
    """Work out anew when it is due: never for a date it was sent for, nor before the event had its date."""
    start, when = Start.of(one.event), When.parse(one.row.rule)
    at = due(when, start, _zone(one, default_zone), one.holidays, quiet_hours(quiet_of(one.person)))
    past = when.follows and (
        one.row.sent_for == str(start)
        or (at is not None and one.event.dated_at is not None and at < one.event.dated_at)
    )
    void = at is None or past or one.event.status == Status.CANCELLED
    one.row.due_at = None if void else at
    one.row.zone = one.zone if when.days is not None else ""


async def _fulfil(
    session: AsyncSession,
    one: Wanted,
    reply: Rsvp | None,
    accounts: Sequence[Account],
    default_zone: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """The row of the outbox, or of the report when nothing can be sent any more; the wish is fulfilled either way."""
    start, when, zone = Start.of(one.event), When.parse(one.row.rule), _zone(one, default_zone)
    about = f"reminder:{one.event.id}:{start}:own{one.row.id}:person:{one.person.id}"
    asked_for = one.row.due_at
    one.row.sent_for, one.row.due_at = str(start), None
    if not when.follows:
        await session.delete(one.row)
    assert asked_for is not None
    if one.person.reminders_paused or (reply is not None and reply.answer == Coming.NO):
        return []
    until = useful_until(start)
    late = now - asked_for > GRACE
    at = next_permitted(now, zone, one.holidays, quiet_hours(quiet_of(one.person))) if late else asked_for
    best = best_account(accounts, one.person.preferred_platform, one.person.fallback_platform)
    reason = TOO_LATE if at >= until else NO_ACCOUNT if best is None else ""
    coming = reply is not None and reply.answer == Coming.YES and not reply.waiting
    message = reminder(one.event, ZoneInfo(zone), at, one.person.locale or "fr", coming=coming)
    row = {
        "about": about,
        "kind": Kind.REMINDER,
        "person_id": one.person.id,
        "account_id": best.id if best else None,
        "platform": best.platform if best else "",
        "workspace": best.workspace if best else "",
        "chat": best.chat if best else "",
        "payload": message.model_dump(mode="json", exclude_defaults=True),
        "due_at": at,
        "expires_at": min(until, end_of_day(at, zone)),
        "state": State.SKIPPED if reason else State.WAITING,
        "reason": reason,
        "ended_at": now if reason else None,
        "created_at": now,
    }
    return [row]
