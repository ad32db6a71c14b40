"""`concerte import` and `concerte migrate`."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from bot.agendas import SUFFIXES as AGENDA_SUFFIXES
from bot.agendas import import_agendas
from bot.channel import CannotStart
from bot.members import (
    SUFFIXES,
    NothingImported,
    ask_at_terminal,
    explained,
    import_members,
    read_members,
    undo_import,
)
from bot.opening import open_database
from bot.pack.reading import PackError, read_pack
from bot.pack.schema import Pack
from bot.pack.seeding import seed
from bot.settings import Settings
from bot.terminal import say
from handlers.directory import wording
from schedules.clock import SystemClock
from storage.database import BadDatabaseUrl, Database
from storage.migrating import migrate, newest, revision


class _DryRun(Exception):
    """All was tried; nothing is kept."""


async def import_all(
    settings: Settings,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    skip_refused: bool = False,
    columns: Sequence[str] = (),
) -> int:
    """Load packs, members files, then calendars, all or nothing; returns the exit code. Raises CannotStart."""
    said = explained(columns)
    packs = [_pack(path) for path in paths if path.is_dir()]
    agendas = [path for path in paths if not path.is_dir() and path.suffix.lower() in AGENDA_SUFFIXES]
    members = [path for path in paths if not path.is_dir() and path not in agendas]
    for path in members:
        if path.suffix.lower() not in SUFFIXES:
            raise CannotStart(
                f"{path} n’est ni le dossier d’un pack, ni un fichier de membres (.csv, .xlsx), ni un agenda (.ics)."
            )
    database = await open_database(settings)
    try:
        async with database.transaction() as session:  # answers about columns are remembered whatever comes after
            files = await read_members(session, members, said, ask_at_terminal())
        async with database.transaction() as session:
            for pack in packs:
                report = await seed(session, pack, SystemClock().now(), apply=True)
                say(str(report))
            if files:
                await import_members(session, files, skip_refused=skip_refused)
            await import_agendas(session, agendas, SystemClock().now())
            if dry_run:
                raise _DryRun
    except _DryRun:
        say(wording.DRY_RUN)
        return 0
    except NothingImported:
        return 2
    except IntegrityError:
        raise CannotStart(
            "rien n’a été importé : quelqu’un a modifié les mêmes fiches entre-temps. Relancez l’import."
        ) from None
    finally:
        await database.close()
    say("C’est importé.")
    return 0


async def undo(settings: Settings) -> int:
    """Undo the last import of members; returns the exit code. Raises CannotStart."""
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            await undo_import(session)
    finally:
        await database.close()
    return 0


def _pack(path: Path) -> Pack:
    try:
        return read_pack(path)
    except PackError as error:
        raise CannotStart(f"rien n’a été importé.\n{error}") from None


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
