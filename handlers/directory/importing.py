"""From a file to what it would do, and to doing it: the one way for the command line and for the chat."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.directory.applying import apply_plan, close_run, open_run
from handlers.directory.checking import check
from handlers.directory.columns import Columns, match_columns
from handlers.directory.planning import plan_members
from handlers.directory.plans import Plan, Rights
from handlers.directory.reading import read_table
from handlers.directory.tables import Table
from storage.imports import ImportRun, layout, remember_layout
from storage.members import Directory, directory
from storage.network import lock_knowledge

Progress = Callable[[str, int, int], None]  # what is being done, rows done, of how many (0: unknown)


@dataclass(frozen=True, slots=True)
class MembersFile:
    """A file that was read, and its columns as far as they are clear."""

    table: Table
    columns: Columns


@dataclass(frozen=True, slots=True)
class Imported:
    """What several files did, in their order; no run when nothing had to be written."""

    plans: Sequence[Plan]
    run: ImportRun | None

    @property
    def refused(self) -> bool:
        """Whether any row was refused."""
        return any(plan.refused for plan in self.plans)


async def read_file(session: AsyncSession, name: str, content: bytes) -> MembersFile:
    """Read a file and find its columns, by name or as they were once explained. Raises UnreadableFile."""
    table = await asyncio.to_thread(read_table, name, content)
    columns = match_columns(table)
    remembered = await layout(session, columns.names)
    return MembersFile(table, match_columns(table, remembered) if remembered else columns)


async def remember_columns(session: AsyncSession, columns: Columns, now: datetime) -> None:
    """The answers about these columns hold for every file that has the same ones."""
    await remember_layout(session, columns.names, [str(field or "") for field in columns.fields], now)


async def plan_file(
    session: AsyncSession, file: MembersFile, rights: Rights, progress: Progress | None = None
) -> tuple[Plan, Directory]:
    """What a file would do to the directory as it stands, and that directory."""
    known = await directory(session)

    def look() -> Plan:  # many seconds of computing for a large file: beside the loop, which has others to serve
        checked = check(file.table, file.columns, known, progress and (lambda n, of: progress("vérification", n, of)))
        return plan_members(checked, known, rights, progress and (lambda n, of: progress("comparaison", n, of)))

    return await asyncio.to_thread(look), known


async def import_files(
    session: AsyncSession,
    files: Sequence[MembersFile],
    rights: Rights,
    now: datetime,
    progress: Progress | None = None,
) -> Imported:
    """Apply the rows of each file that are not refused, as one run, in the caller's transaction.

    A later file finds what an earlier one wrote. The caller rolls back when a refused row forbids the whole.
    """
    await lock_knowledge(session)  # two imports, or an import and a pack, take turns
    run: ImportRun | None = None
    plans = []
    for file in files:
        plan, known = await plan_file(session, file, rights, progress)
        plans.append(plan)
        if plan.does_anything:
            run = run or await open_run(session, rights, now)
            if progress:
                progress("écriture", 0, 0)
            await apply_plan(session, plan, known, run)
    if run is not None:
        await close_run(session, run)
    return Imported(plans, run)


async def carry_out(session: AsyncSession, plan: Plan, known: Directory, rights: Rights, now: datetime) -> ImportRun:
    """Apply one plan, just made under the lock, as a run of its own; its refused rows are left aside."""
    run = await open_run(session, rights, now)
    await apply_plan(session, plan, known, run)
    await close_run(session, run)
    return run
