"""What imports of members have done: each run, each change with the values before it, and columns once explained."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore


class Done(StrEnum):
    """What an import did with a row of a table."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class ImportLayout(Row):
    """The columns of a kind of file, explained once: the field of each, empty for one that is passed over."""

    __tablename__ = "import_layouts"
    signature: Mapped[str] = mapped_column(unique=True)
    columns: Mapped[list[str]]
    remembered_at: Mapped[datetime]


class ImportRun(Row):
    """One import that was applied. `by` is empty for the command line, and once the person is erased."""

    __tablename__ = "import_runs"
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    as_admin: Mapped[bool]
    files: Mapped[list[str]]
    counts: Mapped[dict[str, Any]]
    applied_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class ImportChange(Row):
    """One row of a table that a run added, changed or removed, with the columns before and after.

    What belongs to a person goes with the person: erasing them leaves nothing of them here.
    """

    __tablename__ = "import_changes"
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]  # the name of the table
    row_id: Mapped[int]
    done: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


def signature(header: Sequence[str]) -> str:
    """The same for the same names of columns in the same order."""
    return hashlib.sha256("\x1f".join(header).encode()).hexdigest()


async def layout(session: AsyncSession, header: Sequence[str]) -> list[str] | None:
    """How the columns of such a file were explained, if they ever were."""
    return await session.scalar(select(ImportLayout.columns).where(ImportLayout.signature == signature(header)))


async def remember_layout(session: AsyncSession, header: Sequence[str], columns: Sequence[str], now: datetime) -> None:
    """Never ask again about a file with these names of columns."""
    row = {"signature": signature(header), "columns": list(columns), "remembered_at": now}
    if await insert_or_ignore(session, ImportLayout, [row]) == 0:
        kept = (await session.scalars(select(ImportLayout).where(ImportLayout.signature == row["signature"]))).one()
        kept.columns, kept.remembered_at = list(columns), now


async def last_run(session: AsyncSession) -> ImportRun | None:
    """The newest import that stands."""
    found: ImportRun | None = await session.scalar(
        select(ImportRun).where(ImportRun.undone_at.is_(None)).order_by(ImportRun.id.desc()).limit(1)
    )
    return found


async def changes_of(session: AsyncSession, run_id: int) -> list["Recorded"]:
    """What a run did, the last first."""
    query = (
        select(
            ImportChange.person_id,
            ImportChange.kind,
            ImportChange.row_id,
            ImportChange.done,
            ImportChange.before,
            ImportChange.after,
        )
        .where(ImportChange.run_id == run_id)
        .order_by(ImportChange.id.desc())
    )
    return [Recorded(*row) for row in await session.execute(query)]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An ImportChange, without the weight of an object of the session."""

    person_id: int | None
    kind: str
    row_id: int
    done: str
    before: dict[str, Any]
    after: dict[str, Any]
