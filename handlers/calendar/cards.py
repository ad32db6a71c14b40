"""An event as people read it: a line, a card, a reminder."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from handlers.calendar import wording
from handlers.calendar.dossier_wording import minutes
from handlers.calendar.interview_wording import KIND, MANAGE
from handlers.calendar.moment_words import MORNING
from handlers.calendar.moments import useful_until
from handlers.calendar.reminder_wording import IN_AN_HOUR, TOMORROW
from handlers.dates import event_dates, left
from handlers.instants import Start
from handlers.messages import Button, Message, plain
from storage.agenda import Event, Precision, Status


def line(event: Event, tz: ZoneInfo, locale: str = "fr") -> str:
    """One line of a list: name, date, place."""
    marks = f" — {wording.STATUS[event.status]}" if event.status in wording.STATUS else ""
    place = wording.PLACE_TO_COME if not event.place and not event.remote else _place(event)
    where = f" · {place}" if _has_place(event) else ""
    return f"**{plain(event.name)}**{marks}\n{plain(event_dates(event, tz, locale))}{where}"


def card(event: Event, tz: ZoneInfo, now: datetime, *, coming: bool, locale: str = "fr") -> str:
    """All that may be told of an event; the video link only to those who are coming."""
    lines = [f"**{plain(event.name)}**"]
    if event.status in wording.STATUS:
        lines.append(f"*{wording.STATUS[event.status].capitalize()}*")
    lines += _facts(event, tz, now, locale, coming=coming)
    text = "\n".join(lines)
    if event.description:
        text += f"\n\n{plain(event.description)}"
    if programme := event.details.get("programme"):
        text += "\n\n" + "\n".join(f"- {plain(str(item))}" for item in programme)
    if undetermined := event.details.get("undetermined_text"):
        text += f"\n\n{plain(str(undetermined))}"
    if event.source:
        text += f"\n\n*{plain(wording.source(event.source, event.source_date, _changed(event)))}*"
    return text


def reminder(event: Event, tz: ZoneInfo, at: datetime, locale: str = "fr", *, coming: bool = False) -> Message:
    """The reminder of an event, as it reads when it arrives at `at`."""
    text = "\n".join([f"**{wording.REMINDER}{plain(event.name)}**", *_facts(event, tz, at, locale, coming=coming)])
    row = (
        Button(label=wording.SEE_EVENT, action=f"calendar:show:{event.id}"),
        Button(label=wording.MY_REMINDERS, action="calendar:reminders"),
    )
    answers = () if coming and event.kind != KIND else reply_rows(event)
    mute = Button(label=wording.MUTE, action=f"calendar:mute:{event.id}")
    return Message(text=text, buttons=(*answers, *later_row([event], tz, at), row, (mute,)))


def later_row(events: Sequence[Event], tz: ZoneInfo, at: datetime) -> tuple[tuple[Button, ...], ...]:
    """« Dans une heure », « Demain matin », of a reminder that arrives at `at`, as far as it is of use then."""
    until = min(useful_until(Start.of(event)) for event in events)
    numbers = ".".join(str(event.id) for event in events)
    tomorrow = datetime.combine(at.astimezone(tz).date() + timedelta(days=1), MORNING, tz)
    offers = ((at + timedelta(hours=1), IN_AN_HOUR, "hour"), (tomorrow, TOMORROW, "morning"))
    row = tuple(
        Button(label=label, action=f"calendar:snooze:{numbers}:{word}") for then, label, word in offers if then < until
    )
    return (row,) if row else ()


def reply_rows(event: Event) -> tuple[tuple[Button, ...], ...]:
    """The answers that an event allows for: on site, remote or both; an interview is changed or given back."""
    if event.kind == KIND:
        return ((Button(label=MANAGE, action="calendar:slots"),),)
    come = [Button(label=wording.COME, action=f"calendar:reply:{event.id}:yes", style="primary")]
    if event.remote and event.place:
        come.append(Button(label=wording.COME_REMOTE, action=f"calendar:reply:{event.id}:remote"))
    return tuple(come), (
        Button(label=wording.PERHAPS, action=f"calendar:reply:{event.id}:maybe"),
        Button(label=wording.NOT_COMING, action=f"calendar:reply:{event.id}:no"),
    )


def calendar_row(event: Event) -> tuple[Button, ...]:
    """What one does with any event: put it into one's calendar, look at the map."""
    row = []
    if event.precision != Precision.MONTH:
        row.append(Button(label=wording.ADD_TO_CALENDAR, action=f"calendar:ics:{event.id}"))
    if event.place and event.status != Status.CANCELLED:
        row.append(Button(label=wording.MAP, url=map_link(event.place)))
    return tuple(row)


def document_rows(event: Event) -> tuple[tuple[Button, ...], ...]:
    """The documents of an event, each to be opened by its address."""
    return tuple((Button(label=str(one["title"]), url=str(one["link"])),) for one in event.details.get("documents", ()))


def minutes_rows(event: Event) -> tuple[tuple[Button, ...], ...]:
    """The minutes of an event, for those who were there."""
    found = event.details.get("minutes", ())
    return tuple((Button(label=minutes(str(one["title"])), url=str(one["link"])),) for one in found)


def map_link(place: str) -> str:
    """Where a place is found on OpenStreetMap; the reader opens it, nothing is asked before."""
    return f"https://www.openstreetmap.org/search?query={quote(place)}"


def open_to_replies(event: Event, now: datetime) -> bool:
    """Whether one can still answer: its day is known, it is neither over nor cancelled."""
    if event.status == Status.CANCELLED or event.precision == Precision.MONTH:
        return False
    if event.starts_at is not None:
        return now < (event.ends_at or event.starts_at)
    return now.astimezone(ZoneInfo(event.zone)).date() <= event.ends_on


def _facts(event: Event, tz: ZoneInfo, now: datetime, locale: str, *, coming: bool) -> list[str]:
    when = plain(event_dates(event, tz, locale))
    if event.precision == Precision.MONTH:
        when += f" — {wording.DAY_TO_COME}"
    elif event.status != Status.CANCELLED and (remains := left(event, now, tz)):
        when += f" — {wording.remains(remains)}"
    lines = [when, f"{wording.PLACE}{_place(event)}"] if _has_place(event) else [when]
    if coming and event.video_link and event.status != Status.CANCELLED:
        lines.append(f"{wording.LINK}{plain(event.video_link)}")
    return lines


def _changed(event: Event) -> date | None:
    """The day on which staff last changed it, when that is not the day of its source."""
    on = event.edited_at.astimezone(ZoneInfo(event.zone)).date() if event.edited_at is not None else None
    return None if on == event.source_date else on


def _has_place(event: Event) -> bool:
    """Whether there is a place to speak of: a phase of several months has none, not even one to be announced."""
    known = bool(event.place) or event.remote
    return known or event.precision != Precision.MONTH or "place" in event.details.get("undetermined", ())


def _place(event: Event) -> str:
    if not event.place:
        return wording.REMOTE if event.remote else wording.NO_PLACE
    return f"{plain(event.place)}, {wording.OR_REMOTE}" if event.remote else plain(event.place)
