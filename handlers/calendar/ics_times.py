"""The times of a calendar file: days, times in a zone, and when an event ends (RFC 5545, 3.3.4 to 3.3.6). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar.prop import vDDDTypes

from handlers.calendar.ics_lines import BadLine, Component, Property, quoted
from handlers.calendar.ics_zones import Zone, Zones, day_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A time as it is written: a wall-clock time in a zone, or a day (`zone` None)."""

    wall: datetime
    zone: Zone | None

    def key(self) -> str:
        """What distinguishes a date of a series from the others, however it is written."""
        return f"{self.zone.instant(self.wall):%Y%m%dT%H%M%SZ}" if self.zone else f"{self.wall:%Y%m%d}"

    def within(self, zone: Zone | None) -> datetime:
        """The same time as the clocks of another zone show it; a day stays a day."""
        return zone.wall(self.zone.instant(self.wall)) if self.zone and zone else self.wall


@dataclass(frozen=True, slots=True)
class WrittenTimes:
    """Reads the times of one VCALENDAR by its zones; a time without one is of home's. All raise BadLine."""

    zones: Zones

    def of(self, said: Property) -> WrittenTime:
        """The time that a property says."""
        return self._read(said, said.value.strip())

    def every(self, component: Component, name: str) -> Iterator[WrittenTime]:
        """All that the properties of that name say, each of which may list several; of a period, its start."""
        for one in component.every(name):
            for value in one.value.split(","):
                yield self._read(one, value.strip().split("/")[0])

    def end(self, component: Component, start: WrittenTime) -> WrittenTime | None:
        """When an event ends that begins at `start`, by DTEND or by DURATION; None without either."""
        said, length = component.first("DTEND"), component.first("DURATION")
        if said is not None:
            end = self.of(said)
            if (end.zone is None) != (start.zone is None):
                raise BadLine(
                    said.line, "le début et la fin ne sont pas écrits de la même façon", "deux jours, ou deux heures"
                )
            before = (
                end.zone.instant(end.wall) < start.zone.instant(start.wall)
                if end.zone and start.zone
                else end.wall < start.wall
            )
            if before:
                raise BadLine(said.line, "la fin est avant le début", "corrigez DTSTART ou DTEND")
            return end
        if length is None:
            return None
        try:
            lasts = vDDDTypes.from_ical(length.value.strip())  # type: ignore[no-untyped-call]  # icalendar gives it no types
        except (ValueError, OverflowError):
            lasts = None
        if not isinstance(lasts, timedelta) or lasts < timedelta(0) or lasts > timedelta(days=3660):
            raise BadLine(length.line, f"« {quoted(length.value)} » n’est pas une durée", "par exemple PT1H30M ou P2D")
        if start.zone and lasts % _DAY:  # hours pass, days are counted
            return WrittenTime(start.zone.wall(start.zone.instant(start.wall) + lasts), start.zone)
        return WrittenTime(start.wall + lasts, start.zone)

    def _read(self, said: Property, value: str) -> WrittenTime:
        try:
            read = vDDDTypes.from_ical(value)  # type: ignore[no-untyped-call]  # icalendar gives it no types
        except (ValueError, OverflowError):
            read = None
        if not isinstance(read, date):
            right = "par exemple 20240611T100000, ou 20240611 pour un jour entier"
            raise BadLine(said.line, f"« {quoted(value)} » n’est pas une date ({said.name})", right)
        if not isinstance(read, datetime):
            return WrittenTime(day_of(read), None)
        if not 1902 <= read.year <= 2200:
            raise BadLine(said.line, f"l’année {read.year} n’est pas plausible ({said.name})", "corrigez la date")
        if read.tzinfo is not None:
            return WrittenTime(read.replace(tzinfo=None), Zone(UTC, self.zones.home.name))
        tzid = said.params.get("TZID", "")
        zone = self.zones.find(tzid) if tzid else self.zones.home
        if zone is None:
            wrong = f"le fuseau « {quoted(tzid)} » est inconnu, et le fichier ne le décrit pas"
            raise BadLine(said.line, wrong, "un nom de l’IANA, par exemple Europe/Paris")
        return WrittenTime(read, zone)
