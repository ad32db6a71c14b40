"""Opening the database of a command: reachable, at the newest revision, filled; or one clear sentence why not."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.channel import CannotStart
from bot.pack.faults import PackError
from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from bot.settings import Settings
from schedules.clock import SystemClock
from storage.database import BadDatabaseUrl, Database
from storage.migrating import migrate, newest, revision
from storage.network import knowledge_version, setting


def connect(settings: Settings) -> Database:
    """The database of the settings, not looked at yet. Raises CannotStart."""
    try:
        return Database(settings.database, key_of(settings))
    except BadDatabaseUrl as error:
        raise CannotStart(f"{error}.") from None
    except ArgumentError:
        raise CannotStart("DATABASE_URL is not a database address.") from None
    except OSError as error:
        raise CannotStart(f"The data folder cannot be used ({error.strerror}); set CONCERTE_DATA to another.") from None


def key_of(settings: Settings) -> str:
    """What secrets are sealed with: SECRET_KEY; else, for the embedded database, a file of its own, made once.

    The file lies beside the database and must not lie beside its backups: whoever has both can read what is sealed.
    """
    if settings.secret_key is not None and (given := settings.secret_key.get_secret_value().strip()):
        return given
    if not settings.is_embedded:
        return ""
    path = Path(make_url(settings.database).database or "").with_suffix(".key")
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        # Written whole under another name first: another process never reads half a key.
        made = path.with_name(f"{path.name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        try:
            os.link(made, path)
        finally:
            made.unlink()
    return path.read_text().strip()


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
                raise CannotStart("The database is not at the newest revision; run « concerte migrate » first.")
        else:
            await migrate(database)
        async with database.reading() as session:
            loaded = await knowledge_version(session)
            rehearsed = await setting(session, "rehearsal")
        if rehearsed:
            raise CannotStart("This database is a rehearsal's, with invented people; set DATABASE_URL to another.")
        if not loaded and settings.is_embedded:
            pack = read_pack(settings.concerte_pack)
            async with database.transaction() as session:
                await seed(session, pack, SystemClock().now())
    return database
