"""What a calendar file says: each event, and each date of each series, with every fault that was found. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from handlers.calendar.ics_lines import BadCalendar, BadLine, Component, EventFault, quoted, read_components
from handlers.calendar.ics_texts import Texts, texts_of
from handlers.calendar.ics_times import WrittenTime, WrittenTimes
from handlers.calendar.ics_zones import Zone, Zones, day_of
from handlers.calendar.recurring import HORIZON, MOST, BadRule, dates_of, ends, until_of
from storage.agenda import Status

MOST_EVENTS = 3000  # of a file, series counted date by date
_DAY = timedelta(days=1)
_STATUS = {"TENTATIVE": Status.PLANNED, "CONFIRMED": Status.CONFIRMED, "CANCELLED": Status.CANCELLED}
_ANSWERS = {"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a file, or one date of a series.

    `occurrence` is the date that the rule gave, empty outside a series. Dates are as in `storage.agenda.Event`;
    `starts_at` None means whole days.
    """

    uid: str
    occurrence: str
    line: int
    sequence: int
    status: Status
    starts_on: date
    ends_on: date
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    texts: Texts


@dataclass(slots=True)
class AgendaFile:
    """A file that was read: its entries in its order; the UIDs of which it holds all dates; what was left out."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    whole: dict[str, int] = field(default_factory=dict)  # SEQUENCE by UID
    cut: list[str] = field(default_factory=list)  # names of series without an end, kept up to the horizon
    others: int = 0  # tasks, notes, free-busy: nothing of an agenda


def read_calendar(name: str, content: bytes, home: str, today: date) -> AgendaFile:
    """Read a file; times without a zone are those of `home`. Raises BadCalendar with every fault."""
    found = AgendaFile(name)
    faults: list[EventFault] = []
    for calendar in read_components(name, content):
        _Reading(found, faults, calendar, home, today).read()
    if not faults and len(found.entries) > MOST_EVENTS:
        wrong = f"ce fichier contient plus de {MOST_EVENTS} dates"
        faults.append(EventFault(name, 0, "", wrong, "exportez une période plus courte"))
    if faults:
        raise BadCalendar(faults)
    return found


class _Reading:
    """One VCALENDAR of a file."""

    def __init__(
        self, found: AgendaFile, faults: list[EventFault], calendar: Component, home: str, today: date
    ) -> None:
        self.found, self.faults, self.calendar, self.today = found, faults, calendar, today
        self.times = WrittenTimes(Zones([one for one in calendar.inside if one.kind == "VTIMEZONE"], home))
        self.method = calendar.text("METHOD").upper()

    def read(self) -> None:
        """Take in the events; faults are noted and the rest is read nonetheless, so that all are said at once."""
        if self.method in _ANSWERS:
            wrong = "c’est une réponse à une invitation, pas un agenda"
            self._note(self.calendar.line, "", wrong, "exportez l’agenda lui-même")
            return
        scale = self.calendar.first("CALSCALE")
        if scale and scale.value.strip().upper() != "GREGORIAN":
            self._note(scale.line, "", f"le calendrier « {scale.value} » n’est pas le nôtre", "CALSCALE:GREGORIAN")
            return
        by_uid: dict[str, list[Component]] = defaultdict(list)
        for component in self.calendar.inside:
            if component.kind == "VEVENT":
                uid = component.text("UID")
                if not uid:
                    right = "ajoutez-lui une ligne UID, qui ne change jamais"
                    self._note(component.line, "", "cet événement n’a pas d’UID", right)
                else:
                    by_uid[uid].append(component)
            elif component.kind != "VTIMEZONE":
                self.found.others += 1
        for uid, components in by_uid.items():
            try:
                self._of_uid(uid, components)
            except BadLine as error:
                self._note(error.line, uid, error.wrong, error.right)

    def _note(self, line: int, uid: str, wrong: str, right: str) -> None:
        self.faults.append(EventFault(self.found.name, line, uid, wrong, right))

    def _of_uid(self, uid: str, components: Sequence[Component]) -> None:
        masters = [one for one in components if one.first("RECURRENCE-ID") is None]
        if len(masters) > 1 or any(entry.uid == uid for entry in self.found.entries):
            twice = masters[-1] if masters else components[0]
            raise BadLine(twice.line, "cet UID est déjà pris dans ce fichier", "gardez l’un des deux")
        changed: dict[str, Component] = {}
        master = masters[0] if masters else None
        slots, zone = self._slots(uid, master) if master else ([], None)
        days = {slot.wall.date(): slot.key() for slot in slots}
        for component in components:
            if component is master:
                continue
            written = self.times.of(component.needed("RECURRENCE-ID"))
            if component.needed("RECURRENCE-ID").params.get("RANGE"):
                raise BadLine(component.line, "« RANGE=THISANDFUTURE » n’est pas pris en charge", "écrivez deux séries")
            key = written.key()
            if written.zone is None and zone is not None:  # the day of a timed series, as some programs write it
                key = days.get(written.wall.date(), key)
            if key in changed:
                raise BadLine(component.line, "cette date de la série est modifiée deux fois", "gardez l’une des deux")
            changed[key] = component
        entries = []
        if master:
            whole = self._entry(uid, "", master)
            self.found.whole[uid] = whole.sequence
            repeated = [self._at(whole, slot) for slot in slots if slot.key() not in changed]
            entries = repeated if _repeats(master) else [whole]
        entries += [self._entry(uid, key, component, master) for key, component in changed.items()]
        self.found.entries += sorted(entries, key=lambda entry: (entry.starts_on, entry.occurrence))

    def _slots(self, uid: str, master: Component) -> tuple[list[WrittenTime], Zone | None]:
        """The dates of a series from today on; none of an event that does not repeat."""
        if not _repeats(master):
            return [], None
        start = self.times.of(master.needed("DTSTART"))
        rules = list(master.every("RRULE"))
        if len(rules) > 1 or master.first("EXRULE"):
            line = (master.first("EXRULE") or rules[-1]).line
            raise BadLine(
                line, "cette série a plusieurs règles", "une seule ligne RRULE, et EXDATE pour les exceptions"
            )
        rule = rules[0].value.strip() if rules else ""
        last = day_of(self.today + HORIZON + _DAY)
        taken_out = list(self.times.every(master, "EXDATE"))
        try:
            until = self._until(rule, start.zone)
            dates = dates_of(
                rule,
                start.wall,
                last,
                until=until,
                extra=[one.within(start.zone) for one in self.times.every(master, "RDATE")],
                without=[one.within(start.zone) for one in taken_out if start.zone is None or one.zone],
                without_days={one.wall.date() for one in taken_out if start.zone and not one.zone},
            )
            endless = bool(rule) and (not ends(rule) or (until is not None and until > last))
        except BadRule as error:
            raise BadLine(rules[0].line if rules else master.line, error.wrong, error.right) from None
        coming = [WrittenTime(one, start.zone) for one in dates if one.date() >= self.today]
        if len(coming) > MOST:
            raise BadLine(master.line, f"cette série a plus de {MOST} dates à venir", "faites-la finir plus tôt")
        if endless:
            self.found.cut.append(master.text("SUMMARY") or uid)
        return coming, start.zone

    def _until(self, rule: str, zone: Zone | None) -> datetime | None:
        until = until_of(rule) if rule else None
        if isinstance(until, datetime):
            return zone.wall(until) if until.tzinfo and zone else until.replace(tzinfo=None)
        # A day, where an instant belongs: the whole of it is meant.
        return day_of(until) + _DAY - timedelta(seconds=1) if until else None

    def _entry(self, uid: str, occurrence: str, component: Component, master: Component | None = None) -> Entry:
        cancelled = self.method == "CANCEL" or component.text("STATUS").upper() == "CANCELLED"
        start = self.times.of(
            component.first("DTSTART") or component.first("RECURRENCE-ID") or component.needed("DTSTART")
        )
        texts = texts_of(component, master)
        if not texts.name and not cancelled:
            raise BadLine(component.line, "cet événement n’a pas de titre", "ajoutez-lui une ligne SUMMARY")
        whole = Entry(
            uid,
            occurrence,
            component.line,
            self._sequence(component),
            Status.CANCELLED if cancelled else _STATUS.get(component.text("STATUS").upper(), Status.PLANNED),
            start.wall.date(),
            start.wall.date(),
            None,
            None,
            start.zone.name if start.zone else self.times.zones.home.name,
            texts,
        )
        return self._dated(whole, start, self.times.end(component, start))

    def _at(self, whole: Entry, slot: WrittenTime) -> Entry:
        """A series at one of its dates: as long, by the clock, as the first one."""
        if whole.starts_at is None or slot.zone is None:
            length = whole.ends_on - whole.starts_on
            on = slot.wall.date()
            return replace(whole, occurrence=slot.key(), starts_on=on, ends_on=on + length)
        begun = slot.zone.wall(whole.starts_at)
        end = slot.wall + (slot.zone.wall(whole.ends_at) - begun) if whole.ends_at else None
        return replace(self._dated(whole, slot, WrittenTime(end, slot.zone) if end else None), occurrence=slot.key())

    def _dated(self, entry: Entry, start: WrittenTime, end: WrittenTime | None) -> Entry:
        if start.zone is None:
            last = end.wall.date() - _DAY if end else start.wall.date()  # the end is the first day after
            return replace(entry, starts_on=start.wall.date(), ends_on=max(last, start.wall.date()))
        begins = start.zone.instant(start.wall)
        finishes = end.zone.instant(end.wall) if end and end.zone else None
        there = self.times.zones.find(entry.zone) or self.times.zones.home
        first = there.wall(begins).date()
        # What ends at midnight ends on the day before.
        last = there.wall(max(begins, finishes - timedelta(seconds=1))).date() if finishes else first
        return replace(entry, starts_on=first, ends_on=last, starts_at=begins, ends_at=finishes)

    def _sequence(self, component: Component) -> int:
        said = component.first("SEQUENCE")
        if said is None:
            return 0
        value = said.value.strip()
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise BadLine(
                said.line, f"« {quoted(value)} » n’est pas un numéro de version (SEQUENCE)", "un nombre entier"
            )
        return int(value)


def _repeats(component: Component) -> bool:
    return any(component.first(name) for name in ("RRULE", "RDATE"))
