"""A small network for tests: regions of several territories, structures, people with accounts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.agenda import Event
from storage.network import Region, Structure
from storage.people import Account, Person, Role, RoleGrant

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)

REGIONS = {
    "53": ("Bretagne", "Europe/Paris", "FR"),
    "28": ("Normandie", "Europe/Paris", "FR"),
    "03": ("Guyane", "America/Cayenne", "FR-GF"),
    "04": ("La Réunion", "Indian/Reunion", "FR-RE"),
    "NC": ("Nouvelle-Calédonie", "Pacific/Noumea", "FR-NC"),
    "PF": ("Polynésie française", "Pacific/Tahiti", "FR-PF"),
}


async def region(session: AsyncSession, code: str) -> Region:
    """The region with that code, made at need."""
    found: Region | None = await session.scalar(select(Region).where(Region.code == code))
    if found is None:
        name, zone, holidays = REGIONS[code]
        found = Region(code=code, name=name, zone=zone, holidays=holidays)
        session.add(found)
        await session.flush()
    return found


async def structure(session: AsyncSession, code: str, in_region: str, kind: str = "mission-locale") -> Structure:
    """A structure, made at need."""
    found: Structure | None = await session.scalar(select(Structure).where(Structure.code == code))
    if found is None:
        found = Structure(code=code, name=code, kind=kind, region_id=(await region(session, in_region)).id)
        session.add(found)
        await session.flush()
    return found


async def person(
    session: AsyncSession,
    name: str,
    in_region: str = "53",
    *,
    on: Iterable[str] = ("telegram",),
    roles: Iterable[Role] = (Role.DIRECTOR,),
    kind: str = "mission-locale",
    staff_region: str = "",
    **more: Any,
) -> Person:
    """Somebody of a structure of that region and kind, with an account on each platform, roles, and what is given."""
    given, _, family = name.partition(" ")
    home = await structure(session, f"{kind} {in_region}", in_region, kind)
    made = Person(given_name=given, family_name=family, structure_id=home.id, created_at=LONG_AGO, **more)
    session.add(made)
    await session.flush()
    for platform in on:
        number = f"{platform}-{made.id}"
        session.add(Account(platform=platform, external_id=number, chat=number, person_id=made.id, created_at=LONG_AGO))
    for role in roles:
        where = (await region(session, staff_region)).id if role == Role.REGIONAL_STAFF else None
        session.add(RoleGrant(person_id=made.id, role=role, region_id=where))
    await session.flush()
    return made


async def event(
    session: AsyncSession, name: str, on: str, at: str = "", *, zone: str = "Europe/Paris", **more: Any
) -> Event:
    """An event on a day, at an hour when `at` gives one."""
    day = date.fromisoformat(on)
    starts_at = datetime.fromisoformat(f"{on}T{at}").replace(tzinfo=ZoneInfo(zone)) if at else None
    values = {
        "key": name.lower().replace(" ", "-"),
        "name": name,
        "precision": "minute" if at else "day",
        "starts_on": day,
        "ends_on": day,
        "starts_at": starts_at,
        "zone": zone,
        "updated_at": LONG_AGO,
        **more,
    }
    made = Event(**values)
    session.add(made)
    await session.flush()
    return made
