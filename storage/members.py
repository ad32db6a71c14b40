"""The directory as it stands, read at once: what an import of members is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.channels import NOT_SERVED, Served, remember_workspaces, served_workspaces
from storage.directory import Contact, Organisation
from storage.imports import Done, ImportChange, ImportRun
from storage.network import Structure, all_regions, home, setting
from storage.people import Account, Person, RoleGrant

OWN_CONTACT = "membre-"
SLACK = "slack"
TELEGRAM = "telegram"


@dataclass(slots=True)
class KnownAccount:
    """An account; `imported` when an import announced it, rather than the person linking it."""

    id: int
    platform: str
    workspace: str
    external_id: str
    person_id: int | None
    imported: bool


@dataclass(slots=True)
class KnownPerson:
    """A person with what an import may touch; `grants` are roles by the id of their grant."""

    id: int
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    function: str | None
    structure_id: int | None
    region_id: int | None
    zone: str | None
    grants: dict[int, str] = field(default_factory=dict)
    accounts: list[KnownAccount] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(slots=True)
class KnownStructure:
    """A structure and how it is called."""

    id: int
    code: str
    name: str
    kind: str
    region_id: int | None
    zone: str | None
    aliases: tuple[str, ...]
    edited_at: datetime | None


@dataclass(slots=True)
class KnownRegion:
    """A region and how it is called."""

    id: int
    code: str
    name: str
    zone: str
    aliases: tuple[str, ...]


@dataclass(slots=True)
class KnownContact:
    """A contact with every column, as it would be put back."""

    id: int
    columns: dict[str, Any]

    @property
    def key(self) -> str:
        """Its key; `membre-<id>` when an import made it."""
        return str(self.columns["key"])


@dataclass(slots=True)
class Directory:
    """Everything an import compares with. `kinds` are the words for each kind of structure, by key."""

    people: dict[int, KnownPerson] = field(default_factory=dict)
    accounts: dict[tuple[str, str, str], KnownAccount] = field(default_factory=dict)
    structures: dict[int, KnownStructure] = field(default_factory=dict)
    regions: dict[int, KnownRegion] = field(default_factory=dict)
    contacts: list[KnownContact] = field(default_factory=list)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    organisations: frozenset[str] = frozenset()
    zone: str = "Europe/Paris"
    workspace: str = ""


def contact_key(person_id: int) -> str:
    """The key of the contact that an import publishes for a person."""
    return f"{OWN_CONTACT}{person_id}"


async def regions_and_kinds(session: AsyncSession) -> Directory:
    """Only what the rows of a file are checked with."""
    kinds: Mapping[str, Any] = await setting(session, "structure_kinds")
    return Directory(
        regions={r.id: KnownRegion(r.id, r.code, r.name, r.zone, tuple(r.aliases)) for r in await all_regions(session)},
        kinds={key: (key, *(str(word) for word in dict(words).values())) for key, words in kinds.items()},
        zone=(await home(session))[0],
        workspace=await slack_workspace(session),
    )


async def directory(session: AsyncSession) -> Directory:
    """The whole directory."""
    known = await regions_and_kinds(session)
    structures = await session.execute(
        select(
            Structure.id,
            Structure.code,
            Structure.name,
            Structure.kind,
            Structure.region_id,
            Structure.zone,
            Structure.aliases,
            Structure.edited_at,
        ).order_by(Structure.id)
    )
    known.structures = {row[0]: KnownStructure(*row[:6], tuple(row[6]), row[7]) for row in structures}
    people = await session.execute(
        select(
            Person.id,
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.phone,
            Person.function,
            Person.structure_id,
            Person.region_id,
            Person.zone,
        ).order_by(Person.id)
    )
    known.people = {row[0]: KnownPerson(*row) for row in people}
    for grant, person, role in await session.execute(
        select(RoleGrant.id, RoleGrant.person_id, RoleGrant.role).order_by(RoleGrant.id)
    ):
        known.people[person].grants[grant] = role
    await _accounts(session, known)
    columns = Contact.__table__.columns
    for row in (await session.execute(select(Contact.__table__).order_by(Contact.id))).all():
        known.contacts.append(KnownContact(row.id, {column.name: getattr(row, column.name) for column in columns}))
    known.organisations = frozenset((await session.scalars(select(Organisation.key))).all())
    return known


async def _accounts(session: AsyncSession, known: Directory) -> None:
    announced = set(
        await session.scalars(
            select(ImportChange.row_id)
            .join(ImportRun, ImportRun.id == ImportChange.run_id)
            .where(
                ImportChange.kind == Account.__tablename__,
                ImportChange.done == Done.ADDED,
                ImportRun.undone_at.is_(None),
            )
        )
    )
    rows = await session.execute(
        select(Account.id, Account.platform, Account.workspace, Account.external_id, Account.person_id).order_by(
            Account.id
        )
    )
    for row in rows:
        account = KnownAccount(*row, imported=row[0] in announced)
        known.accounts[account.platform, account.workspace, account.external_id] = account
        if account.person_id is not None:
            known.people[account.person_id].accounts.append(account)


async def slack_workspace(session: AsyncSession) -> str:
    """The Slack workspace of this installation: as its channel said, else the only one ever seen, else unknown."""
    said = str((await setting(session, SLACK)).get("workspace") or "")
    if said:
        return said
    query = select(Account.workspace).where(Account.platform == SLACK, Account.workspace != "").distinct().limit(2)
    seen = (await session.scalars(query)).all()
    return seen[0] if len(seen) == 1 else ""


async def these_workspaces(session: AsyncSession, first: str, served: Sequence[str], *, complete: bool) -> None:
    """Say which Slack workspaces this installation writes to, and which is the `first`, empty while that is unknown.

    What an import announced without a workspace, or before one was known, is of the first. Unless `complete`, some
    token is refused: see `storage.channels.Served`.
    """
    first = first or (await served_workspaces(session, SLACK)).home
    await remember_workspaces(session, SLACK, Served(first, frozenset(served), complete))
    await session.execute(
        update(Account)
        .where(Account.platform == SLACK, Account.workspace.in_(served), Account.unreachable == NOT_SERVED)
        .values(unreachable=None)
        .execution_options(synchronize_session=False)
    )
    if first:
        await _give_workspace(session, first)


async def _give_workspace(session: AsyncSession, workspace: str) -> None:
    """Accounts announced before the workspace was known are of that one."""
    waiting = (await session.scalars(select(Account).where(Account.platform == SLACK, Account.workspace == ""))).all()
    for announced in waiting:
        seen: Account | None = await session.scalar(
            select(Account).where(
                Account.platform == SLACK,
                Account.workspace == workspace,
                Account.external_id == announced.external_id,
            )
        )
        if seen is None:
            announced.workspace = workspace
            continue
        if seen.person_id is None:
            await session.execute(update(Account).where(Account.id == seen.id).values(person_id=announced.person_id))
        await session.execute(delete(Account).where(Account.id == announced.id))
