"""People, their chat accounts and their roles."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Row
from storage.network import Structure

WEB = "web"
NOWHERE = "nowhere"


class Role(StrEnum):
    """What a person may be. Regional staff hold their grant for a region; the others for the whole network."""

    PARTICIPANT = "participant"
    DIRECTOR = "director"
    ELECTED = "elected"
    REGIONAL_STAFF = "regional_staff"
    STAFF = "staff"
    ADMIN = "admin"


class Person(Row):
    """A human. `zone` is their own choice; else the structure's, the region's, the network's."""

    __tablename__ = "people"
    key: Mapped[str | None] = mapped_column(unique=True)  # the pack's or the members file's own key
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None]
    function: Mapped[str | None]
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"), index=True)
    zone: Mapped[str | None] = mapped_column(index=True)
    preferred_platform: Mapped[str | None]
    fallback_platform: Mapped[str | None]  # when the preferred one is blocked; NOWHERE: then not at all
    quiet_begins: Mapped[time | None] = mapped_column(
        index=True
    )  # own quiet hours, in the person's zone; None: the network's
    quiet_ends: Mapped[time | None]
    locale: Mapped[str | None]  # how dates are written: fr, en; None is fr
    paused_until: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]  # since when nothing but replies is wanted
    reminders_paused: Mapped[bool] = mapped_column(default=False)
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    structure: Mapped[Structure | None] = relationship(lazy="raise")
    roles: Mapped[list["RoleGrant"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    accounts: Mapped[list["Account"]] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        """Given name and family name, as one writes them."""
        return f"{self.given_name} {self.family_name}".strip()


def zone_of(own: str | None, structure: str | None, region: str | None, network: str) -> str:
    """The one rule of where a person's days begin: their own choice, their structure's, region's, network's zone."""
    return own or structure or region or network


class RoleGrant(Row):
    """One role of one person; regional staff have the region it is held for."""

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("person_id", "role", "region_id"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))


class Account(Row):
    """A chat identity: platform and immutable id. Without a person it may only ask public questions.

    `workspace` is the Slack team, empty elsewhere; `chat` is where a private message to the account goes.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("platform", "workspace", "external_id"),)
    platform: Mapped[str]
    workspace: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str]
    chat: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    unreachable: Mapped[str | None]  # why the platform refuses messages: blocked, deactivated…
    created_at: Mapped[datetime]


async def find_account(session: AsyncSession, platform: str, workspace: str, external_id: str) -> Account | None:
    """The account with that immutable id, if it has ever been seen or announced."""
    found: Account | None = await session.scalar(
        select(Account).where(
            Account.platform == platform, Account.workspace == workspace, Account.external_id == external_id
        )
    )
    return found


async def roles_of(session: AsyncSession, person_id: int) -> Sequence[RoleGrant]:
    """The roles a person has now."""
    return (await session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id))).all()


async def accounts_of(session: AsyncSession, person_ids: Iterable[int]) -> Sequence[Account]:
    """Every account of those people, oldest first."""
    return (
        await session.scalars(select(Account).where(Account.person_id.in_(list(person_ids))).order_by(Account.id))
    ).all()


def best_account(accounts: Iterable[Account], preferred: str | None, fallback: str | None = None) -> Account | None:
    """Where to write to a person: the platform they prefer, else the one they named for that case, else one that
    rings, else the browser; None if nowhere.

    An account that its platform refuses is passed over. With NOWHERE as fallback only the preferred one is used.
    """
    reachable = [account for account in accounts if account.unreachable is None and account.chat]
    if preferred and fallback == NOWHERE:
        reachable = [account for account in reachable if account.platform == preferred]
    reachable.sort(
        key=lambda account: (
            account.platform != preferred,
            account.platform != fallback,
            account.platform == WEB,
            account.id,
        )
    )
    return reachable[0] if reachable else None
