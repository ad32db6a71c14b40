"""Transactions that are handed over as a whole, on both engines: the same promises as any other."""

import asyncio
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.network import NetworkSetting, setting, write_setting
from storage.prepared import Prepared

NAMES = Prepared(select(NetworkSetting.key).order_by(NetworkSetting.key))

A_MILLION = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n"


async def kept(database: Database, key: str) -> dict[str, object]:
    async with database.reading() as session:
        return await setting(session, key)


async def test_what_is_written_together_is_there_afterwards(database: Database) -> None:
    async def write(session: AsyncSession) -> str:
        await write_setting(session, "a", {"n": 1})
        return "done"

    assert await database.together(write) == "done"
    assert await kept(database, "a") == {"n": 1}


@pytest.mark.parametrize("short", [False, True])
async def test_an_error_rolls_back_and_the_next_one_works(database: Database, short: bool) -> None:
    async def fail(session: AsyncSession) -> None:
        await write_setting(session, "a", {"n": 1})
        await session.flush()
        raise RuntimeError("no")

    async def write(session: AsyncSession) -> None:
        await write_setting(session, "b", {"n": 2})

    for _ in range(2):  # what is short is tried elsewhere first, then where the loop stands
        with pytest.raises(RuntimeError, match="no"):
            await database.together(fail, short=short)
        await database.together(write, short=short)
        assert (await kept(database, "a"), await kept(database, "b")) == ({}, {"n": 2})


async def test_an_error_of_the_database_is_sqlalchemys_on_both_engines(database: Database) -> None:
    async def twice(session: AsyncSession) -> None:
        session.add(NetworkSetting(key="a", value={}))
        session.add(NetworkSetting(key="a", value={}))
        await session.flush()

    with pytest.raises(IntegrityError):
        await database.together(twice)
    assert await kept(database, "a") == {}


async def test_work_that_waits_for_something_else_is_refused_and_leaves_nothing_open(sqlite: Database) -> None:
    async def dawdle(session: AsyncSession) -> None:
        await write_setting(session, "a", {"n": 1})
        await session.flush()
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waited for something else"):
        await sqlite.together(dawdle)
    async with sqlite.transaction() as session:  # nobody holds the lock
        await write_setting(session, "b", {"n": 2})
    assert (await kept(sqlite, "a"), await kept(sqlite, "b")) == ({}, {"n": 2})


async def test_whoever_is_told_to_end_meanwhile_cuts_off_no_commit(sqlite: Database) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def write(session: AsyncSession) -> None:
        await write_setting(session, "a", {"n": 1})
        loop.call_soon_threadsafe(begun.set)

    task = asyncio.create_task(sqlite.together(write))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await kept(sqlite, "a") == {"n": 1}  # it was under way: it is whole
    await sqlite.together(lambda session: write_setting(session, "b", {"n": 2}))
    assert await kept(sqlite, "b") == {"n": 2}


async def test_what_is_short_stays_in_the_loops_thread_while_the_disk_is_quick(sqlite: Database) -> None:
    async def where(session: AsyncSession) -> str:
        await write_setting(session, "a", {})
        return "here" if threading.current_thread() is threading.main_thread() else "elsewhere"

    async def slow(session: AsyncSession) -> str:
        await session.execute(text(A_MILLION))
        return await where(session)

    assert await sqlite.together(where, short=True) == "elsewhere"  # nobody knows the disk yet
    assert await sqlite.together(where, short=True) == "here"
    assert await sqlite.together(where) == "elsewhere"  # of what may take long nobody asks
    assert await sqlite.together(slow, short=True) == "here"
    assert await sqlite.together(slow, short=True) == "elsewhere"
    assert await sqlite.together(where, short=True) == "elsewhere"
    assert await sqlite.together(where, short=True) == "here"


async def test_two_that_read_and_write_lose_no_update(sqlite: Database) -> None:
    other = Database(str(sqlite.url.set(drivername="sqlite")))
    await sqlite.together(lambda session: write_setting(session, "count", {"n": 0}))

    async def add_one(session: AsyncSession) -> None:
        row = await session.get_one(NetworkSetting, 1)
        row.value = {"n": row.value["n"] + 1}

    await asyncio.gather(*(one.together(add_one, short=n % 2 == 0) for n, one in enumerate([sqlite, other, other] * 7)))
    await other.close()
    assert await kept(sqlite, "count") == {"n": 21}


async def test_a_prepared_statement_sees_what_its_transaction_wrote(database: Database) -> None:
    async def write(session: AsyncSession) -> list[str]:
        await write_setting(session, "b", {})
        await write_setting(session, "a", {})
        await session.flush()
        return [name for (name,) in await NAMES.rows(session, {})]

    assert await database.together(write) == ["a", "b"]
    assert [name for (name,) in await database.look(NAMES, {})] == ["a", "b"]


async def test_a_look_says_whether_another_connection_has_written(sqlite: Database) -> None:
    sqlite.may_have_changed()
    assert not sqlite.may_have_changed()
    other = Database(str(sqlite.url.set(drivername="sqlite")))
    await other.together(lambda session: write_setting(session, "a", {}))
    await other.close()
    assert sqlite.may_have_changed()
    assert not sqlite.may_have_changed()
