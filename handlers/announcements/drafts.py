"""Drafts: announcements that nobody has confirmed yet, and the form in which their author writes."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import wording
from handlers.announcements.rights import Rights, allowed
from handlers.errors import Refusal
from handlers.request import Request
from storage.announcements import Announcement, AnnouncementStatus

FORM = "announcements:compose"  # its state: `id` of the announcement, and what it `asks` for: text, time, correction


async def draft(request: Request, session: AsyncSession) -> tuple[Rights, Announcement]:
    """The announcement pressed for, as long as it has not been confirmed; refuses otherwise."""
    may, announcement = await allowed(request, session, request.number(0))
    return may, still_draft(announcement)


def still_draft(announcement: Announcement) -> Announcement:
    """The announcement, unless it was confirmed or dropped meanwhile."""
    if announcement.status != AnnouncementStatus.COMPOSING:
        raise Refusal(wording.ALREADY if announcement.frozen_at else wording.GONE)
    return announcement
