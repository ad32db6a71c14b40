"""« envois à venir »: staff read what will be sent in the next weeks, to how many and when, before it is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import forecast_wording as wording
from handlers.calendar import wording as calendar_wording
from handlers.dates import clock, day, span
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.conversations import Conversation

WORDS = ("envois", "envois à venir", "envois a venir", "prochains envois")
_SHOWN = 40  # sendings in one message
_DEFAULT = 4  # weeks


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing that leaves to several people: kind, title, what of it; from the first to the last instant (UTC).

    `kind` is reminder, own, announcement, nudge or waiting; `unreachable` of the `people` have no account.
    """

    kind: str
    title: str
    what: str
    first: datetime
    last: datetime
    people: int
    unreachable: int


Forecast = Callable[[AsyncSession, datetime, datetime], Awaitable[Sequence[Sending]]]
Handler = Callable[[Request, AsyncSession, Conversation], Awaitable[Reply]]


def preview_with(forecast: Forecast) -> Handler:
    """The command and the presses of `sends:<weeks>`; what is foreseen comes from outside, where the ticks are."""

    async def preview(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        request.staff()
        if request.inbound.chat_kind != "private":
            raise Refusal(calendar_wording.STAFF_PRIVATELY)
        weeks = _weeks(request)
        until = request.received_at + timedelta(weeks=weeks)
        found = await forecast(session, request.received_at, until)
        buttons = tuple(
            Button(label=label, action=f"sends:{count}") for count, label in wording.WEEKS.items() if count != weeks
        )
        text = told(found, request.received_at, until, request.tz)
        return say(text, buttons, replace=request.press is not None)

    return preview


def told(found: Sequence[Sending], now: datetime, until: datetime, tz: ZoneInfo) -> str:
    """What will be sent, day by day, on the clock of the reader."""
    head = f"**{wording.TITLE}**, {span(now.astimezone(tz).date(), until.astimezone(tz).date())}"
    if not found:
        return f"{head}\n\n{wording.NOTHING}"
    lines, last = [head, "", wording.total(len(found), sum(one.people - one.unreachable for one in found))], None
    for one in found[:_SHOWN]:
        on = one.first.astimezone(tz).date()
        if on != last:
            lines.append(f"\n**{day(on)}**")
            last = on
        whom = wording.people(one.people, one.unreachable)
        lines.append(wording.line(one.kind, one.what, plain(one.title), _hours(one, tz), whom))
    if len(found) > _SHOWN:
        lines.append(calendar_wording.more(len(found) - _SHOWN))
    return "\n".join([*lines, "", wording.HOW])


def _hours(one: Sending, tz: ZoneInfo) -> str:
    """« 9 h », « 9 h–14 h », « 9 h–(mardi 3) 1 h » where zones are far apart."""
    begin, end = clock(one.first, tz), clock(one.last, tz)
    first, last = one.first.astimezone(tz).date(), one.last.astimezone(tz).date()
    if first != last:
        return f"de {begin} au {day(last, year=False)} à {end}"
    return begin if begin == end else f"de {begin} à {end}"


def _weeks(request: Request) -> int:
    parts = request.press.action.split(":")[1:2] if request.press else []
    return int(parts[0]) if parts and parts[0] in {str(count) for count in wording.WEEKS} else _DEFAULT
