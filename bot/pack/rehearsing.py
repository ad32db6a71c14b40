"""The invented people of a pack's rehearsal, with their structures, roles and conversations in the browser."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.pack.records import structure_columns
from bot.pack.schema import Pack
from storage.network import Region, Structure, write_setting
from storage.people import Person, Role, RoleGrant
from storage.web import open_chat


async def seed_rehearsal(session: AsyncSession, pack: Pack, now: datetime) -> list[int]:
    """Make the invented people that are not there yet; returns the ids of all, in the order of the pack.

    Each has a web account and conversation (`storage.web.open_chat`). What they are good for is kept in the setting
    `rehearsal`: `{"people": [{"id", "key", "hint"}]}`.
    """
    regions = {region.code: region.id for region in await session.scalars(select(Region))}
    structures = {row.code: row for row in await session.scalars(select(Structure).where(Structure.fictional))}
    for entry in pack.rehearsal.structures:
        if entry.code not in structures:
            structures[entry.code] = Structure(code=entry.code, **structure_columns(entry))
            structures[entry.code].region_id = regions[entry.region] if entry.region else None
            session.add(structures[entry.code])
    await session.flush()
    people = {row.key: row for row in await session.scalars(select(Person).where(Person.fictional))}
    ids: list[int] = []
    cast: list[dict[str, object]] = []
    for invented in pack.rehearsal.people:
        person = people.get(invented.key)
        region_id = regions[invented.region] if invented.region else None
        if person is None:
            person = Person(
                key=invented.key,
                given_name=invented.given_name,
                family_name=invented.family_name,
                function=invented.function,
                structure_id=structures[invented.structure].id,
                region_id=region_id,
                zone=invented.zone,
                fictional=True,
                created_at=now,
                roles=[
                    RoleGrant(role=role, region_id=region_id if role is Role.REGIONAL_STAFF else None)
                    for role in invented.roles
                ],
            )
            session.add(person)
            await session.flush()
        await open_chat(session, person.id, now)
        ids.append(person.id)
        cast.append({"id": person.id, "key": invented.key, "hint": invented.hint})
    await write_setting(session, "rehearsal", {"people": cast})
    await session.flush()
    return ids
