"""Roles given and taken, and the people they are given to: what staff see of somebody, and who may see it."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.network import Region, Structure
from storage.people import Account, Person, Role, RoleGrant

RANKED = frozenset({Role.REGIONAL_STAFF, Role.STAFF, Role.ADMIN})
SPEAKING = frozenset({Role.DIRECTOR, Role.ELECTED})


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds; regional staff hold it for a region."""

    grant_id: int
    role: Role
    region_id: int | None
    region: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody of the directory: the person, where they belong, what they may do, where they can be written to."""

    person: Person
    structure: Structure | None
    region_id: int | None
    region: str
    held: tuple[Held, ...]
    accounts: tuple[Account, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles, without their regions."""
        return frozenset(one.role for one in self.held)

    @property
    def is_ranked(self) -> bool:
        """Whether the person belongs to a team: then only an administrator changes anything about them."""
        return bool(self.roles & RANKED)

    @property
    def chats(self) -> tuple[Account, ...]:
        """The accounts on platforms, without the browser."""
        return tuple(account for account in self.accounts if account.platform != "web")


class LastAdministrator(Exception):
    """Without this administrator nobody could ever make another one."""


async def entries_of(session: AsyncSession, person_ids: Collection[int]) -> list[Entry]:
    """Those people, by family name."""
    found: list[Entry] = []
    ids = list(person_ids)
    for first in range(0, len(ids), 1000):
        found += await _entries(session, ids[first : first + 1000])
    return sorted(found, key=lambda one: (fold(one.person.family_name), fold(one.person.given_name), one.person.id))


async def entry_of(session: AsyncSession, person_id: int | None, *, lock: bool = False) -> Entry | None:
    """One of them; `lock` lets nobody else change the person's roles until the transaction ends."""
    if person_id is None:
        return None
    if lock:
        await session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    return next(iter(await _entries(session, [person_id])), None)


async def _entries(session: AsyncSession, ids: Sequence[int]) -> list[Entry]:
    grants: dict[int, list[Held]] = {}
    query = select(RoleGrant, Region.name).outerjoin(Region, Region.id == RoleGrant.region_id)
    rows = await session.execute(query.where(RoleGrant.person_id.in_(ids)).order_by(RoleGrant.id))
    for grant, region in rows:
        held = Held(grant.id, Role(grant.role), grant.region_id, region or "")
        grants.setdefault(grant.person_id, []).append(held)
    accounts: dict[int, list[Account]] = {}
    for account in await session.scalars(select(Account).where(Account.person_id.in_(ids)).order_by(Account.id)):
        accounts.setdefault(account.person_id or 0, []).append(account)
    people = await session.execute(
        select(Person, Structure, Region)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
        .where(Person.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return [
        Entry(
            person,
            structure,
            region.id if region else None,
            region.name if region else "",
            tuple(grants.get(person.id, ())),
            tuple(accounts.get(person.id, ())),
        )
        for person, structure, region in people
    ]


async def find_people(session: AsyncSession, words: str, *, most: int = 8) -> list[int]:
    """The people whom the words name: by e-mail, else by every word in given and family name, however accented.

    A name that is exactly the words comes alone.
    """
    asked = fold(words)
    if not asked:
        return []
    if "@" in words:
        query = select(Person.id).where(func.lower(Person.email) == words.strip().lower()).order_by(Person.id)
        return list((await session.scalars(query.limit(most))).all())
    rows = (await session.execute(select(Person.id, Person.given_name, Person.family_name).order_by(Person.id))).all()
    names = [(number, fold(f"{given} {family}"), fold(f"{family} {given}")) for number, given, family in rows]
    if exact := [number for number, *both in names if asked in both]:
        return exact[:most]
    wanted = asked.split()
    return [number for number, name, _ in names if all(f" {word}" in f" {name}" for word in wanted)][:most]


async def ranked_people(session: AsyncSession) -> list[Entry]:
    """Everybody who belongs to a team."""
    query = select(RoleGrant.person_id).where(RoleGrant.role.in_(RANKED)).distinct()
    return await entries_of(session, (await session.scalars(query)).all())


async def people_with(
    session: AsyncSession, roles: Collection[Role], region_ids: Collection[int] | None, *, unreached: bool
) -> list[Entry]:
    """The people of those roles (none: any) and regions (None: all); `unreached` are those without a chat account.

    Invented people of a rehearsal are among them.
    """
    query = select(Person.id).outerjoin(Structure, Structure.id == Person.structure_id)
    if roles:
        query = query.where(Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role.in_(roles))))
    if region_ids is not None:
        query = query.where(func.coalesce(Person.region_id, Structure.region_id).in_(region_ids))
    if unreached:
        chats = select(Account.person_id).where(Account.person_id.is_not(None), Account.platform != "web")
        query = query.where(Person.id.not_in(chats))
    return await entries_of(session, (await session.scalars(query)).all())


async def give_role(session: AsyncSession, person_id: int, role: Role, region_id: int | None = None) -> bool:
    """Give a role; False when the person has it already. Call with the person's row locked."""
    same = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == role)
    same = same.where(RoleGrant.region_id.is_(None) if region_id is None else RoleGrant.region_id == region_id)
    if await session.scalar(same.limit(1)) is not None:
        return False
    session.add(RoleGrant(person_id=person_id, role=role, region_id=region_id))
    await session.flush()
    return True


async def take_role(session: AsyncSession, grant_id: int) -> None:
    """Take a role back. Raises LastAdministrator where nobody could make another."""
    grant = await session.get(RoleGrant, grant_id, with_for_update=True)
    if grant is None:
        return
    if grant.role == Role.ADMIN:
        # Locked in one order: of two administrators who remove each other at once, the second is refused.
        query = select(RoleGrant.person_id).where(RoleGrant.role == Role.ADMIN).order_by(RoleGrant.id)
        holders = set(await session.scalars(query.with_for_update()))
        if holders <= {grant.person_id}:
            raise LastAdministrator
    await session.delete(grant)
    await session.flush()


async def administrators(session: AsyncSession) -> list[Entry]:
    """Every administrator."""
    query = select(RoleGrant.person_id).where(RoleGrant.role == Role.ADMIN).distinct()
    return await entries_of(session, (await session.scalars(query)).all())


def fold(text: str) -> str:
    """Lower case, no accents, words apart by one blank."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())
