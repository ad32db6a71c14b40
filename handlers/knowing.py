"""A person as handlers see one: with structure, region, zone and the roles held at this moment."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.request import Someone
from storage.network import Region, Structure, home
from storage.people import Person, Role, RoleGrant, zone_of


async def someone(session: AsyncSession, person_id: int, *, lock: bool = False) -> Someone | None:
    """The person with structure, region, zone and roles. `lock` makes one person's updates wait for each other."""
    return (await everyone(session, [person_id], lock=lock)).get(person_id)


async def everyone(session: AsyncSession, person_ids: Collection[int], *, lock: bool = False) -> dict[int, Someone]:
    """The same for several people, by id; locked in the order of their ids, so that two who lock never wait in turn."""
    query = (
        select(Person, Structure, Region)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
    )
    if lock:
        query = query.with_for_update(key_share=True, of=Person)
    rows = (await session.execute(query)).all()
    grants: dict[int, list[RoleGrant]] = {}
    for grant in await session.scalars(select(RoleGrant).where(RoleGrant.person_id.in_(person_ids))):
        grants.setdefault(grant.person_id, []).append(grant)
    default, _ = await home(session)
    return {
        person.id: _as_seen(person, structure, region, grants.get(person.id, []), default)
        for person, structure, region in rows
    }


def _as_seen(
    person: Person, structure: Structure | None, region: Region | None, grants: list[RoleGrant], default: str
) -> Someone:
    zone = zone_of(person.zone, structure.zone if structure else None, region.zone if region else None, default)
    return Someone(
        id=person.id,
        name=person.name,
        given_name=person.given_name,
        structure_id=person.structure_id,
        structure=structure.name if structure else "",
        kind=structure.kind if structure else "",
        region_id=region.id if region else None,
        region=region.name if region else "",
        zone=zone,
        locale=person.locale or "fr",
        roles=frozenset(Role(grant.role) for grant in grants),
        staff_regions=frozenset(
            grant.region_id for grant in grants if grant.role == Role.REGIONAL_STAFF and grant.region_id is not None
        ),
        fictional=person.fictional,
    )
