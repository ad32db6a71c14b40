"""Events as iCalendar (RFC 5545), for one's own calendar, for feeds, and for changes. Pure.

Instants are written in UTC, so that no calendar needs our zones. An event known to the month only is left out: a
calendar would show a day that nobody has fixed. The same events give the same bytes, whenever they are asked for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, vCalAddress, vUri
from icalendar import Event as Entry

from handlers.messages import Attachment
from storage.agenda import Event, Precision, Status

MEDIA_TYPE = "text/calendar"
ORGANISER = "Équipe d’animation du réseau"
_NO_ADDRESS = "invalid:nomail"  # as Exchange writes it: whoever answers does so in chat, not by mail
REFRESH = timedelta(hours=1)  # how often a calendar should ask again
_STATUS = {Status.CANCELLED: "CANCELLED", Status.CONFIRMED: "CONFIRMED", Status.MOVED: "CONFIRMED"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no text of RFC 5545 may hold them
_EVE = timedelta(days=1)
_EVE_OF_DAYS = timedelta(hours=15)  # before midnight: at 9:00 the day before


@dataclass(frozen=True, slots=True)
class Own:
    """What the reader of a feed has to do with an event.

    `busy`: BUSY for who comes, TENTATIVE for « peut-être », FREE without an answer; `said` is their answer in words;
    `leads` are how long before its beginning they are reminded, `linked` whether they see the video link.
    """

    busy: str = "FREE"
    said: str = ""
    leads: tuple[timedelta, ...] = ()
    linked: bool = False


def calendar(
    events: Iterable[Event],
    name: str,
    *,
    own: Mapping[int, Own] | None = None,
    method: str = "PUBLISH",
    organised: bool = False,
) -> bytes:
    """A whole calendar; `own` says by id what its reader has to do with the events, where it is somebody's.

    What is sent as a message is `organised`: it names who speaks, as RFC 5546 wants of it; a feed need not.
    """
    made = Calendar()
    made.add("prodid", "-//Concerte//Agenda//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    for title in ("name", "x-wr-calname"):
        made.add(title, " ".join(_clean(name).split()))  # no text for the library, which would not escape its lines
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for event in events:
        if event.precision != Precision.MONTH:
            entry = _entry(event, (own or {}).get(event.id))
            if organised:
                entry.add("organizer", vCalAddress(_NO_ADDRESS, params={"CN": ORGANISER}))
            made.add_component(entry)
    return bytes(made.to_ical())


def attachment(event: Event, *, linked: bool = False) -> Attachment:
    """One event as a file: a cancellation when it is cancelled."""
    method = "CANCEL" if event.status == Status.CANCELLED else "PUBLISH"
    lead = _EVE if event.precision == Precision.MINUTE else _EVE_OF_DAYS
    own = {event.id: Own(busy="", leads=(lead,), linked=linked)}
    content = calendar([event], event.name, own=own, method=method, organised=True)
    return Attachment(filename=f"evenement-{event.id}.ics", media_type=MEDIA_TYPE, content=content)


def uid_of(event: Event) -> str:
    """What calendars know an event by: the UID it came with, else its key. Each date of a series has its own."""
    return event.uid if event.uid and not event.occurrence else f"{event.key}@concerte"


def _entry(event: Event, own: Own | None) -> Entry:
    entry = Entry()
    entry.add("uid", uid_of(event))
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", event.sequence)
    entry.add("summary", _clean(event.name))
    entry.add("status", _STATUS.get(Status(event.status), "TENTATIVE"))
    entry.add("class", "PUBLIC" if event.public else "PRIVATE")
    timed = event.precision == Precision.MINUTE and event.starts_at is not None
    if timed and event.starts_at is not None:
        entry.add("dtstart", event.starts_at.astimezone(UTC))  # of an event just moved it is still in its own zone
        if (ends_at := _end(event)) is not None:
            entry.add("dtend", ends_at.astimezone(UTC))
    else:
        entry.add("dtstart", event.starts_on)
        entry.add("dtend", event.ends_on + timedelta(days=1))  # the end is the first day after
    free = not timed if own is None or not own.busy else own.busy != "BUSY"
    entry.add("transp", "TRANSPARENT" if free else "OPAQUE")
    if own is not None and own.busy:
        entry.add("x-microsoft-cdo-busystatus", own.busy)
    if event.place or event.remote:
        entry.add("location", _clean(event.place or "À distance"))
    if description := "\n\n".join(part for part in (own.said if own else "", event.description) if part):
        entry.add("description", _clean(description))
    if event.status == Status.CANCELLED or own is None:
        return entry
    if own.linked and event.video_link:
        entry.add("url", event.video_link)
        entry.add("conference", vUri(event.video_link), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    for lead in own.leads:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _clean(event.name))
        alarm.add("trigger", -lead)
        entry.add_component(alarm)
    return entry


def _end(event: Event) -> datetime | None:
    """When it ends; of several days without an hour for the end, the midnight after the last one."""
    if event.ends_at is not None or event.ends_on <= event.starts_on:
        return event.ends_at
    return datetime.combine(event.ends_on + timedelta(days=1), time(), ZoneInfo(event.zone))


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
