"""Who is meant, in which zone they live, and where they are reached."""

import pytest

from storage.audiences import Audience, all_recipients, calendars, count, reach, recipients
from storage.database import Database
from storage.network import Structure, write_setting
from storage.people import WEB, Account, Person, Role, best_account
from tests.building import LONG_AGO, person, region, structure


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({}, ["Anne", "Bruno", "Chloé", "Denis"]),
        ({"roles": [], "regions": [], "kinds": []}, ["Anne", "Bruno", "Chloé", "Denis"]),
        ({"roles": ["director"]}, ["Anne", "Chloé"]),
        ({"roles": ["director", "elected"]}, ["Anne", "Bruno", "Chloé"]),
        ({"regions": ["53"]}, ["Anne", "Bruno"]),
        ({"regions": ["53", "03"], "roles": ["director"]}, ["Anne", "Chloé"]),
        ({"kinds": ["arml"]}, ["Bruno"]),
        ({"regions": ["unknown"]}, []),
    ],
)
async def test_lists_narrow_the_audience_and_an_empty_one_means_everybody(
    database: Database, data: dict[str, list[str]], names: list[str]
) -> None:
    async with database.transaction() as session:
        made = {
            "Anne": await person(session, "Anne Le Goff"),
            "Bruno": await person(session, "Bruno Morvan", kind="arml", roles=[Role.ELECTED]),
            "Chloé": await person(session, "Chloé Sinnamary", "03"),
            "Denis": await person(session, "Denis Papangue", "04", roles=[]),
        }
        audience = Audience.of(data)
        found = await recipients(session, audience)
        assert [one.person_id for one in found] == [made[name].id for name in names]
        assert await count(session, audience) == len(names)
        regions = {"Anne": "53", "Bruno": "53", "Chloé": "03", "Denis": "04"}
        roles = {"Anne": {Role.DIRECTOR}, "Bruno": {Role.ELECTED}, "Chloé": {Role.DIRECTOR}, "Denis": set[Role]()}
        for name, someone in made.items():  # the rule without the database says the same
            kind = "arml" if name == "Bruno" else "mission-locale"
            assert audience.includes(someone.id, roles[name], regions[name], kind) == (name in names)


async def test_named_people_are_an_audience_too(database: Database) -> None:
    async with database.transaction() as session:
        anne, bruno = await person(session, "Anne A"), await person(session, "Bruno B")
        only = Audience.of({"people": [bruno.id]})
        assert [one.person_id for one in await recipients(session, only)] == [bruno.id]
        assert not only.includes(anne.id, (), "", "")


async def test_a_persons_zone_is_their_own_then_the_structures_the_regions_the_networks(database: Database) -> None:
    async with database.transaction() as session:
        await write_setting(session, "network", {"zone": "Europe/Brussels", "holidays": "BE"})
        mine = await person(session, "Anne A", "03", zone="Europe/Lisbon")
        island = Structure(
            code="i", name="i", kind="x", zone="America/Miquelon", region_id=(await region(session, "03")).id
        )
        session.add(island)
        await session.flush()
        theirs = Person(given_name="B", family_name="B", structure_id=island.id, created_at=LONG_AGO)
        regional = await person(session, "Chloé C", "03")
        nobody = Person(given_name="D", family_name="D", created_at=LONG_AGO)
        blank = Person(given_name="E", family_name="E", zone="", created_at=LONG_AGO)
        moved = await person(session, "Farid F", "03", region_id=(await region(session, "04")).id)
        session.add_all([theirs, nobody, blank])
        await session.flush()
        found = {one.person_id: (one.zone, one.holidays) for one in await recipients(session, Audience())}
        assert found == {
            mine.id: ("Europe/Lisbon", "FR-GF"),
            theirs.id: ("America/Miquelon", "FR-GF"),
            regional.id: ("America/Cayenne", "FR-GF"),
            nobody.id: ("Europe/Brussels", "BE"),
            blank.id: ("Europe/Brussels", "BE"),
            moved.id: ("Indian/Reunion", "FR-RE"),
        }
        assert set(await calendars(session, Audience())) == set(found.values())
        group = await recipients(session, Audience(), among=[("Europe/Brussels", "BE")])
        assert [one.person_id for one in group] == sorted([nobody.id, blank.id])


def account(number: int, platform: str, **more: str | None) -> Account:
    return Account(**{"id": number, "platform": platform, "chat": "c", "unreachable": None, **more})


@pytest.mark.parametrize(
    ("accounts", "preferred", "chosen"),
    [
        ([], None, None),
        ([account(1, "slack"), account(2, "telegram")], None, 1),
        ([account(1, "slack"), account(2, "telegram")], "telegram", 2),
        ([account(1, "slack", unreachable="deactivated"), account(2, "telegram")], "slack", 2),
        ([account(1, WEB), account(2, "telegram")], None, 2),
        ([account(1, WEB), account(2, "telegram")], WEB, 1),
        ([account(1, WEB)], "slack", 1),
        ([account(1, "telegram", unreachable="blocked")], None, None),
        ([account(1, "slack", chat="")], None, None),
    ],
)
def test_one_is_written_to_where_one_prefers_else_where_it_rings(
    accounts: list[Account], preferred: str | None, chosen: int | None
) -> None:
    found = best_account(accounts, preferred)
    assert (found.id if found else None) == chosen


async def test_the_reach_counts_platforms_and_those_without_an_address(database: Database) -> None:
    async with database.transaction() as session:
        await person(session, "Anne A", on=["slack", "telegram"], preferred_platform="telegram")
        await person(session, "Bruno B", on=["slack"])
        await person(session, "Chloé C", on=["slack"])
        await person(session, "Denis D", on=[])
        found = await reach(session, Audience())
        assert (found.people, dict(found.platforms), found.unreachable) == (4, {"slack": 2, "telegram": 1}, 1)


async def test_a_large_audience_comes_in_batches_without_gap_or_repeat(sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        home = await structure(session, "s", "53")
        session.add_all(
            Person(given_name=str(n), family_name="", structure_id=home.id, created_at=LONG_AGO) for n in range(2300)
        )
        await session.flush()
        seen: list[int] = []
        sizes = []
        async for batch in all_recipients(session, Audience.of({"regions": ["53"]})):
            seen += [one.person_id for one in batch]
            sizes.append(len(batch))
        assert sizes == [1000, 1000, 300] and len(set(seen)) == 2300


def test_json_keeps_only_what_narrows() -> None:
    data = {"roles": ["director"], "regions": [], "people": [3]}
    assert Audience.of(data).as_json() == {"roles": ["director"], "people": [3]}
    assert Audience.of({}).is_everybody and not Audience.of(data).is_everybody
