"""When to look at an event again: a note the reminders' tick leaves for itself, rebuilt from the event at will.

There is one row for each event, not for each person and reminder: who is to be reminded is asked when it is due
(see docs/decisions/0012).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    String,
    Time,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.agenda import Event
from storage.base import Row, insert_or_ignore
from storage.network import DEFAULT_ZONE, NetworkSetting, Region, Structure
from storage.people import Person


class NextReminder(Row):
    """When the next reminder of an event is due for anybody; None when there is none left.

    The rest is what it was worked out from: where the event or the `calendars` differ, it is worked out again.
    """

    __tablename__ = "next_reminders"
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    status: Mapped[str]
    starts_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    calendars: Mapped[str]


async def events_to_look_at(
    session: AsyncSession, now: datetime, since: date, calendars: str, limit: int
) -> Sequence[tuple[Event, NextReminder | None]]:
    """Events from `since` on with a reminder due, or changed since they were last looked at; the first ones first."""
    rows = await session.execute(
        select(Event, NextReminder)
        .outerjoin(NextReminder, NextReminder.event_id == Event.id)
        .where(
            Event.starts_on >= since,
            or_(
                NextReminder.id.is_(None),
                NextReminder.due_at <= now,
                NextReminder.updated_at != Event.updated_at,
                NextReminder.status != Event.status,
                NextReminder.starts_on != Event.starts_on,
                NextReminder.starts_at.is_distinct_from(Event.starts_at),
                NextReminder.calendars != calendars,
            ),
        )
        .order_by(Event.starts_on, Event.starts_at, Event.id)
        .limit(limit)
    )
    return [(event, note) for event, note in rows]


def any_due(calendar: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a reminder is noted that is due; what has changed since is not among it."""
    return exists().where(NextReminder.due_at <= calendar)


async def forget_past(session: AsyncSession, now: datetime, since: date) -> None:
    """What was due of events so long ago is never looked at again."""
    past = select(Event.id).where(Event.starts_on < since)
    await session.execute(
        update(NextReminder)
        .where(NextReminder.due_at <= now, NextReminder.event_id.in_(past))
        .values(due_at=None)
        .execution_options(synchronize_session=False)
    )


async def note_next(
    session: AsyncSession, looked_at: Sequence[tuple[Event, NextReminder | None, datetime | None]], calendars: str
) -> None:
    """Remember when to look at events again: each with the note it had, and the instant of its next reminder."""
    new = []
    for event, note, due_at in looked_at:
        values = {
            "due_at": due_at,
            "status": event.status,
            "starts_on": event.starts_on,
            "starts_at": event.starts_at,
            "updated_at": event.updated_at,
            "calendars": calendars,
        }
        if note is None:
            new.append({"event_id": event.id, **values})
        else:
            for name, value in values.items():
                setattr(note, name, value)
    await session.flush()
    await insert_or_ignore(session, NextReminder, new)


@dataclass(frozen=True, slots=True)
class Calendars:
    """What instants of reminders depend on: every zone with its holidays, and quiet hours; None are the network's.

    `zones` are more than there are, but asked cheaply: those of the regions, and each zone of one's own, a structure's
    or a person's, with the holidays of every region.
    """

    home: tuple[str, str]
    zones: tuple[tuple[str, str], ...]
    quiet: tuple[tuple[time, time] | None, ...]

    @property
    def digest(self) -> str:
        """Differs when anything of it does."""
        return hashlib.sha256(repr((self.home, self.zones, self.quiet)).encode()).hexdigest()[:16]


async def all_calendars(session: AsyncSession) -> Calendars:
    """Every calendar that somebody may have, in one query: each tick asks."""
    found: dict[str, set[tuple[Any, ...]]] = {"home": set(), "region": set(), "own": set(), "quiet": set()}
    for what, zone, holidays, begins, ends in (await session.execute(_CALENDARS)).all():
        found[what].add((begins, ends) if what == "quiet" else (zone, holidays))
    zone, holidays = next(iter(found["home"]), (None, None))
    here = str(zone or DEFAULT_ZONE), str(holidays or "")
    pairs = {here, *((zone or here[0], holidays or here[1]) for zone, holidays in found["region"])}
    pairs |= {(own, holidays) for own, _ in found["own"] if own for _, holidays in pairs}
    return Calendars(here, tuple(sorted(pairs)), (None, *sorted(found["quiet"])))


_NO_TEXT, _NO_TIME = cast(null(), String), cast(null(), Time)


def _said(
    what: str, zone: Any = _NO_TEXT, holidays: Any = _NO_TEXT, begins: Any = _NO_TIME, ends: Any = _NO_TIME
) -> Select[Any]:
    return select(literal(what), zone, holidays, begins, ends)


_network = NetworkSetting.value
_CALENDARS = union_all(
    _said("home", _network["zone"].as_string(), _network["holidays"].as_string()).where(
        NetworkSetting.key == "network"
    ),
    _said("region", Region.zone, Region.holidays),
    _said("own", Structure.zone).where(Structure.zone.is_not(None)).distinct(),
    _said("own", Person.zone).where(Person.zone.is_not(None)).distinct(),
    _said("quiet", begins=Person.quiet_begins, ends=Person.quiet_ends)
    .where(Person.quiet_begins.is_not(None), Person.quiet_ends.is_not(None))
    .distinct(),
)
