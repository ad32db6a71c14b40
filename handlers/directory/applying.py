"""Applying a plan: everything in the caller's transaction, in batches, so that it can be undone exactly."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.directory.plans import Member, Outcome, Plan, Rights
from handlers.directory.publishing import SOURCE
from handlers.directory.recording import Recorder
from storage.audit import Act, note, note_people
from storage.directory import Contact
from storage.imports import ImportRun
from storage.members import Directory, contact_key
from storage.network import Structure, bump_knowledge
from storage.people import Account, Person, Role, RoleGrant

CONSOLE = "cli"  # the actor of the audit trail when nobody is logged in
_PERSON = ("given_name", "family_name", "email", "phone", "function", "structure_id", "region_id", "zone")
_NAMES = ("given_name", "family_name")


async def open_run(session: AsyncSession, rights: Rights, now: datetime) -> ImportRun:
    """A run, to which one or several files are applied."""
    run = ImportRun(by=rights.person_id, as_admin=rights.admin, files=[], counts={}, applied_at=now, undone_at=None)
    session.add(run)
    await session.flush()
    return run


async def close_run(session: AsyncSession, run: ImportRun) -> None:
    """The run is complete: the audit trail says so."""
    by = run.by if run.by is not None else CONSOLE
    await note(session, Act.IMPORTED, run.applied_at, by=by, about=f"import:{run.id}", **run.counts)


async def apply_plan(session: AsyncSession, plan: Plan, known: Directory, run: ImportRun) -> None:
    """Write what the plan says of rows that are not refused, and add it to the run. Flushes, commits nothing."""
    applying = _Applying(session, known, run)
    await applying.structures(plan)
    await applying.people([member for member in plan.members if member.outcome is not Outcome.UNCHANGED])
    run.files = [*run.files, plan.file]
    run.counts = {name: run.counts.get(name, 0) + count for name, count in plan.counts.items()}
    await session.flush()


class _Applying:
    def __init__(self, session: AsyncSession, known: Directory, run: ImportRun) -> None:
        self.session, self.known, self.run, self.now = session, known, run, run.applied_at
        self.recorder = Recorder(session, run.id)
        self.knowledge_changes = False

    async def structures(self, plan: Plan) -> None:
        """Make the structures that rows name; complete those that are known."""
        places = plan.new_structures
        rows: list[dict[str, Any]] = [
            {
                "code": place.code,
                "name": place.name,
                "kind": place.kind,
                "region_id": place.region_id,
                "zone": place.zone,
                "aliases": [],
                "seed_digest": None,
                "edited_at": self.now,
            }
            for place in places
        ]
        for place, row_id in zip(places, await self.recorder.add(Structure, rows), strict=True):
            place.id = row_id
        changes = []
        for before, after in plan.structures:
            old = {name: getattr(before, name) for name in (*after, "edited_at")}
            changes.append((before.id, None, old, {**after, "edited_at": self.now}))
        await self.recorder.change(Structure, changes)
        self.knowledge_changes |= bool(rows or changes)

    async def people(self, members: Sequence[Member]) -> None:
        """Add and change people, then what hangs on them."""
        new = [member for member in members if member.person is None]
        rows = [{**self._columns(member), "created_at": self.now} for member in new]
        ids = dict(zip(map(id, new), await self.recorder.add(Person, rows, own=True), strict=True))
        changes = []
        for member in members:
            if member.person is not None:
                ids[id(member)] = member.person.id
                after = self._columns(member)
                before = {name: getattr(member.person, name) for name in after}
                if after:
                    changes.append((member.person.id, member.person.id, before, after))
        await self.recorder.change(Person, changes)
        pairs = [(member, ids[id(member)]) for member in members]
        await self._roles(pairs)
        await self._accounts(pairs)
        await self._contacts(pairs)
        await self.recorder.keep()
        if self.knowledge_changes:
            await bump_knowledge(self.session)

    def _columns(self, member: Member) -> dict[str, Any]:
        columns = dict(member.columns)
        if member.place is not None:
            columns["structure_id"] = member.place.id
        if member.person is None:
            return {name: columns.get(name, "" if name in _NAMES else None) for name in _PERSON}
        return columns

    async def _roles(self, pairs: Sequence[tuple[Member, int]]) -> None:
        given = [(member, person) for member, person in pairs if member.role]
        fresh = [(member, person) for member, person in given if member.grant is None]
        rows = [{"person_id": person, "role": str(member.role), "region_id": None} for member, person in fresh]
        await self.recorder.add(RoleGrant, rows, [person for _, person in fresh])
        changed = [(member, person, member.grant) for member, person in given if member.grant is not None]
        await self.recorder.change(
            RoleGrant,
            [
                (grant, person, {"role": member.person.grants[grant]}, {"role": str(member.role)})
                for member, person, grant in changed
                if member.person
            ],
        )
        taken: dict[str, list[int]] = {}
        for member, person, grant in changed:
            assert member.person is not None
            taken.setdefault(member.person.grants[grant], []).append(person)
        for role, people in taken.items():
            await self._note(Act.ROLE_TAKEN, people, role=role)
        for granted in Role:
            # What a newcomer may always do is no news; a rank, or another role than before, is.
            people = [p for m, p in given if m.role is granted and (m.person is not None or granted is Role.STAFF)]
            await self._note(Act.ROLE_GIVEN, people, role=str(granted))

    async def _accounts(self, pairs: Sequence[tuple[Member, int]]) -> None:
        unlinked = [(account, person) for member, person in pairs for account in member.unlink]
        await self.recorder.change(
            Account, [(account.id, person, {"person_id": person}, {"person_id": None}) for account, person in unlinked]
        )
        linked = [(key, account, person) for member, person in pairs for key, account in member.link]
        await self.recorder.change(
            Account,
            [
                (account.id, person, {"person_id": None}, {"person_id": person})
                for _, account, person in linked
                if account is not None
            ],
        )
        announced = [(key, person) for key, account, person in linked if account is None]
        rows = [
            {
                "platform": platform,
                "workspace": workspace,
                "external_id": external_id,
                "chat": external_id,  # on both platforms a private message may be addressed to the member's own id
                "person_id": person,
                "unreachable": None,
                "created_at": self.now,
            }
            for (platform, workspace, external_id), person in announced
        ]
        await self.recorder.add(Account, rows, [person for _, person in announced])
        await self._note(Act.UNLINKED, [person for _, person in unlinked])
        await self._note(Act.LINKED, [person for _, _, person in linked], by_import=self.run.id)

    async def _contacts(self, pairs: Sequence[tuple[Member, int]]) -> None:
        today = self.now.astimezone(ZoneInfo(self.known.zone)).date()
        published = [(member.contact, person) for member, person in pairs if member.contact is not None]
        new = [(one, person) for one, person in published if one.known is None]
        rows = [
            {
                "key": contact_key(person),
                "gender": None,
                "responsibilities": [],
                "aliases": [],
                "details": {},
                "source": SOURCE,
                "source_date": today,
                "seed_digest": None,
                "edited_at": self.now,
                "updated_at": self.now,
                **one.columns,
            }
            for one, person in new
        ]
        await self.recorder.add(Contact, rows, [person for _, person in new])
        changes = []
        for one, person in published:
            if one.known is None or one.delete:
                continue
            after = {**one.columns, "edited_at": self.now, "updated_at": self.now}
            if one.known.columns["source"] == SOURCE:
                after["source_date"] = today
            before = {name: one.known.columns[name] for name in after}
            changes.append((one.known.id, person, before, after))
        await self.recorder.change(Contact, changes)
        withdrawn = [(one.known.id, person, one.known.columns) for one, person in published if one.known and one.delete]
        await self.recorder.remove(Contact, withdrawn)
        self.knowledge_changes |= bool(published)

    async def _note(self, act: Act, people: Sequence[int], **detail: Any) -> None:
        by = self.run.by if self.run.by is not None else CONSOLE
        await note_people(self.session, act, self.now, by=by, about=people, **detail)
