"""The reminders' tick: when a reminder of an event is due, one row of the outbox for each person it is meant for.

Idempotent: a row's `about` names the event, the date it has, the reminder and the person, so any number of workers
may tick at any time, and an event that is moved is reminded afresh. Nothing due costs three short statements.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import String, and_, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar.cards import reminder
from handlers.instants import (
    Due,
    Offset,
    Quiet,
    Start,
    dues,
    in_force,
    known_zone,
    next_permitted,
    plan_of,
    quiet_hours,
)
from schedules.own_reminders import GRACE, NO_ACCOUNT, TOO_LATE, end_of_day
from schedules.ticking import More
from storage.agenda import Event, Status
from storage.audiences import Audience, Recipient, calendars, recipients
from storage.network import setting
from storage.outbox import Delivery, Kind, State, cancel_waiting, enqueue
from storage.own_reminders import look_again
from storage.people import Person
from storage.reminders import Calendars, NextReminder, all_calendars, events_to_look_at, forget_past, note_next
from storage.replies import Coming, replies_of, wants_reminders

MOST = (
    500  # rows a tick writes, so that one transaction stays short; it is called again at once, and sends get in between
)
MOST_EVENTS = 200  # events a tick looks at, for the same reason
_LONGEST_DOWN = timedelta(days=7)  # what was missed of events that have begun meanwhile is found that far back


class _Moment(NamedTuple):
    """The reminder that readers of one calendar should have by now, when it leaves, and their zone."""

    due: Due
    at: datetime
    zone: str


async def remind(session: AsyncSession, now: datetime) -> int:
    """Write what is due by `now` (the calendar's clock); returns how many deliveries it added."""
    everywhere = await all_calendars(session)
    since = now.date() - _LONGEST_DOWN
    looked_at = await events_to_look_at(session, now, since, everywhere.digest, MOST_EVENTS)
    if not looked_at:
        await forget_past(session, now, since)
        return 0
    network = await setting(session, "network")
    added, room, noted = 0, MOST, []
    for event, note in looked_at:
        start, plan = Start.of(event), plan_of(event, network)
        if note is not None and _noted(note) != _standing(event):
            await _forget(session, event, start, now)
        due, written = _instants(event, start, plan, everywhere), 0
        if start.instant > now or _missed(note, start, event):
            for own, instants in due.items():
                if any(at <= now for at in instants):
                    more = await _write(session, event, start, plan, everywhere.home[0], own, now, room - written)
                    written, added = written + more[0], added + more[1]
        room -= written
        if room <= 0:
            break  # not noted: the next tick takes it up here
        noted.append((event, note, min((at for instants in due.values() for at in instants if at > now), default=None)))
    await look_again(session, [event.id for event, note, _ in noted if _has_changed(note, event)], now)
    await note_next(session, noted, everywhere.digest)
    return More(added) if room <= 0 or len(looked_at) == MOST_EVENTS else added


def _instants(
    event: Event, start: Start, plan: tuple[Offset, ...], everywhere: Calendars
) -> dict[tuple[time, time] | None, set[datetime]]:
    """When reminders of an event may be due for anybody, by quiet hours."""
    if event.status == Status.CANCELLED:
        return {}
    zones = {(zone if known_zone(zone) else everywhere.home[0], holidays) for zone, holidays in everywhere.zones}
    return {
        own: {due.at for zone, holidays in zones for due in dues(start, plan, zone, holidays, quiet_hours(own))}
        for own in everywhere.quiet
    }


def _missed(note: NextReminder | None, start: Start, event: Event) -> bool:
    """Whether a reminder was due before an event that has begun, and nobody looked: it is written, as missed."""
    stood = note is not None and _noted(note) == _standing(event)
    return stood and note is not None and note.due_at is not None and note.due_at < start.instant


def _has_changed(note: NextReminder | None, event: Event) -> bool:
    return note is None or note.updated_at != event.updated_at or _noted(note) != _standing(event)


def _noted(note: NextReminder) -> tuple[str, Any, datetime | None]:
    return note.status, note.starts_on, note.starts_at


def _standing(event: Event) -> tuple[str, Any, datetime | None]:
    return event.status, event.starts_on, event.starts_at


async def _write(
    session: AsyncSession,
    event: Event,
    start: Start,
    plan: tuple[Offset, ...],
    default_zone: str,
    own: tuple[time, time] | None,
    now: datetime,
    room: int,
) -> tuple[int, int]:
    """The rows of one event for those with these quiet hours; how many were written, and how many will be sent."""
    written = sent = 0
    quiet = quiet_hours(own)
    begins, ends = own or (None, None)  # SQLAlchemy writes « = NULL » as IS NULL
    theirs = and_(Person.quiet_begins == begins, Person.quiet_ends == ends)
    audience = Audience.of(event.audience)
    awake = and_(Person.reminders_paused.is_(False), wants_reminders(event.id), theirs)
    moments: dict[Offset, dict[tuple[str, str], _Moment]] = {}
    for zone, holidays in await calendars(session, audience, awake):
        reader = zone if known_zone(zone) else default_zone
        due_then = dues(start, plan, reader, holidays, quiet)
        found = _sending(start, due_then, reader, holidays, quiet, event.dated_at, now)
        if found is not None:
            moments.setdefault(found[0].offset, {})[zone, holidays] = _Moment(*found, reader)
    for offset, theirs_then in moments.items():
        about = f"reminder:{event.id}:{start}:{offset}:person:"
        known = select(Delivery.id).where(Delivery.about == literal(about) + cast(Person.id, String))
        if written >= room:
            break
        group = await recipients(session, audience, awake, ~known.exists(), among=theirs_then, limit=room - written)
        replies = await replies_of(session, event.id, [one.person_id for one in group])
        coming = {number for number, row in replies.items() if row.answer == Coming.YES and not row.waiting}
        for calendar, moment in theirs_then.items():
            together = [one for one in group if (one.zone, one.holidays) == calendar]
            if not together:
                continue
            rows = _rows(event, start, together, coming, about, moment, now)
            written += len(rows)
            sent += await enqueue(session, [row for row in rows if row["state"] == State.WAITING])
            await enqueue(session, [row for row in rows if row["state"] != State.WAITING])
            await _supersede(session, event, start, plan, moment.due, together, now)
    return written, sent


def _sending(
    start: Start,
    due: Sequence[Due],
    zone: str,
    holidays: str,
    quiet: Quiet,
    dated_at: datetime | None,
    now: datetime,
) -> tuple[Due, datetime] | None:
    """Which reminder readers of a calendar should have by now, and when it leaves; None when it is none.

    One that is late waits for the end of the night; if another is due by then, that one is sent instead. What
    was due before the event got its date is of the past.
    """
    due = [one for one in due if dated_at is None or one.at >= dated_at]
    current = in_force(due, now)
    if current is None:
        return None
    if now - current.at <= GRACE:
        return current, current.at
    at = next_permitted(now, zone, holidays, quiet)
    return in_force(due, at) or current, at


def _rows(
    event: Event,
    start: Start,
    group: Sequence[Recipient],
    coming: Collection[int],
    about: str,
    moment: _Moment,
    now: datetime,
) -> list[dict[str, Any]]:
    at, zone = moment.at, moment.zone
    kinds = {(one.locale, one.person_id in coming) for one in group}
    payloads = {
        (locale, comes): reminder(event, ZoneInfo(zone), at, locale, coming=comes).model_dump(
            mode="json", exclude_defaults=True
        )
        for locale, comes in kinds
    }
    useful = at < start.instant
    common: Mapping[str, Any] = {
        "kind": Kind.REMINDER,
        "due_at": at,
        "expires_at": min(start.instant, end_of_day(at, zone)),  # « c’est demain » is not true any longer
        "created_at": now,
    }
    rows = []
    for one in group:
        reason = NO_ACCOUNT if one.account is None else "" if useful else TOO_LATE
        end = {
            "state": State.SKIPPED if reason else State.WAITING,
            "reason": reason,
            "ended_at": now if reason else None,
        }
        payload = payloads[one.locale, one.person_id in coming]
        rows.append({"about": f"{about}{one.person_id}", "payload": payload, **common, **one.address, **end})
    return rows


async def _supersede(
    session: AsyncSession,
    event: Event,
    start: Start,
    plan: Sequence[Offset],
    due: Due,
    group: Sequence[Recipient],
    now: datetime,
) -> None:
    """An earlier reminder that never left is of no use beside this one."""
    others = [offset for offset in plan if offset != due.offset]
    abouts = [f"reminder:{event.id}:{start}:{offset}:person:{one.person_id}" for offset in others for one in group]
    for first in range(0, len(abouts), 1000):
        chunk = abouts[first : first + 1000]
        await cancel_waiting(
            session, Delivery.about.in_(chunk), Delivery.due_at <= due.at, reason="superseded", now=now
        )


async def _forget(session: AsyncSession, event: Event, start: Start, now: datetime) -> None:
    """The event has another date, or none any more: what waits for the old one must not leave."""
    mine = Delivery.about.like(f"reminder:{event.id}:%")
    kept = Delivery.about.like(f"reminder:{event.id}:{start}:%")
    if event.status == Status.CANCELLED:
        await cancel_waiting(session, Delivery.kind == Kind.REMINDER, mine, reason="event cancelled", now=now)
    else:
        await cancel_waiting(session, Delivery.kind == Kind.REMINDER, mine, ~kept, reason="moved", now=now)
