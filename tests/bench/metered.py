"""Concerte with a meter on SQLite: `python -m tests.bench.metered FILE worker` runs `concerte worker`.

Every call into SQLite's C library is timed by the CPU clock of its thread; the sums stand in FILE, one number a
thread, where `seconds_in` reads them while the process works. It is the standard library's `sqlite3.connect` that is
given other connections; of Concerte nothing is changed. What the meter itself takes counts as ours.
"""

import array
import functools
import mmap
import sqlite3
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from typing import Any

_THREADS = 1024  # the loop's, one for each connection, and those that have ended
_SIZE = struct.calcsize("d") * _THREADS


class _Meter(threading.local):
    """The sum of this thread, in the file."""

    def __init__(self, sums: Any, free: list[int]) -> None:
        self.sums = sums
        self.mine = free.pop()

    def add(self, seconds: float) -> None:
        self.sums[self.mine] += seconds


def seconds_in(file: Path) -> float:
    """CPU seconds that SQLite has taken so far in the process that writes the file."""
    return sum(array.array("d", file.read_bytes()))


def connections(meter: Any) -> type[sqlite3.Connection]:
    """Connections, with their cursors, that tell the meter what each call took."""

    def timed(call: Callable[..., Any]) -> Callable[..., Any]:
        def timing(*arguments: Any, **named: Any) -> Any:
            begun = thread_time()
            try:
                return call(*arguments, **named)
            finally:
                meter.add(thread_time() - begun)

        return timing

    class Cursor(sqlite3.Cursor):
        execute = timed(sqlite3.Cursor.execute)
        executemany = timed(sqlite3.Cursor.executemany)
        fetchall = timed(sqlite3.Cursor.fetchall)
        fetchone = timed(sqlite3.Cursor.fetchone)
        fetchmany = timed(sqlite3.Cursor.fetchmany)

    class Connection(sqlite3.Connection):
        commit = timed(sqlite3.Connection.commit)
        rollback = timed(sqlite3.Connection.rollback)

        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *arguments: Any) -> Any:
            return self.cursor().execute(*arguments)

    return Connection


def main() -> None:
    """Put the meter in, and become `concerte`."""
    with Path(sys.argv[1]).open("r+b") as file:
        sums = memoryview(mmap.mmap(file.fileno(), _SIZE)).cast("d")
    factory = connections(_Meter(sums, list(range(_THREADS))))
    connect: Any = functools.partial(sqlite3.connect, factory=factory)
    sqlite3.connect = connect
    del sys.argv[1]

    from bot.__main__ import main as concerte

    concerte()


def new_file(folder: Path) -> Path:
    """An empty file of sums."""
    file = folder / "meter"
    file.write_bytes(bytes(_SIZE))
    return file


if __name__ == "__main__":
    main()
