"""« salle … : … », « visio … : … », « document … : … », « compte-rendu … : … »: what an event carries.

Staff say it in words, it is said back, and kept at a press. Room and link go to those who come or may come, with the
file for their calendars; documents too; the minutes to those who were there, that is who had said they would come and
had a seat.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import dossier_wording as wording
from handlers.calendar import ics
from handlers.calendar import wording as calendar_wording
from handlers.calendar.agenda import may_keep
from handlers.calendar.cards import line
from handlers.calendar.finding import named
from handlers.dates import event_dates
from handlers.errors import Refusal
from handlers.instants import next_permitted
from handlers.messages import Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from storage.agenda import Event, Status, events_between
from storage.audiences import Audience, all_recipients
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import bump_knowledge
from storage.outbox import Kind, enqueue
from storage.people import Person
from storage.replies import Coming, Rsvp

FORM = "calendar:dossier"
WORDS = {
    "salle": "place",
    "lieu": "place",
    "visio": "link",
    "document": "document",
    "compte-rendu": "minutes",
    "compte": "minutes",
}
_LONGEST, _MOST = 200, 12
_BACK = timedelta(days=400)  # how long after an event its minutes may come
_SPLIT = re.compile(r"\s*[:\u00a0\u202f]*:\s+")  # not the colon of https://
_LINK = re.compile(r"https?://[^\s<>|\"]{4,400}")


async def understand(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """Say back what is to be kept; None when it is not staff who speak, when it is a question, or a form is open."""
    person, said = request.person, request.rest
    if person is None or not (person.is_staff or person.staff_regions) or conversation.form or not said:
        return None
    if request.command == "compte":  # « compte rendu … »
        word, _, said = said.partition(" ")
        if word.lower() != "rendu":
            return None
    what = WORDS[request.command]
    parts = _SPLIT.split(said, maxsplit=1)
    if len(parts) != 2 or "?" in parts[0]:
        return None
    state = _read(what, parts[1].strip())
    found = await _named(session, request, person, parts[0], past=what in ("document", "minutes"))
    if len(found) != 1:
        names = "\n".join([calendar_wording.WHICH, *(f"- {plain(one.name)}" for one in found)])
        return say(f"{names if found else calendar_wording.NO_EVENT}\n{wording.HOW[what]}")
    event = found[0]
    _check(event, what, request.received_at)
    conversation.open_form(FORM, {**state, "what": what, "event": event.id, "sequence": event.sequence})
    value = plain(" ".join(part for part in (state["title"], state["link"], state["place"]) if part))
    people = wording.will_tell(len(await _concerned(session, event, what)), were_there=what == "minutes")
    keep_it = Button(label=calendar_wording.KEEP, action="calendar:dossier-keep", style="primary")
    drop = Button(label=calendar_wording.DROP, action="calendar:drop")
    shown = line(event, request.tz, request.locale)
    return say(f"{wording.UNDERSTOOD[what]}\n{shown}\n→ {value}\n\n{people}", (keep_it, drop))


async def keep(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:dossier-keep`: keep what was understood, and tell those concerned, once."""
    person, state, now = request.known(), conversation.form_state, request.received_at
    if conversation.form != FORM:
        return Reply(notice=calendar_wording.STALE)
    conversation.close_form()
    event = await session.get(Event, state["event"], with_for_update=True, populate_existing=True)
    if event is None or event.sequence != state["sequence"] or not may_keep(person, event):
        raise Refusal(calendar_wording.STALE)
    what = str(state["what"])
    _check(event, what, now)
    if what == "place":
        event.place = str(state["place"])
    elif what == "link":
        event.video_link, event.remote = str(state["link"]), True
    else:
        kept = "documents" if what == "document" else "minutes"
        before = list(event.details.get(kept, ()))
        if len(before) >= _MOST:
            raise Refusal(wording.MANY)
        event.details = {**event.details, kept: [*before, {"title": state["title"], "link": state["link"]}]}
    if what in ("place", "link"):
        event.sequence += 1
    event.edited_at = event.updated_at = now
    await session.flush()
    await bump_knowledge(session)
    await note(session, Act.EVENT_CHANGED, now, by=person.id, about=f"event:{event.id}", what=what)
    await _tell(session, event, what, state, now)
    return say(f"{calendar_wording.KEPT}\n\n{line(event, request.tz, request.locale)}", replace=True)


