"""Which zone a TZID means: a name of the IANA, one of Windows, one with a prefix, or what the file itself describes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from handlers.calendar.ics_lines import Component
from handlers.instants import known_zone

_PREFIX = re.compile(r"^/.*?([A-Z]\w+/[\w+/-]+)$")  # « /mozilla.org/20050126_1/Europe/Paris »


@dataclass(frozen=True, slots=True)
class Zone:
    """How instants are worked out, and the IANA name under which the event is kept."""

    tz: tzinfo
    name: str

    def instant(self, wall: datetime) -> datetime:
        """That wall-clock time in UTC: of a doubled hour the first, a skipped one as far after the gap."""
        return wall.replace(tzinfo=self.tz).astimezone(UTC)

    def wall(self, at: datetime) -> datetime:
        """What clocks there show at an instant."""
        return at.astimezone(self.tz).replace(tzinfo=None)


class Zones:
    """The zones of one calendar file. A zone that both the IANA and the file know is the IANA's."""

    def __init__(self, described: Sequence[Component], home: str) -> None:
        self.home = Zone(ZoneInfo(home), home)
        self._described = {one.text("TZID"): one for one in described if one.text("TZID")}
        self._found: dict[str, Zone | None] = {}

    def find(self, tzid: str) -> Zone | None:
        """The zone of a TZID; None when neither the IANA, nor Windows, nor the file knows it."""
        if tzid not in self._found:
            self._found[tzid] = self._look(tzid)
        return self._found[tzid]

    def _look(self, tzid: str) -> Zone | None:
        described = self._described.get(tzid)
        words = [tzid, described.text("X-LIC-LOCATION") if described else ""]
        prefixed = _PREFIX.match(tzid)
        for name in [*words, *(WINDOWS_TO_OLSON.get(word, "") for word in words), prefixed[1] if prefixed else ""]:
            if name and known_zone(name):
                return Zone(ZoneInfo(name), name)
        if described is None:
            return None
        try:
            read = Timezone.from_ical("\r\n".join(described.raw) + "\r\n")
            assert isinstance(read, Timezone)
            made = read.to_tz(lookup_tzid=False)
            datetime(2024, 7, 1, tzinfo=made).utcoffset()
        except Exception:  # whatever the library makes of rules that somebody else wrote
            return None
        # Kept under the network's zone: the instants are those of the file, the hours are said as they are at home.
        return Zone(made, self.home.name)


def day_of(value: date) -> datetime:
    """Midnight of a day, as a wall-clock time."""
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 – a wall-clock time
