"""A small network for tests of the members file: a few regions, two kinds of structures, one structure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.directory.importing import Imported, import_files, read_file
from handlers.directory.plans import Rights
from storage.database import Database
from storage.network import NetworkSetting, Region, Structure
from storage.people import Account, Person, Role, RoleGrant

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
ADMIN = Rights(admin=True)
HEADER = "prenom;nom;email;telephone;fonction;structure;type;region;fuseau;role;slack_id;telegram_id;contact_public\n"
JEAN = "Jean;Dupont;jean@ml.fr;0637428685;Directeur;ML Lille;;;;direction;U0JEAN;1001;oui\n"
ANNE = "Anne;Payet;anne@ml.re;0692123456;Présidente;Mission Locale du Sud;;La Réunion;;elu;;1002;non\n"
REGIONS = (
    ("11", "Île-de-France", "Europe/Paris"),
    ("32", "Hauts-de-France", "Europe/Paris"),
    ("53", "Bretagne", "Europe/Paris"),
    ("01", "Guadeloupe", "America/Guadeloupe"),
    ("03", "Guyane", "America/Cayenne"),
    ("04", "La Réunion", "Indian/Reunion"),
    ("988", "Nouvelle-Calédonie", "Pacific/Noumea"),
)
KINDS = {
    "mission-locale": {"singular": "Mission Locale", "plural": "Missions Locales"},
    "arml": {"singular": "ARML", "plural": "ARML"},
}


async def lay_network(session: AsyncSession) -> None:
    """Lay the network into an empty database."""
    regions = [Region(code=code, name=name, zone=zone) for code, name, zone in REGIONS]
    session.add_all(regions)
    session.add(NetworkSetting(key="structure_kinds", value=KINDS))
    session.add(NetworkSetting(key="network", value={"name": "Réseau", "zone": "Europe/Paris", "holidays": "FR"}))
    await session.flush()
    session.add(
        Structure(
            code="mission-locale-de-lille",
            name="Mission Locale de Lille",
            kind="mission-locale",
            region_id=regions[1].id,
            aliases=["ML Lille"],
            seed_digest="pack",
        )
    )
    await session.flush()


class Refused(Exception):
    """Takes back what was done."""


async def load(database: Database, *texts: str, rights: Rights = ADMIN, skip: bool = False) -> Imported:
    """Import files of these texts as the command line does."""
    done: Imported | None = None
    try:
        async with database.transaction() as session:
            files = [await read_file(session, f"membres{n}.csv", text.encode()) for n, text in enumerate(texts, 1)]
            done = await import_files(session, files, rights, NOW)
            if done.refused and not skip:
                raise Refused
    except Refused:
        pass
    assert done is not None
    return done


async def person(database: Database, name: str) -> Person:
    """The one person of that family name."""
    async with database.reading() as session:
        return (await session.scalars(select(Person).where(Person.family_name == name))).one()


async def roles(database: Database, name: str) -> list[str]:
    """The roles held by that family name."""
    async with database.reading() as session:
        query = select(RoleGrant.role).join(Person, Person.id == RoleGrant.person_id).where(Person.family_name == name)
        return sorted((await session.scalars(query)).all())


async def accounts(database: Database, name: str) -> list[tuple[str, str]]:
    """Platform and id of each account of that family name."""
    async with database.reading() as session:
        query = (
            select(Account.platform, Account.external_id)
            .join(Person, Person.id == Account.person_id)
            .where(Person.family_name == name)
            .order_by(Account.platform, Account.external_id)
        )
        return [(row[0], row[1]) for row in await session.execute(query)]


async def add_person(database: Database, family: str, role: Role, **columns: object) -> int:
    """A person with a role, without any import."""
    async with database.transaction() as session:
        one = Person(given_name="X", family_name=family, created_at=NOW, **columns)
        session.add(one)
        await session.flush()
        session.add(RoleGrant(person_id=one.id, role=role))
        return one.id


def refusals(done: Imported) -> Sequence[str]:
    """What is said of the refused rows."""
    return [str(fault) for plan in done.plans for fault in plan.refused]
