"""The preview: the message exactly as it will arrive, and what confirming would do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import (
    attachment_wording,
    audience_wording,
    departure_wording,
    managing_wording,
    report_wording,
    wording,
)
from handlers.announcements.choosing import in_words
from handlers.announcements.drafts import draft
from handlers.announcements.personalising import merge_fields
from handlers.announcements.rights import Rights
from handlers.dates import zone_name
from handlers.instants import known_zone, next_permitted
from handlers.messages import Button, Message, Reply, StoredFile, plain
from handlers.request import Request
from handlers.weighing import lasting
from storage.addresses import named
from storage.announcements import Announcement
from storage.audiences import Audience, Recipient, all_recipients
from storage.conversations import Conversation
from storage.network import home
from storage.outbox import stopped_by

EXPIRY = timedelta(days=7)  # after its departure; an announcement that could not leave by then is stale


@dataclass(frozen=True, slots=True)
class Forecast:
    """What confirming would do: whom it reaches and how, whom it does not (some of them), how many have to wait, and
    for how many the last date is before their morning.
    """

    people: int
    platforms: dict[str, int]
    lanes: dict[tuple[str, str], int]  # the same, by workspace too: each has a pace of its own
    unreachable: int
    nowhere: tuple[int, ...]
    later: int
    last: datetime
    too_late: int


def as_sent(announcement: Announcement, text: str = "") -> Message:
    """The message each recipient gets; with another text if one is given."""
    rows: list[tuple[Button, ...]] = []
    if announcement.event_id is not None:
        rows.append((Button(label=attachment_wording.SEE_EVENT, action=f"calendar:show:{announcement.event_id}"),))
    if announcement.consultation_id is not None:
        rows.append((Button(label=attachment_wording.ANSWER, action=f"consult:open:{announcement.consultation_id}"),))
    if announcement.ack_wanted:
        rows.append((Button(label=wording.READ, action=f"announce:read:{announcement.id}"),))
    file = StoredFile.model_validate(announcement.file) if announcement.file else None
    return Message(text=text or announcement.text, buttons=tuple(rows), file=file)


def departure(recipient: Recipient, start: datetime, default_zone: str) -> datetime:
    """When it leaves for a recipient: at `start`, or when their night, week-end or holiday ends."""
    zone = recipient.zone if known_zone(recipient.zone) else default_zone
    return next_permitted(start, zone, recipient.holidays)


async def forecast(session: AsyncSession, audience: Audience, start: datetime, expires_at: datetime) -> Forecast:
    """What would happen if an announcement to that audience left at `start`."""
    default_zone, _ = await home(session)
    people = unreachable = later = too_late = 0
    lanes: dict[tuple[str, str], int] = {}
    nowhere: list[int] = []
    last = start
    async for batch in all_recipients(session, audience):
        people += len(batch)
        for one in batch:
            if one.account is None:
                unreachable += 1
                nowhere += [one.person_id] if len(nowhere) < wording.MOST_NAMED else []
                continue
            lane = one.account.platform, one.account.workspace
            lanes[lane] = lanes.get(lane, 0) + 1
            at = departure(one, start, default_zone)
            later += at > start
            too_late += at >= expires_at
            last = max(last, at)
    platforms: dict[str, int] = {}
    for (name, _), number in sorted(lanes.items()):
        platforms[name] = platforms.get(name, 0) + number
    return Forecast(people, platforms, lanes, unreachable, tuple(nowhere), later, last, too_late)


async def show_as(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:as:<id>:<platform>`: the announcement as that platform would show it."""
    _, announcement = await draft(request, session)
    platform = request.arguments[1] if len(request.arguments) > 1 else ""
    if platform not in wording.PLATFORMS:
        return Reply(notice=wording.GONE)
    back = (Button(label=wording.BACK, action=f"announce:panel:{announcement.id}"),)
    shown = as_sent(announcement).model_copy(update={"shown_as": platform})
    return Reply(
        messages=(Message(text=wording.shown_as(platform)), shown, Message(text=wording.SHOWN, buttons=(back,)))
    )


async def preview(request: Request, session: AsyncSession, may: Rights, announcement: Announcement) -> Reply:
    """Both messages: the announcement itself, and the panel under it."""
    return Reply(messages=(as_sent(announcement), await panel(request, session, may, announcement)))


def instant(announcement: Announcement, request: Request) -> str:
    """« mardi 24 novembre 2026 à 9 h (heure de Paris) », when it is scheduled; empty for at once."""
    if announcement.scheduled_at is None:
        return ""
    zone = announcement.zone or request.tz.key
    at = max(announcement.scheduled_at, request.received_at)
    return f"{wording.moment(at, ZoneInfo(zone))} ({zone_name(zone)})"


async def panel(request: Request, session: AsyncSession, may: Rights, announcement: Announcement) -> Message:
    """Whom it is for, when it leaves, and the buttons; one of them confirms this very revision."""
    start = max(announcement.scheduled_at or request.received_at, request.received_at)
    audience = may.within(Audience.of(announcement.audience))
    expires_at = announcement.expires_at or start + EXPIRY
    found = await forecast(session, audience, start, expires_at)
    leaves = instant(announcement, request) or departure_wording.AT_CONFIRMATION
    if found.later:
        leaves += f"\u202f; {departure_wording.put_off(found.later, wording.moment(found.last, request.tz))}"
    text = wording.panel(
        found.people,
        await in_words(session, audience),
        found.platforms,
        found.unreachable,
        [f"{name} ({house})" if house else name for name, house, _ in await named(session, found.nowhere)],
        leaves,
        wording.moment(expires_at, request.tz) + departure_wording.too_late(found.too_late),
        ack=announcement.ack_wanted,
        lasts=departure_wording.duration(lasting(found.lanes, request.rates, as_sent(announcement).model_dump())),
        unfilled=merge_fields(announcement.text),
    )
    if by := await stopped_by(session):
        text += f"\n\n{managing_wording.halted_by(plain(by))}"
    number = announcement.id
    send = Button(
        label=f"{wording.SEND} à {wording.people(found.people - found.unreachable)}",
        action=f"announce:send:{number}:{announcement.revision}",
        style="primary",
    )
    ack = "Sans" if announcement.ack_wanted else "Avec"
    rows = (
        ((send,),) if found.people > found.unreachable else (),
        (
            (
                Button(label=audience_wording.AUDIENCE, action=f"announce:to:{number}"),
                Button(label=departure_wording.WHEN, action=f"announce:when:{number}"),
            ),
            (
                Button(label=wording.EDIT, action=f"announce:edit:{number}"),
                Button(label=f"{ack} «\u00a0{wording.READ}\u00a0»", action=f"announce:ack:{number}"),
            ),
            (
                Button(label=attachment_wording.LINK, action=f"announce:link:{number}"),
                Button(label=wording.TRY, action=f"announce:try:{number}"),
            ),
            (Button(label=report_wording.NOWHERE, action=f"announce:nowhere:{number}"),) if found.unreachable else (),
            (
                Button(label=attachment_wording.REMOVE_FILE, action=f"announce:file:{number}:none")
                if announcement.file
                else Button(label=attachment_wording.ADD_FILE, action=f"announce:file:{number}"),
            ),
            tuple(
                Button(label=wording.see_as(name), action=f"announce:as:{number}:{name}") for name in wording.PLATFORMS
            ),
            (Button(label=wording.DROP, action=f"announce:drop:{number}", style="danger"),),
        ),
    )
    return Message(text=text, buttons=tuple(row for group in rows for row in group if row))
