"""How an account comes to a person: codes, invitations, proposals that wait for a yes, and wrong tries.

Secrets are kept as SHA-256 only: whoever reads the database cannot use them. All instants here are seconds of the
machine's clock: moving the calendar neither prolongs a code nor ends it.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore

CODE_LIFE = 10 * 60.0
INVITATION_LIFE = 30 * 24 * 3600.0
WRONG_TRIES = 5  # for each account …
WRONG_WINDOW = 15 * 60.0  # … in that many seconds
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I


class Way(StrEnum):
    """What a proposal to link rests on."""

    CODE = "code"  # typed here, issued to an account of the person there
    INVITATION = "invitation"  # made by staff, may have been forwarded
    EMAIL = "email"  # reported by the platform itself


class LinkCode(Row):
    """A code that dies after one use or ten minutes.

    `issuer_id` is the account it was shown to; nobody when the command line showed it.
    """

    __tablename__ = "link_codes"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    until: Mapped[float] = mapped_column(Float(53))
    used: Mapped[bool] = mapped_column(default=False)


class Invitation(Row):
    """A personal invitation made by staff; good for one account.

    `platform` is set when it was put into the hands of one account only, the one for which that platform itself
    names the person's e-mail; it serves there alone. Else it is an address, which may have been forwarded.
    """

    __tablename__ = "invitations"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    until: Mapped[float] = mapped_column(Float(53))
    used: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[bool] = mapped_column(default=False)
    platform: Mapped[str] = mapped_column(default="")


class LinkProposal(Row):
    """An account that may become a person's, once all who must say yes have.

    `confirmed`: the account said yes. `approver` is who else must: nobody (""), `account` (another account of the
    person) or `staff`. A proposal is used up by a link or a no.
    """

    __tablename__ = "link_proposals"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    way: Mapped[str]
    shown_as: Mapped[str] = mapped_column(default="")  # the account's name on its platform, for those who must agree
    code_id: Mapped[int | None] = mapped_column(ForeignKey("link_codes.id", ondelete="SET NULL"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id", ondelete="SET NULL"))
    approver: Mapped[str] = mapped_column(default="")
    confirmed: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[str] = mapped_column(default="")  # linked, refused, disputed
    until: Mapped[float] = mapped_column(Float(53))


class WrongTry(Row):
    """A code that was wrong, by the account that typed it: limited per account, so guessing many codes is no way."""

    __tablename__ = "wrong_tries"
    __table_args__ = (Index("ix_wrong_tries_account_at", "account_id", "at"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    at: Mapped[float] = mapped_column(Float(53))


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """Eight characters that can be read aloud, 40 bits: `K7M2-9QXT`."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{word[:4]}-{word[4:]}"


def new_token() -> str:
    """A token for a link, 192 bits, of the characters Telegram's deep links allow."""
    return secrets.token_urlsafe(24)


def tidy(code: str) -> str:
    """A code as it was issued, however it was typed: spaces, lower case, the hyphen left out."""
    word = "".join(c for c in code.upper() if c.isalnum())
    return f"{word[:4]}-{word[4:]}"


async def wrong_tries(session: AsyncSession, account_id: int, machine: float) -> int:
    """How many wrong codes the account has typed lately."""
    count: int | None = await session.scalar(
        select(func.count())
        .select_from(WrongTry)
        .where(WrongTry.account_id == account_id, WrongTry.at > machine - WRONG_WINDOW)
    )
    return count or 0


async def find_code(session: AsyncSession, code: str, machine: float) -> LinkCode | None:
    """The code if it is good now, locked."""
    found: LinkCode | None = await session.scalar(
        select(LinkCode)
        .where(LinkCode.digest == digest(tidy(code)), LinkCode.used.is_(False), LinkCode.until > machine)
        .with_for_update()
    )
    return found


async def make_invitations(
    session: AsyncSession,
    person_ids: Collection[int],
    made_by: int | None,
    until: float,
    platform: str = "",
) -> dict[int, str]:
    """A new invitation's token for each of the people; the tokens are kept nowhere."""
    shared = {"made_by": made_by, "until": until, "used": False, "revoked": False, "platform": platform}
    return await give_tokens(session, Invitation, person_ids, shared)


async def give_tokens(
    session: AsyncSession, table: type[Row], person_ids: Collection[int], shared: Mapping[str, Any]
) -> dict[int, str]:
    """A new row of a table of tokens for each of the people, with the same in its other columns; their tokens."""
    tokens = {person_id: new_token() for person_id in person_ids}
    rows = [{"digest": digest(token), "person_id": person_id, **shared} for person_id, token in tokens.items()]
    await insert_or_ignore(session, table, rows)
    return tokens


async def pending_invitations(session: AsyncSession, machine: float) -> Sequence[Invitation]:
    """The invitations that could still be used, those that end first first."""
    return (
        await session.scalars(
            select(Invitation)
            .where(Invitation.used.is_(False), Invitation.revoked.is_(False), Invitation.until > machine)
            .order_by(Invitation.until, Invitation.id)
        )
    ).all()


async def revoke_invitations(session: AsyncSession, person_id: int, machine: float) -> int:
    """Nobody can use a person's invitations any more, nor say yes to one already opened; returns how many."""
    await session.execute(
        update(LinkProposal)
        .where(LinkProposal.person_id == person_id, LinkProposal.invitation_id.is_not(None), LinkProposal.ended == "")
        .values(ended="refused")
        .execution_options(synchronize_session="fetch")
    )
    result: Any = await session.execute(
        update(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.used.is_(False),
            Invitation.revoked.is_(False),
            Invitation.until > machine,
        )
        .values(revoked=True)
        .execution_options(synchronize_session="fetch")
    )
    return int(result.rowcount)


async def find_invitation(session: AsyncSession, token: str, machine: float) -> Invitation | None:
    """The invitation if it is good now, locked."""
    found: Invitation | None = await session.scalar(
        select(Invitation)
        .where(
            Invitation.digest == digest(token),
            Invitation.used.is_(False),
            Invitation.revoked.is_(False),
            Invitation.until > machine,
        )
        .with_for_update()
    )
    return found
