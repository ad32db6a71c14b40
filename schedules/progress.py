"""What the author of an announcement is told: one message that is edited while it goes, and notices."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import managing_wording, report_wording
from handlers.announcements.reporting import beginning
from handlers.instants import known_zone
from handlers.messages import Button, Message, plain
from storage.announcement_deliveries import ended_since, outcomes
from storage.announcements import Announcement, AnnouncementStatus
from storage.audiences import Audience, all_recipients
from storage.forgetting import ENDS
from storage.network import Region, Structure, home
from storage.outbox import Delivery, Kind, State, by_about, enqueue
from storage.people import Account, Person, Role, accounts_of, best_account, zone_of

PACE = timedelta(seconds=5)  # between two looks of a message; a large audience costs more to count
LARGE = 20_000
SLOW = timedelta(seconds=30)
EVERY = 50  # ends for one look: it takes a slot of its own, so a fiftieth of what a platform allows at the most
_OPEN = (State.WAITING, State.HELD, State.SENDING)
_SHOWN = (State.DELIVERED, *_OPEN, State.UNCERTAIN, State.FAILED, State.SKIPPED, State.EXPIRED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Author:
    """Who is told, where, and in which zone."""

    person: Person
    account: Account
    tz: ZoneInfo


async def author_of(session: AsyncSession, announcement: Announcement) -> Author | None:
    """Who wrote it, on the account they prefer; None when nobody can be told."""
    return await _reached(session, announcement.author_id)


async def answerable(session: AsyncSession, announcement: Announcement) -> Author | None:
    """Who wrote it, else who confirmed it or took it up again; None when neither can be told."""
    return await author_of(session, announcement) or await _reached(session, announcement.confirmed_by)


async def _reached(session: AsyncSession, person_id: int | None) -> Author | None:
    person = await session.get(Person, person_id) if person_id is not None else None
    if person is None:
        return None
    account = best_account(await accounts_of(session, [person.id]), person.preferred_platform, person.fallback_platform)
    if account is None:
        return None
    house = await session.get(Structure, person.structure_id) if person.structure_id is not None else None
    region_id = person.region_id or (house.region_id if house else None)
    region = await session.get(Region, region_id) if region_id is not None else None
    default, _ = await home(session)
    zone = zone_of(person.zone, house.zone if house else None, region.zone if region else None, default)
    return Author(person, account, ZoneInfo(zone if known_zone(zone) else default))


async def tell(
    session: AsyncSession, author: Author | None, about: str, message: Message, now: datetime, edits: str = ""
) -> int:
    """A message to the author; once for each `about`."""
    if author is None:
        return 0
    row = {
        "about": about,
        "kind": Kind.NOTICE,
        "person_id": author.person.id,
        "account_id": author.account.id,
        "platform": author.account.platform,
        "workspace": author.account.workspace,
        "chat": author.account.chat,
        "edits": edits,
        "payload": message.model_dump(mode="json", exclude_defaults=True),
        "due_at": now,
        "created_at": now,
    }
    return await enqueue(session, [row])


async def tell_everywhere(session: AsyncSession, author: Author, about: str, message: Message, now: datetime) -> int:
    """The same on each platform on which the author can be written to: of one that fails nothing may be heard there."""
    told = 0
    for account in await accounts_of(session, [author.person.id]):
        if account.chat and account.unreachable is None:
            there = replace(author, account=account)
            told += await tell(session, there, f"{about}:{account.platform}", message, now)
    return told


async def tell_staff(session: AsyncSession, about: str, message: Message, now: datetime) -> int:
    """A message to everybody of the national staff, once for each `about`; returns how many are told."""
    told = 0
    async for batch in all_recipients(session, Audience(roles=frozenset({Role.STAFF.value, Role.ADMIN.value}))):
        rows = [
            {
                "about": f"{about}:person:{one.person_id}",
                "kind": Kind.NOTICE,
                "payload": message.model_dump(mode="json", exclude_defaults=True),
                "due_at": now,
                "created_at": now,
                **one.address,
            }
            for one in batch
            if one.account is not None
        ]
        told += await enqueue(session, rows)
    return told


async def show_progress(session: AsyncSession, announcement: Announcement, now: datetime) -> int:
    """Bring the author's message up to date, at most every few seconds, and a last time at the end.

    The first one is sent once the announcement is under way and will not be over at once; each later look replaces
    it, while it goes slowly once for so many ends (`EVERY`) or half a minute. While one is on its way the next waits.
    """
    first = announcement.progress_id is None
    over = announcement.status in (AnnouncementStatus.ENDED, AnnouncementStatus.CANCELLED)
    if announcement.status not in (AnnouncementStatus.SENDING, AnnouncementStatus.PAUSED) and (first or not over):
        return 0
    begun = max(filter(None, (announcement.frozen_at, announcement.scheduled_at)), default=now)
    if not over and now - (announcement.progress_at or begun) < PACE:
        return 0
    shown = await session.get(Delivery, announcement.progress_id) if announcement.progress_id is not None else None
    if shown is not None and shown.state in _OPEN:
        return 0
    if await _moves_little(session, announcement, now):
        return 0
    counts = await _counts(session, announcement.id)
    total = sum(counts.values())
    pace = SLOW if total > LARGE else PACE
    if not over and announcement.progress_at is not None and now - announcement.progress_at < pace:
        return 0
    message = _message(announcement, counts, total)
    stopped = announcement.status == AnnouncementStatus.CANCELLED
    if stopped and counts[State.SENDING]:
        return 0  # it has its end in a moment
    if stopped:
        announcement.progress_id = None  # this is the last that is seen of it
    if shown is not None and shown.payload == message.model_dump(mode="json", exclude_defaults=True):
        return 0
    author = await author_of(session, announcement)
    about = f"announcement-progress:{announcement.id}:{int(now.timestamp())}"
    edits = shown.message_ref if shown is not None and author and shown.chat == author.account.chat else ""
    told = await tell(session, author, about, message, now, edits)
    if told:
        announcement.progress_id = None if stopped else (await by_about(session, [about]))[0].id
        announcement.progress_at = now
        if shown is not None:
            await session.delete(shown)  # one row is enough for one message
    return told


async def _moves_little(session: AsyncSession, announcement: Announcement, now: datetime) -> bool:
    """Whether too few have had their end since the last look for another one."""
    since = announcement.progress_at
    if announcement.status != AnnouncementStatus.SENDING or since is None or now - since >= SLOW:
        return False
    return await ended_since(session, announcement.id, since, *ENDS) < EVERY


async def _counts(session: AsyncSession, announcement_id: int) -> dict[str, int]:
    found = await outcomes(session, announcement_id)
    return {state: sum(n for (where, _), n in found.items() if where == state) for state in _SHOWN}


def _message(announcement: Announcement, counts: dict[str, int], total: int) -> Message:
    done = total - sum(counts[state] for state in _OPEN)
    text = report_wording.progress(plain(beginning(announcement.text)), done, total, counts)
    rows = [Button(label=report_wording.REPORT, action=f"announce:report:{announcement.id}")]
    if announcement.status == AnnouncementStatus.SENDING:
        rows.append(Button(label=managing_wording.PAUSE, action=f"announce:pause:{announcement.id}"))
    return Message(text=text, buttons=(tuple(rows),))
