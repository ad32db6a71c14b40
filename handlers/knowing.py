"""A person as handlers see one: with structure, region, zone and the roles held at this moment."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.request import Someone
from storage.network import Region, Structure, home
from storage.people import Person, Role, roles_of, zone_of


async def someone(session: AsyncSession, person_id: int, *, lock: bool = False) -> Someone | None:
    """The person with structure, region, zone and roles. `lock` makes one person's updates wait for each other."""
    query = select(Person).where(Person.id == person_id)
    person = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    if person is None:
        return None
    structure = await session.get(Structure, person.structure_id) if person.structure_id else None
    region_id = person.region_id or (structure.region_id if structure else None)
    region = await session.get(Region, region_id) if region_id else None
    grants = await roles_of(session, person.id)
    default, _ = await home(session)
    zone = zone_of(person.zone, structure.zone if structure else None, region.zone if region else None, default)
    return Someone(
        id=person.id,
        name=person.name,
        given_name=person.given_name,
        structure_id=person.structure_id,
        structure=structure.name if structure else "",
        kind=structure.kind if structure else "",
        region_id=region_id,
        region=region.name if region else "",
        zone=zone,
        locale=person.locale or "fr",
        roles=frozenset(Role(grant.role) for grant in grants),
        staff_regions=frozenset(
            grant.region_id for grant in grants if grant.role == Role.REGIONAL_STAFF and grant.region_id is not None
        ),
        fictional=person.fictional,
    )
