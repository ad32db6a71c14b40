"""Who may broadcast, and to whom: national staff to everybody, regional staff to their own regions."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import wording
from handlers.errors import Refusal
from handlers.request import Request, Someone
from storage.announcements import Announcement, locked
from storage.audiences import Audience
from storage.network import Region
from storage.people import Role, roles_of


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do at this moment; `regions` None is the whole network."""

    person: Someone
    regions: frozenset[str] | None

    def within(self, audience: Audience) -> Audience:
        """The audience as far as they may write to it; refuses when nothing of it is theirs."""
        if self.regions is None:
            return audience
        allowed = audience.regions & self.regions if audience.regions else self.regions
        if not allowed:
            raise Refusal(wording.NOT_YOUR_REGION, audit="announcement to another region")
        return replace(audience, regions=allowed)


async def rights(request: Request, session: AsyncSession) -> Rights:
    """What the one who asks may do now; refuses those who may not broadcast, and all in a group or channel."""
    person = request.known()
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    if not person.is_staff and Role.REGIONAL_STAFF in person.roles and person.staff_regions:
        codes = await session.scalars(select(Region.code).where(Region.id.in_(person.staff_regions)))
        return Rights(person, frozenset(codes))
    return Rights(request.staff(), None)


async def may_still(session: AsyncSession, announcement: Announcement) -> bool:
    """Whether whoever confirmed it, or took it up again, may broadcast to its audience at this moment."""
    if announcement.confirmed_by is None:
        return False
    grants = await roles_of(session, announcement.confirmed_by)
    if any(grant.role in (Role.STAFF, Role.ADMIN) for grant in grants):
        return True
    held = [grant.region_id for grant in grants if grant.role == Role.REGIONAL_STAFF and grant.region_id is not None]
    codes = frozenset(await session.scalars(select(Region.code).where(Region.id.in_(held)))) if held else frozenset()
    meant = Audience.of(announcement.audience).regions
    return bool(meant) and meant <= codes


async def allowed(request: Request, session: AsyncSession, number: int | None) -> tuple[Rights, Announcement]:
    """The announcement pressed for, locked; regional staff handle only their own. Refuses otherwise."""
    may = await rights(request, session)
    announcement = await locked(session, number) if number is not None else None
    if announcement is None or (may.regions is not None and announcement.author_id != may.person.id):
        raise Refusal(wording.GONE, audit="announcement of another")
    return may, announcement
