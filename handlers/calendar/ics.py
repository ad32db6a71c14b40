"""Events as iCalendar (RFC 5545), for one's own calendar, for feeds, and for changes. Pure.

Instants are written in UTC, so that no calendar needs our zones. An event known to the month only is left out: a
calendar would show a day that nobody has fixed.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from icalendar import Alarm, Calendar
from icalendar import Event as Entry

from handlers.instants import DEFAULT_PLAN, Offset
from handlers.messages import Attachment
from storage.agenda import Event, Precision, Status

MEDIA_TYPE = "text/calendar"
_STATUS = {Status.CANCELLED: "CANCELLED", Status.CONFIRMED: "CONFIRMED", Status.MOVED: "CONFIRMED"}


def calendar(
    events: Iterable[Event],
    name: str,
    *,
    linked: frozenset[int] = frozenset(),
    alarms: Mapping[int, tuple[Offset, ...]] | None = None,
    method: str = "PUBLISH",
) -> bytes:
    """A whole calendar; `linked` are the ids of events whose video link is shown, `alarms` the reminders by id."""
    made = Calendar()
    made.add("prodid", "-//Concerte//Agenda//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    made.add("x-wr-calname", name)
    for event in events:
        if event.precision != Precision.MONTH:
            made.add_component(_entry(event, event.id in linked, (alarms or {}).get(event.id, ())))
    return bytes(made.to_ical())


def attachment(event: Event, *, linked: bool = False) -> Attachment:
    """One event as a file: a cancellation when it is cancelled."""
    method = "CANCEL" if event.status == Status.CANCELLED else "PUBLISH"
    content = calendar(
        [event],
        event.name,
        linked=frozenset({event.id} if linked else ()),
        alarms={} if method == "CANCEL" else {event.id: DEFAULT_PLAN[1:2]},
        method=method,
    )
    return Attachment(filename=f"evenement-{event.id}.ics", media_type=MEDIA_TYPE, content=content)


def _entry(event: Event, linked: bool, alarms: Iterable[Offset]) -> Entry:
    entry = Entry()
    entry.add("uid", f"{event.key}@concerte")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", event.sequence)
    entry.add("summary", event.name)
    entry.add("status", _STATUS.get(Status(event.status), "TENTATIVE"))
    if event.precision == Precision.MINUTE and event.starts_at is not None:
        entry.add("dtstart", event.starts_at)
        if event.ends_at is not None:
            entry.add("dtend", event.ends_at)
    else:
        entry.add("dtstart", event.starts_on)
        entry.add("dtend", event.ends_on + timedelta(days=1))  # the end is the first day after
        entry.add("transp", "TRANSPARENT")
    if event.place or event.remote:
        entry.add("location", event.place or "À distance")
    if event.description:
        entry.add("description", event.description)
    if linked and event.video_link and event.status != Status.CANCELLED:
        entry.add("url", event.video_link)
    for offset in alarms if event.status != Status.CANCELLED else ():
        if offset.unit == "H" and event.starts_at is None:
            continue
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event.name)
        before = timedelta(days=offset.count) if offset.unit == "D" else timedelta(hours=offset.count)
        alarm.add("trigger", -before)
        entry.add_component(alarm)
    return entry
