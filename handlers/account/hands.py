"""Who may do something about somebody else's account, roles or links: decided when it is done.

National staff act for everybody, regional staff for the people of their regions. People of a team are in the hands of
administrators only: who could make a link in an administrator's name would be one.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import staff_wording as wording
from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request, Someone
from handlers.typography import shortened
from storage.network import Region
from storage.people import Role
from storage.roles import Entry, entries_of, entry_of, find_people


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts. `person_id` is nobody for the command line; `regions` None is the whole network."""

    person_id: int | None
    is_admin: bool
    regions: frozenset[int] | None = None

    def reaches(self, other: Entry) -> bool:
        """Whether they may act for that person."""
        if other.is_ranked and not self.is_admin:
            return False
        return self.regions is None or other.region_id in self.regions


COMMAND_LINE = Hand(None, is_admin=True)


def hand_of(request: Request) -> Hand:
    """What the one who asks may do now; refuses those who are of no team."""
    person = request.known()
    if not person.is_staff and person.staff_regions:
        return Hand(person.id, is_admin=False, regions=person.staff_regions)
    person = request.staff()
    return Hand(person.id, is_admin=Role.ADMIN in person.roles)


async def reached(request: Request, session: AsyncSession, person_id: int | None, *, lock: bool = False) -> Entry:
    """The person a button names, if the one who presses may act for them; refuses otherwise."""
    hand = hand_of(request)
    other = await entry_of(session, person_id, lock=lock)
    if other is None:
        raise Refusal(wording.NOBODY_THERE, audit="nobody of that number")
    if not hand.reaches(other):
        raise Refusal(wording.ADMINISTRATORS_ONLY if other.is_ranked else wording.NOT_YOUR_REGION, audit="not theirs")
    return other


async def meant(request: Request, session: AsyncSession, words: str, verb: str) -> Entry | Reply:
    """The one person the words name, else what to say: several as buttons `account:<verb>:<id>`, or nobody."""
    hand = hand_of(request)
    found = [one for one in await entries_of(session, await find_people(session, words)) if may_see(hand, one)]
    if not found:
        return say(wording.nobody_called(words))
    if len(found) > 1:
        buttons = [(Button(label=_label(one), action=f"account:{verb}:{one.person.id}"),) for one in found]
        return say(wording.WHICH_ONE, *buttons)
    return await reached(request, session, found[0].person.id)


def may_see(hand: Hand, other: Entry) -> bool:
    """Regional staff find the people of their regions only."""
    return hand.regions is None or other.region_id in hand.regions


async def regions_called(session: AsyncSession, codes: Collection[str]) -> frozenset[int]:
    """The ids of the regions with those codes."""
    return frozenset(await session.scalars(select(Region.id).where(Region.code.in_(codes))))


def is_admin(person: Someone | None) -> bool:
    """Whether they are an administrator at this moment."""
    return person is not None and Role.ADMIN in person.roles


def _label(one: Entry) -> str:
    where = one.structure.name if one.structure else one.region
    return shortened(f"{one.person.name}, {where}" if where else one.person.name, 60)


def described(one: Entry) -> str:
    """Who somebody is, on one line: « **Camille Exemple**, directrice, Mission locale du Havre »."""
    parts = [one.person.function or "", one.structure.name if one.structure else one.region]
    return f"**{plain(one.person.name)}**" + "".join(f", {plain(part)}" for part in parts if part)
