"""Notices: a word to one account, or to the staff, that is not an answer to them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import Attachment, Button, Message
from storage.outbox import Kind, enqueue
from storage.people import Account, Person, Role, RoleGrant, accounts_of, best_account


async def tell_account(
    session: AsyncSession,
    account: Account,
    about: str,
    text: str,
    now: datetime,
    *rows: tuple[Button, ...],
    attachment: Attachment | None = None,
) -> int:
    """A notice to one account, once for what it is `about`; returns 0 when it has been written before."""
    message = Message(text=text, buttons=tuple(row for row in rows if row), attachment=attachment)
    return await enqueue(
        session,
        [
            {
                "about": f"notice:{about}:account:{account.id}",
                "kind": Kind.NOTICE,
                "platform": account.platform,
                "workspace": account.workspace,
                "chat": account.chat,
                "account_id": account.id,
                "person_id": account.person_id,
                "payload": message.model_dump(mode="json", exclude_defaults=True),
                "due_at": now,
                "created_at": now,
            }
        ],
    )


async def tell_staff(session: AsyncSession, about: str, text: str, now: datetime, *rows: tuple[Button, ...]) -> int:
    """A notice to each member of the national staff who can be reached; returns how many are new."""
    return await _tell_roles(session, (Role.STAFF, Role.ADMIN), about, text, now, *rows)


async def tell_administrators(
    session: AsyncSession, about: str, text: str, now: datetime, *rows: tuple[Button, ...]
) -> int:
    """The same to each administrator."""
    return await _tell_roles(session, (Role.ADMIN,), about, text, now, *rows)


async def _tell_roles(
    session: AsyncSession,
    roles: Collection[Role],
    about: str,
    text: str,
    now: datetime,
    *rows: tuple[Button, ...],
) -> int:
    accounts = await session.scalars(
        select(Account)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .where(RoleGrant.role.in_(roles), Account.unreachable.is_(None))
        .order_by(Account.id)
    )
    told: set[int] = set()
    written = 0
    for account in accounts:
        if account.person_id is not None and account.person_id not in told:
            told.add(account.person_id)
            written += await tell_account(session, account, about, text, now, *rows)
    return written


async def tell_person(
    session: AsyncSession,
    person_id: int,
    about: str,
    text: str,
    now: datetime,
    *rows: tuple[Button, ...],
    attachment: Attachment | None = None,
) -> bool:
    """A notice to somebody, where they like to be written to; False when nothing reaches them."""
    person = await session.get(Person, person_id)
    if person is None:
        return False
    best = best_account(await accounts_of(session, [person_id]), person.preferred_platform, person.fallback_platform)
    if best is None:
        return False
    await tell_account(session, best, about, text, now, *rows, attachment=attachment)
    return True
