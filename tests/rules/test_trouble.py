"""What keeps a database from working is said in a clause that tells what to do about it, never by a class alone."""

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from schedules.blame import trouble


def of_sqlite(name: str) -> DBAPIError:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorname = name
    return OperationalError("SELECT", None, error)


def of_postgres(error: psycopg.Error) -> DBAPIError:
    return OperationalError("SELECT", None, error)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (of_sqlite("SQLITE_FULL"), "the disk is full"),
        (of_sqlite("SQLITE_IOERR_WRITE"), "the disk cannot be written"),
        (of_sqlite("SQLITE_BUSY_SNAPSHOT"), "another program holds the database"),
        (of_sqlite("SQLITE_CORRUPT"), "restore a backup"),
        (of_postgres(psycopg.errors.DiskFull()), "the disk of the database server is full"),
        (of_postgres(psycopg.errors.TooManyConnections()), "no room for more"),
        (of_postgres(psycopg.errors.AdminShutdown()), "ends or begins"),
        (of_postgres(psycopg.OperationalError("connection refused")), "the database cannot be reached"),
        (TimeoutError(), "the database does not answer"),
        (ValueError("somebody's words"), "ValueError"),
    ],
)
def test_a_trouble_is_told(error: BaseException, said: str) -> None:
    assert said in trouble(error) and "words" not in trouble(error)
