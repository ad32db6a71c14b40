"""`concerte import` and `concerte migrate`."""

from pathlib import Path

from bot.channel import CannotStart
from bot.opening import open_database
from bot.pack.reading import PackError, read_pack
from bot.pack.seeding import seed
from bot.settings import Settings
from bot.terminal import say
from schedules.clock import SystemClock
from storage.database import BadDatabaseUrl, Database
from storage.migrating import migrate, newest, revision


async def import_all(settings: Settings, files: list[Path], *, dry_run: bool) -> int:
    """Load each pack, all or nothing; returns the exit code. Raises CannotStart for a bad one."""
    packs = []
    for path in files:
        if not path.is_dir():
            raise CannotStart(f"{path} is not the folder of a pack.")
        try:
            packs.append(read_pack(path))
        except PackError as error:
            raise CannotStart(f"nothing was imported.\n{error}") from None
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            for pack in packs:
                report = await seed(session, pack, SystemClock().now(), apply=not dry_run)
                say(str(report))
    finally:
        await database.close()
    say("Nothing was changed (dry run)." if dry_run else "Imported.")
    return 0


async def migrate_database(settings: Settings) -> int:
    """Bring the database to the newest revision, and say which it was and is."""
    try:
        database = Database(settings.database)
    except BadDatabaseUrl as error:
        raise CannotStart(f"{error}.") from None
    try:
        before = await revision(database)
        await migrate(database)
    except Exception as error:
        raise CannotStart(
            f"The database could not be migrated ({type(error).__name__}); nothing was changed."
        ) from None
    finally:
        await database.close()
    after = newest()
    say(f"The database is at revision {after}." if before == after else f"From {before or 'empty'} to {after}.")
    return 0
