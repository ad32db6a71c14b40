"""The audit trail: who did what when, by pseudonym. It only grows; the database itself refuses to change it.

A pseudonym is a random word that one row joins to a person: erasing the person deletes that row, and the trail
stays whole without leading to anyone.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, ForeignKey, delete, event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore


class Act(StrEnum):
    """What is recorded."""

    RIGHT_REFUSED = "right-refused"
    ROLE_GIVEN = "role-given"
    ROLE_TAKEN = "role-taken"
    LINKED = "linked"
    UNLINKED = "unlinked"
    LINK_REFUSED = "link-refused"
    INVITED = "invited"
    LINK_ISSUED = "personal-link-issued"
    LINK_OPENED = "personal-link-opened"
    LINK_REVOKED = "personal-link-revoked"
    IMPORTED = "imported"
    IMPORT_UNDONE = "import-undone"
    ANNOUNCED = "announced"
    CONSULTATION_CHANGED = "consultation-changed"
    EVENT_CHANGED = "event-changed"
    EXPORTED = "exported"
    CORRECTED = "corrected"
    ERASED = "erased"
    ANSWERED_FOR = "answered-for"


class Pseudonym(Row):
    """The one row that joins a pseudonym to a person."""

    __tablename__ = "pseudonyms"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    word: Mapped[str] = mapped_column(unique=True)


class AuditEntry(Row):
    """One act. `actor` and `subject` are pseudonyms, or `account:<platform>` for someone unknown, or a thing's key.

    `detail` never holds a name, an address or free text of a person.
    """

    __tablename__ = "audit_entries"
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(index=True)
    act: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


_NO_DELETE = (
    "CREATE TRIGGER IF NOT EXISTS audit_entries_no_delete BEFORE DELETE ON audit_entries "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"
)
# What keeps the trail from being changed, by engine; migrations run the same statements.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS audit_entries_no_update BEFORE UPDATE ON audit_entries "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END",
        _NO_DELETE,
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$",
        "CREATE OR REPLACE TRIGGER audit_entries_only_grow BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_only_grow()",
    ),
}
# Around the one deletion there is: by age, by the purge, in a transaction of its own.
_LIFTED = {
    "sqlite": ("DROP TRIGGER audit_entries_no_delete", _NO_DELETE),
    "postgresql": (
        "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_only_grow",
        "ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_only_grow",
    ),
}

for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(
            AuditEntry.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        )


async def forget_before(session: AsyncSession, at: datetime, most: int) -> int:
    """Delete the oldest entries from before an instant, at most so many: their retention has ended. Returns how many.

    On PostgreSQL the role must own the table, as the one that migrates does.
    """
    query = select(AuditEntry.id).where(AuditEntry.at < at).order_by(AuditEntry.at, AuditEntry.id).limit(most)
    ids = (await session.scalars(query)).all()
    if ids:
        lift, restore = _LIFTED[session.get_bind().dialect.name]
        await session.execute(text(lift))
        gone = delete(AuditEntry).where(AuditEntry.id.in_(ids))
        await session.execute(gone.execution_options(synchronize_session=False))
        await session.execute(text(restore))
    return len(ids)


async def pseudonym(session: AsyncSession, person_id: int) -> str:
    """The person's pseudonym, made at the first need."""
    query = select(Pseudonym.word).where(Pseudonym.person_id == person_id)
    word = await session.scalar(query)
    if word is None:
        await insert_or_ignore(session, Pseudonym, [{"person_id": person_id, "word": secrets.token_hex(8)}])
        word = await session.scalar(query)
    assert word is not None
    return word


async def note(
    session: AsyncSession,
    act: Act,
    at: datetime,
    *,
    by: int | str,
    about: int | str = "",
    **detail: Any,
) -> None:
    """Record an act; a person is given by id and written by pseudonym, anything else as the word given."""
    actor = await pseudonym(session, by) if isinstance(by, int) else by
    subject = await pseudonym(session, about) if isinstance(about, int) else about
    session.add(AuditEntry(at=at, actor=actor, act=act, subject=subject, detail=detail))


async def entries(session: AsyncSession, limit: int = 1000) -> Sequence[AuditEntry]:
    """The newest entries, newest first."""
    return (await session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit))).all()


async def note_people(
    session: AsyncSession, act: Act, at: datetime, *, by: int | str, about: Sequence[int], **detail: Any
) -> None:
    """Record the same act about many people at once."""
    if not about:
        return
    await insert_or_ignore(
        session, Pseudonym, [{"person_id": person, "word": secrets.token_hex(8)} for person in dict.fromkeys(about)]
    )
    actor = await pseudonym(session, by) if isinstance(by, int) else by
    words: dict[int, str] = {}
    for start in range(0, len(about), 1000):
        query = select(Pseudonym.person_id, Pseudonym.word).where(Pseudonym.person_id.in_(about[start : start + 1000]))
        words |= {row.person_id: row.word for row in await session.execute(query)}
    rows = [{"at": at, "actor": actor, "act": act, "subject": words[person], "detail": detail} for person in about]
    await session.execute(insert(AuditEntry), rows)
