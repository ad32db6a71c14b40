"""All that is held on a person, and forgetting all of it, as `storage.privacy_rules` says for each table."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.database import ERASED
from storage.forgetting import redact_table
from storage.network import bump_knowledge
from storage.privacy_rules import RULES
from storage.subjects import subject_of

_SECRET = frozenset({"digest", "lease_owner", "lease_until", "send_at", "not_before", "seed_digest"})


async def holdings(session: AsyncSession, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """All that is held on a person: the rows of each table, by column, the oldest first.

    Tables without any are left out. What only machines need (digests, leases) and the contents of files that were
    sent are not repeated.
    """
    subject = await subject_of(session, person_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for name, rule in RULES.items():
        if subject is None or rule.mine is None:
            continue
        table = Base.metadata.tables[name]
        columns = [c for c in table.columns if c.name not in _SECRET and not isinstance(c.type, LargeBinary)]
        rows = (await session.execute(select(*columns).where(rule.mine(subject)).order_by(table.c.id))).mappings()
        if held := [{key: _without_files(value) for key, value in row.items()} for row in rows]:
            found[name] = held
    return found


async def erase(session: AsyncSession, person_id: int, now: datetime) -> dict[str, int]:
    """Forget a person everywhere; returns how many rows changed, by table. Commit, and nothing leads to them.

    Their own words about others, what their structure did, and how much was sent when, stay. Rows that the session
    holds are not refreshed: what is read again is read from the database.
    """
    await session.flush()
    subject = await subject_of(session, person_id)
    if subject is None:
        return {}
    changed: dict[str, int] = {}
    for name, rule in RULES.items():
        if rule.forget is not None and (rows := await rule.forget(session, subject, now)):
            changed[name] = rows
    for name, rule in RULES.items():
        if rule.texts and (rows := await redact_table(session, Base.metadata.tables[name], subject, now, rule.only)):
            changed[name] = changed.get(name, 0) + rows
    await bump_knowledge(session)
    session.info[ERASED] = True
    return changed


def _without_files(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("attachment"), dict):
        return {**value, "attachment": value["attachment"].get("filename", "")}
    return value
