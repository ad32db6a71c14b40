"""440 structures of all French territories and their 1,300 people, laid over the default pack."""

from datetime import time
from pathlib import Path

from sqlalchemy import insert, select

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from storage.database import Database
from storage.network import Region, Structure
from storage.people import Account, Person, Role, RoleGrant
from tests.building import LONG_AGO

PACK = Path(__file__).resolve().parents[2] / "packs" / "missions-locales"
STRUCTURES, PEOPLE = 440, 1300
UNION = 0  # the number of the structure that is the union's
_ROLES = (Role.DIRECTOR, Role.ELECTED, Role.PARTICIPANT)


async def lay(database: Database, people_count: int = PEOPLE) -> None:
    """Everybody and everything; the numbers decide who is who, so that every run is the same.

    Structure n is an ARML for n up to the number of regions, then a Mission Locale; person p belongs to structure
    p mod 440. One in eleven has no account, one in thirteen wants no reminders, one in seventeen has hours of
    their own, one in twenty-three a zone of their own.
    """
    async with database.transaction() as session:
        await seed(session, read_pack(PACK), LONG_AGO)
        regions = (await session.scalars(select(Region.id).order_by(Region.code))).all()
        kinds = ["union", *["arml"] * len(regions)]
        kinds += ["mission-locale"] * (STRUCTURES - len(kinds))
        for number, kind in enumerate(kinds):
            home = None if number == UNION else regions[number % len(regions)]
            session.add(Structure(code=f"s{number}", name=f"Structure {number}", kind=kind, region_id=home))
        await session.flush()
        houses = dict((await session.execute(select(Structure.code, Structure.id))).all())
        people, accounts, grants = [], [], []
        for number in range(1, people_count + 1):
            own = number % 17 == 0
            people.append(
                {
                    "id": number,
                    "given_name": "Camille",
                    "family_name": f"Exemple {number}",
                    "structure_id": houses[f"s{number % STRUCTURES}"],
                    "zone": "Pacific/Noumea" if number % 23 == 0 else None,
                    "quiet_begins": time(18) if own else None,
                    "quiet_ends": time(10) if own else None,
                    "reminders_paused": number % 13 == 0,
                    "created_at": LONG_AGO,
                }
            )
            grants.append({"person_id": number, "role": _ROLES[number // STRUCTURES % len(_ROLES)]})
            platform = "slack" if number % 5 == 0 else "telegram"
            if number % 11:
                accounts.append(
                    {
                        "platform": platform,
                        "external_id": str(number),
                        "chat": str(number),
                        "person_id": number,
                        "created_at": LONG_AGO,
                    }
                )
        await session.execute(insert(Person), people)
        await session.execute(insert(RoleGrant), grants)
        await session.execute(insert(Account), accounts)
