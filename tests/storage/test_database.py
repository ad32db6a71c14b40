"""The transactions of both engines."""

import asyncio

import pytest

from storage.database import BadDatabaseUrl, Database, normalise_url
from storage.leases import hold, release
from storage.network import NetworkSetting, setting, write_setting


async def test_concurrent_read_then_write_loses_no_update(database: Database) -> None:
    async with database.transaction() as session:
        await write_setting(session, "count", {"n": 0})

    async def add_one() -> None:
        async with database.transaction() as session:
            row = await session.get_one(NetworkSetting, 1, with_for_update=True)
            row.value = {"n": row.value["n"] + 1}

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with database.reading() as session:
        assert await setting(session, "count") == {"n": 20}


async def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await write_setting(session, "a", {"n": 1})
            raise RuntimeError
    async with database.reading() as session:
        assert await setting(session, "a") == {}


async def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.transaction() as session:
        await write_setting(session, "a", {"n": 1})
        await session.flush()
        async with database.reading() as reader:
            assert await setting(reader, "a") == {}


async def test_a_lease_has_one_owner_until_it_ends(database: Database) -> None:
    async with database.transaction() as session:
        assert await hold(session, "poller", "a", now=100.0, seconds=10)
        assert not await hold(session, "poller", "b", now=105.0, seconds=10)
        assert await hold(session, "poller", "a", now=105.0, seconds=10)
        assert await hold(session, "poller", "b", now=115.0, seconds=10)
        await release(session, "poller", "b")
        assert await hold(session, "poller", "a", now=115.0, seconds=10)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite+aiosqlite"),
    ],
)
def test_urls_are_taken_as_hosts_write_them(given: str, driver: str) -> None:
    assert normalise_url(given).drivername == driver


@pytest.mark.parametrize("bad", ["", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "what"])
def test_other_urls_are_refused_with_what_would_be_right(bad: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=r"sqlite:///|postgresql://"):
        normalise_url(bad)
