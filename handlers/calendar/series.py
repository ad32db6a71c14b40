"""Staff keep events that repeat: « ajoute … tous les mardis … »; what is about a series that is there is handed on.

What is about a single event is `changing`'s, what is about dates of a series `series_changing`'s. Each date of a series
is an event (see docs/decisions/0026): reminders, replies and answers know nothing of series.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import changing, series_wording, wording
from handlers.calendar.cards import line
from handlers.calendar.recurring import BadRule
from handlers.calendar.repeating import Repeated, read_series
from handlers.calendar.series_changing import FORM, same_hour, understand_change
from handlers.calendar.understanding import read
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.agenda import Event
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import Region, bump_knowledge, home


async def understand(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """Say back what a staff member wants of a series; what is about a single event is handed on."""
    person = request.person
    if person is None or not (person.is_staff or person.staff_regions) or not request.rest or conversation.form:
        return None
    try:
        if changing.WORDS[request.command] == "add":
            reply = await _understand_new(request, session, conversation)
        else:
            reply = await understand_change(request, session, conversation, changing.WORDS[request.command])
    except BadRule as error:
        raise Refusal(series_wording.refused(error.wrong, error.right)) from None
    return reply if reply is not None else await changing.understand(request, session, conversation)


async def keep_new(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:keep-series`: put every date of the series on the agenda."""
    person, state, now = request.known(), conversation.form_state, request.received_at
    if conversation.form != FORM or state.get("act") != "add":
        return Reply(notice=wording.STALE)
    conversation.close_form()
    try:
        first, series = await _new(request, session, str(state["words"]), date.fromisoformat(str(state["today"])))
    except BadRule:
        raise Refusal(wording.STALE) from None
    if first is None or series is None or len(series.dates) != state["dates"]:
        raise Refusal(wording.STALE)
    first.key = f"{first.key}-{person.id}"  # two people may add the same words in the same second
    session.add_all(_each(first, series.dates))
    await session.flush()
    await bump_knowledge(session)
    await note(
        session, Act.EVENT_CHANGED, now, by=person.id, about=f"series:{first.key}", what="add", dates=len(series.dates)
    )
    return say(series_wording.kept(plain(first.name), series.dates), replace=True)


async def drop(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`calendar:drop-series`: nothing is done."""
    if conversation.form == FORM:
        conversation.close_form()
    return say(wording.DROPPED, replace=True)


async def _understand_new(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    today = request.received_at.astimezone(request.tz).date()
    first, series = await _new(request, session, request.rest, today)
    if first is None or series is None:
        return None
    state = {"act": "add", "words": request.rest, "today": today.isoformat(), "dates": len(series.dates)}
    conversation.open_form(FORM, state)
    parts = [
        series_wording.UNDERSTOOD,
        line(first, request.tz, request.locale),
        series_wording.first_dates(series.dates),
    ]
    if series.endless:
        parts.append(series_wording.endless(series.dates[-1]))
    if series.holidays:
        parts.append(series_wording.on_holidays(series.holidays))
    keep = Button(label=wording.KEEP, action="calendar:keep-series", style="primary")
    return say("\n".join(parts), (keep, Button(label=wording.DROP, action="calendar:drop-series")))


async def _new(
    request: Request, session: AsyncSession, words: str, today: date
) -> tuple[Event | None, Repeated | None]:
    """The first date of the series that was said, as an event not yet kept, and the series; None when none was."""
    series = read_series(words, today, await _holidays(request, session))
    if series is None:
        return None, None
    meant = read(series.rest, today)
    if meant is None or meant.until is not None:
        raise Refusal(wording.BAD_DATE)
    now = request.received_at
    first = await changing.new_event(session, request.known(), meant, now)
    if first.starts_at is not None and first.starts_at <= now:  # today, but the hour is past
        dates = series.dates[1:]
        if not dates:
            raise Refusal(wording.PAST)
        series = replace(series, dates=dates)
        first = await changing.new_event(session, request.known(), replace(meant, on=dates[0]), now)
    return first, series


def _each(first: Event, dates: Sequence[date]) -> list[Event]:
    """An event for each date, at the same hour on the clock."""
    columns = [column.key for column in Event.__table__.columns if column.key != "id"]
    alike = {name: getattr(first, name) for name in columns}
    made = []
    for on in dates:
        begins, ends = (same_hour(first, instant, on) for instant in (first.starts_at, first.ends_at))
        occurrence = begins.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if begins else f"{on:%Y%m%d}"
        dated = {"starts_on": on, "ends_on": on, "starts_at": begins, "ends_at": ends}
        named = {"key": f"{first.key}-{on:%Y%m%d}", "uid": f"{first.key}@concerte", "occurrence": occurrence}
        made.append(Event(**{**alike, **dated, **named}))
    return made


async def _holidays(request: Request, session: AsyncSession) -> str:
    person = request.person
    region = await session.get(Region, person.region_id) if person and person.region_id else None
    return (region.holidays if region else "") or (await home(session))[1]
