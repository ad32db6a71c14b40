"""Statements that are run all day long: compiled once for an engine, and on SQLite handed to the driver as they are.

What SQLAlchemy does around a statement costs ten times what SQLite does in it. Inside `Database.together` a prepared
statement goes straight to the driver; anywhere else, and on PostgreSQL, it is executed as any other. It is a statement
of the Core: what the session holds is neither flushed before it nor refreshed after it. Errors are SQLAlchemy's.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

Process = Callable[[Any], Any] | None
Parameters = Mapping[str, Any]

Direct = tuple[sqlite3.Connection, Dialect]
DIRECT = "direct"  # in `session.info`: SQLite's connection, while the session works in its thread
BEGIN = "BEGIN IMMEDIATE"


class Prepared:
    """One statement. Its parameters are named, none of them expands, and rows come as plain tuples."""

    def __init__(self, statement: Executable) -> None:
        self.statement: Any = statement
        self._last: tuple[Dialect, Compiled] | None = None  # a process has one database

    async def rows(self, session: AsyncSession, parameters: Parameters) -> Sequence[Any]:
        """Run it once; all rows."""
        direct = _direct(session)
        if direct is None:
            return (await session.execute(self.statement, dict(parameters))).all()
        driver, dialect = direct
        return self.compiled(dialect).rows(driver, parameters)

    async def run(self, session: AsyncSession, each: Sequence[Parameters]) -> None:
        """Run it for each set of parameters; what it returns is not wanted."""
        direct = _direct(session)
        if direct is None:
            await session.execute(self.statement, [dict(one) for one in each])
        else:
            driver, dialect = direct
            self.compiled(dialect).run(driver, each)

    def compiled(self, dialect: Dialect) -> "Compiled":
        """What the driver of that dialect is given."""
        last = self._last
        if last is None or last[0] is not dialect:
            last = self._last = dialect, Compiled(self.statement, dialect)
        return last[1]


class Compiled:
    """The text of a statement for SQLite, and how values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._defaults = {name: bind.value for name, bind in compiled.binds.items()}
        self._into = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns = statement.selected_columns if statement.is_select else ()
        self._out: tuple[Process, ...] = tuple(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        )

    def rows(self, driver: sqlite3.Connection, parameters: Parameters) -> list[tuple[Any, ...]]:
        """All rows, their values as the columns' types say."""
        values = self._values(parameters)
        try:
            found = driver.execute(self.text, values).fetchall()
        except sqlite3.Error as error:
            raise wrapped(self.text, error) from error
        if not any(self._out):
            return found
        return [
            tuple(value if process is None else process(value) for process, value in zip(self._out, row, strict=True))
            for row in found
        ]

    def run(self, driver: sqlite3.Connection, each: Sequence[Parameters]) -> None:
        """For each set of parameters."""
        values = [self._values(one) for one in each]
        try:
            driver.executemany(self.text, values)
        except sqlite3.Error as error:
            raise wrapped(self.text, error) from error

    def _values(self, parameters: Parameters) -> list[Any]:
        values = []
        for name in self._names:
            value = parameters[name] if name in parameters else self._defaults[name]
            process = self._into.get(name)
            values.append(value if process is None else process(value))
        return values


def _direct(session: AsyncSession) -> Direct | None:
    """SQLite's connection with a transaction begun, which the session joins; when we are in its thread."""
    direct: Direct | None = session.info.get(DIRECT)
    if direct is not None and not direct[0].in_transaction:
        try:
            direct[0].execute(BEGIN)
        except sqlite3.Error as error:
            raise wrapped(BEGIN, error) from error
    return direct


def commit(driver: sqlite3.Connection) -> None:
    """End what prepared statements have begun, where the session itself was not used."""
    try:
        driver.commit()
    except sqlite3.Error as error:
        raise wrapped("COMMIT", error) from error


def wrapped(text: str, error: sqlite3.Error) -> BaseException:
    """SQLAlchemy's exception for one of the driver's."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True)
