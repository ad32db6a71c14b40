"""Where people cannot be written to: accounts that their platform refuses, and people without any account."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audiences import Audience, member_ids
from storage.network import Region, Structure
from storage.people import Account, Person


@dataclass(frozen=True, slots=True)
class Closed:
    """One account that is refused, and whether its person is reached elsewhere."""

    name: str
    structure: str
    region: str
    platform: str
    reason: str
    elsewhere: bool


async def closed_addresses(session: AsyncSession, audience: Audience) -> Sequence[Closed]:
    """The refused accounts of the people meant, by name."""
    region_id = func.coalesce(Person.region_id, Structure.region_id)
    open_ones = (
        select(Account.person_id)
        .where(Account.person_id == Person.id, Account.unreachable.is_(None), Account.chat != "")
        .correlate(Person)
        .exists()
    )
    marked = select(Account.person_id, Account.platform, Account.unreachable).where(Account.unreachable.is_not(None))
    one = marked.subquery()
    rows = await session.execute(
        select(
            Person.given_name,
            Person.family_name,
            Structure.name,
            Region.name,
            one.c.platform,
            one.c.unreachable,
            open_ones,
        )
        .join(one, one.c.person_id == Person.id)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == region_id)
        .where(Person.id.in_(member_ids(audience)))
        .order_by(Person.family_name, Person.given_name, Person.id, one.c.platform)
    )
    return [
        Closed(f"{given} {family}".strip(), house or "", region or "", platform, why, bool(elsewhere))
        for given, family, house, region, platform, why, elsewhere in rows
    ]


async def named(session: AsyncSession, person_ids: Sequence[int]) -> Sequence[tuple[str, str, str]]:
    """Name, structure and region of those people, by name."""
    region_id = func.coalesce(Person.region_id, Structure.region_id)
    rows = await session.execute(
        select(Person.given_name, Person.family_name, Structure.name, Region.name)
        .select_from(Person)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == region_id)
        .where(Person.id.in_(person_ids))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return [(f"{given} {family}".strip(), house or "", region or "") for given, family, house, region in rows]


async def without_account(session: AsyncSession, audience: Audience) -> int:
    """How many of the people meant have no account at all."""
    any_account = select(Account.id).where(Account.person_id == Person.id).exists()
    query = select(func.count(Person.id)).where(Person.id.in_(member_ids(audience)), ~any_account)
    return int(await session.scalar(query) or 0)
