"""Ballots of anonymous consultations: a sealed box while it is open, a shuffled list once it is closed.

Nothing here bears a voter, a time or an order. A ballot goes into the box with a random key; in the same transaction
some that lie there already are taken out, sealed afresh and put back with it under new keys, so that a row's
transaction is that of many. The close empties the box into the list in one transaction, in the order of random keys.
"""

import random
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id
from storage.database import ERASED
from storage.sealing import Sealer, sealer_of

MIXED = 15  # ballots that change their place with each one that goes in
_CHANCE = random.SystemRandom()


class SealedBallot(Base):
    """One ballot in the box, unreadable without SECRET_KEY."""

    __tablename__ = "sealed_ballots"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"), index=True)
    content: Mapped[str]


class SecretBallot(Base):
    """One ballot of the published list. `receipt` is the code that only the voter was given."""

    __tablename__ = "secret_ballots"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"), index=True)
    receipt: Mapped[str]
    answers: Mapped[dict[str, Any]]


def can_seal(session: AsyncSession) -> bool:
    """Whether there is a key to keep a secret with."""
    return sealer_of(session.get_bind().dialect) is not None


def _sealer(session: AsyncSession) -> Sealer:
    sealer = sealer_of(session.get_bind().dialect)
    if sealer is None:
        raise RuntimeError("nothing secret can be kept without SECRET_KEY")
    return sealer


async def drop_in(session: AsyncSession, consultation_id: int, receipt: str, answers: dict[str, Any]) -> None:
    """Put a ballot into the box, and mix it with others."""
    sealer = _sealer(session)
    inside = (
        await session.execute(
            select(SealedBallot.id, SealedBallot.content)
            .where(SealedBallot.consultation_id == consultation_id)
            .order_by(func.random())
            .limit(MIXED)
            .with_for_update(skip_locked=True)
        )
    ).all()
    ballots = [sealer.unseal(row.content) for row in inside]
    ballots.append({"receipt": receipt, "answers": answers})
    _CHANCE.shuffle(ballots)
    await session.execute(delete(SealedBallot).where(SealedBallot.id.in_([row.id for row in inside])))
    await session.execute(
        insert(SealedBallot),
        [{"id": _key(), "consultation_id": consultation_id, "content": sealer.seal(ballot)} for ballot in ballots],
    )
    session.info[ERASED] = True  # the log holds the draft as it was a moment ago


async def open_box(session: AsyncSession, consultation_id: int) -> int:
    """Empty the box into the list; returns how many ballots were in it. Done twice, the second finds it empty.

    Raises CannotUnseal when SECRET_KEY is not the one the ballots were sealed with: then nothing has changed.
    """
    inside = select(SealedBallot.content).where(SealedBallot.consultation_id == consultation_id)
    sealed = (await session.scalars(inside)).all()
    if not sealed:
        return 0
    sealer = _sealer(session)
    rows = [{"id": _key(), "consultation_id": consultation_id, **sealer.unseal(content)} for content in sealed]
    await session.execute(insert(SecretBallot), sorted(rows, key=lambda row: row["id"]))
    await session.execute(delete(SealedBallot).where(SealedBallot.consultation_id == consultation_id))
    session.info[ERASED] = True
    return len(rows)


async def published_ballots(session: AsyncSession, consultation_id: int) -> Sequence[SecretBallot]:
    """The list, by receipt: an order that nobody chose."""
    query = select(SecretBallot).where(SecretBallot.consultation_id == consultation_id).order_by(SecretBallot.receipt)
    return (await session.scalars(query)).all()


def _key() -> int:
    return secrets.randbits(62)
