"""Telling others: a word to the people of a voice, as rows of the outbox."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import Message
from storage.outbox import Kind, enqueue
from storage.people import Account, accounts_of, best_account
from storage.voices import Member


async def rows_for(
    session: AsyncSession,
    members: Iterable[Member],
    *,
    kind: Kind,
    about: Callable[[Member], str],
    message: Callable[[Member], Message],
    now: datetime,
) -> list[dict[str, Any]]:
    """One delivery for each member who can be reached, due now. `about` makes each unique."""
    told = list(members)
    accounts: dict[int, list[Account]] = {}
    for account in await accounts_of(session, [member.id for member in told]):
        accounts.setdefault(account.person_id or 0, []).append(account)
    rows: list[dict[str, Any]] = []
    for member in told:
        best = best_account(accounts.get(member.id, ()), member.preferred_platform, member.fallback_platform)
        if best is None:
            continue
        rows.append(
            {
                "about": about(member),
                "kind": kind,
                "person_id": member.id,
                "account_id": best.id,
                "platform": best.platform,
                "workspace": best.workspace,
                "chat": best.chat,
                "payload": message(member).model_dump(mode="json", exclude_defaults=True),
                "due_at": now,
                "created_at": now,
            }
        )
    return rows


async def tell(
    session: AsyncSession,
    members: Iterable[Member],
    about: str,
    message: Callable[[ZoneInfo], Message],
    zone: str,
    now: datetime,
) -> int:
    """Tell each member once, in their own zone (`zone` for those without one). Returns how many were told."""
    rows = await rows_for(
        session,
        members,
        kind=Kind.NOTICE,
        about=lambda member: f"{about}:person:{member.id}",
        message=lambda member: message(ZoneInfo(member.zone or zone)),
        now=now,
    )
    return await enqueue(session, rows)