def _read(what: str, value: str) -> dict[str, Any]:
    """What was said of the event: a place, or a link with its title."""
    if what == "place":
        if not value or len(value) > _LONGEST:
            raise Refusal(wording.HOW[what] if not value else wording.TOO_LONG)
        return {"place": value, "title": "", "link": ""}
    match = _LINK.search(value)
    if match is None:
        raise Refusal(f"{wording.NO_LINK} {wording.HOW[what]}")
    title = " ".join((value[: match.start()] + value[match.end() :]).split()).strip(" ,:;-–") or wording.TOLD[what]
    if len(title) > _LONGEST:
        raise Refusal(wording.TOO_LONG)
    return {"place": "", "title": "" if what == "link" else title, "link": match[0]}


def _check(event: Event, what: str, now: datetime) -> None:
    if what == "minutes":
        if not _begun(event, now):
            raise Refusal(wording.NOT_YET)
    elif event.status == Status.CANCELLED or (what != "document" and _ended(event, now)):
        raise Refusal(wording.OVER)


async def _tell(session: AsyncSession, event: Event, what: str, state: dict[str, Any], now: datetime) -> int:
    """A notice to each of those concerned; documents and minutes wait for an hour at which one may be written to."""
    number = event.sequence if what in ("place", "link") else len(event.details.get(_KEPT[what], ()))
    people = await _concerned(session, event, what)
    if not people:
        return 0
    file = ics.attachment(event, linked=what == "link") if what in ("place", "link") else None
    see = Button(label=calendar_wording.SEE_EVENT, action=f"calendar:show:{event.id}")
    go = Button(label=str(state["title"]) or wording.TOLD[what], url=str(state["link"])) if state["link"] else None
    told = 0
    async for batch in all_recipients(session, Audience(), Person.id.in_(people)):
        rows = []
        for one in batch:
            if one.account is None:
                continue
            when = plain(event_dates(event, ZoneInfo(one.zone), one.locale))
            value = plain(str(state["place"] or state["title"] or state["link"]))
            message = Message(
                text=f"**{wording.TOLD[what]}\u00a0: {plain(event.name)}**\n{when}\n{value}",
                buttons=tuple((button,) for button in (go, see) if button is not None),
                attachment=file,
            )
            rows.append(
                {
                    "about": f"notice:{what}:{event.id}:{number}:person:{one.person_id}",
                    "kind": Kind.NOTICE,
                    "payload": message.model_dump(mode="json", exclude_defaults=True),
                    "due_at": now if file is not None else next_permitted(now, one.zone, one.holidays),
                    "created_at": now,
                    **one.address,
                }
            )
        told += await enqueue(session, rows)
    return told


async def _concerned(session: AsyncSession, event: Event, what: str) -> Sequence[int]:
    """Who comes or may come; for the link who comes, for the minutes who was there: with a seat, not on the list."""
    answers = (Coming.YES,) if what in ("minutes", "link") else (Coming.YES, Coming.MAYBE)
    query = select(Rsvp.person_id).where(Rsvp.event_id == event.id, Rsvp.answer.in_(answers))
    if what in ("minutes", "link"):
        query = query.where(Rsvp.waiting.is_(False))
    return (await session.scalars(query.order_by(Rsvp.person_id))).all()


async def _named(session: AsyncSession, request: Request, person: Someone, name: str, *, past: bool) -> list[Event]:
    """The events meant, of those that the person sees to; what is over only for what comes afterwards."""
    today = request.received_at.astimezone(request.tz).date()
    first = today - _BACK if past else today
    events = await events_between(session, first, today + timedelta(days=3660))
    return named([one for one in events if one.status != Status.CANCELLED and may_keep(person, one)], name)


def _begun(event: Event, now: datetime) -> bool:
    start = event.starts_at or datetime.combine(event.starts_on, time(0), ZoneInfo(event.zone))
    return start <= now


def _ended(event: Event, now: datetime) -> bool:
    end = event.ends_at or datetime.combine(event.ends_on + timedelta(days=1), time(0), ZoneInfo(event.zone))
    return end <= now


_KEPT = {"document": "documents", "minutes": "minutes"}
