"""One date of a series is moved, cancelled or confirmed, or it and those after it: understood, then done on a press."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import changing, series_wording, wording
from handlers.calendar.agenda import may_keep
from handlers.calendar.cards import line
from handlers.calendar.keeping import cancel_event, move_event
from handlers.calendar.repeating import DATE
from handlers.calendar.telling_changes import Change, tell_changes
from handlers.calendar.understanding import Meant, fold, read
from handlers.dates import event_dates
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.agenda import Event, Status, series_from
from storage.audiences import Audience, count
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import bump_knowledge

FORM = "calendar:series"
_OF = re.compile(rf"\b(?:du (?P<short>\d{{1,2}})(?:er)?(?= au )|(?:du|de celle du|de celui du) (?P<date>{DATE}))")
_FROM = re.compile(rf",? ?\ba partir du (?P<date>{DATE})|,? ?\b(?:et les suivantes?|et toutes les suivantes)\b")


async def understand_change(
    request: Request, session: AsyncSession, conversation: Conversation, act: str
) -> Reply | None:
    """What is to become of a date of a series; None when the words are not about one."""
    now = request.received_at
    today = now.astimezone(request.tz).date()
    words, which = _which(request.rest, today)
    meant = read(words, today)
    if meant is None:
        return None
    if act != "move" and which is None:
        which, meant = meant.on, replace(meant, on=None)
    found = await changing.those_named(session, request, request.known(), meant.name)
    if not found or not found[0].occurrence or any(event.uid != found[0].uid for event in found):
        return None
    events = [event for event in await series_from(session, found[0]) if event.ends_on >= today]
    event = next((one for one in events if which in (None, one.starts_on)), None)
    if event is None:
        coming = series_wording.upcoming([one.starts_on for one in events])
        raise Refusal(f"{series_wording.NO_DATE_THEN} {coming}")
    if act == "move" and meant.on is None:
        if meant.begins is None:
            raise Refusal(wording.NO_DATE)
        meant = replace(meant, on=event.starts_on)
    if meant.on is not None and meant.on < today:
        raise Refusal(wording.PAST)
    others = len(await series_from(session, event)) - 1
    conversation.open_form(FORM, {"act": act, "event": event.id, "sequence": event.sequence, **_kept(meant)})
    shown = line(event, request.tz, request.locale)
    if act == "move":
        shown = f"{shown}\n→ {changing.dates_meant(meant)}{f', {plain(meant.place)}' if meant.place else ''}"
    if act != "confirm":
        shown += f"\n\n{wording.will_tell(await count(session, Audience.of(event.audience)))}"
    drop_it = Button(label=wording.DROP, action="calendar:drop-series")
    if not others:
        one = Button(label=wording.KEEP, action="calendar:keep-one", style="primary")
        return say(f"{wording.UNDERSTOOD[act]}\n{shown}", (one, drop_it))
    one = Button(label=series_wording.KEEP_ONE, action="calendar:keep-one")
    more = Button(label=series_wording.following(others), action="calendar:keep-following")
    return say(f"{wording.UNDERSTOOD[act]}\n{shown}\n{series_wording.of_series(others)}", (one, more), (drop_it,))


async def keep_one(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:keep-one`: change that date of the series only."""
    return await _keep_change(request, session, conversation, following=False)


async def keep_following(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:keep-following`: change that date and those after it."""
    return await _keep_change(request, session, conversation, following=True)


async def _keep_change(
    request: Request, session: AsyncSession, conversation: Conversation, *, following: bool
) -> Reply:
    person, state, now = request.known(), conversation.form_state, request.received_at
    if conversation.form != FORM or state.get("act") not in series_wording.ACTS:
        return Reply(notice=wording.STALE)
    conversation.close_form()
    act = str(state["act"])
    first = await session.get(Event, state["event"], with_for_update=True)
    if first is None or first.sequence != state["sequence"] or not may_keep(person, first):
        raise Refusal(wording.STALE)
    events = [one for one in await series_from(session, first) if may_keep(person, one)] if following else [first]
    days = date.fromisoformat(str(state["on"])) - first.starts_on if state.get("on") else timedelta(0)
    changes = []
    for event in events:
        old = wording.was(plain(event_dates(event)), plain(event.place or ""))
        if act == "confirm":
            event.status, event.edited_at, event.updated_at = Status.CONFIRMED, now, now
            event.sequence += 1
        elif act == "cancel":
            await cancel_event(session, event, now=now)
        else:
            await _move(session, event, days, state, now)
        changes.append(Change(event, old, dated=act != "confirm"))
    await session.flush()
    if act != "confirm":
        await tell_changes(session, changes, now)
    await bump_knowledge(session)
    what = {"what": act, "dates": len(events)}
    await note(session, Act.EVENT_CHANGED, now, by=person.id, about=f"event:{first.id}", **what)
    return say(f"{series_wording.done(act, len(events))}\n\n{line(first, request.tz, request.locale)}", replace=True)


async def _move(session: AsyncSession, event: Event, days: timedelta, state: dict[str, object], now: datetime) -> None:
    """That many days later, at the hour that was said or else at its own."""
    on = event.starts_on + days
    begins = _clock(state.get("begins"))
    if begins is not None:
        starts_at, ends = changing.instant_of(on, begins, event.zone), _clock(state.get("ends"))
        ends_at = changing.instant_of(on, ends, event.zone)
    else:
        starts_at, ends_at = (same_hour(event, instant, on) for instant in (event.starts_at, event.ends_at))
    try:
        await move_event(
            session,
            event,
            starts_on=on,
            ends_on=on + (event.ends_on - event.starts_on),
            starts_at=starts_at,
            ends_at=ends_at,
            place=str(state.get("place") or "") or None,
            now=now,
        )
    except ValueError:
        raise Refusal(wording.BAD_DATE) from None


def _which(text: str, today: date) -> tuple[str, date | None]:
    """The words without the date that says which one of a series is meant, and that date."""
    said = fold(text)
    which = None
    if match := _FROM.search(said):
        which = _day(match["date"], today) if match["date"] else None
        text, said = text[: match.start()] + text[match.end() :], said[: match.start()] + said[match.end() :]
    if match := _OF.search(said):
        words = match["date"]
        if words is None:
            after = read(f"x le {text[match.end() + 4 :]}", today)
            if after is None or after.on is None:
                return text, which
            words = f"{match['short']}/{after.on.month}/{after.on.year}"
        which = _day(words, today)
        text = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()
    return text, which


def _day(words: str, today: date) -> date:
    meant = read(f"x le {words}", today)
    if meant is None or meant.on is None:
        raise Refusal(wording.BAD_DATE)
    return meant.on


def _kept(meant: Meant) -> dict[str, str]:
    values = {"on": meant.on, "begins": meant.begins, "ends": meant.ends}
    return {**{name: value.isoformat() for name, value in values.items() if value}, "place": meant.place}


def _clock(value: object) -> time | None:
    return time.fromisoformat(str(value)) if value else None


def same_hour(event: Event, instant: datetime | None, on: date) -> datetime | None:
    """The same hour on the clock of the event, on another day."""
    if instant is None:
        return None
    there = instant.astimezone(ZoneInfo(event.zone))
    return changing.instant_of(on, there.time(), event.zone)
