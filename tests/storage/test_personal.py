"""Personal links and sessions as rows: what ends them, who may use them, when they go."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from schedules.purging import purge
from storage.database import Database
from storage.linking import digest
from storage.people import Person
from storage.personal import (
    DAY,
    LINK_LIFE,
    SESSION_LIFE,
    PersonalLink,
    WebSession,
    find_link,
    find_session,
    live_links_not_opened,
    make_link,
    make_links,
    open_session,
    purge_links,
    revoke_links,
)
from storage.retention import Retention

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)
MACHINE = 1_710_000_000.0


async def somebody(database: Database, given: str = "Camille") -> int:
    async with database.transaction() as session:
        person = Person(given_name=given, family_name="Exemple", created_at=NOW)
        session.add(person)
        await session.flush()
        return person.id


async def test_only_the_digest_is_kept(database: Database) -> None:
    person = await somebody(database)
    async with database.transaction() as session:
        token = await make_link(session, person, person, MACHINE)
    async with database.reading() as session:
        row = (await session.scalars(select(PersonalLink))).one()
        assert row.digest == digest(token) and token not in str(vars(row))
        assert await find_link(session, token, MACHINE) is not None
        assert await find_link(session, token + "x", MACHINE) is None


async def test_a_link_and_its_sessions_end_together(database: Database) -> None:
    person = await somebody(database)
    async with database.transaction() as session:
        token = await make_link(session, person, None, MACHINE, life=2 * DAY)
        link = await find_link(session, token, MACHINE)
        assert link is not None
        secret = await open_session(session, link, MACHINE)
    async with database.transaction() as session:
        found = await find_session(session, secret, MACHINE + DAY)
        assert found is not None and found.until == MACHINE + 2 * DAY < MACHINE + SESSION_LIFE
        assert await find_session(session, secret, MACHINE + 2 * DAY) is None
        assert await find_link(session, token, MACHINE + 2 * DAY) is None
        assert await revoke_links(session, person, MACHINE) == 1
        assert await revoke_links(session, person, MACHINE) == 0
        assert await find_session(session, secret, MACHINE) is None
        assert await find_link(session, token, MACHINE) is None


async def test_revoking_touches_nobody_else(database: Database) -> None:
    one, other = await somebody(database), await somebody(database, "Bruno")
    async with database.transaction() as session:
        tokens = await make_links(session, [one, other], None, MACHINE, LINK_LIFE)
        await revoke_links(session, one, MACHINE)
        assert await find_link(session, tokens[one], MACHINE) is None
        assert await find_link(session, tokens[other], MACHINE) is not None


async def test_what_was_given_out_and_not_opened_is_listed(database: Database) -> None:
    person, staff = await somebody(database), await somebody(database, "Sacha")
    async with database.transaction() as session:
        await make_link(session, person, person, MACHINE)  # one's own
        await make_link(session, person, staff, MACHINE)
        opened = await find_link(session, await make_link(session, person, None, MACHINE), MACHINE)
        assert opened is not None
        await open_session(session, opened, MACHINE)
        assert [link.made_by for link in await live_links_not_opened(session, MACHINE)] == [staff]


async def test_what_has_ended_goes_with_the_codes(database: Database) -> None:
    person = await somebody(database)
    async with database.transaction() as session:
        for life in (DAY, 30 * DAY):
            link = await find_link(session, await make_link(session, person, None, MACHINE, life), MACHINE)
            assert link is not None
            await open_session(session, link, MACHINE)
        assert await purge_links(session, MACHINE + 7 * DAY, 7 * DAY) == 0
        assert await purge(session, NOW, MACHINE + 8.5 * DAY, Retention(codes=7)) == 2
        assert await session.scalar(select(func.count()).select_from(PersonalLink)) == 1
        assert await session.scalar(select(func.count()).select_from(WebSession)) == 1
