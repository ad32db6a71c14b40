"""SQLite from asyncio with few steps between threads: what costs is not SQLite but asking another thread and waiting.

Each connection of aiosqlite works in a thread of its own. SQLAlchemy asks it four times for one statement (cursor,
execute, fetch, close); here it is asked once. And a piece of work that needs nothing but the database is handed over
as a whole: `Connection.directly` runs it in that thread, where every statement is a plain call.
"""

import asyncio
import collections
import functools
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_

T = TypeVar("T")


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """A statement and all its rows in one step."""

    __slots__ = ("_description", "_lastrowid", "_own", "_rowcount")

    def __init__(self, adapt_connection: "Connection") -> None:
        self._adapt_connection = self._own = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = collections.deque()
        self._description: Any = None
        self._rowcount, self._lastrowid = -1, 0

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._rowcount

    @property
    def lastrowid(self) -> int:
        return self._lastrowid

    async def _async_soft_close(self) -> None:
        """Nothing is open: the rows are here."""

    def close(self) -> None:
        self._rows.clear()

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        self._own.call(self._run, "execute", operation, parameters or ())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        self._own.call(self._run, "executemany", operation, seq_of_parameters)

    def _run(self, how: str, operation: str, parameters: Any) -> None:
        cursor = self._own.driver.cursor()
        try:
            getattr(cursor, how)(operation, parameters)
            self._description, self._rowcount = cursor.description, cursor.rowcount
            self._lastrowid = cursor.lastrowid or 0
            self._rows = collections.deque(cursor.fetchall() if cursor.description else ())
        finally:
            cursor.close()


class _NotCut(asyncio.Future[T]):
    """A future whose waiter is told of a cancellation when it is done, not before."""

    def cancel(self, msg: Any = None) -> bool:
        """Not now."""
        return False


class Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that knows whether it is being used from its own thread."""

    __slots__ = ("_inside",)

    _cursor_cls = Cursor  # type: ignore[assignment]  # it takes our connections only

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._inside = False

    def cursor(self, server_side: bool = False) -> Any:
        """For a stream (`server_side`) one that asks the thread for every few rows; not from inside that thread."""
        return super().cursor(server_side=server_side and not self._inside)

    @property
    def driver(self) -> sqlite3.Connection:
        """The connection of the standard library, for the thread it belongs to. Raises ValueError once it is closed."""
        driver: sqlite3.Connection = self._connection._conn
        return driver

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._inside and self.driver.in_transaction

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have the thread call this, or call it when we are in that thread."""
        try:
            if self._inside:
                function(*arguments)
            else:
                await_(self._connection._execute(function, *arguments))
        except Exception as error:
            self._handle_exception(error)

    def commit(self) -> None:
        if self._connection._connection:
            self.call(self.driver.commit)

    def rollback(self) -> None:
        if self._connection._connection:
            self.call(self.driver.rollback)

    async def directly(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the connection's thread. It may wait for this connection only, for nothing else.

        Raises RuntimeError when it does, ValueError on a connection that is closed. Who is told to end meanwhile still
        waits for the end of the work: a commit is not cut off.
        """
        if not self._connection._running or self._connection._connection is None:
            work.close()
            raise ValueError("Connection closed")
        done: asyncio.Future[T] = _NotCut(loop=asyncio.get_running_loop())
        self._connection._tx.put_nowait((done, functools.partial(self._drive, work)))
        try:
            return await done
        except asyncio.CancelledError:
            done.exception()  # whoever is told to end does not hear of it
            raise

    def here(self, work: Coroutine[Any, Any, T]) -> T:
        """The same in the thread of the caller, who sees to it that nobody else uses the connection meanwhile.

        For what is over in a moment: the loop does nothing else until then.
        """
        done: T = self._drive(work)
        return done

    def _drive(self, work: Coroutine[Any, Any, Any]) -> Any:
        self._inside = True
        try:
            work.send(None)
        except StopIteration as end:
            return end.value
        else:
            raise RuntimeError("work that was handed to the database waited for something else")
        finally:
            work.close()
            self._inside = False


class Glance:
    """A connection that only reads, for looks that are over in a moment: used where it stands, in no other thread.

    In SQLite's log mode a reader waits for nobody. Where it would have to, while the log is being restored after a
    crash, it raises sqlite3.OperationalError at once.
    """

    def __init__(self, path: str) -> None:
        self.driver = sqlite3.connect(path, timeout=0, isolation_level=None, cached_statements=16)
        self.driver.execute("PRAGMA query_only=ON")
        self._version = -1

    def others_wrote(self) -> bool:
        """Whether anything was committed by another connection, of any process, since this was asked last."""
        (version,) = self.driver.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return bool(version != before)

    def close(self) -> None:
        """Give it back."""
        self.driver.close()


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """aiosqlite as SQLAlchemy sees it, with our connections: `create_async_engine(url, module=Driver.make())`."""

    @classmethod
    def make(cls) -> "Driver":
        """The driver."""
        return cls(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **options: Any) -> Connection:
        plain = super().connect(*arguments, **options)
        return Connection(self, plain._connection)
