"""An event as people read it: a line, a card, a reminder."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.calendar import wording
from handlers.dates import event_dates, left
from handlers.messages import Button, Message, plain
from storage.agenda import Event, Precision, Status


def line(event: Event, tz: ZoneInfo, locale: str = "fr") -> str:
    """One line of a list: name, date, place."""
    marks = f" — {wording.STATUS[event.status]}" if event.status in wording.STATUS else ""
    place = wording.PLACE_TO_COME if not event.place and not event.remote else _place(event)
    where = f" · {place}" if _has_place(event) else ""
    return f"**{plain(event.name)}**{marks}\n{plain(event_dates(event, tz, locale))}{where}"


def card(event: Event, tz: ZoneInfo, now: datetime, *, invited: bool, locale: str = "fr") -> str:
    """All that may be told of an event; the video link only to those invited."""
    lines = [f"**{plain(event.name)}**"]
    if event.status in wording.STATUS:
        lines.append(f"*{wording.STATUS[event.status].capitalize()}*")
    lines += _facts(event, tz, now, locale, invited=invited)
    text = "\n".join(lines)
    if event.description:
        text += f"\n\n{plain(event.description)}"
    if programme := event.details.get("programme"):
        text += "\n\n" + "\n".join(f"- {plain(str(item))}" for item in programme)
    if undetermined := event.details.get("undetermined_text"):
        text += f"\n\n{plain(str(undetermined))}"
    if event.source:
        text += f"\n\n*{plain(wording.source(event.source, event.source_date))}*"
    return text


def reminder(event: Event, tz: ZoneInfo, at: datetime, locale: str = "fr") -> Message:
    """The reminder of an event, as it reads when it arrives at `at`."""
    text = "\n".join([f"**{wording.REMINDER}{plain(event.name)}**", *_facts(event, tz, at, locale, invited=True)])
    row = (
        Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}"),
        Button(label=wording.MY_REMINDERS, action="calendar:reminders"),
    )
    return Message(text=text, buttons=(row,))


def _facts(event: Event, tz: ZoneInfo, now: datetime, locale: str, *, invited: bool) -> list[str]:
    when = plain(event_dates(event, tz, locale))
    if event.precision == Precision.MONTH:
        when += f" — {wording.DAY_TO_COME}"
    elif event.status != Status.CANCELLED and (remains := left(event, now, tz)):
        when += f" — {wording.remains(remains)}"
    lines = [when, f"{wording.PLACE}{_place(event)}"] if _has_place(event) else [when]
    if invited and event.video_link and event.status != Status.CANCELLED:
        lines.append(f"{wording.LINK}{plain(event.video_link)}")
    return lines


def _has_place(event: Event) -> bool:
    """Whether there is a place to speak of: a phase of several months has none, not even one to be announced."""
    known = bool(event.place) or event.remote
    return known or event.precision != Precision.MONTH or "place" in event.details.get("undetermined", ())


def _place(event: Event) -> str:
    if not event.place:
        return wording.REMOTE if event.remote else wording.NO_PLACE
    return f"{plain(event.place)}, {wording.OR_REMOTE}" if event.remote else plain(event.place)
