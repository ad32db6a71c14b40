"""All that is held on a person, and forgetting all of it, as `storage.privacy_rules` says for each table."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.database import ERASED
from storage.forgetting import redact_table, theirs
from storage.network import bump_knowledge
from storage.outbox import Delivery, Kind, State
from storage.privacy_rules import RULES
from storage.subjects import subject_of

LATEST = 5.0  # seconds after its slot: what has not left by then is looked at again (see `schedules.departing`)
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


async def may_still_leave(session: AsyncSession, person_id: int, machine: float) -> bool:
    """Whether something that was claimed for a person a moment ago has perhaps not left yet, answers apart.

    What waits for them is locked until the transaction ends, so that nothing more of it is claimed. `machine` is the
    machine's clock.
    """
    subject = await subject_of(session, person_id)
    if subject is None:
        return False
    rows = await session.execute(
        select(Delivery.kind, Delivery.state, Delivery.send_at, Delivery.lease_until)
        .where(theirs(subject), Delivery.state.in_((State.WAITING, State.HELD, State.SENDING)))
        .order_by(Delivery.id)
        .with_for_update()
    )
    return any(
        kind != Kind.REPLY and state == State.SENDING and until > machine and at > machine - LATEST
        for kind, state, at, until in rows
    )


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
