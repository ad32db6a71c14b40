"""When an announcement leaves, and until when it may: chosen by buttons or in words, in a zone that is named."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import departure_wording, wording
from handlers.announcements.drafts import FORM, draft
from handlers.announcements.previewing import panel
from handlers.announcements.rights import Rights
from handlers.announcements.timing import read_instant
from handlers.dates import zone_name
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.announcements import Announcement
from storage.conversations import Conversation
from storage.network import Region

_FURTHEST = timedelta(days=366)
_LASTS = (1, 3, 7, 14, 30)  # days


async def show_times(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:when:<id>`: at once, tomorrow or on Monday morning, or an instant to write."""
    _, announcement = await draft(request, session)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "when"})
    number, tz = announcement.id, request.tz
    today = request.received_at.astimezone(tz).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    at = {day: int(datetime.combine(day, time(9), tz).timestamp()) // 60 for day in (tomorrow, monday)}
    rows: list[tuple[Button, ...]] = [(Button(label=departure_wording.AT_ONCE, action=f"announce:at:{number}:0"),)]
    rows += [
        (Button(label=departure_wording.on_day(day), action=f"announce:at:{number}:{minute}"),)
        for day, minute in at.items()
    ]
    rows.append((Button(label=departure_wording.OTHER_TIME, action=f"announce:say:{number}"),))
    rows.append(
        tuple(
            Button(label=departure_wording.lasting(days), action=f"announce:until:{number}:{days}") for days in _LASTS
        )
    )
    rows.append((Button(label=wording.BACK, action=f"announce:panel:{number}"),))
    return say(departure_wording.when_ask(zone_name(tz.key)), *rows, replace=True)


async def set_time(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:at:<id>:<minutes since 1970>`, 0 for at once."""
    may, announcement = await draft(request, session)
    conversation.close_form()
    minutes = request.number(1)
    if minutes is None or minutes > 2**31:
        return Reply(notice=wording.GONE)
    return await _scheduled(request, session, may, announcement, minutes * 60, request.tz.key)


async def ask_time(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:say:<id>`: the instant is written next."""
    _, announcement = await draft(request, session)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "time"})
    return say(departure_wording.time_ask(zone_name(request.tz.key)))


async def time_typed(
    request: Request, session: AsyncSession, may: Rights, announcement: Announcement, text: str
) -> Reply | None:
    """The instant that was written; None where the words name none."""
    zones: dict[str, str] = {}
    for name, zone in (await session.execute(select(Region.name, Region.zone))).all():
        zones[name] = zone
        zones[zone_name(zone).removeprefix("heure de ").removeprefix("heure d’")] = zone
    meant = read_instant(text, request.received_at, request.tz.key, zones)
    if meant is None:
        return None
    return await _scheduled(request, session, may, announcement, int(meant.at.timestamp()), meant.zone)


async def set_expiry(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:until:<id>:<days>`: so long after its departure."""
    may, announcement = await draft(request, session)
    days = request.number(1)
    if days not in _LASTS:
        return Reply(notice=wording.GONE)
    start = max(announcement.scheduled_at or request.received_at, request.received_at)
    announcement.expires_at = start + timedelta(days=days)
    conversation.close_form()
    announcement.revision += 1
    return Reply(messages=(await panel(request, session, may, announcement),), replace=True)


async def _scheduled(
    request: Request, session: AsyncSession, may: Rights, announcement: Announcement, seconds: int, zone: str
) -> Reply:
    at = datetime.fromtimestamp(seconds, UTC) if seconds else None
    if at is not None and not request.received_at < at < request.received_at + _FURTHEST:
        raise Refusal(departure_wording.TIME_PASSED)
    if announcement.expires_at is not None:  # it lasts as long, from the new departure on
        lasts = announcement.expires_at - (announcement.scheduled_at or request.received_at)
        announcement.expires_at = (at or request.received_at) + lasts
    announcement.scheduled_at, announcement.zone = at, zone if at else None
    announcement.revision += 1
    replaced = request.press is not None
    return Reply(messages=(await panel(request, session, may, announcement),), replace=replaced)
