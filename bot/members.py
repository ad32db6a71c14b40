"""`concerte import membres.csv`: members files at the command line, which counts as an administrator."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import CannotStart
from bot.terminal import say
from handlers.directory import wording
from handlers.directory.columns import Columns, Field, fold
from handlers.directory.faults import UnreadableFile
from handlers.directory.importing import Imported, MembersFile, import_files, read_file, remember_columns
from handlers.directory.plans import Rights
from handlers.directory.undoing import undo_last
from handlers.errors import Refusal
from schedules.clock import SystemClock

SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".xlsx"))
ADMIN = Rights(admin=True)
Ask = Callable[[str], str]


class NothingImported(Exception):
    """Refused rows forbid the import; what was done in the transaction is taken back."""


def explained(words: Sequence[str]) -> dict[str, Field | None]:
    """From `--column "Tél. pro=telephone"`: the field of each named column, None for one to pass over.

    Raises CannotStart for a word that is no field.
    """
    found: dict[str, Field | None] = {}
    for word in words:
        name, equals, field = word.rpartition("=")
        if not equals or (field and field not in {str(one) for one in Field}):
            raise CannotStart(f"--column « {word} » : écrivez TITRE=champ, avec l’un des champs {', '.join(Field)}.")
        found[fold(name)] = Field(field) if field else None
    return found


async def read_members(
    session: AsyncSession, paths: Sequence[Path], columns: Mapping[str, Field | None], ask: Ask | None
) -> list[MembersFile]:
    """Read the files and settle their columns; what is asked is remembered. Raises CannotStart."""
    files = []
    for path in paths:
        try:
            content = await asyncio.to_thread(path.read_bytes)
            file = await read_file(session, path.name, content)
        except FileNotFoundError:
            raise CannotStart(f"{path} n’existe pas.") from None
        except OSError as error:
            raise CannotStart(f"{path} ne peut pas être lu ({error.strerror}).") from None
        except UnreadableFile as error:
            raise CannotStart(f"rien n’a été importé.\n{error.fault}") from None
        settled = _settle(path.name, file.columns, columns, ask)
        if settled is not file.columns:
            await remember_columns(session, settled, SystemClock().now())
        files.append(MembersFile(file.table, settled))
    return files


def _settle(name: str, columns: Columns, said: Mapping[str, Field | None], ask: Ask | None) -> Columns:
    """The columns with every question answered: by options, else at the terminal."""
    answers = {index: said[title] for index, title in enumerate(columns.names) if title in said}
    if answers:
        cleared = tuple(None if field in answers.values() else field for field in columns.fields)
        columns = Columns(columns.headers, cleared, columns.row, columns.unclear).settled(answers)
    while columns.unclear:
        one = columns.unclear[0]
        if ask is None:
            asked = "\n".join(f"  {wording.which_column(one)}" for one in columns.unclear)
            raise CannotStart(
                f"rien n’a été importé\u00a0: des colonnes de {name} ne sont pas claires.\n{asked}\n"
                f'Répondez par --column "{one.header}={one.likely}", ou --column "{one.header}=" pour la laisser.'
            )
        yes = fold(ask(f"{name}\u00a0: {wording.which_column(one)} [O/n] ")) in ("", "o", "oui", "y", "yes")
        columns = columns.settled({one.index: one.likely if yes else None})
    return columns


async def import_members(session: AsyncSession, files: Sequence[MembersFile], *, skip_refused: bool) -> Imported:
    """Apply the files in the caller's transaction and say what they do. Raises NothingImported for refused rows."""
    with _progress() as progress:
        done = await import_files(session, files, ADMIN, SystemClock().now(), progress)
    for plan, file in zip(done.plans, files, strict=True):
        for line in [*wording.summary(plan, file.columns), *wording.changes(plan)]:
            say(line)
        for fault in plan.refused:
            say(str(fault), error=True)
    if done.refused and not skip_refused:
        say(wording.not_imported(sum(plan.refused_rows for plan in done.plans)), error=True)
        raise NothingImported
    return done


async def undo_import(session: AsyncSession) -> None:
    """Undo the last import in the caller's transaction, and say what was kept. Raises CannotStart."""
    try:
        undone = await undo_last(session, ADMIN, SystemClock().now())
    except Refusal as refusal:
        raise CannotStart(refusal.sentence) from None
    for line in wording.undone(undone.rows, undone.kept):
        say(line)


def ask_at_terminal() -> Ask | None:
    """How to ask whoever sits there; None when nobody does."""
    return input if sys.stdin.isatty() and sys.stderr.isatty() else None


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on stderr, only for somebody who looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("lecture", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)
