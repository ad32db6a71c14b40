"""From a calendar file to what it would change in the agenda, and to changing it: for the command line and the chat.

What is known is found by UID and date of the series. A file changes only what a file brought, and of that nothing that
staff have changed since; a version that is older (SEQUENCE) is passed over. A date that a series no longer has is
cancelled. Nobody is told here: `telling_changes.tell_changes` takes what `apply_plan` returns.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import import_wording, wording
from handlers.calendar.ics_lines import BadCalendar, EventFault
from handlers.calendar.ics_reading import AgendaFile, Entry
from handlers.calendar.keeping import drop_reminders
from handlers.calendar.regions import region_named
from handlers.calendar.telling_changes import Change
from handlers.calendar.understanding import fold
from handlers.dates import event_dates
from handlers.messages import plain
from storage.agenda import Event, Precision, Status, events_of_keys, events_of_uids
from storage.network import Region, all_regions, bump_knowledge

_OWN = re.compile(r"(?P<key>.+)@concerte")  # what our own files call an event
_KEY = 60


@dataclass(slots=True)
class Plan:
    """What a file would do. `kept`: staff changed it here, or no file brought it; `older`: passed over."""

    file: AgendaFile
    added: list[tuple[Entry, Region | None]] = field(default_factory=list)
    changed: list[tuple[Event, Entry]] = field(default_factory=list)
    cancelled: list[tuple[Event, Entry | None]] = field(default_factory=list)
    kept: list[Event] = field(default_factory=list)
    unchanged: int = 0
    older: int = 0
    unknown: int = 0  # cancelled in the file, and never on this agenda

    @property
    def does_anything(self) -> bool:
        """Whether an event is added, changed or cancelled."""
        return bool(self.added or self.changed or self.cancelled)

    def told(self, today: date) -> list[Event]:
        """The events to come of which people may want to hear: at another date, in another place, or cancelled."""
        moved = [
            event
            for event, entry in self.changed
            if _moves(event, entry) and max(event.ends_on, entry.ends_on) >= today
        ]
        return [*moved, *(event for event, _ in self.cancelled if event.ends_on >= today)]

    @property
    def fingerprint(self) -> str:
        """The same for the same effect on the same agenda: what was shown is done, or it is shown again."""
        parts = [
            *(f"+{entry.uid}/{entry.occurrence}/{_digest(entry)}" for entry, _ in self.added),
            *(f"~{event.id}/{event.sequence}/{_digest(entry)}" for event, entry in self.changed),
            *(f"-{event.id}/{event.sequence}" for event, _ in self.cancelled),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def plan_agenda(session: AsyncSession, file: AgendaFile, today: date, only: frozenset[int] | None = None) -> Plan:
    """What a file would do to the agenda as it stands; `only`: the regions its sender sees to, None: all.

    Raises BadCalendar for an event of another region.
    """
    plan = Plan(file)
    regions = await all_regions(session)
    known = await _known(session, file)
    faults = []
    for entry in file.entries:
        region = region_named(regions, entry.texts.said)
        event = known.pop((entry.uid, entry.occurrence), None)
        of_region = event.region_id if event is not None else region.id if region else None
        if only is not None and of_region not in only:
            faults.append(EventFault(file.name, entry.line, entry.uid, *import_wording.OTHER_REGION))
        elif event is None and entry.status == Status.CANCELLED:
            plan.unknown += 1
        elif event is None:
            plan.added.append((entry, region))
        else:
            _compare(plan, event, entry)
    if faults:
        raise BadCalendar(faults)
    for event in known.values():  # dates that their series no longer has
        whole = file.whole.get(event.uid or "")
        if whole is None or event.status == Status.CANCELLED or event.ends_on < today:
            continue
        if only is not None and event.region_id not in only:
            continue
        if event.edited_at is not None or event.import_digest is None:
            plan.kept.append(event)
        elif whole >= (event.import_sequence or 0):
            plan.cancelled.append((event, None))
    return plan


async def apply_plan(session: AsyncSession, plan: Plan, now: datetime) -> list[Change]:
    """Do what a plan says, in the caller's transaction; returns what changed of events that were there before."""
    for entry, region in plan.added:
        event = Event(
            key=_key(entry),
            kind="event",
            uid=entry.uid,
            region_id=region.id if region else None,
            audience={"regions": [region.code]} if region else {},
            aliases=[],
            details={},
            source=import_wording.source(plan.file.name),
            source_date=now.date(),
            sequence=entry.sequence,
            dated_at=now,
        )
        _write(event, entry, now)
        session.add(event)
    changes = []
    for event, entry in plan.changed:
        dated = _date_of(event) != _date_in(entry)
        changes.append(Change(event, _was(event), dated))
        _write(event, entry, now)
        if dated:
            event.dated_at = now
            event.status = Status.MOVED
            await drop_reminders(session, event, "moved", now)
    for event, gone in plan.cancelled:
        changes.append(Change(event, _was(event), dated=True))
        event.status, event.updated_at = Status.CANCELLED, now
        event.sequence = max(event.sequence + 1, gone.sequence if gone else 0)
        if gone is not None:
            event.import_sequence, event.import_digest = gone.sequence, _digest(gone)
        await drop_reminders(session, event, "event cancelled", now)
    await session.flush()
    if plan.does_anything:
        await bump_knowledge(session)
    return changes


