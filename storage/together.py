"""Work that is handed over to SQLite as a whole: in its connection's thread, or where the loop stands.

Neither goes between threads for each statement. Which of the two, `storage.database` decides.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from storage.embedded import Connection
from storage.prepared import BEGIN, DIRECT, commit

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]


class Kept:
    """A connection with its session, kept from one transaction to the next.

    `here` runs what it is given in the thread of the caller, and waits for nobody: what cannot begin must go elsewhere.
    """

    def __init__(self, connection: AsyncConnection, session: AsyncSession, *, here: bool) -> None:
        assert connection.sync_connection is not None
        raw: Any = connection.sync_connection.connection.dbapi_connection
        self._raw: Connection = raw
        self._driver = self._raw.driver
        self._connection = connection
        self._session, self._in_it = session, session.sync_session
        self._direct = self._driver, session.get_bind().dialect
        self._here = here
        self.info = self._in_it.info
        if here:
            self._driver.execute("PRAGMA busy_timeout=0")

    @classmethod
    async def open(cls, engine: AsyncEngine, sessions: async_sessionmaker[AsyncSession], *, here: bool) -> Self:
        """One more connection of the engine."""
        connection = await engine.connect()
        return cls(connection, sessions(bind=connection), here=here)

    def begins(self) -> bool:
        """Begin a transaction that writes; False where that would mean to wait, or something is wrong."""
        try:
            self._driver.execute(BEGIN)
        except sqlite3.Error:
            return False
        return True

    async def run(self, work: Work[T]) -> T:
        """A transaction: `work`, then the commit; nothing of it stays after an error."""
        whole = self._whole(work)
        return self._raw.here(whole) if self._here else await self._raw.directly(whole)

    async def _whole(self, work: Work[T]) -> T:
        driver, session = self._driver, self._in_it
        self.info[DIRECT] = self._direct
        try:
            done = await work(self._session)
            if session.in_transaction():
                await self._session.commit()
            elif driver.in_transaction:
                commit(driver)  # by prepared statements alone: the session knows of nothing
                return done
        except BaseException:
            await self._session.rollback()
            if driver.in_transaction:
                driver.rollback()
            raise
        finally:
            del self.info[DIRECT]
        session.close()
        return done

    async def close(self) -> None:
        """Give it up, in whatever state it is: it goes to nobody else."""
        await self._connection.invalidate()
        await self._connection.close()
