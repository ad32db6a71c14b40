"""Undoing the last import: every value as it was, except what has been edited or used since, which is kept and said."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.directory.applying import CONSOLE
from handlers.directory.plans import Rights
from handlers.directory.recording import frozen, table_of, thawed
from handlers.errors import Refusal
from storage.audit import Act, Pseudonym, note
from storage.conversations import Conversation
from storage.directory import Contact
from storage.imports import Done, ImportChange, ImportRun, Recorded, changes_of, last_run
from storage.models import Base
from storage.network import Structure, bump_knowledge, lock_knowledge
from storage.people import Account, Person, RoleGrant

_CHUNK = 1000
# A person's own rows, and what an import or the audit trail says of them, are no use that others made of them.
_OF_A_PERSON = frozenset(
    model.__tablename__ for model in (RoleGrant, Account, Contact, ImportChange, ImportRun, Pseudonym)
)
_SMALL = frozenset((RoleGrant.__tablename__, Contact.__tablename__))
_BOOKKEEPING = frozenset(("edited_at", "updated_at", "source_date"))
_CHANNELS = frozenset(("chat", "unreachable"))  # a platform's news, not somebody's edit


@dataclass(slots=True)
class Undone:
    """What undoing did: rows put back, and in words what was kept because it was edited or used since."""

    run: ImportRun
    rows: int = 0
    kept: list[str] = field(default_factory=list)


async def may_undo(session: AsyncSession, rights: Rights, run_id: int | None = None) -> ImportRun:
    """The last import, if these rights may undo it; with `run_id`, if it is that one. Raises Refusal."""
    run = await last_run(session)
    if run is None:
        raise Refusal("Il n’y a aucun import à annuler.")
    if run_id is not None and run.id != run_id:
        raise Refusal("Seul le dernier import peut être annulé, et ce n’est plus celui-là.")
    if not rights.admin and (run.as_admin or run.by != rights.person_id):
        raise Refusal(
            "Cet import a été fait par quelqu’un d’autre : un administrateur peut l’annuler.", audit="undo of an import"
        )
    return run


async def undo_last(session: AsyncSession, rights: Rights, now: datetime, run_id: int | None = None) -> Undone:
    """Undo the last import in the caller's transaction. Raises Refusal."""
    await lock_knowledge(session)
    undone = Undone(await may_undo(session, rights, run_id))
    changes = await changes_of(session, undone.run.id)
    if not changes:  # forgotten after a while, or with the people they were about
        raise Refusal("De cet import, il ne reste rien à remettre comme avant.")
    await _Undoing(session, undone, changes).undo()
    undone.run.undone_at = now
    by = rights.person_id if rights.person_id is not None else CONSOLE
    await note(session, Act.IMPORT_UNDONE, now, by=by, about=f"import:{undone.run.id}", rows=undone.rows)
    await bump_knowledge(session)
    table = table_of(ImportChange)
    await session.execute(delete(table).where(table.c.run_id == undone.run.id))  # nobody needs them now
    await session.flush()
    return undone