def _compare(plan: Plan, event: Event, entry: Entry) -> None:
    if event.import_digest == _digest(entry) or (event.import_digest is None and _same(event, entry)):
        plan.unchanged += 1
    elif event.edited_at is not None or event.import_digest is None:
        plan.kept.append(event)
    elif entry.sequence < (event.import_sequence or 0):
        plan.older += 1
    elif entry.status != Status.CANCELLED:
        plan.changed.append((event, entry))
    elif event.status == Status.CANCELLED:
        plan.unchanged += 1
    else:
        plan.cancelled.append((event, entry))


def _write(event: Event, entry: Entry, now: datetime) -> None:
    """Bring an event, new or known, to what the file says."""
    if event.id is not None:
        event.sequence = max(event.sequence + 1, entry.sequence)
    texts = entry.texts
    still_moved = event.status == Status.MOVED and entry.status == Status.PLANNED
    event.status = Status.MOVED if still_moved else entry.status
    event.occurrence = entry.occurrence
    event.name, event.place, event.remote = texts.name, texts.place or None, texts.remote
    event.video_link, event.description, event.public = texts.video_link or None, texts.description, texts.public
    event.precision = Precision.MINUTE if entry.starts_at else Precision.DAY
    event.starts_on, event.ends_on = entry.starts_on, entry.ends_on
    event.starts_at, event.ends_at, event.zone = entry.starts_at, entry.ends_at, entry.zone
    event.import_sequence, event.import_digest = entry.sequence, _digest(entry)
    event.updated_at = now


async def _known(session: AsyncSession, file: AgendaFile) -> dict[tuple[str, str], Event]:
    """The events that the file may mean, by the UID and date that it has for them."""
    wanted = {(entry.uid, entry.occurrence): entry for entry in file.entries}
    found = {
        (event.uid or "", event.occurrence): event for event in await events_of_uids(session, {u for u, _ in wanted})
    }
    # A series at another hour, or an event that has become a series: the dates of the same days are the same ones.
    left = {
        (uid, _day(event, occurrence)): key
        for key, event in found.items()
        for uid, occurrence in [key]
        if key not in wanted
    }
    for (uid, occurrence), entry in wanted.items():
        if (uid, occurrence) not in found and (old := left.pop((uid, _day(entry, occurrence)), None)):
            found[uid, occurrence] = found.pop(old)
    keys = {own["key"]: (uid, "") for uid, occurrence in wanted if not occurrence and (own := _OWN.fullmatch(uid))}
    for event in await events_of_keys(session, keys):
        found.setdefault(keys[event.key], event)
    return found


def _day(one: Event | Entry, occurrence: str) -> date:
    """The day that the rule gave, where the event is; of an event alone, its day."""
    if not occurrence:
        return one.starts_on
    if "T" not in occurrence:
        return datetime.strptime(occurrence, "%Y%m%d").date()  # noqa: DTZ007 – a day
    at = datetime.strptime(occurrence, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(one.zone)).date()


def _date_of(event: Event) -> tuple[object, ...]:
    return event.starts_on, event.ends_on, event.starts_at, event.ends_at


def _date_in(entry: Entry) -> tuple[object, ...]:
    return entry.starts_on, entry.ends_on, entry.starts_at, entry.ends_at


def _moves(event: Event, entry: Entry) -> bool:
    return (
        _date_of(event) != _date_in(entry)
        or (event.place or "") != entry.texts.place
        or event.status == Status.CANCELLED
    )


def _same(event: Event, entry: Entry) -> bool:
    """Whether a file says of an event what it is already, as our own files do."""
    return event.name == entry.texts.name and not _moves(event, entry) and event.status != Status.CANCELLED


def _was(event: Event) -> str:
    return wording.was(plain(event_dates(event)), plain(event.place or ""))


def _digest(entry: Entry) -> str:
    content = replace(entry, line=0, sequence=0)
    return hashlib.sha256(repr(content).encode()).hexdigest()[:32]


def _key(entry: Entry) -> str:
    """A key for people's eyes that no other event has, and that is the same whenever the file is imported."""
    words = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(entry.texts.name)).split())
    unique = hashlib.sha256(f"{entry.uid}/{entry.occurrence}".encode()).hexdigest()[:12]
    return f"{words[:_KEY]}-{unique}".lstrip("-")
