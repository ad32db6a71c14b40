"""Statements that are run all day long: compiled once for an engine, and on SQLite handed to the driver as they are.

What SQLAlchemy does around a statement costs ten times what SQLite does in it. Inside `Database.together` a prepared
statement goes straight to the driver; anywhere else, and on PostgreSQL, it is executed as any other. It is a statement
of the Core: what the session holds is neither flushed before it nor refreshed after it. Errors are SQLAlchemy's.
"""

import copy
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
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
    """The text of a statement for SQLite, and how values go in and come out.

    Parameters are named in it, so that one that occurs in twenty conditions is made ready once.
    """

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=_with_names(dialect))
        self.text = str(compiled)
        asked: list[tuple[str, Process]] = []
        self._fixed: dict[str, Any] = {}
        for bind, name in compiled.bind_names.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                asked.append((name, process))
            else:
                self._fixed[name] = _plain(bind.value if process is None else process(bind.value))
        self._asked = tuple(asked)
        columns = statement.selected_columns if statement.is_select else ()
        out = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        self._out = tuple((place, process) for place, process in enumerate(out) if process is not None)

    def rows(self, driver: sqlite3.Connection, parameters: Parameters) -> list[tuple[Any, ...]]:
        """All rows, their values as the columns' types say."""
        values = self._values(parameters)
        try:
            found = driver.execute(self.text, values).fetchall()
        except sqlite3.Error as error:
            raise wrapped(self.text, error) from error
        return list(map(self._read, found)) if self._out else found

    def run(self, driver: sqlite3.Connection, each: Sequence[Parameters]) -> None:
        """For each set of parameters."""
        values = list(map(self._values, each))
        try:
            driver.executemany(self.text, values)
        except sqlite3.Error as error:
            raise wrapped(self.text, error) from error

    def _values(self, parameters: Parameters) -> dict[str, Any]:
        values = self._fixed.copy()
        for name, process in self._asked:
            values[name] = parameters[name] if process is None else process(parameters[name])
        return values

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, process in self._out:
            values[place] = process(values[place])
        return tuple(values)


def _with_names(dialect: Dialect) -> Dialect:
    """The same dialect with parameters by name; SQLAlchemy's own statements on it keep their question marks."""
    named = copy.copy(dialect)
    named.paramstyle, named.positional = "named", False
    return named


def _plain(value: Any) -> Any:
    """A member of an enumeration as the text or number that it is: the driver would have to find that out each time."""
    return value.value if isinstance(value, Enum) else value


def _direct(session: AsyncSession) -> Direct | None:
    """SQLite's connection with a transaction begun, which the session joins; when we are in its thread."""
    direct: Direct | None = session.sync_session.info.get(DIRECT)
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