class _Undoing:
    def __init__(self, session: AsyncSession, undone: Undone, changes: Sequence[Recorded]) -> None:
        self.session, self.undone, self.changes = session, undone, changes
        self.now: dict[tuple[str, int], dict[str, Any]] = {}
        self.left: dict[tuple[str, int], dict[str, Any]] = {}  # each row as the import left it, as far as it wrote it
        for change in reversed(changes):
            self.left.setdefault((change.kind, change.row_id), {}).update(change.after)

    async def undo(self) -> None:
        """The last change first, so that a row changed twice ends as it began."""
        await self._read()
        staying = await self._people_who_stay()
        gone: dict[str, list[int]] = {}
        for change in self.changes:
            if change.person_id in staying:
                continue
            if change.done == Done.ADDED:
                await self._take_back(change, gone)
            elif change.done == Done.CHANGED:
                await self._restore(change)
            else:
                await self._put_back(change)
        await self._delete(gone)

    async def _read(self) -> None:
        ids: dict[str, set[int]] = {}
        for change in self.changes:
            ids.setdefault(change.kind, set()).add(change.row_id)
        for kind, wanted in ids.items():
            table = Base.metadata.tables[kind]
            for chunk in _chunks(wanted):
                rows = (await self.session.execute(select(table).where(table.c.id.in_(chunk)))).mappings()
                self.now |= {(kind, row["id"]): frozen(dict(row)) for row in rows}

    def _added(self, kind: str) -> dict[int, Recorded]:
        return {c.row_id: c for c in self.changes if c.kind == kind and c.done == Done.ADDED}

    async def _people_who_stay(self) -> set[int]:
        """People the import added whom somebody has edited since, or who have done something since."""
        added = self._added(Person.__tablename__)
        edited = {
            change.person_id
            for change in self.changes
            if change.person_id in added
            and change.done == Done.ADDED
            and self._differs(change, self.left[change.kind, change.row_id])
        }
        used = await _referenced(self.session, Person.__table__.c.id, added, _OF_A_PERSON)
        for model in (RoleGrant, Account):
            mine = self._added(model.__tablename__)
            for chunk in _chunks(added):
                rows = await self.session.execute(select(model.id, model.person_id).where(model.person_id.in_(chunk)))
                used |= {person for row_id, person in rows if person is not None and row_id not in mine}
        for chunk in _chunks(added):
            holders = {f"person:{person}": person for person in chunk}
            found = await self.session.scalars(select(Conversation.holder).where(Conversation.holder.in_(holders)))
            used |= {holders[holder] for holder in found}
        staying: set[int] = set()
        for person, since in ((p, w) for w, people in (("modifié", edited), ("actif", used)) for p in people):
            if person is not None and person not in staying and (row := self.now.get((Person.__tablename__, person))):
                staying.add(person)
                self.undone.kept.append(f"{_name(row)}\u00a0: {since} depuis, laissé en place")
        return staying

    def _differs(self, change: Recorded, left: Mapping[str, Any]) -> bool:
        """Whether somebody has edited an added row since the import left it so; one that is gone was removed."""
        row = self.now.get((change.kind, change.row_id))
        passed_over = _BOOKKEEPING | (_CHANNELS if change.kind == Account.__tablename__ else frozenset())
        return row is None or any(row[name] != value for name, value in left.items() if name not in passed_over)

    async def _take_back(self, change: Recorded, gone: dict[str, list[int]]) -> None:
        row = self.now.get((change.kind, change.row_id))
        if row is None:
            return
        if change.kind == Account.__tablename__ and row["person_id"] != change.after["person_id"]:
            self.undone.kept.append(f"un compte {row['platform']}\u00a0: relié autrement depuis, laissé en place")
        elif change.kind in _SMALL and self._differs(change, change.after):
            self.undone.kept.append(f"{_name(row) or 'un rôle'}\u00a0: modifié depuis, laissé en place")
        else:
            gone.setdefault(change.kind, []).append(change.row_id)

    async def _restore(self, change: Recorded) -> None:
        """Each column that still is what the import made of it becomes what it was before."""
        row = self.now.get((change.kind, change.row_id))
        if row is None:
            return
        back = {name: before for name, before in change.before.items() if row[name] == change.after[name]}
        if kept := [name for name in change.before if name not in back and name not in _BOOKKEEPING]:
            back = {name: value for name, value in back.items() if name not in _BOOKKEEPING}
            words = ", ".join(_WORDS.get(name, name) for name in kept)
            self.undone.kept.append(f"{_name(row) or 'une fiche'}\u00a0: {words} modifié depuis, laissé tel quel")
        if back:
            table = Base.metadata.tables[change.kind]
            await self.session.execute(update(table).where(table.c.id == change.row_id).values(thawed(table, back)))
            row.update(back)
            self.undone.rows += 1

    async def _put_back(self, change: Recorded) -> None:
        """A row that was removed comes back, unless another has taken its key since."""
        table = Base.metadata.tables[change.kind]
        values = thawed(table, change.before)
        taken = await self.session.scalar(select(table.c.id).where(table.c.key == values["key"]))
        if taken is not None:
            self.undone.kept.append(f"{_name(values)}\u00a0: publié de nouveau depuis, laissé tel quel")
            return
        if await self.session.scalar(select(table.c.id).where(table.c.id == values["id"])) is not None:
            del values["id"]
        await self.session.execute(insert(table).values(values))
        self.undone.rows += 1

    async def _delete(self, gone: dict[str, list[int]]) -> None:
        """What hangs on people first; an account or a structure that others use stays, without its person."""
        await self._delete_rows(RoleGrant, gone)
        await self._delete_rows(Contact, gone)
        accounts = gone.get(Account.__tablename__, [])
        used = await _referenced(self.session, Account.__table__.c.id, accounts, frozenset())
        announced = self._added(Account.__tablename__)
        used |= {number for number in accounts if self._has_spoken(announced[number])}
        table = table_of(Account)
        for chunk in _chunks(used):
            await self.session.execute(update(table).where(table.c.id.in_(chunk)).values(person_id=None))
        self.undone.rows += len(used)
        await self._delete_rows(Account, gone, used)
        await self._delete_rows(Person, gone)
        structures = gone.get(Structure.__tablename__, [])
        kept = await _referenced(self.session, Structure.__table__.c.id, structures, frozenset())
        added = self._added(Structure.__tablename__)
        kept |= {number for number in structures if self._differs(added[number], added[number].after)}
        for number in kept:
            name = self.now[Structure.__tablename__, number]["name"]
            self.undone.kept.append(f"{name}\u00a0: utilisée ou modifiée depuis, laissée en place")
        await self._delete_rows(Structure, gone, kept)

    def _has_spoken(self, change: Recorded) -> bool:
        row = self.now[change.kind, change.row_id]
        return any(row[name] != change.after[name] for name in _CHANNELS)

    async def _delete_rows(self, model: Any, gone: dict[str, list[int]], but: Collection[int] = ()) -> None:
        table = table_of(model)
        ids = [number for number in gone.get(table.name, []) if number not in but]
        for chunk in _chunks(ids):
            await self.session.execute(delete(table).where(table.c.id.in_(chunk)))
        self.undone.rows += len(ids)


async def _referenced(session: AsyncSession, target: Any, ids: Collection[int], but: Collection[str]) -> set[int]:
    """Which of these rows other rows refer to, in any table except those named."""
    found: set[int] = set()
    for column in _references(target, but):
        for chunk in _chunks(ids):
            found |= set((await session.scalars(select(column).where(column.in_(chunk)).distinct())).all())
    return found


def _references(target: Any, but: Collection[str]) -> Iterator[Column[Any]]:
    for table in Base.metadata.tables.values():
        if table.name not in but:
            for column in table.columns:
                if any(key.column is target for key in column.foreign_keys):
                    yield column


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _name(row: Any) -> str:
    if "given_name" in row:
        return f"{row['given_name']} {row['family_name']}".strip()
    return str(row.get("name") or "")


_WORDS = {
    "given_name": "prénom",
    "family_name": "nom",
    "email": "adresse",
    "phone": "téléphone",
    "function": "fonction",
    "structure_id": "structure",
    "region_id": "région",
    "zone": "fuseau",
    "role": "rôle",
    "kind": "type",
    "person_id": "compte",
    "public": "publication",
    "organisation": "organisation",
}
