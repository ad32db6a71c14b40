"""The network: regions with their zones and holidays, structures of several kinds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, Row, insert_or_ignore

DEFAULT_ZONE = "Europe/Paris"


class _Seeded(Base):
    """Whether the pack brought the row (`seed_digest`), and whether staff have taken it over (`edited_at`)."""

    __abstract__ = True
    seed_digest: Mapped[str | None]
    edited_at: Mapped[datetime | None]


class Region(_Seeded, Row):
    """A region: its code (INSEE for France), IANA zone, and the calendar of its public holidays.

    `holidays` is `country` or `country-subdivision` as the `holidays` library names them (`FR`, `FR-973`).
    """

    __tablename__ = "regions"
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str]
    holidays: Mapped[str] = mapped_column(default="")
    overseas: Mapped[bool] = mapped_column(default=False)
    aliases: Mapped[list[str]] = mapped_column(default=list)


class Structure(_Seeded, Row):
    """An organisation of the network. `kind` is a word of the pack (`mission-locale`, `arml`, `union`…)."""

    __tablename__ = "structures"
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"), index=True)
    zone: Mapped[str | None]  # only where it differs from its region's
    aliases: Mapped[list[str]] = mapped_column(default=list)
    fictional: Mapped[bool] = mapped_column(default=False)
    region: Mapped[Region | None] = relationship(lazy="raise")


class NetworkSetting(_Seeded, Row):
    """What the pack says of the network as a whole: its name, zone, holidays, vocabulary, lexicon, by key."""

    __tablename__ = "network_settings"
    key: Mapped[str] = mapped_column(unique=True)
    value: Mapped[dict[str, Any]]


async def all_regions(session: AsyncSession) -> Sequence[Region]:
    """Every region, by name."""
    return (await session.scalars(select(Region).order_by(Region.name))).all()


async def setting(session: AsyncSession, key: str) -> dict[str, Any]:
    """One setting of the network, empty when the pack has none."""
    value = await session.scalar(select(NetworkSetting.value).where(NetworkSetting.key == key))
    return value or {}


async def home(session: AsyncSession) -> tuple[str, str]:
    """The zone and the holidays of those whose region is not known."""
    network = await setting(session, "network")
    return str(network.get("zone") or DEFAULT_ZONE), str(network.get("holidays") or "")


async def write_setting(session: AsyncSession, key: str, value: dict[str, Any]) -> None:
    """Remember a setting of the network under its key; two writers at once are one after the other."""
    await insert_or_ignore(session, NetworkSetting, [{"key": key, "value": value}])
    await session.execute(update(NetworkSetting).where(NetworkSetting.key == key).values(value=value))


async def knowledge_version(session: AsyncSession) -> int:
    """How often what may be told has changed; an index in memory built at another version is stale."""
    return int((await setting(session, "knowledge")).get("version", 0))


async def bump_knowledge(session: AsyncSession) -> int:
    """Say that what may be told has changed; returns the new version. Waits for another who is changing it."""
    row = await lock_knowledge(session)
    row.value = {"version": int(row.value["version"]) + 1}
    return int(row.value["version"])


async def lock_knowledge(session: AsyncSession) -> NetworkSetting:
    """The row of the version, locked until the transaction ends: two processes never load a pack at once."""
    await insert_or_ignore(session, NetworkSetting, [{"key": "knowledge", "value": {"version": 0}}])
    return (
        await session.scalars(
            select(NetworkSetting)
            .where(NetworkSetting.key == "knowledge")
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
