"""The connection: URLs as hosts write them, pragmas, transactions that write and that only read."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storage.embedded import Driver, Glance
from storage.prepared import BEGIN, Parameters, Prepared
from storage.sealing import Sealer
from storage.together import Kept, Work

T = TypeVar("T")

ERASED = "erased"  # set in `session.info`: what this transaction removed must not be found in the files either
_BUSY = 30_000  # milliseconds to wait for another process that writes
BRISK = 0.02  # seconds: while a short transaction takes less, the next one runs on the loop's own thread
# A server that has vanished without a word is noticed: while connecting, in the middle of a query, and when idle.
_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # A statement prepared on the server is soon planned once for all values, without knowing what is rare among them:
    # a look at what is due then reads the whole table. And a pooler between us may change servers in between.
    "prepare_threshold": None,
}
_CHECKPOINT_WAIT = 2000  # milliseconds for readers of the old pages to end; else the next one does it


class BadDatabaseUrl(ValueError):
    """DATABASE_URL cannot be used; the message says what would be right."""


def normalise_url(url: str) -> URL:
    """The async URL for `postgres://…`, `postgresql://…`, `sqlite:///…`; raises BadDatabaseUrl for others."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadDatabaseUrl(
            "DATABASE_URL is not a database address; write sqlite:///concerte.db "
            "or postgresql://user:password@host/database"
        ) from None
    backend = parsed.drivername.split("+")[0]
    if backend in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise BadDatabaseUrl(
                "DATABASE_URL names a database in memory: it would be lost; write sqlite:///concerte.db"
            )
        return parsed.set(drivername="sqlite+aiosqlite")
    raise BadDatabaseUrl(f"DATABASE_URL begins with « {backend} »; Concerte knows sqlite:// and postgresql://")


class Database:
    """One engine. `transaction()` writes and commits at its end; `reading()` sees a snapshot and may not write.

    With `secret` it can keep what must not be read from its files (see `storage.sealing`).
    """

    def __init__(self, url: str, secret: str = "") -> None:
        self.url = normalise_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            "hide_parameters": True,  # SQL errors would print names otherwise
            "json_serializer": _as_json,
        }
        if self.is_sqlite:
            assert self.url.database is not None
            path = Path(self.url.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # names and answers are in it; its log and its copies take the same rights
            options |= {"module": Driver.make(), "connect_args": {"check_same_thread": False}}
        else:
            options |= {"pool_size": 10, "pool_pre_ping": True, "pool_timeout": 10, "connect_args": _PATIENCE}
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if secret:
            self.engine.dialect.concerte_sealer = Sealer(secret)  # type: ignore[attr-defined]  # see `sealer_of`
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
        self._writers = async_sessionmaker(self.engine, expire_on_commit=False)
        self._readers = async_sessionmaker(
            self.engine.execution_options(concerte_reading=True), expire_on_commit=False, autoflush=False
        )
        # SQLite has one writer; a queue inside the process is fair and has no polling, unlike its busy handler.
        self._turn = asyncio.Lock() if self.is_sqlite else None
        self._log_is_stale = False
        self._kept: dict[bool, Kept] = {}  # SQLite's, for `together`: here or elsewhere
        self._brisk = False  # whether the last short transaction was over in a moment
        self._glance: Glance | None = None  # SQLite's, for `look`
        self._lookers = self.engine.execution_options(isolation_level="AUTOCOMMIT") if not self.is_sqlite else None

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes: BEGIN IMMEDIATE on SQLite. Commits at the end, rolls back on any error."""
        async with self._turn or contextlib.nullcontext():
            async with self._writers() as session, session.begin():
                yield session
            if self.is_sqlite and (self._log_is_stale or session.info.get(ERASED)):
                self._log_is_stale = not await self._empty_log(0 if self._log_is_stale else _CHECKPOINT_WAIT)

    async def together(self, work: Work[T], *, short: bool = False) -> T:
        """A transaction that writes, for work that waits for nothing but the database; returns what `work` does.

        On SQLite it runs in the connection's thread as a whole: a tenth of the cost of going there for each statement.
        What is `short` (a few rows) does not even go there while the disk is quick and nobody else writes.
        """
        if self._turn is None:
            async with self.transaction() as session:
                return await work(session)
        async with self._turn:
            begun = time.monotonic()
            here = short and self._brisk and (await self._keep(here=True)).begins()
            kept = self._kept.get(here) or await self._keep(here=here)
            try:
                done = await kept.run(work)
            except BaseException:
                del self._kept[here]
                await kept.close()
                raise
            finally:
                if self._log_is_stale or kept.info.pop(ERASED, False):
                    self._log_is_stale = not await self._empty_log(0 if self._log_is_stale else _CHECKPOINT_WAIT)
            if short:
                self._brisk = time.monotonic() - begun < BRISK
            return done

    async def _keep(self, *, here: bool) -> Kept:
        if here not in self._kept:
            self._kept[here] = await Kept.open(self.engine, self._writers, here=here)
        return self._kept[here]

    def may_have_changed(self) -> bool:
        """Whether anybody may have written since this was asked last; nearly free on SQLite, always true elsewhere."""
        if self._lookers is not None:
            return True
        try:
            return self._glancing().others_wrote()
        except sqlite3.Error:  # whoever looks more closely will be told
            return True

    async def look(self, query: Prepared, parameters: Parameters) -> Sequence[Any]:
        """The rows of one query that is over in a moment, outside any transaction of ours.

        On SQLite it is asked without leaving for another thread: that would cost more than the query.
        """
        if self._lookers is not None:
            async with self._lookers.connect() as connection:
                return (await connection.execute(query.statement, dict(parameters))).all()
        rows = self.glance(query, parameters)
        if rows is None:  # the log is being restored, or something is wrong that this way is told better
            return await self.together(lambda session: query.rows(session, parameters))
        return rows

    def glance(self, query: Prepared, parameters: Parameters) -> Sequence[Any] | None:
        """The rows of a query of microseconds, where it is answered without waiting; None where it is not.

        That is on SQLite only, and not while somebody holds the whole file.
        """
        if self._lookers is not None:
            return None
        try:
            return query.compiled(self.engine.dialect).rows(self._glancing().driver, parameters)
        except (DBAPIError, sqlite3.Error):
            return None

    def _glancing(self) -> Glance:
        if self._glance is None:
            self._glance = Glance(str(self.url.database))
        return self._glance

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A snapshot for reading, which never waits for a writer."""
        async with self._readers() as session:
            yield session

    async def _empty_log(self, wait: int) -> bool:
        """Empty SQLite's write-ahead log, which holds pages as they were; False while somebody reads from it.

        Waits so many milliseconds for readers to end.
        """
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute(f"PRAGMA busy_timeout={wait}")
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, *_ = await cursor.fetchone()
            await driver.execute(f"PRAGMA busy_timeout={_BUSY}")
            return not busy

    async def close(self) -> None:
        """Give the connections back."""
        if self._glance is not None:
            glance, self._glance = self._glance, None
            glance.close()
        kept, self._kept = self._kept, {}
        for one in kept.values():
            await one.close()
        await self.engine.dispose()


def _as_json(value: Any) -> str:
    """JSON as people would write it: an accent is one letter, so that it can be searched for and takes less room."""
    return json.dumps(value, ensure_ascii=False)


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged update survives a power cut
        "foreign_keys=ON",
        f"busy_timeout={_BUSY}",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("concerte_reading", False)
    begun: Any = connection.connection.dbapi_connection
    if not begun.in_transaction:  # else by a prepared statement
        connection.exec_driver_sql("BEGIN" if reading else BEGIN)
