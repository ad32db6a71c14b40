"""Leases: what only one process may do at a time (polling Telegram), and when a process was last alive."""

from typing import Any

from sqlalchemy import Float, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore
from storage.prepared import Prepared


class Lease(Row):
    """Who holds `name` until when (seconds of the machine's clock)."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    until: Mapped[float] = mapped_column(Float(53))


_UNTIL = Prepared(select(Lease.until).where(Lease.name == bindparam("lease")))


async def hold(session: AsyncSession, name: str, owner: str, now: float, seconds: float) -> bool:
    """Take or prolong a lease; False when another owner's still runs."""
    await insert_or_ignore(session, Lease, [{"name": name, "owner": owner, "until": 0.0}])
    result: Any = await session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.owner == owner, Lease.until <= now))
        .values(owner=owner, until=now + seconds)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


async def release(session: AsyncSession, name: str, owner: str) -> None:
    """Give a lease back, so that another need not wait for its end."""
    await session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.owner == owner)
        .values(until=0.0)
        .execution_options(synchronize_session=False)
    )


async def beat(session: AsyncSession, name: str, now: float, apart: float) -> None:
    """Leave a sign of life; of several processes the latest stands.

    One that is more than `apart` seconds ahead was left by a clock that ran wrong, and says nothing.
    """
    await insert_or_ignore(session, Lease, [{"name": name, "owner": "", "until": now}])
    await session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.until < now, Lease.until > now + apart))
        .values(until=now)
        .execution_options(synchronize_session=False)
    )


async def last_sign(session: AsyncSession, name: str) -> float | None:
    """Until when `name` was last held, or its last sign of life; None when never."""
    rows = await _UNTIL.rows(session, {"lease": name})
    return rows[0][0] if rows else None
