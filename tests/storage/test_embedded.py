"""SQLite in few steps: the same cursors, errors and rollbacks in its own thread as from the loop, and no lock felt."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import bindparam, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.embedded import Glance
from storage.network import NetworkSetting, setting, write_setting
from storage.prepared import Prepared

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]
NAMES = Prepared(select(NetworkSetting.key).order_by(NetworkSetting.key))


async def from_the_loop(database: Database, work: Work[T]) -> T:
    async with database.transaction() as session:
        return await work(session)


async def as_a_whole(database: Database, work: Work[T]) -> T:
    return await database.together(work)


async def where_the_loop_stands(database: Database, work: Work[T]) -> T:
    await database.together(nothing, short=True)  # from here on it is known to be quick
    return await database.together(work, short=True)


async def nothing(_: AsyncSession) -> None:
    """A transaction of no time."""


every_way = pytest.mark.parametrize("run", [from_the_loop, as_a_whole, where_the_loop_stands])
Run = Callable[[Database, Work[T]], Awaitable[T]]


async def three(session: AsyncSession) -> None:
    await session.execute(insert(NetworkSetting), [{"key": key, "value": {}} for key in "abc"])


@every_way
async def test_a_cursor_tells_names_counts_and_numbers(sqlite: Database, run: Run[None]) -> None:
    async def work(session: AsyncSession) -> None:
        await three(session)
        made: Any = await session.execute(insert(NetworkSetting).values(key="d", value={}))
        assert made.inserted_primary_key == (4,)
        for above, count in ((2, 2), (9, 0)):
            shout = update(NetworkSetting).where(NetworkSetting.id > above).values(key=NetworkSetting.key + "!")
            changed: Any = await session.execute(shout)
            assert (changed.rowcount, changed.returns_rows) == (count, False)
        asked = await session.execute(select(NetworkSetting.id, literal("é").label("accent")))
        assert list(asked.keys()) == ["id", "accent"]
        assert (asked.first(), asked.closed) == ((1, "é"), True)

    await run(sqlite, work)


@every_way
async def test_rows_may_be_taken_one_by_one_in_parts_or_not_at_all(sqlite: Database, run: Run[None]) -> None:
    async def work(session: AsyncSession) -> None:
        await three(session)
        names = select(NetworkSetting.key).order_by(NetworkSetting.key)
        rows = await session.execute(names)
        assert [rows.fetchone(), *rows.fetchmany(1), *rows.fetchall(), rows.fetchone()] == [
            ("a",),
            ("b",),
            ("c",),
            None,
        ]
        assert [len(part) for part in (await session.execute(names)).partitions(2)] == [2, 1]
        left = await session.execute(names)
        left.close()
        assert (await session.execute(names.where(NetworkSetting.key == "z"))).all() == []
        assert [key async for key in await session.stream_scalars(names.execution_options(yield_per=1))] == [
            "a",
            "b",
            "c",
        ]

    await run(sqlite, work)


@every_way
async def test_an_error_is_sqlalchemys_and_says_no_value(sqlite: Database, run: Run[None]) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(insert(NetworkSetting), [{"key": "Philomène", "value": {}}] * 2)

    with pytest.raises(IntegrityError) as found:
        await run(sqlite, work)
    assert "Philomène" not in str(found.value) and "UNIQUE" in str(found.value)

    async def wrong(session: AsyncSession) -> None:
        await session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(OperationalError, match="no such table"):
        await run(sqlite, wrong)
    await run(sqlite, three)  # the connection is as good as new


@every_way
async def test_a_part_may_be_taken_back_without_the_rest(sqlite: Database, run: Run[None]) -> None:
    async def work(session: AsyncSession) -> None:
        await write_setting(session, "kept", {"n": 1})
        with contextlib.suppress(ZeroDivisionError):
            async with session.begin_nested():
                await write_setting(session, "lost", {"n": 2})
                raise ZeroDivisionError

    await run(sqlite, work)
    assert [name for (name,) in await sqlite.look(NAMES, {})] == ["kept"]


async def test_a_prepared_statement_raises_sqlalchemys_errors_and_leaves_nothing(sqlite: Database) -> None:
    add = Prepared(insert(NetworkSetting).values(key=bindparam("name"), value={}))

    async def work(session: AsyncSession) -> None:
        await add.run(session, [{"name": "a"}, {"name": "a"}])

    with pytest.raises(IntegrityError):
        await sqlite.together(work)
    assert await sqlite.look(NAMES, {}) == []


async def test_who_is_told_to_end_in_the_middle_of_a_transaction_takes_it_back(sqlite: Database) -> None:
    begun = asyncio.Event()

    async def dawdle() -> None:
        async with sqlite.transaction() as session:
            await write_setting(session, "a", {"n": 1})
            await session.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(dawdle())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await sqlite.together(lambda session: write_setting(session, "b", {"n": 2}))
    assert [name for (name,) in await sqlite.look(NAMES, {})] == ["b"]


async def test_who_is_told_to_end_while_waiting_for_its_turn_never_begins(sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        waiting = asyncio.create_task(sqlite.together(lambda other: write_setting(other, "late", {})))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await write_setting(session, "a", {})
    assert [name for (name,) in await sqlite.look(NAMES, {})] == ["a"]


async def test_a_glance_sees_what_others_wrote_and_can_write_nothing(copied_sqlite: str) -> None:
    path = copied_sqlite.removeprefix("sqlite:///")
    glance = Glance(path)
    glance.others_wrote()
    assert not glance.others_wrote()
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO network_settings (key, value) VALUES ('a', '{}')")
    other.close()
    assert glance.others_wrote() and not glance.others_wrote()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        glance.driver.execute("DELETE FROM network_settings")
    glance.close()


class Holder:
    """Another process that holds the file: for its writers, or (`whole`) for everybody."""

    def __init__(self, path: str, *, whole: bool) -> None:
        mode = "PRAGMA locking_mode=EXCLUSIVE" if whole else "SELECT 1"
        self._script = (
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None);"
            f"c.execute('PRAGMA journal_mode=WAL'); c.execute('{mode}'); c.execute('BEGIN EXCLUSIVE');"
            "c.execute(\"INSERT INTO network_settings (key, value) VALUES ('theirs', '{}')\");"
            "print('held',flush=True); sys.stdin.readline(); c.execute('COMMIT'); c.close()"
        )
        self._path = path
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Holder":
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", self._script, self._path, stdin=pipe, stdout=pipe
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"held\n"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        await self._process.communicate(b"\n")


@contextlib.asynccontextmanager
async def turns() -> AsyncIterator[list[int]]:
    """Counts the turns that the loop gives to others."""
    count = [0]

    async def others() -> None:
        while True:
            count[0] += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    yield count
    task.cancel()


async def until(count: list[int], more: int) -> None:
    """Wait for so many turns."""
    goal = count[0] + more
    while count[0] < goal:
        await asyncio.sleep(0)


@pytest.mark.parametrize("run", [as_a_whole, where_the_loop_stands])
async def test_while_another_process_writes_a_look_is_answered_at_once_and_who_writes_waits_beside_the_loop(
    sqlite: Database, run: Run[None]
) -> None:
    path = str(sqlite.url.database)
    await sqlite.together(nothing, short=True)
    await sqlite.together(nothing, short=True)
    await sqlite.look(NAMES, {})
    async with turns() as count:
        async with Holder(path, whole=False):
            assert await sqlite.look(NAMES, {}) == []  # what is not committed is not seen
            writing = asyncio.ensure_future(run(sqlite, lambda session: write_setting(session, "ours", {})))
            await until(count, 100)
            assert not writing.done()
            async with sqlite.reading() as session:
                assert await setting(session, "theirs") == {}
        await writing
    assert [name for (name,) in await sqlite.look(NAMES, {})] == ["ours", "theirs"]


async def test_while_another_process_holds_the_whole_file_a_look_waits_beside_the_loop(copied_sqlite: str) -> None:
    path = Path(copied_sqlite.removeprefix("sqlite:///"))
    async with turns() as count:
        async with Holder(str(path), whole=True):
            database = Database(copied_sqlite)
            assert database.may_have_changed()  # whoever looks more closely will be told
            assert database.glance(NAMES, {}) is None  # at once: nothing waits on the loop's own thread
            looking = asyncio.create_task(database.look(NAMES, {}))
            await until(count, 100)
            assert not looking.done()
        assert [name for (name,) in await looking] == ["theirs"]
    assert [name for (name,) in database.glance(NAMES, {}) or ()] == ["theirs"]
    await database.close()
