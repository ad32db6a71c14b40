"""Opening the database of a command: reachable, at the newest revision, filled; or one clear sentence why not."""

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.exc import SQLAlchemyError

from bot.channel import CannotStart
from bot.pack.faults import PackError
from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from bot.settings import Settings
from schedules.clock import SystemClock
from storage.database import BadDatabaseUrl, Database
from storage.migrating import migrate, newest, revision
from storage.network import knowledge_version


def connect(settings: Settings) -> Database:
    """The database of the settings, not looked at yet. Raises CannotStart."""
    try:
        return Database(settings.database)
    except BadDatabaseUrl as error:
        raise CannotStart(f"{error}.") from None
    except OSError as error:
        raise CannotStart(f"The data folder cannot be used ({error.strerror}); set CONCERTE_DATA to another.") from None


@contextlib.asynccontextmanager
async def beginning(database: Database) -> AsyncIterator[None]:
    """What goes wrong in here ends the command: the database is closed, CannotStart says why."""
    try:
        yield
    except CannotStart:
        await database.close()
        raise
    except PackError as error:
        await database.close()
        raise CannotStart(str(error)) from None
    except (SQLAlchemyError, OSError) as error:
        await database.close()
        raise CannotStart(
            f"The database cannot be reached ({type(error).__name__}); check DATABASE_URL and that the server runs."
        ) from None


async def open_database(settings: Settings) -> Database:
    """The database, reachable and at the newest revision; the embedded one is migrated and filled here.

    Raises CannotStart with one clear sentence.
    """
    database = connect(settings)
    async with beginning(database):
        at = await revision(database)
        if not settings.is_embedded:
            if at != newest():
                raise CannotStart("The database is not at the newest revision; run « concerte migrate » first.")
            return database
        await migrate(database)
        async with database.reading() as session:
            loaded = await knowledge_version(session)
        if not loaded:
            pack = read_pack(settings.concerte_pack)
            async with database.transaction() as session:
                await seed(session, pack, SystemClock().now())
    return database
