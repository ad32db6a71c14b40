"""What will be sent in the next weeks, to how many and when: the same rules as the ticks, asked ahead of time.

Nothing is written. Who answers, moves or declines meanwhile changes it, so it is what would be sent if nothing more
happened.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import forecast_wording as wording
from handlers.calendar.previewing import Sending
from handlers.consultations.nudging import silent_members, waves
from handlers.instants import MOST_DAYS, Offset, Start, dues, known_zone, plan_of, quiet_hours
from storage.agenda import Event, Status, events_between
from storage.announcements import Announcement, AnnouncementStatus
from storage.audiences import Audience, crowds
from storage.consultations import Consultation
from storage.consultations import Status as Stage
from storage.network import home, setting
from storage.outbox import Delivery, Kind, State
from storage.own_reminders import OwnReminder
from storage.people import Person, accounts_of
from storage.replies import wants_reminders


async def forecast(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    """Everything that would leave from `now` to `until`, in the order of time."""
    found = [
        *await _reminders(session, now, until),
        *await _own(session, now, until),
        *await _waiting(session, now, until),
        *await _announcements(session, now, until),
        *await _nudges(session, now, until),
    ]
    return sorted(found, key=lambda one: (one.first, one.title))


async def _reminders(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    network, (default_zone, _) = await setting(session, "network"), await home(session)
    last = (until + timedelta(days=MOST_DAYS + 1)).date()
    found = []
    for event in await events_between(session, now.date() - timedelta(days=1), last):
        start, plan = Start.of(event), plan_of(event, network)
        if event.status == Status.CANCELLED or start.instant <= now:
            continue
        counts: dict[Offset, list[tuple[datetime, int, int]]] = {}
        awake = Person.reminders_paused.is_(False), wants_reminders(event.id)
        for crowd in await crowds(session, Audience.of(event.audience), *awake):
            zone = crowd.zone if known_zone(crowd.zone) else default_zone
            for due in dues(start, plan, zone, crowd.holidays, quiet_hours(crowd.quiet)):
                if now < due.at <= until and (event.dated_at is None or due.at >= event.dated_at):
                    counts.setdefault(due.offset, []).append((due.at, crowd.people, crowd.unreachable))
        found += [
            _sending("reminder", event.name, wording.offset(str(offset)), all_) for offset, all_ in counts.items()
        ]
    return found


async def _own(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    """Reminders that people asked for, by event: how many, never whose."""
    query = (
        select(Event.name, func.min(OwnReminder.due_at), func.max(OwnReminder.due_at), func.count(OwnReminder.id))
        .join(Event, Event.id == OwnReminder.event_id)
        .where(OwnReminder.due_at > now, OwnReminder.due_at <= until)
        .group_by(Event.id, Event.name)
    )
    return [
        Sending("own", name, wording.ASKED_FOR, first, last, count, 0)
        for name, first, last, count in await session.execute(query)
        if first is not None and last is not None
    ]


async def _waiting(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    """What is written already and waits for an hour at which it may leave."""
    query = select(Delivery.kind, func.min(Delivery.due_at), func.max(Delivery.due_at), func.count(Delivery.id)).where(
        Delivery.state == State.WAITING,
        Delivery.kind.in_((Kind.REMINDER, Kind.NUDGE, Kind.NOTICE)),
        Delivery.due_at > now,
        Delivery.due_at <= until,
    )
    return [
        Sending("waiting", wording.WAITING[kind], wording.FOR_THE_MORNING, first, last, count, 0)
        for kind, first, last, count in await session.execute(query.group_by(Delivery.kind))
    ]


async def _announcements(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    """Those with a date, and what waits of those under way for the morning of its readers."""
    query = (
        select(Announcement, func.min(Delivery.due_at), func.max(Delivery.due_at), func.count(Delivery.id))
        .join(Delivery, Delivery.announcement_id == Announcement.id)
        .where(
            Announcement.status.in_((AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING)),
            Delivery.state == State.WAITING,
            Delivery.due_at > now,
            Delivery.due_at <= until,
        )
        .group_by(Announcement.id)
    )
    return [
        Sending("announcement", wording.beginning(announcement.text), "", first, last, count, 0)
        for announcement, first, last, count in await session.execute(query)
    ]


async def _nudges(session: AsyncSession, now: datetime, until: datetime) -> list[Sending]:
    """To those who have not answered by now."""
    default_zone, default_holidays = await home(session)
    query = select(Consultation).where(
        Consultation.status.in_((Stage.OPEN, Stage.DRAFT)), Consultation.closes_at > now, Consultation.opens_at <= until
    )
    found = []
    for consultation in (await session.scalars(query.order_by(Consultation.id))).all():
        assert consultation.closes_at is not None
        counts: dict[int, list[tuple[datetime, int, int]]] = {}
        opens_at = consultation.opens_at or now
        silent = await silent_members(session, consultation) if consultation.nudge_days else []
        reached = {one.person_id for one in await accounts_of(session, [member.id for member in silent])}
        for member in silent:
            calendar = member.zone or default_zone, member.holidays or default_holidays
            for wave in waves(consultation.closes_at, consultation.nudge_days, *calendar):
                if max(now, opens_at) < wave.at <= until:
                    counts.setdefault(wave.days, []).append((wave.at, 1, int(member.id not in reached)))
        found += [
            _sending("nudge", consultation.title, wording.before_close(days), all_) for days, all_ in counts.items()
        ]
    return found


def _sending(kind: str, title: str, what: str, parts: Iterable[tuple[datetime, int, int]]) -> Sending:
    instants, people, unreachable = zip(*parts, strict=True)
    return Sending(kind, title, what, min(instants), max(instants), sum(people), sum(unreachable))
