"""The announcements' tick: scheduled ones begin, finished ones tell their author, failing ones pause themselves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import notice_wording, report_wording
from handlers.announcements.reporting import beginning, report_in, unreached
from handlers.announcements.rights import may_still
from handlers.messages import Button, Message, plain
from schedules.progress import Author, answerable, show_progress, tell, tell_everywhere, tell_staff
from storage.announcement_corrections import settle
from storage.announcement_deliveries import ended_since, expire_held, hold, is_over, outcomes
from storage.announcements import FOLLOWED, Announcement, AnnouncementStatus
from storage.network import DEFAULT_ZONE
from storage.outbox import State

FEWEST = 20  # failures before an announcement stops itself …
SHARE = 0.5  # … when they are so much of what has an end


async def follow(session: AsyncSession, now: datetime) -> int:
    """Bring every announcement under way to where it stands; returns how many authors are told something."""
    await settle(session, now)
    under_way = (
        await session.scalars(
            select(Announcement).where(FOLLOWED).order_by(Announcement.id).with_for_update(skip_locked=True)
        )
    ).all()
    if any(one.status == AnnouncementStatus.PAUSED for one in under_way):
        await expire_held(session, now)
    told = 0
    for announcement in under_way:
        if announcement.status == AnnouncementStatus.PAUSED:
            await hold(session, announcement.id)  # what was being sent at the pause and comes back to be retried
        if announcement.status == AnnouncementStatus.SCHEDULED and not await may_still(session, announcement):
            told += await _without_right(session, announcement, now)
        if announcement.status == AnnouncementStatus.SCHEDULED and (announcement.scheduled_at or now) <= now:
            announcement.status = AnnouncementStatus.SENDING
        if announcement.status != AnnouncementStatus.CANCELLED:
            told += await _end(session, announcement, now)
        told += await show_progress(session, announcement, now)
    return told


async def _end(session: AsyncSession, announcement: Announcement, now: datetime) -> int:
    title = plain(beginning(announcement.text))
    if await is_over(session, announcement.id):
        announcement.status, announcement.ended_at = AnnouncementStatus.ENDED, now
        counts = await outcomes(session, announcement.id)
        delivered = sum(number for (state, _), number in counts.items() if state == State.DELIVERED)
        others = sum(counts.values()) - delivered
        author = await answerable(session, announcement)
        text = notice_wording.ended(title, delivered, others, yours=author is not None)
        final = await report_in(session, announcement, author.tz if author else ZoneInfo(DEFAULT_ZONE))
        whole = {"text": f"{text}\n\n{final.text}", "attachment": await unreached(session, announcement)}
        message = final.model_copy(update=whole)
        about = f"announcement-ended:{announcement.id}:{int(now.timestamp())}"
        return await _tell(session, author, about, message, now)
    if announcement.status == AnnouncementStatus.SENDING and (failed := await _failing(session, announcement)):
        await hold(session, announcement.id)
        announcement.status, announcement.pause_reason = AnnouncementStatus.PAUSED, "errors"
        follow_up = Button(label=report_wording.REPORT, action=f"announce:report:{announcement.id}")
        author = await answerable(session, announcement)
        text = notice_wording.halted(title, failed, yours=author is not None)
        about = f"announcement-halted:{announcement.id}:{int(now.timestamp())}"
        message = Message(text=text, buttons=((follow_up,),))
        if author is not None:
            return await tell_everywhere(session, author, about, message, now)
        return await tell_staff(session, about, message, now)
    return 0


async def _tell(session: AsyncSession, author: Author | None, about: str, message: Message, now: datetime) -> int:
    """To the author; to the team where nobody answers for it any more, or can be told."""
    if author is None:
        return await tell_staff(session, about, message, now)
    return await tell(session, author, about, message, now)


async def _without_right(session: AsyncSession, announcement: Announcement, now: datetime) -> int:
    """Pause what somebody scheduled who may not broadcast any more; national staff may take it up in their own name."""
    await hold(session, announcement.id)
    announcement.status, announcement.pause_reason = AnnouncementStatus.PAUSED, "rights"
    title = beginning(announcement.text)
    resume = Button(label=notice_wording.resume_one(title), action=f"announce:go:{announcement.id}")
    show = Button(label=report_wording.REPORT, action=f"announce:report:{announcement.id}")
    message = Message(text=notice_wording.without_right(plain(title)), buttons=((resume,), (show,)))
    about = f"announcement-rights:{announcement.id}:{int(now.timestamp())}"
    return await tell_staff(session, about, message, now)


async def _failing(session: AsyncSession, announcement: Announcement) -> int:
    """How many deliveries failed since it began or was taken up again; 0 while they are few."""
    since = announcement.updated_at
    failed = await ended_since(session, announcement.id, since, State.FAILED, State.UNCERTAIN)
    if failed < FEWEST:
        return 0
    delivered = await ended_since(session, announcement.id, since, State.DELIVERED)
    return failed if failed > SHARE * (failed + delivered) else 0
